# Written by prodify (recipe policy); yours to edit, upgrades merge.
# Every rule must be able to say no: one mistake each, in a workload that is otherwise right. Run: conftest verify --policy {= folder =}
package kubernetes_test

import rego.v1

import data.kubernetes

good := {
	"kind": "Deployment",
	"metadata": {"name": "web"},
	"spec": {"template": {"spec": {
		"securityContext": {"runAsNonRoot": true},
		"volumes": [{"name": "tmp", "emptyDir": {}}],
		"containers": [{
			"name": "web",
			"image": "registry.example/web:1.2.3",
			"env": [{"name": "API_KEY", "valueFrom": {"secretKeyRef": {"name": "web", "key": "API_KEY"}}}],
			"resources": {"requests": {"cpu": "100m"}, "limits": {"memory": "512Mi"}},
			"securityContext": {
				"allowPrivilegeEscalation": false,
				"readOnlyRootFilesystem": true,
				"capabilities": {"drop": ["ALL"]},
			},
		}],
	}}},
}

spec := "/spec/template/spec"

first := concat("", [spec, "/containers/0"])

mistakes := {
	"may gain privileges": {"op": "replace", "path": concat("", [first, "/securityContext/allowPrivilegeEscalation"]), "value": true},
	"is privileged": {"op": "add", "path": concat("", [first, "/securityContext/privileged"]), "value": true},
	"keeps capabilities": {"op": "remove", "path": concat("", [first, "/securityContext/capabilities"])},
	"runs as root": {"op": "remove", "path": concat("", [spec, "/securityContext"])},
	"runs as root against its pod": {"op": "add", "path": concat("", [first, "/securityContext/runAsNonRoot"]), "value": false},
	"shares the network": {"op": "add", "path": concat("", [spec, "/hostNetwork"]), "value": true},
	"sees the node": {"op": "replace", "path": concat("", [spec, "/volumes/0"]), "value": {"name": "etc", "hostPath": {"path": "/etc"}}},
	"may write": {"op": "replace", "path": concat("", [first, "/securityContext/readOnlyRootFilesystem"]), "value": false},
	"asks for no CPU": {"op": "remove", "path": concat("", [first, "/resources/requests"])},
	"has no limit": {"op": "remove", "path": concat("", [first, "/resources/limits"])},
	"is the latest": {"op": "replace", "path": concat("", [first, "/image"]), "value": "registry.example/web:latest"},
	"holds a secret": {"op": "replace", "path": concat("", [first, "/env/0"]), "value": {"name": "API_KEY", "value": "x"}},
}

test_good_is_good if {
	count(kubernetes.deny) == 0 with input as good
}

test_each_mistake_is_refused_once if {
	every mistake in mistakes {
		count(kubernetes.deny) == 1 with input as json.patch(good, [mistake])
	}
}

test_other_kinds_of_workload if {
	template := json.patch(good.spec.template, [mistakes_of_template])
	count(kubernetes.deny) == 1 with input as {"kind": "CronJob", "metadata": {"name": "night"}, "spec": {"jobTemplate": {"spec": {"template": template}}}}
	count(kubernetes.deny) == 1 with input as {"kind": "Pod", "metadata": {"name": "web"}, "spec": template.spec}
}

mistakes_of_template := {"op": "remove", "path": "/spec/containers/0/resources/limits"}

test_services_stay_inside if {
	service := {"kind": "Service", "metadata": {"name": "web"}, "spec": {"type": "LoadBalancer"}}
	count(kubernetes.deny) == 1 with input as service
	count(kubernetes.deny) == 0 with input as json.patch(service, [{"op": "replace", "path": "/spec/type", "value": "ClusterIP"}])
}

test_an_exception_is_by_name if {
	bad := json.patch(good, [mistakes["may write"]])
	count(kubernetes.deny) == 0 with input as bad with kubernetes.exceptions as {"web"}
}
