# Written by prodify (recipe tags); yours to edit, upgrades merge.
# One place names the labels; the provider gives them to every resource, so that the bill can be read by service and environment.

module "labels" {
  source      = "{= source =}"
  service     = "{= service =}"
  environment = "{= environment =}"
  owner       = "{= owner =}"
  data_class  = "{= data_class =}"
}
#% if provider == "aws"

provider "aws" {
  default_tags {
    tags = module.labels.labels
  }
}
#% elif provider == "google"

provider "google" {
  default_labels = module.labels.labels
}
#% endif
