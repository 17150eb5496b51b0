variable "image" {
  type = string
}

job "shop" {
  group "web" {
    task "web" {
      driver = "docker"

      config {
        image = var.image
      }

      env {
        PORT = "8080"
      }

      template {
        destination = "secrets/settings.env"
        env         = true

        data = <<-EOT
          SECRET_KEY={{ key }}
        EOT
      }
    }
  }
}
