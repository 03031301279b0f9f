# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Root file systems: everything in them, where it lies, and who brought it."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

import pytest

from tests.collect import image_documents as images
from tests.collect import rpm_documents as rpm
from umbel.collect.image_tree import ImageTreeCollector
from umbel.collect.interface import Document, Reading
from umbel.collect.walk import Found, Walk

if TYPE_CHECKING:
    from pathlib import Path


def read(root: Path) -> Reading:
    return ImageTreeCollector().read(Document(root, root=root))


def test_everything_in_an_image_by_its_place(tmp_path: Path) -> None:
    reading = read(images.folder(tmp_path, images.system()))

    assert {(c.purl or c.package, c.location) for c in reading.components} == {
        ("pkg:deb/debian/bash@5.2-1?arch=amd64&distro=debian-12", "var/lib/dpkg/status"),
        ("pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12", "var/lib/dpkg/status"),
        ("pkg:deb/debian/python3-foo@1.0-2?arch=all&distro=debian-12", "var/lib/dpkg/status"),
        ("pkg:pypi/foo@1.0", "usr/lib/python3/dist-packages/foo-1.0.dist-info"),
        ("pkg:pypi/bar@2.0", "opt/venv/lib/python3.12/site-packages/bar-2.0.dist-info"),
        ("pkg:pypi/baz@3.0", "var/task/baz-3.0.dist-info"),
        ("pkg:golang/acme.example/here", "usr/bin/tool"),
        ("pkg:npm/x@1.2.0", "srv/app/node_modules/x"),
        ("pkg:cargo/ser@1.0.0", "srv/rust/Cargo.lock"),
        ("unidentified:app", "srv/app.jar"),
        ("pkg:maven/org.acme/inner@2.0", "srv/app.jar!BOOT-INF/lib/inner-2.0.jar"),
        ("unidentified:plain", "srv/app.jar!BOOT-INF/lib/plain-1.5-RC1.jar"),
        ("pkg:gem/rack@3.0.8", "var/lib/gems/3.1.0/specifications/rack-3.0.8.gemspec"),
        ("pkg:gem/base@2.0", "var/lib/gems/3.1.0/specifications/base-2.0.gemspec"),
        ("pkg:golang/stdlib@1.22.1", "usr/bin/tool"),
        ("pkg:golang/acme.example/tool", "usr/bin/tool"),
        ("pkg:golang/golang.org/x/net@v0.1.0", "usr/bin/tool"),
        ("pkg:golang/acme.example/new@v1.1.0", "usr/bin/tool"),
        ("pkg:cargo/tool@0.1.0", "usr/local/bin/rtool"),
        ("pkg:cargo/serde@1.0.2", "usr/local/bin/rtool"),
        ("pkg:cargo/cc@1.0.0", "usr/local/bin/rtool"),
    }
    assert {f.level for f in reading.faults} <= {"note"}
    assert len({c.ref for c in reading.components}) == len(reading.components)


def test_what_each_kind_says_of_itself(tmp_path: Path) -> None:
    reading = read(images.folder(tmp_path, images.system()))
    found = {c.name: c for c in reading.components}
    assert found["rack"].declared == ("MIT",)
    assert found["rack"].urls == (("website", "https://rack.example"),)
    assert found["app"].declared == ("Apache-2.0",)
    assert (found["plain"].version, found["app"].version) == ("1.5-RC1", None)
    assert found["net"].hashes == (("go-h1", "aaaa="),)
    assert (found["cc"].scope, found["serde"].scope) == ("build", "runtime")
    assert {c.type for c in reading.components if c.name == "tool"} == {"application"}
    names = {c.ref: c.name for c in reading.components}
    edges = {(names[e.source or ""], names[e.target or ""], e.requirement) for e in reading.edges}
    assert edges >= {
        ("bash", "libc6", None), ("rack", "base", ">= 1, < 3"), ("tool", "serde", None), ("tool", "cc", None),
    }  # fmt: skip


def test_what_a_package_of_the_system_brought_says_so(tmp_path: Path) -> None:
    reading = read(images.folder(tmp_path, images.system()))
    owned = {(c.name, dict(c.properties).get("os:package")) for c in reading.components}
    assert {
        ("foo", "python3-foo"),
        ("stdlib", "libc6"),
        ("net", "libc6"),
        ("bar", None),
        ("bash", None),
    } <= owned


@pytest.mark.parametrize("kind", ["apk", "rpm", "distroless"])
def test_every_kind_of_system_knows_its_files(tmp_path: Path, kind: str) -> None:
    place = "usr/lib/python3/site-packages/foo-1.0.dist-info/METADATA"
    folder, _, base = place.rpartition("/")
    files: dict[str, bytes | str] = {place: "Name: foo\nVersion: 1.0\n", "etc/os-release": "ID=acme\n"}
    if kind == "apk":
        files["lib/apk/db/installed"] = f"P:py3-foo\nV:1\nF:{folder}\nR:{base}\n\n"
    elif kind == "rpm":
        header = rpm.header(
            name="py3-foo",
            version="1",
            release="1",
            dirnames=[f"/{folder}/"],
            basenames=[base],
            dirindexes=[0],
        )
        files["var/lib/rpm/rpmdb.sqlite"] = rpm.sqlite([header])
    else:
        files["var/lib/dpkg/status.d/py3-foo"] = "Package: py3-foo\nVersion: 1\n"
        files["var/lib/dpkg/status.d/py3-foo.md5sums"] = f"{'0' * 32}  {place}\n"
    reading = read(images.folder(tmp_path, files))
    found = {c.name: dict(c.properties).get("os:package") for c in reading.components}
    assert found == {"py3-foo": None, "foo": "py3-foo"}


def test_a_walk_takes_it_as_one_document(tmp_path: Path) -> None:
    images.folder(tmp_path / "rootfs", images.system())
    images.folder(tmp_path / "bare", dict.fromkeys(["bin/sh", "etc/passwd", "lib/x", "usr/x", "var/x"], ""))
    images.folder(tmp_path / "repo", {"etc/x": "", "usr/lib/x": "", "lib/y": ""})
    found = [(item.path.name, item.collector) for item in Walk(tmp_path) if isinstance(item, Found)]
    assert found == [("bare", "image_tree"), ("rootfs", "image_tree")]


def test_direct_stays_unknown_where_only_some_parts_tell(tmp_path: Path) -> None:
    files = images.system()
    files["var/lib/apt/extended_states"] = "Package: libc6\nArchitecture: amd64\nAuto-Installed: 1\n"
    reading = read(images.folder(tmp_path, files))
    direct = {c.name: c.direct for c in reading.components}
    assert (direct["bash"], direct["libc6"], direct["x"], direct["net"]) == (True, False, True, None)
    assert all(e.source for e in reading.edges)


def test_roots_are_edges_where_all_parts_tell(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {"etc/os-release": images.RELEASE, "var/lib/dpkg/status": images.BASH}
    files["var/lib/apt/extended_states"] = "\n"
    reading = read(images.folder(tmp_path, files))
    assert [e.target for e in reading.edges if e.source is None] == ["var/lib/dpkg/status#bash:amd64"]


def test_the_hash_covers_every_part(tmp_path: Path) -> None:
    images.folder(tmp_path, images.system())
    seen = set()
    for path, data in (
        ("etc/os-release", "ID=ubuntu\n"),
        ("srv/app/node_modules/x/package.json", '{"name": "x", "version": "1.3.0"}'),
        ("usr/bin/tool", images.go_program("go1.23", ["dep\ta.example/b\tv1"])),
        ("srv/app.jar", images.jar(images.maven("a.b", "c", "1"))),
        ("srv/unrelated.txt", "x"),
    ):
        images.folder(tmp_path, {path: data})
        seen.add(ImageTreeCollector().fingerprint(Document(tmp_path, root=tmp_path)))
    assert len(seen) == 4


def test_hostile_trees_are_read_within_bounds(tmp_path: Path) -> None:
    root = tmp_path / "root"
    files = images.system()
    bomb = images.jar(
        {f"a{i}.jar": bytes(1 << 16) for i in range(3)} | {"META-INF/MANIFEST.MF": "A: " + "b" * (1 << 22)}
    )
    nested = b""
    for _ in range(8):
        nested = images.jar({"n.jar": nested})
    files |= {
        "opt/bomb.jar": bomb,
        "opt/nested.jar": nested,
        "opt/broken.jar": images.jar({"x": "y" * 1000})[:-30],
        "opt/none.jar": b"",
        "opt/prefixed.jar": b"#!/bin/sh\n" + images.jar(images.maven("a.b", "prefixed", "1")),
        "usr/bin/cut": images.GO[:9000],
        "usr/bin/wild": images.GO[:40] + struct.pack("<Q", 1 << 63) + images.GO[48:],
        "usr/bin/lies": images.GO.replace(b"\x7fELF\x02\x01", b"\x7fELF\x01\x02"),
        "var/lib/gems/3.1.0/specifications/nothing.gemspec": b"\xff" * 100,
        "srv/broken/Cargo.lock": "[[[",
    }
    images.folder(root, files)
    (root / "srv/out").symlink_to("/etc")
    (root / "srv/round").symlink_to(".")
    (root / "opt/pipe.jar").parent.mkdir(exist_ok=True)
    os.mkfifo(root / "opt/pipe.jar")
    os.mkfifo(root / "usr/bin/pipe")
    (root / "usr/bin/pipe").chmod(0o755)
    reading = read(root)
    assert {c.name for c in reading.components} >= {"bash", "foo", "x", "prefixed", "rack"}
    assert {f.code for f in reading.faults if f.level == "error"} == {
        "broken-archive", "too-large", "unreadable", "no-version", "malformed-toml",
    }  # fmt: skip


def test_an_archive_is_known_by_its_place_in_a_repository(tmp_path: Path) -> None:
    empty = images.jar({"x": "y"})
    files: dict[str, bytes | str] = {
        "etc/os-release": "ID=a\n",
        "root/.m2/repository/org/acme/core/1.2/core-1.2.jar": empty,
        "root/.gradle/caches/modules-2/files-2.1/org.acme/kit/2.0/00ff/kit-2.0.jar": empty,
        "opt/other-3.jar": images.jar({"META-INF/MANIFEST.MF": "Implementation-Vendor-Id: org.acme\n"}),
        "opt/shaded.jar": images.jar({**images.maven("a.b", "one", "1"), **images.maven("a.b", "two", "2")}),
    }
    reading = read(images.folder(tmp_path, files))
    assert {c.purl for c in reading.components} == {
        "pkg:maven/org.acme/core@1.2", "pkg:maven/org.acme/kit@2.0", "pkg:maven/org.acme/other@3",
        "pkg:maven/a.b/one@1", "pkg:maven/a.b/two@2",
    }  # fmt: skip
