# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people wrote down: decisions and how long they took, money, goals, the office, reviews."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.frameworks.indicators.house import NOW, Told, at, dated, one
from umbel.frameworks.indicators import definition
from umbel.frameworks.indicators.program_told import _quarters
from umbel.frameworks.indicators.records_told import _part
from umbel.model.settings import Product, Settings, SettingsError
from umbel.policy import publications
from umbel.policy.publications import Publication, Publications

TODAY = NOW.date()


def write(folder: Path, name: str, text: str) -> None:
    path = folder / "decisions" / f"{name}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def evaluation(decided: str, more: str = "", package: str = "flask") -> str:
    return (
        f'[[evaluations]]\npackage = "pkg:pypi/{package}"\nring = "adopt"\nreason = "fits"\nby = "office"\n'
        f"decided = {decided}\n{more}\n"
    )


def test_lead_times_are_of_what_says_when_it_was_asked(tmp_path: Path) -> None:
    entries = [
        evaluation("2026-02-01", "asked = 2026-01-31"),
        evaluation("2026-02-02", "asked = 2026-01-23", "django"),
        evaluation("2026-02-03", "asked = 2026-01-31", "click"),
        evaluation("2026-02-03", "", "jinja"),
        evaluation("2025-02-28", "asked = 2024-01-01", "old"),
        evaluation("2026-03-02", "asked = 2026-01-01", "later"),
    ]
    write(tmp_path, "evaluations", "".join(entries))
    found = one(Told(tmp_path), "evaluation_lead_time")
    assert (found.value, found.denominator, found.coverage) == (3, 3, 0.75)
    assert found.evidence["longest"] == 10
    assert one(Told(tmp_path), "evaluations_decided").value == 4
    assert one(Told(tmp_path), "radar_published").value == 1.0
    publications.add(
        tmp_path / publications.FILE,
        Publication(project="shop", by="office", asked=date(2026, 1, 1), decided=date(2026, 2, 10)),
    )
    assert one(Told(tmp_path), "approval_lead_time").value == 6.5, "the median of 1, 3, 10, 40"
    write(tmp_path, "evaluations", evaluation("2026-02-01"))
    (tmp_path / publications.FILE).unlink()
    assert "when it was asked for" in str(one(Told(tmp_path), "approval_lead_time").why)


def test_decisions_of_the_quarter_of_every_file(tmp_path: Path) -> None:
    write(tmp_path, "evaluations", evaluation("2026-02-01") + evaluation("2025-11-01", package="b"))
    write(tmp_path, "strategy", "[[stance]]\ndecided = 2026-03-01\n[[opinion]]\ndecided = 2026-03-02\n")
    write(tmp_path, "broken", "[[x")
    write(tmp_path, "odd", 'x = 3\n[[y]]\ndecided = "yesterday"\n')
    found = one(Told(tmp_path), "decisions_dated")
    assert found.value == 2
    assert found.coverage == pytest.approx(2 / 3)
    assert found.evidence["by_file"] == {"evaluations": 1, "strategy": 1}
    assert found.evidence["unreadable"] == 1
    assert one(Told(tmp_path, as_of=at(-100)), "decisions_dated").value == 1


def test_to_attest_that_nothing_is_decided_is_no_decision(tmp_path: Path) -> None:
    said = '[[attestations]]\nclaim = "x"\nsays = "unmet"\nowner = "o"\nby = "o"\ndecided = 2026-02-20\n'
    write(tmp_path, "attestations", said)
    assert one(Told(tmp_path), "decisions_dated").value is None


def test_money_is_spread_over_its_time(tmp_path: Path) -> None:
    write(tmp_path, "value", """
[[money]]
project = "github.com/pallets/flask"
amount = 365
date = 2025-12-31
until = 2026-12-30
owner = "office"
source = "invoice 1"

[[money]]
amount = 1000
date = 2026-01-15
kind = "membership"
owner = "office"
source = "a foundation"

[[money]]
project = "github.com/pallets/click"
amount = 7
date = 2024-01-01
owner = "office"
source = "invoice 0"
""")  # fmt: skip
    found = one(Told(tmp_path), "funding_given")
    assert found.value == 1
    assert found.stated
    assert found.evidence["amount"] == 1061, (
        "1 of December, 31 of January, 28 of February, 1 of March, and the fee"
    )
    assert found.evidence["of_no_project"] == 1000
    assert one(Told(tmp_path), "memberships").value == 1
    assert one(Told(tmp_path, as_of=at(400)), "memberships").value == 0


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 900), st.integers(-400, 900))
def test_parts_of_an_amount_sum_to_all_of_it(begin: date, lasts: int, offset: int) -> None:
    end, first = begin + timedelta(days=lasts), begin + timedelta(days=offset)
    total = sum(
        _part(begin, end, first + timedelta(days=at), first + timedelta(days=at + 365))
        for at in range(-1460, 2555, 365)
    )
    assert total == pytest.approx(1.0)


@given(st.dates(date(2001, 1, 1), date(2100, 1, 1)))
def test_four_quarters_end_before_the_one_that_runs(day: date) -> None:
    found = _quarters(day)
    assert len(found) == 4
    assert all(0 < (last - first).days < 92 for _, first, last in found)
    assert all(b[1] - a[2] == timedelta(days=1) for a, b in pairwise(found))
    assert timedelta(0) < day - found[-1][2] <= timedelta(days=92)


def test_reviews_of_the_last_four_quarters(tmp_path: Path) -> None:
    assert one(Told(tmp_path), "reviews_held").value is None
    said = '[[attestations]]\nclaim = "quarterly-review"\nsays = "met"\nowner = "office"\nby = "office"\ndecided = {}\n'
    write(
        tmp_path,
        "attestations",
        said.format("2025-12-20") + said.format("2025-12-21") + said.format("2024-12-20"),
    )
    (tmp_path / "documents/reviews").mkdir(parents=True)
    file = tmp_path / "documents/reviews/quarterly-review-2025-Q2.pdf"
    file.write_bytes(b"")
    dated(file, 10)
    later = one(Told(tmp_path), "reviews_held")
    assert (later.numerator, later.denominator, later.coverage) == (1, 3, 0.75), "it may have been there"
    dated(file, -10)
    found = one(Told(tmp_path), "reviews_held")
    assert (found.numerator, found.denominator) == (2, 4)
    assert found.evidence["quarters"] == ["2025-q2", "2025-q4"]
    valid = one(Told(tmp_path), "attestations_valid")
    assert (valid.numerator, valid.denominator) == (1, 1)
    assert one(Told(tmp_path, as_of=at(365)), "attestations_valid").value == 0.0


def test_goals_and_the_office(tmp_path: Path) -> None:
    write(tmp_path, "goals", """
[[goals]]
id = "fewer-unknown"
statement = "Fewer unknown licences"
serves = "We ship without surprises"
owner = "office"
review = 2026-02-01
by = "board"
decided = 2025-06-01
[[goals.kpis]]
kpi = "unknown_licenses"
target = 0.05
until = 2026-12-31

[[goals]]
id = "take-part"
statement = "We take part"
serves = "We stay able to act"
owner = "office"
review = 2026-06-01
by = "board"
decided = 2025-06-01
""")  # fmt: skip
    write(tmp_path, "office", """
[[people]]
role = "lead"
share = 0.5
by = "board"
decided = 2025-06-01
[[budget]]
line = "sponsoring"
year = 2025
amount = 1000
currency = "EUR"
by = "board"
decided = 2025-06-01
""")  # fmt: skip
    known = Told(tmp_path)
    assert [one(known, name).value for name in ("goals_set", "kpis_with_target")] == [2, 1]
    assert one(known, "goals_with_targets").value == 0.5
    assert one(known, "goals_reviewed").numerator == 1
    assert one(known, "office_people").value == 1.0
    assert one(known, "office_budget").value is None, "of this year nobody wrote anything down"
    assert one(known, "pilots").value is None
    found = one(known, "goals_on_track")
    assert (found.value, found.error) == (None, False), "nothing was collected that could tell"
    assert "of no target" in str(found.why)
    early = Told(tmp_path, as_of=at(-400))
    assert one(early, "goals_set").value is None
    assert one(early, "office_people").value is None


def test_targets_that_are_reached_are_on_track(tmp_path: Path) -> None:
    goal = """
[[goals]]
id = "{0}"
statement = "Decide"
serves = "We know what we take"
owner = "office"
review = 2026-06-01
by = "board"
decided = 2025-06-01
[[goals.kpis]]
kpi = "reviews_held"
target = {1}
until = {2}
"""
    late = goal.format("late", 1, "2026-01-31") + goal.format("met", 0.25, "2026-12-31")
    write(tmp_path, "goals", late + goal.format("open", 1, "2026-12-31"))
    said = '[[attestations]]\nclaim = "quarterly-review"\nsays = "met"\nowner = "o"\nby = "o"\ndecided = 2025-12-20\n'
    write(tmp_path, "attestations", said)
    found = one(Told(tmp_path), "goals_on_track")
    assert {name: many for name, many in found.evidence.items() if many} == {"reached": 1, "missed": 1}
    assert (found.numerator, found.denominator) == (1, 2)
    assert found.coverage == pytest.approx(2 / 3)


def test_owners_answer_for_declared_products(tmp_path: Path) -> None:
    settings = Settings(products=(Product(name="Shop"), Product(name="Till")))
    answer = '[[answer]]\nproject = "github.com/pallets/flask"\nproduct = "Shop"\nby = "shop"\nwithout = "no"\ndecided = {}\n'
    write(tmp_path, "owners", answer.format("2025-04-01"))
    assert one(Told(tmp_path, settings=settings), "owners_asked").value == 0.5
    assert one(Told(tmp_path, settings=settings, as_of=at(60)), "owners_asked").value == 0.0
    till = Told(tmp_path, settings=settings)
    till.product = "Till"
    assert (one(till, "owners_asked").numerator, one(till, "owners_asked").denominator) == (0, 1)
    assert one(Told(tmp_path), "owners_asked").value is None


def test_training_is_what_a_series_states(tmp_path: Path) -> None:
    assert "no series named training" in str(one(Told(tmp_path), "training_reach").why)
    (tmp_path / "training.csv").write_text("day,numerator,denominator\n2026-01-31,30,40\n2026-04-01,40,40\n")
    write(tmp_path, "series", """
[[series]]
id = "training"
title = "Trained"
unit = "share"
better = "higher"
owner = "people team"
source = "the learning system"
question = "Who was trained?"
definition = "People with the course"
noun = "people"
file = "training.csv"
by = "office"
decided = 2026-01-01
""")  # fmt: skip
    found = one(Told(tmp_path), "training_reach")
    assert (found.value, found.numerator, found.stated) == (0.75, 30, True)


def test_a_broken_record_is_an_error_with_its_place(tmp_path: Path) -> None:
    write(tmp_path, "evaluations", evaluation("2026-02-01", "asked = 2026-02-02"))
    found = one(Told(tmp_path), "evaluations_decided")
    assert found.error
    assert "asked: lies after the day of the decision" in str(found.why)


def test_who_is_public_is_the_last_word(tmp_path: Path) -> None:
    told = Publications((
        Publication(project="github.com/acme/*", by="o", decided=date(2025, 1, 1)),
        Publication(project="Till", by="o", decided=date(2025, 6, 1), withdrawn=True),
        Publication(project="shop", by="o", decided=date(2025, 7, 1), until=date(2025, 12, 31)),
    ))  # fmt: skip
    names = ["github.com/acme/shop", "github.com/acme/till", "gitlab.com/x/y"]
    assert told.of(names, date(2024, 12, 31)) == []
    assert told.of(names, date(2025, 3, 1)) == names[:2]
    assert told.of(names, date(2025, 12, 31)) == names[:1]
    assert told.of(names, TODAY) == []
    with pytest.raises(SettingsError, match="lies after the day"):
        publications.add(
            tmp_path / publications.FILE,
            Publication(project="x", by="o", decided=date(2025, 1, 1), asked=date(2025, 1, 2)),
        )
    with pytest.raises(SettingsError, match="project: is empty"):
        publications.add(tmp_path / publications.FILE, Publication(project=" ", by="o", decided=TODAY))


RECORDS = sorted(
    path.stem
    for path in Path(definition.__file__).parent.glob("*.toml")
    if "_told." in path.read_text("utf-8").partition("from =")[2]
)


@pytest.mark.parametrize("name", RECORDS)
def test_an_empty_workspace_passes_nothing(tmp_path: Path, name: str) -> None:
    found = one(Told(tmp_path), name)
    assert (found.value or 0.0, found.error) == (0.0, False)
    assert name == "value_told" or (found.value is None and found.why)
