# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What SPDX relationships tell: the project, its members, its dependencies and their scopes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.collect.spdx_documents import (
    DIGEST,
    doc,
    doubts,
    edges,
    fault,
    names,
    pack,
    read,
    rel,
    rooted,
    scopes,
)
from umbel.collect import _spdx_graph

# -- what is described


def test_the_described_package_is_the_project() -> None:
    document = rooted(rel("root", "DEPENDS_ON", "a"), rel("a", "DEPENDS_ON", "b"), packages="a b")
    document["packages"][0] |= pack("root", "pkg:maven/acme/shop@2.0", versionInfo="2.0") | {"name": "shop"}
    reading = read(document)
    assert (reading.subject, reading.subject_version) == ("shop", "2.0")
    assert reading.subject_purl == "pkg:maven/acme/shop@2.0"
    assert edges(reading) == {(None, "a", None), ("a", "b", None)}
    assert not reading.faults


@pytest.mark.parametrize("both", [True, False])
def test_document_describes_means_the_same(*, both: bool) -> None:
    document = rooted(rel("root", "DEPENDS_ON", "a"), packages="a")
    document["documentDescribes"] = ["SPDXRef-root"]
    if not both:
        del document["relationships"][0]
    assert edges(read(document)) == {(None, "a", None)}
    assert read(document).subject == "root"


def test_described_by_and_misspelt_describes() -> None:
    for relationship in (rel("root", "DESCRIBED_BY", "DOCUMENT"), rel("DOCUMENT", "DESCRIBE", "root")):
        document = doc(*map(pack, ("root", "a")), relationships=[relationship, rel("root", "CONTAINS", "a")])
        assert names(read(document)) == {"a"}


def test_a_list_of_described_packages_has_no_root() -> None:
    document = doc(
        *map(pack, "ab"),
        documentDescribes=["SPDXRef-a", "SPDXRef-b"],
        relationships=[rel("a", "DEPENDS_ON", "b")],
    )
    reading = read(document)
    assert reading.subject == "the document"
    assert edges(reading) == {("a", "b", None)}


def test_several_products_in_one_document_are_the_project() -> None:
    document = doc(
        *map(pack, "abcd"),
        documentDescribes=["SPDXRef-a", "SPDXRef-b", "SPDXRef-c"],
        relationships=[rel("a", "DEPENDS_ON", "d"), rel("b", "CONTAINS", "d"), rel("a", "DEPENDS_ON", "b")],
    )
    reading = read(document)
    assert (reading.subject, names(reading)) == ("the document", {"c", "d"})
    assert edges(reading) == {(None, "d", None)}


def test_a_package_described_alone_that_holds_nothing_is_a_component() -> None:
    reading = read(doc(pack("a"), documentDescribes=["SPDXRef-a"]))
    assert (reading.subject, reading.subject_version, names(reading)) == ("a", "1.0", {"a"})


def test_an_image_is_the_project_even_if_nothing_was_found_in_it() -> None:
    reading = read(doc(pack("a", primaryPackagePurpose="CONTAINER"), documentDescribes=["SPDXRef-a"]))
    assert (reading.subject, reading.components) == ("a", [])
    assert fault(reading, "no-components").level == "note"


def test_where_nothing_is_described_the_top_of_all_is_the_project() -> None:
    relationships = [rel("a", "DEPENDS_ON", "b"), rel("b", "CONTAINS", "c")]
    reading = read(doc(*map(pack, "abc"), relationships=relationships))
    assert (reading.subject, names(reading)) == ("a", {"b", "c"})
    assert fault(reading, "describes-nothing").level == "note"


@pytest.mark.parametrize(
    "relationships", [[], [("a", "b")], [("a", "c"), ("b", "c")], [("a", "b"), ("b", "a")]]
)
def test_without_one_top_all_packages_are_components(relationships: list[tuple[str, str]]) -> None:
    given = [rel(a, "DEPENDS_ON", b) for a, b in relationships]
    reading = read(doc(*map(pack, "abc"), relationships=given))
    assert (reading.subject, names(reading)) == ("the document", {"a", "b", "c"})


def test_a_document_that_describes_itself_describes_nothing() -> None:
    reading = read(doc(pack("a"), pack("b"), relationships=[rel("DOCUMENT", "DESCRIBES", "DOCUMENT")]))
    assert len(reading.components) == 2
    assert fault(reading, "describes-nothing").level == "note"


def test_only_the_project_may_go_without_a_name() -> None:
    document = rooted(rel("root", "CONTAINS", "a"), packages="a")
    document["packages"][0]["name"] = ""
    reading = read(document)
    assert (reading.subject, names(reading)) == ("the document", {"a"})
    assert doubts(reading) == ["missing-field"]


def test_what_the_document_itself_needs_is_direct() -> None:
    reading = read(doc(pack("a"), pack("b"), relationships=[rel("DOCUMENT", "DEPENDS_ON", "a")]))
    assert edges(reading) == {(None, "a", None)}


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("com.github.acme/shop", "github.com/acme/shop"),
        ("./shop", "shop"),
        ("/builds/acme/shop/", "shop"),
        ("C:\\src\\shop", "shop"),
        (".", None),
        ("SBOM-SPDX-f5cb4a90-207c-48b1-9abd-9e434061dc9e", None),
        (f"acme/shop@{DIGEST}", "acme/shop"),
        (f"index.docker.io/acme/shop:1.2@{DIGEST}", "acme/shop"),
        ("Tern report for acme/shop", "acme/shop"),
        ("acme: the shop", "acme: the shop"),
    ],
)
def test_names_of_documents(name: str, subject: str | None) -> None:
    assert read(doc(pack("a"), pack("b"), name=name)).subject == subject


# -- relationships


@pytest.mark.parametrize(
    ("relationship", "scope"),
    [
        *[(rel("root", kind, "a"), scope) for kind, scope in _spdx_graph.NEEDS.items()],
        *[(rel("a", kind, "root"), scope) for kind, scope in _spdx_graph.NEEDED_BY.items()],
    ],
)
def test_dependencies_in_both_directions(relationship: dict[str, str], scope: str | None) -> None:
    reading = read(rooted(relationship, packages="a"))
    assert edges(reading) == {(None, "a", scope)}
    assert scopes(reading) == {"a": scope}
    (edge,) = reading.edges
    assert (edge.package, edge.pinned, edge.optional) == ("unidentified:a", True, scope == "optional" or None)


@pytest.mark.parametrize(
    "relationship",
    [rel("root", "CONTAINS", "a"), rel("a", "CONTAINED_BY", "root"), rel("a", "PACKAGE_OF", "root")],
)
def test_containment_is_no_dependency(relationship: dict[str, str]) -> None:
    reading = read(rooted(relationship, packages="a"))
    assert (names(reading), reading.edges, reading.components[0].direct) == ({"a"}, [], None)


def test_other_relationships_say_nothing_about_dependencies() -> None:
    for kind in _spdx_graph.OTHERS - {"DESCRIBES", "DESCRIBED_BY", "VARIANT_OF"}:
        reading = read(
            rooted(rel("root", "CONTAINS", "a"), rel("root", "CONTAINS", "b"), rel("a", kind, "b"))
        )
        assert not reading.edges, kind
        assert not doubts(reading), kind


def test_relationships_of_2_1_and_in_camel_case_are_understood() -> None:
    kinds = ["relationshipType_dependsOn", "dependsOn", "depends-on", "Depends on"]
    for kind in kinds:
        reading = read(rooted(rel("root", kind, "a"), packages="a"))
        assert edges(reading) == {(None, "a", None)}
        assert doubts(reading) == ["unknown-word"]


def test_files_are_no_components_and_no_faults() -> None:
    document = rooted(rel("root", "CONTAINS", "File-1"), rel("Snippet-1", "GENERATES", "a"), packages="a")
    document["files"] = [{"SPDXID": "SPDXRef-File-1", "fileName": "a.c"}]
    document["snippets"] = [{"SPDXID": "SPDXRef-Snippet-1", "name": "a"}]
    reading = read(document)
    assert names(reading) == {"root", "a"}
    assert not doubts(reading)


def test_what_other_documents_hold_makes_a_reading_incomplete() -> None:
    document = rooted(rel("root", "STATIC_LINK", "DocumentRef-o:SPDXRef-x"), packages="")
    checksum = {"algorithm": "SHA1", "checksumValue": "ab" * 20}
    document["externalDocumentRefs"] = [
        {"externalDocumentId": "DocumentRef-o", "spdxDocument": "https://example.org/o", "checksum": checksum}
    ]
    reading = read(document)
    assert not reading.complete
    assert not reading.components
    assert fault(reading, "other-documents").level == "note"
    assert not doubts(reading)


def test_a_document_may_say_that_it_is_incomplete() -> None:
    reading = read(
        rooted(rel("root", "DEPENDS_ON", "NOASSERTION"), rel("a", "DEPENDS_ON", "NONE"), packages="a")
    )
    assert not reading.complete
    assert fault(reading, "incomplete").level == "note"
    assert read(rooted(rel("root", "DEPENDS_ON", "NONE"), packages="a")).complete


def test_an_id_used_twice_keeps_both_packages() -> None:
    reading = read(doc(pack("a", "pkg:npm/a@1.0"), pack("a", "pkg:npm/b@1.0"), pack("c")))
    assert {c.purl for c in reading.components} == {"pkg:npm/a@1.0", "pkg:npm/b@1.0", None}
    assert fault(reading, "duplicate-ref").place == "$.packages[1].SPDXID"


# -- scopes


def test_scope_is_the_strongest_over_all_paths() -> None:
    reading = read(
        rooted(
            rel("root", "STATIC_LINK", "a"),
            rel("b", "DEV_DEPENDENCY_OF", "root"),
            rel("a", "DEPENDS_ON", "c"),
            rel("b", "DEPENDS_ON", "c"),
            rel("b", "DEPENDS_ON", "d"),
            rel("e", "TEST_DEPENDENCY_OF", "a"),
            rel("e", "OPTIONAL_DEPENDENCY_OF", "root"),
            packages="a b c d e f",
        )
    )
    assert scopes(reading) == {
        "a": "runtime",
        "b": "development",
        "c": "runtime",
        "d": "development",
        "e": "test",
        "f": None,
    }


def test_what_may_be_runtime_is_not_called_development() -> None:
    reading = read(
        rooted(
            rel("root", "DEPENDS_ON", "a"),
            rel("b", "DEV_DEPENDENCY_OF", "root"),
            rel("a", "DEPENDS_ON", "c"),
            rel("b", "DEPENDS_ON", "c"),
        )
    )
    assert scopes(reading) == {"a": None, "b": "development", "c": None}


def test_a_known_scope_says_more_than_the_bare_dependency() -> None:
    reading = read(
        rooted(rel("root", "DEPENDS_ON", "a"), rel("a", "TEST_DEPENDENCY_OF", "root"), packages="a")
    )
    assert edges(reading) == {(None, "a", "test")}
    assert scopes(reading) == {"a": "test"}


def test_members_of_the_project_are_of_unknown_scope() -> None:
    reading = read(rooted(rel("root", "CONTAINS", "a"), rel("b", "DEV_DEPENDENCY_OF", "a"), packages="a b"))
    assert scopes(reading) == {"a": None, "b": "development"}


def test_sources_of_what_is_there_are_not_there() -> None:
    reading = read(rooted(rel("root", "CONTAINS", "a"), rel("a", "GENERATED_FROM", "b"), packages="a b"))
    assert scopes(reading) == {"a": None, "b": "excluded"}
    used = read(rooted(rel("root", "CONTAINS", "a"), rel("b", "GENERATES", "a"), rel("a", "DEPENDS_ON", "b")))
    assert scopes(used)["b"] is None


# -- container images, as generators write them


def image(*packages: dict[str, Any], describes: str, name: str, contains: str) -> dict[str, Any]:
    """A document on an image; `contains` is `a>b a>c …`."""
    relationships = [rel("DOCUMENT", "DESCRIBES", describes)]
    relationships += [
        rel(holder, "CONTAINS", held) for holder, held in (pair.split(">") for pair in contains.split())
    ]
    return doc(*packages, name=name, relationships=relationships)


def layer(name: str) -> dict[str, Any]:
    """A package that stands for an image's layer."""
    return pack(name, versionInfo="") | {"name": "sha256:" + "0" * 64}


IMAGES = {
    "the name and digest in the document's name": doc(
        pack("zlib"), name=f"acme/shop@{DIGEST}", relationships=[rel("DOCUMENT", "DESCRIBES", "DOCUMENT")]
    ),
    "an image of operating system and applications": image(
        pack(
            "ContainerImage-1",
            f"pkg:oci/shop@{DIGEST}?repository_url=index.docker.io%2Facme%2Fshop",
            versionInfo="",
        )
        | {"name": f"acme/shop@{DIGEST}"},
        pack("OperatingSystem-1") | {"name": "alpine"},
        pack("Application-0123456789abcdef", versionInfo="", sourceInfo="usr/bin/app") | {"name": "gobinary"},
        pack("zlib"),
        pack("yaml"),
        describes="ContainerImage-1",
        name=f"acme/shop@{DIGEST}",
        contains="ContainerImage-1>OperatingSystem-1 ContainerImage-1>Application-0123456789abcdef"
        " OperatingSystem-1>zlib Application-0123456789abcdef>yaml",
    ),
    "an image of layers, known by its digest and purl": image(
        pack("img", f"pkg:oci/shop@{DIGEST}?repository_url=index.docker.io%2Facme", versionInfo="")
        | {"name": DIGEST},
        layer("layer"),
        pack("zlib"),
        describes="img",
        name="SBOM-SPDX-f5cb4a90-207c-48b1-9abd-9e434061dc9e",
        contains="img>layer layer>zlib",
    ),
    "an index of images for several architectures": image(
        pack("idx", f"pkg:oci/shop@{DIGEST}?repository_url=index.docker.io%2Facme", versionInfo="")
        | {"name": DIGEST},
        pack("img", f"pkg:oci/shop@sha256:{'1' * 64}?arch=arm64", versionInfo="")
        | {"name": "sha256:" + "1" * 64},
        layer("layer"),
        pack("zlib"),
        describes="idx",
        name="SBOM-SPDX-f5cb4a90-207c-48b1-9abd-9e434061dc9e",
        contains="img>layer layer>zlib",
    ),
    "an image of layers, with sources": image(
        pack("img", versionInfo="") | {"name": "acme/shop"},
        layer("layer"),
        pack("zlib"),
        pack("zlib-src"),
        describes="img",
        name="Tern report for acme/shop",
        contains="img>layer layer>zlib",
    ),
    "an image as the root of everything": image(
        pack("DocumentRoot-Image-shop", versionInfo=DIGEST, primaryPackagePurpose="CONTAINER")
        | {"name": "docker.io/acme/shop"},
        pack("zlib"),
        describes="DocumentRoot-Image-shop",
        name="acme/shop",
        contains="DocumentRoot-Image-shop>zlib",
    ),
}
IMAGES["an index of images for several architectures"]["relationships"].append(
    rel("img", "VARIANT_OF", "idx")
)
IMAGES["an image of layers, with sources"]["relationships"].append(rel("zlib", "GENERATED_FROM", "zlib-src"))


@pytest.mark.parametrize("kind", IMAGES)
def test_generators_agree_on_an_image(kind: str) -> None:
    reading = read(IMAGES[kind])
    assert reading.subject == "acme/shop"
    assert reading.subject_version in {DIGEST, None}
    assert {c.name for c in reading.components if c.scope != "excluded"} - {"alpine", "yaml"} == {"zlib"}
    assert not reading.edges
    assert not doubts(reading)


def test_the_groups_of_a_scanner_are_places() -> None:
    found = {c.name: c for c in read(IMAGES["an image of operating system and applications"]).components}
    assert found["yaml"].location == "usr/bin/app"
    assert found["zlib"].location is None
    assert (found["alpine"].type, found["alpine"].version) == ("operating-system", "1.0")


def test_tags_of_images_are_versions() -> None:
    root = pack("img", "pkg:oci/shop", versionInfo="") | {"name": "localhost:5000/acme/shop:1.2"}
    reading = read(doc(root, documentDescribes=["SPDXRef-img"]))
    assert (reading.subject, reading.subject_version) == ("localhost:5000/acme/shop", "1.2")
