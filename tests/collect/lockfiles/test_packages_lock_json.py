# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""packages.lock.json: target frameworks, runtimes and projects."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from umbel.collect.interface import Document, UnreadableError
from umbel.collect.lockfiles.packages_lock_json import PackagesLockJsonCollector

if TYPE_CHECKING:
    from umbel.collect.interface import Component, Edge, Reading

RAW = bytes(range(64))


def package(kind: str, version: str = "1.0.0", **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"type": kind, "resolved": version, "contentHash": b64encode(RAW).decode()}
    if kind != "Transitive":
        found["requested"] = f"[{version}, )"
    return {**found, **more}


LOCK: dict[str, Any] = {
    "version": 2,
    "dependencies": {
        "net8.0": {
            "Serilog.Sinks.File": package("Direct", "5.0.0", dependencies={"Serilog": "2.10.0"}),
            "Pinned": package("CentralTransitive", "7.0.0"),
            "Serilog": package("Transitive", "2.10.0", dependencies={"Pinned": "[6.0.0, )"}),
            "acme.core": {
                "type": "Project",
                "dependencies": {"Newtonsoft.Json": "[13.0.1, )", "Acme.Base": "1"},
            },
            "acme.base": {"type": "Project"},
            "Newtonsoft.Json": package("Transitive", "13.0.1"),
        },
        ".NETFramework,Version=v4.7.2": {"Serilog": package("Direct", "2.9.0")},
        "net8.0/win-x64": {"Native": package("Transitive", "1.0.0", dependencies={"serilog": "2.0.0"})},
    },
}


def read(lock: Any) -> Reading:
    data = lock if isinstance(lock, bytes) else json.dumps(lock).encode()
    return PackagesLockJsonCollector().read(Document(Path("gone/packages.lock.json"), data=data))


def by_ref(reading: Reading) -> dict[str, Component]:
    return {component.ref: component for component in reading.components}


def edges(reading: Reading) -> dict[tuple[str | None, str | None], Edge]:
    return {(edge.source, edge.target): edge for edge in reading.edges}


def codes(reading: Reading) -> list[str]:
    return [fault.code for fault in reading.faults]


def test_components_are_packages_with_their_targets() -> None:
    reading = read(LOCK)

    assert reading.format == "packages.lock.json 2"
    assert {(c.name, c.version) for c in reading.components} == {
        ("Serilog.Sinks.File", "5.0.0"),
        ("Pinned", "7.0.0"),
        ("Serilog", "2.10.0"),
        ("Serilog", "2.9.0"),
        ("Newtonsoft.Json", "13.0.1"),
        ("Native", "1.0.0"),
    }
    serilog = by_ref(reading)["serilog@2.9.0"]
    assert serilog.purl == "pkg:nuget/Serilog@2.9.0"
    assert serilog.hashes == (("sha512", RAW.hex()),)
    assert serilog.properties == (("target", ".NETFramework,Version=v4.7.2"),)
    assert {component.scope for component in reading.components} == {None}
    assert codes(reading) == ["modules"]


def test_edges_by_target_and_in_any_case() -> None:
    found = edges(read(LOCK))

    assert set(found) == {
        (None, "serilog.sinks.file@5.0.0"),
        (None, "serilog@2.9.0"),
        (None, "newtonsoft.json@13.0.1"),  # by a project
        ("serilog.sinks.file@5.0.0", "serilog@2.10.0"),
        ("serilog@2.10.0", "pinned@7.0.0"),
        ("native@1.0.0", "serilog@2.10.0"),  # which the runtime's part doesn't repeat
    }
    assert found[None, "serilog@2.9.0"].requirement == "[2.9.0, )"
    assert found["serilog@2.10.0", "pinned@7.0.0"].requirement == "[6.0.0, )"
    assert found["serilog@2.10.0", "pinned@7.0.0"].pinned is True


def test_a_package_of_several_targets_is_one_component() -> None:
    same = {"Serilog": package("Direct", "2.9.0")}
    reading = read({"version": 1, "dependencies": {"net6.0": same, "net8.0": same}})

    assert [c.properties for c in reading.components] == [(("target", "net6.0"), ("target", "net8.0"))]
    assert len(reading.edges) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Serilog": 3}, "wrong-type"),
        ({"Serilog": package("Transitive", resolved=3)}, "wrong-type"),
        ({"Serilog": package("Transitive", resolved=None)}, "no-version"),
        ({"Serilog": package("Transitive", contentHash="zz")}, "hash"),
        ({"Serilog": package("Odd")}, "kind"),
        ({"Serilog": package("Transitive", dependencies={"gone": "1"})}, "unresolved"),
        ({"Serilog": package("Transitive", dependencies={"gone": 1})}, "wrong-type"),
        ({"": package("Transitive")}, "nameless"),
    ],
)
def test_what_is_unsound_is_named_and_loses_only_itself(change: dict[str, Any], code: str) -> None:
    packages = {"Kit": package("Direct"), **change}
    reading = read({"version": 1, "dependencies": {"net8.0": packages, "net9.0": 3}})

    assert code in codes(reading)
    assert "kit@1.0.0" in by_ref(reading)


def test_two_digests_of_one_package_are_named() -> None:
    other = package("Direct", contentHash=b64encode(RAW[::-1]).decode())
    reading = read({"version": 1, "dependencies": {"a": {"Kit": package("Direct")}, "b": {"Kit": other}}})

    assert codes(reading) == ["hash-conflict"]


@pytest.mark.parametrize(
    ("version", "code"), [(3, "lockfile-version"), (None, "lockfile-version"), ("1", "wrong-type")]
)
def test_versions(version: object, code: str) -> None:
    assert code in codes(read({"version": version, "dependencies": {}}))


@pytest.mark.parametrize("data", [b"[]", b"{", b"{}", b"\xff", b"<<<<<<< HEAD\n{}", b"[" * 100_000])
def test_what_is_no_lockfile_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        read(data)


def test_names_that_are_claimed() -> None:
    assert PackagesLockJsonCollector().claims("a/packages.lock.json")
    assert PackagesLockJsonCollector().claims("a/packages.Shop.lock.json")
