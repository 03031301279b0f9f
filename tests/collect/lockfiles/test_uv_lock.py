# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""uv.lock: who needs what, what for, and where it comes from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from umbel.collect._python import MOST_HASHES, pypi_host
from umbel.collect.interface import Document, UnreadableError
from umbel.collect.lockfiles.uv_lock import UvLockCollector

if TYPE_CHECKING:
    from umbel.collect.interface import Component, Edge, Reading

PYPI = f'source = {{ registry = "https://{pypi_host()}/simple" }}'
HEAD = 'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n'
SHOP = """
[[package]]
name = "shop"
version = "0.3"
source = { editable = "." }
dependencies = [
    { name = "flask" },
    { name = "requests", extra = ["socks"], marker = "sys_platform == 'linux'" },
]

[package.optional-dependencies]
db = [
    { name = "sqlalchemy" },
]

[package.dev-dependencies]
dev = [
    { name = "pytest" },
    { name = "flask" },
]

[package.metadata]
requires-dist = [
    { name = "flask", specifier = ">=3" },
    { name = "requests", extras = ["socks"], marker = "sys_platform == 'linux'", specifier = ">=2.31,<3" },
    { name = "sqlalchemy", marker = "extra == 'db'", specifier = ">=2" },
]
provides-extras = ["db"]

[package.metadata.requires-dev]
dev = [
    { name = "pytest", specifier = ">=8" },
    { name = "flask" },
]
"""


def package(name: str, version: str = "1.0", needs: str = "", more: str = "", source: str = PYPI) -> str:
    listed = "".join(f'    {{ name = "{need}" }},\n' for need in needs.split())
    dependencies = f"dependencies = [\n{listed}]\n" if needs else ""
    return f'\n[[package]]\nname = "{name}"\nversion = "{version}"\n{source}\n{dependencies}{more}'


LOCK = (
    HEAD
    + package("blinker")
    + package("flask", "3.1.3", "blinker Werkzeug")
    + package("iniconfig")
    + package("pysocks")
    + package("pytest", "9.2.0", "iniconfig")
    + package(
        "requests",
        "2.34.2",
        more='\n[package.optional-dependencies]\nsocks = [\n    { name = "pysocks" },\n]\n',
    )
    + SHOP
    + package("sqlalchemy", "2.1")
    + package("werkzeug")
)


def read(text: str) -> Reading:
    return UvLockCollector().read(Document(Path("uv.lock"), data=text.encode()))


def by_name(reading: Reading) -> dict[str | None, Component]:
    return {component.name: component for component in reading.components}


def edges(reading: Reading) -> dict[tuple[str | None, str | None], Edge]:
    return {(edge.source, edge.target): edge for edge in reading.edges}


def codes(reading: Reading) -> list[str]:
    return [fault.code for fault in reading.faults]


def test_the_project_is_the_subject_and_no_component() -> None:
    reading = read(LOCK)

    assert (reading.format, reading.subject, reading.subject_version) == ("uv.lock 1.3", "shop", "0.3")
    assert reading.subject_purl == "pkg:pypi/shop@0.3"
    assert "shop" not in by_name(reading)
    assert by_name(reading)["flask"].purl == "pkg:pypi/flask@3.1.3"
    assert reading.complete
    assert reading.faults == []


def test_edges_say_what_the_manifest_asks_for_and_what_for() -> None:
    found = edges(read(LOCK))
    root = {target: (e.requirement, e.optional) for (source, target), e in found.items() if source is None}

    assert root == {
        "flask@3.1.3": (None, False),
        "requests@2.34.2": ("[socks]>=2.31,<3; sys_platform == 'linux'", False),
        "sqlalchemy@2.1": (">=2", True),
        "pytest@9.2.0": (">=8", False),
    }
    scopes = {(e.target, e.scope) for e in read(LOCK).edges if e.source is None}
    assert {scope for target, scope in scopes if target == "flask@3.1.3"} == {"runtime", "development"}
    assert found["flask@3.1.3", "werkzeug@1.0"].pinned is True
    extra = found["requests@2.34.2", "pysocks@1.0"]
    assert (extra.scope, extra.optional) == ("optional", True)


def test_the_strongest_root_that_reaches_a_package_gives_its_scope() -> None:
    scopes = {name: component.scope for name, component in by_name(read(LOCK)).items()}

    assert scopes == {
        "blinker": "runtime",
        "flask": "runtime",
        "werkzeug": "runtime",
        "requests": "runtime",
        "pysocks": "runtime",  # by an extra that the project switches on
        "pytest": "development",
        "iniconfig": "development",
        "sqlalchemy": "optional",
    }


def test_an_extra_that_nobody_switches_on_reaches_nothing() -> None:
    reading = read(LOCK.replace('name = "requests", extra = ["socks"],', 'name = "requests",'))
    assert by_name(reading)["pysocks"].scope is None


def test_each_fork_of_the_resolution_is_a_component_with_its_marker() -> None:
    fork = '{ name = "numpy", version = "%s", %s, marker = "%s" },\n'
    needs = fork % ("2.4", PYPI, "python_full_version < '3.12'") + fork % (
        "2.5",
        PYPI,
        "python_full_version >= '3.12'",
    )
    text = HEAD + f'\n[[package]]\nname = "shop"\nsource = {{ virtual = "." }}\ndependencies = [\n{needs}]\n'
    for version, marker in (
        ("2.4", "python_full_version < '3.12'"),
        ("2.5", "python_full_version >= '3.12'"),
    ):
        text += package("numpy", version, more=f'resolution-markers = [\n    "{marker}",\n]\n')
    reading = read(text)

    assert {(c.version, c.properties) for c in reading.components} == {
        ("2.4", (("resolution-marker", "python_full_version < '3.12'"),)),
        ("2.5", (("resolution-marker", "python_full_version >= '3.12'"),)),
    }
    assert {(e.target, e.requirement) for e in reading.edges} == {
        ("numpy@2.4", "; python_full_version < '3.12'"),
        ("numpy@2.5", "; python_full_version >= '3.12'"),
    }


@pytest.mark.parametrize(
    ("source", "purl", "urls", "location"),
    [
        (
            'git = "https://me:secret@git.example/acme/kit?subdirectory=lib&rev=main#0a1b2c3d"',
            "pkg:pypi/kit@1.0?vcs_url=git%2Bhttps:%2F%2Fgit.example%2Facme%2Fkit%400a1b2c3d%23lib",
            (("vcs", "git+https://git.example/acme/kit@0a1b2c3d#lib"),),
            None,
        ),
        (
            'url = "https://me:secret@files.example/kit-1.0.tar.gz?token=abc"',
            "pkg:pypi/kit@1.0?download_url=https:%2F%2Ffiles.example%2Fkit-1.0.tar.gz",
            (("distribution", "https://files.example/kit-1.0.tar.gz"),),
            None,
        ),
        (
            'path = "vendor/kit-1.0-py3-none-any.whl"',
            "pkg:pypi/kit@1.0",
            (),
            "vendor/kit-1.0-py3-none-any.whl",
        ),
        (
            'registry = "https://me:secret@index.example/simple/"',
            "pkg:pypi/kit@1.0?repository_url=https:%2F%2Findex.example%2Fsimple",
            (),
            None,
        ),
        ('registry = "../wheels"', "pkg:pypi/kit@1.0", (), None),
    ],
)
def test_sources_are_kept_without_credentials(
    source: str, purl: str, urls: tuple[tuple[str, str], ...], location: str | None
) -> None:
    reading = read(HEAD + package("kit", source=f"source = {{ {source} }}"))
    (kit,) = reading.components

    assert (kit.purl, kit.urls, kit.location) == (purl, urls, location)
    assert kit.package == "pkg:pypi/kit"
    assert "secret" not in repr(reading)
    assert "abc" not in repr(reading)


def test_members_of_a_workspace_fold_into_the_project() -> None:
    text = HEAD + '\n[manifest]\nmembers = [\n    "api",\n    "core",\n]\n'
    text += package("api", needs="core flask", source='source = { editable = "api" }')
    text += package("core", needs="blinker", source='source = { directory = "core" }')
    text += package("flask", needs="core") + package("blinker")
    reading = read(text)

    assert reading.subject is None
    assert sorted(by_name(reading), key=str) == ["blinker", "flask"]
    assert set(edges(reading)) == {(None, "flask@1.0"), (None, "blinker@1.0")}
    assert codes(reading) == ["modules"]


def test_a_script_asks_in_the_manifest_of_its_lock() -> None:
    text = HEAD + '\n[manifest]\nrequirements = [{ name = "Flask", specifier = ">=3", extras = ["async"] }]\n'
    text += '\n[manifest.dependency-groups]\ndev = [{ name = "pytest" }, { name = "gone" }]\n'
    text += package(
        "flask", more='\n[package.optional-dependencies]\nasync = [\n    { name = "asgiref" },\n]\n'
    )
    text += package("asgiref") + package("pytest", needs="blinker") + package("blinker")
    reading = read(text)

    assert UvLockCollector().claims("report.py.lock")
    assert {n: c.scope for n, c in by_name(reading).items()} == {
        "flask": "runtime",
        "asgiref": "runtime",
        "pytest": "development",
        "blinker": "development",
    }
    assert edges(reading)[None, "flask@1.0"].requirement == "[async]>=3"
    assert edges(reading)[None, None].package == "pkg:pypi/gone"
    assert codes(reading) == ["unresolved"]


def test_names_are_compared_as_pypi_does() -> None:
    reading = read(HEAD + package("ruamel.yaml", needs="Typing_Extensions") + package("typing-extensions"))
    assert by_name(reading)["ruamel.yaml"].package == "pkg:pypi/ruamel-yaml"
    assert set(edges(reading)) == {("ruamel.yaml@1.0", "typing-extensions@1.0")}


def test_the_source_archive_and_the_first_wheels_give_digests() -> None:
    wheels = "".join(
        f'    {{ url = "https://files.example/{i}.whl", hash = "sha256:{i:064x}", size = 1 }},\n'
        for i in range(40)
    )
    sdist = 'sdist = { url = "https://files.example/kit.tar.gz", hash = "sha256:' + "f" * 64 + '" }\n'
    reading = read(HEAD + package("kit", more=f"{sdist}wheels = [\n{wheels}]\n"))

    hashes = reading.components[0].hashes
    assert len(hashes) == MOST_HASHES
    assert hashes[:2] == (("sha256", "f" * 64), ("sha256", "0" * 64))


def test_what_is_no_digest_is_a_fault() -> None:
    reading = read(HEAD + package("kit", more='sdist = { url = "x", hash = "sha256:nothex" }\n'))
    assert reading.components[0].hashes == ()
    assert codes(reading) == ["hash"]


def test_a_dependency_that_is_not_in_the_lock_keeps_its_name() -> None:
    reading = read(HEAD + package("flask", needs="gone"))
    (edge,) = reading.edges
    assert (edge.source, edge.target, edge.package, edge.pinned) == ("flask@1.0", None, "pkg:pypi/gone", None)
    assert codes(reading) == ["unresolved"]


def test_wrong_types_lose_only_themselves() -> None:
    text = HEAD + package("sound")
    text += "\n[[package]]\nname = 5\n"
    text += '\n[[package]]\nname = "half"\nversion = ["1"]\nsource = "pypi"\n'
    text += 'dependencies = [7, { name = "sound" }]\n'
    text += '\n[[package]]\nname = "odd"\nversion = "1"\nsource = { cloud = "x" }\nwheels = "none"\n'
    reading = read(text)

    assert sorted(by_name(reading), key=str) == ["half", "odd", "sound"]
    assert set(edges(reading)) == {("half", "sound@1.0")}
    assert {"wrong-type", "nameless", "no-version", "no-source"} == set(codes(reading))
    assert {fault.place for fault in reading.faults if fault.code == "wrong-type"} == {
        "$.package[1].name",
        "$.package[2].version",
        "$.package[2].source",
        "$.package[2].dependencies[0]",
        "$.package[3].wheels",
    }


def test_any_toml_gives_the_same_evidence_as_the_form_that_uv_writes() -> None:
    plain = read(LOCK)
    odd = "# by hand\n" + LOCK.replace('"flask"', "'flask'").replace("\n\n[[", "\n\n# next\n[[", 3)
    other = read(odd.replace("\n", "\r\n"))

    assert set(other.components) == set(plain.components)
    assert set(other.edges) == set(plain.edges)


def test_the_order_of_packages_does_not_matter() -> None:
    head, *packages = re.split(r"\n(?=\[\[package\]\])", LOCK)
    turned = read(head + "\n" + "\n".join(reversed(packages)) + "\n")
    assert set(turned.components) == set(read(LOCK).components)
    assert set(turned.edges) == set(read(LOCK).edges)


def test_a_lock_of_nothing_is_sound() -> None:
    reading = read(HEAD)
    assert (reading.components, reading.edges, reading.faults) == ([], [], [])


def test_a_newer_version_is_read_and_said() -> None:
    reading = read(LOCK.replace("version = 1\n", "version = 2\n", 1))
    assert len(reading.components) == 8
    assert codes(reading) == ["lockfile-version"]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("[tool]\nname = 1\n", "not-uv", ""),
        ('version = 1\n[[package]]\nname = "a\n', "malformed-toml", "line 3"),
        (f"{HEAD}<<<<<<< HEAD\n", "merge-conflict", "line 4"),
        ("version = 1\nx = " + "[" * 100_000, "too-deep", ""),
    ],
)
def test_what_is_no_lock_is_refused_with_its_place(text: str, code: str, place: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(text)
    assert (caught.value.fault.code, caught.value.fault.place) == (code, place)


def test_a_cycle_is_no_trouble() -> None:
    reading = read(HEAD + SHOP + package("flask", needs="requests") + package("requests", needs="flask"))
    assert {c.scope for c in reading.components} == {"runtime"}
