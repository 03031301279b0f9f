# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""References and the objects that they lead to: HEAD, branches, tags as releases, files of HEAD's tree.

Objects are asked for by the thousand in two processes. One that is missing in a partial clone may
end git; the rest is then asked for again without it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect import _git
from umbel.collect._history_commits import split
from umbel.collect._history_versions import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from umbel.collect._history_people import People

MOST_REFS = 500_000
_MOST_OBJECT = 8 << 20
_MOST_RESTARTS = 20
_REF = re.compile(rb"([0-9a-f]{40}(?:[0-9a-f]{24})?) (refs/[^\n]*)")
_FOUND = re.compile(rb"([0-9a-f]{40}(?:[0-9a-f]{24})?) (\w+) (\d+)")
_AT_ITS_END = (b"-----BEGIN PGP SIGNATURE-----", b"-----BEGIN SSH SIGNATURE-----",
               b"-----BEGIN SIGNED MESSAGE-----", b"-----BEGIN PGP MESSAGE-----")  # fmt: skip


class Object(NamedTuple):
    """What a name leads to."""

    sha: str
    type: str
    size: int


class Tag(NamedTuple):
    """One tag: a row of `releases` without its write. Times are seconds, UTC."""

    tag: str
    version: str | None
    module: str | None
    prerelease: bool | None
    sha: str | None
    released_at: int | None
    annotated: bool
    signed: bool
    tagger: int | None


def references(repository: Path, *patterns: str) -> list[tuple[str, str]] | None:
    """Names and ids of references in order of their names; None if git can't tell."""
    found: list[tuple[str, str]] = []
    with _git.Stream(repository, "for-each-ref", "--format=%(objectname) %(refname)", *patterns) as stream:
        for line in _lines(stream):
            ref = _REF.fullmatch(line)
            if ref and len(found) < MOST_REFS:
                found.append((ref[2].decode("utf-8", "replace"), ref[1].decode()))
        return found if stream.finish() == 0 or found else None


def _lines(stream: _git.Stream) -> Iterator[bytes]:
    rest = b""
    for piece in stream.pieces():
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
        rest = rest[: 1 << 20]


def look_up(repository: Path, names: Sequence[str]) -> list[Object | None]:
    """What each name (`HEAD^{commit}`, `HEAD:.mailmap`, an id) leads to; None if it isn't there."""
    found: list[Object | None] = []
    restarts = 0
    while len(found) < len(names):
        fed = "\n".join([*names[len(found) :], ""]).encode("utf-8", "surrogateescape")
        before = len(found)
        with _git.Stream(repository, "cat-file", "--batch-check", source=fed) as stream:
            for line in _lines(stream):
                match = _FOUND.fullmatch(line)
                found.append(Object(match[1].decode(), match[2].decode(), int(match[3])) if match else None)
        if len(found) < len(names):
            # It died over one of them: of a partial clone, or a broken one.
            found.append(None)
            restarts = 0 if len(found) > before + 1 else restarts + 1
            if restarts > _MOST_RESTARTS:
                found += [None] * (len(names) - len(found))
    return found[: len(names)]


def contents(repository: Path, wanted: Sequence[Object]) -> Iterator[tuple[Object, bytes | None]]:
    """The bytes of objects, in their order; None of one that is gone or too large."""
    fed = "".join(f"{item.sha}\n" for item in wanted if item.size <= _MOST_OBJECT).encode()
    with _git.Stream(repository, "cat-file", "--batch", source=fed) as stream:
        whole = _objects(stream)
        for item in wanted:
            sha, data = next(whole, ("", b"")) if item.size <= _MOST_OBJECT else ("", b"")
            yield item, data if sha == item.sha else None


def _objects(stream: _git.Stream) -> Iterator[tuple[str, bytes]]:
    """Id and bytes of each object in what `git cat-file --batch` writes; a missing one is empty-handed."""
    pieces = stream.pieces()
    buffer, at = b"", 0
    while True:
        while (end := buffer.find(b"\n", at)) < 0:
            piece = next(pieces, None)
            if piece is None:
                return
            buffer, at = buffer[at:] + piece, 0
        match = _FOUND.fullmatch(buffer, at, end)
        at = end + 1
        if match is None:
            yield "", b""
            continue
        size = int(match[3])
        parts = [buffer[at:]] if len(buffer) - at < size + 1 else []
        while parts and sum(map(len, parts)) < size + 1:
            piece = next(pieces, None)
            if piece is None:
                return
            parts.append(piece)
        if parts:
            buffer, at = b"".join(parts), 0
        yield match[1].decode(), buffer[at : at + size]
        at += size + 1


class Seen(NamedTuple):
    """A tag's name, the object that it names, and the one at the end of the chain of tags."""

    name: str
    first: Object | None
    last: Object | None


def releases(repository: Path, seen: Iterable[Seen], people: People) -> Iterator[Tag]:
    """Every tag with its version, time and tagger, read from the objects themselves."""
    every = list(seen)
    objects: dict[str, Object] = {}
    for tag in every:
        for item in (tag.first, tag.last):
            if item is not None and item.type in {"tag", "commit"}:
                objects[item.sha] = item
    times: dict[str, tuple[int | None, bool, int | None]] = {}
    for item, data in contents(repository, list(objects.values())):
        if data is not None:
            times[item.sha] = _about(item, data, people)
    for tag in every:
        yield _tag(tag, times)


def _tag(tag: Seen, times: dict[str, tuple[int | None, bool, int | None]]) -> Tag:
    first, last = tag.first, tag.last
    at, _, _ = times.get(last.sha, (None, False, None)) if last else (None, False, None)
    signed, tagger = False, None
    annotated = first is not None and first.type == "tag"
    if first is not None and annotated:
        own, signed, tagger = times.get(first.sha, (None, False, None))
        at = at if own is None else own
    name = tag.name.removeprefix("refs/tags/")
    version = parse(name)
    return Tag(
        name,
        version.version if version else None,
        version.module if version else None,
        version.prerelease if version else None,
        last.sha if last is not None and last.type == "commit" else None,
        at,
        annotated,
        signed,
        tagger,
    )


def _about(item: Object, data: bytes, people: People) -> tuple[int | None, bool, int | None]:
    """Time, signature and person of a tag or commit (its tagger; nobody is asked of a commit)."""
    head, _, message = data.partition(b"\n\n")
    field = b"tagger " if item.type == "tag" else b"committer "
    line = next((row for row in head.split(b"\n") if row.startswith(field)), None)
    signed = any(mark in message for mark in _AT_ITS_END) or b"\ngpgsig" in head
    if line is None:
        return None, signed, None
    who, seconds, _ = split(line[len(field) :])
    if seconds is not None and seconds > 253_402_300_799:
        seconds = None
    return seconds, signed, people.person(who)[0] if item.type == "tag" else None
