# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Debian's packages: what is installed, who needs whom, under which licences."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from umbel.collect.dpkg_status import DpkgStatusCollector
from umbel.collect.interface import Document, Reading, UnreadableError
from umbel.collect.walk import Found, Walk

if TYPE_CHECKING:
    from pathlib import Path

STATUS = """Package: libacme1
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Source: acme (1.9-1)
Version: 1:2.0-1+b1
Maintainer: Acme <acme@acme.example>
Homepage: https://acme.example
Description: a library
 of many
 .
 lines

Package: acme
Status: install ok installed
Essential: yes
Architecture: amd64
Version: 2.0-1
Depends: libacme1 (>= 1:1.0), sendmail | mail-transport-agent, absent (<< 3) | gone
Pre-Depends: python3:any
Recommends: acme-doc, not-there

Package: exim
Status: install ok installed
Architecture: amd64
Version: 4
Provides: mail-transport-agent (= 1), smtp

Package: python3
Status: hold ok installed
Architecture: amd64
Version: 3.11

Package: acme-doc
Status: install ok unpacked
Architecture: all
Version: 2

Package: removed
Status: deinstall ok config-files
Architecture: all
Version: 1
"""
DEP5 = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
License: ignored-of-head

Files: *
Copyright: 2020 Acme
License: GPL-2+ or Artistic
 Some text
License: also-ignored

Files: debian/*
License: Expat

License: Apache-2.0
 text

License: Expat
 text
"""


def tree(root: Path, status: str | bytes = STATUS, states: str | None = None) -> Path:
    """A system with these packages; gives the place of their list."""
    for folder in ("var/lib/dpkg", "var/lib/apt", "etc", "usr/share/doc/acme", "usr/share/doc/exim"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "etc/os-release").write_text('ID=debian\nVERSION_ID="12"\n')
    (root / "usr/share/doc/acme/copyright").write_text(DEP5)
    (root / "usr/share/doc/exim/copyright").write_text("This is free text about the GPL.\n")
    if states is not None:
        (root / "var/lib/apt/extended_states").write_text(states)
    place = root / "var/lib/dpkg/status"
    place.write_bytes(status.encode() if isinstance(status, str) else status)
    return place


def read(place: Path, root: Path) -> Reading:
    return DpkgStatusCollector().read(Document(place, root=root))


def test_installed_packages_and_what_they_say(tmp_path: Path) -> None:
    reading = read(tree(tmp_path), tmp_path)
    found = {c.name or "": c for c in reading.components}

    assert sorted(found) == ["acme", "acme-doc", "exim", "libacme1", "python3"]
    library = found["libacme1"]
    assert (library.package, library.version) == ("pkg:deb/debian/libacme1", "1:2.0-1+b1")
    assert library.purl == "pkg:deb/debian/libacme1@1:2.0-1%2Bb1?arch=amd64&distro=debian-12"
    assert library.properties == (("deb:source", "acme"), ("deb:source-version", "1.9-1"))
    assert (library.supplier, library.description) == ("Acme <acme@acme.example>", "a library")
    assert library.urls == (("website", "https://acme.example"),)
    assert found["acme"].properties == (("deb:essential", "yes"),)
    assert found["acme-doc"].properties == (("deb:state", "unpacked"),)
    assert found["acme"].declared == ("GPL-2+ or Artistic", "Expat")
    assert found["exim"].declared == ()
    assert [(f.code, f.level) for f in reading.faults] == [("free-text", "note")]


def test_a_dependency_leads_to_what_is_installed_or_provides_it(tmp_path: Path) -> None:
    reading = read(tree(tmp_path), tmp_path)

    assert {(e.source, e.target, e.package, e.requirement, e.optional, e.pinned) for e in reading.edges} == {
        ("acme:amd64", "python3:amd64", "pkg:deb/debian/python3", None, False, True),
        ("acme:amd64", "libacme1:amd64", "pkg:deb/debian/libacme1", ">= 1:1.0", False, True),
        ("acme:amd64", "exim:amd64", "pkg:deb/debian/exim", None, False, True),
        ("acme:amd64", None, "pkg:deb/debian/absent", "<< 3", False, None),
        ("acme:amd64", "acme-doc:all", "pkg:deb/debian/acme-doc", None, True, True),
    }


def test_apts_marks_tell_what_was_asked_for(tmp_path: Path) -> None:
    states = "Package: libacme1\nArchitecture: amd64\nAuto-Installed: 1\n\nPackage: exim\nArchitecture: amd64\nAuto-Installed: 0\n"
    reading = read(tree(tmp_path, states=states), tmp_path)
    assert {e.target for e in reading.edges if e.source is None} == {
        "acme:amd64", "exim:amd64", "python3:amd64", "acme-doc:all",
    }  # fmt: skip


def test_one_package_in_two_architectures(tmp_path: Path) -> None:
    second = STATUS.partition("\n\n")[0].replace("Architecture: amd64", "Architecture: i386")
    needy = "Package: old\nStatus: install ok installed\nArchitecture: i386\nVersion: 1\nDepends: libacme1\n"
    reading = read(tree(tmp_path, f"{STATUS}\n{second}\n\n{needy}"), tmp_path)
    assert {e.target for e in reading.edges if e.source == "old:i386"} == {"libacme1:i386"}
    assert sum(c.name == "libacme1" for c in reading.components) == 2


def test_images_without_dpkg_list_each_package_in_a_file(tmp_path: Path) -> None:
    tree(tmp_path, "")
    (tmp_path / "var/lib/dpkg/status").unlink()
    folder = tmp_path / "var/lib/dpkg/status.d"
    folder.mkdir()
    for part in STATUS.split("\n\n")[:2]:
        name = part.partition("\n")[0].removeprefix("Package: ")
        (folder / name).write_text(
            "\n".join(line for line in part.split("\n") if not line.startswith("Status"))
        )
    (folder / "acme.md5sums").write_text("0 usr/bin/acme\n")

    (found,) = [item for item in Walk(folder.parent) if isinstance(item, Found)]
    assert (found.path, found.collector) == (folder, "dpkg_status")
    reading = read(folder, tmp_path)
    assert [c.name for c in reading.components] == ["acme", "libacme1"]
    assert "libacme1:amd64" in {e.target for e in reading.edges}


def test_the_hash_covers_the_list_licences_marks_and_distribution(tmp_path: Path) -> None:
    place = tree(tmp_path)

    def fingerprint() -> str:
        return DpkgStatusCollector().fingerprint(Document(place, root=tmp_path))

    seen = {fingerprint()}
    assert fingerprint() in seen
    for path, text in (
        ("etc/os-release", "ID=ubuntu\n"),
        ("usr/share/doc/acme/copyright", "other"),
        ("var/lib/apt/extended_states", "Package: exim\n"),
        ("var/lib/dpkg/status", STATUS + "\n"),
    ):
        (tmp_path / path).write_text(text)
        assert fingerprint() not in seen
        seen.add(fingerprint())


def test_nothing_is_read_out_of_the_tree(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(DEP5.replace("Expat", "Secret"))
    root = tmp_path / "root"
    place = tree(root)
    (root / "usr/share/doc/acme/copyright").unlink()
    (root / "usr/share/doc/acme/copyright").symlink_to("../../../../../secret")
    (root / "usr/share/doc/exim/copyright").unlink()
    os.mkfifo(root / "usr/share/doc/exim/copyright")
    reading = read(place, root)
    assert all(c.declared == () for c in reading.components)


def test_a_licence_behind_a_link_in_the_tree_counts(tmp_path: Path) -> None:
    place = tree(tmp_path)
    (tmp_path / "usr/share/doc/libacme1").symlink_to("acme")
    found = {c.name: c.declared for c in read(place, tmp_path).components}
    assert found["libacme1"] == ("GPL-2+ or Artistic", "Expat")


@pytest.mark.parametrize(
    ("status", "codes"),
    [
        ("", {"no-components"}),
        (b"\xff\xfe", {"no-components", "encoding"}),
        ("Package: a\nVersion: 1\n\nStatus: install ok installed\n", {"nameless"}),
        ("Package: a\nVersion: 1\n\nPackage: a\nVersion: 2\n", {"duplicate"}),
        ("Package: a\n", {"no-version"}),
        ("Package: " + "x" * 5000 + "\nVersion: 1\n", {"purl"}),
    ],
)
def test_what_is_odd_is_named(tmp_path: Path, status: str | bytes, codes: set[str]) -> None:
    assert {f.code for f in read(tree(tmp_path, status), tmp_path).faults} == codes


def test_other_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="no list of Debian packages"):
        read(tree(tmp_path, "key: value\n"), tmp_path)


def test_a_huge_field_takes_no_long_time(tmp_path: Path) -> None:
    status = (
        "Package: a\nStatus: install ok installed\nVersion: 1\nDepends: b (" + " " * 200_000 + ", " + "|".join(["c"] * 100_000) + "\nProvides: " + ", ".join(["a"] * 50_000) + "\n"
    )  # fmt: skip
    assert len(read(tree(tmp_path, status), tmp_path).components) == 1
