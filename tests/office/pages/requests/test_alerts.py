# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Alerts in the inbox: whose they are, and those that nobody may name to them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from umbel.office import core
from umbel.office.editions import Shared
from umbel.office.pages.requests.figures import MOST, Alerts, Open, alerts_open, mine
from umbel.office.roles import Role
from umbel.office.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

TODAY = date(2026, 3, 1)


def _alert(name: str, **more: Any) -> Open:
    given: dict[str, Any] = {
        "cause": "vulnerability",
        "title": name,
        "severity": "high",
        "state": "open",
        "product": "Shop",
        "owner": "owner@acme.example",
        "due": None,
        "raised_at": datetime(2026, 1, 1, tzinfo=UTC),
        "by": None,
        "projects": ("shop-web",),
        "total": 1,
    }
    return Open(id=name, **(given | more))


ALL = Alerts(
    alerts=[
        _alert("a-1"),
        _alert("a-2", owner="mate", due=date(2026, 2, 1)),
        _alert("a-3", cause="license", owner=None),
        _alert("a-4", projects=("bluebird-vault",), owner=None),
        _alert("a-5", projects=("bluebird-vault", "shop-web"), owner=None, cause="license-change"),
    ],
    total=5,
    looked=True,
)


@pytest.mark.parametrize(
    ("roles", "names", "hidden", "wanted"),
    [
        ({Role.VIEWER}, {"Owner@acme.example"}, (), ["a-1"]),
        ({Role.CONTRIBUTOR}, {"mate", ""}, (), ["a-2"]),
        ({Role.VIEWER}, {""}, (), []),
        ({Role.LEGAL}, set(), (), ["a-3", "a-5"]),
        ({Role.SECURITY}, set(), (), ["a-1", "a-2", "a-4"]),
        ({Role.SECURITY}, set(), ("bluebird-vault",), ["a-1", "a-2"]),
        ({Role.OFFICE}, set(), ("bluebird-vault",), ["a-1", "a-2", "a-3", "a-5"]),
    ],
)
def test_whose_an_alert_is(
    roles: set[Role], names: set[str], hidden: tuple[str, ...], wanted: list[str]
) -> None:
    seen = Seen(roles=frozenset(roles), hidden=frozenset(hidden))
    found = mine(ALL, seen, names, TODAY)
    assert [each.id for each in found.alerts] == wanted
    assert found.total == len(wanted)
    assert found.late == ("a-2" in wanted)


def test_few_are_shown_of_how_many() -> None:
    many = Alerts(alerts=[_alert(f"a-{number}") for number in range(100)], total=MOST + 7, looked=True)
    found = mine(many, Seen(roles=frozenset({Role.OFFICE})), set(), TODAY)
    assert (len(found.alerts), found.total) == (20, 100)


@pytest.mark.django_db
def test_the_inbox_shows_what_stands(own_office: Path, as_role: Callable[[str], Client]) -> None:
    ws = core.workspace()
    ws.update_alerts(send=False, again=True)
    page = as_role("office").get("/inbox/").content.decode()
    standing = [each for each in ws.alerts() if each.resolved_at is None and each.told]
    assert standing
    assert any(each.told is not None and each.told.title in page for each in standing)
    assert own_office


@pytest.mark.django_db
def test_what_stands_is_a_figure(own_office: Path) -> None:
    ws = core.workspace()
    ws.update_alerts(send=False, again=True)
    with Shared(ws, None, TODAY) as shared:
        found = alerts_open(shared)
    assert found.looked
    assert found.total == len(found.alerts) == sum(each.resolved_at is None for each in ws.alerts()) > 0
    assert own_office


@pytest.mark.django_db
def test_nobody_looked_is_not_nothing(empty_office: Path) -> None:
    with Shared(core.workspace(), None, TODAY) as shared:
        assert alerts_open(shared) == Alerts(alerts=[], total=0, looked=False)
    assert empty_office
