"""`prodify init`: step 1's questions, asked at a terminal or inferred with --yes, written to prodify.yaml."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from prodify.cli.options import PathArgument, QuietOption, SetOption
from prodify.cli.session import emit, say
from prodify.errors import ConflictError, ProdifyError

if TYPE_CHECKING:
    from prodify.profile import Profile


@dataclass(frozen=True, slots=True)
class Question:
    """One question: the profile's key, and how it is asked."""

    key: str
    text: str


QUESTIONS = (
    Question("service.name", "What is the service called (lower case, digits, hyphens)?"),
    Question("service.owner", "Who answers for it (@user, @org/team or an e-mail address)?"),
    Question("audience", "Who is it for: creator (only you and friends), team, or public?"),
    Question("data.classes", "Which personal data does it hold (email, name, phone ... comma separated; none)?"),
    Question("traffic.monthly_users", "How many users a month?"),
    Question("traffic.baseline_rps", "How many requests a second must it sustain?"),
    Question("traffic.peak_rps", "How many requests a second at the peak?"),
    Question("slo.availability_percent", "How many percent of requests must succeed over the window?"),
    Question("slo.latency.threshold_ms", "Within how many milliseconds must 95 % of requests finish?"),
    Question("budget.monthly_usd", "How many US dollars may it cost a month?"),
    Question("platform.runtime", "What runs the containers: kubernetes, cloud-run or compose?"),
    Question("platform.cloud", "Which cloud: gcp, aws, azure or none?"),
    Question("platform.registry", "Which container registry?"),
    Question("on_call.primary", "Who is called first when it breaks?"),
)


def init(
    path: PathArgument = Path(),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: infer what can be inferred, take defaults for the rest.")] = False,
    settings: SetOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the profile to stdout instead of writing it.")] = False,
    quiet: QuietOption = False,
) -> None:
    """Ask for the goals of the service and write them to prodify.yaml."""
    from prodify.infer import inferred_goals
    from prodify.inventory import Inventory
    from prodify.profile_file import PROFILE_FILE, load
    from prodify.profile_text import profile_text

    repo = Inventory(path)
    if PROFILE_FILE in repo.files and not dry_run:
        raise ConflictError(f"{PROFILE_FILE} is there already", "Edit it; prodify apply derives everything from it. Nothing was written.")
    inferred = inferred_goals(repo)
    words = list(settings or ())
    profile = load(repo.files, words, inferred).profile
    if not yes and sys.stdin.isatty() and sys.stderr.isatty():
        words += _ask(profile, {w.partition("=")[0] for w in words})
        profile = load(repo.files, words, inferred).profile
    text = profile_text(profile)
    if dry_run:
        emit(text)
        return
    target = repo.files.root / PROFILE_FILE
    try:
        with target.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise ConflictError(f"cannot write {PROFILE_FILE} ({error.strerror})", "Nothing was written.") from None
    if not quiet:
        say(f"wrote {PROFILE_FILE}: {summary(profile)}")
        if inferred:
            say(f"inferred from the repository: {', '.join(sorted(inferred))}")
        say("next: prodify plan, then prodify apply --step ci")


def _ask(profile: Profile, answered: set[str]) -> list[str]:
    """Ask every question that no setting answered; an answer that does not fit is asked again."""
    words: list[str] = []
    for question in QUESTIONS:
        if question.key in answered:
            continue
        default = _value(profile, question.key)
        while True:
            answer = typer.prompt(question.text, default=default, err=True).strip()
            if answer == default:
                break
            word = f"{question.key}={_as_yaml(question.key, answer)}"
            try:
                _try(word)
            except ProdifyError as error:
                say(str(error))
                continue
            words.append(word)
            break
    return words


def _try(word: str) -> None:
    from prodify.profile_file import _put, _setting, validate

    key, value = _setting(word)
    data: dict[str, object] = {}
    _put(data, key, value)
    validate(data, "answer", from_settings=frozenset({key}))


def _value(profile: Profile, key: str) -> str:
    value: object = profile
    for part in key.split("."):
        value = getattr(value, part)
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _as_yaml(key: str, answer: str) -> str:
    return f"[{answer}]" if key == "data.classes" else answer


def summary(profile: Profile) -> str:
    """The goals in one line."""
    slo, traffic = profile.slo, profile.traffic
    return (
        f"{profile.service.name}, audience {profile.audience.value}, p{slo.latency.target_percent:g} < {slo.latency.threshold_ms} ms, "
        f"{slo.availability_percent:g} % over {slo.window_days} days, guardrails {slo.guardrails.error_percent:g} % errors and "
        f"p95 {slo.guardrails.latency_ms} ms, {traffic.baseline_rps:g} rps baseline, {traffic.peak_rps:g} peak, "
        f"${profile.budget.monthly_usd:g} a month (suspend at {profile.budget.suspend_percent} %), "
        f"{profile.scaling.min_replicas} to {profile.max_replicas} replicas, {profile.platform.runtime} on {profile.platform.cloud}"
    )
