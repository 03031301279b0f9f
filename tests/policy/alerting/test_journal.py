# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The journal survives what happens to files."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.policy.alerting.alerts import NOW, alert, raised
from umbel.policy.alerting.alert import Event
from umbel.policy.alerting.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

_WRITER = """
import sys
from pathlib import Path
from tests.policy.alerting.alerts import NOW
from umbel.policy.alerting.alert import Event
from umbel.policy.alerting.journal import Journal
path, name, number = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for episode in range(1, number + 1):
    note = name * 5000
    Journal(path, Event).append([Event(kind="resolved", alert=name, episode=episode, at=NOW, note=note)] * 2)
    print(episode, flush=True)
"""


def _event(number: int) -> Event:
    return Event(kind="resolved", alert=f"a-{number:010}", episode=1, at=NOW, note="gone")


def test_events_come_back_as_they_were(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "deep/journal.jsonl", Event)
    assert journal.read() == ([], [])
    events = [raised(alert()), _event(2)]
    journal.append(events[:1])
    journal.append(events[1:])
    journal.append([])
    assert journal.read() == (events, [])


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_wherever_a_writer_is_killed_only_its_own_event_is_lost(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "journal.jsonl"
    journal = Journal(path, Event)
    events = [_event(number) for number in range(4)]
    journal.append(events)
    whole = path.read_bytes()
    kept = whole[: cut % (len(whole) + 1)]
    path.write_bytes(kept)
    journal.append([_event(9)])
    read, faults = journal.read()
    # A line that lacks nothing but its end is whole.
    lines = [line for line in whole.splitlines() if line in kept.splitlines()]
    assert read == [*events[: len(lines)], _event(9)]
    assert len(faults) == (len(kept.splitlines()) > len(lines))


def test_a_lost_page_costs_only_the_lines_on_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    events = [_event(number) for number in range(200)]
    Journal(path, Event).append(events)
    content = bytearray(path.read_bytes())
    content[4096:8192] = bytes(4096)
    path.write_bytes(content)
    read, faults = Journal(path, Event).read()
    lost = 200 - len(read)
    assert 4096 // len(content.splitlines()[0]) <= lost <= 4096 // len(content.splitlines()[0]) + 2
    assert all(event in events for event in read)
    assert 1 <= len(faults) <= 3


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    Journal(path, Event).append([_event(1), _event(2)])
    path.write_bytes(path.read_bytes().replace(b"a-0000000001", b"a-0000000003"))
    read, faults = Journal(path, Event).read()
    assert read == [_event(2)]
    assert faults[0].place == "journal.jsonl, line 1"


def test_nonsense_is_no_event_and_no_end(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    nonsense = [
        b"[" * 100_000,
        b'{"event":1,"sum":2}',
        b"\xff\xfe",
        b"{}",
        b"x" * (5 << 20),
        b'"' + b"a" * 99,
    ]
    path.write_bytes(b"\n".join(nonsense) + b"\n\n\n")
    Journal(path, Event).append([_event(1)])
    read, faults = Journal(path, Event).read()
    assert read == [_event(1)]
    assert len(faults) >= len(nonsense)


def test_two_writers_and_one_killed(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    command = [sys.executable, "-c", _WRITER, str(path)]
    with (
        subprocess.Popen([*command, "one", "40"], stdout=subprocess.DEVNULL) as one,
        subprocess.Popen([*command, "two", "40"], stdout=subprocess.DEVNULL) as two,
        subprocess.Popen([*command, "doomed", "100000"], stdout=subprocess.PIPE, text=True) as doomed,
    ):
        assert doomed.stdout is not None
        for _ in range(10):
            doomed.stdout.readline()
        time.sleep(0.01)
        doomed.kill()
        assert (one.wait(60), two.wait(60)) == (0, 0)
    read, faults = Journal(path, Event).read()
    told = {name: [e.episode for e in read if e.alert == name] for name in ("one", "two", "doomed")}
    whole = sorted([*range(1, 41)] * 2)
    assert told["one"] == whole
    assert told["two"] == whole
    assert len(told["doomed"]) >= 20
    assert len(faults) <= 1
