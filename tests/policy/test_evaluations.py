# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Decisions after evaluations: as a dated record, and as a rule that a gate asks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.collect import git_repositories as repositories
from tests.policy.cases import NOW, facts, judged, use
from tests.policy.lockfiles import package_json, package_lock
from umbel.app import Workspace, moment
from umbel.model.errors import UsageError
from umbel.model.settings import SettingsError
from umbel.policy import file
from umbel.policy.evaluations import FILE, RINGS, Evaluation, Evaluations, add, known_to, load
from umbel.policy.exceptions import Entry

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.policy.interface import Judgement

TODAY = NOW.date()


def said(package: str = "pkg:npm/left-pad", ring: str = "hold", **more: Any) -> Evaluation:
    given_: dict[str, Any] = {"reason": "a string method does it", "by": "architects@acme.example"}
    return Evaluation(package=package, ring=ring, **(given_ | {"decided": date(2026, 3, 1)} | more))  # type: ignore[arg-type]


# ---- the record


def test_what_is_added_comes_back_and_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.parent.mkdir()
    first = said(
        review=date(2027, 1, 1), compared=("pkg:npm/pad",), instead="String.padStart", product="Shop",
        asked=date(2026, 2, 1),
    )  # fmt: skip
    add(path, first)
    before = path.read_text()
    add(path, said(ring="remove", decided=date(2026, 4, 1)))
    assert path.read_text().startswith(before.rstrip("\n"))
    assert load(path).evaluations[0] == first
    assert [one.ring for one in load(path).evaluations] == ["hold", "remove"]


def test_every_fault_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "evaluations.toml"
    path.write_text(
        '[[evaluations]]\npackage = "left-pad"\nring = "perhaps"\nreason = " "\nby = "a"\ndecided = 2026-03-01\n'
        "review = 2026-01-01\nasked = 2026-03-02\n"
    )
    with pytest.raises(SettingsError) as error:
        load(path)
    told = str(error.value)
    for words in ("line 2, evaluations[1].package", "must be a purl", "line 3", "adopt, trial, hold, remove",
                  "line 4", "is empty", "line 7", "before the day of the decision",
                  "line 8", "after the day of the decision"):  # fmt: skip
        assert words in told


def test_of_several_the_latest_stands_and_a_past_day_knows_the_earlier_one() -> None:
    told = Evaluations(
        (said(ring="remove", decided=date(2026, 5, 1)), said(ring="trial", decided=date(2026, 1, 1)))
    )
    assert [one.ring for one in told.standing(TODAY)] == ["remove"]
    assert [one.ring for one in told.standing(date(2026, 2, 1))] == ["trial"]
    assert told.standing(date(2025, 12, 31)) == []


def test_of_two_on_one_day_the_one_written_later_stands() -> None:
    told = Evaluations((said(ring="remove"), said(ring="adopt")))
    assert [one.ring for one in told.standing(TODAY)] == ["adopt"]
    found, surely = told.find("pkg:npm/left-pad", "1.0.0", [], TODAY)
    assert found is not None
    assert (found.ring, surely) == ("adopt", True)


def test_the_nearer_word_counts_more_than_the_later_one() -> None:
    told = Evaluations((
        said(ring="remove", decided=date(2026, 5, 1)),
        said(ring="trial", product="Shop"),
        said("pkg:npm/left-pad@<1", "adopt", decided=date(2026, 1, 1)),
    ))  # fmt: skip

    def ring(version: str | None, *products: str) -> tuple[str | None, bool]:
        found, surely = told.find("pkg:npm/left-pad", version, products, TODAY)
        return (found.ring if found else None), surely

    assert ring("2.0.0", "shop") == ("trial", True)
    assert ring("2.0.0", "Till") == ("remove", True)
    assert ring("0.9.0", "Till") == ("adopt", True)
    assert ring(None, "Till") == ("adopt", False)
    assert told.find("pkg:npm/other", "1.0.0", [], TODAY) == (None, False)


def test_reviews_fall_due_the_day_after_until_somebody_decides_again() -> None:
    first = said(review=TODAY)
    told = Evaluations((first,))
    assert told.due(TODAY) == []
    assert told.due(TODAY + timedelta(days=1)) == [first]
    again = Evaluations((first, said(ring="adopt", decided=TODAY)))
    assert again.due(TODAY + timedelta(days=1)) == []
    assert again.before(again.evaluations[1]) == first


@given(
    some.lists(
        some.tuples(some.sampled_from(RINGS), some.integers(0, 400), some.sampled_from("ab")), max_size=12
    )
)
def test_what_stands_depends_only_on_what_was_said_by_then(told: list[tuple[str, int, str]]) -> None:
    every = Evaluations(tuple(
        said(f"pkg:npm/{name}", ring, decided=date(2025, 1, 1) + timedelta(days=day), reason=f"{place}")
        for place, (ring, day, name) in enumerate(told)
    ))  # fmt: skip
    day = date(2025, 6, 1)
    early = Evaluations(tuple(one for one in every.evaluations if one.decided <= day))
    assert every.standing(day) == early.standing(day)
    assert len({one.about for one in every.standing(day)}) == len(every.standing(day))


# ---- the rule


def _judged(*told: Evaluation, **settings: Any) -> list[Judgement]:
    return judged("radar", use(), facts(), decisions={one.name: one for one in told}, **settings)


def test_what_is_to_be_removed_is_found_with_who_why_and_when() -> None:
    (found,) = _judged(said(ring="remove", instead="String.padStart"))
    assert found.reason == (
        "pkg:npm/left-pad is to be removed (take it out): a string method does it. "
        "Decided by architects@acme.example on 2026-03-01."
    )
    assert (found.severity, found.remedy, found.what) == ("high", "Use String.padStart instead.", "remove")
    assert found.evidence["by"] == "architects@acme.example"


@pytest.mark.parametrize(("ring", "level", "hold", "expected"), [
    ("hold", "fail", "warn", "warn"),
    ("hold", "warn", "fail", "warn"),  # a rule is worth no more than its level
    ("hold", "fail", "note", "note"),
    ("hold", "fail", "off", None),
    ("remove", "fail", "off", "fail"),
    ("remove", "warn", "warn", "warn"),
    ("adopt", "fail", "fail", None),
    ("trial", "fail", "fail", None),
])  # fmt: skip
def test_levels_are_the_policys(ring: str, level: str, hold: str, expected: str | None) -> None:
    from umbel.policy.engine import level_of
    from umbel.policy.rules.radar import Settings

    settings: Any = Settings(level=level, hold=hold)  # type: ignore[arg-type]
    found = _judged(said(ring=ring), level=level, hold=hold)
    assert [level_of(one, settings) for one in found] == ([] if expected is None else [expected])


def test_a_later_decision_says_nothing_on_an_earlier_day_and_an_overdue_review_is_told() -> None:
    assert _judged(said(ring="remove", decided=TODAY + timedelta(days=1))) == []
    (late,) = _judged(said(ring="remove", review=date(2026, 4, 1)))
    assert "Its review was due on 2026-04-01." in late.reason


def test_a_range_that_nobody_can_compare_is_unknown_and_no_pass() -> None:
    rule = said("pkg:npm/left-pad@<1", "remove")
    (found,) = judged("radar", use(version=None), facts(), decisions={rule.name: rule})
    assert found.outcome == "unknown"
    assert _judged(rule) == []


def test_without_a_decision_it_isnt_asked_and_transitive_uses_may_be_left_out() -> None:
    assert "radar" not in file.Policy().for_project("shop").rules
    inner = use(direct=False)
    rule = said(ring="remove")
    assert judged("radar", inner, facts(), decisions={rule.name: rule}, transitive=False) == []


def test_decisions_of_a_product_reach_only_its_projects() -> None:
    told = Evaluations((said(ring="adopt"), said(ring="remove", product="Shop")))
    policy = known_to(file.Policy(), told)
    mine: Any = policy.for_project("shop", ["SHOP"]).rules["radar"]
    other: Any = policy.for_project("till", ["Till"]).rules["radar"]
    assert sorted(one.ring for one in mine.decisions.values()) == ["adopt", "remove"]
    assert [one.ring for one in other.decisions.values()] == ["adopt"]
    assert known_to(file.Policy(), Evaluations()).for_project("shop").rules.get("radar") is None


def test_a_policy_may_hold_decisions_itself(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    lines = '[rules.radar.decisions.pad]\npackage = "pkg:npm/pad"\nring = "hold"\nreason = "r"\nby = "b"\ndecided = 2026-01-01\n'
    path.write_text(lines)
    rule: Any = known_to(file.load(path), Evaluations((said(),))).for_project("shop").rules["radar"]
    assert {one.package for one in rule.decisions.values()} == {"pkg:npm/pad", "pkg:npm/left-pad"}
    path.write_text(lines.replace("pkg:npm/pad", "pad"))
    with pytest.raises(SettingsError, match="must be a purl"):
        file.load(path)


# ---- the gate


def _shop(folder: Path, policy: str = "") -> Path:
    repositories.init(folder)
    (folder / "policy.toml").write_text(policy)
    (folder / "decisions").mkdir()
    _commit(folder, old="1.0.0")
    return folder


def _commit(folder: Path, **versions: str) -> None:
    files = {"package.json": package_json(**versions), "package-lock.json": package_lock(versions)}
    repositories.commit(folder, files=files)


def test_only_new_uses_close_the_gate(tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop", '[rules.radar]\nlevel = "fail"\n')
    here = Workspace(shop)
    for name in ("old", "new"):
        here.decide_evaluation(said(f"pkg:npm/{name}", "remove"))
    here.decide_evaluation(said("pkg:npm/held", "hold"))
    _commit(shop, old="1.0.1", new="1.0.0", held="1.0.0")
    day = moment("2026-06-01")
    whole = here.check([shop], as_of=day).verdict
    assert {f.package for f in whole.findings if f.rule == "radar"} == {
        f"pkg:npm/{n}" for n in ("old", "new", "held")
    }
    change = here.check([shop], against="HEAD~1", as_of=day).verdict
    told = {(f.package, f.level) for f in change.findings if f.rule == "radar"}
    assert told == {("pkg:npm/new", "fail"), ("pkg:npm/held", "warn")}
    assert change.exit_code == 1
    early = here.check([shop], as_of=moment("2026-02-01")).verdict
    assert not [f for f in early.findings if f.rule == "radar"]


def test_it_warns_unless_told_and_is_excepted_as_others(tmp_path: Path) -> None:
    shop = _shop(tmp_path / "shop")
    here = Workspace(shop)
    here.decide_evaluation(said("pkg:npm/old", "remove"))
    day = moment("2026-06-01")
    (found,) = (f for f in here.check([shop], as_of=day).verdict.findings if f.rule == "radar")
    assert (found.level, found.excused) == ("warn", False)
    entry = Entry(rule="radar", package="pkg:npm/old", reason="until the rewrite", by="dev@acme.example",
                  decided=date(2026, 4, 1), until=date(2026, 12, 1))  # fmt: skip
    here.except_(entry)
    (found,) = (f for f in here.check([shop], as_of=day).verdict.findings if f.rule == "radar")
    assert found.excused


def test_the_same_is_decided_once_and_for_a_product_that_there_is(tmp_path: Path) -> None:
    (tmp_path / "umbel.toml").write_text('[[products]]\nname = "Shop"\nprojects = ["shop"]\n')
    here = Workspace(tmp_path)
    (tmp_path / "decisions").mkdir()
    here.decide_evaluation(said(product="shop"))
    with pytest.raises(UsageError, match="decided already"):
        here.decide_evaluation(said(product="shop"))
    with pytest.raises(UsageError, match="no product 'Till'"):
        here.decide_evaluation(said(product="Till"))
