# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which of the words on a package is believed, how far, and what is said where there is none."""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING, Any, NamedTuple

from umbel.strategy.interface import Mapped
from umbel.strategy.mapping import claims
from umbel.strategy.mapping.addresses import place
from umbel.strategy.mapping.model import model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from umbel.evidence.session import Session
    from umbel.model.settings import UpstreamRule
    from umbel.strategy.mapping.addresses import Place

NONE = "none"
"""What umbel.toml says of packages that come from no repository that is to be looked at."""
_MOST_RIVALS = 5

# Of one project's words the surest stands, and each other source that agrees adds a little. A folder is kept
# where all that name one agree. Rivals take away by how sure they are, not by their number: a word that is copied
# often is not truer for it.
_WEIGHED = f"""
WITH told AS (
  SELECT c.package, w.how, w.confidence, p.project, p.address, p.path
  FROM mapping_claims AS c
  JOIN mapping_places AS p ON p.url = c.url AND p.mode = c.mode
  JOIN mapping_weights AS w ON w.how = c.how AND w.kind = c.kind
  WHERE NOT (p.packaging AND list_contains($types, split_part(c.package, '/', 1)))
), by_how AS (
  SELECT package, project, how, max(confidence) AS confidence, max(address) AS address,
         min(path) AS path, max(path) AS last_path
  FROM told GROUP BY package, project, how
), by_project AS (
  SELECT package, project, max(confidence) AS best, count(*) AS sources,
         string_agg(how, ', ' ORDER BY confidence DESC, how) AS how, max(address) AS address,
         CASE WHEN min(path) = max(last_path) THEN min(path) END AS path
  FROM by_how GROUP BY package, project
), ranked AS (
  SELECT *, least($most, best + $agree * (sources - 1)) AS sure,
         row_number() OVER (PARTITION BY package ORDER BY best DESC, sources DESC, project) AS place
  FROM by_project
), rivals AS (
  SELECT package, max(sure) AS sure, list(project ORDER BY place)[:{_MOST_RIVALS}] AS projects
  FROM ranked WHERE place > 1 GROUP BY package
)
SELECT u.package, r.project, r.address, r.path, r.how, v.projects,
       round(greatest(r.sure, r.best) * (1 - $disagree * coalesce(v.sure / r.sure, 0)), 3) AS confidence
FROM mapping_packages AS u
LEFT JOIN ranked AS r ON r.package = u.package AND r.place = 1
LEFT JOIN rivals AS v ON v.package = u.package
ORDER BY u.package
"""  # noqa: S608 - ours

_LOOKED_AT = """
SELECT package, count(DISTINCT url) AS urls,
       min(nullif(left(regexp_extract(url, '^(?:[a-z+]+:)*(?://)?(?:[^/@]*@)?([^/:?#]+)', 1), 100), '')) AS host
FROM mapping_claims WHERE package IN (SELECT package FROM mapping_unmapped) GROUP BY package
"""
_ASKED = """
SELECT package, bool_or(found) FROM packages WHERE package IN (SELECT package FROM mapping_unmapped) GROUP BY package
"""


def mapped(session: Session, declared: Sequence[UpstreamRule] = ()) -> list[Mapped]:
    """Which upstream project each package in use comes from, sorted by package; unmapped ones with why.

    The session holds the tables `usage`, `components` and `packages`. `declared` are the words of umbel.toml:
    they come before all others, the first that fits a package counts.
    """
    claims.gather(session)
    _register_weights(session)
    weights = model()
    bound = {
        "types": [f"pkg:{kind}" for kind in weights.packaging.types],
        "most": weights.together.most,
        "agree": weights.together.agree,
        "disagree": weights.together.disagree,
    }
    said = _declared(declared)
    rows = session.ask(_WEIGHED, bound).rows()
    why = _Why(session, [row[0] for row in rows if row[1] is None])
    return [_mapped(row, said, why) for row in rows]


def _mapped(row: tuple[Any, ...], declared: Callable[[str], _Said | None], why: _Why) -> Mapped:
    package, project, address, path, how, rivals, confidence = row
    others = tuple(rivals or ())
    said = declared(package)
    if said is not None:
        also = tuple(dict.fromkeys(([project] if project else []) + list(others)))
        if said.place is None:
            return Mapped(package=package, how="declared", confidence=1.0, rivals=also, why=said.why)
        rest = tuple(name for name in also if name != said.place.project)
        folder = said.place.path or (path if project == said.place.project else None)
        return Mapped(
            package=package,
            project=said.place.project,
            url=said.place.url,
            path=folder,
            how="declared",
            confidence=model().how["declared"].confidence,
            rivals=rest,
        )
    if project is None:
        return Mapped(package=package, why=why.of(package))
    return Mapped(
        package=package,
        project=project,
        url=address,
        path=path,
        how=how,
        confidence=confidence,
        rivals=others,
    )


class _Said(NamedTuple):
    """What umbel.toml says of a package: a place, or why there is none."""

    place: Place | None
    why: str | None = None


def _declared(rules: Sequence[UpstreamRule]) -> Callable[[str], _Said | None]:
    """What is declared of a package. Patterns may be written with `@` where purls have `%40`."""
    patterns: list[tuple[re.Pattern[str], _Said]] = []
    for rule in rules:
        if rule.repository == NONE:
            said = _Said(None, "umbel.toml says that it has no repository to look at")
        else:
            found = place(rule.repository, "declared")
            said = _Said(found, None if found else "umbel.toml names a repository that may not be asked")
        patterns += [
            (re.compile(translate(text.replace("pkg:npm/@", "pkg:npm/%40"))), said) for text in rule.packages
        ]

    def of(package: str) -> _Said | None:
        return next((said for pattern, said in patterns if pattern.match(package)), None)

    return of if patterns else lambda _: None


def _register_weights(session: Session) -> None:
    import pyarrow as pa

    weights = model()
    rows = [(how, "vcs", each.confidence) for how, each in weights.how.items()]
    home = weights.how["homepage"].confidence
    rows += [
        (how, kind, round(home * share, 3)) for how in weights.how for kind, share in weights.kind.items()
    ]
    hows, kinds, numbers = zip(*rows, strict=True)
    session.register("mapping_weights", pa.table({"how": hows, "kind": kinds, "confidence": numbers}))


class _Why:
    """Why a package has no project, in a sentence."""

    def __init__(self, session: Session, unmapped: list[str]) -> None:
        import pyarrow as pa

        session.register("mapping_unmapped", pa.table({"package": pa.array(unmapped, pa.string())}))
        self._urls = {package: (host, urls) for package, urls, host in session.ask(_LOOKED_AT).rows()}
        self._asked = dict(session.ask(_ASKED).rows())

    def of(self, package: str) -> str:
        """What was looked for, and what may be done."""
        kind = package.removeprefix("pkg:").partition("/")[0]
        packaged = kind in model().packaging.types
        host, urls = self._urls.get(package, (None, 0))
        if urls:
            addresses = "an address is" if urls == 1 else f"{urls} addresses are"
            none = "of its packaging or of no repository" if packaged else "none of a repository"
            return f"{addresses} known of it{f' ({host})' if host else ''}, {none}"
        if not package.startswith("pkg:"):
            return "no document says what package it is"
        if packaged:
            return "a distribution's package: nothing that was read says where its source comes from"
        if package in self._asked:
            knows = "names no repository" if self._asked[package] else "doesn't know it"
            return f"its registry was asked and {knows}"
        if kind == "golang":
            return "its module path names no known forge; its registry was not asked (umbel sync packages)"
        return "nothing that was read names a repository; its registry was not asked (umbel sync packages)"
