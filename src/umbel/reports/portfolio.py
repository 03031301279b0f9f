# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The portfolio as one HTML page that needs nothing else: for people who don't use a command line.

`gather` asks the lake, `render` makes the page, `write` puts it in a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.reports import figures, health, pictures, risks, sheets, strategy
from umbel.reports.facts import Facts, gather
from umbel.reports.figures import count
from umbel.reports.files import checked, replacing
from umbel.reports.markup import Html, element, join, short
from umbel.reports.page import asset, document
from umbel.reports.why import moment, today

if TYPE_CHECKING:
    import os
    from pathlib import Path

__all__ = ["Facts", "gather", "render", "write"]

OLD_DAYS = 92


def write(facts: Facts, path: str | os.PathLike[str]) -> Path:
    """Write the page to a file, whole or not at all; gives the file's full path.

    Raises `UsageError` for a place that can't be a file, `EvidenceError` if writing fails.
    """
    target = checked(path)
    page = render(facts)
    with replacing(target) as draft:
        draft.write_text(page, "utf-8", newline="\n")
    return target


def render(facts: Facts) -> str:
    """The page. Pure: equal facts give equal bytes."""
    title = "Open source in use" + "".join(
        f" · {short(n, 80)}" for n in (facts.organisation, facts.product) if n
    )
    if not facts.projects:
        return document(title, _header(facts, linked=False), element("main", _nothing(facts)), _footer(facts))
    main = element(
        "main",
        _lead(facts),
        figures.section(facts),
        strategy.section(facts),
        pictures.section(facts),
        risks.section(facts),
        health.section(facts),
        _steps(facts),
        *sheets.every(facts),
    )
    return document(title, _header(facts, linked=True), main, _footer(facts))


# ---- top and bottom


def _header(facts: Facts, *, linked: bool) -> Html:
    names = [element("bdi", short(name, 120)) for name in (facts.organisation, facts.product) if name]
    about = element(
        "div",
        element("p", "Open source in use", class_="kicker"),
        element("h1", join(names, " · ") if names else "The portfolio"),
    )
    dates = element("dl", *_dated("As of", facts), *_pair("Made", moment(facts.generated_at)), class_="when")
    top = element("header", asset("mark.svg"), about, dates, class_="top")
    if not linked:
        return top
    links = [element("a", label, href=f"#{name}") for name, label in _CONTENTS]
    return join([top, element("nav", *links, aria_label="On this page")])


_CONTENTS = (
    ("numbers", "Numbers"),
    ("strategy", strategy.TITLE),
    ("charts", "Charts"),
    ("risks", risks.TITLE),
    ("health", health.TITLE),
    ("steps", "To know more"),
    *sheets.CONTENTS,
)


def _dated(label: str, facts: Facts) -> tuple[Html, Html]:
    return _pair(label, moment(facts.as_of))


def _pair(label: str, value: str) -> tuple[Html, Html]:
    return element("dt", label), element("dd", value)


def _footer(facts: Facts) -> Html:
    return element(
        "footer",
        element(
            "p",
            f"Made by umbel {facts.tool_version}. The page holds all that it shows and connects to nothing. "
            "It tells what documents say: what they don't say is unknown, never zero.",
        ),
    )


def _lead(facts: Facts) -> Html:
    totals = facts.totals
    who = facts.product or facts.organisation or "The portfolio"
    if not totals.projects_with_evidence:
        first = element("p", element("bdi", short(who, 120)), _no_inventory(facts), class_="lead")
    else:
        first = element(
            "p",
            element("bdi", short(who, 120)),
            f" uses {count(totals.packages, 'open source package')} in "
            f"{count(totals.components, 'version')}, as far as "
            f"{count(totals.projects_with_evidence, 'project')} with an inventory tell.",
            class_="lead",
        )
    return join([first, element("p", coverage_sentence(facts), class_="lead", id="coverage")])


def _no_inventory(facts: Facts) -> str:
    first = facts.first_evidence
    if first is not None and first > facts.as_of:
        return f" had no inventory on that day: the oldest evidence is of {moment(first)}."
    return " has no inventory yet."


def coverage_sentence(facts: Facts) -> str:
    """How many projects are known, and what is missing of the others."""
    every = len(facts.projects)
    verb = "has" if every == 1 else "have"
    parts = [
        f"{facts.with_evidence('complete', 'partial'):,} of {count(every, 'project')} {verb} an inventory"
    ]
    partial, failed, none = (facts.with_evidence(kind) for kind in ("partial", "failed", "none"))
    empty = sum(project.components == 0 for project in facts.projects)
    parts += [f"{partial:,} of these {'tells' if partial == 1 else 'tell'} only a part"] if partial else []
    parts += [f"{empty:,} of these {'lists' if empty == 1 else 'list'} no component"] if empty else []
    parts += [f"{failed:,} could not be read"] if failed else []
    parts += [f"of {none:,} nothing is known"] if none else []
    return "; ".join(parts) + "."


# ---- what to do next


def _steps(facts: Facts) -> Html:
    """What would make more of the portfolio known; the largest gaps first in the order of the work."""
    totals = facts.totals
    none, failed = facts.with_evidence("none"), facts.with_evidence("failed")
    old = sum((project.age_days or 0) > OLD_DAYS for project in facts.projects)
    unlicensed = totals.components - totals.components_licensed
    unidentified = totals.components - totals.components_identified
    unmatched = sum(len(product.unmatched) for product in facts.products)
    found = (
        (none, "project", "without an inventory: collect SBOMs or lockfiles.", "umbel collect PATH"),
        (failed, "project", "whose documents can't be read: see them below.", "umbel collect PATH"),
        (old, "project", "whose evidence is older than three months: collect again.", "umbel collect PATH"),
        (unlicensed, "component", "without a known license.", today(facts, "inventory", "--license", "unknown")),
        (unidentified, "component", "without a purl: another SBOM tool may give one.",
         today(facts, "inventory", "--ecosystem", "unidentified")),
        (unmatched, "pattern", "of a product without a project: see umbel.toml.", "umbel products"),
    )  # fmt: skip
    steps = [
        element("li", f"{count(number, what)} {gap} ", element("code", step))
        for number, what, gap, step in found
        if number
    ]
    title = element("h2", "To know more", id="steps-title")
    body = (
        element("ol", *steps, class_="steps") if steps else element("p", "Nothing is missing.", class_="note")
    )
    return element("section", title, body, id="steps", aria_labelledby="steps-title")


def _nothing(facts: Facts) -> Html:
    """What to do when no evidence speaks of anything yet."""
    title = element("h2", "There is no evidence yet", id="steps-title")
    first = facts.first_evidence
    if first is not None and first > facts.as_of:
        reason = (
            f"Nothing is known of {moment(facts.as_of)}: the oldest evidence is of {moment(first)}. "
            "Ask for a later day."
        )
        return element("section", title, element("p", reason), aria_labelledby="steps-title")
    if facts.product is not None and first is not None:
        reason = "No evidence speaks of a project of this product. Look at its patterns in umbel.toml: "
        step = element("p", reason, element("code", "umbel products"))
        return element("section", title, step, aria_labelledby="steps-title")
    steps = (
        ("Collect the SBOMs, lockfiles and checkouts that you have.", "umbel collect PATH"),
        ("Name your products, so that every question can be asked by product.", "umbel init"),
        ("Make this page again.", "umbel report -o report.html"),
    )
    items = [element("li", f"{sentence} ", element("code", step)) for sentence, step in steps]
    said = element(
        "p", "Umbel shows what documents say, and it has read none so far. Three steps:", class_="note"
    )
    return element(
        "section", title, said, element("ol", *items, class_="steps"), aria_labelledby="steps-title"
    )
