# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A project's files enter; which packages its code imports, from how many files, and which names it uses, leave.

Each language has a module that finds the imports of one file (`extract`). What a name means to the project
(its own, the language's, a package's) is decided in `resolve`, the same for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from umbel.collect._tree import Tree
    from umbel.collect.imports.packages import PackagesKnown
    from umbel.collect.interface import Import
    from umbel.model.errors import Fault


def state(tree: Tree) -> str:
    """What imports are read by beside the tree's own files: changes when the answer may.

    That is the environment in the project's folder, which is no file of the project. Lockfiles and
    manifests are, and nothing in `node_modules` is asked.
    """
    if tree.revision is not None or not any(
        entry.path.endswith((".py", ".pyi", ".pyw")) for entry in tree.files()
    ):
        return ""
    from umbel.collect.imports import installed

    return installed.state(tree.root)


def imports(tree: Tree, known: PackagesKnown | None = None) -> tuple[list[Import], list[Fault]]:
    """Every module that a project's own code imports; see `project.imports`."""
    # Only here, since whoever looks for collectors imports this package.
    from umbel.collect.imports import project

    return project.imports(tree, known)
