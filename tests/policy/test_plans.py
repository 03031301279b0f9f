# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Plans for software whose life ends."""

from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests import acme
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.model.settings import SettingsError
from umbel.policy import plans
from umbel.policy.risks import Owned

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 3, 1)


def _plan(**more: Any) -> plans.Plan:
    given: dict[str, Any] = {
        "owner": "shop@acme.example",
        "until": date(2026, 6, 1),
        "decided": TODAY,
        "by": "ospo@acme.example",
        "package": "pkg:npm/angular@<2",
    }
    return plans.Plan(**(given | more))


def test_a_plan_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / plans.FILE
    assert plans.load(path).plans == ()
    one = _plan(mitigation='"quoted"\n[[plans]]\nowner = 1', replacement="Angular 19")
    other = _plan(package=None, software="python", cycle="3.8")
    plans.add(path, one)
    plans.add(path, other)
    assert plans.load(path).plans == (one, other)
    assert one.name != other.name
    assert [plan.name for plan in plans.load(path).late(date(2026, 6, 2))] == [one.name, other.name]
    assert plans.load(path).late(date(2026, 6, 1)) == []


def test_two_who_add_at_once_both_do(tmp_path: Path) -> None:
    path = tmp_path / plans.FILE
    several = [_plan(package=f"pkg:npm/x{number}") for number in range(12)]
    threads = [threading.Thread(target=plans.add, args=(path, plan)) for plan in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(plan.name for plan in plans.load(path).plans) == sorted(plan.name for plan in several)
    assert [child.name for child in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"package": None}, "needs one of package and software"),
        ({"software": "python"}, "needs one of package and software"),
        ({"cycle": "3.8"}, "is of software"),
        ({"package": "pkg:"}, "names no package"),
        ({"until": date(2026, 1, 1)}, "before the day of the decision"),
        ({"owner": "  "}, "is empty"),
    ],
)
def test_a_plan_that_means_nothing_is_refused(tmp_path: Path, more: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        plans.add(tmp_path / plans.FILE, _plan(**more))
    assert not (tmp_path / plans.FILE).exists()


def test_what_is_in_use_is_found_in_the_projects_it_speaks_of(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    acme.publish(
        lake,
        (acme.stamp("shop"), acme.reading(["angular@1.8.0", "pad@1.0"])),
        (acme.stamp("pay"), acme.reading(["angular@1.8.0"])),
        (acme.stamp("new"), acme.reading(["angular@19.0.0"])),
    )
    owned = {"shop": [Owned("Shop", None, None)], "pay": [Owned("Pay", None, None)]}
    everywhere, narrow, gone = _plan(), _plan(product="SHOP"), _plan(package="pkg:npm/jquery")
    with Session(lake, acme.NOW, plans.TABLES) as session:
        found = plans.in_use(session, [everywhere, narrow, gone], lambda name: owned.get(name, []))
    assert [use.project for use in found[everywhere.name]] == ["pay", "shop"]
    assert [use.project for use in found[narrow.name]] == ["shop"]
    assert found[gone.name] == []
