# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""OSV's ecosystems: which package a name in one is, by whose rules its versions are ordered, of which release.

An ecosystem that isn't in the table gives no package: a guess would match the wrong one.

Source: the OSV schema's list of ecosystems; OSV's own table of purls.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from umbel.model.purl import PurlError, make, parse

_LANGUAGES = {
    "Bioconductor": "bioconductor",
    "Bitnami": "bitnami",
    "ConanCenter": "conan",
    "CRAN": "cran",
    "crates.io": "cargo",
    "GitHub Actions": "github",
    "Go": "golang",
    "Hackage": "hackage",
    "Hex": "hex",
    "Julia": "julia",
    "Kubernetes": "golang",
    "Maven": "maven",
    "npm": "npm",
    "NuGet": "nuget",
    "opam": "opam",
    "Packagist": "composer",
    "Pub": "pub",
    "PyPI": "pypi",
    "RubyGems": "gem",
    "SwiftURL": "swift",
    "VSCode": "vscode-extension",
}
"""Ecosystem → purl type."""
_SYSTEMS = {
    "AlmaLinux": ("rpm", "almalinux"),
    "Alpaquita": ("apk", "alpaquita"),
    "Alpine": ("apk", "alpine"),
    "Azure Linux": ("rpm", "azurelinux"),
    "BellSoft Hardened Containers": ("apk", "bellsoft-hardened-containers"),
    "Chainguard": ("apk", "chainguard"),
    "Debian": ("deb", "debian"),
    "Echo": ("deb", "echo"),
    "Mageia": ("rpm", "mageia"),
    "MinimOS": ("apk", "minimos"),
    "openEuler": ("rpm", "openeuler"),
    "openSUSE": ("rpm", "opensuse"),
    "Photon OS": ("rpm", "photon"),
    "Red Hat": ("rpm", "redhat"),
    "Rocky Linux": ("rpm", "rocky"),
    "SUSE": ("rpm", "suse"),
    "Ubuntu": ("deb", "ubuntu"),
    "Wolfi": ("apk", "wolfi"),
}
"""Distribution → purl type and namespace."""
_FAMILIES = {
    "azure-linux": "azurelinux",
    "mariner": "azurelinux",
    "opensuse-leap": "opensuse",
    "opensuse-tumbleweed": "opensuse",
    "rhel": "redhat",
    "rocky-linux": "rocky",
    "rockylinux": "rocky",
    "sle": "suse",
    "sled": "suse",
    "sles": "suse",
}
"""Namespaces that generators write for a distribution → the one of the table above."""
NO_PACKAGES = frozenset(
    "Android|CleanStart|Docker Hardened Images|FreeBSD|GHC|Linux|OSS-Fuzz|Root|TuxCare|GIT".split("|")
)
"""Known ecosystems whose names are those of no purl."""
WITHOUT_ORDER = frozenset({"bioconductor", "opam", "vscode-extension"})
"""Purl types whose versions have no order that is known here."""
_BY_NAME = {name.casefold(): name for name in (*_LANGUAGES, *_SYSTEMS, *NO_PACKAGES)}

_CODENAMES = {
    "squeeze": "6", "wheezy": "7", "jessie": "8", "stretch": "9", "buster": "10", "bullseye": "11",
    "bookworm": "12", "trixie": "13", "forky": "14", "trusty": "14.04", "xenial": "16.04",
    "bionic": "18.04", "focal": "20.04", "jammy": "22.04", "noble": "24.04",
}  # fmt: skip
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_RED_HAT = re.compile(r"(?:enterprise_linux|rhel_(?:aus|e4s|els|eus|tus)):(\d+(?:\.\d+)?)").match
_SUSE = re.compile(r"(\d+)(?:\.(\d+)| SP(\d+))?\b")


class Package(NamedTuple):
    """What an affected entry speaks of: a package, the order of its versions (a purl type)."""

    package: str | None
    scheme: str | None


@lru_cache(maxsize=1 << 14)
def package_of(ecosystem: str | None, name: str | None, purl: str | None = None) -> Package:
    """The package of a name in an ecosystem. Where that isn't known, the record's own purl counts."""
    base = (ecosystem or "").partition(":")[0]
    try:
        if name and base in _LANGUAGES:
            return _of_language(base, name)
        if name and base in _SYSTEMS:
            kind, namespace = _SYSTEMS[base]
            return Package(make(kind, namespace, name).package, kind)
        if purl and base not in NO_PACKAGES:
            found = parse(purl)
            return Package(lookup_key(found.package), _ordered(found.type))
    except (PurlError, ValueError):
        pass
    return Package(None, None)


def ecosystem_of(kind: str, namespace: str | None) -> str | None:
    """The ecosystem whose export tells of a purl type's packages; of systems by their namespace."""
    if kind in {"rpm", "deb", "apk"}:
        family = _FAMILIES.get(namespace or "", namespace or "")
        return next((base for base, where in _SYSTEMS.items() if where == (kind, family)), None)
    return next((base for base, own in _LANGUAGES.items() if own == kind), None)


def is_known(ecosystem: str | None) -> bool:
    """Whether the ecosystem is one of the schema's, packages of ours or not."""
    base = (ecosystem or "").partition(":")[0]
    return base in _LANGUAGES or base in _SYSTEMS or base in NO_PACKAGES


def named(text: str) -> str | None:
    """An ecosystem as OSV writes it, release and all, by its name in any case; None if there is none."""
    base, colon, release = text.partition(":")
    found = _BY_NAME.get(base.casefold())
    return f"{found}{colon}{release}" if found else None


def _of_language(base: str, name: str) -> Package:
    kind, namespace = _LANGUAGES[base], None
    if kind == "maven":
        namespace, _, name = name.partition(":")
        if not name:
            return Package(None, None)
    elif kind == "vscode-extension":
        namespace, _, name = name.partition(".")
    elif kind == "swift":
        name = re.sub(r"^[a-z]+://|\.git$", "", name.strip("/"))
    return Package(lookup_key(make(kind, namespace, name).package), _ordered(kind))


def _ordered(kind: str) -> str | None:
    return None if kind in WITHOUT_ORDER else kind


def lookup_key(package: str) -> str:
    """What a package is looked up by in advisories: one spelling where its registry takes several for one.

    NuGet ignores case, so do repository hosts; a distribution has one namespace.
    """
    if package.startswith(("pkg:nuget/", "pkg:swift/")):
        return package.lower()
    if package.startswith(("pkg:rpm/", "pkg:deb/", "pkg:apk/")):
        kind, _, rest = package.partition("/")
        namespace, slash, name = rest.partition("/")
        return f"{kind}/{_FAMILIES.get(namespace, namespace)}{slash}{name}"
    return package


def is_system(package: str) -> bool:
    """Whether a package is a distribution's, of one release of it."""
    return package.startswith(("pkg:rpm/", "pkg:deb/", "pkg:apk/"))


@lru_cache(maxsize=4096)
def release_of(ecosystem: str) -> str | None:
    """The release that an ecosystem's name ends in, as a number (`12`, `22.04`); "" is any, None isn't known."""
    base, _, suffix = ecosystem.partition(":")
    if not suffix or base not in _SYSTEMS:
        return ""
    if base == "Red Hat":
        found = _RED_HAT(suffix)
        return found[1] if found else None
    if base in {"SUSE", "openSUSE"}:
        return _suse(suffix)
    number = _NUMBER.search(suffix)
    return number[0] if number else suffix.removeprefix("v").lower()


def _suse(text: str) -> str | None:
    if "tumbleweed" in text.lower():
        return "tumbleweed"
    found = _SUSE.search(text)
    if not found:
        return None
    minor = found[2] or found[3]
    return f"{found[1]}.{minor}" if minor else found[1]


@lru_cache(maxsize=4096)
def release_of_distro(distro: str) -> str | None:
    """The release in a purl's `distro` qualifier (`debian-12.5`, `bookworm`); None if there is none."""
    text = distro.lower().strip()
    if "tumbleweed" in text:
        return "tumbleweed"
    word = text.rpartition("-")[2]
    if word in _CODENAMES:
        return _CODENAMES[word]
    number = _NUMBER.search(text)
    return number[0] if number else word if word in {"sid", "edge", "stream"} else None


def same_release(named: str, installed: str) -> bool:
    """Whether what an advisory names (`12`, `3.18`) is the release at hand (`12.5`, `3.18.4`)."""
    named = named.removesuffix(".0")
    return installed == named or installed.startswith(f"{named}.")
