# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What turns a stance beside the quadrant: a licence that closed, an end, one firm that could change the terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.strategy.stance import Signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.evidence.session import Session
    from umbel.strategy.control.records import Control
    from umbel.strategy.interface import Ranked

TABLES = ("usage", "packages")
"""Stored tables of the portfolio's own lake that `signals` asks."""
_SAID = """
SELECT package, bool_or(archived) AS archived, bool_or(deprecated) AS deprecated,
       any_value(deprecation) AS deprecation
FROM packages WHERE package IN (SELECT unnest($packages::VARCHAR[])) GROUP BY package
"""


def signals(session: Session, ranked: Sequence[Ranked], control: Sequence[Control]) -> dict[str, Signals]:
    """What was seen of each project, and what was looked for. `control` is of those that were examined."""
    names = sorted({package for each in ranked for package in each.packages})
    said = {row[0]: row[1:] for row in session.ask(_SAID, {"packages": names}).rows()}
    who = {each.project: each for each in control}
    return {each.project: _of(each, said, who.get(each.project)) for each in ranked}


def _of(
    ranked: Ranked, said: dict[str, tuple[bool | None, bool | None, str | None]], who: Control | None
) -> Signals:
    known = [said[package] for package in ranked.packages if package in said]
    looked = []
    if any(archived is not None or deprecated is not None for archived, deprecated, _ in known):
        looked.append("ended")
    if who is not None and who.licensing.looked_at:
        looked.append("closed")
    if who is not None and who.exposure.level is not None:
        looked.append("vendor")
    return Signals(
        ended=_ended(known, len(ranked.packages)),
        closed=_closed(who),
        vendor=_vendor(who),
        looked=tuple(looked),
    )


def _ended(known: Sequence[tuple[bool | None, bool | None, str | None]], packages: int) -> str | None:
    """Archived as one package says, or deprecated as all of them say: one of several may have been renamed."""
    if any(archived for archived, _, _ in known):
        return "its repository is archived"
    if known and len(known) == packages and all(deprecated for _, deprecated, _ in known):
        why = next((text for _, _, text in known if text), None)
        return f"all its packages in use are deprecated{f' ({why[:120]})' if why else ''}"
    return None


def _closed(who: Control | None) -> str | None:
    turns = (
        [] if who is None else [each for each in who.licensing.changes if each.kind in {"closing", "opening"}]
    )
    if not turns or turns[-1].kind != "closing":
        return None
    last = turns[-1]
    since = f" since {last.at:%Y-%m-%d}" if last.at else ""
    return f"it went from {last.before} to {last.after}{since}"


def _vendor(who: Control | None) -> str | None:
    return who.exposure.because if who is not None and who.exposure.level == "high" else None
