# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Lists of the ecosystem's pages: the ranking, fragility, control, decisions about software, each project's facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.office.editions import Column, Kind, Listing, listing
from umbel.office.pages.ecosystem import gathered
from umbel.office.pages.ecosystem.figures import technology_radar
from umbel.office.pages.ecosystem.tables import table_of

if TYPE_CHECKING:
    import pyarrow as pa

    from umbel.office.editions import Shared
    from umbel.strategy.control.records import Control
    from umbel.strategy.interface import Part, Ranked
    from umbel.strategy.radar import Blip

EXAMINE = "Examine the projects that matter: umbel collect upstream"
AMONG = Column(
    name="among",
    title="Used by",
    kind=Kind.WORDS,
    shown=False,
    about="Those of ours that use it, where they are few: it is told to nobody who may see none of them.",
)
_PROJECT = Column(name="project", title="Project", searched=True, link="strategic-project")


def _one(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


# ---- the ranking

_STRATEGIC = (
    Column(name="place", title="Place", kind=Kind.NUMBER, about="By value, among those with a verdict"),
    _PROJECT,
    Column(
        name="value",
        title="Value",
        kind=Kind.NUMBER,
        filtered=True,
        about="What business depends on, times how hard it is to replace, 1 to 10",
    ),
    Column(
        name="use",
        title="Use",
        kind=Kind.SHARE,
        about="How much of what could be at stake is at stake with it",
    ),
    Column(
        name="hardness", title="Hard to replace", kind=Kind.SHARE, about="How hard it would be to replace"
    ),
    Column(
        name="frequency_place",
        title="Place by frequency",
        kind=Kind.NUMBER,
        about="Where it would stand if projects were merely counted",
    ),
    Column(
        name="frequency",
        title="Our projects",
        kind=Kind.NUMBER,
        about="How many of our projects use it",
        shown=False,
    ),
    Column(
        name="health_risk",
        title="Fragile",
        kind=Kind.NUMBER,
        filtered=True,
        about="How likely it is to fail its users, 1 to 10",
    ),
    Column(name="level", title="Fragility", kind=Kind.OUTCOME, filtered=True),
    Column(
        name="governed",
        title="Control",
        filtered=True,
        about="Who decides there; looked at for what business depends on",
    ),
    Column(
        name="exposure",
        title="Exposure",
        kind=Kind.OUTCOME,
        filtered=True,
        about="How exposed we are should the one in control change the terms",
        shown=False,
    ),
    Column(
        name="stance",
        title="Stance",
        filtered=True,
        about="What to do: lead, contribute, sponsor, watch, replace",
    ),
    Column(
        name="decided",
        title="Decided",
        kind=Kind.YES,
        filtered=True,
        about="By people; else it follows from the rules",
    ),
    Column(name="coordinator", title="Coordinator", filtered=True, searched=True),
    Column(name="products", title="Products", kind=Kind.WORDS, filtered=True, searched=True),
    Column(
        name="verdict",
        title="Verdict",
        kind=Kind.YES,
        filtered=True,
        about="Whether enough is known for a place",
        shown=False,
    ),
    Column(
        name="priority",
        title="Priority",
        kind=Kind.NUMBER,
        about="Criticality times health risk, 1 to 100, after CHAOSS",
        shown=False,
    ),
    Column(name="opportunity", title="Opportunity", kind=Kind.NUMBER, shown=False),
    Column(name="supportability", title="Supportability", kind=Kind.NUMBER, shown=False),
    Column(
        name="confidence",
        title="Sure",
        kind=Kind.SHARE,
        about="How much of what the value stands on was known",
    ),
    Column(name="packages", title="Packages", kind=Kind.WORDS, searched=True, shown=False),
    AMONG,
)


def _ranking(shared: Shared) -> pa.Table:
    listed = gathered.ranked(shared)
    places, said = gathered.order_of(listed), gathered.people(shared)
    controls, among = shared.known.controls, gathered.among(shared)
    rows = [
        {
            "key": each.project,
            "among": among[each.project],
            "project": each.project,
            "place": places.get(each.project),
            **_valued(each),
            **_controlled(controls.get(each.project)),
            "stance": each.stance.name if each.stance else None,
            "decided": each.stance is not None and each.stance.decided_by is not None,
            "coordinator": gathered.speaker(said, each.project),
            "products": list(each.products),
            "packages": list(each.packages),
        }
        for each in listed
    ]
    return table_of(_STRATEGIC, rows)


def _valued(each: Ranked) -> dict[str, Any]:
    part: Part | None = each.parts.get("dependency")
    evidence = part.evidence if part else {}
    told = {
        name: each.parts[name].effective if name in each.parts else None
        for name in ("opportunity", "supportability")
    }
    return {
        "value": _one(each.strategic),
        "use": evidence.get("use"),
        "hardness": evidence.get("hardness"),
        "frequency": evidence.get("frequency"),
        "frequency_place": evidence.get("frequency_place"),
        "health_risk": _one(each.health_risk),
        "level": each.fragility.level if each.fragility else None,
        "verdict": each.verdict,
        "priority": _one(each.priority),
        "opportunity": _one(told["opportunity"]),
        "supportability": _one(told["supportability"]),
        "confidence": each.confidence,
    }


def _controlled(found: Control | None) -> dict[str, Any]:
    return {} if found is None else {"governed": found.governed, "exposure": found.exposure.level}


@listing
def strategic() -> Listing:
    """The strategic list."""
    return Listing(
        name="strategic",
        title="Strategic projects",
        noun=("project", "projects"),
        about=(
            "Upstream projects by what business depends on, times how hard they would be to replace. "
            "Those without a place lack a verdict: too little is known."
        ),
        columns=_STRATEGIC,
        order="place",
        rows=_ranking,
        project="among",
        detail="strategic-project",
        empty="No package in use comes from a project that is known.",
        empty_hint="Collect projects and SBOMs, then examine upstream: umbel collect, umbel collect upstream",
    )


# ---- one project's facts

_FACTS = (
    Column(name="project", title="Project"),
    Column(
        name="facts", title="Facts", about="Everything that the project's page shows, as JSON", shown=False
    ),
    AMONG,
)


def _facts(shared: Shared) -> pa.Table:
    among = gathered.among(shared)
    rows = [
        {
            "key": each.ranked.project,
            "among": among[each.ranked.project],
            "project": each.ranked.project,
            "facts": msgspec.json.encode(each).decode(),
        }
        for each in gathered.facts(shared)
    ]
    return table_of(_FACTS, rows)


@listing
def strategic_facts() -> Listing:
    """What the pages of single projects show: read row by row, shown as no list."""
    return Listing(
        name="strategic-facts",
        title="Facts of strategic projects",
        noun=("project", "projects"),
        about="What each project's own page stands on.",
        columns=_FACTS,
        order="project",
        rows=_facts,
        project="among",
    )


# ---- fragility

_FRAGILE = (
    _PROJECT,
    Column(
        name="risk",
        title="Risk",
        kind=Kind.SHARE,
        filtered=True,
        about="0 to 100 %: what the model says, no measured frequency",
    ),
    Column(name="level", title="Fragility", kind=Kind.OUTCOME, filtered=True),
    Column(name="reason", title="What raises it most", searched=True),
    Column(name="relief", title="What relieves it"),
    Column(
        name="confidence", title="Known", kind=Kind.SHARE, about="How much of what the model asks is known"
    ),
    Column(name="place", title="Place", kind=Kind.NUMBER, about="In the strategic list"),
    Column(
        name="value", title="Value", kind=Kind.NUMBER, filtered=True, about="How strategic it is, 1 to 10"
    ),
    Column(name="stance", title="Stance", filtered=True),
    Column(name="products", title="Products", kind=Kind.WORDS, filtered=True),
    Column(name="why", title="Why there is no verdict", searched=True),
    AMONG,
)


def _fragile(shared: Shared) -> pa.Table:
    listed = gathered.ranked(shared)
    places, among = gathered.order_of(listed), gathered.among(shared)
    rows = []
    for each in listed:
        found = each.fragility
        if found is None:
            continue
        rows.append(
            {
                "key": each.project,
                "project": each.project,
                "among": among[each.project],
                "risk": found.risk,
                "level": found.level,
                "reason": found.reasons[0].text if found.reasons else None,
                "relief": found.relief[0].text if found.relief else None,
                "confidence": found.confidence,
                "place": places.get(each.project),
                "value": _one(each.strategic),
                "stance": each.stance.name if each.stance else None,
                "products": list(each.products),
                "why": found.why,
            }
        )
    return table_of(_FRAGILE, rows)


@listing
def fragility() -> Listing:
    """Examined projects by how fragile they are."""
    return Listing(
        name="fragility",
        title="Fragility",
        noun=("project", "projects"),
        about="How likely the projects that we stand on are to fail their users, told from their histories alone.",
        columns=_FRAGILE,
        order="-risk",
        rows=_fragile,
        project="among",
        detail="strategic-project",
        empty="No upstream project was examined, so nobody can tell.",
        empty_hint=EXAMINE,
    )


# ---- control

_CONTROL = (
    _PROJECT,
    Column(name="governed", title="Who decides", filtered=True),
    Column(name="largest", title="Largest employer", searched=True, filtered=True),
    Column(name="share", title="Its commits", kind=Kind.SHARE, filtered=True),
    Column(
        name="unknown",
        title="Employer unknown",
        kind=Kind.SHARE,
        about="Share of commits of which nobody knows for whom they were made",
    ),
    Column(
        name="vendor", title="One vendor", kind=Kind.YES, filtered=True, about="Whether one vendor decides"
    ),
    Column(name="foundation", title="Foundation", searched=True, filtered=True),
    Column(
        name="exposure",
        title="Exposure",
        kind=Kind.OUTCOME,
        filtered=True,
        about="Should the one in control change the terms",
    ),
    Column(name="license", title="Licence", filtered=True, searched=True),
    Column(name="changes", title="Licence changes", kind=Kind.NUMBER),
    Column(name="terms", title="Contributor terms", filtered=True),
    Column(name="absence_factor", title="People who make half", kind=Kind.NUMBER, filtered=True),
    Column(
        name="left",
        title="Left without it",
        kind=Kind.SHARE,
        about="Commits that would remain, at most, if the largest firm left",
    ),
    Column(name="confidence", title="Known", kind=Kind.SHARE),
    AMONG,
)


def _control(shared: Shared) -> pa.Table:
    among = gathered.among(shared)
    rows = [{**_held(each), "among": among.get(each.project)} for each in shared.known.controls.values()]
    return table_of(_CONTROL, rows)


def _held(each: Control) -> dict[str, Any]:
    largest = each.commits.largest
    return {
        "key": each.project,
        "project": each.project,
        "governed": each.governed,
        "largest": largest.organisation if largest else None,
        "share": largest.share if largest else None,
        "unknown": each.commits.unknown,
        "vendor": each.single_vendor.value,
        "foundation": each.foundation.name,
        "exposure": each.exposure.level,
        "license": each.licensing.license,
        "changes": len(each.licensing.changes) if each.licensing.looked_at > 1 else None,
        "terms": each.rights.terms,
        "absence_factor": each.absence_factor,
        "left": each.left.commits if each.left else None,
        "confidence": each.confidence,
    }


@listing
def control() -> Listing:
    """Who controls the projects that business depends on."""
    return Listing(
        name="control",
        title="Control, project by project",
        noun=("project", "projects"),
        about="Who controls the projects that business depends on: looked at for those that were examined.",
        columns=_CONTROL,
        order="project",
        rows=_control,
        project="among",
        detail="strategic-project",
        empty="Of no project that business depends on it was looked at who controls it.",
        empty_hint=EXAMINE,
    )


# ---- decisions about software

_DECIDED = (
    Column(name="title", title="Package", searched=True),
    Column(name="package", title="purl", searched=True, shown=False),
    Column(name="ring", title="Ring", filtered=True, about="adopt, trial, hold or remove"),
    Column(name="sector", title="Sector", filtered=True),
    Column(
        name="moved", title="Moved", filtered=True, about="Within a quarter: new, in (towards adopt) or out"
    ),
    Column(name="reason", title="Why", searched=True),
    Column(name="product", title="For product", filtered=True, about="Empty: everywhere"),
    Column(name="instead", title="Instead", searched=True, shown=False),
    Column(name="by", title="Decided by", searched=True),
    Column(name="decided", title="On", kind=Kind.DAY, filtered=True),
    Column(name="review", title="Review", kind=Kind.DAY, filtered=True),
    Column(name="due", title="Overdue", kind=Kind.YES, filtered=True),
    Column(
        name="projects",
        title="Our projects",
        kind=Kind.NUMBER,
        filtered=True,
        about="How many of ours use it",
    ),
    Column(name="products", title="Used in", kind=Kind.WORDS, filtered=True),
)


def _decisions(shared: Shared) -> pa.Table:
    return table_of(_DECIDED, [_decision(each) for each in technology_radar(shared).blips])


def _decision(each: Blip) -> dict[str, Any]:
    return {
        "key": each.decision,
        "title": each.title,
        "package": each.package,
        "ring": each.ring,
        "sector": each.sector,
        "moved": each.moved or "as before",
        "reason": each.reason,
        "product": each.product or "everywhere",
        "instead": each.instead,
        "by": each.by,
        "decided": each.decided,
        "review": each.review,
        "due": each.due,
        "projects": each.projects,
        "products": None if each.projects is None else list(each.products),
    }


@listing
def evaluations() -> Listing:
    """Decisions about software that stand."""
    return Listing(
        name="evaluations",
        title="Evaluated software",
        noun=("decision", "decisions"),
        about="What was decided of packages after a look at them, by whom, and when to look again.",
        columns=_DECIDED,
        order="title",
        rows=_decisions,
        empty="Nothing was decided yet.",
        empty_hint="Ask for an evaluation, or write down a decision on the page of the radar.",
    )
