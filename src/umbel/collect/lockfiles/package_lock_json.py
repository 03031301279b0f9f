# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""npm's `package-lock.json` and `npm-shrinkwrap.json` → evidence.

Versions 2 and 3 list folders (`packages`); version 1 nests packages (`dependencies`), which is
the same tree written otherwise: both are read into one `Tree`. Version 2 has both; `packages` counts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import msgspec

from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Document, Reading, UnreadableError
from umbel.collect.lockfiles._npm_tree import (
    NODE_MODULES,
    Entry,
    Tree,
    alias_of,
    named_by,
    normal_path,
)
from umbel.collect.lockfiles._sources import beside
from umbel.model.purl import PurlError, make

if TYPE_CHECKING:
    from umbel.model.errors import Fault

_T = TypeVar("_T", bound=msgspec.Struct)
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_entry = msgspec.json.Decoder(Entry)
_BYTE = re.compile(r"\(byte (\d+)\)")
_CONFLICT = re.compile(rb"^(<{7}|>{7}) ", re.MULTILINE)
_NEWEST = 3
_DEEPEST = 64
"""Each level is scanned again for those below it, and no real tree had a third of it."""
_ABSENT = msgspec.Raw()
_TARBALL = (".tgz", ".tar.gz", ".tar")


class _Nested(msgspec.Struct, gc=False):
    """One package as version 1 writes it; those in its own folder are not decoded yet."""

    version: str | None = None
    resolved: str | bool | None = None
    integrity: str | None = None
    dev: bool | None = None
    optional: bool | None = None
    devOptional: bool | None = None  # noqa: N815 - as the document writes it
    bundled: bool | None = None
    extraneous: bool | None = None
    requires: dict[str, str] | bool | None = None
    dependencies: msgspec.Raw = _ABSENT


_nested = msgspec.json.Decoder(_Nested)


class PackageLockJsonCollector(Collector):
    """npm's lockfile.

    A package's scope is what npm marked: `dev` → development; `optional`, and what both development
    and an optional package need, → optional; else runtime, which peers are too. Workspaces and linked
    folders fold into the project. An optional peer that is not installed is no edge; any other
    dependency that is not installed is an edge without target.
    """

    id = "package_lock_json"
    title = "npm lockfile"
    reads = "package-lock.json of lockfile versions 1, 2 and 3."
    limits = (
        "Version 1 doesn't say which packages the project itself asks for (package.json beside it does), "
        "nor licences, peers, or the version of a package taken from git or a tarball."
    )
    names = ("package-lock.json",)
    companions: ClassVar[tuple[str, ...]] = ("package.json",)

    def read(self, document: Document) -> Reading:
        """Read one lockfile."""
        data = document.data
        found: list[Fault] = []
        if not data.startswith(b"{"):
            data, found = document.utf8()
        try:
            return _Lock(document, found).read(data)
        except UnicodeDecodeError:
            data, found = document.utf8()
            return _Lock(document, found).read(data)


class _Lock:
    """One attempt at one document."""

    def __init__(self, document: Document, found: list[Fault]) -> None:
        self._document = document
        self._faults = Faults()
        for fault in found:
            self._faults.add(fault.code, fault.message, fault.place, fault.level)

    def read(self, data: bytes) -> Reading:
        sections = _sections(data)
        version = self._version(sections)
        packages = self._children(sections["packages"], "$.packages") if "packages" in sections else {}
        if packages:
            tree = Tree(self._faults, typed=True)
            root = self._packages(packages, tree)
        else:
            tree = Tree(self._faults, typed=False, flags=version is not None)
            root = self._manifest()
            if root is not None:
                tree.add("", root, "package.json")
            if "dependencies" in sections:
                self._nested(sections["dependencies"], tree)
        reading = Reading(format=f"npm lockfile {version or (3 if packages else 1)}")
        reading.components, reading.edges = tree.components(), tree.edges()
        self._subject(reading, sections, root)
        if tree.own():
            message = f"names {tree.own():,} workspaces or linked folders, which count as the project"
            self._faults.add("modules", message, "", "note")
        reading.faults = self._faults.list()
        return reading

    # -- the document itself

    def _version(self, sections: dict[str, msgspec.Raw]) -> int | None:
        if "lockfileVersion" not in sections:
            self._faults.add("lockfile-version", "doesn't say its lockfileVersion", "$", "note")
            return None
        said = self._field(sections["lockfileVersion"], int, "$.lockfileVersion")
        if isinstance(said, int) and not 1 <= said <= _NEWEST:
            message = f"has {str(said)[:40]} as lockfileVersion, which is none of 1 to {_NEWEST}"
            self._faults.add("lockfile-version", message, "$.lockfileVersion")
            return _NEWEST if said > _NEWEST else None
        return said if isinstance(said, int) else None

    def _subject(self, reading: Reading, sections: dict[str, msgspec.Raw], root: Entry | None) -> None:
        """The project's name and version: of its own entry, else of the document."""
        keys = sections.keys() & {"name", "version"}
        said = {key: self._field(sections[key], str | None, f"$.{key}") for key in sorted(keys)}
        name = (root.name if root else None) or said.get("name") or None
        version = (root.version if root else None) or said.get("version") or None
        reading.subject, reading.subject_version = name, version
        if name:
            scope, _, bare = name.rpartition("/")
            try:
                reading.subject_purl = make("npm", scope or None, bare, version).purl
            except PurlError:
                message = f"calls the project {name[:120]!r}, which no purl can name"
                self._faults.add("purl", message, "$.name", "note")

    # -- versions 2 and 3

    def _packages(self, packages: dict[str, msgspec.Raw], tree: Tree) -> Entry | None:
        """Give each folder to the tree; gives back the project's own."""
        root = None
        for path, raw in packages.items():
            entry = self._open(raw, _entry, f'$.packages["{path[:200]}"]')
            if entry is not None:
                tree.add(path, entry, f'$.packages["{path[:200]}"]')
                if not path:
                    root = entry
        if root is None:
            message = "has no entry for the project itself, so what it asks for directly is not known"
            self._faults.add("no-root", message, "$.packages", "note")
        return root

    # -- version 1

    def _manifest(self) -> Entry | None:
        """The package.json beside the document: what the project itself asks for."""
        data = beside(self._document, "package.json", self._faults)
        if data is None:
            message = "stands without its package.json, so what is asked for directly is not known"
            self._faults.add("no-manifest", message, "", "note")
            return None
        sound = data.decode("utf-8-sig", "replace").encode()
        return self._open(sound, _entry, "package.json")

    def _nested(self, packages: msgspec.Raw, tree: Tree) -> None:
        """Give each package of version 1 to the tree, by the folder that it is installed in."""
        stack: list[tuple[str, msgspec.Raw, str, int]] = [("", packages, "$.dependencies", 1)]
        while stack:
            folder, raw, place, depth = stack.pop()
            for name, item in self._children(raw, place).items():
                where = f'{place[:400]}["{name[:120]}"]'
                nested = self._open(item, _nested, where)
                if nested is None:
                    continue
                path = self._one(f"{folder}{NODE_MODULES}{name}", nested, tree, where)
                if nested.dependencies is _ABSENT:
                    continue
                if depth == _DEEPEST:
                    message = f"nests packages in more than {_DEEPEST} others; those are not read"
                    self._faults.add("too-deep", message, where, "error")
                    continue
                below = f"{path}/" if path else ""
                stack.append((below, nested.dependencies, f"{where}.dependencies", depth + 1))

    def _one(self, path: str, nested: _Nested, tree: Tree, place: str) -> str:
        """Give one package to the tree; gives back the folder that its own packages lie in."""
        said = nested.version or ""
        entry = Entry(
            version=said or None,
            resolved=nested.resolved,
            integrity=nested.integrity,
            dev=nested.dev,
            optional=nested.optional,
            devOptional=nested.devOptional,
            inBundle=nested.bundled,
            extraneous=nested.extraneous,
            dependencies=nested.requires if isinstance(nested.requires, dict) else None,
        )
        alias = alias_of(said)
        if alias:
            entry.name, entry.version = alias
        elif said.startswith("file:") and not said.endswith(_TARBALL):
            target = normal_path(said)
            tree.add(path, Entry(link=True, resolved=target), place)
            if target:
                tree.add(target, Entry(dependencies=entry.dependencies), place)
            return target
        elif ":" in said or "/" in said:
            named = named_by(said) or (None, None)
            entry.name, entry.version = named
            entry.resolved = said
        tree.add(path, entry, place)
        return path

    # -- decoding, whatever the document holds

    def _children(self, raw: msgspec.Raw | bytes, place: str) -> dict[str, msgspec.Raw]:
        """The members of an object, not decoded; none if it is something else."""
        try:
            return _object.decode(raw)
        except msgspec.ValidationError:
            self._faults.add("wrong-type", "holds something else where an object is due", place, "error")
        except (msgspec.DecodeError, RecursionError) as error:
            self._faults.add("malformed-json", f"is no sound JSON there: {error}", place, "error")
        return {}

    def _open(self, raw: msgspec.Raw | bytes, decoder: msgspec.json.Decoder[_T], place: str) -> _T | None:
        """One record; where it isn't sound, what is sound in it."""
        try:
            return decoder.decode(raw)
        except (msgspec.DecodeError, RecursionError):
            values = self._children(raw, place)
        if not values:
            return None
        found = {}
        for field in msgspec.structs.fields(decoder.type):
            if field.encode_name in values:
                value = self._field(values[field.encode_name], field.type, f"{place}.{field.name}")
                found[field.name] = value
        record: _T = decoder.type(**found)
        return record

    def _field(self, raw: msgspec.Raw, kind: Any, place: str) -> Any:
        """One value of a record; None if it can't be understood."""
        try:
            return msgspec.json.decode(raw, type=kind)
        except msgspec.ValidationError:
            value = _any(raw)
        except (msgspec.DecodeError, RecursionError) as error:
            self._faults.add("malformed-json", f"is no sound JSON there: {error}", place, "error")
            return None
        if place.endswith(".license"):
            texts = _licence_texts(value)
            if texts:
                return texts
        found = {}
        if isinstance(value, dict) and not isinstance(kind, type):
            for key, item in value.items():
                try:
                    found[key] = msgspec.convert({key: item}, kind)[key]
                except msgspec.ValidationError:
                    where = f'{place}["{key[:120]}"]'
                    self._wrong(item, where)
            return found
        self._wrong(value, place)
        return None

    def _wrong(self, value: object, place: str) -> None:
        self._faults.add("wrong-type", f"holds {_shape(value)} where it can't stand", place, "error")


def _sections(data: bytes) -> dict[str, msgspec.Raw]:
    """The document's own fields, not decoded. Raises `UnreadableError`."""
    try:
        sections = _object.decode(data)
    except msgspec.ValidationError:
        raise UnreadableError("not-npm", "is JSON, but no object") from None
    except msgspec.DecodeError as error:
        conflict = _CONFLICT.search(data)
        if conflict:
            place = f"line {data.count(10, 0, conflict.start()) + 1}"
            raise UnreadableError("merge-conflict", "holds an unresolved merge conflict", place) from None
        at = _BYTE.search(str(error))
        place = f"line {data.count(10, 0, int(at[1])) + 1}" if at else ""
        raise UnreadableError("malformed-json", f"is no sound JSON: {error}", place) from None
    except RecursionError:
        raise UnreadableError("too-deep", "is nested too deeply to be a lockfile") from None
    if not sections.keys() & {"lockfileVersion", "packages", "dependencies", "requires"}:
        raise UnreadableError("not-npm", "is JSON, but no lockfile of npm")
    return sections


def _any(raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None


def _licence_texts(value: object) -> list[str]:
    """Licences as packages of old wrote them: objects with a type, or lists."""
    items = value if isinstance(value, list) else [value]
    named = [item.get("type") or item.get("name") if isinstance(item, dict) else item for item in items]
    return [item for item in named if isinstance(item, str) and item]


def _shape(value: object) -> str:
    """What kind of JSON value it is, in words."""
    kinds = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")
