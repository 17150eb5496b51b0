"""What happens to a file that prodify owns as a whole: the table of the design."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from prodify.changes.bases import Bases
from prodify.changes.content import Disk, blob_id, is_blob, same_text
from prodify.changes.lock import Entry
from prodify.changes.merge import holds_markers, merge3, merge_without_base
from prodify.changes.model import Action, Change, ConflictPolicy
from prodify.changes.names import Spellings, unportable
from prodify.edits.text import CannotEdit, canonical, lines_of, preserving, restore_style

if TYPE_CHECKING:
    from prodify.api import Edit, File, Untrack
    from prodify.changes.git import Repository


@dataclass(slots=True)
class Wishes:
    """All that is wanted of one path."""

    path: str
    file: File | None = None
    file_recipes: list[str] = field(default_factory=list)
    edits: list[tuple[str, Edit]] = field(default_factory=list)
    untracks: list[tuple[str, Untrack]] = field(default_factory=list)

    @property
    def edit_recipes(self) -> tuple[str, ...]:
        """The recipes that edit the file."""
        return tuple(dict.fromkeys(recipe for recipe, _ in self.edits))

    def run_edits(self, start: str | None) -> tuple[str | None, list[str], list[str]]:
        """Run the edits one after the other; returns the text, why those were made that were, and why the others could not be.

        Where there is no file yet, the edits that make it come first: the others would find it the next time.
        """
        text, notes, refusals = start, list[str](), list[str]()
        for recipe, edit in sorted(self.edits, key=lambda pair: not pair[1].create) if start is None else self.edits:
            if text is None and not edit.create:
                refusals.append(f"{recipe}: there is no such file to edit")
                continue
            try:
                text = preserving(edit.apply)(text or "")
                notes += [edit.why] if edit.why else []
            except CannotEdit as error:
                refusals.append(f"{recipe} could not edit it: {error.message}. {error.hint}".strip())
        return text, list(dict.fromkeys(notes)), list(dict.fromkeys(refusals))


@dataclass(frozen=True, slots=True)
class Ground:
    """What a plan stands on beside the tree: the policy, git, and where the bases of merges come from."""

    policy: ConflictPolicy
    repository: Repository | None
    bases: Bases


def refused(wishes: Wishes, disk: Disk, spellings: Spellings) -> str:
    """Return why a new path is not written at all, or the empty string; a file that is there already is nobody's business here."""
    if other := spellings.other(wishes.path):
        return f"differs in case only from {other}, which is there; on Windows and macOS they are one file"
    makes = wishes.file is not None or any(edit.create for _, edit in wishes.edits)
    return unportable(wishes.path) if makes and not disk.exists else ""


def digits_of(repository: Repository | None) -> int:
    """Return how long the repository's object ids are, in hexadecimal digits."""
    return repository.digits if repository else 40


def plan_file(wishes: Wishes, disk: Disk, entry: Entry | None, ground: Ground) -> tuple[Change, Entry | None]:
    """Return the change, and the lock entry that is right once it is applied."""
    file = wishes.file
    assert file is not None
    recipes = tuple(dict.fromkeys(wishes.file_recipes))
    fresh = Entry(recipes, blob_id(file.text, digits_of(ground.repository)), None, file.executable)
    known = entry if entry is not None and (entry.blob or entry.owned) else None
    same = Change(file.path, Action.UNCHANGED, recipes, disk.text, disk.text, rendered=file.text, was_executable=disk.executable)

    if known is not None and known.owned:
        return replace(same, action=Action.KEEP, note="handed over to you"), entry
    if known is not None and not disk.exists:
        return replace(same, action=Action.DELETED, note="you deleted it; it stays deleted"), entry
    if disk.problem:
        return replace(same, action=Action.FOREIGN, note=disk.problem), entry
    if disk.text is None:
        return replace(same, action=Action.CREATE, after=file.text, executable=file.executable), fresh
    if same_text(disk.text, file.text):
        return (same if known else replace(same, action=Action.ADOPTED)), fresh
    if known is None:
        return _adopt_or_leave(wishes, same, disk.text, entry, fresh)
    if holds_markers(disk.text) and not holds_markers(file.text):
        if _is_of_prodify_alone(file.path, disk.text, known, ground.repository):
            note = "git could not join what two branches applied; nothing in it is yours"
            return replace(same, action=Action.UPDATE, after=file.text, note=note, settles=True), fresh
        note = f"still holds conflict markers: settle them by hand, then `git add {file.path}`, and run again"
        return replace(same, action=Action.UNRESOLVED, note=note), entry
    if known.blob == fresh.blob:
        kept = replace(known, recipes=tuple(sorted({*known.recipes, *recipes})))
        return (same if is_blob(disk.text, known.written) else replace(same, action=Action.KEEP, note="edited by you")), kept
    execute = file.executable and not known.executable
    if any(is_blob(disk.text, name) for name in (known.blob, *known.also)):
        after = file.text if canonical(disk.text) == disk.text else restore_style(disk.text, file.text)
        return replace(same, action=Action.UPDATE, after=after, executable=execute), fresh
    return _merge(wishes, replace(same, executable=execute), known, fresh, ground)


def _is_of_prodify_alone(path: str, text: str, known: Entry, repository: Repository | None) -> bool:
    """Whether the open merge of a file is one of two texts that prodify wrote, and nobody has put a line of their own into it."""
    sides = repository.stages(path).get(path, ()) if repository else ()
    written = {known.blob, known.written, *known.also}
    if repository is None or {side.stage for side in sides} < {2, 3} or not all(s.blob in written for s in sides if s.stage > 1):
        return False
    texts = [repository.blob(side.blob) or "" for side in sides]
    lines = {line for side in texts for line in lines_of(canonical(side))}
    marks = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
    return all(line in lines or line.startswith(marks) for line in lines_of(canonical(text)))


def _adopt_or_leave(wishes: Wishes, same: Change, text: str, entry: Entry | None, fresh: Entry) -> tuple[Change, Entry | None]:
    assert same.rendered is not None
    with_edits, _, _ = wishes.run_edits(same.rendered)
    if with_edits is not None and same_text(text, with_edits):
        written = blob_id(text, len(fresh.blob or ""))
        return replace(same, action=Action.ADOPTED), replace(fresh, written=written)
    return replace(same, action=Action.FOREIGN, note="yours; prodify would write another text"), entry


def _merge(wishes: Wishes, same: Change, known: Entry, fresh: Entry, ground: Ground) -> tuple[Change, Entry]:
    yours, theirs = same.before, same.rendered
    assert known.blob is not None and theirs is not None and yours is not None
    base = None
    if known.written is not None and {*known.recipes} <= {*wishes.file_recipes, *wishes.edit_recipes}:
        # What was written is what was rendered with edits on top, and it is what was committed: compare it with its like.
        base = ground.bases.text(known.written)
        theirs = wishes.run_edits(theirs)[0] if base is not None else theirs
        assert theirs is not None
    base = ground.bases.text(known.blob) if base is None else base
    merged = merge_without_base(yours, theirs) if base is None else merge3(base, yours, theirs)
    same = replace(same, base=base, rendered=theirs)
    if not merged.conflicts:
        if is_blob(yours, known.written):
            written = blob_id(merged.text, len(known.blob))
            return replace(same, action=Action.UPDATE, after=merged.text), replace(fresh, written=written)
        return replace(same, action=Action.MERGE, after=merged.text, note="your edits are kept"), fresh
    places = "1 place" if merged.conflicts == 1 else f"{merged.conflicts} places"
    lost = "" if base is not None else " and git does not hold the text that both came from"
    reason = f"{places} changed on both sides{lost}"
    if ground.policy is ConflictPolicy.MARKERS:
        note = f"{reason}; marked in the file"
        return replace(same, action=Action.CONFLICT, after=merged.text, note=note, conflicts=merged.conflicts), fresh
    note = f"{reason}; left as it is"
    return replace(same, action=Action.CONFLICT, executable=False, note=note, conflicts=merged.conflicts), known
