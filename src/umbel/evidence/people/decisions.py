# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`decisions/people.toml`: what people decided about people, each entry with its day.

Entries are only ever added, and a later one wins; `forget` is the one that takes out. Nobody's name
or address stands in it: people are `p-…`, identities `i-…`, addresses `a-…`.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from umbel.evidence.people.handles import HANDLE
from umbel.model.errors import Fault, UsageError
from umbel.model.settings import SettingsError, faults_of, parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

FILE = "decisions/people.toml"
UNKNOWN = "unknown"
"""As an organisation: nobody is known."""
_HEADER = """\
# What was decided about people, oldest first; written by `umbel people`, and free to be edited.
# No name and no address stands here: `umbel people why p-… --reveal` tells who is meant.
"""


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    decided: date
    reason: str | None = None


class MergeEntry(_Entry, frozen=True, kw_only=True):
    """These are one person."""

    people: tuple[str, ...]


class SplitEntry(_Entry, frozen=True, kw_only=True):
    """These identities are another person than those."""

    identities: tuple[str, ...]
    apart_from: tuple[str, ...]


class ClaimEntry(_Entry, frozen=True, kw_only=True):
    """The holder of an address proved that another one is theirs too, and speaks for us since a day."""

    address: str
    holder: str
    since: date | None = None
    key: str | None = None


class RevokeEntry(_Entry, frozen=True, kw_only=True):
    """The claims of an address are taken back."""

    address: str


class ConsentEntry(_Entry, frozen=True, kw_only=True):
    """A person's name may be shown (opt_in), or no longer (opt_out)."""

    person: str


class AffiliationEntry(_Entry, frozen=True, kw_only=True):
    """For whom a person, or everybody with an address of a domain, works from a day until before another.

    Exactly one of person, address and domain; organisation `unknown` takes back what is wrong.
    """

    organisation: str
    person: str | None = None
    address: str | None = None
    domain: str | None = None
    since: date | None = None
    until: date | None = None


class BotEntry(_Entry, frozen=True, kw_only=True):
    """A person is a program after all, or none."""

    person: str
    kind: Literal["bot", "person"] = "bot"


class Decisions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that was decided, each kind in the order of its entries."""

    merge: tuple[MergeEntry, ...] = ()
    split: tuple[SplitEntry, ...] = ()
    claim: tuple[ClaimEntry, ...] = ()
    revoke: tuple[RevokeEntry, ...] = ()
    opt_in: tuple[ConsentEntry, ...] = ()
    opt_out: tuple[ConsentEntry, ...] = ()
    affiliation: tuple[AffiliationEntry, ...] = ()
    bot: tuple[BotEntry, ...] = ()


class Book(msgspec.Struct, frozen=True):
    """The decisions with the order in which they were made: (kind, entry) from first to last."""

    decisions: Decisions = Decisions()
    entries: tuple[tuple[str, Any], ...] = ()


def load(path: Path) -> Book:
    """Read and check the file; a missing one decides nothing. Raises `SettingsError` with every fault."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return Book()
    except UnicodeDecodeError as error:
        raise SettingsError(path, [Fault("encoding", "is no UTF-8 text", f"byte {error.start}")]) from error
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Book:
    """Check the file's text. Raises `SettingsError` with every fault and its line."""
    data = parsed(text, path)
    faults = faults_of(data, text, Decisions, lambda say: _meaning(data, say))
    if faults:
        raise SettingsError(path, faults)
    decisions = msgspec.convert(data, Decisions)
    kinds = [kind for kind, _, _ in blocks(text)]
    if {kind: kinds.count(kind) for kind in kinds} != {kind: len(entries) for kind, entries in data.items()}:
        fault = Fault("settings", "entries are written as [[kind]], each on a line of its own", "the file")
        raise SettingsError(path, [fault])
    left = {kind: iter(getattr(decisions, kind)) for kind in set(kinds)}
    return Book(decisions, tuple((kind, next(left[kind])) for kind in kinds))


_HANDLES = {
    "people": "p",
    "person": "p",
    "identities": "i",
    "apart_from": "i",
    "address": "a",
    "holder": "a",
}


def _meaning(data: dict[str, Any], say: Callable[[tuple[str | int, ...], str], None]) -> None:
    """What types can't say: handles look like handles, ranges have a length, one subject each."""
    for kind, entries in data.items():
        for place, entry in enumerate(entries if isinstance(entries, list) else []):
            if isinstance(entry, dict):
                _entry_meaning(entry, say, kind, place)


def _entry_meaning(
    entry: dict[str, Any], tell: Callable[[tuple[str | int, ...], str], None], kind: str, place: int
) -> None:
    def say(key: str, words: str) -> None:
        tell((kind, place, key), words)

    for key, letter in _HANDLES.items():
        value = entry.get(key)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and not (HANDLE.fullmatch(one) and one[0] == letter):
                say(key, f"has {one[:40]!r}; it must look like {letter}-0123456789ab")
    if kind == "merge" and isinstance(entry.get("people"), list) and len(entry["people"]) < 2:
        say("people", "needs two or more")
    if kind == "affiliation" and sum(key in entry for key in ("person", "address", "domain")) != 1:
        say("decided", "needs one of person, address and domain")
    since, until = entry.get("since"), entry.get("until")
    if type(since) is date and type(until) is date and until <= since:
        say("until", "must lie after since")


_START = re.compile(r"^\s*\[\[\s*([a-z_]+)\s*\]\]")


def blocks(text: str) -> list[tuple[str, int, int]]:
    """Each entry's kind, first line and the line after its last; comments above belong to it not."""
    lines = text.splitlines()
    starts = [(match[1], number) for number, line in enumerate(lines) if (match := _START.match(line))]
    ends = [number for _, number in starts[1:]] + [len(lines)][: len(starts)]
    return [(kind, start, end) for (kind, start), end in zip(starts, ends, strict=True)]


def add(path: Path, kind: str, entry: msgspec.Struct) -> None:
    """Write one more decision at the file's end. Raises `SettingsError` if the file is broken."""
    try:
        text = path.read_text("utf-8") if path.exists() else _HEADER
        text = text.rstrip("\n") + "\n\n" + block(kind, entry)
        parse(text, path)
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, text)
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}.") from error


def replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)


def block(kind: str, entry: msgspec.Struct) -> str:
    """An entry as TOML."""
    fields = ((name, value) for name, value in msgspec.structs.asdict(entry).items() if value is not None)
    return f"[[{kind}]]\n" + "".join(f"{name} = {_value(value)}\n" for name, value in fields)


def _value(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return msgspec.json.encode(str(value)).decode().replace("\x7f", "\\u007f")


def without(text: str, handles: Iterable[str], words: Iterable[str]) -> str:
    """The file's text after people are forgotten.

    `handles` are theirs, whatever the letter before the digits; `words` are their names and addresses,
    which reasons and comments may hold. What remains of an entry that spoke of others stays.
    """
    digits = {handle.partition("-")[2] for handle in handles}
    lost = [word.casefold() for word in words if word.strip()]
    lines = text.splitlines(keepends=True)
    kept: list[str] = []
    spans = blocks(text)
    kept += lines[: spans[0][1]] if spans else lines
    for kind, start, end in spans:
        entry = tomllib.loads("".join(lines[start:end]))[kind][0]
        left = _left_of(entry, digits, lost)
        if left == entry:
            kept += lines[start:end]
        elif left is not None:
            kept += [f"[[{kind}]]\n", *(f"{name} = {_value(value)}\n" for name, value in left.items()), "\n"]
    return "".join(line for line in kept if not any(word in line.casefold() for word in lost))


def _left_of(entry: dict[str, Any], digits: set[str], lost: list[str]) -> dict[str, Any] | None:
    left = dict(entry)
    for key in _HANDLES:
        value = entry.get(key)
        if isinstance(value, str) and value[2:] in digits:
            return None
        if isinstance(value, list):
            left[key] = [one for one in value if one[2:] not in digits]
            if len(left[key]) < (2 if key == "people" else 1):
                return None
    if any(word in str(entry.get("reason", "")).casefold() for word in lost):
        left.pop("reason", None)
    return left
