# Written by prodify (recipe suspend); yours to edit, upgrades merge.
# The function that suspends development and staging: what it runs as, what it may do, and what calls it.

terraform {
  required_version = ">= 1.10"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.0"
    }
    archive = {
      source  = "hashicorp/archive"
      version = "~> 2.7"
    }
  }
}

variable "service" {
  description = "Name of the service."
  type        = string
}

variable "project" {
  description = "Project that the function looks after."
  type        = string
}

variable "region" {
  description = "Region of the function, and of the Cloud Run services that it looks after."
  type        = string
}

variable "topic" {
  description = "Pub/Sub topic of the budget's notifications."
  type        = string
}

variable "suspend_percent" {
  description = "Share of the budget, in percent, from which on it acts."
  type        = number
}

variable "apply" {
  description = "Whether it acts; otherwise it only says what it would do."
  type        = bool
  default     = false
}

variable "slack_secret" {
  description = "Id of the Secret Manager secret that holds the address of the Slack webhook; null for no message."
  type        = string
  default     = null
}

variable "runtime_accounts" {
  description = "Full names of the service accounts that suspended Cloud Run services run as: who changes a service must be allowed to use its account."
  type        = set(string)
  default     = []
}

locals {
  name = "${var.service}-suspend"
  apis = ["cloudbuild", "cloudfunctions", "cloudscheduler", "eventarc", "pubsub", "run", "sqladmin"]
}

resource "google_project_service" "api" {
  for_each           = toset(local.apis)
  project            = var.project
  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false
}

resource "google_service_account" "suspend" {
  project      = var.project
  account_id   = trimsuffix(substr(local.name, 0, 30), "-")
  display_name = "Suspends development and staging of ${var.service}"
}

# Exactly what it needs, so that a mistake in it can stop things and delete nothing.
resource "google_project_iam_custom_role" "suspend" {
  project = var.project
  role_id = replace("${var.service}_suspend", "-", "_")
  title   = "Suspend ${var.service}"
  permissions = [
    "cloudsql.instances.get",
    "cloudsql.instances.list",
    "cloudsql.instances.update",
    "container.clusters.list",
    "container.deployments.get",
    "container.deployments.list",
    "container.deployments.update",
    "run.operations.get",
    "run.services.get",
    "run.services.list",
    "run.services.update",
  ]
}

resource "google_project_iam_member" "suspend" {
  project = var.project
  role    = google_project_iam_custom_role.suspend.id
  member  = google_service_account.suspend.member
}

resource "google_service_account_iam_member" "runtime" {
  for_each           = var.runtime_accounts
  service_account_id = each.value
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.suspend.member
}

resource "google_service_account" "build" {
  project      = var.project
  account_id   = "${trimsuffix(substr(var.service, 0, 18), "-")}-susp-build"
  display_name = "Builds the suspend function of ${var.service}"
}

resource "google_project_iam_member" "build" {
  project = var.project
  role    = "roles/cloudbuild.builds.builder"
  member  = google_service_account.build.member
}

data "archive_file" "source" {
  type        = "zip"
  source_dir  = "${path.module}/../../functions/suspend"
  output_path = "${path.root}/.terraform/suspend.zip"
  excludes    = ["__pycache__"]
}

resource "google_storage_bucket" "source" {
  project                     = var.project
  name                        = "${var.project}-${local.name}"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true
}

resource "google_storage_bucket_object" "source" {
  name   = "${data.archive_file.source.output_md5}.zip"
  bucket = google_storage_bucket.source.name
  source = data.archive_file.source.output_path
}

resource "google_cloudfunctions2_function" "suspend" {
  project     = var.project
  name        = local.name
  location    = var.region
  description = "Suspends development and staging when the budget is nearly used up."

  build_config {
    runtime         = "python313"
    entry_point     = "main"
    service_account = google_service_account.build.id
    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.source.name
      }
    }
  }

  service_config {
    available_memory      = "256M"
    timeout_seconds       = 300
    max_instance_count    = 1
    ingress_settings      = "ALLOW_INTERNAL_ONLY"
    service_account_email = google_service_account.suspend.email
    environment_variables = {
      PROJECT         = var.project
      REGION          = var.region
      SUSPEND_APPLY   = tostring(var.apply)
      SUSPEND_PERCENT = tostring(var.suspend_percent)
    }

    dynamic "secret_environment_variables" {
      for_each = var.slack_secret == null ? [] : [var.slack_secret]
      content {
        key        = "SLACK_WEBHOOK_URL"
        project_id = var.project
        secret     = secret_environment_variables.value
        version    = "latest"
      }
    }
  }

  event_trigger {
    trigger_region        = var.region
    event_type            = "google.cloud.pubsub.topic.v1.messagePublished"
    pubsub_topic          = var.topic
    retry_policy          = "RETRY_POLICY_DO_NOT_RETRY"
    service_account_email = google_service_account.suspend.email
  }

  depends_on = [google_project_service.api, google_project_iam_member.build, google_secret_manager_secret_iam_member.slack]
}

resource "google_secret_manager_secret_iam_member" "slack" {
  for_each  = var.slack_secret == null ? toset([]) : toset([var.slack_secret])
  project   = var.project
  secret_id = each.value
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.suspend.member
}

# The notification arrives as a request to the function; only its own account may make one.
resource "google_cloud_run_service_iam_member" "invoker" {
  project  = var.project
  location = var.region
  service  = google_cloudfunctions2_function.suspend.name
  role     = "roles/run.invoker"
  member   = google_service_account.suspend.member
}

# A new month, a new budget: what was suspended comes back.
resource "google_cloud_scheduler_job" "resume" {
  project   = var.project
  region    = var.region
  name      = "${var.service}-resume"
  schedule  = "0 6 1 * *"
  time_zone = "Etc/UTC"

  pubsub_target {
    topic_name = var.topic
    data       = base64encode(jsonencode({ action = "resume", cause = "a new month begins" }))
  }

  depends_on = [google_project_service.api]
}
