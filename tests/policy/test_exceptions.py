# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Exceptions: what they cover, for how long, and what isn't accepted as one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from umbel.app import Workspace
from umbel.cli.root import run
from umbel.model.errors import UsageError
from umbel.model.finding import Finding
from umbel.model.settings import SettingsError
from umbel.policy import exceptions
from umbel.policy.exceptions import Entry, Exceptions

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 6, 1)


def _finding(**other: Any) -> Finding:
    given: dict[str, Any] = {
        "rule": "vulnerability",
        "project": "github.example/acme/shop",
        "package": "pkg:npm/lodash",
        "version": "4.17.20",
        "what": "CVE-2021-23337",
        "outcome": "unmet",
        "severity": "high",
        "level": "fail",
        "reason": "it is affected.",
        "evidence": {"ids": ["CVE-2021-23337", "GHSA-35jh-r3h4-6jhm"]},
    }
    return Finding(**(given | other))


def _entry(**other: Any) -> Entry:
    given: dict[str, Any] = {
        "rule": "vulnerability",
        "reason": "not reachable",
        "by": "security@acme.example",
        "decided": date(2026, 1, 1),
        "until": date(2026, 12, 31),
    }
    return Entry(**(given | other))


@pytest.mark.parametrize(
    ("narrowed", "covers"),
    [
        ({}, True),
        ({"package": "pkg:npm/lodash"}, True),
        ({"package": "pkg:npm/lodash@<4.17.21"}, True),
        ({"package": "pkg:npm/lodash@<4.17.20"}, False),
        ({"package": "pkg:npm/underscore"}, False),
        ({"project": "acme/shop"}, True),
        ({"project": "acme/till"}, False),
        ({"product": "shop"}, True),
        ({"product": "Till"}, False),
        ({"what": "GHSA-35jh-r3h4-6jhm"}, True),
        ({"what": "CVE-2020-8203"}, False),
        ({"rule": "malicious"}, False),
        ({"rule": "*", "package": "pkg:npm/lodash"}, True),
    ],
)
def test_an_exception_covers_what_it_names(narrowed: dict[str, Any], *, covers: bool) -> None:
    assert _entry(**narrowed).covers(_finding(), ["Shop"]) is covers


def test_a_range_covers_no_version_that_is_unknown() -> None:
    assert not _entry(package="pkg:npm/lodash@<4.17.21").covers(_finding(version=None), [])


def test_an_expired_exception_covers_nothing_and_is_said() -> None:
    old = Exceptions((_entry(until=date(2026, 5, 31)),))
    found = old.find(_finding(), [], TODAY)
    assert found is not None
    assert found.expired
    excused = _finding(exception=found)
    assert excused.fails
    assert not excused.excused


def test_the_longest_of_several_counts_and_one_of_tomorrow_does_not() -> None:
    both = Exceptions((_entry(until=date(2026, 7, 1), id="a"), _entry(until=date(2026, 8, 1), id="b")))
    found = both.find(_finding(), [], TODAY)
    assert found is not None
    assert found.id == "b"
    assert Exceptions((_entry(decided=date(2026, 6, 2)),)).find(_finding(), [], TODAY) is None


def test_one_that_was_taken_back_ends_that_day() -> None:
    found = Exceptions((_entry(ended=date(2026, 3, 1)),)).find(_finding(), [], TODAY)
    assert found is not None
    assert found.expired


def test_what_is_added_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / exceptions.FILE
    first = _entry(package="pkg:npm/lodash@<4.17.21", evidence="https://acme.example/x", reason='say "no"\n')
    exceptions.add(path, first)
    exceptions.add(path, _entry(rule="too-new"))
    assert exceptions.load(path).exceptions == (first, _entry(rule="too-new"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rule": "everything"}, "is no rule"),
        ({"rule": "*"}, "would excuse everything"),
        ({"reason": " "}, "is empty"),
        ({"until": date(2025, 1, 1)}, "before the day of the decision"),
        ({"until": date(2028, 1, 1)}, "the policy allows 365"),
        ({"package": "pkg:"}, "names no package"),
        ({"evidence": "javascript:alert(1)"}, "web address"),
    ],
)
def test_what_may_not_be_excepted_is_refused_and_not_written(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    path = tmp_path / exceptions.FILE
    with pytest.raises(SettingsError, match=words):
        exceptions.add(path, _entry(**change), longest_days=365)
    assert not path.exists()


def test_an_exception_without_an_end_is_refused(tmp_path: Path) -> None:
    text = '[[exceptions]]\nrule = "too-new"\nreason = "x"\nby = "y"\ndecided = 2026-01-01\n'
    with pytest.raises(SettingsError, match="needs 'until'"):
        exceptions.parse(text, tmp_path / "e.toml")


@pytest.mark.parametrize(
    ("package", "covers"),
    [
        ("unidentified:acme/pad@4.17.20", True),
        ("unidentified:acme/pad", True),
        ("unidentified:*", True),
        ("acme/pad", True),
        ("pad", True),
        ("unidentified:acme/pad@1", False),
        ("unidentified:acme/other", False),
    ],
)
def test_what_has_no_purl_can_be_excepted_by_the_name_that_findings_give(package: str, covers: bool) -> None:  # noqa: FBT001
    finding = _finding(package="unidentified:acme/pad")
    assert _entry(package=package).covers(finding, ()) is covers


def test_one_that_is_taken_back_keeps_its_name_and_all_else_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "decisions/exceptions.toml"
    path.parent.mkdir()
    first, second = _entry(package="pkg:npm/a"), _entry(package="pkg:npm/b")
    for each in (first, second):
        exceptions.add(path, each)
    path.write_text(path.read_text() + "# a word of ours\n")
    made = exceptions.end(path, first.name, date(2026, 5, 31), "taken back by legal:\nmended # twice")
    assert (made.name, made.end) == (first.name, date(2026, 5, 31))
    kept = exceptions.load(path).exceptions
    assert [each.name for each in kept] == [first.name, second.name]
    assert (kept[0].ended, kept[1]) == (date(2026, 5, 31), second)
    text = path.read_text()
    assert "ended = 2026-05-31 # taken back by legal: mended # twice\n" in text
    assert text.endswith("# a word of ours\n")
    found = Exceptions(kept).find(_finding(package="pkg:npm/a"), (), TODAY)
    assert found is not None
    assert found.expired


def test_what_ended_or_never_was_cannot_be_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "decisions/exceptions.toml"
    path.parent.mkdir()
    exceptions.add(path, _entry())
    name = _entry().name
    exceptions.end(path, name, date(2026, 5, 31), "x")
    for key, words in ((name, "ended on 2026-05-31 already"), ("x-00000000", "There is no exception")):
        before = path.read_text()
        with pytest.raises(UsageError, match=words):
            exceptions.end(path, key, TODAY, "y")
        assert path.read_text() == before


def test_it_is_taken_back_on_the_command_line(tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    entry = _entry(decided=today, until=today + timedelta(9))
    Workspace(tmp_path).except_(entry)
    said = [
        "exceptions",
        "end",
        entry.name,
        "--by",
        "legal@acme.example",
        "--reason",
        "released",
        "-C",
        str(tmp_path),
    ]
    assert run(said) == 0
    (kept,) = Workspace(tmp_path).exceptions(Workspace(tmp_path).policy()).exceptions
    assert kept.end < today
