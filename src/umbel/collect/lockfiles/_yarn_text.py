# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The text of a `yarn.lock`, classic or berry → entries.

Yarn writes each entry in one fixed form, which a pattern takes in whole. An entry in any other form
is read line by line, the way that Yarn itself would: indented keys with a value or more keys below.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.collect.lockfiles._js_sources import named

if TYPE_CHECKING:
    from umbel.collect.faults import Faults

_DEEPEST = 8
"""Levels of keys; Yarn writes three."""
_LONGEST_LINE = 1_000_000

_PAIRS = r'(?:    (?:"[^"\\\n]+"|[^"\s:]+) (?:"[^"\\\n]*"|[^"\s]+)\n)+'
_CLASSIC = re.compile(
    r'(?P<keys>[^\s\\#:<>=|][^\\\n]*):\n  version "(?P<version>[^"\\\n]*)"\n'
    r'(?:  resolved "(?P<resolved>[^"\\\n]*)"\n)?(?:  integrity (?P<integrity>[^"\s\\]+)\n)?'
    rf"(?:  dependencies:\n(?P<needs>{_PAIRS}))?(?:  optionalDependencies:\n(?P<optional>{_PAIRS}))?"
    r"(?:\n+|\Z)"
)
_TEXT = r'(?:"[^"\\\n]*"|[^\s"\'{}\[\],&*#|>!%@`][^"\\\n#]*)'
_COLONS = rf'(?:    (?:"[^"\\\n]+"|[^"\s:]+): {_TEXT}\n)+'
_METAS = r'(?:    (?:"[^"\\\n]+"|[^"\s:]+):\n(?:      (?:built|optional|unplugged): (?:true|false)\n)+)+'
_BERRY = re.compile(
    r'"(?P<keys>[^"\\\n]+)":\n  version: (?P<version>[^\s"\'\\#:]+)\n'
    r'  resolution: "(?P<resolved>[^"\\\n]+)"\n'
    rf"(?:  dependencies:\n(?P<needs>{_COLONS}))?(?:  peerDependencies:\n(?P<peers>{_COLONS}))?"
    rf"(?:  dependenciesMeta:\n(?P<meta>{_METAS}))?(?:  peerDependenciesMeta:\n(?P<peer_meta>{_METAS}))?"
    r"(?:  bin:\n(?:    [^\n]*\n)+)?(?:  checksum: [^\s]+\n)?(?:  conditions: [^\n]+\n)?"
    r"(?:  languageName: [a-z]+\n)?(?:  linkType: (?P<link>hard|soft)\n)?(?:\n+|\Z)"
)
_OPTIONAL = re.compile(r'    "?([^"\n]+?)"?:\n(?:      [bu][^\n]*\n)*      optional: true\n')
_BLANK = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)+")
_CHUNK = re.compile(r"[^\n]*(?:\n|\Z)(?:(?:[ \t#:][^\n]*)?\n|[ \t#:][^\n]+\Z)*")
_QUOTED = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_KEY = re.compile(r'(?:\? )?("(?:[^"\\\n]|\\.)*"|[^\s":][^\s:]*(?::[^\s:]+)*)(:?)(?:[ \t]+|$)')
_KEYS = re.compile(r'"((?:[^"\\\n]|\\.)*)"|([^\s",][^",\n]*)')
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: |$)")


class Entry(msgspec.Struct, gc=False):
    """One entry: what a few descriptors (`name@range`) are locked to.

    `resolved` is an address in a classic lockfile, a locator in a berry one. `needs` are by the
    name that they are asked for by; those in `optional` may be missing.
    """

    keys: list[str]
    at: int
    name: str | None = None
    version: str | None = None
    resolved: str | None = None
    integrity: str | None = None
    soft: bool = False
    needs: dict[str, str] = {}
    optional: frozenset[str] = frozenset()
    peers: dict[str, str] = {}
    optional_peers: frozenset[str] = frozenset()


class Lockfile(msgspec.Struct, gc=False):
    """The whole document. `berry` is the version of its `__metadata`, None for classic ones."""

    berry: str | None
    entries: list[Entry]
    text: str
    ends: list[int] = []

    def line(self, at: int, further: int = 0) -> str:
        """The place of an offset, or of so many lines further on, in words."""
        if not self.ends:
            self.ends = [match.start() for match in re.finditer("\n", self.text)] or [0]
        return f"line {bisect_left(self.ends, at) + 1 + further}"


def parse(text: str, faults: Faults) -> Lockfile:
    """Every entry, in the document's order. Unsound lines are left out, with a fault each."""
    lock = Lockfile("" if "__metadata:\n" in text else None, [], text)
    patterns = (_CLASSIC.match, _BERRY.match) if lock.berry is None else (_BERRY.match, _CLASSIC.match)
    entries = lock.entries
    quick = patterns[0]
    at, end = 0, len(text)
    while at < end:
        match = quick(text, at)
        if match is not None:
            entries.append(_classic(match, at) if lock.berry is None else _berry(match, at))
            at = match.end()
            continue
        blank = _BLANK.match(text, at)
        if blank is not None:
            at = blank.end()
            continue
        chunk = _CHUNK.match(text, at)
        after = chunk.end() if chunk else end
        _slowly(lock, at, after, faults)
        at = after
    return lock


# -- the form that Yarn writes


def _classic(match: re.Match[str], at: int) -> Entry:
    keys, version, resolved, integrity, needs, optional = match.groups()
    entry = Entry(_descriptors(keys), at, None, version or None, resolved, integrity)
    if needs:
        entry.needs = _pairs(needs, " ")
    if optional:
        more = _pairs(optional, " ")
        entry.needs = {**entry.needs, **more}
        entry.optional = frozenset(more)
    return entry


def _berry(match: re.Match[str], at: int) -> Entry:
    keys, version, resolved, needs, peers, meta, peer_meta, link = match.groups()
    entry = Entry(keys.split(", "), at, None, version, resolved, None, link == "soft")
    if needs:
        entry.needs = _pairs(needs, ": ")
        if meta:
            entry.optional = frozenset(_OPTIONAL.findall(meta))
    if peer_meta:
        entry.optional_peers = frozenset(_OPTIONAL.findall(peer_meta))
    if peers or peer_meta:
        entry.peers = _with_implied(_pairs(peers or "", ": "), entry.optional_peers)
    return entry


def _with_implied(peers: dict[str, str], optional: frozenset[str]) -> dict[str, str]:
    """Peers with those that only `peerDependenciesMeta` names, which may have any version."""
    return {**peers, **{name: "*" for name in sorted(optional) if name not in peers}}


def _pairs(lines: str, mark: str) -> dict[str, str]:
    found = {}
    for line in lines.split("\n"):
        name, _, text = line[4:].partition(mark)
        if text:
            found[name.strip('"')] = text.strip('"')
    return found


def _descriptors(keys: str) -> list[str]:
    if '"' not in keys:
        return keys.split(", ")
    return [unquoted(quoted) or bare.strip() for quoted, bare in _KEYS.findall(keys)]


def unquoted(text: str) -> str:
    """A text without the escapes in it, which are those of JSON."""
    if "\\" not in text:
        return text
    try:
        found: str = msgspec.json.decode(f'"{text}"'.encode("utf-8", "replace"), type=str)
    except msgspec.DecodeError:
        return text.replace("\\", "")
    return found


# -- any other form


def _slowly(lock: Lockfile, at: int, end: int, faults: Faults) -> None:
    """One top-level key and what is below it, line by line."""
    lines = lock.text[at:end].split("\n")
    head = lines[0]
    if _CONFLICT.match(head):
        message = "holds an unresolved merge conflict; what both sides list is read"
        faults.once("merge-conflict", message, lock.line(at), "error")
        return
    body = head.rstrip().removeprefix("? ")
    below = lines[1:]
    if below and below[0].rstrip() == ":":
        body, below = f"{body}:", below[1:]
    if not body.endswith(":") or body == ":" or body[0] in " \t":
        faults.add("syntax", f"has {named(head)[:80]!r} where an entry is due", lock.line(at), "error")
        return
    fields = _fields(below, lock, at, faults)
    if body == "__metadata:":
        version = fields.get("version")
        lock.berry = version if isinstance(version, str) else lock.berry or ""
        return
    keys = _descriptors(body[:-1])
    if lock.berry is not None and len(keys) == 1:
        keys = [part.strip() for part in keys[0].split(", ")]
    entry = Entry([key for key in keys if key], at)
    if entry.keys:
        _fill(entry, fields, lock, faults)
        lock.entries.append(entry)


def _fields(lines: list[str], lock: Lockfile, at: int, faults: Faults) -> dict[str, Any]:
    """Keys and values by their indentation."""
    top: dict[str, Any] = {}
    stack: list[tuple[int, dict[str, Any]]] = [(0, top)]
    for number, line in enumerate(lines, 1):
        body = line.strip()
        if not body or body.startswith("#"):
            continue
        if _CONFLICT.match(line):
            message = "holds an unresolved merge conflict; what both sides list is read"
            faults.once("merge-conflict", message, lock.line(at, number), "error")
            continue
        indent = len(line) - len(line.lstrip(" "))
        match = _KEY.match(body) if len(body) < _LONGEST_LINE else None
        if match is None:
            message = f"has {named(body)[:80]!r}, which is no key with a value"
            faults.add("syntax", message, lock.line(at, number), "error")
            continue
        while len(stack) > 1 and indent <= stack[-1][0]:
            stack.pop()
        key = unquoted(match[1].strip('"'))
        rest = body[match.end() :].strip()
        if rest or not match[2]:
            stack[-1][1][key] = _value(rest)
        elif len(stack) > _DEEPEST:
            faults.once("too-deep", "nests keys too deeply", lock.line(at, number), "error")
        else:
            inner: dict[str, Any] = {}
            stack[-1][1][key] = inner
            stack.append((indent, inner))
    return top


def _value(text: str) -> str:
    quoted = _QUOTED.match(text)
    if quoted is not None:
        return unquoted(quoted[1])
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == "'" else text


def _fill(entry: Entry, fields: dict[str, Any], lock: Lockfile, faults: Faults) -> None:
    """What an entry says, of keys that may hold anything."""

    def wrong(key: str) -> None:
        message = f"holds something else where {key} of {named(entry.keys[0])!r} is due"
        faults.add("wrong-type", message, lock.line(entry.at), "error")

    def text(key: str) -> str | None:
        value = fields.get(key)
        if isinstance(value, dict):
            wrong(key)
            return None
        return value or None

    def texts(key: str) -> dict[str, str]:
        value = fields.get(key, {})
        if not isinstance(value, dict):
            wrong(key)
            return {}
        sound = {name: item for name, item in value.items() if isinstance(item, str)}
        if len(sound) < len(value):
            wrong(key)
        return sound

    entry.name, entry.version, entry.integrity = text("name"), text("version"), text("integrity")
    entry.resolved = text("resolution" if lock.berry is not None else "resolved")
    entry.soft = text("linkType") == "soft"
    optional = texts("optionalDependencies")
    entry.needs = {**texts("dependencies"), **optional}
    entry.optional = frozenset(optional) | _optional(fields.get("dependenciesMeta"))
    entry.optional_peers = _optional(fields.get("peerDependenciesMeta"))
    entry.peers = _with_implied(texts("peerDependencies"), entry.optional_peers)


def _optional(meta: object) -> frozenset[str]:
    items = meta.items() if isinstance(meta, dict) else ()
    return frozenset(n for n, said in items if isinstance(said, dict) and said.get("optional") == "true")
