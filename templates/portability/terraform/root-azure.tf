# Written by prodify (recipe managed-database); yours to edit, upgrades merge.
# What all of {= environment =} shares: its state, its account, its labels. What else lasts longer than a release stands beside it.

terraform {
  required_version = ">= 1.11"
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.40"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }

  # The state lives in a storage account, where all who work on it share it and nobody's laptop can lose it.
  backend "azurerm" {
    container_name   = "tfstate"
    key              = "{= service =}/{= environment =}.tfstate"
    use_azuread_auth = true
  }
}

provider "azurerm" {
#% if project
  # Whoever is logged in to another subscription by mistake changes nothing there.
  subscription_id = {= project =}
#% endif

  features {}
}

variable "resource_group" {
  description = "Name of the resource group; the database stands in its region."
  type        = string
}

variable "network" {
  description = "Name of the virtual network of the cluster."
  type        = string
}

variable "subnet_range" {
  description = "Free range of addresses in that network for the database alone, such as 10.224.8.0/28."
  type        = string
}

variable "key_vault" {
  description = "Name of the Key Vault that the service's secrets are read from."
  type        = string
}

module "labels" {
  source      = "../../modules/labels"
  service     = "{= service =}"
  environment = "{= environment =}"
  owner       = "{= owner =}"
  data_class  = "{= data_class =}"
}
