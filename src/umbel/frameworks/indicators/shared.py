# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Relations that several indicators ask, made once a session when the first query names them.

- `asked`: a row for each project that is asked of, known or declared, and what documents there are of it;
- `uses`: a row for each package and version in each project, documents merged: what one leaves open another may know;
- `parts`: a row for each package and version in use in these, with what is known of it, over all of them; `uses`
  counts where documents list it;
- `fresh`: a row for each package and version in use whose registry lists it: whether there is a newer one, and by how
  many days (None where a date is unknown);
- `remediations`, `life_ends`, `contributions` …: what metrics read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.evidence.views import STRONGEST_SCOPE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from umbel.evidence.session import Session
    from umbel.frameworks.indicators.state import State
    from umbel.frameworks.interface import Known

_WORD = re.compile(r"\w+")
_PEOPLE = frozenset({"contributions", "reviews", "people", "affiliations"})

_ASKED = """
CREATE TABLE asked AS
WITH told AS (
  SELECT subject AS project,
         count(*) FILTER (WHERE is_document) AS documents,
         count(*) FILTER (WHERE is_document AND {sbom}) AS sboms,
         max(observed_at) FILTER (WHERE is_document) AS newest,
         min(observed_at) FILTER (WHERE is_document) AS oldest,
         max(observed_at) FILTER (WHERE is_document AND {sbom}) AS newest_sbom,
         max(observed_at) FILTER (WHERE collector = 'checkout') AS checkout,
         max(collected_at) AS collected_at
  FROM present GROUP BY subject
)
SELECT p.project, coalesce(t.documents, 0) AS documents, coalesce(t.sboms, 0) AS sboms,
       t.newest, t.oldest, t.newest_sbom, t.checkout, t.collected_at
FROM asked_names AS p LEFT JOIN told AS t ON t.project = p.project
"""
_PARTS = """
CREATE TABLE parts AS
SELECT package, version, min(license) AS license, bool_or(direct) AS direct,
       bool_or(scope IN ('runtime', 'optional')) AS shipped,
       count(*) AS uses, count(license) AS licensed, count(direct) AS direct_known, count(scope) AS scope_known
FROM uses {scope} GROUP BY package, version
"""
# As the view `merged`, but only the projects with several documents are grouped: on a large estate few are.
_USES = f"""
CREATE VIEW uses AS
SELECT project, package, version, license, direct, scope FROM usage WHERE alone
UNION ALL
SELECT project, package, version, min(license), bool_or(direct), {STRONGEST_SCOPE}
FROM usage WHERE NOT alone GROUP BY project, package, version
"""  # noqa: S608 - our own words


_FRESH = """
CREATE TABLE fresh AS
WITH stable AS (
  SELECT package, position, released_at FROM package_versions
  WHERE NOT prerelease AND NOT coalesce(yanked, false) AND position IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY package ORDER BY position DESC, version) = 1
)
SELECT p.package, p.version, v.position < n.position AS outdated,
       CASE WHEN v.released_at IS NULL OR n.released_at IS NULL THEN NULL
            WHEN v.position >= n.position THEN 0
            ELSE greatest(date_diff('day', v.released_at::DATE, n.released_at::DATE), 0) END AS days
FROM parts AS p
JOIN package_versions AS v ON v.package = p.package AND v.version = p.version
LEFT JOIN stable AS n ON n.package = p.package
"""


def make(known: Known, kept: State, session: Session, lake: str, sql: str) -> None:
    """Make what a query names and isn't there yet."""
    words = set(_WORD.findall(sql.lower()))
    done = kept.made[lake]
    for name, maker in _MAKERS.items():
        if name in words and name not in done:
            maker(known, kept, session, lake)
            done.add(name)


def _asked(known: Known, kept: State, session: Session, lake: str) -> None:  # noqa: ARG001 - as all makers
    import pyarrow as pa

    from umbel.evidence.questions.coverage import SBOM

    session.register("asked_names", pa.table({"project": pa.array(names(known), pa.string())}))
    session.run(_ASKED.format(sbom=SBOM))


def names(known: Known) -> list[str]:
    """The projects that are asked of: those of the product, else all that are known or declared."""
    from umbel.evidence.questions.coverage import known_projects

    if known.projects is not None:
        return sorted(set(known.projects))
    there = known_projects(known.session)
    declared = [rule.name for rule in known.settings.projects]
    patterns = [pattern for product in known.settings.products for pattern in product.projects]
    return sorted({*there, *unseen(known.session, there, [*declared, *patterns])})


def unseen(session: Session, there: Sequence[str], declared: Iterable[str]) -> list[str]:
    """Of names that somebody declared, those that nothing was ever seen of.

    Declarations bear no date: on a day on which nothing was known yet, nothing is missed; and a project that was seen
    later may not have been there. Patterns name nothing by themselves.
    """
    if not there:
        return []
    ever = {
        name
        for (name,) in session.ask(
            "SELECT DISTINCT subject FROM raw_snapshots WHERE subject IS NOT NULL"
        ).rows()
    }
    seen = {end for name in (*ever, *there) for end in (name, *_ends(name))}
    return [name for name in dict.fromkeys(declared) if not set(name) & set("*?[") and name not in seen]


def _ends(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[place:]) for place in range(1, len(parts))]


def _uses(known: Known, kept: State, session: Session, lake: str) -> None:  # noqa: ARG001 - as all makers
    session.run(_USES)


def _parts(known: Known, kept: State, session: Session, lake: str) -> None:
    make(known, kept, session, lake, "uses")
    scope = ""
    if known.projects is not None:
        make(known, kept, session, lake, "asked")
        scope = "SEMI JOIN asked USING (project)"
    session.run(_PARTS.format(scope=scope))


def _fresh(known: Known, kept: State, session: Session, lake: str) -> None:
    make(known, kept, session, lake, "parts")
    session.run(_FRESH)


def _remediations(known: Known, kept: State, session: Session, lake: str) -> None:  # noqa: ARG001
    from umbel.metrics import remediation

    index = known.index
    if index is not None:
        remediation.attach(session, index)


def _life_ends(known: Known, kept: State, session: Session, lake: str) -> None:  # noqa: ARG001
    from umbel.metrics import lifecycle_ends

    lifecycle_ends.attach(session)


def _people(known: Known, kept: State, session: Session, lake: str) -> None:
    kept.engine(known, session, lake)


_MAKERS: dict[str, Callable[[Known, State, Session, str], None]] = {
    "asked": _asked,
    "uses": _uses,
    "parts": _parts,
    "fresh": _fresh,
    "remediations": _remediations,
    "life_ends": _life_ends,
    **dict.fromkeys(sorted(_PEOPLE), _people),
}
