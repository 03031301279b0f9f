# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What an edition has kept of a project's metrics, so that no page has to compute one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from umbel.metrics.health import Health
from umbel.office.editions import file_of
from umbel.office.pages.portfolio import live
from umbel.office.pages.portfolio.files import health_of_ours, health_of_theirs

if TYPE_CHECKING:
    from umbel.model.measurement import Measurement
    from umbel.office.seen import Seen

_TOLD = "SELECT told FROM read_parquet($path) WHERE project = $project"


def measured(looks: Seen, metric: str, project: str) -> list[Measurement] | None:
    """What a metric says of a project of ours, else of one upstream; None where no edition has kept it."""
    for place in (health_of_ours, health_of_theirs):
        path = file_of(place, looks).value
        if path is None:
            continue
        row = live.cursor().execute(_TOLD, {"path": str(path), "project": project}).fetchone()
        if row is None:
            continue
        told = msgspec.json.decode(row[0], type=Health)
        found = [each.measurement for each in told.figures if each.measurement.metric == metric]
        if found:
            return found
    return None
