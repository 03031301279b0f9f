# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where in a lockfile or SBOM a component stands: for reports that point at a line.

Formats say nothing of lines, so the text is searched: a line with the name as a word of its own, and the version
on it or shortly after. Where that finds nothing it is the first line of the file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

from umbel.model import purl

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from umbel.model.finding import Finding

NEAR = 4
LARGEST = 32 << 20


def line_in(finding: Finding, files: Mapping[str, Path]) -> int:
    """The line that a finding speaks of, counted from 1: as its rule says, else where its component stands."""
    said = finding.evidence.get("line")
    if isinstance(said, int) and said > 0:
        return said
    return line_of(files.get(finding.place or ""), finding.package, finding.version)


def line_of(file: Path | None, package: str | None, version: str | None) -> int:
    """The line, counted from 1."""
    if file is None or package is None:
        return 1
    shown = purl.display(package)
    return _found(file, shown.partition(":")[2] or shown, version)


@lru_cache(maxsize=1 << 14)
def _found(file: Path, name: str, version: str | None) -> int:
    """Several rules speak of the same component, and a lockfile is long: the text is searched, not its lines."""
    text, starts = _read(file)
    first = None
    at = text.find(name) if name else -1
    while at >= 0:
        if _is_word(text, at, at + len(name)):
            line = bisect_right(starts, at) - 1
            first = line if first is None else first
            end = starts[line + NEAR] if line + NEAR < len(starts) else len(text)
            if version is None or text.find(version, starts[line], end) >= 0:
                return line + 1
        at = text.find(name, at + 1)
    return 1 if first is None else first + 1


def _is_word(text: str, start: int, end: int) -> bool:
    """Whether a name stands there by itself, or as a folder of node_modules."""
    if _JOINED_AFTER.match(text, end):
        return False
    return start == 0 or not _JOINED_BEFORE.match(text, start - 1) or text.endswith("node_modules/", 0, start)


_JOINED_BEFORE, _JOINED_AFTER = re.compile(r"[\w@/.-]"), re.compile(r"[\w/-]")


@lru_cache(maxsize=16)
def _read(file: Path) -> tuple[str, list[int]]:
    """A file's text, and where each of its lines begins."""
    try:
        if not file.is_file() or file.stat().st_size > LARGEST:
            return "", [0]
        text = file.read_text("utf-8", "replace")
    except OSError:
        return "", [0]
    return text, [0, *(found.end() for found in re.finditer("\n", text))]
