# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The cache of readings: never stale, never in the way."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import acme
from umbel.app import Workspace
from umbel.frameworks.indicators import cache

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = ["inventory_coverage", "exceptions_recorded"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in a lake, made once."""
    folder = tmp_path_factory.mktemp("made")
    acme.publish(Workspace(folder).lake(create=True), (acme.stamp(), acme.reading(["a@1"])))
    (folder / "decisions").mkdir()
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """The same for a test to write in; Umbel itself stands still while it runs."""
    monkeypatch.setattr(cache, "program_digest", lambda: "one Umbel")
    return Workspace(shutil.copytree(made, tmp_path / "here"))


def _except(here: Workspace) -> None:
    with (here.folder / "decisions/exceptions.toml").open("a") as file:
        file.write(
            '[[exceptions]]\nrule = "license-unknown"\nreason = "known"\nby = "dev@acme.example"\n'
            "decided = 2026-02-01\nuntil = 2026-06-01\n"
        )


def _files(here: Workspace) -> list[Path]:
    folder = here.folder / cache.FOLDER
    return sorted(folder.iterdir()) if folder.is_dir() else []


def test_what_was_computed_is_read_again(here: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = here.readings(NAMES, acme.NOW)
    monkeypatch.setattr("umbel.app.indicators.Known.__init__", None)  # nothing is asked any more
    assert here.readings(NAMES, acme.NOW) == first
    assert len(_files(here)) == 1


def test_a_changed_decision_is_seen_at_once(here: Workspace) -> None:
    assert here.readings(NAMES, acme.NOW)["exceptions_recorded"].value == 0
    _except(here)
    assert here.readings(NAMES, acme.NOW)["exceptions_recorded"].value == 1
    _except(here)
    assert here.readings(NAMES, acme.NOW)["exceptions_recorded"].value == 2


def test_new_evidence_is_seen_at_once(here: Workspace) -> None:
    assert here.readings(NAMES, acme.NOW)["inventory_coverage"].denominator == 1
    acme.publish(here.lake(), (acme.stamp("till"), acme.reading(["b@1"])))
    assert Workspace(here.folder).readings(NAMES, acme.NOW)["inventory_coverage"].denominator == 2


def test_another_lake_with_the_same_versions_is_another(here: Workspace) -> None:
    here.readings(NAMES, acme.NOW)
    shutil.rmtree(here.folder / ".umbel/lake")
    again = Workspace(here.folder)
    acme.publish(
        again.lake(create=True),
        (acme.stamp(), acme.reading(["a@1"])),
        (acme.stamp("till"), acme.reading(["b@1"])),
    )
    assert again.readings(NAMES, acme.NOW)["inventory_coverage"].denominator == 2


@pytest.mark.parametrize(
    "name",
    ["policy.toml", "umbel.toml", "value.toml", "decisions/a/b.json", "metrics/x.sql", "indicators/x.toml"],
)
def test_every_file_that_counts_is_in_the_key(here: Workspace, name: str) -> None:
    before = here.readings_key(acme.NOW, None)
    path = here.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("# a word\n")
    assert Workspace(here.folder).readings_key(acme.NOW, None) != before


def test_assumptions_of_the_value_are_seen_at_once(here: Workspace) -> None:
    assert here.readings(["value_told"], acme.NOW)["value_told"].value == 0
    (here.folder / "value.toml").write_text("[hours_a_month]\nvalue = 140\n")
    assert here.readings(["value_told"], acme.NOW)["value_told"].value == 1


def test_an_attestation_throws_away_only_what_counts_attestations(here: Workspace) -> None:
    names = [*NAMES, "attestations_valid", "decisions_dated"]
    here.readings(names, acme.NOW)
    observed, told = _keys(here)
    _attest(here)
    assert _keys(here) == (observed, _keys(here)[1])
    assert _keys(here)[1] != told
    assert set(cache.load(here.folder, _keys(here)[0])) == set(NAMES)
    assert cache.load(here.folder, _keys(here)[1]) == {}
    assert here.readings(names, acme.NOW)["attestations_valid"].denominator == 1


def _keys(here: Workspace) -> tuple[str, str]:
    found = here._keys(acme.NOW, None)  # noqa: SLF001 - what is held against itself
    return found[False], found[True]


def _attest(here: Workspace) -> None:
    with (here.folder / "decisions/attestations.toml").open("a") as file:
        file.write(
            '[[attestations]]\nclaim = "quarterly-review"\nsays = "met"\nowner = "ospo@acme.example"\n'
            'by = "ospo@acme.example"\ndecided = 2026-02-01\n'
        )


def test_nothing_else_reads_what_people_say_of_the_program(here: Workspace) -> None:
    """The shorter key is right only as long as this holds."""
    _attest(here)
    for name in cache.TOLD:
        path = here.folder / name
        if not path.suffix:
            path.mkdir()
            path /= "any.md"
        path.touch()
    every = here.indicators()
    wanted = [name for name in every.names if not cache.is_told(every.get(name))]
    opened = _touched(here, lambda: here.readings(wanted, acme.NOW, cached=False))
    assert opened - {"decisions/series.toml"} == set(), (
        "series are listed with the indicators, and read by name"
    )
    others = [name for name in every.names if name not in wanted]
    assert "decisions/attestations.toml" in _touched(
        here, lambda: here.readings(others, acme.NOW, cached=False)
    )


_listeners: list[set[str]] = []


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    if _listeners and event in {"open", "os.listdir", "os.scandir"}:
        _listeners[-1].add(
            os.fsdecode(arguments[0]) if isinstance(arguments[0], str | bytes | os.PathLike) else ""
        )


def _touched(here: Workspace, work: Callable[[], object]) -> set[str]:
    """What was opened or listed of what people say of the program."""
    if not _listeners:
        sys.addaudithook(_listen)
    _listeners.append(set())
    work()
    opened = {Path(name) for name in _listeners[-1]}
    _listeners.append(set())
    left = {here.folder / name for name in cache.TOLD}
    return {
        path.relative_to(here.folder).as_posix()
        for path in opened
        if path in left or not left.isdisjoint(path.parents)
    }


def test_a_policy_that_ours_stands_on_is_in_the_key(here: Workspace) -> None:
    (here.folder / "policy.toml").write_text('extends = "../house.toml"\n')
    house = here.folder.parent / "house.toml"
    house.write_text("longest_exception_days = 10\n")
    before = here.readings_key(acme.NOW, None)
    house.write_text("longest_exception_days = 11\n")
    assert here.readings_key(acme.NOW, None) != before


def test_days_products_and_umbels_are_told_apart(here: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [here.readings_key(acme.NOW, None), here.readings_key(acme.day(-1), None)]
    keys += [here.readings_key(None, None), here.readings_key(acme.NOW, "Shop")]
    monkeypatch.setattr(cache, "program_digest", lambda: "another Umbel")
    keys.append(here.readings_key(acme.NOW, None))
    assert len(set(keys)) == 5


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"key": "x", "readings": {}}', b"\xff\xfe", b'{"key": 1}', b"[" * 99_999]
)
def test_a_damaged_file_is_as_none(here: Workspace, content: bytes) -> None:
    first = here.readings(NAMES, acme.NOW)
    (path,) = _files(here)
    path.write_bytes(content)
    assert here.readings(NAMES, acme.NOW) == first
    assert here.readings(NAMES, acme.NOW, cached=False) == first


def test_what_a_killed_writer_left_is_not_read_and_goes(here: Workspace) -> None:
    here.readings(NAMES, acme.NOW)
    folder = here.folder / cache.FOLDER
    for number in range(cache.MOST_FILES + 5):
        (folder / f".{number:04}.json.abc.new").write_text("{")
    _except(here)
    assert here.readings(NAMES, acme.NOW)["exceptions_recorded"].value == 1
    assert len(_files(here)) <= cache.MOST_FILES


def test_failures_are_not_kept(here: Workspace) -> None:
    (here.folder / "decisions/exceptions.toml").write_text("what\n")
    assert here.readings(NAMES, acme.NOW)["exceptions_recorded"].error
    key, _ = _keys(here)
    assert set(cache.load(here.folder, key)) == {"inventory_coverage"}


def test_two_writers_at_once_are_both_right(here: Workspace) -> None:
    told = here.readings(NAMES, acme.NOW, cached=False)
    names = list(told)
    barrier, wrong = threading.Barrier(2), []

    def write(name: str) -> None:
        barrier.wait()
        for _ in range(30):
            cache.store(here.folder, "k" * 64, {name: told[name]})
            found = cache.load(here.folder, "k" * 64)
            if not found or any(found[each] != told[each] for each in found):
                wrong.append(found)

    threads = [threading.Thread(target=write, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_folder_that_takes_no_files_costs_nothing_else(here: Workspace) -> None:
    (here.folder / ".umbel/cache").mkdir(parents=True, exist_ok=True)
    (here.folder / cache.FOLDER).write_text("a file in the way")
    assert here.readings(NAMES, acme.NOW)["inventory_coverage"].value == 1.0
