# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The technology radar as a page that stands alone: the picture, its list, a table of all, and what nobody decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.policy.evaluations import MEANING, RINGS
from umbel.reports.listing import Column, table
from umbel.reports.markup import Html, element, short
from umbel.reports.radar_picture import MOVES, figure, key
from umbel.reports.radar_shell import shell

if TYPE_CHECKING:
    from umbel.strategy.radar import Blip, Radar

KICKER = "Technology radar"
_FOOT = "Each blip is a dated decision of people, in decisions/evaluations.toml. Use is counted from the inventory."
_SIGN = {"new": "new", "in": "moved in", "out": "moved out"}


def page(radar: Radar, name: str | None = None) -> str:
    """The whole page. `name` is whose radar it is. Pure: equal radars give equal bytes."""
    title = short(radar.product or name or "All products", 120)
    body = [element("p", summary(radar), class_="lead")]
    if radar.blips:
        meant = "; ".join(f"{ring}: {MEANING[ring]}" for ring in RINGS)
        picture = element("div", figure(radar), key(), element("p", f"{meant}.", class_="note"))
        scene = element("div", picture, _list(radar), class_="scene")
        body += [scene, _table(radar)]
    else:
        first = "umbel evaluate decide pkg:npm/NAME trial --reason … --by …"
        body.append(
            element(
                "p", "Nothing was decided yet. The first decision: ", element("code", first), class_="note"
            )
        )
    body += [_undecided(radar)]
    return shell(title, KICKER, radar.as_of, body, _FOOT)


def summary(radar: Radar) -> str:
    """What stands, what moved and what is overdue, in a sentence or two."""
    if not radar.blips:
        return "Nothing was decided yet."
    counts = ", ".join(
        f"{number} {ring}" for ring in RINGS if (number := sum(b.ring == ring for b in radar.blips))
    )
    number = len(radar.blips)
    said = [f"{number:,} {'decision stands' if number == 1 else 'decisions stand'}: {counts}."]
    moved = [
        f"{count} {word}"
        for key_, word in _SIGN.items()
        if (count := sum(blip.moved == key_ for blip in radar.blips))
    ]
    if moved:
        said.append(f"Since {radar.since}: {', '.join(moved)}.")
    if radar.due:
        said.append(f"{len(radar.due)} {'review is' if len(radar.due) == 1 else 'reviews are'} overdue.")
    wide = len(radar.undecided) + radar.more_undecided
    if wide:
        said.append(
            f"{wide:,} {'package is' if wide == 1 else 'packages are'} in wide use without a decision."
        )
    return " ".join(said)


def _list(radar: Radar) -> Html:
    """The blips by sector and ring, beside the picture."""
    parts = []
    for sector in radar.sectors:
        mine = [blip for blip in radar.blips if blip.sector == sector]
        if not mine:
            continue
        inner = [element("h3", short(sector, 60))]
        for ring in RINGS:
            listed = [blip for blip in mine if blip.ring == ring]
            if listed:
                inner.append(element("h4", ring, class_=ring))
                inner.append(element("ol", *(_entry(blip) for blip in listed)))
        parts.append(element("section", *inner))
    return element("div", *parts, class_="blips")


def _entry(blip: Blip) -> Html:
    sign = element("small", f" {_SIGN[blip.moved]}") if blip.moved else Html()
    return element("li", element("b", str(blip.number)), element("span", short(blip.title, 80), sign))


def _table(radar: Radar) -> Html:
    """The same as a table, for those who can't see the picture, and with the reasons."""
    columns = [
        Column("Package"), Column("Number", "number"), Column("Ring"), Column("Sector"), Column("Moved"),
        Column("Why", "wide"), Column("Decided by"), Column("On", "day"), Column("Review", "day"),
        Column("Our projects", "number"), Column("Products"),
    ]  # fmt: skip
    rows = [
        (
            blip.title,
            blip.number,
            blip.ring,
            blip.sector,
            f"{MOVES[blip.moved]}{f' of {blip.was}' if blip.was else ''}",
            f"{blip.reason}{f' Instead: {blip.instead}.' if blip.instead else ''}",
            blip.by,
            str(blip.decided),
            f"{blip.review}{' (overdue)' if blip.due else ''}" if blip.review else "none",
            blip.projects,
            ", ".join(blip.products) or ("unknown" if blip.projects is None else "none"),
        )
        for blip in radar.blips
    ]
    title = element("h2", "Every decision that stands", id="decisions-title")
    return element("section", title, table("decisions", columns, rows), aria_labelledby="decisions-title")


def _undecided(radar: Radar) -> Html:
    title = element("h2", "In wide use, undecided", id="undecided-title")
    if radar.of is None:
        said = "Nothing was collected, so nobody knows what is in use: "
        body = [element("p", said, element("code", "umbel collect"), class_="note")]
    elif not radar.undecided:
        body = [element("p", "Nothing that is widely used lacks a decision.", class_="note")]
    else:
        columns = [
            Column("Package"), Column("Projects", "number"), Column("Of", "number"), Column("Products"),
            Column("Sector"),
        ]  # fmt: skip
        rows = [
            (each.package, each.projects, each.of, ", ".join(each.products) or "none", each.sector)
            for each in radar.undecided
        ]
        told = "Asked for directly, or nobody says that it isn't."
        more = f" {radar.more_undecided:,} more: umbel radar --format json." if radar.more_undecided else ""
        body = [element("p", told + more, class_="note"), table("undecided", columns, rows)]
    return element("section", title, *body, aria_labelledby="undecided-title")
