# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Files of indicators: what each may say, and what a person is told of a broken one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from umbel.app import Workspace
from umbel.frameworks.indicators import catalog
from umbel.frameworks.indicators.definition import Definition, checked, load
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from umbel.metrics.definition import Broken

BUILT_IN = sorted((Path(catalog.__code__.co_filename).parent).glob("*.toml"))
HEAD = """\
title = "Own share"
question = "How much?"
definition = "Of all, some."
unit = "share"
better = "higher"
source = "our own"
limits = "none known"
noun = "components"
says = "are ours"
"""
SQL = 'sql = """\nSELECT count(*) AS numerator, count(*) AS denominator FROM inventory\n"""\n'


def _faults(text: str, name: str = "own_share.toml") -> list[str]:
    found = checked(Path(name), text, own=True)
    return [str(each) for each in found] if isinstance(found, list) else []


@pytest.mark.parametrize("path", BUILT_IN, ids=lambda path: path.stem)
def test_every_built_in_file_is_sound(path: Path) -> None:
    found = checked(path, path.read_text("utf-8"), own=False)
    assert isinstance(found, Definition), [str(each) for each in found]
    said = found.body
    assert said.title
    assert said.question.endswith("?"), "a question is one"
    assert said.definition.rstrip().endswith((".", ")")), "a definition is a sentence"
    assert said.petal in {"office", "contributors", "management", "legal", "business", "ecosystem"}
    assert said.says or said.from_, "the sentence comes from the file, or from the function"


def test_a_sound_file_of_a_workspace_is_an_indicator(tmp_path: Path) -> None:
    folder = tmp_path / "indicators"
    folder.mkdir()
    (folder / "own_share.toml").write_text(HEAD + SQL)
    found = catalog(tmp_path)
    assert found.broken == []
    assert found.get("own-share").indicator.own
    assert "own_share" in found.indicators


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD, 1, "exactly one of metric, sql and from; it has none"),
        (HEAD + SQL + 'metric = "x"\n', 10, "exactly one of metric, sql and from"),
        (HEAD + 'from = "policy.violations"\n', 10, "of Umbel's own"),
        (HEAD + SQL + 'fold = "sum"\n', 13, "has no meaning beside sql"),
        (HEAD + 'metric = "libyears"\nfold = "share"\n', 11, "exactly one of at_least and at_most"),
        (HEAD + 'metric = "libyears"\nat_least = 1.0\n', 11, 'only with fold = "share"'),
        (HEAD + 'metric = "libyears"\nwindow = 0\n', 11, "between 1 and 36500"),
        (HEAD + SQL + "colour = 1\n", 13, "is not known"),
        (HEAD.replace('unit = "share"', 'unit = "apples"') + SQL, 4, "must be one of share"),
        (HEAD.replace('noun = "components"\n', "") + SQL, 4, "needs a noun"),
        (HEAD.replace("are ours", "are {x.__class__}") + SQL, 9, "no other braces"),
        (HEAD.replace("are ours", "are {value.__class__}") + SQL, 9, "no other braces"),
        (HEAD + "sql = [", 10, "Invalid value"),
        (HEAD + 'sql = """\nSELECT 1 AS numerator\nFROM identities\n"""\n', 12, "names of people"),
        (HEAD + "sql = \"SELECT 1 AS numerator FROM read_text('/etc/passwd')\"\n", 10, "can't be read"),
        (HEAD + 'sql = "SELECT 1 AS figure FROM inventory"\n', 10, "'figure'"),
        (
            HEAD + 'sql = "SELECT count(*) AS numerator FROM commits WHERE committed_at > $since"\n',
            10,
            "no $since",
        ),
        (HEAD + 'sql = "DROP TABLE usage"\n', 10, "exactly one SELECT"),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, line: int, words: str) -> None:
    told = _faults(text)
    assert any(each.startswith(f"own_share.toml:{line}: ") and words in each for each in told), told


def test_all_faults_are_told_at_once() -> None:
    told = _faults(HEAD.replace('better = "higher"', 'better = "more"').replace('"How much?"', '""') + SQL)
    assert len(told) == 2


@pytest.mark.parametrize("name", ["Own.toml", "own share.toml", "1.toml"])
def test_a_name_that_is_none(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(HEAD + SQL)
    (found,) = _broken(load(tmp_path / name, own=True))
    assert "small letters" in str(found)


def test_files_that_no_one_can_read(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'title = "\xe9"')
    (tmp_path / "huge.toml").write_text("#" * 70_000)
    assert "UTF-8" in str(_broken(load(tmp_path / "latin.toml", own=True))[0])
    assert "64 KiB" in str(_broken(load(tmp_path / "huge.toml", own=True))[0])


def _broken(found: Definition | list[Broken]) -> list[Broken]:
    assert isinstance(found, list)
    return found


def test_a_broken_file_costs_only_itself(tmp_path: Path) -> None:
    folder = tmp_path / "indicators"
    folder.mkdir()
    (folder / "own_share.toml").write_text(HEAD + SQL)
    (folder / "bad.toml").write_text("title = 1\n")
    (folder / "policy_violations.toml").write_text(HEAD + SQL)
    found = catalog(tmp_path)
    assert {each.path.name for each in found.broken} == {"bad.toml", "policy_violations.toml"}
    assert "own_share" in found
    assert not found.get("policy_violations").own
    with pytest.raises(UsageError, match=r"bad is broken: bad.toml:1"):
        found.get("bad")


def test_a_name_that_there_is_not_has_a_hint() -> None:
    with pytest.raises(UsageError, match="inventory_coverage"):
        catalog().get("inventory_coverag")


def test_own_queries_run_in_a_workspace(tmp_path: Path) -> None:
    from tests import acme

    (tmp_path / "indicators").mkdir()
    (tmp_path / "indicators/own_share.toml").write_text(HEAD + SQL)
    (tmp_path / "indicators/two_rows.toml").write_text(
        HEAD + 'sql = "SELECT package AS numerator, version AS denominator FROM inventory"\n'
    )
    here = Workspace(tmp_path)
    acme.publish(here.lake(create=True), (acme.stamp(), acme.reading(["a@1", "b@2"])))
    told = here.readings(["own_share", "two_rows", "inventory_coverage"], acme.day(1), cached=False)
    assert told["own_share"].sentence == "2 of 2 components are ours (100 %)."
    assert told["two_rows"].error
    assert "2 rows" in str(told["two_rows"].why)
    assert told["inventory_coverage"].value == 1.0


@pytest.mark.parametrize(
    ("value", "known", "words"),
    [
        (0, 2, "No colleagues are there, as far as anybody looked; 2 of 100 places were looked at (2 %)."),
        (1, 2, "At least 1 colleague is there; 2 of 100 places were looked at (2 %)."),
        (7, 99, "At least 7 colleagues are there; 99 of 100 places were looked at (99 %)."),
        (0, 100, "No colleagues are there; all 100 places were looked at."),
        (1, 100, "1 colleague is there; all 100 places were looked at."),
    ],
)
def test_a_count_of_a_part_says_that_it_is_the_least(
    value: int, known: int, words: str, tmp_path: Path
) -> None:
    (tmp_path / "indicators").mkdir()
    (tmp_path / "indicators/there.toml").write_text(
        'title = "There"\nquestion = "Who?"\ndefinition = "Those."\nunit = "count"\nbetter = "higher"\n'
        'says = "{value} colleagues are there"\nwhole = "places"\nsource = "us"\nlimits = "many"\n'
        f'sql = "select {value} as value, {known} as known, 100 as whole"\n'
    )
    found = Workspace(tmp_path).readings(["there"], cached=False)["there"]
    assert found.sentence == words
    assert found.at_least is (known < 100)
