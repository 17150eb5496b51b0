"""Recipe `cache`: answers of other services are kept for a while."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.api import Edit, File, Inventory, Profile, Review, Step, recipe
from prodify.edits.pycached import PERSONAL, fetching, keep_answers
from prodify.recipes.ci.planned import names_read
from prodify.recipes.goals.env_example import add_comments, example_file
from prodify.recipes.observability.webapp import stands_for, web_app
from prodify.render import render

if TYPE_CHECKING:
    from collections.abc import Mapping

MODULE = "answer_cache"
SECONDS = 300
_OTHERS = (
    "cachetools", "aiocache", "cachelib", "cashews", "diskcache", "dogpile-cache", "requests-cache", "flask-caching", "fastapi-cache2",
    "async-lru",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AnswerCacheContext:
    """What `scaling/answer_cache.py` names."""

    seconds: int
    personal: str


@recipe(step=Step.SCALING, fixes=("expensive-calls-are-cached",), default=False, review=Review.CAREFUL)
def cache(repo: Inventory, _: Profile) -> Iterator[File | Edit]:
    """Answers of other services kept for five minutes: in Redis for all workers where REDIS_URL names one, else in each process.

    A function is decorated where its text shows that it only fetches JSON by its arguments, the same for everybody; others by hand, as
    the module says. Applied by name only: whoever reads such an answer may then see what was true minutes ago.
    """
    app = web_app(repo)
    found = functions_to_keep(repo)
    if app is None or not found or not stands_for(repo, app.beside(MODULE), r"def cached\("):
        return
    module = render("scaling/answer_cache.py", AnswerCacheContext(SECONDS, PERSONAL))
    yield File(app.beside(MODULE), module)
    for path, names in sorted(found.items()):
        yield Edit(path, keep_answers(frozenset(names), MODULE, app.import_line(MODULE)), why=f"keeps the answers of {', '.join(names)}")
    example = example_file(repo)
    if example is not None:
        yield Edit(example, lambda text: add_comments(text, sorted(names_read(module))), why="lists the cache's settings")


def functions_to_keep(repo: Inventory) -> Mapping[str, tuple[str, ...]]:
    """By file, the functions that only fetch; none in files that keep answers in a way of their own, or where a library does it."""
    if repo.uses(*_OTHERS) is not None:
        return {}
    found = {}
    for path in sorted({call.location.path for call in repo.outbound_calls if call.location.path.endswith(".py")}):
        text = repo.files.text(path) or ""
        without_ours = text.replace(f"{MODULE}.cached", "").replace(MODULE, "")
        names = fetching(text, MODULE) if "cache" not in without_ours.lower() else ()
        if names:
            found[path] = names
    return found
