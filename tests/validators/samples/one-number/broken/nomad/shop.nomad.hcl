locals {
  production = true
}

job "shop" {
  type = "service"

  group "web" {
    count = local.production ? 2 : 1
  }
}
