"""Whether a change can be switched off again without a release."""

from __future__ import annotations

from prodify.api import Audience, Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.lazyre import lazy

_EVALUATIONS = (
    "*.get_boolean_value", "*.get_boolean_details", "*.get_string_value", "*.get_string_details", "*.bool_variation", "*.variation",
    "*.is_feature_enabled", "*.feature_enabled", "waffle.flag_is_active", "waffle.switch_is_active", "*.has_feature",
)  # fmt: skip
_PACKAGES = (
    "@openfeature/server-sdk", "@openfeature/web-sdk", "@launchdarkly/node-server-sdk", "launchdarkly-node-server-sdk", "unleash-client",
    "unleashclient", "flagsmith", "flagsmith-nodejs", "@growthbook/growthbook", "growthbook", "flipper", "statsig", "django-waffle",
    "configcat-client", "configcat-node",
)  # fmt: skip
_VARIABLE = lazy(r"^(FEATURE|FLAG|FF|ENABLE|DISABLE)_\w+|\w+_(ENABLED|DISABLED)$")
_TOOLING = lazy(r"^(ENABLE|DISABLE)_(OTEL|TELEMETRY|TRACING|DEBUG|LOG)|^OTEL_")


@check(
    step=Step.PORTABILITY,
    level=Level.NOTE,
    maturity=4,
    audiences=(Audience.PUBLIC,),
    effort=Effort.HOURS,
    status="preview",
    fixed_by="feature-flags",
    hint="Ask a flag before a risky change takes effect: OpenFeature's SDK with a provider that reads a file or the environment.",
)
def risky_changes_have_flags(repo: Inventory, profile: Profile) -> Verdict:
    """A risky change can be switched off without a release.

    Why:
        A change that hurts is gone in seconds where a switch guards it; without one everybody waits for a build, a release and caches.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)

        @app.route("/")
        def index():
            return "the new way"
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        openfeature-sdk
        ```
        ```python title="app.py"
        from flask import Flask
        from openfeature import api

        app = Flask(__name__)

        @app.route("/")
        def index():
            return "the new way" if api.get_client().get_boolean_value("new-way", False) else "the old way"
        ```
    """
    if not repo.services:
        return not_applicable("no service is released")
    asked = repo.python.calls(*_EVALUATIONS)
    library = repo.uses(*_PACKAGES)
    settings = [v for v in repo.environment if _VARIABLE.search(v.name) and not _TOOLING.search(v.name)]
    if asked or library or settings:
        named = [*(Note(c.location, c.name) for c in asked[:3]), *(Note(v.location, v.name) for v in settings[:3])]
        return passed("code asks a flag", *named, *([library] if library else []))
    return failed("no change can be switched off without a release")
