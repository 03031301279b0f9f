# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The cache of readings: never stale, never in the way."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests import acme
from umbel.app import Workspace
from umbel.frameworks.indicators import cache

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ["inventory_coverage", "exceptions_recorded"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A project in a lake; Umbel itself stands still while a test runs."""
    monkeypatch.setattr(cache, "program_digest", lambda: "one Umbel")
    made = Workspace(tmp_path)
    acme.publish(made.lake(create=True), (acme.stamp(), acme.reading(["a@1"])))
    (tmp_path / "decisions").mkdir()
    return made


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
    import shutil

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
    "name", ["policy.toml", "umbel.toml", "decisions/a/b.json", "metrics/x.sql", "indicators/x.toml"]
)
def test_every_file_that_counts_is_in_the_key(here: Workspace, name: str) -> None:
    before = here.readings_key(acme.NOW, None)
    path = here.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("# a word\n")
    assert Workspace(here.folder).readings_key(acme.NOW, None) != before


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
    key = here.readings_key(acme.NOW, None)
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
