# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A new source file doesn't say under which licence it is."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from umbel.policy.interface import RuleLevel  # noqa: TC001 - msgspec reads it
from umbel.policy.outbound.interface import Around, OutboundJudgement, OutboundRule, OutboundSettings, Tip
from umbel.policy.outbound.patterns import meant

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD = 16_384
"""Bytes at a file's beginning in which a header is looked for."""
_LARGEST_REUSE = 1 << 20
_MOST_PATTERNS = 2000
_MOST_STARS = 8
# REUSE-IgnoreStart
_TAG = re.compile(r"SPDX-License-Identifier:[ \t]*([^\r\n]+)")
# REUSE-IgnoreEnd


class Settings(OutboundSettings, frozen=True, kw_only=True):
    """`files` are patterns of those that need a header, `except_files` of those that don't.

    `header` is a text that must stand in it, whatever the white space; without it any SPDX-License-Identifier will do.
    """

    level: RuleLevel = "warn"
    files: tuple[str, ...] = ()
    except_files: tuple[str, ...] = ()
    header: str = ""


class LicenseHeaderRule(OutboundRule):
    """One finding a new file, as it is at the end of what would be sent."""

    id = "outbound-license-header"
    title = "No licence header"
    what = "A new source file has no SPDX-License-Identifier, no .license file and no line in REUSE.toml (REUSE 3.3)."
    why = "Files travel alone. One that doesn't say under which licence it is may be used by nobody."
    remedy = "Write it at the file's beginning (reuse annotate --license LICENCE --copyright WHO FILE)."
    example = '[outbound.license-header]\nfiles = ["*.py", "*.ts", "*.java"]\nexcept_files = ["vendor/*"]'
    settings = Settings

    def lacks(self, settings: Settings, around: Around) -> str | None:  # noqa: ARG002 - one signature
        """Which files need one is everybody's own decision."""
        return None if settings.files else "No files are named: [outbound.license-header] files."

    def tip(self, tip: Tip, settings: Settings, around: Around) -> Iterable[OutboundJudgement]:  # noqa: ARG002 - one signature
        """At most one judgement a file."""
        for path, raw in tip.added.items():
            if not meant(path, settings.files) or meant(path, settings.except_files):
                continue
            data = tip.read(raw, HEAD)
            if data is None:
                continue  # it is gone again
            head = data.decode("utf-8", "replace")
            if settings.header:
                if _plain(settings.header) not in _plain(head):
                    yield self._judged(path, "doesn't begin with the header that is asked for")
            elif not (_TAG.search(head) or _beside(tip, raw) or _listed(tip, raw)):
                yield self._judged(path, "says nowhere under which licence it is")

    def _judged(self, path: str, what: str) -> OutboundJudgement:
        return OutboundJudgement(
            reason=f"The new file {path} {what}.",
            severity="low",
            what=path,
            place=path,
            line=1,
            remedy=self.remedy,
        )


def _plain(text: str) -> str:
    """Text without what comments and wrapping add to it."""
    return " ".join(re.sub(r"^[ \t]*(?:#+|//+|/?\*+/?|--|;+|<!--|%+)?", "", text, flags=re.MULTILINE).split())


def _beside(tip: Tip, raw: bytes) -> bool:
    data = tip.read(raw + b".license", HEAD)
    return data is not None and _TAG.search(data.decode("utf-8", "replace")) is not None


def _listed(tip: Tip, raw: bytes) -> bool:
    """Whether a REUSE.toml in one of its folders, or above, speaks of it."""
    parts = raw.split(b"/")
    for depth in range(len(parts) - 1, -1, -1):
        folder = b"/".join(parts[:depth])
        data = tip.read(folder + b"/REUSE.toml" if folder else b"REUSE.toml", _LARGEST_REUSE)
        inside = b"/".join(parts[depth:]).decode("utf-8", "backslashreplace")
        if data is not None and any(_is(words, inside) for words in _annotated(data)):
            return True
    return False


@lru_cache(maxsize=64)
def _annotated(data: bytes) -> tuple[tuple[str, ...], ...]:
    """The paths of annotations that give a licence; none if it can't be read."""
    try:
        told: Any = tomllib.loads(data.decode("utf-8", "replace"))
    except (tomllib.TOMLDecodeError, RecursionError):
        return ()
    found: list[str] = []
    annotations = told.get("annotations")
    for entry in annotations if isinstance(annotations, list) else []:
        if isinstance(entry, dict) and entry.get("SPDX-License-Identifier"):
            paths = entry.get("path")
            found += [p for p in (paths if isinstance(paths, list) else [paths]) if isinstance(p, str)]
    return tuple(_words(path) for path in found[:_MOST_PATTERNS] if path.count("*") <= _MOST_STARS)


def _words(pattern: str) -> tuple[str, ...]:
    r"""REUSE's own globbing: * stops at a slash, ** doesn't and takes one along, \* is an asterisk."""
    found = re.findall(r"\\.|\*\*+/?|\*|[^\\*]+|\\", pattern)
    return tuple("**" if word.startswith("**") else word for word in found)


def _is(words: tuple[str, ...], path: str) -> bool:
    """Whether a path is meant; without a regular expression, which a hostile pattern could stall."""
    at = {0}
    for word in words:
        if word == "**":
            at = set(range(min(at), len(path) + 1))
        elif word == "*":
            at = {end for start in at for end in range(start, _slash(path, start) + 1)}
        else:
            plain = word[1:] if word[0] == "\\" and len(word) == 2 else word
            at = {start + len(plain) for start in at if path.startswith(plain, start)}
        if not at:
            return False
    return len(path) in at


def _slash(path: str, start: int) -> int:
    found = path.find("/", start)
    return len(path) if found < 0 else found
