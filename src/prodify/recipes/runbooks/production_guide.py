"""The recipe `production-guide`: the one page that leads to all others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from prodify.api import Audience, Inventory, Overview, Placed, Profile, Step, recipe
from prodify.escape import Code, code, markdown, shell_word
from prodify.recipes.runbooks.guide_fill import fill_in
from prodify.recipes.runbooks.guide_texts import BACK, PURPOSE, TRY, TRY_OF_FILES
from prodify.recipes.runbooks.restores import NAMES, stores
from prodify.recipes.shared.layout import PRODUCTION_GUIDE, main_component, naming
from prodify.render import render

PATH = PRODUCTION_GUIDE
_UP = "../../"
_SAFE = "/@+~,=:$"
"""Characters that stand in the target of a link as they are."""
_MOST_LINKS = 4
"""Files of one recipe that are linked one by one."""


@dataclass(frozen=True, slots=True)
class StepSection:
    """One step's section; tables and lists as Markdown lines."""

    number: int
    title: str
    purpose: Code
    files: Code
    fill_in: Code
    tries: Code
    backs: Code


@dataclass(frozen=True, slots=True)
class GuideContext:
    """Values of runbooks/production.md."""

    service: str
    drawing: Code
    goals: Code
    steps: tuple[StepSection, ...]


@recipe(step=Step.RUNBOOKS, overview=True)
def production_guide(repo: Inventory, profile: Profile) -> Iterator[Overview]:
    """The one page that leads to all that was written: a drawing of the system, and for each step what to fill in, try and undo."""
    if main_component(repo) is None:
        return
    yield Overview(PATH, lambda placed: render("runbooks/production.md", _context(repo, profile, placed)))


def _context(repo: Inventory, profile: Profile, placed: Sequence[Placed]) -> GuideContext:
    sections = (_section(step, [item for item in placed if item.recipe.step is step], profile) for step in Step)
    return GuideContext(
        service=naming(repo, profile).service,
        drawing=code(_drawing(repo, profile, {item.recipe.id for item in placed}), "\n"),
        goals=_goals(profile, "prodify.yaml" in repo.files or any(item.path == "prodify.yaml" for item in placed)),
        steps=tuple(section for section in sections if section is not None),
    )


def _goals(profile: Profile, written: bool) -> Code:
    slo, budget = profile.slo, profile.budget
    sentence = (
        f"The goals: {slo.availability_percent:g} % of the requests succeed and {slo.latency.target_percent:g} % of the requests take "
        f"at most {slo.latency.threshold_ms} ms, over {slo.window_days} days, for at most {budget.monthly_usd:g} USD a month."
    )
    where = f"They stand in [prodify.yaml]({_UP}prodify.yaml)." if written else "Nobody has stated them yet: `prodify init` asks for them."
    return Code(f"{sentence} {where}")


def _section(step: Step, placed: Sequence[Placed], profile: Profile) -> StepSection | None:
    if not placed:
        return None
    recipes = list(dict.fromkeys(item.recipe for item in placed))
    return StepSection(
        number=step.number,
        title=step.title,
        purpose=Code(PURPOSE[step]),
        files=code(_rows(placed), "\n"),
        fill_in=fill_in(placed, profile),
        tries=code(_tries(placed), "\n"),
        backs=code((f"- {found.id}: {BACK[found.id]}" for found in recipes if found.id in BACK), "\n"),
    )


def _tries(placed: Sequence[Placed]) -> Iterator[str]:
    """Commands that show what was placed at work, by recipe; where it wrote none of the files that the commands are of, its usual one.

    The example of the settings may have another name than ours.
    """
    for found in dict.fromkeys(item.recipe.id for item in placed):
        paths = [item.path for item in placed if item.recipe.id == found]
        named = [command for path, command in TRY_OF_FILES.get(found, {}).items() if path in paths]
        usual = [TRY[found].replace("EXAMPLE", shell_word(paths[0]))] if found in TRY else []
        yield from named or usual


def _rows(placed: Sequence[Placed]) -> Iterator[str]:
    """A row a recipe: its own files, and those of the user's that it edits."""
    for found in dict.fromkeys(item.recipe for item in placed):
        own = [item.path for item in placed if item.recipe is found and item.text is not None]
        edited = [_link(item.path) for item in placed if item.recipe is found and item.text is None]
        cell = ", ".join([*_links(own), *([f"lines in {', '.join(edited)}"] if edited else [])])
        yield f"| {cell} | {_cell(found.title)} |"


def _links(paths: Sequence[str]) -> list[str]:
    """A link a file; where there are many, the page that leads to the others, or their folders."""
    if len(paths) <= _MOST_LINKS:
        return [_link(path) for path in paths]
    lead = next((path for path in paths if path.endswith(("/README.md", "/index.md"))), None)
    if lead is not None:
        return [f"{_link(lead)} and {len(paths) - 1} more beside it"]
    folders = sorted({path.rpartition("/")[0] for path in paths})
    tops = [folder for folder in folders if not any(folder.startswith(f"{other}/") for other in folders)]
    counts = {folder: sum(path.startswith(f"{folder}/") for path in paths) for folder in tops}
    return [f"{_link(folder)} ({count} file{'s' if count != 1 else ''})" for folder, count in counts.items()]


def _link(path: str) -> str:
    return f"[{markdown(path)}]({_UP}{quote(path, safe=_SAFE)})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _drawing(repo: Inventory, profile: Profile, applied: set[str]) -> Iterator[str]:
    """The system as a Mermaid flow chart: who asks whom, how a change gets there, and who is told."""
    runtime = {"kubernetes": "Kubernetes", "cloud-run": "Cloud Run", "compose": "one machine"}[profile.platform.runtime]
    most = profile.max_replicas
    copies = "one container" if profile.platform.runtime == "compose" else f"{profile.scaling.min_replicas} to {most} copies"
    creator = profile.audience is Audience.CREATOR
    yield "flowchart LR"
    yield "  users([Users]) --> service"
    yield f'  subgraph place["{runtime}"]'
    yield f'    service["{naming(repo, profile).service}<br/>{copies}"]'
    yield "  end"
    found = {item.name for item in (*repo.datastores, *repo.brokers)}
    for number, store in enumerate(sorted({*stores(tuple(found)), *(found - NAMES.keys())})):
        yield f'  service --> store{number}[("{NAMES.get(store, store)}")]'
    for number, provider in enumerate(sorted({found.name for found in repo.llm_providers})):
        yield f'  service --> model{number}{{{{"model: {provider}"}}}}'
    if "ci" in applied:
        yield "  change([A change]) --> ci[CI: test, build, scan] --> registry[(Image registry)]"
        yield "  registry --> service" if creator else "  registry --> staging[Staging] --> gate{Goals hold?} --> service"
    if "telemetry" in applied:
        yield "  service -. traces, metrics .-> collector[OpenTelemetry collector]"
        yield "  collector --> prometheus[(Prometheus)]" if "slo" in applied else "  collector --> backend[(Your telemetry store)]"
    if "slo" in applied and "telemetry" in applied:
        yield "  prometheus --> alerts[Alertmanager]" if "alertmanager" in applied else "  prometheus --> alerts[Alerts]"
        yield "  alerts --> people([On call])"
        if "dashboard" in applied:
            yield "  prometheus --> grafana[Grafana]"
