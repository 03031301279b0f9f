# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Drafts of what to tell of an incident: to owners, to management, to customers.

Templates ship with Umbel. Those of the workspace come first: `decisions/incidents/templates/owners.md`.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING

from umbel.model import purl
from umbel.model.errors import UsageError
from umbel.policy.incidents import FOLDER
from umbel.reports.markup import printable, short

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta
    from pathlib import Path

    from umbel.policy.incidents import Incident, Kept
    from umbel.policy.incidents_progress import Group, Part, Progress

_PLACE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_COMMENT = re.compile(r"\A\s*<!--.*?-->\s*", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")
_LARGEST = 1 << 20
_LISTED = 40
"""Uses and products that a message names; of the others it has the number."""


def message(kept: Kept, progress: Progress, to: str, workspace: Path) -> str:
    """A draft for those whom a template is named after. Raises `UsageError` for a template that isn't there."""
    told = values(kept, progress)
    text = _template(to, workspace)
    unknown = sorted({name for name in _PLACE.findall(text) if name not in told})
    if unknown:
        raise UsageError(
            f"The template {to} asks for {', '.join(unknown)}.", f"There are {', '.join(sorted(told))}."
        )
    return _PLACE.sub(lambda found: told[found[1]], text).rstrip() + "\n"


def values(kept: Kept, progress: Progress) -> dict[str, str]:
    """What a template can ask for, by name."""
    incident = kept.incident
    fixes = sorted({(part.package, part.fixed) for part in progress.parts if part.fixed})
    unsure = sum(row.affected is None for row in kept.affected)
    return {
        "title": line(incident.title),
        "about": line(incident.about),
        "severity": incident.severity or "severity unknown",
        "summary": line(incident.summary) if incident.summary else "[what it is, in a sentence or two]",
        "opened": day(incident.opened_at),
        "now": f"{progress.now:%Y-%m-%d %H:%M} UTC",
        "age": age(progress.now - incident.opened_at),
        "due": str(incident.due) if incident.due else "[no deadline is set]",
        "deadline": deadline(incident, progress),
        "uses": counted(progress.uses, "use"),
        "projects": counted(progress.projects, "project"),
        "products": _products(incident),
        "mended": str(progress.count("mended")),
        "affected": str(progress.count("affected")),
        "unknown": str(progress.count("unknown")),
        "new": f"{counted(len(progress.new), 'use')} came since." if progress.new else "",
        "unsure": f"Of {counted(unsure, 'use')} nobody can tell whether it is affected." if unsure else "",
        "owners": _listed(_owner(group) for group in progress.groups),
        "parts": _listed(_part(part) for part in progress.parts if part.state != "mended"),
        "fix": _listed(f"{purl.display(p)}: {line(fix)} or later" for p, fix in fixes)
        if fixes
        else "No release is known that mends it.",
        "links": _listed(line(url) for url in incident.urls) if incident.urls else "[nowhere yet]",
        "status_words": _status(progress),
    }


def line(text: object) -> str:
    """A document's text as one line that does nothing but be read."""
    return short(printable(" ".join(str(text).split())), 500)


def day(moment: object) -> str:
    """The day of a moment."""
    return "?" if moment is None else f"{moment:%Y-%m-%d}"


def counted(number: int, noun: str) -> str:
    """A number and its noun."""
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def age(span: timedelta) -> str:
    """How long, in the words of a clock: hours up to two days, then days."""
    hours = max(0, int(span.total_seconds() // 3600))
    return counted(hours, "hour") if hours < 48 else counted(hours // 24, "day")


def deadline(incident: Incident, progress: Progress) -> str:
    """What the clock says of the last day."""
    if incident.due is None:
        return "No deadline is set."
    left = (incident.due - progress.now.date()).days
    if progress.done and progress.last_at is not None:
        late = (progress.last_at.date() - incident.due).days
        return "It was kept." if late <= 0 else f"It was missed by {counted(late, 'day')}."
    if left < 0:
        return f"It passed {counted(-left, 'day')} ago."
    return f"{counted(left, 'day')} left." if left else "It is today."


def _products(incident: Incident) -> str:
    names = [line(owner.product) for owner in incident.owners]
    return ", ".join(names) if names else "no product that is named in umbel.toml"


def _owner(group: Group) -> str:
    who = line(group.owner) if group.owner else "[nobody is named]"
    left = f"{group.affected} affected, {group.unknown} unknown, {group.mended} mended"
    return f"{line(group.product or '(no product)')}, {who}: {counted(group.projects, 'project')}, {left}"


def _part(part: Part) -> str:
    return f"{line(part.project)}: {line(part.path or part.package)} ({part.state})"


def _listed(rows: Iterable[str]) -> str:
    every = list(dict.fromkeys(rows))
    more = [f"- … and {len(every) - _LISTED} more"] if len(every) > _LISTED else []
    return "\n".join([*(f"- {row}" for row in every[:_LISTED]), *more]) or "- nothing"


def _status(progress: Progress) -> str:
    if progress.done:
        return "all uses that we know of are mended."
    left = progress.count("affected") + progress.count("unknown")
    return (
        f"{progress.count('mended')} of {counted(progress.uses, 'use')} are mended; we are working on {left}."
    )


def _template(name: str, workspace: Path) -> str:
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no template.")
    own = workspace / FOLDER / "templates" / f"{name}.md"
    shipped = files("umbel.model").joinpath("data", "incident_templates", f"{name}.md")
    try:
        if own.is_file():
            if own.stat().st_size > _LARGEST:
                raise UsageError(f"{own} is too large for a template.")
            text = own.read_text("utf-8")
        elif shipped.is_file():
            text = shipped.read_text("utf-8")
        else:
            hint = f"There are owners, management, customers, and those in {FOLDER}/templates."
            raise UsageError(f"There is no template {name!r}.", hint)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The template {own} can't be read.") from error
    return _COMMENT.sub("", text, count=1)
