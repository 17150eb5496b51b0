# Written by prodify (recipe policy); yours to edit, upgrades merge.
# What no plan may do, whoever approves it. Try it:
#   terraform plan -out plan && terraform show -json plan | conftest test --policy {= folder =} --namespace terraform -
# An exception is an address here, with its reason beside it: then it is seen in the review.
package terraform

import rego.v1

exceptions := set()

required_labels := {"service", "environment"}

databases := {"google_sql_database_instance", "aws_db_instance", "aws_rds_cluster", "azurerm_postgresql_flexible_server"}

changed contains resource if {
	some resource in input.resource_changes
	resource.mode == "managed"
	some action in resource.change.actions
	action in {"create", "update"}
	not resource.address in exceptions
}

deny contains message if {
	some resource in input.resource_changes
	resource.type in databases
	"delete" in resource.change.actions
	not resource.address in exceptions
	message := said(resource, "would be deleted with its data; restore it beside first, then name it as an exception")
}

deny contains message if {
	some resource in changed
	labels := labels_of(resource)
	missing := required_labels - object.keys(labels)
	count(missing) > 0
	message := said(resource, concat(" ", ["lacks the labels", concat(", ", sort([name | some name in missing]))]))
}

# Only what can carry labels has the attribute at all. With the provider's default labels in it:
labels_of(resource) := object.get(resource.change.after, "terraform_labels", {}) if {
	startswith(resource.type, "google_")
	is_object(resource.change.after.terraform_labels)
}

labels_of(resource) := resource.change.after.tags_all if {
	startswith(resource.type, "aws_")
	is_object(resource.change.after.tags_all)
}

labels_of(resource) := resource.change.after.tags if {
	startswith(resource.type, "azurerm_")
	is_object(resource.change.after.tags)
}

deny contains message if {
	some resource in changed
	resource.type == "google_storage_bucket"
	object.get(resource.change.after, "public_access_prevention", "") != "enforced"
	message := said(resource, "must set public_access_prevention to enforced")
}

deny contains message if {
	some resource in changed
	resource.type == "aws_s3_bucket_public_access_block"
	some setting in ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]
	object.get(resource.change.after, setting, false) != true
	message := said(resource, concat(" ", ["must set", setting]))
}

deny contains message if {
	some resource in changed
	resource.type == "google_sql_database_instance"
	some settings in resource.change.after.settings
	some network in settings.ip_configuration
	object.get(network, "ipv4_enabled", true)
	message := said(resource, "must have no public address")
}

deny contains message if {
	some resource in changed
	resource.type in {"aws_db_instance", "aws_rds_cluster_instance"}
	object.get(resource.change.after, "publicly_accessible", false)
	message := said(resource, "must have no public address")
}

deny contains message if {
	some resource in changed
	resource.type == "azurerm_postgresql_flexible_server"
	object.get(resource.change.after, "public_network_access_enabled", true)
	message := said(resource, "must have no public address")
}

deny contains message if {
	some resource in changed
	some network in world(resource)
	network in {"0.0.0.0/0", "::/0"}
	message := said(resource, "must not let the whole internet in; that is the gateway's or load balancer's task")
}

world(resource) := resource.change.after.source_ranges if {
	resource.type == "google_compute_firewall"
	object.get(resource.change.after, "direction", "INGRESS") == "INGRESS"
}

world(resource) := [resource.change.after.cidr_ipv4] if resource.type == "aws_vpc_security_group_ingress_rule"

deny contains message if {
	some resource in changed
	some member in members(resource)
	member in {"allUsers", "allAuthenticatedUsers"}
	message := said(resource, "must not grant a right to everybody")
}

members(resource) := [resource.change.after.member] if endswith(resource.type, "_iam_member")

members(resource) := resource.change.after.members if endswith(resource.type, "_iam_binding")

said(resource, rule) := concat(" ", [resource.address, rule])
