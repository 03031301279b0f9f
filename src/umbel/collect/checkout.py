# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A project's own files, read as one document: practices, languages, imports.

No walk claims it: each project that a walk finds is read so (`evidence.ingest`).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from umbel.collect.interface import Collector, Document, Reading, UnreadableError
from umbel.model.errors import Fault

if TYPE_CHECKING:
    from umbel.collect._tree import Tree
    from umbel.collect.interface import Import

_UNSEEN = frozenset({"no-tree", "no-commit"})
"""Why a repository's files can't be seen, though it is one."""


class CheckoutCollector(Collector):
    """A project's files.

    Which files are the project's own is said in `_tree`. Where they can't be seen (a clone of commits
    only), every practice is unknown, with the reason.
    """

    id = "checkout"
    title = "Project's files"
    reads = (
        "A folder, or the tree of a repository's head: which practices its files show, lines of code by "
        "language, and which packages its code imports."
    )
    limits = (
        "Folders of installed packages, of others' code and of builds are left out, as is what git ignores. Practices "
        "are seen in files only: what is set at a forge is not known."
    )
    describes_project = True
    version = 4

    def fingerprint(self, document: Document) -> str:
        """SHA-256 over the paths, sizes and times of its files, or over the id of the head's tree.

        With it goes what is installed in the folder's environment, since modules are known by that.
        """
        from umbel.collect import _languages
        from umbel.collect._tree import open_tree
        from umbel.collect.imports import state

        seen = "" if _languages.counter() else "no counter\n"  # once there is one, languages can be told
        try:
            with open_tree(document.path) as tree:
                seen += tree.fingerprint() + state(tree)
        except UnreadableError as error:
            if error.fault.code not in _UNSEEN:
                raise
            seen += error.fault.code
        return hashlib.sha256(seen.encode("utf-8", "surrogateescape")).hexdigest()

    def read(self, document: Document) -> Reading:
        """Read a project's files. Raises `UnreadableError` if it is no folder."""
        from umbel.collect import practices
        from umbel.collect._tree import open_tree

        try:
            with open_tree(document.path) as tree:
                return _read(tree)
        except UnreadableError as error:
            if error.fault.code not in _UNSEEN:
                raise
            fault = Fault(error.fault.code, error.fault.message, level="note")
            return Reading(format="files", practices=practices.unknown(error.fault.message), faults=[fault])


def _read(tree: Tree) -> Reading:
    from umbel.collect import _languages, practices

    with _languages.counting(tree) as counted:
        shown = practices.examine(tree)
        imported, more = _imports(tree)
        languages, faults = counted()
    faults += more
    if tree.truncated:
        said = "has more files than are looked at; only the first were"
        faults.append(Fault("too-many-files", said, level="warning"))
    return Reading(format="files", practices=shown, languages=languages, imports=imported, faults=faults)


def _imports(tree: Tree) -> tuple[list[Import], list[Fault]]:
    """What the code imports. Should that fail, the rest is kept."""
    from umbel.collect.imports import imports

    try:
        return imports(tree)
    except (RecursionError, MemoryError, Exception) as error:  # noqa: BLE001 - one broken thing loses only itself
        said = f"imports could not be read: {type(error).__name__}: {str(error)[:200]}"
        return [], [Fault("imports-failed", said.encode("utf-8", "replace").decode())]
