# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Histories told by hand, in a session as questions of control see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tests.metrics import histories
from tests.metrics.histories import Commit, Release
from umbel.strategy.control.control import controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from umbel.evidence.session import Session
    from umbel.strategy.control.records import Control

_TIME = pa.timestamp("us", "UTC")
_AFFILIATIONS = pa.schema(
    [
        ("person", pa.string()), ("since", _TIME), ("until", _TIME), ("organisation", pa.string()),
        ("ours", pa.bool_()),
    ]
)  # fmt: skip
_PRACTICES = pa.schema([(name, pa.string()) for name in ("project", "practice", "outcome", "path", "detail")])


def tell(
    session: Session,
    commits: Sequence[Commit],
    releases: Iterable[Release] = (),
    *,
    practices: Iterable[Mapping[str, str | None]] = (),
) -> None:
    """A history, its people employed by whom their last commits were for, and what the head's files show."""
    histories.tell(session, commits, releases)
    employed = {c.person: c.organisation for c in sorted(commits, key=lambda c: c.day) if c.organisation}
    replace(session, "affiliations", [{"person": p, "organisation": o} for p, o in employed.items()], _AFFILIATIONS)  # fmt: skip
    replace(session, "practices", [dict(each) for each in practices], _PRACTICES)


def replace(session: Session, name: str, rows: list[dict[str, Any]], schema: pa.Schema) -> None:
    """Put rows in a relation's place, whichever kind it is."""
    session.ask(f"SELECT count(*) FROM {name}").one()
    kind = session.ask(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = $name AND NOT internal", {"name": name}
    ).one()[0]
    session.run(f"DROP {'TABLE' if kind else 'VIEW'} {name}")
    session.register("told", pa.Table.from_pylist(rows, schema=schema))
    session.run(f"CREATE TABLE {name} AS SELECT * FROM told")


def shows(practice: str, path: str | None = None, detail: str | None = None) -> dict[str, str | None]:
    """A practice that the head's files of `shop` show, or, without a path, don't."""
    return {
        "project": "shop", "practice": practice, "outcome": "met" if path else "unmet",
        "path": path, "detail": detail,
    }  # fmt: skip


def work(organisation: str | None, people: int, commits: int, **more: Any) -> list[Commit]:
    """So many commits within the year by so many people of an organisation."""
    stem = (organisation or "free").partition(".")[0]
    return [
        Commit(f"{stem}{step % people}", -1 - step % 300, organisation=organisation, **more)
        for step in range(commits)
    ]


def control(session: Session, **more: Any) -> Control:
    """What is said of `shop`."""
    (found,) = controls(session, ["shop"], **more)
    return found
