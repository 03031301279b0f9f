# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The evidence pack as a file: deterministic, without addresses, and found out when anything in it changed."""

from __future__ import annotations

import io
import json
import stat
import struct
import tomllib
import zipfile
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from umbel.model.errors import UsageError
from umbel.reports.pack import INDEX, MANIFEST, Head, Pack, Packed, Provenance
from umbel.reports.pack_private import Cleaner
from umbel.reports.pack_verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD = Head(
    organisation="Acme <b>",
    as_of="2026-03-01",
    product=None,
    umbel="0.1",
    evidence="As of.",
    figures=(("SBOMs", "1"),),
)
BY = Provenance(
    collector="cyclonedx_json", version="3", day="2026-02-01", snapshot="17", origin="file:/home/ann/x.json"
)


def packed(path: Path, *, swapped: bool = False) -> Packed:
    members = [
        ("decisions/exceptions.toml", "decision", b'by = "ann@acme.example"\n'),
        ("sboms/shop.cdx.json", "sbom", b'{"purl": "pkg:maven/a/b@2.0.0.Final"}' * 500),
        ("findings/findings.csv", "findings", b"key,why\n"),
    ]
    with Pack(["bluebird"]) as pack:
        for name, kind, content in reversed(members) if swapped else members:
            pack.add(name, kind, "What it is.", content, (BY,))
        pack.lacks("SBOM of till", "nothing is known of bob@acme.example")
        return pack.write(path, HEAD)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return packed(tmp_path / "pack.zip").path


def rewritten(path: Path, change: Callable[[list[tuple[zipfile.ZipInfo, bytes]]], Any]) -> Path:
    """The same pack with its members changed by somebody."""
    with zipfile.ZipFile(path) as archive:
        members = [(info, archive.read(info)) for info in archive.infolist()]
    change(members)
    out = path.with_name("changed.zip")
    twice = len({info.filename for info, _ in members}) < len(members)
    with (
        pytest.warns() if twice else nullcontext(),
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for info, content in members:
            archive.writestr(info, content)
    return out


def place(members: list[tuple[zipfile.ZipInfo, bytes]], name: str) -> int:
    return next(n for n, (info, _) in enumerate(members) if info.filename == name)


def test_a_pack_is_whole_and_has_no_address(pack: Path) -> None:
    found = verify(pack)
    assert found.faults == []
    assert found.manifest is not None
    assert {entry.path for entry in found.manifest.files} == {
        INDEX, "decisions/exceptions.toml", "sboms/shop.cdx.json", "findings/findings.csv",
    }  # fmt: skip
    with zipfile.ZipFile(pack) as archive:
        assert archive.namelist() == sorted(archive.namelist())
        every = b"".join(archive.read(name) for name in archive.namelist())
        assert tomllib.loads(archive.read("decisions/exceptions.toml").decode()) == {"by": "[address 1]"}
    assert b"ann@" not in every
    assert b"bob@" not in every
    assert b"/home/ann" not in every
    assert b"2.0.0.Final" in every
    assert b"<b>" not in every.split(b"</head>")[1].split(b"<script")[0]


def test_what_was_taken_out_is_said_with_the_originals_hash(pack: Path) -> None:
    manifest = verify(pack).manifest
    assert manifest is not None
    entries = {entry.path: entry for entry in manifest.files}
    assert entries["decisions/exceptions.toml"].left_out == 1
    assert entries["decisions/exceptions.toml"].source_sha256 not in {
        None,
        entries["decisions/exceptions.toml"].sha256,
    }
    assert entries["sboms/shop.cdx.json"].source_sha256 is None
    assert entries["sboms/shop.cdx.json"].provenance[0].snapshot == "17"


def test_equal_evidence_gives_equal_bytes_in_whatever_order_it_comes(tmp_path: Path) -> None:
    first, second = packed(tmp_path / "a.zip"), packed(tmp_path / "b.zip", swapped=True)
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.sha256 == second.sha256
    assert first.size == first.path.stat().st_size


def test_a_member_twice_is_a_mistake(tmp_path: Path) -> None:
    with Pack() as made:
        made.add("a", "x", "y", b"")
        with pytest.raises(ValueError, match="twice"):
            made.add("a", "x", "y", b"")
    assert not (tmp_path / "a").exists()


def test_changed_content_is_found(pack: Path) -> None:
    def change(members: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
        at = place(members, "findings/findings.csv")
        members[at] = (members[at][0], b"KEY,why\n")

    (fault,) = verify(rewritten(pack, change)).faults
    assert fault == "findings/findings.csv: is not what the manifest says (its SHA-256 differs)"


def test_missing_and_added_files_are_found(pack: Path) -> None:
    def change(members: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
        del members[place(members, "findings/findings.csv")]
        members.append((zipfile.ZipInfo("more.txt"), b"x"))

    assert verify(rewritten(pack, change)).faults == [
        "findings/findings.csv: is in the manifest and not in the pack",
        "more.txt: is in the pack and not in the manifest",
    ]


@pytest.mark.parametrize(
    "name", ["../up.txt", "/etc/x", "a/../../b", "C:\\x", "a\\b", "a//b", "./a", "c:x", "a\x1b[31m"]
)
def test_names_that_lead_out_are_found(pack: Path, name: str) -> None:
    changed = rewritten(
        pack, lambda members: members.append((zipfile.ZipInfo("zzzz" + "z" * len(name)), b"x"))
    )
    raw = changed.read_bytes().replace(b"zzzz" + b"z" * len(name), (name + "    ").encode()[: len(name) + 4])
    changed.write_bytes(raw)
    faults = verify(changed).faults
    assert any("leads out of the pack" in fault for fault in faults)
    assert all("\x1b" not in fault for fault in faults)


@pytest.mark.parametrize(
    ("mode", "word"), [(stat.S_IFLNK | 0o777, "is a link"), (stat.S_IFIFO | 0o644, "no regular file")]
)
def test_links_and_pipes_are_found(pack: Path, mode: int, word: str) -> None:
    def change(members: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
        info = zipfile.ZipInfo("link")
        info.external_attr = mode << 16
        members.append((info, b"/etc/passwd"))

    assert any(word in fault for fault in verify(rewritten(pack, change)).faults)


@pytest.mark.parametrize("name", ["findings/findings.csv", "Findings/FINDINGS.csv"])
def test_the_same_name_twice_is_found(pack: Path, name: str) -> None:
    changed = rewritten(pack, lambda members: members.append((zipfile.ZipInfo(name), b"x")))
    assert any("twice" in fault for fault in verify(changed).faults)


def test_a_bomb_is_not_unpacked(pack: Path) -> None:
    changed = rewritten(pack, lambda members: members.append((zipfile.ZipInfo("bomb"), b"")))
    with zipfile.ZipFile(changed) as archive:
        info = archive.getinfo("bomb")
    raw = bytearray(changed.read_bytes())
    central = raw.rindex(b"bomb") - 46
    assert raw[central : central + 4] == b"PK\x01\x02"
    struct.pack_into("<I", raw, central + 24, 3 << 30)
    assert info.file_size == 0
    changed.write_bytes(bytes(raw))
    assert any("far more than it holds" in fault for fault in verify(changed).faults)


def test_a_file_that_lies_about_its_size_is_found(pack: Path) -> None:
    """The manifest and the directory agree on few bytes, and the stream holds many."""
    with zipfile.ZipFile(pack) as archive:
        info = archive.getinfo("sboms/shop.cdx.json")
        size = info.file_size
    raw = bytearray(pack.read_bytes())
    central = raw.rindex(b"sboms/shop.cdx.json") - 46
    struct.pack_into("<I", raw, central + 24, size - 1)
    pack.write_bytes(bytes(raw))
    assert verify(pack).faults


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_pack_is_none(pack: Path, share: float) -> None:
    raw = pack.read_bytes()
    pack.write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(UsageError):
        verify(pack)


def test_what_is_no_pack_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("x", "y")
    for name in ("a.txt", "b.zip", "none.zip", "."):
        with pytest.raises(UsageError):
            verify(tmp_path / name)


@pytest.mark.parametrize("more", [(b"", b"tail"), (b"head", b"")])
def test_hidden_bytes_before_and_behind_are_found(pack: Path, more: tuple[bytes, bytes]) -> None:
    pack.write_bytes(more[0] + pack.read_bytes() + more[1])
    assert verify(pack).faults


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[" * 100_000, b"\xff", b'{"format": "umbel-evidence-pack/9"}', b'{"format": 1}']
)
def test_a_broken_manifest_is_one_fault(pack: Path, content: bytes) -> None:
    def change(members: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
        at = place(members, MANIFEST)
        members[at] = (members[at][0], content)

    (fault,) = verify(rewritten(pack, change)).faults
    assert fault.startswith(MANIFEST)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_flipped_byte_of_a_file_is_found(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """One bit of the contents or the manifest changed: a fault or no pack, never a crash, never whole."""
    path = tmp_path_factory.mktemp("flip") / "p.zip"
    raw = bytearray(packed(path).path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        starts = [(i.header_offset + 30 + len(i.filename), i.compress_size) for i in archive.infolist()]
    begin, length = data.draw(st.sampled_from([each for each in starts if each[1]]))
    raw[begin + data.draw(st.integers(0, length - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(bytes(raw))
    try:
        found = verify(path)
    except UsageError:
        return
    if found.faults == []:  # a bit that deflate doesn't look at: then every content is what it was
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Jane <jane@x.org>", "Jane <[address 1]>"),
        ("mailto:a.b+c@mail.x.co.uk,", "mailto:[address 1],"),
        ("pkg:npm/%40acme/x@1.0.0-beta.rc", None),
        ("pkg:maven/a/b@2.0.0.Final", None),
        ("python-dateutil@2.9.0.post", None),
        ("git@code.example:acme/x.git", None),
        ("git+ssh://git@code.example/acme/x", None),
        ("git@ann.example", "[address 1]"),
        ("https://ann:secret@host.example/x", "https://host.example/x"),
        ("file:///home/ann/src", "file:///home/[user]/src"),
        ("müller@exämple.de", "[address 1]"),
        ("a Bluebird flies", "a [left out] flies"),
        ("pkg:npm/x@1?by=ann@x.org", "pkg:npm/x@1?by=[address 1]"),
        ("@acme/x @media x@y", None),
    ],
)
def test_what_is_taken_out_and_what_stays(text: str, kept: str | None) -> None:
    cleaned = Cleaner(["bluebird"]).clean(text.encode())
    assert cleaned.content.decode() == (text if kept is None else kept)
    assert cleaned.left_out == (0 if kept is None else 1)


@settings(max_examples=60)
@given(
    st.recursive(
        st.sampled_from(['\n"a@b.org', "<ann@x.org>", "\\", "é@ü.de", "\tx@y.zz", "plain"])
        | st.text(max_size=8),
        st.lists,
    )
)
def test_json_stays_json(value: Any) -> None:
    """Escapes stay whole, and what has no address stays as it is."""
    for encoded in (msgspec.json.encode(value), json.dumps(value).encode()):
        told = json.loads(Cleaner().clean(encoded).content)
        assert "a@b.org" not in json.dumps(told)
        assert "ann@x.org" not in json.dumps(told)


def test_the_same_address_has_the_same_number() -> None:
    cleaner = Cleaner()
    assert cleaner.clean(b"a@x.org b@x.org A@X.org").content == b"[address 1] [address 2] [address 1]"
    assert cleaner.clean(b"b@x.org").content == b"[address 2]"


def test_ten_thousand_files_and_findings_are_packed(tmp_path: Path) -> None:
    with Pack() as made:
        for number in range(3_000):
            made.add(f"sboms/{number}.json", "sbom", "x" * 50, b"{}")
        made.add_json(
            "findings/findings.json",
            "findings",
            "many",
            [{"n": n, "by": f"a{n}@x.org"} for n in range(10_000)],
        )
        done = made.write(tmp_path / "big.zip", HEAD)
    assert verify(done.path).faults == []
    assert len(done.manifest.files) == 3_002
    with zipfile.ZipFile(done.path) as archive:
        assert b"1,000 more" in archive.read(INDEX)
        assert b"@x.org" not in io.BytesIO(archive.read("findings/findings.json")).getvalue()
