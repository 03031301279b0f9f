# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Candidates side by side, over a real lake, a registry on this machine and a repository that is really cloned."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.policy.lockfiles import package_json, package_lock
from tests.strategy.evaluate.estate import DAYJS, LUXON, MOMENT, estate
from umbel.app import Workspace, moment
from umbel.cli.root import run
from umbel.model.errors import UsageError
from umbel.policy.evaluations import Evaluation
from umbel.strategy.evaluate.compare import TELLERS
from umbel.strategy.evaluate.records import ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from umbel.strategy.evaluate.records import Cell, Evaluated

DAY = moment("2026-03-01")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The estate, after its registries were asked and its repositories examined."""
    folder = tmp_path_factory.mktemp("evaluate")
    with estate(folder) as here:
        here.ask_registries([DAYJS, MOMENT, LUXON])
        summary = here.examine_candidates([DAYJS, MOMENT, LUXON])
        assert summary is not None
        assert {state.name: state.outcome for state in summary.remotes} == {
            "github.com/acme/dayjs": "failed",
            "github.com/acme/luxon": "failed",
            "github.com/acme/moment": "cloned",
        }
        yield here


@pytest.fixture(scope="module")
def found(asked: Workspace) -> Evaluated:
    return asked.evaluate([MOMENT, DAYJS, LUXON], product="Shop")


@pytest.fixture(scope="module")
def older(asked: Workspace) -> Evaluated:
    """An older version of moment, and luxon, used inside the house only."""
    return asked.evaluate([f"{MOMENT}@2.0.0", LUXON], use="internal")


def cell(found: Evaluated, package: str, row: str) -> Cell:
    return next(each for each in found.candidates if each.package == package).cells[row]


def test_every_row_has_a_teller_and_every_candidate_every_row(found: Evaluated) -> None:
    assert set(TELLERS) == set(ROWS)
    assert [each.package for each in found.candidates] == [MOMENT, DAYJS, LUXON]
    assert all(list(each.cells) == list(ROWS) for each in found.candidates)


def test_one_gets_the_latest_stable_version_and_its_licence(found: Evaluated) -> None:
    assert cell(found, MOMENT, "version").text == "2.1.0, 2022-06-01"
    assert cell(found, MOMENT, "license").text == "MIT (permissive)"
    assert cell(found, MOMENT, "license").notes == ("Said by the registry.",)


def test_the_licence_is_judged_for_how_the_product_reaches_its_users(
    asked: Workspace, older: Evaluated, found: Evaluated
) -> None:
    assert cell(found, MOMENT, "use").text == "allowed for distributed-binary"
    assert cell(found, LUXON, "use").value == "denied"
    assert "Only luxon may not be used so." in found.differences
    assert cell(older, LUXON, "use").text == "allowed for internal"
    unsaid = cell(asked.evaluate([LUXON]), LUXON, "use")
    assert (unsaid.known, unsaid.value) == (False, "asked")
    assert "--use" in str(unsaid.find_out)


def test_obligations_are_those_of_the_use(older: Evaluated, found: Evaluated) -> None:
    assert "keep the copyright notices" in cell(found, MOMENT, "obligations").text
    assert cell(older, MOMENT, "obligations").text == "nothing"


def test_the_policys_word_is_the_gates(older: Evaluated, found: Evaluated) -> None:
    assert cell(found, LUXON, "gate").text.startswith("closes the gate: license-denied")
    told = cell(older, MOMENT, "gate")
    assert told.text == "closes the gate: vulnerability"
    assert any("CVE-2026-0001" in note or "reads what it should not" in note for note in told.notes)


def test_vulnerabilities_are_of_the_version_that_one_would_get(older: Evaluated, found: Evaluated) -> None:
    now = cell(found, MOMENT, "vulnerabilities")
    assert (now.text, now.value["severities"]) == ("1 known: 1 low", {"low": 1})
    assert cell(older, MOMENT, "vulnerabilities").text == "2 known: 1 high, 1 low"
    assert cell(found, DAYJS, "vulnerabilities").text == "none known"


def test_past_ones_are_counted_with_the_time_until_a_fix_where_the_record_says(found: Evaluated) -> None:
    past = cell(found, MOMENT, "past")
    # The fix came in 2022, the advisory in 2026: nobody waited. The other has none.
    assert past.text == "2 (1 high, 1 low); mostly fixed before they were published"
    assert "For 1 of 2 the record doesn't say when a fix came." in past.notes
    assert any(note.startswith("The record names no fix of CVE-2026-0002") for note in past.notes)
    assert cell(found, DAYJS, "past").text == "none on record"


def test_use_here_names_projects_products_and_versions(found: Evaluated) -> None:
    used = cell(found, MOMENT, "used")
    assert used.text == "2 projects (2 directly), in Shop"
    assert used.value == {"projects": 2, "direct": 2, "products": ["Shop"], "versions": ["1.0.0", "2.0.0"]}
    assert cell(found, DAYJS, "used").text == "by nobody"
    assert "Only moment is used here already." in found.differences


def test_alternatives_are_of_the_same_kind(found: Evaluated) -> None:
    assert cell(found, DAYJS, "alternatives").text == "dates: moment (2 projects)"
    assert cell(found, MOMENT, "alternatives").text == "none (dates)"


def test_what_comes_along_is_seen_in_our_documents_or_in_a_trial(asked: Workspace, found: Evaluated) -> None:
    assert cell(found, MOMENT, "load").text == "2 packages, 1 of them asked for by itself"
    assert cell(found, DAYJS, "load").find_out == f"umbel evaluate '{DAYJS}' --trial LOCKFILE"
    folder = asked.folder / "trial"
    folder.mkdir()
    (folder / "package.json").write_text(package_json(dayjs="1.2.0"))
    (folder / "package-lock.json").write_text(package_lock({"dayjs": "1.2.0"}, {"one": ("dayjs", "1.0.0")}))
    tried = asked.evaluate([DAYJS, MOMENT], trial=[folder])
    assert cell(tried, DAYJS, "load").text == "1 package, 1 of them asked for by itself"
    assert cell(tried, MOMENT, "load").value["all"] == 2  # the trial has none of it: our own documents speak
    assert cell(tried, DAYJS, "used").text == "by nobody"  # a trial is no use


def test_an_examined_project_tells_of_its_size_and_a_lost_one_says_why(found: Evaluated) -> None:
    assert cell(found, MOMENT, "size").text == "6 lines of code in the whole repository; 3 commits"
    lost = cell(found, DAYJS, "fragility")
    assert not lost.known
    assert "github.com/acme/dayjs could not be had on" in lost.text
    assert lost.find_out == f"umbel evaluate '{DAYJS}' --ask"


def test_what_nobody_knows_stands_with_its_command_and_no_difference_hides_it(found: Evaluated) -> None:
    commands = [each.command for each in found.to_find_out]
    assert "umbel sync lifecycles" in commands
    assert f"umbel evaluate '{DAYJS}' --trial LOCKFILE" in commands
    dayjs = next(each for each in found.candidates if each.package == DAYJS)
    assert {each.what for each in dayjs.missing} == {
        ROWS[row] for row, one in dayjs.cells.items() if not one.known
    }
    assert f"{len(dayjs.missing)} of {len(ROWS)} rows unknown" in dayjs.summary


def test_on_an_earlier_day_it_knows_what_was_there_by_then(asked: Workspace) -> None:
    early = asked.evaluate([MOMENT], as_of=moment("2022-03-01"))
    assert cell(early, MOMENT, "version").text == "2.0.0, 2022-01-01"
    assert cell(early, MOMENT, "state").known is False  # what the registry said of the package was seen later
    assert cell(early, MOMENT, "past").value in ({"all": 0}, None)


def test_an_earlier_decision_is_told(asked: Workspace) -> None:
    (asked.folder / "decisions").mkdir(exist_ok=True)
    one = Evaluation(
        package=LUXON, ring="hold", reason="copyleft", by="legal@acme.example", decided=date(2026, 1, 5)
    )
    asked.decide_evaluation(one)
    after = asked.evaluate([LUXON, DAYJS], as_of=DAY)
    assert cell(after, LUXON, "decided").text == "hold, 2026-01-05"
    assert "Decided before: hold (luxon); nothing (dayjs)." in after.differences
    assert cell(asked.evaluate([LUXON], as_of=moment("2026-01-04")), LUXON, "decided").text == "nothing yet"


@pytest.mark.parametrize(("packages", "words"), [
    ([], "0 candidates are none"),
    (["moment"], "is no purl"),
    ([MOMENT, f"{MOMENT}@1.0.0"], "named twice"),
    ([f"pkg:npm/p{number}" for number in range(6)], "too many"),
])  # fmt: skip
def test_one_to_five_purls_are_compared(tmp_path: Path, packages: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Workspace(tmp_path).evaluate(packages)


def test_where_nothing_was_collected_nothing_is_known_and_all_is_said(tmp_path: Path) -> None:
    found = Workspace(tmp_path).evaluate([MOMENT])
    unknown = {row for row, one in found.candidates[0].cells.items() if not one.known}
    assert unknown == set(ROWS) - {"decided"}
    assert not (tmp_path / ".umbel/lake").exists()


# ---- as people run it


def test_the_command_asks_compares_and_writes_every_form(
    asked: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    here = str(asked.folder)
    words = ["evaluate", DAYJS, MOMENT, "--use", "hosted", "-C", here]
    assert run([*words, "--ask", "--quiet", "--notes"]) == 3  # dayjs has no repository
    said = capsys.readouterr()
    assert "github.com/acme/dayjs" in said.err
    for text in (
        "What differs:",
        "2.1.0, 2022-06-01",
        "umbel sync lifecycles would tell of",
        "Said by the registry.",
    ):
        assert text in said.out
    assert run(["evaluate", DAYJS, "--format", "json", "-C", here]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [each["package"] for each in told["candidates"]] == [DAYJS]
    assert "score" not in json.dumps(told)


def test_a_decision_is_written_superseded_and_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["-C", str(tmp_path)]
    words = [
        "evaluate",
        "decide",
        MOMENT,
        "hold",
        "--reason",
        "frozen",
        "--by",
        "architects@acme.example",
        "--asked",
        "2026-01-05",
        *here,
    ]
    assert run(words) == 0
    assert "hold, frozen (architects@acme.example" in capsys.readouterr().out
    assert (
        run(["evaluate", "decide", MOMENT, "remove", "--reason", "gone", "--by", "b@acme.example", *here])
        == 0
    )
    assert "It was hold since" in capsys.readouterr().out
    assert run(["evaluate", "decisions", "--all", "--format", "json", *here]) == 0
    told = json.loads(capsys.readouterr().out)
    assert sorted((one["ring"], one["standing"]) for one in told) == [("hold", False), ("remove", True)]
    assert sorted(str(one["asked"]) for one in told) == ["2026-01-05", "None"]
    assert (
        run(["evaluate", "decide", MOMENT, "hold", "--reason", "x", "--by", "y", "--review", "soon", *here])
        == 2
    )
    assert "is no day" in capsys.readouterr().err
