# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A Dockerfile's text → its instructions, and variables → what they stand for.

Read as BuildKit's parser does: directives first, then instructions over several lines, without the
comments between them and without the here-documents behind them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect.interface import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from umbel.collect.faults import Faults

UNKNOWN = "\0"
"""Stands in an expanded text for what only the one who builds knows."""
LONGEST = 4096
"""Longer texts are not expanded."""
_DEEPEST = 10
_DIRECTIVE = re.compile(r"#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(.+?)[ \t]*")
_HEREDOC = re.compile(r"""(?:(?<=\s)|^)\d*<<(-?)(?:"([^"\s]+)"|'([^'\s]+)'|([^\s<"']+))""")
_WITH_HEREDOCS = frozenset({"RUN", "COPY", "ADD"})
_FLAG = re.compile(r"--(\S*)\s*")
_ARGUMENT = re.compile(
    r"""(?<!\S)([A-Za-z_]\w*+)(?:=((?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])*+))?(?=\s|$)""", re.ASCII
)
_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(:?[-+?])?)", re.ASCII)


class Instruction(NamedTuple):
    """One instruction: its word in capitals, what follows, and its first line."""

    word: str
    rest: str
    line: int


class Text:
    """A Dockerfile's instructions; `directives` are known as soon as it is made."""

    def __init__(self, text: str, faults: Faults) -> None:
        """Split a text; `syntax`, `escape` and `check` may stand before everything else."""
        self._lines = text.split("\n")
        self._faults = faults
        self.directives: dict[str, tuple[str, int]] = {}
        start = 1 if text.startswith("#!") else 0
        for number, line in enumerate(self._lines[start : start + 10], start + 1):
            found = _DIRECTIVE.fullmatch(line.strip()) if len(line) <= LONGEST else None
            if found is None or found[1].lower() not in {"syntax", "escape", "check"}:
                break
            self.directives.setdefault(found[1].lower(), (found[2], number))
        self._escape = "`" if self.directives.get("escape", ("", 0))[0] == "`" else "\\"

    def instructions(self) -> Iterator[Instruction]:
        """Each instruction on one line. Raises `UnreadableError` for merge conflicts."""
        at = 0
        while at < len(self._lines):
            first, going = at + 1, True
            parts: list[str] = []
            while going and at < len(self._lines):
                line = self._lines[at]
                at += 1
                if line.startswith(("<<<<<<< ", ">>>>>>> ")):
                    raise UnreadableError(
                        "merge-conflict", "holds an unresolved merge conflict", f"line {at}"
                    )
                bare = line.strip()
                if bare.startswith("#") or not bare:
                    going = bool(parts)  # neither ends an instruction that goes on
                    continue
                going = self._goes_on(line)
                parts.append(line.rstrip()[:-1] if going else line)
            words = "".join(parts).strip().split(None, 1)
            if words:
                found = Instruction(words[0].upper(), words[1] if len(words) > 1 else "", first)
                yield found
                at = self._after_heredocs(found, at)

    def _goes_on(self, line: str) -> bool:
        bare = line.rstrip()
        return bare.endswith(self._escape) and not bare.endswith(self._escape * 2)

    def _after_heredocs(self, found: Instruction, at: int) -> int:
        """The line after the here-documents that an instruction opens."""
        if "<<" not in found.rest or found.word not in _WITH_HEREDOCS | {"ONBUILD"}:
            return at
        for opened in _HEREDOC.finditer(found.rest):
            tabs, *names = opened.groups()
            name = next(filter(None, names))
            while at < len(self._lines):
                line = self._lines[at].removesuffix("\r")
                at += 1
                if (line.lstrip("\t") if tabs else line) == name:
                    break
            else:
                message = f"has no end for the text <<{name[:60]}, within which it ends"
                self._faults.add("open-heredoc", message, f"line {found.line}", "error")
        return at


def flags(rest: str) -> tuple[list[tuple[str, str]], str]:
    """The `--name=value` before an instruction's own words, and those words."""
    found = []
    at = 0
    while flag := _FLAG.match(rest, at):
        name, _, value = flag[1].partition("=")
        found.append((name.lower(), value.strip("\"'")))
        at = flag.end()
    return found, rest[at:]


def arguments(rest: str) -> Iterator[tuple[str, str | None]]:
    """Names and defaults of an ARG instruction; None where it gives no default."""
    for found in _ARGUMENT.finditer(rest):
        yield found[1], found[2]


def expand(text: str, known: Mapping[str, str | None]) -> str:
    """A text with its variables filled in, without quotes; `UNKNOWN` for those without a value.

    Forms with defaults (`${X:-y}`, `${X-y}`, `${X:+y}`) are followed; patterns (`${X#y}`) are unknown.
    """
    if "'" in text and text[0] == text[-1] == "'":
        return text[1:-1]
    text = text.replace('"', "").replace("'", "")
    return _expand(text, known, 0) if "$" in text else text


def _expand(text: str, known: Mapping[str, str | None], depth: int) -> str:
    if len(text) > LONGEST or depth > _DEEPEST:
        return UNKNOWN
    out: list[str] = []
    at = 0
    while (dollar := text.find("$", at)) >= 0:
        out.append(text[at:dollar])
        found = _VARIABLE.match(text, dollar)
        if found is None:
            out.append(UNKNOWN)
            at = dollar + 1
            continue
        bare, braced, form = found.groups()
        at, other = found.end(), ""
        if braced:
            at = _closing(text, at)
            other = text[found.end() : at - 1]
        value = known.get(bare or braced)
        if braced and not form and other:
            value = None
        out.append(UNKNOWN if value is None and not form else _chosen(value, form, other, known, depth))
    whole = "".join([*out, text[at:]])
    return whole if len(whole) <= LONGEST else UNKNOWN


def _chosen(
    value: str | None, form: str | None, other: str, known: Mapping[str, str | None], depth: int
) -> str:
    """What `${X:-other}` and its kin give."""
    given = bool(value) if form and form[0] == ":" else value is not None
    if form and form[-1] == "+":
        return _expand(other, known, depth + 1) if given else ""
    if given or not form:
        return value or ""
    return _expand(other, known, depth + 1) if form[-1] == "-" else UNKNOWN


def _closing(text: str, at: int) -> int:
    """The place after the brace that closes the one open at a place."""
    depth = 1
    while at < len(text) and depth:
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at
