# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Control in plain sentences. No share is told without the unknown beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.metrics.words import percent
from umbel.strategy.control.model import model

if TYPE_CHECKING:
    from umbel.strategy.control.records import Control, Left, Licensing, Shares, Verdict

_GOVERNED = {
    "foundation": "A foundation holds it",
    "single-vendor": "One vendor decides",
    "council": "Several people decide together",
    "few-people": "Very few people decide",
    "one-person": "One person decides",
}
_TERMS = {
    "assignment": "Contributors are asked to assign their copyright",
    "cla": "Contributors sign an agreement (CLA)",
    "cla and dco": "Contributors sign an agreement (CLA), and sign off their commits (DCO)",
    "dco": "Contributors sign off their commits (DCO) and keep their rights",
    "none seen": "Neither a CLA nor a DCO is seen",
}
_MOST_BANDS = 3
_CLOSE = 0.005


def sentences(found: Control) -> tuple[str, ...]:
    """What is known, the most important first; what isn't stands in `unknown`."""
    told = [
        _governed(found),
        _foundation(found.foundation),
        *_shares(found, found.commits, "makes"),
        *_shares(found, found.maintainers, "employs"),
        _unseen(found),
        _namesake(found),
        f"{_TERMS[found.rights.terms]}." if found.rights.terms else None,
        _license(found.licensing),
        _exposure(found),
        _zones(found),
        _left(found.left) if found.left else None,
    ]
    return tuple(sentence for sentence in told if sentence)


def _governed(found: Control) -> str | None:
    if found.governed is None:
        return "Who decides is unknown."
    vendor = found.single_vendor
    if found.governed == "foundation":
        also = f"; all the same {vendor.because}" if vendor.value else ""
        return f"{_GOVERNED['foundation']}: {found.foundation.because}{also}."
    if found.governed == "single-vendor":
        return f"{_GOVERNED['single-vendor']}: {vendor.because}."
    return f"{_GOVERNED[found.governed]}: {_seen(found)}."


def _seen(found: Control) -> str:
    """What it stands on that one, a few or several people decide."""
    number, half = found.maintainers.total, found.absence_factor
    who = (
        f"{number:,} maintainers are seen"
        if number > 1
        else "one maintainer is seen"
        if number
        else "no merge, tag or review shows a maintainer"
    )
    carried = ""
    if half is not None:
        carried = f", and {'one person makes' if half == 1 else f'{half} people make'} half of the commits"
    return who + carried


def _namesake(found: Control) -> str | None:
    """Who may hold the keys, where shares don't settle it."""
    if found.namesake is None or found.foundation.value or found.single_vendor.name == found.namesake:
        return None
    return f"Its account is called like {found.namesake}, which takes part: that may be who holds the keys."


def _unseen(found: Control) -> str | None:
    unseen = found.maintainers.unseen
    if unseen is None or unseen < model().unseen:
        return None
    part = percent(unseen)
    return (
        f"A forge put {part} of the commits in place and doesn't say for whom: there may be more maintainers."
    )


def _foundation(foundation: Verdict) -> str | None:
    """A fiscal sponsor holds no project, and is told all the same."""
    return f"{foundation.because}." if foundation.value is None and foundation.name else None


def _shares(found: Control, shares: Shares, does: str) -> list[str]:
    what, told_above = shares.of, found.governed == "single-vendor" and found.single_vendor.how == shares.of
    if not shares.total or shares.unknown is None or told_above:
        return []
    largest = shares.largest
    total = f"{shares.total:,} {what}"
    if largest is None:
        return [
            f"Of {total} the employer is unknown for all."
            if shares.total > 1
            else f"Of its {what[:-1]} the employer is unknown."
        ]
    unknown = f"for {percent(shares.unknown)}" if shares.unknown >= _CLOSE else "for none"
    return [
        f"{largest.organisation} {does} {percent(largest.share)} of {total}; {unknown} the employer is unknown."
    ]


def _license(licensing: Licensing) -> str | None:
    if licensing.license is None:
        return None
    group = f" ({licensing.group})" if licensing.group else ""
    if not licensing.changes:
        return f"Its licence is {licensing.license}{group}."
    last = licensing.changes[-1]
    when = f"{last.at:%B %Y}" if last.at else "a day unknown"
    return f"Its licence is {licensing.license}{group}; {last.before} became {last.after} in {when} ({last.kind})."


def _exposure(found: Control) -> str:
    level = found.exposure.level
    if level is None:
        return f"How exposed users are to a change of terms is unknown: {found.exposure.because}."
    return f"The exposure to a change of terms is {level}: {found.exposure.because}."


def _zones(found: Control) -> str | None:
    zones = found.zones
    if not zones.total or zones.unknown is None:
        return None
    if not zones.bands:
        return "No commit says its zone."
    named = ", ".join(f"{band.name} {percent(band.share)}" for band in zones.bands[:_MOST_BANDS])
    unknown = f"; {percent(zones.unknown)} say none" if zones.unknown >= _CLOSE else ""
    return f"By the zones of its commits the work happens in: {named}{unknown}."


def _left(left: Left) -> str:
    least = "" if left.commits - left.commits_least < _CLOSE else f"{percent(left.commits_least)} to "
    parts = [f"{least}{percent(left.commits)} of the commits"]
    if left.maintainers is not None and left.maintainers_all is not None:
        low = "" if left.maintainers_least == left.maintainers else f"{left.maintainers_least} to "
        parts.append(f"{low}{left.maintainers} of {left.maintainers_all} maintainers")
    if left.areas is not None:
        parts.append(f"someone in {left.areas_left} of {left.areas} folders")
    half = left.absence_factor
    carried = ""
    if half is not None:
        carried = f"; {'one person makes' if half == 1 else f'{half} people make'} half of the rest"
    return f"If {left.organisation} left, there would remain {', '.join(parts)}{carried}."
