# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The workspace: all use cases in one object, each kind in a file of its own beside this one."""

from __future__ import annotations

from umbel.app.contributing import Contributing
from umbel.app.declaring import Declaring
from umbel.app.documenting import Documenting
from umbel.app.evaluating import Evaluating
from umbel.app.fragility import Fragilities
from umbel.app.gathering import Gathering
from umbel.app.goals import Goals
from umbel.app.health import Health
from umbel.app.incidents import Incidents
from umbel.app.indicators import Indicators
from umbel.app.inventory import Inventory
from umbel.app.links import Links
from umbel.app.maturity import Maturity
from umbel.app.pack import Packing
from umbel.app.portfolio import Portfolio
from umbel.app.receiving import Receiving
from umbel.app.report import Report
from umbel.app.reviewing import Reviewing
from umbel.app.saying import Saying
from umbel.app.upkeep import Upkeep
from umbel.app.value import Value
from umbel.app.world import World


class Workspace(
    Saying,
    Links,
    Reviewing,
    Documenting,
    Packing,
    Portfolio,
    Maturity,
    Goals,
    Indicators,
    Contributing,
    Declaring,
    Gathering,
    Receiving,
    World,
    Inventory,
    Report,
    Evaluating,
    Health,
    Incidents,
    Upkeep,
    Value,
    Fragilities,
):
    """A folder from which questions are asked: its settings, its lake, its products, its policy.

    Its methods are the use cases. Each answer can be had as of a day: an `as_of` is a moment in UTC, None is now.
    """
