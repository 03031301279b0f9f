# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""CycloneDX records, from JSON or XML alike → a `Reading`.

How the standard's words are taken:

- `metadata.component` is the project. It is no component, nor is a component of equal reference
  or purl. Its own parts of type `application` are the project's modules and fold into it: what
  they depend on, the project depends on directly.
- Nested components are components like any other; that one contains the other is no dependency, but
  kept as a property, `part_of`.
- An edge to a reference that nothing in the document has is kept by its package where the
  reference is itself a purl, and else left out; a warning tells in both cases.
- Scope `required` is runtime. Where a component doesn't say its scope, nothing is known.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import structs

from umbel.collect._cyclonedx_about import Told, clean, contacts, party, people
from umbel.collect._cyclonedx_licence import Licences
from umbel.collect._cyclonedx_model import datasets
from umbel.collect._cyclonedx_model import properties as model_properties
from umbel.collect._umbel_properties import restore
from umbel.collect.interface import Component, Edge, Pairs, Reading
from umbel.model.purl import Purl, PurlError, parse, unidentified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from umbel.collect._cyclonedx_shape import Item, Opened
    from umbel.collect.faults import Faults

_SCOPES = {"required": "runtime", "optional": "optional", "excluded": "excluded"}
_SERIAL = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?")
_LENGTHS = {
    "MD5": ("md5", 32), "SHA-1": ("sha1", 40), "SHA-256": ("sha256", 64), "SHA-384": ("sha384", 96),
    "SHA-512": ("sha512", 128), "SHA3-256": ("sha3-256", 64), "SHA3-384": ("sha3-384", 96),
    "SHA3-512": ("sha3-512", 128), "BLAKE2b-256": ("blake2b-256", 64), "BLAKE2b-384": ("blake2b-384", 96),
    "BLAKE2b-512": ("blake2b-512", 128), "BLAKE3": ("blake3", 0), "Streebog-256": ("streebog-256", 64),
    "Streebog-512": ("streebog-512", 128),
}  # fmt: skip
"""Algorithm as CycloneDX writes it → as everybody does, and how many hex digits (0: it varies)."""
_HEX = re.compile("[0-9a-fA-F]+")
_HEX_LENGTHS = frozenset({32, 40, 64, 96, 128})
_MOST_TOOLS = 10
_FIRST_YEAR = 1990
_DEEPEST = 50
_PROJECT = "\0project"
"""What the project is called in edges, whatever the document calls it."""
MOST_COMPONENTS = 2_000_000
MOST_EDGES = 10_000_000
"""What no real document comes near; beyond it memory would have no bound."""
_COUNTED = {"vulnerability": "vulnerabilities", "annotations": "annotations"}


class Builder:
    """Takes a document's records one by one and gives the reading at the end.

    `open` turns an item as the document's syntax has it into a typed record of the named kind,
    or None where nothing of it could be read.
    """

    def __init__(self, faults: Faults, opener: Callable[[str, Item, str], Opened], *, single: bool) -> None:
        """Begin a document; `single` as in `Licences`."""
        self.faults = faults
        self._open = opener
        self._licences = Licences(faults, single=single)
        self._reading = Reading(format="")
        self._components: list[Component] = []
        self._refs: dict[str, Component] = {}
        self._roots: set[str] = {_PROJECT}
        self._others: set[str] = set()
        self._dependencies: list[tuple[str, Sequence[str], str]] = []
        self._incomplete: list[tuple[set[str], str]] = []
        self._told = Told()
        self._counts: dict[str, int] = {}
        self._unnamed = 0

    # -- the document itself

    def serial_number(self, text: object, place: str) -> None:
        """Keep the document's serial number, and check it."""
        if isinstance(text, str):
            self._told.identity = clean(text)
        if not isinstance(text, str) or not _SERIAL.fullmatch(text):
            message = f"has {str(text)[:80]!r} as serial number, which is no urn:uuid"
            self.faults.add("serial-number", message, place)

    def revision(self, version: str) -> None:
        """Keep the document's own version, which goes with its serial number."""
        self._told.version = version

    def signature(self) -> None:
        """Note that the document holds a signature; nobody checks it."""
        self._told.signed = True

    def metadata(self, item: Item, place: str) -> None:
        """Who made the document, when, and what it describes."""
        record = self._open("metadata", item, place)
        if record is None:
            return
        reading, told = self._reading, self._told
        told.metadata(record)
        told.tools = self._tools(record.tools, f"{place}.tools")
        reading.producer = ", ".join(told.tools[:_MOST_TOOLS]) or None
        if record.timestamp is not None:
            reading.observed_at = self._moment(record.timestamp, f"{place}.timestamp")
        licences = self._licences.read(record.licenses, place)
        told.licenses = tuple(dict.fromkeys(text for texts in licences.values() for text in texts))
        if record.component is not None:
            self._subject(record.component, f"{place}.component")

    def _tools(self, tools: Opened, place: str) -> tuple[str, ...]:
        """The tools' names with their versions, each once."""
        if tools is None:
            return ()
        if not isinstance(tools, list):
            tools = [
                self._open(kind, item, f"{place}.{kind}s[{i}]")
                for kind in ("component", "service")
                for i, item in enumerate(getattr(tools, f"{kind}s"))
            ]
        names: dict[str, None] = {}
        for i, tool in enumerate(tools):
            if tool is not None:
                self._hashes(tool.hashes if hasattr(tool, "hashes") else (), f"{place}[{i}]")
                name = tool.name or getattr(tool, "vendor", None)
                names[" ".join(filter(None, (name, tool.version)))] = None
        return tuple(filter(None, names))

    def _moment(self, text: str, place: str) -> datetime | None:
        """The document's time in UTC. A day alone counts from its beginning, a time without zone as UTC."""
        short = text[:80]
        try:
            moment = datetime.fromisoformat(text.strip())
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.faults.add("invalid-time", f"has {short!r}, which is no date and time", place)
            return None
        match = _TIME.fullmatch(text.strip())
        if match is None:
            message = f"has {short!r} where a date and time as in RFC 3339 is due"
            self.faults.add("invalid-time", message, place)
        elif match.group(2) is None:
            message = f"has a time without a zone, {short!r}; UTC is taken"
            self.faults.add("invalid-time", message, place, "note")
        if moment.year < _FIRST_YEAR:
            self.faults.add("invalid-time", f"has {short!r}, which no SBOM can be from", place)
            return None
        return moment

    def _subject(self, item: Item, place: str) -> None:
        record = self._open("component", item, place)
        if record is None:
            return
        reading = self._reading
        if not (record.name or record.purl or record.cpe):
            self.faults.add("nameless", "describes something that it doesn't name", place)
        read = self._component(record, place, "") if record.name or record.purl or record.cpe else None
        if read is not None:
            self._told.root = read
            reading.subject = _full_name(read)
            reading.subject_version = read.version
            reading.subject_purl = read.purl
        self._roots.update(filter(None, (record.bom_ref,)))
        if record.purl:
            self._roots.add(record.purl)
        modules = 0
        for i, part in enumerate(record.components):
            where = f"{place}.components[{i}]"
            module = self._open("component", part, where)
            if module is None:
                continue
            if module.type == "application" and not module.components:
                modules += 1
                self._component(module, where, "")
                self._roots.update(filter(None, (module.bom_ref,)))
            else:
                self._flatten(module, where, read)
        if modules:
            message = f"names modules of the project ({modules:,}), which count as the project"
            self.faults.add("modules", message, place, "note")

    # -- components

    def component(self, item: Item, place: str) -> None:
        """A component and those nested in it."""
        if len(self._components) >= MOST_COMPONENTS:
            message = f"lists more than {MOST_COMPONENTS:,} components; no more are read"
            self.faults.once("too-many", message, place, "error")
            return
        record = self._open("component", item, place)
        if record is not None:
            self._flatten(record, place)

    def _flatten(self, record: Opened, place: str, holder: Component | None = None) -> None:
        if not record.components:
            self._keep(record, place, holder)
            return
        stack = [(record, place, 0, holder)]
        while stack:
            record, place, depth, holder = stack.pop()
            kept = self._keep(record, place, holder) or holder
            for i, nested in enumerate(record.components):
                where = f"{place}.components[{i}]"
                opened = self._nested("component", nested, where, depth)
                if opened is not None:
                    stack.append((opened, where, depth + 1, kept))

    def _keep(self, record: Opened, place: str, holder: Component | None) -> Component | None:
        component = self._component(record, place)
        if component is not None:
            if holder is not None:
                part = ("part_of", _label(holder))
                component = structs.replace(component, properties=(*component.properties, part))
            self._components.append(component)
            self._refs[component.ref] = component
        return component

    def _nested(self, kind: str, item: Item, place: str, depth: int) -> Opened:
        """Open a record within a record of its own kind: each level is read again by the one above."""
        if depth < _DEEPEST:
            return self._open(kind, item, place)
        message = f"nests more than {_DEEPEST} {kind}s in each other; the inner ones are not read"
        self.faults.once("too-deep", message, place[:120], "error")
        return None

    def _component(self, record: Opened, place: str, ref: str | None = None) -> Component | None:
        """One component as a typed record; None where it says nothing to know it by."""
        purl = self._purl(record.purl, place) if record.purl else None
        name = (clean(record.name) if record.name else None) or (purl.name if purl else None)
        group = (clean(record.group) if record.group else None) or (purl.namespace if purl else None)
        cpe = clean(record.cpe)
        if purl is not None:
            package = purl.package
        elif name or cpe:
            package = unidentified(name or cpe or "", group)
        else:
            self.faults.add("nameless", "has a component without name, purl and CPE", place, "error")
            return None
        licences = self._licences.read(record.licenses, place) if record.licenses else {}
        location, copyright_ = None, (clean(record.copyright) if record.copyright else None)
        if record.evidence is not None:
            location, copyright_ = self._evidence(record.evidence, copyright_, licences, f"{place}.evidence")
        ref = self._ref(record.bom_ref, place) if ref is None else ref
        properties = _properties(record.properties) if record.properties else ()
        if record.supplier is not None or record.manufacturer is not None or record.authors:
            properties += contacts(record.supplier, record.manufacturer, record.authors)
        if record.swid is not None or record.swhid or record.omniborId:
            properties += _identifiers(record)
        if record.pedigree is not None or record.modelCard is not None or record.data:
            properties += self._made_of(record, ref, place)
        urls: Pairs = ()
        if record.externalReferences:
            urls = tuple([(r.type or "other", r.url) for r in record.externalReferences if r.url])
            properties += self._artefacts(record.externalReferences, place)
        return Component(
            ref=ref,
            package=package,
            version=(clean(record.version) if record.version else None) or (purl.version if purl else None),
            purl=purl.purl if purl else None,
            purl_raw=record.purl if record.purl and (purl is None or purl.purl != record.purl) else None,
            type=record.type,
            name=name,
            namespace=group,
            declared=licences.get("declared", ()),
            detected=licences.get("detected", ()),
            concluded=licences.get("concluded", ()),
            hashes=self._hashes(record.hashes, place) if record.hashes else (),
            cpes=(cpe,) if cpe else (),
            supplier=party(record.supplier) or clean(record.publisher),
            author=people(record.authors) or clean(record.author) or party(record.manufacturer),
            copyright=copyright_,
            description=(clean(record.description) if record.description else None),
            urls=urls,
            properties=properties,
            location=location,
            scope=_SCOPES.get(record.scope),
        )

    def _purl(self, raw: str, place: str) -> Purl | None:
        try:
            purl = parse(raw)
        except PurlError as error:
            reason = str(error)[:200]
            self.faults.add("purl", f"has {raw[:120]!r}, which is no purl: {reason}", f"{place}.purl")
            return None
        if purl.note:
            self.faults.add("purl-repaired", f"has a purl that {purl.note}", f"{place}.purl", "note")
        return purl

    def _ref(self, ref: str | None, place: str) -> str:
        """The component's reference, made up where it has none of its own."""
        if ref and ref not in self._refs:
            return ref
        if ref:
            self.faults.add("duplicate-ref", f"uses the reference {ref[:120]!r} again", place)
        self._unnamed += 1
        return f"\0{self._unnamed}"

    def _hashes(self, hashes: Sequence[Opened], place: str) -> Pairs:
        found = []
        for digest in hashes:
            value = digest.content or ""
            algorithm, length = _LENGTHS.get(digest.alg) or (str(digest.alg or "unknown").lower(), 0)
            if len(value) != length or not _HEX.fullmatch(value):
                self._odd_hash(digest.alg, value, length, place)
            if value:
                found.append((algorithm, value.lower()))
        return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)

    def _odd_hash(self, algorithm: str | None, value: str, length: int, place: str) -> None:
        """Name a value that can't be a hash of its algorithm; of some the length varies or isn't known."""
        if length or len(value) not in _HEX_LENGTHS or not _HEX.fullmatch(value):
            message = f"has {value[:140]!r}, which can't be a hash of {str(algorithm)[:80]}"
            self.faults.add("hash", message, f"{place}.hashes")

    def _artefacts(self, references: Sequence[Opened], place: str) -> Pairs:
        """Hashes of what references lead to, as properties (`distribution:sha512`)."""
        found: dict[tuple[str, str], None] = {}
        for reference in [r for r in references if r.hashes]:
            for algorithm, value in self._hashes(reference.hashes, f"{place}.externalReferences"):
                found[f"{reference.type or 'other'}:{algorithm}", value] = None
        return tuple(found)

    def _evidence(
        self, evidence: Opened, copyright_: str | None, licences: dict[str, tuple[str, ...]], place: str
    ) -> tuple[str | None, str | None]:
        """Location and copyright; licences found are added to those stated."""
        for by, texts in self._licences.read(evidence.licenses, place, "detected").items():
            licences[by] = tuple(dict.fromkeys((*licences.get(by, ()), *texts)))
        places = dict.fromkeys(o.location for o in evidence.occurrences if o.location)
        if copyright_ is None:
            copyright_ = "\n".join(dict.fromkeys(c.text for c in evidence.copyright if c.text)) or None
        return "; ".join(places) or None, copyright_

    def _made_of(self, record: Opened, ref: str, place: str) -> Pairs:
        """What a model was made from and is good for; of other components it is only looked at for faults."""
        ancestors = self._pedigree(record.pedigree, f"{place}.pedigree")
        card = record.modelCard
        for each in (*datasets(card), *record.data):
            self._others.update(filter(None, (each.bom_ref,)))
        used = [each.ref for each in datasets(card) if each.ref]
        if used:
            self._dependencies.append((ref or _PROJECT, used, f"{place}.modelCard"))
        model = record.type == "machine-learning-model"
        return model_properties(card, record.data, ancestors if model else ())

    def _pedigree(self, pedigree: Opened, place: str) -> list[Opened]:
        """Open all that a component comes from and was made into; gives its ancestors."""
        found: list[Opened] = []
        if pedigree is None:
            return found
        for kind in ("ancestors", "descendants", "variants"):
            for i, item in enumerate(getattr(pedigree, kind)):
                opened = self._open("component", item, f"{place}.{kind}[{i}]")
                if kind == "ancestors" and opened is not None:
                    found.append(opened)
        return found

    # -- everything else

    def dependency(self, item: Item, place: str) -> None:
        """Which references a reference depends on."""
        record = self._open("dependency", item, place)
        if record is None:
            return
        if not record.ref:
            if record.dependsOn:
                self.faults.add("unknown-ref", "names dependencies of nothing", place)
            return
        if record.dependsOn:
            self._dependencies.append((record.ref, record.dependsOn, place))

    def service(self, item: Item, place: str) -> None:
        """Services are counted; their references are known, so that edges to them are no faults."""
        stack = [(item, place, 0)]
        while stack:
            item, place, depth = stack.pop()
            record = self._nested("service", item, place, depth)
            if record is None:
                continue
            self.count("services")
            self._others.update(filter(None, (record.bom_ref,)))
            self._licences.read(record.licenses, place)
            below = enumerate(record.services)
            stack += [(nested, f"{place}.services[{i}]", depth + 1) for i, nested in below]

    def composition(self, item: Item, place: str) -> None:
        """What the document says about its own completeness."""
        record = self._open("compositions", item, place)
        if record is None or not record.aggregate:
            return
        refs = {*record.assemblies, *record.dependencies}
        if refs or not record.vulnerabilities:
            self._told.composition(record.aggregate, record.assemblies, record.dependencies)
            if record.aggregate.startswith("incomplete"):
                self._incomplete.append((refs, place))

    def other(self, section: str, item: Item, place: str) -> None:
        """A record of which only the soundness is of interest."""
        record = self._open(section, item, place)
        if section in _COUNTED:
            self.count(_COUNTED[section])
        if section == "vulnerability" and record is not None:
            self._tools(record.tools, f"{place}.tools")

    def count(self, what: str, number: int = 1) -> None:
        """Note that the document tells of things that are not read."""
        self._counts[what] = self._counts.get(what, 0) + number

    def finish(self, format_: str) -> Reading:
        """The reading, once everything was given."""
        reading = self._reading
        reading.format = format_
        self._fold()
        reading.components = self._components
        reading.edges = list(islice(self._edges(), MOST_EDGES))
        if len(reading.edges) == MOST_EDGES:
            message = f"lists more than {MOST_EDGES:,} dependencies; no more are read"
            self.faults.add("too-many", message, "", "error")
        for refs, place in self._incomplete:
            if not refs or refs & self._roots:
                self.faults.add("incomplete", "says itself that it is incomplete", place, "note")
                reading.complete = False
        for what, count in sorted(self._counts.items()):
            self.faults.add("not-read", f"tells of {what} ({count:,}), which are not read", "", "note")
        if not self._components:
            self.faults.add("no-components", "lists no components", "", "note")
        reading.faults = self.faults.list()
        reading.about = self._told.about(self._refs, self._roots)
        restore(reading)
        return reading

    def _fold(self) -> None:
        """Leave out components that are the project itself."""
        purl = self._reading.subject_purl
        roots = self._roots
        folded = [c for c in self._components if c.ref in roots or (purl is not None and c.purl == purl)]
        if folded:
            for component in folded:
                self._roots.add(component.ref)
            self.faults.add("subject-listed", "lists the project itself among its components", "", "note")
            self._components = [c for c in self._components if c.ref not in self._roots]
        for ref in self._roots:
            self._refs.pop(ref, None)

    def _edges(self) -> Iterable[Edge]:
        refs, roots, others = self._refs, self._roots, self._others
        for ref, targets, place in self._dependencies:
            component = refs.get(ref)
            if component is None and ref not in roots:
                if ref not in others:
                    message = f"gives dependencies to {ref[:120]!r}, which nothing in it is called"
                    self.faults.add("unknown-ref", message, place)
                continue
            source = component.ref if component else None
            for target in dict.fromkeys(targets):
                found = refs.get(target)
                if found is not None:
                    pinned = True if found.version else None
                    yield Edge(source=source, target=found.ref, package=found.package, pinned=pinned)
                elif target not in roots and target not in others:
                    yield from self._dangling(source, target, place)

    def _dangling(self, source: str | None, target: str, place: str) -> Iterable[Edge]:
        message = f"has a dependency on {target[:120]!r}, which nothing in it is called"
        self.faults.add("unknown-ref", message, place)
        try:
            purl = parse(target)
        except PurlError:
            return
        yield Edge(source=source, package=purl.package, pinned=True if purl.version else None)


def _properties(properties: Sequence[Opened]) -> Pairs:
    return tuple([(p.name, p.value or "") for p in properties if p.name])


def _identifiers(record: Opened) -> Pairs:
    """Identifiers beside purl and CPE, as properties."""
    said = [("swid", record.swid.tagId if record.swid is not None else None)]
    said += [("swhid", text) for text in record.swhid]
    said += [("omnibor", text) for text in record.omniborId]
    return tuple((name, text) for name, value in said if (text := clean(value)))


def _label(component: Component) -> str:
    """What a component is called by those that it holds."""
    if component.purl is not None:
        return component.purl
    return "@".join(filter(None, (_full_name(component) or component.package, component.version)))


def _full_name(component: Component) -> str | None:
    """Group and name; the name alone where it repeats the group, as Go modules do."""
    group, name = component.namespace, component.name
    if not group or not name or name.startswith(f"{group}/"):
        return name or group
    return f"{group}/{name}"
