# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One sentence for each project, for the sum, and for each assumption that matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.strategy.value.ledger import PROGRAM
from umbel.strategy.value.words import amount, counted, percent, span

if TYPE_CHECKING:
    from umbel.strategy.value.answer import Driver, ProjectValue

_ALL = "all"


def of_projects(number: int) -> str:
    """Of how many records or projects a sum is."""
    return f"sum of {number}"


def of_project(each: ProjectValue, currency: str) -> str:
    """What it cost, what it saved, the return with its range, and what is left out."""
    cost = f"cost {span(each.investment)} {currency}" if each.investment else "cost nobody knows how much"
    saved = f"saved {span(each.benefit)} {currency}" if each.benefit else "saved nobody knows how much"
    if each.investment and not each.investment.p90:
        cost = "cost nothing that is known" if each.investment.bound else "cost nothing"
    if each.benefit and not each.benefit.p90:
        saved = "saved nothing that is known" if each.benefit.bound else "saved nothing"
    returned = f"return {span(each.returned, percent)}" if each.returned else f"no return: {each.why}"
    gaps = counted(len(each.unknown), "thing") + " left out as unknown"
    tail = f"; {gaps}" if each.unknown else ""
    return f"{_who(each)} {cost} and {saved}; {returned}{tail}."


def _who(each: ProjectValue) -> str:
    if each.project == _ALL:
        return f"Contributing to {counted(each.evidence['projects'], 'project')}"
    return "What is of no single project" if each.project == PROGRAM else f"Contributing to {each.project}"


def of_driver(driver: Driver, currency: str) -> str:
    """What an assumption moves, in plain words."""
    ends = f"{_figure(driver.low)} or {_figure(driver.high)} {driver.unit}"
    net = f"{amount(driver.net_low)} or {amount(driver.net_high)} {currency}"
    mark = " (this workspace's own)" if driver.own else ""
    return f"{driver.what}{mark}: {ends} makes the net {net}."


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2g}"
