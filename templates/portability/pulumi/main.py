# Written by prodify (recipe pulumi); yours to edit, upgrades merge.
"""What lasts longer than a release of {= service =}: run by `pulumi up`. What changes with a release stands in deploy/."""

import pulumi
from service_stack import ServiceStack, Settings

config = pulumi.Config()
stack = ServiceStack(
    Settings(
        service="{= service =}",
        environment=pulumi.get_stack(),
        owner=config.require("owner"),
        data_class=config.require("data_class"),
{=% if cloud == "gcp" %=}
        project=pulumi.Config("gcp").require("project"),
        region=pulumi.Config("gcp").require("region"),
{=% else %=}
        region=pulumi.Config("aws").require("region"),
        cluster=config.require("cluster"),
        account=config.get("account"),
{=% endif %=}
{=% if database %=}
        machine=config.require("machine"),
        disk_gb=config.require_int("disk_gb"),
        connections=config.require_int("connections"),
        standby=config.require_bool("standby"),
{=% endif %=}
    )
)
for name, value in stack.outputs.items():
    pulumi.export(name, value)
