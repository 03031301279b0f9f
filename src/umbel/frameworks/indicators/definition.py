# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An indicator is a file: what it means, and by which of three ways it is computed.

Every fault of a file is found when it is read, each with its line.
"""

from __future__ import annotations

import re
import tomllib
from string import Formatter
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from umbel.frameworks.interface import Indicator, Unit
from umbel.metrics.definition import Broken
from umbel.model.errors import UsageError
from umbel.model.measurement import Better  # noqa: TC001 - msgspec reads it
from umbel.model.settings import SettingsError, faults_of, parsed
from umbel.model.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Say = Callable[[tuple[str | int, ...], str], None]

LARGEST = 64 * 1024
"""Bytes of an indicator's file."""
Of = Literal["own", "upstream", "strategic"]
Fold = Literal["weighted", "sum", "median", "share"]
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_FROM = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_FIGURES = frozenset({"value", "numerator", "denominator"})
_WAYS = ("metric", "sql", "from")
_METRIC_ONLY = ("window", "of", "fold", "at_least", "at_most", "one_minus")
_SQL_ONLY = ("lake", "tables")
_OF_METRICS = ("the last SELECT gives no column", "the last SELECT gives '")
"""What the lint says of a metric's columns, which aren't an indicator's."""
_LINE = re.compile(r"line (\d+)(?:: )?(.*)", re.DOTALL)


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Everything that an indicator's file can say.

    `says` ends the sentence of a share ("have an inventory"), or is the whole of another's with {value}, {numerator}
    and {denominator} in it; `says_not` that of a no. `noun` is what the denominator counts, `whole` what should have
    been looked at. `nothing` is why there is no figure where there is nothing to count, `ask` the command that shows
    the rows.

    One way of three: `metric` (over the projects `of` one lake, `fold`ed into one figure), `sql`, or `from`, a
    function of Umbel's own.
    """

    title: str
    question: str
    definition: str
    unit: Unit
    better: Better
    source: str
    limits: str
    petal: str | None = None
    noun: str | None = None
    whole: str | None = None
    currency: str | None = None
    says: str = ""
    says_not: str = ""
    nothing: str = ""
    ask: str | None = None
    stated: bool = False
    metric: str | None = None
    window: int | Literal["all"] | None = None
    of: Of = "own"
    fold: Fold = "weighted"
    at_least: float | None = None
    at_most: float | None = None
    one_minus: bool = False
    sql: str | None = None
    lake: Literal["own", "upstream"] = "own"
    tables: tuple[str, ...] = ()
    from_: str | None = None


class Definition(NamedTuple):
    """One indicator: its name, what its file says, and where that stands. `own`: of the workspace."""

    name: str
    body: Body
    path: Path
    own: bool = False

    @property
    def indicator(self) -> Indicator:
        """What others see of it, whichever way it is computed."""
        said = self.body
        return Indicator(
            name=self.name,
            title=said.title,
            question=said.question,
            definition=" ".join(said.definition.split()),
            unit=said.unit,
            better=said.better,
            source=said.source,
            limits=" ".join(said.limits.split()),
            petal=said.petal,
            noun=said.noun,
            currency=said.currency,
            own=self.own,
            path=str(self.path),
        )


def load(path: Path, *, own: bool = False) -> Definition | list[Broken]:
    """Read one file; every fault of it where it has any."""
    if not _NAME.fullmatch(path.stem):
        return [Broken(path, 1, "name the file with small letters, digits and underscores: own_share.toml")]
    try:
        if path.stat().st_size > LARGEST:
            return [
                Broken(path, 1, f"the file is larger than {LARGEST // 1024} KiB: no indicator is that long")
            ]
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        return [Broken(path, 1, "save the file as UTF-8")]
    except OSError as error:
        return [Broken(path, 1, f"the file can't be read: {error.strerror}")]
    return parse(path, text, own=own)


def parse(path: Path, text: str, *, own: bool = False) -> Definition | list[Broken]:
    """An indicator from the text of its file, or all that is wrong with it."""
    if own:
        return checked(path, text, own=True)
    try:  # ours are checked by the tests, field by field; here the types are enough
        return Definition(path.stem, msgspec.convert(tomllib.loads(text), Body), path)
    except (ValueError, msgspec.ValidationError):
        return checked(path, text, own=False)


def checked(path: Path, text: str, *, own: bool) -> Definition | list[Broken]:
    """The same, every fault looked for."""
    try:
        data = parsed(text, path)
    except SettingsError as error:
        last = f"line {max(1, len(text.splitlines()))}"  # "at end of document" names no line
        places = (fault.place if _LINE.match(fault.place) else last for fault in error.faults)
        return [
            _broken(path, place, fault.message) for place, fault in zip(places, error.faults, strict=True)
        ]
    faults = faults_of(data, text, Body, lambda say: _meaning(data, say, own=own))
    if faults:
        return [_broken(path, fault.place, fault.message) for fault in faults]
    body = msgspec.convert(data, Body)
    if own and body.sql is not None:
        wrong = _looked_at(path, body.sql, _line_of_query(text))
        if wrong:
            return wrong
    return Definition(path.stem, body, path, own)


def _line_of_query(text: str) -> int:
    """The line of the file on which the query's first line stands."""
    found = re.search(r'^[ \t]*sql[ \t]*=[ \t]*(?:"""|\'\'\')?(\r?\n)?', text, re.MULTILINE)
    return 1 if found is None else text.count("\n", 0, found.end()) + 1


def _looked_at(path: Path, sql: str, first: int) -> list[Broken]:
    """What the lint of metrics, and the database, have to say of a query of the workspace's own."""
    try:
        import sqlglot

        from umbel.metrics import dialect

        found = [
            Broken(path, first + each.line - 1, each.message)
            for each in dialect.lint(sql).complaints
            if not each.message.startswith(_OF_METRICS)
        ]
    except ImportError:
        return [Broken(path, first, "the query can't be checked, so it isn't run: install sqlglot")]
    if not found:
        tree: Any = sqlglot.parse_one(sql, read="duckdb")
        named = {name.lower() for name in tree.named_selects}
        found = [
            Broken(path, first, f"the last SELECT gives {name!r}; {', '.join(COLUMNS)} are understood")
            for name in sorted(named - set(COLUMNS))
        ]
        if not named & {"value", "numerator"}:
            found.append(Broken(path, first, "the last SELECT gives neither a value nor a numerator"))
    return found or _duckdb_reads(path, sql, first)


def _duckdb_reads(path: Path, sql: str, first: int) -> list[Broken]:
    """Two parsers are never of one mind: what the lint reads, the database may not."""
    import duckdb

    try:
        other = duckdb.extract_statements(sql)[0].named_parameters - {"as_of"}
    except duckdb.Error as error:
        place = re.search(r"\nLINE (\d+):", str(error))
        said = str(error).partition("\n")[0].removeprefix("Parser Error: ")
        line = first + int(place[1]) - 1 if place else first
        return [Broken(path, line, f"this is no SQL that DuckDB reads: {said}")]
    return [
        Broken(path, first, f"an indicator is of a day: it knows $as_of, no ${name}")
        for name in sorted(other)
    ]


def _broken(path: Path, place: str, message: str) -> Broken:
    found = _LINE.match(place)
    where = "" if not found else found[2].lstrip(", ")
    return Broken(path, int(found[1]) if found else 1, f"{where} {message}".strip())


def _meaning(data: Mapping[str, Any], say: Say, *, own: bool) -> None:
    """What types can't say: one way to compute it, the keys of that way only, and what each may hold."""
    ways = [key for key in _WAYS if key in data]
    if len(ways) != 1:
        told = " and ".join(ways) if ways else "none"
        say((ways[1],) if len(ways) > 1 else (), f"needs exactly one of metric, sql and from; it has {told}")
        return
    (way,) = ways
    for key in (*(_METRIC_ONLY if way != "metric" else ()), *(_SQL_ONLY if way != "sql" else ())):
        if key in data:
            say((key,), f"has no meaning beside {way}")
    for key in ("title", "question", "definition", "source", "limits"):
        if isinstance(data.get(key), str) and not data[key].strip():
            say((key,), "is empty")
    _said(data, say)
    if way == "metric":
        _metric(data, say)
    elif way == "sql":
        _sql(data, say)
    else:
        _function(data, say, own=own)


def _said(data: Mapping[str, Any], say: Say) -> None:
    """The sentence can be made."""
    if data.get("unit") == "share" and not data.get("noun"):
        say(("unit",), 'needs a noun beside it: what the denominator counts ("projects")')
    if data.get("unit") == "amount" and not data.get("currency"):
        say(("unit",), 'needs a currency beside it ("EUR")')
    for key in ("says", "says_not"):
        said = data.get(key)
        if not isinstance(said, str):
            continue
        try:
            parts = [part[1:] for part in Formatter().parse(said) if part[1] is not None]
        except ValueError:
            parts = [("", "", None)]
        if any(name not in _FIGURES or spec or conversion for name, spec, conversion in parts):
            say((key,), "may hold {value}, {numerator} and {denominator}, and no other braces")


def _metric(data: Mapping[str, Any], say: Say) -> None:
    fold, bounds = data.get("fold", "weighted"), [k for k in ("at_least", "at_most") if k in data]
    if fold == "share" and len(bounds) != 1:
        say(("fold",), "counts those that meet a bound: give exactly one of at_least and at_most")
    for key in bounds if fold != "share" else ():
        say((key,), 'has a meaning only with fold = "share"')
    window = data.get("window")
    if type(window) is int and not 1 <= window <= 36_500:
        say(("window",), "is a number of days between 1 and 36500")


def _sql(data: Mapping[str, Any], say: Say) -> None:
    tables = data.get("tables")
    for index, name in enumerate(tables if isinstance(tables, list) else []):
        if isinstance(name, str) and name not in TABLES:
            say(("tables", index), f"{name!r} is no table of the lake")


COLUMNS = (
    "value", "numerator", "denominator", "known", "whole", "observed_at", "oldest_at", "evidence", "why", "sentence"
)  # fmt: skip
"""What the one row of a query may hold; what it lacks is NULL."""


def _function(data: Mapping[str, Any], say: Say, *, own: bool) -> None:
    if own:
        say(("from",), "names a function of Umbel's own: use sql or metric in a file of yours")
    elif isinstance(data["from"], str) and not _FROM.fullmatch(data["from"]):
        say(("from",), 'is module.function ("policy.open_violations")')


def refuse(broken: list[Broken]) -> UsageError:
    """A built-in file that can't be used: a fault of ours."""
    return UsageError("A built-in indicator is broken: " + "; ".join(map(str, broken)))
