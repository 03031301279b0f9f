# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""npm's `npm-shrinkwrap.json` → evidence: a lockfile that is published with the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from umbel.collect.lockfiles.package_lock_json import PackageLockJsonCollector
from umbel.model.errors import Fault

if TYPE_CHECKING:
    from umbel.collect.interface import Document, Reading

_OTHER = "package-lock.json"


class NpmShrinkwrapJsonCollector(PackageLockJsonCollector):
    """npm's lockfile for what is published: its form, and what is read in it, are package-lock.json's.

    npm itself reads only this file where both stand beside each other, and so does a walk.
    """

    id = "npm_shrinkwrap_json"
    title = "npm shrinkwrap"
    reads = "npm-shrinkwrap.json of lockfile versions 1, 2 and 3, and those of npm before 5."
    limits = f"{PackageLockJsonCollector.limits} Those of npm before 5 don't say which packages only development needs."
    names = ("npm-shrinkwrap.json",)
    companions: ClassVar[tuple[str, ...]] = (*PackageLockJsonCollector.companions, _OTHER)
    prevails = (_OTHER,)
    version = 2

    def read(self, document: Document) -> Reading:
        """Read one lockfile, and say if another was passed over for it."""
        reading = super().read(document)
        if document.companion(_OTHER) is not None:
            said = f"{_OTHER} beside it was passed over: npm itself reads only this file"
            reading.faults.append(Fault("passed-over", said, "", "note"))
        return reading
