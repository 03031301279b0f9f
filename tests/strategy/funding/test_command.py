# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel funding`, on a real repository, and with a list that is given."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests import acme
from tests.strategy.control.estate import examined
from umbel.app import Workspace
from umbel.cli.root import run
from umbel.strategy.interface import Fragility, Ranked

if TYPE_CHECKING:
    from pathlib import Path

DAY = ("--as-of", "2026-03-01")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return examined(tmp_path_factory.mktemp("estate"))


@pytest.fixture(autouse=True)
def here(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(office)


def said(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    capfd.readouterr()
    assert run(["funding", *arguments]) == code
    out, err = capfd.readouterr()
    return err if code == 2 else out


def ranked(project: str, priority: float | None, risk: float) -> Ranked:
    fragile = Fragility(project=project, as_of=acme.NOW, risk=risk, level="high", confidence=1.0)
    return Ranked(
        project=project, url=None, packages=(), products=("till", "shop"), parts={}, strategic=None,
        criticality=None, health_risk=None, priority=priority, by_data=priority, confidence=1.0,
        verdict=priority is not None, fragility=fragile,
    )  # fmt: skip


def test_where_money_helps_as_stated(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, *DAY)
    assert "https://opencollective.com/acme-shop" in out
    assert "organisation, through a fiscal host" in out
    assert "javascript" not in out


def test_a_budget_over_priorities_that_are_given(capfd: pytest.CaptureFixture[str]) -> None:
    out = said(capfd, "--budget", "1000", "shop=40", *DAY)
    assert "1,000.00 EUR over 1 project, as a proposal: people decide." in out
    assert "100.00% of 1,000.00 = 1,000.00 EUR" in out
    assert "fragile: " in out


def test_a_budget_over_a_ranked_list(office: Path) -> None:
    listed = [ranked("git.example/acme/shop", 40, 0.9), ranked("git.example/bit/gone", 30, 0.5)]
    found = Workspace(office).funding_proposal(Decimal(1000), ranked=listed, as_of=acme.NOW)
    (award,) = found.awards
    assert award.amount == 1000
    values = {part.name: part.value for part in award.parts}
    assert values["fragile"] == 0.9
    assert values["used"] == pytest.approx(0.4)
    assert values["asks"] == 1
    assert values["one-person"] == pytest.approx(0.5)
    assert award.need == pytest.approx(sum(p.weight * (p.value or 0) for p in award.parts))
    assert [(each.project, each.why) for each in found.apart] == [("git.example/bit/gone", "unknown")]


def test_without_a_verdict_there_is_no_money(office: Path) -> None:
    unsure = msgspec.structs.replace(ranked("git.example/acme/shop", 40, 0.9), verdict=False)
    found = Workspace(office).funding_proposal(Decimal(1000), ranked=[unsure], as_of=acme.NOW)
    assert found.awards == ()
    assert [each.why for each in found.apart] == ["no-priority"]


def test_nobody_to_give_to_is_no_success(capfd: pytest.CaptureFixture[str]) -> None:
    assert "are left: nobody can be given them" in said(capfd, "--budget", "1000", *DAY, code=3)


def test_wrong_usage_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    assert "is no amount" in said(capfd, "--budget", "much", code=2)
    assert "gives no priority" in said(capfd, "--budget", "10", "shop=900", code=2)
    assert "without a budget" in said(capfd, "shop=40", code=2)
