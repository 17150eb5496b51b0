# Written by prodify (recipe policy); yours to edit, upgrades merge.
# What no workload may do, whoever reviews it; CI holds what kustomize makes of the manifests against it. Try it:
#   kubectl kustomize {= manifests =} | conftest test --policy {= folder =} --namespace kubernetes -
# An exception is a name here, with its reason beside it: then it is seen in the review.
package kubernetes

import rego.v1

exceptions := set()

templates := {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"}

pod := input.spec.template.spec if input.kind in templates

pod := input.spec.jobTemplate.spec.template.spec if input.kind == "CronJob"

pod := input.spec if input.kind == "Pod"

containers := array.concat(object.get(pod, "containers", []), object.get(pod, "initContainers", []))

# The restricted Pod Security Standard, said before the cluster refuses it.

deny contains message if {
	some container in containers
	object.get(container, ["securityContext", "allowPrivilegeEscalation"], true)
	message := said(container, "must set allowPrivilegeEscalation to false")
}

deny contains message if {
	some container in containers
	object.get(container, ["securityContext", "privileged"], false)
	message := said(container, "must not be privileged")
}

deny contains message if {
	some container in containers
	not "ALL" in object.get(container, ["securityContext", "capabilities", "drop"], [])
	message := said(container, "must drop ALL capabilities")
}

deny contains message if {
	some container in containers
	not runs_as_user(container)
	message := said(container, "must set runAsNonRoot, itself or for the whole pod")
}

runs_as_user(container) if container.securityContext.runAsNonRoot

runs_as_user(container) if {
	not container.securityContext.runAsNonRoot == false
	pod.securityContext.runAsNonRoot
}

deny contains message if {
	some shared in ["hostNetwork", "hostPID", "hostIPC"]
	object.get(pod, shared, false)
	message := whole(concat(" ", ["must not set", shared]))
}

deny contains message if {
	some volume in object.get(pod, "volumes", [])
	volume.hostPath
	message := whole(concat(" ", ["must not mount a folder of the node: volume", volume.name]))
}

# Beyond it: what makes a break-in worth less, and a release repeatable.

deny contains message if {
	some container in containers
	not object.get(container, ["securityContext", "readOnlyRootFilesystem"], false)
	message := said(container, "must have a read-only root file system")
}

deny contains message if {
	some container in containers
	not object.get(container, ["resources", "requests", "cpu"], false)
	message := said(container, "must request CPU: without it no autoscaler can count")
}

deny contains message if {
	some container in containers
	not object.get(container, ["resources", "limits", "memory"], false)
	message := said(container, "must have a memory limit: without it one leak takes the node")
}

deny contains message if {
	some container in containers
	endswith(container.image, ":latest")
	message := said(container, "must not use the tag latest: nobody can tell what runs, or go back to it")
}

deny contains message if {
	some container in containers
	some variable in object.get(container, "env", [])
	regex.match(`(?i)(secret|token|password|passwd|api_?key)`, variable.name)
	object.get(variable, "value", "") != ""
	message := said(container, concat(" ", ["must take", variable.name, "from a Secret, not from the manifest"]))
}

deny contains message if {
	input.kind == "Service"
	input.spec.type in {"LoadBalancer", "NodePort"}
	message := whole("must stay inside the cluster: the gateway is the one way in")
}

said(container, rule) := whole(concat(" ", ["container", container.name, rule]))

whole(rule) := message if {
	not input.metadata.name in exceptions
	message := concat(" ", [input.kind, concat("", [input.metadata.name, ":"]), rule])
}
