# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""RDF/XML → nodes with their types and statements.

The whole of RDF/XML is followed as far as statements go, since writers nest elements in each other
in any way and to any depth. Only statements with a wanted predicate are kept, by its local name:
most of a document are the texts of listed licences. XML is kept out of literals, lists count as
repeated statements. Entities are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers import expat

from umbel.collect.interface import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XML = "http://www.w3.org/XML/1998/namespace}"
_ABOUT, _ID, _NODE, _RESOURCE = RDF + "about", RDF + "ID", RDF + "nodeID", RDF + "resource"
_PARSE, _TYPE, _BASE = RDF + "parseType", RDF + "type", _XML + "base"
_DEEPEST = 100_000


class Ref(str):
    """The name of another node, as opposed to a text."""

    __slots__ = ()


class Node:
    """What is said of one thing: local names of its types, and its statements in their order."""

    __slots__ = ("line", "said", "types")

    def __init__(self, line: int) -> None:
        """Begin without any statement."""
        self.line = line
        self.types: dict[str, None] = {}
        self.said: dict[str, list[str]] = {}


class _Property:
    """A statement's element that isn't over yet; `told` once its value is known."""

    __slots__ = ("predicate", "subject", "told")

    def __init__(self, subject: str, predicate: str) -> None:
        self.subject, self.predicate = subject, predicate
        self.told = False


class Triples:
    """Reads a document once; its nodes are there afterwards, in the order of their first mention."""

    def __init__(self, wanted: AbstractSet[str]) -> None:
        """Begin a document; of statements, those with these local names are kept."""
        self.nodes: dict[str, Node] = {}
        self._wanted = wanted
        self._stack: list[_Property | str] = []  # properties, and subjects of nodes, in turn
        self._texts: list[str] = []
        self._skipped = 0
        self._blank = 0
        self._begun = False
        self._base = ""

    def read(self, data: bytes, encoding: str | None) -> str:
        """Read it. Gives what follows its end that doesn't belong there, as its line; raises `ExpatError`."""
        self._parser = parser = expat.ParserCreate(encoding, namespace_separator="}")
        parser.buffer_text = True
        parser.EntityDeclHandler = _refuse
        parser.SkippedEntityHandler = _refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._texts.append
        try:
            parser.Parse(data.lstrip(b" \t\r\n"), True)  # noqa: FBT003 - it is the end
        except expat.ExpatError as error:
            if not self._begun or self._stack:
                raise
            return f"line {error.lineno}"
        return ""

    # -- the stream

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._skipped:
            self._skipped += 1
        elif not self._begun:
            self._begin(name, attributes)
        elif len(self._stack) >= _DEEPEST:
            place = f"line {self._parser.CurrentLineNumber}"
            raise UnreadableError("too-deep", "is nested too deeply to be an SBOM", place)
        elif self._stack and isinstance(self._stack[-1], str):
            self._property(self._stack[-1], name, attributes)
        else:
            self._node(name, attributes)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if name != RDF + "RDF":
            message = f"is XML, but its root is {name.rpartition('}')[2][:80]!r} instead of 'RDF'"
            raise UnreadableError("not-spdx", message)
        self._begun = True
        self._base = attributes.get(_BASE, "")
        self._stack.append(_Property("", ""))

    def _end(self, _name: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        one = self._stack.pop()
        if isinstance(one, _Property) and not one.told and one.predicate:
            self._say(one.subject, one.predicate, "".join(self._texts).strip())
        self._texts.clear()

    def _node(self, name: str, attributes: dict[str, str]) -> None:
        subject = self._subject(attributes)
        node = self._known(subject)
        if name != RDF + "Description":
            node.types[_local(name)] = None
        self._attributes(subject, attributes)
        holder = self._stack[-1] if self._stack else None
        if isinstance(holder, _Property):
            holder.told = True
            if holder.predicate:
                self._say(holder.subject, holder.predicate, Ref(subject))
        self._stack.append(subject)
        self._texts.clear()

    def _property(self, subject: str, name: str, attributes: dict[str, str]) -> None:
        predicate = _local(name)
        self._texts.clear()
        kind = attributes.get(_PARSE)
        if kind == "Literal":
            self._skipped = 1
            return
        one = _Property(subject, predicate)
        target = None
        if _RESOURCE in attributes:
            target = self._resolved(attributes[_RESOURCE])
        elif _NODE in attributes:
            target = f"_:{attributes[_NODE]}"
        elif kind == "Resource" or any(not key.startswith((RDF, _XML)) for key in attributes):
            target = self._fresh()
        if target is not None:
            one.told = True
            self._say(subject, predicate, Ref(target))
            self._attributes(target, attributes)
        if kind == "Resource" and target is not None:
            self._known(target)
            self._stack.append(target)
        else:
            self._stack.append(one)

    # -- statements

    def _say(self, subject: str, predicate: str, value: str) -> None:
        if predicate == "type" and isinstance(value, Ref):
            self._known(subject).types[value.rpartition("#")[2]] = None
        elif predicate in self._wanted:
            self._known(subject).said.setdefault(predicate, []).append(value)

    def _attributes(self, subject: str, attributes: dict[str, str]) -> None:
        for key, value in attributes.items():
            if key == _TYPE:
                self._say(subject, "type", Ref(self._resolved(value)))
            elif not key.startswith((RDF, _XML)):
                self._say(subject, _local(key), value)

    def _known(self, subject: str) -> Node:
        node = self.nodes.get(subject)
        if node is None:
            node = self.nodes[subject] = Node(self._parser.CurrentLineNumber)
        return node

    def _subject(self, attributes: dict[str, str]) -> str:
        if _ABOUT in attributes:
            return self._resolved(attributes[_ABOUT])
        if _ID in attributes:
            return self._resolved(f"#{attributes[_ID]}")
        if _NODE in attributes:
            return f"_:{attributes[_NODE]}"
        return self._fresh()

    def _fresh(self) -> str:
        self._blank += 1
        return f"_: {self._blank}"  # no nodeID has a space in it

    def _resolved(self, uri: str) -> str:
        if uri.startswith("#") or not uri:
            return self._base.partition("#")[0] + uri
        return uri


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _refuse(*_: object) -> None:
    raise UnreadableError("xml-entities", "declares or uses XML entities, which are refused")
