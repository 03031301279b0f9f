# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Values that are made without Pydantic are those that Typer makes with it."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from umbel.cli import commands, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS = (
    "", "0", "1", "-1", "007", "1.5", "1e3", "+1", "1_0", " 1", "٣", "nan", "99999999999999999999",
    "true", "no", ".", "a/b", "a\0b", "-", "table", "JSON", "json", "é", "\udcff",
)  # fmt: skip


def _parameters(command: Any) -> Iterator[tuple[str, Any]]:
    for parameter in command.params:
        yield f"{command.name} {parameter.name}", parameter
    for inner in getattr(command, "commands", {}).values():
        yield from _parameters(inner)


def _every() -> list[Any]:
    found: dict[str, Any] = {}
    for info in pkgutil.iter_modules(commands.__path__):
        if not info.name.startswith("_"):
            module = importlib.import_module(f"{commands.__name__}.{info.name}")
            found |= dict(_parameters(plain.plain(typer.main.get_command(module.app))))
    return [pytest.param(parameter, id=name) for name, parameter in found.items()]


def _words_of(kind: Any) -> list[str]:
    inner = get_args(kind)[0] if get_origin(kind) is list else kind
    return [str(each.value) for each in inner] if isinstance(inner, type) and issubclass(inner, Enum) else []


def _of_typer(parameter: Any, value: Any) -> Any:
    try:
        return super(type(parameter), parameter).process_value(typer.Context(_COMMAND), value)
    except typer.BadParameter as error:
        return type(error)


def _of_ours(parameter: Any, value: Any) -> Any:
    try:
        return parameter.process_value(typer.Context(_COMMAND), value)
    except typer.BadParameter as error:
        return type(error)


_COMMAND = typer.main.get_command(typer.Typer(callback=lambda: None))
EVERY = _every()


@pytest.mark.parametrize("parameter", EVERY)
def test_a_parameter_takes_what_typer_takes(parameter: Any) -> None:
    several = parameter.multiple or parameter.nargs == -1
    values: list[Any] = [None, parameter.default, *WORDS, *_words_of(parameter.type_descriptor.annotation)]
    if several:
        values = [None, (), *((word,) for word in values if isinstance(word, str)), ("a", "1", "json")]
    for value in values:
        expected, found = _of_typer(parameter, value), _of_ours(parameter, value)
        assert (type(found), repr(found)) == (type(expected), repr(expected)), value  # nan is nan here


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(word=st.text(max_size=20))
def test_any_word_is_taken_as_typer_takes_it(word: str) -> None:
    kinds: dict[Any, Any] = {}
    for each in EVERY:
        kinds.setdefault(each.values[0].type_descriptor.annotation, each.values[0])
    for parameter in kinds.values():
        value = (word,) if parameter.multiple or parameter.nargs == -1 else word
        assert repr(_of_ours(parameter, value)) == repr(_of_typer(parameter, value))


def test_an_unreadable_path_is_refused_as_before(tmp_path: Path) -> None:
    app = typer.Typer()

    @app.command()
    def show(path: Path = typer.Option(Path(), exists=True, dir_okay=False)) -> None:
        del path

    parameter = plain.plain(typer.main.get_command(app)).params[0]
    assert _of_ours(parameter, str(tmp_path)) is typer.BadParameter
    assert _of_ours(parameter, str(tmp_path / "none")) is typer.BadParameter


def test_a_command_runs_without_pydantic(tmp_path: Path) -> None:
    code = (
        "import sys; from umbel.cli.root import run; "
        "run(['check', '-C', sys.argv[1], '--format', 'json', sys.argv[1]]); "
        "sys.exit('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
