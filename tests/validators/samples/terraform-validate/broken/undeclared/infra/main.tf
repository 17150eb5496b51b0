variable "name" {
  type = string
}

locals {
  label = lower(var.nmae)
}

output "label" {
  value = local.label
}
