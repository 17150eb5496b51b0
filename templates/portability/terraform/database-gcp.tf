# Written by prodify (recipe managed-database); yours to edit, upgrades merge.
# The database: private, encrypted on its way, backed up, and protected from deletion.

terraform {
  # From 1.11 on, passwords can be written without a trace in the state.
  required_version = ">= 1.11"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.0"
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

variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
}

variable "region" {
  description = "Region of the database."
  type        = string
}

variable "subnetwork" {
  description = "Name of the subnetwork from which the database can be reached."
  type        = string
  default     = "default"
}

variable "tier" {
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
  description = "Labels of the instance; the provider's do not reach it."
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

data "google_compute_subnetwork" "this" {
  project = var.project
  region  = var.region
  name    = var.subnetwork
}

resource "google_project_service" "api" {
  for_each           = toset(["compute", "secretmanager", "sqladmin"])
  project            = var.project
  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false
}

resource "google_sql_database_instance" "this" {
  project             = var.project
  name                = "${var.service}-${var.environment}"
  region              = var.region
  database_version    = "{= version =}"
  deletion_protection = true

  settings {
    tier                        = var.tier
    edition                     = "ENTERPRISE"
    availability_type           = var.standby ? "REGIONAL" : "ZONAL"
    disk_type                   = "PD_SSD"
    disk_size                   = var.disk_gb
    disk_autoresize             = true
    deletion_protection_enabled = true
    user_labels                 = var.labels

    backup_configuration {
      enabled                        = true
      start_time                     = "02:00"
#% if engine == "postgres"
      point_in_time_recovery_enabled = true
#% else
      binary_log_enabled             = true
#% endif
      transaction_log_retention_days = 7

      backup_retention_settings {
        retained_backups = {= keep_days =}
      }
    }

    database_flags {
      name  = "max_connections"
      value = var.connections
    }

    ip_configuration {
      ipv4_enabled = false
      ssl_mode     = "ENCRYPTED_ONLY"

      psc_config {
        psc_enabled               = true
        allowed_consumer_projects = [var.project]
      }
    }

    # Monday at four: restarts fall into the quietest hour, and into a working day.
    maintenance_window {
      day          = 1
      hour         = 4
      update_track = "stable"
    }

    insights_config {
      query_insights_enabled = true
    }
#% if engine == "postgres"

    # Who connects, what waits for what, and when the disk is busy: what one asks first when the database is slow. No statement is logged.
    database_flags {
      name  = "log_checkpoints"
      value = "on"
    }

    database_flags {
      name  = "log_connections"
      value = "on"
    }

    database_flags {
      name  = "log_disconnections"
      value = "on"
    }

    database_flags {
      name  = "log_lock_waits"
      value = "on"
    }
#% endif
  }

  lifecycle {
    # It grows by itself, and the suspend function stops the one of staging.
    ignore_changes = [settings[0].disk_size, settings[0].activation_policy, settings[0].user_labels["suspended-by"]]
  }

  depends_on = [google_project_service.api]
}

# An address in your own network that leads to the database; from the internet no way does.
resource "google_compute_address" "database" {
  project      = var.project
  region       = var.region
  name         = "${var.service}-${var.environment}-database"
  address_type = "INTERNAL"
  subnetwork   = data.google_compute_subnetwork.this.id
}

resource "google_compute_forwarding_rule" "database" {
  project               = var.project
  region                = var.region
  name                  = "${var.service}-${var.environment}-database"
  network               = data.google_compute_subnetwork.this.network
  ip_address            = google_compute_address.database.self_link
  target                = google_sql_database_instance.this.psc_service_attachment_link
  load_balancing_scheme = ""
}

resource "google_sql_database" "this" {
  project  = var.project
  name     = replace(var.service, "-", "_")
  instance = google_sql_database_instance.this.name
}

# Made anew on every run and kept nowhere but in the database and the secret; both take it only when password_version changes.
ephemeral "random_password" "service" {
  length  = 32
  special = false
}

resource "google_sql_user" "service" {
  project             = var.project
  name                = replace(var.service, "-", "_")
  instance            = google_sql_database_instance.this.name
  password_wo         = ephemeral.random_password.service.result
  password_wo_version = var.password_version
}

resource "google_secret_manager_secret" "url" {
  project   = var.project
  secret_id = var.secret

  replication {
    auto {}
  }
}

resource "google_secret_manager_secret_version" "url" {
  secret                 = google_secret_manager_secret.url.id
  secret_data_wo_version = var.password_version
  secret_data_wo = format(
    "{= scheme =}://%s:%s@%s/%s{= tls =}",
    google_sql_user.service.name,
    ephemeral.random_password.service.result,
    google_compute_address.database.address,
    google_sql_database.this.name,
  )
}

output "secret" {
  description = "Secret that holds the address of the database with its password."
  value       = google_secret_manager_secret.url.secret_id
}
