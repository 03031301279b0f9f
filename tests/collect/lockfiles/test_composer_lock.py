# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""composer.lock: who needs whom, who stands in for whom, and what composer.json adds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from packageurl import PackageURL

from umbel.collect.interface import Document, UnreadableError
from umbel.collect.lockfiles.composer_lock import ComposerLockCollector

if TYPE_CHECKING:
    from umbel.collect.interface import Component, Edge, Reading

SHA1 = "0123456789" * 4


def package(name: str, version: str = "1.0.0", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "version": version,
        "source": {"type": "git", "url": f"https://git.example/{name}.git", "reference": "0a"},
        "dist": {
            "type": "zip",
            "url": f"https://files.example/{name}?token=1",
            "reference": "0a",
            "shasum": "",
        },
        "require": {"php": ">=8.1"},
        "type": "library",
        "license": ["MIT"],
        "notification-url": "https://registry.example/downloads/",
        **more,
    }


LOCK: dict[str, Any] = {
    "content-hash": "00",
    "packages": [
        package(
            "acme/http",
            "v6.4.1",
            require={"php": "^8", "ext-json": "*", "psr/log": "^3", "acme/mbstring": "*"},
        ),
        package("acme/poly", replace={"acme/mbstring": "self.version"}, require=[]),
        package("Psr/Log", "3.0.0", license=["MIT", "Apache-2.0"], abandoned="acme/log", type="metapackage"),
    ],
    "packages-dev": [
        package("acme/test", "dev-main", require={"acme/missing": "*", "composer-runtime-api": "^2"})
    ],
    "aliases": [],
    "platform": {"php": "^8.1"},
    "plugin-api-version": "2.6.0",
}
MANIFEST = {
    "name": "acme/shop",
    "version": "2.0",
    "require": {"php": ">=8.1", "ext-intl": "*", "acme/http": "^6.4"},
    "require-dev": {"acme/test": "dev-main"},
}


def read(lock: Any, manifest: Any = None, folder: Path | None = None) -> Reading:
    if folder is not None and manifest is not None:
        (folder / "composer.json").write_text(json.dumps(manifest))
    data = lock if isinstance(lock, bytes) else json.dumps(lock).encode()
    return ComposerLockCollector().read(Document((folder or Path("gone")) / "composer.lock", data=data))


def by_ref(reading: Reading) -> dict[str, Component]:
    return {component.ref: component for component in reading.components}


def edges(reading: Reading) -> dict[tuple[str | None, str | None], Edge]:
    return {(edge.source, edge.target): edge for edge in reading.edges}


def codes(reading: Reading) -> list[str]:
    return [fault.code for fault in reading.faults]


def test_components_are_the_locked_packages(tmp_path: Path) -> None:
    reading = read(LOCK, MANIFEST, tmp_path)

    assert (reading.format, reading.subject, reading.subject_version) == (
        "composer.lock 2.6.0",
        "acme/shop",
        "2.0",
    )
    assert reading.subject_purl == "pkg:composer/acme/shop@2.0"
    http = by_ref(reading)["acme/http@v6.4.1"]
    assert (http.namespace, http.name, http.version) == ("acme", "http", "v6.4.1")
    assert http.purl == "pkg:composer/acme/http@v6.4.1"
    assert http.urls == (
        ("vcs", "git+https://git.example/acme/http.git@0a"),
        ("distribution", "https://files.example/acme/http"),
    )
    log = by_ref(reading)["psr/log@3.0.0"]
    assert log.declared == ("MIT", "Apache-2.0")
    assert log.properties == (("composer:type", "metapackage"), ("composer:abandoned", "acme/log"))
    assert {c.ref: c.scope for c in reading.components} == {
        "acme/http@v6.4.1": "runtime",
        "acme/poly@1.0.0": "runtime",
        "psr/log@3.0.0": "runtime",
        "acme/test@dev-main": "development",
    }


def test_edges_leave_out_php_itself_and_follow_replacements(tmp_path: Path) -> None:
    reading = read(LOCK, MANIFEST, tmp_path)
    found = edges(reading)

    assert set(found) == {
        (None, "acme/http@v6.4.1"),
        (None, "acme/test@dev-main"),
        ("acme/http@v6.4.1", "psr/log@3.0.0"),
        ("acme/http@v6.4.1", "acme/poly@1.0.0"),
        ("acme/test@dev-main", None),
    }
    assert found[None, "acme/test@dev-main"].scope == "development"
    assert found["acme/http@v6.4.1", "psr/log@3.0.0"].requirement == "^3"
    assert found["acme/test@dev-main", None].package == "pkg:composer/acme/missing"
    assert codes(reading) == ["unresolved"]


def test_without_a_manifest_what_is_direct_stays_unknown() -> None:
    reading = read(LOCK)

    assert all(edge.source for edge in reading.edges)
    assert codes(reading) == ["no-manifest", "unresolved"]


def test_a_virtual_package_leads_to_each_that_provides_it() -> None:
    provide = {"psr/log-implementation": "3"}
    packages = [package("a/a", provide=provide), package("b/b", provide=provide)]
    packages.append(package("c/c", require={"psr/log-implementation": "*"}))

    assert set(edges(read({"packages": packages}))) == {
        ("c/c@1.0.0", "a/a@1.0.0"),
        ("c/c@1.0.0", "b/b@1.0.0"),
    }


def test_packages_of_a_folder_are_the_project_s_own(tmp_path: Path) -> None:
    packages = [
        package("acme/core", dist={"type": "path", "url": "packages/core"}, require={"psr/log": "^3"}),
        package("psr/log"),
    ]
    reading = read({"packages": packages}, {"require": {"acme/core": "*"}}, tmp_path)

    assert [component.name for component in reading.components] == ["log"]
    assert set(edges(reading)) == {(None, "psr/log@1.0.0")}
    assert codes(reading) == ["modules"]


def test_what_no_registry_serves_has_its_source_as_qualifier() -> None:
    one = package("a/a") | {
        "notification-url": None,
        "source": {"type": "git", "url": "https://me:pw@git.example/a"},
    }
    two = package("b/b") | {"notification-url": None, "source": None}
    found = {
        c.name: PackageURL.from_string(c.purl or "").qualifiers
        for c in read({"packages": [one, two]}).components
    }

    assert found["a"] == {"vcs_url": "git+https://git.example/a"}
    assert found["b"] == {"download_url": "https://files.example/b/b"}


def test_digests_are_kept_where_the_archive_has_one() -> None:
    dist = {"type": "zip", "url": "https://files.example/a", "shasum": SHA1}

    assert read({"packages": [package("a/a", dist=dist)]}).components[0].hashes == (("sha1", SHA1),)
    assert read(LOCK).components[0].hashes == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": 3}, "nameless"),
        ({"version": None}, "no-version"),
        ({"license": [3, "MIT"]}, "wrong-type"),
        ({"require": {"a/b": 3}}, "wrong-type"),
        ({"require": 3}, "wrong-type"),
        ({"dist": {"type": 3, "url": "https://files.example/a"}}, "wrong-type"),
        ({"dist": {"shasum": "zz"}}, "hash"),
        ({"dist": 3}, "wrong-type"),
        ({"name": "acme/poly"}, "duplicate"),
    ],
)
def test_what_is_unsound_is_named_and_loses_only_itself(change: dict[str, Any], code: str) -> None:
    packages = [package("acme/poly"), package("acme/http") | change, 7]
    reading = read({"packages": packages[:2]})

    assert code in codes(reading)
    assert reading.components[0].ref == "acme/poly@1.0.0"
    assert "wrong-type" in codes(read({"packages": packages}))
    assert len(read({"packages": packages}).components) == len(reading.components)


@pytest.mark.parametrize("data", [b"[]", b"{", b"{}", b"\xff", b"<<<<<<< HEAD\n{}", b"[" * 100_000])
def test_what_is_no_lockfile_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        read(data)


def test_a_manifest_that_is_broken_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "composer.json").write_text("{")

    assert "malformed-json" in codes(read(LOCK, None, tmp_path))
    assert ComposerLockCollector().claims("a/composer.lock")
