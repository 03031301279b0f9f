# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Stances: by the quadrant, turned by signals, overruled by people; and what would change them, which is held to."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategy.strategic import DAY, FLASK, fragility, ranked
from umbel.strategy.opinions import Decided
from umbel.strategy.stance import Ours, Signals, stance_of, with_stances
from umbel.strategy.stance_model import model

TWO = Ours(people=2, commits=20, total=100, unknown=10)
NOBODY = Ours(people=0, commits=0, total=100, unknown=10)
FIRM = Signals(vendor="one firm has 90 % of the commits", looked=("vendor",))


@pytest.mark.parametrize(
    ("strategic", "risk", "skills", "ours", "signals", "stance"),
    [
        (8, 0.7, 2, TWO, None, "lead"),
        (8, 0.7, 6, NOBODY, None, "contribute"),
        (8, 0.7, 2, NOBODY, None, "sponsor"),
        (8, 0.7, None, None, None, "sponsor"),
        (6, 0.2, 2, NOBODY, None, "watch"),
        (6, 0.2, 2, TWO, None, "contribute"),
        (9, 0.2, 2, NOBODY, None, "contribute"),
        (2, 0.7, 9, TWO, None, "replace"),
        (2, 0.2, 9, TWO, None, "watch"),
        (9, 0.2, 2, TWO, FIRM, "watch"),
        (9, 0.7, 2, TWO, FIRM, "replace"),
        (9, 0.2, 2, TWO, Signals(closed="it went from MIT to BUSL-1.1"), "replace"),
        (9, 0.2, 2, TWO, Signals(ended="its repository is archived"), "lead"),
        (9, 0.2, 2, NOBODY, Signals(ended="its repository is archived"), "replace"),
        (9, None, 2, NOBODY, Signals(ended="its repository is archived"), "replace"),
    ],
)
def test_the_rules_in_words(
    strategic: float,
    risk: float | None,
    skills: float | None,
    ours: Ours | None,
    signals: Signals | None,
    stance: str,
) -> None:
    found = stance_of(ranked(strategic=strategic, risk=risk, skills=skills), ours=ours, signals=signals)
    assert found.name == stance
    for said in (signals or Signals()).told().values():
        assert said in found.reason


@pytest.mark.parametrize(
    ("strategic", "risk", "names"),
    [(6, None, "sponsor or watch"), (None, 0.7, "replace or sponsor"), (2, None, "replace or watch")],
)
def test_where_the_unknown_decides_there_is_none(
    strategic: float | None, risk: float | None, names: str
) -> None:
    found = stance_of(ranked(strategic=strategic, risk=risk), ours=NOBODY)
    assert found.name is None
    assert f"It could be {names}." in found.reason
    assert ("its history was cut off" if risk is None else "which code uses it") in found.change


def test_where_the_unknown_decides_nothing_there_is_one() -> None:
    found = stance_of(ranked(strategic=8, risk=None, skills=6), ours=NOBODY)
    assert found.name == "contribute"
    assert " Or: " in found.reason


def test_a_score_without_verdict_is_not_held_against_lines() -> None:
    assert stance_of(ranked(strategic=9, risk=0.7, verdict=False), ours=TWO).name is None


def test_what_would_change_it_names_the_lines() -> None:
    found = stance_of(ranked(strategic=8, risk=0.7), ours=TWO)
    assert found.change == (
        "Without our people there (now 2): sponsor; its risk below 50 % (now 70 %): contribute; "
        "how much business depends on it below 5.5 (now 8.0): replace. "
        "Not known: whether its licence changed, whether it is still maintained, who controls it."
    )
    turned = stance_of(ranked(strategic=6, risk=0.2), ours=NOBODY, signals=FIRM)
    assert "Its risk from 50 % on (now 20 %): replace" in turned.change
    assert "who controls it" not in turned.change


@given(st.floats(1, 10), st.floats(0, 1), st.integers(0, 3), st.floats(1, 10), st.booleans())
def test_every_change_told_comes_true(
    strategic: float,
    risk: float,
    people: int,
    skills: float,
    firm: bool,  # noqa: FBT001
) -> None:
    def asked(**moved: Any) -> Any:
        now = {"strategic": strategic, "risk": risk, "skills": skills, "people": people} | moved
        ours = Ours(people=now.pop("people"), commits=0, total=9, unknown=0)
        return stance_of(ranked(**now), ours=ours, signals=FIRM if firm else None)

    told = asked()
    lines = model().lines
    for clause in re.split(r"; |\. ", told.change):
        match = re.search(r": (lead|contribute|sponsor|watch|replace)\.?$", clause)
        if not match or "firm" in clause:
            continue
        below = "below" in clause
        if "people" in clause:
            moved = asked(people=0 if "ithout" in clause else 1)
        elif "risk" in clause:
            moved = asked(risk=lines["fragile"].value - (1e-6 if below else 0))
        elif "skills" in clause:
            moved = asked(skills=lines["skills"].value - (1e-6 if below else 0))
        else:
            line = float(re.findall(r"(?:below|from) (\d\.\d)", clause)[0])
            moved = asked(strategic=line - (1e-6 if below else 0))
        assert moved.name == match[1] != told.name, clause


def test_people_overrule_and_the_rules_stand_beside() -> None:
    decided = Decided(
        project=FLASK, stance="watch", by="ospo@acme.example", decided=date(2026, 1, 5), reason="a fork is coming",
        review=date(2026, 2, 1),
    )  # fmt: skip
    found = stance_of(ranked(), ours=TWO, decided=decided, day=DAY)
    assert (found.name, found.decided_by, found.decided) == ("watch", "ospo@acme.example", date(2026, 1, 5))
    assert found.reason.startswith("A fork is coming (ospo@acme.example, 2026-01-05). The rules say lead: ")
    assert "Its review was due on 2026-02-01." in found.change
    assert "is due on" in stance_of(ranked(), decided=decided, day=date(2026, 1, 6)).change
    unknown = msgspec.structs.replace(ranked(), fragility=None)
    assert stance_of(unknown, decided=decided, day=DAY).name == "watch"


def test_a_list_keeps_its_order_and_gets_a_stance_each() -> None:
    every = [ranked("github.com/a/a"), ranked("github.com/b/b", strategic=2, fragility=fragility(0.1))]
    found = with_stances(every, ours={"github.com/a/a": TWO})
    assert [(each.project, each.stance.name if each.stance else None) for each in found] == [
        ("github.com/a/a", "lead"), ("github.com/b/b", "watch"),
    ]  # fmt: skip


def test_the_model_is_whole() -> None:
    chosen = model()
    known = {*chosen.lines, "closed", "ended", "vendor"}
    assert all(rule.when.keys() <= known for rule in chosen.rule)
    assert chosen.rule[-1].when == {}
    assert {rule.stance for rule in chosen.rule} == {"lead", "contribute", "sponsor", "watch", "replace"}
    assert all(line.reason and line.what for line in chosen.lines.values())
