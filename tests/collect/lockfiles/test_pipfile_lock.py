# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Pipfile.lock: categories, sources, and what the Pipfile lists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from packageurl import PackageURL

from umbel.collect._python import pypi_host
from umbel.collect.interface import Document, UnreadableError
from umbel.collect.lockfiles.pipfile_lock import PipfileLockCollector

if TYPE_CHECKING:
    from umbel.collect.interface import Component, Reading

SUM = "0" * 64
META = {
    "hash": {"sha256": "00"},
    "pipfile-spec": 6,
    "requires": {"python_version": "3.11"},
    "sources": [
        {"name": "pypi", "url": f"https://{pypi_host()}/simple", "verify_ssl": True},
        {"name": "own", "url": "https://${USER}:${PW}@index.example/simple", "verify_ssl": True},
        {"name": "mirror", "url": "https://me:pw@mirror.example/simple", "verify_ssl": True},
    ],
}
PIPFILE = """
[[source]]
url = "https://index.example"
[packages]
Flask = {version = ">=3", extras = ["async"]}
kit = "*"
[dev-packages]
pytest = ">=8"
[docs]
sphinx = "*"
[requires]
python_version = "3.11"
"""


def locked(version: str = "1.0", **more: Any) -> dict[str, Any]:
    return {"hashes": [f"sha256:{SUM}"], "version": f"=={version}", **more}


LOCK: dict[str, Any] = {
    "_meta": META,
    "default": {
        "flask": locked("3.1.3", extras=["async"], markers="python_version >= '3.9'"),
        "kit": locked(index="mirror"),
        "werkzeug": locked(),
    },
    "develop": {"pytest": locked("8.4"), "werkzeug": locked(), "iniconfig": locked()},
    "docs": {"sphinx": locked("8.0")},
}


def read(lock: Any, pipfile: str | None = PIPFILE, folder: Path | None = None) -> Reading:
    if folder is not None and pipfile is not None:
        (folder / "Pipfile").write_text(pipfile)
    data = lock if isinstance(lock, bytes) else json.dumps(lock).encode()
    return PipfileLockCollector().read(Document((folder or Path("gone")) / "Pipfile.lock", data=data))


def by_name(reading: Reading) -> dict[str | None, Component]:
    return {component.name: component for component in reading.components}


def codes(reading: Reading) -> list[str]:
    return [fault.code for fault in reading.faults]


def test_categories_are_scopes_and_a_package_of_two_is_one_component(tmp_path: Path) -> None:
    reading = read(LOCK, folder=tmp_path)

    assert (reading.format, reading.faults) == ("Pipfile.lock 6", [])
    assert {name: c.scope for name, c in by_name(reading).items()} == {
        "flask": "runtime",
        "kit": "runtime",
        "werkzeug": "runtime",
        "pytest": "development",
        "iniconfig": "development",
        "sphinx": "development",
    }
    werkzeug = by_name(reading)["werkzeug"]
    assert werkzeug.properties == (("category", "default"), ("category", "develop"))
    assert werkzeug.hashes == (("sha256", SUM),)


def test_the_pipfile_says_what_is_direct(tmp_path: Path) -> None:
    reading = read(LOCK, folder=tmp_path)

    assert {(e.source, e.target, e.scope, e.requirement) for e in reading.edges} == {
        (None, "flask@3.1.3", "runtime", "[async]>=3"),
        (None, "kit@1.0", "runtime", None),
        (None, "pytest@8.4", "development", ">=8"),
        (None, "sphinx@8.0", "development", None),
    }
    assert {name for name, c in by_name(reading).items() if c.direct} == {"flask", "kit", "pytest", "sphinx"}
    assert {c.direct for c in read(LOCK).components} == {None}


def test_sources() -> None:
    lock = {
        "_meta": META,
        "default": {
            "a": locked(index="pypi"),
            "b": locked(index="mirror"),
            "c": locked(index="own"),
            "d": {"git": "https://me:pw@git.example/d.git", "ref": "0a"},
            "e": {"file": "https://files.example/e-1.0.whl?sig=1"},
            "f": {"path": "./vendor/f-1.0.tar.gz"},
            "shop": {"path": ".", "editable": True},
        },
    }
    reading = read(lock)
    found = by_name(reading)

    assert found["a"].purl == "pkg:pypi/a@1.0"
    purls = {name: PackageURL.from_string(component.purl or "") for name, component in found.items()}
    assert purls["b"].qualifiers == {"repository_url": "https://mirror.example/simple"}
    assert found["c"].purl == "pkg:pypi/c@1.0"
    assert found["d"].urls == (("vcs", "git+https://git.example/d.git@0a"),)
    assert purls["e"].qualifiers == {"download_url": "https://files.example/e-1.0.whl"}
    assert found["f"].location == "./vendor/f-1.0.tar.gz"
    assert "shop" not in found
    assert codes(reading) == ["no-manifest", "modules"]


def test_a_star_is_no_version() -> None:
    reading = read({"_meta": META, "default": {"colorama": {"version": "*"}}})

    assert [(c.ref, c.version) for c in reading.components] == [("colorama", None)]
    assert "no-version" in codes(reading)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"default": {"flask": 3, "kit": locked()}}, "wrong-type"),
        ({"default": {"flask": locked(markers=3), "kit": locked()}}, "wrong-type"),
        ({"default": {"flask": {**locked(), "hashes": ["sha256:zz"]}, "kit": locked()}}, "hash"),
        ({"_meta": {**META, "pipfile-spec": 7}}, "lockfile-version"),
        ({"_meta": 7}, "wrong-type"),
    ],
)
def test_what_is_unsound_is_named_and_loses_only_itself(change: dict[str, Any], code: str) -> None:
    reading = read({**LOCK, **change})

    assert code in codes(reading)
    assert "kit" in by_name(reading)


def test_what_the_pipfile_lists_and_the_lock_lacks_is_an_edge_without_target(tmp_path: Path) -> None:
    reading = read({**LOCK, "default": {}}, folder=tmp_path)

    assert (None, None, "pkg:pypi/flask") in {(e.source, e.target, e.package) for e in reading.edges}
    assert "unresolved" in codes(reading)


@pytest.mark.parametrize("data", [b"[]", b"{", b"{}", b"\xff", b"<<<<<<< HEAD\n{}", b"[" * 100_000])
def test_what_is_no_lockfile_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        read(data)


def test_the_name_is_claimed_in_any_case() -> None:
    assert PipfileLockCollector().claims("a/Pipfile.lock")
