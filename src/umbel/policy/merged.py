# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A policy in one document with what people decided beside it, so that a gate elsewhere answers as the office does.

Such a document is a policy file with a table `decided`. Where it is in use nothing is read from the folder's own
`decisions/`: a repository can't excuse itself from what the office says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model.naming import Naming, Rule
from umbel.model.settings import Product, ProjectRule, faults_of
from umbel.policy import exceptions, license_decisions
from umbel.policy._vex_statement import Statement  # noqa: TC001 - msgspec reads it

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.model.errors import Fault
    from umbel.policy.file import Said
    from umbel.policy.records import Say

KEY = "decided"
_OWN = (exceptions.FILE, license_decisions.FILE, "decisions/evaluations.toml", "decisions/vex")
_BARE = re.compile(r"[A-Za-z0-9_-]+").fullmatch


class Decided(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What people decided, and what the office calls things: products with their projects, names, own domains.

    `vex_left_out` counts statements of VEX that were too many for one document.
    """

    exceptions: tuple[exceptions.Entry, ...] = ()
    conclude: tuple[license_decisions.Conclusion, ...] = ()
    choose: tuple[license_decisions.Choice, ...] = ()
    vex: tuple[Statement, ...] = ()
    vex_left_out: int = 0
    products: tuple[Product, ...] = ()
    projects: tuple[ProjectRule, ...] = ()
    domains: tuple[str, ...] = ()

    def naming(self) -> Naming:
        """The rules by which found projects get their names."""
        return Naming(tuple(Rule(rule.name, rule.match) for rule in self.projects))


class _Whole(msgspec.Struct, frozen=True):
    decided: Decided


def read(data: Mapping[str, Any], text: str) -> tuple[Decided | None, list[Fault]]:
    """The table of a file's data, or every fault in it."""
    table = {KEY: data[KEY]}
    found = faults_of(table, text, _Whole, lambda say: _meaning(data[KEY], say))
    return (None, found) if found else (msgspec.convert(table, _Whole).decided, [])


def _meaning(table: Any, say: Say) -> None:
    """What types can't say of what was decided, as of the files that it comes from."""
    if isinstance(table, dict):
        below: Say = lambda path, words: say((KEY, *path), words)  # noqa: E731 - one line
        exceptions.meaning(table, below)
        license_decisions.meaning(table, below)


def unheard(folder: Path) -> list[str]:
    """The decisions of a folder that count for nothing where the policy brings its own."""
    return [name for name in _OWN if (folder / name).exists()]


def written(said: Said, decided: Decided, head: str) -> str:
    """A policy and what was decided as one file; the same words for the same policy."""
    whole: dict[str, Any] = {
        "longest_exception_days": said.longest_exception_days,
        "locked": sorted(set(said.locked)),
        "rules": said.rules,
        "outbound": said.outbound,
        "override": [msgspec.structs.asdict(each) for each in said.overrides],
        "cases": [_plain(each) for each in said.cases],
        KEY: _plain(decided),
    }
    return head + "\n".join(_table((), whole, always=True)) + "\n"


def _plain(value: Any) -> Any:
    """Records as tables, without what is as it is unless said."""
    if isinstance(value, msgspec.Struct):
        fields = (
            (each.name, getattr(value, each.name), each.default) for each in msgspec.structs.fields(value)
        )
        return {name: _plain(own) for name, own, default in fields if own is not None and own != default}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value


def _table(path: tuple[str, ...], data: Mapping[str, Any], *, always: bool = False) -> list[str]:
    """A table's lines: what is plain first, then the tables in it, since TOML wants them in that order."""
    lines, inner = [], []
    for key, value in data.items():
        place = (*path, key)
        if isinstance(value, Mapping):
            inner += _table(place, value)
        elif isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
            for each in value:
                inner += ["", f"[[{_name(place)}]]", *_table(place, each, always=True)]
        elif value is not None:
            lines.append(f"{_key(key)} = {inline(value)}")
    head = [] if always else ["", f"[{_name(path)}]"]
    return [*head, *lines, *inner]


def _name(path: tuple[str, ...]) -> str:
    return ".".join(map(_key, path))


def _key(key: str) -> str:
    return key if _BARE(key) else inline(key)


def inline(value: Any) -> str:
    """A value as TOML writes it, in a line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {inline(v)}" for k, v in value.items() if v is not None) + " }"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    text = (
        (value.isoformat() if isinstance(value, datetime) else str(value)).encode("utf-8", "replace").decode()
    )
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")
