# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Names and addresses as commits write them → keys of identities; the people named in trailers."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

LONGEST = 1000
"""Names and addresses are cut here; no real one comes near."""
MOST_TRAILERS = 1000
_MOST_KEPT = 1 << 18
_MOST_BLOCKS = 1 << 14
_LONG_BLOCK = 400
KINDS = (
    "co-authored-by",
    "signed-off-by",
    "reviewed-by",
    "acked-by",
    "tested-by",
    "reported-by",
    "suggested-by",
    "helped-by",
    "mentored-by",
)
_TRAILER = re.compile(rb"\n    (%s)[ \t]*:[ \t]*([^\n]*)" % "|".join(KINDS).encode(), re.IGNORECASE)
_TRAILER_LIKE = re.compile(
    rb"\n    (?:[A-Za-z][A-Za-z0-9-]*[ \t]*:|\(cherry picked|-+$"
    rb"|(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|refs?|see|bug|ref|follow-up to) |[ \t])[^\n]*",
    re.IGNORECASE | re.MULTILINE,
)
_BREAK = b"\n    \n"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class Identity(NamedTuple):
    """A name and an address as written (None where there is none), and its key in the lake."""

    key: int
    name: str | None
    email: str | None


Known = tuple[int, tuple[str, ...]]
"""The key of an identity, and what is odd about it."""


def identity_key(salt: bytes, name: str | None, email: str | None) -> int:
    """The key of a name and an address: the same in every repository of one lake."""
    text = f"{name or ''}\0{email or ''}".encode("utf-8", "replace")
    digest = hashlib.blake2b(text, digest_size=8, key=salt).digest()
    return int.from_bytes(digest, "little", signed=True)


def address_key(salt: bytes, email: str | None) -> int | None:
    """The key of an address in any case, under whatever name; None where there is none. No identity has it."""
    text = (email or "").strip().strip("<>\"' ").casefold()
    if not text:
        return None
    raw = text.encode("utf-8", "replace")
    digest = hashlib.blake2b(raw, digest_size=8, key=salt, person=b"umbel address").digest()
    return int.from_bytes(digest, "little", signed=True)


class People:
    """Everyone met in one history.

    `forgotten` are keys of identities and of addresses (`address_key`). The keys of those who have one are
    used in commits, and written nowhere else.
    """

    def __init__(self, salt: bytes, forgotten: frozenset[int] = frozenset()) -> None:
        """Nobody yet."""
        self._salt = salt
        self._forgotten = forgotten
        self._new: dict[int, Identity] = {}
        self._returned: set[int] = set()
        self._people: dict[bytes, Known] = {}
        self._blocks: dict[tuple[bytes, bytes], list[tuple[str, int]]] = {}
        self._named: dict[tuple[bytes, ...], tuple[str, int | None]] = {}

    def identities(self) -> list[Identity]:
        """Everyone met so far, but for those who asked to be forgotten."""
        return list(self._new.values())

    def returned(self) -> frozenset[int]:
        """Keys of those who were left out because their address is forgotten: under this name they are new."""
        return frozenset(self._returned)

    def key(self, name: str | None, email: str | None) -> int:
        """The key of an identity, which is remembered."""
        key = identity_key(self._salt, name, email)
        if key not in self._new and key not in self._forgotten and key not in self._returned:
            if self._forgotten and address_key(self._salt, email) in self._forgotten:
                self._returned.add(key)
            else:
                self._new[key] = Identity(key, name, email)
        return key

    def person(self, raw: bytes, encoding: bytes = b"") -> Known:
        """The identity in `Name <address>` of a commit's header, and what is odd about it."""
        place = raw + b"\0" + encoding if encoding else raw
        known = self._people.get(place)
        if known is None:
            if len(self._people) >= _MOST_KEPT:
                self._people.clear()
            known = self._people[place] = self._read(raw, encoding)
        return known

    def _read(self, raw: bytes, encoding: bytes) -> Known:
        # As git takes it apart: the first "<", and the first ">" after it.
        before, _, after = raw.partition(b"<")
        odd = []
        name, sound = text_of(before, encoding)
        email, sound_too = text_of(after.partition(b">")[0], encoding)
        if name is None:
            odd.append("name")
        if email is None or "@" not in email[1:-1] or " " in email:
            odd.append("email")
        if not (sound and sound_too):
            odd.append("encoding")
        return self.key(name, email), tuple(odd)

    def trailers(self, record: bytes, encoding: bytes = b"") -> list[tuple[str, int]]:
        """Kind and key of the people named at the end of a message (whose lines are set in by four)."""
        place = record[_block(record) :], encoding
        found = self._blocks.get(place)
        if found is None:
            found = self._named_in(*place)
            if len(place[0]) < _LONG_BLOCK:  # many end alike
                if len(self._blocks) >= _MOST_BLOCKS:
                    self._blocks.clear()
                self._blocks[place] = found
        return found

    def _named_in(self, block: bytes, encoding: bytes) -> list[tuple[str, int]]:
        found = []
        named = self._named
        for written in _TRAILER.findall(block)[:MOST_TRAILERS]:
            place = (*written, encoding)
            known = named.get(place)
            if known is None:
                if len(named) >= _MOST_KEPT:
                    named.clear()
                known = named[place] = written[0].decode().lower(), self._trailer(written[1], encoding)
            kind, key = known
            if key is not None:
                found.append((kind, key))
        return list(dict.fromkeys(found)) if len(found) > 1 else found

    def _trailer(self, value: bytes, encoding: bytes) -> int | None:
        before, opened, after = value.partition(b"<")
        if opened:
            name, email = text_of(before, encoding)[0], text_of(after.partition(b">")[0], encoding)[0]
        else:
            name, email = text_of(value, encoding)[0], None
            if name is not None and "@" in name[1:-1] and " " not in name:
                name, email = None, name
        return None if name is None and email is None else self.key(name, email)


def _block(record: bytes) -> int:
    """Where the last paragraph begins, or the one above it as long as those below hold nothing but trailers."""
    end = len(record)
    start = record.rfind(_BREAK, 0, end)
    while start > 0 and (
        # Quicker than to look for a trailer.
        record.find(b"-by", 0, start) >= 0
        or record.find(b"-By", 0, start) >= 0
        or record.find(b"-BY", 0, start) >= 0
    ):
        if _TRAILER_LIKE.sub(b"", record[start + len(_BREAK) - 1 : end]).strip():
            break
        start, end = record.rfind(_BREAK, 0, start), start
    return max(start, 0)


def text_of(raw: bytes, encoding: bytes = b"") -> tuple[str | None, bool]:
    """Text of bytes, None if there is none, and whether they were in the encoding that they should be in."""
    raw = raw.strip()[: LONGEST * 4]
    if not raw:
        return None, True
    sound = True
    try:
        text = raw.decode(codec(encoding))
    except (UnicodeError, LookupError):
        sound = False
        try:
            text = raw.decode("utf-8")
        except UnicodeError:
            text = raw.decode("latin-1")
    text = _CONTROL.sub(" ", text).strip()[:LONGEST]
    # A codec may give what no UTF-8 can hold.
    return text.encode("utf-8", "replace").decode() or None, sound


def codec(encoding: bytes) -> str:
    """The codec for an encoding header; UTF-8 where there is none. It may be one that Python doesn't know."""
    if not encoding:
        return "utf-8"
    if not _ENCODING.fullmatch(encoding):
        return "no such encoding"
    name = encoding.decode().lower()
    return "utf-8" if name in _NO_TEXT else name


_ENCODING = re.compile(rb"[A-Za-z0-9][A-Za-z0-9_:-]{0,40}")
_NO_TEXT = frozenset(
    "base64 base64_codec bz2 bz2_codec hex hex_codec quopri quopri_codec rot13 rot_13 uu uu_codec zip zlib "
    "zlib_codec idna punycode undefined unicode_escape raw_unicode_escape quoted-printable".split()
)
"""Codecs of Python that are no encodings of text; some would unpack what they are given."""
