# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""apk's packages: what is installed, who needs whom, and what was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from umbel.collect.apk_installed import ApkInstalledCollector
from umbel.collect.interface import Document, Reading, UnreadableError
from umbel.collect.registry import claim

if TYPE_CHECKING:
    from pathlib import Path

DATABASE = """C:Q1Deb0jNytkrjPW4N/eKLZ43BwOlw=
P:musl
V:1.2.5-r0
A:x86_64
S:383152
T:the musl c library
U:https://musl.libc.org/
L:MIT
o:musl
m:Acme <acme@acme.example>
c:bf5bbfdbf780092f387b7abe401fbfceda90c84d
p:so:libc.musl-x86_64.so.1=1
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
Z:Q12adwqQOjo9dFl+VJD2Ecd901vhE=

P:busybox
V:1.36-r1
A:x86_64
L:GPL-2.0-only
D:so:libc.musl-x86_64.so.1 !old-busybox
p:cmd:sh=1.36-r1 /bin/sh

P:acme
V:2
A:x86_64
D:/bin/sh musl>=1.2 so:libgone.so.1 absent~3 acme

"""


def read(
    root: Path, text: str | bytes = DATABASE, world: str | None = "acme busybox@edge>1 !gone\n"
) -> Reading:
    place = root / "lib/apk/db"
    (root / "etc/apk").mkdir(parents=True, exist_ok=True)
    place.mkdir(parents=True, exist_ok=True)
    (root / "etc/os-release").write_text("ID=alpine\nVERSION_ID=3.20.1\n")
    if world is not None:
        (root / "etc/apk/world").write_text(world)
    (place / "installed").write_bytes(text.encode() if isinstance(text, str) else text)
    return ApkInstalledCollector().read(Document(place / "installed", root=root))


def test_packages_and_what_they_say(tmp_path: Path) -> None:
    reading = read(tmp_path)
    found = {c.name or "": c for c in reading.components}

    assert sorted(found) == ["acme", "busybox", "musl"]
    musl = found["musl"]
    assert musl.purl == "pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.20.1"
    assert (musl.package, musl.declared) == ("pkg:apk/alpine/musl", ("MIT",))
    assert musl.hashes == (("sha1", "0de6f48cdcad92b8cf5b837f78a2d9e370703a5c"),)
    assert musl.properties == (
        ("apk:origin", "musl"),
        ("apk:commit", "bf5bbfdbf780092f387b7abe401fbfceda90c84d"),
    )
    assert (musl.supplier, musl.description) == ("Acme <acme@acme.example>", "the musl c library")
    assert reading.faults == []


def test_needs_lead_to_names_libraries_and_files(tmp_path: Path) -> None:
    reading = read(tmp_path)
    assert {(e.source, e.target, e.package, e.requirement) for e in reading.edges} == {
        (None, "acme", "pkg:apk/alpine/acme", None),
        (None, "busybox", "pkg:apk/alpine/busybox", "> 1"),
        ("busybox", "musl", "pkg:apk/alpine/musl", None),
        ("acme", "busybox", "pkg:apk/alpine/busybox", None),
        ("acme", "musl", "pkg:apk/alpine/musl", ">= 1.2"),
        ("acme", None, "unidentified:so:libgone.so.1", None),
        ("acme", None, "pkg:apk/alpine/absent", "~ 3"),
    }


def test_without_a_world_nothing_is_known_to_be_asked_for(tmp_path: Path) -> None:
    assert all(e.source for e in read(tmp_path, world=None).edges)


def test_both_places_are_claimed_and_the_world_is_found_from_the_newer(tmp_path: Path) -> None:
    for path in ("/img/lib/apk/db/installed", "/img/usr/lib/apk/db/installed"):
        collector = claim(path, b"", b"")
        assert collector is not None
        assert collector.id == "apk_installed"
    read(tmp_path)
    place = tmp_path / "usr/lib/apk/db/installed"
    place.parent.mkdir(parents=True)
    place.write_text(DATABASE)
    reading = ApkInstalledCollector().read(Document(place, root=tmp_path))
    assert {e.target for e in reading.edges if e.source is None} == {"acme", "busybox"}


def test_the_hash_covers_world_and_distribution(tmp_path: Path) -> None:
    read(tmp_path)
    document = Document(tmp_path / "lib/apk/db/installed", root=tmp_path)
    first = ApkInstalledCollector().fingerprint(document)
    (tmp_path / "etc/apk/world").write_text("musl")
    second = ApkInstalledCollector().fingerprint(document)
    (tmp_path / "etc/os-release").write_text("ID=wolfi\n")
    assert len({first, second, ApkInstalledCollector().fingerprint(document)}) == 3
    assert ApkInstalledCollector().read(document).components[0].package == "pkg:apk/wolfi/musl"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", {"no-components"}),
        ("P:a\nV:1\nnonsense\n", {"line"}),
        ("V:1\nA:x\n\nP:a\nV:1\n", {"nameless"}),
        ("P:a\n", {"no-version"}),
        ("P:a\nV:1\nC:Q1short\n", {"hash"}),
        ("P:a\nV:1\nC:Q9Deb0jNytkrjPW4N/eKLZ43BwOlw=\n", {"hash"}),
        ("P:a\nV:1\n\nP:a\nV:2\n", {"duplicate"}),
        (b"P:a\nV:1\nT:\xff\n", {"encoding"}),
        ("P:" + "x" * 5000 + "\nV:1\n", {"purl"}),
    ],
)
def test_what_is_odd_is_named(tmp_path: Path, text: str | bytes, codes: set[str]) -> None:
    assert {f.code for f in read(tmp_path, text, None).faults} == codes


def test_other_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="no database of apk"):
        read(tmp_path, "hello\nworld\n")
