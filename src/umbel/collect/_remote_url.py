# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Addresses of repositories elsewhere: which are taken, what they name, and which mirror stands in for them.

An address may become part of a command, a log and a process list. So one that holds a password is
refused, and so is all that git could take for an option or for a program to run.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

import msgspec

from umbel.collect.projects import remote_name
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMES = ("https", "http", "ssh", "git", "file")
_LONGEST = 2048
_SCP = re.compile(
    r"(?:(?P<user>[A-Za-z0-9_][A-Za-z0-9._-]*)@)?(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*):(?P<path>[^:]+)"
)
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]")
_HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*::")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_TOKEN = re.compile(r"(?:gh[a-z]_|github_pat_|glpat-|x-token|[A-Za-z0-9_-]{32,}$)")
_HINT = "Umbel takes https://, http://, ssh://, git:// and file:// addresses, and git@host:owner/name."
_REFUSED = "Leave it out and let git's credential helper know it (docs/how-to/upstream-repositories.md)."


class Remote(msgspec.Struct, frozen=True, kw_only=True):
    """A repository elsewhere.

    `url` is how it was asked for; `name` (`host/owner/name`) and `origin` (`git:host/owner/name`)
    identify it; `address` is what is contacted: the `url`, or that of a mirror.
    """

    url: str
    name: str
    origin: str
    address: str

    @property
    def scheme(self) -> str:
        """The protocol that is spoken."""
        return scheme(self.address)


def is_url(text: str) -> bool:
    """Whether a word that may be a path or an address is meant as an address.

    >>> is_url("git@example.org:acme/shop"), is_url("sboms/shop.json")
    (True, False)
    """
    if "://" in text or _HELPER.match(text):
        return True
    found = _SCP.fullmatch(text)
    return bool(found and not _DRIVE.match(text) and (found["user"] or "." in found["host"]))


def scheme(address: str) -> str:
    """The protocol of an address; ssh for `git@host:path`."""
    return address.partition("://")[0].lower() if "://" in address else "ssh"


def parse(text: str, mirrors: Mapping[str, str] | None = None) -> Remote:
    """What an address names, and where it is to be had. Raises `UsageError`; its text holds no secret."""
    url = checked(text)
    mirrored = mirror(url, mirrors or {})
    if "://" in url and scheme(url) == "file":
        path = urlsplit(url).path.rstrip("/").removesuffix("/.git").removesuffix(".git")
        name, origin = path.rpartition("/")[2], f"git:file://{path}"
    else:
        name = remote_name(url) or _scp_name(url)
        origin = f"git:{name}"
    if not name:
        raise UsageError(f"{shown(url)} names no repository.", _HINT)
    return Remote(url=url, name=name, origin=origin, address=checked(mirrored) if mirrored else url)


def _scp_name(url: str) -> str:
    """Of `git@host:owner/name` where the host is a short name."""
    host, _, path = url.rpartition("@")[2].partition(":")
    path = path.strip("/").removesuffix(".git").strip("/")
    return f"{host}/{path}" if "://" not in url and host and path else ""


def mirror(url: str, mirrors: Mapping[str, str]) -> str | None:
    """The address of a URL in the mirror whose prefix fits best; None if there is none."""
    fitting = [prefix for prefix in mirrors if url.startswith(_canonical(prefix))]
    if not fitting:
        return None
    longest = max(fitting, key=len)
    return mirrors[longest] + url[len(longest) :]


def checked(text: str) -> str:
    """An address that may be given to git, its host in lower case. Raises `UsageError`."""
    if not text or len(text) > _LONGEST or not text.isprintable() or " " in text or "\\" in text:
        raise UsageError(f"{shown(text)[:80]!r} is no address of a repository.", _HINT)
    if re.search("%(0|1|7f|20)", text, re.IGNORECASE):
        raise UsageError(f"{shown(text)} hides a control character or blank.", _HINT)
    if "://" not in text:
        return _checked_scp(text)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"{shown(text)} is no address of a repository.", _HINT) from error
    if parts.scheme not in SCHEMES:
        raise UsageError(f"{shown(text)}: git may not speak {parts.scheme[:40]!r} for Umbel.", _HINT)
    _refuse_secrets(parts, text)
    if parts.scheme == "file":
        if parts.netloc not in {"", "localhost"} or len(parts.path) < 2:
            raise UsageError(
                f"{shown(text)} names no folder of this machine.", "Write it as file:///srv/git/name."
            )
    elif not host or port == 0 or not _HOST.fullmatch(_bare_host(parts)) or not parts.path.strip("/"):
        raise UsageError(f"{shown(text)} names no repository.", _HINT)
    return _canonical(text).rstrip("/")


def _refuse_secrets(parts: SplitResult, text: str) -> None:
    if parts.password is not None or _secret_user(parts):
        raise UsageError(f"The address {shown(text)} holds a password or token.", _REFUSED)
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise UsageError(f"{shown(text)} ends in a query, which may hold a secret.", "Leave out ? and #.")
    if (parts.username or "").startswith("-"):
        raise UsageError(f"{shown(text)} looks like an option.", _HINT)


def _checked_scp(text: str) -> str:
    found = None if _HELPER.match(text) else _SCP.fullmatch(text)
    if not found:
        raise UsageError(f"{shown(text)[:80]!r} is no address of a repository.", _HINT)
    if found["path"].startswith("-"):
        raise UsageError(f"{shown(text)} looks like an option.", _HINT)
    if not found["path"].strip("/"):
        raise UsageError(f"{shown(text)} names no repository.", _HINT)
    return _canonical(text).rstrip("/")


def shown(text: str) -> str:
    """An address as it may be printed: without a user, a password, a query."""
    text = "".join(c if c.isprintable() else "\ufffd" for c in text)
    head, separator, rest = text.partition("://")
    if not separator:
        return (
            text.partition("?")[0].rpartition("@")[2]
            if ":" in text.partition("@")[0]
            else text.partition("?")[0]
        )
    authority, slash, path = rest.partition("/")
    # A password may hold a slash: whatever stands before the last @ is left out.
    if "@" in path:
        authority, slash, path = path.rpartition("@")[2].partition("/")
    return f"{head}://{authority.rpartition('@')[2]}{slash}{re.split('[?#]', path)[0]}"


def _canonical(text: str) -> str:
    """Scheme and host in lower case, as they mean the same."""
    head, separator, rest = text.partition("://")
    if not separator:
        authority, colon, path = text.partition(":")
        user, at, host = authority.rpartition("@")
        return f"{user}{at}{host.lower()}{colon}{path}"
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    return f"{head.lower()}://{user}{at}{host.lower()}{slash}{path}"


def _bare_host(parts: SplitResult) -> str:
    host = parts.netloc.rpartition("@")[2]
    return re.sub(r":\d*$", "", host)


def _secret_user(parts: SplitResult) -> bool:
    """Whether the user's name is rather a token: forges take one in its place."""
    return parts.scheme in {"http", "https"} and bool(_TOKEN.match(parts.username or ""))
