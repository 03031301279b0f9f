# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where registries stand: named in `umbel.toml`, else in the configuration of each ecosystem's ordinary client.

No registry's address is written in Umbel: a firm's mirror is used without a word, and where nothing is
configured nothing is asked. Credentials come from the clients' own files and netrc, are kept beside the
server that they are for, and go nowhere else.
"""

from __future__ import annotations

import base64
import netrc
import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from umbel.model.settings import Registries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KINDS = ("npm", "pypi", "cargo", "gem", "maven", "golang")
"""Purl types whose registries have an address."""
NAMES = {
    "npm": "npm",
    "pypi": "PyPI",
    "cargo": "crates.io",
    "gem": "RubyGems",
    "maven": "Maven Central",
    "golang": "a Go module proxy",
}


class Address(NamedTuple):
    """One registry: its address without credentials, and who told it."""

    url: str
    told_by: str


class Secret(NamedTuple):
    """A credential: the beginning of the addresses that it is for, and the value of the header."""

    prefix: str
    header: str

    def __repr__(self) -> str:
        """Its place; never its value."""
        return f"Secret({self.prefix})"


class Told(NamedTuple):
    """What one client's configuration says."""

    addresses: tuple[Address, ...] = ()
    secrets: tuple[Secret, ...] = ()
    scopes: tuple[tuple[str, Address], ...] = ()
    private: tuple[str, ...] = ()
    """Patterns of packages that its proxy must not be asked for."""
    certificates: tuple[str, ...] = ()
    note: str = ""
    """Why there is no address, where that is known."""


class Place(NamedTuple):
    """Where configuration is looked for: the workspace, the user's home, the environment."""

    folder: Path
    home: Path
    environment: Mapping[str, str]
    asking: bool = True
    """Whether the installed clients may be run to tell."""

    def variable(self, *names: str) -> str | None:
        """The first variable of these that says something."""
        return next((value for value in map(self.environment.get, names) if value), None)

    def above(self) -> list[Path]:
        """The workspace's folder and those above it, below the user's home or the root."""
        return [self.folder, *self.folder.parents]


def here(folder: Path) -> Place:
    """The place of this process."""
    return Place(folder, Path.home(), os.environ)


class Addresses:
    """Every registry's address, looked up when it is first asked for."""

    def __init__(self, place: Place, named: Registries | None = None) -> None:
        """`named` are those of `umbel.toml`."""
        self._place = place
        self._named = named or Registries()
        self._told: dict[str, Told] = {}
        self._netrc = _netrc(place)

    def of(self, kind: str) -> tuple[Address, ...]:
        """Where packages of a purl type are asked for, in turn; empty if nobody knows."""
        return self.told(kind).addresses

    def scopes(self) -> dict[str, Address]:
        """Registries of their own that npm's scopes have: `@acme` → address."""
        return dict(self.told("npm").scopes)

    def private(self, kind: str, name: str) -> bool:
        """Whether the client's configuration keeps a package from its proxy."""
        return any(_matches(name, pattern) for pattern in self.told(kind).private)

    def missing(self, kind: str) -> str:
        """What to say where there is no address."""
        note = self.told(kind).note
        why = f" ({note})" if note else ""
        return (
            f"no address for {NAMES.get(kind, kind)} is known{why}: name it in umbel.toml, "
            f'[registries] {kind} = "https://…"'
        )

    def told(self, kind: str) -> Told:
        """All that is known of one purl type's registry."""
        if kind not in self._told:
            self._told[kind] = self._find(kind)
        return self._told[kind]

    def credential(self, url: str) -> str | None:
        """The Authorization header for a URL, if its server has one; by the longest prefix."""
        secrets = [s for told in self._told.values() for s in told.secrets if covers(s.prefix, url)]
        best = max(secrets, key=lambda s: len(s.prefix), default=None)
        if best:
            return best.header
        host = urlsplit(url).hostname or ""
        found = self._netrc.get(host)
        return basic(*found) if found else None

    def certificates(self) -> tuple[str, ...]:
        """Files of further certificate authorities that the configurations name."""
        named = [file for told in self._told.values() for file in told.certificates]
        return tuple(dict.fromkeys(file for file in named if Path(file).is_file()))

    def _find(self, kind: str) -> Told:
        from umbel.collect.registries import _configured, _configured_files

        readers: dict[str, Callable[[Place], Told]] = {
            "npm": _configured.npm,
            "pypi": _configured.pypi,
            "golang": _configured.golang,
            "cargo": _configured_files.cargo,
            "gem": _configured_files.gem,
            "maven": _configured_files.maven,
        }
        told = readers[kind](self._place) if kind in readers else Told()
        url = getattr(self._named, kind, None)
        if url:
            return told._replace(addresses=(Address(url.rstrip("/"), "umbel.toml"),))
        return told


def split(url: str, told_by: str) -> tuple[Address | None, tuple[Secret, ...]]:
    """An address as configured: without user and password, which become a credential for it."""
    url = url.strip().strip("\"'").removeprefix("sparse+")
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None, ()
    if parts.scheme not in {"http", "https"} or not host:
        return None, ()
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl().rstrip("/")
    if parts.username is None:
        return Address(bare, told_by), ()
    header = basic(unquote(parts.username), unquote(parts.password or ""))
    return Address(bare, told_by), (Secret(bare, header),)


def basic(user: str, password: str) -> str:
    """The header of a user and a password."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode("utf-8", "replace")).decode()


def covers(prefix: str, url: str) -> bool:
    """Whether a credential is for a URL: same scheme, host and port, and below its path.

    A prefix without a scheme (`//host/path/`, as npm writes it) is for https, and for http on this machine.
    """
    try:
        ours, theirs = urlsplit(prefix), urlsplit(url)
        if (ours.hostname, _port(ours.port, theirs.scheme)) != (
            theirs.hostname,
            _port(theirs.port, theirs.scheme),
        ):
            return False
    except ValueError:
        return False
    if ours.scheme != theirs.scheme and (ours.scheme or not _is_safe(theirs.scheme, theirs.hostname)):
        return False
    path = ours.path.rstrip("/")
    return theirs.path == path or theirs.path.startswith(f"{path}/")


def _port(port: int | None, scheme: str) -> int:
    return port or (443 if scheme == "https" else 80)


def _is_safe(scheme: str, host: str | None) -> bool:
    return scheme == "https" or host in {"localhost", "127.0.0.1", "::1"}


def _matches(name: str, pattern: str) -> bool:
    """As Go matches GOPRIVATE: a pattern covers as many parts of the path as it has."""
    parts = pattern.strip("/").split("/")
    return bool(pattern) and fnmatchcase("/".join(name.split("/")[: len(parts)]), "/".join(parts))


def _netrc(place: Place) -> dict[str, tuple[str, str]]:
    """Users and passwords by host, of the user's own file."""
    named = place.variable("NETRC")
    for path in (Path(named),) if named else (place.home / ".netrc", place.home / "_netrc"):
        try:
            found = netrc.netrc(path)
        except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
            continue
        return {
            host: (user or "", word or "")
            for host, (user, _, word) in found.hosts.items()
            if host != "default"
        }
    return {}
