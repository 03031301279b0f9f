# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The files in which an installed Python package describes itself, as text → fields.

They are the headers of a mail, of which only those that hold evidence are kept. The standard
library's mail parser does the same, a hundred times slower.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.collect.lockfiles._sources import bare_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.interface import Pairs

_LONGEST = 16_384
"""Characters kept of one value; some write their whole license text into the header."""
_MOST_URLS = 40
_SINGLE = frozenset({"name", "version", "summary", "license", "license-expression", "author", "author-email",
                     "home-page", "download-url"})  # fmt: skip
_MANY = frozenset({"requires-dist", "provides-extra", "project-url", "classifier"})
_KINDS = {
    "homepage": "website",
    "home": "website",
    "website": "website",
    "source": "vcs",
    "sourcecode": "vcs",
    "repository": "vcs",
    "code": "vcs",
    "github": "vcs",
    "gitlab": "vcs",
    "documentation": "documentation",
    "docs": "documentation",
    "issues": "issue-tracker",
    "issuetracker": "issue-tracker",
    "bugtracker": "issue-tracker",
    "bugreports": "issue-tracker",
    "tracker": "issue-tracker",
    "changelog": "release-notes",
    "changes": "release-notes",
    "releasenotes": "release-notes",
    "whatsnew": "release-notes",
    "history": "release-notes",
    "funding": "funding",
    "sponsor": "funding",
    "donate": "funding",
    "donation": "funding",
    "tidelift": "funding",
    "chat": "chat",
    "discord": "chat",
    "download": "distribution",
    "mailinglist": "mailing-list",
    "security": "security-contact",
}
"""Labels that the packaging standard and its users know, and the kinds that SBOMs call them."""
_NOT_LETTERS = re.compile(r"[^a-z]+")
_SECTION = re.compile(r"\[([^\]:]*)(?::(.*))?\]")
_NAMED_FOLDER = re.compile(r"([^-]+(?:-[^-\d][^-]*)*)-(\d[^-]*)(?:-py[\d.]+.*)?")


class Metadata:
    """The headers that hold evidence. `first` and `all` are by lower-case name."""

    def __init__(self, text: str) -> None:
        """Read the headers; the description below them is not looked at."""
        self.first: dict[str, str] = {}
        self.all: dict[str, list[str]] = {}
        for name, value in _headers(text):
            if name in _SINGLE:
                self.first.setdefault(name, value)
            else:
                self.all.setdefault(name, []).append(value)

    def said(self, name: str) -> str | None:
        """A header's value; None if it is missing or says that it is unknown."""
        value = self.first.get(name, "").strip()
        return None if value.upper() in {"", "UNKNOWN", "NONE"} else value

    def licences(self) -> tuple[str, ...]:
        """The license expression, else the license as written, else what the classifiers say.

        A whole license text counts only where no classifier names it.
        """
        expression, written = self.said("license-expression"), self.said("license")
        if expression:
            return (expression,)
        classified = tuple(
            dict.fromkeys(c.strip() for c in self.all.get("classifier", ()) if c.startswith("License ::"))
        )
        named = tuple(c for c in classified if c.partition("::")[2].strip() != "OSI Approved")
        if written and ("\n" not in written or not named):
            return (written,)
        return named

    def urls(self) -> Pairs:
        """References out, by the kinds that SBOMs know."""
        found: dict[tuple[str, str], None] = {}
        for name, kind in (("home-page", "website"), ("download-url", "distribution")):
            address = self.said(name)
            if address:
                found[kind, _bare(address)] = None
        for value in self.all.get("project-url", ())[:_MOST_URLS]:
            label, mark, address = value.partition(",")
            if mark and address.strip():
                kind = _KINDS.get(_NOT_LETTERS.sub("", label.lower()), "other")
                found[kind, _bare(address)] = None
        return tuple(found)


def _bare(address: str) -> str:
    return bare_url(address.strip()[:2048])


def _headers(text: str) -> Iterator[tuple[str, str]]:
    """Each header that is kept, with the lines that continue it."""
    name, parts = "", [""]
    for line in text.split("\n"):
        if line[:1] in {" ", "\t"}:
            if name:
                # Old tools mark continued lines with a bar.
                parts.append(line.strip().removeprefix("|").removeprefix("       "))
            continue
        if name:
            yield name, "\n".join(parts)[:_LONGEST]
        if not line.strip():
            return
        head, _, value = line.partition(":")
        head = head.strip().lower()
        name, parts = (head if head in _SINGLE or head in _MANY else ""), [value.strip()]
    if name:
        yield name, "\n".join(parts)[:_LONGEST]


def head_of(data: bytes) -> bytes:
    """The headers alone."""
    ends = [at for at in (data.find(b"\n\n"), data.find(b"\n\r\n")) if at >= 0]
    return data[: min(ends)] if ends else data


def requires_of_egg(text: str) -> Iterator[str]:
    """What an old `requires.txt` asks for, whose sections are extras and markers, as today's requirements."""
    extra, marker = "", ""
    for raw in text.splitlines():
        line = raw.strip()
        section = _SECTION.fullmatch(line)
        if section:
            extra, marker = section[1].strip(), (section[2] or "").strip()
        elif line and not line.startswith("#"):
            both = [f"({marker})"] if marker else []
            both += [f"extra == '{extra}'"] if extra else []
            yield f"{line}; {' and '.join(both)}" if both else line


def named_folder(name: str) -> tuple[str, str | None]:
    """Name and version that a `.dist-info` or `.egg-info` folder carries in its own name."""
    stem = name.rpartition(".")[0]
    match = _NAMED_FOLDER.fullmatch(stem[:512])
    return (match[1], match[2]) if match else (stem, None)
