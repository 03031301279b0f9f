# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The sections of an SPDX 2 document → records, given to the `Builder` in their order.

JSON, YAML and XML hold the same sections. Each record is taken strictly first; one that is unsound
is mended alone (`_spdx_mend`), so that it costs only what can't be understood of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from umbel.collect._spdx_mend import Mender
from umbel.collect._spdx_records import (
    CreationInfo,
    Element,
    Elements,
    ExternalDocument,
    ExtractedLicence,
    Header,
    Package,
    Relationship,
)
from umbel.collect.interface import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from umbel.collect._spdx import Builder
    from umbel.collect.faults import Faults
    from umbel.collect.interface import Reading

T = TypeVar("T")

MARKS = frozenset({"spdxVersion", "specVersion", "SPDXID", "documentNamespace", "documentDescribes"})
"""Sections of which every document has some."""
SECTIONS = frozenset(
    {
        "$schema", "SPDXID", "annotations", "comment", "creationInfo", "dataLicense", "documentDescribes",
        "documentNamespace", "externalDocumentRefs", "files", "hasExtractedLicensingInfos", "name", "packages",
        "relationships", "revieweds", "reviewers", "snippets", "specVersion", "spdxVersion",
    }
)  # fmt: skip
WRAPPINGS = ("sbom", "Document")
"""The web service of a large host wraps documents in `sbom`; tools of 2.1, and XML, in `Document`."""


class Sections(ABC):
    """One attempt at one document.

    `texts`: the serialisation knows only texts, so that `false` is one.
    """

    def __init__(self, faults: Faults, *, texts: bool = False) -> None:
        """Begin a document."""
        self.faults = faults
        self._texts = texts
        self._mender = Mender(faults, texts=texts)
        self._sections: dict[str, Any] = {}
        self._moved: dict[int, str] = {}

    def feed(self, sections: dict[str, Any], serialisation: str) -> Reading:
        """The reading of a document with these sections; its format ends in `serialisation`."""
        from umbel.collect._spdx import Builder

        self._sections = sections
        builder = Builder(self.faults, self._where, self._elements)
        builder.header(self._header())
        for i, document in self._each("externalDocumentRefs", ExternalDocument):
            builder.external_document(document, i)
        for i, licence in self._each("hasExtractedLicensingInfos", ExtractedLicence):
            builder.licence(licence, i)
        count = 0
        for i, package in self._each("packages", Package):
            builder.package(package, i)
            count = i + 1
        self._describes(builder, count)
        for i, relationship in self._each("relationships", Relationship):
            builder.relationship(relationship, i)
        for key in self._sections.keys() - SECTIONS:
            message = f"has a field {key[:80]!r}, which SPDX doesn't know here"
            self.faults.add("unknown-field", message, self._place(key))
        return builder.finish(serialisation)

    # -- what serialisations do in their own way

    @abstractmethod
    def _place(self, section: str, n: int = -1) -> str:
        """Where a section, or its n-th entry, stands."""

    def _strict(self, kind: type[T], item: Any) -> T | None:
        """A record that is sound; None if it isn't."""
        try:
            return msgspec.convert(item, kind, strict=not self._texts)
        except msgspec.ValidationError:
            return None

    def _plain(self, item: Any, place: str) -> Any:  # noqa: ARG002 - for subclasses
        """A value as plain objects."""
        return item

    def _mended(self, kind: type[T], item: Any, place: str, *, cost: bool = True) -> T | None:
        """What is left of an unsound value."""
        return self._mender.value(kind, item, place, cost=cost)

    # -- what is common to them

    def _where(self, section: str, n: int = -1, inside: str = "") -> str:
        if n >= 0 and section == "packages" and n in self._moved:
            return self._moved[n] + inside
        return self._place(section, n) + inside

    def _each(self, section: str, kind: type[T], *, cost: bool = True) -> Iterator[tuple[int, T]]:
        """The records of a section one by one: taken strictly, and mended if that fails.

        `cost`: whether a record that is lost is evidence that is lost.
        """
        strict = self._strict
        for i, item in enumerate(self._list(section)):
            record = strict(kind, item)
            if record is None:
                record = self._mended(kind, item, self._where(section, i), cost=cost)
            if record is not None:
                yield i, record

    def _list(self, section: str) -> list[Any]:
        item = self._sections.get(section, [])
        if isinstance(item, list):
            return item
        if item is None:
            self.faults.add("null", f"gives null for {section!r}", self._place(section))
            return []
        message = "holds something else where a list is due"
        self.faults.add("wrong-type", message, self._place(section), "error")
        return [item] if isinstance(item, dict | str) else []

    def _header(self) -> Header:
        def text(*keys: str) -> str:
            key = next((key for key in keys if key in self._sections), "")
            return (self._mended(str, self._sections[key], self._place(key)) or "") if key else ""

        info = self._sections.get("creationInfo", {})
        place = self._place("creationInfo")
        return Header(
            spdx_version=text("spdxVersion", "specVersion"),
            spdx_id=text("SPDXID"),
            data_license=text("dataLicense"),
            name=text("name"),
            document_namespace=text("documentNamespace"),
            creation_info=self._mended(CreationInfo, info, place) or CreationInfo(),
        )

    def _describes(self, builder: Builder, count: int) -> None:
        """Ids of what is described; tools of 2.1 put the packages themselves there."""
        for i, given in enumerate(self._list("documentDescribes")):
            place = self._place("documentDescribes", i)
            item = self._plain(given, place)
            if isinstance(item, dict):
                self._moved[count] = place
                package = self._mended(Package, item, place)
                if package is not None:
                    builder.package(package, count)
                    builder.describes(package.spdx_id, i)
                count += 1
            elif item is not None and (spdx_id := self._mended(str, item, place)):
                builder.describes(spdx_id, i)

    def _elements(self, wanted: Iterable[str]) -> Elements:
        """Ids of files and snippets; names of the files that packages have alone."""
        known = Elements(set(), {})
        asked = set(wanted)
        for section in ("files", "snippets"):
            for _, element in self._each(section, Element, cost=False):
                known.ids.add(element.spdx_id)
                if element.spdx_id in asked and element.file_name:
                    known.names[element.spdx_id] = element.file_name
        return known


def unwrapped(tree: Any, form: str) -> dict[str, Any]:
    """The document itself, which some wrap; `form` is how its serialisation is called.

    Raises `UnreadableError` where there is none.
    """
    if isinstance(tree, list) and len(tree) == 1:
        tree = tree[0]
    if not isinstance(tree, dict):
        raise UnreadableError("not-spdx", f"is {form}, but no object")
    for key in WRAPPINGS:
        if isinstance(tree.get(key), dict) and not MARKS & tree.keys():
            tree = tree[key]
    sections: dict[str, Any] = tree
    check(sections, form)
    return sections


def check(sections: dict[str, Any], form: str) -> None:
    """Raise `UnreadableError` for what is no SPDX 2 document."""
    if "@context" in sections or "@graph" in sections:
        raise UnreadableError("spdx-3", "is SPDX 3 or other linked data; this reader knows SPDX 2")
    if not MARKS & sections.keys() or "bomFormat" in sections:
        raise UnreadableError("not-spdx", f"is {form}, but no SPDX document")
