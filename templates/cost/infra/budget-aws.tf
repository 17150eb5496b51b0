# Written by prodify (recipe budget); yours to edit, upgrades merge.
# A budget of the account, which tells people and programs how much of it is used. It stops nothing by itself, and lags by hours.

terraform {
  required_version = ">= 1.10"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

variable "service" {
  description = "Name of the service."
  type        = string
}

variable "monthly_usd" {
  description = "US dollars a month."
  type        = number
}

variable "alert_percents" {
  description = "Shares of the budget, in percent, at which somebody is told."
  type        = list(number)
}

variable "suspend_percent" {
  description = "Share of the budget, in percent, at which development and staging are suspended."
  type        = number
}

variable "emails" {
  description = "Who is told."
  type        = set(string)
  default     = []
}

variable "only_tagged" {
  description = "Whether only resources with the service's tag count; for accounts that several services share. Activate the cost allocation tag first."
  type        = bool
  default     = false
}

module "thresholds" {
  source          = "./thresholds"
  monthly_usd     = var.monthly_usd
  alert_percents  = var.alert_percents
  suspend_percent = var.suspend_percent
}

data "aws_caller_identity" "current" {}

# Two topics: news for people, and the shares at which the suspend function acts.
resource "aws_sns_topic" "budget" {
  for_each = toset(["alerts", "suspend"])
  name     = "${var.service}-budget-${each.key}"
}

data "aws_iam_policy_document" "publish" {
  for_each = aws_sns_topic.budget

  statement {
    actions   = ["SNS:Publish"]
    resources = [each.value.arn]

    principals {
      type        = "Service"
      identifiers = ["budgets.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_sns_topic_policy" "budget" {
  for_each = aws_sns_topic.budget
  arn      = each.value.arn
  policy   = data.aws_iam_policy_document.publish[each.key].json
}

resource "aws_budgets_budget" "this" {
  name         = var.service
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(var.monthly_usd)
  limit_unit   = "USD"

  dynamic "cost_filter" {
    for_each = var.only_tagged ? [var.service] : []
    content {
      name   = "TagKeyValue"
      values = [format("user:service$%s", cost_filter.value)]
    }
  }

  dynamic "notification" {
    for_each = module.thresholds.percents
    content {
      comparison_operator        = "GREATER_THAN"
      notification_type          = "ACTUAL"
      threshold                  = notification.value
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = var.emails
      subscriber_sns_topic_arns  = [aws_sns_topic.budget[module.thresholds.suspends[tostring(notification.value)] ? "suspend" : "alerts"].arn]
    }
  }

  # Before it happens: the month's end, as the cloud foresees it.
  notification {
    comparison_operator        = "GREATER_THAN"
    notification_type          = "FORECASTED"
    threshold                  = 100
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = var.emails
    subscriber_sns_topic_arns  = [aws_sns_topic.budget["alerts"].arn]
  }

  lifecycle {
    precondition {
      condition     = length(module.thresholds.percents) <= 4
      error_message = "AWS takes five notifications a budget, and the forecast is one of them: name fewer shares."
    }
  }

  depends_on = [aws_sns_topic_policy.budget]
}

output "topic" {
  description = "SNS topic of the shares at which development and staging are suspended."
  value       = aws_sns_topic.budget["suspend"].arn
}
