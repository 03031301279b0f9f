# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A bill as CycloneDX 1.4 to 1.7, in JSON or XML.

Each component is built as the object that it is in JSON, with its fields in the order of the XML schema,
written and let go. Beside it stands what a reader takes from these fields (`_Read`); where that isn't
what the evidence says, Umbel's own properties say it.

Scope `excluded` is the standard's word for what is there but not at run time: development, test and
build are that, and a property says which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel._version import __version__
from umbel.collect._umbel_properties import PREFIX, fits, tidy, written
from umbel.model.purl import display, unidentified
from umbel.reports.sbom import ROOT, Part
from umbel.reports.sbom_licenses import is_expression, listed
from umbel.reports.sbom_words import (
    HEX,
    by_source,
    edges_otherwise,
    is_cpe,
    is_url,
    party,
    read_purl,
    said_otherwise,
    subject,
    taken,
    versions,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from umbel.collect.interface import Component, Edge, Pairs
    from umbel.reports.sbom import Bill, Form, Group

_SCOPES = {
    "runtime": "required", "optional": "optional", "excluded": "excluded",
    "development": "excluded", "test": "excluded", "build": "excluded",
}  # fmt: skip
_READ_SCOPES = {"required": "runtime", "optional": "optional", "excluded": "excluded"}
_HASHES = {
    "md5": ("MD5", 32, 4), "sha1": ("SHA-1", 40, 4), "sha256": ("SHA-256", 64, 4),
    "sha384": ("SHA-384", 96, 4), "sha512": ("SHA-512", 128, 4), "sha3-256": ("SHA3-256", 64, 4),
    "sha3-384": ("SHA3-384", 96, 4), "sha3-512": ("SHA3-512", 128, 4),
    "blake2b-256": ("BLAKE2b-256", 64, 4), "blake2b-384": ("BLAKE2b-384", 96, 4),
    "blake2b-512": ("BLAKE2b-512", 128, 4), "blake3": ("BLAKE3", 64, 4),
    "streebog-256": ("Streebog-256", 64, 7), "streebog-512": ("Streebog-512", 128, 7),
}  # fmt: skip
"""Algorithm → as CycloneDX writes it, how many hex digits, and the minor version that brought it."""
_TYPES = {
    "application": 4, "framework": 4, "library": 4, "container": 4, "operating-system": 4, "device": 4,
    "firmware": 4, "file": 4, "platform": 5, "device-driver": 5, "machine-learning-model": 5, "data": 5,
    "cryptographic-asset": 6,
}  # fmt: skip
_REFERENCES = {
    4: "vcs issue-tracker website advisories bom mailing-list social chat documentation support "
    "distribution license build-meta build-system release-notes other",
    5: "distribution-intake security-contact model-card log configuration evidence formulation attestation "
    "threat-model adversary-model risk-assessment vulnerability-assertion exploitability-statement "
    "pentest-report static-analysis-report dynamic-analysis-report runtime-analysis-report "
    "component-analysis-report maturity-report certification-report codified-infrastructure "
    "quality-metrics poam",
    6: "source-distribution electronic-signature digital-signature rfc-9116",
    7: "patent patent-family patent-assertion citation",
}
"""Types of references out, by the minor version that brought them."""
_UNLISTED = frozenset(
    {
        "AGPL-1.0+", "AGPL-3.0+", "BSD-2", "GFDL-1.1+", "GFDL-1.2+", "GFDL-1.3+", "Verbatim-man-pages",
    }
)  # fmt: skip
"""Ids that SPDX once had and CycloneDX never listed."""
_MIXED, _MODERN, _SAID_BY = 7, 5, 6
"""Minor versions: expressions beside licences; tools and places; who says a licence, and who wrote it."""

_json = msgspec.json.Encoder().encode


def pieces(bill: Bill, form: Form) -> Iterator[bytes]:
    """The document, piece by piece."""
    writer = Writer(bill, int(form.version.partition(".")[2]))
    if form.syntax == "xml":
        from umbel.reports.sbom_cyclonedx_xml import pieces as in_xml

        return in_xml(bill, writer)
    return _in_json(bill, writer)


def _in_json(bill: Bill, writer: Writer) -> Iterator[bytes]:
    yield b'{\n"$schema":"http://cyclonedx.org/schema/bom-1.%d.schema.json",\n' % writer.minor
    yield b'"bomFormat":"CycloneDX",\n"specVersion":"1.%d",\n' % writer.minor
    yield b'"serialNumber":"%s",\n"version":1,\n' % bill.identity.urn.encode()
    yield b'"metadata":' + _json(writer.metadata()) + b',\n"components":['
    yield from _separated(writer.components(), _component)
    yield b'\n],\n"dependencies":['
    yield from _separated(writer.dependencies(), _json)
    yield b"\n]"
    if compositions := writer.compositions():
        yield b',\n"compositions":' + _json(compositions)
    yield b"\n}\n"


def _component(record: dict[str, Any]) -> Iterator[bytes] | bytes:
    inner = record.get("components")
    if inner is None:
        return _json(record)
    return _nesting(record, inner)


def _nesting(record: dict[str, Any], inner: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """A component with others in it, which may be many: they are written one by one."""
    yield _json({key: value for key, value in record.items() if key != "components"})[:-1]
    yield b',"components":['
    yield from _separated(inner, _json)
    yield b"\n]}"


def _separated(records: Iterable[dict[str, Any]], encode: Any) -> Iterator[bytes]:
    mark = b"\n"
    for record in records:
        yield mark
        found = encode(record)
        if isinstance(found, bytes):
            yield found
        else:
            yield from found
        mark = b",\n"


class Writer:
    """Makes the records of one document in one version."""

    def __init__(self, bill: Bill, minor: int) -> None:
        """Prepare; what readers take of the edges is settled here."""
        self.minor = minor
        self._bill = bill
        self._known = versions(bill)
        self._edges = edges_otherwise(bill, self._plain)
        self._types = {name for name, since in _TYPES.items() if since <= minor}
        self._references = {
            word for since, words in _REFERENCES.items() if since <= minor for word in words.split()
        }
        self._ids = listed() - _UNLISTED

    def _plain(self, alike: list[Edge]) -> list[Edge]:
        """One edge for any two, without anything but its ends."""
        return [taken(alike[0], self._known)]

    # -- the document

    def metadata(self) -> dict[str, Any]:
        """When and by what it was made, and of what it speaks."""
        bill = self._bill
        tool = {"type": "application", "name": "umbel", "version": __version__}
        tools = (
            {"components": [tool]} if self.minor >= _MODERN else [{"name": "umbel", "version": __version__}]
        )
        return {
            "timestamp": bill.created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tools": tools,
            "component": self.root(),
        }

    def root(self) -> dict[str, Any]:
        """What the document describes."""
        bill = self._bill
        root = bill.root
        if root.purl is not None and any(part.component.purl == root.purl for part in bill.parts()):
            # Readers would take what has the same purl for the project itself.
            root = msgspec.structs.replace(root, purl=None)
        more = subject(bill)
        if root is not bill.root:
            more += (("purl", bill.root.purl or ""),)
        return self._component(Part(component=root, more=more), None)

    def components(self) -> Iterator[dict[str, Any]]:
        """All components; those of a product's project are within it, and made when they are asked for."""
        for group in self._bill.groups:
            if group.project is None:
                yield from (self._component(part, part.component.ref) for part in group.parts)
            else:
                record = self._component(group.project, group.project.component.ref)
                if group.parts:
                    record = _before(record, "evidence", "components", self._inner(group))
                yield record

    def _inner(self, group: Group) -> Iterator[dict[str, Any]]:
        return (self._component(part, part.component.ref) for part in group.parts)

    def dependencies(self) -> Iterator[dict[str, Any]]:
        """What needs what; components that are known to need nothing too."""
        told = set()
        for source, between in by_source(self._bill.edges):
            targets = [alike[0].target for alike in between if alike[0].target is not None]
            if targets:
                told.add(source)
                yield {"ref": source or ROOT, "dependsOn": targets}
        for part in self._bill.parts():
            if part.graphed and part.component.ref not in told:
                yield {"ref": part.component.ref}

    def compositions(self) -> list[dict[str, Any]]:
        """That something is missing, where that is known."""
        if not self._bill.partial:
            return []
        return [{"aggregate": "incomplete", "assemblies": [ROOT], "dependencies": [ROOT]}]

    # -- a component

    def _component(self, part: Part, source: str | None) -> dict[str, Any]:
        c = part.component
        record: dict[str, Any] = {}
        reads: dict[str, Any] = {}
        self._kind(c, record, reads)
        self._people(c, record, reads)
        self._names(c, record, reads)
        self._said(c, record, reads)
        self._identity(c, record, reads)
        self._addresses(c, record, reads)
        properties = self._properties(part, source, reads)
        if properties:
            record["properties"] = [{"name": name, "value": value} for name, value in properties]
        evidence = self._evidence(c)
        if evidence:
            record["evidence"] = evidence
        return record

    def _kind(self, c: Component, record: dict[str, Any], reads: dict[str, Any]) -> None:
        kind = c.type if c.type in self._types else "library"
        record["type"] = reads["type"] = kind
        record["bom-ref"] = c.ref

    def _people(self, c: Component, record: dict[str, Any], reads: dict[str, Any]) -> None:
        if supplier := tidy(party(c.supplier)):
            record["supplier"] = {"name": supplier}
            reads["supplier"] = supplier
        if author := tidy(party(c.author)):
            if self.minor >= _SAID_BY:
                record["authors"] = [{"name": author}]
            else:
                record["author"] = author
            reads["author"] = author

    def _names(self, c: Component, record: dict[str, Any], reads: dict[str, Any]) -> None:
        purl = read_purl(c.purl) if c.purl else None
        if group := tidy(c.namespace):
            record["group"] = group
        name = record["name"] = tidy(c.name) or tidy(purl.name if purl else display(c.package)) or "?"
        if version := tidy(c.version):
            record["version"] = version
        reads["namespace"] = group or (purl.namespace if purl else None)
        reads["name"] = name
        reads["version"] = version or (purl.version if purl else None)
        reads["package"] = purl.package if purl else unidentified(name, group)

    def _said(self, c: Component, record: dict[str, Any], reads: dict[str, Any]) -> None:
        if description := tidy(c.description):
            record["description"] = reads["description"] = description
        if c.scope in _SCOPES:
            scope = record["scope"] = _SCOPES[c.scope]
            reads["scope"] = _READ_SCOPES[scope]
        hashes = tuple(dict.fromkeys(pair for pair in c.hashes if self._fits_hash(*pair)))
        if hashes:
            record["hashes"] = [{"alg": _HASHES[name][0], "content": value} for name, value in hashes]
            reads["hashes"] = hashes
        self._licenses(c, record, reads)
        if copyright_ := tidy(c.copyright):
            record["copyright"] = reads["copyright"] = copyright_

    def _fits_hash(self, algorithm: str, value: str) -> bool:
        _, length, since = _HASHES.get(algorithm, ("", 0, 99))
        return since <= self.minor and len(value) == length and HEX.fullmatch(value) is not None

    def _licenses(self, c: Component, record: dict[str, Any], reads: dict[str, Any]) -> None:
        """Declared and concluded; older versions can't tell them apart, and have what was declared."""
        said = [("declared", text) for text in _texts(c.declared)]
        concluded = [("concluded", text) for text in _texts(c.concluded)]
        if self.minor >= _SAID_BY:
            said += concluded
        elif not said:
            said = [("declared", text) for _, text in concluded]
        if said:
            record["licenses"] = self._choices(said)
            for by in ("declared", "concluded"):
                reads[by] = tuple(text for said_by, text in said if said_by == by)
        reads["detected"] = tuple(_texts(c.detected))

    def _choices(self, said: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        """Licences as ids and expressions where they are such, else by their name."""
        alone = len(said) == 1 or self.minor >= _MIXED
        return [self._choice(by, text, alone=alone) for by, text in said]

    def _choice(self, by: str, text: str, *, alone: bool) -> dict[str, Any]:
        said = {"acknowledgement": by} if self.minor >= _SAID_BY and by else {}
        if text in self._ids:
            return {"license": {"id": text, **said}}
        if alone and is_expression(text):
            return {"expression": text, **said}
        return {"license": {"name": text, **said}}

    def _identity(self, c: Component, record: dict[str, Any], reads: dict[str, Any]) -> None:
        cpe = next((text for text in c.cpes if is_cpe(text)), None)
        if cpe is not None:
            record["cpe"] = cpe
            reads["cpes"] = (cpe,)
        if c.purl is not None and (purl := read_purl(c.purl)) is not None:
            record["purl"] = c.purl
            reads["purl"] = purl.purl
            reads["purl_raw"] = c.purl if purl.purl != c.purl else None

    def _addresses(self, c: Component, record: dict[str, Any], reads: dict[str, Any]) -> None:
        found: dict[tuple[str, str], None] = {}
        for kind, url in c.urls:
            if is_url(url):
                found[kind if kind in self._references else "other", url] = None
        if found:
            record["externalReferences"] = [{"url": url, "type": kind} for kind, url in found]
            reads["urls"] = tuple(found)

    def _evidence(self, c: Component) -> dict[str, Any]:
        evidence: dict[str, Any] = {}
        if self.minor >= _MODERN and (place := tidy(c.location)):
            evidence["occurrences"] = [{"location": place}]
        if texts := _texts(c.detected):
            evidence["licenses"] = self._choices([("", text) for text in texts])
        return evidence

    def _properties(self, part: Part, source: str | None, reads: dict[str, Any]) -> Pairs:
        """The component's own properties as they are, then ours."""
        c = part.component
        if self.minor >= _MODERN:
            reads["location"] = tidy(c.location)
        own = tuple(pair for pair in c.properties if _fits_property(*pair))
        reads["properties"] = own
        ours = [*said_otherwise(c, reads), *(("edge", value) for value in self._edges.get(source, ()))]
        ours += [("source", written(text)) for text in part.sources]
        ours += [(name, written(value)) for name, value in part.more]
        return own + tuple((PREFIX + name, value) for name, value in ours)


def _before(record: dict[str, Any], mark: str, name: str, value: Any) -> dict[str, Any]:
    """The record with one more field, which XML wants before another."""
    after = {key: record.pop(key) for key in (mark,) if key in record}
    return {**record, name: value, **after}


_NO_LICENSE = frozenset({"NOASSERTION", "NONE"})


def _texts(texts: Iterable[str]) -> list[str]:
    """Each licence that every serialisation can hold, once. What SPDX says for none is no licence's name here."""
    return list(dict.fromkeys(text for text in texts if text and text not in _NO_LICENSE and fits(text)))


def _fits_property(name: str, value: str) -> bool:
    """Whether a property can stand as it is: not if its name is one of ours."""
    if not name or name.startswith(PREFIX) or "\t" in name or "\n" in name:
        return False
    return fits(name) and fits(value)
