# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""CycloneDX elements in XML → the objects and lists that they would be in JSON.

Most of it is regular: attributes and child elements are fields, and a list stands in an element of
its own. What is not is named in the tables below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.collect._cyclonedx_shape import Field, Item, Record, Shape
    from umbel.collect.faults import Faults

_TEXT_IS = {
    "hash": "content",
    "property": "value",
    "attachment": "content",
    "dataClassification": "classification",
    "copyright": "text",
}
"""Records whose element holds a text beside its attributes, and the field that it is in JSON."""
_REPEATED = frozenset(
    {
        ("organizationalEntity", "url"),
        ("organizationalEntity", "contact"),
        ("componentEvidence", "identity"),
        ("component", "data"),
        ("component", "omniborId"),
        ("component", "swhid"),
        ("componentData", "sensitiveData"),
        ("dataset", "sensitiveData"),
    }
)
"""Lists whose items stand without an element around them."""
_ATTRIBUTES = {"content-type": "contentType"}
_SCALARS = frozenset({"s", "i", "n", "b", "t", "ref", "mime"})


class Node:
    """An element: one that is being read, or a part of one that was."""

    __slots__ = ("attributes", "children", "line", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        """Begin an element; `line` is 0 where it is of no interest."""
        self.name = name
        self.attributes = attributes
        self.line = line
        self.children: Sequence[Node] = ()
        self.text = ""

    def add(self, child: Node) -> None:
        """Append a child; most elements have none and need no list."""
        if isinstance(self.children, list):
            self.children.append(child)
        else:
            self.children = [child]


class _Step(NamedTuple):
    """What becomes of a child element: `how` is text, record, defer, drop or one of the special ones."""

    how: str
    key: str
    kind: str
    many: bool


class Tree:
    """Turns the elements of one document into what they would be in JSON."""

    def __init__(self, shape: Shape, faults: Faults) -> None:
        """Begin a document of one version."""
        self._shape = shape
        self._faults = faults
        self._plans: dict[str, dict[str, _Step]] = {}

    def record(self, node: Node, record: Record, place: str) -> dict[str, Any]:
        """An element as an object: attributes and children by their names in JSON."""
        found: dict[str, Any] = {}
        for name, value in node.attributes.items():
            key = _ATTRIBUTES.get(name, name)
            if key in record.fields:
                found[key] = value
        text_field = _TEXT_IS.get(record.name)
        if text_field and text_field in record.fields:
            found[text_field] = node.text
        if record.name == "dependency":
            return self._dependency(node, found)
        children = self._flow(node, found) if record.name == "serviceData" else node.children
        plan = self._plans.get(record.name) or self._plan(record)
        for child in children:
            step = plan.get(child.name)
            if step is None:
                found[child.name] = child.text
            elif step.how == "text" and not step.many and step.key not in found:
                found[step.key] = child.text or child.attributes.get("ref", "")
            else:
                self._step(child, step, found, place)
        return found

    def _plan(self, record: Record) -> dict[str, _Step]:
        plan = {field.key: self._planned(record.name, field) for field in record.fields.values()}
        return self._plans.setdefault(record.name, plan)

    def _planned(self, record: str, field: Field) -> _Step:
        kind = field.kind
        many = field.many or kind == "identity"
        if kind == "identity":
            kind = "componentIdentityEvidence"
        if kind == "tools":
            how = "tools"
        elif kind == "licenseChoice":
            how = "licences"
        elif kind == "dataset":
            how = "datasets"
        elif (record, field.key) in _REPEATED and many:
            how = "repeated"
        else:
            how = _how(kind)
        return _Step(how, field.key, kind, many)

    def _step(self, child: Node, step: _Step, found: dict[str, Any], place: str) -> None:
        how, key, kind, many = step
        if how == "repeated":
            found.setdefault(key, []).append(self._one(child, _how(kind), kind, place))
        elif key in found:
            self._faults.add("repeated-element", f"has more than one {key!r} in its {child.name!r}", place)
        elif how == "tools":
            found[key] = self._tools(child, place)
        elif how == "licences":
            found[key] = [self._licence(item, place) for item in child.children]
        elif how == "datasets":
            found[key] = [self._dataset(item, place) for item in child.children]
        elif how != "drop":
            items = [self._one(item, how, kind, place) for item in (child.children if many else (child,))]
            found[key] = items if many else items[0]

    def _one(self, node: Node, how: str, kind: str, place: str) -> Item:
        """One value: an element to be opened later, a record, or a text (some are given as `ref`)."""
        if how == "record":
            return self.record(node, self._shape.record(kind), place)
        return node if how == "defer" else node.text or node.attributes.get("ref", "")

    def _licence(self, node: Node, place: str) -> dict[str, Any]:
        if node.name == "license":
            return {"license": self.record(node, self._shape.record("license"), place)}
        fields = self._shape.record("licenseChoice").fields
        found: dict[str, Any] = {key: node.attributes[key] for key in fields if key in node.attributes}
        if node.name == "expression":
            found["expression"] = node.text
        elif node.name != "expression-detailed":
            found[node.name] = node.text
        return found

    def _dataset(self, node: Node, place: str) -> dict[str, Any]:
        """A data set of a model, described here or named by its reference."""
        if node.name == "ref":
            return {"ref": node.text}
        return self.record(node, self._shape.record("dataset"), place)

    def _tools(self, node: Node, place: str) -> Item:
        if any(child.name in {"components", "services"} for child in node.children):
            return {child.name: list(child.children) for child in node.children}
        tool = self._shape.record("tool")
        return [self.record(child, tool, place) for child in node.children]

    def _dependency(self, node: Node, found: dict[str, Any]) -> dict[str, Any]:
        for child in node.children:
            key = "provides" if child.name == "provides" else "dependsOn"
            found.setdefault(key, []).append(child.attributes.get("ref", ""))
        return found

    def _flow(self, node: Node, found: dict[str, Any]) -> list[Node]:
        """A service's data: a classification with its flow, alone or among other elements."""
        inner = [node] if node.name == "classification" else node.children
        for child in inner:
            if child.name == "classification":
                found["classification"] = child.text
                found["flow"] = child.attributes.get("flow")
        return [child for child in inner if child.name != "classification"]


def _how(kind: str) -> str:
    if kind == "*":
        return "drop"
    if kind[0] == "+":
        return "defer"
    return "text" if kind[0] == "=" or kind in _SCALARS else "record"
