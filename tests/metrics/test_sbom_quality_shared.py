# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Ratings of real SBOMs, beside a plain reading of the same documents and beside another checker."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from umbel.evidence.ingest import collect
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.metrics.sbom_quality import answers, rating, standards
from umbel.model.purl import PurlError, parse

Outcomes = dict[str, dict[str, dict[str, Any]]]
"""Document → standard/element → the element's record."""

DEFECTS: dict[str, tuple[str, ...]] = {
    "cdx-no-authors": ("ntia/author", "cisa/author", "bsi/creator"),
    "cdx-no-checksums": ("cisa/hash", "bsi/hash"),
    "cdx-no-dependencies": ("ntia/dependencies", "cisa/dependencies", "bsi/dependencies"),
    "cdx-no-timestamp": ("ntia/timestamp", "cisa/timestamp", "bsi/timestamp"),
    "cdx-no-version": ("ntia/version", "cisa/version", "bsi/version"),
    "cdx-old-version": ("bsi/format",),
    "cdx-weak-checksums": ("bsi/hash",),
    "cdx-invalid-licenses": ("bsi/licenses",),
    "cdx-custom-license.cdx": ("bsi/licenses",),
    "cdx-mixed-licenses.cdx": ("bsi/licenses",),
    "spdx-no-authors": ("ntia/author", "cisa/author", "bsi/creator"),
    "spdx-no-checksums": ("cisa/hash", "bsi/hash"),
    "spdx-no-timestamp": ("ntia/timestamp", "cisa/timestamp", "bsi/timestamp"),
    "spdx-no-version": ("ntia/version", "cisa/version", "bsi/version"),
    "spdx-old-version": ("bsi/format",),
    "spdx-weak-checksums": ("bsi/hash",),
    "spdx-invalid-licenses": ("bsi/licenses",),
    "spdx3-no-authors": ("ntia/author", "cisa/author", "bsi/creator"),
    "spdx3-no-checksum": ("cisa/hash", "bsi/hash"),
    "spdx3-no-supplier": ("ntia/supplier",),
    "spdx3-no-timestamp": ("ntia/timestamp", "cisa/timestamp", "bsi/timestamp"),
    "spdx3-no-tool": ("cisa/tool",),
    "spdx3-no-unique-id": ("ntia/identifiers", "cisa/identifiers"),
    "missing-metadata.cdx": ("ntia/author", "ntia/timestamp", "cisa/tool"),
    "metadata-required-violations.cdx": ("ntia/name", "ntia/version", "ntia/timestamp"),
    "metadata-identifiers-violations.cdx": ("ntia/identifiers", "cisa/identifiers"),
    "security-required-fields-violations.cdx": ("cisa/hash",),
    "enterprise-approved-suppliers-violations.cdx": ("ntia/supplier",),
}
"""Files that are named after a defect → the elements which it leaves unmet."""

ELSEWHERE = {"spdx3-no-version": ("ntia/version", "its purls have the versions")}
"""Files that say elsewhere what they are named after lacking → the element, and where."""

UNKNOWN = {
    "spdx-no-dependencies": "that one package contains another isn't kept from SPDX, so a lack can't be told",
    "spdx3-no-dependencies": "the same",
}
"""Files whose defect can't be told from the evidence → why."""

NOT_RATED = {
    "deprecated licences": "a deprecated id still names its licence",
    "restricted licences": "whether a licence may be used is for policies",
    "signatures": "none of the standards asks for one, or for a sound one",
    "snapshot versions, vulnerable components, banned licences, sources, suppliers on a list": "for policies",
    "copyright, CPE beside purl, download location, type": "none of the standards asks for them",
}
"""Other defects that files are named after → why no element tells of them."""


def found(tmp_path: Path, *sources: Path) -> Outcomes:
    """Collect documents and rate them."""
    lake = Lake(tmp_path / "lake", create=True)
    collect(lake, list(sources), workers=1)
    outcomes: Outcomes = {}
    with Session(lake, tables=rating.TABLES) as session:
        for record in answers.documents(session, standards.chosen(None)):
            document = outcomes.setdefault(record["origin"].removeprefix("file:"), {})
            for element in record["elements"]:
                document[f"{record['standard']}/{element['element']}"] = element
    return outcomes


@pytest.fixture(scope="module")
def defects(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Outcomes:
    """The set of documents with one defect each, by the files' stems."""
    rated = found(tmp_path_factory.mktemp("defects"), shared_data / "sbom/sbomqs")
    return {Path(origin).stem: outcomes for origin, outcomes in rated.items()}


@pytest.mark.parametrize("stem", DEFECTS)
def test_the_defect_that_a_file_is_named_after_is_found(defects: Outcomes, stem: str) -> None:
    if stem not in defects:
        pytest.skip("no collector reads this format")
    assert {name: defects[stem][name]["outcome"] for name in DEFECTS[stem]} == dict.fromkeys(
        DEFECTS[stem], "unmet"
    )


@pytest.mark.parametrize("stem", ELSEWHERE)
def test_what_a_file_says_elsewhere_counts(defects: Outcomes, stem: str) -> None:
    if stem not in defects:
        pytest.skip("no collector reads this format")
    assert defects[stem][ELSEWHERE[stem][0]]["outcome"] == "met"


@pytest.mark.parametrize("stem", UNKNOWN)
def test_a_defect_that_evidence_cannot_tell_is_unknown(defects: Outcomes, stem: str) -> None:
    if stem not in defects:
        pytest.skip("no collector reads this format")
    assert defects[stem]["ntia/dependencies"]["outcome"] == "unknown"


def test_the_perfect_file_has_none_of_the_defects(defects: Outcomes) -> None:
    perfect = defects["cdx-perfect-score"]
    unmet = {name for name, element in perfect.items() if element["outcome"] == "unmet"}
    assert not any(name.startswith(("ntia/", "cisa/")) for name in unmet)
    assert unmet == {  # written for sbomqs, as CycloneDX 1.5, without the guideline's own properties
        "bsi/format", "bsi/component-creator", "bsi/filename", "bsi/completeness", "bsi/executable",
        "bsi/archive", "bsi/structured",
    }  # fmt: skip


# -- a plain reading of CycloneDX in JSON, to be held against the ratings


def every(document: dict[str, Any]) -> list[dict[str, Any]]:
    """What a document describes, and all its components, nested ones too."""
    root = document.get("metadata", {}).get("component")
    stack = [*document.get("components", ()), *((root or {}).get("components", ()))]
    listed = []
    while stack:
        listed.append(stack.pop())
        stack += listed[-1].get("components", ())
    own = {(root or {}).get(key) for key in ("bom-ref", "purl")} - {None}
    others = [c for c in listed if not own & {c.get("bom-ref"), c.get("purl")}]
    return [*([root] if root else []), *others]


def purl_of(component: dict[str, Any]) -> Any:
    try:
        return parse(component.get("purl", ""))
    except PurlError:
        return None


def party(entity: dict[str, Any] | None) -> bool:
    if not entity:
        return False
    people = entity.get("contact", ())
    return bool(
        entity.get("name")
        or any(entity.get("url", ()))
        or any(c.get("name") or c.get("email") for c in people)
    )


def is_time(text: str | None) -> bool:
    try:
        return bool(text and datetime.fromisoformat(text))
    except ValueError:
        return False


def plain(document: dict[str, Any]) -> dict[str, bool]:
    """Whether each element is met, from the document alone; those without components are left out."""
    metadata, components = document.get("metadata", {}), every(document)
    tools = metadata.get("tools", ())
    named = [a for a in metadata.get("authors", ()) if a.get("name") or a.get("email")]
    facts = {
        "author": bool(named or party(metadata.get("manufacturer"))),
        "timestamp": is_time(metadata.get("timestamp")),
        "tool": bool(
            [*tools.get("components", ()), *tools.get("services", ())] if isinstance(tools, dict) else tools
        ),
        "context": any(p.get("phase") or p.get("name") for p in metadata.get("lifecycles", ())),
    }
    if components:
        facts |= {
            "supplier": all(party(c.get("supplier")) or c.get("publisher") for c in components),
            "version": all(c.get("version") or getattr(purl_of(c), "version", None) for c in components),
            "identifiers": all(
                purl_of(c) or c.get("cpe") or c.get("swid") or c.get("swhid") or c.get("omniborId")
                for c in components
            ),
            "hash": all(hashed(c) for c in components),
        }
    return facts


def hashed(component: dict[str, Any]) -> bool:
    distributions = [
        r for r in component.get("externalReferences", ()) if r["type"].startswith("distribution")
    ]
    return bool(component.get("hashes") or any(r.get("hashes") for r in distributions))


@cache
def valid(data: Path) -> tuple[Path, ...]:
    """Every sound CycloneDX document in JSON that there is."""
    conformance = list((data / "cyclonedx-conformance").rglob("valid-*.json"))
    others = [
        p for f in ("bom-examples", "dependency-track", "in-the-wild") for p in (data / f).rglob("*.json")
    ]
    return tuple(p for p in sorted({*conformance, *others}) if p.read_bytes()[:1] == b"{")


LOST = {
    ("dependency-track/bom-issue3936-authors.json", name): "a component that nothing names is lost"
    for name in ("identifiers", "version")
}
"""Where the plain reading differs → why."""


def test_ratings_agree_with_a_plain_reading(tmp_path: Path, shared_data: Path) -> None:
    data = shared_data / "sbom"
    rated = found(
        tmp_path,
        *(data / f for f in ("cyclonedx-conformance", "bom-examples", "dependency-track", "in-the-wild")),
    )
    compared, differing = 0, {}
    for path in valid(data):
        document = json.loads(path.read_bytes())
        if document.get("bomFormat") != "CycloneDX":
            continue
        for name, met in plain(document).items():
            key = f"{'cisa' if name in {'tool', 'context', 'hash'} else 'ntia'}/{name}"
            outcome = rated[str(path.resolve())][key]["outcome"]
            compared += 1
            if outcome != {True: "met", False: "unmet"}[met]:
                differing[str(path.relative_to(data)), name] = (met, outcome)
    assert compared > 1000
    assert set(differing) == set(LOST), differing


# -- another checker


def test_ratings_of_spdx_agree_with_the_ntia_conformance_checker(tmp_path: Path, shared_data: Path) -> None:
    checker = pytest.importorskip("ntia_conformance_checker.ntia_checker")
    data = shared_data / "sbom"
    small = [p for p in (data / "in-the-lab").glob("*.json") if p.stat().st_size < 60_000]
    paths = sorted([*small, *(data / "sbomqs/fixtures").glob("spdx-*.json")])
    rated, compared = found(tmp_path, data / "in-the-lab", data / "sbomqs/fixtures"), 0
    for path in paths:
        theirs = checker.NTIAChecker(str(path), validate=False)
        if not theirs.doc or not theirs.components_evaluated:
            continue
        compared += 1
        ours = {name: element["outcome"] == "met" for name, element in rated[str(path.resolve())].items()}
        assert ours["ntia/name"] == (not theirs.components_without_names), path
        assert ours["ntia/supplier"] == (not theirs.components_without_suppliers), path
        assert ours["ntia/timestamp"] == theirs.doc_timestamp, path
        # A version that only the purl tells counts here, and a container's layers are no components.
        assert ours["ntia/version"] >= (not theirs.components_without_versions), path
        # It takes a tool for an author, each SPDX id for an identifier, and DESCRIBES for a dependency.
        assert ours["ntia/author"] <= theirs.doc_author, path
        assert ours["ntia/identifiers"] <= (not theirs.components_without_identifiers), path
        assert ours["ntia/dependencies"] <= theirs.dependency_relationships, path
    assert compared >= 15
