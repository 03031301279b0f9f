# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""People of the portfolio as rows: one a person over both lakes, and those who do most of each upstream project."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from umbel.evidence.people.leading import FEWEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

    from umbel.evidence.people.rules import Rules
    from umbel.evidence.session import Session


def people(sessions: Mapping[str, Session | None], rules: Rules) -> pa.Table:
    """A row a person or program, by the two lakes: `ours` and `upstream`."""
    import pyarrow as pa

    from umbel.evidence.people import attach
    from umbel.evidence.people.listing import listing

    found: dict[str, dict[str, Any]] = {}
    for where, session in sessions.items():
        if session is None:
            continue
        attached = attach.attach(session, rules)
        for bots in (False, True):
            for record in listing(session, attached, None, bots=bots):
                _merge_person(found.setdefault(record["person"], _nobody(record)), record, where)
    _keep_back(found.values())
    for row in found.values():
        row["called"] = row["name"] or row["person"]
    rows = sorted(
        found.values(),
        key=lambda row: (-(row["commits"] or 0), -(row["upstream_commits"] or 0), row["key"]),
    )
    return pa.Table.from_pylist(rows, schema=_person_schema())


def leading(session: Session | None, rules: Rules, most: int) -> pa.Table:
    """Of each upstream project those who do most of it, sorted by project."""
    import pyarrow as pa

    from umbel.evidence.people import attach
    from umbel.evidence.people.leading import leading as asked

    rows = [] if session is None else asked(session, attach.attach(session, rules), most)
    return pa.Table.from_pylist(rows, schema=_leading_schema())


def _leading_schema() -> pa.Schema:
    import pyarrow as pa

    text, whole, moment = pa.string(), pa.int64(), pa.timestamp("us", "UTC")
    return pa.schema(
        [
            ("project", text), ("person", text), ("name", text), ("bot", pa.bool_()), ("recent", whole),
            ("commits", whole), ("share", pa.float64()), ("first", moment), ("last", moment), ("ours", pa.bool_()),
            ("organisation", text), ("people", whole), ("active", whole), ("of_all", whole), ("of_recent", whole),
        ]
    )  # fmt: skip


def _person_schema() -> pa.Schema:
    import pyarrow as pa

    text, whole, moment = pa.string(), pa.int64(), pa.timestamp("us", "UTC")
    return pa.schema(
        [
            ("key", text), ("called", text), ("person", text), ("name", text), ("kind", text), ("organisation", text),
            ("ours", pa.bool_()), ("roles", pa.list_(text)), ("projects", whole), ("commits", whole),
            ("upstream_projects", whole), ("upstream_commits", whole), ("since", moment), ("last", moment),
        ]
    )  # fmt: skip


def _nobody(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": record["person"], "person": record["person"], "name": None,
        "kind": "program" if record["bot"] else "person", "organisation": None, "ours": None, "roles": [],
        "projects": None, "commits": None, "upstream_projects": None, "upstream_commits": None,
        "since": None, "last": None,
    }  # fmt: skip


def _keep_back(rows: Iterable[dict[str, Any]]) -> None:
    """An organisation from which fewer than `FEWEST` write would say who it is: such show with names alone."""
    many = Counter(row["organisation"] for row in rows)
    for row in rows:
        if row["name"] is None and not row["ours"] and many[row["organisation"]] < FEWEST:
            row["organisation"] = None


def _merge_person(row: dict[str, Any], record: Mapping[str, Any], where: str) -> None:
    """Add what one of the two lakes tells of somebody; their organisation is that of their newest commit in either."""
    prefix = "" if where == "ours" else "upstream_"
    row[f"{prefix}projects"], row[f"{prefix}commits"] = record["projects"], record["commits"]
    row["name"] = row["name"] or record["name"]
    row["roles"] = sorted({*row["roles"], *record["roles"]})
    last, since = record["last"], record["since"]
    if row["last"] is None or (last is not None and last >= row["last"]):
        row["organisation"], row["ours"] = record["organisation"], record["ours"]
        row["last"] = last
    if since is not None:
        row["since"] = since if row["since"] is None else min(row["since"], since)
