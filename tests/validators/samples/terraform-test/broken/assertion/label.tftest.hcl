run "lower" {
  command = plan

  variables {
    name = "Shop"
  }

  assert {
    condition     = output.label == "Shop"
    error_message = "the label is not in lower case"
  }
}
