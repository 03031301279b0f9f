# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where on earth a project's work happens, by the zones that its authors' commits were written in.

Source: CHAOSS, Contributor Location, as far as zones show it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.strategy.control.model import model
from umbel.strategy.control.records import Band, Zones
from umbel.strategy.control.shares import since

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.evidence.session import Session

# A co-author's zone isn't written: only authors count.
_ZONES = """
SELECT project, zone, count(*) FROM control_work
WHERE role = 'author' AND "at" > $since::TIMESTAMPTZ GROUP BY project, zone
"""


def zones(session: Session, projects: Sequence[str]) -> dict[str, Zones]:
    """Shares of bands of zones, by project, the largest first; `shares.hold` must have been called."""
    counted: dict[str, dict[int | None, int]] = {}
    for project, zone, n in session.ask(_ZONES, {"since": since(session.as_of)}).rows():
        counted.setdefault(project, {})[zone] = n
    return {name: _zones(counted.get(name, {})) for name in projects}


def _zones(counted: dict[int | None, int]) -> Zones:
    total = sum(counted.values())
    cannot = model().cannot.text
    if not total:
        return Zones(total=0, cannot=cannot)
    bands = []
    for band in model().bands:
        n = sum(
            many for zone, many in counted.items() if zone is not None and band.since <= zone <= band.until
        )
        if n:
            bands.append(Band(name=band.name, holds=band.holds, commits=n, share=n / total))
    bands.sort(key=lambda band: (-band.commits, band.name))
    unknown = total - sum(band.commits for band in bands)
    return Zones(total=total, bands=tuple(bands), unknown=unknown / total, cannot=cannot)
