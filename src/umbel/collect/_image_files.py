# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which files of an image tell what is in it: everything else is passed over."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from umbel.collect.interface import Collector

ARCHIVES = (".jar", ".war", ".ear", ".hpi", ".jpi", ".nar")
"""Endings of Java archives."""
SMALLEST_PROGRAM = 4096
_NO_PROGRAMS = (".so", ".py", ".sh", ".pl", ".rb", ".js", ".c", ".h", ".txt", ".md")
_NAMES = frozenset(
    {
        "package.json", ".package-lock.json", "METADATA", "PKG-INFO", "INSTALLER", "REQUESTED",
        "direct_url.json", "WHEEL", "requires.txt", "pyvenv.cfg",
    }
)  # fmt: skip
_SYSTEM = re.compile(
    r"var/lib/dpkg/(?:status|status\.d/[^/]+|info/[^/]+\.list)|var/lib/apt/extended_states"
    r"|usr/share/doc/[^/]+/copyright|(?:etc|usr/lib)/os-release"
    r"|(?:usr/)?lib/apk/db/installed|etc/apk/world"
    r"|(?:var/lib|usr/lib/sysimage)/rpm/(?:rpmdb\.sqlite(?:-wal)?|Packages(?:\.db)?)"
).fullmatch
DATABASES = {
    "var/lib/dpkg/status": "dpkg_status",
    "lib/apk/db/installed": "apk_installed",
    "usr/lib/apk/db/installed": "apk_installed",
    "var/lib/rpm/rpmdb.sqlite": "rpm_database",
    "var/lib/rpm/Packages.db": "rpm_database",
    "var/lib/rpm/Packages": "rpm_database",
    "usr/lib/sysimage/rpm/rpmdb.sqlite": "rpm_database",
    "usr/lib/sysimage/rpm/Packages.db": "rpm_database",
    "usr/lib/sysimage/rpm/Packages": "rpm_database",
}
"""Where systems keep what is installed → the collector that reads it."""
_NO_LOCKS = frozenset({"dockerfile", "github_workflow"})
_ELSEWHERE = re.compile(
    r"(?:^|/)(?:tests?|testdata|fixtures|examples?|\.cache|\.npm|usr/share/doc|registry/src|pkg/mod)/"
).search
"""Folders whose lockfiles are others': caches, tests, documentation."""


@cache
def _locks() -> tuple[dict[str, Collector], list[tuple[re.Pattern[str], Collector]]]:
    """Lockfiles' exact names, and patterns of the others."""
    from fnmatch import translate

    from umbel.collect.registry import collectors

    exact: dict[str, Collector] = {}
    patterns: list[tuple[re.Pattern[str], Collector]] = []
    for collector in collectors().values():
        if ".lockfiles." not in type(collector).__module__ or collector.id in _NO_LOCKS:
            continue
        for name in collector.names:
            if "*" in name or "?" in name or "[" in name:
                patterns.append((re.compile(translate(name)), collector))
            else:
                exact[name] = collector
    return exact, patterns


@cache
def _lock_endings() -> tuple[str, ...]:
    exact, patterns = _locks()
    names = [*exact, *(pattern.pattern for pattern, _ in patterns)]
    return tuple({"." + re.sub(r"[\\)(?Zz:]+$", "", name).rpartition(".")[2] for name in names})


def lock_of(path: str, name: str) -> Collector | None:
    """The collector of a lockfile that counts for an image; None for other files."""
    lower = name.lower()
    if not lower.endswith(_lock_endings()):
        return None
    exact, patterns = _locks()
    found = exact.get(lower) or next((c for pattern, c in patterns if pattern.match(lower)), None)
    return None if found is None or _ELSEWHERE(path) else found


def is_archive(name: str) -> bool:
    """Whether a file is a Java archive by its name."""
    return name.lower().endswith(ARCHIVES)


def is_gem(path: str) -> bool:
    """Whether a file describes an installed gem."""
    return path.endswith(".gemspec") and "/specifications/" in path


def maybe_program(name: str, mode: int, size: int) -> bool:
    """Whether a file may be a program that tells what it was built from."""
    return bool(mode & 0o111) and size >= SMALLEST_PROGRAM and not name.endswith(_NO_PROGRAMS)


def is_wanted(path: str, name: str) -> bool:
    """Whether a file is read by its name or place (programs are known otherwise)."""
    return (
        name in _NAMES
        or name.endswith(".egg-info")
        or is_archive(name)
        or is_gem(path)
        or _SYSTEM(path) is not None
        or lock_of(path, name) is not None
    )
