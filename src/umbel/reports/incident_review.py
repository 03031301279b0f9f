# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An incident looked back at, as Markdown: what happened when, who was affected, how long each took, what is open."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.model import purl
from umbel.policy.incidents_progress import STATES
from umbel.reports.incident_text import age, counted, deadline, line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from umbel.policy.incidents import Kept
    from umbel.policy.incidents_progress import Group, Part, Progress

_MARKS = re.compile(r"([\\`*_\[\]<>|#~&!])")
_ROWS = 200
_EVENTS = {"note": "Note", "closed": "Closed", "reopened": "Opened again"}


def review(kept: Kept, progress: Progress) -> str:
    """The whole review. What only people know is left as a question."""
    sections = [
        _head(kept, progress),
        _timeline(kept, progress),
        _products(progress),
        _parts(progress),
        _questions(kept, progress),
        _faults(kept),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _head(kept: Kept, progress: Progress) -> str:
    incident = kept.incident
    closed = kept.closed_at
    until = f"closed on {closed:%Y-%m-%d}" if closed else "still open"
    took = progress.median_days
    lines = [
        f"# {marked(incident.title)}",
        "",
        f"- About: {marked(incident.about)}" + (f", {marked(incident.package)}" if incident.package else ""),
        f"- Severity: {incident.severity or 'unknown'}",
        f"- Opened: {moment(incident.opened_at)} by {marked(incident.opened_by or 'nobody named')}; {until}",
        f"- Deadline: {incident.due or 'none'}. {deadline(incident, progress)}",
        f"- Affected at the opening: {counted(progress.uses, 'use')} in {counted(progress.projects, 'project')}",
        f"- As of {moment(progress.now)}: {_counted(progress)}",
        f"- First mended: {_after(kept, progress.first_at)}; last so far: {_after(kept, progress.last_at)}",
        f"- Half of those that are mended took at most {took:.1f} days"
        if took is not None
        else "- None is mended",
    ]
    return "\n".join(lines)


def _counted(progress: Progress) -> str:
    names = {"cleared": "no longer said to be affected"}
    return ", ".join(f"{progress.count(state)} {names.get(state, state)}" for state in STATES)


def _timeline(kept: Kept, progress: Progress) -> str:
    incident = kept.incident
    told: list[tuple[datetime, str]] = [
        (incident.opened_at, f"Opened: {counted(progress.uses, 'use')} affected, or may be")
    ]
    for event in kept.events:
        by = f" ({marked(event.by)})" if event.by else ""
        text = f": {marked(event.text)}" if event.text else ""
        told.append((event.at, f"{_EVENTS[event.kind]}{by}{text}"))
    days: dict[str, list[Part]] = {}
    for part in progress.parts:
        if part.mended_at is not None:
            days.setdefault(f"{part.mended_at:%Y-%m-%d}", []).append(part)
    for own in days.values():
        names = sorted({marked(part.project) for part in own})
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        last = max(part.mended_at for part in own if part.mended_at is not None)
        told.append((last, f"Mended: {', '.join(names[:5])}{more}"))
    rows = [f"| {moment(at)} | {words} |" for at, words in sorted(told, key=lambda each: each[0])]
    return "\n".join(["## What happened when", "", "| When | What |", "|---|---|", *rows])


def _products(progress: Progress) -> str:
    head = "| Product | Owner | Projects | Uses | Mended | Affected | Unknown | Cleared | Oldest evidence | Done |"
    rows = [_product(group) for group in progress.groups]
    return "\n".join(["## By product", "", head, "|---|---|--:|--:|--:|--:|--:|--:|---|---|", *rows])


def _product(group: Group) -> str:
    cells = [
        marked(group.product or "(no product)"),
        marked(group.owner or "?"),
        *(
            str(n)
            for n in (group.projects, group.uses, group.mended, group.affected, group.unknown, group.cleared)
        ),
        moment(group.oldest_evidence_at),
        moment(group.mended_at) if group.mended_at else "–",
    ]
    return f"| {' | '.join(cells)} |"


def _parts(progress: Progress) -> str:
    rows = [_row(part, progress) for part in progress.parts[:_ROWS]]
    more = len(progress.parts) - _ROWS
    head = [
        "## What was affected",
        "",
        "| Project | Component | Way in | State | Took |",
        "|---|---|---|---|---|",
    ]
    tail = [f"\n… and {more} more: affected.csv has all of them."] if more > 0 else []
    return "\n".join([*head, *rows, *tail])


def _row(part: Part, progress: Progress) -> str:
    name = f"{purl.display(part.package)} {', '.join(part.versions)}"
    took = age(part.mended_at - progress.opened_at) if part.mended_at is not None else "–"
    return f"| {marked(part.project)} | {marked(name)} | {marked(part.path or '')} | {part.state} | {took} |"


def _questions(kept: Kept, progress: Progress) -> str:
    unknown = [part for part in progress.parts if part.state == "unknown"]
    looked = {part.project for part in unknown if part.evidence_at and part.evidence_at > progress.opened_at}
    affected = sorted({part.project for part in progress.parts if part.state == "affected"})
    nobody = sorted({group.product or "(no product)" for group in progress.groups if group.owner is None})
    unsure = sum(row.affected is None for row in kept.affected)
    asked = [
        ("Nothing new was seen since the opening of", sorted({part.project for part in unknown} - looked)),
        ("Nobody can tell whether the versions in use now are affected in", sorted(looked)),
        ("Still affected", affected),
        ("Affected since, and not at the opening", sorted({row.project for row in progress.new})),
        ("No owner is named for", nobody),
    ]
    lines = [f"- {words}: {_names(names)}" for words, names in asked if names]
    if unsure:
        lines.append(f"- Of {counted(unsure, 'use')} nobody could tell whether it is affected.")
    lines += [
        "- How did we hear of it, and how long after it was known?",
        "- What took longest, and what would have made that shorter?",
        "- What did we not know about our own software, and how will we know it the next time?",
        "- Was anybody harmed? How do we know?",
        "- What changes now, who does it, and until when?",
    ]
    return "\n".join(["## Open questions", "", *lines])


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(marked(name) for name in names[:20])
    return f"{shown} and {len(names) - 20} more" if len(names) > 20 else shown


def _faults(kept: Kept) -> str:
    if not kept.faults:
        return ""
    return "\n".join(
        ["## Broken in these records", "", *(f"- {marked(str(fault))}" for fault in kept.faults)]
    )


def _after(kept: Kept, at: datetime | None) -> str:
    return "none" if at is None else f"{moment(at)}, {age(at - kept.incident.opened_at)} after the opening"


def moment(at: datetime | None) -> str:
    """A moment as people write it."""
    return "?" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def marked(text: object) -> str:
    """A document's text as one line of Markdown that is only text."""
    return _MARKS.sub(r"\\\1", line(text))
