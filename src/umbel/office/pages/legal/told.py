# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the legal pages say of rows and records, in words: no figure is made here."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from django.urls import reverse

from umbel.app.merged_policy import May
from umbel.model import license_policy, obligations, purl
from umbel.model.license_logic import leaves, tree
from umbel.office import figures as shared_figures
from umbel.office.core import workspace
from umbel.office.editions import figure_of
from umbel.office.editions.opened import connection
from umbel.office.editions.read import file_of, path_of
from umbel.office.pages.legal.confidential import kept_back
from umbel.office.pages.legal.lists import UNDECIDED, license_tops
from umbel.office.templatetags import marks
from umbel.reports.markup import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from umbel.frameworks.interface import Assessment
    from umbel.office.editions import Row
    from umbel.office.figures import Shown
    from umbel.office.pages.legal.figures import Ending, ProductDuties
    from umbel.office.pages.legal.policy_told import OverrideTold, PolicyTold, RuleTold
    from umbel.office.seen import Seen
    from umbel.policy.interface import Rule
    from umbel.policy.license_decisions import Choice, Conclusion

MOST = 20
FEW = 200
_DAY = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?").fullmatch
_HOW = {
    "concluded": "a document concludes it",
    "declared": "a document declares it",
    "detected": "a scanner found it in files",
    "registry": "a registry says it, documents are silent",
    "people": "people here decided",
}
_SAID = {
    "ids": "Known as",
    "severity": "Severity as published",
    "score": "CVSS score",
    "vector": "CVSS vector",
    "published_at": "Published",
    "fixed": "Lowest version that clears it",
    "exploited": "Known to be exploited",
    "probability": "Likely to be exploited within 30 days (EPSS)",
    "sources": "Told by",
    "open_since": "Open here since",
    "age_days": "Days open",
    "due": "Due by the policy's days",
    "overdue_days": "Days overdue",
    "imported_files": "Files that import it",
    "imported_test_files": "Test files that import it",
    "names_used": "Names that the code uses",
    "symbols": "Affected functions",
    "symbols_used": "Affected functions that the code uses",
    "license": "Licence",
    "license_from": "Licence by the word of",
    "chosen": "Chosen alternative",
    "distribution": "How its product reaches users",
    "linkage": "How it is linked",
    "url": "More about it",
}


class Card(NamedTuple):
    """A figure of an indicator, with what it is of and where it is explained."""

    title: str
    value: float | None
    of: float | str | None
    why: str
    note: str


class Top(NamedTuple):
    """A package or a project that a licence is used by most."""

    name: str
    key: str
    versions: int | None
    number: int


class Ruled(NamedTuple):
    """A rule, as its module declares it, with where that is written and tested."""

    id: str
    title: str
    what: str
    why: str
    remedy: str
    example: str
    file: str
    test: str


class Regulated(NamedTuple):
    """A framework of law or a standard: how far, and what is missing."""

    id: str
    title: str
    about: str
    met: int
    unmet: int
    counted: int
    unknown: int
    missing: list[Any]
    missing_total: int


def cards(looks: Seen, names: Iterable[str]) -> list[Card]:
    """Indicators as cards; without the edition's readings, none."""
    readings = figure_of(shared_figures.readings, looks).value or {}
    defined = figure_of(shared_figures.indicators, looks).value or {}
    return [
        _card(shared_figures.shown(readings[name], defined[name]), readings[name])
        for name in names
        if name in readings and name in defined
    ]


def _card(shown: Shown, reading: Any) -> Card:
    counted = reading.denominator is not None
    note = shown.sentence if shown.known else f"Unknown: {shown.why or 'nothing tells'}"
    return Card(
        title=shown.title,
        value=reading.numerator if counted and shown.known else reading.value,
        of=reading.denominator if counted else (shown.of or None),
        why=reverse("why-indicator", args=[shown.name]),
        note=note,
    )


# ---- licences


def how(row: Row) -> list[tuple[str, int]]:
    """By whose word a licence is known, with the components of each."""
    return [(words, row[name]) for name, words in _HOW.items() if row.get(name)]


def parts(expression: str | None) -> list[tuple[str, str, str, str]]:
    """Each licence of an expression: its name, group, what that group means, and its page at SPDX."""
    found = tree(expression)[0] if expression else None
    if found is None:
        return []
    about = {group.name: group for group in license_policy.groups().groups}
    told = []
    for part in leaves(found):
        group = about[license_policy.group_of(part.license, part.exception)]
        plain = part.license.removesuffix("+")
        listed = part.known and not plain.startswith("LicenseRef-")
        told.append(
            (
                str(part),
                group.title,
                group.meaning,
                f"https://spdx.org/licenses/{plain}.html" if listed else "",
            )
        )
    return told


def duties(expression: str | None) -> list[tuple[str, str, str]]:
    """What an expression asks for, whatever the use: title, words, and on what it depends."""
    asked = obligations.obligations(expression, obligations.Use())
    return [(each.title, each.text, each.open or "") for each in asked]


def tops(expression: str | None, looks: Seen) -> dict[str, list[Top]]:
    """The packages and projects that have most of a licence; those that mustn't be named are left out."""
    found = file_of(license_tops, looks).value
    if found is None:
        return {}
    told: dict[str, list[Top]] = {"package": [], "project": []}
    for row in _rows(found, expression):
        name, among = str(row["name"]), row["among"]
        if row["kind"] == "project" and not looks.shows(name):
            continue
        if among is not None and not any(looks.shows(project) for project in among):
            continue
        shown = purl.display(name) if row["kind"] == "package" else name
        told[row["kind"]].append(Top(printable(shown), name, row["versions"], row["number"]))
    return {kind: each[:MOST] for kind, each in told.items()}


def _rows(path: Path, expression: str | None) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    table = pq.read_table(path, filters=[("license", "==", expression or "")])
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def decisions(expression: str | None, looks: Seen) -> list[Conclusion | Choice]:
    """What people decided about a licence, the latest first."""
    if expression is None:
        return []
    told = workspace().license_decisions()
    kept = kept_back(looks)
    if kept is None:
        return []
    concluded = [each for each in told.conclude if each.expression == expression]
    chosen = [
        each
        for each in told.choose
        if expression in (each.license, each.chosen) and (each.project is None or looks.shows(each.project))
    ]
    every: list[Conclusion | Choice] = [*concluded, *chosen]
    known = [
        each for each in every if (looks.day is None or each.decided <= looks.day) and not kept(each.package)
    ]
    return sorted(known, key=lambda each: each.decided, reverse=True)[:MOST]


def decided_since(looks: Seen) -> dict[str, str]:
    """The questions that somebody answered by now although the list doesn't know yet: names by keys."""
    if looks.day is not None:
        return {}
    said = workspace().license_decisions()
    every: list[Conclusion | Choice] = [*said.conclude, *said.choose]
    newest = max((each.decided for each in every), default=None)
    kept = kept_back(looks)
    packages = {each.package.partition("@")[0] for each in every if each.decided == newest}
    packages |= {each.package for each in every if each.decided == newest}
    if kept is None or not packages:
        return {}

    def read(path: Path) -> list[tuple[str, str]]:
        marks_ = ", ".join("?" * len(packages))
        sql = f'SELECT "key", "name", "package" FROM rows WHERE "package" IN ({marks_}) LIMIT {FEW}'  # noqa: S608
        rows = connection(path).execute(sql, sorted(packages)).fetchall()
        return [(row[0], row[1]) for row in rows if not kept(row[2])]

    found = path_of(UNDECIDED, looks, read)
    return dict(found.value or ()) if found.state == "older" else {}


def ending(every: Iterable[Ending], looks: Seen) -> list[Ending]:
    """Exceptions that may be told: not those of which each project is kept from whoever asks."""
    return [each for each in every if not each.among or any(looks.shows(name) for name in each.among)]


def may_name(one: ProductDuties, looks: Seen) -> bool:
    """Whether the packages of a product may be named: not where they tell of a project that mustn't be."""
    return all(looks.shows(project) for project in one.projects)


# ---- findings


def rule(name: str) -> Ruled:
    """A rule as its module declares it."""
    from umbel.policy.registry import rules

    found: Rule | None = rules().get(name)
    if found is None:  # the edition of before an upgrade may name one that is gone
        return Ruled(name, name, "This version knows no such rule.", "", "", "", "", "")
    stem = name.replace("-", "_")
    return Ruled(
        id=name,
        title=found.title,
        what=found.what,
        why=found.why,
        remedy=found.remedy,
        example=found.example,
        file=f"src/umbel/policy/rules/{stem}.py",
        test="tests/policy/test_rules.py",
    )


def evidence(told: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Evidence as terms and values, in an order that is always the same."""
    pairs = [(words, _plain(told[name])) for name, words in _SAID.items() if name in told and name != "url"]
    pairs += [(name.replace("_", " "), _plain(value)) for name, value in told.items() if name not in _SAID]
    return pairs


def _plain(value: Any) -> Any:
    if isinstance(value, str) and _DAY(value):
        return marks.moment_of(value) or value
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_flat(each)}" for key, each in value.items() if each is not None)
    return value


def _flat(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def why(row: Row) -> list[str]:
    """The commands that show the same, with what it stands on."""
    commands = [["umbel", "policy", "explain", str(row["key"])]]
    if row["package"]:
        component = f"{row['package']}@{row['version']}" if row["version"] else str(row["package"])
        commands.append(["umbel", "why", component, "--in", str(row["project"])])
    return [shlex.join(each) for each in commands]


def history(row: Row) -> list[dict[str, Any]]:
    """What happened to a finding, newest first."""
    events = []
    if row.get("exception_until"):
        ended = row["exception"] == "ended"
        events.append(
            {
                "day": row["exception_until"],
                "title": "The exception ended" if ended else "The exception ends",
                "tone": "warn" if ended else "",
                "url": reverse("exception", args=[row["exception_id"]]),
            }
        )
    if row.get("due"):
        events.append({"day": row["due"], "title": "To be mended by the policy's days", "tone": "warn"})
    if row.get("since"):
        events.append({"day": row["since"], "title": "First known here"})
    if row.get("published"):
        events.append({"day": row["published"], "title": "Published"})
    return sorted(events, key=lambda event: str(event["day"]), reverse=True)


# ---- the policy

_GROUPS = (
    ("licences", "Licences", "violations"),
    ("risks", "Vulnerabilities", "risks"),
    ("others", "What is used besides", "findings"),
    ("outgoing", "Code that leaves the house", ""),
)
_WORTH = {"fail": 0, "warn": 1, "note": 2, "off": 3}


class Group(NamedTuple):
    """Rules of one kind, those that are worth most first, and the list of what they find."""

    id: str
    title: str
    listing: str
    rules: list[RuleTold]


def ruled(policy: PolicyTold) -> list[Group]:
    """The rules by kind."""
    return [
        Group(
            name,
            title,
            listing,
            sorted(
                (each for each in policy.rules if each.group == name),
                key=lambda each: _WORTH.get(each.level, 3),
            ),
        )
        for name, title, listing in _GROUPS
    ]


def overrides(policy: PolicyTold, looks: Seen) -> list[OverrideTold]:
    """What differs for some, without what names a project that is kept from whoever asks."""
    may = May(looks.hidden)
    shown = [msgspec.structs.replace(each, projects=may.projects(each.projects)) for each in policy.overrides]
    return [
        each
        for each, whole in zip(shown, policy.overrides, strict=True)
        if each.projects or not whole.projects
    ]


# ---- regulation


def regulation(assessed: Assessment) -> Regulated:
    """How far a framework is, and what is missing in it, the gravest first."""
    missing = [each for each in assessed.answers if each.counts and not each.met]
    order = {"unmet": 0, "contradicted": 0, "decayed": 1, "unknown": 2}
    missing.sort(key=lambda each: (order.get(each.outcome, 3), each.practice.level or 0))
    whole = assessed.overall
    return Regulated(
        id=assessed.framework.id,
        title=assessed.framework.title,
        about=assessed.framework.about,
        met=whole.met,
        unmet=whole.unmet,
        counted=whole.met + whole.unmet + whole.unknown,
        unknown=whole.unknown,
        missing=missing[:12],
        missing_total=len(missing),
    )
