# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/series.toml`: figures that people or other systems state, with who answers for them and whence they come.

Time to market, support cost, budget and actuals, fees: none of it is observed, so every reading of a series says that
it is stated. Its days and values lie in a CSV or Parquet file in the workspace, or come from a query over the lake.
A later record of the same id takes the place of an earlier one.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from umbel.frameworks import imported_rows
from umbel.frameworks.indicators.definition import Body, Definition
from umbel.frameworks.indicators.found import Found
from umbel.frameworks.indicators.sentences import number
from umbel.frameworks.interface import Indicator, Reading, Unit
from umbel.frameworks.kpi_words import figure
from umbel.metrics.definition import Broken
from umbel.model.days import end_of
from umbel.model.errors import EvidenceError, Fault, UmbelError, UsageError
from umbel.model.measurement import Better  # noqa: TC001 - msgspec reads it
from umbel.model.settings import SettingsError
from umbel.policy import records

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from umbel.frameworks.imported_rows import Row, Rows
    from umbel.frameworks.interface import Known
    from umbel.model.settings import Settings
    from umbel.policy.records import Say

    Ask = Callable[[str, datetime], pa.Table]
    """Runs somebody's SELECT over the lake as of a moment."""

FILE = "decisions/series.toml"
LASTS = 100
"""Days that a value counts unless told: a quarter, and some days to write it down."""
LONGEST = 3_660
MOST_ROWS = imported_rows.MOST_ROWS
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_HEADER = """\
# Figures that people or other systems state: what they mean, who answers for them, and whence they come.
# Wherever one appears it is marked as stated. Written by `umbel kpis import`, and free to be edited.
"""


class Series(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One imported series. Exactly one of `file` (CSV or Parquet in the workspace) and `sql` gives its rows.

    Rows are day, value; of a share also numerator, denominator, which make it where the value is left out. A value
    counts for `lasts` days. `noun` is what the denominator counts, `budget_of` the series of which this is the budget.
    """

    id: str
    title: str
    unit: Unit
    better: Better
    owner: str
    source: str
    question: str
    definition: str
    by: str
    decided: date
    file: str | None = None
    sql: str | None = None
    currency: str | None = None
    petal: str | None = None
    noun: str | None = None
    budget_of: str | None = None
    lasts: int = LASTS
    ended: date | None = None

    @property
    def indicator(self) -> Indicator:
        """The series as an indicator that others can use."""
        return Indicator(
            name=self.id,
            title=self.title,
            question=self.question,
            definition=self.definition,
            unit=self.unit,
            better=self.better,
            source=f"stated by {self.owner}: {self.source}",
            limits=f"Stated, not observed. A value counts for {self.lasts} days.",
            petal=self.petal,
            noun=self.noun,
            currency=self.currency,
            own=True,
            path=self.file or FILE,
        )


class Spent(NamedTuple):
    """What a budget allows and what was spent of it, as both are stated; None where one of them isn't known.

    `open` are the days of the budget since then of which nobody stated what was spent.
    """

    id: str
    of: str
    budget: Row | None
    actual: Row | None
    share: float | None
    open: tuple[date, ...]
    sentence: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    series: tuple[Series, ...] = ()


def load(folder: Path, day: date | None = None) -> dict[str, Series]:
    """The series of a workspace by id, as its records stood on a day (the first record counts for days before it).

    One that had ended is left out. Raises `SettingsError` with every fault of the file.
    """
    found: dict[str, Series] = {}
    for each in sorted(records.load(folder / FILE, _File, _meaning).series, key=lambda one: one.decided):
        if each.id not in found or day is None or each.decided <= day:
            found[each.id] = each
    return {
        name: each for name, each in found.items() if day is None or each.ended is None or day <= each.ended
    }


def add(folder: Path, series: Series) -> None:
    """Write one more record at the file's end. Raises `SettingsError` for one that can't be."""
    records.add(folder / FILE, "series", series, _File, _HEADER, _meaning)


def rows(series: Series, folder: Path, as_of: datetime, ask: Ask | None = None) -> Rows:
    """The sound rows of a series and every fault of the others; `ask` runs the query of one that has any."""
    if series.file is not None:
        return imported_rows.of_file(folder, series.file, series.unit)
    if ask is None:
        return imported_rows.nothing("nothing was collected that its query could ask", "the query")
    try:
        return imported_rows.of_table(ask(series.sql or "", as_of), series.unit)
    except UmbelError as error:
        return imported_rows.nothing(error.message, "the query")


def reading(series: Series, found: Rows, as_of: datetime) -> Reading:
    """What a series states as of a moment: its newest row up to that day, unless it is older than it lasts."""
    today = as_of.astimezone(UTC).date()
    past = [row for row in found.rows if row.day <= today]
    newest = past[-1] if past else None
    why = _why(series, found, newest, today)
    value = None if why or newest is None else newest.value
    told = newest if value is not None else None
    return Reading(
        indicator=series.id,
        as_of=as_of,
        value=value,
        unit=series.unit,
        numerator=told.numerator if told else None,
        denominator=told.denominator if told else None,
        observed_at=end_of(newest.day) if newest else None,
        oldest_at=end_of(newest.day) if newest else None,
        stated=True,
        error=not found.rows and bool(found.faults),
        evidence=_evidence(series, found, newest),
        sentence=_sentence(series, told, why),
        why=why,
        ask=f"umbel kpis why {series.id}",
    )


def definitions(folder: Path) -> tuple[dict[str, Definition], list[Broken]]:
    """The series of a workspace as entries of the catalogue of indicators, and what is wrong with its file."""
    path = folder / FILE
    try:
        found = load(folder)
    except SettingsError as error:
        return {}, [_broken(path, fault) for fault in error.faults]
    except UsageError as error:
        return {}, [Broken(path, 1, error.message)]
    return {name: Definition(name, _body(each), path, own=True) for name, each in found.items()}, []


def paths(folder: Path) -> list[Path]:
    """The files that the readings of a workspace's series stand on; those that are never opened are not among them."""
    try:
        named = [each.file for each in load(folder).values() if each.file]
    except UsageError:
        return [folder / FILE]
    return [folder / FILE, *(folder / name for name in named if _is_read(folder, name))]


def _is_read(folder: Path, name: str) -> bool:
    try:
        return not isinstance(imported_rows.readable(folder, name), str)
    except (OSError, ValueError, RuntimeError):
        return False


def found(known: Known, name: str) -> Found:
    """What a series states, for those who ask indicators. Raises `UsageError` where there is none on that day."""
    day = known.as_of.astimezone(UTC).date()
    series = load(known.folder, day).get(name)
    if series is None:
        raise UsageError(f"The series {name} had ended on {day}.")
    made = reading(series, rows(series, known.folder, known.as_of, _asker(known)), known.as_of)
    if made.error:
        raise EvidenceError(made.why or "")
    return Found(
        value=made.value,
        numerator=made.numerator,
        denominator=made.denominator,
        observed_at=made.observed_at,
        oldest_at=made.oldest_at,
        stated=True,
        evidence=made.evidence,
        sentence=made.sentence,
        why=made.why,
    )


def asker(folder: Path, settings: Settings) -> Ask | None:
    """What runs queries over a workspace's lake, in a process that can reach nothing else; None without a lake."""
    from umbel.evidence.ask import ask
    from umbel.evidence.lake import Lake

    where = settings.lake
    url = where.url if "://" in where.url else str(folder / where.url)
    try:
        lake = Lake(url, where.options)
    except EvidenceError:
        return None
    seconds = settings.metrics.seconds
    return lambda sql, as_of: ask(lake, sql, as_of=as_of, limit=MOST_ROWS + 1, seconds=seconds)


def _asker(known: Known) -> Ask | None:
    return asker(known.folder, known.settings)


def _broken(path: Path, fault: Fault) -> Broken:
    line = re.match(r"line (\d+),? ?(.*)", fault.place)
    return Broken(
        path, int(line[1]) if line else 1, f"{line[2] if line else fault.place} {fault.message}".strip()
    )


def _body(series: Series) -> Body:
    told = series.indicator
    return Body(
        title=told.title,
        question=told.question,
        definition=told.definition,
        unit=told.unit,
        better=told.better,
        source=told.source,
        limits=told.limits,
        petal=told.petal,
        noun=told.noun,
        currency=told.currency,
        ask=f"umbel kpis why {series.id}",
        stated=True,
        from_=f"imported.{series.id}",
    )


def spent(budget: Series, allowed: Sequence[Row], actual: Sequence[Row], today: date) -> Spent:
    """How much of a budget is spent: on the newest day of which both are stated, else the newest of each, with its day.

    Above 1 it was overspent. A day of the budget without an actual is told, never counted as nothing spent.
    """
    planned = {row.day: row for row in allowed if row.value is not None and row.day <= today}
    paid = {row.day: row for row in actual if row.value is not None and row.day <= today}
    both = max(planned.keys() & paid.keys(), default=None)
    one = planned.get(both or max(planned, default=today))
    other = paid.get(both or max(paid, default=today))
    missing = tuple(sorted(day for day in planned if both is not None and day > both))
    known = one is not None and other is not None and one.value and one.value > 0
    share = (other.value or 0.0) / one.value if known and one and other and one.value else None
    return Spent(
        budget.id,
        budget.budget_of or "",
        one,
        other,
        share,
        missing,
        _spent(budget, one, other, share, missing),
    )


def _spent(
    budget: Series, one: Row | None, other: Row | None, share: float | None, missing: Sequence[date]
) -> str:
    if one is None or other is None:
        lacking = "no budget" if one is None else f"nothing of what was spent ({budget.budget_of})"
        return f"{budget.title}: unknown, since {lacking} is stated up to this day."
    used, allows = (figure(row.value, budget.unit, budget.currency) for row in (other, one))
    part = f", {share * 100:.0f} %" if share is not None else ""
    if one.day == other.day:
        words = f"{used} of {allows} are spent ({one.day}{part}), as stated"
    else:
        words = f"{used} (of {other.day}) of a budget of {allows} (of {one.day}{part}), as stated; no day has both"
    if missing:
        more = f" and {len(missing) - 1:,} days more" if len(missing) > 1 else ""
        words += f"; what was spent of {missing[0]}{more} nobody has stated"
    return f"{words}."


def _why(series: Series, found: Rows, newest: Row | None, today: date) -> str | None:
    """Why nothing is known on a day; None if something is."""
    if newest is None:
        if not found.rows and found.faults:
            return f"{series.file or 'its query'} {found.faults[0].message} ({found.faults[0].place})"
        first = f"; the first is of {found.rows[0].day}" if found.rows else ""
        return f"{series.owner} states no value for {today} or before{first}"
    if (today - newest.day).days > series.lasts:
        return f"the newest value is of {newest.day}, and counts for {series.lasts} days"
    if newest.value is None:
        return f"{series.owner} left the value of {newest.day} empty"
    return None


def _sentence(series: Series, row: Row | None, why: str | None) -> str:
    if row is None:
        return f"{series.title}: unknown, since {why}."
    share = ""
    if row.numerator is not None and row.denominator is not None:
        noun = f" {series.noun}" if series.noun else ""
        share = f" ({number(row.numerator)} of {number(row.denominator)}{noun})"
    value = figure(row.value, series.unit, series.currency)
    return f"{series.title}: {value}{share} on {row.day}, as {series.owner} states ({series.source})."


def _evidence(series: Series, found: Rows, newest: Row | None) -> dict[str, Any]:
    told: dict[str, Any] = {"owner": series.owner, "source": series.source, "rows": len(found.rows)}
    if newest is not None:
        told["day"] = newest.day.isoformat()
    if found.faults:
        told["faults"] = [f"{fault.place}: {fault.message}" for fault in found.faults]
    return told


def check(folder: Path, series: Series, found: Rows) -> None:
    """Refuse a series without a sound row. Raises `SettingsError` with every fault, `UsageError` of an empty one."""
    if found.rows:
        return
    if found.faults:
        raise SettingsError(folder / (series.file or FILE), found.faults)
    raise UsageError(f"{series.file or 'The query'} gives no row.", "It needs days and values: day,value")


def must_be_sound(folder: Path, series: Series) -> None:
    """Say what is wrong with a record, in the record's own words. Raises `SettingsError`."""
    faults: list[Fault] = []
    plain = {name: value for name, value in msgspec.structs.asdict(series).items() if value is not None}
    _entry(plain, lambda key, words: faults.append(Fault("settings", words, key)))
    if faults:
        raise SettingsError(folder / FILE, faults)


def _meaning(data: Mapping[str, Any], say: Say) -> None:
    """What types can't say: names are names, rows come from one place, a budget is of something there."""
    entries = data.get("series")
    listed = [each for each in (entries if isinstance(entries, list) else []) if isinstance(each, dict)]
    units = {each.get("id"): (each.get("unit"), each.get("currency")) for each in listed}
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, dict):
            continue

        def tell(key: str, words: str, index: int = index) -> None:
            say(("series", index, key), words)

        _entry(entry, tell)
        _budget(entry, units, tell)


def _entry(entry: Mapping[str, Any], tell: Any) -> None:
    name = entry.get("id")
    if isinstance(name, str) and not _NAME.fullmatch(name):
        tell("id", "must be small letters, digits and underscores: time_to_market")
    for key in ("title", "owner", "source", "question", "definition", "by", "file", "sql"):
        if isinstance(entry.get(key), str) and not entry[key].strip():
            tell(key, "is empty")
    if (entry.get("file") is None) == (entry.get("sql") is None):
        tell("file", "a series needs one of file and sql")
    if isinstance(entry.get("file"), str) and not entry["file"].endswith((".csv", ".parquet")):
        tell("file", "must be a .csv or .parquet file in the workspace's folder")
    currency = entry.get("currency")
    if entry.get("unit") == "amount" and currency is None:
        tell("unit", 'needs a currency beside it ("EUR")')
    if isinstance(currency, str) and not _CURRENCY.fullmatch(currency):
        tell("currency", "must be three capital letters: EUR")
    lasts = entry.get("lasts")
    if type(lasts) is int and not 1 <= lasts <= LONGEST:
        tell("lasts", f"is a number of days from 1 to {LONGEST}")


def _budget(entry: Mapping[str, Any], units: Mapping[Any, Any], tell: Any) -> None:
    of = entry.get("budget_of")
    if not isinstance(of, str):
        return
    if of == entry.get("id"):
        tell("budget_of", "a budget is of another series")
    elif of not in units:
        tell("budget_of", f"there is no series {of[:40]!r} here")
    elif units[of] != (entry.get("unit"), entry.get("currency")):
        tell("budget_of", f"{of} has another unit or currency")
