# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The portfolio page's figures, each beside its denominator, with what is unknown of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.reports.charts import share
from umbel.reports.markup import Html, element
from umbel.reports.why import command, query, why

if TYPE_CHECKING:
    from umbel.reports.facts import Facts

_NOTHING = Html()


def count(number: int, what: str) -> str:
    """A number and what it counts, in one or many."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def section(facts: Facts) -> Html:
    """All figures as a section of the page."""
    title = element("h2", "In numbers", id="numbers-title")
    figures = [
        _projects(facts),
        *_amounts(facts),
        _identified(facts),
        _licensed(facts),
        _evidence(facts),
        _products(facts),
    ]
    grid = element("div", *figures, class_="numbers")
    return element("section", title, grid, id="numbers", aria_labelledby="numbers-title")


def _figure(label: str, value: str | None, reading: str, because: Html, gauge: Html = _NOTHING) -> Html:
    """One figure. A value of None is unknown and says so in its place."""
    wordy = value is None or not value[:1].isdigit()
    shown = element("p", "unknown" if value is None else value, class_="value words" if wordy else "value")
    return element(
        "div",
        element("h3", label),
        shown,
        gauge,
        element("p", reading, class_="of"),
        because,
        class_="figure",
    )


def _gauge(part: int, whole: int) -> Html:
    """A part of a whole as a bar; what is unknown is an empty frame."""
    if not whole:
        return Html()
    width = f"{part / whole * 100:.2f}%"
    return element(
        "svg",
        Html('<rect class="track" width="100%" height="5"/>'),
        Html(f'<rect class="bar" width="{width}" height="5"/>'),
        class_="gauge",
        aria_hidden="true",
        focusable="false",
    )


def _projects(facts: Facts) -> Html:
    every, known = len(facts.projects), facts.with_evidence("complete", "partial")
    because = why(
        facts,
        "Projects",
        "A project has an inventory when at least one document that lists its components could be read. "
        "Projects are those that evidence speaks of and those that umbel.toml names.",
        command(facts, "coverage", "--limit", "0"),
    )
    reading = f"of {every:,} with an inventory ({share(known, every)})"
    return _figure("Projects", f"{known:,}", reading, because, _gauge(known, every))


def _amounts(facts: Facts) -> list[Html]:
    totals = facts.totals
    known = totals.projects_with_evidence > 0
    packages = why(
        facts,
        "Packages",
        "A package is a purl without its version, or a name where the document gives no purl. "
        "Each counts once.",
        command(facts, "status"),
        command(facts, "inventory", "--by", "package", "--limit", "0"),
    )
    components = why(
        facts,
        "Components",
        "A component is a package in one version. Each counts once; a use is a component in one document.",
        command(facts, "status"),
        command(facts, "inventory", "--limit", "0"),
    )
    documents = why(
        facts,
        "Documents",
        "SBOMs, lockfiles and installed environments, the newest of each. One tells only a part when "
        "something in it could not be read, or when its format can't tell everything.",
        query(
            facts,
            "SELECT count(*) AS documents, count(*) FILTER (WHERE outcome = 'partial') AS partial "
            "FROM (SELECT * FROM present WHERE is_document)",
            project="subject",
        ),
    )
    in_projects = (
        f"in {count(totals.projects_with_evidence, 'project')}" if known else "there is no inventory to count"
    )
    uses = f"package and version; {totals.uses:,} uses" if known else "there is no inventory to count"
    whole = totals.documents - totals.documents_partial
    return [
        _figure("Packages", f"{totals.packages:,}" if known else None, in_projects, packages),
        _figure("Components", f"{totals.components:,}" if known else None, uses, components),
        _figure(
            "Documents",
            f"{totals.documents:,}",
            f"{whole:,} complete, {totals.documents_partial:,} tell only a part",
            documents,
        ),
    ]


def _identified(facts: Facts) -> Html:
    because = why(
        facts,
        "Identified by purl",
        "Components whose document gives a package URL (purl), by which they can be looked up elsewhere.",
        command(facts, "status"),
        command(facts, "inventory", "--ecosystem", "unidentified", "--limit", "0"),
    )
    return _part(facts, "Identified by purl", facts.totals.components_identified, because)


def _licensed(facts: Facts) -> Html:
    because = why(
        facts,
        "License known",
        "Components for which at least one document gives a license.",
        command(facts, "status"),
        command(facts, "inventory", "--license", "unknown", "--limit", "0"),
    )
    return _part(facts, "License known", facts.totals.components_licensed, because)


def _part(facts: Facts, label: str, part: int, because: Html) -> Html:
    """A share of the components, its unknown rest said beside it."""
    whole = facts.totals.components
    if not whole:
        return _figure(label, None, "there are no components to ask", because)
    rest = f"{part:,} of {whole:,} components; {whole - part:,} unknown ({share(whole - part, whole)})"
    return _figure(label, share(part, whole), rest, because, _gauge(part, whole))


def _evidence(facts: Facts) -> Html:
    totals = facts.totals
    because = why(
        facts,
        "Newest evidence",
        "The day that the newest and the oldest document speak of: when the SBOM was made, or the last "
        "commit of its checkout; the day of collection where neither is known.",
        command(facts, "status"),
        command(facts, "coverage", "--limit", "0"),
    )
    if totals.newest_evidence is None or totals.oldest_evidence is None:
        return _figure("Newest evidence", None, "there is no document", because)
    age = (facts.as_of - totals.newest_evidence).days
    reading = f"{count(age, 'day')} old; the oldest is of {totals.oldest_evidence:%Y-%m-%d}"
    return _figure("Newest evidence", f"{totals.newest_evidence:%Y-%m-%d}", reading, because)


def _products(facts: Facts) -> Html:
    named = [product for product in facts.products if product.name is not None]
    free = sum(product.projects for product in facts.products if product.name is None)
    because = why(
        facts,
        "Products",
        "Products are what business depends on, as umbel.toml names them with their projects.",
        command(facts, "products", "--limit", "0"),
    )
    if not named:
        return _figure("Products", "none", "umbel.toml names none", because)
    reading = (
        f"{count(free, 'project')} {'belongs' if free == 1 else 'belong'} to none"
        if facts.product is None
        else "this page shows only it"
    )
    return _figure("Products", f"{len(named):,}", reading, because)
