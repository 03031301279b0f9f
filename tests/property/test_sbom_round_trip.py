# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is written as an SBOM and read again is the evidence that it was written from.

For every format, version and syntax that can be written, over generated evidence and over real documents.
Nothing is lost in any of them: what a version has no place for stands in Umbel's own properties.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.reports.bills import FORMS, bill_of, evidence, name_of, read, written
from umbel.collect.cyclonedx_json import CyclonedxJsonCollector
from umbel.collect.cyclonedx_xml import CyclonedxXmlCollector
from umbel.collect.interface import Component, Document, Edge, Reading, UnreadableError
from umbel.collect.spdx_json import SpdxJsonCollector
from umbel.collect.spdx_tag_value import SpdxTagValueCollector
from umbel.model import purl

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.reports.sbom import Form

NASTY = (
    " ", " edges ", "two\nlines", "trailing \nspace", "a\ttab", "cr\r\nlf", "\x00\x1b", "<text>", "a</text>b", "NOASSERTION", "NONE",
    "a & b < c > \"d\" 'e'", '"quoted"', "{}", "%41%", "pkg:npm/x", "cpe:/a", "npm:lodash", ">=1.0", "^2", "ä ö 𝄞",
    "\u2028", "\ufeff", "a" * 64, "0", "None", "umbel:scope", "://", "Organization: Acme", "Person: (x)", "]]>",
    "\x85", "Organization: ", "https://acme.example/a b", "docker.io/library/redis:7", "sha256:" + "b" * 64,
)  # fmt: skip
texts = st.sampled_from(NASTY) | st.text(min_size=1, max_size=12)
maybe = st.none() | texts
names = st.sampled_from(("a", "b", "lodash", "left-pad", "a@1")) | texts
licences = st.sampled_from(
    (
        "MIT", "Apache-2.0 OR MIT", "GPL-2.0", "mit", "The Apache License", "LicenseRef-Own", "Apache-2.0/MIT",
        "GPL-2.0-only WITH Classpath-exception-2.0", "NOASSERTION", "NONE", "DocumentRef-x:LicenseRef-y", "GFDL-1.1+",
    )
)  # fmt: skip
statements = st.lists(licences | texts, max_size=3).map(tuple)
hashes = st.tuples(
    st.sampled_from(
        ("sha1", "sha256", "md5", "sha224", "sha3-256", "blake3", "adler32", "streebog-256", "odd")
    ),
    st.sampled_from(("a" * 32, "b" * 40, "c" * 64, "d" * 56, "e" * 8, "F" * 64, "no hex")),
)
addresses = st.tuples(
    st.sampled_from(("website", "vcs", "distribution", "issue-tracker", "advisories", "other", "npm", "odd kind")),
    st.sampled_from(
        (
            "https://acme.example/shop", "git+https://acme.example/shop.git", "ssh://git@acme.example/shop",
            "https://acme.example/%zz", "http://localhost:80/x", "mailto:x@acme.example", "shop", "https://a.example/ x",
            "https://me:secret@acme.example/", "https://[::1]/x", "https://acme.example/a#b#c",
        )
    ),
)  # fmt: skip
properties = st.tuples(
    st.sampled_from(("syft:location", "umbel:scope", "spdx:licenseref", "a b", "odd\nname", "spdx:purl"))
    | texts,
    texts | st.just("") | st.just("LicenseRef-Own: Own Licence"),
)
cpes = st.sampled_from(
    ("cpe:2.3:a:acme:shop:1.0:*:*:*:*:*:*:*", "cpe:/a:acme:shop:1.0", "cpe:2.3:odd", "no cpe")
)
scopes = st.sampled_from((None, "runtime", "development", "test", "build", "optional", "excluded"))
types = st.sampled_from(
    (None, "library", "application", "operating-system", "machine-learning-model", "bundle")
)


@st.composite
def identities(draw: st.DrawFn) -> dict[str, Any]:
    """A package with its purl, or without any; names as written may be others."""
    name, version = draw(names), draw(maybe)
    if draw(st.booleans()):
        return {
            "package": purl.unidentified(name),
            "name": draw(st.none() | st.just(name)),
            "version": version,
        }
    kind = draw(st.sampled_from(("npm", "pypi", "golang", "maven", "deb")))
    group = draw(st.sampled_from((None, "org.acme", "@acme")))
    qualifiers = draw(st.sampled_from((None, {"arch": "amd64"})))
    try:
        made = purl.make(kind, group, name, version, qualifiers)
    except purl.PurlError:
        return {"package": purl.unidentified(name), "name": name, "version": version}
    said = draw(st.sampled_from((made.version, version, None)))
    return {
        "package": made.package,
        "purl": made.purl,
        "version": said,
        "name": draw(st.sampled_from((made.name, name, None))),
        "namespace": draw(st.sampled_from((made.namespace, None, "other"))),
        "purl_raw": draw(st.sampled_from((None, "pkg://npm/x", "no purl"))),
    }


@st.composite
def components(draw: st.DrawFn, ref: str) -> Component:
    """One component with anything in it."""
    fields: dict[str, Any] = {
        field: draw(maybe)
        for field in ("supplier", "author", "copyright", "description", "location")
        if draw(st.booleans())
    }
    return Component(
        ref=ref,
        **draw(identities()),
        **fields,
        type=draw(types),
        scope=draw(scopes),
        direct=draw(st.sampled_from((None, True, False))),
        declared=draw(statements),
        concluded=draw(statements),
        detected=draw(statements),
        hashes=tuple(draw(st.lists(hashes, max_size=2))),
        cpes=tuple(draw(st.lists(cpes, max_size=2))),
        urls=tuple(draw(st.lists(addresses, max_size=3))),
        properties=tuple(draw(st.lists(properties, max_size=3))),
    )


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """A document's evidence: components, and edges between them, from the project, and to nowhere."""
    refs = [f"r{i}" for i in range(draw(st.integers(0, 5)))]
    found = {ref: draw(components(ref)) for ref in refs}
    edges = []
    for _ in range(draw(st.integers(0, 8))):
        target = draw(st.sampled_from((None, *refs)))
        package = purl.unidentified(draw(names)) if target is None else found[target].package
        edge = Edge(
            source=draw(st.sampled_from((None, *refs))),
            target=target,
            package=package,
            requirement=draw(maybe),
            scope=draw(scopes),
            optional=draw(st.sampled_from((None, True, False))),
            pinned=draw(st.sampled_from((None, True, False))),
        )
        edges.append(edge)
    return Reading(format="test", subject_version=draw(maybe), components=list(found.values()), edges=edges)


@given(reading=readings(), subject=names)
def test_generated_evidence_comes_back_from_every_format(reading: Reading, subject: str) -> None:
    wanted = evidence(reading.components, reading.edges)
    made = bill_of(reading, subject)
    for form in FORMS:
        back = read(form, written(made, form))
        assert evidence(back.components, back.edges) == wanted, form
        assert (back.subject, back.subject_version) == (subject, reading.subject_version), form


@given(reading=readings())
def test_what_is_written_depends_on_nothing_but_the_evidence(reading: Reading) -> None:
    turned = replace(reading, components=reading.components[::-1], edges=reading.edges[::-1])
    for form in FORMS[::4]:
        assert written(bill_of(reading), form) == written(bill_of(turned), form), form


REAL = (
    "bom-examples/SBOM/laravel-7.12.0/bom.1.4.json",
    "bom-examples/SBOM/dropwizard-1.3.15/bom.xml",
    "bom-examples/SBOM/cern-lhc-vdm-editor-e564943/bom.json",
    "spdx-tools-data/SPDXJSONExample-v2.3.spdx.json",
    "spdx-tools-data/SPDXTagExample-v2.2.spdx",
    "in-the-wild/*.spdx.json",
    "in-the-lab/*.json",
)
MOST_BYTES = 400_000
"""Larger ones are left to the slow test."""
COLLECTORS = (CyclonedxJsonCollector(), CyclonedxXmlCollector(), SpdxJsonCollector(), SpdxTagValueCollector())


@cache
def real_readings(folder: Path, most: int) -> list[tuple[str, Reading]]:
    """Real documents as they are read."""
    found = []
    for file in sorted(file for pattern in REAL for file in folder.glob(pattern)):
        if file.stat().st_size > most:
            continue
        data = file.read_bytes()
        for collector in COLLECTORS:
            if collector.sniff(file.name, data[: 1 << 16], data[-(1 << 16) :]):
                try:
                    found.append((file.name, collector.read(Document(file, data=data))))
                except UnreadableError:
                    continue
                break
    assert found
    return found


def comes_back(folder: Path, form: Form, most: int) -> None:
    """Every real document of at most so many bytes comes back as it was."""
    for name, reading in real_readings(folder, most):
        back = read(form, written(bill_of(reading), form))
        wanted = evidence(reading.components, reading.edges)
        assert evidence(back.components, back.edges) == wanted, name


@pytest.mark.parametrize("form", FORMS, ids=name_of)
def test_real_documents_come_back(form: Form, shared_data: Path) -> None:
    comes_back(shared_data / "sbom", form, MOST_BYTES)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS, ids=name_of)
def test_large_real_documents_come_back(form: Form, shared_data: Path) -> None:
    comes_back(shared_data / "sbom", form, 1 << 30)
