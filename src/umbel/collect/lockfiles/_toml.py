# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""TOML of unknown origin → a tree, within bounded time."""

from __future__ import annotations

import re
from typing import Any

from umbel.collect.interface import UnreadableError

_MOST_BYTES = 32 << 20
_MOST_DOTS = 32
"""Parts of a dotted key: the decoder's time grows with their square."""
_STRING = re.compile(r'"[^"\n]*"|\'[^\'\n]*\'')
_DOTTED = re.compile(rf"(?<![\w-])(?:[\w-]+[ \t]*\.[ \t]*){{{_MOST_DOTS + 1}}}")
_AT_END = "(at end of document)"
_LINE = re.compile(r"\(at line (\d+), column \d+\)")


def toml_tree(text: str) -> dict[str, Any]:
    """The document's tree. Raises `UnreadableError`, with the line where it is known."""
    import tomllib

    if len(text) > _MOST_BYTES:
        message = f"has {len(text):,} characters of TOML; at most {_MOST_BYTES:,} are read"
        raise UnreadableError("too-large", message)
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > _MOST_DOTS and _DOTTED.search(_STRING.sub("x", line)):
            raise UnreadableError("too-deep", f"has a key of more than {_MOST_DOTS} parts", f"line {number}")
    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise _malformed(text, str(error)) from None
    except RecursionError:
        raise UnreadableError("too-deep", "is nested too deeply to be read") from None


def _malformed(text: str, reason: str) -> UnreadableError:
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith(("<<<<<<< ", ">>>>>>> ")):
            return UnreadableError("merge-conflict", "holds an unresolved merge conflict", f"line {number}")
    at = _LINE.search(reason)
    place = f"line {at[1]}" if at else ""
    if reason.endswith(_AT_END):
        place = f"line {text.count(chr(10)) + 1}"
    what = _LINE.sub("", reason).removesuffix(_AT_END)[:200].strip()
    return UnreadableError("malformed-toml", f"is no sound TOML: {what[:1].lower()}{what[1:]}", place)
