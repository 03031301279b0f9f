# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A part of a repository: the commits that touched a folder or a file, and all parts side by side.

A commit belongs to each path that it changed. Merges change none (what they bring was changed by the
commits that they merge), so no part has them. Renames aren't followed: name the old path as well.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from umbel.evidence.people import attach
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from umbel.evidence.people.shown import Shown
    from umbel.evidence.session import Session

TABLES = (*attach.TABLES, "changes")
"""The stored tables that a session must hold for this module."""
WINDOW = 365
"""Days over which people and their shares are counted."""
MOST_PATHS = 100
_LONGEST = 4096
_THERE = """
SELECT table_name, 'TABLE' FROM duckdb_tables() WHERE NOT internal
UNION ALL SELECT view_name, 'VIEW' FROM duckdb_views() WHERE NOT internal
"""
_KNOWN = """
SELECT project, bool_and(coalesce(paths, false)), bool_or(coalesce(paths, false)),
       coalesce(bool_or(kind = 'treeless') FILTER (NOT coalesce(paths, false)), false)
FROM readings WHERE project IN (SELECT unnest($projects::VARCHAR[])) AND commits > 0
GROUP BY project
"""
_UNTOLD = """
WITH written AS (
  SELECT coalesce(paths, false) AS told, unnest(writes) AS write_id FROM readings WHERE project = $project
)
SELECT count(*) FROM (
  SELECT c.sha FROM written AS w JOIN raw_commits AS c ON c.write_id = w.write_id
  GROUP BY c.sha HAVING NOT bool_or(w.told)
)
"""
_TOUCHED = """
CREATE OR REPLACE TABLE area AS
SELECT DISTINCT c.project, c.sha, p.place
FROM changes AS c
JOIN (SELECT unnest($places::VARCHAR[]) AS place) AS p
  ON c.path = p.place OR starts_with(c.path, p.place || '/')
WHERE c.project IN (SELECT unnest($projects::VARCHAR[]))
"""
_NEAR = """
WITH files AS (
  SELECT DISTINCT path FROM changes WHERE project IN (SELECT unnest($projects::VARCHAR[]))
), split AS (
  SELECT DISTINCT string_split(path, '/')[1:-2] AS parts FROM files WHERE contains(path, '/')
), folders AS (
  SELECT DISTINCT array_to_string(parts[1:depth], '/') AS path
  FROM (SELECT parts, unnest(range(1, least(len(parts), 32) + 1)) AS depth FROM split)
), every AS (
  SELECT path FROM files UNION SELECT path FROM folders
), ranked AS (
  SELECT path,
         CASE WHEN lower(path) = lower($place) THEN 3.0
              WHEN ends_with(lower(path), '/' || lower($place)) THEN 2.0
              WHEN damerau_levenshtein(lower(path), lower($place)) <= 1 + length($place) // 6 THEN 1.0
              ELSE greatest(
                jaro_winkler_similarity(lower(path), lower($place)),
                jaro_winkler_similarity(lower(string_split(path, '/')[-1]), lower($place)) - 0.05
              ) END AS likeness
  FROM every WHERE length(path) <= 1000
)
SELECT path FROM ranked WHERE likeness >= 0.85 ORDER BY likeness DESC, length(path), path LIMIT 3
"""
_AREAS = """
WITH touched AS (
  SELECT DISTINCT c.sha, p.prefix, contains(substr(c.path, length(p.prefix) + 1), '/') AS folder,
         CASE WHEN folder THEN p.prefix || split_part(substr(c.path, length(p.prefix) + 1), '/', 1)
              WHEN p.prefix = '' THEN '.' ELSE rtrim(p.prefix, '/') END AS area
  FROM changes AS c
  JOIN (SELECT unnest($prefixes::VARCHAR[]) AS prefix) AS p ON starts_with(c.path, p.prefix)
  WHERE c.project = $project
), by_person AS (
  SELECT t.area, t.folder, c.person, count(*) FILTER (c.role = 'author') AS authored,
         count(*) FILTER (c."at" > $since) AS n,
         count(*) FILTER (c.role = 'author' AND c."at" > $since) AS recent,
         max(c."at") AS last
  FROM touched AS t
  LEFT JOIN contributions AS c
    ON c.project = $project AND c.sha = t.sha AND NOT c.bot AND c."at" IS NOT NULL
  GROUP BY t.area, t.folder, c.person
), ranked AS (
  SELECT *, sum(n) OVER busiest AS reached, sum(n) OVER (PARTITION BY area, folder) AS total,
         row_number() OVER busiest AS place
  FROM by_person
  WINDOW busiest AS (
    PARTITION BY area, folder ORDER BY n DESC, person ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
)
SELECT $project AS project, area, CASE WHEN folder THEN 'folder' ELSE 'files' END AS kind,
       sum(authored)::BIGINT AS commits, sum(recent)::BIGINT AS recent_commits,
       count(*) FILTER (n > 0) AS people,
       CASE WHEN max(total) > 0 THEN count(*) FILTER (n > 0 AND 2 * (reached - n) < total) END AS absence_factor,
       max(n) / nullif(max(total), 0)::DOUBLE AS top_share,
       min(person) FILTER (place = 1 AND n > 0) AS top_person,
       max(last) AS last_commit
FROM ranked GROUP BY area, folder
ORDER BY recent_commits DESC, commits DESC, area, kind
"""


def normal(paths: Iterable[str]) -> tuple[str, ...]:
    """Paths from a repository's root, as git writes them, each once; what lies in another is left out.

    Raises `UsageError` for what is no path in a repository, and for the whole of one.
    """
    found: set[str] = set()
    for path in paths:
        parts = [part for part in path.split("/") if part not in {"", "."}]
        if path.startswith("/") or ".." in parts or "\0" in path or len(path) > _LONGEST:
            hint = "Give a path from the repository's root, such as src/parser."
            raise UsageError(f"{path[:200]!r} is no path inside a repository.", hint)
        if not parts:
            raise UsageError(f"{path!r} is the whole repository.", "Leave --path out to ask about all of it.")
        found.add("/".join(parts))
    if len(found) > MOST_PATHS:
        raise UsageError(f"{len(found)} paths are too many.", f"Give {MOST_PATHS} at most.")
    return tuple(sorted(p for p in found if not any(p.startswith(f"{other}/") for other in found)))


def require(session: Session, projects: Sequence[str]) -> None:
    """Refuse what can't be answered. Raises `UsageError` where a project's paths are unknown, with what to do."""
    known = {row[0]: row[1:] for row in session.ask(_KNOWN, {"projects": list(projects)}).rows()}
    for project in projects:
        if project not in known:
            raise UsageError(
                f"No commit of {project} is known, so nothing is known of its folders and files."
            )
        every, some, treeless = known[project]
        if every or (some and not session.ask(_UNTOLD, {"project": project}).one()[0]):
            continue
        if treeless:
            from umbel.collect.remotes import require_paths

            require_paths("treeless", project)
        raise UsageError(
            f"The paths of {project} were not collected, so nothing is known of its folders and files.",
            f'Write [history] paths = ["{project}"] in umbel.toml, and collect it again.',
        )


def narrow(session: Session, projects: Sequence[str], paths: Iterable[str]) -> tuple[str, ...]:
    """Leave only the commits that touched one of some paths, and what stands on them; gives the paths.

    `releases` is empty then: a release is of the whole project. People must have been attached. Raises
    `UsageError` where paths are unknown, or were never touched (with those that are like them).
    """
    places = normal(paths)
    require(session, projects)
    asked = {"projects": list(projects)}
    session.run(_TOUCHED, {**asked, "places": list(places)})
    touched = {place for (place,) in session.ask("SELECT DISTINCT place FROM area").rows()}
    for place in places:
        if place not in touched:
            raise _untouched(session, projects, place)
    _leave(session, "area AS a ON a.project = t.project AND a.sha = t.sha")
    return places


def _leave(session: Session, those: str) -> None:
    """Put what is left of the relations in their place."""
    there = dict(session.ask(_THERE).rows())
    for name in ("commits", "contributions", "reviews", "releases"):
        if name not in there or (there[name] == "VIEW" and name in {"contributions", "reviews"}):
            continue  # a view of these looks at the commits, and sees those that are left
        which = "WHERE false" if name == "releases" else f"SEMI JOIN {those}"
        session.run(f"CREATE TABLE narrowed AS SELECT t.* FROM {name} AS t {which}")
        session.run(f"DROP {there[name]} {name}")
        session.run(f"ALTER TABLE narrowed RENAME TO {name}")


def areas(
    session: Session, project: str, under: Iterable[str] = (), shown: Shown | None = None
) -> list[dict[str, Any]]:
    """The folders at a project's top, or in some folders, a record each; the files beside them as one.

    `commits` are those by people ever, `recent_commits` those of the year before the session's day; `people`,
    `absence_factor`, `top_share` and `top_person` are of that year, None where nobody touched it then;
    `top_name` is the name of those who wished theirs to be shown. Raises `UsageError` as `narrow`.
    """
    folders = normal(under)
    require(session, [project])
    asked = {
        "project": project,
        "prefixes": [f"{folder}/" for folder in folders] or [""],
        "since": session.as_of - timedelta(days=WINDOW),
    }
    records = session.ask(_AREAS, asked).records()
    for folder in folders:
        if not any(each["area"] == folder or each["area"].startswith(f"{folder}/") for each in records):
            raise _no_folder(session, project, folder)
    return [{**each, "top_name": shown.name(each["top_person"]) if shown else None} for each in records]


def _no_folder(session: Session, project: str, folder: str) -> UsageError:
    sql = "SELECT count(*) FROM changes WHERE project = $project AND path = $path"
    if session.ask(sql, {"project": project, "path": folder}).one()[0]:
        return UsageError(f"{folder} is a file.", f"Ask for it with --path {folder} without --areas.")
    return _untouched(session, [project], folder)


def _untouched(session: Session, projects: Sequence[str], place: str) -> UsageError:
    near = [path for (path,) in session.ask(_NEAR, {"projects": list(projects), "place": place}).rows()]
    whose = projects[0] if len(projects) == 1 else f"{len(projects)} projects"
    return UsageError(
        f"No commit of {whose} had touched {place!r} by {session.as_of:%Y-%m-%d} (merges aside).",
        f"Did you mean {' or '.join(near)}?" if near else "Give a path from the repository's root.",
    )
