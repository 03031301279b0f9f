# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""SPDX 2 records, from whatever serialisation → a `Reading`.

A reader gives the document's own fields first, then its extracted licences and the documents that
it refers to, then its packages, and only then what it describes and its relationships. What these
mean is told where they are read: packages in `_spdx_packages`, relationships in `_spdx_graph`,
names of tools and images in `_spdx_names`. Of the whole:

- The subject is the root package's name, or that of the one package described, else the
  document's own name.
- Scopes are those of the edges that lead to a component, the strongest over all paths from the
  project; sources that something was generated from, and that nothing else uses, are `excluded`.
- A component was found at its only file; else where the package says, or the group that it is in.
- Files and snippets are no components; they are known, so that relationships to them are no faults.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from umbel.collect import _spdx_names as names
from umbel.collect._spdx_dates import moment
from umbel.collect._spdx_graph import DOCUMENT, Graph
from umbel.collect._spdx_packages import Packages
from umbel.collect._spdx_records import Header
from umbel.collect._umbel_properties import restore
from umbel.collect.interface import About, Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from umbel.collect._spdx_graph import Findings
    from umbel.collect._spdx_records import (
        Elements,
        ExternalDocument,
        ExtractedLicence,
        Package,
        Relationship,
        Where,
    )
    from umbel.collect.faults import Faults
    from umbel.collect.interface import Component

MOST_PACKAGES = 2_000_000
"""What no real document comes near; beyond it memory would have no bound."""

_VERSION = re.compile(r"SPDX-(\d{1,3})\.(\d{1,3})")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^#\s]+")
_CREATORS = ("Tool:", "Organization:", "Person:")
_NEWEST, _SETTLED = 3, 2
_MOST_TOOLS = 10
_LONGEST = 200


class Builder:
    """Takes a document's records and gives the reading at the end.

    `elements(wanted)` gives the ids of files and snippets, and the names of the wanted ones; it is
    called at most once, and only if something asks for them.
    """

    def __init__(self, faults: Faults, where: Where, elements: Callable[[Iterable[str]], Elements]) -> None:
        """Begin a document."""
        self.faults = faults
        self._where, self._load = where, elements
        self._known: Elements | None = None
        self._authors: dict[str, None] = {}
        self._tools: tuple[str, ...] = ()
        self._header = Header()
        self._reading = Reading(format="")
        self.packages = Packages(faults, where)
        self.graph = Graph(faults, self.packages.by_id, lambda: self._elements().ids, where)

    # -- the document itself

    def header(self, header: Header) -> None:
        """Who made the document, when, and what it is called."""
        self._header, info = header, header.creation_info
        self._required(header)
        self.packages.minor = self._version(header.spdx_version)
        self._creators(info.creators)
        if info.created:
            place = self._where("creationInfo.created")
            self._reading.observed_at = moment(info.created, self.faults, place)
        self._identity(header)

    def _required(self, header: Header) -> None:
        info = header.creation_info
        said = {
            "spdxVersion": header.spdx_version, "SPDXID": header.spdx_id, "dataLicense": header.data_license,
            "name": header.name, "documentNamespace": header.document_namespace,
            "creationInfo.created": info.created, "creationInfo.creators": info.creators,
        }  # fmt: skip
        for field, value in said.items():
            if not value:
                self.faults.add("missing-field", f"has no {field!r}, which SPDX requires", self._where(field))

    def _identity(self, header: Header) -> None:
        if header.data_license not in {"", "CC0-1.0"}:
            message = f"has {header.data_license[:80]!r} instead of 'CC0-1.0' as dataLicense"
            self.faults.add("data-licence", message, self._where("dataLicense"))
        if header.spdx_id not in {"", DOCUMENT}:
            self.graph.own.add(header.spdx_id)
            message = f"calls itself {header.spdx_id[:80]!r} instead of {DOCUMENT!r}"
            self.faults.add("spdx-id", message, self._where("SPDXID"))
        namespace = header.document_namespace
        if namespace and not _URI.fullmatch(namespace):
            message = f"has {namespace[:120]!r} as namespace, which is no URI, or has a '#' in it"
            self.faults.add("namespace", message, self._where("documentNamespace"))

    def _version(self, said: str) -> int:
        """The minor version as which the document is read."""
        if not said:
            return _NEWEST
        match = _VERSION.fullmatch(said.strip())
        if match is None or int(match[1]) != 2 or int(match[2]) > _NEWEST:
            message = f"has {said[:80]!r} as spdxVersion; it is read as SPDX-2.{_NEWEST}"
            self.faults.add("spdx-version", message, self._where("spdxVersion"))
            return _NEWEST
        if int(match[2]) < _SETTLED:
            message = f"is of {said.strip()}, which had no settled form in JSON and YAML"
            self.faults.add("spdx-version", message, self._where("spdxVersion"), "note")
        return int(match[2])

    def _creators(self, creators: list[str]) -> None:
        """People and organisations are authors, and so is whoever isn't said to be either."""
        tools: dict[str, None] = {}
        for i, creator in enumerate(creators):
            said = creator.strip()
            kind, _, text = said.partition(":")
            if not said.startswith(_CREATORS):
                message = f"has a creator {creator[:80]!r}, which is no Tool, Organization or Person"
                self.faults.add("creator", message, self._where("creationInfo.creators", i))
                self._authors[said] = None
            elif kind == "Tool" and text.strip():
                tools[names.tool(text)] = None
            else:
                self._authors[text.strip()] = None
        self._tools = tuple(tools)
        self._reading.producer = ", ".join(self._tools[:_MOST_TOOLS]) or None

    def external_document(self, document: ExternalDocument, at: int) -> None:
        """Another document, whose elements are not read with this one."""
        self.graph.documents.add(document.external_document_id)
        checksum = document.checksum
        said = (document.external_document_id, document.spdx_document, checksum.algorithm, checksum.value)
        if not all(said):
            message = "has a reference to another document that lacks its id, URI or checksum"
            self.faults.add("missing-field", message, self._where("externalDocumentRefs", at))

    def licence(self, licence: ExtractedLicence, at: int) -> None:
        """A licence of the document's own: its name, or the first line of its text."""
        if not licence.license_id or not licence.extracted_text:
            message = "has a licence of its own that lacks its id or text"
            self.faults.add("missing-field", message, self._where("hasExtractedLicensingInfos", at))
        name = licence.name.strip()
        if name in {"", "NOASSERTION", "NONE"}:
            lines = (line.strip() for line in licence.extracted_text[: 16 * _LONGEST].splitlines())
            name = next(filter(None, lines), "")
        self.packages.extracted[licence.license_id] = name[:_LONGEST]

    # -- packages and relationships

    def package(self, package: Package, at: int) -> None:
        """One package: a component, unless it turns out to be the project itself."""
        if len(self.packages.by_id) < MOST_PACKAGES:
            self.packages.add(package, at)
        else:
            message = f"lists more than {MOST_PACKAGES:,} packages; no more are read"
            self.faults.once("too-many", message, self._where("packages", at), "error")

    def describes(self, spdx_id: str, at: int) -> None:
        """The document describes an element, said outside of the relationships."""
        self.graph.describes(spdx_id, at)

    def relationship(self, relationship: Relationship, at: int) -> None:
        """Something between two elements; all packages must be known by now."""
        source, target = relationship.spdx_element_id, relationship.related_spdx_element
        if source and target and relationship.relationship_type:
            self.graph.add(source, relationship.relationship_type, target, at)
        else:
            message = "has a relationship that lacks its type or one of its ends"
            self.faults.add("missing-field", message, self._where("relationships", at))

    def _elements(self) -> Elements:
        if self._known is None:
            self._known = self._load(self.packages.files.values())
        return self._known

    # -- the end

    def finish(self, serialisation: str) -> Reading:
        """The reading, once everything was given; its format is `SPDX 2.3 JSON` and the like."""
        reading = self._reading
        findings = self.graph.findings()
        reading.format = f"SPDX {self._edition()} {serialisation}"
        reading.complete = findings.complete
        self._subject(findings)
        lost = self._nameless(findings.roots)
        self._edges(findings, lost)
        self._components(findings, lost)
        if not reading.components:
            self.faults.add("no-components", "lists no components", "", "note")
        self.packages.tell()
        reading.faults = self.faults.list()
        restore(reading)
        return reading

    def _edition(self) -> str:
        return f"2.{self.packages.minor}"

    def _subject(self, findings: Findings) -> None:
        """The one root, the one of several that is described, or the one package described."""
        roots, described = findings.roots, self.graph.described()
        candidates = (roots & described) or roots or described
        root = self.packages.by_id[min(candidates)] if len(candidates) == 1 else None
        self._reading.subject, self._reading.subject_version = names.subject(root, self._header.name)
        self._reading.subject_purl = root.purl if root else None
        self._reading.about = self._about(root, findings)

    def _about(self, root: Component | None, findings: Findings) -> About:
        header = self._header
        return About(
            identity=header.document_namespace.strip() or None,
            created=header.creation_info.created.strip() or None,
            authors=tuple(filter(None, self._authors)),
            tools=self._tools,
            supplier=root.supplier if root else None,
            licenses=tuple(filter(None, [header.data_license.strip()])),
            lifecycles=tuple(filter(None, dict.fromkeys(header.lifecycles))),
            completeness=findings.said,
            root=root,
        )

    def _nameless(self, roots: set[str]) -> set[str]:
        """Packages that nothing tells apart from others; only the project may go unnamed here."""
        lost = {ref: at for ref, at in self.packages.nameless.items() if ref not in roots}
        for at in lost.values():
            message = "has a package without name, purl and CPE"
            self.faults.add("nameless", message, self._where("packages", at), "error")
        return set(lost)

    def _edges(self, findings: Findings, lost: set[str]) -> None:
        ranges = self.packages.ranges
        edges = [e for e in findings.edges if e.target not in lost and e.source not in lost]
        if ranges:
            edges = [replace(e, requirement=ranges[e.target]) if e.target in ranges else e for e in edges]
        self._reading.edges = edges

    def _components(self, findings: Findings, lost: set[str]) -> None:
        files = self.packages.files
        known = self._elements().names if files else {}
        scopes, places = findings.scopes, findings.places
        out = self._reading.components
        for ref, component in self.packages.by_id.items():
            if ref in findings.left_out or ref in lost:
                continue
            place = known.get(files[ref]) if ref in files else None
            if place is None and component.location is None:
                place = places.get(ref)
            if place is None and ref not in scopes:
                out.append(component)
            else:
                place = place or component.location
                out.append(replace(component, location=place, scope=scopes.get(ref)))
