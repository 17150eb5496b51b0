# Written by prodify (recipe managed-database); yours to edit, upgrades merge.
# The database: private, encrypted, backed up to the minute, and protected from deletion.

terraform {
  # From 1.11 on, passwords can be written without a trace in the state.
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
}

variable "service" {
  description = "Name of the service."
  type        = string
}

variable "environment" {
  description = "staging or production."
  type        = string
}

variable "resource_group" {
  description = "Name of the resource group; the database stands in its region."
  type        = string
}

variable "network" {
  description = "Name of the virtual network from which the database can be reached."
  type        = string
}

variable "subnet_range" {
  description = "Free range of addresses in that network for the database alone."
  type        = string
}

variable "key_vault" {
  description = "Name of the Key Vault that gets the address of the database."
  type        = string
}

variable "machine" {
  description = "Size of the machine."
  type        = string
}

variable "disk_gb" {
  description = "GB of disk at the start; it grows by itself."
  type        = number
}

variable "connections" {
  description = "Most connections at once; pool x workers x replicas of the service must fit."
  type        = number
}

variable "standby" {
  description = "Whether a second machine in another zone takes over when the first fails. Doubles the price."
  type        = bool
}

variable "labels" {
  description = "Labels of all resources; Azure's provider knows no default ones."
  type        = map(string)
}

variable "secret" {
  description = "Name of the secret that gets the address of the database."
  type        = string
}

variable "password_version" {
  description = "Raise it by one to set a new password."
  type        = number
  default     = 1
}

data "azurerm_resource_group" "this" {
  name = var.resource_group
}

data "azurerm_virtual_network" "this" {
  name                = var.network
  resource_group_name = var.resource_group
}

data "azurerm_key_vault" "this" {
  name                = var.key_vault
  resource_group_name = var.resource_group
}

locals {
  # Part of a host name: unique in all of Azure.
  name = "${var.service}-${var.environment}-${substr(sha256(data.azurerm_resource_group.this.id), 0, 6)}"
}

# A part of the network that holds the database and nothing else.
resource "azurerm_subnet" "database" {
  name                 = "${var.service}-${var.environment}-database"
  resource_group_name  = var.resource_group
  virtual_network_name = data.azurerm_virtual_network.this.name
  address_prefixes     = [var.subnet_range]

  delegation {
    name = "postgresql"
    service_delegation {
      name    = "Microsoft.DBforPostgreSQL/flexibleServers"
      actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
    }
  }
}

resource "azurerm_private_dns_zone" "database" {
  name                = "${local.name}.private.postgres.database.azure.com"
  resource_group_name = var.resource_group
  tags                = var.labels
}

resource "azurerm_private_dns_zone_virtual_network_link" "database" {
  name                  = local.name
  resource_group_name   = var.resource_group
  private_dns_zone_name = azurerm_private_dns_zone.database.name
  virtual_network_id    = data.azurerm_virtual_network.this.id
  tags                  = var.labels
}

# Made anew on every run and kept nowhere but in the database and the secret; both take it only when password_version changes.
ephemeral "random_password" "service" {
  length  = 32
  special = false
}

resource "azurerm_postgresql_flexible_server" "this" {
  name                = local.name
  resource_group_name = var.resource_group
  location            = data.azurerm_resource_group.this.location
  version             = "{= version =}"
  sku_name            = var.machine
  storage_mb          = var.disk_gb * 1024
  auto_grow_enabled   = true

  administrator_login               = "app"
  administrator_password_wo         = ephemeral.random_password.service.result
  administrator_password_wo_version = var.password_version

  delegated_subnet_id           = azurerm_subnet.database.id
  private_dns_zone_id           = azurerm_private_dns_zone.database.id
  public_network_access_enabled = false

  backup_retention_days = {= keep_days =}
  tags                  = var.labels

  dynamic "high_availability" {
    for_each = var.standby ? ["ZoneRedundant"] : []
    content {
      mode = high_availability.value
    }
  }

  # Monday at four: restarts fall into the quietest hour, and into a working day.
  maintenance_window {
    day_of_week = 1
    start_hour  = 4
  }

  lifecycle {
    prevent_destroy = true
    # It grows by itself, and after a failure the stand-by's zone is the first.
    ignore_changes = [storage_mb, zone, high_availability[0].standby_availability_zone]
  }

  depends_on = [azurerm_private_dns_zone_virtual_network_link.database]
}

# Nobody deletes it in the portal by mistake, either.
resource "azurerm_management_lock" "database" {
  name       = "keep"
  scope      = azurerm_postgresql_flexible_server.this.id
  lock_level = "CanNotDelete"
  notes      = "Holds what users entered; see infra/modules/database/README.md."
}

resource "azurerm_postgresql_flexible_server_configuration" "connections" {
  name      = "max_connections"
  server_id = azurerm_postgresql_flexible_server.this.id
  value     = var.connections
}

resource "azurerm_postgresql_flexible_server_database" "this" {
  name      = replace(var.service, "-", "_")
  server_id = azurerm_postgresql_flexible_server.this.id
  charset   = "UTF8"
  collation = "en_US.utf8"

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_key_vault_secret" "url" {
  name             = var.secret
  key_vault_id     = data.azurerm_key_vault.this.id
  content_type     = "address of the database"
  tags             = var.labels
  value_wo_version = var.password_version
  value_wo = format(
    "{= scheme =}://%s:%s@%s:5432/%s{= tls =}",
    azurerm_postgresql_flexible_server.this.administrator_login,
    ephemeral.random_password.service.result,
    azurerm_postgresql_flexible_server.this.fqdn,
    azurerm_postgresql_flexible_server_database.this.name,
  )
}

output "secret" {
  description = "Secret that holds the address of the database with its password."
  value       = azurerm_key_vault_secret.url.name
}
