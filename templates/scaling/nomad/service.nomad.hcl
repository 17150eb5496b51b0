# Written by prodify (recipe nomad); yours to edit, upgrades merge.
# Releases an image, the database first: bash deploy/nomad/release.sh staging sha256:...

variable "environment" {
  description = "staging or production."
  type        = string

  validation {
    condition     = var.environment == "staging" || var.environment == "production"
    error_message = "The environment is staging or production."
  }
}

# No default: each release names the digest of the image that was tested, and a digest never changes what it means.
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
{=% if web %=}

variable "proxies" {
  description = "Addresses of the load balancers, separated by commas. Believed about who asks and whether TLS was used; * believes all."
  type        = string
  default     = "*"
}
{=% endif %=}

locals {
  production = var.environment == "production"
}

job "{= service =}" {
  type        = "service"
  namespace   = local.production ? "{= namespace =}" : "{= namespace =}-staging"
  datacenters = var.datacenters

  meta {
    service     = "{= service =}"
    environment = var.environment
  }

  constraint {
    attribute = "${attr.kernel.name}"
    value     = "linux"
  }

  # Over datacenters, so that the loss of one is not the loss of all; over machines Nomad spreads by itself.
  spread {
    attribute = "${node.datacenter}"
  }
{=% if web %=}

  group "web" {
    count = local.production ? {= min_replicas =} : 1

    # Bounds for people and for the Nomad Autoscaler, which the cluster has or has not; without it the count stays as it is.
    scaling {
      enabled = local.production
      min     = local.production ? {= min_replicas =} : 1
      max     = local.production ? {= max_replicas =} : {= staging_max =}

      policy {
        cooldown            = "2m"
        evaluation_interval = "15s"

        check "cpu" {
          source = "nomad-apm"
          query  = "avg_cpu-allocated"

          strategy "target-value" {
            target = {= cpu_target =}
          }
        }
      }
    }

    # One of the new version beside all of the old. In production a person looks at it and promotes it; staging goes on by itself.
    update {
      max_parallel      = 1
      canary            = 1
      auto_revert       = true
      auto_promote      = !local.production
      health_check      = "checks"
      min_healthy_time  = "10s"
      healthy_deadline  = "5m"
      progress_deadline = "10m"
    }

    # Machines are emptied for upgrades one instance at a time.
    migrate {
      max_parallel     = 1
      health_check     = "checks"
      min_healthy_time = "10s"
      healthy_deadline = "5m"
    }

    restart {
      attempts = 3
      interval = "5m"
      delay    = "15s"
      mode     = "fail"
    }

    reschedule {
      delay          = "30s"
      delay_function = "exponential"
      max_delay      = "10m"
      unlimited      = true
    }

    # It goes on serving for so long after load balancers were told that it stops: they learn of it a little later.
    shutdown_delay = "{= prestop =}s"

    network {
      port "http" {
        to = {= port =}
      }
    }

    service {
      name     = "{= service =}"
      provider = "nomad"
      port     = "http"
      tags     = [var.environment]
{=% if health_path %=}

      # Only the process itself: a database that is down must not restart every instance.
      check {
        name     = "alive"
        type     = "http"
        path     = "{= health_path =}"
        interval = "10s"
        timeout  = "2s"

        check_restart {
          limit = 3
          grace = "60s"
        }
      }
{=% if ready_path != health_path %=}

      # Whether it can serve now; a release waits for it.
      check {
        name     = "ready"
        type     = "http"
        path     = "{= ready_path =}"
        interval = "10s"
        timeout  = "2s"
      }
{=% endif %=}
{=% else %=}

      # Whether the port is open is all that can be asked: the service has no health route that is known.
      check {
        name     = "alive"
        type     = "tcp"
        interval = "10s"
        timeout  = "2s"

        check_restart {
          limit = 3
          grace = "60s"
        }
      }
{=% endif %=}
    }

    task "web" {
      driver = "docker"
      user   = "{= uid =}"

      # {= graceful =} seconds to finish requests, and a few to spare. The machines' max_kill_timeout has to allow it: 30 seconds unless set.
      kill_signal  = "SIGTERM"
      kill_timeout = "{= kill =}s"

      config {
        image           = var.image
        ports           = ["http"]
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
{=% for folder in writable %=}

        # Lost with the instance, and each has its own: move these files to object storage before users rely on them.
        mount {
          type   = "tmpfs"
          target = "/app/{= folder =}"

          tmpfs_options {
            size = 67108864
          }
        }
{=% endfor %=}
      }

      env {
        PORT                     = "{= port =}"
        WEB_CONCURRENCY          = "{= workers =}"
        FORWARDED_ALLOW_IPS      = var.proxies
        ENVIRONMENT              = var.environment
        OTEL_SERVICE_NAME        = "{= service =}"
        OTEL_RESOURCE_ATTRIBUTES = "deployment.environment.name=${var.environment},nomad.alloc.id=${NOMAD_ALLOC_ID}"
        # A collector on each machine; the service runs without it as well.
        OTEL_EXPORTER_OTLP_ENDPOINT = "http://${attr.unique.network.ip-address}:4318"
        OTEL_EXPORTER_OTLP_PROTOCOL = "http/protobuf"
        # One trace in ten keeps the bill small; metrics count every request all the same.
        OTEL_TRACES_SAMPLER     = "parentbased_traceidratio"
        OTEL_TRACES_SAMPLER_ARG = local.production ? "0.1" : "1.0"
{=% for setting, staging, production in named %=}

{=% if production %=}
        # Names under which users reach it; the service refuses others.
        {= setting =} = local.production ? "{= production =}" : "{= staging =}"
{=% else %=}
        # Names under which users reach it, separated by commas; until it is set only probes get answers. Or state service.host in prodify.yaml.
        # {= setting =} = ""
{=% endif %=}
{=% endfor %=}
{=% if optional %=}

        # Have a default in the code; take the # away to set another value.
{=% for setting in optional %=}
        # {= setting =} = ""
{=% endfor %=}
{=% endif %=}
      }
{=% if secrets %=}

{= secrets =}
{=% endif %=}

      # A start; measure under load and adjust. CPU in MHz is what is set aside, and more is taken while the machine is idle;
      # above its memory in MB an instance is ended.
      resources {
        cpu    = {= cpu =}
        memory = {= memory =}
      }
    }
  }
{=% endif %=}
{=% for process in processes %=}

{=% if process.single %=}
  # Exactly one: two at once would do everything twice. On a release the new one waits until the old one has ended.
{=% else %=}
  # What works in the background. Nobody calls it, so it has no port and no check. Its number does not follow the queue by itself:
  # nomad job scale -namespace {= namespace =} {= service =} {= process.group =} NUMBER
{=% endif %=}
  group "{= process.group =}" {
{=% if process.single %=}
    count = 1
{=% else %=}
    count = local.production ? {= min_replicas =} : 1

    scaling {
      enabled = true
      min     = local.production ? {= min_replicas =} : 1
      max     = local.production ? {= max_replicas =} : {= staging_max =}
    }
{=% endif %=}

    update {
      max_parallel      = 1
      auto_revert       = true
      health_check      = "task_states"
      min_healthy_time  = "30s"
      healthy_deadline  = "5m"
      progress_deadline = "10m"
    }

    migrate {
      max_parallel     = 1
      health_check     = "task_states"
      min_healthy_time = "30s"
      healthy_deadline = "5m"
    }

    restart {
      attempts = 3
      interval = "5m"
      delay    = "15s"
      mode     = "fail"
    }

    reschedule {
      delay          = "30s"
      delay_function = "exponential"
      max_delay      = "10m"
      unlimited      = true
    }

    task "{= process.group =}" {
      driver = "docker"
      user   = "{= uid =}"

{=% if process.longest %=}
      # The longest task may take {= process.longest =} seconds: a worker that is told to stop finishes what it has begun, and takes nothing new.
      # The machines' max_kill_timeout has to allow it: 30 seconds unless set.
{=% endif %=}
      kill_signal  = "SIGTERM"
      kill_timeout = "{= process.termination =}s"

      config {
        image           = var.image
        command         = "{= process.command =}"
        args            = {= process.args =}
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
        ENVIRONMENT                 = var.environment
        OTEL_SERVICE_NAME           = "{= process.name =}"
        OTEL_RESOURCE_ATTRIBUTES    = "deployment.environment.name=${var.environment},nomad.alloc.id=${NOMAD_ALLOC_ID}"
        OTEL_EXPORTER_OTLP_ENDPOINT = "http://${attr.unique.network.ip-address}:4318"
        OTEL_EXPORTER_OTLP_PROTOCOL = "http/protobuf"
{=% for setting, staging, production in named %=}

{=% if production %=}
        # Names under which users reach it; the service refuses others.
        {= setting =} = local.production ? "{= production =}" : "{= staging =}"
{=% else %=}
        # Names under which users reach it, separated by commas; until it is set only probes get answers. Or state service.host in prodify.yaml.
        # {= setting =} = ""
{=% endif %=}
{=% endfor %=}
{=% if optional %=}

        # Have a default in the code; take the # away to set another value.
{=% for setting in optional %=}
        # {= setting =} = ""
{=% endfor %=}
{=% endif %=}
      }
{=% if secrets %=}

{= secrets =}
{=% endif %=}

      resources {
        cpu    = {= cpu =}
        memory = {= 2 * process.memory =}
      }
    }
  }
{=% endfor %=}
}
