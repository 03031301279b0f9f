# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Lists of the contributors' pages: the InnerSource catalogue, each project's facts, who works on what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.office.editions import Column, Kind, Listing, listing
from umbel.office.pages.contributors.figures import at_work, entries
from umbel.office.pages.ecosystem import gathered
from umbel.office.pages.ecosystem.lists import AMONG
from umbel.office.pages.ecosystem.tables import table_of

if TYPE_CHECKING:
    import pyarrow as pa

    from umbel.frameworks.catalogue import Entry
    from umbel.office.editions import Shared

_CATALOGUE = (
    Column(name="project", title="Project", searched=True, link="catalogue-project"),
    Column(
        name="ready",
        title="Ready",
        kind=Kind.YES,
        filtered=True,
        about="It says what it is, how to take part and whom to ask",
    ),
    Column(name="readme", title="Read me", kind=Kind.YES, filtered=True),
    Column(name="contributing", title="How to take part", kind=Kind.YES, filtered=True),
    Column(name="maintainers", title="Whom to ask", kind=Kind.YES, filtered=True),
    Column(name="license", title="Licence", filtered=True, searched=True),
    Column(name="tests", title="Tests", kind=Kind.YES, filtered=True),
    Column(
        name="ci",
        title="Checks",
        kind=Kind.YES,
        filtered=True,
        about="Whether a machine builds or tests changes",
    ),
    Column(name="languages", title="Languages", kind=Kind.WORDS, filtered=True, searched=True),
    Column(
        name="people", title="People", kind=Kind.NUMBER, filtered=True, about="Who committed in the last year"
    ),
    Column(name="commits", title="Commits", kind=Kind.NUMBER, filtered=True, about="In the last year"),
    Column(name="last_commit", title="Last change", kind=Kind.DAY, filtered=True),
    Column(
        name="reused_by",
        title="Used by",
        kind=Kind.NUMBER,
        filtered=True,
        about="Our other projects that use what it is published as; unknown where no SBOM says as what",
    ),
    Column(name="seen", title="Files seen on", kind=Kind.DAY, shown=False),
)


def _catalogue(shared: Shared) -> pa.Table:
    return table_of(_CATALOGUE, [_entry(each) for each in entries(shared)])


def _entry(each: Entry) -> dict[str, Any]:
    license_ = each.practice("license")
    return {
        "key": each.project,
        "project": each.project,
        "ready": each.ready,
        **{name: _met(each, name) for name in ("readme", "contributing", "maintainers", "tests", "ci")},
        "license": (license_.detail or license_.path) if license_ and license_.outcome == "met" else None,
        "languages": list(each.languages) if each.languages or each.practices else None,
        "people": each.people,
        "commits": each.commits,
        "last_commit": each.last_commit,
        "reused_by": each.reused_by,
        "seen": each.seen_at.date() if each.seen_at else None,
    }


def _met(each: Entry, name: str) -> bool | None:
    found = each.practice(name)
    return None if found is None else {"met": True, "unmet": False}.get(found.outcome)


@listing
def catalogue() -> Listing:
    """The InnerSource catalogue."""
    return Listing(
        name="catalogue",
        title="Catalogue",
        noun=("project", "projects"),
        about="Our own projects as places to take part in: what their files and histories show, and what isn't known.",
        columns=_CATALOGUE,
        order="project",
        rows=_catalogue,
        project="project",
        detail="catalogue-project",
        empty="No project of ours is known.",
        empty_hint="Collect checkouts of projects: umbel collect PATH",
    )


_FACTS = (
    Column(name="project", title="Project"),
    Column(
        name="facts", title="Facts", about="Everything that the project's page shows, as JSON", shown=False
    ),
)


def _facts(shared: Shared) -> pa.Table:
    rows = [
        {"key": each.project, "project": each.project, "facts": msgspec.json.encode(each).decode()}
        for each in entries(shared)
    ]
    return table_of(_FACTS, rows)


@listing
def catalogue_facts() -> Listing:
    """What the pages of the catalogue's projects show: read row by row, shown as no list."""
    return Listing(
        name="catalogue-facts",
        title="Facts of the catalogue's projects",
        noun=("project", "projects"),
        about="What each project's page in the catalogue stands on.",
        columns=_FACTS,
        order="project",
        rows=_facts,
        project="project",
    )


_WORKING = (
    Column(name="project", title="Project", searched=True),
    Column(name="where", title="Where", filtered=True, about="Ours, or upstream"),
    Column(
        name="ours",
        title="Of ours",
        kind=Kind.NUMBER,
        filtered=True,
        about="People known to be ours; a lower bound",
    ),
    Column(
        name="unknown", title="Employer unknown", kind=Kind.NUMBER, about="Private addresses tell no employer"
    ),
    Column(
        name="people",
        title="People",
        kind=Kind.NUMBER,
        filtered=True,
        about="All who committed in the last year",
    ),
    Column(name="commits", title="Commits", kind=Kind.NUMBER, filtered=True),
    Column(
        name="named",
        title="Who agreed to be named",
        kind=Kind.WORDS,
        filtered=True,
        searched=True,
        about="Nobody else is",
    ),
    Column(name="last", title="Last change", kind=Kind.DAY, filtered=True),
    Column(
        name="place",
        title="Strategic place",
        kind=Kind.NUMBER,
        filtered=True,
        link="strategic-project",
        link_key="project",
    ),
    AMONG,
)


def _working(shared: Shared) -> pa.Table:
    places, among = gathered.order_of(gathered.ranked(shared)), gathered.among(shared)
    rows = [
        {
            "key": f"upstream {each.project}" if each.upstream else each.project,
            "project": each.project,
            "where": "upstream" if each.upstream else "ours",
            "ours": each.ours,
            "unknown": each.unknown,
            "people": each.people,
            "commits": each.commits,
            "named": list(each.named),
            "last": each.last.date(),
            "place": places.get(each.project) if each.upstream else None,
            "among": among.get(each.project) if each.upstream else [each.project],
        }
        for each in at_work(shared)
    ]
    return table_of(_WORKING, rows)


@listing
def who_works() -> Listing:
    """Who works on what within the year."""
    return Listing(
        name="who-works",
        title="Who works on what",
        noun=("project", "projects"),
        about="Projects with a commit within the year. People are counted; named is only who agreed to it.",
        columns=_WORKING,
        order="-ours",
        rows=_working,
        project="among",
        empty="No history is known.",
        empty_hint="Collect checkouts, and examine upstream: umbel collect PATH, umbel collect upstream",
    )
