# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Programs may ask so often a minute, and are told when they may again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from umbel.office import middleware, pace
from umbel.office.accounts.models import Token, User

if TYPE_CHECKING:
    from pathlib import Path


class Clock:
    """A clock that a test turns."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_one_at_a_time() -> None:
    clock = Clock()
    paced = pace.Pace(60, clock)
    assert [paced.wait("a") for _ in range(60)] == [0.0] * 60
    assert paced.wait("a") == pytest.approx(1.0)
    assert paced.wait("b") == 0.0, "each has its own"
    clock.now += 1.0
    assert paced.wait("a") == 0.0
    assert paced.wait("a") > 0
    clock.now -= 500.0
    assert paced.wait("a") > 0, "a clock that is set back gives nothing"


def test_any_number_where_the_deployment_says_so() -> None:
    paced = pace.Pace(0)
    assert not any(paced.wait("a") for _ in range(5000))


@given(st.lists(st.floats(0, 30), min_size=1, max_size=300), st.integers(1, 50))
def test_never_more_than_a_burst_and_what_time_gave(pauses: list[float], most: int) -> None:
    clock = Clock()
    paced, let_in = pace.Pace(most, clock), 0
    for pause in pauses:
        clock.now += pause
        wait = paced.wait("a")
        let_in += wait == 0
        assert 0 <= wait <= 60 / most + 1e-6
        assert let_in <= most + (clock.now - 1000.0) * most / 60 + 1e-6


def test_only_the_latest_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "MOST_KNOWN", 2)
    clock = Clock()
    paced = pace.Pace(1, clock)
    assert [paced.wait(who) for who in "abc"] == [0.0] * 3
    assert paced.wait("a") == 0.0, "forgotten"
    assert paced.wait("c") > 0


@pytest.mark.django_db
def test_a_token_that_asks_too_often_is_told_when_it_may(
    office: Path, people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert office
    clock = Clock()
    paced = pace.Pace(2, clock)
    monkeypatch.setattr(middleware, "_paced", lambda: paced)
    secrets = [Token.issue(people["owner"], name, ["read"], 1)[1] for name in ("one", "two")]
    one, two = (Client(headers={"X-Api-Key": secret}) for secret in secrets)
    assert [one.get("/api/v1/me").status_code for _ in range(3)] == [200, 200, 429]
    refused = one.get("/api/v1/me")
    assert refused["Retry-After"] == "30"
    assert json.loads(refused.content)["status"] == 429
    assert refused["Content-Type"] == "application/problem+json"
    assert two.get("/api/v1/me").status_code == 200
    clock.now += 30
    assert one.get("/api/v1/me").status_code == 200
