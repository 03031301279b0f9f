# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who holds a project, as its own files say: a foundation, or whoever contributors give their rights to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.collect.practices._look import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect._tree import Entry
    from umbel.collect.interface import Practice
    from umbel.collect.practices._shown import Shown

_PLACES = ("", ".github", "docs", "governance", "community", "docs/governance")
_GOVERNING = ("governance*", "charter*", "technical-charter*", "project_governance*", "project-governance*")
_NOTICES = ("notice", "notice.*")
_GUIDES = (
    "contribut*",
    "cla",
    "cla.*",
    "icla*",
    "ccla*",
    "contributor?license?agreement*",
    "copyright-assignment*",
)
_LONGEST = 60_000
_HELD_BY = (
    r"\b(?:(?:hosted|held|governed|stewarded|owned|overseen) (?:by|at|under)|part of"
    r"|(?:project|program(?:me)?) (?:of|at|under|within|in)|incubat\w+ (?:at|in|by|under)"
    r"|fiscal sponsor\w*:?(?: is)?)\s+(?:the )?"
)
_WORD = r"[A-Z][\w.&'-]{0,30}"
_NAMED = (
    rf"(?-i:(?:{_WORD} (?:(?:{_WORD}|of|for|and) ){{0,6}}?)(?:Foundation|Conservancy)"
    r"|NumFOCUS|OpenJS|CNCF|Open Source Collective)\b"
)
_FOUNDATION = re.compile(rf"{_HELD_BY}(?P<name>{_NAMED})", re.IGNORECASE)
_OWNER = re.compile(
    rf"^\s*copyright\b(?:\s*\(c\))?[\d\s,–-]*(?:present)?,?\s*(?:the )?(?P<name>{_NAMED})",
    re.IGNORECASE | re.MULTILINE,
)
_HEAD = 3
"""Lines of a notice that speak of the project itself; below stand those whose work it holds."""
_ASSIGNED = re.compile(
    r"\b(?:assign(?:s|ing|ment of)?|transfer(?:s|ring)?|cede|hand over)\b[^.]{0,80}\bcopyrights?\b"
    r"|\bcopyright (?:assignment|transfer)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:\b(?:no|not|cannot|never|without|rather than|instead of|neither|formerly|previously|used to"
    r"|(?:plan|hope|want|intend)(?:s|ning|ing)? to)|n['’]t)\b[^.]{0,60}\Z",
    re.IGNORECASE,
)


def foundation(practice: str, shown: Shown) -> Practice:
    """The foundation that a governance document or a notice says it belongs to, as written."""
    for folder in _PLACES:
        for entry in _texts(shown, folder, _GOVERNING):
            said = " ".join(_plain(shown.text(entry)).split())
            for match in _FOUNDATION.finditer(said):
                if not _denied(said, match):
                    return shown.met(practice, entry, match["name"])
    for entry in _texts(shown, "", _NOTICES):
        lines = (" ".join(line.split()) for line in (shown.text(entry) or "")[:_LONGEST].splitlines())
        found = _OWNER.search("\n".join(list(filter(None, lines))[:_HEAD]))
        if found:
            return shown.met(practice, entry, found["name"])
    return shown.unmet(practice)


def copyright_assignment(practice: str, shown: Shown) -> Practice:
    """Whether a guide or an agreement asks contributors to give their copyright away."""
    for folder in ("", ".github", "docs"):
        for entry in _texts(shown, folder, _GUIDES):
            said = _plain(shown.text(entry))
            for match in _ASSIGNED.finditer(said):
                if not _denied(said, match):
                    return shown.met(practice, entry, " ".join(match[0].split())[:120])
    return shown.unmet(practice)


def _denied(said: str, match: re.Match[str]) -> bool:
    """Whether the words before take it back."""
    return bool(_DENIED.search(said[max(0, match.start() - 80) : match.start()]))


def _texts(shown: Shown, folder: str, patterns: tuple[str, ...]) -> Iterator[Entry]:
    for pattern in patterns:
        yield from sorted(named(shown, folder, pattern))[:10]


def _plain(text: str | None) -> str:
    """A document's text without the marks of links and emphasis."""
    return re.sub(r"\]\([^)\s]{0,300}\)|[\[\]*_`#>]", "", (text or "")[:_LONGEST])
