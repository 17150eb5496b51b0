variable "image" {
  type = string
}

locals {
  production = true
}

job "web" {
  group "web" {
    count = local.production ? 2 : 1

    scaling {
      min = local.production ? 2 : 1
      max = local.production ? 20 : 2
    }

    update {
      canary            = 1
      auto_promote      = true
      min_healthy_time  = "10s"
      healthy_deadline  = "5m"
      progress_deadline = "10m"
    }

    network {
      port "http" {
        to = 8080
      }
    }

    service {
      name     = "web"
      provider = "nomad"
      port     = "http"

      check {
        type     = "http"
        path     = "/healthz"
        interval = "10s"
        timeout  = "2s"
      }
    }

    task "web" {
      driver       = "docker"
      kill_timeout = "40s"

      config {
        image = var.image
        ports = ["http"]
      }

      env {
        PORT = "8080"
      }

      template {
        env         = true

        data = <<-EOT
          SECRET_KEY={{ with nomadVar "nomad/jobs" }}{{ .SECRET_KEY | toJSON }}{{ end }}
        EOT
      }
    }
  }
}
