# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Small histories, written straight into a lake's tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from umbel.evidence.people.rules import Rules
from umbel.model.tables import arrow_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from umbel.evidence.lake import Lake

START = datetime(2020, 1, 1, tzinfo=UTC)
Who = tuple[str, str]


def key(who: Who) -> int:
    """A key that stands for a name and an address; any will do that differs."""
    from hashlib import blake2b

    digest = blake2b("\0".join(who).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def commit(who: Who, number: int = 0, **more: Any) -> dict[str, Any]:
    """A commit, so many days after the start; `trailers` are (kind, who)."""
    at = START + timedelta(days=number)
    trailers = [{"kind": kind, "identity": key(other)} for kind, other in more.pop("trailers", ())]
    row = {"author": key(who), "committer": key(who), "authored_at": at, "committed_at": at, "parents": 1}
    return {**row, "author_zone": 60, "signed": False, "odd": [], **more, "trailers": trailers, "who": who}


def history(
    lake: Lake,
    project: str,
    commits: Sequence[Mapping[str, Any]],
    *,
    also: Sequence[Who] = (),
    mailmap: Sequence[tuple[Who, Who]] = (),
    write_id: int | None = None,
) -> None:
    """Publish a project's history as the collector does: everyone in it, its commits, its .mailmap."""
    write = write_id or key((project, "write"))
    people = {c["who"] for c in commits} | set(also) | {who for pair in mailmap for who in pair}
    gone = _forgotten(lake)
    add(lake, "identities", [
        {"identity": key(who), "name": who[0] or None, "email": who[1] or None}
        for who in sorted(people) if key(who) not in gone
    ])  # fmt: skip
    add(lake, "commits", [
        {"write_id": write, "sha": f"{project}-{number}", **c} for number, c in enumerate(commits)
    ])  # fmt: skip
    add(lake, "aliases", [
        {"write_id": write, "identity": key(one), "canonical": key(other)} for one, other in mailmap
    ])  # fmt: skip
    add(lake, "histories", [{"write_id": write, "writes": [write], "commits": len(commits)}])
    now = START + timedelta(days=2000)
    add(lake, "snapshots", [{
        "write_id": write, "facts": write, "collector": "git_history", "collector_version": 1,
        "subject": project, "lineage": f"git {project}", "observed_at": now, "collected_at": now,
        "outcome": "complete", "faults": [],
    }])  # fmt: skip


def add(lake: Lake, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append rows; what they don't say is NULL."""
    import pyarrow as pa

    schema = arrow_schema(table)
    lake.append(table, pa.Table.from_pylist([{n: row.get(n) for n in schema.names} for row in rows], schema))


def rules(lake: Lake, **more: Any) -> Rules:
    """The rules of a lake without a workspace."""
    return Rules(salt=lake.salt(), **more)


def _forgotten(lake: Lake) -> set[int]:
    if not lake.has("forgotten"):
        return set()
    return set(lake.table("forgotten", fresh=True).to_pyarrow_table()["identity"].to_pylist())
