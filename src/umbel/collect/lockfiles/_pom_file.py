# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One `pom.xml` → what it says, in its own words and without what it inherits.

Entities are refused, as in SBOMs: no POM needs those that it declares itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from umbel.collect.interface import UnreadableError
from umbel.collect.text import to_utf8

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.model.errors import Fault

_DEEPEST = 200
_MOST_ELEMENTS = 500_000
_SKIPPED = frozenset(
    {
        "build.resources", "build.testResources", "ciManagement", "configuration", "contributors", "developers",
        "distributionManagement", "executions", "issueManagement", "mailingLists", "reporting", "reports",
    }
)  # fmt: skip
"""Elements of which only the name is kept, and which hold most of a large POM."""
DEFAULT_GROUP = "org.apache.maven.plugins"
_TRUE = "true"


class Node:
    """An element, without namespace and attributes."""

    __slots__ = ("children", "line", "name", "text")

    def __init__(self, name: str, line: int) -> None:
        """An element that begins at a line."""
        self.name = name
        self.line = line
        self.text = ""
        self.children: list[Node] = []

    def find(self, *path: str) -> Node | None:
        """The first element at a path."""
        node: Node | None = self
        for name in path:
            node = next((child for child in node.children if child.name == name), None) if node else None
        return node

    def said(self, *path: str) -> str | None:
        """The text at a path, None if there is none."""
        node = self.find(*path)
        return node.text or None if node else None

    def each(self, *path: str) -> Iterator[Node]:
        """The elements of the last name in the first element at the others."""
        holder = self.find(*path[:-1])
        for child in holder.children if holder else ():
            if child.name == path[-1]:
                yield child


class Dependency(NamedTuple):
    """One dependency, managed or not. `file` is the POM that it stands in, empty for the document."""

    group: str
    artifact: str
    version: str | None
    type: str
    classifier: str | None
    scope: str | None
    optional: str | None
    exclusions: tuple[str, ...]
    place: str


class Plugin(NamedTuple):
    """One plugin, managed or not, or a build extension.

    Of one that isn't `inherited`, children still get the name if it has executions.
    """

    group: str
    artifact: str
    version: str | None
    dependencies: tuple[Dependency, ...]
    inherited: bool
    place: str


class Parent(NamedTuple):
    """What a POM says of its parent."""

    group: str | None
    artifact: str | None
    version: str | None
    relative: str | None
    place: str


class Part(NamedTuple):
    """What both a POM and a profile in it may say."""

    properties: dict[str, str]
    dependencies: list[Dependency]
    managed: list[Dependency]
    plugins: list[Plugin]
    managed_plugins: list[Plugin]
    extensions: list[Plugin]
    modules: list[str]


class Pom(NamedTuple):
    """One POM. `parts` are its own words and those of the profiles that are active by default."""

    said: dict[str, str]
    parent: Parent | None
    parts: list[Part]
    licenses: tuple[str, ...]
    faults: list[tuple[str, str, str]]

    @property
    def group(self) -> str | None:
        """Its group, if need be its parent's."""
        return self.said.get("groupId") or (self.parent.group if self.parent else None)

    @property
    def artifact(self) -> str | None:
        """Its name."""
        return self.said.get("artifactId")

    @property
    def version(self) -> str | None:
        """Its version, if need be its parent's."""
        return self.said.get("version") or (self.parent.version if self.parent else None)


def parse(data: bytes, file: str = "") -> tuple[Pom, list[Fault]]:
    """What a POM says. Raises `UnreadableError` for what is no sound XML or no POM."""
    found: list[Fault] = []
    try:
        root = _Tree().read(data, None)
    except (expat.ExpatError, ValueError, LookupError) as first:
        if data.isascii():
            raise _malformed(first) from None
        text, found = to_utf8(data)
        try:
            root = _Tree().read(text, "utf-8")
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise _malformed(error) from None
    if root is None or root.name != "project":
        name = root.name if root else ""
        raise UnreadableError("not-pom", f"is XML, but its root is {name[:80]!r} instead of 'project'")
    return _Reader(file).pom(root), found


def _malformed(error: Exception) -> UnreadableError:
    if isinstance(error, expat.ExpatError):
        message = f"is no sound XML: {expat.errors.messages.get(error.code, str(error))}"
        return UnreadableError("malformed-xml", message, f"line {error.lineno}")
    return UnreadableError("malformed-xml", f"is no sound XML: {error}")


class _Tree:
    """One attempt at one document."""

    def __init__(self) -> None:
        self._root: Node | None = None
        self._stack: list[Node] = []
        self._texts: list[str] = []
        self._skipped = 0
        self._depth = 0
        self._count = 0

    def read(self, data: bytes, encoding: str | None) -> Node | None:
        self._parser = parser = expat.ParserCreate(encoding)
        parser.buffer_text = True
        parser.EntityDeclHandler = _refuse
        parser.SkippedEntityHandler = _refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._texts.append
        # White space before the declaration is a fault of XML, but not one that hides anything.
        start = len(data) - len(data.lstrip(b" \t\r\n"))
        self._before = data[:start].count(b"\n")
        parser.Parse(data[start:], True)  # noqa: FBT003 - it is the end
        return self._root

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UnreadableError("too-deep", "is nested too deeply to be a POM", self._line())
        name = name.rpartition(":")[2]
        above = self._stack[-1].name if self._stack else ""
        if self._skipped:
            self._skipped += 1
            return
        if self._stack and above != "properties" and (name in _SKIPPED or f"{above}.{name}" in _SKIPPED):
            self._stack[-1].children.append(Node(name, 0))
            self._skipped = 1
            return
        self._count += 1
        if self._count > _MOST_ELEMENTS:
            raise UnreadableError("too-large", f"holds more than {_MOST_ELEMENTS:,} elements", self._line())
        node = Node(name, self._parser.CurrentLineNumber + self._before)
        if self._stack:
            self._stack[-1].children.append(node)
        else:
            self._root = node
        self._stack.append(node)
        self._texts.clear()

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if self._skipped:
            self._skipped -= 1
        else:
            node = self._stack.pop()
            if not node.children:
                node.text = "".join(self._texts).strip()
        self._texts.clear()

    def _line(self) -> str:
        return f"line {self._parser.CurrentLineNumber}"


def _refuse(*_: object) -> None:
    raise UnreadableError("xml-entities", "declares or uses XML entities, which are refused")


class _Reader:
    """Takes one POM's tree apart."""

    def __init__(self, file: str) -> None:
        self._file = f"{file} " if file else ""
        self._faults: list[tuple[str, str, str]] = []

    def pom(self, root: Node) -> Pom:
        said = {child.name: child.text for child in root.children if child.text and not child.children}
        above = root.find("parent")
        parent = None
        if above is not None:
            relative = above.find("relativePath")
            parent = Parent(
                above.said("groupId"),
                above.said("artifactId"),
                above.said("version"),
                relative.text if relative else None,
                self._place(above),
            )
        parts = [self._part(root), *(self._part(profile) for profile in _active(root))]
        licenses = tuple(
            name
            for item in root.each("licenses", "license")
            if (name := item.said("name") or item.said("url"))
        )
        return Pom(said, parent, parts, licenses, self._faults)

    def _part(self, node: Node) -> Part:
        properties = node.find("properties")
        return Part(
            {child.name: child.text for child in properties.children} if properties else {},
            list(self._dependencies(node.each("dependencies", "dependency"))),
            list(self._dependencies(node.each("dependencyManagement", "dependencies", "dependency"))),
            list(self._plugins(node.each("build", "plugins", "plugin"))),
            list(self._plugins(node.each("build", "pluginManagement", "plugins", "plugin"))),
            list(self._plugins(node.each("build", "extensions", "extension"))),
            [
                item.text
                for names in (("modules", "module"), ("subprojects", "subproject"))
                for item in node.each(*names)
                if item.text
            ],
        )

    def _dependencies(self, nodes: Iterator[Node]) -> Iterator[Dependency]:
        for node in nodes:
            group, artifact = node.said("groupId"), node.said("artifactId")
            if group is None or artifact is None:
                self._nameless("dependency", node)
                continue
            exclusions = [
                f"{item.said('groupId') or '*'}:{item.said('artifactId') or '*'}"
                for item in node.each("exclusions", "exclusion")
            ]
            yield Dependency(
                group,
                artifact,
                node.said("version"),
                node.said("type") or "jar",
                node.said("classifier"),
                node.said("scope"),
                node.said("optional"),
                tuple(exclusions),
                self._place(node),
            )

    def _plugins(self, nodes: Iterator[Node]) -> Iterator[Plugin]:
        for node in nodes:
            artifact = node.said("artifactId")
            if artifact is None:
                self._nameless("plugin", node)
                continue
            yield Plugin(
                node.said("groupId") or DEFAULT_GROUP,
                artifact,
                node.said("version"),
                tuple(self._dependencies(node.each("dependencies", "dependency"))),
                node.said("inherited") != "false" or node.find("executions") is not None,
                self._place(node),
            )

    def _nameless(self, what: str, node: Node) -> None:
        self._faults.append(("nameless", f"has a {what} without group or name", self._place(node)))

    def _place(self, node: Node) -> str:
        return f"{self._file}line {node.line}"


def _active(root: Node) -> list[Node]:
    """The profiles that are active where nobody asks for any.

    One that wants a property to be missing is; only where none is by such a condition of its own, those
    that are active by default are. Conditions on JDK, system and files are not known.
    """
    profiles = list(root.each("profiles", "profile"))
    unasked = [
        profile
        for profile in profiles
        if (profile.said("activation", "property", "name") or "").startswith("!")
        and not (profile.find("activation", "jdk") or profile.find("activation", "os"))
        and not profile.find("activation", "file")
    ]
    by_default = [p for p in profiles if p.said("activation", "activeByDefault") == _TRUE]
    return unasked or by_default
