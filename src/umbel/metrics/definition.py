# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A metric is a file: its definition in TOML on top, its query below. Its stem is its name.

The built-in ones stand beside this module. Those of a workspace stand in its `metrics/` folder and
appear beside them everywhere; a broken one costs only itself, and says where it is broken.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from umbel.model.errors import UsageError
from umbel.model.measurement import Better  # noqa: TC001 - msgspec reads it
from umbel.model.settings import MetricSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = "metrics"
"""Where a workspace keeps metrics of its own."""
LARGEST = 64 * 1024
"""Characters of a metric's file."""
LONGEST = 36_500
"""Days of a window."""
SECONDS = MetricSettings().seconds
"""How long a query of a workspace's own may take, unless the settings say otherwise."""
_HEADER = re.compile(r"\A(?:\s|--[^\n]*(?:\n|\Z))*/\*(.*?)\*/", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LINE = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)")
_UNKNOWN = re.compile(r"unknown field `(\w+)`")
_FIELD = re.compile(r" - at `\$\.?(\w*)")


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands on top of a metric's file.

    `windows` are days, or "all" for the whole history; the first is used unless told. `missing` is the
    value of a project whose history is known and which the query gives no row for (0 where that
    was counted), or the reason why there is none. `whole` says that a history that was cut off when
    it was cloned can't answer. `reads` says whether it asks git histories, what projects use, since
    when what they use is vulnerable, or when its life ends.
    """

    title: str
    question: str
    unit: str
    definition: str
    source: str
    limits: str
    windows: list[int | Literal["all"]]
    subject: Literal["project", "package", "organisation", "portfolio"] = "project"
    reads: Literal["history", "inventory", "remediations", "lifecycles"] = "history"
    better: Better = "neither"
    missing: float | str = "no commits by people in the window"
    whole: bool = True


class Definition(NamedTuple):
    """One metric: its name, its header, its query, and the file that it was read from.

    `relations` are those that it reads, where it was looked at (a workspace's own); `own` marks these, whose
    query is ended after some `seconds`.
    """

    name: str
    header: Header
    sql: str
    path: Path
    own: bool = False
    relations: frozenset[str] | None = None
    seconds: int = SECONDS

    @property
    def windows(self) -> list[int | None]:
        """The windows in days; None is the whole history."""
        return [None if window == "all" else window for window in self.header.windows]

    @property
    def of_history(self) -> bool:
        """Whether it asks git histories, so that every project with one has an answer."""
        from umbel.metrics.dialect import HISTORY

        if self.header.subject != "project" or self.header.reads != "history":
            return False
        return self.relations is None or bool(self.relations & HISTORY)


class Broken(NamedTuple):
    """What is wrong with a definition's file, and where: one line for a person."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        """File, line and what to do."""
        return f"{self.path.name}:{self.line}: {self.message}"


class Catalog(NamedTuple):
    """All metrics by name, and the files that are none, with the reason."""

    metrics: dict[str, Definition]
    broken: list[Broken]

    def told_by_history(self) -> dict[str, Definition]:
        """Those that are asked of projects with a history: all but the built-in ones about what projects use."""
        return {name: each for name, each in self.metrics.items() if each.header.reads == "history"}

    def get(self, name: str) -> Definition:
        """A metric by its name (dashes are fine). Raises `UsageError` with the nearest names."""
        key = name.strip().casefold().replace("-", "_").removesuffix(".sql")
        if key in self.metrics:
            return self.metrics[key]
        for broken in self.broken:
            if broken.path.stem == key:
                raise UsageError(f"The metric {key} is broken: {broken}")
        import difflib

        close = difflib.get_close_matches(key, self.metrics, 3, 0.4)
        hint = f"Did you mean {' or '.join(close)}?" if close else "umbel metrics lists them."
        raise UsageError(f"There is no metric {name!r}.", hint)


def catalog(workspace: Path | None = None, seconds: int = SECONDS) -> Catalog:
    """The built-in metrics and, where a workspace's folder is given, its own, which may take some `seconds`.

    Raises `UsageError` if a built-in one is broken: that is a fault of ours.
    """
    metrics: dict[str, Definition] = {}
    broken: list[Broken] = []
    for path in _files(Path(__file__).parent):
        found = parse(path, path.read_text(encoding="utf-8"))
        if isinstance(found, Broken):
            raise UsageError(f"A built-in metric is broken: {found}")
        metrics[found.name] = found
    for path in _files(workspace / FOLDER) if workspace else ():
        own = _own(path, taken=path.stem in metrics)
        if isinstance(own, Broken):
            broken.append(own)
        else:
            metrics[own.name] = own._replace(seconds=seconds)
    return Catalog(dict(sorted(metrics.items())), broken)


def parse(path: Path, text: str, *, own: bool = False) -> Definition | Broken:
    """A metric from the text of its file, or what is wrong with it; the query is not looked at."""
    try:
        return _parsed(path, text, own=own)
    except _WrongError as wrong:
        return Broken(path, wrong.line, wrong.message)


class _WrongError(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def _parsed(path: Path, text: str, *, own: bool) -> Definition:
    if not _NAME.fullmatch(path.stem):
        raise _WrongError(1, "name the file with small letters, digits and underscores: review_share.sql")
    match = _HEADER.match(text)
    if match is None:
        raise _WrongError(1, "begin with the definition in TOML between /* and */ (see umbel metrics define)")
    above = text.count("\n", 0, match.start(1))
    try:
        header = msgspec.convert(tomllib.loads(match[1]), Header)
    except tomllib.TOMLDecodeError as error:
        place = _LINE.search(str(error))
        line = int(place[1]) if place and place[1] else match[1].count("\n") + 1
        message = f"the definition is no TOML: {_LINE.sub('', str(error))}"
        raise _WrongError(above + line, message) from error
    except msgspec.ValidationError as error:
        field = _FIELD.search(str(error)) or _UNKNOWN.search(str(error))
        line = _line_of(field[1] if field else "", match[1])
        message = str(error).replace("Object missing", "it lacks the").replace("Object ", "it ")
        raise _WrongError(above + line, f"the definition is wrong: {message}") from error
    wrong = _bad_window(header)
    if wrong:
        raise _WrongError(above + _line_of("windows", match[1]), wrong)
    if not text[match.end() :].strip():
        raise _WrongError(text.count("\n") + 1, "write a SELECT below the definition")
    return Definition(path.stem, header, text, path, own)


def _own(path: Path, *, taken: bool) -> Definition | Broken:
    """A workspace's metric: read with care, and its query looked at."""
    if taken:
        return Broken(path, 1, "a built-in metric has this name: give the file another one")
    try:
        text = _text(path)
        return _parsed(path, text, own=True)._replace(relations=_looked_at(text))
    except _WrongError as wrong:
        return Broken(path, wrong.line, wrong.message)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise _WrongError(1, f"the file is larger than {LARGEST // 1024} KiB: no metric is that long")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _WrongError(1, "save the file as UTF-8") from error
    except OSError as error:
        raise _WrongError(1, f"the file can't be read: {error.strerror}") from error


def _looked_at(text: str) -> frozenset[str]:
    """The relations that a query reads, if there is nothing to complain of in it."""
    from umbel.metrics import dialect

    try:
        looked = dialect.lint(text)
    except ImportError as error:
        raise _WrongError(1, "it can't be checked, so it isn't run: install sqlglot") from error
    if looked.complaints:
        first, *others = looked.complaints
        raise _WrongError(first.line, first.message + (f" (and {len(others)} more)" if others else ""))
    _duckdb_reads(text)
    return looked.relations


def _duckdb_reads(text: str) -> None:
    """Two parsers are never of one mind: what the lint reads, the database may not."""
    import duckdb

    try:
        duckdb.extract_statements(text)
    except duckdb.Error as error:
        place = re.search(r"\nLINE (\d+):", str(error))
        said = str(error).partition("\n")[0].removeprefix("Parser Error: ")
        raise _WrongError(
            int(place[1]) if place else 1, f"this is no SQL that DuckDB reads: {said}"
        ) from error


def _files(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(path for path in folder.iterdir() if path.suffix == ".sql" and path.is_file())
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise UsageError(f"The folder {folder} can't be read: {error.strerror}.") from error


def _bad_window(header: Header) -> str:
    if not header.windows:
        return 'give at least one window: windows = [365], or ["all"] for the whole history'
    if any(isinstance(window, int) and not 1 <= window <= LONGEST for window in header.windows):
        return f"a window is a number of days between 1 and {LONGEST}"
    return ""


def _line_of(field: str, header: str) -> int:
    for number, line in enumerate(header.split("\n"), 1):
        if field and re.match(rf"\s*{re.escape(field)}\s*=", line):
            return number
    return 1
