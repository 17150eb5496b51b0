module "label" {
  source = "./label"
  name   = "Web"
}

resource "terraform_data" "x" {
  input = module.label.label
}
