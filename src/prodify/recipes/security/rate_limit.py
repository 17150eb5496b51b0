"""The recipe `rate-limit`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify import edits
from prodify.api import Edit, File, Inventory, Profile, Review, Step, recipe
from prodify.data import requirement
from prodify.escape import Code, python_list
from prodify.recipes.ci.planned import names_read
from prodify.recipes.goals.env_example import add_comments, example_file
from prodify.recipes.observability.webapp import stands_for, web_app
from prodify.recipes.shared.layout import HEALTH_PATH, READY_PATH
from prodify.recipes.shared.packages import can_list, listed
from prodify.render import render

MODULE = "rate_limit"
_OTHERS = ("slowapi", "django-ratelimit", "fastapi-limiter")
_COUNTERS = {"flask": "flask-limiter", "fastapi": "limits"}


@dataclass(frozen=True, slots=True)
class RateLimitContext:
    """What `security/rate_limit.py` names."""

    framework: str
    limits: str
    unlimited: Code


@recipe(step=Step.SECURITY, fixes=("requests-are-rate-limited",), default=False, review=Review.CAREFUL)
def rate_limit(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """Limits on how many requests one client may make to a Flask or FastAPI service, counted in Redis where there is one.

    One client may ask once a second on average, and as much in a day as a user is expected to ask in a month. Applied by name only:
    behind proxies it needs their number in TRUSTED_PROXIES, or all clients count as one.
    """
    app = web_app(repo)
    if app is None or app.framework not in _COUNTERS or repo.uses(*_OTHERS) is not None:
        return
    own, counter = app.beside(MODULE), requirement(_COUNTERS[app.framework]).replace("==", "[redis]==")
    listing = listed(repo, app.root, (counter,), "counts the requests, in Redis where REDIS_URL names one")
    # The distribution alone says nothing: this recipe lists it.
    limited = any(note.location.path != own for note in repo.python.imports("flask_limiter", "limits"))
    if listing is None or limited or not stands_for(repo, own, r"def limit\(app"):
        return
    yield listing
    if not can_list(repo, app.root, (counter,)):
        return
    # A household or an office shares one address, hence the floor.
    daily = max(1000, profile.traffic.requests_per_user)
    context = RateLimitContext(app.framework, f"60/minute, {daily}/day", python_list([HEALTH_PATH, READY_PATH]))
    module = render("security/rate_limit.py", context)
    yield File(app.beside(MODULE), module)
    example = example_file(repo)
    if example is not None:
        yield Edit(example, lambda text: add_comments(text, sorted(names_read(module))), why="lists the limit's settings")
    wiring = edits.python.insert_after_app(app.variable, app.import_line(MODULE), f"{MODULE}.limit({app.variable})")
    yield Edit(app.path, wiring, why="limits every route")
