# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What commits would send: their people and messages, and what each adds to which file.

Every commit counts for itself: what a later one takes away again is sent all the same. What git can't show, or what
is beyond a bound, is a fault or marked as cut; it is never taken for nothing. Attributes of the repository, which
could call a text binary, are not asked.
"""

from __future__ import annotations

import re
import time
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from umbel.collect import _git
from umbel.collect._git_contents import Contents
from umbel.collect._history_commits import records, split
from umbel.collect._history_people import codec
from umbel.collect._outgoing_asked import Asked, of_hook, of_pre_commit, of_range
from umbel.collect._outgoing_lines import MOST_BYTES, Added, added, bounded
from umbel.collect.projects import git_project
from umbel.model.errors import Fault, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from umbel.collect.projects import Project

MOST_COMMITS = 20_000
MOST_FILES = 200_000
"""Changes of files, all commits together."""
MOST_SECONDS = 300.0
LONGEST_MESSAGE = 1 << 18
_DIFF = (
    "diff-tree", "--stdin", "-r", "-c", "--root", "--no-abbrev", "--full-index", "-M", "-l400", "--text",
    "--no-color", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none", "--submodule=short",
    "--no-relative", "--diff-algorithm=default", "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip
_SIGN_OFF = re.compile(r"^signed-off-by:[ \t]*([^\n<]*)<([^<>\n]*)>[ \t]*$", re.IGNORECASE | re.MULTILINE)
_EMPTY = 0

Status = Literal["added", "modified", "renamed", "copied", "deleted", "typed"]
_STATUS: dict[str, Status] = {
    "A": "added",
    "M": "modified",
    "R": "renamed",
    "C": "copied",
    "D": "deleted",
    "T": "typed",
}


class Person(msgspec.Struct, frozen=True):
    """A name and an address as a commit gives them; empty where it has none."""

    name: str
    address: str


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """One commit as it would be sent. `cut` says that the message is longer than what stands here."""

    sha: str
    parents: int
    author: Person
    committer: Person
    message: str
    cut: bool = False

    @property
    def sign_offs(self) -> list[Person]:
        """Who signed off, as the message says."""
        return [Person(name.strip(), address.strip()) for name, address in _SIGN_OFF.findall(self.message)]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What one commit does to one file.

    `lines` are those that it adds: number (from 1) and text, which holds a carriage return where the file does.
    `size` is the whole file's in bytes, None if unknown. `binary`: it holds NUL bytes, which are left out of the
    lines. `cut`: not all that is added is here.
    """

    commit: str
    path: str
    raw: bytes
    status: Status
    kind: Literal["file", "link", "submodule"] = "file"
    size: int | None = None
    binary: bool = False
    cut: bool = False
    lines: tuple[tuple[int, str], ...] = ()

    @property
    def leaves(self) -> bool:
        """Whether it sends a file at all: a deletion or a submodule's new commit doesn't."""
        return self.status != "deleted" and self.kind != "submodule"


class _Entry(msgspec.Struct):
    """A changed file as the raw format lists it."""

    path: bytes
    status: Status
    mode: str
    blob: str
    old_blobs: frozenset[str]


class Outgoing:
    """What would be sent. After everything was read, `faults` are what could not be."""

    def __init__(self, place: Path, asked: list[Asked], faults: Iterable[Fault] = ()) -> None:
        """Nothing is read before it is asked for; `place` is a repository or a checkout."""
        self.asked = asked
        self.faults = list(faults)
        self._place = place
        self._git = _git.git_dir(place) or place
        self._files = 0
        self._deadline = time.monotonic() + MOST_SECONDS
        self._seen: set[str] = set()
        self._contents = Contents(place)
        self._current = ""

    @cached_property
    def project(self) -> Project:
        """Which project this is."""
        return git_project(self._place, self._place.resolve().name)

    def commits(self, asked: Asked) -> list[Commit]:
        """The commits of one ref, newest first, without those that were read before."""
        words = ("rev-list", "--header", "--encoding=none", f"--max-count={MOST_COMMITS + 1}", *asked.words)
        with _git.Stream(self._place, *words, "--") as stream:
            every = (record for found in records(stream.pieces()) for record in found)
            found = list(islice((c for c in map(_commit, every) if c is not None), MOST_COMMITS))
            stream.close() if len(found) == MOST_COMMITS else stream.finish()
        if len(found) == MOST_COMMITS:
            self._miss("too-many", f"only the newest {MOST_COMMITS:,} commits were read", asked.name)
        elif stream.code:
            self._miss("git", f"its commits can't be read: {stream.words or 'git failed'}", asked.name)
        fresh = [commit for commit in found if commit.sha not in self._seen]
        self._seen.update(commit.sha for commit in fresh)
        return fresh

    def changes(self, commits: Iterable[Commit]) -> Iterator[Change]:
        """What these commits do to files, commit by commit."""
        shas = [commit.sha for commit in commits]
        if not shas:
            return
        entries = self._entries(shas)
        sizes = self._sizes({e.blob for each in entries.values() for e in each.values()})
        feed = "".join(f"{sha}\n" for sha in shas).encode()
        waiting: dict[bytes, _Entry] = {}
        with self._diff(feed, "-p", "-U0") as stream:
            for one in added(bounded(stream.pieces())):
                if one.path is None:
                    yield from self._rest(waiting, sizes)
                    self._current, waiting = one.commit, dict(entries.pop(one.commit, {}))
                    continue
                entry = waiting.get(one.path)
                if entry is not None and (entry.status != "typed" or one.lines):
                    del waiting[one.path]
                    yield _change(one, entry, sizes)
                if time.monotonic() > self._deadline:
                    self._miss("too-long", f"reading took more than {MOST_SECONDS:,.0f} seconds", "files")
                    return
        yield from self._rest(waiting, sizes)
        for sha, left in entries.items():
            self._current = sha
            yield from self._rest(left, sizes)
        if stream.code:
            self._miss("git", f"what they add can't be read: {stream.words or 'git failed'}", "files")

    def read(self, commit: str, path: bytes, limit: int) -> bytes | None:
        """The beginning of a file at a commit; None if it isn't there."""
        if b"\n" in path or b"\0" in path:
            return None
        return self._contents.read(commit.encode() + b":" + path, limit)

    def close(self) -> None:
        """End the processes that it keeps."""
        self._contents.close()

    def _diff(self, feed: bytes, *form: str) -> _git.Stream:
        # Beside a checkout git would take files from there in place of the commits' own.
        return _git.Stream(self._git, "-C", str(self._git / "objects"), *_DIFF, *form, source=feed)

    def _rest(self, waiting: dict[bytes, _Entry], sizes: Mapping[str, int]) -> Iterator[Change]:
        """What the patch doesn't show: renames, modes, empty files; and what git took for binary, read whole."""
        for entry in waiting.values():
            one = Added(self._current, entry.path, [])
            told = entry.status == "deleted" or entry.mode == "160000" or entry.blob in entry.old_blobs
            if not told and sizes.get(entry.blob) != _EMPTY:
                self._fill(one, entry)
            yield _change(one, entry, sizes)

    def _fill(self, one: Added, entry: _Entry) -> None:
        data = self._contents.read(entry.blob.encode(), MOST_BYTES + 1)
        if data is None:
            one.cut = True
            return
        for number, (text, whole) in enumerate(bounded([data]), 1):
            one.add(number, text, whole=whole)

    def _entries(self, shas: list[str]) -> dict[str, dict[bytes, _Entry]]:
        """The changed files of each commit."""
        feed = "".join(f"{sha}\n" for sha in shas).encode()
        found: dict[str, dict[bytes, _Entry]] = {}
        with self._diff(feed, "--raw", "-z") as stream:
            for sha, entry in _raw(word for many in records(stream.pieces()) for word in many):
                found.setdefault(sha, {})[entry.path] = entry
                self._files += 1
                if self._files > MOST_FILES:
                    self._miss(
                        "too-many", f"only the first {MOST_FILES:,} changes of files were read", "files"
                    )
                    return found
        if stream.code:
            self._miss("git", f"their files can't be listed: {stream.words or 'git failed'}", "files")
        return found

    def _sizes(self, blobs: set[str]) -> dict[str, int]:
        feed = "".join(f"{blob}\n" for blob in blobs if blob.strip("0")).encode()
        sizes: dict[str, int] = {}
        words = ("cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)")
        with _git.Stream(self._place, *words, source=feed) as stream:
            for text, _ in bounded(stream.pieces()):
                parts = text.split()
                if len(parts) == 3 and parts[1] == b"blob" and parts[2].isdigit():
                    sizes[parts[0].decode("ascii", "replace")] = int(parts[2])
        return sizes

    def _miss(self, code: str, message: str, place: str) -> None:
        self.faults.append(Fault(code, message, place))


class Push(NamedTuple):
    """What is asked: a range, a commit, `-` (then `lines` are a hook's) or `pre-commit` (its variables are `told`).

    `remote` is the name of the remote, where a pre-push hook was given one.
    """

    asked: str
    lines: Iterable[str] = ()
    remote: str | None = None
    told: Mapping[str, str] = {}


def read(place: Path, push: Push) -> Outgoing:
    """What a push from a repository would send.

    Raises `UsageError` if `place` is no git repository, or there is no such commit.
    """
    root = _root(place)
    faults: list[Fault] = []
    if push.asked == "-":
        found, faults = of_hook(root, push.lines, push.remote)
    elif push.asked == "pre-commit":
        found = of_pre_commit(root, push.told)
    else:
        found = of_range(root, push.asked)
    return Outgoing(root, found, faults)


def _root(place: Path) -> Path:
    """The checkout or the bare repository that a folder lies in."""
    here = place.resolve()
    for folder in (here, *here.parents):
        repository = _git.git_dir(folder)
        if repository is not None:
            if not _git.is_sound(repository):
                raise UsageError(f"{folder} is no sound git repository.")
            return folder
    raise UsageError(
        f"{place} lies in no git repository.", "umbel check --outbound takes a checkout's folder."
    )


def _commit(record: bytes) -> Commit | None:
    """A commit as `git rev-list --header` writes it; None for what is none."""
    head, _, message = record.partition(b"\n\n")
    sha, _, header = head.partition(b"\n")
    if not re.fullmatch(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?", sha):
        return None
    fields: dict[bytes, bytes] = {}
    parents = 0
    for line in header.split(b"\n"):
        key, _, value = line.partition(b" ")
        parents += key == b"parent"
        fields.setdefault(key, value)
    encoding = fields.get(b"encoding", b"")[:100]
    body = b"\n".join(line.removeprefix(b"    ") for line in message[: LONGEST_MESSAGE * 2].split(b"\n"))
    return Commit(
        sha=sha.decode(),
        parents=parents,
        author=_person(fields.get(b"author", b""), encoding),
        committer=_person(fields.get(b"committer", b""), encoding),
        message=_text(body, encoding)[:LONGEST_MESSAGE],
        cut=len(message) > LONGEST_MESSAGE,
    )


def _person(line: bytes, encoding: bytes) -> Person:
    name, _, address = split(line)[0].partition(b"<")
    return Person(_text(name, encoding).strip()[:1000], _text(address.rstrip(b">"), encoding).strip()[:1000])


def _text(raw: bytes, encoding: bytes = b"") -> str:
    try:
        text = raw.decode(codec(encoding), "replace")
    except (UnicodeError, LookupError):
        text = raw.decode("utf-8", "replace")
    return text.encode("utf-8", "replace").decode()


def _raw(words: Iterable[bytes]) -> Iterator[tuple[str, _Entry]]:
    """The words of `diff-tree --raw -z` → commits and their entries."""
    sha = ""
    every = iter(words)
    for word in every:
        if not word.startswith(b":"):
            sha = word.decode("ascii", "replace")
            continue
        parents = len(word) - len(word.lstrip(b":"))
        parts = word[parents:].decode("ascii", "replace").split()
        path = next(every, b"")
        if len(parts) != 2 * (parents + 1) + 1:
            continue
        letters = parts[-1]
        if parents == 1 and letters[0] in "RC":
            path = next(every, b"")
        deleted = not parts[-2].strip("0")
        letter = "D" if deleted else letters[0] if len(set(letters[:parents])) == 1 else "M"
        yield (
            sha,
            _Entry(
                path,
                _STATUS.get(letter, "modified"),
                parts[parents],
                parts[-2],
                frozenset(parts[parents + 1 : -2]),
            ),
        )


def _change(one: Added, entry: _Entry, sizes: Mapping[str, int]) -> Change:
    kind: Literal["file", "link", "submodule"] = "file"
    if entry.mode in {"160000", "120000"}:
        kind = "submodule" if entry.mode == "160000" else "link"
    gone = kind == "submodule" or entry.status == "deleted"
    binary = any(b"\0" in text for _, text in one.lines)
    lines = () if gone else tuple((number, _line(text)) for number, text in one.lines)
    return Change(
        commit=one.commit,
        path=entry.path.decode("utf-8", "backslashreplace"),
        raw=entry.path,
        status=entry.status,
        kind=kind,
        size=sizes.get(entry.blob),
        binary=binary,
        cut=one.cut and not gone,
        lines=lines,
    )


def _line(text: bytes) -> str:
    return text.replace(b"\0", b"").decode("utf-8", "replace")
