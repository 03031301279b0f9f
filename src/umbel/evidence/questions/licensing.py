# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What documents say of the licenses of each component, and whether they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.evidence.answer import Answer
    from umbel.evidence.session import Session

_STATEMENTS = """
WITH each AS (
  SELECT package, version,
         list(DISTINCT license ORDER BY license) FILTER (WHERE license IS NOT NULL) AS licenses
  FROM usage WHERE $projects IS NULL OR list_contains($projects::VARCHAR[], project)
  GROUP BY package, version
)
SELECT licenses, count(*) AS components
FROM each GROUP BY licenses
ORDER BY components DESC, licenses
"""


def statements(session: Session, projects: Sequence[str] | None = None) -> Answer:
    """Components counted by what is said of their license: (licenses, components), most first.

    Every component counts once: `licenses` are all expressions that documents give for it (several
    where they differ), NULL where no document says any. Needs the table `usage`.
    """
    return session.ask(_STATEMENTS, {"projects": None if projects is None else list(projects)})
