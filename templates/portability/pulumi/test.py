# Written by prodify (recipe pulumi); yours to edit, upgrades merge.
"""What the program would make, with a stand-in for the cloud: needs no account, no network and no state. Run it in this folder."""

import json
from dataclasses import replace

import pytest

pytest.importorskip("pulumi", reason="the packages of infra/pulumi/requirements.txt are not installed")

import pulumi  # noqa: E402 - there or passed over
from service_stack import ServiceStack, Settings  # noqa: E402

SETTINGS = Settings(
    service="{= service =}",
    environment="staging",
    owner="somebody",
    data_class="internal",
{=% if cloud == "gcp" %=}
    project="a-project",
    region="europe-west1",
{=% else %=}
    region="eu-west-1",
    cluster="a-cluster",
    account="123456789012",
{=% endif %=}
{=% if database %=}
    machine="small",
    disk_gb=10,
    connections=25,
    standby=False,
{=% endif %=}
)


class Cloud(pulumi.runtime.Mocks):
    """Takes every resource, and remembers what it was asked for."""

    def __init__(self):
        self.made = []

    def new_resource(self, args):
        self.made.append(args)
        known = {"arn": f"arn:{args.name}", "member": f"serviceAccount:{args.name}", "result": "a-password", "selfLink": f"link:{args.name}"}
        return [f"{args.name}-id", {**known, "name": args.name, "address": "10.0.0.2", "endpoint": "10.0.0.2:5432", **args.inputs}]

    def call(self, args):
        if args.token == "aws:eks/getCluster:getCluster":
            network = {"vpcId": "vpc-1", "subnetIds": ["subnet-1"], "clusterSecurityGroupId": "sg-1"}
            return {"identities": [{"oidcs": [{"issuer": "https://oidc.example.org/id/1"}]}], "vpcConfig": network}
        return {"arn": "arn:oidc", "number": "123"}

    def of(self, kind):
        return [made for made in self.made if made.typ.lower().endswith(f":{kind.lower()}")]


def made(environment="staging", **changes):
    """What the program makes in an environment."""
    cloud = Cloud()
    pulumi.runtime.set_mocks(cloud, project="{= service =}", stack=environment)

    @pulumi.runtime.test
    def build():
        ServiceStack(replace(SETTINGS, environment=environment, **changes))

    build()
    return cloud


def keys(value):
    """All keys of nested mappings."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [*(value if isinstance(value, dict) else ()), *(key for item in inner for key in keys(item))]


def test_no_property_is_misspelt():
    """Pulumi translates the names that it knows: what still has an underscore is none of them."""
    assert [(item.name, key) for item in made("production").made for key in keys(item.inputs) if "_" in key] == []


def test_a_stack_has_the_name_of_an_environment():
    with pytest.raises(ValueError, match="staging or production"):
        made("prodution")


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_everything_says_whose_it_is(environment):
    (provider,) = [item for item in made(environment).made if item.typ.startswith("pulumi:providers:")]
    said = json.dumps({key: value for key, value in provider.inputs.items() if key.startswith("default")})
    assert '{= service =}' in said and environment in said and "somebody" in said


{=% if cloud == "gcp" %=}
def test_the_service_alone_reads_its_secrets():
    cloud = made("production")
    readers = cloud.of("SecretIamMember")
    assert len(readers) == len(cloud.of("Secret"))
    assert {reader.inputs["role"] for reader in readers} <= {"roles/secretmanager.secretAccessor"}
    assert len({reader.inputs["member"] for reader in readers}) <= 1


def test_secrets_have_the_names_that_the_deploy_files_ask_for():
    names = [secret.inputs["secretId"] for secret in made("production").of("Secret")]
    assert all(name.startswith("{= service =}-production") for name in names)
    assert len(set(names)) == len(names)
{=% if runtime == "cloud-run" %=}


def test_one_registry_serves_both_environments():
    assert len(made("production").of("Repository")) == 1
    assert made("staging").of("Repository") == []
{=% endif %=}
{=% else %=}
def test_the_pods_of_the_service_alone_take_the_role():
    for environment, namespace in (("staging", "{= namespace =}-staging"), ("production", "{= namespace =}")):
        (role,) = made(environment).of("Role")
        (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        assert statement["Condition"]["StringEquals"]["oidc.example.org/id/1:sub"] == f"system:serviceaccount:{namespace}:{= service =}"


def test_the_role_reads_these_secrets_and_no_others():
    cloud = made()
    allowed = [json.loads(policy.inputs["policy"])["Statement"] for policy in cloud.of("RolePolicy")]
    assert len(allowed) == len(cloud.of("Secret"))
    assert all("*" not in json.dumps(statements) for statements in allowed)
{=% endif %=}
{=% if database %=}


def test_no_way_leads_to_the_database_from_the_internet():
    cloud = made("production")
{=% if cloud == "gcp" %=}
    (instance,) = cloud.of("DatabaseInstance")
    given = instance.inputs["settings"]["ipConfiguration"]
    assert given["ipv4Enabled"] is False and given["sslMode"] == "ENCRYPTED_ONLY"
    (address,) = cloud.of("Address")
    assert address.inputs["addressType"] == "INTERNAL"
{=% else %=}
    (instance,) = cloud.of("Instance")
    assert instance.inputs["publiclyAccessible"] is False and instance.inputs["storageEncrypted"] is True
    (rule,) = cloud.of("SecurityGroupIngressRule")
    assert rule.inputs["referencedSecurityGroupId"] == "sg-1" and "cidrIpv4" not in rule.inputs
{=% endif %=}


def test_the_database_is_backed_up_and_cannot_be_deleted_by_mistake():
    (instance,) = made("production").of("{= instance =}")
    assert instance.inputs["deletionProtection"] is True
{=% if cloud == "gcp" %=}
    backups = instance.inputs["settings"]["backupConfiguration"]
    assert backups["enabled"] is True and backups["backupRetentionSettings"]["retainedBackups"] >= 7
{=% else %=}
    assert instance.inputs["backupRetentionPeriod"] >= 7 and instance.inputs["skipFinalSnapshot"] is False
{=% endif %=}


def test_a_second_machine_stands_by_where_it_is_asked_for():
    for standby in (True, False):
        (instance,) = made("production", standby=standby).of("{= instance =}")
{=% if cloud == "gcp" %=}
        assert instance.inputs["settings"]["availabilityType"] == ("REGIONAL" if standby else "ZONAL")
{=% else %=}
        assert instance.inputs["multiAz"] is standby
{=% endif %=}


def test_the_address_of_the_database_holds_its_password_and_goes_into_the_store():
    (version,) = made("production").of("SecretVersion")
    text = json.dumps(version.inputs)
    assert "{= scheme =}://" in text and "a-password" in text
{=% endif %=}
