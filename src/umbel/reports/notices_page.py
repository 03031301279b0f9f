# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Third-party notices as a page that stands alone; every text is in sight, and nothing is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.reports.markup import Html, element, join, printable, short, text
from umbel.reports.notices_text import MISSING, NOT_FOUND, STANDARD, TITLE, summary
from umbel.reports.page import asset, document

if TYPE_CHECKING:
    from umbel.reports.notices import Member, Notices, Section

_FEW = 3


def page(notices: Notices) -> str:
    """The whole page. Pure: equal notices give equal bytes."""
    about = element(
        "div", element("p", TITLE, class_="kicker"), element("h1", element("bdi", short(notices.name, 120)))
    )
    dates = element(
        "dl", element("dt", "Evidence of"), element("dd", f"{notices.observed:%Y-%m-%d}"), class_="when"
    )
    top = element("header", asset("mark.svg"), about, dates, class_="top")
    body = [element("p", summary(notices), class_="lead"), _contents(notices)]
    body += [_section(section, number) for number, section in enumerate(notices.sections, 1)]
    if notices.missing:
        body.append(_missing(notices))
    footer = element("footer", element("p", "Texts as their sources give them. It is no legal advice."))
    return document(f"{TITLE} · {short(notices.name, 80)}", top, element("main", *body), footer)


def _contents(notices: Notices) -> Html:
    items = [
        element(
            "li",
            element("a", short(section.title, 120), href=f"#text-{number}"),
            f": {_some(section)}",
        )
        for number, section in enumerate(notices.sections, 1)
    ]
    if notices.missing:
        items.append(element("li", element("a", MISSING, href="#missing"), f" ({len(notices.missing):,})"))
    heading = element("h2", "Texts", id="texts-title")
    return element("section", heading, element("ul", *items, class_="said"), aria_labelledby="texts-title")


def _some(section: Section) -> str:
    """Whom a text is for: the first few, and how many more."""
    names = ", ".join(short(member.name, 60) for member in section.members[:_FEW])
    more = len(section.members) - _FEW
    return f"{names} and {more:,} more" if more > 0 else names


def _section(section: Section, number: int) -> Html:
    name = f"text-{number}"
    parts = [
        element("h2", element("bdi", short(section.title)), id=name),
        element("ul", *map(_member, section.members), class_="said"),
    ]
    if section.standard:
        parts.append(element("p", STANDARD, class_="note"))
    # Lines are kept, and each is made printable: a license may hold anything.
    lines = Html("\n").join(text(printable(line)) for line in section.text.split("\n"))
    parts.append(element("div", element("code", Html(lines)), class_="why"))
    return element("section", *parts, aria_labelledby=name)


def _member(member: Member) -> Html:
    lines = [element("div", short(line, 500), class_="small") for line in member.copyrights]
    return element("li", element("bdi", short(member.name)), join(lines))


def _missing(notices: Notices) -> Html:
    items = [
        element("li", element("bdi", short(each.name)), f": {short(each.what)}") for each in notices.missing
    ]
    return element(
        "section",
        element("h2", MISSING, id="missing"),
        element("p", NOT_FOUND, class_="note"),
        element("ul", *items, class_="said"),
        aria_labelledby="missing",
    )
