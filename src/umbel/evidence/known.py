# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the lake already holds of each document, so that nothing is read or stored twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.collect.columns import Stamp
from umbel.evidence.session import Session
from umbel.model.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from umbel.collect.work import Done
    from umbel.evidence.lake import Lake
    from umbel.model.naming import Naming

_NEWEST = """
WITH newest AS (
  SELECT * FROM published
  WHERE $origin IS NULL OR origin = $origin
  QUALIFY row_number() OVER (
    PARTITION BY subject, collector, lineage, outcome = 'failed'
    ORDER BY observed_at DESC, collector_version DESC, collected_at DESC, write_id
  ) = 1
)
SELECT n.collector, n.origin, n.subject, n.lineage, n.collector_version, n.content_sha256, n.outcome,
       n.facts, n.facts_sha256, s.faults, n.producer, n.format, n.observed_at
FROM newest AS n
LEFT JOIN (SELECT write_id, faults FROM raw_snapshots WHERE len(faults) > 0) AS s USING (write_id)
"""


class Entry(msgspec.Struct, frozen=True):
    """The newest snapshot of one lineage, in the columns that collecting needs."""

    collector: str
    origin: str
    subject: str
    lineage: str
    version: int
    sha256: str | None
    outcome: str
    facts: int
    facts_sha256: str | None
    faults: list[dict[str, str]] | None
    producer: str | None
    format: str | None
    observed_at: datetime

    def gone(self, now: datetime) -> Stamp:
        """The snapshot that says that the document is no longer there."""
        return Stamp(
            collector=self.collector,
            collector_version=self.version,
            subject=self.subject,
            lineage=self.lineage,
            origin=self.origin,
            producer=self.producer,
            format=self.format,
            observed_at=now,
            collected_at=now,
            outcome="absent",
        )


class Known:
    """The newest state of every document in the lake at the start of a run."""

    def __init__(self, lake: Lake, origin: str | None = None) -> None:
        """Read it once; of one place, where only that is asked."""
        self._by_place: dict[tuple[str, str], list[Entry]] = {}
        self._by_lineage: dict[tuple[str, str, str], Entry] = {}
        with Session(lake, tables=("snapshots",)) as session:
            for row in session.ask(_NEWEST, {"origin": origin}).rows():
                entry = Entry(*row)
                self._by_place.setdefault((entry.collector, entry.origin), []).append(entry)
                if entry.outcome not in {"failed", "absent"}:
                    self._by_lineage[entry.subject, entry.collector, entry.lineage] = entry

    def states(self, collector: str, origin: str, naming: Naming) -> frozenset[str]:
        """`version:hash` of the document that stands here, `failed:version:hash` of what failed.

        A document that today's naming would give to another project counts as not read.
        """
        found = set()
        for entry in self._by_place.get((collector, origin), []):
            if entry.outcome == "failed":
                found.add(f"failed:{entry.version}:{entry.sha256}")
            elif entry.outcome != "absent" and naming.project(entry.subject, origin) == entry.subject:
                found.add(f"{entry.version}:{entry.sha256}")
        return frozenset(found)

    def absent(self, collector: str, origin: str) -> frozenset[tuple[str, str]]:
        """Subjects and lineages that a document of this place had and that were withdrawn since."""
        entries = self._by_place.get((collector, origin), [])
        return frozenset((e.subject, e.lineage) for e in entries if e.outcome == "absent")

    def latest(self) -> datetime | None:
        """The newest time that any document here speaks of."""
        return max((e.observed_at for each in self._by_place.values() for e in each), default=None)

    def present(self) -> Iterator[Entry]:
        """Every lineage that stands."""
        yield from self._by_lineage.values()

    def recall(self, done: Done) -> Done:
        """An unchanged document with the subject and the faults that are on record."""
        for entry in self._by_place.get((done.collector, done.origin), []):
            if entry.outcome not in {"failed", "absent"}:
                faults = [msgspec.convert(fault, Fault) for fault in entry.faults or []]
                return msgspec.structs.replace(done, subject=entry.subject, faults=faults)
        return done

    def equal_facts(self, subject: str, collector: str, lineage: str, facts_sha256: str | None) -> int | None:
        """The write that already holds these very facts for this lineage, if any."""
        entry = self._by_lineage.get((subject, collector, lineage))
        if entry is None or facts_sha256 is None or entry.facts_sha256 != facts_sha256:
            return None
        return entry.facts
