# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""All that is known of one candidate, from every source: what the rows are told from."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads it

import msgspec

from umbel.model.settings import Distribution  # noqa: TC001 - msgspec reads it
from umbel.policy.evaluations import Evaluation  # noqa: TC001 - msgspec reads it
from umbel.strategy.evaluate.advisories import Told  # noqa: TC001 - msgspec reads it
from umbel.strategy.evaluate.intended import Intended  # noqa: TC001 - msgspec reads it
from umbel.strategy.evaluate.known import Known, Load  # noqa: TC001 - msgspec reads it
from umbel.strategy.evaluate.upstream import Upstream  # noqa: TC001 - msgspec reads it


class About(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate. `products` are ours that use it, `ways` how the product reaches its users (empty: nobody said).

    `trial` is what a lockfile of a trial shows that it brings along, `decided` what stands on the radar.
    """

    as_of: datetime
    ways: tuple[Distribution, ...]
    known: Known
    told: Told
    intended: Intended
    upstream: Upstream
    products: tuple[str, ...] = ()
    trial: Load | None = None
    decided: Evaluation | None = None

    @property
    def package(self) -> str:
        """Its purl, without a version."""
        return self.known.package

    @property
    def examine(self) -> str:
        """The command that examines its project: `collect upstream` knows only what comes from packages in use."""
        if self.upstream.project is not None and self.known.using:
            return f"umbel collect upstream --only {self.upstream.project}"
        return f"umbel evaluate '{self.package}' --ask"
