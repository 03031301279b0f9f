# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The commands that indicators name are commands: they parse as they stand, and metrics they run are there."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
import typer

from umbel.cli import root
from umbel.frameworks.indicators import catalog
from umbel.metrics.definition import catalog as metrics

BUILT_IN = catalog()
ASKED = sorted({said for name in BUILT_IN.names if (said := BUILT_IN.get(name).body.ask)})


def reads(words: list[str]) -> Any:
    """The context of a command line as the program itself would make it, nothing run."""
    command: Any = typer.main.get_command(root.app)
    context = command.make_context("umbel", list(words))
    while hasattr(command, "get_command"):
        rest = [*context._protected_args, *context.args]  # noqa: SLF001 - click 8.2 has no other way
        if not rest:
            assert command.invoke_without_command, f"umbel {' '.join(words)} only shows its help"
            return context
        _, command, left = command.resolve_command(context, rest)
        context = command.make_context(command.name, list(left), parent=context)
    return context


@pytest.mark.parametrize("said", ASKED)
def test_every_command_that_shows_rows_is_one(said: str) -> None:
    first, *words = shlex.split(said)
    assert first == "umbel"
    context = reads(words)
    if words[:2] == ["metrics", "run"]:
        assert context.params["name"] in metrics().metrics


def test_a_command_that_is_none_is_refused() -> None:
    for said in ("sbom quality --by element", "policy show", "metrics libyears", "risks --no-such"):
        with pytest.raises(Exception, match=r".*"):
            reads(shlex.split(said))
