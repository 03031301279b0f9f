# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is known of a vulnerable package in each project: since when it is there, and what code does with it.

Asked in sets, of packages with vulnerabilities only. Whether code imports a package is known where the project's
code was read in a language of the package's ecosystem, and each of its imports there could be told to a package.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.policy.facts import Imported

if TYPE_CHECKING:
    from datetime import datetime

    from umbel.evidence.session import Session
    from umbel.metrics.vulnerabilities.index import Index
    from umbel.policy.facts import Facts

TABLES = ("usage", "components", "imports", "advisory_ranges")
"""The stored tables that a session must hold, beside those of `umbel.policy.lookup`."""
MOST_NAMES = 1_000

_LANGUAGES = {
    "npm": ("JavaScript", "TypeScript"),
    "pypi": ("Python",),
    "maven": ("Java",),
    "golang": ("Go",),
    "cargo": ("Rust",),
}
"""Languages whose imports are read, by the ecosystem of the packages that they import."""

_OPENED = """
SELECT project, package, vulnerability, min(opened_at) FROM remediations WHERE closed_at IS NULL
GROUP BY ALL
"""
_IMPORTED = """
WITH told AS (
  SELECT i.project, l.kind,
         count(*) FILTER (WHERE i.kind = 'unknown') AS unresolved
  FROM imports AS i JOIN imported_languages AS l ON l.language = i.language
  SEMI JOIN judged_projects AS j ON j.project = i.project
  GROUP BY ALL
), used AS (
  SELECT i.project, i.package, max(i.files - coalesce(i.test_files, 0)) AS files, max(i.test_files) AS test_files,
         list_sort(list_distinct(flatten(list(i.names)))) AS names
  FROM imports AS i WHERE i.kind = 'package' AND i.package IS NOT NULL
  GROUP BY ALL
)
SELECT v.project, v.package,
       CASE WHEN u.package IS NOT NULL THEN u.files WHEN t.unresolved = 0 THEN 0 END,
       CASE WHEN u.package IS NOT NULL THEN coalesce(u.test_files, 0) WHEN t.unresolved = 0 THEN 0 END,
       u.names
FROM (
  SELECT DISTINCT m.project, m.package FROM merged AS m
  SEMI JOIN judged_projects AS j ON j.project = m.project
  SEMI JOIN vulnerable_packages AS p ON p.package = m.package
) AS v
JOIN told AS t ON t.project = v.project AND t.kind = split_part(substr(v.package, 5), '/', 1)
LEFT JOIN used AS u ON u.project = v.project AND u.package = v.package
"""
# A symbol of any record that was published counts: what is affected is seldom said less exactly later.
_SYMBOLS = """
SELECT r.package, r.advisory, list_sort(list_distinct(flatten(list(r.symbols))))
FROM raw_advisory_ranges AS r SEMI JOIN vulnerable_packages AS p ON p.package = r.package
WHERE len(r.symbols) > 0 AND r.write_id IN (SELECT write_id FROM syncs)
GROUP BY ALL
"""


def add(session: Session, facts: Facts, index: Index | None) -> None:
    """Complete facts by what is known of each project. Needs what `umbel.policy.lookup.facts_of` left behind."""
    import pyarrow as pa

    from umbel.metrics import remediation

    if index is None or "vulnerabilities" not in facts.known:
        return
    remediation.attach(session, index, facts.vulnerabilities_of, "judged_components", "judged_projects")
    facts.opened = _opened(session)
    vulnerable = sorted({package for (package, _), told in facts.vulnerabilities_of.items() if told})
    languages = [(kind, one) for kind, every in _LANGUAGES.items() for one in every]
    session.register("vulnerable_packages", pa.table({"package": pa.array(vulnerable, pa.string())}))
    session.register(
        "imported_languages",
        pa.table({"kind": [kind for kind, _ in languages], "language": [one for _, one in languages]}),
    )
    facts.imports = {
        (project, package): Imported(files=files, test_files=tests, names=tuple(names or ())[:MOST_NAMES])
        for project, package, files, tests, names in session.ask(_IMPORTED).rows()
    }
    facts.symbols = {
        (package, advisory): tuple(symbols) for package, advisory, symbols in session.ask(_SYMBOLS).rows()
    }


def _opened(session: Session) -> dict[tuple[str, str], dict[str, datetime]]:
    found: dict[tuple[str, str], dict[str, datetime]] = {}
    for project, package, vulnerability, since in session.ask(_OPENED).rows():
        found.setdefault((project, package), {})[vulnerability] = since
    return found


def symbols_used(symbols: list[str], names: tuple[str, ...]) -> list[str]:
    """Those of an advisory's symbols that are among the names which code uses.

    Advisories write a path before a name (`golang.org/x/text/language.ParseAcceptLanguage`,
    `time::Duration::new`), or a type (`Client.Do`): a symbol is used if its last part is, or its last two, or the type.
    """
    known = set(names)
    return [symbol for symbol in symbols if not known.isdisjoint(_parts(symbol))]


def _parts(symbol: str) -> set[str]:
    parts = [part for part in re.split(r"::|[./#]", symbol) if part]
    found = {symbol, *parts[-1:], ".".join(parts[-2:])}
    if len(parts) > 1 and parts[-2][:1].isupper():
        found.add(parts[-2])
    return found
