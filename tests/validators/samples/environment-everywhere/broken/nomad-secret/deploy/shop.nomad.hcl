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
        SECRET_KEY = "abc"
        # PAGE_SIZE = "20"
      }

      template {
        destination = "secrets/settings.env"
        env         = true

        data = <<-EOT
        EOT
      }
    }
  }
}
