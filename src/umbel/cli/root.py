# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The root command: finds the one that was asked for, and turns errors into a line and a code."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from umbel.cli import commands
from umbel.cli.plain import plain
from umbel.model.errors import UmbelError

if TYPE_CHECKING:
    from collections.abc import Sequence

ORDER = (
    "init",
    "collect",
    "status",
    "inventory",
    "where",
    "why",
    "diff",
    "coverage",
    "sbom-quality",
    "sync",
    "check",
    "risks",
    "policy",
    "exceptions",
    "licenses",
    "obligations",
    "notices",
    "lifecycle",
    "vex",
    "audit",
    "alerts",
    "incident",
    "plans",
    "health",
    "people",
    "metrics",
    "upstream",
    "strategy",
    "fragility",
    "control",
    "ask",
    "contributions",
    "actions",
    "funding",
    "value",
    "maturity",
    "evaluate",
    "radar",
    "backtest",
    "goals",
    "kpis",
    "pack",
    "products",
    "report",
    "document",
    "serve",
    "office",
    "query",
)
"""How help lists the commands: in the order in which a newcomer meets them, then the rest."""


class _Commands(TyperGroup):
    """Imports a command's module only when that command is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - given by click
        modules = [info.name for info in pkgutil.iter_modules(commands.__path__) if info.name[0] != "_"]
        names = {module.replace("_", "-") for module in modules}
        first = [name for name in ORDER if name in names]
        return first + sorted(names - set(first))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"umbel.cli.commands.{cmd_name.replace('-', '_')}")
        command = plain(typer.main.get_command(module.app))
        command.name = cmd_name
        return command


app = typer.Typer(
    name="umbel",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="The open source program office as software: what you run on, what it breaks, who keeps it alive.",
    epilog="Exit codes: 0 clean, 1 findings, 2 wrong usage, 3 evidence incomplete.",
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback
    if wanted:
        from umbel._version import __version__

        print(f"umbel {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(  # noqa: FBT001 - typer's option  # noqa: ARG001
        False,  # noqa: FBT003 - typer's default
        "--version",
        help="Say the version and end.",
        callback=_show_version,
        is_eager=True,
    ),
) -> None:
    pass


def run(arguments: Sequence[str]) -> int:
    """Run a command line; gives the exit code."""
    command = plain(typer.main.get_command(app))
    try:
        command.main(list(arguments), prog_name="umbel")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except KeyboardInterrupt:
        print("Stopped. What was published so far stays.", file=sys.stderr)
        return 130
    except UmbelError as error:
        print(f"umbel: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"  {error.hint}", file=sys.stderr)
        return error.exit_code
    return 0
