# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What `umbel document` says of a document that a person keeps."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from umbel.cli import options, output

if TYPE_CHECKING:
    from umbel.app import Workspace


def keep(here: Workspace, name: str, as_of: str | None) -> None:
    """Write a document into the workspace, and say what was left alone and which gaps are left."""
    merged = here.keep_document(name, options.moment(as_of))
    there = here.kept_document(name)
    for note in merged.notes:
        where = f"{note.section}: " if note.section else ""
        print(output.clean(f"{where}{note.words}"), file=sys.stderr)
    if there is None:
        return
    left = len(there.blanks)
    gaps = "no gap is left" if not left else f"{output.counted(left, 'gap')} to fill in"
    changed = "" if merged.changed else " (nothing changed)"
    print(f"{there.path}: {gaps}{changed}")
