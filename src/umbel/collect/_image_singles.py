# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Files of an image that tell of themselves what they are: Java archives, gems, programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from umbel.collect import _image_files as files
from umbel.collect._gem import MOST_BYTES, gem
from umbel.collect._inside import read_plain
from umbel.collect._jar import Artifact, Jars
from umbel.collect._native import Program, program
from umbel.collect.interface import Component, Edge, Pairs
from umbel.model.purl import PurlError, make, unidentified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.faults import Faults


class Singles:
    """Reads such files, one after the other; references and locations are their paths in the image."""

    def __init__(self, root: str, faults: Faults) -> None:
        """Begin with none; `root` is resolved."""
        self.faults = faults
        self._root = root
        self._jars = Jars(faults)
        self._edges: list[Edge] = []
        self._gems: dict[tuple[str, str], list[Component]] = {}
        self._needs: list[tuple[str, str, str, str | None]] = []

    def edges(self) -> list[Edge]:
        """Who needs whom among all that was read."""
        return self._edges + [
            Edge(source=path, target=gems[0].ref, package=gems[0].package, requirement=ranges, pinned=True)
            for path, folder, name, ranges in self._needs
            if (gems := self._gems.get((folder, name)))
        ]

    def read(self, path: str) -> list[Component]:
        """What one file tells."""
        full = f"{self._root}/{path}"
        if files.is_archive(path):
            return list(self._of_jar(path, self._jars.read(full, path)))
        if files.is_gem(path):
            return list(self._of_gem(path, full))
        try:
            told = program(full)
        except (OSError, ValueError) as error:
            self._unreadable(path, error)
            return []
        return list(self._of_program(path, told)) if told else []

    def _of_jar(self, path: str, artifacts: list[Artifact]) -> Iterator[Component]:
        for number, artifact in enumerate(artifacts):
            inner = f"{path}!{artifact.inner}" if artifact.inner else path
            coordinates = f"{artifact.group or ''}:{artifact.name}:{artifact.version or ''}"
            license_ = artifact.licence
            yield self._component(
                f"{inner}#{number}:{coordinates}",
                ("maven", artifact.group, artifact.name, artifact.version),
                inner,
                declared=(license_,) if license_ else (),
            )

    def _of_gem(self, path: str, full: str) -> Iterator[Component]:
        try:
            data = read_plain(full, MOST_BYTES)
        except (OSError, ValueError) as error:
            self._unreadable(path, error)
            return
        found = gem(data, path.rpartition("/")[2].removesuffix(".gemspec"))
        if found is None:
            self.faults.add("no-version", "holds a gem without name or version", path[:200], "error")
            return
        qualifiers = {"platform": found.platform} if found.platform else None
        component = self._component(
            path,
            ("gem", None, found.name, found.version),
            path,
            declared=found.licences,
            qualifiers=qualifiers,
        )
        urls: Pairs = (("website", found.homepage),) if found.homepage else ()
        yield replace(component, urls=urls, description=found.summary or None)
        folder = path.rpartition("/specifications/")[0]
        self._gems.setdefault((folder, found.name), []).append(component)
        self._needs += [(path, folder, name, ranges) for name, ranges in found.needs.items()]

    def _of_program(self, path: str, told: Program) -> Iterator[Component]:
        """The modules and crates of a program, and its toolchain's standard library."""
        if told.go is not None:
            if told.go.go.startswith("go"):
                yield self._component(f"{path}#stdlib", ("golang", None, "stdlib", told.go.go[2:]), path)
            if told.go.main is not None:
                main = told.go.main
                component = self._component(f"{path}#main", ("golang", None, main.path, main.version), path)
                yield replace(component, type="application")
            for module in dict.fromkeys(told.go.modules):
                yield self._component(
                    f"{path}#{module.path}@{module.version}",
                    ("golang", None, module.path, module.version),
                    path,
                    hashes=(("go-h1", module.sum),) if module.sum else (),
                )
        for number, crate in enumerate(told.crates):
            component = self._component(f"{path}#{number}", ("cargo", None, crate.name, crate.version), path)
            scope = "build" if crate.kind == "build" else "runtime"
            yield replace(component, type="application" if crate.root else "library", scope=scope)
            for needed in dict.fromkeys(crate.dependencies):
                if 0 <= needed < len(told.crates):
                    self._edges.append(
                        Edge(source=f"{path}#{number}", target=f"{path}#{needed}", pinned=True)
                    )

    def _component(
        self,
        ref: str,
        named: tuple[str, str | None, str, str | None],
        location: str,
        *,
        declared: tuple[str, ...] = (),
        hashes: Pairs = (),
        qualifiers: dict[str, str] | None = None,
    ) -> Component:
        kind, group, name, version = named
        purl = None
        if kind != "maven" or group:
            try:
                purl = make(kind, group, name, version, qualifiers)
            except PurlError as error:
                message = f"holds a package that no purl can name: {error}"
                self.faults.add("purl", message[:300], location[:200])
        return Component(
            ref=ref,
            package=purl.package if purl else unidentified(name, group),
            version=version,
            purl=purl.purl if purl else None,
            type="library",
            name=purl.name if purl and kind != "maven" else name,
            namespace=purl.namespace if purl else group,
            declared=declared,
            hashes=hashes,
            location=location,
        )

    def _unreadable(self, place: str, error: Exception) -> None:
        reason = getattr(error, "strerror", None) or str(error)
        self.faults.add("unreadable", f"holds what can't be read: {reason}"[:300], place[:200], "error")
