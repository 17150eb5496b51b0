"""What a job of Nomad may hold: attributes and blocks by block, and the functions of its expressions. Nomad refuses everything else.

After https://developer.hashicorp.com/nomad/docs/job-specification and .../nomad/docs/reference/hcl2/functions, as of Nomad 2.0.
"""

from __future__ import annotations

from collections.abc import Mapping

FREE = frozenset({"meta", "env", "config", "policy", "options", "headers", "extra_claims", "tagged_addresses", "header", "canary_meta"})
"""Blocks whose keys are the user's own, or those of a plug-in."""

_RULE = ("attribute value operator", "")
_CHECK_RESTART = ("limit grace ignore_warnings", "")
_SERVICE = (
    "name tags canary_tags enable_tag_override port address_mode address task on_update provider cluster kind",
    "check check_restart connect meta canary_meta tagged_addresses identity weights",
)
_TABLE: Mapping[str, tuple[str, str]] = {
    "job": (
        "region namespace id name type priority all_at_once datacenters node_pool",
        "constraint affinity group task update multiregion spread periodic parameterized reschedule migrate meta ui vault",
    ),
    "group": (
        "count shutdown_delay max_run_duration stop_after_client_disconnect max_client_disconnect prevent_reschedule_on_lost",
        "constraint affinity task spread volume restart disconnect reschedule ephemeral_disk update migrate network meta service scaling "
        "consul vault",
    ),
    "task": (
        "driver user kill_timeout leader shutdown_delay kill_signal kind",
        "lifecycle config constraint affinity env service resources restart meta logs artifact vault consul template dispatch_payload "
        "volume_mount csi_plugin scaling secret identity action schedule",
    ),
    "service": _SERVICE,
    "check": (
        "name type command args path protocol port expose address_mode advertise interval timeout initial_status notes tls_server_name "
        "tls_skip_verify method grpc_service grpc_use_tls task success_before_passing failures_before_critical failures_before_warning "
        "body on_update",
        "header check_restart",
    ),
    "check_restart": _CHECK_RESTART,
    "update": (
        "stagger max_parallel health_check min_healthy_time healthy_deadline progress_deadline canary auto_revert auto_promote", "",
    ),
    "migrate": ("max_parallel health_check min_healthy_time healthy_deadline", ""),
    "restart": ("interval attempts delay mode render_templates", ""),
    "reschedule": ("attempts interval delay delay_function max_delay unlimited", ""),
    "disconnect": ("lost_after stop_on_client_after replace reconcile", ""),
    "network": ("mode device cidr ip hostname mbits", "dns port cni"),
    "port": ("static to host_network ignore_collision", ""),
    "template": (
        "source destination data change_mode change_signal once splay perms uid gid left_delimiter right_delimiter env vault_grace "
        "error_on_missing_key",
        "change_script wait",
    ),
    "resources": ("cpu cores memory memory_max disk secrets iops", "network device numa"),
    "scaling": ("min max enabled type", "policy"),
    "constraint": _RULE,
    "affinity": ("attribute value operator weight", ""),
    "spread": ("attribute weight", "target"),
    "ephemeral_disk": ("sticky migrate size", ""),
    "vault": ("policies role namespace cluster env disable_file change_mode change_signal allow_token_expiration", ""),
    "logs": ("max_files max_file_size enabled disabled", ""),
    "lifecycle": ("hook sidecar", ""),
    "variable": ("type default description", "validation"),
    "validation": ("condition error_message", ""),
}  # fmt: skip
ATTRIBUTES: Mapping[str, frozenset[str]] = {name: frozenset(pair[0].split()) for name, pair in _TABLE.items()}
BLOCKS: Mapping[str, frozenset[str]] = {name: frozenset(pair[1].split()) for name, pair in _TABLE.items()}
TOP = frozenset({"job", "variable", "variables", "locals"})

FUNCTIONS = frozenset(
    "abs base64decode base64encode bcrypt can ceil chomp chunklist cidrhost cidrnetmask cidrsubnet cidrsubnets coalesce coalescelist "
    "compact concat contains convert csvdecode distinct element flatten floor format formatdate formatlist indent index join jsondecode "
    "jsonencode keys length log lookup lower max merge min parseint pow range reverse replace regex_replace rsadecrypt setintersection "
    "setproduct setunion sha256 sha512 signum slice sort split strlen strrev substr timeadd title trim trimprefix trimspace trimsuffix "
    "try upper urlencode uuidv4 uuidv5 values yamldecode yamlencode zipmap abspath basename dirname pathexpand file filebase64 fileexists "
    "fileset".split()
)
"""Terraform knows more of them, such as regex; a job that calls one of those is refused."""
