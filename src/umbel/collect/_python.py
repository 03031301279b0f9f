# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Names, digests and sources as Python's packaging standards write them.

All of Python's collectors name packages here, so that `ruamel.yaml`, `Ruamel_YAML` and
`ruamel-yaml` are one package whichever document they stand in.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from umbel.collect.lockfiles._sources import bare_download, bare_url
from umbel.model.purl import Purl, PurlError, make, unidentified

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.collect.faults import Faults
    from umbel.collect.interface import Pairs

MOST_HASHES = 12
"""Digests kept of one package: a release may have a hundred wheels, one for each platform."""

MOST_FORKS = 100
"""Versions of one package that a name may stand for; a real lock has two or three."""

_CACHED = 512
"""Characters of a name up to which it is worth remembering."""
_RUNS = re.compile(r"[-_.]+")
_DIGESTS = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
_SHA256 = re.compile(r"sha256[:=]([0-9a-f]{64})")
_HEX = re.compile(r"[0-9a-f]+")
_WHEEL = re.compile(r"([A-Za-z0-9._]+)-([^-/]+)(?:-\d[^-/]*)?-[^-/]+-[^-/]+-[^-/]+\.whl", re.IGNORECASE)
_SDIST = re.compile(r"(.+)-([^-/]+)\.(?:tar\.(?:gz|bz2|xz|Z)|tgz|tbz|txz|tar|zip)", re.IGNORECASE)
_ARCHIVE = re.compile(r"\.(?:whl|tar\.(?:gz|bz2|xz|Z)|tgz|tbz|txz|tar|zip)", re.IGNORECASE)
_VCS = re.compile(r"(git|hg|svn|bzr)\+")
_COMMIT = re.compile(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")


def normal(name: str) -> str:
    """A project's name in the one form in which names are compared.

    >>> normal("Ruamel.YAML__clib")
    'ruamel-yaml-clib'
    """
    return _normal(name) if len(name) < _CACHED else _RUNS.sub("-", name).lower()


@lru_cache(maxsize=1 << 16)
def _normal(name: str) -> str:
    return _RUNS.sub("-", name).lower()


def package_key(name: str) -> str:
    """The package of a name, as edges state it."""
    return _package_key(name) if len(name) < _CACHED else unidentified(name)


@lru_cache(maxsize=1 << 16)
def _package_key(name: str) -> str:
    try:
        return make("pypi", None, normal(name)).package
    except PurlError:
        return unidentified(name)


def identify(
    name: str, version: str | None, origin: dict[str, str] | None, faults: Faults, place: str
) -> Purl | None:
    """The purl of one package; None, with a fault, if no purl can name it."""
    try:
        return make("pypi", None, normal(name), version, origin)
    except PurlError as error:
        faults.add("purl", f"has a package {name[:120]!r}, which no purl can name: {error}", place)
        return None


def archive_name(file: str) -> tuple[str, str] | None:
    """Name and version that the file name of a wheel or source archive holds; None for other files.

    >>> archive_name("ruamel_yaml-0.19.1-py3-none-any.whl")
    ('ruamel_yaml', '0.19.1')
    """
    file = unquote(file)[:1024]
    match = _WHEEL.fullmatch(file) or _SDIST.fullmatch(file)
    return (match[1], match[2]) if match and match[2][:1].isdigit() else None


def is_archive(path: str) -> bool:
    """Whether a path or address ends like a wheel or source archive."""
    dot = path.rfind(".", max(0, len(path) - 5))
    if dot >= 0 and path[dot - 4 : dot].lower() == ".tar":
        dot -= 4
    return dot >= 0 and _ARCHIVE.fullmatch(path, dot) is not None


def digest(text: str) -> tuple[str, str] | None:
    """`sha256:…` or `sha256=…` as algorithm and hexadecimal; None if it is no digest."""
    usual = _SHA256.fullmatch(text)
    if usual is not None:
        return "sha256", usual[1]
    algorithm, mark, value = text.partition(":" if ":" in text else "=")
    algorithm, value = algorithm.strip().lower(), value.strip().lower()
    if not mark or len(value) != _DIGESTS.get(algorithm, len(value)) or not _HEX.fullmatch(value):
        return None
    return algorithm, value


def digests(texts: Iterable[str], faults: Faults, place: str) -> Pairs:
    """The first `MOST_HASHES` digests of a package; others than digests are faults."""
    found: dict[tuple[str, str], None] = {}
    for text in texts:
        if len(found) >= MOST_HASHES:
            break
        pair = digest(text)
        if pair is None:
            faults.add("hash", f"has {text[:80]!r}, which is no digest, as a hash", place, "error")
        else:
            found[pair] = None
    return tuple(found)


# -- where packages come from


@cache
def pypi_host() -> str:
    """The host of PyPI, as the purl library knows it."""
    from packageurl.contrib.purl2url import get_repo_url

    return urlsplit(get_repo_url("pkg:pypi/pip") or "").netloc


@lru_cache(maxsize=1024)
def index_origin(address: str) -> dict[str, str] | None:
    """Qualifiers for packages of an index; None for PyPI and for a folder of archives."""
    if not address.lower().startswith(("http://", "https://")):
        return None
    bare = bare_download(address).rstrip("/")
    try:
        host = urlsplit(bare).netloc.lower()
    except ValueError:
        return None
    return None if host == pypi_host() else {"repository_url": bare}


def vcs_address(address: str, revision: str | None = None, subdirectory: str | None = None) -> str:
    """A repository as the `vcs_url` of a purl: no credentials, revision after an `@`, folder after a `#`.

    >>> vcs_address("git+https://me:secret@example.org/acme/shop.git", "v1", "lib")
    'git+https://example.org/acme/shop.git@v1#lib'
    """
    bare = bare_url(address).partition("#")[0].partition("?")[0]
    return bare + (f"@{revision}" if revision else "") + (f"#{subdirectory}" if subdirectory else "")


def is_vcs(address: str) -> bool:
    """Whether an address is that of a repository (`git+https://…`)."""
    return _VCS.match(address) is not None


def split_revision(address: str) -> tuple[str, str | None]:
    """A repository's address and the revision after its `@`.

    >>> split_revision("git+ssh://git@example.org/acme/shop.git@v1")
    ('git+ssh://git@example.org/acme/shop.git', 'v1')
    """
    bare = bare_url(address).partition("#")[0].partition("?")[0]
    start = bare.find("/", bare.find("://") + 3) if "://" in bare else bare.find(":", 5)
    at = bare.rfind("@")
    if start < 0 or at < start:
        return bare, None
    return bare[:at], bare[at + 1 :] or None


def is_commit(revision: str | None) -> bool:
    """Whether a revision can only ever mean one state of a repository."""
    return revision is not None and _COMMIT.fullmatch(revision) is not None


def fragment(address: str, key: str) -> str | None:
    """A value after an address's `#` (`egg=…&subdirectory=…`)."""
    for part in address.partition("#")[2].split("&")[:20]:
        name, _, value = part.partition("=")
        if name == key and value:
            return unquote(value)
    return None
