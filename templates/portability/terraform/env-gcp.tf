# Written by prodify (recipe terraform); yours to edit, upgrades merge.
# All of {= environment =} that lasts longer than a release. See infra/README.md for the commands.

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

module "service" {
  source      = "../../modules/service"
  service     = "{= service =}"
  environment = "{= environment =}"
  project     = var.project
#% if runtime == "cloud-run"
  region      = "{= region =}"
  account_id  = "{= account_id =}"
#% if settings
  settings = [
#% for name in settings
    "{= name =}",
#% endfor
  ]
#% else
  settings    = []
#% endif
#% else
  namespace   = "{= namespace =}"
#% endif
}
#% if database
{= "" =}
module "database" {
  source      = "../../modules/database"
  service     = "{= service =}"
  environment = "{= environment =}"
  project     = var.project
  region      = "{= region =}"
  tier        = "{= database.machine =}"
  disk_gb     = {= database.disk_gb =}
  standby     = {= standby =}
  labels      = module.labels.labels
}

output "database_secret" {
  description = "Secret that holds the address of the database."
  value       = module.database.secret
}
#% endif
