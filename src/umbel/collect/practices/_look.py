# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Rules that names, keys and texts of files answer."""

from __future__ import annotations

import json
import re
import tomllib
from fnmatch import translate
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect._tree import Entry
    from umbel.collect.interface import Practice
    from umbel.collect.practices import Rule
    from umbel.collect.practices._shown import Shown

_DOCUMENT = re.compile(
    r"(?:[._-][a-z]{2}(?:[_-][a-z]{2,4})?)?"
    r"(?:\.(?:md|markdown|mkdn?|mdx|rst|rest|txt|text|adoc|asciidoc|asc|org|html?|textile|rdoc|pod|creole|wiki))?"
)
_WILD = re.compile(r"[*?\[]")
_COMMENT = re.compile(r"^[ \t]*(?:#|//).*$", re.MULTILINE)
_MOST_TEXTS = 200
_MOST_OF_TEXTS = 2 << 20


def look(rule: Rule, shown: Shown) -> Practice:
    """What the files show of a practice that names, keys and texts answer."""
    empty = None
    for entry, shows in _candidates(rule, shown):
        if not shown.is_empty(entry):
            return shown.met(rule.id, entry, shows)
        empty = empty or entry
    for entry, shows in (*_by_keys(rule, shown), *_by_texts(rule, shown)):
        return shown.met(rule.id, entry, shows)
    if rule.pipelines:
        return _in_pipelines(rule, shown)
    return shown.unmet(rule.id, empty, "empty" if empty else None)


def _in_pipelines(rule: Rule, shown: Shown) -> Practice:
    """Whether a pipeline's text shows it; without a pipeline it doesn't apply."""
    from umbel.collect.interface import Practice
    from umbel.collect.practices import rules

    (ci,) = (each for each in rules() if each.id == "ci")
    entries = list(dict.fromkeys(entry for entry, _ in _candidates(ci, shown) if not shown.is_empty(entry)))
    texts = [(entry, _COMMENT.sub("", said)) for entry, said in _texts(entries, shown)]
    for text in rule.pipelines:
        holds = re.compile(text.holds)
        for entry, said in texts:
            if holds.search(said):
                return shown.met(rule.id, entry, text.shows)
    found = shown.unmet(rule.id)
    if entries or found.outcome != "unmet":
        return found
    return Practice(practice=rule.id, outcome="not-applicable", detail="no pipeline is described")


def named(shown: Shown, folder: str, pattern: str) -> Iterator[Entry]:
    """Files of a folder whose names fit a pattern, both in lower case."""
    entries = shown.folder(folder)
    if not entries:
        return
    fits = _pattern(pattern) if _WILD.search(pattern) else pattern.__eq__
    for name, entry in entries:
        if fits(name):
            yield entry


def _candidates(rule: Rule, shown: Shown) -> Iterator[tuple[Entry, str]]:
    """Files that may show it, the likeliest first."""
    for place in rule.places:
        for stem in rule.stems:
            for name, entry in shown.folder(place):
                if name.startswith(stem) and _DOCUMENT.fullmatch(name, len(stem)):
                    yield entry, ""
        for pattern in rule.names:
            for entry in named(shown, place, pattern):
                yield entry, ""
    for path, shows in rule.paths.items():
        folder, _, pattern = path.rpartition("/")
        for entry in named(shown, folder, pattern):
            yield entry, shows


def _by_keys(rule: Rule, shown: Shown) -> Iterator[tuple[Entry, str]]:
    for key, shows in rule.keys.items():
        name, _, path = key.partition(": ")
        for entry in named(shown, "", name):
            if _value(manifest(shown, entry), path.split(".")):
                yield entry, shows


def _by_texts(rule: Rule, shown: Shown) -> Iterator[tuple[Entry, str]]:
    for path, texts in rule.texts.items():
        folder, _, pattern = path.rpartition("/")
        entries = _texts(sorted(named(shown, folder, pattern)), shown)
        for text in texts if entries else ():
            holds = re.compile(text.holds)
            for entry, said in entries:
                if holds.search(said):
                    yield entry, text.shows


def _texts(entries: list[Entry], shown: Shown) -> list[tuple[Entry, str]]:
    """The texts of files, as many as are looked through."""
    found, left = [], _MOST_OF_TEXTS
    for entry in entries[:_MOST_TEXTS]:
        said = (shown.text(entry) or "")[:left]
        left -= len(said)
        found.append((entry, said))
    return found


def manifest(shown: Shown, entry: Entry) -> Any:
    """The value of a JSON or TOML file; None if it is none."""
    text = shown.text(entry) or ""
    try:
        if entry.path.lower().endswith(".toml"):
            return tomllib.loads(text)
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _value(tree: Any, keys: list[str]) -> Any:
    """What stands at a path of keys, whose case doesn't count."""
    for key in keys:
        if not isinstance(tree, dict):
            return None
        tree = next((value for name, value in tree.items() if str(name).lower() == key), None)
    return tree


@cache
def _pattern(pattern: str) -> Any:
    return re.compile(translate(pattern)).match
