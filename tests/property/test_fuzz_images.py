# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Installed environments and images that are damaged anywhere: a reading or a refusal, nothing else."""

from __future__ import annotations

import gzip
import json
import shutil
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.collect import image_documents as images
from umbel.collect._jar import Jars
from umbel.collect._layers import Layers
from umbel.collect._native import program
from umbel.collect._streams import Region, Stream
from umbel.collect.apk_installed import ApkInstalledCollector
from umbel.collect.dpkg_status import DpkgStatusCollector
from umbel.collect.faults import Faults
from umbel.collect.image_tree import ImageTreeCollector
from umbel.collect.interface import Collector, Document, UnreadableError
from umbel.collect.node_modules import NodeModulesCollector
from umbel.collect.oci_image import OciImageCollector

if TYPE_CHECKING:
    from collections.abc import Iterator

APK = (
    b"C:Q1Deb0jNytkrjPW4N/eKLZ43BwOlw=\nP:musl\nV:1\nA:x86\nD:so:x a>=1 !b\np:so:x=1\n\nP:a\nV:2\nD:musl\n\n"
)
DPKG = (
    images.BASH + images.LIBC + images.FOO
).encode() + b"Package: p\nVersion: 1\nProvides: q\nDepends: q | r (>= 1)\n"
MANIFEST = json.dumps(
    {
        "name": "x", "version": "1", "license": {"type": "MIT"}, "author": {"name": "a"}, "repository": {"url": "u"},
        "dependencies": {"y": "1"}, "peerDependenciesMeta": {"y": {"optional": True}}, "bundleDependencies": ["y"],
    }
).encode()  # fmt: skip
JAR = images.jar({**images.maven("a.b", "c", "1"), "lib/d.jar": images.jar(images.maven("a.b", "d", "2"))})
TAR = images.tar(
    {
        "etc/os-release": images.RELEASE, "var/lib/dpkg/status": images.LIBC, "l": images.special(tarfile.SYMTYPE, "etc"),
        "h/package.json": images.special(tarfile.LNKTYPE, "etc/os-release"), ".wh.l": "", "o/.wh..wh..opq": "",
        "long/" * 30 + "package.json": "{}", "usr/bin/tool": images.GO,
    }
)  # fmt: skip
VALUES: tuple[object, ...] = (
    None,
    True,
    -1,
    1 << 70,
    1.5,
    "",
    "x",
    "\ud800",
    [],
    {},
    [[]],
    {"a": {"b": None}},
)


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="umbel-fuzz-"))
    yield folder
    shutil.rmtree(folder)


@st.composite
def damaged(draw: st.DrawFn, sound: bytes) -> bytes:
    """A document with a few bytes changed, taken out or put in, and perhaps cut off."""
    data = bytearray(sound)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        kind = draw(st.integers(0, 3))
        if kind == 0 and data:
            data[at] = draw(st.integers(0, 255))
        elif kind == 1:
            del data[at : at + draw(st.integers(1, 40))]
        elif kind == 2:
            data[at:at] = draw(
                st.sampled_from(
                    [b"\n", b"\0", b"\n\n", b"|", b",", b"(", b":", b'"', b"{", b"\xff", b"0" * 30]
                )
            )
        else:
            data = data[: max(at, 1)]
    return bytes(data)


def survives(collector: Collector, path: Path, root: Path) -> None:
    """Both the hash and the reading come to an end, and the hash is that of the content."""
    document = Document(path, root=root)
    with suppress(UnreadableError):
        first = collector.fingerprint(document)
        reading = collector.read(document)
        refs = {c.ref for c in reading.components}
        assert len(refs) == len(reading.components)
        assert {e.source for e in reading.edges} - {None} <= refs
        assert {e.target for e in reading.edges} - {None} <= refs
        assert type(collector)().fingerprint(Document(path, root=root)) == first


@given(
    damaged(DPKG),
    damaged(images.RELEASE.encode()),
    damaged(b"Package: bash\nArchitecture: amd64\nAuto-Installed: 1\n"),
)
def test_debian_packages(place: Path, status: bytes, release: bytes, states: bytes) -> None:
    root = images.folder(
        place / "dpkg",
        {
            "var/lib/dpkg/status": status,
            "etc/os-release": release,
            "var/lib/apt/extended_states": states,
            "usr/share/doc/bash/copyright": status,
        },
    )
    survives(DpkgStatusCollector(), root / "var/lib/dpkg/status", root)


@given(damaged(APK), damaged(b"musl a>1 !b c@d\n"))
def test_apk_packages(place: Path, database: bytes, world: bytes) -> None:
    root = images.folder(place / "apk", {"lib/apk/db/installed": database, "etc/apk/world": world})
    survives(ApkInstalledCollector(), root / "lib/apk/db/installed", root)


@given(
    damaged(MANIFEST), damaged(MANIFEST), damaged(b'{"packages": {"node_modules/x": {"version": "1", "integrity": "sha1-AA"}}}'),
    st.dictionaries(st.sampled_from([*json.loads(MANIFEST), "devDependencies", "licenses", "optionalDependencies"]), st.sampled_from(VALUES)),
)  # fmt: skip
def test_node_packages(place: Path, one: bytes, two: bytes, notes: bytes, odd: dict[str, object]) -> None:
    modules = {
        "x": one,
        "y": MANIFEST.replace(b'"x"', b'"y"'),
        "x/node_modules/y": two,
        "z": json.dumps({**json.loads(MANIFEST), **odd}).encode(),
    }
    files: dict[str, bytes | str] = {
        f"node_modules/{name}/package.json": data for name, data in modules.items()
    }
    root = images.folder(
        place / "node", {**files, "package.json": two, "node_modules/.package-lock.json": notes}
    )
    survives(NodeModulesCollector(), root / "node_modules", root)


@given(damaged(JAR))
def test_java_archives(place: Path, data: bytes) -> None:
    (place / "a.jar").write_bytes(data)
    Jars(Faults()).read(str(place / "a.jar"), "a.jar")


@given(st.sampled_from([images.GO, images.RUST]).flatmap(damaged))
def test_programs(place: Path, data: bytes) -> None:
    (place / "tool").write_bytes(data)
    program(str(place / "tool"))


@given(damaged(TAR), damaged(gzip.compress(TAR, mtime=0)))
def test_layers(place: Path, one: bytes, two: bytes) -> None:
    root = place / "image"
    shutil.rmtree(root, ignore_errors=True)
    images.folder(root, images.layout([TAR, one, two], pack=False))
    survives(OciImageCollector(), root, root)


@given(st.data())
def test_manifests_and_archives(place: Path, data: st.DataObject) -> None:
    parts = data.draw(st.sampled_from([images.layout([TAR]), images.saved([TAR])]))
    name = data.draw(st.sampled_from(sorted(parts)))
    broken = {**parts, name: data.draw(damaged(parts[name]))}
    archive = images.tar(broken)
    path = place / "image.tar"
    path.write_bytes(
        data.draw(st.one_of(st.just(archive), damaged(archive), damaged(gzip.compress(archive, mtime=0))))
    )
    survives(OciImageCollector(), path, place)


@given(st.data())
def test_trees(place: Path, data: st.DataObject) -> None:
    root = place / "tree"
    files = images.system()
    name = data.draw(st.sampled_from(sorted(files)))
    said = files[name]
    images.folder(
        root, {**files, name: data.draw(damaged(said if isinstance(said, bytes) else said.encode()))}
    )
    survives(ImageTreeCollector(), root, root)


PLACES = st.sampled_from(["a", "b", "a/b", "a/c", "a/b/d", "b/c", "b/c/d"])
STEPS = st.lists(st.tuples(st.sampled_from(["file", "gone", "opaque"]), PLACES), max_size=6)


@given(st.lists(STEPS, min_size=1, max_size=4))
def test_layers_give_what_unpacking_would(place: Path, layers: list[list[tuple[str, str]]]) -> None:
    spool = place / "spool"
    shutil.rmtree(spool, ignore_errors=True)
    spool.mkdir()
    tree = Layers(spool, Faults())
    expected: dict[str, int] = {}
    for number, steps in enumerate(layers):
        files: dict[str, bytes | str] = {}
        for kind, where in steps:
            head, _, tail = where.rpartition("/")
            if kind == "file":
                files[f"{where}/package.json"] = "{}"
            elif kind == "gone":
                files[f"{head}/.wh.{tail}".lstrip("/")] = ""
            else:
                files[f"{where}/.wh..wh..opq"] = ""
        for kind, where in steps:
            if kind != "file":
                expected = {path: n for path, n in expected.items() if not path.startswith(f"{where}/")}
        expected |= {f"{where}/package.json": number for kind, where in steps if kind == "file"}
        (place / "layer").write_bytes(images.tar(files))
        with (place / "layer").open("rb") as file:
            tree.apply(Stream(Region(file.fileno(), 0, (place / "layer").stat().st_size)), number)
    found = {f"{where}/package.json" for where in ("a", "b", "a/b", "a/c", "a/b/d", "b/c", "b/c/d")}
    assert {path: n for path in found if (n := tree.layer_of(path)) is not None} == expected
