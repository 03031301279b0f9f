# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A package in use has another licence in its new version: compared with what the last look saw.

What was seen is kept in a Parquet file that anybody may delete: the next look then only remembers. A licence that
another document tells of the same version is a correction, no change.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.evidence.session import Session

_NOW = """
CREATE OR REPLACE TABLE licensed AS
SELECT DISTINCT project, package, version, license FROM merged
WHERE version IS NOT NULL AND license IS NOT NULL AND license NOT IN ('NOASSERTION', 'NONE')
"""
_CHANGED = """
WITH before AS (
  SELECT project, package, list(DISTINCT license ORDER BY license) AS licenses,
         list(DISTINCT version ORDER BY version) AS versions
  FROM licensed_before GROUP BY ALL
)
SELECT n.project, n.package, n.version, n.license, b.versions, b.licenses
FROM licensed AS n JOIN before AS b ON b.project = n.project AND b.package = n.package
WHERE NOT list_contains(b.versions, n.version) AND NOT list_contains(b.licenses, n.license)
ORDER BY ALL
"""
_STILL = """
SELECT DISTINCT project, version FROM licensed
WHERE package = $package AND license = $license
  AND ($projects::VARCHAR[] IS NULL OR list_contains($projects::VARCHAR[], project))
ORDER BY ALL
"""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A project's package that moved to a version under another licence."""

    project: str
    package: str
    version: str
    license: str
    was_versions: tuple[str, ...]
    was: tuple[str, ...]

    @property
    def what(self) -> str:
        """What the change is named by: the package and its new licence."""
        return f"{self.package} {self.license}"


class Memory:
    """The licences that the last look saw, in one file."""

    def __init__(self, path: Path, session: Session) -> None:
        """Look at the present ones. The session must hold `usage`."""
        self._path = path
        self._session = session
        session.run(_NOW)

    def changes(self) -> list[Change]:
        """What changed since; nothing where nothing is remembered."""
        before = self._before()
        if not before:
            return []
        return [
            Change(
                project=row[0],
                package=row[1],
                version=row[2],
                license=row[3],
                was_versions=tuple(row[4]),
                was=tuple(row[5]),
            )
            for row in self._session.ask(_CHANGED).rows()
        ]

    def still(self, what: str, projects: tuple[str, ...]) -> list[tuple[str, str]]:
        """Projects (of those that are named, else all) where a licence is in use, with the version."""
        package, _, license_ = what.partition(" ")
        bound = {"package": package, "license": license_, "projects": list(projects) or None}
        return [(row[0], row[1]) for row in self._session.ask(_STILL, bound).rows()]

    def remember(self) -> None:
        """Keep the present ones for the next look; call it once the changes are on record."""
        from pyarrow import parquet

        rows = self._session.ask("SELECT * FROM licensed ORDER BY ALL").arrow()
        fresh = self._path.with_name(f".{self._path.name}.{secrets.token_hex(6)}.new")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            parquet.write_table(rows, fresh, compression="zstd")
            os.replace(fresh, self._path)  # noqa: PTH105 - as Path.replace
        finally:
            fresh.unlink(missing_ok=True)

    def _before(self) -> bool:
        from pyarrow import ArrowException, parquet

        try:
            rows = parquet.read_table(self._path)
        except (OSError, ArrowException):
            return False  # there is none, or a broken one: it is written anew
        if set(rows.schema.names) != {"project", "package", "version", "license"}:
            return False
        self._session.register("licensed_before", rows)
        return True
