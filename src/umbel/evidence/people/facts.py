# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a lake says of those who commit: all by which they are told apart, beside the rules.

Of commits that is little: when each identity wrote first, and for a few of them, who wrote in one project. What
is asked of a few is kept with its answer, so that it can be asked again.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from umbel.collect._history_people import address_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from umbel.evidence.session import Session

TABLES = ("identities", "aliases", "forgotten", "histories", "commits")
"""The stored tables that a session must hold."""

_IDENTITIES = """
SELECT identity, name, email FROM identities ANTI JOIN raw_forgotten USING (identity) ORDER BY identity
"""
# Tombstones without a time are those of addresses.
_FORGOTTEN = """
SELECT identity, bool_and(forgotten_at IS NULL) FROM raw_forgotten GROUP BY identity ORDER BY identity
"""
_FIRST = """
SELECT author, epoch_us(min(committed_at)) FROM raw_commits GROUP BY author ORDER BY author
"""
_ALIASES = "SELECT DISTINCT project, identity, canonical FROM aliases ORDER BY ALL"
_WRITTEN = """
WITH written AS (
  SELECT DISTINCT s.subject AS project, unnest(h.writes) AS write_id
  FROM raw_histories AS h JOIN raw_snapshots AS s ON s.write_id = h.write_id
), wrote AS (
  SELECT DISTINCT w.project, c.author AS identity
  FROM raw_commits AS c JOIN written AS w USING (write_id)
  WHERE c.author IN (SELECT identity FROM people_asked)
)
"""
_QUESTIONS = {
    "projects": _WRITTEN + "SELECT project, identity FROM wrote ORDER BY ALL",
    "alike": _WRITTEN
    + """
SELECT DISTINCT a.alike, list(w.identity ORDER BY w.identity) AS members
FROM wrote AS w JOIN people_asked AS a USING (identity)
GROUP BY w.project, a.alike HAVING count(*) > 1
ORDER BY ALL
""",
}


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """What was asked of commits: of which identities, which of them are alike, and the answer's digest."""

    question: Literal["projects", "alike"]
    identities: list[int]
    alike: list[int]
    answer: bytes


class Facts:
    """What a session's lake says of people; each is read when it is first wanted."""

    def __init__(self, session: Session, salt: bytes) -> None:
        """Nothing is read yet."""
        self._session = session
        self._salt = salt
        self.asked: list[Asked] = []

    @cached_property
    def forgotten(self) -> frozenset[int]:
        """Keys of the forgotten identities; of those, too, that are there although their address is forgotten."""
        gone = {key for key, address in zip(*self._tombstones, strict=True) if not address}
        returned = self._returned
        if returned:
            keys, _, emails = self._identities
            gone.update(key for key, email in zip(keys, emails, strict=True) if email in returned)
        return frozenset(gone)

    @cached_property
    def identities(self) -> list[list[Any]]:
        """Columns `identity, name, email` of all who are not forgotten, by identity."""
        returned, columns = self._returned, self._identities
        if not returned:
            return columns
        rows = [row for row in zip(*columns, strict=True) if row[2] not in returned]
        return [list(column) for column in zip(*rows, strict=True)] or [[], [], []]

    @cached_property
    def first(self) -> dict[int, int | None]:
        """When each author's oldest commit was, in microseconds since 1970; None where none has a date."""
        return dict(zip(*self._first, strict=True))

    @cached_property
    def aliases(self) -> list[tuple[str, int, int]]:
        """Project, identity and whose it is, by the .mailmap of each repository."""
        return list(zip(*self._aliases, strict=True))

    def projects(self, keys: Collection[int]) -> list[tuple[str, int]]:
        """In which projects some identities wrote."""
        return self._ask("projects", sorted(keys), [0] * len(keys))

    def alike(self, labels: Sequence[tuple[int, str]]) -> list[tuple[str, list[int]]]:
        """Of identities with labels: which of one label wrote in one project."""
        names = sorted({label for _, label in labels})
        number = {label: place for place, label in enumerate(names)}
        keys = [key for key, _ in labels]
        found = self._ask("alike", keys, [number[label] for _, label in labels])
        return [(names[label], members) for label, members in found]

    def digest(self) -> bytes:
        """Equal where all is equal but for what `still_holds` tells."""
        digest = hashlib.sha256()
        for columns in (self._identities, self._tombstones, self._first, self._aliases):
            digest.update(_digest(columns))
        return digest.digest()

    def still_holds(self, asked: Iterable[Asked]) -> bool:
        """Whether what was asked of another state would be answered alike."""
        return all(
            _digest(self._columns(one.question, one.identities, one.alike)) == one.answer for one in asked
        )

    def _ask(self, question: Literal["projects", "alike"], keys: list[int], alike: list[int]) -> list[Any]:
        columns = self._columns(question, keys, alike)
        self.asked.append(Asked(question, keys, alike, _digest(columns)))
        return list(zip(*columns, strict=True))

    def _columns(self, question: str, keys: list[int], alike: list[int]) -> list[list[Any]]:
        import pyarrow as pa

        table = pa.table({"identity": pa.array(keys, pa.int64()), "alike": pa.array(alike, pa.int64())})
        self._session.register("people_asked", table)
        return self._read(_QUESTIONS[question])

    @cached_property
    def _returned(self) -> set[str]:
        gone = {key for key, address in zip(*self._tombstones, strict=True) if address}
        if not gone:
            return set()
        return {e for e in set(self._identities[2]) if e is not None and address_key(self._salt, e) in gone}

    @cached_property
    def _identities(self) -> list[list[Any]]:
        return self._read(_IDENTITIES)

    @cached_property
    def _tombstones(self) -> list[list[Any]]:
        return self._read(_FORGOTTEN)

    @cached_property
    def _first(self) -> list[list[Any]]:
        return self._read(_FIRST)

    @cached_property
    def _aliases(self) -> list[list[Any]]:
        return self._read(_ALIASES)

    def _read(self, query: str) -> list[list[Any]]:
        return [column.to_pylist() for column in self._session.ask(query).arrow().columns]


def _digest(columns: list[list[Any]]) -> bytes:
    return hashlib.sha256(msgspec.msgpack.encode(columns)).digest()
