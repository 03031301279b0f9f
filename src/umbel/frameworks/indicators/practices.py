# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the files of our own projects show: a licence, a security policy, tests, and how many were looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from umbel.frameworks.indicators._asked import YEAR, once, since
from umbel.frameworks.indicators.found import Found, unknown

if TYPE_CHECKING:
    from collections.abc import Collection

    from umbel.frameworks.interface import Known

UNKNOWN_FILES = "the files of no project were looked at (umbel collect a checkout)"
# Of several checkouts of one project one that shows it is enough; where none can tell, nobody knows.
_SHOWN = """
SELECT p.project, CASE WHEN bool_or(p.outcome = 'met') THEN 'met' WHEN bool_or(p.outcome = 'unmet') THEN 'unmet'
                       WHEN bool_and(p.outcome = 'not-applicable') THEN 'not-applicable' ELSE 'unknown' END AS outcome,
       max(s.observed_at) AS observed_at
FROM practices AS p JOIN present AS s ON s.write_id = p.snapshot
WHERE p.practice = $practice GROUP BY p.project
"""
_SEEN = """
SELECT subject AS project, bool_or(outcome <> 'failed') AS read, max(observed_at) FILTER (outcome <> 'failed') AS newest
FROM published GROUP BY subject
UNION ALL
SELECT project, true, max(collected_at) FROM readings WHERE collected_at <= $as_of::TIMESTAMPTZ GROUP BY project
"""
_OPTED_IN = """
SELECT DISTINCT person FROM indicator_work
WHERE committed_at > $since::TIMESTAMPTZ AND list_contains($projects::VARCHAR[], project)
"""
_BUILT = """
SELECT project, bool_or(len(list_filter(lifecycles, lambda l: lower(l) IN ('build', 'post-build', 'deployed'))) > 0),
       bool_or(len(lifecycles) > 0), max(observed_at)
FROM documents GROUP BY project
"""


class Shown(NamedTuple):
    """A project's answer to one practice, and of which day the files are."""

    outcome: str
    observed_at: Any


def projects(known: Known) -> list[str]:
    """Our projects that are known on the day or named in umbel.toml, as far as they are asked of."""
    from umbel.frameworks.indicators.shared import names

    return once(known, "names", lambda: names(known))


def shown(known: Known, practice: str) -> dict[str, Shown]:
    """Every project whose files were looked at, with what they show of one practice."""

    def made() -> dict[str, Shown]:
        rows = known.session.ask(_SHOWN, {"practice": practice}).rows()
        return {row[0]: Shown(row[1], row[2]) for row in rows}

    return once(known, f"practice {practice}", made)


def share(known: Known, practice: str, of: Collection[str]) -> Found:
    """Of some projects, those whose files show a practice; projects to which it doesn't apply are left out."""
    if not of:
        return unknown("no project is known (umbel collect)")
    told = shown(known, practice)
    mine = {name: told[name] for name in of if name in told}
    met = [each for each in mine.values() if each.outcome == "met"]
    unmet = [each for each in mine.values() if each.outcome == "unmet"]
    aside = sum(each.outcome == "not-applicable" for each in mine.values())
    days = [each.observed_at for each in (*met, *unmet)]
    blind = "their files don't tell" if mine else _unseen(known)
    return Found(
        numerator=len(met),
        denominator=len(met) + len(unmet),
        known=len(met) + len(unmet),
        whole=len(of) - aside,
        observed_at=max(days, default=None),
        oldest_at=min(days, default=None),
        evidence={"files_not_seen": len(of) - len(mine), "not_applicable": aside},
        why=None if days else blind,
    )


def _unseen(known: Known) -> str:
    """Why nobody knows a practice of any project: nothing was looked at, or before the practice was asked for."""
    if known.session.ask("SELECT EXISTS (SELECT 1 FROM practices)").one()[0]:
        return "the files were last looked at by an Umbel that didn't ask this yet (umbel collect)"
    return UNKNOWN_FILES


def own_readme(known: Known) -> Found:
    """Own projects with a read-me."""
    return share(known, "readme", projects(known))


def own_license(known: Known) -> Found:
    """Own projects with a licence beside the code."""
    return share(known, "license", projects(known))


def own_security_policy(known: Known) -> Found:
    """Own projects that say how to report a weakness."""
    return share(known, "security-policy", projects(known))


def own_contributing(known: Known) -> Found:
    """Own projects that say how to take part."""
    return share(known, "contributing", projects(known))


def own_codeowners(known: Known) -> Found:
    """Own projects that say who looks after them."""
    return share(known, "maintainers", projects(known))


def own_ci(known: Known) -> Found:
    """Own projects in which a machine looks at each change."""
    return share(known, "ci", projects(known))


def own_tests(known: Known) -> Found:
    """Own projects with tests."""
    return share(known, "tests", projects(known))


def own_dependency_updates(known: Known) -> Found:
    """Own projects in which a machine proposes newer dependencies."""
    return share(known, "dependency-updates", projects(known))


def gates_used(known: Known) -> Found:
    """Own projects in whose pipeline, or beside it, a machine judges dependencies."""
    return share(known, "dependency-gate", projects(known))


def own_sbom_in_ci(known: Known) -> Found:
    """Own projects whose pipeline makes an SBOM, or whose SBOM says that the build made it."""
    every = projects(known)
    if not every:
        return unknown("no project is known (umbel collect)")
    files = shown(known, "sbom-in-ci")
    built = {
        row[0]: Shown("met" if row[1] else "unmet", row[3])
        for row in known.session.ask(_BUILT).rows()
        if row[2]
    }
    told = [_either(built.get(name), files.get(name)) for name in every]
    sure = [each for each in told if each is not None and each.outcome in {"met", "unmet"}]
    met = [each for each in sure if each.outcome == "met"]
    aside = sum(each is not None and each.outcome == "not-applicable" for each in told)
    days = [each.observed_at for each in sure]
    return Found(
        numerator=len(met),
        denominator=len(sure),
        known=len(sure),
        whole=len(every) - aside,
        observed_at=max(days, default=None),
        oldest_at=min(days, default=None),
        evidence={
            "by_pipeline": sum(files[name].outcome == "met" for name in every if name in files),
            "by_what_the_sbom_says": sum(built[name].outcome == "met" for name in every if name in built),
            "not_applicable": aside,
        },
        why=None if sure else "neither files nor SBOMs tell it of any project (umbel collect a checkout)",
    )


def _either(built: Shown | None, files: Shown | None) -> Shown | None:
    """What shows it, else what denies it."""
    for outcome in ("met", "unmet", "not-applicable"):
        for each in (built, files):
            if each is not None and each.outcome == outcome:
                return each
    return None


# ---- how far the program reaches


def adoption(known: Known) -> Found:
    """Of all projects that are known or named in umbel.toml, those that could be looked at."""
    every = set(projects(known))
    rows = known.session.ask(_SEEN, {"as_of": known.as_of}).rows()
    newest: dict[str, Any] = {}
    for project, read, at in rows:
        if project in every and read and at is not None:
            newest[project] = max(at, newest.get(project, at))
    if not every:
        return unknown("no project is known (umbel collect)")
    days = list(newest.values())
    quiet = sum(at < since(known, 92) for at in days)
    return Found(
        numerator=len(days),
        denominator=len(every),
        known=len(every),
        whole=len(every),
        observed_at=max(days, default=None),
        evidence={"never_read": len(every) - len(days), "nothing_new_for_92_days": quiet},
    )


def people_opted_in(known: Known) -> Found:
    """Of the people active in our projects within the year, those who agreed to be named; only counted here."""
    from umbel.evidence.people.attach import resolve
    from umbel.evidence.people.facts import Facts
    from umbel.evidence.people.why import names_shown
    from umbel.frameworks.indicators._asked import histories, with_people

    told = histories(known, known.session)
    read = sorted(name for name, tells in told.items() if tells)
    if not read:
        return unknown("no history of our projects tells of the last year (umbel collect)")
    session = with_people(known, known.session)
    asked = {"projects": read, "since": since(known, YEAR)}
    active = {person for (person,) in session.ask(_OPTED_IN, asked).rows()}
    agreed: set[str] = set()
    if known.who.book.decisions.opt_in:
        agreed = set(names_shown(resolve(Facts(session, known.who.salt), known.who)))
    return Found(
        numerator=len(active & agreed), denominator=len(active), known=len(read), whole=len(told),
        stated=True, why=None if active else "nobody was active in the last year",
    )  # fmt: skip
