# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Killed processes, racing writers, readers beside compaction, full disks: nothing lost or torn."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests import acme
from umbel.evidence import ingest
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.evidence.upkeep import compact, status, verify
from umbel.model.errors import EvidenceError

if TYPE_CHECKING:
    from pathlib import Path

# A collector whose batches are small, so that there are many moments to be killed in.
_COLLECT = """
import sys
from pathlib import Path
from umbel.evidence import ingest
from umbel.evidence.lake import Lake
ingest.BATCH_DOCUMENTS = ingest.CHUNK_DOCUMENTS = int(sys.argv[3])
print("ready", flush=True)
ingest.collect(Lake(sys.argv[1]), [Path(sys.argv[2])], workers=1)
"""

Usage = set[tuple[str, str, str]]


def start(lake: Path, folder: Path, batch: int = 3) -> subprocess.Popen[bytes]:
    """A collector in a process of its own."""
    command = [sys.executable, "-c", _COLLECT, str(lake), str(folder), str(batch)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(process: subprocess.Popen[bytes]) -> None:
    """Wait for it; its words are the failure's message."""
    _, errors = process.communicate(timeout=100)
    assert process.returncode == 0, errors.decode()


def seen(lake: Lake) -> tuple[Usage, int]:
    """What the portfolio holds, as a set and as a number of rows."""
    with Session(lake) as session:
        rows = session.ask("SELECT project, package, version FROM usage").rows()
    return set(rows), len(rows)


def whole(lake: Lake, expected: Usage) -> int:
    """Assert that every project that can be seen is seen whole; gives how many there are."""
    rows, number = seen(lake)
    assert number == len(rows), "rows are doubled"
    projects = {project for project, _, _ in rows}
    assert rows == {row for row in expected if row[0] in projects}
    return len(projects)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return acme.folder_of_sboms(tmp_path / "sboms", 30)


@pytest.fixture
def expected(tmp_path: Path, folder: Path) -> Usage:
    lake = Lake(tmp_path / "undisturbed")
    ingest.collect(lake, [folder], workers=1)
    rows, number = seen(lake)
    assert number == len(rows) > 400
    return rows


def test_a_collector_killed_at_any_moment_leaves_nothing_half_and_can_be_run_again(
    tmp_path: Path, folder: Path, expected: Usage
) -> None:
    chance = random.Random(20260301)
    counts = []
    for attempt in range(8):
        place = tmp_path / f"lake-{attempt}"
        process = start(place, folder)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0.05, 1.2))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        lake = Lake(place)
        assert verify(lake) == []
        counts.append(whole(lake, expected))
        ingest.collect(Lake(place), [folder], workers=1)
        assert verify(lake) == []
        assert whole(lake, expected) == 30
    assert min(counts) < 30, "no kill came in time to disturb anything"


def test_two_collectors_at_once_lose_and_double_nothing(
    tmp_path: Path, folder: Path, expected: Usage
) -> None:
    place = tmp_path / "lake"
    racing = [start(place, folder), start(place, folder)]
    for process in racing:
        finish(process)
    lake = Lake(place)
    assert verify(lake) == []
    assert whole(lake, expected) == 30


def test_readers_see_whole_snapshots_while_others_write_and_compact(
    tmp_path: Path, folder: Path, expected: Usage
) -> None:
    place = tmp_path / "lake"
    writer = start(place, folder, batch=1)
    assert writer.stdout is not None
    writer.stdout.readline()
    lake = Lake(place)
    counts = []
    with ThreadPoolExecutor(1) as pool:
        while writer.poll() is None:
            compaction = pool.submit(_compact, place)
            counts.append(whole(lake, expected))
            compaction.result()
    finish(writer)
    counts.append(whole(lake, expected))
    assert counts == sorted(counts), "something that was published vanished"
    assert counts[-1] == 30
    assert verify(lake) == []
    assert len(set(counts)) > 2, "the reader saw too little of the writing"


def _compact(place: Path) -> None:
    try:
        compact(Lake(place))
    except EvidenceError:  # the writer's own compaction won
        return


def test_a_session_keeps_its_answer_while_the_lake_is_compacted_under_it(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    for index in range(5):
        acme.publish(lake, (acme.stamp(f"app-{index}"), acme.reading([f"p{index}@1"])))
    with Session(lake) as session:
        before = session.ask("SELECT count(*) FROM usage").one()
        compact(lake)
        acme.publish(lake, (acme.stamp("late"), acme.reading(["late@1"])))
        assert session.ask("SELECT count(*) FROM usage").one() == before == (5,)
    assert seen(lake)[1] == 6


def test_many_appends_one_by_one_are_compacted_on_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("umbel.evidence.upkeep.COMPACT_ABOVE", 10)
    lake = Lake(tmp_path / "lake")
    sboms = tmp_path / "sboms"
    for index in range(14):
        acme.publish(lake, (acme.stamp(f"app-{index}"), acme.reading([f"p{index}@1"])))
    acme.folder_of_sboms(sboms, 1)
    ingest.collect(lake, [sboms], workers=1)
    assert {state.table: state.files for state in status(lake)}["usage"] == 1
    assert len({row[0] for row in seen(lake)[0]}) == 15
    assert verify(lake) == []


_FULL = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
sys.argv[1:] = ["collect", sys.argv[1], "-C", sys.argv[2]]
from umbel.cli import main
main()
"""


def test_a_full_disk_is_said_in_one_line_and_nothing_is_half_written(tmp_path: Path, folder: Path) -> None:
    workspace = tmp_path / "ws"
    workspace.mkdir()
    Lake(workspace / ".umbel/lake")
    done = subprocess.run(
        [
            sys.executable,
            "-B",
            "-c",
            _FULL,
            str(folder),
            str(workspace),
        ],  # of what is cached nothing is cut short
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    # The Delta writer's own threads may add their words before ours.
    assert done.stderr.splitlines()[-1].startswith("umbel: The evidence in ")
    assert "Traceback" not in done.stderr
    lake = Lake(workspace / ".umbel/lake")
    assert verify(lake) == []
    assert seen(lake) == (set(), 0)


def test_a_missing_lake_and_a_broken_one_are_said_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="There is no evidence in"):
        Lake(tmp_path / "none", create=False)
    lake = Lake(tmp_path / "lake")
    acme.publish(lake, (acme.stamp(), acme.reading(["a@1"])))
    for file in (tmp_path / "lake/usage").glob("*.parquet"):
        file.write_bytes(b"PAR1 not really")
    with pytest.raises(EvidenceError, match="can't be read"), Session(lake) as session:
        session.ask("SELECT count(*) FROM usage").rows()
