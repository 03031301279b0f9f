# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The POMs that lie about one `pom.xml` → what it says together with what it inherits.

Only files of the project are read: parents by their relative path or among the project's modules,
imported BOMs among its modules. No repository is, neither a local nor a remote one. The rules of
inheritance, profiles, management and interpolation are those of Maven's model builder.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from umbel.collect.faults import Faults
from umbel.collect.interface import UnreadableError
from umbel.collect.lockfiles._pom_file import Dependency, Parent, Plugin, Pom, parse
from umbel.collect.lockfiles._sources import beside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from umbel.collect.interface import Document

_MOST_PARENTS = 50
_MOST_POMS = 5000
_MOST_KEPT = 10_000
_DEEPEST, _DEEPEST_IMPORT = 50, 10
_LONGEST = 4096
_VARIABLE = re.compile(r"\$\{([^${}]{1,200})\}")
_PREFIX = re.compile(r"(?:project|pom)\.")
_OWN = {"groupId", "artifactId", "version"}


class Coordinates(NamedTuple):
    """Group, name and version of a POM."""

    group: str
    artifact: str
    version: str | None


class _Kept(NamedTuple):
    """A POM that was read, the state of its file, and its digest."""

    state: tuple[int, int, int]
    pom: Pom | None
    digest: bytes
    trouble: str


class Store:
    """POMs that this process has read, so that a tree of n modules isn't read n times."""

    def __init__(self) -> None:
        """Nothing read yet."""
        self._kept: dict[tuple[str, str], _Kept] = {}

    def pom(self, document: Document, name: str, faults: Faults) -> tuple[Pom | None, bytes]:
        """The POM at a path from the document's folder on, and its digest; None if there is none."""
        if len(name) > _LONGEST or "\0" in name:
            return None, b""
        path = os.path.normpath(document.path.parent / name)
        try:
            found = os.stat(path)  # noqa: PTH116 - asked for every module of every module
        except (OSError, ValueError):
            return None, b""
        key, state = (str(document.root), path), (found.st_ino, found.st_mtime_ns, found.st_size)
        kept = self._kept.get(key)
        if kept is None or kept.state != state:
            data = beside(document, name, faults)
            pom, trouble = _parsed(data, name)
            kept = _Kept(state, pom, hashlib.sha256(data or b"").digest(), trouble)
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = kept
        if kept.trouble:
            faults.add("companion", f"belongs to a {name[:160]} that {kept.trouble}", name[:200])
        return kept.pom, kept.digest


def _parsed(data: bytes | None, name: str) -> tuple[Pom | None, str]:
    """A POM, or why there is none."""
    if data is None:
        return None, ""
    try:
        return parse(data, name)[0], ""
    except UnreadableError as error:
        return None, str(error)


class Project:
    """The POMs about one document, and the digest of all that take part in its reading."""

    def __init__(self, document: Document, pom: Pom, store: Store) -> None:
        """Look at the modules of every POM above the document, and at its parents."""
        self.faults = Faults()
        self._document = document
        self._store = store
        self._digest = hashlib.sha256()
        self.own: dict[tuple[str, str], dict[str | None, str]] = {}
        name = document.name
        self._poms: dict[str, Pom] = {name: pom}
        self._find_modules(name)
        self.model = self.effective(name, pom, 0)

    def digest(self) -> bytes:
        """Changes whenever a POM that takes part does."""
        names = sorted(
            (*key, version or "", path) for key, found in self.own.items() for version, path in found.items()
        )
        self._digest.update(msgspec.json.encode(names))
        return self._digest.digest()

    # -- what there is

    def _find_modules(self, name: str) -> None:
        """Every POM of the project that is a module of one above the document."""
        todo = [name, *self._above()]
        seen = set(todo)
        while todo:
            path = todo.pop()
            pom = self._at(path)
            if pom is None:
                continue
            self._remember(path, pom)
            for part in pom.parts:
                for module in part.modules:
                    below = _at_path(posixpath.dirname(path), module)
                    if below not in seen and len(seen) < _MOST_POMS:
                        seen.add(below)
                        todo.append(below)
        if len(seen) >= _MOST_POMS:
            message = f"belongs to more than {_MOST_POMS:,} modules; the others are not looked at"
            self.faults.add("too-many", message, "", "note")

    def _above(self) -> Iterator[str]:
        """Paths of the POMs that may lie in the folders above, up to the project's own."""
        try:
            depth = len(self._document.path.parent.relative_to(self._document.root).parts)
        except ValueError:
            depth = 0
        for level in range(1, min(depth, _MOST_PARENTS) + 1):
            yield "../" * level + "pom.xml"

    def _at(self, path: str) -> Pom | None:
        if path in self._poms:
            return self._poms[path]
        pom = self._store.pom(self._document, path, self.faults)[0]
        if pom is not None:
            self._poms[path] = pom
        return pom

    def _remember(self, path: str, pom: Pom) -> None:
        """A POM is known by its name; a group or version with variables matches any."""
        group, artifact, version = pom.group, pom.artifact, pom.version
        if group and "${" in group:
            group = self._filled(path, pom, group)
        if group and artifact:
            known = None if version is None or "${" in version else version
            self.own.setdefault((group, artifact), {}).setdefault(known, path)

    def _filled(self, path: str, pom: Pom, text: str) -> str:
        return Names([above for _, above in self._lineage(path, pom)[0]]).fill(text)

    def is_own(self, group: str, artifact: str, version: str | None) -> bool:
        """Whether this is one of the project's own modules."""
        return self._own_at(group, artifact, version) is not None

    def _own_at(self, group: str | None, artifact: str | None, version: str | None) -> str | None:
        found = self.own.get((group or "", artifact or ""))
        if found is None:
            return None
        if version is None or "${" in version:
            return next(iter(found.values()))
        return found.get(version) or found.get(None)

    # -- what is inherited

    def _lineage(self, path: str, pom: Pom) -> tuple[list[tuple[str, Pom]], Parent | None]:
        """A POM and its parents, the nearest first; and the parent that isn't here, if any."""
        found = [(path, pom)]
        seen = {path}
        while (parent := pom.parent) is not None and len(found) < _MOST_PARENTS:
            above = self._parent(path, parent)
            if above is None or above[0] in seen:
                return found, parent
            path, pom = above
            seen.add(path)
            found.append(above)
        return found, None

    def _parent(self, path: str, parent: Parent) -> tuple[str, Pom] | None:
        """Where a parent lies: at its relative path if that is really it, else among the modules."""
        relative = "../pom.xml" if parent.relative is None else parent.relative
        if relative:
            at = _at_path(posixpath.dirname(path), relative)
            pom = self._at(at)
            if pom is not None and _is(pom, parent):
                return at, pom
        elsewhere = self._own_at(parent.group, parent.artifact, parent.version)
        pom = self._at(elsewhere) if elsewhere else None
        return (elsewhere, pom) if elsewhere and pom else None

    def effective(self, path: str, pom: Pom, depth: int) -> Model:
        """What a POM says together with all that is above it."""
        lineage, missing = self._lineage(path, pom)
        for at, _ in lineage[0 if depth else 1 :]:
            self._digest.update(
                at.encode("utf-8", "replace") + self._store.pom(self._document, at, self.faults)[1]
            )
        model = Model(path, [above for _, above in lineage], missing)
        managed = dict(model.managed)
        for item in model.imports:
            self._import(model, item, managed, depth)
        model.managed = managed
        return model

    def _import(self, model: Model, item: Dependency, managed: dict[Key, Dependency], depth: int) -> None:
        at = self._own_at(item.group, item.artifact, item.version)
        pom = self._at(at) if at else None
        if at is None or pom is None or depth >= _DEEPEST_IMPORT:
            model.absent.append(item)
            return
        bom = self.effective(at, pom, depth + 1)
        model.absent += bom.absent
        for key, entry in bom.managed.items():
            managed.setdefault(key, entry)


Key = tuple[str, str, str, str | None]


class Names:
    """What the variables in a POM stand for: properties first, then the POM's own fields."""

    def __init__(self, lineage: list[Pom]) -> None:
        """Gather properties; the nearest counts, and in a POM a profile's before its own."""
        self._known: dict[str, str | None] = {}
        for pom in reversed(lineage):
            for part in pom.parts:
                self._known.update(part.properties)
        own, above = lineage[0], lineage[0].parent
        self._fields = {**own.said, "groupId": own.group, "version": own.version}
        self._fields.setdefault("packaging", "jar")
        if above is not None:
            said = {"groupId": above.group, "artifactId": above.artifact, "version": above.version}
            self._fields |= {f"parent.{name}": value for name, value in said.items()}
        self._done: dict[str, str | None] = {}
        self._depth = 0

    def fill(self, text: str) -> str:
        """A text with its variables filled in; those that aren't known stay as they are."""
        if "${" not in text:
            return text
        filled = _VARIABLE.sub(lambda found: self._value(found[1]) or found[0], text)
        return filled if len(filled) <= _LONGEST else text

    def maybe(self, text: str | None) -> str | None:
        """As `fill`, for what may be missing."""
        return None if text is None else self.fill(text)

    def _value(self, name: str) -> str | None:
        if name in self._done:
            return self._done[name]
        self._done[name] = None  # a variable within itself has no value
        found = self._known.get(name)
        if found is None:
            bare = _PREFIX.sub("", name, count=1)
            found = self._fields.get(bare) if bare != name or bare in _OWN else None
        self._depth += 1
        found = self.fill(found) if found is not None and self._depth <= _DEEPEST else None
        self._depth -= 1
        self._done[name] = found
        return found


class Model:
    """One POM with what it inherits, its variables filled in.

    `imports` are the BOMs that it imports, `absent` those that aren't among the project's modules, and
    `missing` the parent that isn't.
    """

    def __init__(self, path: str, lineage: list[Pom], missing: Parent | None) -> None:
        """Merge a lineage, the nearest first."""
        self.path = path
        self.names = names = Names(lineage)
        self.missing = missing
        self.absent: list[Dependency] = []
        own = lineage[0]
        self.at = Coordinates(
            names.fill(own.group or ""), names.fill(own.artifact or ""), names.maybe(_version(lineage))
        )
        self.licenses = next((pom.licenses for pom in lineage if pom.licenses), ())
        parts = [part for pom in reversed(lineage) for part in pom.parts]
        self.dependencies = self._merged(item for part in parts for item in part.dependencies)
        self.managed = self._merged(item for part in parts for item in part.managed)
        self.imports = [
            item
            for pom in lineage
            for part in pom.parts
            for item in map(self._filled, part.managed)
            if item.scope == "import" and item.type == "pom"
        ]
        for item in self.imports:
            self.managed.pop(_key(item), None)
        inherited = [(pom is own, part) for pom in reversed(lineage) for part in pom.parts]
        self.plugins = self._plugins(
            plugin for near, part in inherited for plugin in part.plugins if near or plugin.inherited
        )
        managed = self._plugins(
            plugin for near, part in inherited for plugin in part.managed_plugins if near or plugin.inherited
        )
        for key, plugin in self.plugins.items():
            if key in managed:
                self.plugins[key] = _joined(managed[key], plugin)
        self.extensions = self._plugins(plugin for part in parts for plugin in part.extensions)

    def _filled(self, item: Dependency) -> Dependency:
        fill, maybe = self.names.fill, self.names.maybe
        return item._replace(
            group=fill(item.group),
            artifact=fill(item.artifact),
            version=maybe(item.version),
            type=fill(item.type),
            classifier=maybe(item.classifier),
            scope=maybe(item.scope),
            optional=maybe(item.optional),
        )

    def _merged(self, items: Iterable[Dependency]) -> dict[Key, Dependency]:
        """The last one of each key."""
        return {_key(filled): filled for filled in map(self._filled, items)}

    def _plugins(self, items: Iterable[Plugin]) -> dict[tuple[str, str], Plugin]:
        """Plugins by name, the nearest last; what they need is joined."""
        found: dict[tuple[str, str], Plugin] = {}
        needs: dict[tuple[str, str], dict[Key, Dependency]] = {}
        fill = self.names.fill
        for item in items:
            key = (fill(item.group), fill(item.artifact))
            before = found.get(key)
            version = self.names.maybe(item.version) or (before.version if before else None)
            found[key] = item._replace(group=key[0], artifact=key[1], version=version)
            needs.setdefault(key, {}).update(self._merged(item.dependencies))
        return {
            key: plugin._replace(dependencies=tuple(needs[key].values())) for key, plugin in found.items()
        }

    def used(self) -> Iterator[Dependency]:
        """The dependencies, each with what is managed for it where it says nothing itself."""
        for key, item in self.dependencies.items():
            managed = self.managed.get(key)
            if managed is None:
                yield item
                continue
            yield item._replace(
                version=item.version or managed.version,
                scope=item.scope or managed.scope,
                exclusions=item.exclusions or managed.exclusions,
            )


def _joined(far: Plugin, near: Plugin) -> Plugin:
    """A plugin as the nearer one says it, with what the farther one adds."""
    own = {_key(item) for item in near.dependencies}
    more = tuple(item for item in far.dependencies if _key(item) not in own)
    return near._replace(version=near.version or far.version, dependencies=near.dependencies + more)


def _key(item: Dependency) -> Key:
    return item.group, item.artifact, item.type, item.classifier


def _version(lineage: list[Pom]) -> str | None:
    """The nearest version that isn't the range in which a parent's may lie."""
    return next((pom.version for pom in lineage if pom.version and pom.version[0] not in "[("), None)


def _is(pom: Pom, parent: Parent) -> bool:
    """Whether a POM is the parent that another names; what has variables or is a range may be."""
    pairs = ((pom.group, parent.group), (pom.artifact, parent.artifact), (pom.version, parent.version))
    return all(a is None or b is None or a == b or "${" in a or "${" in b or b[0] in "[(" for a, b in pairs)


def _at_path(folder: str, path: str) -> str:
    """The POM at a path, which may name its folder."""
    joined = posixpath.normpath(posixpath.join(folder, path.replace("\\", "/")))
    return joined if joined.endswith(".xml") else posixpath.join(joined, "pom.xml")
