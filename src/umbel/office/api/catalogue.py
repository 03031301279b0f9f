# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which lists and figures of the editions the API offers, and to whom. What isn't named here isn't offered.

The names are those of the declarations beside the pages; a test asks that each is there, and that each list of the
editions stands either here or among `LEFT_OUT`, with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.office.api import figured, listed
from umbel.office.editions import registry
from umbel.office.pages.security import told
from umbel.office.roles import Who

if TYPE_CHECKING:
    from collections.abc import Callable

    from umbel.office.seen import Seen

LISTS: dict[str, Who] = {
    "projects": Who.CATALOGUE,
    "packages": Who.CATALOGUE,
    "components": Who.CATALOGUE,
    "upstreams": Who.CATALOGUE,
    "people": Who.VIEWER,
    "documents": Who.VIEWER,
    "licenses": Who.VIEWER,
    "violations": Who.VIEWER,
    "undecided": Who.VIEWER,
    "exceptions": Who.VIEWER,
    "findings": Who.VIEWER,
    "risks": Who.VIEWER,
    "advisories": Who.VIEWER,
    "ends": Who.VIEWER,
    "vex": Who.VIEWER,
    "strategic": Who.VIEWER,
    "fragility": Who.VIEWER,
    "control": Who.VIEWER,
    "evaluations": Who.VIEWER,
    "catalogue": Who.CATALOGUE,
    "who-works": Who.VIEWER,
}
LEFT_OUT: dict[str, str] = {
    "strategic-facts": "what a page is drawn from, as text; /strategic and the figures have it typed",
    "catalogue-facts": "what a page is drawn from, as text; /catalogue has it typed",
}
FIGURES: dict[str, tuple[str, str, Who]] = {
    "readings": ("/readings", "Indicators", Who.VIEWER),
    "indicators": ("/indicators", "Indicators", Who.VIEWER),
    "assessments": ("/frameworks", "Frameworks", Who.VIEWER),
    "plan": ("/actions/plan", "Frameworks", Who.VIEWER),
    "petals": ("/petals", "Frameworks", Who.VIEWER),
    "stages": ("/frameworks/stages", "Frameworks", Who.VIEWER),
    "actions": ("/actions", "Frameworks", Who.VIEWER),
    "sources": ("/sources", "The office", Who.VIEWER),
    "estate": ("/published", "The office", Who.VIEWER),
    "changes": ("/changes", "The office", Who.VIEWER),
    "goals": ("/goals", "Management", Who.VIEWER),
    "kpi_groups": ("/kpis", "Management", Who.VIEWER),
    "courses": ("/kpis/courses", "Management", Who.VIEWER),
    "value": ("/value", "Management", Who.VIEWER),
    "exposures": ("/products/exposure", "Products", Who.VIEWER),
    "held": ("/products", "Products", Who.VIEWER),
    "legal_state": ("/legal", "Licences", Who.VIEWER),
    "product_duties": ("/obligations", "Licences", Who.VIEWER),
    "risk_state": ("/security", "Security", Who.VIEWER),
    "incident_lines": ("/incidents", "Security", Who.VIEWER),
    "alerts_open": ("/alerts", "Security", Who.VIEWER),
    "ecosystem": ("/ecosystem", "Ecosystem", Who.VIEWER),
    "sovereignty": ("/sovereignty", "Ecosystem", Who.VIEWER),
    "funding": ("/funding", "Ecosystem", Who.VIEWER),
    "followed": ("/contributions", "Ecosystem", Who.VIEWER),
    "technology_radar": ("/radar", "Ecosystem", Who.VIEWER),
    "help_wanted": ("/help-wanted", "Contributors", Who.VIEWER),
    "budgets": ("/budgets", "Management", Who.VIEWER),
    "incidents_told": ("/incidents/progress", "Security", Who.APPROVER),
}
THROUGH: dict[str, Callable[[Any, Seen], Any]] = {"incident_lines": told.lines}
"""What leaves out of a figure's value more than names: whatever may not even be counted."""
QUICK = frozenset(
    {"readings", "indicators", "legal_state", "risk_state", "alerts_open", "sources", "ecosystem", "funding"}
)
"""Figures that are examples in the reference, which a test asks for: the others stand on a year of past days."""


def declare() -> None:
    """Make the operations of all of them."""
    figures, listings = registry.figures(), registry.listings()
    for name, who in LISTS.items():
        if name in listings:
            listed.declare(listings[name], who=who)
    for name, (path, tag, who) in FIGURES.items():
        if name in figures:
            figured.declare(
                figures[name], path, tag=tag, who=who, example=name in QUICK, through=THROUGH.get(name)
            )
