# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What differs between two states of records, as people read it: nothing about persons, no secrets, bounded."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from umbel.office.records.folders import Changes, Text

LONGEST = 32_000
"""Characters of a difference that are kept."""
_OF_PERSONS = (
    "decisions/people.toml",
    "decisions/stakeholders.toml",
    "decisions/affiliations/",
    ".mailmap",
    "affiliations/",
)
_LARGEST = 1 << 20
_SECRET = re.compile(
    r"""(?ix) ^([-+\ ]\s*["']?[\w.-]*(?:secret|password|passwd|token|key|credential)[\w.-]*["']?\s*=\s*).+$"""
)
_PART_OF_SECRET = re.compile(r"(_env|_file|_path)[\"']?\s*=", re.IGNORECASE)
_SIGNED_IN = re.compile(r"(://)[^/@\s\"']*@")


def unified(before: Mapping[str, Text], changed: Changes) -> str:
    """The difference of all files that changed."""
    parts, left = [], LONGEST
    for name, new in changed.items():
        old = before.get(name)
        part = _of(name, None if old is None else old.content, None if new is None else new.content)
        if len(part) > left:
            part = part[:left] + f"\n… ({len(part) - left} more characters of {name})\n"
        parts.append(part)
        left = max(left - len(part), 0)
        if not left:
            parts.append(f"… ({len(changed) - len(parts)} more files)\n" if len(changed) > len(parts) else "")
            break
    return "".join(parts)


def _of(name: str, old: bytes | None, new: bytes | None) -> str:
    head = f"--- {name if old is not None else '/dev/null'}\n+++ {name if new is not None else '/dev/null'}\n"
    if any(name == each or (each.endswith("/") and name.startswith(each)) for each in _OF_PERSONS):
        return f"{head}(about persons: not told here)\n"
    if max(len(old or b""), len(new or b"")) > _LARGEST:
        return f"{head}({len(old or b'')} bytes before, {len(new or b'')} after)\n"
    try:
        first, second = (each.decode().splitlines() for each in (old or b"", new or b""))
    except UnicodeDecodeError:
        return f"{head}(no text: {len(old or b'')} bytes before, {len(new or b'')} after)\n"
    if first == second:
        return f"{head}(only who may read it, or ends of line)\n"
    lines = list(difflib.unified_diff(first, second, n=1, lineterm=""))[2:]
    return head + "".join(f"{_clean(line)}\n" for line in lines)


def _clean(line: str) -> str:
    """Without what lets somebody in, and without signs that a database or a terminal stumbles over."""
    if not _PART_OF_SECRET.search(line):
        line = _SECRET.sub(r"\1…", line)
    line = _SIGNED_IN.sub(r"\1…@", line)
    return "".join(sign if sign == "\t" or sign.isprintable() else "�" for sign in line)
