"""Recipe `feature-flags`: switches for risky changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Edit, File, Inventory, Profile, Review, Step, recipe
from prodify.data import requirement
from prodify.escape import Code, string_double
from prodify.recipes.ci.planned import names_read
from prodify.recipes.ci.project import runner
from prodify.recipes.goals.env_example import add_comments, example_file
from prodify.recipes.observability.webapp import stands_for, web_app
from prodify.recipes.portability.place import place_of
from prodify.recipes.scaling.target import kubernetes_service
from prodify.recipes.shared.layout import KUBERNETES
from prodify.recipes.shared.packages import can_list, listed
from prodify.render import render

MODULE = "feature_flags"
FOLDER = f"{KUBERNETES}/components/feature-flags"
_OTHERS = ("launchdarkly-server-sdk", "unleashclient", "flagsmith", "growthbook", "posthog", "django-waffle", "configcat-client", "statsig")


@dataclass(frozen=True, slots=True)
class FlagsTestContext:
    """What `portability/feature_flags_test.py` names: how it finds the module."""

    import_line: Code
    source_suffix: Code


@dataclass(frozen=True, slots=True)
class FlagsModuleContext:
    """`portability/feature_flags.py` is the same for everybody."""


@dataclass(frozen=True, slots=True)
class FlagsComponentContext:
    """What `scaling/kubernetes/feature-flags.yaml` names."""

    service: str


@recipe(step=Step.PORTABILITY, fixes=("risky-changes-have-flags",), default=False, review=Review.CAREFUL)
def feature_flags(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """Feature flags by OpenFeature for a Flask, FastAPI or Django service, set by the environment or a file: no vendor, no server.

    One example that nothing uses, tests, and for Kubernetes a component that brings the file to the pods. Applied by name only: a flag is
    worth its branch where a change is risky, and the code asks for it where you say.
    """
    app, place = web_app(repo), place_of(repo)
    if app is None or place is None or repo.uses(*_OTHERS) is not None or not stands_for(repo, place.path(MODULE), "class Flag"):
        return
    pins = (requirement("openfeature-sdk"),)
    listing = listed(repo, app.root, pins, "evaluates the flags")
    others = [note for note in repo.python.imports("openfeature") if note.location.path != place.path(MODULE)]
    if listing is None or others:
        return
    yield listing
    if not can_list(repo, app.root, pins):
        return
    module = render("portability/feature_flags.py", FlagsModuleContext())
    yield File(place.path(MODULE), module)
    base = "" if place.root == "." else f"{place.root}/"
    suffix = Code(f' / "{string_double(place.source_root)}"' if place.source_root else "")
    test = FlagsTestContext(Code(place.import_line(MODULE)), suffix)
    yield File(f"{base}tests/test_feature_flags.py", render("portability/feature_flags_test.py", test))
    yield from runner(repo, place.root or ".")
    example = example_file(repo)
    if example is not None:
        yield Edit(example, lambda text: add_comments(text, sorted(names_read(module))), why="lists where the flags stand")
    service = kubernetes_service(repo, profile)
    if service is not None:
        context = FlagsComponentContext(service.names.service)
        yield File(f"{FOLDER}/kustomization.yaml", render("scaling/kubernetes/feature-flags.yaml", context))
        yield File(f"{FOLDER}/flags.json", '{\n  "new-wording": false\n}\n')
