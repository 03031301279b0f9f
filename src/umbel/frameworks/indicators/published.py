# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Our published projects: which they are, what their files show, whether they release and whether people come.

Which projects are public is said in `decisions/published.toml`; where nobody says it, nothing is known here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.frameworks.indicators._asked import histories, once, since, today, with_people
from umbel.frameworks.indicators.found import Found, unknown
from umbel.frameworks.indicators.practices import projects, share

if TYPE_CHECKING:
    from umbel.frameworks.interface import Known

NOBODY_SAYS = "nobody says which of our projects are public (decisions/published.toml)"
NONE = "no project of ours is public on the day, as far as somebody said (decisions/published.toml)"
NONE_SEEN = "of the projects that are said to be public none was collected (umbel collect)"
_RELEASED = """
SELECT project, max(released_at) FROM releases
WHERE version IS NOT NULL AND NOT coalesce(prerelease, false) AND released_at <= $as_of::TIMESTAMPTZ
  AND list_contains($projects::VARCHAR[], project)
GROUP BY project
"""
# The first commit of all times counts: whoever wrote before the two years that are held is no newcomer.
_NEWCOMERS = """
WITH firsts AS (
  SELECT c.project, c.person, min(c.committed_at) AS first_at, max(c.committed_at) AS last_at, bool_or(c.ours) AS ours
  FROM contributions AS c WHERE NOT c.bot AND list_contains($projects::VARCHAR[], c.project)
  GROUP BY c.project, c.person
)
SELECT count(DISTINCT person), count(DISTINCT person) FILTER (ours IS NOT TRUE)
FROM firsts WHERE first_at > $since::TIMESTAMPTZ AND first_at <= $as_of::TIMESTAMPTZ
"""


def public(known: Known) -> list[str] | Found:
    """Our projects that are public on the day; why it isn't known where nobody says or none was collected.

    Of a product it may be none, where others of ours are public; and of all of them, where each was taken back.
    """
    from umbel.evidence.questions.coverage import known_projects
    from umbel.policy import publications

    day = today(known)
    said = once(known, "publications", lambda: publications.load(known.folder / publications.FILE))
    if not said.known(day):
        return unknown(NOBODY_SAYS)
    found = said.of(projects(known), day)
    if found or not said.standing(day) or said.of(known_projects(known.session), day):
        return found
    return unknown(NONE_SEEN)


def published_projects(known: Known) -> Found:
    """How many of our projects are public, as somebody said."""
    found = public(known)
    if isinstance(found, Found):
        return found
    every = projects(known)
    return Found(value=len(found), stated=True, evidence={"known_projects": len(every)})


def _some(known: Known) -> list[str] | Found:
    """The same, where there must be any."""
    return public(known) or unknown(NONE)


def _share(known: Known, practice: str) -> Found:
    found = _some(known)
    return found if isinstance(found, Found) else share(known, practice, found)


def published_license(known: Known) -> Found:
    """Published projects with a licence beside the code."""
    return _share(known, "license")


def published_security_policy(known: Known) -> Found:
    """Published projects that say how to report a weakness."""
    return _share(known, "security-policy")


def published_contributing(known: Known) -> Found:
    """Published projects that say how to take part."""
    return _share(known, "contributing")


def published_code_of_conduct(known: Known) -> Found:
    """Published projects that say how people treat each other."""
    return _share(known, "code-of-conduct")


def published_codeowners(known: Known) -> Found:
    """Published projects that say who looks after them."""
    return _share(known, "maintainers")


def published_tests(known: Known) -> Found:
    """Published projects with tests."""
    return _share(known, "tests")


def published_response(known: Known) -> Found:  # noqa: ARG001 - as all of them
    """How long a question waits for its answer: no conversation is collected, so nobody can tell."""
    return unknown("conversations on forges aren't collected")


def published_release_rhythm(known: Known) -> Found:
    """Of the published projects with a history, those that released within the year."""
    found = _some(known)
    if isinstance(found, Found):
        return found
    told = histories(known, known.session)
    read = [name for name in found if told.get(name)]
    if not read:
        return unknown("no history of a published project tells of the last year (umbel collect)")
    last = dict(known.session.ask(_RELEASED, {"projects": read, "as_of": known.as_of}).rows())
    recent = [at for at in last.values() if at > since(known)]
    return Found(
        numerator=len(recent),
        denominator=len(read),
        known=len(read),
        whole=len(found),
        observed_at=max(last.values(), default=None),
        evidence={"never_released": len(read) - len(last)},
    )


def published_newcomers(known: Known) -> Found:
    """People who contributed to a published project of ours for the first time within the year."""
    found = _some(known)
    if isinstance(found, Found):
        return found
    told = histories(known, known.session, days=None)
    read = [name for name in found if told.get(name)]
    if not read:
        return unknown("no history of a published project is known from its beginning (umbel collect)")
    session = with_people(known, known.session)
    asked = {"projects": read, "since": since(known), "as_of": known.as_of}
    many, outside = session.ask(_NEWCOMERS, asked).one()
    return Found(value=many, known=len(read), whole=len(found), evidence={"not_known_to_be_ours": outside})
