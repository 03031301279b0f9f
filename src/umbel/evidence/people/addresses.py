# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An address as commits write it → what it says of a person: login, host, domain, account.

Nothing is looked up: a domain is told from its host by a short list of second levels, so
`jo@a.acme.co.uk` and `jo@b.acme.co.uk` are of `acme.co.uk`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import msgspec

from umbel.evidence.people.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["own", "free", "forge", "shared", "local", "none"]
"""`own`: of a firm, a school, a person. `free`: anyone gets one. `forge`: hides an account. `shared`: a
provider's or a community's. `local`: the name of a machine. `none`: no address."""

_NO_SECOND = ("", "")
LONGEST = 320
"""Longer texts are no addresses (RFC 5321 allows 64 + 1 + 255)."""
_AT = re.compile(r"\s*(?:\(at\)|\[at\]|<at>|\sat\s)\s*", re.IGNORECASE)
_DOT = re.compile(r"\s*(?:\(dot\)|\[dot\]|\sdot\s)\s*", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMERIC = re.compile(r"[\d.]+|\[.*\]|[0-9a-f:]*:[0-9a-f:]*")
_ACCOUNT = re.compile(r"(?:(\d+)[+-])?(.+)")


class Address(msgspec.Struct, frozen=True, gc=False):
    """An address taken apart; texts are lower case, empty where there is nothing.

    `same` is equal for spellings of one address, and empty where equal spellings are no evidence
    (placeholders, roles, machine names). `tag` is what stood after a plus sign, `account` the number
    of a forge account, `second` the other address of a double one (`jo/ann@host/laptop` of BitKeeper).
    """

    kind: Kind
    local: str
    tag: str
    host: str
    domain: str
    same: str
    account: str
    generic: bool
    second: tuple[str, str]


def parse(text: str | None, free_mail: frozenset[str] = frozenset()) -> Address:
    """Take an address apart. `free_mail` are further domains where anyone gets one."""
    raw = plain(text)
    if len(raw) > LONGEST:
        return Address("none", "", "", "", "", "", "", True, _NO_SECOND)  # noqa: FBT003 - a record
    if "@" not in raw:
        raw = _DOT.sub(".", _AT.sub("@", raw)) if _AT.search(raw) else raw
    local, _, host = raw.rpartition("@") if "@" in raw else (raw, "", "")
    if "/" not in local and "@" not in local:
        return _address(local, _site(host, free_mail), _NO_SECOND)
    if "@" in local and _UUID.fullmatch(host):  # git-svn appends the repository's id
        local, _, host = local.rpartition("@")
    second = _NO_SECOND
    if "/" in local and "/" in host:
        (local, _, other), (host, _, machine) = local.partition("/"), host.partition("/")
        second = (other, machine.partition(".")[0])
    elif "/" in local:
        local, _, other = local.partition("/")
        second = (other, host.partition(".")[0])
    return _address(local, _site(host, free_mail), second)


def plain(text: str | None) -> str:
    """An address without what may stand around it, in lower case."""
    return (text or "").strip().strip("<>\"' ").casefold()


def parse_all(
    texts: Iterable[str | None], free_mail: frozenset[str] = frozenset()
) -> dict[str | None, Address]:
    """Take many addresses apart, each spelling once."""
    found: dict[str | None, Address] = {}
    sites: dict[str, _Site] = {}
    for text in dict.fromkeys(texts):  # in order: neighbours are asked together
        local, _, host = plain(text).rpartition("@")
        if not local or "/" in local or "@" in local or len(local) + len(host) >= LONGEST:
            found[text] = parse(text, free_mail)
            continue
        site = sites.get(host)
        if site is None:
            site = sites[host] = _site(host, free_mail)
        found[text] = _address(local, site, _NO_SECOND)
    return found


def _address(local: str, site: _Site, second: tuple[str, str]) -> Address:
    host, kind, domain, at, generic = site
    local = local.strip()
    account = tag = ""
    if kind == "forge":
        found = _ACCOUNT.fullmatch(local)
        if found:
            account, local = found[1] or "", found[2]
    elif "+" in local and "+" in local[1:]:
        local, _, tag = local.partition("+")
    if domain == "gmail.com":
        local = local.replace(".", "")
    if not generic:
        letters = local.strip("_-.0123456789")
        roles = words().generic_locals
        generic = letters in roles or (letters[:1] in _EMPTY and not local.strip("_-.?"))
    same = f"{local}@{at}" if at and not generic and not tag else ""
    return Address(kind, local, tag, host, domain, same, account, generic, second)


_EMPTY = ("", "?")
_Site = tuple[str, Kind, str, str, bool]
"""A host, its kind and domain, what stands for it in `same` (nothing without a domain), whether it is nobody's."""


def _site(text: str, free_mail: frozenset[str]) -> _Site:
    host = text.strip(". \t")
    kind, domain = _place(host, free_mail)
    domain = "gmail.com" if domain == "googlemail.com" else domain
    no_evidence = words().generic_domains
    at = host if domain and kind in {"own", "shared"} else domain
    return host, kind, domain, at, domain in no_evidence or host in no_evidence


@lru_cache(1 << 15)
def _place(host: str, free_mail: frozenset[str]) -> tuple[Kind, str]:
    """What kind of host it is, and its domain (empty where there is none)."""
    listed = words()
    labels = host.split(".")
    if not host:
        return "none", ""
    if host in listed.forges or _UUID.fullmatch(host):
        return ("forge" if host in listed.forges else "own"), host
    last, last_two = labels[-1].strip("()"), ".".join(labels[-2:])
    machine = len(labels) == 1 or last in listed.local_hosts or last_two in listed.local_hosts
    if machine or _NUMERIC.fullmatch(host) or not all(labels):
        return "local", ""
    for length in range(2, min(len(labels), 4) + 1):
        tail = ".".join(labels[-length:])
        if tail in listed.free_mail or tail in free_mail:
            return "free", tail
        if tail in listed.shared:
            return "shared", tail
    return "own", registrable(labels)


def registrable(labels: list[str]) -> str:
    """The part of a host name that someone registered, as far as two or three labels tell."""
    country = len(labels) >= 3 and len(labels[-1]) == 2 and labels[-2] in words().second_level
    return ".".join(labels[-3 if country else -2 :])
