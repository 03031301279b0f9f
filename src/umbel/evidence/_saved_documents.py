# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents out of a file, a folder or a zip, within bounds: what a sync reads instead of asking."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING

from umbel.model.errors import Fault, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MOST_FILES = 50_000
MOST_BYTES = 1 << 30
_PASSED_OVER = frozenset({"node_modules", "__MACOSX"})


def documents(
    path: Path, faults: list[Fault], wanted: Callable[[str], bool], most: Callable[[str], int]
) -> Iterator[tuple[str, bytes]]:
    """Each document with its name, in the order of names. Raises `UsageError` if there is nothing to read.

    `wanted` says of a name whether it may be one, `most` how many bytes are read of it. A file that can't be read
    costs only itself.
    """
    try:
        if path.is_dir():
            yield from _bounded(_of_folder(path, faults, wanted, most), faults)
        elif not path.is_file():
            raise UsageError(f"There is no file or folder {path}.")
        elif zipfile.is_zipfile(path):
            yield from _bounded(_of_zip(path, faults, wanted, most), faults)
        else:
            with path.open("rb") as file:
                yield path.name, file.read(most(path.name))
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.") from error


def _of_folder(
    folder: Path, faults: list[Fault], wanted: Callable[[str], bool], most: Callable[[str], int]
) -> Iterator[tuple[str, bytes]]:
    for file in sorted(each for each in folder.rglob("*") if wanted(each.name)):
        inner = file.relative_to(folder)
        hidden = any(part.startswith(".") or part in _PASSED_OVER for part in inner.parts)
        if hidden or file.is_symlink() or not file.is_file():
            continue
        try:
            with file.open("rb") as opened:
                data = opened.read(most(file.name))
        except OSError as error:
            faults.append(Fault("unreadable", f"can't be read: {error.strerror}", inner.as_posix()))
            continue
        yield inner.as_posix(), data


def _of_zip(
    path: Path, faults: list[Fault], wanted: Callable[[str], bool], most: Callable[[str], int]
) -> Iterator[tuple[str, bytes]]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        faults.append(Fault("zip", f"is no sound archive: {str(error)[:120]}", path.name))
        return
    with archive:
        entries = [entry for entry in archive.infolist() if wanted(entry.filename) and not entry.is_dir()]
        for entry in sorted(entries, key=lambda entry: entry.filename):
            name = entry.filename
            if _PASSED_OVER & set(name.split("/")):
                continue
            try:
                with archive.open(entry) as opened:
                    data = opened.read(most(name))
            except (
                zipfile.BadZipFile,
                zlib.error,
                NotImplementedError,
                RuntimeError,
                OSError,
                EOFError,
                ValueError,
            ) as error:
                faults.append(Fault("zip", f"can't be unpacked: {str(error)[:120]}", name[:300]))
                continue
            yield name, data


def _bounded(found: Iterator[tuple[str, bytes]], faults: list[Fault]) -> Iterator[tuple[str, bytes]]:
    total = 0
    for number, (name, data) in enumerate(found):
        total += len(data)
        if number >= MOST_FILES or total > MOST_BYTES:
            faults.append(Fault("too-many", "holds more than is read; the rest was left out", name[:300]))
            return
        yield name, data
