# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which modules a language brings along, and reviewed tables of which package provides a module."""

from __future__ import annotations

from functools import cache


@cache
def standard(language: str) -> frozenset[str]:
    """Names of a language's own modules: `python`, `node`, `go`, `java` (prefixes), `rust`."""
    return frozenset(word for line in _lines(f"{language}.txt") for word in line.split())


@cache
def table(name: str) -> dict[str, tuple[str, ...]]:
    """Module → packages that provide it under that name, the usual one first."""
    rows = (line.split() for line in _lines(f"{name}.txt"))
    return {row[0]: tuple(row[1:]) for row in rows}


def _lines(file: str) -> list[str]:
    from importlib.resources import files

    text = (files("umbel.collect.imports") / "data" / file).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
