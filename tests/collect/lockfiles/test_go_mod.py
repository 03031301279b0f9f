# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What Go's module files mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from umbel.collect.interface import Document, Reading, UnreadableError
from umbel.collect.lockfiles.go_mod import GoModCollector

if TYPE_CHECKING:
    from pathlib import Path

GO = GoModCollector()
SOUND = """module example.org/acme/shop/v2 // Deprecated: use v3

go 1.24.0

toolchain go1.24.1

require (
	github.com/Acme/Widget v1.2.3
	example.org/old v0.1.0 // a remark
	example.org/forked v1.0.0
	example.org/local v0.0.0-00010101000000-000000000000
)

require (
	example.org/deep/v3 v3.0.1+incompatible // indirect
	example.org/tools v0.5.0 // indirect; for the linter
	example.org/pseudo v0.0.0-20240102030405-0a1b2c3d4e5f // indirect
)

tool (
	example.org/tools/cmd/lint
	example.org/acme/shop/v2/cmd/gen
)
exclude example.org/old v0.0.9
replace example.org/local => ../local
replace (
	example.org/forked v1.0.0 => github.com/acme/fork v1.0.1
	example.org/deep/v3 v3.0.0 => example.org/never v1.0.0
)
retract [v2.0.0, v2.0.5] // broken
"""
SUMS = """github.com/Acme/Widget v1.2.3 h1:AAAA=
github.com/Acme/Widget v1.2.3/go.mod h1:BBBB=
github.com/Acme/Widget v1.2.2 h1:CCCC=
github.com/acme/fork v1.0.1 h1:DDDD=
"""


def read(folder: Path, text: str | bytes, sums: str | None = None) -> Reading:
    """A reading of a go.mod, with a go.sum beside it if one is given."""
    if sums is not None:
        (folder / "go.sum").write_text(sums)
    data = text.encode() if isinstance(text, str) else text
    return GO.read(Document(folder / "go.mod", data=data))


def codes(reading: Reading) -> list[str]:
    return [fault.code for fault in reading.faults if fault.level != "note"]


def test_what_is_used(tmp_path: Path) -> None:
    reading = read(tmp_path, SOUND, SUMS)
    assert {(c.purl, c.direct, c.scope) for c in reading.components} == {
        ("pkg:golang/github.com/acme/widget@v1.2.3", True, None),
        ("pkg:golang/example.org/old@v0.1.0", True, None),
        ("pkg:golang/github.com/acme/fork@v1.0.1", True, None),
        ("pkg:golang/example.org/deep/v3@v3.0.1%2Bincompatible", False, None),
        ("pkg:golang/example.org/tools@v0.5.0", True, "development"),
        ("pkg:golang/example.org/pseudo@v0.0.0-20240102030405-0a1b2c3d4e5f", False, None),
    }
    assert (reading.subject, reading.subject_purl) == (
        "example.org/acme/shop/v2",
        "pkg:golang/example.org/acme/shop/v2",
    )
    assert reading.format == "go.mod 1.24.0"
    assert reading.complete
    assert [(f.code, f.level) for f in reading.faults] == [("modules", "note")]


def test_edges_lead_to_what_is_direct(tmp_path: Path) -> None:
    edges = {(e.source, e.package, e.requirement, e.scope, e.pinned) for e in read(tmp_path, SOUND).edges}
    assert edges == {
        (None, "pkg:golang/github.com/acme/widget", "v1.2.3", None, True),
        (None, "pkg:golang/example.org/old", "v0.1.0", None, True),
        (None, "pkg:golang/github.com/acme/fork", "v1.0.0", None, True),
        (None, "pkg:golang/example.org/tools", "v0.5.0", "development", True),
    }


def test_a_tool_that_is_used_otherwise_too(tmp_path: Path) -> None:
    text = "module m\ngo 1.24\nrequire example.org/x v1.0.0\ntool example.org/x\n"
    reading = read(tmp_path, text)
    assert [(c.direct, c.scope) for c in reading.components] == [(True, None)]
    assert [e.scope for e in reading.edges] == [None, "development"]


def test_names_are_kept_as_written(tmp_path: Path) -> None:
    (found,) = [c for c in read(tmp_path, SOUND).components if c.version == "v1.2.3"]
    assert (found.namespace, found.name, found.ref) == (
        "github.com/Acme",
        "Widget",
        "github.com/Acme/Widget@v1.2.3",
    )


def test_a_replacement_says_what_it_replaces(tmp_path: Path) -> None:
    (found,) = [c for c in read(tmp_path, SOUND).components if c.name == "fork"]
    assert found.properties == (("go:replaces", "example.org/forked@v1.0.0"),)


def test_digests_only_of_what_is_used(tmp_path: Path) -> None:
    found = {c.name: c.hashes for c in read(tmp_path, SOUND, SUMS).components if c.hashes}
    assert found == {"Widget": (("go-h1", "AAAA="),), "fork": (("go-h1", "DDDD="),)}


@pytest.mark.parametrize(
    ("line", "complete"),
    [
        ("go 1.16", False),
        ("", False),
        ("go 1.9", False),
        ("go 1.17", True),
        ("go 1.100", True),
        ("go 2.0", True),
    ],
)
def test_old_files_are_incomplete(tmp_path: Path, line: str, complete: bool) -> None:  # noqa: FBT001 - a table
    reading = read(tmp_path, f"module m\n{line}\nrequire example.org/a v1.0.0\n")
    assert reading.complete is complete
    assert ("incomplete" in [f.code for f in reading.faults]) is not complete


def test_one_line_forms_quotes_and_comments(tmp_path: Path) -> None:
    text = (
        'module "example.org/q"\r\ngo 1.21\r\nrequire `example.org/a` "v1.0.0"// indirect\r\n'
        "require example.org/b v1.0.0 // indirect but not quite\r\nrequire()\r\n"
        "require ( // why\n\texample.org/c v1.0.0//indirect\n) // done\n"
    )
    reading = read(tmp_path, text)
    assert {(c.name, c.direct) for c in reading.components} == {("a", False), ("b", True), ("c", False)}
    assert not codes(reading)


def test_oddities_have_their_line(tmp_path: Path) -> None:
    text = """module m
go 1.20
require example.org/a
require example.org/b master
require example.org/c v1.0.0
require example.org/c v1.0.0 // indirect
exclude example.org/c v1.0.0
replace example.org/d => example.org/e
tool example.org/nowhere/x
nonsense 1
require "half
require (
"""
    reading = read(tmp_path, text, "short line\n")
    found = {(f.code, f.place) for f in reading.faults if f.level != "note"}
    assert found == {
        ("malformed-line", "line 3"), ("version", "line 4"), ("excluded", "line 5"), ("excluded", "line 6"),
        ("duplicate", "line 6"), ("malformed-line", "line 8"), ("tool", "line 9"), ("unknown-directive", "line 10"),
        ("malformed-line", "line 11"), ("open-block", ""), ("go-sum", "go.sum line 1"),
    }  # fmt: skip
    assert {(c.name, c.direct) for c in reading.components} == {("b", True), ("c", True)}
    assert {e.pinned for e in reading.edges} == {True, False}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("this is prose\n", "not-go-mod"),
        ("module m\n<<<<<<< HEAD\n", "merge-conflict"),
        (b"\x7fELF\x02\x01", "not-go-mod"),
    ],
)
def test_unreadable_documents_say_why(tmp_path: Path, text: str | bytes, code: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path, text)
    assert caught.value.fault.code == code


def test_an_empty_file_is_an_empty_module(tmp_path: Path) -> None:
    reading = read(tmp_path, "")
    assert (reading.components, codes(reading)) == ([], ["no-module"])


def test_long_lines_end_soon(tmp_path: Path) -> None:
    text = (
        "module m\nrequire "
        + '"\\' * 500_000
        + "\nrequire "
        + "(" * 10**5
        + "\nrequire "
        + "a/" * 500_000
        + "a v1.0.0\n"
    )
    reading = read(tmp_path, text + "tool " + "a/" * 500_000 + "a\n")
    assert sorted(set(codes(reading))) == ["malformed-line", "purl", "tool"]
    assert len(reading.components) == 1


def test_the_sums_take_part_in_the_hash(tmp_path: Path) -> None:
    document = Document(tmp_path / "go.mod", data=SOUND.encode())
    before = GO.fingerprint(document)
    (tmp_path / "go.sum").write_text(SUMS)
    assert GO.fingerprint(document) != before
