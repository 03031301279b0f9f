# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A bare clone in the cache: made, brought up to date, or thrown away where it is damaged."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from umbel.collect import _git
from umbel.collect._remote_git import LOCAL_SERVER, Remotely
from umbel.collect._remote_words import DAMAGED, RemoteError, failure
from umbel.model.errors import Fault

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.collect._cache import Entry

Kind = Literal["full", "blobless", "treeless"]
Outcome = Literal["cloned", "updated", "unchanged"]
FILTERS: dict[Kind, str] = {"treeless": "--filter=tree:0", "blobless": "--filter=blob:none"}
_REFSPECS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
_STATE = "umbel.json"
_ANEW = frozenset({DAMAGED, "remote-failed"})
"""What may be the clone's own fault: it is then made anew. Anything else is the remote's."""
_CHECKED = 256 << 20
"""Packs are summed up to so many bytes; larger ones show their damage when git reads them."""
_MOST_PACKS = 60
_SECONDS = 120.0
_MOST_FILES = 500_000


class Got(NamedTuple):
    """What became of one clone."""

    kind: Kind
    outcome: Outcome
    notes: list[Fault]


class _State(msgspec.Struct):
    """What a clone's folder says of itself: `head` is the commit whose few wanted files are here."""

    kind: Kind
    head: str | None = None


class _Refs(NamedTuple):
    """Branches and tags, and where HEAD leads: a branch, or a commit; None if nowhere."""

    refs: dict[str, str]
    head: str | None

    @property
    def commit(self) -> str | None:
        """The commit (or tag) that HEAD leads to."""
        return self.refs.get(self.head, self.head) if self.head else None


def obtain(entry: Entry, remotely: Remotely, wanted: Kind) -> Got:
    """Make the clone or bring it up to date. Raises `RemoteError`; what was there then stays, if sound."""
    if entry.path.exists():
        state = _state(entry.path)
        if state is not None and sound(entry.path):
            try:
                outcome = _update(entry.path, remotely, state.kind)
                notes = [*_more(entry.path, remotely, state), *_said(wanted, state.kind)]
                return Got(state.kind, outcome, notes)
            except RemoteError as error:
                if error.fault.code not in _ANEW:
                    raise
        return anew(entry, remotely, wanted)
    kind = _clone(entry, remotely, wanted)
    return Got(kind, "cloned", [*_more(entry.path, remotely, _State(kind)), *_said(wanted, kind)])


def anew(entry: Entry, remotely: Remotely, wanted: Kind) -> Got:
    """Make a damaged clone anew. Raises `RemoteError`."""
    entry.discard()
    got = obtain(entry, remotely, wanted)
    note = Fault("clone-damaged", "its clone in the cache was damaged and was made anew", level="note")
    return got._replace(notes=[note, *got.notes])


def sound(path: Path) -> bool:
    """Whether the packs and their indexes are as git wrote them: each ends in the digest of the rest."""
    packs = path / "objects" / "pack"
    try:
        files = sorted(item for item in packs.iterdir() if item.suffix in {".pack", ".idx"})
        if sum(item.stat().st_size for item in files) > _CHECKED:
            return all(item.with_suffix(".idx").exists() for item in files)
        name = "sha256" if "sha256" in (path / "config").read_text("utf-8") else "sha1"
        return all(_sums_up(item, name) and item.with_suffix(".idx").exists() for item in files)
    except (OSError, UnicodeDecodeError):
        return False


def _sums_up(file: Path, name: str) -> bool:
    data = file.read_bytes()
    digest = hashlib.new(name, usedforsecurity=False)
    body = memoryview(data)[: -digest.digest_size]
    digest.update(body)
    return data[len(body) :] == digest.digest()


def _clone(entry: Entry, remotely: Remotely, wanted: Kind) -> Kind:
    made = entry.temporary()
    options = ["--bare", "--template=", "--origin=origin", "--no-recurse-submodules", "--progress"]
    options += [FILTERS[wanted]] if wanted in FILTERS else []
    try:
        said = remotely.run(
            "clone", *options, *_server(remotely), "--", remotely.remote.address, str(made), folder=made
        )
        ignored = "filtering not recognized" in said.words or "filter" not in _config(made)
        kind: Kind = "full" if ignored else wanted
        if ignored and "partialclonefilter" in _config(made):
            # Else every reader would take it for a clone that lacks what it has.
            for key in ("promisor", "partialclonefilter"):
                remotely.run("config", "--file", str(made / "config"), "--unset-all", f"remote.origin.{key}")
        (made / _STATE).write_bytes(msgspec.json.encode(_State(kind)))
        entry.replace(made)
    except OSError as error:
        raise RemoteError("disk-full", f"its clone can't be kept: {error.strerror}") from error
    finally:
        entry.sweep()
    return kind


def _update(path: Path, remotely: Remotely, kind: Kind) -> Outcome:
    _clear(path)
    git = f"--git-dir={path}"
    theirs = _theirs(remotely, path)
    mine = _mine(path)
    if theirs == mine:
        return "unchanged"
    wanted = [*_REFSPECS, *(["HEAD"] if theirs.head and not theirs.head.startswith("refs/") else [])]
    options = [
        "--prune",
        "--force",
        "--no-auto-gc",
        "--no-write-fetch-head",
        "--no-recurse-submodules",
        "--progress",
    ]
    options += [FILTERS.get(kind, "--no-filter")]
    try:
        remotely.run(git, "fetch", *options, *_server(remotely), "origin", *wanted, folder=path)
    finally:
        _clear(path)
    _follow(path, remotely, theirs)
    if len(list((path / "objects" / "pack").glob("*.pack"))) > _MOST_PACKS:
        remotely.run(git, "repack", "-a", "-d", "-q", folder=path)
    return "updated"


def _follow(path: Path, remotely: Remotely, theirs: _Refs) -> None:
    """Let HEAD lead where the remote's does: a default branch moves, too."""
    git = f"--git-dir={path}"
    if theirs.head is None:
        return
    if not theirs.head.startswith("refs/"):
        remotely.run(git, "update-ref", "--no-deref", "HEAD", theirs.head)
    elif theirs.head.startswith("refs/heads/") and theirs.head in _mine(path).refs:
        remotely.run(git, "symbolic-ref", "HEAD", theirs.head)


def _theirs(remotely: Remotely, path: Path) -> _Refs:
    patterns = ("HEAD", "refs/heads/*", "refs/tags/*")
    said = remotely.run(f"--git-dir={path}", "ls-remote", "--symref", *_server(remotely), "origin", *patterns)
    refs: dict[str, str] = {}
    head: str | None = None
    for line in said.out.splitlines():
        value, _, name = line.partition("\t")
        if name == "HEAD":
            head = value.removeprefix("ref: ") if head is None else head
        elif name.startswith(("refs/heads/", "refs/tags/")) and not name.endswith("^{}"):
            refs[name] = value
    return _Refs(refs, head)


def _mine(path: Path) -> _Refs:
    pairs = (
        line.partition(" ")
        for line in _ask(path, "for-each-ref", "--format=%(objectname) %(refname)").splitlines()
    )
    refs = {name: value for value, _, name in pairs}
    head = _git.small(path / "HEAD").strip().removeprefix("ref: ")
    return _Refs(refs, head if head in refs or not head.startswith("refs/") else None)


def _ask(path: Path, *arguments: str) -> str:
    """What git says of a clone, without a word to its remote. Raises `RemoteError`."""
    said = _git.run(path, *arguments, seconds=_SECONDS)
    if said.code:
        raise failure(said.words)
    return said.out.decode("utf-8", "replace")


def _more(path: Path, remotely: Remotely, state: _State) -> list[Fault]:
    """Fetch the few objects at HEAD that are worth it: .mailmap alone, or all files of a blobless clone."""
    kind = state.kind
    head = None if kind == "full" else _mine(path).commit
    if head is None or head == state.head:
        return []
    try:
        if kind == "treeless":
            _mailmap(path, remotely)
        else:
            _files(path, remotely)
        (path / _STATE).write_bytes(msgspec.json.encode(_State(kind, head)))
    except RemoteError as error:
        if error.fault.code == "stopped":
            raise
        what = ".mailmap is" if kind == "treeless" else "files of the head are"
        return [Fault("remote-head", f"its {what} unknown: {error}", level="note")]
    finally:
        _clear(path)
    return []


def _mailmap(path: Path, remotely: Remotely) -> None:
    tree = _ask(path, "log", "-1", "--no-mailmap", "--no-decorate", "--format=%T", "HEAD", "--").strip()
    _fetch(path, remotely, [tree])
    listed = _ask(path, "ls-tree", tree, "--", ".mailmap", ".gitmodules").splitlines()
    files = [words[2] for words in map(str.split, listed) if len(words) > 2 and words[0].startswith("100")]
    _fetch(path, remotely, files)


def _files(path: Path, remotely: Remotely) -> None:
    listed = _ask(path, "rev-list", "--objects", "--missing=print", "--no-walk", "HEAD", "--").splitlines()
    missing = [line[1:] for line in listed if line.startswith("?")]
    if len(missing) > _MOST_FILES:
        raise RemoteError("remote-too-large", f"its head has {len(missing):,} files")
    _fetch(path, remotely, missing)


def _fetch(path: Path, remotely: Remotely, objects: list[str]) -> None:
    """Fetch objects by their ids, without what they lead to, unless they are here."""
    if len(objects) < 8:
        objects = [name for name in objects if _git.run(path, "cat-file", "-e", name).code]
    if not objects:
        return
    options = [
        "--no-tags",
        "--no-write-fetch-head",
        "--no-recurse-submodules",
        "--no-auto-gc",
        "--filter=tree:0",
    ]
    remotely.run(
        f"--git-dir={path}", "-c", "fetch.negotiationAlgorithm=noop", "fetch", *options, "--progress",
        *_server(remotely), "--stdin", "origin", folder=path, given="".join(f"{name}\n" for name in objects),
    )  # fmt: skip


def _server(remotely: Remotely) -> list[str]:
    return [f"--upload-pack={LOCAL_SERVER}"] if remotely.scheme == "file" else []


def _clear(path: Path) -> None:
    """Remove what a killed git left in a clone that nobody else holds: its own locks, and halves of packs."""
    left = [*path.glob("*.lock"), *path.glob("refs/**/*.lock"), *path.glob("objects/pack/*.lock")]
    for file in [*left, *path.glob("objects/**/tmp_*")]:
        with suppress(OSError):
            file.unlink()


def _state(path: Path) -> _State | None:
    try:
        return msgspec.json.decode((path / _STATE).read_bytes(), type=_State)
    except (OSError, msgspec.DecodeError):
        return None


def _config(path: Path) -> str:
    return (path / "config").read_text("utf-8", "replace")


def _said(wanted: Kind, kind: Kind) -> list[Fault]:
    if kind == wanted:
        return []
    return [Fault("remote-filter", "its server can't leave out contents: all of it was cloned", level="note")]
