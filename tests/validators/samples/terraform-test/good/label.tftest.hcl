run "lower" {
  command = plan

  variables {
    name = "Shop"
  }

  assert {
    condition     = output.label == "shop"
    error_message = "the label is not in lower case"
  }
}
