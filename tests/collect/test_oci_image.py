# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Container images: layers over layers, who brought what, and archives made to harm."""

from __future__ import annotations

import gzip
import json
import os
import tarfile
import tracemalloc
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from tests.collect import image_documents as images
from umbel.collect import _layers, _streams
from umbel.collect.interface import Document, Reading, UnreadableError
from umbel.collect.oci_image import OciImageCollector
from umbel.collect.walk import Found, Walk

if TYPE_CHECKING:
    from pathlib import Path

BASE = images.tar({"etc/os-release": images.RELEASE, "var/lib/dpkg/status": images.LIBC})
SITE = "opt/lib/python3.12/site-packages"


def read(path: Path) -> Reading:
    return OciImageCollector().read(Document(path, root=path.parent))


def of(root: Path, *layers: bytes) -> Reading:
    """The reading of an image of these layers."""
    return read(images.folder(root / "image", images.layout(layers)))


def names(reading: Reading) -> set[str | None]:
    return {c.name for c in reading.components}


def wheel(name: str, version: str = "1.0") -> dict[str, str]:
    return {f"{SITE}/{name}-{version}.dist-info/METADATA": f"Name: {name}\nVersion: {version}\n"}


def test_everything_in_an_image_with_its_layer(tmp_path: Path) -> None:
    top = images.tar({**wheel("foo"), "var/lib/dpkg/status": images.LIBC + images.BASH})
    reading = of(tmp_path, BASE, top)

    digests = [images.digest(gzip.compress(data, mtime=0)) for data in (BASE, top)]
    assert {(c.name, *dict(c.properties).values()) for c in reading.components} == {
        ("libc6", digests[0], "0"), ("bash", digests[1], "1"), ("foo", digests[1], "1"),
    }  # fmt: skip
    assert (reading.subject, reading.subject_version) == ("docker.io/acme/shop", "1.2")
    assert reading.observed_at == datetime(2024, 5, 6, 7, 8, 9, 123456, UTC)
    assert reading.subject_purl is not None
    assert reading.subject_purl.startswith("pkg:oci/shop@sha256:")
    assert reading.subject_purl.endswith("?arch=amd64&repository_url=docker.io%2Facme%2Fshop&tag=1.2")
    assert reading.faults == []


def test_whatever_an_unpacked_image_tells_its_archive_tells_too(tmp_path: Path) -> None:
    reading = of(tmp_path, images.tar(images.system()))
    from umbel.collect.image_tree import ImageTreeCollector

    root = images.folder(tmp_path / "root", images.system())
    tree = ImageTreeCollector().read(Document(root, root=root))
    assert {(c.ref, c.purl, c.location) for c in reading.components} == {
        (c.ref, c.purl, c.location) for c in tree.components
    }
    assert set(reading.edges) == set(tree.edges)
    assert all("oci:layer" in dict(c.properties) for c in reading.components)


@pytest.mark.parametrize("form", ["folder", "tar", "tar.gz", "saved", "saved.gz", "plain-layers"])
def test_every_form_tells_the_same(tmp_path: Path, form: str) -> None:
    layers = [BASE, images.tar(wheel("foo"))]
    parts = (
        images.saved(layers)
        if form.startswith("saved")
        else images.layout(layers, pack=form != "plain-layers")
    )
    if form in {"folder", "plain-layers"}:
        path = images.folder(tmp_path / "image", parts)
    else:
        data = images.tar(parts)
        path = tmp_path / ("image.tar.gz" if form.endswith("gz") else "image.tar")
        path.write_bytes(gzip.compress(data) if form.endswith("gz") else data)
    (found,) = [item for item in Walk(tmp_path) if isinstance(item, Found)]
    assert (found.path, found.collector) == (path, "oci_image")

    reading = read(path)
    assert names(reading) == {"libc6", "foo"}
    assert {dict(c.properties)["oci:layer-index"] for c in reading.components} == {"0", "1"}
    assert (reading.subject or "").endswith("acme/shop")
    assert reading.faults == []


def test_other_archives_are_nobodys(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(images.tar({"readme": "x", "manifest.json": "{}"}))
    (tmp_path / "b.tar.gz").write_bytes(gzip.compress(images.tar({"src/x": "y"})))
    (tmp_path / "c.tgz").write_bytes(b"\x1f\x8bnonsense")
    assert list(Walk(tmp_path)) == []


def test_later_layers_take_away_replace_and_hide(tmp_path: Path) -> None:
    first = images.tar(
        {
            **wheel("gone"),
            **wheel("kept"),
            **wheel("old"),
            "srv/node_modules/x/package.json": '{"version": "1", "name": "x"}',
        }
    )
    second = images.tar({
        f"{SITE}/.wh.gone-1.0.dist-info": "",
        f"{SITE}/.wh.old-1.0.dist-info": "",
        **wheel("old", "2.0"),
        "srv/node_modules/y/package.json": '{"version": "1", "name": "y"}',
        "srv/node_modules/.wh..wh..opq": "",
    })  # fmt: skip
    reading = of(tmp_path, BASE, first, second)
    assert {(c.name, c.version, dict(c.properties)["oci:layer-index"]) for c in reading.components} == {
        ("libc6", "2.36-9", "0"), ("kept", "1.0", "1"), ("old", "2.0", "2"), ("y", "1", "2"),
    }  # fmt: skip


def test_what_is_replaced_by_something_else_is_gone(tmp_path: Path) -> None:
    first = images.tar({**wheel("file"), **wheel("tree")})
    folder = f"{SITE}/tree-1.0.dist-info"
    second = images.tar(
        {f"{SITE}/file-1.0.dist-info/METADATA": images.special(tarfile.DIRTYPE), folder: "now a file"}
    )
    reading = of(tmp_path, BASE, first, second)
    assert {(c.name, c.version) for c in reading.components} == {("libc6", "2.36-9"), ("file", "1.0")}
    assert [f.code for f in reading.faults] == ["unreadable", "no-metadata"]


def test_links_in_the_image_are_followed_in_it(tmp_path: Path) -> None:
    first = images.tar({
        "lib": images.special(tarfile.SYMTYPE, "/usr/lib"),
        "usr/lib/os-release": "ID=alpine\n",
        "etc/os-release": images.special(tarfile.SYMTYPE, "../usr/lib/os-release"),
        "srv/node_modules/.pnpm/x@1/node_modules/x/package.json": '{"name": "x", "version": "1"}',
        "srv/node_modules/x": images.special(tarfile.SYMTYPE, "/srv/node_modules/.pnpm/x@1/node_modules/x"),
        "srv/package.json": '{"dependencies": {"x": "1"}}',
    })  # fmt: skip
    second = images.tar({"lib/apk/db/installed": "P:musl\nV:1\n"})
    reading = of(tmp_path, first, second)
    assert {(c.purl, c.location) for c in reading.components} == {
        ("pkg:apk/alpine/musl@1?distro=alpine", "usr/lib/apk/db/installed"),
        ("pkg:npm/x@1", "srv/node_modules/.pnpm/x@1/node_modules/x"),
    }
    assert next(c.direct for c in reading.components if c.name == "x") is True


def test_hard_links_may_lead_to_files_that_nobody_reads(tmp_path: Path) -> None:
    layer = images.tar({
        "store/ab": '{"name": "x", "version": "1"}',
        "srv/node_modules/x/package.json": images.special(tarfile.LNKTYPE, "store/ab"),
        "srv/node_modules/y/package.json": images.special(tarfile.LNKTYPE, "./srv/node_modules/x/package.json"),
        "srv/node_modules/z/package.json": images.special(tarfile.LNKTYPE, "../../etc/passwd"),
    })  # fmt: skip
    reading = of(tmp_path, layer)
    assert [c.location for c in reading.components] == ["srv/node_modules/x"]
    assert [f.code for f in reading.faults if f.level == "error"] == ["link"]


def test_distroless_packages_have_their_own_layers(tmp_path: Path) -> None:
    one = images.tar({"etc/os-release": images.RELEASE, "var/lib/dpkg/status.d/libc6": images.LIBC})
    two = images.tar({"var/lib/dpkg/status.d/bash": images.BASH})
    reading = of(tmp_path, one, two)
    assert {(c.name, dict(c.properties)["oci:layer-index"]) for c in reading.components} == {
        ("libc6", "0"),
        ("bash", "1"),
    }


def test_of_several_platforms_one_is_read_and_the_others_named(tmp_path: Path) -> None:
    platforms = ["linux/arm64", "linux/amd64", "linux/s390x"]
    reading = read(images.folder(tmp_path / "i", images.layout([BASE], platforms=platforms)))
    assert "arch=amd64" in (reading.subject_purl or "")
    assert [(f.code, f.level) for f in reading.faults] == [("images", "note")]
    assert "linux/arm64, linux/s390x" in reading.faults[0].message


def test_an_index_in_an_index_is_followed(tmp_path: Path) -> None:
    parts = images.layout([BASE], name=None)
    inner = parts["index.json"]
    parts[f"blobs/{images.digest(inner).replace(':', '/')}"] = inner
    item = {
        "mediaType": "application/vnd.oci.image.index.v1+json", "digest": images.digest(inner),
        "annotations": {"io.containerd.image.name": "acme.example/a:3"},
    }  # fmt: skip
    parts["index.json"] = json.dumps({"manifests": [item]}).encode()
    assert read(images.folder(tmp_path / "i", parts)).subject == "acme.example/a"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (None, (None, None)), ("latest", (None, "latest")), ("acme/a", ("acme/a", None)),
        ("localhost:5000/a", ("localhost:5000/a", None)), ("a:1@sha256:00", ("a", "1")),
    ],
)  # fmt: skip
def test_names(tmp_path: Path, name: str | None, expected: tuple[str | None, str | None]) -> None:
    reading = read(images.folder(tmp_path / "i", images.layout([BASE], name=name)))
    assert (reading.subject, reading.subject_version) == expected


@pytest.mark.parametrize(
    "created", [None, "", "yesterday", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", 5]
)
def test_times_that_say_nothing(tmp_path: Path, created: str | None) -> None:
    reading = read(images.folder(tmp_path / "i", images.layout([BASE], created=created)))
    assert reading.observed_at is None


def test_layers_in_zstandard(tmp_path: Path) -> None:
    packed = b"".join(pa.Codec("zstd").compress(part, asbytes=True) for part in (BASE[:700], BASE[700:]))
    assert names(of_packed(tmp_path, packed)) == {"libc6"}
    broken = of_packed(tmp_path / "b", packed[: len(packed) // 2])
    assert {f.code for f in broken.faults} <= {"broken-zstd", "broken-tar", "no-components"}


def of_packed(root: Path, layer: bytes) -> Reading:
    """The reading of an image of one layer as it lies there."""
    return read(images.folder(root / "image", images.layout([layer], pack=False)))


# -- what is broken or made to harm


def test_parts_that_are_not_what_their_name_says(tmp_path: Path) -> None:
    parts = images.layout([BASE, images.tar(wheel("foo"))])
    digest = images.digest(gzip.compress(images.tar(wheel("foo")), mtime=0))
    layer = f"blobs/{digest.replace(':', '/')}"
    parts[layer] = gzip.compress(images.tar({"etc/os-release": "ID=evil\n"}))
    (root := tmp_path / "image").mkdir()
    reading = read(images.folder(root, parts))
    assert [(f.code, f.level) for f in reading.faults] == [("digest", "error")]
    (root / layer).unlink()
    assert [f.code for f in read(root).faults] == ["missing-part"]


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"index.json": b"{}", "oci-layout": b"{}"},
        {"index.json": b"[" * 100_000, "oci-layout": b"{}"},
        {"index.json": b'{"manifests": [{"digest": "sha256:../../../../etc/passwd"}]}'},
        {"index.json": b'{"manifests": [5, {"digest": 7, "annotations": [], "platform": 3}]}'},
        {"manifest.json": b'[{"Layers": [], "Config": 5}]'},
    ],
)
def test_what_is_no_image_is_refused(tmp_path: Path, parts: dict[str, bytes]) -> None:
    (tmp_path / "image").mkdir()
    with pytest.raises(UnreadableError):
        read(images.folder(tmp_path / "image", parts))
    (tmp_path / "image.tar").write_bytes(images.tar(parts))
    with pytest.raises(UnreadableError):
        read(tmp_path / "image.tar")


def test_saved_images_may_not_name_files_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "layer.tar").write_bytes(BASE)
    parts = {
        "manifest.json": b'[{"Layers": ["../layer.tar", "/etc/passwd", "a\\u0000b", 5], "Config": "../x"}]'
    }
    root = images.folder(tmp_path / "image", parts)
    (root / "link").symlink_to("../layer.tar")
    reading = read(root)
    assert reading.components == []
    assert {f.code for f in reading.faults} == {"missing-part", "no-components"}


def test_paths_that_lead_out_are_left_out(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    evil = f"../../../../../../../..{outside}"
    layer = images.tar({
        f"{evil}/package.json": "{}",
        "srv/node_modules": images.special(tarfile.SYMTYPE, evil),
        "srv/node_modules/x/package.json": '{"name": "x", "version": "1"}',
        "abs": images.special(tarfile.SYMTYPE, str(outside)),
        "abs/node_modules/y/package.json": '{"name": "y", "version": "1"}',
        "/rooted/node_modules/z/package.json": '{"name": "z", "version": "1"}',
        "round": images.special(tarfile.SYMTYPE, "round/again"),
        "round/node_modules/q/package.json": "{}",
        "dev/null": images.special(tarfile.CHRTYPE),
        "dev/pipe/package.json": images.special(tarfile.FIFOTYPE),
        "d/" * 300 + "package.json": "{}",
    })  # fmt: skip
    reading = of(tmp_path, BASE, layer)
    assert list(outside.iterdir()) == []
    assert names(reading) == {"libc6", "y", "z"}
    assert {f.code for f in reading.faults if f.level == "error"} == {"traversal", "path"}
    assert "special" in {f.code for f in reading.faults}


def test_cut_off_layers_keep_what_came_before(tmp_path: Path) -> None:
    whole = images.tar(
        {
            "etc/os-release": images.RELEASE,
            "var/lib/dpkg/status": images.LIBC,
            "pad": b"\0" * 5000,
            **wheel("foo"),
        }
    )
    for layer in (gzip.compress(whole)[:-40], whole[:4000], whole[:3000] + b"\xff" * 2000):
        root = tmp_path / str(len(layer))
        root.mkdir()
        reading = of_packed(root, layer)
        assert names(reading) == {"libc6"}
        assert "error" in {f.level for f in reading.faults}


def test_headers_without_end_take_no_memory(tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 1 << 32
    reading = of_packed(tmp_path, info.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 16))
    assert [f.code for f in reading.faults] == ["broken-tar", "no-components"]


def test_bombs_are_left_at_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_streams, "_FREE", 1 << 20)
    big = tarfile.TarInfo("zeros")
    big.size = 1 << 26
    data = gzip.compress(big.tobuf() + bytes(big.size + 1024))
    reading = of_packed(tmp_path, data)
    assert "bomb" in {f.code for f in reading.faults}
    archive = tmp_path / "image.tar.gz"
    archive.write_bytes(data)
    with pytest.raises(UnreadableError) as refused:
        read(archive)
    assert refused.value.fault.code == "bomb"


def test_too_many_entries_and_bytes_are_left_at_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = images.tar({**wheel("foo"), **{f"f{i}": "" for i in range(50)}, **wheel("late")})
    monkeypatch.setattr(_layers, "MOST_ENTRIES", 40)
    reading = of(tmp_path, BASE, layer)
    assert names(reading) == {"libc6", "foo"}
    assert [f.code for f in reading.faults] == ["too-large"]
    monkeypatch.setattr(_layers, "MOST_ENTRIES", 1000)
    monkeypatch.setattr(_layers, "MOST_KEPT_BYTES", 100)
    assert "too-large" in {f.code for f in of(tmp_path / "b", BASE, layer).faults}


def test_a_large_image_is_read_in_little_memory(tmp_path: Path) -> None:
    manifest = b'[{"Layers": ["layer.tar"], "RepoTags": ["a/b:1"]}]'
    layer, big = tarfile.TarInfo("layer.tar"), tarfile.TarInfo("usr/lib/big.jar")
    big.size = 200 << 20
    layer.size = big.size + 1536
    path = tmp_path / "image.tar"
    path.write_bytes(images.tar({"manifest.json": manifest})[:1024] + layer.tobuf() + big.tobuf())
    os.truncate(path, 1024 + 512 + layer.size + 1024)
    tracemalloc.start()
    try:
        reading = read(path)
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
    finally:
        tracemalloc.stop()
    assert "broken-archive" in {f.code for f in reading.faults}


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    of(tmp_path, BASE)
    assert list((tmp_path / "tmp").iterdir()) == []
