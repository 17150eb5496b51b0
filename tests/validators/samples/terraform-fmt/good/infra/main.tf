variable "name" {
  type = string
}

locals {
  label = lower(var.name)
}

output "label" {
  value = local.label
}
