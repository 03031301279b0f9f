# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""SPDX packages → components.

- The first sound purl of a package is its identity; others are kept as properties `spdx:purl`.
  Where there is none, a locator of npm, NuGet, Bower or Maven Central, or a name such as
  `npm:lodash`, is made one. A package without any is `unidentified`.
- `versionInfo` is the version, unless the purl's version has it as a part (`1.2` and `1.2-3.el8`):
  then that one says more. A range (`>= 2.0`) is no version: it is the requirement of the edges.
- NOASSERTION and NONE are statements about licences and are kept; elsewhere they say nothing.
- What a `LicenseRef-…` is called stands in the property `spdx:licenseref` of those that use it.
- Where something was found is what a scanner tells in `sourceInfo`, else `packageFileName`.

What is malformed in the same way in many packages is one fault with their number, at the first.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from umbel.collect._spdx_dates import moment
from umbel.collect.interface import Component, Pairs
from umbel.model import licenses
from umbel.model.purl import UNIDENTIFIED, Purl, PurlError, make, parse, unidentified

if TYPE_CHECKING:
    from umbel.collect._spdx_records import Checksum, ExternalRef, Package, Where
    from umbel.collect.faults import Faults
    from umbel.model.errors import Level

MOST_WORDS = 1000
"""Different faults that are counted; a document of noise would have endless ones."""

_SILENT = frozenset({"", "NOASSERTION", "NONE"})
_ID = re.compile(r"SPDXRef-[A-Za-z0-9.\-]+")
_PARTIES = ("Organization:", "Person:", "Tool:")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_VCS = re.compile(r"(?:git|hg|svn|bzr)(?:\+[a-z]+)?:|git@")
_FOUND = "acquired package info from "
_REFERENCE = re.compile(r"(?:DocumentRef-[A-Za-z0-9.\-]+:)?LicenseRef-[A-Za-z0-9.\-]+")
_HEX = re.compile("[0-9a-fA-F]+")
_LENGTHS = {
    "SHA1": ("sha1", 40), "SHA224": ("sha224", 56), "SHA256": ("sha256", 64), "SHA384": ("sha384", 96),
    "SHA512": ("sha512", 128), "SHA3-256": ("sha3-256", 64), "SHA3-384": ("sha3-384", 96),
    "SHA3-512": ("sha3-512", 128), "BLAKE2b-256": ("blake2b-256", 64), "BLAKE2b-384": ("blake2b-384", 96),
    "BLAKE2b-512": ("blake2b-512", 128), "BLAKE3": ("blake3", 0), "MD2": ("md2", 32), "MD4": ("md4", 32),
    "MD5": ("md5", 32), "MD6": ("md6", 0), "ADLER32": ("adler32", 8),
}  # fmt: skip
"""Algorithm as SPDX writes it → as everybody does, and how many hex digits (0: it varies)."""
_FOLDED = {re.sub(r"\W", "", key).lower(): key for key in _LENGTHS}
_PURPOSES = {
    purpose: purpose.lower().replace("_", "-")
    for purpose in (
        "APPLICATION", "ARCHIVE", "CONTAINER", "DEVICE", "FILE", "FIRMWARE", "FRAMEWORK", "INSTALL",
        "LIBRARY", "OPERATING_SYSTEM", "OPERATING-SYSTEM", "OTHER", "SOURCE",
    )
}  # fmt: skip
_PURPOSES_3 = {
    purpose: re.sub(r"(?=[A-Z])", "-", purpose).lower()
    for purpose in (
        "application", "archive", "bom", "configuration", "container", "device", "deviceDriver", "diskImage",
        "documentation", "evidence", "executable", "file", "filesystemImage", "firmware", "framework",
        "install", "library", "manifest", "module", "operatingSystem", "other", "patch", "platform",
        "requirement", "source", "specification", "test",
    )
} | {"model": "machine-learning-model", "data": "data"}  # fmt: skip
_CATEGORIES = frozenset(
    {"SECURITY", "PACKAGE-MANAGER", "PACKAGE_MANAGER", "PERSISTENT-ID", "PERSISTENT_ID", "OTHER"}
)
_COMMIT = re.compile(r"[0-9a-f]{40}|sha\d+:[0-9a-f]+")
"""What a purl has for a version where the source or image is meant; it doesn't gainsay a version."""
_SYSTEM = "SPDXRef-OperatingSystem-"
_RANGE = ("^", "~", "<", ">", "=", "!", "*")
_ECOSYSTEMS = {
    "npm": "npm", "pip": "pypi", "maven": "maven", "nuget": "nuget", "rubygems": "gem", "composer": "composer",
    "go": "golang", "rust": "cargo", "actions": "githubactions", "pub": "pub",
}  # fmt: skip
"""Prefixes of names in repository exports → types of purls."""
_MANAGERS = {
    "npm": ("npm", "@"),
    "nuget": ("nuget", "/"),
    "bower": ("bower", "#"),
    "maven-central": ("maven", ":"),
}
"""Types of locators that aren't purls → type of purl, and what stands before the version."""
_DATES = (
    ("releaseDate", "release_date"),
    ("builtDate", "built_date"),
    ("validUntilDate", "valid_until_date"),
)
_LONGEST = 200


class Packages:
    """Makes components of a document's packages, and keeps them by their ids.

    `edition` and `minor` are the document's version; `extracted` are the names of its own licences.
    """

    def __init__(self, faults: Faults, where: Where) -> None:
        """Begin without any package."""
        self.edition = 2
        self.minor = 3
        self.extracted: dict[str, str] = {}
        self.by_id: dict[str, Component] = {}
        self.files: dict[str, str] = {}
        """Package → its file, of those that have only one."""
        self.ranges: dict[str, str] = {}
        """Package → the range that it has for a version."""
        self.nameless: dict[str, int] = {}
        self._faults, self._where = faults, where
        self._licences: dict[str, Pairs] = {}
        self._tally: dict[tuple[str, str, Level], list[int]] = {}
        self._lacking: dict[str, list[int]] = {}
        self._unnamed = 0

    def add(self, package: Package, at: int) -> str:
        """One package; gives what it is called here."""
        ref = self._ref(package.spdx_id, at)
        if len(package.has_files) == 1:
            self.files[ref] = package.has_files[0]
        self._required(package, at)
        self.by_id[ref] = self._component(package, ref, at)
        return ref

    def _ref(self, spdx_id: str, at: int) -> str:
        """The package's id, made up where it has none of its own."""
        if spdx_id and spdx_id not in self.by_id:
            if self.edition == 2 and not _ID.fullmatch(spdx_id):
                message = "has ids of packages that aren't 'SPDXRef-' and then letters, digits, '.' or '-'"
                self._count("spdx-id", message, at)
            return spdx_id
        if spdx_id:
            message = f"uses the id {spdx_id[:120]!r} again"
            self._faults.add("duplicate-ref", message, self._where("packages", at, ".SPDXID"))
        else:
            self._lacks("SPDXID", at)
        while (ref := f"\0{self._unnamed}") in self.by_id:
            self._unnamed += 1
        return ref

    def _required(self, package: Package, at: int) -> None:
        if not package.name:
            self._lacks("name", at)
        if self.edition == 2:
            self._required_in_2(package, at)

    def _required_in_2(self, package: Package, at: int) -> None:
        if not package.download_location:
            self._lacks("downloadLocation", at)
        if self.minor < 3:
            if not package.license_concluded:
                self._lacks("licenseConcluded", at)
            if not package.license_declared:
                self._lacks("licenseDeclared", at)
            if not package.copyright_text:
                self._lacks("copyrightText", at)
        if package.files_analyzed:
            if package.package_verification_code is None:
                message = "has no verification code for packages whose files it takes as analysed"
                self._count("files-analyzed", message, at, "note")
        elif package.license_info_from_files:
            message = "has licences from files of packages whose files it says weren't analysed"
            self._count("files-analyzed", message, at)

    def _component(self, package: Package, ref: str, at: int) -> Component:
        name, version = package.name.strip(), package.version_info.strip()
        cpes: list[str] = []
        urls: list[tuple[str, str]] = []
        properties: list[tuple[str, str]] = []
        purl, raw = None, None
        if package.external_refs:
            purl, raw = self._references(package.external_refs, at, cpes, urls, properties)
        if version.startswith(_RANGE):
            properties.append(("spdx:versionInfo", version))
            self.ranges[ref], version = version, ""
        if purl is None:
            purl = _prefixed(name, version)
        elif purl.version != version:
            purl, version = self._agreed(purl, version, at)
        key = purl.package if purl else unidentified(name or (cpes[0] if cpes else ""))
        if key == UNIDENTIFIED:
            self.nameless[ref] = at
        purpose = package.primary_package_purpose
        # A call with more than 15 names is several times slower in CPython: the rest is added where it is.
        component = Component(
            ref=ref,
            package=key,
            version=version or None,
            purl=purl.purl if purl else None,
            purl_raw=raw if raw and (purl is None or purl.purl != raw) else None,
            type=self._purpose(purpose, at) if purpose else _type(ref),
            name=name or (purl.name if purl else None),
            namespace=purl.namespace if purl else None,
            declared=self._licence(package.license_declared, properties, at),
            concluded=self._licence(package.license_concluded, properties, at),
            hashes=self._hashes(package.checksums, at) if package.checksums else (),
            cpes=tuple(dict.fromkeys(cpes)) if cpes else (),
            urls=self._urls(package, urls, at),
        )
        more = self._more(package, properties, at)
        return replace(component, **more) if more else component

    def _more(self, package: Package, properties: list[tuple[str, str]], at: int) -> dict[str, Any]:
        """Fields that many packages don't have."""
        found: dict[str, Any] = {}
        if package.license_info_from_files:
            found["detected"] = self._detected(package.license_info_from_files, properties, at)
        if package.supplier not in _SILENT:
            found["supplier"] = self._party(package.supplier, at)
        if package.originator not in _SILENT:
            found["author"] = self._party(package.originator, at)
        if package.copyright_text not in _SILENT:
            found["copyright"] = _said(package.copyright_text)
        if package.description or package.summary:
            found["description"] = _said(package.description) or _said(package.summary)
        if package.package_file_name or package.source_info:
            found["location"] = _place(package, properties)
        if package.attribution_texts:
            properties += [("spdx:attributionText", text) for text in package.attribution_texts if text]
        if package.release_date or package.built_date or package.valid_until_date:
            self._dates(package, properties, at)
        if properties:
            found["properties"] = tuple(properties)
        return found

    def _dates(self, package: Package, properties: list[tuple[str, str]], at: int) -> None:
        for label, field in _DATES:
            if text := getattr(package, field):
                moment(text, self._faults, self._where("packages", at, f".{label}"))
                properties.append((f"spdx:{label}", text))

    def _purpose(self, said: str, at: int) -> str | None:
        found = _PURPOSES.get(said) if self.edition == 2 else _PURPOSES_3.get(said)
        if found is None:
            self._word(said, "purpose", at)
            found = said[:_LONGEST].strip().lower().replace("_", "-") or None
        return found

    def _party(self, text: str, at: int) -> str | None:
        text = text.strip()
        if text in _SILENT:
            return None
        if self.edition == 2 and not text.startswith(_PARTIES):
            message = "has suppliers or originators that are no 'Organization:' or 'Person:'"
            self._count("party", message, at)
        return text

    def _urls(self, package: Package, more: list[tuple[str, str]], at: int) -> Pairs:
        home, download = package.homepage, package.download_location
        if download in _SILENT and home in _SILENT and not more:
            return ()
        home, download = home.strip(), download.strip()
        if download not in _SILENT:
            if not _URI.match(download):
                self._count("download-location", "has download locations that are no URI", at)
            more.insert(0, ("vcs" if _VCS.match(download) else "distribution", _without_login(download)))
        if home not in _SILENT:
            more.insert(0, ("website", _without_login(home)))
        return tuple(dict.fromkeys(more))

    def _hashes(self, checksums: list[Checksum], at: int) -> Pairs:
        found: dict[tuple[str, str], None] = {}
        for checksum in checksums:
            word, value = checksum.algorithm, checksum.value.strip()
            known = _LENGTHS.get(word)
            if known is None:
                self._word(word, "algorithm", at)
                folded = re.sub(r"\W", "", word[:_LONGEST].rpartition("_")[2]).lower()
                known = _LENGTHS.get(_FOLDED.get(folded, ""), (folded or "unknown", 0))
            algorithm, length = known
            if (length and len(value) != length) or not _HEX.fullmatch(value):
                message = f"has {value[:140]!r}, which can't be a hash of {word[:40]}"
                self._faults.add("hash", message, self._where("packages", at, ".checksums"))
                if not value:
                    continue
            found[algorithm, value.lower()] = None
        return tuple(found)

    # -- references

    def _references(
        self,
        refs: list[ExternalRef],
        at: int,
        cpes: list[str],
        urls: list[tuple[str, str]],
        properties: list[tuple[str, str]],
    ) -> tuple[Purl | None, str | None]:
        """The purl that identifies the package, and how it was written; the others are sorted away."""
        found: Purl | None = None
        raw: str | None = None
        for i, ref in enumerate(refs):
            locator, kind = ref.reference_locator, ref.reference_type
            if ref.reference_category not in _CATEGORIES:
                self._word(ref.reference_category, "category", at)
            if not locator or not kind:
                self._lacks("externalRefs.referenceLocator" if kind else "externalRefs.referenceType", at)
            if locator.startswith(("cpe:2.3:", "cpe:/")):
                cpes.append(locator)
            elif locator.startswith("pkg:") or kind == "purl" or kind.endswith("/purl"):
                purl = self._purl(locator, at, i)
                if purl is None:
                    raw = raw or locator or None
                elif found is None:
                    found, raw = purl, locator
                elif purl.purl != found.purl:
                    properties.append(("spdx:purl", purl.purl))
            else:
                kind = kind.rpartition("/")[2].rpartition("#")[2]
                managed = self._other(kind, locator.strip(), (at, i), urls, properties)
                found, raw = found or managed, raw or (locator if managed else None)
        return found, raw

    def _other(
        self,
        kind: str,
        locator: str,
        at: tuple[int, int],
        urls: list[tuple[str, str]],
        properties: list[tuple[str, str]],
    ) -> Purl | None:
        """A reference that is no purl: perhaps one can be made of it; else an address or a property."""
        if kind in _MANAGERS:
            return _managed(kind, locator)
        if kind in {"cpe22Type", "cpe23Type"}:
            place = self._where("packages", at[0], f".externalRefs[{at[1]}].referenceLocator")
            self._faults.add("cpe", f"has {locator[:120]!r}, which is no CPE", place)
        elif locator in _SILENT:
            pass
        elif kind in {"swh", "gitoid", "swid"} or "://" not in locator[:_LONGEST]:
            properties.append((f"spdx:{kind[:_LONGEST] or 'reference'}", locator))
        else:
            word = "advisories" if kind == "advisory" else kind[:_LONGEST] or "other"
            urls.append((word, _without_login(locator)))
        return None

    def _purl(self, raw: str, at: int, index: int) -> Purl | None:
        try:
            purl = parse(raw)
        except PurlError as error:
            place = self._where("packages", at, f".externalRefs[{index}].referenceLocator")
            message = f"has {raw[:120]!r}, which is no purl: {str(error)[:200]}"
            self._faults.add("purl", message, place)
            return None
        if purl.note is not None:
            self._count("purl-repaired", f"has purls that {purl.note}", at, "note")
        return purl

    def _agreed(self, purl: Purl, version: str, at: int) -> tuple[Purl, str]:
        """Purl and version of a package whose purl has another version than its `versionInfo`."""
        own = purl.version
        if own is None:
            head, mark, tail = purl.name.rpartition("@")
            if mark and head and tail and version in {"", tail}:
                self._count("purl-repaired", "has purls with an encoded @ before their version", at, "note")
                return make(purl.type, purl.namespace, head, tail), tail
            return purl, version
        if not version or _within(version, own):
            return purl, own
        if not _within(own, version) and not _COMMIT.fullmatch(own):
            message = f"has version {version[:80]!r} of a package whose purl has version {own[:80]!r}"
            self._faults.add("version-mismatch", message, self._where("packages", at, ".versionInfo"))
        return purl, version

    # -- licences

    def _licence(self, text: str, properties: list[tuple[str, str]], at: int) -> tuple[str, ...]:
        """A licence as written; what its own references are called goes to the properties."""
        if text in _SILENT:
            return (text,) if text else ()
        named = self._licences.get(text)
        if named is None:
            named = self._licences[text] = self._looked_at(text, at)
        if named:
            properties += [pair for pair in named if pair not in properties]
        return (text,)

    def _detected(self, texts: list[str], properties: list[tuple[str, str]], at: int) -> tuple[str, ...]:
        if not texts:
            return ()
        return tuple(dict.fromkeys(t for text in texts for t in self._licence(text, properties, at)))

    def _looked_at(self, text: str, at: int) -> Pairs:
        """Each text is looked at once a document: whether SPDX understands it, and its references."""
        found = []
        for reference in dict.fromkeys(_REFERENCE.findall(text) if "LicenseRef-" in text else ()):
            name = self.extracted.get(reference)
            if name:
                found.append(("spdx:licenseref", f"{reference}: {name}"))
            elif name is None and not reference.startswith("DocumentRef-"):
                message = f"uses the licence {reference[:120]!r}, which it doesn't define"
                self._faults.add("licence-ref", message, self._where("packages", at))
        reading = licenses.read(text)
        if reading.expression is None or reading.kind not in {"id", "expression"} or reading.mapped:
            message = f"has a licence {text[:120]!r}, which is no SPDX expression"
            self._faults.add("licence", message, self._where("packages", at))
        return tuple(found)

    # -- faults that many packages share

    def _count(self, code: str, message: str, at: int, level: Level = "warning") -> None:
        seen = self._tally.get((code, message, level))
        if seen is None:
            self._tally[code, message, level] = [1, at]
        else:
            seen[0] += 1

    def _lacks(self, field: str, at: int) -> None:
        seen = self._lacking.get(field)
        if seen is None:
            self._lacking[field] = [1, at]
        else:
            seen[0] += 1

    def _word(self, word: str, what: str, at: int) -> None:
        if len(self._tally) < MOST_WORDS:
            self._count("unknown-word", f"has {word[:80]!r} as {what}, which is no word of SPDX", at)

    def tell(self) -> None:
        """Give the faults that were only counted so far."""
        for field, (count, at) in self._lacking.items():
            message = f"has packages without {field!r}, which SPDX requires"
            self._tally["missing-field", message, "warning"] = [count, at]
        for (code, message, level), (count, at) in self._tally.items():
            often = f" ({count:,} times)" if count > 1 else ""
            self._faults.add(code, message + often, self._where("packages", at), level)


@lru_cache(maxsize=256)
def algorithm(word: str) -> str:
    """A word for a digest's algorithm (`sha3_256`) as SPDX 2 writes it (`SHA3-256`), if it has it."""
    return _FOLDED.get(re.sub(r"[\W_]", "", word[:_LONGEST]).lower(), word)


def _said(text: str) -> str | None:
    """A text, None if it says nothing."""
    if text in _SILENT or (text := text.strip()) in _SILENT:
        return None
    return text


def _type(spdx_id: str) -> str | None:
    """What the id of a package without a purpose tells of it."""
    return "operating-system" if spdx_id.startswith(_SYSTEM) else None


def _place(package: Package, properties: list[tuple[str, str]]) -> str | None:
    """Where a package was found; what `sourceInfo` tells else becomes a property."""
    place, source = _said(package.package_file_name), package.source_info
    if source.startswith(_FOUND):
        return source.partition(": ")[2].strip() or place
    if (said := _said(source)) is not None:
        properties.append(("spdx:sourceInfo", said))
    return place


def _within(part: str, whole: str) -> bool:
    """Whether one version is the other with an epoch, a `v` or a release left out."""
    start = whole.find(part)
    if start < 0 or (start > 0 and whole[start - 1] not in ":vV"):
        return False
    end = start + len(part)
    return end == len(whole) or whole[end] in "-+~."


def _prefixed(name: str, version: str) -> Purl | None:
    """The purl of a name like `npm:@acme/shop`, as repository exports write it."""
    kind, colon, path = name.partition(":")
    if not colon or kind not in _ECOSYSTEMS or not path:
        return None
    return _made(_ECOSYSTEMS[kind], path.replace(":", "/") if kind == "maven" else path, version)


def _managed(kind: str, locator: str) -> Purl | None:
    """The purl of a locator such as `org.acme:shop:1.2` (Maven Central) or `@acme/shop@1.2` (npm)."""
    type_, mark = _MANAGERS[kind]
    if kind == "maven-central":
        group, _, rest = locator.partition(":")
        name, _, version = rest.partition(":")
        return _made(type_, f"{group}/{name}", version) if group and name else None
    name, _, version = locator[1:].partition(mark)
    return _made(type_, locator[:1] + name, version)


def _made(kind: str, path: str, version: str) -> Purl | None:
    namespace, _, name = path.rpartition("/")
    try:
        return make(kind, namespace or None, name, version or None)
    except (PurlError, ValueError):
        return None


def _without_login(url: str) -> str:
    """An address without user and password; nearly none has them."""
    if "@" not in url or "://" not in url:
        return url
    from umbel.collect.lockfiles._sources import bare_url

    return bare_url(url)
