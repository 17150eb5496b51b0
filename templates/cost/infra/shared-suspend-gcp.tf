# Written by prodify (recipe suspend); yours to edit, upgrades merge.

variable "suspend_apply" {
  description = "Whether the suspend function acts. Watch what it would do for a month before you set it to true."
  type        = bool
  default     = false
}

variable "slack_secret" {
  description = "Id of the Secret Manager secret that holds the address of the Slack webhook; null for no message."
  type        = string
  default     = null
}

module "suspend" {
  source          = "../../modules/suspend"
  service         = "{= service =}"
  project         = var.project
  region          = "{= region =}"
  topic           = module.budget.topic
  suspend_percent = {= suspend_percent =}
  apply           = var.suspend_apply
  slack_secret    = var.slack_secret
#% if staging_account
  # Made by envs/staging, which is applied before.
  runtime_accounts = ["projects/${var.project}/serviceAccounts/{= staging_account =}@${var.project}.iam.gserviceaccount.com"]
#% endif
}
