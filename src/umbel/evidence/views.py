# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The views that every question is asked of, as SQL over a pinned lake.

`raw_*` are the stored tables. From them:

- `published`: the snapshots known on the day asked for, racing duplicates removed; `is_document` tells SBOMs,
  lockfiles and environments from checkouts and histories;
- `present`: the newest per subject, collector and lineage, without those that were withdrawn;
- `usage`, `dependencies`: the facts of the present snapshots, with their subject;
- `components`: cold facts, one row a key;
- `inventory`: one row per project, package and version, lineages merged, with its sources;
- `merged`: the same for counting: quicker, but a row may repeat;
- `documents`: what the present SBOMs say of themselves, with their subject;
- `faults`: what was wrong with documents, a row each, by the snapshot's `write_id`;
- `readings`: the newest reading of each git repository from each source (its clone from elsewhere, a checkout) and
  of each kind (full, blobless, treeless), with its project;
- `histories`: of these, the one of each repository that tells most;
- `commits`, `changes`, `lines`: what these hold, cut at the day by the commits' own dates;
- `releases`: their tags up to the day;
- `identities`, `aliases`: who commits are by, as written;
- `practices`, `languages`, `imports`: what the present checkouts show.

Those over what the world says of packages stand in `umbel.evidence.reference_views`.
"""

from __future__ import annotations

import re
from functools import cache

from umbel.evidence import reference_views

NEEDS: dict[str, tuple[str, ...]] = {
    "published": ("snapshots",),
    "present": ("snapshots",),
    "usage": ("usage",),
    "dependencies": ("dependencies",),
    "components": ("components",),
    "inventory": ("usage",),
    "merged": ("usage",),
    "documents": ("documents",),
    "faults": ("snapshots",),
    "moment": (),
    "readings": ("histories",),
    "histories": ("histories", "commits"),
    "commits": ("histories", "commits"),
    "changes": ("histories", "commits", "changes"),
    "lines": ("histories", "commits", "lines"),
    "releases": ("histories", "commits", "releases"),
    "identities": ("identities",),
    "aliases": ("histories", "commits", "aliases"),
    "practices": ("practices",),
    "languages": ("languages",),
    "imports": ("imports",),
    **reference_views.NEEDS,
}
"""Which stored tables a view reads, beside `snapshots`."""

# Faults are long and seldom asked for: `faults` has them.
# Two collectors that race publish the same twice in a row; a document that went back to an older
# content is no duplicate of what it was then.
PUBLISHED = """
CREATE TABLE published AS
SELECT * EXCLUDE (faults), collector NOT IN ('checkout', 'git_history') AS is_document FROM raw_snapshots
WHERE subject IS NOT NULL AND observed_at <= $as_of::TIMESTAMPTZ
QUALIFY lag((collector_version, content_sha256, observed_at, outcome)) OVER (
  PARTITION BY subject, collector, lineage ORDER BY collected_at, write_id
) IS DISTINCT FROM (collector_version, content_sha256, observed_at, outcome)
"""

# A failed reading replaces nothing: what was known before stands until something better comes.
PRESENT = """
CREATE TABLE present AS
WITH newest AS (
  SELECT * FROM published
  WHERE outcome <> 'failed'
  QUALIFY row_number() OVER (
    PARTITION BY subject, collector, lineage
    ORDER BY observed_at DESC, collector_version DESC, collected_at DESC, write_id
  ) = 1
)
SELECT *, count(*) FILTER (components > 0) OVER (PARTITION BY subject) <= 1 AS alone
FROM newest
WHERE outcome <> 'absent'
"""

USAGE = """
CREATE VIEW usage AS
SELECT s.subject AS project, u.package, u.version, u.license, u.direct, u.scope, u.lead, u.component,
       s.alone, s.write_id AS snapshot, s.collector, s.lineage
FROM raw_usage AS u
JOIN present AS s ON s.facts = u.write_id
"""

DEPENDENCIES = """
CREATE VIEW dependencies AS
SELECT s.subject AS project, d.from_component, d.to_component, d.to_package, d.requirement, d.scope,
       d.optional, d.direct, d.pinned, s.write_id AS snapshot, s.collector, s.lineage
FROM raw_dependencies AS d
JOIN present AS s ON s.facts = d.write_id
"""

COMPONENTS = """
CREATE VIEW components AS
SELECT * FROM raw_components
QUALIFY row_number() OVER (PARTITION BY component ORDER BY package) = 1
"""

STRONGEST_SCOPE = """min_by(
         scope, list_position(['runtime', 'build', 'test', 'development', 'optional', 'excluded'], scope))"""
"""Of the scopes by which a package is reached, the one that matters most; NULL if none is known."""

# Known beats unknown: one lineage that says "direct" is not undone by another that doesn't say.
INVENTORY = f"""
CREATE VIEW inventory AS
SELECT project, package, version,
       min(license) AS license,
       count(DISTINCT license) AS licenses,
       bool_or(direct) AS direct,
       {STRONGEST_SCOPE} AS scope,
       count(DISTINCT lineage) AS sources,
       any_value(component) AS component
FROM usage
GROUP BY project, package, version
"""

DOCUMENTS = """
CREATE VIEW documents AS
SELECT s.subject AS project, s.producer, s.format, s.origin, s.collector, s.lineage, s.observed_at,
       d.* EXCLUDE (write_id), s.write_id AS snapshot, s.facts
FROM raw_documents AS d
JOIN present AS s ON s.write_id = d.write_id
"""

FAULTS = """
CREATE VIEW faults AS
SELECT write_id, unnest(faults, recursive := true) FROM raw_snapshots
WHERE write_id IN (SELECT write_id FROM published)
"""

# What one lineage leaves open, another of the same project may know. Projects with one document
# need no merging, and they are most: their rows pass as they are, and may repeat a version.
MERGED = f"""
CREATE VIEW merged AS
SELECT project, package, version, license, direct, scope FROM usage WHERE alone
UNION ALL
SELECT project, package, version, min(license) AS license, bool_or(direct) AS direct, {STRONGEST_SCOPE} AS scope
FROM usage WHERE NOT alone
GROUP BY project, package, version
"""

MOMENT = "CREATE TABLE moment AS SELECT $as_of::TIMESTAMPTZ AS as_of"

# Commits are cut by their own dates: what is read today tells of any day before.
READINGS = """
CREATE TABLE readings AS
WITH newest AS (
  SELECT * FROM raw_snapshots
  WHERE collector = 'git_history' AND outcome <> 'failed'
    AND NOT (outcome = 'absent' AND observed_at > $as_of::TIMESTAMPTZ)
  QUALIFY row_number() OVER (PARTITION BY subject, lineage ORDER BY collected_at DESC, write_id) = 1
)
SELECT n.subject AS project, n.origin, n.lineage, n.collected_at, h.*,
       substr(n.origin, strpos(n.origin, ':') + 1) AS repository,
       starts_with(n.origin, 'clone:') AS fetched,
       n.outcome = 'complete' AND NOT coalesce(h.shallow, false) AS whole
FROM newest AS n JOIN raw_histories AS h ON h.write_id = n.write_id
WHERE n.outcome <> 'absent'
"""

# Of one repository's readings one is followed, so that nothing counts twice. Another takes its place if it
# has all of its commits and more, unless these are such as the server once had and dropped. Where the two part,
# the server's word counts before a checkout's, and of two from the server the later.
HISTORIES = """
CREATE TABLE histories AS
WITH rivals AS (
  SELECT * FROM readings QUALIFY count(*) OVER (PARTITION BY project, repository) > 1
), lines AS (
  SELECT r.project, r.lineage, r.repository, unnest(h.writes) AS listed, r.write_id,
         h.write_id = r.write_id AS now
  FROM rivals AS r
  JOIN raw_snapshots AS s ON s.subject = r.project AND s.lineage = r.lineage AND s.collector = 'git_history'
  JOIN raw_histories AS h ON h.write_id = s.write_id
), tips AS (
  SELECT project, repository, write_id, unnest(tips) AS tip FROM rivals
), met AS (
  SELECT t.write_id AS one, l.write_id AS other, t.tip, bool_or(l.now) AS now
  FROM tips AS t
  JOIN lines AS l ON l.project = t.project AND l.repository = t.repository AND l.write_id <> t.write_id
  JOIN raw_commits AS c ON c.sha = t.tip AND c.write_id = l.listed
  GROUP BY ALL
), pairs AS (
  SELECT a.write_id AS one, b.write_id AS other, a.fetched AS a_fetched, b.fetched AS b_fetched,
         a.whole AS a_whole, b.whole AS b_whole, a.collected_at AS a_at, b.collected_at AS b_at,
         coalesce(len(a.tips), 0) AS a_tips, coalesce(len(b.tips), 0) AS b_tips
  FROM rivals AS a
  JOIN rivals AS b ON b.project = a.project AND b.repository = a.repository AND b.write_id <> a.write_id
), counted AS (
  SELECT one, other, count(*) FILTER (now) AS held, count(*) AS known FROM met GROUP BY one, other
), judged AS (
  SELECT p.*,
         coalesce(m.held, 0) = a_tips AS within, coalesce(m.known, 0) = a_tips AS a_known,
         coalesce(t.held, 0) = b_tips AS holds, coalesce(t.known, 0) = b_tips AS b_known
  FROM pairs AS p
  LEFT JOIN counted AS m ON m.one = p.one AND m.other = p.other
  LEFT JOIN counted AS t ON t.one = p.other AND t.other = p.one
), beaten AS (
  SELECT DISTINCT one FROM judged
  WHERE CASE WHEN a_whole <> b_whole THEN b_whole
             WHEN within AND holds THEN false
             WHEN a_fetched AND b_fetched THEN b_at > a_at
             WHEN within THEN NOT (a_fetched AND b_tips > 0 AND b_known)
             WHEN holds THEN b_fetched AND a_tips > 0 AND a_known
             WHEN a_fetched <> b_fetched THEN b_fetched
             ELSE b_at > a_at END
)
SELECT * EXCLUDE (repository, fetched, whole), count(*) OVER (PARTITION BY project) = 1 AS alone
FROM (
  SELECT * FROM readings
  QUALIFY row_number() OVER (
    PARTITION BY project, repository
    ORDER BY write_id IN (SELECT one FROM beaten), NOT whole, NOT coalesce(paths, false), NOT coalesce(lines, false),
             list_position(['full', 'blobless', 'treeless'], kind), NOT fetched, collected_at DESC, write_id
  ) = 1
)
"""

# A date in the future is one that a clock got wrong: the commit was there when it was read.
# Of several repositories of one project (a fork, a mirror) a commit counts once.
COMMITS = """
CREATE VIEW commits AS
WITH written AS (
  SELECT project, alone, collected_at, unnest(writes) AS write_id FROM histories
), cut AS (
  SELECT w.project, w.alone, c.* EXCLUDE (write_id, committed_at, authored_at),
         CASE WHEN c.committed_at > w.collected_at THEN w.collected_at ELSE c.committed_at END AS committed_at,
         CASE WHEN c.authored_at > w.collected_at THEN w.collected_at ELSE c.authored_at END AS authored_at
  FROM raw_commits AS c JOIN written AS w ON w.write_id = c.write_id
  WHERE c.committed_at IS NULL OR least(c.committed_at, w.collected_at) <= (SELECT as_of FROM moment)
)
SELECT * EXCLUDE (alone) FROM cut WHERE alone
UNION ALL
SELECT * EXCLUDE (alone) FROM cut WHERE NOT alone
QUALIFY row_number() OVER (PARTITION BY project, sha) = 1
"""

# A commit's paths and lines are the same wherever they were read: also from a reading that isn't followed.
CHANGES = """
CREATE VIEW changes AS
WITH written AS (SELECT DISTINCT project, unnest(writes) AS write_id FROM readings)
SELECT DISTINCT w.project, c.path, c.sha
FROM raw_changes AS c
JOIN written AS w ON w.write_id = c.write_id
JOIN commits AS k ON k.project = w.project AND k.sha = c.sha
"""

LINES = """
CREATE VIEW lines AS
WITH written AS (SELECT DISTINCT project, unnest(writes) AS write_id FROM readings)
SELECT DISTINCT ON (w.project, l.sha) w.project, l.* EXCLUDE (write_id)
FROM raw_lines AS l
JOIN written AS w ON w.write_id = l.write_id
JOIN commits AS k ON k.project = w.project AND k.sha = l.sha
"""

# Some clones leave tags out: those that only another reading has count, too.
RELEASES = """
CREATE VIEW releases AS
SELECT h.project, r.* EXCLUDE (write_id, released_at),
       CASE WHEN r.released_at > h.collected_at THEN h.collected_at ELSE r.released_at END AS released_at
FROM raw_releases AS r JOIN readings AS h ON h.write_id = r.write_id
WHERE r.released_at IS NULL OR least(r.released_at, h.collected_at) <= (SELECT as_of FROM moment)
QUALIFY row_number() OVER (
  PARTITION BY h.project, r.tag
  ORDER BY h.write_id IN (SELECT write_id FROM histories) DESC, h.collected_at DESC, h.lineage
) = 1
"""

IDENTITIES = """
CREATE VIEW identities AS
SELECT identity, any_value(name) AS name, any_value(email) AS email FROM raw_identities GROUP BY identity
"""

ALIASES = """
CREATE VIEW aliases AS
SELECT h.project, a.identity, a.canonical
FROM raw_aliases AS a JOIN histories AS h ON h.write_id = a.write_id
"""


def _of_checkouts(table: str) -> str:
    return f"""
CREATE VIEW {table} AS
SELECT s.subject AS project, t.* EXCLUDE (write_id), s.write_id AS snapshot
FROM raw_{table} AS t JOIN present AS s ON s.facts = t.write_id
"""


SETUP: tuple[tuple[str, str], ...] = (
    ("published", PUBLISHED),
    ("present", PRESENT),
    ("usage", USAGE),
    ("dependencies", DEPENDENCIES),
    ("components", COMPONENTS),
    ("inventory", INVENTORY),
    ("merged", MERGED),
    ("documents", DOCUMENTS),
    ("faults", FAULTS),
    ("moment", MOMENT),
    ("readings", READINGS),
    ("histories", HISTORIES),
    ("commits", COMMITS),
    ("changes", CHANGES),
    ("lines", LINES),
    ("releases", RELEASES),
    ("identities", IDENTITIES),
    ("aliases", ALIASES),
    ("practices", _of_checkouts("practices")),
    ("languages", _of_checkouts("languages")),
    ("imports", _of_checkouts("imports")),
    *reference_views.SETUP,
)
"""View name and statement, in the order in which they stand on each other."""

_WORD = re.compile(r"\w+")


def asked_views(sql: str) -> list[str]:
    """The views that a statement names and those that these stand on, in the order in which they can be made.

    A word that only looks like a view's name costs the making of that view, and nothing else.
    """
    named: set[str] = set()
    for word in set(_WORD.findall(sql.lower())):
        named |= _with_those_beneath().get(word, frozenset())
    return [view for view, _ in SETUP if view in named]


def stored_tables(*statements: str) -> set[str]:
    """The stored tables that statements read themselves, by their names in the lake."""
    words = {word for sql in statements for word in _WORD.findall(sql.lower())}
    return {word.removeprefix("raw_") for word in words if word.startswith("raw_")}


@cache
def _with_those_beneath() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for view, statement in SETUP:
        beneath = (found[word] for word in set(_WORD.findall(statement)) if word in found)
        found[view] = frozenset({view}).union(*beneath)
    return found
