# Written by prodify (recipe tags); yours to edit, upgrades merge.
# The labels of every resource: with them the bill can be read by service, environment and owner. Needs no provider.

terraform {
  required_version = ">= 1.10"
}

variable "service" {
  description = "Name of the service."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$", var.service))
    error_message = "The service's name has lower-case letters, digits and hyphens, starts with a letter, and is 63 characters long at most."
  }
}

variable "environment" {
  description = "Environment that the resources belong to; the suspend function goes by it."
  type        = string

  validation {
    condition     = contains(["dev", "development", "staging", "production", "shared"], var.environment)
    error_message = "The environment is dev, development, staging, production or shared."
  }
}

variable "owner" {
  description = "Person or team that answers for the costs."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][-_a-z0-9]{0,62}$", var.owner))
    error_message = "The owner has lower-case letters, digits, hyphens and underscores, 63 at most: clouds take no other characters in labels."
  }
}

variable "cost_center" {
  description = "Who pays; the service itself unless told otherwise."
  type        = string
  default     = null

  validation {
    condition     = var.cost_center == null || can(regex("^[a-z0-9][-_a-z0-9]{0,62}$", var.cost_center))
    error_message = "The cost center has lower-case letters, digits, hyphens and underscores, 63 at most."
  }
}

variable "data_class" {
  description = "The most sensitive data that the resources hold."
  type        = string
  default     = "undeclared"

  validation {
    condition     = contains(["undeclared", "public", "internal", "personal", "special"], var.data_class)
    error_message = "The data class is undeclared, public, internal, personal or special."
  }
}

variable "expires_on" {
  description = "Last day (YYYY-MM-DD) of what is only tried out; null for what stays."
  type        = string
  default     = null

  validation {
    condition     = var.expires_on == null || can(formatdate("YYYY-MM-DD", "${var.expires_on}T00:00:00Z"))
    error_message = "The last day is written as YYYY-MM-DD."
  }
}

locals {
  always = {
    service     = var.service
    environment = var.environment
    owner       = var.owner
    cost-center = coalesce(var.cost_center, var.service)
    data-class  = var.data_class
    managed-by  = "terraform"
  }
}

output "labels" {
  description = "The labels (Google Cloud) or tags (AWS)."
  value       = merge(local.always, var.expires_on == null ? {} : { expires-on = var.expires_on })
}
