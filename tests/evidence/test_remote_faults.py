# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Killed clones, cut and silent connections, full disks, damaged packs: the next run is whole again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.collect import git_servers
from tests.collect.git_servers import Proxy, Upstream, git
from umbel.app import Workspace
from umbel.collect import _git
from umbel.collect._remote_clone import sound
from umbel.collect.remotes import Clone, Missing, Options, Remotes, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from umbel.collect._remote_clone import Kind

_LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, 4 << 20))
from umbel.cli import main
sys.exit(main())
"""


def collect(
    cache: Path, *urls: str, kind: Kind = "treeless", options: Options | None = None
) -> list[Clone | Missing]:
    """What becomes of these addresses."""
    made = Remotes(options or Options(folder=cache))
    return list(made.each([(parse(url), kind) for url in urls]))


def workspace(folder: Path, cache: Path) -> Workspace:
    """A workspace whose clones are kept there."""
    folder.mkdir(exist_ok=True)
    (folder / "umbel.toml").write_text(f'[cache]\nfolder = "{cache}"\n')
    return Workspace(folder)


def command(folder: Path, cache: Path, *urls: str) -> list[str]:
    """The command line that collects from these addresses."""
    made = workspace(folder, cache)
    return [sys.executable, "-m", "umbel", "collect", "-C", str(made.folder), *urls]


def known(asked: Workspace) -> list[tuple[str, int]]:
    """Projects with a history in the lake, and their commits."""
    with asked.session(None, ("histories", "commits")) as session:
        rows = session.ask("SELECT project, count(*) FROM commits GROUP BY 1 ORDER BY 1").rows()
    return [(str(project), int(number)) for project, number in rows]


def one(cache: Path, url: str, options: Options | None = None) -> Clone | Missing:
    """What becomes of this address."""
    (found,) = collect(cache, url, options=options)
    return found


def whole(found: Clone | Missing, upstream: Upstream) -> Clone:
    """Assert that a clone has all that its upstream has."""
    assert isinstance(found, Clone), found
    mine = _git.run(found.path, "rev-list", "--all").out.decode().split()
    assert sorted(mine) == sorted(git(upstream.path, "rev-list", "--all").split())
    return found


def leftovers(cache: Path) -> list[Path]:
    """What is not whole."""
    return [*cache.glob("*.tmp-*"), *cache.glob("*.git/objects/pack/tmp_*"), *cache.glob("*.git/*.lock")]


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait for something to be so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.01)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that no server filters, of about 3 MB."""
    upstream = Upstream(tmp_path_factory.mktemp("template") / "big.git", filters=False)
    upstream.commit({"a": "a"})
    upstream.grow(3)
    return upstream.path


@pytest.fixture
def big(tmp_path: Path, template: Path) -> Upstream:
    shutil.copytree(template, tmp_path / "served" / "big.git")
    return Upstream(tmp_path / "served" / "big.git", filters=False)


@pytest.fixture
def port(tmp_path: Path, big: Upstream) -> Iterator[int]:
    assert big.tip()
    with git_servers.daemon(tmp_path / "served") as address:
        yield int(address.rpartition(":")[2])


@contextmanager
def through(port: int, most: int, *, silent: bool = False) -> Iterator[Proxy]:
    """A connection that ends, or falls silent, after so many bytes."""
    proxy = Proxy(port, most, silent=silent)
    try:
        yield proxy
    finally:
        proxy.close()


def at(port: int) -> str:
    """Always the same address: its port is that of the day."""
    return f"git://127.0.0.1:{port}/big.git"


# ---- killed


def test_a_collect_killed_in_the_middle_of_a_clone_is_made_good_by_the_next(
    tmp_path: Path, cache: Path, port: int, big: Upstream
) -> None:
    folder = tmp_path / "ws"
    with through(port, 1 << 20, silent=True) as proxy:
        url = at(proxy.port)
        process = subprocess.Popen(command(folder, cache, url), stdout=subprocess.DEVNULL)
        until(lambda: [*cache.glob("*.tmp-*/objects/pack/tmp_pack_*")])
        assert not [*cache.glob("*.git")], "a clone is never seen before it is whole"
        whole(one(cache, at(port)), big)  # another address: neither in its way nor cleaning up after it
        assert leftovers(cache)
        process.kill()
        process.wait()
        proxy.most = 1 << 30
        summary = workspace(folder, cache).collect([url])

    assert [state.outcome for state in summary.remotes] == ["cloned"]
    assert known(workspace(folder, cache)) == [("127.0.0.1/big", 2)]
    assert not leftovers(cache)


def test_an_update_killed_in_the_middle_is_made_good_by_the_next(
    cache: Path, port: int, big: Upstream
) -> None:
    clone = whole(one(cache, at(port)), big)
    for left in ("packed-refs.lock", "HEAD.lock", "refs/heads/main.lock", "objects/pack/tmp_pack_x"):
        (clone.path / left).parent.mkdir(parents=True, exist_ok=True)
        (clone.path / left).write_text("half")
    big.commit({"b": "b"})
    again = whole(one(cache, at(port)), big)

    assert again.outcome == "updated"
    assert not leftovers(cache)


# ---- the network


@pytest.mark.parametrize("most", [0, 100, 1 << 20])
def test_a_connection_that_breaks_is_said_and_harms_nothing(
    cache: Path, port: int, big: Upstream, most: int
) -> None:
    with through(port, most) as proxy:
        found = one(cache, at(proxy.port))
        assert isinstance(found, Missing)
        assert found.fault.code == "remote-cut"
        assert not leftovers(cache)
    whole(one(cache, at(port)), big)


def test_an_update_that_breaks_leaves_the_clone_as_it_was(cache: Path, big: Upstream, port: int) -> None:
    with through(port, 1 << 30) as proxy:
        url = at(proxy.port)
        before = whole(one(cache, url), big)
        big.grow(2)
        proxy.most = 1 << 20
        found = one(cache, url)
        assert isinstance(found, Missing)
        assert found.fault.code == "remote-cut"
        assert _git.run(before.path, "rev-list", "--count", "HEAD").out == b"2\n"
        assert not leftovers(cache)
        proxy.most = 1 << 30
        assert whole(one(cache, url), big).outcome == "updated"


def test_a_server_that_falls_silent_is_given_up(cache: Path, port: int, big: Upstream) -> None:
    assert big.tip()
    options = Options(folder=cache, stall=0.5)
    with through(port, 1 << 20, silent=True) as proxy:
        found = one(cache, at(proxy.port), options)

    assert isinstance(found, Missing)
    assert found.fault.code == "remote-stalled"
    assert not leftovers(cache)


def test_a_web_server_that_never_answers_is_given_up(cache: Path, tmp_path: Path) -> None:
    with git_servers.http(tmp_path) as server:
        server.stall = True
        found = one(cache, f"{server.url}/a/b", Options(folder=cache, timeout=0.5))

    assert isinstance(found, Missing)
    assert found.fault.code == "remote-timeout"
    assert found.seconds < 10


def test_what_was_known_stays_while_a_remote_is_out_of_reach(
    tmp_path: Path, cache: Path, port: int, big: Upstream
) -> None:
    asked = workspace(tmp_path / "ws", cache)
    with through(port, 1 << 30) as proxy:
        url = at(proxy.port)
        asked.collect([url])
    summary = asked.collect([url, f"file://{big.path}"])

    assert {state.url: state.outcome for state in summary.remotes} == {
        url: "failed",
        f"file://{big.path}": "cloned",
    }
    assert summary.incomplete
    assert known(asked) == [("127.0.0.1/big", 2), ("big", 2)]


# ---- too much


def test_a_clone_that_grows_too_large_is_ended(cache: Path, port: int, big: Upstream) -> None:
    assert big.tip()
    with through(port, 2 << 20, silent=True) as proxy:
        found = one(cache, at(proxy.port), Options(folder=cache, clone_bytes=1 << 20))

    assert isinstance(found, Missing)
    assert found.fault.code == "remote-too-large"
    assert "max_size" in found.fault.message
    assert not leftovers(cache)


def test_the_cache_keeps_what_was_used_last_within_its_bound(
    tmp_path: Path, cache: Path, port: int, big: Upstream
) -> None:
    assert big.tip()
    for name in "abc":
        git(
            tmp_path,
            "clone",
            "-q",
            "--bare",
            "--template=",
            str(big.path),
            str(tmp_path / f"served/{name}.git"),
        )
    urls = [f"git://127.0.0.1:{port}/{name}.git" for name in "abc"]
    options = Options(folder=cache, cache_bytes=6 << 20)
    collect(cache, urls[0], options=options)
    collect(cache, urls[1], options=options)
    assert isinstance(one(cache, urls[0], options), Clone)  # used again: now b is the oldest
    collect(cache, urls[2], options=options)

    kept = {path.name.partition("-")[0].rpartition("_")[2] for path in cache.glob("*.git")}
    assert kept == {"a", "c"}


def test_a_clone_in_use_is_never_deleted(tmp_path: Path, cache: Path, port: int, big: Upstream) -> None:
    assert big.tip()
    git(tmp_path, "clone", "-q", "--bare", "--template=", str(big.path), str(tmp_path / "served/a.git"))
    held = Remotes(Options(folder=cache)).each([(parse(at(port)), "treeless")])
    clone = next(held)
    assert isinstance(clone, Clone)
    collect(cache, f"git://127.0.0.1:{port}/a.git", options=Options(folder=cache, cache_bytes=4 << 20))

    assert (clone.path / "HEAD").exists()
    held.close()  # type: ignore[attr-defined]
    Remotes(Options(folder=cache, cache_bytes=1))
    assert not [*cache.glob("*.git")]


def test_a_full_disk_is_one_clear_line(tmp_path: Path, cache: Path, port: int, big: Upstream) -> None:
    big.grow(4)
    with small_disk(cache) as started:
        line = [sys.executable, *started, *command(tmp_path / "ws", cache, at(port))[3:]]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert done.returncode == 3
        assert done.stderr.count("\n") == 1
        assert "the disk is full" in done.stderr
        assert not leftovers(cache)


@contextmanager
def small_disk(place: Path) -> Iterator[list[str]]:
    """A disk of 4 MB there, or, where none may be mounted, files of at most 4 MB."""
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=4m", "umbel-test", str(place)]
    if os.name == "posix" and os.geteuid() == 0 and not subprocess.run(mounting, check=False).returncode:
        try:
            yield ["-m", "umbel"]
        finally:
            subprocess.run(["umount", "-l", str(place)], check=True)
    else:
        yield ["-c", _LIMITED]


# ---- damage


def _flip(path: Path) -> None:
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


_DAMAGE: dict[str, Callable[[Path], object]] = {
    "a byte of a pack": lambda path: _flip(next(path.glob("objects/pack/*.pack"))),
    "no packs": lambda path: shutil.rmtree(path / "objects/pack"),
    "no head": lambda path: (path / "HEAD").write_bytes(b"\0\0\0"),
    "no settings": lambda path: (path / "config").write_text("[core"),
    "no branches": lambda path: (path / "packed-refs").write_text("broken\n"),
    "no state": lambda path: (path / "umbel.json").write_text("{"),
}


@pytest.mark.parametrize("what", _DAMAGE)
def test_a_damaged_clone_is_thrown_away_and_made_anew(
    cache: Path, port: int, big: Upstream, what: str
) -> None:
    clone = whole(one(cache, at(port)), big)
    _DAMAGE[what](clone.path)
    big.commit({"c": "c"})
    again = whole(one(cache, at(port)), big)

    assert again.outcome == "cloned"
    assert "clone-damaged" in {note.code for note in again.notes}
    assert not leftovers(cache)


def test_packs_and_indexes_are_checked_before_they_are_used(cache: Path, port: int, big: Upstream) -> None:
    path = whole(one(cache, at(port)), big).path
    (pack,), (index,) = path.glob("objects/pack/*.pack"), path.glob("objects/pack/*.idx")
    for file in (pack, index):
        good = file.read_bytes()
        assert sound(path)
        _flip(file)
        assert not sound(path)
        os.truncate(file, 1000)
        assert not sound(path)
        file.write_bytes(good)
    index.unlink()
    assert not sound(path)


def test_a_reader_may_find_damage_and_ask_for_a_new_clone(cache: Path, port: int, big: Upstream) -> None:
    made = Remotes(Options(folder=cache))
    for clone in made.each([(parse(at(port)), "treeless")]):
        assert isinstance(clone, Clone)
        _flip(next(clone.path.glob("objects/pack/*.pack")))
        again = made.anew(clone)
        assert again.path == clone.path
        assert _git.run(whole(again, big).path, "fsck").code == 0


@pytest.mark.usefixtures("big")
def test_damage_that_only_shows_in_reading_is_mended_in_the_same_run(
    tmp_path: Path, cache: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("umbel.collect._remote_clone._CHECKED", 0)  # as if it were too large to be summed
    asked = workspace(tmp_path / "ws", cache)
    asked.collect([at(port)])
    (pack,) = cache.glob("*.git/objects/pack/*.pack")
    pack.chmod(0o644)
    pack.write_bytes(pack.read_bytes()[:12] + bytes(pack.stat().st_size - 12))
    summary = asked.collect([at(port)], again=True)

    assert [fault.code for item in summary.trouble for fault in item.faults if fault.level == "error"] == []
    assert known(asked) == [("127.0.0.1/big", 2)]
    assert "clone-damaged" in {fault.code for item in summary.trouble for fault in item.faults}
