# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Public SPDX documents that aren't SPDX 2 JSON: all are read, and pairs of them tell the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from umbel.collect import registry
from umbel.collect.interface import Component, Document, Reading, UnreadableError
from umbel.model.errors import Fault

FOLDERS = ("spdx-examples", "spdx-tools-data", "in-the-wild", "sbomqs")
COUNTS = {"spdx_3": 50, "spdx_tag_value": 25, "spdx_yaml": 2}
"""How many documents there are of each form, those in SPDX 2 JSON aside."""

LACKS = "missing-field"
ODDITIES = {
    "in-the-wild/fatbom-sbom": {LACKS},
    "in-the-wild/flagger": {LACKS},
    "in-the-wild/grype-sbom": {LACKS, "party"},
    "in-the-wild/image-automation-controller": {LACKS},
    "in-the-wild/image-reflector-controller": {LACKS},
    "in-the-wild/julia": {"licence"},
    "in-the-wild/notification-controller": {LACKS},
    "in-the-wild/source-controller": {LACKS},
    "in-the-wild/vast-sbom": {LACKS, "spdx-id", "duplicate-ref"},
    "spdx-tools-data/SPDXLite": set(),
}
"""What is wrong with documents, by the beginning of their names."""
SBOMQS = {LACKS, "unknown-field", "invalid-time", "licence", "unknown-ref", "hash", "purl"}
"""Each of these documents has one defect on purpose, and many a field that SPDX 3 doesn't know."""


def read(path: Path) -> tuple[str, Reading | Fault]:
    """Whose a document is, and its reading or the fault for which it was refused."""
    data = path.read_bytes()
    collector = registry.claim(path.as_posix(), data[:65536], data[-65536:])
    if collector is None:
        return "", Fault("", "")
    try:
        return collector.id, collector.read(Document(path, data=data))
    except UnreadableError as error:
        return collector.id, error.fault


def doubts(found: Reading | Fault) -> set[str]:
    """Codes of what is wrong with a document, notes left out."""
    faults = [found] if isinstance(found, Fault) else found.faults
    return {fault.code for fault in faults if fault.level != "note"}


def test_every_document_is_read_and_each_oddity_named(shared_data: Path) -> None:
    counts: dict[str, int] = {}
    wrong: dict[str, object] = {}
    for path in sorted(p for folder in FOLDERS for p in (shared_data / "sbom" / folder).rglob("*")):
        name = str(path.relative_to(shared_data / "sbom"))
        if not path.is_file():
            continue
        collector, found = read(path)
        if collector in {"spdx_json", "cyclonedx_json", "cyclonedx_xml"}:
            continue
        counts[collector] = counts.get(collector, 0) + 1
        if not isinstance(found, Reading):
            wrong[name] = found
        elif name.startswith("sbomqs"):
            if not doubts(found) <= SBOMQS:
                wrong[name] = doubts(found)
        elif doubts(found) != next(
            (codes for start, codes in ODDITIES.items() if name.startswith(start)), set()
        ):
            wrong[name] = doubts(found)
    assert wrong == {}
    assert counts == COUNTS


# -- the same document in two forms

WILD = "in-the-wild/"
TOOLS = "spdx-tools-data/"
SAME = [
    (f"{TOOLS}SPDXTagExample-v2.2.spdx", f"{TOOLS}SPDXJSONExample-v2.2.spdx.json"),
    (f"{TOOLS}SPDXTagExample-v2.3.spdx", f"{TOOLS}SPDXJSONExample-v2.3.spdx.json"),
    (f"{TOOLS}SPDXYAMLExample-v2.2.spdx.yaml", f"{TOOLS}SPDXJSONExample-v2.2.spdx.json"),
    (f"{TOOLS}SPDXYAMLExample-v2.3.spdx.yaml", f"{TOOLS}SPDXJSONExample-v2.3.spdx.json"),
    *(
        (f"{WILD}{name}.spdx", f"{WILD}{name}.spdx.json")
        for name in (
            "flagger_1.18.0_sbom",
            "grype-sbom",
            "image-automation-controller_0.20.0_sbom",
            "image-reflector-controller_0.16.0_sbom",
            "julia",
            "notification-controller_0.21.0_sbom",
            "source-controller_0.21.2_sbom",
        )
    ),
]
SPELLED = {
    "julia": {"declared"},  # one writes parentheses around expressions, and no space after them
    "source-controller_0.21.2_sbom": {"name", "purl_raw", "cpes"},  # "sha256-simd" became "SHA256-simd"
}


def told(reading: Reading, without: set[str]) -> dict[str, Any]:
    """All that a reading tells but its format and its ids, as plain values."""
    short = {c.ref: f"{c.package}@{c.version}" for c in reading.components} | {None: None}
    about = reading.about
    assert about is not None
    out = {
        "components": sorted(
            (_plain(c, without) for c in reading.components), key=lambda c: str(sorted(c.items()))
        ),
        "edges": sorted(
            (str(short[e.source]), str(short[e.target]), e.scope, e.requirement, e.pinned)
            for e in reading.edges
        ),
        "root": _plain(about.root, without) if about.root else None,
        "subject": (reading.subject, reading.subject_version, reading.subject_purl),
        "when": (reading.observed_at, about.created),
        "tools": sorted(about.tools),
        "authors": sorted(about.authors),
        "licenses": about.licenses,
        "supplier": about.supplier,
        "identity": about.identity,
        "complete": reading.complete,
    }
    return {key: value for key, value in out.items() if key not in without}


def _plain(component: Component, without: set[str]) -> dict[str, Any]:
    found = {key: value for key, value in msgspec.to_builtins(component).items() if key != "ref"}
    for key in ("declared", "detected", "concluded"):
        found[key] = sorted(_words(text) for text in found[key])
    for key in ("hashes", "properties", "urls", "cpes"):
        found[key] = sorted(found[key])
    return {key: value for key, value in found.items() if key not in without}


def _words(text: str) -> str:
    """A licence without order and parentheses: an expression of one operator is the same in any order."""
    return " ".join(sorted(re.findall(r"[^\s()]+", text)))


@pytest.mark.parametrize(("one", "other"), SAME, ids=[Path(one).name for one, _ in SAME])
def test_two_serialisations_tell_the_same(shared_data: Path, one: str, other: str) -> None:
    first, second = read(shared_data / "sbom" / one)[1], read(shared_data / "sbom" / other)[1]
    assert isinstance(first, Reading)
    assert isinstance(second, Reading)
    without = SPELLED.get(Path(one).stem, set()) - {"declared"}
    assert told(first, without) == told(second, without)
    if Path(one).stem not in SPELLED:
        assert set(first.components) == set(second.components)
        assert {(f.code, f.message) for f in first.faults} == {(f.code, f.message) for f in second.faults}


SOFTWARE = "spdx-examples/software/"
ALWAYS = {"identity", "detected"}
"""The converter gave new documents new names; SPDX 3 has no licences that were found in a package's files."""
OTHERS: dict[str, tuple[str, str, set[str]]] = {
    "1": ("example1/spdx2.2/example1.spdx", "example1/spdx3.0/example1.json", set()),
    "3-src": ("example3/spdx2.2/example3-src.spdx", "example3/spdx3.0/example3-src.json", set()),
    "3-bin": ("example3/spdx2.2/example3-bin.spdx", "example3/spdx3.0/example3-bin.json", set()),
    "4-src": ("example4/spdx2.2/example4-src.spdx", "example4/spdx3.0/example4-src.json", set()),
    "4-bin": ("example4/spdx2.2/example4-bin.spdx", "example4/spdx3.0/example4-bin.json", set()),
    "5-src": ("example5/spdx2.2/example5-src.spdx", "example5/spdx3.0/example5-src.json", set()),
    "5-bin": ("example5/spdx2.2/example5-bin.spdx", "example5/spdx3.0/example5-bin.json", set()),
    "7-golang": (
        "example7/spdx2.2/example7-golang.spdx.json", "example7/spdx3.0/example7-golang.spdx3.json",
        # Written anew: the compiler is a file, licence and copyright are left out, the name is the archive's.
        {"components", "root", "subject", "licenses"},
    ),
    "7-bin": (
        "example7/spdx2.2/example7-bin.spdx.json", "example7/spdx3.0/example7-bin.spdx3.json",
        # Written anew: the program is a file, so that no package is described, nor needs the imported ones.
        {"root", "subject", "licenses", "complete"},
    ),
    "7-module": (
        "example7/spdx2.2/example7-go-module.spdx.json", "example7/spdx3.0/example7-go-module.spdx3.json",
        # Written anew: another day, another address, a purpose and an author; no licences.
        {"when", "type", "author", "urls", "declared", "concluded", "licenses"},
    ),
    "7-imports": (
        "example7/spdx2.2/example7-third-party-modules.spdx.json",
        "example7/spdx3.0/example7-third-party-modules.spdx3.json",
        # Written anew: one module is left out, another has its address; the document has a new name.
        {"when", "components", "subject", "licenses"},
    ),
    "8": (
        "example8/spdx2.3/examplemaven-0.0.1.spdx.json", "example8/spdx3.0/examplemaven-0.0.1.spdx3.json",
        # The converter turned `A DYNAMIC_LINK B` into `B hasDynamicLink A`: nothing is linked by the project.
        {"edges", "scope"},
    ),
    "10": ("example10/spdx2.3/hello-source.spdx.json", "example10/spdx3.0/hello-source.spdx3.json", set()),
    "12-dist": ("example12/spdx2.2/hello-dist.spdx.json", "example12/spdx3.0/hello-dist.spdx3.json", set()),
    "12-src": ("example12/spdx2.2/hello-src.spdx.json", "example12/spdx3.0/hello-src.spdx3.json", set()),
}  # fmt: skip
"""Pairs of SPDX 2 and 3, and in what they differ, with the reason."""


@pytest.mark.parametrize(("one", "other", "differs"), OTHERS.values(), ids=list(OTHERS))
def test_spdx_2_and_3_tell_the_same(shared_data: Path, one: str, other: str, differs: set[str]) -> None:
    first, second = (read(shared_data / "sbom" / SOFTWARE / name)[1] for name in (one, other))
    assert isinstance(first, Reading)
    assert isinstance(second, Reading)
    assert told(first, ALWAYS | differs) == told(second, ALWAYS | differs)
    for difference in differs:
        assert told(first, (ALWAYS | differs) - {difference}) != told(
            second, (ALWAYS | differs) - {difference}
        )


def test_a_data_set_is_described(shared_data: Path) -> None:
    path = shared_data / "sbom/spdx-examples/dataset/example01/spdx3.0/example01.spdx3.json"
    _, reading = read(path)
    assert isinstance(reading, Reading)
    (component,) = reading.components
    assert (component.type, component.version, component.declared) == ("data", "2024-04-15", ("CC-BY-4.0",))
    assert ("spdx:dataset_datasetSize", "2689") in component.properties
    assert reading.about is not None
    assert reading.about.lifecycles == ("analyzed",)
