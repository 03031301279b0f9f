# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A bill as SPDX 2.2 or 2.3, in JSON or as tags and values.

Each package is built as the object that it is in JSON, written and let go. Beside it stands what a
reader takes from these fields; where that isn't what the evidence says, external references of the
category OTHER do (`umbel.scope`), since a package has no properties in SPDX 2.

- A licence that is an SPDX expression stands as it is; any other text is a licence of the document's
  own, with the text as its extracted text. Several statements are joined with AND.
- No files are described. So what was found in files has no place, and is only in our references.
- A dependency is `DEPENDS_ON`, or by its scope `DEV_DEPENDENCY_OF` and the like; of what the project
  asks for itself the component's scope counts where the dependency has none.
- What no dependency leads to is contained in its project.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from umbel._version import __version__
from umbel.collect._umbel_properties import ID, TYPE, as_locator, tidy, written
from umbel.model.purl import display, unidentified
from umbel.reports.sbom import ROOT, Part
from umbel.reports.sbom_licenses import REFERENCE, is_expression
from umbel.reports.sbom_words import (
    CPE23,
    HEX,
    by_source,
    edges_otherwise,
    is_cpe,
    is_url,
    read_purl,
    said_otherwise,
    subject,
    taken,
    versions,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from umbel.collect.interface import Component, Edge
    from umbel.reports.sbom import Bill, Form, Group

NAMESPACE = "https://spdx.org/spdxdocs/umbel-"
_HASHES = {
    "sha1": ("SHA1", 40, 2), "sha224": ("SHA224", 56, 2), "sha256": ("SHA256", 64, 2),
    "sha384": ("SHA384", 96, 2), "sha512": ("SHA512", 128, 2), "md2": ("MD2", 32, 2), "md4": ("MD4", 32, 2),
    "md5": ("MD5", 32, 2), "sha3-256": ("SHA3-256", 64, 3), "sha3-384": ("SHA3-384", 96, 3),
    "sha3-512": ("SHA3-512", 128, 3), "blake2b-256": ("BLAKE2b-256", 64, 3),
    "blake2b-384": ("BLAKE2b-384", 96, 3), "blake2b-512": ("BLAKE2b-512", 128, 3), "adler32": ("ADLER32", 8, 3),
}  # fmt: skip
"""Algorithm → as SPDX writes it, how many hex digits, and the minor version that brought it."""
_PURPOSES = {
    name: name.upper().replace("-", "_")
    for name in (
        "application", "archive", "container", "device", "file", "firmware", "framework", "install", "library",
        "operating-system", "other", "source",
    )
}  # fmt: skip
SCOPED = {
    "runtime": "RUNTIME_DEPENDENCY_OF", "development": "DEV_DEPENDENCY_OF", "test": "TEST_DEPENDENCY_OF",
    "build": "BUILD_DEPENDENCY_OF", "optional": "OPTIONAL_DEPENDENCY_OF",
}  # fmt: skip
"""Scope of a dependency → the relationship that says it; for others it is `DEPENDS_ON`."""
_SILENT = frozenset({"NOASSERTION", "NONE"})
_RANGES = ("^", "~", "<", ">", "=", "!", "*")
_ADDRESS = re.compile(
    r"(?:(?:https?|ssh|git|svn|sftp|ftp)://[A-Za-z0-9]+(?:[-.][A-Za-z0-9]+)*\.[A-Za-z]{2,}"
    r"|(?:git|hg|svn|bzr)\+(?:https?|ssh|git|svn|sftp|ftp)://[A-Za-z0-9]+(?:[-.][A-Za-z0-9]+)*\.[A-Za-z]{2,5})"
    r"(?::\d{1,5})?(?:/[^\s]*)?"
)
"""Addresses that every check of SPDX documents takes for one: that of spdx-tools knows no long domains."""
_VCS = re.compile(r"(?:git|hg|svn|bzr)(?:\+[a-z]+)?:")
_KIND = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]*")
_TAKEN_KINDS = frozenset(
    "advisory bower cpe22Type cpe23Type fix gitoid maven-central npm nuget purl swh swid url".split()
)
"""Types of references that mean something else to readers."""
_UNKNOWN: Any = object()
"""What a reader would make of it is its own affair: ours is said in any case."""
_DIGEST = re.compile(r"\s*(?:sha256:)?[0-9a-f]{64}\s*")
_LINES = re.compile(r"[\t\n]+")
_TOKEN = re.compile(
    r"(?:Tool|Organization|Person):.*|NOASSERTION|NONE|\d{4}(?:-\d\d){2}T\d\d(?::\d\d){2}Z"
    r"|(?:ADLER32|BLAKE|MD|SHA)[\w-]*:.*",
    re.DOTALL,
)
"""What readers of tags and values take for something else than a text."""
_LONGEST_NAME = 120

_json = msgspec.json.Encoder().encode


def pieces(bill: Bill, form: Form) -> Iterator[bytes]:
    """The document, piece by piece."""
    writer = Writer(bill, int(form.version.partition(".")[2]))
    if form.syntax == "tag-value":
        from umbel.reports.sbom_spdx_tags import pieces as in_tags

        return in_tags(writer)
    return _in_json(writer)


def _in_json(writer: Writer) -> Iterator[bytes]:
    yield _json(writer.header())[:-1] + b',\n"packages":['
    yield from separated(writer.packages())
    yield b'\n],\n"hasExtractedLicensingInfos":['
    yield from separated(writer.licenses.extracted())
    yield b'\n],\n"relationships":['
    yield from separated(
        {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
        for one, kind, other in writer.relationships()
    )
    yield b"\n]\n}\n"


def separated(records: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """The items of a list in JSON, a line each."""
    mark = b"\n"
    for record in records:
        yield mark + _json(record)
        mark = b",\n"


def spdx_id(ref: str | None) -> str:
    """The id of a component, or of what the document describes."""
    return "SPDXRef-Root" if ref in {None, ROOT} else f"{ID}{ref}"


class Licenses:
    """The licences of one document: what stands in its packages, and what it has to define for that."""

    def __init__(self) -> None:
        """Begin without any."""
        self._own: dict[str, tuple[str, str]] = {}

    def text(self, statements: tuple[str, ...], names: dict[str, str]) -> str | None:
        """All statements as one expression; None where there are none. `names` are those of references."""
        said = list(dict.fromkeys(text for text in statements if text not in _SILENT))
        if not said:
            return statements[0] if statements else None
        parts = [self._one(text, names) for text in said]
        if len(parts) == 1:
            return parts[0]
        return " AND ".join(f"({part})" if " " in part else part for part in dict.fromkeys(parts))

    def _one(self, text: str, names: dict[str, str]) -> str:
        if is_expression(text) and all(
            self._defined(reference, names.get(reference)) for reference in REFERENCE.findall(text)
        ):
            return text
        reference = f"LicenseRef-umbel-{blake2b(text.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"
        shown = tidy(text) or "?"
        self._own[reference] = (_plain(shown.splitlines()[0][:_LONGEST_NAME].strip()) or "?", shown)
        return reference

    def _defined(self, reference: str, name: str | None) -> bool:
        """Whether a reference means here what it means elsewhere in the document."""
        found = (tidy(name) or reference, tidy(name) or f"The text of {reference} is not in the evidence.")
        return self._own.setdefault(reference, found) == found

    def extracted(self) -> Iterator[dict[str, Any]]:
        """The document's own licences, once all packages were written."""
        for reference, (name, text) in sorted(self._own.items()):
            yield {"licenseId": reference, "name": name, "extractedText": text}


class Writer:
    """Makes the records of one document in one version."""

    def __init__(self, bill: Bill, minor: int) -> None:
        """Prepare; what readers take of the edges is settled here."""
        self.licenses = Licenses()
        self._minor = minor
        self._bill = bill
        self._known = versions(bill)
        self._scopes = {part.component.ref: part.component.scope for part in bill.parts()}
        self._reached = {edge.target for edge in bill.edges}
        self._edges = edges_otherwise(bill, self._plain)
        self._scoped = any(self._scope(edge) is not None for edge in bill.edges if edge.target)

    # -- the document

    def header(self) -> dict[str, Any]:
        """When and by what it was made, and what it is called."""
        bill = self._bill
        return {
            "spdxVersion": f"SPDX-2.{self._minor}",
            "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": _plain(_line(bill.subject)) or "?",
            "documentNamespace": f"{NAMESPACE}{bill.identity}",
            "creationInfo": {
                "created": bill.created.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "creators": [f"Tool: umbel-{__version__}"],
            },
        }

    def packages(self) -> Iterator[dict[str, Any]]:
        """What is described, then all components."""
        bill = self._bill
        more = (*subject(bill), ("root", "true"))
        yield self._package(Part(component=bill.root, more=more), None)
        for part in bill.parts():
            yield self._package(part, part.component.ref)

    def relationships(self) -> Iterator[tuple[str, str, str]]:
        """What is described, what needs what, and what contains that which nothing needs."""
        yield "SPDXRef-DOCUMENT", "DESCRIBES", spdx_id(ROOT)
        for source, between in by_source(self._bill.edges):
            one = spdx_id(source)
            for alike in between:
                for edge in self._written(alike):
                    other = spdx_id(edge.target)
                    word = SCOPED.get(edge.scope or "")
                    yield (one, "DEPENDS_ON", other) if word is None else (other, word, one)
        for group in self._bill.groups:
            holder = spdx_id(group.project.component.ref if group.project else ROOT)
            for ref in self._loose(group):
                yield holder, "CONTAINS", spdx_id(ref)
        if self._bill.partial:
            yield spdx_id(ROOT), "CONTAINS", "NOASSERTION"

    def _loose(self, group: Group) -> Iterator[str]:
        """Components that no dependency leads to. Those that look like an image's layers are not contained.

        Readers would take these for what only groups others.
        """
        for part in group.parts:
            c = part.component
            layer = c.purl is None and c.version is None and _DIGEST.fullmatch(c.name or "")
            if c.ref not in self._reached and not layer:
                yield c.ref

    def _scope(self, edge: Edge) -> str | None:
        """The scope by which a relationship is written."""
        scope = edge.scope or ("optional" if edge.optional else None)
        if scope is None and edge.source is None:
            scope = self._scopes[edge.target or ""]
        return scope if scope in SCOPED else None

    def _written(self, alike: list[Edge]) -> list[Edge]:
        """The edges that are written for those between the same two: one for each scope."""
        if alike[0].target is None or alike[0].source == alike[0].target:
            return []
        scopes = dict.fromkeys(map(self._scope, alike))
        if len(scopes) > 1:
            scopes.pop(None, None)
        return [taken(alike[0], self._known, scope) for scope in scopes]

    def _plain(self, alike: list[Edge]) -> list[Edge]:
        """What a reader makes of these."""
        return [replace(e, optional=True if e.scope == "optional" else None) for e in self._written(alike)]

    # -- a package

    def _package(self, part: Part, source: str | None) -> dict[str, Any]:
        record, ours = self._built(part, source)
        references = record.setdefault("externalRefs", [])
        references += [_reference("OTHER", TYPE + name, as_locator(value)) for name, value in ours]
        if not references:
            del record["externalRefs"]
        return record

    def _built(self, part: Part, source: str | None) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """A package in the standard's own fields, and what has to be said beside them."""
        c = part.component
        record: dict[str, Any] = {"name": "", "SPDXID": spdx_id(source)}
        reads: dict[str, Any] = {"scope": _UNKNOWN if self._scoped else None}
        references: list[dict[str, str]] = []
        self._names(c, record, reads, references)
        self._people(c, record, reads)
        self._addresses(c, record, reads, references)
        self._hashes(c, record, reads)
        self._licenses(c, record, reads)
        self._texts(c, record, reads)
        self._kind(c, record, reads)
        if references:
            record["externalRefs"] = references
        ours = [*said_otherwise(c, reads), *(("edge", value) for value in self._edges.get(source, ()))]
        ours += [("source", written(text)) for text in part.sources]
        ours += [(name, written(value)) for name, value in part.more]
        return record, ours

    def _names(
        self, c: Component, record: dict[str, Any], reads: dict[str, Any], references: list[dict[str, str]]
    ) -> None:
        purl = read_purl(c.purl) if c.purl else None
        said = _line(c.name) or _line(purl.name if purl else display(c.package))
        name = record["name"] = _plain(said) or "?"
        version = _line(c.version)
        if version and version == _plain(version) and not version.startswith(_RANGES):
            record["versionInfo"] = version
        else:
            version = None
        cpes = tuple(dict.fromkeys(text for text in c.cpes if is_cpe(text)))
        references += [
            _reference("SECURITY", "cpe23Type" if CPE23.fullmatch(text) else "cpe22Type", text)
            for text in cpes
        ]
        reads.update(name=name, version=version, cpes=cpes)
        if purl is not None:
            references.append(_reference("PACKAGE-MANAGER", "purl", purl.purl))
            reads.update(package=purl.package, purl=purl.purl, namespace=purl.namespace)
            if purl.version != version or "@" in purl.name:
                # Readers look for the version in both, and in the name.
                reads.update(package=_UNKNOWN, purl=_UNKNOWN, version=_UNKNOWN, purl_raw=_UNKNOWN)
        elif ":" in name:
            # Exports of repositories write `npm:lodash`, and readers make a purl of it.
            reads.update(package=_UNKNOWN, purl=_UNKNOWN, namespace=_UNKNOWN)
        else:
            reads["package"] = unidentified(name)

    def _people(self, c: Component, record: dict[str, Any], reads: dict[str, Any]) -> None:
        for field, name in (("supplier", "supplier"), ("originator", "author")):
            said = _line(getattr(c, name))
            named = said is not None and said.startswith(("Organization: ", "Person: "))
            # What stands in brackets is an address to readers.
            if said and not said.removeprefix("Organization: ").removeprefix("Person: ").startswith("("):
                record[field] = reads[name] = said if named else f"Organization: {said}"

    def _addresses(
        self, c: Component, record: dict[str, Any], reads: dict[str, Any], references: list[dict[str, str]]
    ) -> None:
        """The rest are references of their kind."""
        found = self._places(c, record)
        for kind, url in c.urls:
            if (kind, url) not in found and is_url(url) and "://" in url[:20] and "@" not in url:
                if kind == "advisories" and self._minor >= 3 and _is_address(url):
                    references.append(_reference("SECURITY", "advisory", url))
                elif _KIND.fullmatch(kind) and kind not in _TAKEN_KINDS:
                    references.append(_reference("OTHER", kind, url))
                else:
                    continue
                found.append((kind, url))
        reads["urls"] = tuple(found)

    def _places(self, c: Component, record: dict[str, Any]) -> list[tuple[str, str]]:
        """Home page and place of download, which have a field each."""
        home = next((pair for pair in c.urls if pair[0] == "website" and _is_page(pair[1])), None)
        download = next((pair for pair in c.urls if _is_download(*pair)), None)
        if home is not None:
            record["homepage"] = home[1]
        record["downloadLocation"] = "NOASSERTION" if download is None else download[1]
        return [pair for pair in (home, download) if pair is not None]

    def _hashes(self, c: Component, record: dict[str, Any], reads: dict[str, Any]) -> None:
        found = tuple(dict.fromkeys(pair for pair in c.hashes if self._fits_hash(*pair)))
        if found:
            record["checksums"] = [
                {"algorithm": _HASHES[name][0], "checksumValue": value} for name, value in found
            ]
        reads["hashes"] = found

    def _fits_hash(self, algorithm: str, value: str) -> bool:
        _, length, since = _HASHES.get(algorithm, ("", 0, 99))
        return since <= self._minor and len(value) == length and HEX.fullmatch(value) is not None

    def _licenses(self, c: Component, record: dict[str, Any], reads: dict[str, Any]) -> None:
        record["filesAnalyzed"] = False
        names = dict(_named(value) for name, value in c.properties if name == "spdx:licenseref")
        for field, by in (("licenseConcluded", "concluded"), ("licenseDeclared", "declared")):
            text = self.licenses.text(getattr(c, by), names)
            if text is None and self._minor < 3:
                text = "NOASSERTION"
            if text is not None:
                record[field] = text
                reads[by] = (text,)
                if "LicenseRef-" in text:
                    # Readers tell what it is called in a property.
                    reads["properties"] = _UNKNOWN

    def _texts(self, c: Component, record: dict[str, Any], reads: dict[str, Any]) -> None:
        if self._minor < 3:
            record["copyrightText"] = "NOASSERTION"
        for field, name in (("copyrightText", "copyright"), ("description", "description")):
            said = tidy(getattr(c, name))
            if said and said not in _SILENT:
                record[field] = said
                first = said.partition("\n")[0]
                # As tags and values, what ends the first line is trimmed.
                reads[name] = said if first == first.rstrip() else _UNKNOWN
        place = _line(c.location)
        if place and place == _plain(place):
            record["packageFileName"] = reads["location"] = place

    def _kind(self, c: Component, record: dict[str, Any], reads: dict[str, Any]) -> None:
        if self._minor >= 3 and c.type in _PURPOSES:
            record["primaryPackagePurpose"] = _PURPOSES[c.type]
            reads["type"] = c.type


def _reference(category: str, kind: str, locator: str) -> dict[str, str]:
    return {"referenceCategory": category, "referenceType": kind, "referenceLocator": locator}


def _line(text: str | None) -> str | None:
    """A text on one line."""
    found = tidy(text)
    if found is None or ("\n" not in found and "\t" not in found):
        return found
    return tidy(_LINES.sub(" ", found))


def _plain(text: str | None) -> str | None:
    """A line that every reader takes for a text: in quotes where it would be something else."""
    return f'"{text}"' if text and _TOKEN.fullmatch(text) else text


def _is_address(url: str) -> bool:
    return "@" not in url and _ADDRESS.fullmatch(url) is not None and is_url(url.partition("+")[2] or url)


def _is_page(url: str) -> bool:
    return url.startswith(("https://", "http://")) and _is_address(url)


def _is_download(kind: str, url: str) -> bool:
    """Whether readers take it for what it is: the address of a repository, or of something to download."""
    vcs = _VCS.match(url) is not None
    return (kind == "vcs" if vcs else kind == "distribution") and _is_address(url)


def _named(value: str) -> tuple[str, str]:
    """A reference and what it is called, of what readers tell of it."""
    reference, _, name = value.partition(": ")
    return reference, name
