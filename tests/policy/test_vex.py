# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""VEX that is read: what it speaks of, whose word counts, and what is broken in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policy.vex_documents import analysed, cyclonedx, openvex, said
from umbel.model.finding import Finding, VexSaid
from umbel.policy import vex
from umbel.policy.vex import Identity, Statements

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SHOP = Identity(names=frozenset({"acme/shop", "shop"}))


def found(**other: Any) -> Finding:
    given_: dict[str, Any] = {
        "rule": "vulnerability",
        "project": "acme/shop",
        "package": "pkg:npm/old",
        "version": "1.0.0",
        "what": "CVE-2026-0001",
        "outcome": "unmet",
        "severity": "high",
        "level": "fail",
        "reason": "it is affected.",
        "evidence": {"ids": ["CVE-2026-0001", "GHSA-0000-0000-0001"]},
    }
    return Finding(**(given_ | other))


def parse(*documents: bytes) -> Statements:
    return vex.parse({f"{number}.json": one for number, one in enumerate(documents)})


def ask(
    statements: Statements, project: Identity = SHOP, as_of: datetime = NOW, **other: Any
) -> VexSaid | None:
    authors = other.pop("authors", ("*",))
    return statements.find(found(**other), project, as_of, authors)


def status(*documents: bytes, project: Identity = SHOP, **other: Any) -> str | None:
    told = ask(parse(*documents), project, **other)
    return told.status if told else None


# ---- OpenVEX


def test_a_statement_about_a_component_covers_it_wherever_it_is() -> None:
    told = ask(parse(openvex(said(impact_statement="never called"))))
    assert told is not None
    assert told.covers
    assert (told.author, told.document) == ("Acme Security", "0.json")
    assert (told.justification, told.detail) == ("vulnerable_code_not_in_execute_path", "never called")
    finding = found(vex=told)
    assert finding.excused
    assert not finding.fails
    assert finding.state == "covered"
    assert "VEX says not affected (vulnerable code not in execute path) by Acme Security" in str(told)


@pytest.mark.parametrize(
    ("change", "covered"),
    [
        ({}, True),
        ({"version": "1.0.1"}, False),
        ({"version": None}, False),
        ({"package": "pkg:npm/older"}, False),
        ({"what": "CVE-2026-0002", "evidence": {}}, False),
        ({"what": "ghsa-x", "evidence": {"ids": ["cve-2026-0001"]}}, True),
    ],
)
def test_only_what_is_named_is_covered(change: dict[str, Any], *, covered: bool) -> None:
    assert (status(openvex(said()), **change) == "not_affected") is covered


def test_a_vendor_speaks_of_its_own_product_only() -> None:
    vendors = openvex(said(product="pkg:npm/%40vendor/sdk@3.0.0", inside="pkg:npm/old@1.0.0"))
    assert status(vendors) is None
    theirs = Identity(packages=frozenset({"pkg:npm/%40vendor/sdk"}), versions=frozenset({"3.0.0"}))
    assert status(vendors, project=theirs) == "not_affected"
    other = Identity(packages=frozenset({"pkg:npm/%40vendor/sdk"}), versions=frozenset({"3.1.0"}))
    assert status(vendors, project=other) is None
    unknown = Identity(packages=frozenset({"pkg:npm/%40vendor/sdk"}))
    assert status(vendors, project=unknown) is None


def test_a_name_counts_only_where_no_purl_says_more() -> None:
    assert status(openvex(said(product="pkg:npm/shop", inside="pkg:npm/old@1.0.0"))) is None
    assert status(openvex(said(product="pkg:generic/Shop", inside="pkg:npm/old@1.0.0"))) == "not_affected"
    assert status(openvex(said(product="pkg:generic/acme/shop", inside="pkg:npm/old"))) == "not_affected"


def test_early_documents_with_plain_names_are_read() -> None:
    early = openvex(
        {
            "vulnerability": "CVE-2026-0001",
            "products": ["pkg:npm/old@1.0.0", "pkg:npm/other@2.0.0"],
            "status": "fixed",
            "timestamp": "2023-01-08T18:02:03.647787998-06:00",
        },
        version="1",
    )
    told = ask(parse(early))
    assert told is not None
    assert (told.status, told.time) == ("fixed", datetime(2023, 1, 9, 0, 2, 3, 647787, UTC))


def test_the_newest_counts_and_of_one_time_the_graver() -> None:
    later = "2026-03-01T00:00:00Z"
    first, second = said(), said(status="affected", action_statement="x", timestamp=later)
    assert status(openvex(first), openvex(second)) == "affected"
    assert status(openvex(second), openvex(first)) == "affected"
    assert status(openvex(first, second), as_of=datetime(2026, 2, 15, tzinfo=UTC)) == "not_affected"
    both = [openvex(said(status=one)) for one in ("not_affected", "under_investigation", "fixed")]
    assert status(*both) == "under_investigation"


def test_what_was_said_later_does_not_count() -> None:
    assert status(openvex(said()), as_of=datetime(2026, 1, 31, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("authors", "covered"),
    [(("*",), True), (("acme *",), True), (("Vendor",), False), ((), False), (("Vendor", "Acme*"), True)],
)
def test_whose_word_counts_is_the_policy_s_to_say(authors: tuple[str, ...], *, covered: bool) -> None:
    assert (status(openvex(said()), authors=authors) is not None) is covered


def test_who_is_not_named_counts_where_everybody_does() -> None:
    nameless = openvex(said(), author=None)
    assert status(nameless) == "not_affected"
    assert status(nameless, authors=("A*",)) is None


@pytest.mark.parametrize("word", ["affected", "under_investigation"])
def test_other_words_tell_and_cover_nothing(word: str) -> None:
    told = ask(parse(openvex(said(status=word))))
    assert told is not None
    assert not told.covers
    assert found(vex=told).fails


# ---- CycloneDX


def test_a_component_of_the_document_is_named_by_its_reference() -> None:
    document = cyclonedx(
        analysed("c1", justification="code_not_reachable", detail="we never parse"),
        components=[
            {
                "type": "library",
                "bom-ref": "c1",
                "name": "old",
                "version": "1.0.0",
                "purl": "pkg:npm/old@1.0.0",
            }
        ],
        product={"name": "Shop"},
    )
    told = ask(parse(document))
    assert told is not None
    assert (told.status, told.justification, told.author) == (
        "not_affected",
        "code_not_reachable",
        "Acme Security",
    )
    assert ask(parse(document), Identity(names=frozenset({"till"}))) is None


def test_a_purl_may_stand_in_for_a_reference() -> None:
    assert status(cyclonedx(analysed("pkg:npm/old@1.0.0", state="resolved"))) == "fixed"
    assert status(cyclonedx(analysed("pkg:npm/old@2.0.0", state="resolved"))) is None


def test_what_is_said_of_the_product_is_said_of_all_in_it() -> None:
    document = cyclonedx(
        analysed("product", state="false_positive"), product={"name": "Shop", "version": "2.0"}
    )
    assert status(document) is None  # the version of our project isn't known
    assert status(document, project=Identity(names=SHOP.names, versions=frozenset({"2.0"}))) == "not_affected"
    assert status(document, project=Identity(names=SHOP.names, versions=frozenset({"2.1"}))) is None
    whole = cyclonedx(
        {"id": "CVE-2026-0001", "analysis": {"state": "not_affected"}}, product={"name": "shop"}
    )
    assert status(whole) == "not_affected"


@pytest.mark.parametrize(
    ("versions", "told"),
    [
        ([{"version": "1.0.0", "status": "unaffected"}], "not_affected"),
        ([{"version": "1.0.1", "status": "unaffected"}], None),
        ([{"range": "vers:npm/>=0.9.0|<1.1.0", "status": "unaffected"}], "not_affected"),
        ([{"range": "vers:npm/>=1.1.0", "status": "unaffected"}], None),
        ([{"range": "vers:generic/>=0.1|<=9", "status": "unaffected"}], None),
        ([{"version": "1.0.0", "status": "affected"}], "affected"),
        ([{"version": "1.0.0", "status": "unknown"}], "under_investigation"),
        ([{"version": "1.0.0"}], "not_affected"),
    ],
)
def test_versions_are_told_apart(versions: list[dict[str, str]], told: str | None) -> None:
    document = cyclonedx(analysed({"ref": "pkg:npm/old", "versions": versions}))
    assert status(document) == told


def test_a_link_into_another_document_is_followed() -> None:
    serial = "cbb2cd68-2857-43b8-a10b-e8c03d277d18"
    bom = cyclonedx(
        product={"name": "Shop", "bom-ref": "the-shop"}, serialNumber=f"urn:uuid:{serial.upper()}"
    )
    linking = cyclonedx(analysed(f"urn:cdx:{serial}/1#the-shop"))
    assert status(linking, bom) == "not_affected"
    assert status(linking) is None
    ours = Identity(serials=frozenset({f"urn:uuid:{serial}"}))
    assert status(cyclonedx(analysed(f"urn:cdx:{serial}/1#pkg:npm%2Fold@1.0.0"))) is None
    assert (
        status(cyclonedx(analysed(f"urn:cdx:{serial}/1#pkg:npm/old@1.0.0")), project=ours) == "not_affected"
    )


# ---- published cases


def _case(shared_data: Path, name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((shared_data / "sbom/bom-examples/VEX" / name).read_text())
    return data


@pytest.mark.parametrize(
    ("file", "name", "version", "told"),
    [
        ("Case-1/vex-not_affected.json", "ABC", "4.2", "not_affected"),
        ("Case-1/vex-not_affected.json", "ABC", "4.1", None),
        ("Case-1/vex-not_affected.json", "DEF", "4.2", None),
        ("Case-1/vex-affected.json", "DEF", "1.0", "affected"),
        ("Case-1/vex-fixed.json", "DEF", "1.1", "fixed"),
        ("Case-1/vex-under_investigation.json", "GHI", "17.4", "under_investigation"),
        ("Case-4/vex.json", "ABC", "2.4", "affected"),
        ("Case-4/vex.json", "ABC", "2.5", None),
        ("Case-5/vex.json", "XYZ", "1", "under_investigation"),
        ("Case-6/vex.json", "ABC", "2.5", "not_affected"),
        ("Case-6/vex.json", "ABC", "2.6", "affected"),
        ("Case-8/vex.json", "ABC", "4.2", "not_affected"),
        ("Case-8/vex.json", "ABC", "2.6", "affected"),
        ("Case-8/vex.json", "JKL", "4.2", None),
    ],
)
def test_the_cases_of_cisa(shared_data: Path, file: str, name: str, version: str, told: str | None) -> None:
    folder = f"CISA-Use-Cases/{file.partition('/')[0]}"
    data = _case(shared_data, f"CISA-Use-Cases/{file}")
    data.setdefault("metadata", {}).setdefault("timestamp", "2022-03-03T00:00:00Z")  # case 8 has none
    beside = sorted((shared_data / "sbom/bom-examples/VEX" / folder).glob("bom-*.json"))
    project = Identity(names=frozenset({name.casefold()}), versions=frozenset({version}))
    documents = [json.dumps(data).encode(), *(path.read_bytes() for path in beside)]
    assert status(*documents, project=project, what="CVE-2021-44228") == told


def test_every_published_case_is_read(shared_data: Path) -> None:
    folder = shared_data / "sbom/bom-examples/VEX"
    read = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("vex*.json")}
    assert len(read) >= 15
    for name, content in read.items():
        told = vex.parse({name: content})
        if told.every:
            assert all(one.document == name for one in told.every)
        else:  # no time at all, or no product
            assert {trouble.fault.code for trouble in told.trouble} == {"vex"}


# ---- hostile and broken


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"{", "is no JSON"),
        (b"[]", "is no JSON object"),
        (b"[" * 100_000, "is no JSON"),
        (b"{}", "is neither CycloneDX nor OpenVEX"),
        (openvex(said(status="harmless")), "lacks a status"),
        (openvex(said(), timestamp="yesterday"), "lacks a time"),
        (openvex(said(product="old")), "identified by no purl"),
        (openvex(said(justification="because")), "is no justification"),
        (openvex({"status": "fixed", "products": ["pkg:npm/old"]}), "lacks a vulnerability"),
        (cyclonedx(analysed("nowhere")), "names nothing"),
        (cyclonedx({"id": "CVE-1", "analysis": {"state": "not_affected"}}), "names no product"),
        (cyclonedx(analysed("pkg:npm/old"), metadata={}), "lacks a time"),
    ],
)
def test_what_is_broken_is_said_and_covers_nothing(document: bytes, words: str) -> None:
    told = parse(document, openvex(said(vulnerability="CVE-2026-0009")))
    assert any(words in trouble.fault.message for trouble in told.trouble)
    assert all(trouble.fault.level == "warning" for trouble in told.trouble)
    assert len(told.every) <= 2
    assert ask(told, what="CVE-2026-0009", evidence={}) is not None


def test_many_faults_are_not_all_kept() -> None:
    told = parse(openvex(*[said(status="x") for _ in range(5_000)]))
    assert len(told.trouble) <= 50


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["pkg:npm/old@1.0.0", "affected"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "id name ref versions range version status affects analysis state products vulnerability aliases @id "
                "identifiers purl subcomponents components metadata component bom-ref references detail".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(_JSON, st.booleans())
def test_no_document_breaks_the_reading(value: Any, cyclone: bool) -> None:  # noqa: FBT001 - drawn
    whole = cyclonedx(value, value, components=value) if cyclone else openvex(value, value)
    told = parse(whole, json.dumps(value).encode())
    for one in told.every:
        assert one.time <= NOW
    ask(told)


# ---- the workspace's folder


def test_the_folder_and_more_files_are_read(tmp_path: Path) -> None:
    place = tmp_path / vex.FOLDER
    (place / "vendors").mkdir(parents=True)
    (place / "vendors/a.json").write_bytes(openvex(said()))
    (place / "notes.txt").write_text("no VEX")
    (tmp_path / "b.json").write_bytes(openvex(said("CVE-2026-0002")))
    told = vex.load(tmp_path, [tmp_path / "b.json", tmp_path / "gone.json"])
    assert [one.document for one in told.every] == ["decisions/vex/vendors/a.json", "b.json"]
    assert [trouble.place for trouble in told.trouble] == ["gone.json"]
    assert not vex.load(tmp_path / "vendors")


def test_a_statement_counts_from_its_time_on() -> None:
    told = parse(openvex(said()))
    moment = told.every[0].time
    assert ask(told, as_of=moment) is not None
    assert ask(told, as_of=moment - timedelta(microseconds=1)) is None


def test_products_times_subcomponents_are_not_all_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of a few kilobytes may stand for a million pairs: only so many as are read are ever made."""
    from umbel.policy import _vex_openvex
    from umbel.policy._vex_statement import thing_of

    number, made = 400, 0

    def counted(written: str) -> Any:
        nonlocal made
        made += 1
        return thing_of(written)

    monkeypatch.setattr(_vex_openvex, "thing_of", counted)
    monkeypatch.setattr(_vex_openvex, "MOST", 1_000)
    statement = {
        "vulnerability": "CVE-2026-0001",
        "status": "fixed",
        "products": [f"pkg:npm/p{one}@1" for one in range(number)],
        "subcomponents": [f"pkg:npm/s{one}@1" for one in range(number)],
    }
    text = {
        "@context": "https://openvex.dev/ns",
        "timestamp": "2026-01-01T00:00:00Z",
        "statements": [statement],
    }
    found = vex.parse({"wide.json": json.dumps(text).encode()})
    assert len(found.every) == 1_000
    assert made <= 2 * number
    assert "only the first 1,000" in str(found.trouble[0].fault)
