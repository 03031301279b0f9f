# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Elements of an SPDX 3 document in JSON-LD → typed records, each with its place.

An element is decoded with strict types first. Where these refuse it, or where its properties have
their full names (`https://spdx.org/rdf/3.0.1/terms/…`), it is brought into the compact form and
mended alone; elements that stand inside of others then become elements of their own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec

from umbel.collect._spdx_mend import Mender, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.faults import Faults

T = TypeVar("T")

MOST_INSIDE = 1_000_000
"""Elements inside of others that are looked at."""
_DEEPEST = 200


class Hash(msgspec.Struct, gc=False):
    """A digest, or another way to verify integrity."""

    type: str = ""
    algorithm: str = ""
    value: str = msgspec.field(default="", name="hashValue")


class Identifier(msgspec.Struct, gc=False):
    """A name in another system: a purl, a CPE, an e-mail address."""

    kind: str = msgspec.field(default="", name="externalIdentifierType")
    value: str = msgspec.field(default="", name="identifier")


class Reference(msgspec.Struct, gc=False):
    """A resource elsewhere."""

    kind: str = msgspec.field(default="", name="externalRefType")
    locators: list[str] = msgspec.field(default_factory=list, name="locator")


class Entry(msgspec.Struct, gc=False):
    """A key and its value."""

    key: str = ""
    value: str = ""


class Property(msgspec.Struct, gc=False):
    """A name-value pair of an extension."""

    name: str = msgspec.field(default="", name="extension_cdxPropName")
    value: str = msgspec.field(default="", name="extension_cdxPropValue")


class Extension(msgspec.Struct, gc=False):
    """Something beyond the standard: properties as in CycloneDX are read."""

    properties: list[Property] = msgspec.field(default_factory=list, name="extension_cdxProperty")


class ExternalMap(msgspec.Struct, gc=False):
    """An element that another document holds."""

    uri: str = msgspec.field(default="", name="externalSpdxId")


class Package3(msgspec.Struct, gc=False, kw_only=True):
    """A package, of software, a model or data."""

    name: str = ""
    summary: str = ""
    description: str = ""
    supplied_by: str = msgspec.field(default="", name="suppliedBy")
    originated_by: list[str] = msgspec.field(default_factory=list, name="originatedBy")
    built: str = msgspec.field(default="", name="builtTime")
    released: str = msgspec.field(default="", name="releaseTime")
    valid_until: str = msgspec.field(default="", name="validUntilTime")
    verified: list[Hash] = msgspec.field(default_factory=list, name="verifiedUsing")
    identifiers: list[Identifier] = msgspec.field(default_factory=list, name="externalIdentifier")
    misspelt: list[Identifier] = msgspec.field(default_factory=list, name="externalIdentifiers")
    references: list[Reference] = msgspec.field(default_factory=list, name="externalRef")
    version: str = msgspec.field(default="", name="software_packageVersion")
    download: str = msgspec.field(default="", name="software_downloadLocation")
    purl: str = msgspec.field(default="", name="software_packageUrl")
    home: str = msgspec.field(default="", name="software_homePage")
    source: str = msgspec.field(default="", name="software_sourceInfo")
    purpose: str = msgspec.field(default="", name="software_primaryPurpose")
    copyright: str = msgspec.field(default="", name="software_copyrightText")
    attributions: list[str] = msgspec.field(default_factory=list, name="software_attributionText")
    extensions: list[Extension] = msgspec.field(default_factory=list, name="extension")


class Relationship3(msgspec.Struct, gc=False, kw_only=True):
    """Something between one element and others."""

    source: str = msgspec.field(default="", name="from")
    targets: list[str] = msgspec.field(default_factory=list, name="to")
    kind: str = msgspec.field(default="", name="relationshipType")
    scope: str = ""
    completeness: str = ""


class Creation3(msgspec.Struct, gc=False, kw_only=True):
    """Who made elements, and when."""

    version: str = msgspec.field(default="", name="specVersion")
    created: str = ""
    created_by: list[str] = msgspec.field(default_factory=list, name="createdBy")
    created_using: list[str] = msgspec.field(default_factory=list, name="createdUsing")


class Collection3(msgspec.Struct, gc=False, kw_only=True):
    """A document, SBOM or other collection."""

    name: str = ""
    creation: str = msgspec.field(default="", name="creationInfo")
    roots: list[str] = msgspec.field(default_factory=list, name="rootElement")
    lifecycles: list[str] = msgspec.field(default_factory=list, name="software_sbomType")
    imports: list[ExternalMap] = msgspec.field(default_factory=list, name="import")
    data_license: str = msgspec.field(default="", name="dataLicense")


class Other3(msgspec.Struct, gc=False, kw_only=True):
    """A file, agent, tool or licence: what any of these is known by."""

    name: str = ""
    verified: list[Hash] = msgspec.field(default_factory=list, name="verifiedUsing")
    identifiers: list[Identifier] = msgspec.field(default_factory=list, name="externalIdentifier")
    misspelt: list[Identifier] = msgspec.field(default_factory=list, name="externalIdentifiers")
    expression: str = msgspec.field(default="", name="simplelicensing_licenseExpression")
    customs: list[Entry] = msgspec.field(default_factory=list, name="simplelicensing_customIdToUri")
    text: str = msgspec.field(default="", name="simplelicensing_licenseText")
    members: list[str] = msgspec.field(default_factory=list, name="expandedlicensing_member")
    subject: str = msgspec.field(default="", name="expandedlicensing_subjectLicense")
    extendable: str = msgspec.field(default="", name="expandedlicensing_subjectExtendableLicense")
    addition: str = msgspec.field(default="", name="expandedlicensing_subjectAddition")


class _Kind(msgspec.Struct):
    type: str = ""
    spdx_id: str = msgspec.field(default="", name="spdxId")
    node: str = msgspec.field(default="", name="@id")


class Raw(NamedTuple):
    """An element: the last part of its type, its id, its place, and its properties, decoded or not."""

    kind: str
    id: str
    place: int
    item: Any


_kind = msgspec.json.Decoder(_Kind)
_decoders: dict[type[Any], msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(kind) for kind in (Package3, Relationship3, Creation3, Collection3, Other3)
}
_REFERENCES = frozenset(
    """
    annotation createdBy createdUsing creationInfo dataLicense element expandedlicensing_member
    expandedlicensing_subjectAddition expandedlicensing_subjectExtendableLicense
    expandedlicensing_subjectLicense from originatedBy rootElement subject suppliedBy to
    """.split()
)
"""Properties that name other elements, which may stand in their place."""
_TERMS = ("https://spdx.org/rdf/3", "http://spdx.org/rdf/3", "https://spdx.org/rdf/v3")


class Elements3:
    """Gives a document's elements one by one; those inside of others last, once these were read."""

    def __init__(self, faults: Faults) -> None:
        """Begin a document."""
        self._faults = faults
        self._mender = Mender(faults)
        self._inside: list[tuple[dict[str, Any], int]] = []
        self._blank = 0

    def each(self, graph: list[Any]) -> Iterator[Raw]:
        """Every element, whatever it is; what isn't one is a fault."""
        for place, item in enumerate(graph):
            if isinstance(item, msgspec.Raw):
                try:
                    found = _kind.decode(item)
                except msgspec.DecodeError:
                    found = _Kind()
                if found.type:
                    yield Raw(local(found.type), found.spdx_id or found.node or self._fresh(), place, item)
                    continue
            yield from self._unusual(item, place)
        while self._inside:  # more may come while these are read
            inner, at = self._inside.pop()
            yield from self._typed(inner, at)

    def record(self, kind: type[T], raw: Raw) -> T:
        """An element's properties as a record."""
        if isinstance(raw.item, msgspec.Raw):
            try:
                found: T = _decoders[kind].decode(raw.item)
            except msgspec.DecodeError:
                pass
            else:
                return found
        record = self._mender.value(kind, self.properties(raw), where(raw.place))
        return record if record is not None else kind()

    def properties(self, raw: Raw) -> dict[str, Any]:
        """An element's properties in the compact form."""
        if not isinstance(raw.item, msgspec.Raw):
            return dict(raw.item)
        found = self._whole(raw.item, raw.place)
        return self._compact(found, raw.place) if isinstance(found, dict) else {}

    # -- elements in an unusual form

    def _unusual(self, item: Any, place: int) -> Iterator[Raw]:
        found = self._whole(item, place) if isinstance(item, msgspec.Raw) else item
        if isinstance(found, dict):
            yield from self._typed(self._compact(found, place), place)
        else:
            self._faults.add(
                "wrong-type", "holds something else where an element is due", where(place), "error"
            )

    def _typed(self, found: dict[str, Any], place: int) -> Iterator[Raw]:
        kind = found.get("type")
        if isinstance(kind, list):
            kind = next((one for one in kind if isinstance(one, str)), None)
        spdx_id = found.get("spdxId")
        if isinstance(kind, str) and kind:
            yield Raw(local(kind), spdx_id if isinstance(spdx_id, str) else self._fresh(), place, found)
        else:
            self._faults.add("untyped", "has an element without a type; it isn't read", where(place), "error")

    def _whole(self, item: msgspec.Raw, place: int) -> Any:
        try:
            return whole(item)
        except UnicodeDecodeError:
            raise  # the whole document is read again
        except (ValueError, RecursionError):
            self._faults.add("malformed-json", "is no sound JSON there", where(place), "error")
            return None

    def _fresh(self) -> str:
        self._blank += 1
        return f"_: {self._blank}"  # no blank node of the document's own has a space in it

    def _compact(self, found: dict[str, Any], place: int, depth: int = 0) -> dict[str, Any]:
        """Properties by their short names; what names another element as its id."""
        out: dict[str, Any] = {}
        for key, value in found.items():
            name = {"@id": "spdxId", "@type": "type"}.get(key) or short(key)
            refers = name in _REFERENCES
            if isinstance(value, list):
                out[name] = [self._value(one, place, depth, refers=refers) for one in value]
                if len(out[name]) == 1 and name in _SINGLE:
                    (out[name],) = out[name]
            else:
                out[name] = self._value(value, place, depth, refers=refers)
                if name in _LISTS and out[name] is not None and not isinstance(out[name], list):
                    out[name] = [out[name]]
        return out

    def _value(self, value: Any, place: int, depth: int, *, refers: bool) -> Any:
        if not isinstance(value, dict):
            return value
        if depth > _DEEPEST:
            self._faults.add("too-deep", "is nested too deeply to be read", where(place), "error")
            return None
        if "@value" in value:
            return value["@value"]
        if len(value) == 1 and isinstance(value.get("@id"), str):
            return short(value["@id"]) if value["@id"].startswith(_TERMS) else value["@id"]
        inner = self._compact(value, place, depth + 1)
        if not refers or len(self._inside) >= MOST_INSIDE:
            return inner
        spdx_id = inner.get("spdxId")
        if not isinstance(spdx_id, str) or not spdx_id:
            spdx_id = inner["spdxId"] = self._fresh()
        if inner.get("type"):
            self._inside.append((inner, place))
        return spdx_id


_SINGLE = frozenset(
    """
    builtTime creationInfo created dataLicense description expandedlicensing_subjectAddition externalIdentifierType
    expandedlicensing_subjectExtendableLicense expandedlicensing_subjectLicense extension_cdxPropName
    extension_cdxPropValue externalRefType from algorithm
    hashValue identifier name relationshipType releaseTime scope simplelicensing_licenseExpression
    simplelicensing_licenseText software_copyrightText software_downloadLocation software_homePage
    software_packageUrl software_packageVersion software_primaryPurpose software_sourceInfo spdxId specVersion
    summary suppliedBy type validUntilTime completeness
    """.split()
)
"""Properties that have one value; JSON-LD in its expanded form puts every value in a list."""
_LISTS = frozenset(
    """
    createdBy createdUsing expandedlicensing_member extension extension_cdxProperty externalIdentifier externalRef
    import locator originatedBy
    rootElement simplelicensing_customIdToUri software_attributionText software_sbomType to verifiedUsing
    """.split()
)
"""Properties that have several; JSON-LD's compact form may leave out the list around one value."""


def where(place: int, inside: str = "") -> str:
    """The place of an element as a JSON path."""
    return f"$.@graph[{place}]{inside}" if place >= 0 else f"${inside}"


def short(name: str) -> str:
    """`https://spdx.org/rdf/3.0.1/terms/Software/packageVersion` → `software_packageVersion`."""
    if not name.startswith(_TERMS):
        return name
    profile, _, word = name.rpartition("/terms/")[2].partition("/")
    return word.rpartition("/")[2] if profile == "Core" or "/" in word else f"{profile.lower()}_{word}"


@lru_cache(maxsize=1024)
def local(kind: str) -> str:
    """The last part of a type: `software_Package` and its full name are `Package`."""
    return kind.rpartition("/")[2].rpartition("_")[2].rpartition(":")[2]
