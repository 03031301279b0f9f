# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a Python project asks for: the `pyproject.toml` beside a lockfile of Poetry or PDM.

Three ways to write it are read: the standard's (`[project]`, PEP 621), the dependency groups (PEP 735)
and the older ones of Poetry and PDM. Where the standard's and Poetry's both list dependencies, the
standard's count, as they do for Poetry itself.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect._python import fragment, normal, split_revision, vcs_address
from umbel.collect._python_requirement import parse, rest
from umbel.collect.interface import UnreadableError
from umbel.collect.lockfiles._sources import bare_download, beside
from umbel.collect.lockfiles._toml_fields import Fields, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.faults import Faults
    from umbel.collect.interface import Document

_FILE = "pyproject.toml"
_MOST_GROUPS = 1000
_MOST_ASKS = 100_000
"""Groups that include each other may repeat what they ask for without end."""
_VCS = ("git", "hg", "svn", "bzr")


class Ask(NamedTuple):
    """One dependency that the project states.

    `part` is "" for the project itself, else `+extra` or `-group`. `constraint` is what versions may
    be (None: any), `text` the requirement as edges state it.
    """

    part: str
    name: str
    extras: tuple[str, ...] = ()
    constraint: str | None = None
    text: str | None = None


class Manifest(NamedTuple):
    """The project's name, version and what it asks for; extras and groups by their normal names."""

    name: str | None
    version: str | None
    asks: list[Ask]
    parts: frozenset[str]


def manifest(document: Document, faults: Faults) -> Manifest | None:
    """What stands in the pyproject.toml beside a document; None if there is none that can be read."""
    from umbel.collect.lockfiles._quick_toml import read_toml

    data = beside(document, _FILE, faults)
    if data is None:
        message = f"stands without its {_FILE}, so what is asked for directly is not known"
        faults.add("no-manifest", message, "", "note")
        return None
    try:
        tree = read_toml(data.decode("utf-8-sig", "replace"))
    except UnreadableError as error:
        faults.add("companion", f"stands beside a {_FILE} that {error}", _FILE)
        return None
    return _Pyproject(tree, faults).manifest()


class _Pyproject:
    def __init__(self, tree: Table, faults: Faults) -> None:
        self._faults = faults
        self._fields = Fields(faults)
        fields = self._fields
        tool = fields.table(tree, "tool", _FILE)
        self._project = fields.table(tree, "project", _FILE)
        self._groups = fields.table(tree, "dependency-groups", _FILE)
        self._poetry = fields.table(tool, "poetry", f"{_FILE}: tool")
        self._pdm = fields.table(tool, "pdm", f"{_FILE}: tool")
        self._parts: dict[str, None] = {}

    def manifest(self) -> Manifest:
        """The project, with what its own extras stand for written out."""
        fields, project, poetry = self._fields, self._project, self._poetry
        where = f"{_FILE}: tool.poetry"
        name = fields.text(project, "name", f"{_FILE}: project") or fields.text(poetry, "name", where)
        # PDM once took a table there that says where the version is found.
        told = project.get("version", poetry.get("version"))
        version = told if isinstance(told, str) and told else None
        every = chain(self._standard(), self._grouped(), self._of_pdm(), self._of_poetry())
        asks = list(islice(_unfolded(list(islice(every, _MOST_ASKS)), name), _MOST_ASKS))
        return Manifest(name, version, list(dict.fromkeys(asks)), frozenset(self._parts))

    # -- the standard's

    def _standard(self) -> Iterator[Ask]:
        fields, place = self._fields, f"{_FILE}: project"
        yield from self._listed("", fields.texts(self._project, "dependencies", place), place)
        extras = fields.table(self._project, "optional-dependencies", place)
        where = f"{place}.optional-dependencies"
        for extra in extras:
            yield from self._listed(f"+{normal(extra)}", fields.texts(extras, extra, where), where)

    def _grouped(self) -> Iterator[Ask]:
        """Dependency groups, with those that they include."""
        known = {normal(group): group for group in self._groups}
        for group in list(known)[:_MOST_GROUPS]:
            seen, todo = {group}, [group]
            while todo:
                items = self._groups[known[todo.pop()]]
                texts = []
                for item in items if isinstance(items, list) else ():
                    inner = item.get("include-group") if isinstance(item, dict) else None
                    if isinstance(item, str):
                        texts.append(item)
                    elif isinstance(inner, str) and normal(inner) in known.keys() - seen:
                        seen.add(normal(inner))
                        todo.append(normal(inner))
                yield from self._listed(f"-{group}", texts, f"{_FILE}: dependency-groups")

    def _of_pdm(self) -> Iterator[Ask]:
        place = f"{_FILE}: tool.pdm"
        groups = self._fields.table(self._pdm, "dev-dependencies", place)
        for group in groups:
            texts = self._fields.texts(groups, group, f"{place}.dev-dependencies")
            yield from self._listed(f"-{normal(group)}", texts, f"{place}.dev-dependencies")

    def _listed(self, part: str, texts: list[str], place: str) -> Iterator[Ask]:
        self._parts[part] = None
        for text in texts:
            ask = _asked(part, text)
            if ask is None:
                self._faults.add(
                    "requirement", f"stands beside {text[:120]!r}, which is no requirement", place
                )
            else:
                yield ask

    # -- Poetry's

    def _of_poetry(self) -> Iterator[Ask]:
        fields, poetry, place = self._fields, self._poetry, f"{_FILE}: tool.poetry"
        dynamic = self._fields.texts(self._project, "dynamic", f"{_FILE}: project")
        told = self._project.keys() & {"dependencies", "optional-dependencies"}
        if not told or "dependencies" in dynamic:
            yield from self._main(fields.table(poetry, "dependencies", place), f"{place}.dependencies")
        old = fields.table(poetry, "dev-dependencies", place)
        if old:
            yield from self._tables("-dev", old, f"{place}.dev-dependencies")
        groups = fields.table(poetry, "group", place)
        for group in list(groups)[:_MOST_GROUPS]:
            yield from self._group(group, groups, f"{place}.group")

    def _main(self, table: Table, place: str) -> Iterator[Ask]:
        """Dependencies of the project itself; an optional one belongs to the extras that name it."""
        where = f"{_FILE}: tool.poetry.extras"
        listed = self._fields.table(self._poetry, "extras", f"{_FILE}: tool.poetry")
        named: dict[str, list[str]] = {}
        for extra in listed:
            self._parts[f"+{normal(extra)}"] = None
            for name in self._fields.texts(listed, extra, where):
                named.setdefault(normal(name), []).append(f"+{normal(extra)}")
        for ask, optional in self._specified("", table, place):
            if not optional:
                yield ask
            for part in named.get(normal(ask.name), ["+"]) if optional else ():
                yield ask._replace(part=part)

    def _group(self, group: str, groups: Table, place: str) -> Iterator[Ask]:
        """A group of Poetry and those that it includes, as far as the standard's doesn't have them."""
        standard = {normal(name) for name in self._groups}
        seen, todo = {group}, [group]
        while todo:
            name = todo.pop()
            table = self._fields.table(groups, name, place)
            if normal(name) not in standard:
                inner = self._fields.table(table, "dependencies", f"{place}.{name}")
                yield from self._tables(f"-{normal(group)}", inner, f"{place}.{name}.dependencies")
            for other in self._fields.texts(table, "include-groups", f"{place}.{name}"):
                if other in groups and other not in seen:
                    seen.add(other)
                    todo.append(other)

    def _tables(self, part: str, table: Table, place: str) -> Iterator[Ask]:
        self._parts[part] = None
        for ask, _ in self._specified(part, table, place):
            yield ask

    def _specified(self, part: str, table: Table, place: str) -> Iterator[tuple[Ask, bool]]:
        self._parts[part] = None
        for name, said in table.items():
            if name.lower() == "python":
                continue
            for item in said if isinstance(said, list) else [said]:
                ask = specified(part, name, item)
                if ask is None:
                    self._faults.add(
                        "wrong-type", "holds no dependency there", f"{place}.{name}"[:200], "error"
                    )
                else:
                    yield ask, isinstance(item, dict) and item.get("optional") is True


def specified(part: str, name: str, said: object) -> Ask | None:
    """One dependency as Poetry writes it: a constraint, or a table; None if it is neither."""
    if isinstance(said, str):
        return Ask(part, name, (), said, None if said == "*" else said.strip() or None)
    if not isinstance(said, dict):
        return None
    extras = said.get("extras")
    listed = [extra for extra in extras if isinstance(extra, str)] if isinstance(extras, list) else []
    texts = {key: value for key, value in said.items() if isinstance(value, str) and value}
    version = texts.get("version")
    marks = [texts["markers"]] if "markers" in texts else []
    marks += [f"{key} {texts[key]}" for key in ("python", "platform") if key in texts]
    shown = None if version == "*" else version
    text = rest(tuple(sorted(listed)), shown, " and ".join(marks) or None, _address(texts))
    return Ask(part, name, tuple(listed), version, text)


def _address(texts: dict[str, str]) -> str | None:
    for kind in _VCS:
        if kind in texts:
            revision = next((texts[key] for key in ("rev", "tag", "branch") if key in texts), None)
            return vcs_address(f"{kind}+{texts[kind]}", revision, texts.get("subdirectory"))
    address = texts.get("url") or texts.get("path")
    return bare_download(address) if address else None


def _asked(part: str, text: str) -> Ask | None:
    """One requirement after PEP 508; PDM also takes `-e` before an address."""
    bare = text.strip()
    if bare.startswith(("-e ", "--editable ")):
        address = bare.partition(" ")[2].strip()
        egg = fragment(address, "egg")
        where = split_revision(address)[0]
        return Ask(part, egg.partition("[")[0], (), None, f"@ {where}") if egg else None
    found = parse(text)
    if found is None:
        return None
    place = bare_download(found.url) if found.url else None
    told = rest(found.extras, found.specifier, found.marker, place)
    return Ask(part, found.name, found.extras, found.specifier, told)


def _unfolded(asks: list[Ask], name: str | None) -> Iterator[Ask]:
    """With the dependencies of the project's own extras in place of `project[extra]`."""
    own = normal(name) if name is not None else None
    by_part: dict[str, list[Ask]] = {}
    for ask in asks:
        by_part.setdefault(ask.part, []).append(ask)
    for part, listed in by_part.items():
        seen, todo = {part}, [listed]
        while todo:
            for ask in todo.pop():
                if own is None or normal(ask.name) != own:
                    yield ask._replace(part=part)
                    continue
                for extra in (f"+{normal(extra)}" for extra in ask.extras):
                    if extra not in seen:
                        seen.add(extra)
                        todo.append(by_part.get(extra, []))
