# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What an installed gem's specification says, read as text: it is a program, and isn't run.

RubyGems writes it in one form, of which the plain lines are taken.

Source: `Gem::Specification#to_ruby`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_STUB = re.compile(r"^# stub: (\S+) (\S+) (\S+)", re.MULTILINE)
_FIELD = re.compile(
    r'^\s*\w+\.(name|version|homepage|summary|platform) = "((?:[^"\\\n]|\\.)*)"', re.MULTILINE
)
_LICENCES = re.compile(r"^\s*\w+\.licenses? = \[?([^\]\n]*)\]?", re.MULTILINE)
_NEED = re.compile(r"add_(runtime_|development_)?dependency\(%q<([^>\n]+)>(?:\.freeze)?(?:, \[([^\]\n]*)\])?")
_TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
MOST_BYTES = 1 << 20


class Gem(NamedTuple):
    """One gem; `needs` are names and ranges of what it needs to run."""

    name: str
    version: str
    platform: str | None
    licences: tuple[str, ...]
    homepage: str | None
    summary: str | None
    needs: dict[str, str | None]


def gem(data: bytes, stem: str) -> Gem | None:
    """A gem by its specification, else by the file's name; None if neither names one."""
    text = data.decode("utf-8", "replace")
    fields: dict[str, str] = {}
    for key, value in _FIELD.findall(text):
        fields.setdefault(key, value)
    stub = _STUB.search(text)
    name, version, platform = stub.groups() if stub else (fields.get("name"), fields.get("version"), None)
    if not name or not version:
        name, _, version = stem.rpartition("-")
    if not name or not version[:1].isdigit():
        return None
    licences = _LICENCES.search(text)
    needs: dict[str, str | None] = {}
    for kind, needed, ranges in _NEED.findall(text):
        if kind != "development_":
            needs.setdefault(needed, ", ".join(_TEXT.findall(ranges)) or None)
    return Gem(
        name=name,
        version=version,
        platform=None if platform in {None, "ruby"} else platform,
        licences=tuple(_TEXT.findall(licences[1])) if licences else (),
        homepage=fields.get("homepage"),
        summary=fields.get("summary"),
        needs=needs,
    )
