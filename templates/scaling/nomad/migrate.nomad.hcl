# Written by prodify (recipe nomad); yours to edit, upgrades merge.
# Brings the database up to date from the new image: once, before the new version starts. deploy/nomad/release.sh runs it at each release.

variable "environment" {
  description = "staging or production."
  type        = string
}

variable "image" {
  description = "The image with its digest."
  type        = string

  validation {
    condition     = regex_replace(var.image, "^[^@]+@sha256:[0-9a-f]{64}$", "") == ""
    error_message = "The image is named by its digest, because a tag can be moved to another one."
  }
}

variable "datacenters" {
  description = "Where it may run."
  type        = list(string)
  default     = ["*"]
}

job "{= service =}-migrate" {
  type        = "batch"
  namespace   = var.environment == "production" ? "{= namespace =}" : "{= namespace =}-staging"
  datacenters = var.datacenters

  constraint {
    attribute = "${attr.kernel.name}"
    value     = "linux"
  }

  group "migrate" {
    count = 1

    # A migration that failed half way is for a person to look at.
    restart {
      attempts = 0
      mode     = "fail"
    }

    reschedule {
      attempts  = 0
      unlimited = false
    }

    task "migrate" {
      driver = "docker"
      user   = "{= uid =}"

      config {
        image           = var.image
        command         = "{= command =}"
        args            = {= args =}
        readonly_rootfs = true
        cap_drop        = ["all"]
        security_opt    = ["no-new-privileges"]
        pids_limit      = 512

        mount {
          type   = "tmpfs"
          target = "/tmp"

          tmpfs_options {
            size = 67108864
          }
        }
      }

      env {
        ENVIRONMENT = var.environment
        # One short process: its traces would tell nothing that its log does not.
        OTEL_SDK_DISABLED = "true"
      }
{=% if secrets %=}

{= secrets =}
{=% endif %=}

      resources {
        cpu    = {= cpu =}
        memory = {= memory =}
      }
    }
  }
}
