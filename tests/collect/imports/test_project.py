# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a whole project imports, and from which packages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from umbel.collect._tree import folder_tree
from umbel.collect.imports.manifests import manifests
from umbel.collect.imports.packages import PackagesKnown
from umbel.collect.imports.project import imports, known_of

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.collect.interface import Import


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def read(folder: Path, known: PackagesKnown | None = None) -> dict[str, Import]:
    with folder_tree(folder) as tree:
        rows, faults = imports(tree, known)
    assert not [fault for fault in faults if fault.level != "note"]
    modules = [(row.language, row.module) for row in rows]
    assert modules == sorted(modules)
    assert len(set(modules)) == len(modules)
    return {row.module: row for row in rows}


def said(row: Import) -> tuple[str, str | None, str | None]:
    return row.kind, row.package, row.known_by


def test_files_sites_tests_and_names(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "app/__init__.py": "import numpy as np\nnp.array(1)",
            "app/a.py": "import numpy\nimport numpy.linalg\nnumpy.linalg.norm(numpy.pi)",
            "tests/test_a.py": "from numpy import array as a\nfrom numpy.linalg import inv\na(inv)",
        },
    )
    row = read(tmp_path)["numpy"]
    assert (row.language, row.files, row.sites, row.test_files) == ("Python", 3, 5, 1)
    assert row.names == ("array", "linalg.inv", "linalg.norm", "pi")
    assert said(row) == ("unknown", None, None)


def test_python_packages_by_manifest_and_table(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "pyproject.toml": '[project]\nname = "x"\ndependencies = ["Flask-Login>=1", "google-cloud-storage", "opencv-python-headless"]\n',
            "src/x/a.py": "import flask_login, yaml, cv2, strange, json, x.b, serial\nfrom google.cloud import storage, other\n"
            "from . import b\nimport google.cloud.storage_v1",
            "src/x/__init__.py": "",
        },
    )
    rows = read(tmp_path)
    assert said(rows["flask_login"]) == ("package", "pkg:pypi/flask-login", "lockfile")
    assert said(rows["yaml"]) == ("package", "pkg:pypi/pyyaml", "table")
    assert said(rows["cv2"]) == ("package", "pkg:pypi/opencv-python-headless", "table")
    assert said(rows["google.cloud.storage"]) == ("package", "pkg:pypi/google-cloud-storage", "lockfile")
    assert said(rows["google.cloud.storage_v1"]) == ("package", "pkg:pypi/google-cloud-storage", "lockfile")
    assert said(rows["google.cloud.other"]) == ("unknown", None, None)
    assert said(rows["strange"]) == ("unknown", None, None)
    assert said(rows["json"]) == ("standard", None, None)
    assert said(rows["x"]) == said(rows["."]) == ("own", None, None)


def test_one_of_several_packages_is_never_guessed() -> None:
    assert PackagesKnown().python("cv2").package is None
    assert PackagesKnown(["pkg:pypi/opencv-python"]).python("cv2").package == "pkg:pypi/opencv-python"
    both = PackagesKnown(["pkg:pypi/opencv-python", "pkg:pypi/opencv-python-headless"])
    assert both.python("cv2").package is None


def test_installed_metadata_says_which_package(tmp_path: Path) -> None:
    site = ".venv/lib/python3.13/site-packages"
    write(
        tmp_path,
        {
            ".venv/pyvenv.cfg": "home = x\n",
            f"{site}/odd_name-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: Odd.Name\n\nName: no\n",
            f"{site}/odd_name-1.dist-info/RECORD": "surprise/__init__.py,,\nsurprise/a/__init__.py,,\nsolo.py,,\next.cpython-313.so,,\n",
            f"{site}/space_one-1.dist-info/METADATA": "Name: space-one\n",
            f"{site}/space_one-1.dist-info/RECORD": "space/one/__init__.py,,\n",
            "a.py": "import surprise.a, solo, ext\nfrom space import one\none.f()",
        },
    )
    rows = read(tmp_path)
    for module in ("surprise", "solo", "ext"):
        assert said(rows[module]) == ("package", "pkg:pypi/odd-name", "metadata")
    assert said(rows["space.one"]) == ("package", "pkg:pypi/space-one", "metadata")
    assert rows["space.one"].names == ("f",)


@pytest.mark.parametrize(
    ("files", "module", "kind"),
    [
        ({"tool.py": "", "run.py": "import tool"}, "tool", "own"),
        ({"scripts/tool.py": "", "scripts/run.py": "import tool"}, "tool", "own"),
        ({"requests/__init__.py": "", "run.py": "import requests"}, "requests", "own"),
        ({"examples/requests.py": "", "pkg/run.py": "import requests"}, "requests", "unknown"),
        ({"sub/pyproject.toml": "", "sub/src/part/__init__.py": "", "run.py": "import part"}, "part", "own"),
        ({"src/google/cloud/mine/__init__.py": "", "run.py": "import google.cloud.mine"}, "google", "own"),
        ({"pkg/__init__.py": "", "pkg/json.py": "", "pkg/run.py": "import json"}, "json", "standard"),
        ({"test/__init__.py": "", "run.py": "import test.helper"}, "test", "own"),
    ],
)
def test_python_modules_of_the_project(tmp_path: Path, files: dict[str, str], module: str, kind: str) -> None:
    assert read(write(tmp_path, files))[module].kind == kind


def test_a_namespace_shared_with_packages(tmp_path: Path) -> None:
    files = {"src/google/cloud/mine/__init__.py": "", "run.py": "from google.cloud import storage, mine"}
    rows = read(write(tmp_path, files))
    assert rows["google.cloud.storage"].kind == "unknown"
    assert rows["google"].kind == "own"


def test_javascript_packages(tmp_path: Path) -> None:
    manifest = {
        "name": "@acme/app",
        "dependencies": {"lodash": "^4", "@angular/core": "1", "short": "npm:long@1", "events": "3"},
        "devDependencies": {"@types/estree": "1"},
    }
    write(
        tmp_path,
        {
            "package.json": json.dumps(manifest),
            "part/package.json": '{"name": "@acme/part"}',
            "tsconfig.json": '{ // why\n "compilerOptions": {"paths": {"inner/*": ["lib/*"],}}}',
            "a.js": "import fp from 'lodash/fp'; fp.map; import '@angular/core/testing'; require('short'); require('fs');"
            "require('node:test'); require('events'); require('./b'); require('@acme/part/x'); require('nowhere'); import('https://x.example/y.js')",
            "b.ts": "import type {Node} from 'estree'; let n: Node; import 'inner/x'; import '@/y'; import '#z';",
        },
    )
    rows = read(tmp_path)
    assert said(rows["lodash"]) == ("package", "pkg:npm/lodash", "lockfile")
    assert rows["lodash"].names == ("fp.map",)
    assert said(rows["@angular/core"])[1] == "pkg:npm/%40angular/core"
    assert said(rows["short"])[1] == "pkg:npm/long"
    assert said(rows["estree"])[1] == "pkg:npm/%40types/estree"
    assert said(rows["events"])[1] == "pkg:npm/events"
    assert said(rows["fs"]) == said(rows["node:test"]) == ("standard", None, None)
    assert said(rows["nowhere"]) == said(rows["https://x.example/y.js"]) == ("unknown", None, None)
    assert {m for m, row in rows.items() if row.kind == "own"} == {".", "@acme/part", "inner"}


def test_go_packages(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "go.mod": "module example.com/me/app\n\ngo 1.22\n\nrequire (\n\tgithub.com/Azure/sdk/v2 v2.1.0\n\tgolang.org/x/net v0.1.0\n)\n",
            "a.go": 'package a\nimport ("fmt"; "net/http"; "example.com/me/app/b"; "github.com/Azure/sdk/v2/storage"; "golang.org/x/net/html"; "github.com/not/there/pkg")\n'
            "func f() { html.Parse(storage.New(http.Get)) }",
        },
    )
    rows = read(tmp_path)
    assert said(rows["golang.org/x/net"]) == ("package", "pkg:golang/golang.org/x/net", "lockfile")
    assert rows["golang.org/x/net"].names == ("html.Parse",)
    assert said(rows["github.com/Azure/sdk/v2"])[1] == "pkg:golang/github.com/azure/sdk/v2"
    assert rows["net/http"].kind == "standard"
    assert rows["."].kind == "own"
    assert said(rows["github.com/not/there"]) == ("unknown", None, None)


def test_rust_crates(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "Cargo.toml": '[package]\nname = "my-app"\nversion = "1.0.0"\n[dependencies]\nserde_json = "1"\nshort = { package = "long-name", version = "1" }\n'
            '[target."cfg(unix)".dependencies]\nnix = "1"\n',
            "src/main.rs": "mod util; use util::x; use my_app::y; use short::Z; use nix::w; use other::v; use std::fmt;\nfn f() { serde_json::to_string(1); local::g(); }",
        },
    )
    rows = read(tmp_path)
    assert said(rows["serde_json"]) == ("package", "pkg:cargo/serde_json", "lockfile")
    assert said(rows["short"])[1] == "pkg:cargo/long-name"
    assert said(rows["nix"])[1] == "pkg:cargo/nix"
    assert said(rows["other"]) == ("unknown", None, None)
    assert (rows["std"].kind, rows["my_app"].kind, rows["."].kind) == ("standard", "own", "own")
    assert "local" not in rows


def test_java_packages(tmp_path: Path) -> None:
    known = PackagesKnown(
        [
            "pkg:maven/org.apache.commons/commons-csv",
            "pkg:maven/org.postgresql/postgresql",
            "pkg:maven/a.b/one",
            "pkg:maven/a.b/two",
        ]
    )
    write(
        tmp_path,
        {
            "A.java": "package me.app; import java.util.List; import javax.servlet.Filter; import org.w3c.dom.Node; import me.lib.B;"
            "import org.slf4j.Logger; import org.apache.commons.csv.CSVFormat; import org.postgresql.Driver; import a.b.c.D;"
            "import org.junit.platform.launcher.L; import javax.xml.bind.JAXB; import com.google.common.collect.Lists; class A { Lists l; }",
            "B.kt": "package me.lib\nclass B",
        },
    )
    rows = read(tmp_path, known)
    assert said(rows["org.slf4j"]) == ("package", "pkg:maven/org.slf4j/slf4j-api", "table")
    assert said(rows["com.google.common"]) == ("package", "pkg:maven/com.google.guava/guava", "table")
    assert rows["com.google.common"].names == ("Lists",)
    assert said(rows["org.apache.commons.csv"]) == (
        "package",
        "pkg:maven/org.apache.commons/commons-csv",
        "lockfile",
    )
    assert said(rows["org.postgresql"])[1] == "pkg:maven/org.postgresql/postgresql"
    assert {rows[m].kind for m in ("java.util", "org.w3c.dom")} == {"standard"}
    for module in (
        "javax.servlet.Filter".rpartition(".")[0],
        "a.b.c",
        "org.junit.platform",
        "javax.xml.bind",
    ):
        assert said(rows[module]) == ("unknown", None, None)
    assert rows["me.lib"].kind == "own"


def test_what_cannot_be_read_is_told_and_loses_only_itself(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "big.py": "import no\n" * 120_000,
            "line.js": "require('no');" * 5000,
            "ok.py": "import yes",
            "bad.py": "import a\n)(",
        },
    )
    (tmp_path / "deep.py").write_bytes(b"import no\n'\n" + b"(\n" * 300_000)
    with folder_tree(tmp_path) as tree:
        rows, faults = imports(tree, PackagesKnown())
    assert [row.module for row in rows] == ["a", "yes"]
    assert {(fault.code, fault.place, fault.level) for fault in faults} == {
        ("imports-unread", place, "note") for place in ("big.py", "line.js", "deep.py")
    }


def test_names_are_bounded(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "import m\n" + "".join(f"m.name{n}\n" for n in range(1500))})
    with folder_tree(tmp_path) as tree:
        rows, faults = imports(tree, known_of(tree))
    assert len(rows[0].names) == 1000
    assert [fault.code for fault in faults] == ["imports-names"]


def test_broken_manifests_lose_only_themselves(tmp_path: Path) -> None:
    names = (
        "package.json",
        "tsconfig.json",
        "Cargo.toml",
        "pyproject.toml",
        "go.mod",
        "Cargo.lock",
        "uv.lock",
        "pom.xml",
        "requirements.txt",
    )
    write(
        tmp_path,
        dict.fromkeys(names, '{"a": [')
        | {"x/package.json": "[]", "y/package.json": '{"dependencies": {"a": "1"}}'},
    )
    write(tmp_path, {"a.js": "require('a')"})
    assert read(tmp_path)["a"].package == "pkg:npm/a"


def test_files_that_import_for_types_only(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.py": "if TYPE_CHECKING:\n    import both, typed\n",
            "b.py": "if TYPE_CHECKING:\n    import both\nimport both",
            "c.pyi": "import typed",
            "d.ts": "import type {A} from 'm'; import {B} from 'n'",
            "e.d.ts": "import {A} from 'm'; import {B} from 'n'",
            "F.java": "import a.b.C;",
        },
    )
    found = {(row.module, row.files, row.type_files) for row in read(tmp_path).values()}
    assert found == {("both", 2, 1), ("typed", 2, 2), ("m", 2, 2), ("n", 2, 1), ("a.b", 1, None)}


def test_only_what_tells_of_the_languages_there_is_read(tmp_path: Path) -> None:
    files = {"a.py": "import zod, yaml", "package.json": '{"dependencies": {"zod": "1"}}'}
    write(tmp_path, {**files, "requirements.txt": "pyyaml==1", "yarn.lock": "", "go.mod": "module m"})
    with folder_tree(tmp_path) as tree:
        assert manifests(tree, {"Python"}) == ["requirements.txt"]
        assert manifests(tree) == ["go.mod", "package.json", "requirements.txt", "yarn.lock"]
        assert [row.package for row in imports(tree)[0]] == ["pkg:pypi/pyyaml", None]
