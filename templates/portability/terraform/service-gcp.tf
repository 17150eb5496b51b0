# Written by prodify (recipe terraform); yours to edit, upgrades merge.
# What lasts longer than a release: the identity of the service and its secrets. What changes with a release stands in deploy/.

terraform {
  required_version = ">= 1.11"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.0"
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

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "The environment is staging or production."
  }
}

variable "project" {
  description = "Id of the Google Cloud project."
  type        = string
}

#% if runtime == "cloud-run"
variable "region" {
  description = "Region of the images."
  type        = string
}

variable "account_id" {
  description = "Name of the account that the service runs as."
  type        = string

  validation {
    condition     = can(regex("^[a-z][-a-z0-9]{4,28}[a-z0-9]$", var.account_id))
    error_message = "An account's name has 6 to 30 lower-case letters, digits and hyphens."
  }
}

variable "settings" {
  description = "Names of the settings that are secrets. Their values never pass through Terraform."
  type        = set(string)
}

resource "google_project_service" "api" {
  for_each           = toset(["artifactregistry", "run", "secretmanager"])
  project            = var.project
  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false
}

# An account of its own: what it may do is written here, and nothing else is.
resource "google_service_account" "service" {
  project      = var.project
  account_id   = var.account_id
  display_name = "${var.service}, ${var.environment}"
}

resource "google_secret_manager_secret" "setting" {
  for_each  = var.settings
  project   = var.project
  secret_id = "${var.service}-${var.environment}-${each.key}"

  replication {
    auto {}
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each  = google_secret_manager_secret.setting
  project   = var.project
  secret_id = each.value.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.service.member
}

# One registry for both environments: production runs the very image that staging ran.
resource "google_artifact_registry_repository" "images" {
  count         = var.environment == "production" ? 1 : 0
  project       = var.project
  location      = var.region
  repository_id = var.service
  format        = "DOCKER"

  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"
    most_recent_versions {
      keep_count = 20
    }
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      older_than = "30d"
    }
  }

  depends_on = [google_project_service.api]
}

output "account" {
  description = "Account that the service runs as."
  value       = google_service_account.service.email
}

output "member" {
  description = "The account as rights are given to it."
  value       = google_service_account.service.member
}
#% else
variable "namespace" {
  description = "Namespace of the service in the cluster."
  type        = string
}

data "google_project" "this" {
  project_id = var.project
}

locals {
  # The pods' own identity, known to Google Cloud by the cluster: no key exists that could leak.
  pods = join("/", [
    "principal://iam.googleapis.com/projects/${data.google_project.this.number}/locations/global/workloadIdentityPools",
    "${var.project}.svc.id.goog/subject/ns/${var.namespace}/sa/${var.service}",
  ])
}

resource "google_project_service" "api" {
  for_each           = toset(["container", "secretmanager"])
  project            = var.project
  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false
}

# One secret with all settings, a JSON object. Its value never passes through Terraform.
resource "google_secret_manager_secret" "settings" {
  project   = var.project
  secret_id = "${var.service}-${var.environment}"

  replication {
    auto {}
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_iam_member" "pods" {
  project   = var.project
  secret_id = google_secret_manager_secret.settings.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = local.pods
}

output "secret" {
  description = "Secret that holds the settings."
  value       = google_secret_manager_secret.settings.secret_id
}

output "member" {
  description = "The pods' identity as rights are given to it."
  value       = local.pods
}
#% endif
