# Written by prodify (recipe budget); yours to edit, upgrades merge.
# A budget of the project, which tells people and programs how much of it is used. It stops nothing by itself, and lags by hours.

terraform {
  required_version = ">= 1.10"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.0"
    }
  }
}

variable "service" {
  description = "Name of the service."
  type        = string
}

variable "project" {
  description = "Project whose costs count."
  type        = string
}

variable "monthly_usd" {
  description = "US dollars a month; in the currency of the billing account when that is another."
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
  description = "Who is told, besides the administrators of the billing account."
  type        = set(string)
  default     = []
}

variable "only_labelled" {
  description = "Whether only resources with the service's label count; for projects that several services share."
  type        = bool
  default     = false
}

module "thresholds" {
  source          = "./thresholds"
  monthly_usd     = var.monthly_usd
  alert_percents  = var.alert_percents
  suspend_percent = var.suspend_percent
}

data "google_project" "this" {
  project_id = var.project
}

# Every change of the costs is published here; the suspend function listens.
resource "google_pubsub_topic" "budget" {
  project = var.project
  name    = "${var.service}-budget"
}

resource "google_monitoring_notification_channel" "email" {
  for_each     = var.emails
  project      = var.project
  display_name = "Budget of ${var.service}: ${each.value}"
  type         = "email"
  labels       = { email_address = each.value }
}

resource "google_billing_budget" "this" {
  billing_account = data.google_project.this.billing_account
  display_name    = var.service

  budget_filter {
    projects        = ["projects/${data.google_project.this.number}"]
    calendar_period = "MONTH"
    labels          = var.only_labelled ? { service = var.service } : null
  }

  amount {
    specified_amount {
      units = module.thresholds.whole_dollars
      nanos = module.thresholds.nanos
    }
  }

  dynamic "threshold_rules" {
    for_each = module.thresholds.ratios
    content {
      threshold_percent = threshold_rules.value
    }
  }

  # Before it happens: the month's end, as the cloud foresees it.
  threshold_rules {
    threshold_percent = 1.0
    spend_basis       = "FORECASTED_SPEND"
  }

  all_updates_rule {
    pubsub_topic                     = google_pubsub_topic.budget.id
    schema_version                   = "1.0"
    monitoring_notification_channels = [for channel in google_monitoring_notification_channel.email : channel.id]
  }
}

output "topic" {
  description = "Pub/Sub topic of the notifications."
  value       = google_pubsub_topic.budget.id
}
