# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An unpacked container image, or any root file system → evidence, as one document."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import ref

from umbel.collect.interface import Collector, Document, Reading

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.collect._image_parts import Parts

_PACKAGES = (
    "var/lib/dpkg", "lib/apk/db", "usr/lib/apk/db", "var/lib/rpm", "usr/lib/sysimage/rpm",
)  # fmt: skip
_RELEASES = ("etc/os-release", "usr/lib/os-release")
_BARE = frozenset({"bin", "etc", "lib", "usr", "var"})


class ImageTreeCollector(Collector):
    """Everything installed in a root file system: packages of the system and applications.

    Packages of the system are read from their databases; Python and Node.js packages, gems, Java
    archives (with those in them), modules in Go programs and crates in Rust programs built with
    cargo-auditable, from where they lie; lockfiles where nothing is installed beside them, without
    what only development needs. A component's location is its path in the image. What a package of
    the system brought has the property `os:package` with that package's name. Whether something was
    asked for directly is known only where its own part tells.
    """

    id = "image_tree"
    title = "Root file system"
    reads = "Unpacked container images and other root file systems: folders with etc/os-release and package databases."
    limits = (
        "Programs that don't tell what they were built from are not recognised by their bytes. PHP, R and "
        ".NET applications are seen by their lockfiles only. SBOMs in the image are not read."
    )

    def __init__(self) -> None:
        """Nothing read yet."""
        self._last: tuple[ref[Document], Parts] | None = None

    def claims_folder(self, folder: Path, names: frozenset[str]) -> bool:
        """Whether a folder is the root of a system."""
        if not ("usr" in names or "etc" in names) or not ("var" in names or "usr" in names or "lib" in names):
            return False
        if names >= _BARE and ".git" not in names:
            return True
        return any(_is_inside(folder, place) for place in _RELEASES) and any(
            _is_inside(folder, place) for place in _PACKAGES
        )

    def fingerprint(self, document: Document) -> str:
        """Over what every part tells, as each part's own collector does it."""
        return self._parts(document).digest()

    def read(self, document: Document) -> Reading:
        """Read one root file system."""
        parts = self._parts(document)
        if not parts.components:
            parts.faults.once("no-components", "holds nothing that tells what it is", "", "note")
        return Reading(
            format="root file system",
            components=parts.components,
            edges=parts.edges,
            faults=parts.faults.list(),
        )

    def _parts(self, document: Document) -> Parts:
        """Read once for both the hash and the evidence."""
        from umbel.collect._image_parts import Parts

        if self._last is None or self._last[0]() is not document:
            self._last = (ref(document), Parts(document.path))
        return self._last[1]


def _is_inside(folder: Path, place: str) -> bool:
    path = folder / place
    return path.is_symlink() or path.exists()
