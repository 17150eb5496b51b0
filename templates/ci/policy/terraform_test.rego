# Written by prodify (recipe policy); yours to edit, upgrades merge.
# Every rule must be able to say no, and must not say it of what is right. Run: conftest verify --policy {= folder =}
package terraform_test

import rego.v1

import data.terraform

plan(type, actions, after) := {"resource_changes": [{
	"address": concat(".", [type, "x"]), "mode": "managed", "type": type,
	"change": {"actions": actions, "after": after},
}]}

labels := {"service": "web", "environment": "production"}

right := [
	plan("google_storage_bucket", ["create"], {"public_access_prevention": "enforced", "terraform_labels": labels}),
	plan("aws_s3_bucket", ["create"], {"tags_all": labels}),
	plan("google_sql_database_instance", ["update"], {"settings": [{"ip_configuration": [{"ipv4_enabled": false}]}]}),
	plan("aws_db_instance", ["create"], {"publicly_accessible": false, "tags_all": labels}),
	plan("azurerm_postgresql_flexible_server", ["create"], {"public_network_access_enabled": false, "tags": labels}),
	plan("google_compute_firewall", ["create"], {"direction": "INGRESS", "source_ranges": ["10.0.0.0/8"]}),
	plan("google_project_iam_member", ["create"], {"member": "serviceAccount:web@x.iam.gserviceaccount.com"}),
	plan("terraform_data", ["create"], {}),
	plan("google_service_account", ["delete"], null),
]

wrong := [
	plan("google_storage_bucket", ["create"], {"terraform_labels": labels}),
	plan("google_storage_bucket", ["create"], {"public_access_prevention": "enforced", "terraform_labels": {"service": "web"}}),
	plan("aws_s3_bucket", ["create"], {"tags_all": {}}),
	plan("azurerm_storage_account", ["create"], {"tags": {"environment": "staging"}}),
	plan("google_sql_database_instance", ["update"], {"settings": [{"ip_configuration": [{"ipv4_enabled": true}]}]}),
	plan("google_sql_database_instance", ["delete", "create"], null),
	plan("aws_db_instance", ["delete"], null),
	plan("aws_db_instance", ["create"], {"publicly_accessible": true, "tags_all": labels}),
	plan("azurerm_postgresql_flexible_server", ["create"], {"tags": labels}),
	plan("google_compute_firewall", ["create"], {"direction": "INGRESS", "source_ranges": ["0.0.0.0/0"]}),
	plan("aws_vpc_security_group_ingress_rule", ["create"], {"cidr_ipv4": "0.0.0.0/0"}),
	plan("google_project_iam_member", ["create"], {"member": "allUsers"}),
	plan("google_storage_bucket_iam_binding", ["create"], {"members": ["allAuthenticatedUsers"]}),
	plan("aws_s3_bucket_public_access_block", ["create"], {
		"block_public_acls": true, "block_public_policy": false, "ignore_public_acls": true, "restrict_public_buckets": true,
	}),
]

test_right_plans_pass if {
	every tried in right {
		count(terraform.deny) == 0 with input as tried
	}
}

test_each_wrong_plan_is_refused_once if {
	every tried in wrong {
		count(terraform.deny) == 1 with input as tried
	}
}

test_an_exception_is_by_address if {
	bad := plan("google_project_iam_member", ["create"], {"member": "allUsers"})
	count(terraform.deny) == 0 with input as bad with terraform.exceptions as {"google_project_iam_member.x"}
}
