# Written by prodify (recipe budget); yours to edit, upgrades merge.
# Run with: terraform init && terraform test

variables {
  monthly_usd     = {= monthly_usd =}
  alert_percents  = [{= alert_percents =}]
  suspend_percent = {= suspend_percent =}
}

run "shares_are_sorted_and_stand_once" {
  command = plan

  variables {
    monthly_usd     = 150.75
    alert_percents  = [100, 50, 80]
    suspend_percent = 80
  }

  assert {
    condition     = jsonencode(output.percents) == "[50,80,100]" && jsonencode(output.ratios) == "[0.5,0.8,1]"
    error_message = "The shares are wrong: ${jsonencode(output.percents)}"
  }

  assert {
    condition     = !output.suspends["50"] && output.suspends["80"] && output.suspends["100"]
    error_message = "The wrong shares suspend."
  }

  assert {
    condition     = output.whole_dollars == "150" && output.nanos == 750000000
    error_message = "The amount is wrong: ${output.whole_dollars} and ${output.nanos}"
  }
}

run "the_budget_of_this_service_is_possible" {
  command = plan

  assert {
    condition     = contains(output.percents, var.suspend_percent) && length(output.percents) >= length(distinct(var.alert_percents))
    error_message = "A share is missing."
  }
}

run "nothing_is_no_budget" {
  command = plan

  variables {
    monthly_usd = 0
  }

  expect_failures = [var.monthly_usd]
}

run "a_share_above_200_percent_is_refused" {
  command = plan

  variables {
    alert_percents = [50, 500]
  }

  expect_failures = [var.alert_percents]
}
