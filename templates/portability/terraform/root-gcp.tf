# Written by prodify (recipe terraform); yours to edit, upgrades merge.
# What all of {= environment =} shares: its state, its account, its labels. What else lasts longer than a release stands beside it.

terraform {
  required_version = ">= 1.11"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.0"
    }
#% if database
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
#% endif
  }

  # The state lives in a bucket, where all who work on it share it and nobody's laptop can lose it.
  backend "gcs" {
#% if bucket
    bucket = {= bucket =}
#% endif
    prefix = "{= service =}/{= environment =}"
  }
}

provider "google" {
  project        = var.project
  region         = "{= region =}"
  default_labels = module.labels.labels
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
  environment = "{= environment =}"
  owner       = "{= owner =}"
  data_class  = "{= data_class =}"
}
