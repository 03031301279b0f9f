# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An address as commits write it → what it says of a person: login, host, domain, account.

Nothing is looked up: a domain is told from its host by a short list of second levels, so
`jo@a.acme.co.uk` and `jo@b.acme.co.uk` are of `acme.co.uk`.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from umbel.evidence.people.words import words

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


class Address(NamedTuple):
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
    raw = (text or "").strip().strip("<>\"' ").casefold()
    if len(raw) > LONGEST:
        return Address("none", "", "", "", "", "", "", True, _NO_SECOND)  # noqa: FBT003 - a record
    if "@" not in raw:
        raw = _DOT.sub(".", _AT.sub("@", raw)) if _AT.search(raw) else raw
    local, _, host = raw.rpartition("@") if "@" in raw else (raw, "", "")
    if "/" not in local and "@" not in local:
        return _address(local.strip(), host.strip(". \t"), _NO_SECOND, free_mail)
    if "@" in local and _UUID.fullmatch(host):  # git-svn appends the repository's id
        local, _, host = local.rpartition("@")
    second = _NO_SECOND
    if "/" in local and "/" in host:
        (local, _, other), (host, _, machine) = local.partition("/"), host.partition("/")
        second = (other, machine.partition(".")[0])
    elif "/" in local:
        local, _, other = local.partition("/")
        second = (other, host.partition(".")[0])
    return _address(local.strip(), host.strip(". \t"), second, free_mail)


def _address(local: str, host: str, second: tuple[str, str], free_mail: frozenset[str]) -> Address:
    listed = words()
    kind, domain = place(host, free_mail)
    account = tag = ""
    if kind == "forge":
        found = _ACCOUNT.fullmatch(local)
        if found:
            account, local = found[1] or "", found[2]
    elif "+" in local[1:]:
        local, _, tag = local.partition("+")
    if domain in {"gmail.com", "googlemail.com"}:
        local, domain = local.replace(".", ""), "gmail.com"
    generic = (
        local.strip("_-.0123456789") in listed.generic_locals
        or not local.strip("_-.?")
        or domain in listed.generic_domains
        or host in listed.generic_domains
    )
    same = ""
    if domain and not generic and not tag:
        same = f"{local}@{host if kind == 'own' or kind == 'shared' else domain}"  # noqa: PLR1714 - quicker
    return Address(kind, local, tag, host, domain, same, account, generic, second)


_places: dict[tuple[str, frozenset[str]], tuple[Kind, str]] = {}


def place(host: str, free_mail: frozenset[str] = frozenset()) -> tuple[Kind, str]:
    """What kind of host it is, and its domain (empty where there is none)."""
    found = _places.get((host, free_mail))
    if found is None:
        if len(_places) > 100_000:
            _places.clear()
        found = _places[host, free_mail] = _place(host, free_mail)
    return found


def _place(host: str, free_mail: frozenset[str]) -> tuple[Kind, str]:
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
