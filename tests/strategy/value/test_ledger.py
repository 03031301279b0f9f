# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people state of cost and saving."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.model.settings import SettingsError
from umbel.strategy.value import assumptions, ledger

GOOD = """\
[[money]]
amount = 12000
date = 2026-01-01
until = 2026-12-31
kind = "membership"
currency = "EUR"
owner = "ospo@acme.example"
source = "contract 7"

[[hours]]
project = "github.com/acme/flask"
hours = 40
since = 2026-01-01
until = 2026-03-31
owner = "dev@acme.example"
source = "time sheet"
"""
days = st.integers(0, 4000).map(lambda number: date(2020, 1, 1) + timedelta(days=number))


def load(folder: Path, text: str) -> ledger.Ledger:
    path = folder / ledger.FILE
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return ledger.load(path, "EUR")


def test_records_are_told_apart_by_project(tmp_path: Path) -> None:
    assert ledger.load(tmp_path / ledger.FILE, "EUR") == ledger.Ledger()
    found = load(tmp_path, GOOD)
    assert found.projects == [ledger.PROGRAM, "github.com/acme/flask"]
    assert found.of(ledger.PROGRAM).money == found.money
    assert found.of("github.com/acme/flask").hours == found.hours
    assert found.of("github.com/acme/flask").money == ()


def test_currencies_are_not_mixed(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is 'USD', but this workspace counts in EUR") as refused:
        load(tmp_path, GOOD.replace('"EUR"', '"USD"'))
    assert refused.value.message.startswith("decisions/value.toml has 1 fault")
    assert refused.value.faults[0].place == "line 6, money[1].currency"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("12000", "-1", "from 0 up"),
        ("12000", "inf", "from 0 up"),
        ("2026-12-31", "2025-12-31", "before its beginning"),
        ('"time sheet"', '"  "', "is empty"),
        ('source = "contract 7"\n', "", "needs 'source'"),
        ('"membership"', '"gift"', "must be one of sponsoring"),
        ("hours = 40", "hours = 40\nhuors = 1", "did you mean 'hours'"),
        ("since = 2026-01-01", "since = 2026-01-01T00:00:00", "must be a date"),
    ],
)
def test_what_can_not_be_is_told_with_its_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as refused:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert refused.value.faults[0].place.startswith("line ")


def test_a_sum_is_spread_over_its_days() -> None:
    start, end = date(2026, 1, 1), date(2026, 12, 31)
    assert ledger.portion(start, end, date(2025, 12, 31), date(2026, 12, 31)) == 1
    assert ledger.portion(start, end, date(2025, 6, 30), date(2026, 1, 31)) == pytest.approx(31 / 365)
    assert ledger.portion(start, None, date(2025, 12, 31), date(2026, 1, 1)) == 1
    assert ledger.portion(start, None, date(2026, 1, 1), date(2027, 1, 1)) == 0, "the day before the window"


@given(days, days, st.lists(days, min_size=2, max_size=6, unique=True))
def test_windows_beside_each_other_neither_lose_nor_double(one: date, other: date, cuts: list[date]) -> None:
    start, end = sorted((one, other))
    edges = sorted({date(2019, 1, 1), *cuts, date(2040, 1, 1)})
    parts = [ledger.portion(start, end, a, b) for a, b in pairwise(edges)]
    assert sum(parts) == pytest.approx(1)
    assert all(0 <= part <= 1 for part in parts)


def test_the_how_to_shows_records_and_assumptions_that_can_be_used(tmp_path: Path) -> None:
    page = Path(__file__).parents[3] / "docs/how-to/value.md"
    shown = re.findall(r"```TOML\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    found = load(tmp_path, shown[0])
    assert all(getattr(found, table) for table in ledger.Ledger.__struct_fields__)
    assert shown[1].strip() in assumptions.template()


def test_hours_of_one_day_are_stated_once(tmp_path: Path) -> None:
    record = '[[hours]]\nproject = "{}"\nhours = 9\nsince = {}\nuntil = {}\nowner = "o"\nsource = "s"\n'
    spans = [
        ("a", "2026-01-01", "2026-06-30"),
        ("a", "2026-07-01", "2026-07-31"),
        ("b", "2026-02-01", "2026-03-01"),
    ]
    path = tmp_path / "value.toml"
    path.write_text("".join(record.format(*each) for each in spans))
    assert len(ledger.load(path, "EUR").hours) == 3
    path.write_text("".join(record.format(*each) for each in [*spans, ("a", "2026-03-01", "2026-03-31")]))
    with pytest.raises(SettingsError, match=r"hours\[4\].since: lies within the time of hours\[1\]"):
        ledger.load(path, "EUR")


@pytest.mark.parametrize("number", ["0x" + "f" * 20_000, "9" * 20_000, "nan", "inf"])
def test_a_number_of_any_length_is_a_fault_and_no_crash(tmp_path: Path, number: str) -> None:
    path = tmp_path / "value.toml"
    path.write_text(
        f'[[failure]]\nproject = "a"\ncost = {number}\ndate = 2026-01-01\nowner = "o"\nsource = "s"\n'
    )
    with pytest.raises(SettingsError, match=r"must be a number|too long"):
        ledger.load(path, "EUR")
    path.write_text(f"[hour]\nlow = {number}\n")
    with pytest.raises(SettingsError, match=r"must be a|too long"):
        assumptions.load(path)
