# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Maven's `pom.xml` → evidence, as far as the project itself can tell."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple
from weakref import ref

from umbel.collect.faults import Faults
from umbel.collect.interface import About, Collector, Component, Document, Edge, Reading
from umbel.model.purl import Purl, PurlError, make, unidentified

if TYPE_CHECKING:
    from umbel.collect.lockfiles._pom_file import Dependency, Plugin, Pom
    from umbel.collect.lockfiles._pom_project import Project, Store
    from umbel.model.errors import Fault

_SCOPES = {
    "compile": "runtime",
    "runtime": "runtime",
    "provided": "build",
    "system": "build",
    "test": "test",
    "compile-only": "build",
    "test-only": "test",
    "test-runtime": "test",
}  # the last three: Maven 4
_STRENGTH = ("runtime", "build", "test")
_RANGE = re.compile(r"\s*[\[(].*[\])]\s*", re.DOTALL)
_EXACT = re.compile(r"\s*\[\s*([^\[\](),]+?)\s*\]\s*")
_MOVING = frozenset({"LATEST", "RELEASE"})
_PACKED_AS_JAR = frozenset({"jar", "bundle", "maven-plugin", "ejb", "eclipse-plugin"})
_LONGEST = 1024


class _Version(NamedTuple):
    """A version as a component has it, as it is asked for, and whether that fixes one."""

    version: str | None
    requirement: str | None
    pinned: bool | None


class PomXmlCollector(Collector):
    """Maven's project files.

    Dependencies are those that the POM and its parents in the project state, with versions and scopes
    from the dependency management and the imported BOMs in the project. Compile and runtime are
    runtime; provided and system are build, since they are needed to compile and come from elsewhere at
    run time; optional ones keep their scope, since the project itself needs them. Plugins, build
    extensions, and parents and BOMs from outside of the project are build. Other modules of the project
    count as the project. Of profiles, those count that are active by default.
    """

    id = "pom_xml"
    title = "Maven project"
    reads = "pom.xml of Maven 3 and 4, with the parents, modules and BOMs that lie in the same project."
    limits = (
        "A POM is no lock: what dependencies need in turn is not known, nor are versions that a parent or "
        "BOM from outside of the project gives. Plugins that Maven adds by itself and reports are not listed."
    )
    names = ("pom.xml",)

    def __init__(self) -> None:
        """Nothing read yet."""
        self._store: Store | None = None
        self._last: tuple[ref[Document], tuple[Pom, list[Fault], Project]] | None = None

    def fingerprint(self, document: Document) -> str:
        """Over the POM, its parents, the BOMs that it imports, and the names of the project's modules."""
        digest = hashlib.sha256(document.data)
        digest.update(self._project(document)[2].digest())
        return digest.hexdigest()

    def read(self, document: Document) -> Reading:
        """Read one POM, with those of the project that it belongs to."""
        pom, found, project = self._project(document)
        return _Evidence(pom, project, found).reading()

    def _project(self, document: Document) -> tuple[Pom, list[Fault], Project]:
        """Read once for both the hash and the evidence."""
        from umbel.collect.lockfiles._pom_file import parse
        from umbel.collect.lockfiles._pom_project import Project, Store

        if self._last is None or self._last[0]() is not document:
            if self._store is None:
                self._store = Store()
            pom, found = parse(document.data)
            self._last = (ref(document), (pom, found, Project(document, pom, self._store)))
        return self._last[1]


class _Evidence:
    """The components and edges of one POM."""

    def __init__(self, pom: Pom, project: Project, found: list[Fault]) -> None:
        self._pom = pom
        self._project = project
        self._model = project.model
        self._faults = Faults()
        self._own: set[tuple[str, str]] = set()
        self._components: dict[str, Component] = {}
        self._edges: dict[Edge, None] = {}
        for fault in found:
            self._faults.add(fault.code, fault.message, fault.place, fault.level)
        for code, message, place in pom.faults:
            self._faults.add(code, message, place, "error")

    def reading(self) -> Reading:
        for item in self._model.used():
            self._dependency(item, None)
        for plugin in self._model.plugins.values():
            self._plugin(plugin)
        for plugin in self._model.extensions.values():
            self._plugin(plugin)
        self._from_outside()
        root = self._root()
        for fault in self._project.faults.list():
            self._faults.add(fault.code, fault.message, fault.place, fault.level)
        if self._own:
            message = f"needs {len(self._own):,} of the project's own modules, which count as the project"
            self._faults.add("modules", message, "", "note")
        message = "is no lock: what its dependencies need in turn is not in it"
        self._faults.add("manifest", message, "", "note")
        return Reading(
            format=f"Maven POM {self._pom.said.get('modelVersion', '')}".rstrip(),
            subject=root.ref.rpartition(":")[0] if root else None,
            subject_version=root.version if root else None,
            subject_purl=root.purl if root else None,
            components=list(self._components.values()),
            edges=list(self._edges),
            faults=self._faults.list(),
            complete=False,
            about=About(root=root) if root else None,
        )

    def _root(self) -> Component | None:
        """The project itself, with its licences and what it says of itself."""
        group, artifact, version = self._model.at
        names, said = self._model.names, self._pom.said
        if not artifact:
            self._faults.add("nameless", "names no artifactId", "", "warning")
            return None
        packaging = names.fill(said.get("packaging", "jar"))
        known = None if version is None or "${" in version else version
        purl = self._purl(_bare(group, artifact, packaging, ""), known)
        url = names.maybe(said.get("url"))
        return Component(
            ref=f"{group}:{artifact}:{known or ''}",
            package=purl.package if purl else unidentified(artifact, group),
            version=known,
            purl=purl.purl if purl else None,
            type="library",
            name=artifact,
            namespace=group or None,
            declared=self._model.licenses,
            description=names.maybe(said.get("description") or said.get("name")),
            urls=(("website", url),) if url else (),
            properties=(("maven:packaging", packaging),),
        )

    # -- what is needed

    def _dependency(self, item: Dependency, plugin: str | None) -> None:
        """A dependency of the project, or of one of its plugins."""
        if not self._is_sound(item.group, item.artifact, item.place):
            return
        if self._project.is_own(item.group, item.artifact, item.version):
            self._own.add((item.group, item.artifact))
            return
        said = item.scope or "compile"
        scope = "build" if plugin else _SCOPES.get(said)
        if scope is None:
            message = f"gives {item.group[:80]}:{item.artifact[:80]} the scope {said[:40]!r}, which is none"
            self._faults.add("scope", message, item.place)
        version = self._version(item.version, f"{item.group}:{item.artifact}", item.place)
        properties = [("maven:exclusion", text) for text in sorted(set(item.exclusions))]
        if said in {"provided", "system"}:
            properties.insert(0, ("maven:scope", said))
        component = self._component(item, version, scope, tuple(properties))
        optional = item.optional == "true" if item.optional else None
        self._edge(plugin, component, version, scope, optional=optional)

    def _plugin(self, plugin: Plugin) -> None:
        if not self._is_sound(plugin.group, plugin.artifact, plugin.place):
            return
        if self._project.is_own(plugin.group, plugin.artifact, plugin.version):
            self._own.add((plugin.group, plugin.artifact))
            source = None
        else:
            version = self._version(plugin.version, f"{plugin.group}:{plugin.artifact}", plugin.place)
            bare = _bare(plugin.group, plugin.artifact, "jar", plugin.place)
            component = self._component(bare, version, "build")
            self._edge(None, component, version, "build")
            source = component.ref
        for item in plugin.dependencies:
            if source is not None:
                self._dependency(item, source)

    def _from_outside(self) -> None:
        """The parent and the BOMs that are not in the project."""
        outside = [(item.group, item.artifact, item.version, item.place) for item in self._model.absent]
        parent = self._model.missing
        if parent is not None and parent.group and parent.artifact:
            names = self._model.names
            at = names.fill(parent.group), names.fill(parent.artifact), names.maybe(parent.version)
            outside.insert(0, (*at, parent.place))
        for group, artifact, said, place in dict.fromkeys(outside):
            if self._is_sound(group, artifact, place):
                version = self._version(said, f"{group}:{artifact}", place)
                component = self._component(_bare(group, artifact, "pom", place), version, "build")
                self._edge(None, component, version, "build")

    def _is_sound(self, group: str, artifact: str, place: str) -> bool:
        if "${" not in group and "${" not in artifact:
            return True
        message = f"names {group[:80]}:{artifact[:80]}, in which a variable has no value here"
        self._faults.add("variable", message, place, "error")
        return False

    def _version(self, text: str | None, name: str, place: str) -> _Version:
        if text is None:
            message = f"gives no version of {name[:160]}: it is managed outside of the project"
            self._faults.add("unversioned", message, place, "note")
            return _Version(None, None, None)
        if "${" in text or len(text) > _LONGEST:
            message = f"gives {text[:80]!r} as version of {name[:160]}, which has no value here"
            self._faults.add("variable", message, place, "note")
            return _Version(None, text[:_LONGEST], None)
        exact = _EXACT.fullmatch(text)
        if exact:
            return _Version(exact[1], text, pinned=True)
        if _RANGE.fullmatch(text) or text in _MOVING:
            return _Version(None, text, pinned=False)
        return _Version(text, text, pinned=not text.endswith("-SNAPSHOT"))

    def _component(
        self,
        item: Dependency,
        version: _Version,
        scope: str | None,
        properties: tuple[tuple[str, str], ...] = (),
    ) -> Component:
        extra = f":{item.classifier}" if item.classifier else ""
        asked = version.version or version.requirement or ""
        key = f"{item.group}:{item.artifact}:{item.type}{extra}:{asked}"
        before = self._components.get(key)
        if before is not None and _rank(before.scope) <= _rank(scope):
            return before
        purl = self._purl(item, version.version)
        found = Component(
            ref=key,
            package=purl.package if purl else unidentified(item.artifact, item.group),
            version=version.version,
            purl=purl.purl if purl else None,
            type="library",
            name=item.artifact,
            namespace=item.group,
            properties=properties or (before.properties if before else ()),
            scope=scope,
        )
        self._components[key] = found
        return found

    def _purl(self, item: Dependency, version: str | None) -> Purl | None:
        kind = "" if item.type in _PACKED_AS_JAR else item.type
        qualifiers = {"type": kind, "classifier": item.classifier or ""}
        try:
            return make("maven", item.group or None, item.artifact, version, qualifiers)
        except PurlError as error:
            message = f"names {item.group[:80]}:{item.artifact[:80]}, which no purl can: {error}"
            self._faults.add("purl", message, item.place)
            return None

    def _edge(
        self,
        source: str | None,
        target: Component,
        version: _Version,
        scope: str | None,
        *,
        optional: bool | None = None,
    ) -> None:
        edge = Edge(
            source=source,
            target=target.ref,
            package=target.package,
            requirement=version.requirement,
            scope=scope,
            optional=optional,
            pinned=version.pinned,
        )
        self._edges[edge] = None


def _bare(group: str, artifact: str, kind: str, place: str) -> Dependency:
    """A dependency of which nothing else is said."""
    from umbel.collect.lockfiles._pom_file import Dependency

    return Dependency(group, artifact, None, kind, None, None, None, (), place)


def _rank(scope: str | None) -> int:
    return _STRENGTH.index(scope) if scope in _STRENGTH else len(_STRENGTH)
