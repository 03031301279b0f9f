# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The list of exceptions: what is accepted although a rule says otherwise."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

from umbel.office.editions import Column, Kind, Listing
from umbel.office.editions.registry import listing

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from umbel.office.editions import Shared
    from umbel.policy.exceptions import Entry

SOON = 30
"""Days before its end from which on an exception ends soon."""
WORDS = "outbound-denied-words"
FEW = 20
"""Up to so many projects are told with a thing that is used in them: whoever may see none of them doesn't see it."""


def _exceptions(shared: Shared) -> pa.Table:
    import pyarrow as pa

    workspace, day = shared.workspace, shared.day
    entries = [e for e in workspace.exceptions(shared.known.policy).exceptions if e.decided <= day]
    covers: dict[str, int] = defaultdict(int)
    for each in shared.known.verdict.findings:
        if each.exception is not None:
            covers[each.exception.id] += 1
    tell = among(shared)
    rows = {
        "key": _keys(entries),
        "state": [state_of(each, day) for each in entries],
        "rule": [each.rule for each in entries],
        "what": [about(each) for each in entries],
        "package": [each.package or "any" for each in entries],
        "where": [each.project or "any" for each in entries],
        "product": [each.product or "any" for each in entries],
        "reason": [each.reason for each in entries],
        "by": [each.by for each in entries],
        "evidence": [each.evidence for each in entries],
        "justification": [each.justification for each in entries],
    }
    told = {name: pa.array(values, pa.string()) for name, values in rows.items()}
    told["among"] = pa.array([tell(each) for each in entries], pa.list_(pa.string()))
    told["covers"] = pa.array([covers[each.name] for each in entries], pa.int64())
    told["decided"] = pa.array([each.decided for each in entries], pa.date32())
    told["until"] = pa.array([each.end for each in entries], pa.date32())
    return pa.table(told)


def _keys(entries: list[Entry]) -> list[str]:
    """Names of exceptions; two that say the same have one, and are told apart by their place."""
    met: dict[str, int] = defaultdict(int)
    keys = []
    for each in entries:
        met[each.name] += 1
        keys.append(each.name if met[each.name] == 1 else f"{each.name}-{met[each.name]}")
    return keys


def known_names(shared: Shared) -> list[str]:
    """Every project that is known."""
    from umbel.evidence.questions.coverage import known_projects

    return known_projects(shared.known.session) if shared.known.lake is not None else []


def about(entry: Entry) -> str:
    """The matter of an exception in words; a word that must not leave isn't told here either."""
    if entry.rule == WORDS:
        return "a word that must not leave"
    return entry.what or "all that it finds"


def among(shared: Shared) -> Callable[[Entry], list[str] | None]:
    """What gives the few projects that an exception speaks of; None where they are many, or it narrows nothing.

    Whoever may see none of them doesn't see the exception: its pattern, or a package that only they use, names them.
    """
    known, users = known_names(shared), users_of(shared)

    def told(entry: Entry) -> list[str] | None:
        own, using = meant(entry.project, known), users(entry.package)
        if own is None or using is None:
            return using if own is None else own
        return sorted(set(own) & set(using)) or using

    return told


def meant(pattern: str | None, known: list[str]) -> list[str] | None:
    """The few projects that a pattern means; itself where it means none that is known."""
    from umbel.policy.file import names

    if pattern is None or pattern == "*":
        return None
    found = [name for name in known if names(pattern, name)]
    return (found or [pattern]) if len(found) <= FEW else None


def users_of(shared: Shared) -> Callable[[str | None], list[str] | None]:
    """What gives the few projects that use a package, as decisions write it; None where they are many, or unknown."""
    from umbel.model import purl
    from umbel.policy.naming import named, query

    few: dict[str, list[str] | None] = shared.once("users of packages", lambda: _users(shared))

    def told(text: str | None) -> list[str] | None:
        if text is None or text == "*":
            return None
        try:
            own = query(text).package
        except purl.PurlError:
            return None
        plain = own is not None and "*" not in own
        names = [own] if plain else [name for name in few if named(text, name, None) is not False]
        found: set[str] = set()
        for name in names:
            users = few.get(name) if name in few else []
            if users is None:
                return None
            found.update(users)
        return sorted(found) if 0 < len(found) <= FEW else None

    return told


def _users(shared: Shared) -> dict[str, list[str] | None]:
    from umbel.office.pages.portfolio.figures import packages_table

    if shared.known.lake is None:
        return {}
    table = packages_table(shared)
    return dict(zip(table.column("key").to_pylist(), table.column("among").to_pylist(), strict=True))


def state_of(entry: Entry, day: date) -> str:
    """in-force, ends-soon, ended, or withdrawn by somebody before its day."""
    if entry.ended is not None and entry.ended < day and entry.ended < entry.until:
        return "withdrawn"
    if entry.end < day:
        return "ended"
    return "ends-soon" if entry.end <= day + timedelta(SOON) else "in-force"


@listing
def EXCEPTIONS() -> Listing:  # noqa: N802 - what it makes is a constant
    """Everything that was accepted although a rule says otherwise."""
    return Listing(
        name="exceptions",
        title="Exceptions",
        noun=("exception", "exceptions"),
        about="What is accepted although a rule says otherwise: by whom, why, and until when. Each of them has an end.",
        columns=(
            Column(
                name="state",
                title="State",
                kind=Kind.OUTCOME,
                filtered=True,
                about=f"ends-soon: within {SOON} days.",
            ),
            Column(name="rule", title="Rule", filtered=True, link="exception"),
            Column(name="what", title="About", searched=True, about="The advisory or licence that is meant."),
            Column(name="package", title="Package", searched=True),
            Column(
                name="where", title="Project", searched=True, about="A project, or a pattern of projects."
            ),
            Column(name="product", title="Product", filtered=True),
            Column(name="reason", title="Why", searched=True),
            Column(name="by", title="By", filtered=True),
            Column(name="until", title="Until", kind=Kind.DAY, filtered=True),
            Column(name="decided", title="Decided", kind=Kind.DAY, shown=False),
            Column(
                name="covers", title="Findings", kind=Kind.NUMBER, about="Findings of which it speaks today."
            ),
            Column(name="justification", title="Justification", shown=False),
            Column(name="evidence", title="Evidence", shown=False),
            Column(name="among", title="Projects that are meant", kind=Kind.WORDS, shown=False),
        ),
        order="until",
        rows=_exceptions,
        project="among",
        detail="exception",
        empty="Nothing is excepted.",
        empty_hint="From a finding's page somebody can ask for an exception; legal or security answers.",
    )
