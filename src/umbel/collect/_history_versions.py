# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The version in a tag's name: `v1.2.3`, `curl-8_1_0`, `web/v2.0.0-rc.1`, `@acme/kit@1.0.0`, `REL_15_BETA2`."""

from __future__ import annotations

import re
from typing import NamedTuple

_LONGEST = 250
_PRE = "alpha|beta|rc|cr|pre|preview|prerelease|dev|devel|snapshot|nightly|canary|milestone|ea|next|insiders"
_POST = "final|ga|release|stable|post|patch|pl|hotfix|fix|sp|rev|r|p|android|jre|jdk\\d*|lts|incubating|eap"
_TAIL = re.compile(
    rf"""
    (?P<before>.*?)
    (?P<v>(?<![A-Za-z])[vVrR][-_.]?)?
    (?P<numbers>\d+(?:[._]\d+)*(?:-\d{{2}}-\d{{2}}(?!\d))?)
    (?P<more>
      (?:(?<=\d)[a-z](?![A-Za-z0-9]))?
      (?:[-._~]?(?:{_PRE}|{_POST}|a|b|c|m|x)(?![A-Za-z])[-._]?\d*(?:[._-]\d+)*)*
      (?:[-.](?=[0-9A-Za-z]*\d)[0-9A-Za-z.]+)?
    )
    (?P<build>\+[0-9A-Za-z.+-]+)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_IS_PRE = re.compile(
    rf"(?<![A-Za-z])(?:{_PRE})(?![A-Za-z])|(?<=\d)[-._~]?(?:a|b|c|m)(?=[-._]?\d)", re.IGNORECASE
)
_WORD = re.compile(
    r"(?:^|(?<=[-_./@ ]))(?:releases?|rel|versions?|ver|v|r|tags?|stable)[-_./ ]*$", re.IGNORECASE
)
_ENDS = "-_./@ #:"
_PARTS = ("/", "@")


class Version(NamedTuple):
    """What a tag's name says: its version, what stands before it, and whether it comes before a release."""

    version: str
    module: str | None
    prerelease: bool


def parse(tag: str) -> Version | None:
    """The version in a name, None if there is none: then it marks something else than a release.

    >>> parse("web/v2.0.0-rc.1")
    Version(version='2.0.0-rc.1', module='web', prerelease=True)
    """
    found = _TAIL.fullmatch(tag) if len(tag) <= _LONGEST else None
    if found is None:
        return None
    before, numbers, more = found["before"], found["numbers"], found["more"]
    joined = before[-1:].isalnum() and not _WORD.search(before)
    if before.endswith(".") or (joined and "." not in numbers):
        return None  # `sha256` and `utf8` hold numbers, not versions; `go1.21` does
    module = before
    while (shorter := _WORD.sub("", module).rstrip(_ENDS)) != module:
        module = shorter
    single = "." not in numbers and "_" not in numbers and "-" not in numbers
    marked = bool(found["v"]) or len(module) < len(before.rstrip(_ENDS)) or before.endswith(_PARTS)
    if single and module and not marked and not more and not found["build"]:
        return None  # `sprint-12` counts something else
    early = bool(_IS_PRE.fullmatch(module))
    if early:
        module = ""
    version = numbers.replace("_", ".") + more.replace("_", ".") + (found["build"] or "")
    return Version(version, module or None, early or bool(_IS_PRE.search(numbers[-1] + more)))
