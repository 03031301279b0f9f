# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Made-up facts of the Acme estate for the portfolio page, and a page's parts to look at."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.metrics.health import Figure, Health, Point
from umbel.model.errors import Fault
from umbel.model.measurement import Measurement
from umbel.reports.charts import Bar
from umbel.reports.facts import (
    Component,
    Document,
    Facts,
    License,
    Producer,
    Product,
    Project,
    Rated,
    Totals,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

HOSTILE = (
    "<script>window.hacked = 1</script>",
    "</script></style></table><img src=x onerror='window.hacked = 1'>",
    '" onmouseover="window.hacked = 1" x="',
    "safe\u202efdp.exe",
    "\x1b[31mred\x00\r\n\t\ud800",
    "&lt;b&gt;&amp;&#60;",
    "]]><!-- --><svg onload=window.hacked=1>",
    "a" * 5000,
    "日本語のパッケージ" * 20,
    "אבג",
)
"""What a document may say instead of a name."""


def facts(components: int = 12, projects: int = 4, **more: Any) -> Facts:
    """The estate: every fourth project has no inventory, every fifth component no license."""
    rows = [component(number, projects) for number in range(components)]
    seen = [project(number) for number in range(projects)]
    known = sum(p.documents > 0 for p in seen)
    unlicensed = sum(row.license is None for row in rows)
    defaults: dict[str, Any] = {
        "organisation": "Acme",
        "product": None,
        "as_of": NOW,
        "generated_at": NOW,
        "tool_version": "1.2.3",
        "lake": {"snapshots": 7, "usage": 5},
        "collected_at": NOW - timedelta(hours=3),
        "first_evidence": NOW - timedelta(days=400),
        "totals": Totals(
            projects=projects,
            projects_with_evidence=known,
            documents=known,
            documents_partial=1,
            uses=components * 2,
            components=components,
            packages=components,
            components_identified=components - 1,
            components_licensed=components - unlicensed,
            oldest_evidence=NOW - timedelta(days=400),
            newest_evidence=NOW - timedelta(days=2),
        ),
        "projects": seen,
        "products": [
            Product(name="Shop", owner="shop@acme.example", criticality="high", distribution="hosted",
                    projects=2, components=9, license_unknown=2, end_of_support=date(2027, 6, 30)),
            Product(name="Till", unmatched=["acme/till-*"]),
            Product(name=None, projects=1, components=3, license_unknown=1),
        ],
        "ecosystems": [Bar("npm", components - 1), Bar("unknown (no purl)", 1, known=False)],
        "categories": [Bar("permissive", components - unlicensed), Bar("unknown", unlicensed, known=False)],
        "most_used": [Bar(row.name, row.projects) for row in rows[:15]],
        "ages": [Bar("up to a week", known), Bar("no inventory", projects - known, known=False)],
        "components": rows,
        "licenses": [
            License(license="MIT", category="permissive", components=9, packages=9, projects=3),
            License(license=None, category=None, components=3, packages=3, projects=2),
        ],
        "licenses_count": 2,
        "producers": [
            Producer(tool="syft", documents=2, rated=[rated("bsi"), rated("ntia", 8, ["supplier"])]),
            Producer(tool=None, documents=1, rated=[rated("bsi", 18, []), rated("ntia", 9, [])]),
        ],
        "standards": {"bsi": "BSI TR-03183-2 (2.1.0)", "ntia": "NTIA minimum elements (2021)"},
        "documents": [document()],
        "documents_faulty": 1,
    }  # fmt: skip
    return Facts(**{**defaults, **more})


def health(project: str, value: float | None = 2.0) -> Health:
    """A project's health: two people make half of the changes, or nothing is known."""
    ends = [NOW - timedelta(days=92 * n) for n in range(11, -1, -1)]
    known = value is not None
    measured = Measurement(
        metric="absence_factor", subject=project, value=value, unit="people", window=365, as_of=NOW,
        denominator=40.0 if known else None, outcome="measured" if known else "unknown",
        why=None if known else "no commits by people in the window",
    )  # fmt: skip
    sentence = "Two people make half of the changes." if known else "Nothing can be said: no commits."
    title = "Contributor absence factor"
    points = [Point(end, None if n == 3 else float(n % 5)) for n, end in enumerate(ends)] if known else []
    return Health(
        project=project,
        as_of=NOW,
        sentences=[sentence],
        figures=[
            Figure(
                title=title, better="higher", sentence=sentence, measurement=measured, before=value and 1.0
            )
        ],
        series={"absence_factor": points, "commit_activity": points},
    )


def component(number: int, projects: int = 4) -> Component:
    """The n-th component: the later, the less used."""
    return Component(
        name=f"package-{number:05}",
        version=f"1.{number}.0",
        ecosystem="npm" if number else None,
        license=None if number % 5 == 4 else "MIT",
        projects=max(1, projects - number),
        direct_in=1,
        directness_unknown_in=number % 2,
    )


def project(number: int) -> Project:
    """The n-th project; the last of each four has no inventory."""
    if number % 4 == 3:
        return Project(project=f"acme/project-{number:05}", evidence="none", documents=0, failed=0)
    return Project(
        project=f"acme/project-{number:05}",
        evidence="partial" if number % 4 == 0 else "complete",
        documents=1,
        failed=0,
        components=10 + number * 7 % 11,
        license_unknown=2,
        newest_evidence=NOW - timedelta(days=number % 700),
        age_days=number % 700,
        sboms=1,
        producers=["syft"],
    )


def rated(standard: str, met: int = 4, lacks: Sequence[str] = ("hash", "archive")) -> Rated:
    """How far a producer's documents meet a standard."""
    return Rated(standard=standard, met=met, asked=18, lacks=list(lacks))


def document(**more: Any) -> Document:
    """A document with three faults, of which two are told."""
    defaults: dict[str, Any] = {
        "project": "acme/project-00000",
        "origin": "file:/sboms/project.cdx.json",
        "collector": "cyclonedx_json",
        "outcome": "partial",
        "observed_at": NOW,
        "errors": 2,
        "warnings": 1,
        "notes": 0,
        "worst": [
            Fault("purl", "names no package", "$.components[3].purl"),
            Fault("json", "is cut off", "line 9"),
        ],
    }
    return Document(**{**defaults, **more})


def saying(said: str) -> Facts:
    """The estate's facts with one text in place of every one that a document or a file of a user says."""
    plain = facts()
    replace = msgspec.structs.replace
    fault = Fault(said, said, said, "error")
    return replace(
        plain,
        organisation=said,
        product=said,
        members=[said],
        projects=[replace(p, project=said, producers=[said] * p.sboms) for p in plain.projects],
        products=[
            replace(
                p, name=p.name and said, owner=said, criticality=said, distribution=said, unmatched=[said]
            )
            for p in plain.products
        ],
        components=[
            replace(c, name=said, version=said, ecosystem=said, license=c.license and said)
            for c in plain.components
        ],
        licenses=[replace(each, license=said, category=said) for each in plain.licenses],
        documents=[
            replace(d, project=said, origin=said, collector=said, worst=[fault]) for d in plain.documents
        ],
        producers=[replace(p, tool=p.tool and said) for p in plain.producers],
        ecosystems=[replace(bar, label=said) for bar in plain.ecosystems],
        categories=[replace(bar, label=said) for bar in plain.categories],
        most_used=[replace(bar, label=said) for bar in plain.most_used],
        health=[replace(health("x", None), project=said, sentences=[said])],
    )


class Page(HTMLParser):
    """A page taken apart as a browser would: its elements, its text, and whether every one is closed."""

    VOID = frozenset({"meta", "input", "br", "rect", "path", "link", "col"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.faults: list[str] = []
        self.feed(page)
        self.close()
        self.faults += [f"<{name}> is never closed" for name in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        self.texts.append((self._open[-1] if self._open else "", data))

    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """Elements and the names of their attributes, without any text."""
        return [(tag, tuple(attributes)) for tag, attributes in self.elements]

    def text(self, within: str | None = None) -> str:
        """All text, or that directly within elements of a name; without style and script."""
        wanted = [t for name, t in self.texts if name not in {"style", "script"} and within in {None, name}]
        return " ".join(" ".join(wanted).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element of a name."""
        return [attributes for name, attributes in self.elements if name == tag]
