variable "name" {
  type = string
}

output "label" {
  value = lower(var.name)
}
