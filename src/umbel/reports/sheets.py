# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The portfolio page's tables: projects, SBOM quality, products, licenses, components, documents with faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.reports.charts import share
from umbel.reports.facts import MOST_ROWS
from umbel.reports.listing import Column, day, left_out, table
from umbel.reports.markup import Html, element, join, link, short, text
from umbel.reports.why import command, query, why

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from umbel.reports.facts import Component, Document, Facts, Producer, Product

CONTENTS = (
    ("projects", "Projects"),
    ("quality", "SBOM quality"),
    ("products", "Products"),
    ("licenses", "Licenses"),
    ("components", "Components"),
    ("documents", "Documents with faults"),
)
"""Name and title of each, in the order of the page."""

_TITLES = dict(CONTENTS)
_MOST_LACKING = 3
"""Elements of each standard that a producer's row names."""


def every(facts: Facts) -> list[Html]:
    """All tables as sections."""
    return [
        _projects(facts),
        _quality(facts),
        _products(facts),
        _licenses(facts),
        _components(facts),
        _documents(facts),
    ]


def _section(
    name: str, because: Html, columns: Sequence[Column], rows: Sequence[Sequence[Any]], none: str, note: Html
) -> Html:
    body = table(name, columns, rows) if rows else element("p", none, class_="note")
    title = element("h2", _TITLES[name], id=f"{name}-title")
    return element("section", title, note, body, because, id=name, aria_labelledby=f"{name}-title")


def _projects(facts: Facts) -> Html:
    call = command(facts, "coverage", "--limit", "0")
    because = why(
        facts,
        _TITLES["projects"],
        "complete: every document could be read whole; partial: something could not be read, or a format "
        "can't tell everything; failed: nothing could be read; none: nobody has seen a document. Age is counted "
        "in days from the newest document to the day of this page.",
        call,
    )
    columns = [
        Column("Project"), Column("Evidence"), Column("Documents", "number"), Column("Components", "number"),
        Column("License unknown", "number"), Column("Newest evidence", "day"),
        Column("Age in days", "number"), Column("SBOMs", "number"), Column("Made with"),
    ]  # fmt: skip
    rows = [
        (
            p.project,
            _state(p.evidence),
            p.documents,
            p.components,
            p.license_unknown if p.components else p.components,
            day(p.newest_evidence),
            p.age_days,
            p.sboms,
            ", ".join(p.producers) or (None if p.sboms else Html("–")),
        )
        for p in facts.projects[:MOST_ROWS]
    ]
    note = left_out(len(rows), len(facts.projects), "projects", call)
    return _section("projects", because, columns, rows, "No project is known.", note)


def _state(evidence: str) -> Html:
    return element("span", evidence, class_=f"state {evidence}")


def _quality(facts: Facts) -> Html:
    call = command(facts, "sbom-quality", "--by", "producer", "--limit", "0")
    asked = "; ".join(facts.standards.values())
    because = why(
        facts,
        _TITLES["quality"],
        f"Each SBOM is asked for the elements of {asked}. A figure is the elements that are met, of all that "
        "could be asked: what isn't known is among those asked and not among those met. Lockfiles are no SBOMs.",
        call,
        command(facts, "sbom-quality", "--by", "element", "--limit", "0"),
    )
    columns = [
        Column("Made with"), Column("SBOMs", "number"),
        *(Column(title.partition(" (")[0], "number") for title in facts.standards.values()),
        Column("Lacks most often", "wide"),
    ]  # fmt: skip
    rows = [_producer(producer, facts.standards) for producer in facts.producers[:MOST_ROWS]]
    note = left_out(len(rows), len(facts.producers), "producers", call)
    return _section("quality", because, columns, rows, "There is no SBOM to rate.", note)


def _producer(producer: Producer, standards: Iterable[str]) -> Sequence[Any]:
    rated = {each.standard: each for each in producer.rated}
    shares = [
        f"{share(r.met, r.asked)} of {r.asked:,}" if (r := rated.get(name)) and r.asked else None
        for name in standards
    ]
    lacks = dict.fromkeys(name for each in producer.rated for name in each.lacks[:_MOST_LACKING])
    return producer.tool, producer.documents, *shares, ", ".join(lacks) or Html("–")


def _products(facts: Facts) -> Html:
    call = command(facts, "products", "--limit", "0")
    because = why(
        facts,
        _TITLES["products"],
        "Products as umbel.toml names them; a project may belong to several. "
        "Support ends with that of the last release.",
        call,
    )
    columns = [
        Column("Product"), Column("Owner"), Column("Criticality"), Column("Reaches users as"),
        Column("Projects", "number"), Column("Components", "number"), Column("License unknown", "number"),
        Column("Support ends", "day"),
    ]  # fmt: skip
    rows: list[Sequence[Any]] = []
    # Without any product, a lone row for "no product" would say nothing.
    named = any(product.name is not None for product in facts.products)
    for product in facts.products[:MOST_ROWS] if named else ():
        if product.name is None:
            dash = Html("–")
            rows.append((Html("<em>no product</em>"), dash, dash, dash, *_counts(product), dash))
            continue
        missing = [f"no project matches {pattern}" for pattern in product.unmatched[:20]]
        name = join(
            [text(short(product.name)), *(element("div", short(each), class_="small") for each in missing)]
        )
        said = product.owner, product.criticality, product.distribution or None
        rows.append((name, *said, *_counts(product), day(product.end_of_support)))
    note = left_out(len(rows), len(facts.products) if named else 0, "products", call)
    none = "No product is named in umbel.toml. With products, every question can be asked by product."
    return _section("products", because, columns, rows, none, note)


def _counts(product: Product) -> tuple[int, int | None, int | None]:
    """Projects, components, components without a license; no project tells nothing, which isn't zero."""
    known = product.projects > 0
    return product.projects, product.components if known else None, product.license_unknown if known else None


def _licenses(facts: Facts) -> Html:
    call = command(facts, "inventory", "--by", "license", "--limit", "0")
    because = why(
        facts,
        _TITLES["licenses"],
        "SPDX expressions as derived from what documents say. A component for which documents say different "
        "things stands in several rows.",
        call,
    )
    columns = [
        Column("License"), Column("Category"), Column("Components", "number"), Column("Packages", "number"),
        Column("Projects", "number"),
    ]  # fmt: skip
    rows = [(r.license, r.category, r.components, r.packages, r.projects) for r in facts.licenses]
    note = left_out(len(rows), facts.licenses_count, "licenses", call)
    return _section("licenses", because, columns, rows, "No component is known.", note)


def _components(facts: Facts) -> Html:
    call = command(facts, "inventory", "--limit", "0")
    because = why(
        facts,
        _TITLES["components"],
        "Package and version, most used first. Direct: projects that ask for it themselves; a plus sign "
        "where others don't tell.",
        call,
    )
    columns = [
        Column("Package"), Column("Version"), Column("Ecosystem"), Column("License"),
        Column("Projects", "number"), Column("Direct in", "number"),
    ]  # fmt: skip
    rows = [(r.name, r.version, r.ecosystem, r.license, r.projects, _direct(r)) for r in facts.components]
    note = left_out(len(rows), facts.totals.components, "components", call)
    return _section("components", because, columns, rows, "No component is known.", note)


def _direct(row: Component) -> str | int | None:
    if not row.directness_unknown_in:
        return row.direct_in
    return f"{row.direct_in:,}+" if row.direct_in else None


def _documents(facts: Facts) -> Html:
    call = query(
        facts,
        "SELECT subject, origin, outcome FROM (SELECT * FROM published SEMI JOIN faults USING (write_id))",
        " ORDER BY outcome = 'failed' DESC, origin",
        project="subject",
    )
    because = why(
        facts,
        _TITLES["documents"],
        "A fault is something wrong in a document; the rest of it is kept. An error lost evidence that the "
        "document meant to give, a warning is doubtful, a note is only worth knowing. The newest of each "
        "document is shown here, the command lists earlier ones too.",
        call,
    )
    columns = [
        Column("Project"), Column("Document", "wide"), Column("The worst of it", "wide"), Column("Read"),
        Column("Errors", "number"), Column("Warnings", "number"), Column("Notes", "number"),
    ]  # fmt: skip
    rows = [
        (d.project, link(d.origin, d.origin), _worst(d), _state(d.outcome), d.errors, d.warnings, d.notes)
        for d in facts.documents
    ]
    note = left_out(len(rows), facts.documents_faulty, "documents", call)
    return _section("documents", because, columns, rows, "No document has a fault.", note)


def _worst(document: Document) -> Html:
    lines = [element("li", f"{f.level}: {short(f)}") for f in document.worst]
    rest = document.errors + document.warnings + document.notes - len(document.worst)
    more = [element("li", f"and {rest:,} more", class_="soft")] if rest > 0 else []
    return element("ul", *lines, *more)
