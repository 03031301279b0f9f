# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the pages of risks say of alerts and incidents, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from umbel.model import purl
from umbel.office.pages.legal.confidential import kept_back

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.office.editions import Page, Row
    from umbel.office.pages.security.figures import IncidentLine, RiskState
    from umbel.office.seen import Seen
    from umbel.policy.alerting.book import Standing
    from umbel.policy.incidents import Kept

OPEN = "?state=fail&state=warn&state=note"
"""What is open of a list of findings: neither excused nor covered, and known."""
_KINDS = {"note": "Note", "closed": "Closed", "reopened": "Opened again"}
_OF_ADVISORIES = frozenset({"vulnerability", "known-exploited", "malicious"})


def fits(one: Standing, text: str) -> bool:
    """Whether an alert says all words of a search."""
    if not text:
        return True
    said = one.told
    parts = (
        [one.id]
        if said is None
        else [one.id, said.title, said.what, said.of, said.reason, *said.ids, *said.components]
    )
    whole = " ".join(parts).casefold()
    return all(word in whole for word in text.split())


def ways(one: Standing, looks: Seen) -> list[str]:
    """The ways in that may be named: none where a project is kept from whoever asks."""
    if one.told is None or not all(looks.shows(each) for each in one.told.projects):
        return []
    return list(one.told.ways)


def components(one: Standing, looks: Seen) -> list[str]:
    """The components that may be named: not those that only confidential projects use."""
    kept = kept_back(looks)
    if one.told is None or kept is None:
        return []
    return [each for each in one.told.components if looks.shows(each) and not kept(each)]


def link(one: Standing) -> str | None:
    """Where more is told of what an alert is about."""
    if one.told is None:
        return None
    if one.told.cause in _OF_ADVISORIES:
        return reverse("advisory", args=[one.told.what])
    return reverse("end-of-life") if "life" in one.told.cause else None


def events(one: Standing) -> list[dict[str, Any]]:
    """What happened to an alert, newest first."""
    found: list[dict[str, Any]] = [{"moment": one.raised_at, "title": "Raised", "tone": "warn"}]
    if one.changed_at is not None:
        found.append({"moment": one.changed_at, "title": "Changed"})
    if one.acknowledged is not None:
        said = one.acknowledged
        found.append(
            {
                "day": said.decided,
                "title": "Taken care of",
                "by": said.by,
                "text": said.note or "",
                "tone": "good",
            }
        )
    if one.resolved_at is not None:
        found.append({"moment": one.resolved_at, "title": "Over", "text": one.why or "", "tone": "good"})
    return found[::-1]


def packages(row: Row, uses: Page | None) -> list[str]:
    """The packages of an advisory that may be named: those of the list for all, and those of uses that are shown."""
    of_uses = [purl.display(str(each["package"])) for each in (uses.rows if uses else ()) if each["package"]]
    return sorted({*row["packages"], *of_uses})


def mended(state: RiskState | None) -> str:
    """Of how many a release would be rid, in a sentence; nothing where none is open."""
    if state is None or not state.open:
        return ""
    if state.fixable == state.open:
        return "A release clears every open risk."
    return f"A release clears {state.fixable:,} of the {state.open:,} open risks."


def lines(every: Iterable[IncidentLine], looks: Seen) -> list[IncidentLine]:
    """Incidents that may be told: not those of which all that they affect is kept from whoever asks."""
    return [each for each in every if not each.among or any(map(looks.shows, each.among))]


def timeline(kept: Kept) -> list[dict[str, Any]]:
    """An incident's journal, newest first."""
    found: list[dict[str, Any]] = [
        {
            "moment": kept.incident.opened_at,
            "title": "Opened",
            "by": kept.incident.opened_by or "",
            "tone": "bad",
        }
    ]
    found += [
        {
            "moment": each.at,
            "title": _KINDS[each.kind],
            "by": each.by or "",
            "text": each.text or "",
            "tone": {"closed": "good", "reopened": "bad"}.get(each.kind, ""),
        }
        for each in kept.events
    ]
    return sorted(found, key=lambda event: str(event["moment"]), reverse=True)
