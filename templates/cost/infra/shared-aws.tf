# Written by prodify (recipe budget); yours to edit, upgrades merge.
# What staging and production have in common: the budget. Plan it with: terraform init{= init =} && terraform plan

terraform {
  required_version = ">= 1.10"
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
    key          = "{= service =}/shared/terraform.tfstate"
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
  monthly_usd     = {= monthly_usd =}
  alert_percents  = [{= alert_percents =}]
  suspend_percent = {= suspend_percent =}
  emails          = [{= emails =}]
}
