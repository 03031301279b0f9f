# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy file: what it may say, what is wrong in it, and whose word counts."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.model.settings import SettingsError
from umbel.policy import file
from umbel.policy.file import Policy, load
from umbel.policy.template import default_policy, toml

if TYPE_CHECKING:
    from pathlib import Path


def _written(folder: Path, text: str, name: str = "policy.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def _level(policy: Policy, rule: str, project: str = "shop", *products: str) -> str:
    settings = policy.for_project(project, products).rules.get(rule)
    return settings.level if settings else "off"


def test_the_shipped_policy_written_out_is_the_shipped_policy(tmp_path: Path) -> None:
    written = load(_written(tmp_path, default_policy()))
    assert written.for_project("shop").rules == Policy().for_project("shop").rules


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert load(_written(tmp_path, "")).for_project("x").rules == Policy().for_project("x").rules


def test_products_and_projects_may_differ_and_the_nearer_counts(tmp_path: Path) -> None:
    policy = load(
        _written(
            tmp_path,
            """
            rules.too-new.level = "note"
            [[override]]
            projects = ["acme/shop*"]
            rules.too-new.level = "fail"
            [[override]]
            products = ["Shop"]
            rules.too-new.level = "off"
            [[override]]
            products = ["Shop"]
            projects = ["acme/till"]
            rules.too-new.days = 9
            """,
        )
    )
    assert _level(policy, "too-new") == "note"
    assert _level(policy, "too-new", "github.example/acme/shop-web") == "fail"
    assert _level(policy, "too-new", "other", "shop") == "off"
    assert _level(policy, "too-new", "acme/shop", "Shop") == "fail"
    assert _level(policy, "too-new", "acme/till") == "note"
    assert policy.for_project("a") is policy.for_project("b")


def test_a_policy_may_stand_on_another_whose_locks_hold(tmp_path: Path) -> None:
    _written(
        tmp_path,
        'locked = ["malicious"]\nlongest_exception_days = 90\nrules.too-new.days = 7\nrules.too-new.level = "fail"\n',
        "office.toml",
    )
    mine = load(_written(tmp_path, 'extends = "office.toml"\nrules.too-new.days = 1\n'))
    settings = mine.for_project("shop").rules["too-new"]
    assert (settings.level, settings.days) == ("fail", 1)  # type: ignore[attr-defined]
    assert mine.said.longest_exception_days == 90
    with pytest.raises(SettingsError, match=r"line 2, rules.malicious: is locked"):
        load(_written(tmp_path, 'extends = "office.toml"\n[rules.malicious]\nlevel = "off"\n'))


def test_a_circle_of_policies_is_said(tmp_path: Path) -> None:
    _written(tmp_path, 'extends = "b.toml"', "a.toml")
    with pytest.raises(SettingsError, match="leads back to itself"):
        load(_written(tmp_path, 'extends = "a.toml"', "b.toml"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[rules.vulnerabilty]\n", "did you mean 'vulnerability'"),
        ('[rules.vulnerability]\nlevel = "loud"\n', "line 2, rules.vulnerability.level: is 'loud'"),
        ('[rules.vulnerability]\nscopes = ["runtim"]\n', "scopes"),
        ("[rules.vulnerability]\ndays = { grave = 3 }\n", "severities are"),
        ("[rules.too-new]\ndays = 0\n", "at least 1"),
        ("[rules.known-exploited]\nprobability = 2\n", "at most 1"),
        ("[rules.health.metrics]\nabsence_factor = {}\n", "needs min or max"),
        ("[rules.health.metrics]\nabsence_factor = { min = 3, max = 1 }\n", "min above its max"),
        ("[rules.health.metrics]\nabsence_factor = { least = 3 }\n", "is not known"),
        ('[[rules.denied-package.packages]]\npackage = ""\nreason = "x"\n', "names no package"),
        ("[[override]]\nrules.too-new.days = 3\n", "needs products or projects"),
        ('locked = ["all"]\n', "is no rule"),
        ('[[cases]]\nname = "x"\ncomponent = "pkg:npm/a@1"\nexpect = ["nothing"]\n', "is no rule"),
        ("longest_exception_days = 0\n", "at least 1"),
        ("rules = 3\n", "must be a table"),
        ("[[rules]]\n", "must be a table"),
        ("nonsense", "Expected '='"),
    ],
)
def test_each_fault_is_said_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(_written(tmp_path, text))
    assert words in str(refused.value)


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load(_written(tmp_path, '[rules.too-new]\nlevel = "x"\ndays = "y"\n[rules.nothing]\n'))
    assert len(refused.value.faults) == 3


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["rules", "override", "cases", "locked", "extends", "x"]), _VALUES, max_size=4
    )
)
def test_no_data_makes_the_checker_fail(data: dict[str, object]) -> None:
    from umbel.model.settings import faults_of

    faults = faults_of(data, "", file._shape(), lambda say: file._meaning(data, (), say))  # noqa: SLF001
    assert all(fault.message for fault in faults)


@given(st.text(max_size=40))
def test_texts_survive_being_written_as_toml(text: str) -> None:
    assert tomllib.loads(f"a = {toml(text)}")["a"] == text


@pytest.mark.parametrize(
    ("name", "right"),
    [("GPL-3.0", "GPL-3.0-only"), ("Apache License 2.0", "Apache-2.0"), ("mit", "MIT"), ("MIT OR ISC", "")],
)
def test_a_licence_that_would_never_match_is_refused(tmp_path: Path, name: str, right: str) -> None:
    text = f'[[rules.license-denied.licenses]]\nlicenses = ["{name}"]\nverdict = "deny"\n'
    with pytest.raises(SettingsError, match=f"no single licence.*{right}"):
        load(_written(tmp_path, text))


def test_what_nobody_said_is_not_written_as_a_word() -> None:
    assert toml({"because": None, "linkage": [], "verdict": "deny"}) == '{ verdict = "deny" }'
