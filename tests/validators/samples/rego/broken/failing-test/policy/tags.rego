package main

import rego.v1

deny contains message if {
  some resource in input.resources
  resource.tags.service
  message := "a resource has no service tag"
}
