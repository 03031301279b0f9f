# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where in a lockfile or SBOM a component stands: for reports that point at a line.

Formats say nothing of lines, so the text is searched: a line with the name as a word of its own, and the version
on it or shortly after. Where that finds nothing it is the first line of the file.
"""

from __future__ import annotations

import re
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
    name = purl.display(package).partition(":")[2] if ":" in purl.display(package) else purl.display(package)
    lines = _lines(file)
    word = re.compile(rf"(?:(?<![\w@/.-])|(?<=node_modules/)){re.escape(name)}(?![\w/-])")
    first = None
    for number, text in enumerate(lines):
        if name not in text or not word.search(text):
            continue
        first = number if first is None else first
        if version is None or any(version in near for near in lines[number : number + NEAR]):
            return number + 1
    return 1 if first is None else first + 1


@lru_cache(maxsize=16)
def _lines(file: Path) -> list[str]:
    try:
        if not file.is_file() or file.stat().st_size > LARGEST:
            return []
        return file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
