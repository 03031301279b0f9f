# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Lines of tags and values → SPDX 2 records, with the lines that they stand on.

A record begins with its first tag (`PackageName`, `FileName` …) and takes all that follows until
the next begins. Files after a package are the package's own. What tools get wrong is understood
where it can only mean one thing: tags in another case, an `SPDXID` before the name, a `<text>`
that is never closed, line ends of every kind.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from umbel.collect._spdx_records import (
    Checksum,
    CreationInfo,
    Element,
    ExternalDocument,
    ExternalRef,
    ExtractedLicence,
    Header,
    Package,
    Relationship,
    VerificationCode,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from umbel.collect.faults import Faults

MOST_NAMES = 1000
"""Unknown tags that are told apart; SPDX has a hundred."""
_OPEN, _CLOSE = "<text>", "</text>"
_LONGEST_TAG = 64

_TEXTS: Final = {
    "PackageVersion": "version_info", "PackageFileName": "package_file_name", "PackageSupplier": "supplier",
    "PackageOriginator": "originator", "PackageDownloadLocation": "download_location",
    "PackageHomePage": "homepage", "PackageSourceInfo": "source_info",
    "PackageLicenseConcluded": "license_concluded", "PackageLicenseDeclared": "license_declared",
    "PackageCopyrightText": "copyright_text", "PackageDescription": "description",
    "PackageSummary": "summary", "PrimaryPackagePurpose": "primary_package_purpose",
    "ReleaseDate": "release_date", "BuiltDate": "built_date", "ValidUntilDate": "valid_until_date",
}  # fmt: skip
"""Tags of packages that hold one text → fields of the record."""
_HEADER: Final = {
    "SPDXVersion": ("spdx_version", "spdxVersion"),
    "DataLicense": ("data_license", "dataLicense"),
    "DocumentName": ("name", "name"),
    "DocumentNamespace": ("document_namespace", "documentNamespace"),
}
"""Tags of the document itself → fields of the record, and what JSON calls them."""
_UNREAD: Final = frozenset(
    """
    AnnotationComment AnnotationDate AnnotationType Annotator ArtifactOfProjectHomePage ArtifactOfProjectName
    ArtifactOfProjectURI CreatorComment DocumentComment ExternalRefComment FileAttributionText FileChecksum
    FileComment FileContributor FileCopyrightText FileDependency FileNotice FileType LicenseComment
    LicenseComments LicenseConcluded LicenseCrossReference LicenseInfoInFile LicenseInfoInSnippet
    LicenseListVersion PackageComment PackageLicenseComments RelationshipComment ReviewComment ReviewDate
    Reviewer SPDXREF SnippetAttributionText SnippetByteRange SnippetComment SnippetCopyrightText
    SnippetFromFileSPDXID SnippetLicenseComments SnippetLicenseConcluded SnippetLineRange SnippetName
    """.split()
)
"""Tags of what isn't kept."""


class Lines:
    """Where things stand: the line of each record and of the document's own fields."""

    def __init__(self) -> None:
        """Begin without any."""
        self.records: dict[str, list[int]] = {
            "packages": [], "relationships": [], "hasExtractedLicensingInfos": [], "externalDocumentRefs": [],
            "creationInfo.creators": [],
        }  # fmt: skip
        self.fields: dict[str, int] = {}

    def where(self, section: str, n: int = -1, inside: str = "") -> str:  # noqa: ARG002 - a record has one line
        """The line of the n-th entry of a section, or of a field; empty where it isn't there."""
        lines = self.records.get(section, ())
        line = lines[n] if 0 <= n < len(lines) else self.fields.get(section)
        return f"line {line}" if line else ""


class Tags:
    """Reads a document's lines once; its records are there afterwards."""

    def __init__(self, faults: Faults) -> None:
        """Begin a document."""
        self.header = Header()
        self.packages: list[Package] = []
        self.relationships: list[Relationship] = []
        self.licences: list[ExtractedLicence] = []
        self.documents: list[ExternalDocument] = []
        self.elements: list[Element] = []
        self.lines = Lines()
        self._faults = faults
        self._info: CreationInfo = self.header.creation_info
        self._package: Package | None = None
        self._holder: Header | Package | Element = self.header
        self._early: tuple[str, int] | None = None
        self._unknown: set[str] = set()
        self._texts: list[str] = []
        self._table: dict[str, str | Callable[[str, int], None] | None] = {
            **dict.fromkeys(_UNREAD), **_TEXTS, **{tag: partial(self._own, tag) for tag in _HEADER},
            "Created": self._created, "Creator": self._creator, "ExternalDocumentRef": self._document,
            "ExternalRef": self._reference, "ExtractedText": self._extracted, "FileName": self._file,
            "FilesAnalyzed": self._analyzed, "LicenseID": self._licence, "LicenseName": self._licence_name,
            "PackageAttributionText": self._attribution, "PackageChecksum": self._checksum,
            "PackageLicenseInfoFromFiles": self._detected, "PackageName": self._named,
            "PackageVerificationCode": self._verified, "Relationship": self._relationship,
            "SPDXID": self._id, "SnippetSPDXID": self._snippet, "SnippetSPDXIdentifier": self._snippet,
        }  # fmt: skip
        """Tag → field of the package, or what takes its value; None for what isn't kept."""
        self._folded = {tag.lower(): tag for tag in self._table}

    @property
    def known(self) -> bool:
        """Whether any line said something that is kept."""
        lines = self.lines
        return bool(lines.fields or self.elements or any(lines.records.values()))

    def read(self, text: str) -> None:
        """All lines."""
        table = self._table
        lines = self._texts = text.split("\n")
        after = 0
        for number, line in enumerate(lines, 1):
            if number <= after or not line:
                continue
            tag, colon, value = line.partition(":")
            found = table.get(tag, "")
            if found is None and _OPEN not in value:
                continue
            if found == "":
                tag = self._recognised(tag, colon, number)
                if not tag:
                    continue
                found = table[tag]
            value = value.strip()
            if value.startswith(_OPEN):
                value, after = self._long(value[len(_OPEN) :], number)
            if isinstance(found, str):
                self._text(found, value, tag, number)
            elif found is not None:
                found(value, number)

    # -- lines

    def _recognised(self, tag: str, colon: str, number: int) -> str:
        """The tag of a line that isn't plainly one; empty for what is none."""
        bare = tag.strip()
        if not colon:
            if bare and not bare.startswith("#"):
                message = f"has a line {bare[:80]!r}, which is no tag with a value"
                self._faults.add("malformed-line", message, f"line {number}")
            return ""
        found = self._folded.get(bare.lower(), "") if len(bare) <= _LONGEST_TAG else ""
        if found and found != bare:
            message = f"writes the tag {bare!r} instead of {found!r}"
            self._faults.add("tag-case", message, f"line {number}", "note")
        elif not found and not bare.startswith("#") and bare not in self._unknown:
            if len(self._unknown) < MOST_NAMES:
                self._unknown.add(bare)
            message = f"has a tag {bare[:80]!r}, which SPDX doesn't know"
            self._faults.add("unknown-field", message, f"line {number}")
        return found

    def _long(self, value: str, i: int) -> tuple[str, int]:
        """A value within `<text>` that began on the line `i`, counted from 1, and its last line."""
        lines, start = self._texts, i
        head, closed, _ = value.partition(_CLOSE)
        if closed:
            return head, i
        while i < len(lines):
            line = lines[i]
            if _OPEN in line and self._begins(line):
                break
            if _CLOSE in line:
                return "\n".join([value, *lines[start:i], line.partition(_CLOSE)[0]]), i + 1
            i += 1
        # Never closed, or not before the next: it ends where a line with a tag follows.
        self._faults.add("unclosed-text", "begins a text that isn't closed", f"line {start}")
        end = next((n for n in range(start, i) if self._begins(lines[n])), i)
        return "\n".join([value, *lines[start:end]]), end

    def _begins(self, line: str) -> bool:
        """Whether a line begins with a tag of SPDX."""
        return line.partition(":")[0] in self._table

    # -- the document itself

    def _own(self, tag: str, value: str, line: int) -> None:
        field, name = _HEADER[tag]
        if getattr(self.header, field):
            self._again(tag, line)
        else:
            setattr(self.header, field, value)
            self.lines.fields[name] = line

    def _created(self, value: str, line: int) -> None:
        self._info.created = self._info.created or value
        self.lines.fields.setdefault("creationInfo.created", line)

    def _creator(self, value: str, line: int) -> None:
        self._info.creators.append(value)
        self.lines.records["creationInfo.creators"].append(line)

    def _document(self, value: str, line: int) -> None:
        parts = value.split(None, 2)
        if len(parts) != 3:
            self._malformed("ExternalDocumentRef", value, "'DocumentRef-… URI ALGORITHM: digits'", line)
            parts += [""] * (3 - len(parts))
        algorithm, _, digits = parts[2].partition(":")
        checksum = Checksum(algorithm.strip(), digits.strip())
        self.documents.append(
            ExternalDocument(external_document_id=parts[0], spdx_document=parts[1], checksum=checksum)
        )
        self.lines.records["externalDocumentRefs"].append(line)

    def _licence(self, value: str, line: int) -> None:
        self.licences.append(ExtractedLicence(license_id=value))
        self.lines.records["hasExtractedLicensingInfos"].append(line)

    def _licence_name(self, value: str, line: int) -> None:
        if self.licences:
            self.licences[-1].name = self.licences[-1].name or value
        else:
            self._misplaced("LicenseName", line)

    def _extracted(self, value: str, line: int) -> None:
        if self.licences:
            self.licences[-1].extracted_text = self.licences[-1].extracted_text or value
        else:
            self._misplaced("ExtractedText", line)

    def _relationship(self, value: str, line: int) -> None:
        parts = value.split()
        if len(parts) != 3:
            self._malformed("Relationship", value, "'id TYPE id'", line)
            return
        source, kind, target = parts
        self.relationships.append(
            Relationship(spdx_element_id=source, relationship_type=kind, related_spdx_element=target)
        )
        self.lines.records["relationships"].append(line)

    # -- packages, files and snippets

    def _named(self, value: str, line: int) -> None:
        package = self._package = Package(name=value)
        self.packages.append(package)
        self.lines.records["packages"].append(line)
        self._begin(package)

    def _file(self, value: str, _line: int) -> None:
        element = Element(file_name=value)
        self.elements.append(element)
        self._begin(element)

    def _snippet(self, value: str, _line: int) -> None:
        self.elements.append(Element(spdx_id=value))

    def _begin(self, record: Package | Element) -> None:
        self._holder = record
        if self._early is not None:
            spdx_id, line = self._early
            self._early = None
            self._id(spdx_id, line)

    def _id(self, value: str, line: int) -> None:
        """The id of the record that has begun; if that has one, of the record that begins on the next line."""
        holder = self._holder
        if holder.spdx_id:
            if self._ahead(line):
                self._early = value, line
            else:
                self._again("SPDXID", line)
            return
        holder.spdx_id = value
        if holder is self.header:
            self.lines.fields["SPDXID"] = line
        elif self._package is not None and holder is not self._package:
            self._package.has_files.append(value)

    def _ahead(self, line: int) -> bool:
        """Whether a record begins right after this line."""
        following = self._texts[line] if line < len(self._texts) else ""
        return following.lstrip().startswith(("PackageName", "FileName"))

    def _text(self, field: str, value: str, tag: str, line: int) -> None:
        package = self._package
        if package is None:
            self._misplaced(tag, line)
        elif getattr(package, field):
            self._again(tag, line)
        else:
            setattr(package, field, value)

    def _of(self, tag: str, line: int) -> Package:
        """The package that a line belongs to; one that is let go where there is none."""
        if self._package is None:
            self._misplaced(tag, line)
            return Package()
        return self._package

    def _analyzed(self, value: str, line: int) -> None:
        if value.lower() in {"true", "false"}:
            self._of("FilesAnalyzed", line).files_analyzed = value.lower() == "true"
        else:
            self._malformed("FilesAnalyzed", value, "'true' or 'false'", line)

    def _verified(self, value: str, line: int) -> None:
        self._of("PackageVerificationCode", line).package_verification_code = VerificationCode(value)

    def _detected(self, value: str, line: int) -> None:
        self._of("PackageLicenseInfoFromFiles", line).license_info_from_files.append(value)

    def _attribution(self, value: str, line: int) -> None:
        self._of("PackageAttributionText", line).attribution_texts.append(value)

    def _checksum(self, value: str, line: int) -> None:
        algorithm, colon, digits = value.partition(":")
        if colon:
            self._of("PackageChecksum", line).checksums.append(Checksum(algorithm.strip(), digits.strip()))
        else:
            self._malformed("PackageChecksum", value, "'ALGORITHM: digits'", line)

    def _reference(self, value: str, line: int) -> None:
        parts = value.split(None, 2)
        if len(parts) == 3:
            self._of("ExternalRef", line).external_refs.append(ExternalRef(*parts))
        else:
            self._malformed("ExternalRef", value, "'CATEGORY type locator'", line)

    # -- faults

    def _again(self, tag: str, line: int) -> None:
        message = f"gives {tag!r} again for the same element; the first counts"
        self._faults.add("repeated-tag", message, f"line {line}", "error")

    def _misplaced(self, tag: str, line: int) -> None:
        message = f"gives {tag!r} before anything that it could belong to"
        self._faults.add("misplaced-tag", message, f"line {line}", "error")

    def _malformed(self, tag: str, value: str, due: str, line: int) -> None:
        message = f"has {value[:120]!r} as {tag}, where {due} is due"
        self._faults.add("malformed-value", message, f"line {line}", "error")
