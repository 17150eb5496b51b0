"""The table of commands. Each stands in a module of its own, which is imported when the command runs or the help lists it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from click import Command

TABLE = {
    "audit": "audit",
    "init": "init",
    "plan": "plan",
    "apply": "apply",
    "upgrade": "upgrade",
    "status": "status",
    "undo": "undo",
    "own": "own",
    "verify": "verify",
    "explain": "explain",
    "detect": "detect",
    "list": "list_",
    "config": "config",
}
"""Command to the module of `prodify.cli` with a function of that name, in the order in which a newcomer meets them."""


class Commands(dict[str, Any]):
    """The commands by name; each is made when it is asked for."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(dict.fromkeys(names))

    def __getitem__(self, name: str) -> Command:
        made: Command | None = super().__getitem__(name)
        if made is None:
            made = _command(name)
            self[name] = made
        return made

    def get(self, name: str, default: Any = None) -> Any:
        """The command of that name, else `default`."""
        if name not in self:
            return default
        return self[name]

    def items(self) -> Any:
        """Pairs of name and command; imports all of them."""
        return {name: self[name] for name in self}.items()


class Group(TyperGroup):
    """The `prodify` command itself: knows its commands by name only."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = Commands(TABLE)


def register(app: typer.Typer) -> None:
    """Add what belongs to no single command."""
    app.callback(invoke_without_command=True)(_root)


def _command(name: str) -> Command:
    module = TABLE[name]
    single = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    single.command(name)(getattr(import_module(f"prodify.cli.{module}"), module))
    return typer.main.get_command(single)


def _root(version: Annotated[bool, typer.Option("--version", "-V", help="Print the version.", is_flag=True)] = False) -> None:
    if version:
        from prodify.version import __version__

        typer.echo(f"prodify {__version__}")
        raise typer.Exit(0)
