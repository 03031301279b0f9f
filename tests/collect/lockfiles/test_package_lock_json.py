# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What npm's lockfiles mean, in all three versions, sound and unsound."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from packageurl import PackageURL

from umbel.collect.interface import Document, Reading, UnreadableError
from umbel.collect.lockfiles.package_lock_json import PackageLockJsonCollector

if TYPE_CHECKING:
    from pathlib import Path

NPM = PackageLockJsonCollector()
DIGEST = bytes(range(64))
INTEGRITY = "sha512-" + base64.b64encode(DIGEST).decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def read(folder: Path, document: object, manifest: object = None) -> Reading:
    """A reading of a lockfile, with a package.json beside it if one is given."""
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    if manifest is not None:
        text = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
        (folder / "package.json").write_bytes(text)
    return NPM.read(Document(folder / "package-lock.json", data=data))


def lock(packages: dict[str, Any], **root: Any) -> dict[str, Any]:
    """A sound document of version 3; the project's own entry has these fields."""
    head = {"name": "shop", "version": "1.0.0", **root}
    return {"name": "shop", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": head, **packages}}


def old(packages: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A sound document of version 1."""
    return {
        "name": "shop",
        "version": "1.0.0",
        "lockfileVersion": 1,
        "requires": True,
        "dependencies": packages,
        **more,
    }


def edges(reading: Reading) -> set[tuple[str | None, str | None]]:
    return {(edge.source, edge.target) for edge in reading.edges}


def codes(reading: Reading) -> list[str]:
    """The codes of the faults that are more than notes."""
    return [fault.code for fault in reading.faults if fault.level != "note"]


# -- one tree, written in three versions

ROOT = {
    "name": "shop",
    "version": "1.0.0",
    "dependencies": {"a": "^1.0.0", "@acme/b": "2", "old-c": "npm:c@^0.1.0"},
    "devDependencies": {"d": "*"},
    "optionalDependencies": {"e": "1"},
}
MODERN = {
    "node_modules/@acme/b": {
        "version": "2.1.0",
        "resolved": "https://registry.example/@acme/b/-/b-2.1.0.tgz",
    },
    "node_modules/a": {
        "version": "1.2.3",
        "resolved": "https://registry.example/a/-/a-1.2.3.tgz",
        "integrity": INTEGRITY,
        "dependencies": {"c": "^1.0.0", "@acme/b": "^2.0.0"},
    },
    "node_modules/a/node_modules/c": {"version": "1.9.0", "inBundle": True},
    "node_modules/c": {"version": "0.3.0", "dev": True},
    "node_modules/d": {"version": "4.0.0", "dev": True, "dependencies": {"c": "0.3.0"}},
    "node_modules/e": {"version": "1.0.0", "optional": True, "dependencies": {"f": "1"}},
    "node_modules/f": {"version": "1.0.1", "devOptional": True},
    "node_modules/old-c": {"name": "c", "version": "0.1.5"},
}
ANCIENT = {
    "@acme/b": {"version": "2.1.0", "resolved": "https://registry.example/@acme/b/-/b-2.1.0.tgz"},
    "a": {
        "version": "1.2.3",
        "resolved": "https://registry.example/a/-/a-1.2.3.tgz",
        "integrity": INTEGRITY,
        "requires": {"c": "^1.0.0", "@acme/b": "^2.0.0"},
        "dependencies": {"c": {"version": "1.9.0", "bundled": True}},
    },
    "c": {"version": "0.3.0", "dev": True},
    "d": {"version": "4.0.0", "dev": True, "requires": {"c": "0.3.0"}},
    "e": {"version": "1.0.0", "optional": True, "requires": {"f": "1"}},
    "f": {"version": "1.0.1", "devOptional": True},
    "old-c": {"version": "npm:c@0.1.5"},
}


def test_all_versions_give_equal_evidence(folder: Path) -> None:
    third = read(folder, lock(MODERN, **ROOT))
    second = read(folder, {**lock(MODERN, **ROOT), "lockfileVersion": 2, "dependencies": ANCIENT})
    first = read(folder, old(ANCIENT), ROOT)
    assert set(third.components) == set(second.components) == set(first.components)
    assert set(third.edges) == set(second.edges)
    told = [{(e.source, e.target, e.requirement, e.pinned) for e in r.edges} for r in (third, first)]
    assert told[0] == told[1]
    assert {(r.subject, r.subject_version, r.subject_purl) for r in (first, second, third)} == {
        ("shop", "1.0.0", "pkg:npm/shop@1.0.0")
    }
    assert [r.format for r in (first, second, third)] == [
        "npm lockfile 1",
        "npm lockfile 2",
        "npm lockfile 3",
    ]
    assert not first.faults + second.faults + third.faults


def test_a_dependant_gets_the_nearest_folder(folder: Path) -> None:
    found = edges(read(folder, lock(MODERN, **ROOT)))
    assert ("node_modules/a", "node_modules/a/node_modules/c") in found
    assert ("node_modules/d", "node_modules/c") in found
    assert ("node_modules/a", "node_modules/@acme/b") in found


def test_scopes_are_the_ones_that_npm_marked(folder: Path) -> None:
    scopes = {
        c.ref.removeprefix("node_modules/"): c.scope for c in read(folder, lock(MODERN, **ROOT)).components
    }
    assert scopes == {
        "a": "runtime", "@acme/b": "runtime", "old-c": "runtime", "a/node_modules/c": "runtime",
        "c": "development", "d": "development", "e": "optional", "f": "optional",
    }  # fmt: skip


def test_what_the_project_asks_for(folder: Path) -> None:
    direct = {
        e.target: (e.requirement, e.scope, e.optional)
        for e in read(folder, lock(MODERN, **ROOT)).edges
        if not e.source
    }
    assert direct == {
        "node_modules/a": ("^1.0.0", "runtime", False),
        "node_modules/@acme/b": ("2", "runtime", False),
        "node_modules/old-c": ("npm:c@^0.1.0", "runtime", False),
        "node_modules/d": ("*", "development", False),
        "node_modules/e": ("1", "optional", True),
    }


def test_an_alias_is_the_package_behind_it(folder: Path) -> None:
    (found,) = [
        c for c in read(folder, lock(MODERN, **ROOT)).components if c.location == "node_modules/old-c"
    ]
    assert (found.package, found.version, found.name) == ("pkg:npm/c", "0.1.5", "c")


def test_digests_become_hexadecimal(folder: Path) -> None:
    weak = "sha1-" + base64.b64encode(b"x" * 20).decode()
    packages = {"node_modules/a": {"version": "1.0.0", "integrity": f"{weak} {INTEGRITY}?opt"}}
    (found,) = read(folder, lock(packages)).components
    assert found.hashes == (("sha1", (b"x" * 20).hex()), ("sha512", DIGEST.hex()))


@pytest.mark.parametrize("bad", ["sha512-AAAA", "sha512-%%%", "md9-AAAA", "nonsense", "sha512"])
def test_a_broken_digest_costs_only_itself(folder: Path, bad: str) -> None:
    reading = read(folder, lock({"node_modules/a": {"version": "1.0.0", "integrity": f"{bad} {INTEGRITY}"}}))
    assert reading.components[0].hashes == (("sha512", DIGEST.hex()),)
    assert codes(reading) == ["hash"]
    assert reading.faults[0].place == '$.packages["node_modules/a"].integrity'


def test_version_1_without_its_manifest_knows_nothing_of_direct(folder: Path) -> None:
    reading = read(folder, old(ANCIENT))
    assert not [e for e in reading.edges if e.source is None]
    assert {c.direct for c in reading.components} == {None}
    assert [(f.code, f.level) for f in reading.faults] == [("no-manifest", "note")]


def test_a_shrinkwrap_without_version_has_no_scopes(folder: Path) -> None:
    reading = read(folder, {"name": "shop", "dependencies": {"a": {"version": "1.0.0"}}})
    assert [(c.version, c.scope) for c in reading.components] == [("1.0.0", None)]


# -- workspaces, links, peers


def test_workspaces_and_links_fold_into_the_project(folder: Path) -> None:
    packages = {
        "node_modules/ui": {"resolved": "packages/ui", "link": True},
        "node_modules/gone": {"resolved": "../elsewhere", "link": True},
        "packages/ui": {
            "version": "1.0.0",
            "dependencies": {"a": "^2", "gone": "1"},
            "devDependencies": {"b": "^1"},
        },
        "packages/ui/node_modules/a": {"version": "2.0.0", "dependencies": {"ui": "*", "b": "1"}},
        "node_modules/a": {"version": "1.0.0"},
        "node_modules/b": {"version": "1.0.0", "dev": True},
    }
    reading = read(folder, lock(packages, dependencies={"ui": "*", "a": "^1", "gone": "file:../elsewhere"}))
    assert {c.location for c in reading.components} == {
        "packages/ui/node_modules/a", "node_modules/a", "node_modules/b"
    }  # fmt: skip
    assert edges(reading) == {
        (None, "packages/ui/node_modules/a"),
        (None, "node_modules/a"),
        (None, "node_modules/b"),
        ("packages/ui/node_modules/a", "node_modules/b"),
    }
    assert [f.code for f in reading.faults] == ["modules"]


def test_links_of_version_1_fold_too(folder: Path) -> None:
    packages = {
        "ui": {
            "version": "file:packages/ui",
            "requires": {"a": "^2", "b": "1"},
            "dependencies": {"a": {"version": "2.0.0"}},
        },
        "a": {"version": "1.0.0"},
        "b": {"version": "1.0.0"},
    }
    reading = read(folder, old(packages), {"name": "shop", "dependencies": {"ui": "*"}})
    assert {c.location for c in reading.components} == {
        "packages/ui/node_modules/a", "node_modules/a", "node_modules/b"
    }  # fmt: skip
    assert edges(reading) == {(None, "packages/ui/node_modules/a"), (None, "node_modules/b")}


def test_a_linked_folder_outside_does_not_see_the_projects_packages(folder: Path) -> None:
    packages = {
        "../lib": {"version": "1.0.0", "dependencies": {"a": "1"}},
        "node_modules/a": {"version": "1.0.0"},
    }
    reading = read(folder, lock(packages))
    assert edges(reading) == {(None, None)}
    assert codes(reading) == ["unresolved"]


def test_peers(folder: Path) -> None:
    packages = {
        "node_modules/plugin": {
            "version": "1.0.0",
            "peerDependencies": {"host": ">=1", "extra": "1", "absent": "1", "left": "2"},
            "peerDependenciesMeta": {"extra": {"optional": True}, "absent": {"optional": True}},
        },
        "node_modules/host": {"version": "1.0.0", "peer": True},
        "node_modules/extra": {"version": "1.0.0"},
    }
    reading = read(folder, lock(packages, dependencies={"plugin": "1"}))
    needed = {e.package: (e.target, e.optional, e.scope, e.pinned) for e in reading.edges if e.source}
    assert needed == {
        "pkg:npm/host": ("node_modules/host", False, "runtime", True),
        "pkg:npm/extra": ("node_modules/extra", True, "runtime", True),
        "pkg:npm/left": (None, False, "runtime", None),
    }
    assert not codes(reading)
    assert {c.scope for c in reading.components} == {"runtime"}


def test_what_is_missing(folder: Path) -> None:
    packages = {
        "node_modules/a": {
            "version": "1.0.0",
            "dependencies": {"b": "1"},
            "optionalDependencies": {"c": "2", "d": "3"},
        },
        "node_modules/d": {"optional": True},
    }
    reading = read(folder, lock(packages, dependencies={"a": "1", "z": "npm:@acme/real@^1"}))
    missing = {(e.source, e.package, e.optional) for e in reading.edges if e.target is None}
    assert missing == {
        (None, "pkg:npm/%40acme/real", False),
        ("node_modules/a", "pkg:npm/b", False),
        ("node_modules/a", "pkg:npm/c", True),
        ("node_modules/a", "pkg:npm/d", True),
    }
    assert codes(reading) == ["unresolved", "unresolved"]
    assert [c.name for c in reading.components] == ["a"]


def test_a_later_field_overrules_an_earlier_one(folder: Path) -> None:
    packages = {"node_modules/a": {"version": "1.0.0"}}
    reading = read(folder, lock(packages, dependencies={"a": "1"}, optionalDependencies={"a": "2"}))
    assert [(e.requirement, e.scope) for e in reading.edges] == [("2", "optional")]


# -- sources


@pytest.mark.parametrize(
    ("resolved", "qualifiers", "url"),
    [
        ("https://registry.example/a/-/a-1.0.0.tgz", {}, "https://registry.example/a/-/a-1.0.0.tgz"),
        (
            "https://me:secret@mirror.example/npm/a/-/a-1.0.0.tgz?token=x",
            {},
            "https://mirror.example/npm/a/-/a-1.0.0.tgz",
        ),
        ("https://other.example/download/a/1.0.0/0f", {}, "https://other.example/download/a/1.0.0/0f"),
        (
            "https://files.example/a.tgz",
            {"download_url": "https://files.example/a.tgz"},
            "https://files.example/a.tgz",
        ),
        (
            "git+ssh://git@forge.example/acme/a.git#0a1b2c",
            {"vcs_url": "git+ssh://git@forge.example/acme/a.git@0a1b2c"},
            "git+ssh://git@forge.example/acme/a.git@0a1b2c",
        ),
        ("file:vendor/a.tgz", {}, "file:vendor/a.tgz"),
    ],
)
def test_where_a_package_was_taken_from(
    folder: Path, resolved: str, qualifiers: dict[str, str], url: str
) -> None:
    (found,) = read(folder, lock({"node_modules/a": {"version": "1.0.0", "resolved": resolved}})).components
    assert PackageURL.from_string(found.purl or "").qualifiers == qualifiers
    assert (found.package, found.version) == ("pkg:npm/a", "1.0.0")
    assert [address for _, address in found.urls] == [url]


@pytest.mark.parametrize(
    ("said", "name", "version", "kind"),
    [
        ("git+https://token@forge.example/acme/a.git#0a1b", "x", None, "vcs"),
        ("github:acme/a#0a1b", "x", None, "vcs"),
        ("https://registry.example/kind-of/-/kind-of-6.0.3.tgz", "kind-of", "6.0.3", "distribution"),
        ("https://files.example/some.tgz", "x", None, "distribution"),
        ("file:vendor/x-1.0.0.tgz", "x", None, "distribution"),
    ],
)
def test_version_1_writes_sources_as_versions(
    folder: Path, said: str, name: str, version: str | None, kind: str
) -> None:
    (found,) = read(folder, old({"x": {"version": said}}), {}).components
    assert (found.name, found.version, found.urls[0][0]) == (name, version, kind)
    assert "token" not in found.urls[0][1]


def test_requirements_lose_their_credentials(folder: Path) -> None:
    packages = {"node_modules/a": {"version": "1.0.0"}}
    reading = read(folder, lock(packages, dependencies={"a": "git+https://me:secret@forge.example/a.git"}))
    assert reading.edges[0].requirement == "git+https://forge.example/a.git"


def test_licences_and_remarks(folder: Path) -> None:
    packages = {
        "node_modules/a": {
            "version": "1.0.0",
            "license": "MIT OR X",
            "deprecated": "use b",
            "inBundle": True,
        },
        "node_modules/b": {"version": "1.0.0", "license": {"type": "BSD", "url": "https://x.example"}},
        "node_modules/c": {"version": "1.0.0", "license": ["MIT", {"type": "GPL"}]},
    }
    found = {c.name: c for c in read(folder, lock(packages)).components}
    assert [found[n].declared for n in "abc"] == [("MIT OR X",), ("BSD",), ("MIT", "GPL")]
    assert found["a"].properties == (("npm:bundled", "true"), ("npm:deprecated", "use b"))


# -- unsound documents


def test_wrong_types_lose_only_themselves(folder: Path) -> None:
    packages: dict[str, Any] = {
        "node_modules/a": {
            "version": "1.0.0",
            "dependencies": {"b": 1, "c": "1"},
            "dev": "yes",
            "integrity": 7,
        },
        "node_modules/b": [],
        "node_modules/c": {"version": 3, "resolved": "https://x.example/c/-/c-3.tgz"},
        "node_modules/@broken": {"version": "1.0.0"},
        "node_modules/d": {"version": "1.0.0", "dependencies": ["c"]},
    }
    reading = read(folder, lock(packages))
    assert {(c.name, c.version) for c in reading.components} == {("a", "1.0.0"), ("c", None), ("d", "1.0.0")}
    assert ("node_modules/a", "node_modules/c") in edges(reading)
    places = {f.place for f in reading.faults if f.code == "wrong-type"}
    assert places == {
        '$.packages["node_modules/a"].dependencies["b"]',
        '$.packages["node_modules/a"].dev',
        '$.packages["node_modules/a"].integrity',
        '$.packages["node_modules/b"]',
        '$.packages["node_modules/c"].version',
        '$.packages["node_modules/d"].dependencies',
    }
    assert {f.code for f in reading.faults} == {"wrong-type", "path"}


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b"", "malformed-json", ""),
        (b"[]", "not-npm", ""),
        (b'{"bomFormat": "CycloneDX"}', "not-npm", ""),
        (b'{"lockfileVersion": 3,\n"packages": {]}', "malformed-json", "line 2"),
        (b'{\n<<<<<<< HEAD\n"lockfileVersion": 3\n=======\n>>>>>>> x\n}', "merge-conflict", "line 2"),
        (b'{"packages":' + b'{"a":' * 200_000, "too-deep", ""),
    ],
)
def test_unreadable_documents_say_why(folder: Path, data: bytes, code: str, place: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(folder, data)
    assert (caught.value.fault.code, caught.value.fault.place) == (code, place)


def test_encodings(folder: Path) -> None:
    sound = json.dumps(lock({"node_modules/a": {"version": "1.0.0"}}))
    assert len(read(folder, sound.encode("utf-16")).components) == 1
    assert len(read(folder, b"\xef\xbb\xbf" + sound.encode()).components) == 1
    broken = sound.replace("1.0.0", "1.0.\udcff").encode("utf-8", "surrogateescape")
    reading = read(folder, broken)
    assert reading.components[0].version == "1.0.\ufffd"
    assert "encoding" in codes(reading)


@pytest.mark.parametrize(
    "manifest", [b"\xff\xfe{", b"[]", b"{", b'{"dependencies": {"a": 1}}', b'{"a":' * 200_000]
)
def test_a_broken_manifest_never_costs_the_lockfile(folder: Path, manifest: bytes) -> None:
    reading = read(folder, old({"a": {"version": "1.0.0"}}), manifest)
    assert len(reading.components) == 1
    assert codes(reading)


def test_deep_and_long_documents_end_soon(folder: Path) -> None:
    nested: dict[str, Any] = {"version": "1.0.0"}
    for _ in range(200):
        nested = {"version": "1.0.0", "dependencies": {"a": nested}}
    reading = read(folder, old({"a": nested}), {})
    assert 60 < len(reading.components) < 70
    assert codes(reading) == ["too-deep"]
    path = "node_modules/a/" * 100_000 + "node_modules/a"
    reading = read(
        folder, lock({path: {"version": "1.0.0"}, "node_modules/" + "b" * 10**6: {"version": "1"}})
    )
    assert codes(reading) == ["path", "path"]


def test_a_cycle_is_only_two_edges(folder: Path) -> None:
    packages = {
        "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "1"}},
        "node_modules/b": {"version": "1.0.0", "dependencies": {"a": "1"}},
    }
    assert len(read(folder, lock(packages)).edges) == 2


def test_many_faults_are_counted(folder: Path) -> None:
    reading = read(folder, lock({f"node_modules/p{i}": {"version": []} for i in range(300)}))
    assert len([f for f in reading.faults if f.code == "wrong-type"]) == 101


def test_the_manifest_takes_part_in_the_hash(folder: Path) -> None:
    document = Document(folder / "package-lock.json", data=b"{}")
    before = NPM.fingerprint(document)
    (folder / "package.json").write_text("{}")
    assert NPM.fingerprint(document) != before


@pytest.mark.parametrize("name", ["package-lock.json", "Package-Lock.JSON"])
def test_names(name: str) -> None:
    assert NPM.claims(name)
    assert not NPM.claims(f"x-{name}")
