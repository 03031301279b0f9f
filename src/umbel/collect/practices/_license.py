# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which licence lies beside the code: whole texts are recognised, nothing is guessed.

Texts are matched by `licenseclassifier`, a port of Google's licensecheck; what it doesn't know as a
whole stays unknown. Where it isn't installed, only what a file says of itself counts: an
`SPDX-License-Identifier`, or a title that names one licence.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.collect.practices._look import manifest, named
from umbel.model import licenses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect._tree import Entry
    from umbel.collect.interface import Practice
    from umbel.collect.practices._shown import Shown

_NAME = re.compile(
    r"(?:un)?licen[sc]es?(?:[._-].*)?|copying(?:[._-].*)?|[a-z0-9.+_-]{2,20}[._-]licen[sc]e(?:\.(?:md|txt|rst))?"
    r"|mit-licen[sc]e.*|copyright(?:\.(?:md|txt|rst))?"
)
_CODE = (
    ".py",
    ".js",
    ".ts",
    ".go",
    ".rs",
    ".java",
    ".sh",
    ".json",
    ".yml",
    ".yaml",
    ".csv",
    ".toml",
    ".rb",
    ".c",
    ".h",
    ".html",
)
_MOST = 12
_LONGEST = 200_000
_SAYS = re.compile(r"SPDX-License-Identifier[:][ \t]*([^\r\n*<]{1,200})")
_DATE = re.compile(
    r",?\s+(?:\d{1,2}\s+)?(?:january|february|march|april|may|june|july|august|september|october|november|december)\b.*",
    re.IGNORECASE,
)
_MANIFESTS = (
    ("package.json", ("license",)),
    ("pyproject.toml", ("project", "license")),
    ("cargo.toml", ("package", "license")),
    ("composer.json", ("license",)),
)


def present(practice: str, shown: Shown) -> Practice:
    """Whether a licence's text lies beside the code."""
    empty = None
    for entry in _files(shown):
        if shown.is_empty(entry):
            empty = empty or entry
        else:
            ids, _ = _known(entry, shown)
            return shown.met(practice, entry, ", ".join(ids) or "its text is not recognised")
    if empty is not None:
        return shown.unmet(practice, empty, "empty")
    for entry, name in _named_only(shown):
        return shown.unmet(practice, entry, f"names {name}, but no text of a licence lies beside the code")
    return shown.unmet(practice)


def known(practice: str, shown: Shown) -> Practice:
    """Whether the licences that lie beside the code are ones that SPDX lists."""
    found: dict[str, Entry] = {}
    how, unrecognised = "", None
    for entry in [entry for entry in _files(shown) if not shown.is_empty(entry)][:_MOST]:
        ids, said = _known(entry, shown)
        how = how or said
        if not ids:
            unrecognised = unrecognised or entry
        for one in ids:
            found.setdefault(one, entry)
    if found:
        first = next(iter(found.values()))
        return shown.met(practice, first, ", ".join(found) + how)
    if unrecognised is not None:
        answer = shown.unmet(practice, unrecognised)
        return _unknown(answer, "its text is not recognised")
    return shown.unmet(practice, detail="no text of a licence")


def _unknown(answer: Practice, detail: str) -> Practice:
    import msgspec

    return msgspec.structs.replace(answer, outcome="unknown", detail=detail)


def _files(shown: Shown) -> list[Entry]:
    """Files beside the code that are named as licences, the plainest name first; then those of REUSE."""
    found = [
        (len(name), name, entry)
        for name, entry in shown.folder("")
        if _NAME.fullmatch(name) and not name.endswith(_CODE)
    ]
    below = [entry for _, entry in sorted(shown.folder("licenses")) if entry.path.lower().endswith(".txt")]
    return [entry for *_, entry in sorted(found)] + below


def _known(entry: Entry, shown: Shown) -> tuple[list[str], str]:
    """SPDX ids of the licences in a file, the order as in it, and how they are known if not by their text."""
    text = (shown.text(entry) or "")[:_LONGEST]
    if entry.path.lower().startswith("licenses/"):
        stem = entry.path.rpartition("/")[2].rpartition(".")[0]  # REUSE: named by its id
        return ([stem] if _is_id(stem) else []), ""
    said = _SAYS.search(text[:2000])
    if said and (expression := licenses.read(said[1].strip()).expression):
        return [expression], ""
    try:
        from licenseclassifier import identify_license  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        title = by_title(text)
        return ([title] if title else []), " (by its title)" if title else ""
    return list(dict.fromkeys(match.id for match in identify_license(text))), ""


def _is_id(text: str) -> bool:
    reading = licenses.read(text)
    return reading.kind in {"id", "expression"} and reading.expression == text


def by_title(text: str) -> str | None:
    """The licence that the first lines of a text name. The GNU family's titles don't say "or later"."""
    lines = [" ".join(line.split()).strip(" #=*-") for line in text[:2000].splitlines()]
    lines = [_DATE.sub("", line) for line in lines if line][:3]
    for title in (" ".join(lines[:2]), lines[0] if lines else ""):
        expression = licenses.read(title).expression if title else None
        if expression:
            return re.sub(r"-(?:only|or-later)$", "", expression)
    return None


def _named_only(shown: Shown) -> Iterator[tuple[Entry, str]]:
    """Manifests that name a licence, and the name."""
    for name, keys in _MANIFESTS:
        for entry in named(shown, "", name):
            value = manifest(shown, entry)
            for key in keys:
                value = value.get(key) if isinstance(value, dict) else None
            if isinstance(value, str) and value.strip():
                yield entry, " ".join(value.split())[:80]
