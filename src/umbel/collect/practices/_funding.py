# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a project says that it takes money: `FUNDING.yml`, `funding.json`, manifests of packages.

What is kept is a list of words: safe links, and `entity:…` where a `funding.json` says whether a person or an
organisation takes it. Names, e-mail addresses and bank accounts in these files are left alone.

Sources: GitHub's documentation of FUNDING.yml; the funding.json manifest of floss.fund, version 1.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from umbel.collect import _yaml
from umbel.collect.faults import Faults
from umbel.collect.interface import Practice, UnreadableError
from umbel.collect.practices._look import manifest, named
from umbel.collect.practices.links import safe_link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect._tree import Entry
    from umbel.collect.practices._shown import Shown

MOST = 20
"""Links that are kept of one project."""
_MOST_LISTED = 50
_MOST_TEXT = 1 << 16
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}").fullmatch
_PLATFORM = re.compile(r"[A-Za-z0-9-]{1,30}/[A-Za-z0-9@._%/-]{1,120}").fullmatch
_PLATFORMS = {
    "github": "https://github.com/sponsors/{}",
    "patreon": "https://www.patreon.com/{}",
    "open_collective": "https://opencollective.com/{}",
    "ko_fi": "https://ko-fi.com/{}",
    "community_bridge": "https://crowdfunding.lfx.linuxfoundation.org/projects/{}",
    "lfx_crowdfunding": "https://crowdfunding.lfx.linuxfoundation.org/projects/{}",
    "liberapay": "https://liberapay.com/{}",
    "issuehunt": "https://issuehunt.io/r/{}",
    "polar": "https://polar.sh/{}",
    "buy_me_a_coffee": "https://www.buymeacoffee.com/{}",
    "thanks_dev": "https://thanks.dev/{}",
    "otechie": "https://otechie.com/{}",
}
"""Words of FUNDING.yml, and where a name of that platform leads."""
_FILES = (
    (".github", "funding.y*ml"),
    ("", "funding.y*ml"),
    ("docs", "funding.y*ml"),
    ("", "funding.json"),
    (".well-known", "funding.json"),
    ("", "package.json"),
    ("", "composer.json"),
    ("", "pyproject.toml"),
)
_LABELS = frozenset({"funding", "sponsor", "sponsors", "donate", "donation", "donations", "tidelift"})
_ENTITIES = frozenset({"individual", "group", "organisation", "organization", "other"})


def links(practice: str, shown: Shown) -> Practice:
    """The links under which a project takes money, as its files state them."""
    found: dict[str, None] = {}
    first: Entry | None = None
    unread: Entry | None = None
    for folder, pattern in _FILES:
        for entry in sorted(named(shown, folder, pattern)):
            told = _told(entry, shown)
            if told is None:
                unread = unread or entry
                continue
            if told and first is None:
                first = entry
            found |= dict.fromkeys(told)
    if found:
        words = sorted(found, key=lambda word: not word.startswith("entity:"))
        return shown.met(practice, first, " ".join(words[:MOST]))
    if unread is not None:
        path = shown.met("", unread).path
        return Practice(practice=practice, outcome="unknown", path=path, detail="can't be read")
    return shown.unmet(practice)


def _told(entry: Entry, shown: Shown) -> list[str] | None:
    """What one file says; None if it can't be read."""
    name = entry.path.rpartition("/")[2].lower()
    text = shown.text(entry)
    if text is None:
        return None
    if name.endswith((".yml", ".yaml")):
        return _of_yaml(text)
    tree = manifest(shown, entry)
    if tree is None:
        return None if name == "funding.json" else []
    return list(_of_manifest(name, tree))


def _of_yaml(text: str) -> list[str] | None:
    if len(text) > _MOST_TEXT:
        return None
    try:
        tree = _yaml.load(text.encode("utf-8", "replace"), Faults(), texts=True)
    except UnreadableError:
        return None
    if tree is None:
        return []
    if not isinstance(tree, dict):
        return None
    return [link for key, value in tree.items() for each in _listed(value) if (link := _platform(key, each))]


def _platform(key: str, value: object) -> str | None:
    """Where a name, or a link, of FUNDING.yml leads."""
    word = str(key).strip().lower()
    if not isinstance(value, str):
        return None
    text = value.strip()
    if word == "custom" or text.lower().startswith(("https://", "http://")):
        return safe_link(text)
    if word == "tidelift" and _PLATFORM(text):
        return safe_link(f"https://tidelift.com/subscription/pkg/{text.replace('/', '-', 1)}")
    shape = _PLATFORMS.get(word)
    return safe_link(shape.format(text)) if shape and _NAME(text.removeprefix("@")) else None


def _of_manifest(name: str, tree: Any) -> Iterator[str]:
    if not isinstance(tree, dict):
        return
    if name == "funding.json":
        yield from _of_funding_json(tree)
    elif name == "pyproject.toml":
        project = _table(_table(tree, "project"), "urls")
        poetry = _table(_table(_table(tree, "tool"), "poetry"), "urls")
        yield from _labelled(project)
        yield from _labelled(poetry)
    else:
        for each in _listed(tree.get("funding")):
            yield from _safe([each.get("url") if isinstance(each, dict) else each])


def _of_funding_json(tree: dict[str, Any]) -> Iterator[str]:
    kind = str(_table(tree, "entity").get("type", "")).lower()
    if kind in _ENTITIES:
        yield f"entity:{'organisation' if kind == 'organization' else kind}"
    for channel in _listed(_table(tree, "funding").get("channels")):
        if isinstance(channel, dict):
            yield from _safe([channel.get("address")])


def _labelled(urls: dict[str, Any]) -> Iterator[str]:
    for label, link in urls.items():
        if str(label).strip().lower() in _LABELS:
            yield from _safe([link])


def _safe(values: list[Any]) -> Iterator[str]:
    for value in values:
        link = safe_link(value) if isinstance(value, str) else None
        if link:
            yield link


def _table(tree: dict[str, Any], key: str) -> dict[str, Any]:
    found = tree.get(key)
    return found if isinstance(found, dict) else {}


def _listed(value: Any) -> list[Any]:
    return value[:_MOST_LISTED] if isinstance(value, list) else [value]
