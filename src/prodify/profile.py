"""The profile: the goals that every generated artefact derives from, written once.

Plain dataclasses, so that an audit without a profile file starts without pydantic; `profile_file` validates text against
the very same classes. Defaults are the stated ones of a public service: p95 under 300 ms, 99.9 % over 30 days, 100 requests
a second baseline and 500 at the peak, 200 USD a month.
"""

from __future__ import annotations

import math
import re
from dataclasses import field
from typing import Annotated, ClassVar, Literal

from prodify.bounds import Bound, Predicate
from prodify.lazydata import dataclass
from prodify.model import Audience

# What pydantic reads when it validates a dataclass; a plain dict, so that nothing is imported for it.
_STRICT = {"extra": "forbid", "use_attribute_docstrings": True}


Percent = Annotated[float, Bound(gt=0, lt=100)]
Positive = Annotated[float, Bound(gt=0)]
Count = Annotated[int, Bound(ge=1)]


def is_dns_label(text: str) -> bool:
    """Whether text is a DNS label (RFC 1123): it names images, objects and files."""
    return re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", text) is not None


def is_one_line(text: str) -> bool:
    """Whether text is one printable line of at most 200 characters without quotes, backslashes and template marks.

    It is written into YAML, Terraform, shell and Markdown.
    """
    return len(text) <= 200 and text.isprintable() and not any(mark in text for mark in ('"', "\\", "`", "${", "{{", "{=", "{%"))


def is_path_word(text: str) -> bool:
    """Whether text is a word of a registry, project or region name: letters, digits and . _ - / : only, a letter or digit first.

    What begins with a hyphen would be an option of a command, and a colon at the end a key of YAML.
    """
    return re.fullmatch(r"(?:[A-Za-z0-9][A-Za-z0-9._/:-]{0,199})?", text) is not None and not text.endswith((":", "-"))


def is_place_word(text: str) -> bool:
    """Whether text is such a word and not empty: commands and image names are nothing without it."""
    return text != "" and is_path_word(text)


Label = Annotated[str, Predicate(is_dns_label)]
Line = Annotated[str, Predicate(is_one_line)]
Word = Annotated[str, Predicate(is_path_word)]
Place = Annotated[str, Predicate(is_place_word)]


@dataclass(frozen=True, slots=True)
class Service:
    """What the service is called and who answers for it."""

    __pydantic_config__: ClassVar = _STRICT
    name: Label = "app"
    """DNS label: lower-case letters, digits and hyphens, at most 63 characters; names the image, the objects and the alerts."""
    owner: Line = ""
    """Person or team that answers for the service, as in CODEOWNERS: @user, @org/team or an e-mail address."""
    description: Line = ""
    """One sentence for the reader of a page or an alert."""
    repository: Word = ""
    """Browser address of the repository; links in alerts start with it."""
    host: Word = ""
    """Host name under which users reach it (shop.example.org); empty until there is one. Staging answers to `staging.` in front of it."""

    @property
    def owner_slug(self) -> str:
        """The owner as a path part of an image name: lower case, from the repository's address or the owner, else "owner"."""
        parts = [part for part in self.repository.split("://")[-1].split("/") if part]
        raw = parts[1] if len(parts) > 1 else self.owner.lstrip("@").split("/")[0].split("@")[0]
        return "".join(c if c.isalnum() or c in "-_." else "-" for c in raw.lower()).strip("-._") or "owner"


@dataclass(frozen=True, slots=True)
class Data:
    """What kinds of data the service holds."""

    __pydantic_config__: ClassVar = _STRICT
    classes: tuple[
        Literal["none", "email", "name", "phone", "address", "birth-date", "location", "payment", "health", "credentials", "user-content"],
        ...,
    ] = ()
    """Classes of personal or sensitive data; empty means not declared yet, ["none"] means none."""
    sensitivity: Literal["public", "internal", "personal", "special"] | None = None
    """The highest sensitivity; not declared when null."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """How much traffic to plan for."""

    __pydantic_config__: ClassVar = _STRICT
    monthly_users: Count = 5000
    """Users a month."""
    requests_per_user: Count = 80
    """Requests that one user makes a month."""
    baseline_rps: Positive = 100.0
    """Requests a second that the service sustains without scaling."""
    peak_rps: Positive = 500.0
    """Requests a second at the peak."""

    @property
    def monthly_requests(self) -> int:
        """Requests a month."""
        return self.monthly_users * self.requests_per_user


@dataclass(frozen=True, slots=True)
class Latency:
    """The latency objective: `target_percent` of requests finish within `threshold_ms`."""

    __pydantic_config__: ClassVar = _STRICT
    threshold_ms: Count = 300
    """Milliseconds."""
    target_percent: Percent = 95.0
    """Share of requests under the threshold; 95 makes it a p95."""

    @property
    def threshold_seconds(self) -> float:
        """The threshold in seconds, as histograms hold it."""
        return self.threshold_ms / 1000


@dataclass(frozen=True, slots=True)
class Guardrails:
    """Limits that page at once, whatever the error budget says."""

    __pydantic_config__: ClassVar = _STRICT
    latency_ms: Count = 400
    """p95 above this many milliseconds is a P1."""
    error_percent: Percent = 0.5
    """Share of failed requests above this is a P1."""

    @property
    def latency_seconds(self) -> float:
        """The latency limit in seconds."""
        return self.latency_ms / 1000


@dataclass(frozen=True, slots=True)
class Slo:
    """Service level objectives over a rolling window."""

    __pydantic_config__: ClassVar = _STRICT
    window_days: Literal[7, 28, 30] = 30
    """Rolling window in days."""
    availability_percent: Percent = 99.9
    """Share of requests that succeed."""
    latency: Latency = field(default_factory=Latency)
    """The latency objective."""
    guardrails: Guardrails = field(default_factory=Guardrails)
    """Limits that page at once."""

    @property
    def error_budget_ratio(self) -> float:
        """Share of requests that may fail: 0.001 for 99.9 %."""
        return round(1 - self.availability_percent / 100, 10)


@dataclass(frozen=True, slots=True)
class Budget:
    """What the service may cost."""

    __pydantic_config__: ClassVar = _STRICT
    monthly_usd: Positive = 200.0
    """US dollars a month."""
    alert_percents: tuple[Annotated[int, Bound(ge=1, le=200)], ...] = (50, 80, 100)
    """Shares of the budget at which an alert goes out."""
    suspend_percent: Annotated[int, Bound(ge=1, le=200)] = 80
    """Share of the budget at which development and staging are suspended."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """Bounds of the autoscaler."""

    __pydantic_config__: ClassVar = _STRICT
    min_replicas: Count = 2
    """Fewest replicas in production."""
    max_replicas: Count | None = None
    """Most replicas; by default ten times what the baseline needs."""
    rps_per_replica: Positive = 50.0
    """Requests a second that one replica serves; an assumption until a load test measures it."""
    cpu_target_percent: Annotated[int, Bound(ge=10, le=95)] = 60
    """CPU utilisation that the autoscaler aims at."""


@dataclass(frozen=True, slots=True)
class Tasks:
    """What a background worker promises, where there is one."""

    __pydantic_config__: ClassVar = _STRICT
    concurrency: Count = 2
    """Tasks that one worker works on at once."""
    typical_seconds: Positive = 2.0
    """Seconds that a typical task takes; an assumption until it is measured."""
    limit_seconds: Count = 120
    """Seconds after which a task is cut off; a stopping worker waits as long for what it has begun."""
    start_seconds: Count = 60
    """Seconds within which a task begins once it is due; the share that must is slo.latency.target_percent."""

    @property
    def soft_limit_seconds(self) -> int:
        """Seconds after which a task is told to end, while there is time to clean up: nine tenths of the limit, at least one."""
        return max(1, self.limit_seconds * 9 // 10)

    def waiting_per_worker(self, at_once: int) -> int:
        """Waiting tasks for which one worker is enough: half of what it finishes within `start_seconds`, while another one starts."""
        return max(1, math.floor(at_once * self.start_seconds / self.typical_seconds / 2))


@dataclass(frozen=True, slots=True)
class Platform:
    """Where the service runs."""

    __pydantic_config__: ClassVar = _STRICT
    runtime: Literal["kubernetes", "cloud-run", "compose"] = "kubernetes"
    """What runs the containers."""
    cloud: Literal["gcp", "aws", "azure", "none"] = "gcp"
    """Which cloud holds the account."""
    region: Place | None = None
    """Region of that cloud; one in western Europe by default."""
    project: Word = ""
    """Project or account id, where known."""
    registry: Place = "ghcr.io"
    """Container registry's host (and path, where it needs one)."""
    secret_store: Literal["gcp", "aws", "azure", "vault"] | None = None
    """Where secrets live; the cloud's own manager by default."""


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who is called, how."""

    __pydantic_config__: ClassVar = _STRICT
    primary: Line = ""
    """Who is called first; the owner by default."""
    secondary: Line = ""
    """Who is called next."""
    channel: Line = "#alerts"
    """Chat channel for alerts."""
    pager: Literal["pagerduty", "none"] = "pagerduty"
    """Pager service."""
    hours: Line = "24x7"
    """Coverage, in words."""


@dataclass(frozen=True, slots=True)
class Llm:
    """Limits of calls to language models."""

    __pydantic_config__: ClassVar = _STRICT
    max_output_tokens: Count = 500
    """Most tokens of one answer."""
    calls_per_request: Annotated[float, Bound(ge=0)] = 1.0
    """Model calls that one request makes on average, for the estimate."""
    input_tokens: Count = 800
    """Tokens of a typical prompt, for the estimate."""
    output_tokens: Count = 300
    """Tokens of a typical answer, for the estimate."""
    fallbacks: tuple[Word, ...] = ()
    """Models to fall back to, in order, as provider:model."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """One accepted finding."""

    __pydantic_config__: ClassVar = _STRICT
    check: str
    """Id of the check."""
    reason: str
    """Why it is accepted; required."""
    path: str | None = None
    """Only findings under this path or glob."""
    expires: str | None = None
    """Last day of the exception, as YYYY-MM-DD."""


@dataclass(frozen=True, slots=True)
class Profile:
    """All answers. `origin` says for every dotted key that is not a default where it came from: stated, inferred or set."""

    __pydantic_config__: ClassVar = _STRICT
    service: Service = field(default_factory=Service)
    audience: Audience = Audience.PUBLIC
    data: Data = field(default_factory=Data)
    traffic: Traffic = field(default_factory=Traffic)
    slo: Slo = field(default_factory=Slo)
    budget: Budget = field(default_factory=Budget)
    scaling: Scaling = field(default_factory=Scaling)
    tasks: Tasks = field(default_factory=Tasks)
    platform: Platform = field(default_factory=Platform)
    on_call: OnCall = field(default_factory=OnCall)
    llm: Llm = field(default_factory=Llm)
    ignore: tuple[Ignore, ...] = ()
    origin: tuple[tuple[str, str], ...] = ()
    """Pairs of dotted key and source, sorted; filled by the loader, never written in the file."""

    def source(self, key: str) -> str:
        """Where the value of a dotted key (or of anything under it) came from: stated, inferred, set or default.

        >>> Profile(origin=(("slo.latency.threshold_ms", "stated"),)).source("slo.latency")
        'stated'
        """
        for name, origin in self.origin:
            if name == key or name.startswith(key + "."):
                return origin
        return "default"

    @property
    def stated(self) -> bool:
        """Whether a profile file was there."""
        return any(origin == "stated" for _, origin in self.origin)

    @property
    def baseline_replicas(self) -> int:
        """Replicas that carry the baseline, at least the minimum."""
        return max(self.scaling.min_replicas, math.ceil(self.traffic.baseline_rps / self.scaling.rps_per_replica))

    @property
    def max_replicas(self) -> int:
        """Upper bound of the autoscaler: as stated, else ten times the baseline and enough for the peak."""
        if self.scaling.max_replicas is not None:
            return self.scaling.max_replicas
        return max(10 * self.baseline_replicas, math.ceil(self.traffic.peak_rps / self.scaling.rps_per_replica))

    @property
    def region(self) -> str:
        """The region as stated, else one in western Europe under the name that the cloud gives it."""
        return self.platform.region or {"aws": "eu-west-1", "azure": "westeurope"}.get(self.platform.cloud, "europe-west1")

    @property
    def secret_store(self) -> str:
        """The chosen secret store; the cloud's own manager unless another is named, Vault without a cloud."""
        if self.platform.secret_store is not None:
            return self.platform.secret_store
        return "vault" if self.platform.cloud == "none" else self.platform.cloud

    @property
    def first_responder(self) -> str:
        """Who is called first."""
        return self.on_call.primary or self.service.owner
