# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What came into the inventory, and whether somebody had looked at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.frameworks.indicators import shared
from umbel.frameworks.indicators.found import Found, unknown
from umbel.frameworks.indicators.state import state

if TYPE_CHECKING:
    from umbel.frameworks.interface import Known

DAYS = 365
# What a project's first document shows was there before; of all later ones, the first that shows a package counts.
_NEW = """
WITH read AS (
  SELECT subject AS project, facts, observed_at, min(observed_at) OVER (PARTITION BY subject) AS first
  FROM published
  WHERE is_document AND components > 0 AND outcome NOT IN ('failed', 'absent')
), seen AS (
  SELECT u.package, min(r.observed_at) AS since, min_by(r.observed_at > r.first, r.observed_at) AS came
  FROM read AS r JOIN raw_usage AS u ON u.write_id = r.facts
  SEMI JOIN direct_now AS d ON d.package = u.package
  GROUP BY u.package
)
SELECT package FROM seen
WHERE came AND since > $as_of::TIMESTAMPTZ - INTERVAL 365 DAY
ORDER BY package
"""
_REPEATED = """
SELECT EXISTS (
  SELECT 1 FROM published WHERE is_document AND components > 0 AND outcome NOT IN ('failed', 'absent')
  GROUP BY subject HAVING max(observed_at) > min(observed_at)
)
"""
_DIRECT = """
CREATE OR REPLACE TABLE direct_now AS
SELECT DISTINCT package FROM parts WHERE direct AND starts_with(package, 'pkg:')
"""


def due_diligence(known: Known) -> Found:
    """New direct packages of which somebody decided something."""
    from umbel.policy import evaluations

    if not known.session.ask(_REPEATED).one()[0]:
        return unknown("no project has documents of two days, so nobody can tell what is new")
    shared.make(known, state(known), known.session, "own", "parts")
    known.session.run(_DIRECT)
    asked = {"as_of": known.session.as_of.isoformat()}
    new = [name for (name,) in known.session.ask(_NEW, asked).rows()]
    if not new:
        return unknown("no document shows a package that came in within the last year")
    day = known.as_of.date()
    standing = evaluations.load(known.folder / evaluations.FILE).standing(day)
    radar = known.policy.for_project("", ()).rules.get(evaluations.RULE)
    said = [*standing, *(one for one in getattr(radar, "decisions", {}).values() if one.decided <= day)]
    told = evaluations.Told(said)
    decided = {name for name in new if told.about(name)} | _excepted(known, new)
    return Found(
        numerator=len(decided),
        denominator=len(new),
        evidence={"undecided": [name for name in new if name not in decided][:5]},
    )


def _excepted(known: Known, packages: list[str]) -> set[str]:
    """Those of which an exception in force speaks."""
    from umbel.frameworks.indicators.policy import excepted_packages
    from umbel.policy.naming import named

    wanted = excepted_packages(known)
    return {name for name in packages if any(named(each, name, None) is not False for each in wanted)}


_DATED = "SELECT EXISTS (SELECT 1 FROM fresh WHERE days IS NOT NULL)"
_LIBYEARS = """
WITH used AS (
  SELECT u.project, f.days FROM uses AS u JOIN fresh AS f ON f.package = u.package AND f.version = u.version
  WHERE f.days IS NOT NULL
), each AS (
  SELECT u.project, sum(u.days) / 365.0 AS years
  FROM used AS u SEMI JOIN asked AS a ON a.project = u.project GROUP BY u.project
)
SELECT median(years), count(*), max(years), (SELECT count(*) FROM asked WHERE documents > 0) FROM each
"""


def libyears(known: Known) -> Found:
    """The median over projects of the years that their packages are behind, added up."""
    shared.make(known, state(known), known.session, "own", "asked uses parts fresh")
    if not known.session.ask(_DATED).one()[0]:
        return unknown("no release dates are known (umbel sync packages)")
    middle, number, most, whole = known.session.ask(_LIBYEARS).one()
    if not number:
        return unknown("no release dates are known of what is in use (umbel sync packages)")
    return Found(value=middle, denominator=number, known=number, whole=whole, evidence={"most": most})
