# Written by prodify (recipe tags); yours to edit, upgrades merge.
# Run with: terraform init && terraform test

variables {
  service     = "{= service =}"
  environment = "staging"
  owner       = "{= owner =}"
}

run "every_label_is_there" {
  command = plan

  assert {
    condition     = join(",", keys(output.labels)) == "cost-center,data-class,environment,managed-by,owner,service"
    error_message = "A label is missing, or there is one too many."
  }

  assert {
    condition     = output.labels["cost-center"] == "{= service =}" && output.labels.environment == "staging"
    error_message = "A label has the wrong value."
  }
}

run "what_is_tried_out_has_a_last_day" {
  command = plan

  variables {
    expires_on = "2027-01-31"
  }

  assert {
    condition     = output.labels["expires-on"] == "2027-01-31"
    error_message = "The last day is missing."
  }
}

run "an_unknown_environment_is_refused" {
  command = plan

  variables {
    environment = "prod-2"
  }

  expect_failures = [var.environment]
}

run "an_owner_that_no_label_can_hold_is_refused" {
  command = plan

  variables {
    owner = "@Team/Payments"
  }

  expect_failures = [var.owner]
}

run "a_day_that_is_none_is_refused" {
  command = plan

  variables {
    expires_on = "next week"
  }

  expect_failures = [var.expires_on]
}
