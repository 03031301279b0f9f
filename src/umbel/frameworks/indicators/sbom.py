# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How well SBOMs say what standards ask of them, over all documents: one pass for every element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.frameworks.indicators.found import Found, unknown
from umbel.frameworks.indicators.state import once
from umbel.metrics.sbom_quality import rating, standards

if TYPE_CHECKING:
    from umbel.frameworks.interface import Known

_NONE = "no SBOM is known (umbel collect)"
_STANDARDS = ("ntia", "cisa")


def _elements(known: Known) -> dict[tuple[str, str], dict[str, Any]]:
    """Each element of the standards: in how many documents, and of how many components."""
    chosen = [standards.standard(name) for name in _STANDARDS]

    def make() -> dict[tuple[str, str], dict[str, Any]]:
        if not _any(known):
            return {}
        rows = rating.by_element(known.session, chosen, known.projects).records()
        return {(row["standard"], row["element"]): row for row in rows}

    found: dict[tuple[str, str], dict[str, Any]] = once(known, "sbom_elements", make)
    return found


def _any(known: Known) -> bool:
    """Whether there is an SBOM at all: rating none would still look at every component."""
    from umbel.evidence.questions.coverage import SBOM

    sql = f"""
        SELECT EXISTS (SELECT 1 FROM present WHERE is_document AND {SBOM}) OR EXISTS (SELECT 1 FROM documents)
    """  # noqa: S608 - our own words
    return bool(known.session.ask(sql).one()[0])


def _element(known: Known, standard: str, name: str) -> Found:
    row = _elements(known).get((standard, name))
    if row is None or not row["documents"]:
        return unknown(_NONE)
    total, unclear = row["total"], row["unclear"]
    if not total:
        return unknown("no SBOM has a component to ask this of")
    return Found(
        numerator=row["found"],
        denominator=total - unclear,
        known=total - unclear,
        whole=total,
        evidence={"documents": row["documents"], "documents_met": row["met"], "unclear": unclear},
        why="it can't be told of any of them" if total == unclear else None,
    )


def quality(known: Known) -> Found:
    """The mean over SBOMs of the share of the NTIA minimum elements that each meets."""
    rows = [row for (standard, _), row in _elements(known).items() if standard == "ntia"]
    documents = max((row["documents"] for row in rows), default=0)
    if not documents:
        return unknown(_NONE)
    met = sum(row["met"] for row in rows)
    asked = sum(row["met"] + row["unmet"] + row["unknown"] for row in rows)
    if not asked:
        return unknown("no SBOM has anything to rate")
    lacking = sorted((row for row in rows if row["unmet"]), key=lambda row: -row["unmet"])
    return Found(
        numerator=met,
        denominator=asked,
        known=sum(row["met"] + row["unmet"] for row in rows),
        whole=asked,
        evidence={"documents": documents, "lacking_most": [row["element"] for row in lacking[:3]]},
    )


def supplier(known: Known) -> Found:
    """Components whose supplier is named."""
    return _element(known, "ntia", "supplier")


def component_name(known: Known) -> Found:
    """Components with a name."""
    return _element(known, "ntia", "name")


def component_version(known: Known) -> Found:
    """Components with a version."""
    return _element(known, "ntia", "version")


def identifiers(known: Known) -> Found:
    """Components with an identifier by which databases know them."""
    return _element(known, "ntia", "identifiers")


def dependencies(known: Known) -> Found:
    """Components with a place in the dependency graph."""
    return _element(known, "ntia", "dependencies")


def author(known: Known) -> Found:
    """Documents that name who made them."""
    return _element(known, "ntia", "author")


def timestamp(known: Known) -> Found:
    """Documents with a sound time of their making."""
    return _element(known, "ntia", "timestamp")


def known_unknowns(known: Known) -> Found:
    """Documents that say whether they tell everything."""
    return _element(known, "ntia", "known-unknowns")


def producer(known: Known) -> Found:
    """Components of which it is said who made them."""
    return _element(known, "cisa", "producer")


def hashes(known: Known) -> Found:
    """Components with a hash."""
    return _element(known, "cisa", "hash")


def license_(known: Known) -> Found:
    """Components whose licence is stated."""
    return _element(known, "cisa", "license")


def tool(known: Known) -> Found:
    """Documents that name the tool which made them."""
    return _element(known, "cisa", "tool")


def context(known: Known) -> Found:
    """Documents that say when in the life of the software they were made."""
    return _element(known, "cisa", "context")
