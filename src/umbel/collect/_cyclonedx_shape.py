# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a CycloneDX document may hold, version by version, as one table and the types made from it.

The table says for every record which fields it has, of which kind, since and until which minor
version, and which are required. From it come strict `msgspec` types (one set a version, made when
first needed), so that a sound document is decoded and checked in one pass; and the fields by name,
so that an unsound one can be mended value by value (`_cyclonedx_mend`).
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

import msgspec

Opened: TypeAlias = Any
"""A record of the table: its type is made from there, so that only the table tells its fields."""
Item: TypeAlias = Any
"""A record as a document's syntax has it: bytes not decoded yet, an element, or plain objects."""

OLDEST, NEWEST = 2, 7
"""Minor versions that the table knows; 1.0 and 1.1 are read with the table of 1.2."""
MODERN = 5
"""Since then references may not be empty, tools may be components, documents need no version."""
MIXED = 7
"""Since then a licence expression may stand beside other licences."""

# A field is `name[!required][:kind][@versions]`; versions are `since`, `since-until`; those after
# `!` tell when it is required. Kinds: text (none given), `i` integer, `n` number, `b` boolean,
# `t` date and time, `ref` reference, `mime`, `=name` one of a list of words, `*` anything (not
# looked into), `+name` a record that is opened one by one, else a record; `[]` makes it a list.
_RECORDS = """
bom             $schema bomFormat! specVersion! serialNumber version!2-4:i metadata:+metadata
                components:+component[] services:+service[] externalReferences:+externalReference[]
                dependencies:+dependency[] compositions:+compositions[]@3
                vulnerabilities:+vulnerability[]@4 signature:*@4 annotations:+annotations[]@5
                formulation:*@5 properties:+property[]@5 declarations:*@6 definitions:*@6 citations:*@7
metadata        timestamp tools:tools authors:organizationalContact[] component:+component
                manufacture:organizationalEntity supplier:organizationalEntity licenses:licenseChoice[]@3
                properties:property[]@3 lifecycles:metadata.lifecycles[]@5
                manufacturer:organizationalEntity@6
                distributionConstraints:metadata.distributionConstraints@7
metadata.lifecycles phase:=phase name description
metadata.distributionConstraints tlp:=tlp
metadata.tools  components:+component[] services:+service[]
tool            vendor name version hashes:hash[] externalReferences:externalReference[]@4
organizationalEntity name url[] contact:organizationalContact[] bom-ref:ref@5 address:postalAddress@6
organizationalContact name email phone bom-ref:ref@5
postalAddress   bom-ref:ref country region locality postOfficeBoxNumber postalCode streetAddress
component       type!:=component mime-type:mime bom-ref:ref supplier:organizationalEntity author publisher
                group name! version!2-3 description scope:=scope hashes:hash[] licenses:licenseChoice[]
                copyright cpe purl swid:swid modified:b pedigree:component.pedigree
                externalReferences:externalReference[] components:+component[] evidence:componentEvidence@3
                properties:property[]@3 releaseNotes:releaseNotes@4 signature:*@4 modelCard:modelCard@5
                data:componentData[]@5 manufacturer:organizationalEntity@6 authors:organizationalContact[]@6
                omniborId[]@6 swhid[]@6 cryptoProperties:*@6 tags[]@6 versionRange@7 isExternal:b@7 patentAssertions:*@7
modelCard       bom-ref:ref modelParameters:modelCard.modelParameters
                quantitativeAnalysis:modelCard.quantitativeAnalysis
                considerations:modelCard.considerations properties:property[]
modelCard.modelParameters approach:modelCard.modelParameters.approach task architectureFamily modelArchitecture
                datasets:dataset[] inputs:inputOutputMLParameters[] outputs:inputOutputMLParameters[]
modelCard.modelParameters.approach type:=approach
modelCard.quantitativeAnalysis performanceMetrics:performanceMetric[] graphics:*
modelCard.considerations users[] useCases[] technicalLimitations[] performanceTradeoffs[]
                ethicalConsiderations:risk[] fairnessAssessments:fairnessAssessment[]
                environmentalConsiderations:*@6
inputOutputMLParameters format
performanceMetric type value slice confidenceInterval:performanceMetric.confidenceInterval
performanceMetric.confidenceInterval lowerBound upperBound
risk            name mitigationStrategy
fairnessAssessment groupAtRisk benefits harms mitigationStrategy
componentData   bom-ref:ref type!:=data name contents:componentData.contents classification sensitiveData[]
                graphics:* description governance:*
componentData.contents attachment:attachment url properties:property[]
dataset         ref:ref bom-ref:ref type:=data name contents:componentData.contents classification
                sensitiveData[] graphics:* description governance:*
component.pedigree ancestors:+component[] descendants:+component[] variants:+component[] commits:commit[]
                patches:patch[] notes
swid            tagId! name! version tagVersion:i patch:b text:attachment url
attachment      contentType encoding:=encoding content!
hash            alg!:=hash content!
license         id name text:attachment url bom-ref:ref@5 licensing:licensing@5 properties:property[]@5
                acknowledgement:=acknowledgement@6
licensing       altIds[] licensor:licensing.party licensee:licensing.party purchaser:licensing.party
                purchaseOrder licenseTypes:=licensing[] lastRenewal:t expiration:t
licensing.party organization:organizationalEntity individual:organizationalContact
licenseChoice   license:license expression bom-ref:ref@5 acknowledgement:=acknowledgement@6
                expressionDetails:licenseChoice.expressionDetails[]@7 licensing:licensing@7
                properties:property[]@7
licenseChoice.expressionDetails licenseIdentifier! bom-ref:ref text:attachment url
commit          uid url author:identifiableAction committer:identifiableAction message
patch           type!:=patch diff:diff resolves:issue[]
diff            text:attachment url
issue           type!:=issue id name description source:issue.source references[]
issue.source    name url
identifiableAction timestamp:t name email
externalReference url! comment type!:=reference hashes:hash[]@3 properties:property[]@7
dependency      ref!:ref dependsOn:ref[] provides:ref[]@6
service         bom-ref:ref provider:organizationalEntity group name! version description endpoints[]
                authenticated:b x-trust-boundary:b data:dataClassification[]@2-4 data:serviceData[]@5
                licenses:licenseChoice[] externalReferences:externalReference[] services:+service[]
                properties:property[]@3 releaseNotes:releaseNotes@4 signature:*@4 trustZone@5 tags[]@6
                patentAssertions:*@7
dataClassification flow!:=flow classification!
serviceData     flow!:=flow classification! name description governance:* source[] destination[]
copyright       text!
componentEvidence licenses:licenseChoice[] copyright:copyright[] identity:componentIdentityEvidence@5-5
                identity:identity@6 occurrences:componentEvidence.occurrences[]@5
                callstack:componentEvidence.callstack@5
componentEvidence.occurrences bom-ref:ref location! line:i@6 offset:i@6 symbol@6 additionalContext@6
componentEvidence.callstack frames:componentEvidence.callstack.frames[]
componentEvidence.callstack.frames package module! function parameters[] line:i column:i fullFilename
componentIdentityEvidence field!:=identity confidence:n methods:componentIdentityEvidence.methods[] tools[]
                concludedValue@6
componentIdentityEvidence.methods technique!:=technique confidence!:n value
compositions    aggregate!:=aggregate assemblies[] dependencies[] signature:*@4 bom-ref:ref@5
                vulnerabilities[]@5
property        name!6 value
note            locale text!:attachment
releaseNotes    type! title featuredImage socialImage description timestamp:t aliases[] tags[]
                resolves:issue[] notes:note[] properties:property[]
advisory        title url!
rating          source:vulnerabilitySource score:n severity:=severity method:=score vector justification
vulnerabilitySource url name
vulnerability   bom-ref:ref id source:vulnerabilitySource references:vulnerability.references[]
                ratings:rating[] cwes:i[] description detail recommendation advisories:advisory[] created:t
                published:t updated:t credits:vulnerability.credits tools:tools
                analysis:vulnerability.analysis affects:vulnerability.affects[] properties:property[]
                workaround@5 proofOfConcept:*@5 rejected:t@5
vulnerability.references id! source!:vulnerabilitySource
vulnerability.credits organizations:organizationalEntity[] individuals:organizationalContact[]
vulnerability.analysis state:=state justification:=justification response:=response[] detail
                firstIssued:t@5 lastUpdated:t@5
vulnerability.affects ref!:ref versions:vulnerability.affects.versions[]
vulnerability.affects.versions version range status:=affected
annotations     bom-ref:ref subjects![] annotator!:* timestamp!:t text! signature:*
"""

_WORDS = """
component       application framework library container operating-system device firmware file platform@5
                device-driver@5 machine-learning-model@5 data@5 cryptographic-asset@6
scope           required optional excluded
hash            MD5 SHA-1 SHA-256 SHA-384 SHA-512 SHA3-256 SHA3-384 SHA3-512 BLAKE2b-256 BLAKE2b-384
                BLAKE2b-512 BLAKE3 Streebog-256@7 Streebog-512@7
encoding        base64
acknowledgement declared concluded
patch           unofficial monkey backport cherry-pick
issue           defect enhancement security
reference       vcs issue-tracker website advisories bom mailing-list social chat documentation support
                distribution license build-meta build-system other release-notes@4 distribution-intake@5
                security-contact@5 model-card@5 log@5 configuration@5 evidence@5 formulation@5
                attestation@5 threat-model@5 adversary-model@5 risk-assessment@5 vulnerability-assertion@5
                exploitability-statement@5 pentest-report@5 static-analysis-report@5
                dynamic-analysis-report@5 runtime-analysis-report@5 component-analysis-report@5
                maturity-report@5 certification-report@5 codified-infrastructure@5 quality-metrics@5 poam@5
                source-distribution@6 electronic-signature@6 digital-signature@6 rfc-9116@6 patent@7
                patent-family@7 patent-assertion@7 citation@7
flow            inbound outbound bi-directional unknown
aggregate       complete incomplete incomplete_first_party_only incomplete_third_party_only unknown
                not_specified incomplete_first_party_proprietary_only@5
                incomplete_first_party_opensource_only@5 incomplete_third_party_proprietary_only@5
                incomplete_third_party_opensource_only@5
phase           design pre-build build post-build operations discovery decommission
approach        supervised unsupervised reinforcement-learning semi-supervised self-supervised
data            source-code configuration dataset definition other
tlp             CLEAR GREEN AMBER AMBER_AND_STRICT RED
licensing       academic appliance client-access concurrent-user core-points custom-metric device
                evaluation named-user node-locked oem perpetual processor-points subscription user other
identity        group name version purl cpe swid hash omniborId@6 swhid@6
technique       source-code-analysis binary-analysis manifest-analysis ast-fingerprint hash-comparison
                instrumentation dynamic-analysis filename attestation other
severity        critical high medium low info none unknown
score           CVSSv2 CVSSv3 CVSSv31 OWASP other CVSSv4@5 SSVC@5
state           resolved resolved_with_pedigree exploitable in_triage false_positive not_affected
justification   code_not_present code_not_reachable requires_configuration requires_dependency
                requires_environment protected_by_compiler protected_at_runtime protected_at_perimeter
                protected_by_mitigating_control
response        can_not_fix will_not_fix update rollback workaround_available
affected        affected unaffected unknown
"""

_FIELD = re.compile(r"([^!:@\[]+)(![\d-]*)?(:[^@\[]+)?(\[\])?(?:@([\d-]+))?")
MIME = r"^[-+a-z0-9.]+/[-+a-z0-9.]+$"
_PLAIN: dict[str, Any] = {
    "s": str, "i": int, "n": float, "b": bool, "t": datetime, "*": msgspec.Raw, "+": msgspec.Raw,
    "mime": Annotated[str, msgspec.Meta(pattern=MIME)],
}  # fmt: skip


class Field(NamedTuple):
    """One field of a record in one version."""

    key: str
    attribute: str
    kind: str
    """A letter, `ref`, `mime`, `=` and a list's name, `+` and a record's, or a record's name."""
    many: bool
    required: bool


class Record(NamedTuple):
    """One record in one version: its strict type, and its fields by key."""

    name: str
    type: type[Any]
    fields: dict[str, Field]
    decoder: msgspec.json.Decoder[Any]


def _lines(text: str) -> dict[str, list[str]]:
    """`name item item`, continued by indented lines, as name → items."""
    out: dict[str, list[str]] = {}
    items: list[str] = []
    for line in text.strip("\n").splitlines():
        words = line.split()
        if line[0] != " ":
            items = out[words.pop(0)] = []
        items += words
    return out


_FIELDS, _ENUMS = _lines(_RECORDS), _lines(_WORDS)


def _covers(versions: str | None, minor: int) -> bool:
    """Whether `5` (since), `2-4` or nothing (always) holds for a minor version."""
    if not versions:
        return True
    since, _, until = versions.partition("-")
    return int(since) <= minor <= int(until or NEWEST)


class Shape:
    """The records of one minor version. `lenient`: a version yet unknown may bring new fields."""

    def __init__(self, minor: int, *, lenient: bool = False) -> None:
        """Prepare a version; its types are made when they are first asked for."""
        self.minor = minor
        self.lenient = lenient
        self._records: dict[str, Record] = {}
        self._words: dict[str, frozenset[str]] = {}

    def words(self, name: str) -> frozenset[str]:
        """The words that a field of kind `=name` may hold."""
        if name not in self._words:
            pairs = [word.partition("@") for word in _ENUMS[name]]
            self._words[name] = frozenset(w for w, _, since in pairs if _covers(since, self.minor))
        return self._words[name]

    def record(self, name: str) -> Record:
        """A record by its name in the table."""
        if name not in self._records:
            self._records[name] = self._made(name)
        return self._records[name]

    def _made(self, name: str) -> Record:
        fields, absent = {}, {}
        for text in _FIELDS[name]:
            match = _FIELD.fullmatch(text)
            if match is None:
                message = f"record {name!r}: {text!r} is no field"
                raise ValueError(message)
            key, required, kind, many, versions = match.groups()
            attribute = re.sub(r"\W", "_", key)
            if _covers(versions, self.minor):
                needed = required is not None and _covers(required[1:], self.minor)
                fields[key] = Field(key, attribute, (kind or ":s")[1:], bool(many), needed)
            else:
                absent[attribute] = () if many else None
        made = self._struct(name, fields, absent)
        return Record(name, made, fields, msgspec.json.Decoder(made))

    def _struct(self, name: str, fields: dict[str, Field], absent: dict[str, Any]) -> type[Any]:
        members: list[tuple[str, Any] | tuple[str, Any, Any]] = []
        for field in fields.values():
            kind = self._type(field)
            default = () if field.many else None
            members.append((field.attribute, kind) if field.required else (field.attribute, kind, default))
        here = {field.attribute for field in fields.values()}
        return msgspec.defstruct(
            re.sub(r"\W", "_", name),
            members,
            rename={field.attribute: field.key for field in fields.values()},
            # What an older version doesn't know reads as not said.
            namespace={attribute: value for attribute, value in absent.items() if attribute not in here},
            forbid_unknown_fields=not self.lenient,
            kw_only=True,
            gc=False,
        )

    def _type(self, field: Field) -> Any:
        one = self._kind(field.kind)
        return _list_of(one) if field.many else one

    def _kind(self, kind: str) -> Any:
        plain = _PLAIN.get(kind[0] if kind[0] == "+" else kind)
        if plain is not None:
            return plain
        if kind == "ref":
            return Annotated[str, msgspec.Meta(min_length=1)] if self.minor >= MODERN else str
        if kind[0] == "=":
            return Literal[tuple(sorted(self.words(kind[1:])))]
        if kind == "tools":
            tools = _list_of(self.record("tool").type)
            return tools | self.record("metadata.tools").type if self.minor >= MODERN else tools
        if kind == "identity":
            one = self.record("componentIdentityEvidence").type
            return _list_of(one) | one
        return self.record(kind).type


def _list_of(one: object) -> Any:
    return list.__class_getitem__(one)


@cache
def shape(minor: int) -> Shape:
    """The shape of a minor version; versions beyond the table are read like the newest, leniently."""
    return Shape(min(max(minor, OLDEST), NEWEST), lenient=minor > NEWEST)
