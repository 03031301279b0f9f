# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Practices that show in the code as a whole: tests, fuzzing, binaries; and what files can't show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.collect._tree import is_test
from umbel.collect.interface import Practice
from umbel.collect.practices._look import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect._tree import Entry
    from umbel.collect.practices._shown import Shown

_SOURCE = tuple(
    f".{ending}"
    for ending in (
        "py pyx js jsx mjs cjs ts tsx mts cts java kt kts scala groovy clj cljs go rs c cc cpp cxx h hh hpp "
        "hxx m mm swift cs fs vb rb php pl pm t lua r jl hs erl ex exs elm ml mli dart zig nim v vhd sv sh "
        "bash bats ps1 sql vue svelte astro f90 f for adb ads pas d cr rkt scm lisp el sol tf cob cbl asm s "
        "cu"
    ).split()
)
_FUZZ_NAME = re.compile(r"(?:^|[/_.-])fuzz(?:er|ers|ing|_targets?|test)?(?:[/_.-]|$)", re.IGNORECASE)
_GO_FUZZ = re.compile(rb"^func Fuzz\w*\(\w+ \*testing\.F\)", re.MULTILINE)
_MOST_GO = 400
_FUZZ_FILES = (
    (".clusterfuzzlite", "*", "ClusterFuzzLite"),
    ("fuzz", "cargo.toml", "cargo-fuzz"),
    (".github/workflows", "cifuzz*", "CIFuzz"),
)

_MAGIC = (
    (b"\x7fELF", "ELF"),
    (b"MZ", "Windows"),
    (b"\xca\xfe\xba\xbe", "Java class or Mach-O"),
    (b"\xcf\xfa\xed\xfe", "Mach-O"),
    (b"\xce\xfa\xed\xfe", "Mach-O"),
    (b"!<arch>\n", "library"),
    (b"dex\n", "Dalvik"),
    (b"PK\x03\x04", "archive of code"),
    (b"\0asm", "WebAssembly"),
    (b"\xed\xab\xee\xdb", "RPM"),
    (b"Cr24", "browser extension"),
)
_BINARY = tuple(
    f".{ending}"
    for ending in (
        "crx deb dex dey elf o a so macho iso class jar bundle dylib lib msi dll drv efi exe ocx pyc pyo par "
        "rpm wasm whl egg apk aar war ear ko sys nupkg"
    ).split()
)
_WRAPPERS = ("gradle-wrapper.jar", "maven-wrapper.jar")
_PYTHON = (".pyc", ".pyo")
_MOST_LOOKED_AT = 2000


def tests(practice: str, shown: Shown) -> Practice:
    """How many files of code are tests."""
    first, number, code = None, 0, 0
    for entry in shown.files:
        if not entry.path.lower().endswith(_SOURCE):
            continue
        code += 1
        if entry.size != 0 and is_test(entry.path):
            number += 1
            first = first or entry
    if number:
        return shown.met(practice, first, f"{number:,} of {code:,} files of code")
    if not code and not shown.tree.truncated:
        return Practice(practice=practice, outcome="not-applicable", detail="no file of code")
    return shown.unmet(practice, detail=f"none of {code:,} files of code")


def signed_releases(practice: str, shown: Shown) -> Practice:  # noqa: ARG001 - a check like the others
    """Files can't tell."""
    return Practice(
        practice=practice, outcome="unknown", detail="files don't tell: see the tags of its history"
    )


def fuzzing(practice: str, shown: Shown) -> Practice:
    """Whether a file is for a fuzzer: by well-known places, Go's own functions, or its name."""
    for folder, pattern, shows in _FUZZ_FILES:
        for entry in named(shown, folder, pattern):
            if not shown.is_empty(entry):
                return shown.met(practice, entry, shows)
    for entry in _go_tests(shown):
        if _GO_FUZZ.search(shown.tree.read(entry.path, 1 << 19) or b""):
            return shown.met(practice, entry, "Go's own")
    for entry in shown.files:
        path = entry.path
        if (
            entry.size != 0
            and "fuzz" in path.lower()
            and path.lower().endswith(_SOURCE)
            and _FUZZ_NAME.search(path)
        ):
            return shown.met(practice, entry, "named so")
    return shown.unmet(practice)


def _go_tests(shown: Shown) -> list[Entry]:
    found = [entry for entry in shown.files if entry.path.endswith("_test.go")]
    return sorted(found, key=lambda entry: "fuzz" not in entry.path.lower())[:_MOST_GO]


def no_binaries(practice: str, shown: Shown) -> Practice:
    """Whether a file is a program or library in binary form, by its first bytes."""
    found: list[tuple[Entry, str]] = []
    unseen = None
    for entry in list(_suspects(shown))[:_MOST_LOOKED_AT]:
        head = shown.tree.read(entry.path, 8)
        if head is None:
            unseen = unseen or entry
        elif shows := _kind(entry.path, head):
            found.append((entry, shows))
    if found:
        first, shows = found[0]
        more = f" and {len(found) - 1:,} more" if len(found) > 1 else ""
        return shown.unmet(practice, first, f"{shows}{more}")
    if unseen is not None:
        detail = f"the content of {unseen.path} isn't here"
        return Practice(
            practice=practice, outcome="unknown", detail=detail.encode("utf-8", "replace").decode()
        )
    return shown.met(practice, None) if not shown.tree.truncated else shown.unmet(practice)


def _suspects(shown: Shown) -> Iterator[Entry]:
    """Files whose ending or right to be run makes it likely; those of well-known build wrappers are let pass."""
    for entry in shown.files:
        name = entry.path.rpartition("/")[2].lower()
        if entry.size == 0 or name in _WRAPPERS:
            continue
        if name.endswith(_BINARY) or (entry.executable and "." not in name):
            yield entry


def _kind(path: str, head: bytes) -> str | None:
    if path.lower().endswith(_PYTHON):
        return "compiled Python"
    return next((shows for magic, shows in _MAGIC if head.startswith(magic)), None)
