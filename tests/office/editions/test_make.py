# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Editions: made once, carried on after a kill, told while they are coming, followed by new evidence and records."""

from __future__ import annotations

import os
import sqlite3
import threading
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pytest

from tests import acme
from umbel.app import Workspace, moment
from umbel.app.names import matcher
from umbel.evidence.lake import Lake
from umbel.model.errors import EvidenceError, UsageError
from umbel.office import config as config_module
from umbel.office.accounts.rules import Hidden
from umbel.office.editions import (
    Asked,
    Column,
    Listing,
    State,
    figure_of,
    list_of,
    make,
    read,
    registry,
    row_of,
)
from umbel.office.editions.store import MOST_WANTED, Pointer, Store
from umbel.office.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from umbel.office.editions import Shared

TODAY = Seen()
KEPT_DAYS = 2
"""Of these tests; more only takes longer."""


class Count(msgspec.Struct, frozen=True):
    """A figure of tests."""

    projects: int


class Studio:
    """A workspace with one figure, one list and what is asked of them; counts how often each was made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = {"count": 0, "things": 0, "broken": 0}
        self.fails: BaseException | None = None

    def count(self, shared: Shared) -> Count:
        self.made["count"] += 1
        return Count(len(shared.workspace.coverage(as_of=shared.as_of)))

    def things(self, shared: Shared) -> pa.Table:
        self.made["things"] += 1
        names = sorted(shared.workspace.coverage(as_of=shared.as_of)["project"].to_pylist())
        return pa.table({"key": names, "project": names})

    def broken(self, shared: Shared) -> Count:  # noqa: ARG002 - a figure takes it
        self.made["broken"] += 1
        if self.fails:
            raise self.fails
        return Count(0)

    @property
    def listing(self) -> Listing:
        return Listing(
            name="things",
            title="Things",
            noun=("thing", "things"),
            about="Of tests.",
            columns=(Column(name="project", title="Project", searched=True),),
            order="project",
            rows=self.things,
            project="project",
            global_search="thing",
        )

    def publish(self, name: str, number: int = -9) -> None:
        lake = Lake(str(self.folder / ".umbel/lake"), create=True)
        when = acme.day(number)
        header = acme.stamp(name, content_sha256=name, observed_at=when, collected_at=when)
        acme.publish(lake, (header, acme.reading([f"of-{name}@1.0"])))

    def make(self, day: date | None = None) -> str:
        return make.make(Workspace(self.folder), self.store, day).key

    @property
    def store(self) -> Store:
        return Store(self.folder / ".umbel/office")


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    here = Studio(tmp_path)
    here.publish("shop")
    monkeypatch.setattr(registry, "discover", lambda: None)
    monkeypatch.setattr(registry, "_figures", {})
    monkeypatch.setattr(registry, "_listings", {"things": here.listing})
    monkeypatch.setattr(registry, "_files", {})
    figures = {name: registry.Figure(name, getattr(here, name)) for name in ("count", "broken")}
    monkeypatch.setattr(registry, "_figures", figures)
    monkeypatch.setattr(registry.Figure, "type", Count)
    now = msgspec.structs.replace(config_module.config(), workspace=tmp_path, inline=False)
    monkeypatch.setattr(config_module, "_current", lambda: now)
    read.forget()
    yield here
    read.forget()


def found(studio: Studio, seen: Seen = TODAY) -> tuple[State, Count | None]:
    there = figure_of(studio.count, seen)
    return there.state, there.value


def test_a_figure_is_coming_then_ready_and_made_once(studio: Studio) -> None:
    assert found(studio) == (State.COMING, None)
    key = studio.make()
    assert found(studio) == (State.READY, Count(1))
    assert studio.make() == key
    assert studio.made == {"count": 1, "things": 1, "broken": 1}


def test_new_evidence_makes_another_edition_and_the_old_one_is_shown_until_then(studio: Studio) -> None:
    first = studio.make()
    studio.publish("till")
    wanted = make.wanted(Workspace(studio.folder), None)
    assert wanted.key != first
    studio.store.point(None, Pointer(wanted=wanted.key, finished=first))
    assert found(studio) == (State.OLDER, Count(1))
    assert studio.make() == wanted.key
    assert found(studio) == (State.READY, Count(2))


def test_a_record_makes_another_edition(studio: Studio) -> None:
    first = studio.make()
    (studio.folder / "policy.toml").write_text("longest_exception_days = 90\n")
    assert studio.make() != first


def test_who_is_killed_is_carried_on_from_there(studio: Studio) -> None:
    studio.fails = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        studio.make()
    assert found(studio)[0] is State.READY, "what was made before the kill is shown already"
    studio.fails = None
    studio.make()
    assert studio.made["count"] == 1
    assert figure_of(studio.broken, TODAY).state is State.READY


def test_what_fails_says_why_and_costs_only_itself(studio: Studio) -> None:
    studio.fails = UsageError("The policy has a fault.")
    studio.make()
    failed = figure_of(studio.broken, TODAY)
    assert (failed.state, failed.value, failed.why) == (State.FAILED, None, "The policy has a fault.")
    assert found(studio) == (State.READY, Count(1))
    studio.fails = ZeroDivisionError("7 secrets")
    read.forget()
    studio.publish("till")
    studio.make()
    why = figure_of(studio.broken, TODAY).why
    assert why is not None
    assert "ZeroDivisionError" in why
    assert "secrets" not in why


def test_a_past_day_is_asked_for_once_and_told_as_it_was(studio: Studio) -> None:
    studio.publish("late", -2)
    day = acme.day(-5).date()
    past = Seen(day=day)
    assert found(studio, past) == (State.COMING, None)
    assert found(studio, past) == (State.COMING, None)
    assert studio.store.wanted() == [day]
    studio.make(day)
    studio.store.given(day)
    assert found(studio, past) == (State.READY, Count(1))
    studio.make()
    assert found(studio) == (State.READY, Count(2))


def test_a_past_day_ends_as_the_command_line_ends_it() -> None:
    day = acme.day(-5).date()
    asked = Seen(day=day).as_of
    assert asked == make.as_of(day) == moment(day.isoformat())
    assert asked is not None
    assert asked.date() == day, "decisions of the day after don't count yet"


def test_lists_are_read_from_the_edition_and_leave_out_what_is_confidential(studio: Studio) -> None:
    studio.publish("vault")
    studio.make()
    page = list_of(studio.listing, Asked(), TODAY).value
    assert page is not None
    assert [row["key"] for row in page.rows] == ["shop", "vault"]
    away = Seen(hidden=frozenset({"vault"}))
    assert row_of(studio.listing, "vault", TODAY).value == {"key": "vault", "project": "vault"}
    gone = row_of(studio.listing, "vault", away)
    assert (gone.state, gone.value) == (State.READY, None)
    assert read.search("vau", away) == {}
    assert read.search("vau", TODAY) == {"things": [{"key": "vault", "project": "vault"}]}


@pytest.mark.parametrize("damage", ["figures/count.msgpack", "lists/things.sqlite", "edition.json"])
@pytest.mark.parametrize("content", [b"\xc1 not a figure", b""])
def test_a_damaged_file_is_as_not_made_and_is_made_again(studio: Studio, damage: str, content: bytes) -> None:
    def shown() -> tuple[State, object]:
        if damage.startswith("lists"):
            page = list_of(studio.listing, Asked(), TODAY)
            return page.state, page.value and page.value.total
        return found(studio)

    key = studio.make()
    whole = shown()
    assert whole[0] is State.READY
    (studio.store.root / key / damage).write_bytes(content)
    read.forget()
    assert shown() == (State.COMING, None)
    assert not make.is_whole(studio.store, key), "so that the worker has it made again"
    studio.make()
    read.forget()
    assert shown() == whole
    assert make.is_whole(studio.store, key)


def test_a_list_of_an_older_umbel_is_as_not_made_and_is_left_alone(studio: Studio) -> None:
    key = studio.make()
    more = (*studio.listing.columns, Column(name="new", title="New"))
    newer = msgspec.structs.replace(studio.listing, columns=more)
    assert list_of(newer, Asked(), TODAY).state is State.COMING
    assert row_of(newer, "shop", TODAY).value is None
    assert studio.store.list_path(key, "things").exists()
    assert list_of(studio.listing, Asked(), TODAY).state is State.READY


def test_two_that_make_one_edition_take_turns(studio: Studio) -> None:
    """Somebody makes one by hand while the worker does: neither reads what the other has half written."""
    threads = [threading.Thread(target=studio.make) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert studio.made == {"count": 1, "things": 1, "broken": 1}
    assert found(studio) == (State.READY, Count(1))


@pytest.mark.parametrize(
    "error",
    [
        sqlite3.OperationalError("database or disk is full"),
        EvidenceError("The lake can't be used: No space left on device (os error 28)."),
        MemoryError(),
    ],
)
def test_what_the_machine_lacks_is_no_fault_of_a_part(studio: Studio, error: Exception) -> None:
    first = studio.make()
    studio.publish("till")
    studio.fails = error
    with pytest.raises(OSError, match=r"broken|full|space"):
        studio.make()
    read.forget()
    assert list_of(studio.listing, Asked(), TODAY).value is not None
    pointer = studio.store.pointer(None)
    assert pointer is not None
    assert pointer.finished == first, "what isn't whole isn't finished"
    studio.fails = None
    studio.make()
    assert make.is_whole(studio.store, pointer.wanted)


def test_a_lake_that_goes_away_meanwhile_fails_no_part(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = studio.make()
    studio.publish("till")
    studio.fails = EvidenceError("The lake can't be read.")
    kept = make.wanted
    asked = iter([False, True])

    def gone(workspace: Workspace, day: date | None) -> Any:
        if next(asked):
            raise EvidenceError("The lake can't be read.")
        return kept(workspace, day)

    with monkeypatch.context() as patched:
        patched.setattr(make, "wanted", gone)
        with pytest.raises(EvidenceError, match="can't be read"):
            studio.make()
    pointer = studio.store.pointer(None)
    assert pointer is not None
    assert pointer.finished == first


def test_a_part_at_which_its_maker_is_killed_each_time_costs_only_itself(studio: Studio) -> None:
    studio.fails = KeyboardInterrupt()
    for _ in range(make.MOST_DEATHS):
        with pytest.raises(KeyboardInterrupt):
            studio.make()
        pointer = studio.store.pointer(None)
        assert pointer is not None
        make.died(studio.store, pointer.wanted)
    studio.make()
    failed = figure_of(studio.broken, TODAY)
    assert (failed.state, failed.value) == (State.FAILED, None)
    assert "memory" in str(failed.why)
    assert list_of(studio.listing, Asked(), TODAY).state is State.READY
    studio.fails = None
    studio.make()
    assert figure_of(studio.broken, TODAY).state is State.READY, (
        "it is given one more try when it is asked for again"
    )


def test_what_a_killed_maker_left_half_written_is_thrown_away(studio: Studio) -> None:
    key = studio.make()
    left = studio.store.root / key / "lists" / ".things.sqlite.ab12cd34"
    left.write_bytes(b"half")
    (studio.store.root / key / "again").touch()
    studio.make()
    assert not left.exists()


def test_nobody_can_ask_for_more_days_than_can_be_made(studio: Studio) -> None:
    for number in range(MOST_WANTED + 5):
        assert found(studio, Seen(day=acme.day(-number).date()))[0] is State.COMING
    assert len(studio.store.wanted()) == MOST_WANTED


def test_a_day_that_is_looked_at_is_noted_once_a_minute_and_not_by_each_reader(studio: Studio) -> None:
    day = acme.day(-5).date()
    studio.make(day)
    path = studio.store.root / "days" / f"{day.isoformat()}.json"
    os.utime(path, (1_000_000_000, 1_000_000_000))
    found(studio, Seen(day=day))
    noted = path.stat().st_mtime_ns
    assert noted > 1_700_000_000 * 10**9
    found(studio, Seen(day=day))
    assert path.stat().st_mtime_ns == noted


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=400)])
def test_a_clock_that_jumps_costs_an_edition_and_keeps_none_for_ever(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    """A machine wakes with a wrong clock, makes an edition of that day, and is set right."""
    right = studio.make()

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + jump

    def aged(key: str) -> None:
        moment = (datetime.now(UTC) + jump).timestamp()
        os.utime(studio.store.root / key / "edition.json", (moment, moment))

    with monkeypatch.context() as patched:
        patched.setattr("umbel.app.indicators.datetime", Wrong)
        patched.setattr(make, "datetime", Wrong)
        wrong = studio.make()
        assert wrong != right
        aged(wrong)
    assert studio.make() == right, "the edition of the right day is still there"
    assert found(studio)[0] is State.READY
    keys = [studio.make()]
    for name in ("till", "bank"):
        studio.publish(name)
        keys.append(studio.make())
    for path in studio.store.root.glob("*/edition.json"):
        if path.parent.name not in {keys[-1], wrong}:
            os.utime(path, (1_000_000_000, 1_000_000_000))
    studio.store.sweep()
    there = {path.parent.name for path in studio.store.root.glob("*/edition.json")}
    assert keys[-1] in there
    assert len(there) <= 2


def test_projects_barred_by_pattern_are_hidden_also_while_nobody_knows_their_names(studio: Studio) -> None:
    """While the lake is away the set of hidden names is empty; the list in the edition still has them."""
    studio.publish("vault")
    studio.make()
    barred = Seen(hidden=Hidden.of([], matcher(["vau*"])))
    page = list_of(studio.listing, Asked(), barred).value
    assert page is not None
    assert ([row["key"] for row in page.rows], page.total, page.whole) == (["shop"], 1, 1)
    assert row_of(studio.listing, "vault", barred).value is None
    assert read.search("vau", barred) == {}


def test_many_readers_meet_a_maker(studio: Studio) -> None:
    """Readers see one edition or the next, never half of one, whoever is faster."""
    studio.make()
    faults: list[Any] = []
    ends = threading.Event()

    def reads() -> None:
        while not ends.is_set():
            state, value = found(studio)
            page = list_of(studio.listing, Asked(), TODAY).value
            if (
                value is None
                or page is None
                or value.projects not in {1, 2, 3}
                or page.total not in {1, 2, 3}
            ):
                faults.append((state, value, page))

    readers = [threading.Thread(target=reads) for _ in range(3)]
    for reader in readers:
        reader.start()
    for name in ("till", "bank"):
        studio.publish(name)
        studio.make()
    ends.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert found(studio) == (State.READY, Count(3))


def test_old_editions_and_days_nobody_looks_at_are_swept(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = datetime.now(UTC) + timedelta(minutes=5)
    monkeypatch.setattr("umbel.office.editions.store.time.time", later.timestamp)
    monkeypatch.setattr("umbel.office.editions.store.KEPT_DAYS", KEPT_DAYS)
    for number in range(KEPT_DAYS + 2):
        studio.make(acme.day(number).date())
    keys = [studio.make()]
    for name in ("a", "b", "c"):
        studio.publish(name)
        keys.append(studio.make())
    days = list((studio.store.root / "days").iterdir())
    assert len(days) == KEPT_DAYS
    there = {path.name for path in studio.store.root.iterdir() if path.is_dir()}
    assert keys[-1] in there
    assert keys[0] not in there
    assert len(there) <= KEPT_DAYS + 4


def test_a_full_disk_is_told_and_leaves_what_is_there(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.make()
    studio.publish("till")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("umbel.office.editions.store.Path.write_bytes", full)
        with pytest.raises(OSError, match="No space left"):
            studio.make()
    read.forget()
    assert found(studio)[1] == Count(1)
    studio.make()
    assert found(studio) == (State.READY, Count(2))
