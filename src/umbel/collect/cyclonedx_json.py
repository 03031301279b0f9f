# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""CycloneDX SBOMs in JSON → evidence.

The document is split into sections and these into records without decoding them; each record is
then decoded with strict types (`_cyclonedx_shape`). So memory holds the text and the evidence,
never the whole tree, and a record that is unsound is mended alone.
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Document, Reading, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from umbel.collect._cyclonedx import Builder
    from umbel.collect._cyclonedx_shape import Item, Opened, Shape
    from umbel.model.errors import Fault

_sections = msgspec.json.Decoder(dict[str, msgspec.Raw])
_items = msgspec.json.Decoder(list[msgspec.Raw])
_VERSION = re.compile(r"1\.(\d{1,3})")
_MARK = re.compile(rb'"bomFormat"\s*:\s*"CycloneDX"|"\$schema"\s*:\s*"https?://cyclonedx\.org/schema/')
_HINT = re.compile(rb'"specVersion"\s*:\s*"1\.\d+"')
_FOREIGN = re.compile(rb'"(spdxVersion|SPDXID|@context)"\s*:')
_MOST_TOLERANT = 32 << 20
"""Documents beyond this are not read again by the slow, tolerant decoder."""
_LONG_NUMBER = 300
_NOTHING = (None, msgspec.Raw(b"null"))
_READ = frozenset({"metadata", "components", "dependencies", "compositions"})
"""Sections that hold evidence; a fault elsewhere costs nothing."""


class CyclonedxJsonCollector(Collector):
    """CycloneDX in JSON."""

    id = "cyclonedx_json"
    version = 2
    title = "CycloneDX JSON"
    reads = "SBOMs in CycloneDX 1.2 to 1.7 as JSON; unsound documents as far as they can be understood."
    limits = "Services, vulnerabilities, cryptographic properties and the signatures themselves are not kept."
    names = ("bom.json", "*.cdx.json", "*-cdx.json", "*.cyclonedx.json")
    suffixes = (".json", ".cdx", ".bom", ".sbom", ".xml")
    describes_project = False

    def sniff(self, name: str, head: bytes, tail: bytes) -> bool:  # noqa: ARG002 - names lie
        """Whether it begins as a JSON object and names the format (its keys may come in any order)."""
        head, tail = _plain(head), _plain(tail)
        if not head.lstrip().startswith((b"{", b"[")):
            return False
        if _MARK.search(head) or _MARK.search(tail):
            return True
        if _FOREIGN.search(head) or b'"components"' not in head + tail:
            return False
        return bool(_HINT.search(head) or _HINT.search(tail))

    def read(self, document: Document) -> Reading:
        """Read one document; XML under a JSON name is read as XML."""
        data = document.data
        if _looks_like_xml(data):
            from umbel.collect.cyclonedx_xml import read_xml

            return read_xml(document)
        return read_json(document)


def _plain(data: bytes) -> bytes:
    """Without a mark, and with UTF-16 or UTF-32 told apart from ASCII."""
    return data.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe")


def _looks_like_xml(data: bytes) -> bool:
    return _plain(data[:256]).lstrip().startswith(b"<")


def read_json(document: Document) -> Reading:
    """Read a document that is JSON whatever its name."""
    data = document.data
    found: list[Fault] = []
    if data[:1] not in b"{ \n\r\t" or b"\0" in data[:4]:
        data, found = document.utf8()
    try:
        return _attempt(data, found)
    except UnicodeDecodeError:
        # Only now is it worth the time and memory to look at each byte.
        return _attempt(*document.utf8())


def _attempt(data: bytes, found: list[Fault]) -> Reading:
    try:
        return _Json(found).read(data)
    except RecursionError:
        raise UnreadableError("too-deep", "is nested too deeply to be an SBOM") from None


class _Decoders(dict[str, "Callable[[msgspec.Raw], Opened]"]):
    """Each record's decoder, made when it is first needed."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self._shape = shape

    def __missing__(self, name: str) -> Callable[[msgspec.Raw], Opened]:
        self[name] = decode = self._shape.record(name).decoder.decode
        return decode


class _Json:
    """One attempt at one document."""

    def __init__(self, found: list[Fault]) -> None:
        self._faults = Faults()
        for fault in found:
            self._faults.add(fault.code, fault.message, fault.place, fault.level)

    def read(self, data: bytes) -> Reading:
        from umbel.collect._cyclonedx import Builder
        from umbel.collect._cyclonedx_mend import Mender
        from umbel.collect._cyclonedx_shape import MIXED, MODERN, shape

        sections = self._split(data)
        minor = self._version(_plain_value(sections.get("specVersion")))
        self._shape = shape(minor)
        self._mender = Mender(self._shape, self._faults)
        self._decoders = _Decoders(self._shape)
        builder = Builder(self._faults, self._open, single=MODERN <= minor < MIXED)
        self._scalars(sections, builder)
        self._feed(sections, builder)
        return builder.finish(f"CycloneDX 1.{minor} JSON")

    # -- decoding

    def _split(self, data: bytes) -> dict[str, Item]:
        """The document's sections, not decoded yet if it is sound JSON."""
        sections: dict[str, Item]
        try:
            try:
                sections = _sections.decode(data)
            except msgspec.ValidationError:
                sections = _wrong_root(_generic(data))
        except msgspec.DecodeError as error:
            sections = self._tolerant(data, str(error))
        if not sections.keys() & {"bomFormat", "specVersion", "components", "metadata", "dependencies"}:
            raise UnreadableError("not-cyclonedx", "is JSON, but no CycloneDX document")
        return sections

    def _tolerant(self, data: bytes, reason: str) -> dict[str, Item]:
        """The document as a tree, read past what strict JSON forbids but many write."""
        if not data.strip():
            raise UnreadableError("malformed-json", "is empty")
        if len(data) > _MOST_TOLERANT:
            raise UnreadableError("malformed-json", f"is no sound JSON: {reason}")
        text = data.decode("utf-8", "replace")
        start = len(text) - len(text.lstrip())
        try:
            tree, end = json.JSONDecoder(strict=False, parse_int=_whole).raw_decode(text, start)
        except json.JSONDecodeError as error:
            message = f"is no sound JSON: {error.msg.lower()} at column {error.colno}"
            raise UnreadableError("malformed-json", message, f"line {error.lineno}") from None
        if text[end:].strip("\0 \t\r\n"):
            message = f"goes on for {len(text) - end:,} characters after its end"
            self._faults.add("trailing-text", message, f"line {text.count(chr(10), 0, end) + 1}")
        else:
            self._faults.add("malformed-json", f"is no strict JSON: {reason}")
        return _wrong_root(tree)

    def _open(self, name: str, item: Item, place: str) -> Opened:
        """One record: decoded strictly, and mended if that fails."""
        try:
            if isinstance(item, msgspec.Raw):
                try:
                    return self._decoders[name](item)
                except msgspec.ValidationError:
                    item = _generic(item)
            return self._mender.record(name, item, place)
        except RecursionError:
            self._faults.add("too-deep", "is nested too deeply to be read", place[:120], "error")
            return None

    # -- the document's own fields

    def _version(self, said: object) -> int:
        from umbel.collect._cyclonedx_shape import NEWEST, OLDEST

        match = _VERSION.fullmatch(said.strip()) if isinstance(said, str) else None
        if match is None:
            shown = "no specVersion" if said is None else f"{_short(said)!r} as specVersion"
            message = f"has {shown}; it is read as 1.{NEWEST}"
            self._faults.add("spec-version", message, "$.specVersion")
            return NEWEST
        minor = int(match.group(1))
        if not OLDEST <= minor <= NEWEST:
            read_as = min(max(minor, OLDEST), NEWEST)
            message = f"is of version 1.{minor}, which is not known in JSON; it is read as 1.{read_as}"
            self._faults.add("spec-version", message, "$.specVersion")
        return minor

    def _scalars(self, sections: dict[str, Item], builder: Builder) -> None:
        from umbel.collect._cyclonedx_shape import MODERN

        add = self._faults.add
        said = _plain_value(sections.get("bomFormat"))
        if said != "CycloneDX":
            message = f"has {_short(said)!r} instead of 'CycloneDX' as bomFormat"
            add("bom-format", message, "$.bomFormat")
        if "serialNumber" in sections:
            builder.serial_number(_plain_value(sections["serialNumber"]), "$.serialNumber")
        if sections.get("signature") not in _NOTHING:
            builder.signature()
        if not isinstance(_plain_value(sections.get("$schema", "")), str):
            add("wrong-type", "holds something else where text is due", "$.$schema")
        if "version" not in sections:
            if self._shape.minor < MODERN:
                add("missing-field", "has no 'version', which is required here", "$")
            return
        version = _plain_value(sections["version"])
        if isinstance(version, bool) or not isinstance(version, int) or version < 1:
            message = f"has {_short(version)!r} as version, which is no number from 1 up"
            add("bom-version", message, "$.version")
        else:
            builder.revision(_short(version))

    # -- its sections

    def _feed(self, sections: dict[str, Item], builder: Builder) -> None:
        """Give each section to the builder, the project before its components."""
        take: dict[str, Callable[[Item, str], None]] = {
            "components": builder.component,
            "services": builder.service,
            "compositions": builder.composition,
            "dependencies": builder.dependency,
        }
        fields = self._shape.record("bom").fields
        if "metadata" in sections:
            builder.metadata(sections["metadata"], "$.metadata")
        for key, item in sections.items():
            field = fields.get(key)
            if field is None:
                self._mender.unknown(key, "$")
            elif field.many and field.kind[0] == "+":
                self._mender.cost = "error" if key in _READ else "warning"
                each = take.get(key) or partial(builder.other, field.kind[1:])
                for i, one in enumerate(_released(self._list(key, item))):
                    each(one, f"$.{key}[{i}]")

    def _list(self, key: str, item: Item) -> list[Item]:
        if isinstance(item, msgspec.Raw):
            try:
                return _items.decode(item)
            except msgspec.ValidationError:
                item = _generic(item)
        if isinstance(item, list):
            return item
        if item is None:
            self._faults.add("null", f"gives null for {key!r}", f"$.{key}")
            return []
        self._faults.add("wrong-type", "holds something else where a list is due", f"$.{key}", "error")
        return [item] if isinstance(item, dict) else []


def _released(items: list[Item]) -> Iterator[Item]:
    """A list's items in order, each let go as it is taken: there may be millions."""
    items.reverse()
    while items:
        yield items.pop()


def _wrong_root(tree: object) -> dict[str, Item]:
    """The document itself, which some wrap in a list of one."""
    if isinstance(tree, list) and len(tree) == 1:
        tree = tree[0]
    if isinstance(tree, dict):
        return tree
    raise UnreadableError("not-cyclonedx", "is JSON, but no object")


def _plain_value(item: Item) -> object:
    return _generic(item) if isinstance(item, msgspec.Raw) else item


def _generic(data: bytes | msgspec.Raw) -> object:
    """Plain objects for sound JSON, even where it holds numbers beyond all bounds."""
    try:
        return msgspec.json.decode(data)
    except msgspec.ValidationError:
        return json.loads(bytes(data), parse_int=_whole)


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) < _LONG_NUMBER else float(digits)


def _short(value: object) -> str:
    return str(value)[:80]
