# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Umbel's own words in the SBOMs that it writes → the evidence that they were written from.

What a standard has no place for, or would show otherwise than it was read, Umbel writes beside the
standard's own fields: in CycloneDX and SPDX 3 as a property `umbel:scope`, in SPDX 2 as an external
reference of the category OTHER and the type `umbel.scope`. The names are those of the evidence:

- a field of `Component` stands for that field as a whole, once for each value that it has (a text;
  `true` or `false` for `direct`; a JSON pair for `hashes`, `urls` and `properties`);
- `unsaid` lists fields of which nothing was said although the standard's own fields show something;
- `edge` is a JSON object: a dependency of its component, or of the project if it stands at the root.
  It stands for all that the document says of that component's dependency on that target;
- `subject`, `subject_version` and `root` stand at what the document describes;
- `source` tells which documents speak of the component. It isn't evidence, and isn't read.

Whatever else begins with `umbel:` stays a property as it is. Texts that not every serialisation
can hold are written as JSON texts; in SPDX 2 they are percent-encoded too.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import msgspec
from msgspec.structs import replace

from umbel.collect.interface import Component, Edge
from umbel.model.purl import UNIDENTIFIED, PurlError, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.collect.interface import Pairs, Reading

PREFIX = "umbel:"
TYPE = "umbel."
"""How the names begin as types of external references: SPDX 2 has no colon in them."""
TEXTS = (
    "package", "version", "purl", "purl_raw", "type", "name", "namespace", "supplier", "author", "copyright",
    "description", "location", "scope",
)  # fmt: skip
LISTS = ("declared", "detected", "concluded", "cpes")
PAIRS = ("hashes", "urls", "properties")
FIELDS = (*TEXTS, *LISTS, *PAIRS, "direct")
SCOPES = frozenset({"runtime", "development", "test", "build", "optional", "excluded"})
ID = "SPDXRef-Package-"
"""What stands before a component's reference in SPDX."""

_FROM_SPDX = "spdx:" + TYPE
_TOOL = "umbel "
_FLAGS = {"true": True, "false": False}
_UNFIT = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|</?text>")
_SILENT = frozenset({"", "NOASSERTION", "NONE"})
_SAFE = "!\"#$&'()*+,;=?@[]^`{|}~-._"


class Needed(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A dependency in a property: what it is of is the component that has the property.

    `to` is the target's reference, without what a format sets before it.
    """

    to: str | None = None
    package: str | None = None
    requirement: str | None = None
    scope: str | None = None
    optional: bool | None = None
    pinned: bool | None = None


_edges = msgspec.json.Decoder(Needed)
_pair = msgspec.json.Decoder(tuple[str, str])


# -- texts, as they are written


def fits(text: str) -> bool:
    """Whether every serialisation gives a text back as it is: XML has no control characters, and trims."""
    return not _UNFIT.search(text) and text == text.strip()


def tidy(text: str | None) -> str | None:
    """A text as every serialisation can hold it; None if nothing is left."""
    return (_UNFIT.sub("\ufffd", text).strip() or None) if text else None


def written(text: str) -> str:
    """A text as the value of one of our properties."""
    if (
        text
        and text[0] != '"'
        and text not in _SILENT
        and "\t" not in text
        and "\n" not in text
        and fits(text)
    ):
        return text
    return json.dumps(text)


def as_locator(value: str) -> str:
    """The value of one of our properties where no white space may be, and nothing like an address."""
    return quote(value, safe=_SAFE)


def _said(value: str) -> str:
    if value.startswith('"'):
        try:
            return msgspec.json.decode(value, type=str)
        except msgspec.DecodeError:
            return value
    return value


# -- restoring


def restore(reading: Reading) -> None:
    """Give a document that Umbel wrote the evidence back that it was written from; leave others alone."""
    about = reading.about
    if about is None or not any(tool.startswith(_TOOL) for tool in about.tools):
        return
    _Restored(reading).all()


class _Restored:
    """One document's way back. Whatever can't be understood changes nothing."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._told: dict[tuple[str | None, str | None], list[Edge]] = {}
        self._later: list[tuple[str | None, Needed]] = []

    def all(self) -> None:
        reading = self._reading
        kept: list[Component] = []
        roots: set[str] = set()
        for component in reading.components:
            own, rest = _own(component.properties) if component.properties else ({}, ())
            if "root" in own:
                roots.add(component.ref)
                self._subject(component, own, rest)
            elif own:
                self._later += [(component.ref, needed) for needed in _needed(own)]
                kept.append(_component(component, own, rest))
            else:
                kept.append(component)
        reading.components = kept
        if reading.about is not None and (root := reading.about.root) is not None and not roots:
            self._subject(root, *_own(root.properties))
        self._edges(roots)

    def _subject(self, root: Component, own: Mapping[str, list[str]], rest: Pairs) -> None:
        """What the document describes, with the name that it had as a project."""
        reading = self._reading
        self._later += [(None, needed) for needed in _needed(own)]
        restored = _component(root, own, rest)
        if reading.about is not None:
            reading.about = replace(reading.about, root=restored)
        if "subject" in own:
            reading.subject = _said(own["subject"][0])
            reading.subject_version = _said(own["subject_version"][0]) if "subject_version" in own else None
            reading.subject_purl = restored.purl

    def _edges(self, roots: set[str]) -> None:
        """The standard's edges, without those of which a property tells more, and then these."""
        reading = self._reading
        known = {component.ref: component for component in reading.components}
        short = {_short(ref): ref for ref in known} if self._later else {}
        for source, needed in self._later:
            target = short.get(needed.to) if needed.to is not None else None
            package = known[target].package if target is not None else _package(needed.package)
            if target is None and package is None:
                continue
            edge = Edge(
                source=source,
                target=target,
                package=package,
                requirement=needed.requirement,
                scope=needed.scope if needed.scope in SCOPES else None,
                optional=needed.optional,
                pinned=needed.pinned,
            )
            self._told.setdefault((source, target), []).append(edge)
        edges = []
        for edge in reading.edges:
            source = None if edge.source in roots else edge.source
            if edge.target in roots or (source, edge.target) in self._told:
                continue
            found = known.get(edge.target) if edge.target is not None else None
            if found is not None:
                pinned = True if found.version else None
                edges.append(replace(edge, source=source, package=found.package, pinned=pinned))
            else:
                edges.append(edge)
        reading.edges = edges + [edge for told in self._told.values() for edge in told]


def _short(ref: str) -> str:
    """A reference without what the format sets before it."""
    return ref.rpartition("#")[2].removeprefix(ID)


def _own(properties: Pairs) -> tuple[dict[str, list[str]], Pairs]:
    """Our properties by name, and the others."""
    own: dict[str, list[str]] = {}
    rest: list[tuple[str, str]] = []
    for pair in properties:
        name, value = pair
        if name.startswith(_FROM_SPDX):
            name, value = name[len(_FROM_SPDX) :], unquote(value)
        elif name.startswith(PREFIX):
            name = name[len(PREFIX) :]
        else:
            rest.append(pair)
            continue
        if name in _OURS:
            own.setdefault(name, []).append(value)
        else:
            rest.append((PREFIX + name, _said(value)))
    return own, tuple(rest)


_OURS = frozenset({*FIELDS, "edge", "root", "source", "subject", "subject_version", "unsaid"})


def _component(component: Component, own: Mapping[str, list[str]], rest: Pairs) -> Component:
    """A component with the fields that our properties tell of."""
    foreign = tuple(pair for pair in rest if pair[0].startswith(PREFIX))
    fields: dict[str, Any] = {"properties": rest}
    for name in ",".join(own.get("unsaid", ())).split(","):
        if name == "properties":
            fields[name] = foreign
        elif name in FIELDS and name != "package":
            fields[name] = () if name in LISTS or name in PAIRS else None
    for name, values in own.items():
        if name in FIELDS:
            fields |= _field(name, values)
    if "properties" in own:
        fields["properties"] += foreign
    return replace(component, **fields)


def _field(name: str, values: list[str]) -> dict[str, Any]:
    """A field's new value; none where what is said of it can't be."""
    if name in TEXTS:
        text = _said(values[0])
        return {name: text} if _sound(name, text) else {}
    if name in LISTS:
        return {name: tuple(map(_said, values))}
    if name in PAIRS:
        return {name: tuple(_pairs(values))}
    return {name: _FLAGS.get(values[0])}


def _sound(name: str, text: str) -> bool:
    """Whether a field may hold the text: identities must be canonical, scopes known."""
    if name == "package":
        return _package(text) is not None
    if name == "scope":
        return text in SCOPES
    if name == "purl":
        try:
            return parse(text).purl == text
        except PurlError:
            return False
    return True


def _package(text: str | None) -> str | None:
    """A package's key if it is one."""
    if text is None or (text.startswith(UNIDENTIFIED) and len(text) > len(UNIDENTIFIED)):
        return text
    try:
        return text if parse(text).package == text else None
    except PurlError:
        return None


def _pairs(values: Iterable[str]) -> Iterable[tuple[str, str]]:
    for value in values:
        try:
            yield _pair.decode(value)
        except msgspec.DecodeError:
            continue


def _needed(own: Mapping[str, list[str]]) -> Iterable[Needed]:
    for value in own.get("edge", ()):
        try:
            yield _edges.decode(value)
        except msgspec.DecodeError:
            continue
