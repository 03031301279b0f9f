# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The assumptions, and a workspace's own."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.model.settings import SettingsError
from umbel.strategy.value import assumptions

if TYPE_CHECKING:
    from pathlib import Path


def load(folder: Path, text: str) -> assumptions.Assumptions:
    path = folder / assumptions.FILE
    path.write_text(text, "utf-8")
    return assumptions.load(path)


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load(folder, text)
    return [f"{fault.place}: {fault.message}" for fault in refused.value.faults]


def test_every_assumption_says_what_it_is_where_it_is_from_and_why() -> None:
    for each in assumptions.built_in().by_name.values():
        assert each.what
        assert each.unit
        assert each.source
        assert each.why
        assert each.least <= each.low <= each.likely <= each.high <= each.most
        assert not (each.above_zero and each.low <= 0)


def test_a_missing_file_sets_nothing(tmp_path: Path) -> None:
    assert assumptions.load(tmp_path / "value.toml") == assumptions.built_in()
    assert assumptions.built_in().own == ()


def test_the_file_to_be_edited_changes_nothing_before_it_is_edited(tmp_path: Path) -> None:
    text = assumptions.template()
    found = load(tmp_path, text)
    assert found.by_name == assumptions.built_in().by_name
    assert found.own == ()
    data = tomllib.loads(text)
    assert set(data) - {"currency"} == set(found.by_name)
    assert text.count("# Unit: ") == text.count("# Source: ") == len(found.by_name)


def test_what_is_set_is_named_and_the_rest_stays(tmp_path: Path) -> None:
    found = load(tmp_path, "[hour]\nhigh = 90\n[additional]\nvalue = 0.5\n")
    hour = found.by_name["hour"]
    assert (hour.low, hour.likely, hour.high, hour.shape) == (35, 65, 90, "pert")
    assert found.by_name["additional"].at([0.1, 0.9]) == [0.5, 0.5]
    assert found.own == ("hour", "additional")


def test_a_fixed_one_can_be_made_a_range(tmp_path: Path) -> None:
    made = load(tmp_path, "[cocomo_a]\nlow = 2.5\nhigh = 3.5\nshape = 'triangular'\n").by_name["cocomo_a"]
    assert (made.shape, made.low, made.likely, made.high) == ("triangular", 2.5, 2.94, 3.5)


def test_all_faults_at_once_each_with_its_place(tmp_path: Path) -> None:
    text = """\
currency = "euro"
[hour]
low = 0
[hours_a_dya]
low = 1
[additional]
high = 1.2
[patch_life]
low = 6
[cocomo_a]
value = nan
[without_heirs]
shape = "normal"
[cocomo_b]
value = 1
low = 0.5
[failure_hours]
likely = 100
"""
    found = faults(tmp_path, text)
    assert [line.split(",")[0] for line in found] == [
        f"line {number}" for number in (1, 3, 4, 7, 9, 11, 13, 15, 18)
    ]
    words = "\n".join(found)
    assert "three capitals" in words
    assert "must be more than 0 (EUR an hour)" in words
    assert "did you mean 'hours_a_day'" in words
    assert "at most 1 (share)" in words
    assert "low 6, likely 2, high 5" in words
    assert "finite" in words
    assert "one of fixed, triangular, pert, lognormal" in words
    assert "set by low and high alone" in words


def test_another_currency_needs_its_own_hour(tmp_path: Path) -> None:
    assert "hour is still in EUR" in faults(tmp_path, 'currency = "USD"\n')[0]
    found = load(tmp_path, 'currency = "USD"\n[hour]\nlow = 35\nlikely = 65\nhigh = 110\n')
    assert found.by_name["hour"].unit == "USD an hour"
    assert found.own == ("hour",), "the same figures in another currency are the workspace's own"


@given(st.text(max_size=80))
def test_any_text_is_taken_or_refused_in_words(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(b"[hour]\n" + text.encode("utf-8", "replace"))
    try:
        known = set(assumptions.load(path).by_name)
    except SettingsError as error:
        known = set(assumptions.built_in().by_name) if error.faults else set()
    assert known == set(assumptions.built_in().by_name)
