# Written by prodify (recipe pulumi); yours to edit, upgrades merge.
"""The service's identity and secrets{= also =} on Google Cloud, as one component."""

from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp
{=% if database %=}
import pulumi_random as random
{=% endif %=}

SETTINGS = {= settings =}
"""Settings that are secret. Their values never pass through Pulumi."""
{=% if database %=}
KEEP_DAYS = {= keep_days =}
{=% endif %=}


@dataclass(frozen=True)
class Settings:
    """What differs between staging and production."""

    service: str
    environment: str
    owner: str
    data_class: str
    project: str
    region: str
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
    def labels(self) -> dict[str, str]:
        """The labels of everything: with them the bill can be read by service, environment and owner."""
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
        provider = gcp.Provider(
            "gcp",
            project=settings.project,
            region=settings.region,
            default_labels=settings.labels,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.within = pulumi.ResourceOptions(parent=self, provider=provider)
        apis = [
            gcp.projects.Service(f"api-{api}", service=f"{api}.googleapis.com", disable_on_destroy=False, opts=self.within)
            for api in {= apis =}
        ]
        self.after = pulumi.ResourceOptions.merge(self.within, pulumi.ResourceOptions(depends_on=apis))
        self.outputs: dict[str, pulumi.Input[str]] = {}
        self.member = self._identity()
        self._secrets()
{=% if database %=}
        self._database()
{=% endif %=}
        self.register_outputs(self.outputs)

{=% if runtime == "cloud-run" %=}
    def _identity(self) -> pulumi.Input[str]:
        """An account of its own: what it may do is written here, and nothing else is."""
        settings = self.settings
        account_id = "{= account_id =}" if settings.environment == "production" else "{= account_id =}-staging"
        account = gcp.serviceaccount.Account("service", account_id=account_id, display_name=settings.name, opts=self.within)
        self.outputs["account"] = account.email
        if settings.environment == "production":
            # One registry for both environments: production runs the very image that staging ran.
            gcp.artifactregistry.Repository(
                "images", location=settings.region, repository_id=settings.service, format="DOCKER", opts=self.after
            )
        return account.member

    def _secrets(self) -> None:
        """One secret a setting; the service alone reads it."""
        for name in SETTINGS:
            self._readable(name, self._secret(name, f"{self.settings.name}-{name}"))
{=% else %=}
    def _identity(self) -> pulumi.Input[str]:
        """The pods' own identity, known to Google Cloud by the cluster: no key exists that could leak."""
        settings = self.settings
        namespace = "{= namespace =}" if settings.environment == "production" else "{= namespace =}-staging"
        number = gcp.organizations.get_project_output(
            project_id=settings.project, opts=pulumi.InvokeOptions(parent=self, provider=self.within.provider)
        ).number
        pool = f"locations/global/workloadIdentityPools/{settings.project}.svc.id.goog"
        subject = f"subject/ns/{namespace}/sa/{settings.service}"
        return pulumi.Output.concat("principal://iam.googleapis.com/projects/", number, f"/{pool}/{subject}")

    def _secrets(self) -> None:
        """One secret with all settings, a JSON object; the pods alone read it."""
        if SETTINGS:
            self._readable("settings", self._secret("settings", self.settings.name))
{=% endif %=}

    def _secret(self, name: str, secret_id: str) -> gcp.secretmanager.Secret:
        return gcp.secretmanager.Secret(name, secret_id=secret_id, replication={"auto": {}}, opts=self.after)

    def _readable(self, name: str, secret: gcp.secretmanager.Secret) -> None:
        gcp.secretmanager.SecretIamMember(
            f"{name}-reader",
            secret_id=secret.secret_id,
            role="roles/secretmanager.secretAccessor",
            member=self.member,
            opts=self.within,
        )
{=% if database %=}

    def _database(self) -> None:
        """Private, encrypted on its way, backed up, and protected from deletion."""
        settings = self.settings
        instance = gcp.sql.DatabaseInstance(
            "database",
            name=settings.name,
            region=settings.region,
            database_version="{= version =}",
            deletion_protection=True,
            settings={
                "tier": settings.machine,
                "edition": "ENTERPRISE",
                "availability_type": "REGIONAL" if settings.standby else "ZONAL",
                "disk_type": "PD_SSD",
                "disk_size": settings.disk_gb,
                "disk_autoresize": True,
                "deletion_protection_enabled": True,
                "user_labels": settings.labels,
                "backup_configuration": {
                    "enabled": True,
                    "start_time": "02:00",
{=% if engine == "postgres" %=}
                    "point_in_time_recovery_enabled": True,
{=% else %=}
                    "binary_log_enabled": True,
{=% endif %=}
                    "transaction_log_retention_days": 7,
                    "backup_retention_settings": {"retained_backups": KEEP_DAYS},
                },
                "database_flags": [{"name": "max_connections", "value": str(settings.connections)}],
                "ip_configuration": {
                    "ipv4_enabled": False,
                    "ssl_mode": "ENCRYPTED_ONLY",
                    "psc_configs": [{"psc_enabled": True, "allowed_consumer_projects": [settings.project]}],
                },
                # Monday at four: restarts fall into the quietest hour, and into a working day.
                "maintenance_window": {"day": 1, "hour": 4, "update_track": "stable"},
            },
            # It grows by itself, and whoever suspends staging stops it.
            opts=pulumi.ResourceOptions.merge(
                self.after, pulumi.ResourceOptions(protect=True, ignore_changes=["settings.diskSize", "settings.activationPolicy"])
            ),
        )
        # An address in your own network that leads to the database; from the internet no way does.
        address = gcp.compute.Address(
            "database",
            name=f"{settings.name}-database",
            region=settings.region,
            address_type="INTERNAL",
            subnetwork="default",
            opts=self.after,
        )
        gcp.compute.ForwardingRule(
            "database",
            name=f"{settings.name}-database",
            region=settings.region,
            network="default",
            ip_address=address.self_link,
            target=instance.psc_service_attachment_link,
            load_balancing_scheme="",
            opts=self.after,
        )
        name = settings.service.replace("-", "_")
        schema = gcp.sql.Database("database", name=name, instance=instance.name, opts=self.within)
        # Kept in the state, in cipher: raise `version` to have a new one.
        password = random.RandomPassword(
            "database", length=32, special=False, keepers={"version": "1"}, opts=pulumi.ResourceOptions(parent=self)
        )
        user = gcp.sql.User("database", name=name, instance=instance.name, password=password.result, opts=self.within)
        url = pulumi.Output.concat("{= scheme =}://", user.name, ":", password.result, "@", address.address, "/", schema.name, "{= tls =}")
        secret = self._secret("database-url", f"{settings.name}-{= suffix =}")
        gcp.secretmanager.SecretVersion("database-url", secret=secret.id, secret_data=pulumi.Output.secret(url), opts=self.within)
        self._readable("database-url", secret)
        self.outputs["database_secret"] = secret.secret_id
{=% endif %=}
