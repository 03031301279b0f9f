# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The lists of the legal pages: licences, violations, other findings, what is to be decided, exceptions."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from umbel.app.licensing import prepare_in_use
from umbel.evidence.questions import licenses_in_use
from umbel.frameworks.indicators.policy import LICENSE_RULES
from umbel.model import licenses, purl
from umbel.model.finding import LEVELS
from umbel.office.editions import Column, Kind, Listing
from umbel.office.editions.registry import kept, listing
from umbel.office.pages.legal import columns
from umbel.office.pages.legal.exceptions_listed import EXCEPTIONS, FEW

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from umbel.model.finding import Finding
    from umbel.office.editions import Shared

__all__ = ["EXCEPTIONS", "FINDINGS", "LICENSES", "UNDECIDED", "VIOLATIONS"]

UNKNOWN = "unknown"
"""The key of what has no known licence."""
MOST_TOPS = 60
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+ ()-]{0,79}").fullmatch
_ORDER = ("fail", "warn", "unknown", "note", "covered", "excused")


def license_key(expression: str | None) -> str:
    """A licence's name in an address."""
    if expression is None:
        return UNKNOWN
    if _PLAIN(expression) and expression != UNKNOWN:
        return expression
    return "l-" + hashlib.blake2b(expression.encode("utf-8", "replace"), digest_size=8).hexdigest()


# ---- licences in use


def _licenses(shared: Shared) -> pa.Table:
    import pyarrow as pa

    rows = _totals(shared)
    judged = _judged(shared)
    numbers = ("components", "packages", "projects", *licenses_in_use.HOW)
    told: dict[str, Any] = {name: pa.array([row[name] for row in rows], pa.int64()) for name in numbers}
    expressions = [row["license"] for row in rows]
    told["license"] = pa.array([each or "No licence is known" for each in expressions], pa.string())
    told["key"] = pa.array([license_key(each) for each in expressions], pa.string())
    told["category"] = pa.array(
        [None if each is None else licenses.category(each) for each in expressions], pa.string()
    )
    told["outcome"] = pa.array([judged.of(each) for each in expressions], pa.string())
    told["findings"] = pa.array([judged.open[each] for each in expressions], pa.int64())
    told["how"] = pa.array(
        [[how for how in licenses_in_use.HOW if row[how]] for row in rows], pa.list_(pa.string())
    )
    return pa.table(told)


class _Judged(NamedTuple):
    """What the rules on licences say of each: the worst state, and open findings."""

    worst: dict[str | None, str]
    open: dict[str | None, int]
    asked: bool

    def of(self, expression: str | None) -> str | None:
        """The worst state; pass where a rule was asked and found nothing, None where none was."""
        return self.worst.get(expression, "pass" if self.asked else None)


def _judged(shared: Shared) -> _Judged:
    worst: dict[str | None, str] = {}
    opened: dict[str | None, int] = defaultdict(int)
    for each in columns.of_rules(shared, LICENSE_RULES.__contains__):
        name = None if each.rule == "license-unknown" and each.what != "NONE" else each.what
        opened[name] += not each.excused
        if name not in worst or _ORDER.index(each.state) < _ORDER.index(worst[name]):
            worst[name] = each.state
    policies = [shared.known.policy.for_project("", ())]
    asked = shared.known.verdict.judged > 0 and any("license-denied" in each.rules for each in policies)
    return _Judged(worst, opened, asked)


def _totals(shared: Shared) -> list[dict[str, Any]]:
    if shared.known.lake is None:
        return []
    _prepared(shared)
    return shared.once("licenses in use", lambda: licenses_in_use.totals(shared.known.session))


def _prepared(shared: Shared) -> None:
    shared.once("licenses prepared", lambda: prepare_in_use(shared.workspace, shared.known.session))


@listing
def LICENSES() -> Listing:  # noqa: N802 - what it makes is a constant
    """Every licence in use."""
    how = [
        Column(
            name=name,
            title=f"By {words}",
            kind=Kind.NUMBER,
            shown=False,
            about="Components of which it is known so.",
        )
        for name, words in zip(
            licenses_in_use.HOW,
            ("a document's conclusion", "declaration", "a scanner", "registry", "people here"),
            strict=True,
        )
    ]
    return Listing(
        name="licenses",
        title="Licences",
        noun=("licence", "licences"),
        about="Every licence of what we use, as SPDX writes it, with how it is known and what the policy says.",
        columns=(
            Column(name="license", title="Licence", link="license", searched=True),
            Column(name="category", title="Category", filtered=True, about="How strong its conditions are."),
            Column(
                name="outcome",
                title="Policy",
                kind=Kind.OUTCOME,
                filtered=True,
                about="The worst that the policy says of it in any of its uses; pass: nothing.",
            ),
            Column(name="findings", title="Open findings", kind=Kind.NUMBER, filtered=True),
            Column(
                name="components",
                title="Components",
                kind=Kind.NUMBER,
                about="Package versions that stand under it.",
            ),
            Column(name="packages", title="Packages", kind=Kind.NUMBER),
            Column(name="projects", title="Projects", kind=Kind.NUMBER, filtered=True),
            Column(
                name="how",
                title="Known by",
                kind=Kind.WORDS,
                filtered=True,
                about="A document's conclusion or declaration, a scanner, a registry, or people here who decided.",
            ),
            *how,
        ),
        order="-components",
        rows=_licenses,
        detail="license",
        global_search="licence",
        empty_hint="umbel collect reads SBOMs, lockfiles and installed packages, which tell licences.",
    )


@kept
def license_tops(shared: Shared, path: Path) -> None:
    """Of each licence the packages in most projects, and the projects with most of it, sorted by licence."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if shared.known.lake is None:
        names = ("license", "kind", "name", "versions", "number", "among")
        pq.write_table(pa.table({name: pa.array([], pa.string()) for name in names}), path)
        return
    _prepared(shared)
    tops = licenses_in_use.tops(shared.known.session, MOST_TOPS, FEW)
    pq.write_table(tops, path, row_group_size=8192)


# ---- findings


def _violations(shared: Shared) -> pa.Table:
    found = columns.of_rules(shared, LICENSE_RULES.__contains__)
    return columns.table(shared, found, {"license": _license_of})


def _license_of(found: Finding) -> str | None:
    said = found.evidence.get("license")
    return str(said) if said else None


def _others(shared: Shared) -> pa.Table:
    return columns.table(shared, columns.of_rules(shared, lambda rule: rule not in columns.ANY), {})


@listing
def VIOLATIONS() -> Listing:  # noqa: N802 - what it makes is a constant
    """Findings of the rules on licences."""
    return Listing(
        name="violations",
        title="Licence findings",
        noun=("finding", "findings"),
        about="Where a licence isn't allowed for the way in which a product reaches its users, or isn't known.",
        columns=(
            columns.STATE,
            columns.WHAT,
            columns.COMPONENT,
            columns.PROJECT,
            columns.PRODUCTS,
            columns.RULE,
            columns.SINCE,
            columns.EXCEPTION,
            Column(name="license", title="Licence", filtered=True, searched=True, shown=False),
            Column(name="severity", title="Severity", kind=Kind.OUTCOME, filtered=True, shown=False),
            *columns.KEPT,
        ),
        order="-weight",
        rows=_violations,
        project="project",
        detail="finding",
        empty="No rule on licences found anything.",
        empty_hint="That is good news where something was collected and the rules are on: umbel policy rules tells.",
    )


@listing
def FINDINGS() -> Listing:  # noqa: N802 - what it makes is a constant
    """Findings of all rules that are neither on licences nor on vulnerabilities."""
    return Listing(
        name="findings",
        title="Other findings",
        noun=("finding", "findings"),
        about="What the policy finds besides: outdated, deprecated, on hold, not in the inventory.",
        columns=(
            columns.STATE,
            columns.WHAT,
            columns.COMPONENT,
            columns.PROJECT,
            columns.PRODUCTS,
            columns.RULE,
            columns.SEVERITY,
            columns.SINCE,
            columns.EXCEPTION,
            *columns.KEPT,
        ),
        order="-weight",
        rows=_others,
        project="project",
        detail="finding",
        empty="No other rule found anything.",
    )


# ---- what is to be decided


def _undecided(shared: Shared) -> pa.Table:
    """A row for each package and question: nobody knows its licence, or the policy asks a person."""
    import pyarrow as pa

    grouped: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for each in columns.of_rules(shared, LICENSE_RULES.__contains__):
        if (
            each.package is not None
            and not each.excused
            and (each.rule == "license-unknown" or each.outcome == "unknown")
        ):
            grouped[each.package, each.what].append(each)
    rows = [_question(package, what, found) for (package, what), found in grouped.items()]
    kinds = {"projects": pa.int64(), "weight": pa.int64(), "versions": pa.list_(pa.string())}
    products = [
        sorted(
            {one.product for project in {f.project for f in found} for one in shared.workspace.owned(project)}
        )
        for found in grouped.values()
    ]
    names = ("key", "package", "name", "license", "question", "projects", "versions", "remedy", "weight")
    columns_ = {name: pa.array([row[name] for row in rows], kinds.get(name, pa.string())) for name in names}
    among = [sorted({each.project for each in found}) for found in grouped.values()]
    told = {"products": products, "among": [each if len(each) <= FEW else None for each in among]}
    return pa.table(
        {**columns_, **{name: pa.array(each, pa.list_(pa.string())) for name, each in told.items()}}
    )


def _question(package: str, what: str, found: list[Finding]) -> dict[str, Any]:
    digest = hashlib.blake2b(f"{package}\0{what}".encode("utf-8", "replace"), digest_size=8).hexdigest()
    projects = len({each.project for each in found})
    versions = sorted({each.version for each in found if each.version})
    return {
        "key": f"q-{digest}",
        "package": package,
        "name": purl.display(package),
        "license": what or None,
        "question": "Which licence is it under?" if found[0].rule == "license-unknown" else found[0].reason,
        "projects": projects,
        "versions": versions[:50],
        "remedy": found[0].remedy,
        "weight": projects * 10 + max(LEVELS.index(each.level) for each in found),
    }


@listing
def UNDECIDED() -> Listing:  # noqa: N802 - what it makes is a constant
    """Packages whose licence somebody has to decide."""
    return Listing(
        name="undecided",
        title="To decide",
        noun=("question", "questions"),
        about="Packages of which nobody knows the licence, or where the policy asks a person; most used first.",
        columns=(
            Column(name="name", title="Package", link="license-decide", searched=True),
            Column(name="question", title="Question", searched=True),
            Column(
                name="license",
                title="Said so far",
                filtered=True,
                about="What documents say; none where they are silent.",
            ),
            Column(name="projects", title="Projects", kind=Kind.NUMBER, filtered=True),
            Column(name="products", title="Products", kind=Kind.WORDS, filtered=True),
            Column(name="versions", title="Versions", kind=Kind.WORDS),
            Column(name="package", title="purl", shown=False),
            Column(name="remedy", title="Remedy", shown=False),
            Column(name="weight", title="Weight", kind=Kind.NUMBER, shown=False),
            Column(name="among", title="Projects' names", kind=Kind.WORDS, shown=False),
        ),
        order="-weight",
        rows=_undecided,
        project="among",
        counts=("projects",),
        detail="license-decide",
        empty="Nothing waits for a decision.",
    )
