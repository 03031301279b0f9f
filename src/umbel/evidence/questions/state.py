# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What answers as of a day stand on, as one text: what was computed from an equal one needn't be computed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from umbel.evidence.lake import Lake

_OF_SNAPSHOTS = frozenset({
    "snapshots", "usage", "dependencies", "documents", "histories", "commits", "changes", "lines", "releases",
    "aliases", "practices", "languages", "imports", "components", "identities",
})  # fmt: skip
"""Tables whose rows count only as far as a snapshot of the day shows them, or that state the same under a key."""

# A history that is read later tells of the days before, so that every reading of one counts; what the world says bears
# no subject. That a project was ever seen tells that it isn't missed (`frameworks.indicators.shared.unseen`).
_SEEN = """
WITH counting AS (
  SELECT hash(write_id, facts, subject, lineage, outcome) AS one FROM raw_snapshots
  WHERE observed_at <= $as_of::TIMESTAMPTZ OR subject IS NULL OR collector = 'git_history'
)
SELECT (SELECT count(*) FROM counting), (SELECT bit_xor(one) FROM counting),
       (SELECT bit_xor(hash(subject)) FROM (SELECT DISTINCT subject FROM raw_snapshots))
"""


def state(lake: Lake, as_of: datetime | None) -> str:
    """The state of a lake as of a moment (None: now, all of it).

    Evidence of later days changes nothing about an earlier one, so that it may be collected while figures of the past
    stand. What the world says (advisories, registries) counts whole. Raises `EvidenceError`.
    """
    if as_of is None:
        return str(sorted(lake.pin().versions.items()))
    from umbel.evidence.session import Session

    with Session(lake, as_of, ("snapshots",)) as session:
        seen = session.ask(_SEEN, {"as_of": session.as_of.isoformat()}).one()
    others = sorted((name, v) for name, v in lake.pin().versions.items() if name not in _OF_SNAPSHOTS)
    return f"{seen} {others}"
