# Written by prodify (recipe terraform); yours to edit, upgrades merge.
# The service's identity and its secrets in {= environment =}. See infra/README.md for the commands.

module "service" {
  source      = "../../modules/service"
  service     = "{= service =}"
  environment = "{= environment =}"
  project     = var.project
#% if runtime == "cloud-run"
  region      = "{= region =}"
  account_id  = "{= account_id =}"
#% if settings
  settings = [
#% for name in settings
    "{= name =}",
#% endfor
  ]
#% else
  settings    = []
#% endif
#% else
  namespace   = "{= namespace =}"
#% endif
}
#% if database
{= "" =}
# The address of the database holds its password: the service alone reads it.
resource "google_secret_manager_secret_iam_member" "database" {
  project   = var.project
  secret_id = module.database.secret
  role      = "roles/secretmanager.secretAccessor"
  member    = module.service.member
}
#% endif
