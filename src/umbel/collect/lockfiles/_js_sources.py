# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where JavaScript packages come from, and the digests of what was fetched there."""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from typing import TYPE_CHECKING

from umbel.collect.lockfiles._sources import bare_download, bare_url, git_address

if TYPE_CHECKING:
    from umbel.collect.faults import Faults
    from umbel.collect.interface import Pairs

Origin = tuple["Pairs", dict[str, str] | None]
"""References, and qualifiers for the purl where that was no registry."""

_LOGIN = re.compile(r"//[^/@\s]*@")
_BYTES = {"md5": 16, "sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}
_GIT = re.compile(r"git(\+|:|@)|ssh:|https?:[^#?]*\.git(#|$)")
_SHA1 = re.compile(r"[0-9a-fA-F]{40}").fullmatch
_TARBALL = (".tgz", ".tar.gz", ".tar")
_HOSTS = {
    "github": "github.com/",
    "gitlab": "gitlab.com/",
    "bitbucket": "bitbucket.org/",
    "gist": "gist.github.com/",
}
"""Short forms of git sources, which npm knows."""


def named(text: str) -> str:
    """A key for a fault's sentence or place: not too long, and without credentials."""
    return _LOGIN.sub("//", text[:200])


def digests(integrity: str, place: str, faults: Faults) -> Pairs:
    """Digests in hexadecimal from the base64 of a subresource integrity."""
    found: dict[tuple[str, str], None] = {}
    for item in integrity.split():
        algorithm, _, digest = item.partition("?")[0].partition("-")
        algorithm = algorithm.lower()
        try:
            raw = a2b_base64(digest, strict_mode=True)
        except (Base64Error, ValueError):
            raw = b""
        if len(raw) == _BYTES.get(algorithm, -1):
            found[algorithm, raw.hex()] = None
        else:
            faults.add("hash", f"has {item[:140]!r}, which is no digest, as integrity", place, "error")
    return tuple(found)


def sha1_of(address: str) -> tuple[str, Pairs]:
    """An address without the SHA-1 that Yarn appends to a tarball's, and that."""
    head, _, mark = address.partition("#")
    if _SHA1(mark) and head.startswith(("http:", "https:", "file:")) and not _GIT.match(address):
        return head, (("sha1", mark.lower()),)
    return address, ()


def origin(address: str, name: str, version: str | None) -> Origin:
    """Where a package was taken from.

    A registry, or a mirror of one, is known by its addresses, which hold name and version.
    """
    host, colon, path = address.partition(":")
    if colon and host in _HOSTS:
        return git_origin(f"git+https://{_HOSTS[host]}{path}")
    if _GIT.match(address):
        return git_origin(address)
    if not address.startswith(("https:", "http:")):
        return (("distribution", bare_url(address)),), None
    bare = bare_download(address)
    if "/-/" in bare or (version and f"/{name}/{version}" in bare):
        return (("distribution", bare),), None
    return (("distribution", bare),), {"download_url": bare}


def git_origin(address: str) -> Origin:
    """A git repository, with the commit after a `#`."""
    place = git_address(address)
    return (("vcs", place),), {"vcs_url": place}


def is_tarball(path: str) -> bool:
    """Whether a path in the project is that of a packed package, rather than a folder."""
    return path.endswith(_TARBALL)
