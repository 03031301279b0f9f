# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which groups a `Gemfile` puts its gems in, as far as plain lines tell it. No Ruby is run.

A Gemfile is a program. What is read are lines that begin with `gem`, `gemspec` or `group … do`, and the
words that open and close blocks, so that each `end` finds its own. Where blocks don't add up, or another
file is evaluated, nothing is said of gems that weren't seen.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_MOST_LINES = 100_000
_LONGEST = 1000
_GEM = re.compile(r"""gem[\s(]\s*(['"])([^'"\s]+)\1(.*)""", re.DOTALL)
_GROUPS = re.compile(r"""(?:\bgroups?:\s*|:groups?\s*=>\s*)(\[[^\]]*\]|:\w+|['"]\w+['"])""")
_OPTIONAL = re.compile(r"\boptional:\s*true\b|:optional\s*=>\s*true\b")
_NAMES = re.compile(r""":(\w+)|['"](\w+)['"]""")
_WORDS = re.compile(r"%[iwIW][\[(]([^\])]*)[\])]")
_OPENS = re.compile(r"^(?:if|unless|case|begin|while|until|for|def|class|module)\b")
_BLOCK = re.compile(r"\bdo(?:\s*\|[^|]*\|)?$")
_ASSIGNED = re.compile(r"=\s*(?:if|unless|case|begin)\b")
_ONE_LINE = re.compile(r"\bend$")
_OTHER = re.compile(r"eval_gemfile\b|instance_eval\b|eval\b|Dir\.glob\b|Dir\[")
_PARENTHESIS = re.compile(r"[,\[({]$")
_TOKEN = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|#""")


class Gemfile(NamedTuple):
    """Groups by gem (`default` where it names none); `gemspec` if the gem beside it is used.

    `optional` are groups that are only installed where they are asked for. `whole` is False where gems may
    be listed that were not seen.
    """

    groups: dict[str, frozenset[str]]
    optional: frozenset[str]
    gemspec: bool
    whole: bool


def read_gemfile(text: str) -> Gemfile:
    """What the lines of a Gemfile say."""
    return _Reader().read(text)


class _Reader:
    def __init__(self) -> None:
        self._found: dict[str, set[str]] = {}
        self._optional: frozenset[str] = frozenset()
        self._blocks: list[frozenset[str]] = []
        self._gemspec = False
        self._whole = True

    def read(self, text: str) -> Gemfile:
        """Line by line; a statement goes on where a line ends in a comma or an open bracket."""
        lines = text.split("\n", _MOST_LINES)
        self._whole = len(lines) <= _MOST_LINES
        waiting = ""
        said = True
        for raw in lines[:_MOST_LINES]:
            line = _bare(raw[:_LONGEST])
            if line == "__END__":
                break
            if line.startswith(("=begin", "=end")):
                said = line.startswith("=end")
            elif line and said:
                waiting = f"{waiting} {line}" if waiting else line
                if not _PARENTHESIS.search(line) or len(waiting) > _LONGEST:
                    self._statement(waiting)
                    waiting = ""
        if waiting or self._blocks:
            self._whole = False
        groups = {name: frozenset(found) for name, found in self._found.items()}
        return Gemfile(groups, self._optional, self._gemspec, self._whole)

    def _statement(self, line: str) -> None:
        if _OTHER.match(line) or ("Dir" in line and _OTHER.search(line)):
            self._whole = False
        gem = _GEM.fullmatch(line)
        if line == "end" or line.startswith(("end ", "end.", "end)")):
            if self._blocks:
                self._blocks.pop()
            else:
                self._whole = False
        elif gem is not None:
            self._gem(gem[2], gem[3])
        elif line.startswith(("group ", "group(")):
            self._group(line)
        elif line == "gemspec" or line.startswith(("gemspec ", "gemspec(")):
            self._gemspec = True
        elif _opens(line):
            self._blocks.append(frozenset())

    def _group(self, line: str) -> None:
        if not _BLOCK.search(line):
            self._whole = False  # all in one line, which nobody writes
            return
        names = _names(line)
        self._blocks.append(names)
        if _OPTIONAL.search(line):
            self._optional |= names

    def _gem(self, name: str, rest: str) -> None:
        groups = frozenset().union(*self._blocks)
        for found in _GROUPS.findall(rest):
            groups |= _names(found)
        if _BLOCK.search(rest):
            self._blocks.append(frozenset())
        self._found.setdefault(name, set()).update(groups or {"default"})


def _opens(line: str) -> bool:
    """Whether a block begins that an `end` in another line closes."""
    if _ONE_LINE.search(line):
        return False
    return any(found.search(line) for found in (_OPENS, _ASSIGNED, _BLOCK))


def _names(text: str) -> frozenset[str]:
    """Names of groups: symbols, texts or a list of words; options (`optional: true`) are none."""
    found = {word for listed in _WORDS.findall(text) for word in listed.split()}
    for symbol, quoted in _NAMES.findall(_OPTIONAL.sub("", text)):
        found.add(symbol or quoted)
    return frozenset(found - {""})


def _bare(line: str) -> str:
    """A line without its comment."""
    line = line.strip()
    if "#" in line:
        for token in _TOKEN.finditer(line):
            if token[0] == "#":
                return line[: token.start()].rstrip()
    return line
