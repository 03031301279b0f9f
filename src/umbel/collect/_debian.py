# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Debian's control files: paragraphs of fields, and relations between packages.

Sources: deb-control(5), deb822(5) and dpkg-query(1); Debian Policy, chapters 5 and 7; the
specification of machine-readable copyright files.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIELD = re.compile(r"^([!-9;-~]+):[ \t]*(.*(?:\n[ \t].*)*)", re.MULTILINE)
_BLANK = re.compile(r"\n[ \t]*\n+")
_RELATION = re.compile(
    r"\s*(?P<name>[A-Za-z0-9][A-Za-z0-9+.\-]*)(?::(?P<arch>[A-Za-z0-9\-]+))?"
    r"\s*(?:\(\s*(?P<version>[<>=]{1,2}\s*[^\s()]+)\s*\))?"
)
_FORMAT = re.compile(r"\s*Format(?:-Specification)?:\s*\S*(?:copyright-format|dep-?5)", re.IGNORECASE)
_LICENSED = re.compile(r"^(?:(files|license):[ \t]*(.*)|[ \t]*)$", re.IGNORECASE | re.MULTILINE)
MOST_RELATIONS = 2000
"""Relations of one field that are read; real ones have some hundreds."""


class Relation(NamedTuple):
    """One package that is asked for: its name, perhaps an architecture (`any`) and a range (`>= 1.2`)."""

    name: str
    arch: str | None
    version: str | None


class Paragraph(NamedTuple):
    """Fields of one package by their name in lower case, and the line that it begins at."""

    fields: dict[str, str]
    line: int


def paragraphs(text: str) -> Iterator[Paragraph]:
    """Every paragraph of a control file. What isn't a field is passed over."""
    start, line = 0, 1
    while start < len(text):
        gap = _BLANK.search(text, start)
        end, after = gap.span() if gap else (len(text), len(text))
        fields: dict[str, str] = {}
        for match in _FIELD.finditer(text, start, end):
            fields.setdefault(match[1].lower(), match[2].rstrip())
        if fields:
            yield Paragraph(fields, line)
        line += text.count("\n", start, after)
        start = after


def relations(text: str) -> Iterator[list[Relation]]:
    """Each relation of a field, as the alternatives that would satisfy it."""
    for clause in text.split(",", MOST_RELATIONS)[:MOST_RELATIONS]:
        found = [
            Relation(match["name"], match["arch"], match["version"])
            for match in map(_RELATION.match, clause.split("|")[:MOST_RELATIONS])
            if match
        ]
        if found:
            yield found


def licences(text: str) -> tuple[str, ...] | None:
    """Short names of the licences of a copyright file, in its order; None if it is free text.

    Those of its files count, which may be expressions (`GPL-2+ or Artistic`); where no files are
    listed, those of its head.
    """
    if not _FORMAT.match(text):
        return None
    files: dict[str, None] = {}
    others: dict[str, None] = {}
    said, of_files = "", False
    for field, value in [*_LICENSED.findall(text), ("", "")]:
        if not field:
            if said:
                (files if of_files else others)[said] = None
            said, of_files = "", False
        elif field.lower() == "files":
            of_files = True
        else:
            said = said or value.strip()[:500]
    return tuple(files or others)
