# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the rules on advisories share: how a vulnerability is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.policy.facts import is_identified
from umbel.policy.interface import Judgement
from umbel.policy.usage import symbols_used

if TYPE_CHECKING:
    from umbel.model.vulnerability import Vulnerability
    from umbel.policy.facts import Facts
    from umbel.policy.interface import Use

_LONGEST = 160
_MOST_NAMES = 20


def stands(found: Vulnerability) -> bool:
    """Whether any source still says so: one that all took back is kept, and counts no more."""
    return any(each.active for each in found.sources)


def about(lead: str, text: str | None) -> str:
    """A lead and what a summary says, as one sentence; the lead alone where there is no summary."""
    line = first_line(text)
    return f"{lead}: {line}" if line else f"{lead}."


def first_line(text: str | None) -> str:
    """A summary as one sentence, or that there is none."""
    line = " ".join((text or "").split())
    line = line if len(line) <= _LONGEST else line[: _LONGEST - 1].rsplit(" ", 1)[0] + "…"
    return line if not line or line.endswith((".", "…", "!", "?")) else f"{line}." if line else ""


def remedy(found: Vulnerability) -> str:
    """What would clear it."""
    if found.fixed is None:
        return "No release is known that fixes it."
    return f"Move to {found.fixed} or later."


def evidence(found: Vulnerability, subject: Use, facts: Facts) -> dict[str, Any]:
    """The figures that a reader wants beside it, and where they come from."""
    told = {
        "ids": list(found.ids),
        "severity": found.severity,
        "score": found.score,
        "vector": found.vector,
        "published_at": found.published_at,
        "fixed": found.fixed,
        "exploited": found.exploited,
        "probability": found.probability,
        "sources": [each.advisory for each in found.sources if each.active],
        "url": found.urls[0] if found.urls else None,
    }
    told |= _here(found, subject, facts)
    return {name: value for name, value in told.items() if value is not None}


def _here(found: Vulnerability, subject: Use, facts: Facts) -> dict[str, Any]:
    """Since when the project has it, and what its code does with the package; nothing where that isn't known."""
    since = facts.open_since(subject.project, subject.package, found.id)
    told: dict[str, Any] = {}
    if since is not None:
        told = {"open_since": since, "age_days": (facts.today - since.date()).days}
    used = facts.imported(subject.project, subject.package)
    if used is None or used.files is None:
        return told
    told |= {"imported_files": used.files, "imported_test_files": used.test_files}
    symbols = facts.affected_symbols(subject.package, [each.advisory for each in found.sources])
    if used.names:
        told["names_used"] = list(used.names[:_MOST_NAMES])
    if symbols:
        told |= {"symbols": symbols[:_MOST_NAMES], "symbols_used": symbols_used(symbols, used.names)}
    return told


def is_unimported(subject: Use, facts: Facts) -> bool:
    """Whether the project asks for the package itself, and no code of it that was read imports it, tests neither."""
    used = facts.imported(subject.project, subject.package)
    return subject.direct is True and used is not None and used.files == 0 and used.test_files == 0


def unanswered(subject: Use) -> Judgement:
    """There was nothing to ask, or nothing to ask about."""
    if not is_identified(subject.package):
        reason = "It has no purl, so no advisory can be matched."
        mend = "Have the document that names it give its purl."
    elif subject.version is None:
        reason, mend = "Its version is unknown, so nobody can say what affects it.", "Pin the version."
    else:
        reason = "No whole database of advisories about its kind was read here."
        mend = "umbel sync advisories may help."
    return Judgement(reason=reason, outcome="unknown", severity="low", what="", remedy=mend)
