# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What several indicators ask alike, each asked once of one `Known`: strategic projects, their reach, recent work.

People are told apart in the session itself. Ours are those known to be: who writes from a private address tells no
employer, so that every count of our people is a lower bound.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar, cast

from umbel.frameworks.indicators.state import state

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from umbel.evidence.session import Session
    from umbel.frameworks.interface import Known
    from umbel.strategy.interface import Ranked
    from umbel.strategy.opinions import Opinions

T = TypeVar("T")
YEAR = 365
UNEXAMINED = "no upstream project was examined (umbel collect upstream)"
NOBODY_TELLS = "nobody can tell whose commits are ours ([organisation] domains in umbel.toml are not named)"
UNMAPPED = "no package in use is mapped to an upstream project (umbel upstream)"
NOT_STRATEGIC = "no project is known to be strategic (umbel strategy)"
# Bots are left out; two years are enough for every question here.
_WORK = """
CREATE OR REPLACE TABLE indicator_work AS
SELECT project, sha, person, role, organisation, ours, committed_at
FROM contributions
WHERE NOT bot AND committed_at > $since::TIMESTAMPTZ AND committed_at <= $as_of::TIMESTAMPTZ
"""
# From when on a history tells all: one reading of it that was never cut off is enough. No day: it couldn't be read.
_READ = """
WITH reached AS (
  SELECT h.project, bool_or(coalesce(h.shallow, false)) AS cut, min(c.first_at) AS first_at
  FROM histories AS h
  LEFT JOIN (SELECT project, min(committed_at) AS first_at FROM commits GROUP BY project) AS c ON c.project = h.project
  GROUP BY h.project
), failed AS (
  SELECT DISTINCT subject AS project FROM raw_snapshots
  WHERE collector = 'git_history' AND outcome = 'failed' AND collected_at <= $as_of::TIMESTAMPTZ
    AND subject NOT IN (SELECT project FROM reached)
)
SELECT project, cut, first_at FROM reached WHERE first_at IS NOT NULL
UNION ALL SELECT project, true, NULL FROM failed
"""


def once(known: Known, key: str, make: Callable[[], T]) -> T:
    """What `make` gives, made at the first question under the key and kept as long as `known` lives."""
    kept = state(known).values
    if key not in kept:
        kept[key] = make()
    return cast("T", kept[key])


def today(known: Known) -> date:
    """The day that is asked for."""
    return known.as_of.date()


def since(known: Known, days: int = YEAR) -> datetime:
    """The moment so many days before the one asked for."""
    return known.as_of - timedelta(days=days)


def with_people(known: Known, session: Session) -> Session:
    """The session, in which it is told who is who, with the table `indicator_work` of the last two years."""

    def made() -> Session:
        state(known).engine(known, session, "upstream" if session is known.upstream else "own")
        session.run(_WORK, {"since": since(known, 2 * YEAR), "as_of": known.as_of})
        return session

    return once(known, f"people {id(session)}", made)


def tells_ours(known: Known, session: Session) -> bool:
    """Whether anybody can tell whose commits are ours."""
    from umbel.strategy.follow_up import tells_ours as told

    return told(with_people(known, session), named=bool(known.settings.organisation.domains))


def histories(known: Known, session: Session, days: int | None = YEAR) -> dict[str, bool]:
    """Every project whose history was asked for, with whether it tells of so many days; without those left aside.

    With `days` None: whether it tells everything from the first commit on.
    """

    def made() -> list[tuple[str, bool, datetime | None]]:
        return session.ask(_READ, {"as_of": known.as_of}).rows()

    rows = once(known, f"histories {id(session)}", made)
    wanted = upstream_projects(known) if session is known.upstream else known.projects
    begin, chosen = (
        None if days is None else since(known, days),
        None if wanted is None else frozenset(wanted),
    )
    return {
        name: not cut or (begin is not None and first is not None and first <= begin)
        for name, cut, first in rows
        if chosen is None or name in chosen
    }


def used_packages(known: Known) -> frozenset[str]:
    """Packages in use in the projects that are asked of."""
    sql = "SELECT DISTINCT package FROM usage WHERE $projects IS NULL OR list_contains($projects::VARCHAR[], project)"

    def made() -> frozenset[str]:
        chosen = None if known.projects is None else list(known.projects)
        return frozenset(name for (name,) in known.session.ask(sql, {"projects": chosen}).rows())

    return once(known, "used packages", made)


def upstream_projects(known: Known) -> frozenset[str] | None:
    """The upstream projects that the projects asked of stand on; None where all are asked of."""
    if known.projects is None:
        return None

    def made() -> frozenset[str]:
        used = used_packages(known)
        return frozenset(each.project for each in known.mapped if each.project and each.package in used)

    return once(known, "upstream projects", made)


def listed(known: Known) -> list[Ranked]:
    """The strategic list, of a part of the portfolio those that it stands on."""
    chosen = upstream_projects(known)
    return [each for each in known.ranked if chosen is None or each.project in chosen]


def strategic(known: Known) -> list[Ranked]:
    """Those with a verdict above the strategic line, in the order of the list."""
    from umbel.strategy.stance_model import is_strategic

    return [each for each in listed(known) if is_strategic(each)]


def opinions(known: Known) -> Opinions:
    """What people say of projects, and decided to do with them, as of the day."""
    from umbel.strategy.opinions import load

    return once(known, "opinions", lambda: load(known.folder, known.as_of))


def examined_strategic(known: Known) -> tuple[list[Ranked], list[str]]:
    """The strategic projects, and the names of those whose history tells of the last year."""
    chosen = strategic(known)
    if known.upstream is None:
        return chosen, []
    told = histories(known, known.upstream)
    return chosen, [each.project for each in chosen if told.get(each.project)]
