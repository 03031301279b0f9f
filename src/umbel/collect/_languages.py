# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Lines of code by language, counted by scc (https://github.com/boyter/scc), a program of its own.

It is given the very files that are the project's own (see `_tree`), none of the settings that may lie
beside them, and a limit of time. It leaves out lockfiles. Files of more than
`LARGEST` bytes are left out and said. Of a tree in a repository the files are first written to a
temporary folder, and read from there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from umbel.collect.interface import Language
from umbel.model.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from umbel.collect._tree import Entry, Tree

LARGEST = 1_000_000
"""Bytes of a file; what is larger is hardly ever written by a person."""
MOST_BYTES = 2 << 30
"""Bytes of a project that are counted."""
_WHOLE = frozenset(
    {
        "bitbucket-pipelines.yml", "build.bazel", "cmakelists.txt", "meson.build", "meson_options.txt", "xmake.lua",
        "xpack.lua",
    }
)  # fmt: skip
"""Names by which the counter knows a language, though they have an ending; others are known by that."""
_SECONDS = 300
_ARGUMENTS = 100_000
"""Bytes of file names that one process is given: all systems allow for as much."""
_OPTIONS = (
    "--no-config", "--no-complexity", "--no-cocomo", "--no-size", "--no-gitignore", "--no-ignore", "--no-scc-ignore",
    "--no-gitmodule", "--exclude-dir=", "--format=json",
)  # fmt: skip


class _Row(msgspec.Struct, rename="pascal"):
    """One language, as scc writes it."""

    name: str
    code: int
    comment: int
    blank: int
    count: int


@cache
def counter() -> str | None:
    """The program: beside the interpreter, else on the PATH; None where there is none."""
    beside = Path(sys.executable).parent / "scc"
    return str(beside) if os.access(beside, os.X_OK) else shutil.which("scc")


_Counts: TypeAlias = "tuple[list[Language], list[Fault]]"


def count(tree: Tree) -> _Counts:
    """Lines by language, most code first, and notes on what was not counted."""
    with counting(tree) as counted:
        return counted()


@contextmanager
def counting(tree: Tree) -> Iterator[Callable[[], _Counts]]:
    """Have the lines counted while something else is done; gives what waits for the answer (see `count`)."""
    program = counter()
    if program is None:
        said = "languages are unknown: the program scc isn't installed (pip install 'umbel[languages]')"
        yield lambda: ([], [Fault("no-counter", said, level="note")])
        return
    from concurrent.futures import ThreadPoolExecutor

    chosen, faults = _chosen(tree)
    with ExitStack() as stack:
        on_disk: list[str] = []
        folder = None
        try:
            on_disk, folder = stack.enter_context(_places(tree, chosen))
        except OSError as error:
            faults.append(_lost(f"lines could not be counted: {error.strerror}"))
        chunks = [*_chunks(on_disk), *([[str(folder)]] if folder else [])]
        # The program is a process of its own: the thread does nothing but wait for it.
        pool = ThreadPoolExecutor(1)
        stack.callback(pool.shutdown, cancel_futures=True)
        rows = [pool.submit(_count, program, chunk) for chunk in chunks]
        yield lambda: _summed([future.result() for future in rows], faults)


def _summed(counted: list[list[_Row] | None], faults: list[Fault]) -> _Counts:
    totals: dict[str, Language] = {}
    for row in (row for rows in counted for row in rows or ()):
        totals[row.name] = _sum(totals.get(row.name), row)
    lost = [_lost("the lines of some files could not be counted")] if None in counted else []
    return sorted(totals.values(), key=lambda one: (-one.code, one.language)), [*faults, *lost]


def _lost(said: str) -> Fault:
    return Fault("not-counted", said, level="warning")


def _chosen(tree: Tree) -> tuple[list[Entry], list[Fault]]:
    chosen, size = [], 0
    large, absent, left = 0, 0, 0
    for entry in tree.files():
        if entry.size is None:
            absent += 1
        elif entry.size > LARGEST:
            large += 1
        elif size + entry.size > MOST_BYTES:
            left += 1
        elif entry.size:
            size += entry.size
            chosen.append(entry)
    said = (
        (large, f"files of more than {LARGEST:,} bytes are not counted as code"),
        (absent, "files are not counted: their content isn't in this clone"),
        (left, f"files are not counted: the project has more than {MOST_BYTES:,} bytes"),
    )
    return chosen, [
        Fault("not-counted", f"{number:,} {text}", level="note") for number, text in said if number
    ]


@contextmanager
def _places(tree: Tree, chosen: list[Entry]) -> Iterator[tuple[list[str], Path | None]]:
    """Where the files lie: on disk already, and in a temporary folder that goes again."""
    on_disk, others = [], []
    for entry in chosen:
        # Of a file that it is given by its path, scc doesn't know the name: only the ending.
        place = None if _is_named_whole(entry.path) else tree.place(entry.path)
        on_disk += [place] if place is not None else []
        others += [entry] if place is None else []
    if not others:
        yield on_disk, None
        return
    with tempfile.TemporaryDirectory(prefix="umbel-") as folder:
        _write(tree, others, Path(folder))
        yield on_disk, Path(folder)


def _write(tree: Tree, entries: list[Entry], folder: Path) -> None:
    """Copies of files, under names that show the same language."""
    rounds: Counter[str] = Counter()
    for number, entry in enumerate(entries):
        data = tree.read(entry.path, LARGEST)
        if data is None:
            continue
        name = entry.path.rpartition("/")[2]
        home = folder
        if _is_named_whole(name):
            rounds[name.lower()] += 1
            home = folder / str(rounds[name.lower()])
            home.mkdir(exist_ok=True)
        else:
            name = f"{number}_{name[-50:]}"  # one folder for all is quicker than one for each
        with (home / name).open("xb") as file:
            file.write(data)


def _is_named_whole(path: str) -> bool:
    name = path.rpartition("/")[2]
    return "." not in name[1:] or name.lower() in _WHOLE


def _sum(sofar: Language | None, row: _Row) -> Language:
    if sofar is None:
        return Language(
            language=row.name, files=row.count, code=row.code, comments=row.comment, blanks=row.blank
        )
    return Language(
        language=row.name,
        files=sofar.files + row.count,
        code=sofar.code + row.code,
        comments=(sofar.comments or 0) + row.comment,
        blanks=(sofar.blanks or 0) + row.blank,
    )


def _chunks(places: Sequence[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    size = 0
    for place in places:
        size += len(os.fsencode(place)) + 1
        if chunk and size > _ARGUMENTS:
            yield chunk
            chunk, size = [], len(os.fsencode(place)) + 1
        chunk.append(place)
    if chunk:
        yield chunk


def _count(program: str, places: list[str]) -> list[_Row] | None:
    try:
        done = subprocess.run(
            [program, *_OPTIONS, *places],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
            env={"PATH": os.defpath, "LC_ALL": "C", "HOME": os.devnull, "GOMEMLIMIT": "1GiB"},
            cwd="/",
        )
        return msgspec.json.decode(done.stdout or b"[]", type=list[_Row]) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired, msgspec.MsgspecError):
        return None
