# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Pipenv's `Pipfile.lock` → evidence, with the Pipfile beside it for what is asked for directly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from umbel.collect._python import (
    MOST_HASHES,
    digests,
    identify,
    index_origin,
    is_archive,
    normal,
    package_key,
    vcs_address,
)
from umbel.collect.faults import Faults, own_packages
from umbel.collect.interface import Collector, Component, Document, Edge, Pairs, Reading, UnreadableError
from umbel.collect.lockfiles._pyproject import specified
from umbel.collect.lockfiles._sources import bare_download, beside
from umbel.collect.lockfiles._toml_fields import Fields, Table
from umbel.model.purl import unidentified

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEWEST = 6
_VCS = ("git", "hg", "svn", "bzr")
_SECTIONS = {"packages": "default", "dev-packages": "develop"}
_NO_CATEGORIES = {"source", "requires", "scripts", "pipenv", "pipenv2"}


class _Found(NamedTuple):
    """One package in one category."""

    category: str
    name: str
    item: Table
    place: str


class PipfileLockCollector(Collector):
    """Pipenv's lockfile.

    The category default is runtime, develop and all that the Pipfile adds are development; a package of
    several has the strongest. The format has no edges but those that the Pipfile gives: what it lists is
    direct, all else isn't, and who needs it is not told. Packages taken from a folder are the project's
    own and fold into it. Of a package's digests the first are kept, 12 in all.
    """

    id = "pipfile_lock"
    title = "Pipenv lockfile"
    reads = "Pipfile.lock of pipfile-spec 6, with the Pipfile beside it."
    limits = (
        "The lock doesn't say who needs whom, nor the project's name. Without the Pipfile beside it, what is "
        "asked for directly is not known. Licences are not in it. "
        f"At most {MOST_HASHES} digests of a package are kept."
    )
    names = ("pipfile.lock",)
    companions = ("Pipfile",)

    def read(self, document: Document) -> Reading:
        """Read one lockfile and the manifest beside it."""
        from umbel.collect.lockfiles._json_document import Records

        faults = Faults()
        records = Records(document, faults, "Pipenv")
        sections = records.sections()
        tree = {key: records.value(raw, Any, f"$.{key[:120]}") for key, raw in sections.items()}
        if not tree.keys() & {"_meta", "default", "develop"}:
            raise UnreadableError("not-pipenv", "is JSON, but no lockfile of Pipenv")
        return _Lock(tree, _manifest(document, faults), faults).reading()


class _Lock:
    """The packages of one lockfile, by category."""

    def __init__(self, tree: Table, asked: dict[str, Table] | None, faults: Faults) -> None:
        self._tree = tree
        self._asked = asked
        self._faults = faults
        self._fields = Fields(faults)
        self._meta = self._fields.table(tree, "_meta", "$")
        self._indexes = self._sources()
        self._components: dict[str, tuple[Component, list[str]]] = {}
        self._by_category: dict[tuple[str, str], str] = {}
        self._own: set[str] = set()

    def _sources(self) -> dict[str, dict[str, str] | None]:
        """Qualifiers for packages of each index, by its name; the first one's under the empty name."""
        found: dict[str, dict[str, str] | None] = {}
        for place, source in self._fields.tables(self._meta, "sources", "$._meta"):
            address = self._fields.text(source, "url", place)
            origin = index_origin(address) if address and "${" not in address else None
            found.setdefault("", origin)
            found[self._fields.text(source, "name", place) or ""] = origin
        return found

    def reading(self) -> Reading:
        """Components, and edges for what the Pipfile lists."""
        reading = Reading(format=self._format())
        for found in self._listed():
            self._take(found)
        reading.edges = list(dict.fromkeys(self._edges()))
        reading.components = [self._final(c, categories) for c, categories in self._components.values()]
        if self._own:
            self._faults.add("modules", own_packages("names", len(self._own)), "", "note")
        reading.faults = self._faults.list()
        return reading

    def _format(self) -> str:
        said = self._meta.get("pipfile-spec")
        if not isinstance(said, int) or isinstance(said, bool):
            self._faults.add("lockfile-version", "doesn't say its pipfile-spec", "$._meta", "note")
            return "Pipfile.lock"
        if said != _NEWEST:
            message = f"is of pipfile-spec {str(said)[:20]}, which is not {_NEWEST}"
            self._faults.add("lockfile-version", message, "$._meta.pipfile-spec")
        return f"Pipfile.lock {str(said)[:20]}"

    def _listed(self) -> Iterator[_Found]:
        for category in self._tree:
            if category == "_meta":
                continue
            packages = self._fields.table(self._tree, category, "$")
            for name in packages:
                place = f'$.{category}["{name[:120]}"]'
                item = packages[name]
                if isinstance(item, str):
                    yield _Found(category, name, {"version": item}, place)
                else:
                    yield _Found(category, name, self._fields.table(packages, name, f"$.{category}"), place)

    # -- components

    def _take(self, found: _Found) -> None:
        """One package; the same one of another category only adds that."""
        category, name, item, place = found
        path = item.get("path", item.get("file"))
        if isinstance(path, str) and "://" not in path and not is_archive(path):
            self._own.add(normal(name))
            return
        said = self._fields.text(item, "version", place)
        version = said.removeprefix("===").removeprefix("==").strip() if said else None
        version = None if version in {"", "*"} else version
        ref = f"{normal(name)}@{version}" if version else normal(name)
        known = self._components.get(ref)
        if known is not None:
            known[1].append(category)
        else:
            self._components[ref] = (self._component(ref, found, version), [category])
        self._by_category[category, normal(name)] = ref

    def _component(self, ref: str, found: _Found, version: str | None) -> Component:
        name, item, place, fields = found.name, found.item, found.place, self._fields
        origin, urls, location = self._origin(item, place)
        if version is None and not urls and location is None:
            self._faults.add("no-version", "has a package without version", place, "note")
        purl = identify(name, version, origin, self._faults, place)
        marker = fields.text(item, "markers", place)
        return Component(
            ref=ref,
            package=purl.package if purl else unidentified(name),
            version=version,
            purl=purl.purl if purl else None,
            type="library",
            name=name,
            hashes=digests(fields.texts(item, "hashes", place), self._faults, place),
            urls=urls,
            properties=(("marker", marker),) if marker else (),
            location=location,
        )

    def _origin(self, item: Table, place: str) -> tuple[dict[str, str] | None, Pairs, str | None]:
        """Qualifiers, addresses and place of where a package is taken from."""
        fields = self._fields
        for kind in _VCS:
            address = fields.text(item, kind, place) if kind in item else None
            if address is not None:
                folder = fields.text(item, "subdirectory", place)
                full = address if address.startswith(f"{kind}+") else f"{kind}+{address}"
                where = vcs_address(full, fields.text(item, "ref", place), folder)
                return {"vcs_url": where}, (("vcs", where),), None
        for key in ("file", "path"):
            address = fields.text(item, key, place) if key in item else None
            if address is not None and "://" in address:
                where = bare_download(address).partition("#")[0]
                return {"download_url": where}, (("distribution", where),), None
            if address is not None:
                return None, (), address
        index = fields.text(item, "index", place) if "index" in item else None
        return self._indexes.get(index or "", self._indexes.get("")), (), None

    def _final(self, component: Component, categories: list[str]) -> Component:
        """With scope, categories, and whether the Pipfile lists it."""
        direct = None
        if self._asked is not None:
            name = normal(component.name or "")
            direct = any(name in self._asked.get(category, {}) for category in categories)
        return msgspec.structs.replace(
            component,
            scope="runtime" if "default" in categories else "development",
            direct=direct,
            properties=(*(("category", category) for category in categories), *component.properties),
        )

    # -- edges

    def _edges(self) -> Iterator[Edge]:
        for category, asked in (self._asked or {}).items():
            for name, said in asked.items():
                if name in self._own:
                    continue
                ask = specified("", name, said)
                if ask is None:
                    self._faults.add(
                        "wrong-type", "holds no dependency there", f"Pipfile: {name[:120]}", "error"
                    )
                    continue
                ref = self._by_category.get((category, name))
                known = self._components[ref][0] if ref is not None else None
                if known is None:
                    message = f"has no package for {name[:120]!r}, which the Pipfile asks for"
                    self._faults.add("unresolved", message, "Pipfile")
                purl = known.package if known else None
                yield Edge(
                    source=None,
                    target=known.ref if known else None,
                    package=purl or package_key(name),
                    requirement=ask.text,
                    scope="runtime" if category == "default" else "development",
                    pinned=True if known and known.version else None,
                )


def _manifest(document: Document, faults: Faults) -> dict[str, Table] | None:
    """What the Pipfile lists: by category of the lock and by normal name."""
    from umbel.collect.lockfiles._quick_toml import read_toml

    data = beside(document, "Pipfile", faults)
    if data is None:
        message = "stands without its Pipfile, so what is asked for directly is not known"
        faults.add("no-manifest", message, "", "note")
        return None
    try:
        tree = read_toml(data.decode("utf-8-sig", "replace"))
    except UnreadableError as error:
        faults.add("companion", f"stands beside a Pipfile that {error}", "Pipfile")
        return None
    found: dict[str, dict[str, Any]] = {}
    fields = Fields(faults)
    for section in tree.keys() - _NO_CATEGORIES:
        table = fields.table(tree, section, "Pipfile")
        found[_SECTIONS.get(section, section)] = {normal(name): said for name, said in table.items()}
    return dict(sorted(found.items()))
