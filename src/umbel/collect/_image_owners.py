# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which package of the system a file belongs to: asked of a few files, answered from all lists at once."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from umbel.collect._image_files import DATABASES
from umbel.collect._inside import read_inside
from umbel.collect._rpm_header import HeaderError, rows, tags
from umbel.collect.interface import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST_LISTS = 20_000
_LONGEST_LIST = 64 << 20
_LONGEST_DATABASE = 1 << 30
_NAME, _INDEXES, _BASES, _FOLDERS = 1000, 1116, 1117, 1118
_MERGED = re.compile(r"(?:usr/)?((?:bin|sbin|lib|lib32|lib64|libx32)/.*)").fullmatch


def owners(root: str, paths: Iterable[str]) -> dict[str, str]:
    """The package of the system that each path belongs to; paths that belong to none are left out.

    `root` is resolved; paths are those from it, without a slash at the beginning.
    """
    wanted: dict[str, str] = {}
    for path in paths:
        # Where /lib is a link to /usr/lib, packages still write either.
        merged = _MERGED(path)
        for spelling in (path, *((f"usr/{merged[1]}", merged[1]) if merged else ())):
            wanted[spelling] = path
    found: dict[str, str] = {}
    if not wanted:
        return found
    for source in (_of_dpkg(root), _of_apk(root), _of_rpm(root)):
        for package, files in source:
            for spelling in (wanted.keys() & files) if package else ():
                found.setdefault(wanted[spelling], package)
    return found


def _of_dpkg(root: str) -> Iterator[tuple[str, set[str]]]:
    for folder, ending in (("var/lib/dpkg/info", ".list"), ("var/lib/dpkg/status.d", ".md5sums")):
        try:
            with os.scandir(f"{root}/{folder}") as entries:
                names = sorted(entry.name for entry in entries if entry.name.endswith(ending))
        except OSError:
            continue
        for name in names[:_MOST_LISTS]:
            data = read_inside(f"{root}/{folder}/{name}", root, _LONGEST_LIST)
            if data is None:
                continue
            lines = data.decode("utf-8", "surrogateescape").split("\n")
            start = 1 if ending == ".list" else len("d41d8cd98f00b204e9800998ecf8427e  ")
            yield name.removesuffix(ending).partition(":")[0], {line[start:] for line in lines}


def _of_apk(root: str) -> Iterator[tuple[str, set[str]]]:
    for place, collector in DATABASES.items():
        if collector != "apk_installed":
            continue
        data = read_inside(f"{root}/{place}", root, _LONGEST_DATABASE)
        if data is None:
            continue
        for record in data.decode("utf-8", "surrogateescape").split("\n\n"):
            yield _of_record(record)


def _of_record(record: str) -> tuple[str, set[str]]:
    """The name of one of apk's packages, and its files and folders."""
    name = folder = ""
    files: set[str] = set()
    for line in record.split("\n"):
        mark = line[:2]
        if mark == "R:":
            files.add(f"{folder}/{line[2:]}" if folder else line[2:])
        elif mark == "F:":
            folder = line[2:]
            files.add(folder)
        elif mark == "P:":
            name = line[2:]
    return name, files


def _of_rpm(root: str) -> Iterator[tuple[str, set[str]]]:
    wanted = frozenset({_NAME, _INDEXES, _BASES, _FOLDERS})
    for place, collector in DATABASES.items():
        data = (
            read_inside(f"{root}/{place}", root, _LONGEST_DATABASE) if collector == "rpm_database" else None
        )
        if data is None:
            continue
        try:
            for row in rows(data):
                try:
                    found = tags(row.blob, wanted)
                except HeaderError:
                    continue
                name, indexes, bases, folders = (
                    found.get(tag, []) for tag in (_NAME, _INDEXES, _BASES, _FOLDERS)
                )
                if isinstance(name, list) and name:
                    yield str(name[0]), set(_joined(indexes, bases, folders))
        except UnreadableError:
            continue


def _joined(indexes: object, bases: object, folders: object) -> Iterator[str]:
    if isinstance(indexes, list) and isinstance(bases, list) and isinstance(folders, list):
        for index, base in zip(indexes, bases, strict=False):
            if isinstance(index, int) and 0 <= index < len(folders):
                yield f"{folders[index]}{base}".lstrip("/")
