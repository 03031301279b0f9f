# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The index of an evidence pack: what is in it, where each file comes from, what is left out, and how to check it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from umbel.reports.listing import Column, table
from umbel.reports.markup import Html, element, join, short
from umbel.reports.pack import MANIFEST, SUMS
from umbel.reports.page import asset, document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.reports.pack import Entry, Head, Manifest, Missing

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
        *_lacking(manifest),
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


def _lacking(manifest: Manifest) -> list[Html]:
    """What an auditor must not overlook."""
    number = sum(one.incomplete for one in manifest.missing)
    if not number:
        return []
    said = f"{number:,} {'thing' if number == 1 else 'things'} could not be had"
    return [element("p", element("a", said, href="#missing-title"), ": what, and why, stands below.")]


def _figures(manifest: Manifest) -> Html:
    rows = (
        element(
            "tr",
            element("th", one.name, scope="row"),
            element("td", one.value),
            element("td", "" if one.file is None else _link(one.file)),
        )
        for one in manifest.head.figures
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
    link = _link(entry.path)
    about = entry.about
    if entry.left_out:
        taken = "1 address, name or folder was"
        if entry.left_out > 1:
            taken = f"{entry.left_out:,} addresses, names or folders were"
        about += f" {taken} taken out."
    return link, short(about, 300), _origin(entry), entry.size, element("code", f"{entry.sha256[:12]}…")


def _link(path: str) -> Html:
    return element("a", element("bdi", short(path, 90)), href=quote(path))


def _origin(entry: Entry) -> Html:
    told = [
        one.collector if one.collector == "people" else f"{one.collector} {one.version}{day}"
        for one in entry.provenance
        for day in [f", {one.day}" if one.day else ""]
    ]
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
        (
            "Words that the policy forbids to leave, logins in addresses, and the folders of the machine on which the "
            "evidence was read: the same folder has the same number."
        ),
    )
    notes = [_said(one) for one in manifest.missing if not one.incomplete]
    missing = [_said(one) for one in manifest.missing if one.incomplete] or [
        "Nothing: all that was asked could be had."
    ]
    return join(
        [
            _section("missing", "What could not be had", _list(missing)),
            _section("scope", "What is of which day, and of what", _list(_scope(manifest.head))),
            _section("left-out", "What is left out, or isn't there", _list([*always, *notes])),
        ]
    )


def _said(one: Missing) -> str:
    return f"{one.what}: {one.why}"


def _list(items: Sequence[str]) -> Html:
    return element("ul", *(element("li", short(item, 400)) for item in items))


def _scope(head: Head) -> list[str]:
    """What a day and a product narrow, and what they don't."""
    told = [
        f"Findings, figures, assessments, SBOMs and notices: of the evidence as of {head.as_of}.",
        f"Records of decisions: those decided up to {head.as_of}; versions of the policy: those committed up to then.",
        (
            "The policy and its settings, products, incidents, VEX and kept documents: as they stand when the pack is "
            "made, whatever its day."
        ),
    ]
    if head.product is None:
        return told
    return [
        *told,
        (
            f"Narrowed to {head.product}: snapshots, findings, figures that tell of projects, SBOMs, notices, and "
            "records that name another product, or another project of ours. Incidents are left out."
        ),
        (
            "Of the whole organisation: the policy, kept documents, attestations, VEX, and records that name neither a "
            "product nor a project of ours."
        ),
    ]


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
            "Without Umbel: unpack it into an empty folder, and run ",
            element("code", f"sha256sum -c {SUMS}"),
            " there. It tells of files that were changed or are missing, not of those that were added; ",
            _link(MANIFEST),
            " has the hash of ",
            _link(SUMS),
            " itself.",
        ),
        element(
            "p",
            "The manifest can't vouch for itself: compare the SHA-256 of the whole file "
            "with the one that was told to you by another way.",
        ),
    )
