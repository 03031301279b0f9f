# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Rating SBOMs by standards: one query over all documents, however many elements are asked.

Conditions that look at a component alone are worked out once for each distinct component, however
many documents list it. What a document describes counts as one of its components.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from umbel.evidence.questions.coverage import SBOM, TOOL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from umbel.evidence.answer import Answer
    from umbel.evidence.session import Session
    from umbel.metrics.sbom_quality.standards import Element, Standard

TABLES = ("usage", "components", "dependencies", "documents")
"""Stored tables that a session needs for this."""
OUTCOMES = ("met", "unmet", "unknown", "not-applicable")

_DOCUMENTS = f"""
sboms AS (
  SELECT p.write_id AS snapshot, p.subject AS project, p.origin, p.format, p.collector, p.observed_at,
         p.producer, p.tool, p.sbom OR d.snapshot IS NOT NULL AS rated, d.snapshot IS NOT NULL AS told,
         d.identity, d.created, d.authors, d.tools, d.supplier, d.licenses, d.lifecycles, d.completeness,
         d.signed, d.root, coalesce(p.components, 0) AS listed
  FROM (SELECT *, {TOOL} AS tool, {SBOM} AS sbom FROM present) AS p
  LEFT JOIN documents AS d ON d.snapshot = p.write_id
  WHERE p.is_document AND ($projects IS NULL OR list_contains($projects::VARCHAR[], p.subject))
), listed AS (
  SELECT s.snapshot, s.format, u.component, u.license, false AS root, s.listed = 1 AND s.root IS NULL AS alone
  FROM sboms AS s JOIN usage AS u ON u.snapshot = s.snapshot WHERE s.rated
  UNION ALL
  SELECT snapshot, format, root, NULL, true, listed = 0 FROM sboms WHERE rated AND root IS NOT NULL
), asked AS (
  SELECT component, any_value(license) AS license, bool_or(NOT root) AS used FROM listed GROUP BY component
), told_of AS (
  SELECT c.*, e.license, e.used, list_transform(hashes, lambda h: h.algorithm) AS algorithms,
         list_transform(urls, lambda u: u.kind) AS reference_kinds,
         list_transform(properties, lambda p: p.name || '=' || coalesce(p.value, '')) AS stated,
         list_filter(list_concat(licenses_concluded, licenses_declared),
                     lambda l: l <> 'NOASSERTION') AS license_stated
  FROM components AS c JOIN asked AS e ON e.component = c.component
), flagged AS (
  SELECT component, coalesce(purl, name || coalesce('@' || version, ''), package) AS label,
         len(list_filter(stated, lambda s: starts_with(s, 'part_of='))) > 0 AS part, {{flags}}
  FROM told_of
), facts AS MATERIALIZED (
  SELECT *, row_number() OVER (ORDER BY label, component) AS place,
         dense_rank() OVER (ORDER BY part, {{names}}) AS pattern
  FROM flagged
), uses AS (
  SELECT l.snapshot, l.format, l.root, l.alone, f.pattern, f.place,
         EXISTS (SELECT 1 FROM dependencies AS d
                 WHERE d.snapshot = l.snapshot AND d.to_component = l.component)
         OR EXISTS (SELECT 1 FROM dependencies AS d
                    WHERE d.snapshot = l.snapshot AND d.from_component = l.component) AS placed
  FROM listed AS l JOIN facts AS f ON f.component = l.component
), alike AS (
  -- Components of a document that say the same kinds of things are counted together: there are few such kinds.
  SELECT snapshot, format, root, alone, placed, pattern,
         count(*) AS components, min(place) AS first, max(place) AS last
  FROM uses GROUP BY ALL
), lost AS (
  SELECT write_id AS snapshot, code, count(*) AS components FROM faults GROUP BY ALL
), counted AS (
  SELECT snapshot, {{counts}}
  FROM alike JOIN (SELECT DISTINCT pattern, part, {{names}} FROM facts) USING (pattern)
  GROUP BY snapshot
), rated AS (
  SELECT s.*, unnest([{{elements}}], recursive := true)
  FROM sboms AS s LEFT JOIN counted AS c ON c.snapshot = s.snapshot
), outcomes AS (
  SELECT r.* EXCLUDE (first, last),
         list_filter(list_distinct([a.label, b.label]), lambda l: l IS NOT NULL) AS lacking,
         CASE WHEN NOT rated OR total = 0 THEN 'not-applicable'
              WHEN found = total THEN 'met'
              WHEN found + unclear = total THEN 'unknown'
              ELSE 'unmet' END AS outcome
  FROM rated AS r
  LEFT JOIN facts AS a ON a.place = r.first
  LEFT JOIN facts AS b ON b.place = r.last
)
"""  # noqa: S608 - names and conditions are the package's own; values are bound


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


class _Numbers(NamedTuple):
    """An element's numbers as expressions over one document's counts; examples by their place."""

    total: str
    found: str
    unclear: str
    first: str = "NULL::BIGINT"
    last: str = "NULL::BIGINT"


class _Compiled:
    """The parts of the query for some standards; equal conditions are worked out once."""

    def __init__(self, standards: Iterable[Standard]) -> None:
        self.flags: dict[str, str] = {}
        self.counts: dict[str, str] = {}
        self.elements: list[str] = []
        for standard in standards:
            for ordinal, element in enumerate(standard.elements):
                numbers = _of_document(element) if element.level == "document" else self._of_listed(element)
                known = {
                    "standard": _text(standard.id),
                    "element": _text(element.id),
                    "ordinal": str(ordinal),
                }
                fields = known | _adjusted(element, numbers)._asdict()
                self.elements.append(
                    f"{{{', '.join(f'{_text(name)}: {value}' for name, value in fields.items())}}}"
                )

    def _of_listed(self, element: Element) -> _Numbers:
        applies, met = (self._flag(element, condition) for condition in (element.applies, element.met))
        lacking = f"FILTER (WHERE {applies} AND NOT {met})"
        return _Numbers(
            self._count(f"sum(components) FILTER (WHERE {applies})::BIGINT", "0"),
            self._count(f"sum(components) FILTER (WHERE {applies} AND {met})::BIGINT", "0"),
            self._count(f"sum(components) FILTER (WHERE {applies} AND {met} IS NULL)::BIGINT", "0"),
            self._count(f"min(first) {lacking}", "NULL"),
            self._count(f"max(last) {lacking}", "NULL"),
        )

    def _flag(self, element: Element, condition: str) -> str:
        """A condition on components by its column; one on uses as it stands."""
        if condition == "true" or element.level == "use":
            return f"({condition})"
        return self.flags.setdefault(condition, f"f{len(self.flags)}")

    def _count(self, number: str, nothing: str) -> str:
        name = self.counts.setdefault(number, f"n{len(self.counts)}")
        return f"coalesce(c.{name}, {nothing})"

    def sql(self) -> str:
        """The query's common tables, up to `outcomes`."""
        flags = self.flags or {"true": "f0"}
        return "WITH " + _DOCUMENTS.format(
            flags=", ".join(f"({condition}) AS {name}" for condition, name in flags.items()),
            names=", ".join(flags.values()),
            counts=", ".join(f"{number} AS {name}" for number, name in self.counts.items())
            or "count(*) AS n0",
            elements=", ".join(self.elements),
        )


def _of_document(element: Element) -> _Numbers:
    asked = f"({element.applies})"
    met = f"({element.met})"
    return _Numbers(
        f"coalesce({asked}, false)::BIGINT",
        f"coalesce({asked} AND {met}, false)::BIGINT",
        f"coalesce({asked} AND {met} IS NULL, false)::BIGINT",
    )


def _adjusted(element: Element, numbers: _Numbers) -> _Numbers:
    """With components that were lost for the lack of it, and without claims on what isn't seen."""
    total, found, unclear, first, last = numbers
    if element.lost:
        code = _text(element.lost)
        missed = f"SELECT components FROM lost AS x WHERE x.snapshot = s.snapshot AND code = {code}"  # noqa: S608
        total = f"{total} + coalesce(({missed}), 0)"
    if element.unseen:
        formats = " OR ".join(f"starts_with(s.format, {_text(each)})" for each in element.unseen)
        unclear = f"CASE WHEN {formats} THEN {total} - {found} ELSE {unclear} END"
        first, last = (f"CASE WHEN NOT ({formats}) THEN {place} END" for place in (first, last))
    return _Numbers(total, found, unclear, first, last)


_EACH = """
SELECT project, origin, format, collector, producer, tool, observed_at, snapshot, rated, told,
       standard, element, ordinal, outcome, found, total, unclear, lacking
FROM outcomes ORDER BY rated DESC, project, origin, snapshot, standard, ordinal
"""

_ELEMENTS = """
SELECT standard, element, min(ordinal) AS ordinal,
       count(*) FILTER (WHERE rated) AS documents,
       count(*) FILTER (WHERE rated AND outcome = 'met') AS met,
       count(*) FILTER (WHERE rated AND outcome = 'unmet') AS unmet,
       count(*) FILTER (WHERE rated AND outcome = 'unknown') AS "unknown",
       count(*) FILTER (WHERE rated AND outcome = 'not-applicable') AS not_applicable,
       count(*) FILTER (WHERE NOT rated) AS not_rated,
       coalesce(sum(found), 0)::BIGINT AS found, coalesce(sum(total), 0)::BIGINT AS total,
       coalesce(sum(unclear), 0)::BIGINT AS unclear,
       list(DISTINCT tool ORDER BY tool) FILTER (WHERE outcome = 'unmet' AND tool IS NOT NULL) AS producers,
       list_sort(list_distinct(flatten(list(lacking))))[1:3] AS lacking
FROM outcomes GROUP BY standard, element ORDER BY standard, min(ordinal)
"""

_GROUPED = """, grouped AS (
  SELECT {key}, standard, element, count(*) AS documents,
         count(*) FILTER (WHERE outcome = 'met') AS met,
         count(*) FILTER (WHERE outcome = 'unmet') AS unmet,
         count(*) FILTER (WHERE outcome = 'unknown') AS "unknown",
         count(*) FILTER (WHERE outcome = 'not-applicable') AS not_applicable
  FROM outcomes {join} WHERE rated GROUP BY ALL
)
SELECT {key}, standard, max(documents) AS documents, sum(met)::BIGINT AS met, sum(unmet)::BIGINT AS unmet,
       sum("unknown")::BIGINT AS "unknown", sum(not_applicable)::BIGINT AS not_applicable,
       coalesce(list(element ORDER BY unmet DESC, element) FILTER (WHERE unmet > 0), []) AS lacks
FROM grouped GROUP BY ALL ORDER BY {order}
"""


def each(session: Session, standards: Iterable[Standard], projects: Sequence[str] | None = None) -> Answer:
    """One row per document and element, documents that aren't rated last.

    `found` of `total` components have it, of `unclear` more it can't be told; `lacking` are examples. Of a
    document's own element `total` is 1. `rated` is False for what is no SBOM, `told` where the document was
    read before Umbel kept what SBOMs say of themselves. `tool` is the producer without its version.
    Needs `TABLES`.
    """
    return session.ask(_Compiled(standards).sql() + _EACH, _bound(projects))


def by_element(
    session: Session, standards: Iterable[Standard], projects: Sequence[str] | None = None
) -> Answer:
    """One row per element: how many documents meet it, and how many of all their components.

    `found` of `total` components (or documents) have it; `producers` are the tools of the documents that
    don't meet it, without their versions. What is no SBOM is counted in `not_rated`. Needs `TABLES`.
    """
    return session.ask(_Compiled(standards).sql() + _ELEMENTS, _bound(projects))


def by_producer(
    session: Session, standards: Iterable[Standard], projects: Sequence[str] | None = None
) -> Answer:
    """One row per tool and standard, most documents first: the outcomes of all elements of its documents.

    `lacks` are the elements that a document of its lacks, the most frequent first.
    Needs `TABLES`.
    """
    grouped = _GROUPED.format(key="tool", join="", order="documents DESC, tool NULLS LAST, standard")
    return session.ask(_Compiled(standards).sql() + grouped, _bound(projects))


def by_group(
    session: Session,
    standards: Iterable[Standard],
    members: Sequence[tuple[str | None, str]],
    projects: Sequence[str] | None = None,
) -> Answer:
    """One row per group and standard; `members` are pairs of a group (a product) and its project.

    A project may belong to several. Needs `TABLES`.
    """
    import pyarrow as pa

    names = [group for group, _ in members], [project for _, project in members]
    table = pa.table({"product": pa.array(names[0], pa.string()), "member": pa.array(names[1], pa.string())})
    session.register("sbom_quality_groups", table)
    join = "JOIN sbom_quality_groups AS g ON g.member = project"
    grouped = _GROUPED.format(key="product", join=join, order="product NULLS LAST, standard")
    return session.ask(_Compiled(standards).sql() + grouped, _bound(projects))


def _bound(projects: Sequence[str] | None) -> dict[str, list[str] | None]:
    return {"projects": None if projects is None else list(projects)}
