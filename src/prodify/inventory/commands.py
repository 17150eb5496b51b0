"""Shell commands as values, and what it means that one runs a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.shell import effective_words
from prodify.lazydata import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prodify.model import Location

_INTERPRETERS = frozenset("python python3 py php node ruby perl bash sh deno bun".split())


@dataclass(frozen=True, slots=True)
class Command:
    """One simple shell command: a line of a script, split at `&&`, `;` and pipes, continuation lines joined.

    `text` is the command as written, `location` where it stands. `via` names what led to it when it does not stand in the file
    itself: `npm test`, `make test`, `./deploy.sh`; the location is then that of the call and `origin` the place of the text (None
    where it is the same). `job` is the CI job's id, None elsewhere. `directory` is where it runs, "" for the root.
    """

    text: str
    location: Location
    job: str | None = None
    via: str | None = None
    origin: Location | None = None
    directory: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """Program and arguments without what only wraps them: assignments, sudo, `uv run`, `npx`, `python -m`, `docker run IMAGE`.

        `FOO=1 poetry run python -m pytest -q` gives ("pytest", "-q").
        """
        return effective_words(self.text)

    @property
    def program(self) -> str:
        """The name of the program without its directory; empty when there is none."""
        return self.words[0].rpartition("/")[2] if self.words else ""

    @property
    def note(self) -> str:
        """The command on one line, with what led to it; makes a command evidence."""
        line = " ".join(self.text.split())
        return f"{self.via} -> {line}" if self.via else line

    def runs(self, *programs: str) -> bool:
        """Whether it runs one of `programs`: a name, or a name with subcommands ("docker build", "terraform plan").

        Options between program and subcommand are stepped over: "kubectl apply" matches `kubectl -n shop apply -f x`.
        A script counts as a program: "manage.py test" matches `python manage.py test`.
        """
        words = self.words
        forms = [words, words[1:]] if self.program in _INTERPRETERS and len(words) > 1 else [words]
        return any(_starts(form, program.split()) for program in programs for form in forms)


def _starts(words: tuple[str, ...], wanted: list[str]) -> bool:
    """Whether the program is the first wanted word and the others follow in order, options (and their values) aside."""
    if not words or words[0].rpartition("/")[2] != wanted[0]:
        return False
    rest = list(words[1:])
    for word in wanted[1:]:
        position = 0
        while position < len(rest) and rest[position] != word:
            is_option = rest[position].startswith("-")
            after_option = position > 0 and rest[position - 1].startswith("-") and "=" not in rest[position - 1]
            if not is_option and not after_option:
                return False
            position += 1
        if position == len(rest):
            return False
        rest = rest[position + 1 :]
    return True


def matching(commands: Iterable[Command], programs: tuple[str, ...]) -> tuple[Command, ...]:
    """The commands that run one of the programs, in order."""
    return tuple(command for command in commands if command.runs(*programs))
