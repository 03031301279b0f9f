# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What evidence says of upstream projects that value stands on: our days, our share, size, releases.

Everything is None where it isn't known; a 0 was counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.evidence.people.facts import TABLES as PEOPLE
from umbel.strategy.follow_up import tells_ours

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from umbel.evidence.session import Session
    from umbel.strategy.value.ledger import Hours

TABLES = (*PEOPLE, "releases", "languages")
"""The stored tables of the upstream lake that a session must hold."""

_DAYS = """
WITH mine AS (
  SELECT DISTINCT c.project, c.person, CAST(c.at AS DATE) AS day FROM contributions AS c
  WHERE c.ours AND NOT c.bot AND c.at > $since AND c.at <= $until
)
SELECT m.project, count(*) AS days, count(DISTINCT m.person) AS people
FROM mine AS m
WHERE NOT EXISTS (
  FROM stated_hours AS s WHERE s.project = m.project AND m.day BETWEEN s.since AND s.until
)
GROUP BY m.project
"""

_SHARES = """
SELECT h.project,
       count(DISTINCT c.sha) AS commits,
       count(DISTINCT c.sha) FILTER (c.ours) AS ours,
       count(DISTINCT c.sha) FILTER (c.organisation IS NULL) AS unaffiliated
FROM (SELECT DISTINCT project FROM histories) AS h
LEFT JOIN contributions AS c ON c.project = h.project AND NOT c.bot AND c.at > $since AND c.at <= $until
GROUP BY h.project
"""

# Parts of one repository that are released together count once.
_RELEASES = """
SELECT project, count(DISTINCT CAST(released_at AS DATE)) FILTER (
  NOT prerelease AND released_at > $until::TIMESTAMPTZ - INTERVAL 1 YEAR
) AS releases
FROM releases WHERE version IS NOT NULL GROUP BY project
"""

_LINES = "SELECT project, language, sum(code) AS code FROM languages GROUP BY ALL ORDER BY ALL"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """One upstream project in a window of time.

    `days` are those on which one of our people committed (a day of two people counts twice), without those for which
    hours are stated; `people` how many did. `ours` and `unaffiliated` are numbers of the `commits` by people (not
    bots): by ours, and by people of unknown affiliation. `lines` are lines of code by language, `releases` a year,
    `risk` the fragility from 0 to 1, `moving` the hours of moving our code to something else, as the model of
    replaceability tells from what our code imports of it.
    """

    project: str
    examined: bool = False
    days: int | None = None
    people: int | None = None
    commits: int | None = None
    ours: int | None = None
    unaffiliated: int | None = None
    lines: dict[str, int] | None = None
    releases: int | None = None
    risk: float | None = None
    risk_why: str | None = None
    moving: float | None = None

    @property
    def share(self) -> float | None:
        """Our share of the upkeep: of the commits in the window; None where there were none."""
        return self.ours / self.commits if self.commits and self.ours is not None else None

    def size(self, not_code: Collection[str]) -> int | None:
        """Lines in languages that are code."""
        if self.lines is None:
            return None
        return sum(number for language, number in self.lines.items() if language not in not_code)


def read(
    session: Session, since: datetime, until: datetime, stated: Sequence[Hours], *, named: bool
) -> dict[str, Facts]:
    """What is known of every upstream project, by name; the session must hold `TABLES`, and its people.

    `named` says that the settings name the organisation's domains. Without these, and without a person who is said
    to be ours, nobody can tell whose commits are ours: then days and shares are unknown.
    """
    _register(session, stated)
    window = {"since": since, "until": until}
    telling = tells_ours(session, named=named)
    days = {row[0]: row[1:] for row in session.ask(_DAYS, window).rows()}
    releases = dict(session.ask(_RELEASES, {"until": until}).rows())
    lines: dict[str, dict[str, int]] = {}
    for project, language, code in session.ask(_LINES).rows():
        lines.setdefault(project, {})[language] = int(code)
    found = {}
    for project, commits, ours, unaffiliated in session.ask(_SHARES, window).rows():
        mine = days.get(project, (0, 0)) if telling else (None, None)
        found[project] = Facts(
            project=project,
            examined=True,
            days=mine[0],
            people=mine[1],
            commits=commits,
            ours=ours if telling else None,
            unaffiliated=unaffiliated,
            lines=lines.get(project),
            releases=releases.get(project),
        )
    return found


def _register(session: Session, stated: Sequence[Hours]) -> None:
    import pyarrow as pa

    columns = {
        "project": pa.array([each.project for each in stated], pa.string()),
        "since": pa.array([each.since for each in stated], pa.date32()),
        "until": pa.array([each.until for each in stated], pa.date32()),
    }
    session.register("stated_hours", pa.table(columns))
