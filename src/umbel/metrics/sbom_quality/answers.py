# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Ratings in words: the reason for each outcome, and what to ask the producer for."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from umbel.metrics.sbom_quality import rating

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from umbel.evidence.session import Session
    from umbel.metrics.sbom_quality.standards import Element, Standard

By = Literal["document", "producer", "product", "element"]
Record = dict[str, Any]

_NO_SBOM = "is no SBOM: only documents that describe software to others are rated"
_UNTOLD = "was read before what SBOMs say of themselves was kept: collect it again"


def ask(
    session: Session,
    by: By,
    standards: Sequence[Standard],
    projects: Sequence[str] | None = None,
    members: Sequence[tuple[str | None, str]] = (),
) -> list[Record]:
    """Ratings by document, producer, product or element, as flat records (documents hold their elements).

    `members` are pairs of a product and its project. Needs the tables that `rating.TABLES` names.
    """
    if by == "document":
        return documents(session, standards, projects)
    if by == "element":
        return elements(session, standards, projects)
    if by == "producer":
        found = rating.by_producer(session, standards, projects).records()
    else:
        found = rating.by_group(session, standards, members, projects).records()
    return [record | {"share": share(record)} for record in found]


def share(record: Record) -> float | None:
    """The part that is met of what is met, unmet or unknown; None where nothing was asked."""
    asked = int(record["met"] + record["unmet"] + record["unknown"])
    return record["met"] / asked if asked else None


def documents(
    session: Session, standards: Sequence[Standard], projects: Sequence[str] | None = None
) -> list[Record]:
    """One record per document and standard: how many elements have which outcome, and each in full."""
    known = _known(standards)
    rows = rating.each(session, standards, projects).records()
    return [
        _document(standard, list(group), known)
        for (_, standard), group in groupby(rows, lambda row: (row["snapshot"], row["standard"]))
    ]


def _document(standard: str, rows: list[Record], known: dict[tuple[str, str], Element]) -> Record:
    first = rows[0]
    found = [_element(row, known[standard, row["element"]]) for row in rows]
    counts = {
        outcome.replace("-", "_"): sum(each["outcome"] == outcome for each in found)
        for outcome in rating.OUTCOMES
    }
    about = ("project", "origin", "format", "producer", "observed_at", "rated")
    record: Record = {name: first[name] for name in about} | {"standard": standard} | counts
    record["share"] = share(record)
    record["lacks"] = [each["element"] for each in found if each["outcome"] == "unmet"]
    record["elements"] = found
    return record


def _element(row: Record, element: Element) -> Record:
    advise = row["rated"] and row["outcome"] in {"unmet", "unknown"}
    return {
        "element": element.id,
        "name": element.name,
        "level": "document" if element.level == "document" else "component",
        "required": element.required,
        "outcome": row["outcome"],
        "found": row["found"],
        "total": row["total"],
        "reason": reason(row, element),
        "lacking": row["lacking"],
        "advice": advice(element, row, [row["tool"]] if row["tool"] else ()) if advise else None,
        "source": element.source,
    }


def elements(
    session: Session, standards: Sequence[Standard], projects: Sequence[str] | None = None
) -> list[Record]:
    """One record per element over all documents, with what to ask their producers for."""
    known = _known(standards)
    found = []
    for row in rating.by_element(session, standards, projects).records():
        element = known[row["standard"], row["element"]]
        tools = row["producers"] or []
        record = {
            "standard": row["standard"],
            "element": element.id,
            "name": element.name,
            "question": element.question,
            "level": "document" if element.level == "document" else "component",
            "required": element.required,
            **{
                name: row[name]
                for name in ("documents", "met", "unmet", "unknown", "not_applicable", "not_rated")
            },
            "found": row["found"],
            "total": row["total"],
            "lacking": row["lacking"] or [],
            "producers": tools,
            "advice": advice(element, row, tools) if row["unmet"] or row["unknown"] else None,
            "source": element.source,
        }
        found.append(record)
    return found


def _known(standards: Iterable[Standard]) -> dict[tuple[str, str], Element]:
    return {(standard.id, element.id): element for standard in standards for element in standard.elements}


def reason(row: Record, element: Element) -> str:
    """Why an element of a document has its outcome, as the end of a sentence that begins with the document."""
    found, total, unclear = row["found"], row["total"], row["unclear"]
    if not row["rated"]:
        return _NO_SBOM
    if row["outcome"] == "not-applicable":
        return "has no component to ask this of"
    if element.level == "document":
        if row["outcome"] == "unknown":
            return f"doesn't say {element.what}" if row["told"] else _UNTOLD
        return f"{'gives' if found else 'lacks'} {element.what}"
    return _of_components(total - found - unclear, unclear, total, element.what)


def _of_components(lacking: int, unclear: int, total: int, what: str) -> str:
    """How many components lack something, and of how many it isn't known."""
    if total == 1:
        verdict = "lacks" if lacking else "may or may not have" if unclear else "has"
        return f"its one component {verdict} {what}"
    if not lacking and not unclear:
        return f"all {total:,} components have {what}"
    verb = "lacks" if lacking == 1 else "lack"
    parts = [f"{lacking:,} of {total:,} components {verb} {what}"] if lacking else []
    if unclear:
        parts.append(f"{unclear:,} of {total:,} components may or may not have {what}")
    return "; ".join(parts)


def advice(element: Element, row: Record, tools: Sequence[str]) -> str:
    """What to ask the producer for, as one sentence to paste in a ticket."""
    how = [text for name, text in element.tools.items() if name in {tool.casefold() for tool in tools}]
    told = f" ({'; '.join(how)})" if how else ""
    missing = row["total"] - row["found"]
    if element.level == "document" or not row["lacking"]:
        return f"{element.advice}{told}."
    examples = ", ".join(row["lacking"])
    return f"{element.advice}{told}: {missing:,} of {row['total']:,} lack it, for example {examples}."
