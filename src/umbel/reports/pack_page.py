# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The index of an evidence pack: what is in it, where each file comes from, what is left out, and how to check it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from umbel.reports.listing import Column, table
from umbel.reports.markup import Html, element, join, short
from umbel.reports.page import asset, document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.reports.pack import Entry, Manifest

MOST_ROWS = 2_000
"""More files of one kind are counted; the manifest has all."""
KINDS = {
    "policy": "The policy and its versions",
    "findings": "What the evidence breaks",
    "sbom": "Software bills of materials",
    "notices": "Third-party notices",
    "assessment": "Assessments",
    "readings": "Figures",
    "decision": "Decisions",
    "document": "Documents that people keep",
    "snapshots": "Where the evidence comes from",
    "products": "Products",
}
"""The kinds of files in the order in which an auditor asks for them."""


def page(manifest: Manifest) -> str:
    """The whole page. Pure: equal manifests give equal bytes."""
    head = manifest.head
    whose = head.organisation or "Open source program"
    about = element(
        "div",
        element("p", "Evidence pack", class_="kicker"),
        element(
            "h1", element("bdi", short(whose if head.product is None else f"{whose}: {head.product}", 120))
        ),
    )
    dates = element("dl", element("dt", "As of"), element("dd", head.as_of), class_="when")
    top = element("header", asset("mark.svg"), about, dates, class_="top")
    counted = Counter(entry.kind for entry in manifest.files)
    body = [
        element("p", _lead(manifest), class_="lead"),
        _figures(manifest),
        *(
            _kind(title, [e for e in manifest.files if e.kind == kind])
            for kind, title in KINDS.items()
            if counted[kind]
        ),
        _left_out(manifest),
        _how(),
    ]
    footer = element("footer", element("p", f"Made by umbel {head.umbel}. {head.evidence}"))
    return document(f"Evidence pack · {short(whose, 80)}", top, element("main", *body), footer)


def _lead(manifest: Manifest) -> str:
    number = len(manifest.files)
    of = f"the product {manifest.head.product}" if manifest.head.product else "the whole portfolio"
    return (
        f"{number:,} files about {of}, each with its SHA-256, its size, and where it comes from. "
        "What is computed here can be computed again from the same evidence; what people decided "
        "stands as they wrote it."
    )


def _figures(manifest: Manifest) -> Html:
    rows = (
        element("tr", element("th", name, scope="row"), element("td", value))
        for name, value in manifest.head.figures
    )
    sheet = element("div", element("table", element("tbody", *rows)), class_="sheet")
    return _section("figures", "In short", sheet)


def _section(name: str, title: str, *inner: Html) -> Html:
    return element(
        "section", element("h2", title, id=f"{name}-title"), *inner, aria_labelledby=f"{name}-title"
    )


def _kind(title: str, entries: Sequence[Entry]) -> Html:
    columns = (
        Column("File"),
        Column("What it is"),
        Column("Comes from"),
        Column("Bytes", "number"),
        Column("SHA-256"),
    )
    inner = [table(entries[0].kind, columns, map(_row, entries[:MOST_ROWS]))]
    more = len(entries) - MOST_ROWS
    if more > 0:
        inner.append(element("p", f"… and {more:,} more: manifest.json has all.", class_="aside"))
    return _section(entries[0].kind, f"{title} ({len(entries):,})", *inner)


def _row(entry: Entry) -> tuple[Any, ...]:
    link = element("a", element("bdi", short(entry.path, 90)), href=quote(entry.path))
    about = entry.about
    if entry.left_out:
        taken = "address or name was" if entry.left_out == 1 else "addresses or names were"
        about += f" {entry.left_out:,} {taken} taken out."
    return link, short(about, 300), _origin(entry), entry.size, element("code", f"{entry.sha256[:12]}…")


def _origin(entry: Entry) -> Html:
    told = [f"{one.collector} {one.version}{f', {one.day}' if one.day else ''}" for one in entry.provenance]
    shown = list(dict.fromkeys(told))
    more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
    return join(["; ".join(shown[:3]) + more if shown else "written by people"])


def _left_out(manifest: Manifest) -> Html:
    always = (
        "Stakeholders, and everything that tells who a person is: identities, merges, affiliations.",
        (
            "E-mail addresses: the same address has the same number throughout the pack. Copyright lines "
            "lose theirs, too; the full notices are written by umbel notices."
        ),
        "Words that the policy forbids to leave, logins in addresses, and names of home folders.",
    )
    items = [*always, *(f"{one.what}: {one.why}" for one in manifest.missing)]
    return _section(
        "left-out",
        "What is left out, or missing",
        element("ul", *(element("li", short(item, 400)) for item in items)),
    )


def _how() -> Html:
    return _section(
        "how",
        "How to check it",
        element(
            "p",
            "umbel pack verify FILE compares every file with manifest.json, and finds what "
            "is missing or was added.",
        ),
        element(
            "p",
            "The manifest can't vouch for itself: compare the SHA-256 of the whole file "
            "with the one that was told to you by another way.",
        ),
    )
