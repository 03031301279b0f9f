# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What CycloneDX documents mean, sound and unsound; those in XML have a file of their own."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.collect.cyclonedx_documents import JSON, XML, bom, codes, edges, fault, lib, only, read, refused
from umbel.collect import _cyclonedx
from umbel.collect.interface import Document

# -- the document and its subject


def test_document_says_who_made_it_when_and_what_it_describes() -> None:
    metadata = {
        "timestamp": "2024-03-01T14:00:00+02:00",
        "tools": [{"vendor": "Acme", "name": "scanner", "version": "1.2"}, {"name": "wrapper"}],
        "component": lib("shop", group="acme", purl="pkg:maven/acme/shop@1.0"),
    }
    reading = read(bom(4, metadata=metadata, components=[lib("a")]))
    assert reading.format == "CycloneDX 1.4 JSON"
    assert reading.producer == "scanner 1.2, wrapper"
    assert (reading.subject, reading.subject_version) == ("acme/shop", "1.0")
    assert reading.subject_purl == "pkg:maven/acme/shop@1.0"
    assert reading.observed_at == datetime(2024, 3, 1, 12, tzinfo=UTC)
    assert [c.name for c in reading.components] == ["a"]
    assert not reading.faults


def test_group_that_the_name_repeats_is_not_written_twice() -> None:
    component = lib("example.org/shop/api", group="example.org/shop")
    assert read(bom(metadata={"component": component})).subject == "example.org/shop/api"


@pytest.mark.parametrize(
    ("tools", "producer"),
    [
        ([], None),
        ([{"name": "a", "version": "1"}], "a 1"),
        ([{"vendor": "v"}], "v"),
        ({"components": [{"type": "application", "name": "a", "version": "1"}]}, "a 1"),
        ({"components": [], "services": [{"name": "s"}]}, "s"),
        ({"components": [{"type": "application", "name": "a"}], "services": [{"name": "s"}]}, "a, s"),
    ],
)
def test_tools_in_every_form(tools: object, producer: str | None) -> None:
    reading = read(bom(metadata={"tools": tools}))
    assert reading.producer == producer
    assert not codes(reading)


def test_tool_without_a_list_is_read_and_named() -> None:
    reading = read(bom(metadata={"tools": {"name": "a", "version": "1"}}))
    assert reading.producer == "a 1"
    assert codes(reading) == ["wrong-type"]


@pytest.mark.parametrize(
    ("text", "moment", "level"),
    [
        ("2024-03-01T12:00:00Z", datetime(2024, 3, 1, 12, tzinfo=UTC), None),
        ("2024-03-01T12:00:00.123456789Z", datetime(2024, 3, 1, 12, 0, 0, 123456, tzinfo=UTC), None),
        ("2024-03-01T12:00:00", datetime(2024, 3, 1, 12, tzinfo=UTC), "note"),
        ("2024-03-01 12:00:00Z", datetime(2024, 3, 1, 12, tzinfo=UTC), "warning"),
        ("2024-03-01", datetime(2024, 3, 1, tzinfo=UTC), "warning"),
        ("0001-01-01T00:00:00Z", None, "warning"),
        ("0001-01-01T00:00:00+14:00", None, "warning"),
        ("yesterday", None, "warning"),
        ("", None, "warning"),
    ],
)
def test_timestamps(text: str, moment: datetime | None, level: str | None) -> None:
    reading = read(bom(metadata={"timestamp": text}, components=[lib("a")]))
    assert reading.observed_at == moment
    assert [fault.level for fault in reading.faults] == ([level] if level else [])


@pytest.mark.parametrize(
    ("version", "code"),
    [(None, "spec-version"), ("1.9", "spec-version"), ("2.0", "spec-version"), (5, "spec-version")],
)
def test_unknown_versions_are_read_as_the_newest(version: object, code: str) -> None:
    reading = read({"bomFormat": "CycloneDX", "specVersion": version, "components": [lib("a")]})
    assert only(reading).name == "a"
    assert codes(reading) == [code]


def test_fields_of_versions_to_come_are_no_faults_but_fields_unknown_to_this_one_are() -> None:
    component = lib("a", novelty=1)
    assert codes(read(bom(8, components=[component]))) == ["spec-version"]
    found = fault(read(bom(6, components=[component])), "unknown-field")
    assert found.place == "$.components[0]"
    assert "'novelty'" in found.message


def test_fields_of_later_versions_are_read_all_the_same() -> None:
    reading = read(bom(4, components=[lib("a", authors=[{"name": "N"}])]))
    assert codes(reading) == ["unknown-field"]
    assert only(reading).author is None  # 1.4 has no such field: only what the version says is evidence


@pytest.mark.parametrize("serial", ["urn:uuid:3e671687-395b-41f5-a30f", "3e671687", 7])
def test_serial_number_that_is_none_is_named(serial: object) -> None:
    assert codes(read(bom(serialNumber=serial))) == ["serial-number"]


def test_document_that_calls_itself_incomplete_is_incomplete() -> None:
    root = {"component": lib("shop")}
    for assemblies, complete in (["shop"], False), (["a"], True):
        composition = {"aggregate": "incomplete", "assemblies": assemblies}
        reading = read(bom(metadata=root, components=[lib("a")], compositions=[composition]))
        assert reading.complete is complete
    assert read(bom(compositions=[{"aggregate": "complete"}])).complete
    assert not read(bom(compositions=[{"aggregate": "incomplete_third_party_only"}])).complete


# -- components


def test_component_keeps_what_it_says() -> None:
    component = lib(
        "left",
        group="acme",
        purl="pkg:npm/%40acme/left@1.0",
        cpe="cpe:2.3:a:acme:left:1.0:*:*:*:*:*:*:*",
        scope="optional",
        description=" Turns left. ",
        copyright="(c) Acme",
        supplier={"name": "Acme"},
        authors=[{"name": "N"}, {"email": "m@example.org"}],
        externalReferences=[{"type": "vcs", "url": "https://example.org/left"}],
        properties=[{"name": "k", "value": "v"}, {"name": "flag"}],
        evidence={"occurrences": [{"location": "lib/left.js"}, {"location": "left.js"}]},
    )
    found = only(read(bom(components=[component])))
    assert (found.package, found.version, found.purl) == (
        "pkg:npm/%40acme/left", "1.0", "pkg:npm/%40acme/left@1.0",
    )  # fmt: skip
    assert (found.type, found.name, found.namespace, found.scope) == ("library", "left", "acme", "optional")
    assert found.cpes == ("cpe:2.3:a:acme:left:1.0:*:*:*:*:*:*:*",)
    assert (found.supplier, found.author) == ("Acme", "N; m@example.org")
    assert (found.description, found.copyright) == ("Turns left.", "(c) Acme")
    assert found.urls == (("vcs", "https://example.org/left"),)
    assert found.properties == (("k", "v"), ("flag", ""), ("author:email", "m@example.org"))
    assert found.location == "lib/left.js; left.js"
    assert found.direct is None


def test_nothing_said_is_unknown() -> None:
    component = {
        "type": "library",
        "name": "a",
        "version": "",
        "author": "",
        "description": " ",
        "licenses": [],
    }
    found = only(read(bom(components=[component])))
    assert (found.version, found.author, found.description, found.scope) == (None, None, None, None)
    assert (found.declared, found.hashes, found.urls, found.cpes) == ((), (), (), ())


@pytest.mark.parametrize(
    ("said", "meant"),
    [("required", "runtime"), ("optional", "optional"), ("excluded", "excluded"), (None, None)],
)
def test_scopes(said: str | None, meant: str | None) -> None:
    component = lib("a", **({"scope": said} if said else {}))
    assert only(read(bom(components=[component]))).scope == meant


def test_supplier_and_author_fall_back_to_others_who_are_named() -> None:
    components = [
        lib("a", publisher="P", author="A"),
        lib("b", manufacturer={"name": "M"}, supplier={"url": ["https://example.org"]}),
        lib("c", supplier={"contact": [{"name": "C"}]}),
    ]
    found = read(bom(components=components)).components
    assert [(c.supplier, c.author) for c in found] == [("P", "A"), ("https://example.org", "M"), ("C", None)]


def test_component_without_purl_is_kept_by_name_or_cpe() -> None:
    cpe = "cpe:/a:acme:left:1.0"
    components = [lib("a", group="g"), {"type": "library", "name": "", "cpe": cpe}]
    named, by_cpe = read(bom(components=components)).components
    assert named.package.startswith("unidentified:")
    assert "a" in named.package
    assert named.purl is None
    assert by_cpe.cpes == (cpe,)


def test_component_that_nothing_is_known_of_is_lost_alone() -> None:
    reading = read(bom(components=[{"type": "library", "version": "1"}, lib("a")]))
    assert only(reading).name == "a"
    assert fault(reading, "nameless").level == "error"
    assert fault(reading, "nameless").place == "$.components[0]"


def test_purl_that_is_none_leaves_the_name() -> None:
    reading = read(bom(components=[lib("a", purl="pkg:/")]))
    found = only(reading)
    assert (found.purl, found.purl_raw) == (None, "pkg:/")
    assert found.package.startswith("unidentified:")
    assert fault(reading, "purl").place == "$.components[0].purl"


def test_purl_gives_name_and_version_where_the_component_has_none() -> None:
    found = only(read(bom(components=[{"type": "library", "name": "", "purl": "pkg:pypi/flask@3.0"}])))
    assert (found.name, found.version, found.package) == ("flask", "3.0", "pkg:pypi/flask")


def test_purl_as_written_is_kept_where_it_is_not_canonical() -> None:
    canonical, odd = read(
        bom(components=[lib("a", purl="pkg:npm/%40a/b@1"), lib("b", purl="pkg:npm/@a/b@1")])
    ).components
    assert canonical.purl_raw is None
    assert odd.purl == canonical.purl
    assert odd.purl_raw == "pkg:npm/@a/b@1"


def test_nested_components_are_components_and_no_dependencies() -> None:
    reading = read(bom(components=[lib("a", components=[lib("b", components=[lib("c")])]), lib("d")]))
    assert {c.name for c in reading.components} == {"a", "b", "c", "d"}
    assert not reading.edges


def test_one_component_many_times_is_kept_under_references_of_its_own() -> None:
    same = {"type": "library", "name": "a", "version": "1"}
    reading = read(bom(components=[same, same, lib("b"), lib("b")]))
    assert len(reading.components) == 4
    assert len({c.ref for c in reading.components}) == 4
    assert fault(reading, "duplicate-ref").place == "$.components[3]"


def test_hashes_are_named_as_everybody_does() -> None:
    hashes = [
        {"alg": "SHA-256", "content": "AB" * 32},
        {"alg": "SHA3-512", "content": "cd" * 64},
        {"alg": "MD5", "content": "ef" * 16},
        {"alg": "MD5", "content": "ef" * 16},
    ]
    reading = read(bom(components=[lib("a", hashes=hashes)]))
    assert only(reading).hashes == (("sha256", "ab" * 32), ("sha3-512", "cd" * 64), ("md5", "ef" * 16))
    assert not reading.faults


@pytest.mark.parametrize(
    "digest",
    [
        {"alg": "SHA-256", "content": "ab"},
        {"alg": "SHA-1", "content": "zz" * 20},
        {"alg": "MD5", "content": ""},
    ],
)
def test_hash_that_can_be_none_is_named(digest: dict[str, str]) -> None:
    reading = read(bom(components=[lib("a", hashes=[digest])]))
    assert codes(reading) == ["hash"]


# -- licences


@pytest.mark.parametrize(
    ("choices", "declared"),
    [
        ([{"license": {"id": "MIT"}}], ("MIT",)),
        ([{"license": {"name": "The Acme Licence"}}], ("The Acme Licence",)),
        ([{"expression": "MIT OR Apache-2.0"}], ("MIT OR Apache-2.0",)),
        ([{"license": {"id": "MIT"}}, {"license": {"name": "X"}}, {"license": {"id": "MIT"}}], ("MIT", "X")),
        ([{"license": {"name": "NOASSERTION"}}], ("NOASSERTION",)),
    ],
)
def test_licences_as_written(choices: object, declared: tuple[str, ...]) -> None:
    reading = read(bom(components=[lib("a", licenses=choices)]))
    assert only(reading).declared == declared
    assert not codes(reading)


def test_licences_by_who_says_them() -> None:
    component = lib(
        "a",
        licenses=[
            {"license": {"id": "MIT", "acknowledgement": "declared"}},
            {"license": {"id": "ISC", "acknowledgement": "concluded"}},
        ],
        evidence={
            "licenses": [
                {"license": {"id": "0BSD"}},
                {"license": {"id": "Zlib", "acknowledgement": "concluded"}},
            ],
            "copyright": [{"text": "(c) A"}, {"text": "(c) B"}],
        },
    )
    found = only(read(bom(components=[component])))
    assert (found.declared, found.concluded, found.detected) == (("MIT",), ("ISC", "Zlib"), ("0BSD",))
    assert found.copyright == "(c) A\n(c) B"


@pytest.mark.parametrize(
    ("licences", "declared", "code"),
    [
        ([{"license": {"id": "Apache-2"}}], ("Apache-2",), "licence-id"),
        ([{"license": {"id": "MIT", "name": "MIT License"}}], ("MIT",), "licence-choice"),
        ([{"license": {"name": "X"}, "expression": "MIT"}], ("X",), "licence-choice"),
        ([{"license": {"url": "https://example.org/l"}}], ("https://example.org/l",), "licence-empty"),
        (
            [{"license": {"text": {"content": "\n The Acme Licence\n1. You may"}}}],
            ("The Acme Licence",),
            "licence-empty",
        ),
        ([{"license": {"text": {"content": "TUlU", "encoding": "base64"}}}], ("MIT",), "licence-empty"),
        ([{"license": {"text": {"content": "T", "encoding": "base64"}}}], (), "licence-empty"),
        ([{"license": {}}], (), "licence-empty"),
        ([{}], (), "licence-empty"),
        (["MIT"], ("MIT",), "wrong-type"),
        ("MIT", ("MIT",), "wrong-type"),
        ([{"license": "MIT"}], ("MIT",), "wrong-type"),
        ([{"id": "MIT"}], ("MIT",), "unwrapped"),
        ([{"expression": "MIT"}, {"license": {"id": "ISC"}}], ("MIT", "ISC"), "licence-mix"),
    ],
)
def test_licences_that_are_doubtful_are_read_and_named(
    licences: object, declared: tuple[str, ...], code: str
) -> None:
    reading = read(bom(components=[lib("a", licenses=licences)]))
    assert only(reading).declared == declared
    assert code in codes(reading)


# -- dependencies


def test_edges_leave_the_project_or_its_components() -> None:
    dependencies = [
        {"ref": "shop", "dependsOn": ["a"]},
        {"ref": "a", "dependsOn": ["b", "b"]},
        {"ref": "b"},
        {"ref": "a", "provides": ["b"]},
    ]
    components = [lib("a"), lib("b", version="")]
    reading = read(bom(metadata={"component": lib("shop")}, components=components, dependencies=dependencies))
    assert edges(reading) == {(None, "a"), ("a", "b")}
    assert {(e.package, e.pinned) for e in reading.edges} == {
        (reading.components[0].package, True),
        (reading.components[1].package, None),
    }


def test_project_is_known_by_its_purl_where_it_has_no_reference() -> None:
    root = {"type": "application", "name": "shop", "purl": "pkg:npm/shop@1"}
    dependencies = [{"ref": "pkg:npm/shop@1", "dependsOn": ["a"]}]
    reading = read(bom(metadata={"component": root}, components=[lib("a")], dependencies=dependencies))
    assert edges(reading) == {(None, "a")}


@pytest.mark.parametrize("again", [{"bom-ref": "shop"}, {"bom-ref": "other"}])
def test_project_among_its_components_is_no_component(again: dict[str, str]) -> None:
    root = lib("shop", purl="pkg:npm/shop@1.0")
    dependencies = [
        {"ref": again["bom-ref"], "dependsOn": ["a"]},
        {"ref": "a", "dependsOn": [again["bom-ref"]]},
    ]
    reading = read(
        bom(metadata={"component": root}, components=[{**root, **again}, lib("a")], dependencies=dependencies)
    )
    assert only(reading).name == "a"
    assert edges(reading) == {(None, "a")}
    assert fault(reading, "subject-listed").level == "note"


def test_modules_of_the_project_fold_into_it() -> None:
    module = {"type": "application", "name": "api", "bom-ref": "api"}
    root = lib("shop", components=[module, lib("bundled")])
    dependencies = [{"ref": "shop", "dependsOn": ["api"]}, {"ref": "api", "dependsOn": ["a", "bundled"]}]
    reading = read(bom(metadata={"component": root}, components=[lib("a")], dependencies=dependencies))
    assert {c.name for c in reading.components} == {"a", "bundled"}
    assert edges(reading) == {(None, "a"), (None, "bundled")}
    assert fault(reading, "modules").level == "note"


def test_unknown_references_are_named_and_kept_where_they_are_purls() -> None:
    dependencies = [
        {"ref": "a", "dependsOn": ["nowhere", "pkg:npm/gone@1"]},
        {"ref": "ghost", "dependsOn": ["a"]},
    ]
    reading = read(bom(components=[lib("a")], dependencies=dependencies))
    (edge,) = reading.edges
    assert (edge.source, edge.target, edge.package, edge.pinned) == ("a", None, "pkg:npm/gone", True)
    assert codes(reading) == ["unknown-ref"] * 3


def test_direct_stays_unknown_without_a_root() -> None:
    reading = read(bom(components=[lib("a"), lib("b")], dependencies=[{"ref": "a", "dependsOn": ["b"]}]))
    assert edges(reading) == {("a", "b")}
    assert {c.direct for c in reading.components} == {None}


def test_services_are_no_components_and_edges_to_them_no_faults() -> None:
    services = [{"name": "s", "bom-ref": "s", "services": [{"name": "t", "bom-ref": "t"}]}]
    dependencies = [{"ref": "a", "dependsOn": ["s", "t"]}, {"ref": "s", "dependsOn": ["a"]}]
    reading = read(bom(components=[lib("a")], services=services, dependencies=dependencies))
    assert only(reading).name == "a"
    assert not reading.edges
    assert not codes(reading)
    assert "services (2)" in fault(reading, "not-read").message


def test_references_may_go_round_in_circles() -> None:
    dependencies = [{"ref": "a", "dependsOn": ["b"]}, {"ref": "b", "dependsOn": ["a", "b"]}]
    reading = read(bom(components=[lib("a"), lib("b")], dependencies=dependencies))
    assert edges(reading) == {("a", "b"), ("b", "a"), ("b", "b")}


# -- unsound documents


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("version", 1.5, "wrong-type"),
        ("description", ["one"], "wrong-type"),
        ("description", {"x": 1}, "wrong-type"),
        ("purl", 7, "wrong-type"),
        ("hashes", "abc", "wrong-type"),
        ("licenses", 7, "wrong-type"),
        ("supplier", "Acme", "wrong-type"),
        ("properties", [None, 7, {"name": "k"}], "wrong-type"),
        ("type", "gadget", "unknown-word"),
        ("scope", "sometimes", "unknown-word"),
        ("bom-ref", "", "empty-ref"),
        ("mime-type", "nonsense", "media-type"),
        ("modified", "true", "wrong-type"),
        ("author", None, "null"),
        ("surprise", 1, "unknown-field"),
    ],
)
def test_a_wrong_value_costs_only_itself(field: str, value: object, code: str) -> None:
    reading = read(bom(components=[lib("a", cpe="cpe:/a:b:c", **{field: value}), lib("z")]))
    first, second = reading.components
    assert (first.name, first.cpes, second.name) == ("a", ("cpe:/a:b:c",), "z")
    assert code in codes(reading)
    assert all(fault.place.startswith("$.components[0]") for fault in reading.faults)


def test_values_that_can_be_understood_are_kept() -> None:
    component = lib("a", version=2, supplier="Acme", properties=[{"name": "k", "value": 3}])
    found = only(read(bom(components=[component])))
    assert (found.version, found.supplier, found.properties) == ("2", "Acme", (("k", "3"),))


@pytest.mark.parametrize("wrong", [7, "a", [], True])
def test_component_that_is_no_object_is_lost_alone(wrong: object) -> None:
    reading = read(bom(components=[wrong, lib("a")]))
    assert only(reading).name == "a"
    assert fault(reading, "wrong-type").level == "error"


@pytest.mark.parametrize("wrong", [None, 7, "x", {}, {"a": {}}])
def test_sections_that_are_no_lists_are_named(wrong: object) -> None:
    for section in ("components", "dependencies", "services", "vulnerabilities", "compositions"):
        reading = read({**bom(metadata={"component": lib("shop")}), section: wrong})
        assert reading.subject == "shop"
        assert reading.faults


def test_faults_of_one_kind_are_told_up_to_a_hundred_times() -> None:
    reading = read(bom(components=[lib(f"c{i}", surprise=1) for i in range(250)]))
    assert len(reading.components) == 250
    found = [f for f in reading.faults if f.code == "unknown-field"]
    assert len(found) == 101
    assert "150 more" in found[-1].message


@pytest.mark.parametrize(
    ("encode", "level"),
    [
        (lambda t: b"\xef\xbb\xbf" + t.encode(), None),
        (lambda t: t.encode("utf-16"), "note"),
        (lambda t: t.encode("utf-16-le"), "note"),
        (lambda t: t.encode("utf-16-be"), "note"),
        (lambda t: t.encode("utf-32"), "note"),
        (lambda t: t.encode("latin-1"), "warning"),
    ],
)
def test_encodings(encode: Any, level: str | None) -> None:
    text = json.dumps(bom(components=[lib("käse")]), ensure_ascii=False)
    data = encode(text)
    assert JSON.sniff("x.json", data, data)
    reading = read(data)
    assert only(reading).name == ("k\ufffdse" if level == "warning" else "käse")
    assert [fault.level for fault in reading.faults] == ([level] if level else [])


@pytest.mark.parametrize("rubbish", ["}", " trailing", '\n{"bomFormat": "CycloneDX"}', "\n// end"])
def test_text_after_the_document_is_named(rubbish: str) -> None:
    reading = read(json.dumps(bom(components=[lib("a")])) + rubbish)
    assert only(reading).name == "a"
    assert codes(reading) == ["trailing-text"]


@pytest.mark.parametrize("odd", ["a\tb", "a\nb", "a\x00b", "a\\ud800b"])
def test_json_that_is_not_quite_json_is_read(odd: str) -> None:
    text = json.dumps(bom(components=[lib("a"), lib("z")])).replace('"name": "a"', f'"name": "{odd}"')
    reading = read(text)
    assert [c.name for c in reading.components][1] == "z"
    assert codes(reading) == ["malformed-json"]
    reading.components[0].name.encode()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "name"), [("NaN", "nan"), ("1e999999", None), ("9" * 5000, None), ("-Infinity", "-inf")]
)
def test_numbers_beyond_all_bounds(value: str, name: str | None) -> None:
    text = json.dumps(bom(components=[lib("a"), lib("z")])).replace('"name": "a"', f'"name": {value}')
    first, second = read(text).components
    assert second.name == "z"
    assert name is None or first.name == name


@pytest.mark.parametrize(
    ("data", "place"),
    [(b"", ""), (b"  \n", ""), (b"{", "line 1"), (b'{"a":\n[1,\n}', "line 3"), (b'{"a": "b', "line 1")],
)
def test_malformed_json_is_refused_with_its_place(data: bytes, place: str) -> None:
    found = refused(data)
    assert (found.code, found.place) == ("malformed-json", place)


def test_truncated_document_is_refused_rather_than_read_by_half() -> None:
    whole = json.dumps(bom(components=[lib(f"c{i}") for i in range(50)]), indent=1).encode()
    found = refused(whole[: len(whole) // 2])
    assert found.code == "malformed-json"
    assert found.place.startswith("line ")


@pytest.mark.parametrize(
    "data", [b"[]", b"7", b'"x"', b"null", b"{}", b'{"spdxVersion": "SPDX-2.3"}', b"[{},{}]"]
)
def test_json_that_is_something_else_is_refused(data: bytes) -> None:
    assert refused(data).code == "not-cyclonedx"


def test_document_in_a_list_of_one_is_read() -> None:
    assert only(read([bom(components=[lib("a")])])).name == "a"


@pytest.mark.parametrize("unit", [("[", "]"), ('{"a":', "}"), ('{"components":[', "]}")])
def test_nesting_without_end_is_refused(unit: tuple[str, str]) -> None:
    deep = unit[0] * 200_000 + "1" + unit[1] * 200_000
    assert refused(('{"bomFormat":"CycloneDX","components":[' + deep + "]}").encode()).code == "too-deep"
    assert refused(deep.encode()).code == "too-deep"


@pytest.mark.parametrize("depth", [80, 400])
def test_components_nested_too_deeply_are_cut_with_a_fault(depth: int) -> None:
    component = '{"type":"library","name":"a","components":[' * depth + "]}" * depth
    reading = read('{"bomFormat":"CycloneDX","specVersion":"1.6","components":[' + component + "]}")
    assert 0 < len(reading.components) < depth
    assert fault(reading, "too-deep").level == "error"


def test_very_long_values_are_kept_and_faults_stay_short() -> None:
    long = "x" * 1_000_000
    reading = read(bom(components=[lib(long, scope=long, purl=long, **{long: 1})]))
    assert only(reading).name == long
    assert all(len(f.message) < 400 and len(f.place) < 400 for f in reading.faults)


def test_more_components_than_any_document_has_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_cyclonedx, "MOST_COMPONENTS", 3)
    monkeypatch.setattr(_cyclonedx, "MOST_EDGES", 2)
    dependencies = [{"ref": "c0", "dependsOn": ["c0", "c1", "c2"]}]
    reading = read(bom(components=[lib(f"c{i}") for i in range(9)], dependencies=dependencies))
    assert (len(reading.components), len(reading.edges)) == (3, 2)
    assert {f.level for f in reading.faults if f.code == "too-many"} == {"error"}


# -- names lie


def test_content_decides_not_the_name() -> None:
    text = json.dumps(bom(components=[lib("a")])).encode()
    markup = b'<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components/></bom>'
    for name in ("bom.json", "bom.xml", "whatever.txt"):
        assert JSON.sniff(name, text, text)
        assert not XML.sniff(name, text, text)
        assert XML.sniff(name, markup, markup)
        assert not JSON.sniff(name, markup, markup)
    assert only(XML.read(Document(Path("bom.xml"), data=text))).name == "a"
    assert JSON.read(Document(Path("bom.json"), data=markup)).format == "CycloneDX 1.5 XML"


def test_sniffing_finds_the_format_at_the_end_too() -> None:
    assert JSON.sniff("x.json", b'{"components": [', b'], "bomFormat": "CycloneDX"}')
    assert JSON.sniff("x.json", b'{"components": [', b'], "specVersion": "1.4"}')


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[1]",
        b'{"spdxVersion": "SPDX-2.3", "specVersion": "1.4"}',
        b"<html>",
        b"SPDXVersion: SPDX-2.3",
    ],
)
def test_other_formats_are_left_alone(data: bytes) -> None:
    assert not JSON.sniff("x.json", data, data)
    assert not XML.sniff("x.xml", data, data)


def test_names_that_claim_the_format() -> None:
    assert JSON.claims("bom.json")
    assert JSON.claims("Shop.CDX.json")
    assert not JSON.claims("package.json")
    assert XML.claims("bom.xml")
    assert not XML.claims("pom.xml")


def test_reading_is_deterministic_and_independent_of_order() -> None:
    metadata = {"component": lib("shop")}
    components = [lib(f"c{i}", purl=f"pkg:npm/c{i}@1") for i in range(20)]
    dependencies = [{"ref": f"c{i}", "dependsOn": [f"c{(i * 7) % 20}"]} for i in range(20)]
    forward = read(bom(metadata=metadata, components=components, dependencies=dependencies))
    backward = read(
        {"dependencies": dependencies[::-1], "components": components[::-1], "metadata": metadata, **bom()}
    )
    assert set(map(str, forward.components)) == set(map(str, backward.components))
    assert set(map(str, forward.edges)) == set(map(str, backward.edges))
    assert forward == read(bom(metadata=metadata, components=components, dependencies=dependencies))
