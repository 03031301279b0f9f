# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""RPM databases: what is installed, who needs whom, and what broken ones give."""

from __future__ import annotations

import shutil
import struct
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.collect import rpm_documents as rpm
from umbel.collect.interface import Document, UnreadableError
from umbel.collect.rpm_database import RpmDatabaseCollector

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from umbel.collect.interface import Reading

ALL = [rpm.header(**package) for package in (rpm.TOOL, rpm.LIBS, rpm.SHELL, rpm.DOCS, rpm.KEY)]
RELEASE = 'NAME="Fedora Linux"\nID=fedora\nVERSION_ID=40\n'


def read(folder: Path, data: bytes, name: str = "rpmdb.sqlite", release: str = RELEASE) -> Reading:
    """The reading of a database in a tree of its own."""
    place = folder / "var/lib/rpm"
    place.mkdir(parents=True, exist_ok=True)
    (folder / "etc").mkdir(exist_ok=True)
    (folder / "etc/os-release").write_text(release)
    (place / name).write_bytes(data)
    return RpmDatabaseCollector().read(Document(place / name, root=folder))


@pytest.mark.parametrize(("name", "form"), [("rpmdb.sqlite", rpm.sqlite), ("Packages.db", rpm.ndb)])
def test_both_forms_tell_the_same(
    tmp_path: Path, name: str, form: Callable[[Sequence[bytes]], bytes]
) -> None:
    reading = read(tmp_path, form(ALL), name)
    components = {c.name: c for c in reading.components}

    assert set(components) == {"acme-tool", "acme-libs", "bash", "acme-docs"}
    tool = components["acme-tool"]
    assert (tool.package, tool.version) == ("pkg:rpm/fedora/acme-tool", "1.2-3.fc40")
    assert tool.purl == (
        "pkg:rpm/fedora/acme-tool@1.2-3.fc40"
        "?arch=x86_64&distro=fedora-40&epoch=2&upstream=acme-tool-1.2-3.fc40.src.rpm"
    )
    assert (tool.declared, tool.supplier) == (("GPL-2.0-or-later AND MIT",), "Acme")
    assert tool.properties == (
        ("rpm:source", "acme-tool-1.2-3.fc40.src.rpm"), ("rpm:modularity", "acme:1:2024:c"),
    )  # fmt: skip
    named = {c.ref: c.name for c in reading.components}
    assert {
        (named[e.source or ""], named[e.target or ""], e.requirement, e.optional) for e in reading.edges
    } == {
        ("acme-tool", "acme-libs", ">= 1.0", False),
        ("acme-tool", "bash", None, False),
        ("acme-tool", "acme-docs", None, True),
    }
    assert reading.faults == []


def test_without_a_distribution_the_package_has_no_namespace(tmp_path: Path) -> None:
    (reading,) = [read(tmp_path, rpm.sqlite(ALL[1:2]), release="")]
    assert [c.package for c in reading.components] == ["pkg:rpm/acme-libs"]


def test_one_broken_header_loses_only_itself(tmp_path: Path) -> None:
    broken = [ALL[0][:-9], b"", struct.pack(">ii", 1, 0) + struct.pack(">iiii", 1000, 6, 99, 1), ALL[1]]
    reading = read(tmp_path, rpm.sqlite(broken))
    assert [c.name for c in reading.components] == ["acme-libs"]
    assert [(f.code, f.place, f.level) for f in reading.faults] == [
        ("header", f"package {n}", "error") for n in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not-rpm"),
        (b"SQLite format 3\0" + b"\0" * 200, "broken-database"),
        (rpm.sqlite(ALL)[:5000], "broken-database"),
        (rpm.sqlite(ALL, "Other"), "not-rpm"),
        (rpm.ndb(ALL)[:4000], "broken-database"),
        (b"\0" * 12 + b"\x61\x15\x06\x00" + b"\0" * 100, "berkeley-db"),
    ],
)
def test_what_is_no_database_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        read(tmp_path, data)
    assert refused.value.fault.code == code


def test_changes_that_are_not_in_the_database_yet_are_named(tmp_path: Path) -> None:
    place = tmp_path / "var/lib/rpm"
    place.mkdir(parents=True)
    (place / "rpmdb.sqlite-wal").write_bytes(b"something")
    reading = read(tmp_path, rpm.sqlite(ALL))
    assert [(f.code, f.level) for f in reading.faults] == [("write-ahead-log", "error")]


@st.composite
def damaged(draw: st.DrawFn, sound: bytes) -> bytes:
    """A database with some bytes changed, and perhaps cut off."""
    changed = bytearray(sound)
    for at, value in draw(
        st.lists(st.tuples(st.integers(0, len(sound) - 1), st.integers(0, 255)), max_size=8)
    ):
        changed[at] = value
    return bytes(changed[: draw(st.one_of(st.just(len(sound)), st.integers(0, len(sound))))])


@given(st.one_of(damaged(rpm.sqlite(ALL)), damaged(rpm.ndb(ALL))))
def test_no_damage_escapes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    with suppress(UnreadableError):  # anything else would be a defect
        read(tmp_path_factory.getbasetemp(), data)


@pytest.mark.skipif(shutil.which("rpmbuild") is None, reason="rpm is not installed")
def test_a_database_that_rpm_itself_made(tmp_path: Path) -> None:
    spec = tmp_path / "acme.spec"
    spec.write_text(
        "Name: acme\nVersion: 1\nRelease: 2\nSummary: s\nLicense: MIT\nProvides: thing\n%description\nd\n"
        "%package kit\nSummary: k\nRequires: thing\n%description kit\nd\n%files\n%files kit\n"
    )
    top, root = tmp_path / "top", tmp_path / "root"
    subprocess.run(
        ["rpmbuild", "-bb", "--define", f"_topdir {top}", str(spec)], check=True, capture_output=True
    )
    packages = [str(path) for path in top.rglob("*.rpm")]
    root.mkdir()
    backend = ["--define", "_db_backend sqlite", "--dbpath", "/var/lib/rpm"]
    subprocess.run(
        ["rpm", "--root", str(root), *backend, "--nodeps", "-i", *packages], check=True, capture_output=True
    )
    place = root / "var/lib/rpm/rpmdb.sqlite"
    reading = RpmDatabaseCollector().read(Document(place, root=root))
    assert {(c.name, c.version, c.declared) for c in reading.components} == {
        ("acme", "1-2", ("MIT",)), ("acme-kit", "1-2", ("MIT",)),
    }  # fmt: skip
    named = {c.ref: c.name for c in reading.components}
    assert [(named[e.source or ""], named[e.target or ""]) for e in reading.edges] == [("acme-kit", "acme")]
