# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""All files of a project → which modules it imports, and from which packages."""

from __future__ import annotations

import posixpath
import time
from typing import TYPE_CHECKING

from umbel.collect._tree import printable
from umbel.collect.faults import Faults
from umbel.collect.imports import go, java, javascript, python, rust
from umbel.collect.imports.gather import Gathered
from umbel.collect.imports.packages import PackagesKnown
from umbel.collect.imports.parsing import MOST_BYTES, TooHardError, fit
from umbel.collect.imports.resolve import Resolver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from umbel.collect._tree import Entry, Tree
    from umbel.collect.imports.parsing import Found
    from umbel.collect.interface import Import
    from umbel.model.errors import Fault

_LANGUAGES = {
    **dict.fromkeys(python.SUFFIXES, "Python"),
    **dict.fromkeys(javascript.JAVASCRIPT, "JavaScript"),
    **dict.fromkeys(javascript.TYPESCRIPT, "TypeScript"),
    **dict.fromkeys(java.SUFFIXES, "Java"),
    **dict.fromkeys(go.SUFFIXES, "Go"),
    **dict.fromkeys(rust.SUFFIXES, "Rust"),
}
_DECLARES = (".java", ".kt", ".scala", ".groovy")
"""Languages whose files say of which Java package they are."""
_DECLARATIONS = (".pyi", ".d.ts", ".d.mts", ".d.cts")
"""Files that hold nothing but types."""
_HEAD = 1 << 16
_SLOW = 0.5
"""Seconds that no file takes that people write; a megabyte of code takes a quarter of one."""
_MOST_SLOW = 120.0
"""Seconds that may go into such files."""


def known_of(
    tree: Tree, packages: frozenset[str] = frozenset(), languages: AbstractSet[str] | None = None
) -> PackagesKnown:
    """What a project's own files tell of packages: lockfiles, manifests, the environment in its folder.

    `packages` are more that are known of it: purls without version. Nothing is read that tells of no
    package of `languages` (None: of any).
    """
    from umbel.collect.imports.installed import installed
    from umbel.collect.imports.manifests import LANGUAGES, Manifests

    languages = LANGUAGES if languages is None else languages
    manifests = Manifests(tree, languages)
    found = installed(tree.root) if tree.revision is None and "Python" in languages else {}
    return PackagesKnown(
        packages | manifests.packages,
        found,
        manifests.renamed,
        names=manifests.names,
        aliases=sorted(manifests.aliases),
    )


def imports(tree: Tree, known: PackagesKnown | None = None) -> tuple[list[Import], list[Fault]]:
    """Every module that a project's own code imports, a row for each, in order of language and module.

    Files that are too large, minified, or broken beyond reading are left out, each with a fault. Others
    with errors in their syntax give what is sure.
    """
    code = list(_code(tree))
    if not code:
        return [], []
    known = known or known_of(tree, languages={language for _, _, language in code})
    faults = Faults()
    resolver = Resolver(tree, known, _java_packages(tree))
    gathered = Gathered()
    slow = 0.0
    for entry, suffix, language in code:
        if slow > _MOST_SLOW:
            said = "and what follows was not looked at: too many files take too long to parse"
            faults.add("imports-time", said, printable(entry.path))
            break
        began = time.monotonic()
        try:
            found = _found(tree, entry.path, entry.size, suffix, known)
        except TooHardError as error:
            found = []
            faults.add("imports-unread", f"{error}: its imports are not known", printable(entry.path), "note")
        spent = time.monotonic() - began
        slow += spent if spent > _SLOW else 0
        if found:
            if entry.path.lower().endswith(_DECLARATIONS):
                found = [one._replace(types=True) for one in found]
            resolved = [(resolver.resolve(language, one, entry.path), one) for one in found]
            gathered.add(language, resolved, test=tree.is_test(entry.path))
    return gathered.rows(faults), faults.list()


def _code(tree: Tree) -> Iterator[tuple[Entry, str, str]]:
    """Files that may import something, each with its ending and language."""
    for entry in tree.files():
        suffix = posixpath.splitext(entry.path)[1].lower()
        language = _LANGUAGES.get(suffix)
        if language is not None and entry.size != 0 and not tree.is_vendored(entry.path):
            yield entry, suffix, language


def _found(tree: Tree, path: str, size: int | None, suffix: str, known: PackagesKnown) -> list[Found]:
    if size is not None and size > MOST_BYTES:
        raise TooHardError(f"has more than {MOST_BYTES >> 20} MiB")
    data = tree.read(path, MOST_BYTES + 1)
    if not data:
        return []
    data = fit(data)
    if suffix in python.SUFFIXES:
        return python.extract(data, known.is_namespace)
    if suffix in javascript.SUFFIXES:
        return javascript.extract(data, suffix)
    if suffix in java.SUFFIXES:
        return java.extract(data)
    return go.extract(data) if suffix in go.SUFFIXES else rust.extract(data)


def _java_packages(tree: Tree) -> set[str]:
    """Packages that the project's files declare, if any of its files is Java's."""
    paths = [entry.path for entry in tree.files() if entry.path.endswith(_DECLARES)]
    if not any(path.endswith(".java") for path in paths):
        return set()
    heads = (tree.read(path, _HEAD) for path in paths if not tree.is_vendored(path))
    return {declared for head in heads if head for declared in [java.package(head)] if declared}
