# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of projects and packages as parts of an address, whatever they hold.

A name keeps its slashes. A segment that an address can't hold, or that this office gives a meaning (`-` stands before
the tab of a page), is written otherwise: `~1` for `-`, `~2` for `.`, `~3` for `..`, `~4` for nothing, and `~0` begins
one that begins with `~`.
"""

from __future__ import annotations

from django.urls import register_converter

_WRITTEN = {"-": "~1", ".": "~2", "..": "~3", "": "~4"}
_READ = {written: segment for segment, written in _WRITTEN.items()}


class Key:
    """A name in an address: `projects/<key:key>/`."""

    regex = r"(?s:.+?)"

    def to_python(self, value: str) -> str:
        """The name that an address means. Raises `ValueError` for what no name is written as."""
        segments = value.split("/")
        if any(segment in _WRITTEN for segment in segments):
            raise ValueError(value)
        return "/".join(_READ.get(segment, segment.removeprefix("~0")) for segment in segments)

    def to_url(self, value: str) -> str:
        """A name as a part of an address; Django quotes it."""
        return "/".join(_segment(segment) for segment in value.split("/"))


def _segment(text: str) -> str:
    return _WRITTEN.get(text) or (f"~0{text}" if text.startswith("~") else text)


register_converter(Key, "key")
