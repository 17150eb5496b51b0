# Written by prodify (recipe suspend); yours to edit, upgrades merge.

variable "suspend_apply" {
  description = "Whether the suspend function acts. Watch what it would do for a month before you set it to true."
  type        = bool
  default     = false
}

variable "slack_webhook_url" {
  description = "Address of the Slack webhook, null for no message. Give it as TF_VAR_slack_webhook_url: it is a secret."
  type        = string
  default     = null
  sensitive   = true
}

module "suspend" {
  source            = "../../modules/suspend"
  service           = "{= service =}"
  topic             = module.budget.topic
  suspend_percent   = {= suspend_percent =}
  apply             = var.suspend_apply
  slack_webhook_url = var.slack_webhook_url
}
