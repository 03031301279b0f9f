# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Findings as rows of a list: what all lists of findings share, on the legal pages and on those of risks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.app.licensing import first_seen
from umbel.frameworks.indicators.policy import LICENSE_RULES, SECURITY_RULES
from umbel.model import purl
from umbel.model.finding import LEVELS, SEVERITIES
from umbel.office.editions.listing import Column, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    import pyarrow as pa

    from umbel.model.finding import Finding
    from umbel.office.editions.interface import Shared

ANY = LICENSE_RULES + SECURITY_RULES
LONGEST = 16_000
"""Characters of evidence that are kept with a finding."""

WHAT = Column(
    name="reason",
    title="What",
    link="finding",
    about="What the rule says of it, in a sentence. It leads to all that is known.",
)
STATE = Column(
    name="state",
    title="State",
    kind=Kind.OUTCOME,
    filtered=True,
    about="fail closes a gate, warn and note only tell; an exception excuses, VEX covers; unknown: nobody can say.",
)
SEVERITY = Column(
    name="severity", title="Severity", kind=Kind.OUTCOME, filtered=True, about="As the rule rates it."
)
RULE = Column(name="rule", title="Rule", filtered=True, about="The rule of the policy that finds it.")
PROJECT = Column(
    name="project", title="Project", link="project", link_key="project", filtered=True, searched=True
)
COMPONENT = Column(
    name="component",
    title="Component",
    searched=True,
    link="package",
    link_key="package",
    about="Package and version; none where the rule speaks of the whole project.",
)
PRODUCTS = Column(
    name="products",
    title="Product",
    kind=Kind.WORDS,
    filtered=True,
    about="The products that the project belongs to.",
)
SINCE = Column(
    name="since",
    title="Since",
    kind=Kind.DAY,
    filtered=True,
    about="The day from which on it is known to be so in this project; of a vulnerability not before it was published.",
)
EXCEPTION = Column(
    name="exception",
    title="Excepted",
    filtered=True,
    about="in force, ended, or none: whether somebody accepted it, and until when.",
)
KEPT = tuple(
    Column(name=name, title=title, kind=kind, shown=False, filtered=name in {"exception_id", "gate"})
    for name, title, kind in (
        ("gate", "Closes a gate", Kind.YES),
        ("weight", "Weight", Kind.NUMBER),
        ("package", "Package", Kind.TEXT),
        ("version", "Version", Kind.TEXT),
        ("what", "About", Kind.TEXT),
        ("outcome", "Outcome", Kind.OUTCOME),
        ("level", "Level", Kind.OUTCOME),
        ("remedy", "Remedy", Kind.TEXT),
        ("direct", "Direct", Kind.YES),
        ("scope", "Scope", Kind.TEXT),
        ("place", "Place", Kind.TEXT),
        ("path", "Way in", Kind.WORDS),
        ("owners", "Owners", Kind.WORDS),
        ("exception_id", "By which exception", Kind.TEXT),
        ("exception_until", "Excepted until", Kind.DAY),
        ("vex", "VEX", Kind.TEXT),
        ("evidence", "Evidence", Kind.TEXT),
    )
)
"""What a list of findings holds beside its columns on the page: for its own page, and to take away."""


def of_rules(shared: Shared, wanted: Callable[[str], bool]) -> list[Finding]:
    """The findings of the verdict that rules of some kind made, gravest first."""
    return [each for each in shared.known.verdict.findings if wanted(each.rule)]


def table(shared: Shared, findings: list[Finding], more: dict[str, Callable[[Finding], Any]]) -> pa.Table:
    """Findings as an Arrow table with every column that is declared here, `key`, and `more`."""
    import pyarrow as pa

    types = {
        "products": pa.list_(pa.string()),
        "owners": pa.list_(pa.string()),
        "path": pa.list_(pa.string()),
    }
    types |= {
        "weight": pa.int64(),
        "direct": pa.bool_(),
        "gate": pa.bool_(),
        "since": pa.date32(),
        "exception_until": pa.date32(),
    }
    keys, kept = _unique(findings)
    since = _since(shared, kept)
    owned = _owned(shared, {each.project for each in kept})
    rows: dict[str, list[Any]] = {
        "key": keys,
        "since": since,
        "products": [owned[each.project][0] for each in kept],
        "owners": [owned[each.project][1] for each in kept],
        **{name: [tell(each) for each in kept] for name, tell in (_TOLD | more).items()},
    }
    return pa.table({name: _column(values, types.get(name)) for name, values in rows.items()})


def _column(values: list[Any], kind: Any) -> Any:
    import pyarrow as pa

    if kind is None and not any(each is not None for each in values):
        return pa.array(values, pa.string())  # of nothing but unknown Arrow makes a type that no file has
    return pa.array(values, kind)


def _unique(findings: Iterable[Finding]) -> tuple[list[str], list[Finding]]:
    """Each finding once, with its key; the gravest of equals. Two that share a key by chance are told apart."""
    met: dict[str, tuple[Any, ...]] = {}
    keys, kept = [], []
    for each in findings:
        key, own = each.key, (each.matter, each.version)
        if met.get(key) == own:
            continue
        if key in met:
            key = f"{key}-2"
            if key in met:
                continue
        met[key] = own
        keys.append(key)
        kept.append(each)
    return keys, kept


def _since(shared: Shared, findings: list[Finding]) -> list[Any]:
    rows = [(each.project, each.package, each.version) for each in findings]
    seen = (
        first_seen(shared.known.session, rows)
        if rows and shared.known.lake is not None
        else [None] * len(rows)
    )
    found = []
    for each, day in zip(findings, seen, strict=True):
        opened = each.evidence.get("open_since")
        found.append(opened.date() if opened is not None else day)
    return found


def _owned(shared: Shared, projects: Collection[str]) -> dict[str, tuple[list[str], list[str]]]:
    told = {}
    for project in projects:
        mine = shared.workspace.owned(project)
        owners = dict.fromkeys(each.owner for each in mine if each.owner)
        told[project] = ([each.product for each in mine], list(owners))
    return told


def component(found: Finding) -> str | None:
    """Package and version as people write them; None of a whole project."""
    if found.package is None:
        return None
    return f"{purl.display(found.package)} {found.version or ''}".rstrip()


def _weight(found: Finding) -> int:
    """Gravest first, as a verdict has them: open before excused, by level, then by severity."""
    level, severity = LEVELS.index(found.level), SEVERITIES.index(found.severity)
    return (not found.excused) * 1000 + (level + 1) * 100 + (found.outcome == "unmet") * 50 + severity


def _exception(found: Finding) -> str:
    if found.exception is None:
        return "none"
    return "ended" if found.exception.expired else "in force"


def _evidence(found: Finding) -> str:
    text = msgspec.json.encode(found.evidence, enc_hook=str).decode("utf-8", "replace")
    return text if len(text) <= LONGEST else "{}"


_TOLD: dict[str, Callable[[Finding], Any]] = {
    "reason": lambda f: f.reason,
    "state": lambda f: f.state,
    "severity": lambda f: f.severity,
    "rule": lambda f: f.rule,
    "project": lambda f: f.project,
    "component": component,
    "package": lambda f: f.package,
    "version": lambda f: f.version,
    "what": lambda f: f.what or None,
    "outcome": lambda f: f.outcome,
    "level": lambda f: f.level,
    "gate": lambda f: f.fails,
    "remedy": lambda f: f.remedy,
    "direct": lambda f: f.direct,
    "scope": lambda f: f.scope,
    "place": lambda f: f.place,
    "path": lambda f: list(f.path),
    "exception": _exception,
    "exception_id": lambda f: f.exception.id if f.exception else None,
    "exception_until": lambda f: f.exception.until if f.exception else None,
    "vex": lambda f: str(f.vex) if f.vex else None,
    "evidence": _evidence,
    "weight": _weight,
}
