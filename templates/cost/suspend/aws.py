# Written by prodify (recipe suspend); yours to edit, upgrades merge.
"""What can sleep on AWS: RDS databases, EC2 instances, ECS services. Needs Python's standard library, and boto3, which Lambda brings along.

Deployments in a Kubernetes cluster that staging shares with production are put to sleep by the cluster itself, at night.
"""

from dataclasses import dataclass

MARK = "suspended-by"
COUNT = "budget-suspend-count"


@dataclass
class Resource:
    """One thing that may sleep. `arn` names it to the API; `group` is the cluster of an ECS service."""

    name: str
    labels: dict
    running: bool
    arn: str = ""
    group: str = ""
    count: int = 0

    @property
    def suspended(self):
        """Whether this function put it to sleep, and nobody else did."""
        return self.labels.get(MARK) == "budget" and not self.running


def message_of(event):
    """What an event asks for: a notification on the topic that the function listens to comes at the limit or above it."""
    if isinstance(event, dict) and event.get("Records"):
        return {"action": "suspend", "cause": "the budget's limit for suspending was reached"}
    if not isinstance(event, dict):
        raise ValueError("the event holds no message")
    return event


def kinds(client=None):
    """The kinds of resources of the account and region."""
    if client is None:
        try:
            import boto3
        except ImportError as error:
            raise RuntimeError("boto3 is missing: Lambda brings it along, elsewhere install it") from error
        client = boto3.client
    return [Rds(client("rds")), Ec2(client("ec2")), Ecs(client("ecs"))]


class Rds:
    """RDS instances: stopped, the data stays. AWS itself starts them again after seven days; the next notification stops them again."""

    name = "rds"

    def __init__(self, client):
        self.client = client

    def list(self):
        """All instances that are no part of a cluster and no replica: only those can be stopped."""
        for page in self.client.get_paginator("describe_db_instances").paginate():
            for raw in page["DBInstances"]:
                if raw.get("DBClusterIdentifier") or raw.get("ReadReplicaSourceDBInstanceIdentifier"):
                    continue
                labels = {tag["Key"]: tag["Value"] for tag in raw.get("TagList", [])}
                yield Resource(raw["DBInstanceIdentifier"], labels, raw["DBInstanceStatus"] == "available", raw["DBInstanceArn"])

    def suspend(self, resource):
        """Stop it."""
        self.client.add_tags_to_resource(ResourceName=resource.arn, Tags=[{"Key": MARK, "Value": "budget"}])
        self.client.stop_db_instance(DBInstanceIdentifier=resource.name)

    def resume(self, resource):
        """Start it."""
        self.client.start_db_instance(DBInstanceIdentifier=resource.name)
        self.client.remove_tags_from_resource(ResourceName=resource.arn, TagKeys=[MARK])


class Ec2:
    """EC2 instances: stopped, their disks stay."""

    name = "ec2"

    def __init__(self, client):
        self.client = client

    def list(self):
        """All instances that run or are stopped."""
        for page in self.client.get_paginator("describe_instances").paginate():
            for raw in (instance for reservation in page["Reservations"] for instance in reservation["Instances"]):
                labels = {tag["Key"]: tag["Value"] for tag in raw.get("Tags", [])}
                # A machine of an autoscaling group would be replaced at once.
                if raw["State"]["Name"] in ("running", "stopped") and "aws:autoscaling:groupName" not in labels:
                    yield Resource(raw["InstanceId"], labels, raw["State"]["Name"] == "running")

    def suspend(self, resource):
        """Stop it."""
        self.client.create_tags(Resources=[resource.name], Tags=[{"Key": MARK, "Value": "budget"}])
        self.client.stop_instances(InstanceIds=[resource.name])

    def resume(self, resource):
        """Start it."""
        self.client.start_instances(InstanceIds=[resource.name])
        self.client.delete_tags(Resources=[resource.name], Tags=[{"Key": MARK}])


class Ecs:
    """ECS services: no tasks; how many there were is written down as a tag."""

    name = "ecs"

    def __init__(self, client):
        self.client = client

    def list(self):
        """All services of all clusters."""
        for clusters in self.client.get_paginator("list_clusters").paginate():
            for group in clusters["clusterArns"]:
                for page in self.client.get_paginator("list_services").paginate(cluster=group, PaginationConfig={"PageSize": 10}):
                    yield from self._described(group, page["serviceArns"])

    def _described(self, group, arns):
        if not arns:
            return
        for raw in self.client.describe_services(cluster=group, services=arns, include=["TAGS"])["services"]:
            labels = {tag["key"]: tag["value"] for tag in raw.get("tags", [])}
            before = int(labels.get(COUNT) or 1)
            running = raw["desiredCount"] > 0
            yield Resource(raw["serviceName"], labels, running, raw["serviceArn"], group, raw["desiredCount"] if running else before)

    def suspend(self, resource):
        """No tasks from now on."""
        tags = [{"key": MARK, "value": "budget"}, {"key": COUNT, "value": str(resource.count)}]
        self.client.tag_resource(resourceArn=resource.arn, tags=tags)
        self.client.update_service(cluster=resource.group, service=resource.arn, desiredCount=0)

    def resume(self, resource):
        """As many tasks as before."""
        self.client.update_service(cluster=resource.group, service=resource.arn, desiredCount=max(1, resource.count))
        self.client.untag_resource(resourceArn=resource.arn, tagKeys=[MARK, COUNT])
