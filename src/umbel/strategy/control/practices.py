# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the head's files of projects show of control and funding, in one question."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.evidence.session import Session

ASKED = ("license-known", "cla", "dco", "copyright-assignment", "foundation", "funding", "funding-links")

# Of several looks at one project (its clone, a checkout) the one that shows something counts.
_SEEN = """
SELECT project, practice, outcome, path, detail FROM practices
WHERE practice IN (SELECT unnest($asked::VARCHAR[])) AND project IN (SELECT unnest($projects::VARCHAR[]))
QUALIFY row_number() OVER (
  PARTITION BY project, practice
  ORDER BY list_position(['met', 'unmet', 'unknown', 'not-applicable', 'error'], outcome), path, detail
) = 1
"""


class Seen(NamedTuple):
    """One practice as files show it."""

    outcome: str
    path: str | None
    detail: str | None


def seen(session: Session, projects: Sequence[str]) -> dict[str, dict[str, Seen]]:
    """By project and practice; a project whose files were never looked at has none."""
    found: dict[str, dict[str, Seen]] = {name: {} for name in projects}
    asked = {"asked": list(ASKED), "projects": list(projects)}
    for project, practice, *rest in session.ask(_SEEN, asked).rows():
        found[project][practice] = Seen(*rest)
    return found
