# Written by prodify (recipe terraform); yours to edit, upgrades merge.
# What all of {= environment =} shares: its state, its account, its labels. What else lasts longer than a release stands beside it.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }

  # The state lives in a bucket, where all who work on it share it and nobody's laptop can lose it.
  backend "s3" {
#% if bucket
    bucket       = {= bucket =}
#% endif
    key          = "{= service =}/{= environment =}/terraform.tfstate"
    region       = "{= region =}"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = "{= region =}"
#% if project
  # Whoever is logged in to another account by mistake changes nothing there.
  allowed_account_ids = [{= project =}]
#% endif

  default_tags {
    tags = module.labels.labels
  }
}

variable "cluster" {
  description = "Name of the EKS cluster."
  type        = string
}

module "labels" {
  source      = "../../modules/labels"
  service     = "{= service =}"
  environment = "{= environment =}"
  owner       = "{= owner =}"
  data_class  = "{= data_class =}"
}
