# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Whatever the lockfiles of Poetry, PDM, Pipenv, Bundler, Composer, NuGet and npm hold, they are read or refused."""

from __future__ import annotations

import json
import re
import time
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.collect.interface import Collector, Document, Reading, UnreadableError
from umbel.collect.lockfiles._gemfile import read_gemfile
from umbel.collect.lockfiles._python_constraint import allows
from umbel.collect.lockfiles._python_lock_text import LockText, _first, _ordered, _quick
from umbel.collect.lockfiles.composer_lock import ComposerLockCollector
from umbel.collect.lockfiles.gemfile_lock import GemfileLockCollector
from umbel.collect.lockfiles.npm_shrinkwrap_json import NpmShrinkwrapJsonCollector
from umbel.collect.lockfiles.packages_lock_json import PackagesLockJsonCollector
from umbel.collect.lockfiles.pdm_lock import PdmLockCollector
from umbel.collect.lockfiles.pipfile_lock import PipfileLockCollector
from umbel.collect.lockfiles.poetry_lock import PoetryLockCollector

SUM = "0" * 64
CREDENTIALS = re.compile(r"[a-z+]+://[^/]*pw@")
POETRY = f"""# This file is @generated.

[[package]]
name = "kit"
version = "1.0"
description = "A \\"kit\\" in C:\\\\kit"
category = "main"
optional = false
python-versions = ">=3.9"
groups = ["main", "dev"]
markers = {{main = "os_name == \\"nt\\"", dev = "extra == 'x'"}}
files = [
    {{file = "kit-1.0.tar.gz", hash = "sha256:{SUM}"}},
    {{file = "kit-1.0-py3-none-any.whl", hash = "sha256:{SUM}"}},
]

[package.dependencies]
"lib.a" = ">=1,<2 || >3"
Kit = {{version = "^1", optional = true, markers = "extra == \\"x\\""}}
gone = [
    {{version = "*", markers = "os_name == 'nt'"}},
    {{path = "../gone", develop = true}},
]

[package.extras]
x = ["kit (>=1)"]

[package.source]
type = "git"
url = "https://me:pw@git.example/kit.git"
reference = "v1"

[[package]]
name = "lib.a"
version = "1.0"
optional = true
files = []

[package.source]
type = "directory"
url = "lib"

[extras]
x = ["kit"]

[metadata]
lock-version = "2.1"
python-versions = ">=3.9"

[metadata.files]
kit = [
    {{file = "kit-1.0.tar.gz", hash = "sha256:{SUM}"}},
]
"""
PDM = f"""[metadata]
groups = ["default", "dev"]
lock_version = "4.5.0"

[[metadata.targets]]
requires_python = ">=3.9"

[[package]]
name = "kit"
version = "1.0"
extras = ["x"]
marker = "os_name == \\"nt\\""
groups = ["default"]
dependencies = [
    "kit==1.0",
    "lib[y]>=1; os_name == \\"nt\\"",
]
files = [
    {{url = "https://files.example/kit-1.0.tar.gz", hash = "sha256:{SUM}"}},
]

[[package]]
name = "lib"
version = "1.0"
git = "https://git.example/lib.git"
revision = "00"
groups = ["dev"]

[[package]]
name = "shop"
path = "./shop"
editable = true
sections = ["default"]

[metadata.files]
"lib 1.0" = [
    {{file = "lib-1.0.tar.gz", hash = "sha256:{SUM}"}},
]
"""
PYPROJECT = """[project]
name = "shop"
version = "1"
dynamic = ["dependencies"]
dependencies = ["kit[x]>=1", "shop[db]", "lib @ git+https://git.example/lib@v1"]
[project.optional-dependencies]
db = ["lib.a", "shop[db]"]
[dependency-groups]
dev = ["kit", {include-group = "lint"}]
lint = [{include-group = "dev"}]
[tool.poetry.dependencies]
python = "^3.9"
kit = {version = "^1", extras = ["x"], optional = true}
gone = [{version = "1", python = "<3.12"}, {git = "https://git.example/g", tag = "1"}]
[tool.poetry.extras]
db = ["kit"]
[tool.poetry.group.docs]
include-groups = ["docs"]
[tool.poetry.group.docs.dependencies]
lib = "*"
[tool.pdm.dev-dependencies]
old = ["-e file:///${PROJECT_ROOT}/sub#egg=sub[x]"]
"""
PIPFILE_LOCK = {
    "_meta": {"pipfile-spec": 6, "sources": [{"name": "pypi", "url": "https://index.example/simple"}]},
    "default": {
        "kit": {
            "hashes": [f"sha256:{SUM}"],
            "index": "pypi",
            "markers": "os_name == 'nt'",
            "version": "==1.0",
        },
        "lib": {"git": "https://me:pw@git.example/lib", "ref": "00", "extras": ["x"]},
        "shop": {"path": ".", "editable": True},
        "file": {"file": "https://files.example/file-1.0.tar.gz"},
    },
    "develop": {"kit": {"version": "*"}},
}
PIPFILE = (
    '[packages]\nkit = {version = ">=1", extras = ["x"]}\nshop = {path = "."}\n[dev-packages]\nlib = "*"\n'
)
GEMFILE_LOCK = f"""GIT
  remote: https://me:pw@git.example/lib.git
  revision: 00
  specs:
    lib (1.0)

PATH
  remote: .
  specs:
    shop (0.1)
      kit (>= 1, < 2)

GEM
  remote: https://gems.example/
  specs:
    kit (1.0)
      lib
      gone (~> 1.0)
    kit (1.0-java)

PLATFORMS
  java

DEPENDENCIES
  bundler
  kit (~> 1.0)
  shop!

CHECKSUMS
  kit (1.0) sha256={SUM}

BUNDLED WITH
   2.5.4
"""
GEMFILE = """source 'https://gems.example'
gemspec
group :test, optional: true do # tests
  gem "kit", '~> 1.0', groups: [:a, "b"] if x
end
"""
COMPOSER = {
    "packages": [
        {
            "name": "acme/kit",
            "version": "v1.0",
            "source": {"type": "git", "url": "https://me:pw@git.example/kit", "reference": "00"},
            "dist": {"type": "zip", "url": "https://files.example/kit?token=1", "shasum": "0" * 40},
            "require": {"php": "*", "acme/lib": "^1", "acme/gone": "*"},
            "type": "metapackage",
            "license": ["MIT"],
            "abandoned": "acme/other",
            "homepage": "https://kit.example",
        },
        {
            "name": "acme/lib",
            "version": "1",
            "replace": {"acme/gone": "*"},
            "require": [],
            "notification-url": "x",
        },
        {"name": "acme/own", "version": "1", "dist": {"type": "path", "url": "own"}, "provide": {"a/b": "1"}},
    ],
    "packages-dev": None,
    "plugin-api-version": "2.6.0",
}
NUGET = {
    "version": 2,
    "dependencies": {
        "net8.0": {
            "Kit": {"type": "Direct", "requested": "[1, )", "resolved": "1.0", "contentHash": "AA=="},
            "Lib": {"type": "Transitive", "resolved": "1.0", "dependencies": {"kit": "1.0", "Gone": "1"}},
            "own": {"type": "Project", "dependencies": {"Lib": "1"}},
        },
        "net8.0/win": {"Lib": {"type": "CentralTransitive", "resolved": "2.0", "dependencies": {"Kit": "1"}}},
    },
}
SHRINKWRAP = {
    "name": "shop",
    "version": "1.0.0",
    "dependencies": {
        "kit": {"version": "1.0.0", "from": "kit@*", "dependencies": {"lib": {"version": "file:l"}}}
    },
}
PIECES = [
    "[[",
    "]]",
    "{",
    "}",
    '"',
    "'",
    '"""',
    "=",
    ",",
    "\n",
    "\\",
    "#",
    "[package]",
    "\0",
    "\x91",
    "\x92",
    "\x93",
]
PIECES += [
    "  ",
    "    ",
    "(",
    ")",
    "!",
    " do",
    "end",
    "null",
    "[",
    "]",
    ":",
    "://",
    "git+",
    "1",
    "é",
    "\r",
    "\u2028",
    "@",
]

DOCUMENTS: dict[str, tuple[Collector, str, str, str]] = {
    "poetry": (PoetryLockCollector(), POETRY, "pyproject.toml", PYPROJECT),
    "pdm": (PdmLockCollector(), PDM, "pyproject.toml", PYPROJECT),
    "pipenv": (PipfileLockCollector(), json.dumps(PIPFILE_LOCK), "Pipfile", PIPFILE),
    "bundler": (GemfileLockCollector(), GEMFILE_LOCK, "Gemfile", GEMFILE),
    "composer": (
        ComposerLockCollector(),
        json.dumps(COMPOSER),
        "composer.json",
        '{"name": "a/b", "require": {"acme/kit": "1", "php": "*"}, "require-dev": []}',
    ),
    "nuget": (PackagesLockJsonCollector(), json.dumps(NUGET), "x", ""),
    "npm": (
        NpmShrinkwrapJsonCollector(),
        json.dumps(SHRINKWRAP),
        "package.json",
        '{"dependencies": {"kit": "*"}}',
    ),
}


def mutations(text: str) -> st.SearchStrategy[bytes]:
    """The document cut, with pieces put in and taken out, and with bytes flipped."""
    raw = text.encode()
    place = st.integers(0, len(raw))
    edit = st.tuples(place, st.integers(0, 30), st.sampled_from(PIECES) | st.text(max_size=5))

    def edited(edits: list[tuple[int, int, str]], end: int, flip: tuple[int, int] | None) -> bytes:
        data = raw
        for at, removed, added in edits:
            data = data[:at] + added.encode("utf-8", "replace") + data[at + removed :]
        data = data[: max(end, len(data) // 2)]
        if flip and data:
            at = flip[0] % len(data)
            data = data[:at] + bytes([flip[1]]) + data[at + 1 :]
        return data

    flips = st.none() | st.tuples(st.integers(0, len(raw)), st.integers(0, 255))
    return st.builds(edited, st.lists(edit, max_size=4), place | st.just(len(raw)), flips)


def survives(collector: Collector, document: Document) -> Reading | None:
    """Reading gives a sound reading or refuses."""
    try:
        collector.fingerprint(document)
        reading = collector.read(document)
    except UnreadableError:
        return None
    refs = [component.ref for component in reading.components]
    assert len(set(refs)) == len(refs)
    assert {edge.source for edge in reading.edges} <= {*refs, None}
    assert {edge.target for edge in reading.edges} <= {*refs, None}
    assert all(edge.package for edge in reading.edges)
    assert len(set(reading.edges)) == len(reading.edges)
    assert all(len(fault.message) < 2000 for fault in reading.faults)
    assert len(reading.faults) < 2000
    urls = [url for component in reading.components for _, url in component.urls]
    assert not any(CREDENTIALS.match(url) for url in urls)
    return reading


@pytest.mark.parametrize("tool", DOCUMENTS)
def test_the_documents_are_sound(tool: str) -> None:
    collector, text, _, _ = DOCUMENTS[tool]
    reading = survives(collector, Document(Path("gone/Gemfile.lock"), data=text.encode()))

    assert reading is not None
    assert reading.components
    assert "malformed-line" not in {fault.code for fault in reading.faults}


@pytest.mark.parametrize("tool", DOCUMENTS)
@given(data=st.data())
def test_broken_locks(tool: str, data: st.DataObject) -> None:
    collector, text, _, _ = DOCUMENTS[tool]
    survives(collector, Document(Path("gone/Gemfile.lock"), data=data.draw(mutations(text))))


@pytest.mark.parametrize("tool", [tool for tool, entry in DOCUMENTS.items() if entry[3]])
@given(data=st.data())
def test_broken_companions(tool: str, data: st.DataObject) -> None:
    collector, text, name, companion = DOCUMENTS[tool]
    with TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(data.draw(mutations(companion)))
        survives(collector, Document(Path(folder) / "Gemfile.lock", data=text.encode()))


# -- wrong types


KEYS = """name version source type url reference groups markers files file hash dependencies extras optional category
path git revision dist shasum require provide replace license abandoned default develop _meta sources hashes index
resolved requested contentHash packages package metadata kit acme/kit net8.0 x""".split()


def trees() -> st.SearchStrategy[Any]:
    """Values that both JSON and TOML can hold."""
    leaves = (
        st.text(max_size=4) | st.integers(-3, 3) | st.booleans() | st.sampled_from(["kit", "1.0", "Direct"])
    )
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
        max_leaves=12,
    )


def as_toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {as_toml(item)}' for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(c):08x}" for c in value) + '"' if not value.isalnum() else f'"{value}"'
    return str(value)


records = st.lists(st.dictionaries(st.sampled_from(KEYS), trees(), max_size=5), max_size=3)


@given(records, trees())
def test_records_of_any_shape(packages: list[dict[str, Any]], other: Any) -> None:
    named = [{"name": "kit", "version": "1.0", **package} for package in packages]
    toml = f"package = {as_toml(named)}\nmetadata = {as_toml(other)}\n".encode()
    collectors: list[Collector] = [PoetryLockCollector(), PdmLockCollector()]
    for collector in collectors:
        survives(collector, Document(Path("gone/x.lock"), data=toml))
    by_name = {f"kit{index}": package for index, package in enumerate(packages)}
    others: list[tuple[Collector, dict[str, Any]]] = [
        (PipfileLockCollector(), {"_meta": other, "default": by_name, "develop": other}),
        (ComposerLockCollector(), {"packages": named, "packages-dev": other}),
        (PackagesLockJsonCollector(), {"version": 1, "dependencies": {"a": by_name, "b": other}}),
        (NpmShrinkwrapJsonCollector(), {"dependencies": by_name, "packages": other}),
    ]
    for collector, tree in others:
        survives(collector, Document(Path("gone/x.lock"), data=json.dumps(tree).encode()))


# -- the norms


@given(mutations(POETRY) | mutations(PDM))
def test_the_quick_reader_reads_what_any_toml_reader_reads(data: bytes) -> None:
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    try:
        expected = tomllib.loads(text)
    except (ValueError, RecursionError):
        return
    quick = _quick(text)
    assert quick is None or same(quick, quick.tree, expected)


def same(text: LockText, value: Any, expected: Any) -> bool:
    """Whether both are equal, a list of files that was cut out being equal to its digests."""
    if isinstance(value, str) and value[:1] == "\x92":
        files = iter([(file.get("file", file.get("url")), file["hash"]) for file in expected])
        return _first(text.blocks[int(value[1:])]) == _ordered(files)
    if isinstance(value, dict) and isinstance(expected, dict):
        return value.keys() == expected.keys() and all(same(text, value[key], expected[key]) for key in value)
    if isinstance(value, list) and isinstance(expected, list):
        return len(value) == len(expected) and all(
            same(text, *pair) for pair in zip(value, expected, strict=True)
        )
    return type(value) is type(expected) and bool(value == expected)


@pytest.mark.parametrize("text", [POETRY, PDM])
def test_the_documents_above_are_read_quickly(text: str) -> None:
    quick = _quick(text)

    assert quick is not None
    assert len(quick.blocks) == 2


@given(
    st.text(alphabet="^~=<>!|,*. 0123456789abv", max_size=30), st.text(alphabet="0123456789.abrc", max_size=8)
)
def test_constraints_of_any_kind_are_decided_or_not(constraint: str, version: str) -> None:
    assert allows(constraint, version) in {True, False, None}


@given(st.text(alphabet="gem'\" :,[]do\nend#group=>{}()", max_size=200))
def test_gemfiles_of_any_kind(text: str) -> None:
    assert all(groups for groups in read_gemfile(text).groups.values())


def test_what_is_huge_is_read_in_time() -> None:
    start = time.perf_counter()
    need = '[package.dependencies]\nkit = ">=1"\n'
    forks = "".join(f'[[package]]\nname = "kit"\nversion = "{n}"\n{need}\n' for n in range(500))
    parts = "".join(
        f'x{n} = {{version = "*", optional = true, markers = "extra == \'e{n}\'"}}\n' for n in range(2000)
    )
    texts = [
        forks,
        f'[[package]]\nname = "kit"\nversion = "1"\n[package.dependencies]\n{parts}',
        "x = [\n" + '    "a",\n' * 20_000,
        ' = [\n    {file = "' * 100_000,
        '[[package]]\nname = "kit"\nfiles = [\n'
        + f'    {{file = "a", hash = "sha256:{SUM}"}},\n' * 5_000
        + "]\n",
        '"' * 1_000_000,
        "x = " + "[" * 200_000,
        "\\" * 1_000_000,
    ]
    for text in texts:
        for collector in (PoetryLockCollector(), PdmLockCollector()):
            survives(collector, Document(Path("gone/x.lock"), data=f"metadata = 1\n{text}".encode()))
            survives(collector, Document(Path("gone/x.lock"), data=text.encode()))
    deep = (
        b'{"packages": ' + b"[" * 200_000 + b"]" * 200_000 + b', "dependencies": {"a": ' + b'{"a":' * 100_000
    )
    wide = {"packages": [{"name": "a/b", "version": str(n), "require": {"a/b": "*"}} for n in range(3000)]}
    others: list[Collector] = [ComposerLockCollector(), PackagesLockJsonCollector(), PipfileLockCollector()]
    for other in others:
        for data in (deep, json.dumps(wide).encode(), b'{"default": {"' + b"a" * 1_000_000 + b'": {}}}'):
            survives(other, Document(Path("gone/x.lock"), data=data))
    assert time.perf_counter() - start < 30
