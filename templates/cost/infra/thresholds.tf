# Written by prodify (recipe budget); yours to edit, upgrades merge.
# The arithmetic of the budget, without a provider, so that it can be tested: terraform init && terraform test

terraform {
  required_version = ">= 1.10"
}

variable "monthly_usd" {
  description = "US dollars a month."
  type        = number

  validation {
    condition     = var.monthly_usd > 0
    error_message = "The budget is more than 0 dollars."
  }
}

variable "alert_percents" {
  description = "Shares of the budget, in percent, at which somebody is told."
  type        = list(number)

  validation {
    condition     = length(var.alert_percents) > 0 && alltrue([for share in var.alert_percents : share >= 1 && share <= 200])
    error_message = "There is one share at least, and each is between 1 and 200 percent."
  }
}

variable "suspend_percent" {
  description = "Share of the budget, in percent, at which development and staging are suspended."
  type        = number

  validation {
    condition     = var.suspend_percent >= 1 && var.suspend_percent <= 200
    error_message = "The share is between 1 and 200 percent."
  }
}

locals {
  # Through text, because sets of numbers have no order of their own; padded, so that 100 comes after 80.
  padded   = sort(distinct([for share in concat(var.alert_percents, [var.suspend_percent]) : format("%07.2f", share)]))
  percents = [for share in local.padded : tonumber(share)]
}

output "percents" {
  description = "All shares in percent, each once, in ascending order."
  value       = local.percents
}

output "ratios" {
  description = "The same as parts of 1."
  value       = [for share in local.percents : share / 100]
}

output "suspends" {
  description = "For each share, as text, whether development and staging are suspended from it on."
  value       = { for share in local.percents : tostring(share) => share >= var.suspend_percent }
}

output "whole_dollars" {
  description = "The dollars of the budget without its cents."
  value       = tostring(floor(var.monthly_usd))
}

output "nanos" {
  description = "The rest of the budget, in billionths of a dollar."
  value       = floor((var.monthly_usd - floor(var.monthly_usd)) * 1000000000 + 0.5)
}
