# Written by prodify (recipe budget); yours to edit, upgrades merge.
# What staging and production have in common: the budget. Plan it with: terraform init{= init =} && terraform plan

terraform {
  required_version = ">= 1.10"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.0"
    }
  }

  # The state lives in a bucket, where all who work on it share it and nobody's laptop can lose it.
  backend "gcs" {
#% if bucket
    bucket = {= bucket =}
#% endif
    prefix = "{= service =}/shared"
  }
}

provider "google" {
  project               = var.project
  region                = "{= region =}"
  billing_project       = var.project
  user_project_override = true
  default_labels        = module.labels.labels
}

variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
#% if project
  default     = {= project =}
#% endif
}

module "labels" {
  source      = "../../modules/labels"
  service     = "{= service =}"
  environment = "shared"
  owner       = "{= owner =}"
  data_class  = "{= data_class =}"
}

# The amounts are those of budget in prodify.yaml. Model providers send bills of their own: set a limit in their consoles as well.
module "budget" {
  source          = "../../modules/budget"
  service         = "{= service =}"
  project         = var.project
  monthly_usd     = {= monthly_usd =}
  alert_percents  = [{= alert_percents =}]
  suspend_percent = {= suspend_percent =}
  emails          = [{= emails =}]
}
