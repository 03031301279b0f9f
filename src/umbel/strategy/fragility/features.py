# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the model sees of histories: all projects and days in a handful of queries.

Metrics answer for all projects on one day. A backtest asks for projects times days, so the features that metrics say,
too, are written here a second time, over pairs; tests hold that both agree.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from umbel.strategy.control.shares import communities

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from umbel.evidence.session import Session
    from umbel.strategy.fragility.model import Model

_BEGINNING = datetime.min.replace(tzinfo=UTC)
_HERE = Path(__file__).parent
_QUERIES = ("shoulders", "renewal", "pulse", "hands", "house")
_SCRATCH = ("named", "all", "work", "authored", "commits", "first", "released", "acts", "spans")
_BACK = {"d90": 90, "d180": 180, "y1": 365, "y2": 730, "y3": 1095, "y5": 1825}


class Pair(NamedTuple):
    """A project and a day that it is asked about."""

    project: str
    day: datetime


class Seen(NamedTuple):
    """One project on one day: the value of each feature (None: not known), and the counts behind them.

    `facts` is empty where people had contributed nothing by that day.
    """

    project: str
    day: datetime
    features: dict[str, float | None]
    facts: dict[str, Any]

    @property
    def idle(self) -> bool:
        """Whether nobody contributed in the last year."""
        return not self.facts.get("last_year")


def seen(session: Session, pairs: Sequence[Pair], model: Model) -> list[Seen]:
    """The features of projects on days, in the order asked. The session holds `contributions` with `committed_at`.

    What came after a day counts nowhere in its features. Scratch relations are dropped again.
    """
    _prepare(session, pairs, model)
    try:
        rows: list[dict[str, Any]] = [{} for _ in pairs]
        queries = (*_QUERIES, "practices") if _practices_known(session) else _QUERIES
        for name in queries:
            bound = {"practices": list(model.practices_counted)} if name == "practices" else None
            for record in session.ask(_text(name), bound).records():
                rows[record["asked"]] |= record
    finally:
        session.run("; ".join(f"DROP TABLE IF EXISTS fragile_{name}" for name in (*_SCRATCH, "asked")))
    names = [each.name for each in model.feature]
    return [Seen(*pair, _features(facts, names), facts) for pair, facts in zip(pairs, rows, strict=True)]


def _prepare(session: Session, pairs: Sequence[Pair], model: Model) -> None:
    import pyarrow as pa

    moment = pa.timestamp("us", "UTC")
    days = [pair.day for pair in pairs]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(pair.project for pair in pairs))}
    columns: dict[str, Any] = {
        "asked": pa.array(range(len(pairs)), pa.int64()),
        "project": pa.array([numbers[pair.project] for pair in pairs], pa.int32()),
        "name": pa.array([pair.project for pair in pairs], pa.string()),
        "day": pa.array(days, moment),
    }
    columns |= {n: pa.array([_earlier(day, back) for day in days], moment) for n, back in _BACK.items()}
    session.register("fragile_pairs", pa.table(columns))
    session.run("CREATE OR REPLACE TABLE fragile_asked AS SELECT * FROM fragile_pairs")
    bound = {"least": model.least_contributions, "communities": communities()}
    for statement in _statements("work"):
        session.run(statement, {name: value for name, value in bound.items() if f"${name}" in statement})


def _earlier(day: datetime, back: int) -> datetime:
    """So many days before, but not before time began."""
    return day - timedelta(back) if back < (day - _BEGINNING).days else _BEGINNING


def _statements(name: str) -> Iterator[str]:
    yield from filter(str.strip, _text(name).split(";\n"))


def _text(name: str) -> str:
    return (_HERE / f"{name}.sql").read_text("utf-8")


def _practices_known(session: Session) -> bool:
    """Whether the session was opened over what files show."""
    there = """
        SELECT (SELECT count(*) FROM duckdb_tables() WHERE table_name = 'raw_practices')
             + (SELECT count(*) FROM duckdb_views() WHERE view_name = 'raw_practices')
    """
    return bool(session.ask(there).one()[0])


def _features(facts: dict[str, Any], names: Iterable[str]) -> dict[str, float | None]:
    if facts:
        facts |= {"fall": _fall(facts), "upkeep": facts["usual_year"]}
    return {name: _number(facts.get(name)) for name in names}


def _fall(facts: dict[str, Any]) -> float | None:
    """How often the work of a year was halved against the usual one."""
    usual = facts["usual_year"]
    return None if usual is None else math.log2((float(usual) + 12) / (float(facts["last_year"]) + 12))


def _number(value: Any) -> float | None:
    if isinstance(value, int | float | Decimal) and math.isfinite(value):
        return float(value)
    return None
