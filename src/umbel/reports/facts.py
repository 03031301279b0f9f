# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Everything that the portfolio page shows, gathered in one go from one pinned lake."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model.errors import Fault  # noqa: TC001 - msgspec needs it at run time
from umbel.reports.charts import Bar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from umbel.evidence.session import Session
    from umbel.metrics.health import Health
    from umbel.policy.risks import Group
    from umbel.policy.verdict import Verdict
    from umbel.reports.strategy import Strategic

MOST_COMPONENTS = 5_000
MOST_ROWS = 1_500
"""Rows of every other table; what is left out is said, with the command that gives all."""
MOST_USED = 15
MOST_ECOSYSTEMS = 12
DISAGREE = "documents disagree"
UNCLASSIFIED = "a license of unknown category"
UNLICENSED = "no known license"
UNIDENTIFIED = "unknown (no purl)"

AGES = ((7, "up to a week"), (31, "up to a month"), (92, "up to 3 months"), (366, "up to a year"))
OLDER = "older than a year"
NO_INVENTORY = "no inventory"


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """The portfolio in numbers, as `questions.coverage.totals` counts it."""

    projects: int = 0
    projects_with_evidence: int = 0
    documents: int = 0
    documents_partial: int = 0
    uses: int = 0
    components: int = 0
    packages: int = 0
    components_identified: int = 0
    components_licensed: int = 0
    oldest_evidence: datetime | None = None
    newest_evidence: datetime | None = None


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """A project's evidence, as `questions.coverage.coverage` gives it; None is unknown."""

    project: str
    evidence: str
    documents: int
    failed: int
    components: int | None = None
    license_unknown: int | None = None
    newest_evidence: datetime | None = None
    age_days: int | None = None
    sboms: int = 0
    producers: list[str] = []


class Rated(msgspec.Struct, frozen=True, kw_only=True):
    """How many elements of a standard a tool's SBOMs meet, of those that they were asked."""

    standard: str
    met: int
    asked: int
    lacks: list[str]


class Producer(msgspec.Struct, frozen=True, kw_only=True):
    """A tool that made SBOMs, without its version (None: they don't say), and how well they are made."""

    tool: str | None
    documents: int
    rated: list[Rated]


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """A product and what is known of it, as `app.ProductState` gives it."""

    name: str | None
    owner: str | None = None
    department: str | None = None
    criticality: str | None = None
    distribution: str = ""
    projects: int = 0
    components: int = 0
    license_unknown: int = 0
    unmatched: list[str] = []
    end_of_support: date | None = None


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """A package version in use; `name` is the package as people write it."""

    name: str
    version: str | None
    ecosystem: str | None
    license: str | None
    projects: int
    direct_in: int
    directness_unknown_in: int = 0


class License(msgspec.Struct, frozen=True, kw_only=True):
    """A license expression as it was found, and how much carries it."""

    license: str | None
    category: str | None
    components: int
    packages: int
    projects: int


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A document with faults; `worst` are the first of them."""

    project: str
    origin: str
    collector: str
    outcome: str
    observed_at: datetime
    errors: int
    warnings: int
    notes: int
    worst: list[Fault]


class Risks(msgspec.Struct, frozen=True):
    """What the policy says: the verdict, its findings by rule, and by the upgrade that would mend them."""

    verdict: Verdict
    rules: list[Group]
    upgrades: list[Group]


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the page needs, and nothing else: equal facts make equal pages.

    `members` are the projects that were asked about (None: all of them). `licenses_count` and
    `documents_faulty` count what there is, where the lists hold only the first rows of it.
    """

    organisation: str | None
    product: str | None
    as_of: datetime
    generated_at: datetime
    tool_version: str
    lake: dict[str, int]
    collected_at: datetime | None = None
    first_evidence: datetime | None = None
    members: list[str] | None = None
    totals: Totals = Totals()
    projects: list[Project] = []
    products: list[Product] = []
    ecosystems: list[Bar] = []
    categories: list[Bar] = []
    most_used: list[Bar] = []
    ages: list[Bar] = []
    components: list[Component] = []
    licenses: list[License] = []
    licenses_count: int = 0
    producers: list[Producer] = []
    standards: dict[str, str] = {}
    documents: list[Document] = []
    documents_faulty: int = 0
    health: list[Health] = []
    risks: Risks | None = None
    strategy: Strategic | None = None

    def with_evidence(self, *kinds: str) -> int:
        """How many projects have evidence of these kinds (complete, partial, failed, none)."""
        return sum(project.evidence in kinds for project in self.projects)


def gather(  # noqa: PLR0913 - what the page is about
    session: Session,
    *,
    organisation: str | None,
    product: str | None,
    projects: Sequence[str] | None,
    products: Iterable[Any],
    declared: Sequence[str] = (),
    health: Sequence[Health] = (),
    risks: Risks | None = None,
    strategy: Strategic | None = None,
    generated_at: datetime | None = None,
) -> Facts:
    """Ask a session all that the page shows. Needs the tables that `rating.TABLES` names.

    `projects` are those of the product (None without one); `products` rows like `app.ProductState`;
    `declared` the projects that someone named, whether or not evidence speaks of them; `health` what
    `metrics.health` gives of the same projects, `risks` what the policy says of them, `strategy` which
    upstream projects matter.
    """
    from umbel._version import __version__
    from umbel.evidence.questions import coverage, documents, inventory

    chosen = None if projects is None else list(projects)
    wanted = None if chosen is None else [*chosen, *declared]
    covered = msgspec.convert(coverage.coverage(session, declared, wanted).records(), list[Project])
    rows = msgspec.convert(products, list[Product], from_attributes=True)
    faulty = documents.faulty(session, MOST_ROWS, wanted).records()
    licenses = inventory.inventory(session, "license", inventory.Filter(projects=chosen)).records()
    collected_at, first_evidence = documents.extent(session, chosen).one()
    return Facts(
        organisation=organisation,
        product=product,
        as_of=session.as_of,
        generated_at=generated_at or datetime.now(UTC),
        tool_version=__version__,
        lake=dict(sorted(session.pin.versions.items())),
        collected_at=collected_at,
        first_evidence=first_evidence,
        members=wanted,
        totals=msgspec.convert(coverage.totals(session, chosen).records()[0], Totals),
        projects=covered,
        products=[
            row for row in rows if product is None or (row.name or "").casefold() == product.casefold()
        ],
        ecosystems=_ecosystems(session, chosen),
        categories=_categories(session, chosen),
        most_used=_most_used(session, chosen),
        ages=_ages(covered),
        components=_components(session, chosen),
        licenses=[_license(row) for row in licenses[:MOST_ROWS]],
        licenses_count=len(licenses),
        producers=_producers(session, chosen),
        standards=_standards(),
        documents=msgspec.convert(faulty, list[Document]),
        documents_faulty=faulty[0]["documents"] if faulty else 0,
        health=list(health),
        risks=risks,
        strategy=strategy,
    )


def _components(session: Session, projects: list[str] | None) -> list[Component]:
    from umbel.evidence.questions.inventory import Filter, inventory
    from umbel.model import purl

    records = inventory(session, "component", Filter(projects=projects, limit=MOST_COMPONENTS)).records()
    return [
        Component(
            name=purl.display(record["package"]),
            version=record["version"],
            ecosystem=purl.ecosystem(record["package"]),
            license=record["license"],
            projects=record["projects"],
            direct_in=record["direct_in"],
            directness_unknown_in=record["directness_unknown_in"],
        )
        for record in records
    ]


def _producers(session: Session, projects: list[str] | None) -> list[Producer]:
    """Tools that made SBOMs with their ratings, those with most documents first."""
    from umbel.metrics.sbom_quality import rating, standards

    found: dict[str | None, Producer] = {}
    for row in rating.by_producer(session, standards.chosen(None), projects).records():
        producer = found.setdefault(
            row["tool"], Producer(tool=row["tool"], documents=row["documents"], rated=[])
        )
        asked = row["met"] + row["unmet"] + row["unknown"]
        rated = Rated(standard=row["standard"], met=row["met"], asked=asked, lacks=row["lacks"])
        producer.rated.append(rated)
    return list(found.values())


def _standards() -> dict[str, str]:
    """The standards' titles with their editions, by name."""
    from umbel.metrics.sbom_quality import standards

    return {each.id: f"{each.title} ({each.edition})" for each in standards.chosen(None)}


def _license(record: dict[str, Any]) -> License:
    return License(
        license=record["license"],
        category=category(record["license"]),
        components=record["components"],
        packages=record["packages"],
        projects=record["projects"],
    )


def category(expression: str | None) -> str | None:
    """The category of a license expression in words; None where nothing is known of it."""
    from umbel.model import licenses

    found = licenses.category(expression)
    return None if found == "unknown" else found.replace("-", " ")


def _ecosystems(session: Session, projects: list[str] | None) -> list[Bar]:
    """Packages by ecosystem, the small ones together; those without a purl are unknown."""
    from umbel.evidence.questions.inventory import Filter, inventory

    records = inventory(session, "ecosystem", Filter(projects=projects)).records()
    known = [
        (record["ecosystem"], record["packages"]) for record in records if record["ecosystem"] is not None
    ]
    unknown = sum(record["packages"] for record in records if record["ecosystem"] is None)
    known.sort(key=lambda pair: (-pair[1], pair[0]))
    bars = [Bar(name, packages) for name, packages in known[:MOST_ECOSYSTEMS]]
    rest = known[MOST_ECOSYSTEMS:]
    if rest:
        bars.append(Bar(f"{len(rest)} more ecosystems", sum(packages for _, packages in rest)))
    return [*bars, Bar(UNIDENTIFIED, unknown, known=False)] if known or unknown else []


def _categories(session: Session, projects: list[str] | None) -> list[Bar]:
    """Components by the category of their license, each counted once; what is unknown last."""
    from umbel.evidence.questions.licensing import statements

    counts: Counter[str] = Counter()
    for expressions, components in statements(session, projects).rows():
        found = {category(expression) or UNCLASSIFIED for expression in expressions or ()} or {UNLICENSED}
        counts[found.pop() if len(found) == 1 else DISAGREE] += components
    unclassified, unlicensed = counts.pop(UNCLASSIFIED, 0), counts.pop(UNLICENSED, 0)
    bars = [Bar(name, components) for name, components in sorted(counts.items(), key=lambda n: (-n[1], n[0]))]
    bars += [Bar(UNCLASSIFIED, unclassified, known=False)] if unclassified else []
    return [*bars, Bar(UNLICENSED, unlicensed, known=False)] if bars or unlicensed else []


def _most_used(session: Session, projects: list[str] | None) -> list[Bar]:
    from umbel.evidence.questions.inventory import most_used
    from umbel.model import purl

    rows = most_used(session, MOST_USED, projects).rows()
    return [
        Bar(purl.display(package) + ("" if purl.ecosystem(package) else " (no purl)"), projects_with_it)
        for package, projects_with_it in rows
    ]


def _ages(projects: Sequence[Project]) -> list[Bar]:
    """Projects by the age of their newest evidence."""
    counts: Counter[str] = Counter()
    for project in projects:
        counts[_age(project.age_days)] += 1
    names = [name for _, name in AGES]
    bars = [Bar(name, counts[name]) for name in (*names, OLDER)]
    return [*bars, Bar(NO_INVENTORY, counts[NO_INVENTORY], known=False)] if projects else []


def _age(days: int | None) -> str:
    if days is None:
        return NO_INVENTORY
    return next((name for most, name in AGES if days <= most), OLDER)
