# Written by prodify (recipe pulumi); yours to edit, upgrades merge.
"""The service's identity and secrets{= also =} on AWS, as one component."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
{=% if database %=}
import pulumi_random as random
{=% endif %=}

{=% if database %=}
KEEP_DAYS = {= keep_days =}
PORT = {= port =}
{=% endif %=}


@dataclass(frozen=True)
class Settings:
    """What differs between staging and production."""

    service: str
    environment: str
    owner: str
    data_class: str
    region: str
    cluster: str
    account: str | None
{=% if database %=}
    machine: str
    disk_gb: int
    connections: int
    standby: bool
{=% endif %=}

    @property
    def name(self) -> str:
        """The service in this environment."""
        return f"{self.service}-{self.environment}"

    @property
    def tags(self) -> dict[str, str]:
        """The tags of everything: with them the bill can be read by service, environment and owner."""
        return {
            "service": self.service,
            "env": self.environment,
            "owner": self.owner,
            "cost-center": self.service,
            "managed-by": "pulumi",
            "data-class": self.data_class,
        }


class ServiceStack(pulumi.ComponentResource):
    """All that the service needs from the cloud account, and no more."""

    def __init__(self, settings: Settings) -> None:
        super().__init__("prodify:service:Stack", settings.name)
        if settings.environment not in ("staging", "production"):
            raise ValueError("the stack is called staging or production")
        self.settings = settings
        provider = aws.Provider(
            "aws",
            region=settings.region,
            allowed_account_ids=[settings.account] if settings.account else None,
            default_tags={"tags": settings.tags},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.within = pulumi.ResourceOptions(parent=self, provider=provider)
        self.asked = pulumi.InvokeOptions(parent=self, provider=provider)
        self.cluster = aws.eks.get_cluster_output(name=settings.cluster, opts=self.asked)
        self.outputs: dict[str, pulumi.Input[str]] = {}
        # One secret with all settings, a JSON object. Its value never passes through Pulumi.
        secret = aws.secretsmanager.Secret("settings", name=settings.name, recovery_window_in_days=7, opts=self.within)
        self.role = self._identity()
        self._readable("settings", secret)
        self.outputs["secret"] = secret.name
{=% if database %=}
        self._database()
{=% endif %=}
        self.register_outputs(self.outputs)

    def _identity(self) -> aws.iam.Role:
        """The pods' own identity, known to AWS by the cluster: no key exists that could leak."""
        settings = self.settings
        production = settings.environment == "production"
        namespace = "{= namespace =}" if production else "{= namespace =}-staging"
        issuer = self.cluster.identities[0].oidcs[0].issuer
        federated = aws.iam.get_open_id_connect_provider_output(url=issuer, opts=self.asked)
        subject = f"system:serviceaccount:{namespace}:{settings.service}"
        trust = pulumi.Output.all(issuer=issuer, arn=federated.arn).apply(lambda given: json.dumps(trusted(subject=subject, **given)))
        role = aws.iam.Role("pods", name=settings.service if production else settings.name, assume_role_policy=trust, opts=self.within)
        self.outputs["role"] = role.name
        return role

    def _readable(self, name: str, secret: aws.secretsmanager.Secret) -> None:
        """The pods read this secret; every other right has to be written down beside it."""
        actions = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
        policy = secret.arn.apply(
            lambda arn: json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": arn}]})
        )
        aws.iam.RolePolicy(name, role=self.role.id, policy=policy, opts=self.within)
{=% if database %=}

    def _database(self) -> None:
        """Private, encrypted, backed up to the minute, and protected from deletion."""
        settings = self.settings
        network = self.cluster.vpc_config
        subnets = aws.rds.SubnetGroup("database", name=settings.name, subnet_ids=network.subnet_ids, opts=self.within)
        group = aws.ec2.SecurityGroup(
            "database",
            name=f"{settings.name}-database",
            description=f"The database of {settings.name}: from the pods of the cluster alone.",
            vpc_id=network.vpc_id,
            opts=self.within,
        )
        aws.vpc.SecurityGroupIngressRule(
            "pods",
            security_group_id=group.id,
            referenced_security_group_id=network.cluster_security_group_id,
            description="Pods of the cluster",
            ip_protocol="tcp",
            from_port=PORT,
            to_port=PORT,
            opts=self.within,
        )
        parameters = [{"name": "max_connections", "value": str(settings.connections), "apply_method": "pending-reboot"}]
{=% if engine == "postgres" %=}
        # Nothing speaks to the database in plain text.
        parameters.append({"name": "rds.force_ssl", "value": "1"})
{=% endif %=}
        tuned = aws.rds.ParameterGroup(
            "database", name_prefix=f"{settings.name}-", family="{= family =}", parameters=parameters, opts=self.within
        )
        # Kept in the state, in cipher: raise `version` to have a new one.
        password = random.RandomPassword(
            "database", length=32, special=False, keepers={"version": "1"}, opts=pulumi.ResourceOptions(parent=self)
        )
        instance = aws.rds.Instance(
            "database",
            identifier=settings.name,
            engine="{= engine =}",
            engine_version="{= version =}",
            instance_class=settings.machine,
            parameter_group_name=tuned.name,
            db_name=settings.service.replace("-", "_"),
            username="app",
            password=password.result,
            allocated_storage=settings.disk_gb,
            max_allocated_storage=settings.disk_gb * 5,
            storage_type="gp3",
            storage_encrypted=True,
            multi_az=settings.standby,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[group.id],
            publicly_accessible=False,
            backup_retention_period=KEEP_DAYS,
            backup_window="02:00-03:00",
            maintenance_window="mon:04:00-mon:05:00",
            copy_tags_to_snapshot=True,
            auto_minor_version_upgrade=True,
            deletion_protection=True,
            skip_final_snapshot=False,
            final_snapshot_identifier=f"{settings.name}-final",
            enabled_cloudwatch_logs_exports={= logs =},
            # It grows by itself.
            opts=pulumi.ResourceOptions.merge(
                self.within, pulumi.ResourceOptions(protect=True, ignore_changes=["allocatedStorage"])
            ),
        )
        url = pulumi.Output.concat(
            "{= scheme =}://", instance.username, ":", password.result, "@", instance.endpoint, "/", instance.db_name, "{= tls =}"
        )
        secret = aws.secretsmanager.Secret(
            "database-url", name=f"{settings.name}-database", recovery_window_in_days=7, opts=self.within
        )
        aws.secretsmanager.SecretVersion(
            "database-url", secret_id=secret.id, secret_string=pulumi.Output.secret(url), opts=self.within
        )
        self._readable("database-url", secret)
        self.outputs["database_secret"] = secret.name
{=% endif %=}


def trusted(issuer: str, arn: str, subject: str) -> dict[str, object]:
    """The policy that lets the pods of one account of Kubernetes take the role, and nobody else."""
    host = issuer.removeprefix("https://")
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": {"Federated": arn},
                "Condition": {"StringEquals": {f"{host}:sub": subject, f"{host}:aud": "sts.amazonaws.com"}},
            }
        ],
    }
