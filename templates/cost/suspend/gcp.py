# Written by prodify (recipe suspend); yours to edit, upgrades merge.
"""What can sleep on Google Cloud: Cloud Run services, Cloud SQL instances, deployments on GKE. Needs Python's standard library only."""

import base64
import json
import os
import ssl
import urllib.parse
import urllib.request
from dataclasses import dataclass, field

MARK = "suspended-by"
REPLICAS = "budget-suspend/replicas"


@dataclass
class Resource:
    """One thing that may sleep. `raw` is what the API said of it."""

    name: str
    labels: dict
    running: bool
    raw: dict = field(default_factory=dict, repr=False)

    @property
    def suspended(self):
        """Whether this function put it to sleep, and nobody else did."""
        return self.labels.get(MARK) == "budget" and not self.running


def message_of(event):
    """The message in an event of Pub/Sub, as a dictionary."""
    data = getattr(event, "data", event)
    if isinstance(data, dict) and "message" in data:
        data = json.loads(base64.b64decode(data["message"].get("data", "")) or b"{}")
    if not isinstance(data, dict):
        raise ValueError("the event holds no message")
    return data


def kinds():
    """The kinds of resources of the project."""
    api = Api()
    project, region = os.environ["PROJECT"], os.environ["REGION"]
    return [CloudRun(api, project, region), CloudSql(api, project), Deployments(api, project)]


class Api:
    """Google's interfaces, with the identity that the function runs as."""

    def __init__(self):
        self._token = None

    def token(self):
        """A token of the function's own service account, from the metadata server."""
        if self._token is None:
            url = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token"
            request = urllib.request.Request(url, headers={"Metadata-Flavor": "Google"})
            with urllib.request.urlopen(request, timeout=10) as answer:  # nosec B310 - a fixed address
                self._token = json.load(answer)["access_token"]
        return self._token

    def call(self, method, url, body=None, *, content_type="application/json", authority=None):
        """One request; `authority` is the certificate (PEM) that the server must show."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token()}", "Content-Type": content_type}
        request = urllib.request.Request(url, data=data, headers=headers, method=method)
        trust = ssl.create_default_context(cadata=authority) if authority else None
        with urllib.request.urlopen(request, timeout=30, context=trust) as answer:  # nosec B310 - addresses of Google's APIs
            return json.load(answer)

    def pages(self, url, key):
        """All items of a list that may come in pages."""
        token = ""  # nosec B105 - the mark of a page, no secret
        while True:
            answer = self.call("GET", url + (f"?pageToken={urllib.parse.quote(token)}" if token else ""))
            yield from answer.get(key, [])
            token = answer.get("nextPageToken", "")
            if not token:
                return


class CloudRun:
    """Cloud Run services: none of their instances runs, requests are refused."""

    name = "cloud-run"

    def __init__(self, api, project, region):
        self.api, self.base = api, "https://run.googleapis.com/v2/"
        self.url = f"{self.base}projects/{project}/locations/{region}/services"

    def list(self):
        """All services of the region."""
        for raw in self.api.pages(self.url, "services"):
            scaling = raw.get("scaling", {})
            asleep = scaling.get("scalingMode") == "MANUAL" and int(scaling.get("manualInstanceCount") or 0) == 0
            yield Resource(raw["name"], raw.get("labels", {}), not asleep, raw)

    def suspend(self, resource):
        """No instance from now on."""
        self._patch(resource, {"scalingMode": "MANUAL", "manualInstanceCount": 0}, {**resource.labels, MARK: "budget"})

    def resume(self, resource):
        """Instances by demand again."""
        kept = {key: value for key, value in resource.labels.items() if key != MARK}
        self._patch(resource, {"scalingMode": "AUTOMATIC"}, kept)

    def _patch(self, resource, scaling, labels):
        least = resource.raw.get("scaling", {}).get("minInstanceCount")
        # Labels with a slash are the platform's own, and it takes none back.
        labels = {key: value for key, value in labels.items() if "/" not in key}
        body = {"labels": labels, "scaling": {**scaling, **({"minInstanceCount": least} if least else {})}}
        self.api.call("PATCH", f"{self.base}{resource.name}?updateMask=labels,scaling", body)


class CloudSql:
    """Cloud SQL instances: stopped, the data stays."""

    name = "cloud-sql"

    def __init__(self, api, project):
        self.api, self.url = api, f"https://sqladmin.googleapis.com/v1/projects/{project}/instances"

    def list(self):
        """All instances but replicas, which follow their primary."""
        for raw in self.api.pages(self.url, "items"):
            if raw.get("instanceType", "CLOUD_SQL_INSTANCE") == "CLOUD_SQL_INSTANCE":
                settings = raw.get("settings", {})
                yield Resource(raw["name"], settings.get("userLabels", {}), settings.get("activationPolicy") == "ALWAYS", raw)

    def suspend(self, resource):
        """Stop it."""
        self._patch(resource, "NEVER", {**resource.labels, MARK: "budget"})

    def resume(self, resource):
        """Start it. The mark stays, with another value: a label that is left out of a patch would stay as it is."""
        self._patch(resource, "ALWAYS", {**resource.labels, MARK: "nobody"})

    def _patch(self, resource, policy, labels):
        self.api.call("PATCH", f"{self.url}/{resource.name}", {"settings": {"activationPolicy": policy, "userLabels": labels}})


class Deployments:
    """Deployments on the project's GKE clusters: no pods; an autoscaler rests while there are none."""

    name = "deployment"

    def __init__(self, api, project):
        self.api, self.url = api, f"https://container.googleapis.com/v1/projects/{project}/locations/-/clusters"

    def list(self):
        """The deployments of development and staging."""
        wanted = urllib.parse.quote("environment in (dev,development,staging)")
        for cluster in self.api.call("GET", self.url).get("clusters", []):
            place = {
                "server": f"https://{cluster['endpoint']}/apis/apps/v1",
                "authority": base64.b64decode(cluster["masterAuth"]["clusterCaCertificate"]).decode(),
            }
            answer = self.api.call("GET", f"{place['server']}/deployments?labelSelector={wanted}", authority=place["authority"])
            for item in answer.get("items", []):
                meta, replicas = item["metadata"], item.get("spec", {}).get("replicas", 1)
                name = f"namespaces/{meta['namespace']}/deployments/{meta['name']}"
                raw = {**place, "annotations": meta.get("annotations", {}), "replicas": replicas}
                yield Resource(name, meta.get("labels", {}), replicas > 0, raw)

    def suspend(self, resource):
        """No pods; how many there were is written down."""
        self._patch(resource, 0, "budget", str(resource.raw["replicas"]))

    def resume(self, resource):
        """As many pods as before; the autoscaler goes on from there."""
        self._patch(resource, max(1, int(resource.raw["annotations"].get(REPLICAS) or 1)), None, None)

    def _patch(self, resource, replicas, mark, before):
        body = {"metadata": {"labels": {MARK: mark}, "annotations": {REPLICAS: before}}, "spec": {"replicas": replicas}}
        url = f"{resource.raw['server']}/{resource.name}"
        self.api.call("PATCH", url, body, content_type="application/merge-patch+json", authority=resource.raw["authority"])
