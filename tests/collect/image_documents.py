# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Container images and programs of made parts."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import struct
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Files = dict[str, "bytes | str | tarfile.TarInfo"]


def tar(files: Mapping[str, bytes | str | tarfile.TarInfo]) -> bytes:
    """An archive; a path that ends in a slash is a folder, a `TarInfo` stands for itself."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in files.items():
            if isinstance(content, tarfile.TarInfo):
                content.name = name
                archive.addfile(content)
                continue
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), 0o755 if data[:4] == b"\x7fELF" else 0o644
            if name.endswith("/"):
                info.type, info.size = tarfile.DIRTYPE, 0
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def special(kind: bytes, target: str = "") -> tarfile.TarInfo:
    """A link, a device or a pipe."""
    info = tarfile.TarInfo()
    info.type, info.linkname = kind, target
    return info


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def layout(
    layers: Sequence[bytes],
    *,
    pack: bool = True,
    name: str | None = "docker.io/acme/shop:1.2",
    created: str | None = "2024-05-06T07:08:09.123456789Z",
    platforms: Sequence[str] = ("linux/amd64",),
) -> dict[str, bytes]:
    """The files of an OCI layout; every platform has the same layers."""
    parts: dict[str, bytes] = {}

    def blob(data: bytes, kind: str) -> dict[str, Any]:
        parts[f"blobs/{digest(data).replace(':', '/')}"] = data
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": digest(data), "size": len(data)}

    manifests = []
    for platform in platforms:
        system, _, arch = platform.partition("/")
        rootfs = {"type": "layers", "diff_ids": [digest(layer) for layer in layers]}
        config = {"architecture": arch, "os": system, "created": created, "rootfs": rootfs}
        manifest = {
            "schemaVersion": 2,
            "config": blob(json.dumps(config).encode(), "config.v1+json"),
            "layers": [
                blob(gzip.compress(data, mtime=0) if pack else data, "layer.v1.tar") for data in layers
            ],
        }
        item = blob(json.dumps(manifest).encode(), "manifest.v1+json")
        item["platform"] = {"os": system, "architecture": arch}
        item["annotations"] = {"org.opencontainers.image.ref.name": name} if name else {}
        manifests.append(item)
    parts["index.json"] = json.dumps({"schemaVersion": 2, "manifests": manifests}).encode()
    parts["oci-layout"] = b'{"imageLayoutVersion": "1.0.0"}'
    return parts


def saved(layers: Sequence[bytes], tags: Sequence[str] = ("acme/shop:1.2",)) -> dict[str, bytes]:
    """What old versions of `docker save` write."""
    config = json.dumps(
        {"architecture": "arm64", "rootfs": {"diff_ids": [digest(data) for data in layers]}}
    ).encode()
    parts: dict[str, bytes] = {}
    names = []
    for data in layers:
        names.append(f"{hashlib.sha256(data).hexdigest()}/layer.tar")
        parts[names[-1]] = data
    parts["config.json"] = config
    parts["manifest.json"] = json.dumps(
        [{"Config": "config.json", "RepoTags": list(tags), "Layers": names}]
    ).encode()
    return parts


def folder(root: Path, parts: Mapping[str, bytes | str]) -> Path:
    """Write files into a folder."""
    for name, data in parts.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data.encode() if isinstance(data, str) else data)
        if place.read_bytes()[:4] == b"\x7fELF":
            place.chmod(0o755)
    return root


def jar(files: Mapping[str, bytes | str]) -> bytes:
    """A Java archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def maven(group: str, name: str, version: str) -> dict[str, str]:
    """The record that Maven leaves in an archive."""
    text = f"#Generated\nversion={version}\ngroupId={group}\nartifactId={name}\n"
    return {f"META-INF/maven/{group}/{name}/pom.properties": text}


def elf(sections: Mapping[bytes, bytes]) -> bytes:
    """A 64-bit program that consists of these sections."""
    all_names = [*sections, b".shstrtab"]
    names = b"\0" + b"".join(name + b"\0" for name in all_names)
    entries, body, start = [bytes(64)], b"", 1
    for name in all_names:
        data = sections.get(name, names)
        entries.append(struct.pack("<IIQQQQIIQQ", start, 1, 0, 0, 64 + len(body), len(data), 0, 0, 1, 0))
        start += len(name) + 1
        body += data
    body += bytes(max(0, 8192 - len(body)))
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    count = len(entries)
    head += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 0, 64 + len(body), 0, 64, 56, 0, 64, count, count - 1)
    return head + body + b"".join(entries)


def _counted(text: bytes) -> bytes:
    count, out = len(text), b""
    while count > 127:
        out += bytes([count & 127 | 128])
        count >>= 7
    return out + bytes([count]) + text


def go_program(version: str, lines: Sequence[str]) -> bytes:
    """A program that Go 1.18 or later built."""
    modules = b"0" * 16 + "".join(f"{line}\n" for line in lines).encode() + b"1" * 16
    info = b"\xff Go buildinf:\x08\x02" + bytes(16) + _counted(version.encode()) + _counted(modules)
    return elf({b".text": b"code", b".go.buildinfo": info})


def rust_program(packages: Sequence[Mapping[str, Any]]) -> bytes:
    """A program that was built with cargo-auditable."""
    return elf({b".dep-v0": zlib.compress(json.dumps({"packages": packages}).encode())})


RELEASE = 'ID=debian\nVERSION_ID="12"\n'
BASH = "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\nDepends: libc6\n\n"
LIBC = "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36-9\n\n"
FOO = "Package: python3-foo\nStatus: install ok installed\nArchitecture: all\nVersion: 1.0-2\n\n"
GEM = """# -*- encoding: utf-8 -*-
# stub: rack 3.0.8 ruby lib

Gem::Specification.new do |s|
  s.name = "rack".freeze
  s.version = "3.0.8"
  s.licenses = ["MIT".freeze]
  s.homepage = "https://rack.example".freeze
  s.add_development_dependency(%q<minitest>.freeze, ["~> 5.0"])
  s.add_runtime_dependency(%q<base>.freeze, [">= 1".freeze, "< 3".freeze])
end
"""
GO = go_program(
    "go1.22.1 X:none",
    [
        "path\tacme.example/tool", "mod\tacme.example/tool\t(devel)\t", "dep\tgolang.org/x/net\tv0.1.0\th1:aaaa=",
        "dep\tacme.example/old\tv1.0.0", "=>\tacme.example/New\tv1.1.0\th1:bbbb=", "dep\tacme.example/here\tv9.0.0",
        "=>\t./here\t(devel)\t", "build\tGOOS=linux",
    ],
)  # fmt: skip
RUST = rust_program(
    [
        {"name": "tool", "version": "0.1.0", "source": "local", "root": True, "dependencies": [1, 2, 99]},
        {"name": "serde", "version": "1.0.2", "source": "crates.io"},
        {"name": "cc", "version": "1.0.0", "source": "crates.io", "kind": "build"},
    ]
)


def system() -> dict[str, bytes | str]:
    """The files of an image with a bit of everything."""
    spring = jar(
        {
            "META-INF/MANIFEST.MF": "Manifest-Version: 1.0\r\nImplementation-Title: shop\r\nBundle-License: Apache-2.0\r\n\r\n",
            "BOOT-INF/lib/inner-2.0.jar": jar(maven("org.acme", "inner", "2.0")),
            "BOOT-INF/lib/plain-1.5-RC1.jar": jar({"x.class": "x"}),
        }
    )
    return {
        "etc/os-release": RELEASE,
        "var/lib/dpkg/status": BASH + LIBC + FOO,
        "var/lib/dpkg/info/python3-foo.list": "/.\n/usr\n/lib/python3/dist-packages/foo-1.0.dist-info/METADATA\n",
        "var/lib/dpkg/info/libc6:amd64.list": "/usr/bin/tool\n",
        "usr/lib/python3/dist-packages/foo-1.0.dist-info/METADATA": "Name: foo\nVersion: 1.0\n",
        "opt/venv/lib/python3.12/site-packages/bar-2.0.dist-info/METADATA": "Name: bar\nVersion: 2.0\n",
        "var/task/baz-3.0.dist-info/METADATA": "Name: baz\nVersion: 3.0\n",
        "srv/app/package.json": '{"name": "app", "dependencies": {"x": "1"}}',
        "srv/app/package-lock.json": '{"lockfileVersion": 3, "packages": {"": {}, "node_modules/dev": {"version": "1", "dev": true}}}',
        "srv/app/node_modules/x/package.json": '{"name": "x", "version": "1.2.0", "license": "MIT"}',
        "srv/rust/Cargo.lock": 'version = 4\n\n[[package]]\nname = "ser"\nversion = "1.0.0"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\n',
        "srv/rust/tests/Cargo.lock": "version = 4\n",
        "srv/app.jar": spring,
        "var/lib/gems/3.1.0/specifications/rack-3.0.8.gemspec": GEM,
        "var/lib/gems/3.1.0/specifications/base-2.0.gemspec": "Gem::Specification.new do |s|\nend\n",
        "usr/bin/tool": GO,
        "usr/local/bin/rtool": RUST,
        "usr/bin/plain": elf({b".text": b"x"}),
    }  # fmt: skip
