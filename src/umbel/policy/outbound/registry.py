# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which rules on outgoing code there are: found by walking the package, so that nobody keeps a list."""

from __future__ import annotations

from functools import cache

from umbel.policy.discovery import found_in
from umbel.policy.outbound import rules as package
from umbel.policy.outbound.interface import PREFIX, OutboundRule


@cache
def outbound_rules() -> dict[str, OutboundRule]:
    """Every rule by its id, sorted.

    Raises `RuntimeError` at start for a module without exactly one rule, or an id that isn't its module's stem.
    """
    return found_in(package, OutboundRule, PREFIX)
