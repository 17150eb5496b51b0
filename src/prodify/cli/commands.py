"""The table of commands. Each stands in a module of its own; what it needs is imported when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from prodify.cli import (
    apply,
    audit,
    config,
    detect,
    explain,
    init,
    list_,
    own,
    plan,
    status,
    undo,
    upgrade,
    verify,
)


def register(app: typer.Typer) -> None:
    """Add every command, in the order in which a newcomer meets them."""
    app.callback(invoke_without_command=True)(_root)
    app.command("audit")(audit.audit)
    app.command("init")(init.init)
    app.command("plan")(plan.plan)
    app.command("apply")(apply.apply)
    app.command("upgrade")(upgrade.upgrade)
    app.command("status")(status.status)
    app.command("undo")(undo.undo)
    app.command("own")(own.own)
    app.command("verify")(verify.verify)
    app.command("explain")(explain.explain)
    app.command("detect")(detect.detect)
    app.command("list")(list_.list_)
    app.command("config")(config.config)


def _root(version: Annotated[bool, typer.Option("--version", "-V", help="Print the version.", is_flag=True)] = False) -> None:
    if version:
        from prodify.version import __version__

        typer.echo(f"prodify {__version__}")
        raise typer.Exit(0)
