# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Goals: added, amended and never overwritten, as of a day, refused with their place; their targets' states."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from umbel.frameworks import goals, targets
from umbel.frameworks.goals import Aim, Goal, Told
from umbel.frameworks.interface import Indicator, Reading
from umbel.frameworks.targets import GRACE, Start
from umbel.model.errors import UsageError
from umbel.model.settings import SettingsError

if TYPE_CHECKING:
    from umbel.frameworks.interface import Unit
    from umbel.model.measurement import Better

DAY = date(2026, 1, 1)
ORDER = {"missed": 0, "behind": 0, "on-track": 1, "reached": 2}


def aim(target: float = 0.9, **more: Any) -> Aim:
    return Aim(**{"kpi": "patch_coverage", "target": target, "until": date(2026, 12, 31), **more})


def goal(name: str = "mended", **more: Any) -> Goal:
    said: dict[str, Any] = {
        "id": name,
        "statement": "Vulnerabilities are mended",
        "serves": "No incident stops a shop",
        "owner": "security@acme.example",
        "review": date(2026, 6, 30),
        "by": "ospo@acme.example",
        "decided": DAY,
        "kpis": (aim(),),
    }
    return Goal(**{**said, **more})


def indicator(better: Better = "higher", unit: Unit = "share") -> Indicator:
    return Indicator(
        name="patch_coverage", title="Patch coverage", question="?", definition="d", unit=unit, better=better,
        source="s", limits="l", noun="vulnerabilities",
    )  # fmt: skip


def reading(value: float | None, day: date = date(2026, 7, 1), **more: Any) -> Reading:
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return Reading(
        **{"indicator": "patch_coverage", "as_of": moment, "value": value, "unit": "share", **more}
    )


# ---- records


def test_a_goal_is_read_as_it_was_written(tmp_path: Path) -> None:
    told = goal(kpis=(aim(baseline=0.25, baseline_on=DAY), aim(3, kpi="policy_violations", coverage=0.5)))
    goals.add(tmp_path, told)
    assert [each.goal for each in goals.load(tmp_path, DAY)] == [told]


def test_what_is_written_is_plain_toml_with_a_head(tmp_path: Path) -> None:
    goals.add(tmp_path, goal())
    text = (tmp_path / goals.FILE).read_text("utf-8")
    assert text.startswith("# What the program is for")
    (entry,) = tomllib.loads(text)["goals"]
    assert entry["kpis"] == [{"kpi": "patch_coverage", "target": 0.9, "until": date(2026, 12, 31)}]


def test_a_later_record_amends_and_the_earlier_stays(tmp_path: Path) -> None:
    goals.add(tmp_path, goal())
    before = (tmp_path / goals.FILE).read_text("utf-8")
    goals.add(tmp_path, goal(statement="Mended within the SLA", decided=date(2026, 3, 1)))
    assert (tmp_path / goals.FILE).read_text("utf-8").startswith(before.rstrip("\n"))
    (then,) = goals.load(tmp_path, date(2026, 2, 28))
    (now,) = goals.load(tmp_path, date(2026, 3, 1))
    assert (then.goal.statement, len(then.records)) == ("Vulnerabilities are mended", 1)
    assert (now.goal.statement, len(now.records), now.since) == ("Mended within the SLA", 2, DAY)


def test_a_record_older_than_what_it_amends_is_refused(tmp_path: Path) -> None:
    goals.add(tmp_path, goal(decided=date(2026, 3, 1)))
    with pytest.raises(UsageError, match="decided anew on 2026-03-01"):
        goals.add(tmp_path, goal())


def test_before_its_day_there_is_no_goal(tmp_path: Path) -> None:
    goals.add(tmp_path, goal())
    assert goals.load(tmp_path, DAY - timedelta(days=1)) == []


@pytest.mark.parametrize("kind", ["ended", "dropped"])
def test_one_that_ended_stands_until_that_day_and_is_still_told(tmp_path: Path, kind: str) -> None:
    goals.add(tmp_path, goal())
    end = date(2026, 4, 1)
    said: dict[str, Any] = {"decided": end, kind: end, "reason": "another way was found"}
    goals.add(tmp_path, goal(**said))
    assert goals.load(tmp_path, end)
    assert goals.load(tmp_path, end + timedelta(days=1)) == []
    assert [each.goal.end for each in goals.every(tmp_path, date(2027, 1, 1))] == [end]
    assert goals.load(tmp_path, date(2026, 3, 31))[0].goal.end is None


def test_a_review_is_due_when_its_day_has_passed() -> None:
    assert not goal().due(date(2026, 6, 30))
    assert goal().due(date(2026, 7, 1))
    assert not goal(ended=date(2026, 6, 1), reason="x").due(date(2026, 7, 1))


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"id": "Has Spaces"}, "small letters, digits and dashes"),
    ({"statement": "  "}, "is empty"),
    ({"review": date(2025, 12, 31)}, "lies before the day of the decision"),
    ({"ended": date(2026, 2, 1)}, "needs a reason"),
    ({"ended": DAY, "dropped": DAY, "reason": "r"}, "either ended or was dropped"),
    ({"kpis": (aim(), aim())}, "stands here twice"),
    ({"kpis": (aim(kpi="patch coverage"),)}, "no name of a KPI"),
    ({"kpis": (aim(float("nan")),)}, "must be a number"),
    ({"kpis": (aim(baseline=float("inf")),)}, "must be a number"),
    ({"kpis": (aim(coverage=1.5),)}, "share from 0 to 1"),
    ({"kpis": (aim(baseline_on=date(2027, 1, 1)),)}, "must lie after the day of the baseline"),
]


@pytest.mark.parametrize(("said", "fault"), WRONG)
def test_what_can_t_be_is_refused_and_nothing_is_written(
    tmp_path: Path, said: dict[str, Any], fault: str
) -> None:
    with pytest.raises(SettingsError, match=fault):
        goals.add(tmp_path, goal(**said))
    assert not (tmp_path / goals.FILE).exists()


def test_every_fault_of_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / goals.FILE
    path.parent.mkdir()
    path.write_text(
        '[[goals]]\nid = "a b"\nstatement = ""\nserves = "s"\nowner = "o"\nreview = 2026-01-01\nby = "b"\n'
        'decided = 2025-01-01\ntypo = 1\n\n[[goals.kpis]]\nkpi = "x"\ntarget = "much"\nuntil = 2026-01-01T00:00:00\n',
        "utf-8",
    )
    with pytest.raises(SettingsError) as told:
        goals.load(tmp_path, DAY)
    places = {fault.place.partition(",")[0] for fault in told.value.faults}
    assert places == {"line 2", "line 3", "line 9", "line 13", "line 14"}


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=40).filter(
    str.strip
)


@settings(max_examples=8)
@given(st.lists(st.tuples(words, st.floats(-1e6, 1e6)), min_size=1, max_size=5))
def test_however_often_it_is_amended_every_record_stays(said: list[tuple[str, float]]) -> None:
    with TemporaryDirectory() as folder:
        for number, (statement, target) in enumerate(said):
            day = DAY + timedelta(days=number)
            goals.add(Path(folder), goal(statement=statement, decided=day, kpis=(aim(target),)))
        (told,) = goals.load(Path(folder), date(2027, 1, 1))
        assert [(each.statement, each.kpis[0].target) for each in told.records] == said
        for number, (statement, _) in enumerate(said):
            (then,) = goals.load(Path(folder), DAY + timedelta(days=number))
            assert then.goal.statement == statement


# ---- targets


def stands(value: float | None, day: date, *, start: Start | None = Start(0.5, DAY), **more: Any) -> Any:  # noqa: B008
    now = reading(value, day, **more)
    return targets.target(Told(goal=goal(), records=(goal(),)), aim(), now, indicator(), start)


@pytest.mark.parametrize(
    ("value", "day", "state"),
    [
        (0.9, date(2026, 2, 1), "reached"),
        (0.5, date(2026, 1, 1), "on-track"),
        (0.5, date(2026, 1, 31), "on-track"),  # a month's grace
        (0.5, date(2026, 7, 1), "behind"),
        # 0.5 + 0.4 · (181 - 31) days of 364 = 0.6648…
        (0.6648, date(2026, 7, 1), "behind"),
        (0.6649, date(2026, 7, 1), "on-track"),
        (0.89, date(2026, 12, 31), "on-track"),
        (0.89, date(2027, 1, 1), "missed"),
        (0.9, date(2027, 1, 1), "reached"),
    ],
)
def test_states_by_hand(value: float, day: date, state: str) -> None:
    assert stands(value, day).state == state


def test_less_may_be_better() -> None:
    told = aim(10, kpi="policy_violations")
    start = Start(100, DAY)
    found = [targets.state(value, "lower", told, date(2026, 7, 1), start) for value in (100, 60, 10, 0)]
    assert found == ["behind", "on-track", "reached", "reached"]


def test_without_a_better_way_the_target_s_side_is_the_better() -> None:
    told = aim(0.4)
    assert targets.state(0.3, "neither", told, DAY, Start(0.5, DAY)) == "reached"
    assert targets.state(0.45, "neither", told, DAY, None) is None
    assert targets.state(0.4, "neither", told, DAY, None) == "reached"


def test_what_nobody_knows_has_no_state_and_says_why() -> None:
    assert "no advisories" in stands(None, DAY, why="no advisories are known").sentence
    little = stands(0.95, DAY, coverage=0.4)
    assert (little.state, little.sentence) == (
        None,
        "Unknown: only 40 % of what it should speak of is known (80 % needed).",
    )
    blind = stands(0.6, date(2026, 7, 1), start=None)
    assert blind.state is None
    assert "without a known baseline" in blind.sentence
    early = stands(0.6, DAY, start=Start(0.5, date(2026, 3, 1)))
    assert early.state is None


def test_a_target_that_is_no_share_is_unknown_not_missed() -> None:
    told = targets.target(Told(goal=goal(), records=(goal(),)), aim(90), reading(0.95), indicator(), None)
    assert told.state is None
    assert "90 is no target of a share" in told.sentence


def test_a_figure_that_does_not_exist_is_said() -> None:
    told = targets.target(Told(goal=goal(), records=(goal(),)), aim(), None, None, None)
    assert (told.state, told.sentence) == (None, "Unknown: there is no KPI patch_coverage.")


def test_sentences_tell_numerator_denominator_and_that_it_is_stated() -> None:
    found = stands(0.75, date(2026, 7, 1), numerator=72, denominator=96, stated=True)
    assert found.sentence == (
        "72 of 96 vulnerabilities (75 %), as stated; from 50 % on 2026-01-01 to 90 % by 2026-12-31 the straight line "
        "asks for 66 % now."
    )


values = st.floats(0, 1)


@given(
    values, values, values, st.integers(-40, 500), values, st.sampled_from(["higher", "lower"]), st.booleans()
)
def test_a_better_figure_never_stands_worse(
    one: float,
    two: float,
    target: float,
    days: int,
    begin: float,
    better: Better,
    known: bool,  # noqa: FBT001
) -> None:
    start = Start(begin, DAY) if known else None
    day = DAY + timedelta(days=days)
    worse, finer = sorted((one, two), reverse=better == "lower")
    states = [targets.state(value, better, aim(target), day, start) for value in (worse, finer)]
    ranks = [0.5 if each is None else ORDER[each] for each in states]
    assert ranks[0] <= ranks[1]


@given(values, st.integers(0, 364), values)
def test_whoever_walks_on_the_line_is_on_it(begin: float, days: int, target: float) -> None:
    told, start, day = aim(target), Start(begin, DAY), DAY + timedelta(days=days)
    exact = begin + (target - begin) * days / (told.until - DAY).days
    better: Better = "higher" if target >= begin else "lower"
    assert targets.state(exact, better, told, day, start) in {"on-track", "reached"}


def test_the_grace_is_a_month() -> None:
    assert GRACE.days == 31


def test_a_baseline_that_nobody_wrote_down_is_read_from_the_evidence_of_its_day() -> None:
    told = Told(goal=goal(), records=(goal(),))
    assert targets.start_of(told, aim()) is None
    assert targets.start_of(told, aim(), reading(0.3)) == Start(0.3, DAY)
    assert targets.start_of(told, aim(), reading(0.3, coverage=0.1)) is None
    assert targets.start_of(told, aim(baseline=0.2), reading(0.3)) == Start(0.2, DAY)
    later = date(2026, 2, 1)
    assert targets.starts_on(told, aim(baseline_on=later)) == later


def test_a_goal_stands_as_its_worst_target() -> None:
    def pursued(*states: Any) -> Any:
        made = stands(0.9, DAY)
        told = tuple(msgspec.structs.replace(made, state=each) for each in states)
        return targets.Pursued(Told(goal=goal(), records=(goal(),)), told, due=False).state

    assert pursued("reached", "missed", None) == "missed"
    assert pursued("reached", "behind", "on-track") == "behind"
    assert pursued("reached", None) is None
    assert pursued("reached", "on-track") == "on-track"
    assert pursued("reached", "reached") == "reached"
    assert pursued("late", "reached") == "late"
    assert pursued() is None


def test_who_reaches_a_target_after_its_day_is_late() -> None:
    told, after = Told(goal=goal(), records=(goal(),)), date(2027, 2, 1)

    def then(last: Reading | None) -> tuple[Any, str]:
        now = reading(0.95, after)
        found = targets.target(told, aim(), now, indicator(), Start(0.5, DAY), last)
        return found.state, found.sentence

    assert then(reading(0.7))[0] == "late"
    assert "is reached late: on 2026-12-31 it was 70 %." in then(reading(0.7))[1]
    assert then(reading(0.9))[0] == "reached"
    assert then(reading(0.7, coverage=0.1)) == then(reading(None))
    assert then(reading(None))[0] == "reached"
    assert "whether it was on 2026-12-31 nobody can tell" in then(reading(None))[1]
