# Written by prodify (recipe terraform); yours to edit, upgrades merge.
# All of {= environment =} that lasts longer than a release. See infra/README.md for the commands.

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

module "service" {
  source      = "../../modules/service"
  service     = "{= service =}"
  environment = "{= environment =}"
  cluster     = var.cluster
  namespace   = "{= namespace =}"
}
#% if database
{= "" =}
module "database" {
  source         = "../../modules/database"
  service        = "{= service =}"
  environment    = "{= environment =}"
  cluster        = var.cluster
  instance_class = "{= database.machine =}"
  disk_gb        = {= database.disk_gb =}
  standby        = {= standby =}
}

output "database" {
  description = "Address of the database, and the secret that holds its user and password."
  value       = { endpoint = module.database.endpoint, secret = module.database.secret }
}
#% endif
