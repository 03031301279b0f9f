# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What to ask, what to do next, what is recommended, what turned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.frameworks import made
from umbel.frameworks import interview, recommend
from umbel.frameworks.assess import assess, assess_all
from umbel.frameworks.claims import Claim
from umbel.frameworks.moves import EFFORT, gains, moves
from umbel.frameworks.recommend import Scenario, When
from umbel.frameworks.turns import difference
from umbel.model.settings import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.frameworks.interface import Effort, Outcome

MANDATE = Claim(id="mandate", question="Is there a mandate?", proof="The letter", expires=24)


def test_what_holds_the_next_level_back_moves_first() -> None:
    found = made.standing({"1-x": "unmet", "3-y": "unmet", "1-z": "met"})
    assert [move.practice for move in found.moves] == ["ours/1-x", "ours/3-y"]
    assert "the one thing missing to “One”" in found.moves[0].moves


def test_effort_divides_what_is_moved() -> None:
    efforts: list[Effort] = ["large", "small", "medium"]
    practices = [made.practice(each, effort=each, level=1) for each in efforts]
    found = assess(made.framework(*practices), made.facts()).moves
    assert [move.effort for move in found] == ["small", "medium", "large"]
    assert found[0].worth == pytest.approx(found[2].worth * EFFORT["large"])


def test_one_claim_counts_for_every_framework_that_asks_it() -> None:
    shared = made.practice("a", claim="mandate", level=1)
    frameworks = [
        made.framework(shared, made.practice(f"b{n}", level=1), id=f"f{n}", title=f"F{n}") for n in range(3)
    ]
    assessed = assess_all(frameworks, made.facts(claims={"mandate": MANDATE}))
    found = moves(assessed)
    assert found[0].answers == ("f0/a", "f1/a", "f2/a")
    assert found[0].worth == pytest.approx(3 * found[1].worth)
    assert "also in F1, F2" in found[0].moves
    asked = interview.questions(assessed, {"mandate": MANDATE})
    assert (asked[0].claim, asked[0].question, asked[0].months) == ("mandate", "Is there a mandate?", 24)
    assert asked[0].answers == ("f0/a", "f1/a", "f2/a")
    answered = assess_all(frameworks, made.facts(made.attested("mandate"), claims={"mandate": MANDATE}))
    assert [each.overall.met for each in answered] == [1, 1, 1]
    assert "mandate" not in {each.claim for each in interview.questions(answered, {"mandate": MANDATE})}


def test_what_evidence_answers_is_not_asked_and_what_it_suggests_is() -> None:
    practices = [made.practice("seen", "evidence"), made.practice("both", "proxy"), made.practice("said")]
    ours = made.framework(*practices, levels=())
    met = interview.questions([assess(ours, made.facts(readings=(made.reading(0.9),)))], {})
    assert {each.claim for each in met} == {"ours/both", "ours/said"}
    assert "nobody has confirmed it" in next(each.evidence for each in met if each.claim == "ours/both")
    unmet = interview.questions([assess(ours, made.facts(readings=(made.reading(0.1),)))], {})
    assert {each.claim for each in unmet} == {"ours/said"}


def test_what_ran_out_is_asked_again() -> None:
    old = made.attested("ours/said", until=made.TODAY.replace(day=1))
    (found,) = interview.questions(
        [assess(made.framework(made.practice("said"), levels=()), made.facts(old))], {}
    )
    assert (found.outcome, "ran out" in found.evidence) == ("decayed", True)


@given(
    st.dictionaries(
        st.sampled_from([f"{level}-{name}" for level in (1, 2, 3) for name in "xyz"]),
        st.sampled_from(["met", "unmet", "unknown", "not-applicable"]),
        min_size=1,
    )
)
def test_every_open_practice_is_a_move_and_nothing_else(outcomes: dict[str, Outcome]) -> None:
    found = made.standing(outcomes)
    open_ = {name for name, outcome in outcomes.items() if outcome in {"unmet", "unknown"}}
    assert {move.practice.removeprefix("ours/") for move in found.moves} == open_ == set(gains(found))
    assert all(move.worth > 0 and move.action for move in found.moves)
    assert [move.worth for move in found.moves] == sorted((move.worth for move in found.moves), reverse=True)


def test_an_action_is_one_short_step_and_the_rest_stands_behind_it() -> None:
    unknown = made.reading(None, why="nothing was collected (umbel collect)")
    ours = made.framework(
        made.practice("seen", "evidence"), made.practice("both", "proxy"), made.practice("said"), levels=()
    )
    told = {
        move.title: (move.action, move.why) for move in assess(ours, made.facts(readings=(unknown,))).moves
    }
    asked = "Nobody knows yet: nothing was collected (umbel collect)."
    assert told == {
        "Seen": ("Do it", asked),
        "Both": ("Answer it (umbel maturity attest ours/both)", f"{asked} If it isn't so: Do it"),
        "Said": ("Answer it (umbel maturity attest ours/said)", "If it isn't so: Do it"),
    }
    old = made.attested("ours/said", until=made.TODAY.replace(day=1))
    again = {move.title: move.action for move in assess(ours, made.facts(old)).moves}
    assert again["Said"] == "Say it again (umbel maturity attest ours/said)"


# ---- recommendations


def _scenario(**when: object) -> Scenario:
    told = When(**when)  # type: ignore[arg-type]
    return Scenario(
        id="s", scenario="Nobody knows the rules", because="It shows", step="Say them", petal="office",
        effort="small", when=told, moves=("ours/1-a", "ours/1-c"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        ({"all": ("ours/1-a", "ours/1-b")}, True),
        ({"all": ("ours/1-a", "ours/1-c")}, False),
        ({"all": ("ours/1-a", "ours/1-d")}, False),
        ({"any": ("ours/1-a", "ours/1-c", "ours/1-d")}, True),
        ({"any": ("ours/1-a", "ours/1-c", "ours/1-d"), "least": 2}, False),
        ({"any": ("ours/1-c",), "all": ("ours/1-a",)}, False),
        ({"all": ("ours/1-a", "theirs/x")}, False),
    ],
)
def test_a_scenario_is_shown_by_what_is_known_not_to_be_met(when: dict[str, object], shown: bool) -> None:  # noqa: FBT001
    assessed = made.standing({"1-a": "unmet", "1-b": "unmet", "1-c": "met", "1-d": "unknown"})
    found = recommend.recommended([_scenario(**when)], [assessed])
    assert bool(found) is shown
    if found:
        assert found[0].moves == ("ours/1-a",)
        assert found[0].because[0] == "It shows"
        assert "ours/1-a" in found[0].because[1]


def test_a_scenario_that_names_nothing_is_refused(tmp_path: Path) -> None:
    text = '[[recommendations]]\nid = "s"\nscenario = "a"\nbecause = "b"\nstep = "c"\npetal = "office"\neffort = "small"\n'
    for more, words in (
        ("when = {}\n", "names no practice"),
        ('when = { any = ["ours/x"], least = 2 }\n', "must be 1 to 1"),
        ('when = { any = ["x"] }\n', "must be framework/practice"),
    ):
        (tmp_path / recommend.OWN).write_text(text + more, "utf-8")
        with pytest.raises(SettingsError, match=words):
            recommend.scenarios(tmp_path)


# ---- from one day to another


def test_what_turned_is_told_with_why_then_and_now() -> None:
    then = made.standing({"1-a": "met", "1-b": "unknown", "1-c": "met", "1-d": "met"})
    now = made.standing({"1-a": "unmet", "1-b": "met", "1-c": "met", "1-d": "not-applicable"})
    found = difference(then, now)
    assert [(turn.practice, turn.was, turn.now, turn.better) for turn in found.turns] == [
        ("1-a", "met", "unmet", False),
        ("1-d", "met", "not-applicable", None),
        ("1-b", "unknown", "met", True),
    ]
    assert found.turns[2].why_then == "Nobody has said so yet."
    assert found.sentence == "75 % of its weight was met, 67 % is now; 1 better, 1 worse."
    level = difference(made.standing({"1-a": "unmet"}), made.standing({"1-a": "met"}))
    assert level.sentence.startswith("It went from no level to One; ")
