# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people say of scores: added, ended, as of a day, refused with its place."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategy.strategic import DAY, FLASK
from umbel.model.settings import SettingsError
from umbel.strategy import opinions, owners
from umbel.strategy.interface import Opinion
from umbel.strategy.opinions import Decided, Opinions

if TYPE_CHECKING:
    from pathlib import Path


def said(value: float = 9, **more: Any) -> Opinion:
    given: dict[str, Any] = {
        "project": FLASK,
        "part": "dependency",
        "value": value,
        "by": "ospo@acme.example",
        "decided": DAY,
        "reason": "the shop is built on it",
    }
    return Opinion(**(given | more))


def test_an_opinion_and_a_stance_come_back_as_they_were_written(tmp_path: Path) -> None:
    hostile = said(reason='"]]\n[[stance]]\nproject = 1 # \x1b[2J')
    stance = Decided(project=FLASK, stance="lead", by="ospo@acme.example", decided=DAY, reason="we know it")
    opinions.say(tmp_path, hostile)
    opinions.decide(tmp_path, stance)
    found = opinions.load(tmp_path, DAY)
    assert dict(found) == {(FLASK, "dependency"): hostile}
    assert found.of(FLASK) == {"dependency": hostile}
    assert found.stances == {FLASK: stance}
    assert dict(opinions.load(tmp_path / "elsewhere", DAY)) == {}


def test_what_has_ended_is_told_and_the_one_before_counts_again() -> None:
    lasting = said(3, decided=date(2026, 1, 1))
    passing = said(9, decided=date(2026, 2, 1), until=date(2026, 2, 20))
    assert Opinions([passing, lasting], day=date(2026, 2, 20))[FLASK, "dependency"] is passing
    later = Opinions([passing, lasting], day=date(2026, 2, 21))
    assert later[FLASK, "dependency"] is lasting
    assert later.ended == (passing,)
    assert Opinions([passing, lasting], day=date(2026, 1, 15))[FLASK, "dependency"] is lasting
    assert len(Opinions([passing, lasting], day=date(2025, 12, 31))) == 0


def test_an_owners_figure_counts_until_somebody_writes_an_opinion(tmp_path: Path) -> None:
    answer = owners.Answer(
        project=FLASK,
        product="Shop",
        by="shop@acme.example",
        decided=DAY,
        without="no",
        dependency=8,
        reason="API",
    )
    owners.keep(tmp_path, [answer])
    found = opinions.load(tmp_path, DAY)[FLASK, "dependency"]
    assert (found.value, found.by) == (8, "shop@acme.example")
    assert found.reason == "the owner of Shop: could not be delivered without it (API)"
    opinions.say(tmp_path, said(4))
    assert opinions.load(tmp_path, DAY)[FLASK, "dependency"].value == 4
    assert (FLASK, "dependency") not in opinions.load(tmp_path, DAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"value": 11}, "must lie between 1 and 10"),
        ({"value": float("nan")}, "must lie between 1 and 10"),
        ({"part": "charm"}, "must be one of dependency, opportunity"),
        ({"reason": " "}, "is empty"),
        ({"by": ""}, "is empty"),
        ({"project": "two words"}, "must be a project's name"),
        ({"until": date(2025, 1, 1)}, "before the day of the decision"),
    ],
)
def test_what_means_nothing_is_refused_and_leaves_no_file(
    tmp_path: Path, more: dict[str, Any], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        opinions.say(tmp_path, said(**more))
    assert not (tmp_path / opinions.FILE).exists()


def test_every_fault_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / opinions.FILE
    path.parent.mkdir()
    path.write_text(
        '[[opinion]]\nproject = "github.com/a/b"\npart = "charm"\nvalue = 0\nby = "x"\ndecided = 2026-01-01\n'
        'reason = "r"\n\n[[stance]]\nproject = "github.com/a/b"\nstance = "adore"\nby = "x"\ndecided = 2026-01-01\n'
    )
    with pytest.raises(SettingsError) as caught:
        opinions.load(tmp_path)
    told = [str(fault) for fault in caught.value.faults]
    assert [line.partition(",")[0] for line in told] == ["line 3", "line 4", "line 9", "line 11"]
    assert "needs 'reason'" in told[2]


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(1, 10)), max_size=8),
    st.integers(0, 40),
)
def test_what_counts_was_decided_by_then_and_has_not_ended(
    said_: list[tuple[int, int, int]], on: int
) -> None:
    start = date(2026, 1, 1)
    every = [
        said(value, decided=start + timedelta(days=a), until=start + timedelta(days=a + b))
        for a, b, value in said_
    ]
    day = start + timedelta(days=on)
    found = Opinions(every, day=day)
    standing = [
        each for each in every if each.decided <= day and each.until is not None and each.until >= day
    ]
    assert bool(found) == bool(standing)
    for each in found.values():
        assert each.decided == max(one.decided for one in standing)
    assert not set(found.ended) & set(found.values())


@pytest.mark.parametrize("number", ["0x" + "f" * 20_000, "9" * 20_000])
def test_a_number_of_any_length_is_a_fault_and_no_crash(tmp_path: Path, number: str) -> None:
    path = tmp_path / opinions.FILE
    path.parent.mkdir()
    path.write_text(
        f'[[opinion]]\nproject = "{FLASK}"\npart = "dependency"\nvalue = {number}\n'
        'by = "a"\ndecided = 2026-01-01\nreason = "x"\n'
    )
    with pytest.raises(SettingsError, match=r"must lie between|too long"):
        opinions.load(tmp_path)
