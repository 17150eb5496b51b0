"""A proposal: what the chosen recipes want of a repository, planned against its lock.

Recipes look at the repository without the files that prodify wrote itself, so that what they want is the same before and
after an apply.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from prodify.api import Edit, File, Placed
from prodify.changes import Action, ConflictPolicy, FileStatus, Lock, Plan, Wanted, status
from prodify.changes import plan as plan_changes
from prodify.changes.model import LOCK_PATH
from prodify.earlier import EarlierTexts
from prodify.errors import AmbiguousError, ConfigError, ProdifyError, UsageError, did_you_mean
from prodify.inventory import Inventory
from prodify.profile_file import PROFILE_FILE
from prodify.recipes import all_recipes
from prodify.recipes.shared.layout import can_be_named, chosen_component, main_component, workers_elsewhere
from prodify.wishes import Wishes, collect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from prodify.api import Recipe
    from prodify.inventory.facts import Component
    from prodify.profile import Profile


def _whole(lock: Lock) -> Iterator[str]:
    return (path for path, entry in lock.entries.items() if entry.kind == "file" and not entry.owned)


class Proposal:
    """What would be written under `root` for a profile; `service` names the component where several rival."""

    def __init__(self, root: Path, profile: Profile, service: str | None = None) -> None:
        self.root = root
        self.profile = profile
        self.service = service

    @cached_property
    def lock(self) -> Lock:
        """The lock as it stands."""
        return Lock.load(self.root)

    @cached_property
    def repo(self) -> Inventory:
        """The repository without the whole files that prodify wrote."""
        return Inventory(self.root, hidden=self._written, service=self.service)

    @cached_property
    def _written(self) -> frozenset[str]:
        """The files to look past. The profile is not one of them: it was read from there, and is where its recipe finds it again.

        What stands in a folder that was applied to by itself was written for that folder, and says nothing of this one.
        """
        own = frozenset(path for path in _whole(self.lock) if path != PROFILE_FILE)
        return own.union(*(self._written_below(place.parent) for place in self.root.glob(f"*/{LOCK_PATH}")))

    def _written_below(self, folder: Path) -> set[str]:
        try:
            return {f"{folder.name}/{path}" for path in _whole(Lock.load(folder))}
        except ConfigError:
            return set()  # who applies there is told

    def require_component(self) -> None:
        """Refuse to guess between equals.

        Raises:
            AmbiguousError: when several services rival and none was named.
            UsageError: when the named one is not there, or no generated file could name its folder.
        """
        chosen = chosen_component(self.repo)
        if chosen is not None and not can_be_named(chosen):
            raise UsageError(
                "the name of the service's folder or entry point holds characters that generated files cannot name",
                "Rename it: letters, digits, spaces and . _ - + @ ~ ( ) are fine.",
            )
        services = self.repo.services
        names = [f"{c.name} ({c.path})" for c in services]
        if self.service is not None and main_component(self.repo) is None:
            known = [c.name for c in services]
            hint = did_you_mean(self.service, known) or f"Services: {', '.join(names) or 'none found'}."
            raise UsageError(f'there is no service "{self.service}"', hint)
        if self.service is None and len(services) > 1 and main_component(self.repo) is None:
            raise AmbiguousError(f"found {len(services)} services: {', '.join(names)}", "Name one with --service NAME.")
        component = main_component(self.repo)
        if component is not None:
            self._require_one_image(component)
        if component is not None and component.entrypoint is None and len(component.candidates) > 1:
            raise AmbiguousError(
                f"{component.name} could start at {', '.join(component.candidates)}",
                "Keep one of them, or name it in a Procfile: web: gunicorn MODULE:APP",
            )

    def _require_one_image(self, component: Component) -> None:
        """Refuse what one set of files cannot hold: an image and manifests are those of one folder.

        Raises:
            AmbiguousError: when a worker stands in another folder than the web service, and none of them was named.
            UsageError: when what stands here was written for another service.
        """
        elsewhere = workers_elsewhere(self.repo, component)
        if self.service is None and elsewhere:
            names = ", ".join(f"{c.name} ({c.path})" for c in elsewhere)
            raise AmbiguousError(
                f"found the service {component.name} ({component.path}), and workers in folders of their own: {names}",
                f"Name the one to write for here with --service {component.name}; a worker's image and manifests are written in its own "
                f"folder: prodify apply {elsewhere[0].path}",
            )
        images = (path for path, entry in self.lock.entries.items() if "dockerfile" in entry.recipes and path.endswith("Dockerfile"))
        written = {path.rpartition("/")[0] or "." for path in images}
        other = next((c for c in self.repo.services if c.path in written), None)
        if self.service is not None and other is not None and component.path not in written:
            raise UsageError(
                f"what stands here was written for {other.name} ({other.path}), and one set of manifests serves one service",
                f"Write for {component.name} in its own folder: prodify apply {component.path}",
            )

    def wishes(self, recipes: Sequence[Recipe]) -> Wishes:
        """What the recipes want, of the repository as it is and as their own edits leave it.

        One recipe's edit is another's input: code that now reads a variable needs it in the example file. So the recipes run
        twice, the second time on the edited texts; where both runs want a whole file, the second one's text counts. Pages about all
        that is written come last, and are brought up to date whatever was chosen.
        """
        applied = self.applied_recipes()
        recipes = (*recipes, *(r for r in applied if r.overview and r not in recipes))
        found = collect(self.repo, self.profile, recipes)
        edited, untracked = self._edited(found)
        if edited or untracked:
            later = Inventory(self.root, hidden=self._written | untracked, service=self.service, overlay=edited)
            found = found.followed_by(collect(later, self.profile, recipes))
        if not found.overviews:
            return found
        beside = collect(self.repo, self.profile, [r for r in applied if r not in recipes])
        drafts = (Wanted(recipe.id, File(page.path, "")) for recipe, page in found.overviews)
        placed = self._placed((*found.wanted, *beside.wanted, *drafts))
        pages = tuple(
            Wanted(recipe.id, File(page.path, page.text_of([item for item in placed if item.recipe is not recipe])))
            for recipe, page in found.overviews
        )
        return replace(found, wanted=found.wanted + pages, overviews=())

    def _placed(self, wanted: Sequence[Wanted]) -> tuple[Placed, ...]:
        """What stands where once all is applied. What was done once may be wanted no more, so the lock is asked as well."""
        order = {recipe.id: number for number, recipe in enumerate(all_recipes())}
        places: dict[tuple[str, str], str | None] = {}
        for path, entry in self.lock.entries.items():
            # A whole file that nobody wants any more is left over and about to go; of several services only one was asked.
            if entry.kind == "file" and not entry.owned and len(self.repo.services) <= 1:
                continue
            places |= dict.fromkeys(((name, path) for name in entry.recipes), "" if entry.kind == "file" else None)
        places |= {(w.recipe, w.item.path): None for w in wanted if isinstance(w.item, Edit)}
        places |= {(w.recipe, w.item.path): w.item.text for w in wanted if isinstance(w.item, File)}
        known = sorted((order[name], path, name) for name, path in places if name in order)
        return tuple(Placed(all_recipes()[number], path, places[name, path]) for number, path, name in known)

    def _edited(self, wishes: Wishes) -> tuple[dict[str, str], frozenset[str]]:
        """The texts that edits change or create, by path, and the files that leave git's index."""
        # Whole files and their merges do not matter here, so the costly search for lost bases is left out.
        changes = plan_changes(self.root, wishes.wanted, self.lock).changes
        edits = (Action.EDIT, Action.CREATE)
        files = {w.item.path for w in wishes.wanted if isinstance(w.item, File)}
        texts = {c.path: c.after for c in changes if c.action in edits and c.after is not None and c.path not in files}
        return texts, frozenset(c.path for c in changes if c.action is Action.UNTRACK)

    def plan(self, wishes: Wishes, policy: ConflictPolicy = ConflictPolicy.MARKERS) -> Plan:
        """The changes that the wishes mean for the tree as it stands; what the recipes no longer make is left over."""
        asked = self._answerable(wishes.recipes)
        return plan_changes(self.root, wishes.wanted, self.lock, policy=policy, asked=asked, finder=self._earlier.find)

    def upgrade(self, policy: ConflictPolicy = ConflictPolicy.MARKERS) -> Plan:
        """The changes that bring all that was applied up to date, leftovers of recipes that prodify no longer has included."""
        wishes = self.wishes(self.applied_recipes())
        asked = self._answerable(wishes.recipes)
        find = self._earlier.find
        return plan_changes(self.root, wishes.wanted, self.lock, policy=policy, asked=asked, gone=self._gone, finder=find)

    def states(self) -> list[FileStatus]:
        """How every managed file stands."""
        wishes = self.wishes(self.applied_recipes())
        return status(self.root, self.lock, wishes.wanted, asked=self._answerable(wishes.recipes), gone=self._gone)

    @cached_property
    def _gone(self) -> frozenset[str]:
        """Recipes in the lock that prodify no longer has."""
        return frozenset(n for entry in self.lock.entries.values() for n in entry.recipes) - {r.id for r in all_recipes()}

    def _answerable(self, recipes: Sequence[Recipe]) -> frozenset[str]:
        """The recipes whose silence about a file means that it is no longer made: none where they spoke of one service of several."""
        return frozenset(recipe.id for recipe in recipes) if len(self.repo.services) <= 1 else frozenset()

    @cached_property
    def _earlier(self) -> EarlierTexts:
        return EarlierTexts(self.root, lambda profile: Proposal(self.root, profile, self.service).wishes(self.applied_recipes()))

    def applied_recipes(self) -> tuple[Recipe, ...]:
        """The recipes that the lock names, in order."""
        names = {name for entry in self.lock.entries.values() for name in entry.recipes}
        return tuple(recipe for recipe in all_recipes() if recipe.id in names)

    def paths(self, recipe: str) -> tuple[str, ...]:
        """The files that a recipe would change now, without the lock; empty where it cannot say."""
        chosen = tuple(r for r in all_recipes() if r.id == recipe)
        try:
            changes = self.plan(self.wishes(chosen))
        except ProdifyError:
            return ()
        return tuple(dict.fromkeys(c.path for c in (*changes.writes, *changes.untracks) if c.recipes))
