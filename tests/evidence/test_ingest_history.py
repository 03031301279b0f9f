# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Git histories in the lake: once, whole, and again only where something is new."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from tests.acme import NOW, day
from tests.collect.git_repositories import by, commit, git, init, raw_commit, say
from umbel.app import Workspace
from umbel.cli.commands.collect import report
from umbel.collect.git_history import HistoryOptions, identity_key
from umbel.evidence import ingest_history
from umbel.evidence.ingest import Progress, collect
from umbel.evidence.ingest_history import Source, ingest, options_for
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.model.errors import EvidenceError
from umbel.model.settings import HistorySettings, SettingsError
from umbel.model.tables import arrow_schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from umbel.evidence.ingest_history import Ingested


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def source(folder: Path, subject: str = "shop", **options: Any) -> Source:
    return Source(folder, subject, f"git:{subject}", options=HistoryOptions(**options))


def one(lake: Lake, folder: Path, **options: Any) -> Ingested:
    """Read one repository into the lake."""
    (done,) = ingest(lake, [source(folder, **options)])
    return done


def ask(lake: Lake, sql: str) -> list[tuple[Any, ...]]:
    with Session(lake) as session:
        return session.ask(sql).rows()


def shas(lake: Lake, project: str = "shop") -> set[str]:
    with Session(lake) as session:
        rows = session.ask("SELECT sha FROM commits WHERE project = $p", {"p": project}).rows()
    assert len(rows) == len(set(rows))
    return {sha for (sha,) in rows}


def git_shas(folder: Path) -> set[str]:
    return set(say(folder, "rev-list", "HEAD").split())


def test_a_second_run_writes_only_what_is_new(lake: Lake, tmp_path: Path) -> None:
    folder = init(tmp_path / "a")
    commit(folder, "first\n\nReviewed-by: Two <two@acme.example>")
    git(folder, "tag", "v1.0")
    assert (one(lake, folder).state, one(lake, folder).state) == ("new", "unchanged")
    assert ask(lake, "SELECT count(*) FROM raw_snapshots") == [(1,)]

    commit(folder, "second")
    done = one(lake, folder)
    assert (done.state, done.outcome, done.commits) == ("grown", "complete", 1)
    assert shas(lake) == git_shas(folder)
    assert ask(lake, "SELECT count(*) FROM raw_commits") == [(2,)]
    assert ask(lake, "SELECT name, email FROM raw_identities ORDER BY ALL") == [
        ("Dev", "dev@acme.example"),
        ("Two", "two@acme.example"),
    ]
    assert ask(lake, "SELECT commits, roots, len(writes), kind, head FROM histories") == [
        (2, 1, 2, "full", say(folder, "rev-parse", "HEAD"))
    ]
    assert ask(lake, "SELECT tag, version FROM releases") == [("v1.0", "1.0")]


def test_a_rewritten_history_supersedes_the_old(lake: Lake, tmp_path: Path) -> None:
    folder = init(tmp_path / "a")
    commit(folder)
    commit(folder, "second")
    one(lake, folder)
    git(folder, "commit", "-q", "--amend", "--allow-empty", "-m", "better")
    assert one(lake, folder).state == "rewritten"
    assert shas(lake) == git_shas(folder)
    assert ask(lake, "SELECT rewritten, len(writes), commits FROM histories") == [(True, 1, 2)]


def test_a_clone_that_is_behind_and_one_without_git_change_nothing(lake: Lake, tmp_path: Path) -> None:
    folder = init(tmp_path / "a")
    commit(folder)
    git(tmp_path, "clone", "-q", str(folder), "behind")
    commit(folder, "second")
    one(lake, folder)
    assert one(lake, tmp_path / "behind").state == "behind"
    shutil.rmtree(folder / ".git")
    assert [one(lake, folder).outcome for _ in range(2)] == ["failed", "failed"]
    assert len(shas(lake)) == 2
    assert ask(lake, "SELECT outcome, count(*) FROM raw_snapshots GROUP BY ALL ORDER BY ALL") == [
        ("complete", 1),
        ("failed", 1),
    ]


def test_aliases_follow_the_mailmap_for_commits_known_before(lake: Lake, tmp_path: Path) -> None:
    folder = init(tmp_path / "a")
    raw_commit(folder, by("Old Name <old@acme.example>"))
    one(lake, folder)
    commit(folder, files={".mailmap": "New Name <new@acme.example> <old@acme.example>\n"})
    one(lake, folder)
    names = """
        SELECT i.email, c.email, c.name FROM aliases AS a
        JOIN identities AS i ON i.identity = a.identity JOIN identities AS c ON c.identity = a.canonical
    """
    assert ask(lake, names) == [("old@acme.example", "new@acme.example", "New Name")]
    commit(folder, "later")
    one(lake, folder)
    assert len(ask(lake, names)) == 1


def test_who_was_forgotten_does_not_come_back(lake: Lake, tmp_path: Path) -> None:
    folder = init(tmp_path / "a")
    commit(folder, "x\n\nReviewed-by: Two <two@acme.example>")
    key = identity_key(lake.salt(), "Dev", "dev@acme.example")
    row = {"identity": [key], "forgotten_at": [NOW]}
    lake.append("forgotten", pa.table(row, schema=arrow_schema("forgotten")))
    one(lake, folder)
    assert ask(lake, "SELECT name FROM identities") == [("Two",)]
    assert ask(lake, "SELECT author FROM commits") == [(key,)]


def test_lines_and_paths_are_read_where_they_are_wanted(lake: Lake, tmp_path: Path) -> None:
    folder = init(tmp_path / "a")
    commit(folder, files={"a": "1\n2\n"})
    one(lake, folder)
    assert one(lake, folder, lines=True, paths=True).state == "retold"
    commit(folder, files={"b": "1\n"})
    assert one(lake, folder, lines=True, paths=True).commits == 1
    assert ask(lake, "SELECT path FROM changes ORDER BY ALL") == [("a",), ("b",)]
    assert ask(lake, "SELECT added FROM lines ORDER BY ALL") == [(1,), (2,)]
    assert ask(lake, "SELECT lines, paths, len(writes) FROM histories") == [(True, True, 3)]
    commit(folder, files={"b": "2\n"})
    one(lake, folder)
    assert ask(lake, "SELECT lines, paths FROM histories") == [(False, False)]


def test_a_workspace_says_whose_lines_and_paths_it_wants(tmp_path: Path) -> None:
    (tmp_path / "umbel.toml").write_text(
        '[history]\nlines = ["github.com/acme/*"]\npaths = true\nbranches = true\n'
    )
    wanted = Workspace(tmp_path).settings.history
    ours = options_for(wanted, "github.com/acme/shop", "git:github.com/acme/shop")
    assert ours == HistoryOptions(branches=True, lines=True, paths=True)
    assert not options_for(wanted, "other", "file:/src/other").lines
    (tmp_path / "umbel.toml").write_text("[history]\nlines = 3\n")
    with pytest.raises(SettingsError, match="true or false, or a list of patterns"):
        _ = Workspace(tmp_path).settings


def test_every_repository_in_a_folder_is_read_once(lake: Lake, tmp_path: Path) -> None:
    src = tmp_path / "src"
    main = init(src / "z-main")
    commit(main, files={"uv.lock": "version = 1\n"})
    git(main, "worktree", "add", "-q", "-b", "side", str(src / "a-linked"))
    git(src, "clone", "-q", "--bare", str(main), "bare.git")
    git(src / "bare.git", "remote", "remove", "origin")
    outer = init(src / "outer")
    git(outer, "submodule", "add", "-q", str(main), "inner")
    commit(outer)
    init(src / "empty")

    class Heard(Progress):
        counts = (0, 0)

        def histories(self, number: int) -> None:
            self.counts = (number, self.counts[1])

        def commits(self, number: int) -> None:
            self.counts = (self.counts[0], self.counts[1] + number)

    heard = Heard()
    summary = collect(lake, [src], workers=1, progress=heard)
    assert not summary.incomplete
    assert (summary.histories, summary.commits) == (5, 4)
    assert heard.counts[1] == 4
    assert ask(lake, "SELECT project, commits FROM histories ORDER BY ALL") == [
        ("bare", 1),
        ("empty", 0),
        ("outer", 1),
        ("outer/inner", 1),
        ("z-main", 1),
    ]
    again = collect(lake, [src], workers=1)
    assert (again.histories, again.commits, again.absent) == (5, 0, 0)


def test_a_repository_that_is_gone_is_withdrawn_and_one_that_returns_counts_again(
    lake: Lake, tmp_path: Path
) -> None:
    folder = init(tmp_path / "src/a")
    commit(folder)
    init(tmp_path / "src/b")
    collect(lake, [tmp_path / "src"], workers=1, now=day(0))
    folder.rename(tmp_path / "kept")
    collect(lake, [tmp_path / "src"], workers=1, now=day(1))
    assert ask(lake, "SELECT project FROM histories") == [("b",)]
    (tmp_path / "kept").rename(folder)
    collect(lake, [tmp_path / "src"], workers=1, now=day(2))
    assert ask(lake, "SELECT project FROM histories ORDER BY ALL") == [("a",), ("b",)]
    assert len(shas(lake, "a")) == 1


def test_many_repositories_are_read_in_groups_and_one_failure_is_nobody_elses(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_history, "GROUP_REPOSITORIES", 3)
    folder = init(tmp_path / "seed")
    for number in range(3):
        commit(folder, str(number))
    sources = []
    for number in range(10):
        git(tmp_path, "clone", "-q", "--bare", str(folder), f"r{number}")
        sources.append(source(tmp_path / f"r{number}", f"p{number}"))
    shutil.rmtree(tmp_path / "r4/objects/pack", ignore_errors=True)
    for place in (tmp_path / "r4/objects").iterdir():
        shutil.rmtree(place)
    seen: list[str] = []
    done = ingest(lake, sources, seen=lambda item: seen.append(item.source.subject))
    assert sorted(seen) == sorted(f"p{number}" for number in range(10))
    assert {item.source.subject: item.outcome for item in done if item.outcome != "complete"} == {
        "p4": "failed"
    }
    assert ask(lake, "SELECT count(DISTINCT project), count(*) FROM commits") == [(9, 27)]
    assert ask(lake, "SELECT count(*) FROM raw_identities") == [(1,)]


KILLED = """
import os, signal, sys
from pathlib import Path
from umbel.collect.git_history import HistoryReading
from umbel.evidence.ingest_history import Source, ingest
from umbel.evidence.lake import Lake

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

lake, place = Lake(sys.argv[1]), sys.argv[3]
if place == "stream":
    commits = HistoryReading.commits
    def some(self):
        yield from commits(self)
        die()
    HistoryReading.commits = some
else:
    append = Lake.append
    Lake.append = lambda self, name, rows: die() if name == place else append(self, name, rows)
ingest(lake, [Source(Path(sys.argv[2]), "shop", "git:shop")])
"""


@pytest.mark.parametrize("place", ["stream", "histories"])
def test_a_run_that_is_killed_leaves_nothing_half(lake: Lake, tmp_path: Path, place: str) -> None:
    folder = init(tmp_path / "a")
    commit(folder)
    one(lake, folder)
    commit(folder, "second")
    command = [sys.executable, "-c", KILLED, lake.url, str(folder), place]
    done = subprocess.run(command, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len(shas(lake)) == 1
    assert one(lake, folder).commits == 1
    assert shas(lake) == git_shas(folder)
    assert ask(lake, "SELECT commits FROM histories") == [(2,)]


def test_a_lake_that_cannot_be_written_stops_the_run_and_the_threads(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    folder = init(tmp_path / "a")
    commit(folder)

    def full(self: Lake, name: str, rows: Iterator[Any]) -> None:  # noqa: ARG001
        raise EvidenceError("The disk is full.")

    before = threading.active_count()
    with monkeypatch.context() as patch:
        patch.setattr(Lake, "append", full)
        with pytest.raises(EvidenceError, match="full"):
            one(lake, folder)
    assert threading.active_count() == before
    assert one(lake, folder).commits == 1


def test_the_command_says_how_many_histories_it_read(
    lake: Lake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = init(tmp_path / "src/a")
    commit(folder)
    summary = collect(lake, [tmp_path / "src"], workers=1, history=HistorySettings())
    report(summary)
    assert "1 git history, 1 new commit\n" in capsys.readouterr().out
