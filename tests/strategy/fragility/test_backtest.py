# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The harness: events against ordinary projects of the same day, figures, cases, and what it admits."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.metrics import histories
from tests.metrics.histories import NOW
from tests.strategy.fragility import told
from umbel.model.errors import UsageError
from umbel.model.settings import SettingsError
from umbel.strategy.fragility.backtest import MODEL, Backtest, backtest
from umbel.strategy.fragility.events import Event, load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.evidence.session import Session

ORDINARY = [each for number in range(12) for each in told.steady(f"steady-{number}", 4 + number, 3)]
HARM = (NOW - timedelta(days=5)).date()


def event(project: str, day: date = HARM, also: tuple[str, ...] = ()) -> Event:
    return Event(project=project, day=day, kind="hand-over", source="https://acme.example", also=also)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with histories.session(tmp_path_factory.mktemp("told")) as made:
        commits = [*ORDINARY, *told.handed_over("one"), *told.handed_over("two"), *told.lonely("three")]
        histories.tell(made, commits)
        yield made


@pytest.fixture(scope="module")
def found(session: Session) -> Backtest:
    events = [event("ONE"), event("two"), event("three"), event("elsewhere"), event("four", date(2031, 1, 1))]
    return backtest(session, None, events, leads=(1, 90), draws=50)


def test_the_fragile_are_told_from_the_steady(found: Backtest) -> None:
    (model,) = [f for f in found.figures if f.score == MODEL and f.lead == 1]
    assert (model.area, model.recall, model.top, model.events, model.ordinary) == (1, 1, None, 3, 12)
    assert (model.low, model.high) == (1, 1)


def test_every_score_stands_beside_it(found: Backtest) -> None:
    scores = [f.score for f in found.figures if f.lead == 90]
    assert scores == [
        MODEL, "equal weights", "days since the last commit", "commits in 90 days", "absence factor"
    ]  # fmt: skip
    ahead = {f.score: f.ahead_low for f in found.figures if f.lead == 90}
    assert ahead.pop(MODEL) is None
    assert None not in ahead.values()


def test_each_case_has_its_place_and_its_reasons(found: Backtest) -> None:
    cases = {(c.project, c.lead): c for c in found.cases}
    assert len(cases) == 6
    one = cases["one", 1]
    assert one.place is not None
    assert one.place <= 3
    assert (one.of, one.warned, one.level) == (13, True, "medium")
    assert one.reasons[0].text.startswith("Someone who began in the last half year")
    assert cases["one", 90].reasons[0].of != "newcomer_share"


def test_what_cannot_be_asked_is_said(found: Backtest) -> None:
    assert found.missing == (f"elsewhere ({HARM})", "four (2031-01-01)")
    assert any("an anecdote" in note for note in found.notes)
    assert any("none is fitted" in note for note in found.notes)


def test_the_day_itself_and_what_followed_are_not_seen(session: Session, found: Backtest) -> None:
    later = [
        *ORDINARY, *told.handed_over("one"), *told.handed_over("two"), *told.lonely("three"),
        *(histories.Commit("somebody-else", -5.4 + step / 10, "one") for step in range(40)),
    ]  # fmt: skip
    histories.tell(session, later)
    again = backtest(session, None, [event("one"), event("two"), event("three")], leads=(1, 90), draws=50)
    assert again.cases == found.cases
    assert [f.area for f in again.figures] == [f.area for f in found.figures]


def test_among_few_ordinary_projects_shares_of_alarms_say_nothing(tmp_path: Path) -> None:
    with histories.session(tmp_path) as session:
        histories.tell(session, [*told.steady("a"), *told.steady("b", 5), *told.handed_over("one")])
        found = backtest(session, None, [event("one")], leads=(1,), draws=10)
    assert {(f.recall, f.top) for f in found.figures} == {(None, None)}
    assert {(f.low, f.high) for f in found.figures} == {(None, None)}


def test_without_any_event_nothing_can_be_said(tmp_path: Path) -> None:
    with histories.session(tmp_path) as session:
        histories.tell(session, told.steady())
        found = backtest(session, None, [event("elsewhere")], draws=10)
    assert found.cases == ()
    assert {f.area for f in found.figures} == {None}
    assert "nothing can be said" in found.notes[0]


# ---- events


def test_those_that_come_with_it_have_a_source_each() -> None:
    events = load()
    assert len(events) >= 6
    assert all(e.source.startswith("https://") and e.what and e.kind for e in events)
    assert [e.day for e in events] == sorted(e.day for e in events)


def test_an_event_is_found_by_any_of_its_names() -> None:
    moved = event("github.com/acme/new", also=("github.com/acme/old",))
    assert moved.among(["github.com/Acme/Old", "x"]) == "github.com/Acme/Old"
    assert moved.among(["github.com/acme/old", "github.com/acme/NEW"]) == "github.com/acme/NEW"
    assert moved.among(["x"]) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[event]]\nproject = "a"\nkind = "k"\nsource = "s"\n', "day"),
        ('[[event]]\nproject = "a"\nday = 2020-01-01\nkind = "k"\nsource = "s"\nwhen = 1\n', "when"),
        ('[[event]]\nproject = "a"\nday = 0001-01-01\nkind = "k"\nsource = "s"\n', "before any history"),
        (2 * '[[event]]\nproject = "a"\nday = 2020-01-01\nkind = "k"\nsource = "s"\n', "one a project"),
    ],
)
def test_a_broken_file_says_where(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "events.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=said):
        load(file)


def test_the_example_in_the_docs_can_be_used(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs/how-to/fragility.md").read_text("utf-8")
    file = tmp_path / "incidents.toml"
    file.write_text(page.partition("$ cat incidents.toml\n")[2].partition("```")[0], "utf-8")
    (only,) = load(file)
    assert only.among(["parser"]) == "parser"


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no file"):
        load(tmp_path / "none.toml")
