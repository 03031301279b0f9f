# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Yarn's names for packages: descriptors and locators, and the field `resolutions` that overrules them."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

_DEEPEST = 5
"""Patches of patches."""
_PARTS = re.compile(r"(?:@[^/@]+/)?[^/@]+(?:@(?:[^/]|/(?=[^/]*[:#]))*)?")


def split(text: str) -> tuple[str, str]:
    """Name and range of a descriptor, or name and reference of a locator.

    >>> split("@acme/shop@npm:^1.0.0")
    ('@acme/shop', 'npm:^1.0.0')
    """
    at = text.find("@", 1)
    return (text, "") if at < 0 else (text[:at], text[at + 1 :])


def unbound(text: str) -> tuple[str, str | None]:
    """A descriptor or locator without what binds it to the package that asks, and that package.

    >>> unbound("shop@file:./shop::locator=root%40workspace%3A.")
    ('shop@file:./shop', 'root@workspace:.')
    """
    head, mark, parameters = text.partition("::")
    if not mark:
        return text, None
    for pair in parameters.split("&"):
        key, _, value = pair.partition("=")
        if key == "locator":
            return head, unquote(value)
    return head, None


def parameter(text: str, name: str) -> str | None:
    """One of the parameters behind a reference's `::`."""
    for pair in text.partition("::")[2].split("&"):
        key, _, value = pair.partition("=")
        if key == name:
            return unquote(value)
    return None


def patched(locator: str) -> tuple[str, str | None]:
    """The locator of what a patch is laid over, and the file of the patch.

    Patches that Yarn brings along itself, for its own way of installing, have no file.

    >>> patched("a@patch:a@npm%3A1.0.0#./a.patch::version=1.0.0&hash=1f")
    ('a@npm:1.0.0', './a.patch')
    """
    files = []
    for _ in range(_DEEPEST):
        _, reference = split(locator)
        if not reference.startswith("patch:"):
            break
        inner, _, rest = reference.removeprefix("patch:").partition("#")
        locator = unquote(inner)
        files += [f for f in rest.partition("::")[0].split("&") if f and "builtin<" not in f]
    return locator, " ".join(files) or None


class Catalogs:
    """The catalogs of a `.yarnrc.yml`: ranges that manifests refer to as `catalog:` or `catalog:name`."""

    def __init__(self, settings: object) -> None:
        """Take the file's values."""
        fields = settings if isinstance(settings, dict) else {}
        named = fields.get("catalogs")
        self._ranges = {"": fields.get("catalog"), **(named if isinstance(named, dict) else {})}

    def of(self, name: str, wanted: str) -> str:
        """The range that a reference means; any other range as it is."""
        if not wanted.startswith("catalog:"):
            return wanted
        catalog = self._ranges.get(wanted.removeprefix("catalog:"))
        found = catalog.get(name) if isinstance(catalog, dict) else None
        return found if isinstance(found, str) else wanted


class _Rule(NamedTuple):
    parent: str | None
    parent_range: str | None
    range: str | None
    replacement: str


class Resolutions:
    """The root manifest's field of that name: what some dependencies are locked to instead."""

    def __init__(self, said: dict[str, str]) -> None:
        """Take them apart. Those that name more than a parent are held to the last parent."""
        self._rules: dict[str, list[_Rule]] = {}
        for pattern, replacement in said.items():
            steps = [split(step) for step in _PARTS.findall(pattern.removeprefix("/"))]
            steps = [step for step in steps if step[0] != "**"]
            if not steps:
                continue
            name, wanted = steps[-1]
            parent, parent_range = steps[-2] if len(steps) > 1 else (None, None)
            rule = _Rule(parent, parent_range or None, wanted or None, replacement)
            self._rules.setdefault(name, []).append(rule)

    def __contains__(self, name: str) -> bool:
        """Whether there may be one for dependencies of that name."""
        return name in self._rules

    def of(self, parent: str, version: str | None, name: str, wanted: str) -> str | None:
        """What a parent's dependency is replaced by; None if it isn't."""
        for rule in self._rules.get(name, ()):
            if rule.parent is not None and rule.parent != parent:
                continue
            if rule.parent_range is not None and rule.parent_range.removeprefix("npm:") != version:
                continue
            if rule.range is not None and rule.range.removeprefix("npm:") != wanted.removeprefix("npm:"):
                continue
            return rule.replacement
        return None
