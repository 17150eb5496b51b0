"""From wishes to changes: what would happen to every path. Nothing is written here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import Edit, File, Untrack
from prodify.changes.bases import Bases, Finder
from prodify.changes.content import read, safe_path, same_text
from prodify.changes.journal import State
from prodify.changes.leftover import plan_leftovers
from prodify.changes.model import LOCK_PATH, Action, Change, ConflictPolicy, Plan, Wanted
from prodify.changes.names import Spellings, refuse_clashes
from prodify.changes.overlay import plan_edits
from prodify.changes.whole import Ground, Wishes, plan_file, refused
from prodify.edits import gitignore
from prodify.edits.text import CannotEdit, preserving
from prodify.errors import ConflictError, InternalError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from prodify.changes.git import Repository
    from prodify.changes.lock import Entry, Lock

ATTRIBUTES_PATH = ".gitattributes"
_UNION = gitignore.add(f"{LOCK_PATH} merge=union")


def plan(
    root: Path,
    wanted: Sequence[Wanted],
    lock: Lock,
    *,
    policy: ConflictPolicy = ConflictPolicy.MARKERS,
    asked: Collection[str] = (),
    gone: Collection[str] = (),
    finder: Finder | None = None,
) -> Plan:
    """Return what applying the wishes would do. Reads the tree, git's blobs and git's index; writes nothing.

    `asked` names the recipes that ran: what they made once and no longer want is left over. `gone` names recipes in the lock that prodify
    no longer has. `finder` finds the base of a merge where git does not hold it.

    Raises:
        ConflictError: when an earlier apply was killed and its journal is still there (`recover` finishes it), or two wanted paths
            cannot exist together.
        InternalError: when two recipes want the same file with different text.
        UsageError: when a recipe's path leaves the root.
    """
    state = State.of(root)
    if state.pending:
        hint = "Run `prodify apply` or `prodify undo` (not as a dry run): it is finished first."
        raise ConflictError("an earlier apply was interrupted and is not finished yet", hint)
    ground = Ground(policy, state.repository, Bases(state.repository, finder))
    before, spellings = lock, Spellings(root)
    changes: list[Change] = []
    by_path = _by_path(wanted)
    for path, wishes in sorted(by_path.items()):
        made, entry = _plan_path(root, wishes, lock.entries.get(path), ground, spellings)
        changes += made
        if entry is not None:
            lock = lock.with_entry(path, entry)
        if wishes.untracks:
            changes.append(_plan_untrack(path, wishes, state.repository))
    kept = [path for path, wishes in by_path.items() if wishes.file or wishes.edits]
    for change, entry in plan_leftovers(root, before, kept, asked, gone):
        changes.append(change)
        lock = lock.with_entry(change.path, entry)
    changes = sorted(changes, key=lambda change: change.path)
    changes += _plan_records(root, before, lock, state.repository, {change.path for change in changes})
    return Plan(tuple(changes), _texts(wanted, changes), policy)


def _texts(wanted: Sequence[Wanted], changes: Sequence[Change]) -> tuple[str, ...]:
    """Return the bases of later merges: what was rendered, and what is written where edits stand on top of it."""
    rendered = {wish.item.text for wish in wanted if isinstance(wish.item, File)}
    written = {c.after for c in changes if c.rendered is not None and c.after is not None and c.action in (Action.CREATE, Action.UPDATE)}
    return tuple(sorted(rendered | written))


def _plan_path(
    root: Path, wishes: Wishes, entry: Entry | None, ground: Ground, spellings: Spellings
) -> tuple[list[Change], Entry | None]:
    """Return the changes of one path, and the lock entry that is right once they are applied."""
    disk = read(root, wishes.path)
    if (wishes.file or wishes.edits) and entry is None and (reason := refused(wishes, disk, spellings)):
        recipes = tuple(dict.fromkeys((*wishes.file_recipes, *wishes.edit_recipes)))
        text = wishes.file.text if wishes.file else None
        return [Change(wishes.path, Action.REFUSED, recipes, disk.text, disk.text, reason, rendered=text)], None
    made: list[Change] = []
    if wishes.file:
        change, entry = plan_file(wishes, disk, entry, ground)
        made.append(change)
    if wishes.edits:
        made, entry = plan_edits(wishes, disk, entry, made, ground.repository)
    return made, entry


def _by_path(wanted: Sequence[Wanted]) -> dict[str, Wishes]:
    found: dict[str, Wishes] = {}
    for wish in wanted:
        path = safe_path(wish.item.path)
        wishes = found.setdefault(path, Wishes(path))
        match wish.item:
            case Edit():
                wishes.edits.append((wish.recipe, wish.item))
            case Untrack():
                wishes.untracks.append((wish.recipe, wish.item))
            case File() if wishes.file in (None, wish.item):
                wishes.file = wish.item
                wishes.file_recipes.append(wish.recipe)
            case File():
                raise InternalError(
                    f"the recipes {wishes.file_recipes[0]} and {wish.recipe} want different texts of {path}",
                    "Let one recipe own the file, and the other edit it.",
                )
    if LOCK_PATH in found:
        raise InternalError(f"a recipe wants to write {LOCK_PATH}", "Only applying a plan writes the lock.")
    refuse_clashes([path for path, wishes in found.items() if wishes.file or wishes.edits])
    return found


def _plan_untrack(path: str, wishes: Wishes, repository: Repository | None) -> Change:
    recipes = tuple(dict.fromkeys(recipe for recipe, _ in wishes.untracks))
    why = "; ".join(dict.fromkeys(item.why for _, item in wishes.untracks if item.why))
    tracked = repository.index(path).get(path) if repository else None
    if tracked is None or not tracked.is_file:
        return Change(path, Action.UNCHANGED, recipes, note="not tracked by git")
    return Change(path, Action.UNTRACK, recipes, note=why or "taken out of git's index, kept on disk")


def _plan_records(root: Path, before: Lock, lock: Lock, repository: Repository | None, taken: set[str]) -> list[Change]:
    """Return the changes that keep the books: the lock, and with the first one the attribute that lets git join two locks."""
    disk = read(root, LOCK_PATH)
    # A lock that says the same is left as it is: a merge may have joined two in an order of its own.
    same = disk.text is not None and lock == before and not lock.merged
    text = lock.text() if lock.entries or disk.text is not None else None
    if same or (disk.text is not None and text is not None and same_text(disk.text, text)):
        text = disk.text
    made = [Change(LOCK_PATH, Action.RECORD, (), disk.text, text, "what prodify wrote, for later upgrades")]
    if disk.text is not None or text is None or repository is None or ATTRIBUTES_PATH in taken:
        return made
    attributes = read(root, ATTRIBUTES_PATH)
    # Whoever has a line on the lock there has decided already.
    if attributes.problem or LOCK_PATH in (attributes.text or ""):
        return made
    try:
        after = preserving(_UNION)(attributes.text or "")
    except CannotEdit:
        return made
    return [Change(ATTRIBUTES_PATH, Action.RECORD, (), attributes.text, after, "lets git join the locks of two branches"), *made]
