"""What runbooks say that depends on the kind of alert, the platform and the people; no recipe of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.escape import Code, cell, code, markdown
from prodify.recipes.shared.alerts import HEARTBEAT, PAGE, TICKET, Alert, objectives
from prodify.recipes.shared.metrics import PRODUCTION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prodify.profile import Profile
    from prodify.recipes.shared.operations import Command

SEVERITY = {
    PAGE: "page: somebody looks now, at any hour of the coverage",
    TICKET: "ticket: somebody looks within a working day",
    HEARTBEAT: "heartbeat: fires always; its absence is the alarm",
}

STATUS_PAGES = {
    "anthropic": "https://status.claude.com", "cohere": "https://status.cohere.com", "google": "https://status.cloud.google.com",
    "groq": "https://groqstatus.com", "mistral": "https://status.mistral.ai", "openai": "https://status.openai.com",
}  # fmt: skip
"""Status pages of model providers. General knowledge, 2026-11; a page that moved is found from the provider's start page."""


@dataclass(frozen=True, slots=True)
class Step:
    """A numbered step: what to find out or do, and the command."""

    text: Code
    command: Code
    language: str = "sh"

    @property
    def sentence(self) -> Code:
        """The text, ending in its question mark or a colon before the command."""
        return self.text if self.text.endswith("?") else Code(f"{self.text}:")


@dataclass(frozen=True, slots=True)
class Procedure:
    """How the data of one store comes back."""

    title: str
    steps: tuple[Step, ...]


def mitigations(alert: Alert, profile: Profile, commands: dict[str, Command], *, model: bool) -> tuple[str, ...]:
    """What helps before the cause is known, the surest first."""
    scale = f"More copies: `{commands['scale'].text}`"
    restart = f"A restart clears leaks and stuck connections, and the evidence with them; save the logs first: `{commands['restart'].text}`"
    slow_model = ("A slow or failing language model makes everything around it slow: [model outage](model-outage.md)",) if model else ()
    if alert.kind == "budget":
        freeze = "Follow the [error budget policy](../error-budget-policy.md): it says which releases wait, and who may make an exception"
        return freeze, "Put the cause of the largest step in the panel before new features", *slow_model
    if alert.kind == "model":
        return ("Everything else is in [model outage](model-outage.md)",)
    if alert.name == "Watchdog":
        say = f"Say so in {markdown(profile.on_call.channel)}"
        return "Until alerting works again, somebody looks at the dashboard every half hour", say
    if alert.kind == "meta":
        return (
            "If users are served, only the eyes are shut: look at the service by hand until metrics are back",
            f"If the service is down: `{commands['restart'].text}`",
            f"The metrics must carry deployment.environment.name={PRODUCTION}: the variable ENVIRONMENT of the service",
        )
    if alert.slo == "latency":
        return scale, "Turn off what is slow and not needed (a feature flag, an optional call)", *slow_model, restart
    return "Turn off what fails and is not needed (a feature flag, an optional call)", scale, *slow_model, restart


def verify(alert: Alert) -> str:
    """How it is known that the trouble is over."""
    if alert.name == "Watchdog":
        return "The daily message is back in the chat: restart Alertmanager to see it at once."
    return f'The alert is resolved by itself, and the panel "{alert.panel}" has been back to normal for 15 minutes.'


def goal(alert: Alert, profile: Profile) -> Code:
    """The objective that the alert defends, with a link to the policy."""
    days = profile.slo.window_days
    for objective in objectives(profile):
        if objective.slo == alert.slo:
            words = f"{objective.percent} % of the requests must not {objective.bad}"
            return Code(f"{words}, over {days} days ([policy](../error-budget-policy.md))")
    if alert.kind == "budget":
        both = " and ".join(f"{o.percent} % ({o.slo})" for o in objectives(profile))
        return Code(f"{both} over {days} days ([policy](../error-budget-policy.md))")
    return Code("that goals can be measured at all" if alert.kind == "meta" else "answers of the language model")


def owner(profile: Profile) -> Code:
    """Who answers for the service."""
    name = profile.service.owner or profile.first_responder
    return markdown(name) if name else Code("nobody by name yet (`service.owner` in prodify.yaml)")


def escalation(profile: Profile, severity: str = PAGE) -> Code:
    """Whom to call when, in one paragraph."""
    people = profile.on_call
    first, channel, hours = (markdown(text) for text in (profile.first_responder or "The owner", people.channel, people.hours))
    if severity != PAGE:
        return Code(f"Not needed at once. Not solved within two working days: raise it in {channel}.")
    if not people.secondary:
        return Code(
            f"{first} is the only one on call ({hours}). After 15 minutes without progress, take the last release back or "
            f"stop what does damage, write what is known in {channel}, ask for help there. See [on call](../on-call.md)."
        )
    return Code(
        f"No progress after 15 minutes, or in doubt: call {markdown(people.secondary)}. After 30 minutes, or when data may be lost: "
        f"everybody. Say what is known in {channel} every 30 minutes. See [on call](../on-call.md)."
    )


def status_pages(providers: tuple[str, ...]) -> Code:
    """Addresses of the providers' status pages."""
    known = [STATUS_PAGES[name] for name in providers if name in STATUS_PAGES]
    return Code(", ".join(f"<{address}>" for address in known) if known else "Read its status page.")


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Code:
    """A Markdown table; a bar inside a cell is escaped.

    >>> print(table(("A", "B"), [("1", "x | y")]))
    | A | B |
    |---|---|
    | 1 | x \\| y |
    """
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell(text) for text in row) + " |" for row in rows]
    return code(lines, "\n")
