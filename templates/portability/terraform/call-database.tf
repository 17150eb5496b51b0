# Written by prodify (recipe managed-database); yours to edit, upgrades merge.
# The database of {= environment =}. See infra/modules/database/README.md.

module "database" {
#% if cloud == "azure"
  source         = "../../modules/database"
  service        = "{= service =}"
  environment    = "{= environment =}"
#% else
  source      = "../../modules/database"
  service     = "{= service =}"
  environment = "{= environment =}"
#% endif
#% if cloud == "gcp"
  project     = var.project
  region      = "{= region =}"
  tier        = "{= machine =}"
  disk_gb     = {= disk_gb =}
  connections = {= connections =}
  standby     = {= standby =}
  labels      = module.labels.labels
  secret      = "{= secret =}"
#% elif cloud == "aws"
  cluster     = var.cluster
  machine     = "{= machine =}"
  disk_gb     = {= disk_gb =}
  connections = {= connections =}
  standby     = {= standby =}
  secret      = "{= secret =}"
#% else
  resource_group = var.resource_group
  network        = var.network
  subnet_range   = var.subnet_range
  key_vault      = var.key_vault
  machine        = "{= machine =}"
  disk_gb        = {= disk_gb =}
  connections    = {= connections =}
  standby        = {= standby =}
  labels         = module.labels.labels
  secret         = "{= secret =}"
#% endif
}

output "database_secret" {
  description = "Secret that holds the address of the database."
  value       = module.database.secret
}
