module "label" {
  source = "./label"
  nmae   = "Web"
}
