# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""License texts as installed packages carry them, read from the folders that were collected.

Only a package of the same name and version as in the evidence counts. What the folder holds is somebody
else's: everything is bounded, links are not followed, and what can't be read is as good as missing.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from umbel.collect._inside import read_plain
from umbel.collect._python import normal
from umbel.collect._python_metadata import named_folder
from umbel.collect.text import to_utf8
from umbel.model import licenses
from umbel.model.purl import PurlError, make

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

COLLECTORS = ("site_packages", "node_modules")
"""Those whose origin is a folder with installed packages."""
LONGEST = 512 << 10
"""Bytes of a file; the longest license that SPDX lists has a tenth of that."""
MOST_FILES = 40
"""License files of one package."""
MOST_FOLDERS = 300_000
_DEEPEST = 4
_LONGEST_MANIFEST = 4 << 20
_STORES = frozenset({".pnpm", ".bun"})

_LICENSE = re.compile(
    r"(?:un)?licen[cs]e|licen[cs]e[s]?[-_. ].*|[a-z0-9]+[-_.]licen[cs]e(?:\.(?:txt|md|rst))?|copying.*|copyright.*"
    r"|unlicense.*|notices?(?:[-_.].*)?|third[-_. ]?party[-_. ]?(?:notices?|licen[cs]es?)?.*|patents(?:\..*)?",
    re.IGNORECASE,
).fullmatch
_NOTICE = re.compile(r"notices?(?:[-_.].*)?|third[-_. ]?party.*|patents.*", re.IGNORECASE).fullmatch
_CODE = re.compile(
    r".*\.(?:py|pyc|pyi|js|mjs|cjs|ts|json|map|css|html?|xml|ya?ml|toml|c|h|go|rs|spdx|png|svg|pdf)",
    re.IGNORECASE,
).fullmatch


class LicenseFile(NamedTuple):
    """One file that came with a package: its path within it, its text, and whether it holds notices."""

    name: str
    text: str
    notice: bool


Key = tuple[str, str | None]
"""Package (purl without version) and version."""


def texts_in(collector: str, origin: str, wanted: Collection[Key]) -> dict[Key, list[LicenseFile]]:
    """License files of the wanted packages in a collected folder; none where it is no longer there."""
    folder = origin.removeprefix("file:")
    if not wanted or not origin.startswith("file:") or not os.path.isdir(folder):  # noqa: PTH112 - a text
        return {}
    packages = _python(folder) if collector == "site_packages" else _node(folder)
    found: dict[Key, list[LicenseFile]] = {}
    for key, places in packages:
        if key in wanted and key not in found:
            files = [file for place, deep in places for file in _files(place, deep=deep)][:MOST_FILES]
            if files:
                found[key] = files
    return found


def _python(folder: str) -> Iterator[tuple[Key, list[tuple[str, bool]]]]:
    """Installed Python packages and where their license files are: in their own description."""
    for entry in _listed(folder):
        if entry.name.endswith((".dist-info", ".egg-info")) and entry.is_dir(follow_symlinks=False):
            name, version = named_folder(entry.name)
            key = _key("pypi", None, normal(name), version)
            if key is not None:
                yield (
                    key,
                    [
                        (entry.path, False),
                        (f"{entry.path}/licenses", True),
                        (f"{entry.path}/license_files", True),
                    ],
                )


def _node(folder: str) -> Iterator[tuple[Key, list[tuple[str, bool]]]]:
    """Installed Node.js packages, nested ones too; each has its files in its own folder."""
    todo = [folder]
    seen = 0
    while todo and seen < MOST_FOLDERS:
        current = todo.pop()
        for entry in _listed(current):
            seen += 1
            if not entry.is_dir(follow_symlinks=False):
                continue
            if entry.name in _STORES or (entry.name.startswith("@") and "/@" not in current[-80:]):
                todo.append(entry.path)
            elif os.path.basename(current) in _STORES:  # noqa: PTH119 - a text
                todo.append(f"{entry.path}/node_modules")
            elif not entry.name.startswith("."):
                todo.append(f"{entry.path}/node_modules")
                key = _manifest(entry.path)
                if key is not None:
                    yield key, [(entry.path, False)]


class _Manifest(msgspec.Struct):
    name: str
    version: str


def _manifest(folder: str) -> Key | None:
    try:
        data = read_plain(f"{folder}/package.json", _LONGEST_MANIFEST)
        said = msgspec.json.decode(data, type=_Manifest)
    except (OSError, ValueError, msgspec.DecodeError, RecursionError):
        return None
    scope, _, name = said.name.rpartition("/")
    return _key("npm", scope or None, name, said.version)


def _key(kind: str, namespace: str | None, name: str, version: str | None) -> Key | None:
    try:
        made = make(kind, namespace, name, version)
    except PurlError:
        return None
    return made.package, version


def _files(folder: str, *, deep: bool, depth: int = 0, inside: str = "") -> Iterator[LicenseFile]:
    """License files in a folder; in one that is made for them (`deep`) every text below it."""
    for entry in _listed(folder):
        name = f"{inside}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            if deep and depth < _DEEPEST:
                yield from _files(entry.path, deep=True, depth=depth + 1, inside=f"{name}/")
        elif not _CODE(entry.name) and (deep or _LICENSE(entry.name)):
            text = _read(entry.path)
            if text is not None:
                yield LicenseFile(name, text, not _is_license(entry.name))


def _is_license(name: str) -> bool:
    """Whether a file holds a license, by its name; others in its folder name authors, or tell something."""
    if _NOTICE(name):
        return False
    return bool(_LICENSE(name)) or licenses.read(name.removesuffix(".txt")).kind == "id"


def _read(path: str) -> str | None:
    try:
        data = read_plain(path, LONGEST + 1)
    except (OSError, ValueError):
        return None
    if len(data) > LONGEST or b"\0" in data[:1024]:
        return None
    text = to_utf8(data)[0].decode("utf-8", "replace")
    return text if text.strip() else None


def _listed(folder: str) -> list[os.DirEntry[str]]:
    try:
        if os.path.islink(folder):  # noqa: PTH114 - a text
            return []
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []
