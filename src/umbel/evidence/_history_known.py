# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the lake holds of git histories, so that only what is new is read and written."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from umbel.collect._history_people import Identity, address_key
from umbel.collect.git_history import COLLECTOR, KnownHistory
from umbel.evidence.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from umbel.evidence.lake import Lake

_TABLES = ("snapshots", "histories", "commits", "identities", "forgotten")

_NEWEST = f"""
WITH ranked AS (
  SELECT *, row_number() OVER (
    PARTITION BY subject, lineage, outcome = 'failed' ORDER BY collected_at DESC, write_id
  ) AS place
  FROM raw_snapshots WHERE collector = '{COLLECTOR}'
), failed AS (
  SELECT subject, lineage, content_sha256, collected_at FROM ranked WHERE place = 1 AND outcome = 'failed'
), stands AS (
  SELECT * FROM ranked WHERE place = 1 AND outcome <> 'failed'
), heads AS (
  SELECT w.write_id, list(DISTINCT e.head) FILTER (WHERE e.head IS NOT NULL) AS heads
  FROM (SELECT write_id, unnest(writes) AS part FROM raw_histories
        WHERE write_id IN (SELECT write_id FROM stands)) AS w
  JOIN raw_histories AS e ON e.write_id = w.part
  GROUP BY w.write_id
)
SELECT n.subject, n.lineage, n.collector_version, n.content_sha256, n.outcome, n.collected_at,
       h.writes, h.tips, h.head, h.commits, h.roots, h.shallow, h.lines, h.paths,
       k.heads, f.content_sha256 AS failed, f.collected_at AS failed_at
FROM stands AS n
LEFT JOIN raw_histories AS h ON h.write_id = n.write_id
LEFT JOIN heads AS k ON k.write_id = n.write_id
FULL JOIN failed AS f ON f.subject = n.subject AND f.lineage = n.lineage
"""

_CONTAINED = """
SELECT DISTINCT sha FROM raw_commits
WHERE write_id IN (SELECT unnest($writes)) AND sha IN (SELECT unnest($shas))
"""

_PEOPLE = """
WITH keys AS (
  SELECT author, committer, trailers FROM raw_commits WHERE write_id IN (SELECT unnest($writes))
), people AS (
  SELECT author AS identity FROM keys
  UNION SELECT committer FROM keys
  UNION SELECT unnest(trailers).identity FROM keys
)
SELECT identity, any_value(name), any_value(email) FROM raw_identities
WHERE identity IN (SELECT identity FROM people) GROUP BY identity
"""

_WRITTEN = "SELECT DISTINCT identity FROM raw_identities WHERE identity IN (SELECT unnest($keys))"


class KnownHistories:
    """Every history in the lake at the start of a run. Close it after use."""

    def __init__(self, lake: Lake) -> None:
        """Pin the lake's state."""
        self._lock = threading.Lock()
        self._session = Session(lake, tables=_TABLES)
        self._salt = lake.salt()
        self.forgotten = frozenset(key for (key,) in self._ask("SELECT identity FROM raw_forgotten"))
        self._histories: dict[tuple[str, str], KnownHistory] = {}
        self._failed: dict[tuple[str, str], str | None] = {}
        self._latest: dict[tuple[str, str], datetime] = {}
        for row in self._ask(_NEWEST):
            self._take(row)

    def close(self) -> None:
        """Give back what it holds."""
        self._session.close()

    def get(self, subject: str, lineage: str) -> KnownHistory | None:
        """The history of one lineage, None if there is none or it was withdrawn."""
        return self._histories.get((subject, lineage))

    def failed(self, subject: str, lineage: str) -> str | None:
        """Fingerprint of the newest reading, if that failed."""
        return self._failed.get((subject, lineage))

    def latest(self, subject: str, lineage: str) -> datetime | None:
        """When it was last collected."""
        return self._latest.get((subject, lineage))

    def written(self, keys: Iterable[int]) -> frozenset[int]:
        """Those of some identities that the lake has already."""
        return frozenset(key for (key,) in self._ask(_WRITTEN, {"keys": list(keys)}))

    def _ask(self, sql: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._session.ask(sql, parameters).rows()

    def _take(self, row: tuple[Any, ...]) -> None:
        subject, lineage, version, fingerprint, outcome, collected_at, writes, tips, *more = row
        head, commits, roots, shallow, lines, paths, heads, failed, failed_at = more
        if subject is None:
            return
        place = (subject, lineage)
        newest_failed = failed_at is not None and failed_at >= collected_at
        self._latest[place] = max(collected_at, failed_at or collected_at)
        self._failed[place] = failed if newest_failed else None
        if outcome == "absent" or not writes:
            return
        chain = tuple(writes)
        self._histories[place] = KnownHistory(
            writes=chain,
            tips=tuple(tips or ()),
            head=head,
            commits=commits or 0,
            roots=roots or 0,
            shallow=bool(shallow),
            lines=bool(lines),
            paths=bool(paths),
            fingerprint=fingerprint,
            version=version,
            outcome=outcome,
            failed=self._failed[place],
            heads=frozenset(heads or ()),
            contains=lambda shas: self._contained(chain, shas),
            identities=lambda: self._people(chain),
        )

    def _contained(self, writes: tuple[int, ...], shas: Iterable[str]) -> frozenset[str]:
        found = self._ask(_CONTAINED, {"writes": list(writes), "shas": list(shas)})
        return frozenset(sha for (sha,) in found)

    def _people(self, writes: tuple[int, ...]) -> list[Identity]:
        found = [Identity(*row) for row in self._ask(_PEOPLE, {"writes": list(writes)})]
        if not self.forgotten:
            return found
        return [i for i in found if not {i.key, address_key(self._salt, i.email)} & self.forgotten]
