# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The lists of the pages of risks: findings of the rules on vulnerabilities, and advisories."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.app.names import matcher
from umbel.frameworks.indicators.policy import SECURITY_RULES
from umbel.model import purl
from umbel.model.finding import SEVERITIES
from umbel.office.editions import Column, Kind, Listing
from umbel.office.editions.registry import listing
from umbel.office.pages.legal import columns
from umbel.office.pages.legal.exceptions_listed import FEW, users_of
from umbel.office.pages.security.ends_listed import ENDS
from umbel.office.pages.security.vex_listed import VEX

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from umbel.model.finding import Finding
    from umbel.office.editions import Shared

__all__ = ["ADVISORIES", "ENDS", "RISKS", "VEX"]

EXPLOITED = "known-exploited"


# ---- risks


def _risks(shared: Shared) -> pa.Table:
    import pyarrow as pa

    found = columns.of_rules(shared, SECURITY_RULES.__contains__)
    table = columns.table(shared, found, {"advisory": lambda f: f.what or None, **_TOLD})
    for name, kind in (
        ("due", pa.date32()),
        ("published", pa.date32()),
        ("epss", pa.float64()),
        ("score", pa.float64()),
        ("exploited", pa.bool_()),
        ("overdue", pa.bool_()),
    ):
        place = table.column_names.index(name)
        table = table.set_column(place, name, table.column(name).cast(kind))
    return table


def _day(value: Any) -> date | None:
    return value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None


def _overdue(found: Finding) -> bool | None:
    late = found.evidence.get("overdue_days")
    return None if late is None else late > 0


def _exploited(found: Finding) -> bool | None:
    """Whether it is known to be exploited; None where nobody says."""
    told: bool | None = found.evidence.get("exploited")
    return True if found.rule == EXPLOITED and found.outcome == "unmet" else told


_TOLD = {
    "published": lambda f: _day(f.evidence.get("published_at")),
    "due": lambda f: _day(f.evidence.get("due")),
    "overdue": _overdue,
    "fixed": lambda f: f.evidence.get("fixed"),
    "epss": lambda f: f.evidence.get("probability"),
    "score": lambda f: f.evidence.get("score"),
    "exploited": _exploited,
}


@listing
def RISKS() -> Listing:  # noqa: N802 - what it makes is a constant
    """Findings of the rules on vulnerabilities."""
    return Listing(
        name="risks",
        title="Risks",
        noun=("risk", "risks"),
        about="Vulnerable, exploited or malicious components in use, where they are, and how to be rid of them.",
        columns=(
            columns.STATE,
            columns.SEVERITY,
            columns.WHAT,
            columns.COMPONENT,
            columns.PROJECT,
            columns.PRODUCTS,
            Column(
                name="fixed",
                title="Cleared by",
                about="The lowest version that clears it; ? where no release is known to.",
            ),
            Column(
                name="exploited",
                title="Exploited",
                kind=Kind.YES,
                filtered=True,
                about="Whether it is known to be exploited; ?: nobody says.",
            ),
            Column(
                name="epss",
                title="EPSS",
                kind=Kind.SHARE,
                filtered=True,
                about="How likely it is to be exploited within 30 days.",
            ),
            Column(
                name="due",
                title="Due",
                kind=Kind.DAY,
                filtered=True,
                about="By the policy's days for its severity.",
            ),
            Column(name="overdue", title="Overdue", kind=Kind.YES, filtered=True, shown=False),
            Column(name="advisory", title="Advisory", searched=True, filtered=True, shown=False),
            msgspec.structs.replace(columns.SINCE, shown=False),
            msgspec.structs.replace(columns.RULE, shown=False),
            msgspec.structs.replace(columns.EXCEPTION, shown=False),
            Column(name="published", title="Published", kind=Kind.DAY, shown=False),
            Column(name="score", title="CVSS", kind=Kind.NUMBER, shown=False),
            *columns.KEPT,
        ),
        order="-weight",
        rows=_risks,
        project="project",
        detail="finding",
        empty="No rule on vulnerabilities found anything.",
        empty_hint="Without advisories nobody can: umbel sync advisories.",
    )


# ---- advisories


def _advisories(shared: Shared) -> pa.Table:
    import pyarrow as pa

    grouped: dict[str, list[Finding]] = defaultdict(list)
    for each in columns.of_rules(shared, SECURITY_RULES.__contains__):
        if each.what:
            grouped[each.what].append(each)
    secret = _secret(shared)
    rows = [_advisory(shared, name, found, secret) for name, found in grouped.items()]
    words = pa.list_(pa.string())
    kinds = dict.fromkeys(("ids", "packages", "products", "among", "fixed"), words)
    kinds |= {name: pa.int64() for name in ("projects", "open", "excused", "overdue", "weight")}
    kinds |= {name: pa.date32() for name in ("published", "due", "since")}
    kinds |= {"epss": pa.float64(), "score": pa.float64(), "exploited": pa.bool_()}
    names = [column.name for column in ADVISORIES.columns]
    return pa.table(
        {
            name: pa.array([row.get(name) for row in rows], kinds.get(name, pa.string()))
            for name in ("key", *names)
        }
    )


def _secret(shared: Shared) -> Callable[[Finding], bool]:
    """What tells a finding of a package that only confidential projects use: a list for all doesn't name it."""
    rules = shared.workspace.settings.office.confidential
    is_secret = matcher([pattern for rule in rules for pattern in rule.projects])
    users = users_of(shared) if rules else None

    def secret(found: Finding) -> bool:
        using = users(found.package) if users is not None else None
        return bool(using) and all(map(is_secret, using or ()))

    return secret


def _advisory(
    shared: Shared, name: str, found: list[Finding], secret: Callable[[Finding], bool]
) -> dict[str, Any]:
    standing = [each for each in found if not each.excused]
    projects = sorted({each.project for each in found})
    told = [each.evidence for each in found]
    worst = max((each.severity for each in found), key=SEVERITIES.index)
    exploited = any(_exploited(each) for each in found)
    due = min((day for each in standing if (day := _day(each.evidence.get("due")))), default=None)
    products = {one.product for project in projects for one in shared.workspace.owned(project)}
    return {
        "key": name,
        "advisory": name,
        "summary": found[0].reason.partition(": ")[2] or found[0].reason,
        "severity": worst,
        "state": _state(standing),
        "ids": sorted({one for each in told for one in each.get("ids", ()) if isinstance(one, str)} - {name})[
            :20
        ],
        "exploited": True if exploited else _agreed(told, "exploited"),
        "epss": max(
            (each["probability"] for each in told if each.get("probability") is not None), default=None
        ),
        "score": max((each["score"] for each in told if each.get("score") is not None), default=None),
        "packages": sorted(
            {purl.display(each.package) for each in found if each.package and not secret(each)}
        )[:50],
        "fixed": sorted({str(each["fixed"]) for each in told if each.get("fixed")})[:10],
        "projects": len(projects),
        "products": sorted(products),
        "open": len(standing),
        "excused": len(found) - len(standing),
        "overdue": sum(bool(_overdue(each)) for each in standing),
        "published": min((day for each in told if (day := _day(each.get("published_at")))), default=None),
        "due": due,
        "since": min((day for each in told if (day := _day(each.get("open_since")))), default=None),
        "url": next((str(each["url"]) for each in told if each.get("url")), None),
        "among": projects if len(projects) <= FEW else None,
        "weight": bool(standing) * 10_000_000
        + exploited * 1_000_000
        + SEVERITIES.index(worst) * 100_000
        + min(len(projects), 99_999),
    }


def _state(standing: list[Finding]) -> str:
    if not standing:
        return "excused"
    levels = {each.state for each in standing}
    return next(each for each in ("fail", "warn", "unknown", "note") if each in levels)


def _agreed(told: list[dict[str, Any]], name: str) -> bool | None:
    """What those who say anything say."""
    said = {each[name] for each in told if each.get(name) is not None}
    return said.pop() if len(said) == 1 else None


@listing
def ADVISORIES() -> Listing:  # noqa: N802 - what it makes is a constant
    """Advisories that concern something in use."""
    return Listing(
        name="advisories",
        title="Advisories",
        noun=("advisory", "advisories"),
        about="Each vulnerability once, by the reach that it has here: known exploited first, then by severity.",
        columns=(
            Column(
                name="state",
                title="State",
                kind=Kind.OUTCOME,
                filtered=True,
                about="The worst of its findings.",
            ),
            Column(name="severity", title="Severity", kind=Kind.OUTCOME, filtered=True),
            Column(name="advisory", title="Advisory", link="advisory", searched=True),
            Column(name="summary", title="What", searched=True),
            Column(name="packages", title="Packages", kind=Kind.WORDS, filtered=True),
            Column(name="fixed", title="Cleared by", kind=Kind.WORDS),
            Column(name="exploited", title="Exploited", kind=Kind.YES, filtered=True),
            Column(
                name="epss",
                title="EPSS",
                kind=Kind.SHARE,
                filtered=True,
                about="How likely it is to be exploited within 30 days.",
            ),
            Column(name="projects", title="Projects", kind=Kind.NUMBER, filtered=True),
            Column(name="products", title="Products", kind=Kind.WORDS, filtered=True, shown=False),
            Column(
                name="open",
                title="Open",
                kind=Kind.NUMBER,
                about="Findings that neither an exception nor VEX covers.",
            ),
            Column(name="excused", title="Covered", kind=Kind.NUMBER, shown=False),
            Column(name="overdue", title="Overdue", kind=Kind.NUMBER, filtered=True, shown=False),
            Column(name="due", title="Next due", kind=Kind.DAY, filtered=True),
            Column(name="published", title="Published", kind=Kind.DAY, filtered=True, shown=False),
            Column(name="since", title="Here since", kind=Kind.DAY, shown=False),
            Column(name="ids", title="Also known as", kind=Kind.WORDS, shown=False, searched=True),
            Column(name="score", title="CVSS", kind=Kind.NUMBER, shown=False),
            Column(name="url", title="Address", shown=False),
            Column(name="among", title="Projects' names", kind=Kind.WORDS, shown=False),
            Column(name="weight", title="Weight", kind=Kind.NUMBER, shown=False),
        ),
        order="-weight",
        rows=_advisories,
        project="among",
        counts=("projects", "open", "excused", "overdue"),
        detail="advisory",
        global_search="advisory",
        empty="No advisory that is known here concerns what is in use.",
        empty_hint="Without advisories nobody can say: umbel sync advisories.",
    )
