# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The evidence pack as a file: deterministic, without addresses, and found out when anything in it changed."""

from __future__ import annotations

import hashlib
import io
import json
import random
import shutil
import stat
import struct
import subprocess
import tomllib
import zipfile
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from umbel.model.errors import EvidenceError, UsageError
from umbel.reports.pack import INDEX, MANIFEST, SUMS, Figure, Head, Pack, Packed, Provenance
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
    figures=(Figure(name="SBOMs", value="1"),),
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
        INDEX, SUMS, "decisions/exceptions.toml", "sboms/shop.cdx.json", "findings/findings.csv",
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
        with pytest.raises(ValueError, match="has it twice"):
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


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack that no test changes."""
    return packed(tmp_path_factory.mktemp("whole") / "p.zip").path


def sound(raw: bytes, whole: Path) -> bool:
    """Whether bytes pass as a pack; what is no pack, doesn't."""
    path = whole.with_name("tried.zip")
    path.write_bytes(raw)
    try:
        return verify(path).faults == []
    except UsageError:
        return False


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@settings(max_examples=150)
@given(st.data())
def test_with_any_bit_flipped_it_is_sound_only_if_every_file_is_what_it_was(
    whole: Path, data: st.DataObject
) -> None:
    """Anywhere in it: contents, manifest, headers, list of files, end. Never a crash."""
    raw = bytearray(whole.read_bytes())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    if sound(bytes(raw), whole):  # a date, a version, a bit that deflate doesn't look at
        assert contents(whole.with_name("tried.zip")) == contents(whole)


@settings(max_examples=80)
@given(st.data())
def test_cut_off_anywhere_it_is_not_sound(whole: Path, data: st.DataObject) -> None:
    raw = whole.read_bytes()
    assert not sound(raw[: data.draw(st.integers(0, len(raw) - 1))], whole)


@settings(max_examples=60)
@given(st.data())
def test_with_bytes_put_in_anywhere_it_is_sound_only_with_the_same_files(
    whole: Path, data: st.DataObject
) -> None:
    raw = whole.read_bytes()
    at = data.draw(st.integers(0, len(raw)))
    assert not sound(raw[:at] + data.draw(st.binary(min_size=1, max_size=40)) + raw[at:], whole)


def test_what_hides_between_two_files_is_found(pack: Path) -> None:
    """Neither the list of files nor any hash knows of it."""
    raw = pack.read_bytes()
    with zipfile.ZipFile(pack) as archive:
        at, start = archive.infolist()[1].header_offset, archive.start_dir
    shifted = bytearray(raw[:at] + b"hidden" + raw[at:])
    place = start + 6
    while shifted[place : place + 4] == b"PK\x01\x02":
        (offset,) = struct.unpack_from("<I", shifted, place + 42)
        struct.pack_into("<I", shifted, place + 42, offset + (6 if offset >= at else 0))
        place += 46 + sum(struct.unpack_from("<HHH", shifted, place + 28))
    struct.pack_into("<I", shifted, len(shifted) - 6, start + 6)
    pack.write_bytes(bytes(shifted))
    with zipfile.ZipFile(pack) as archive:
        assert archive.testzip() is None
    (fault,) = verify(pack).faults
    assert "something that is no file stands before it" in fault


def test_a_list_of_files_beyond_all_bounds_is_not_read(whole: Path) -> None:
    raw = bytearray(whole.read_bytes())
    struct.pack_into("<I", raw, len(raw) - 10, 65 << 20)
    whole.with_name("large.zip").write_bytes(bytes(raw))
    (fault,) = verify(whole.with_name("large.zip")).faults
    assert fault == "its list of files has more than 64 MiB"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_and_locked_files_are_found(pack: Path, method: int) -> None:
    with zipfile.ZipFile(pack, "a") as archive:
        archive.writestr("more", b"x", method)
    assert any("packed in a way that no pack is" in fault for fault in verify(pack).faults)
    raw = bytearray(pack.read_bytes())
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    pack.write_bytes(bytes(raw))
    assert "more: is encrypted" in verify(pack).faults


@pytest.mark.parametrize("change", ["md5", "itself", "twice"])
def test_a_manifest_that_hashes_by_less_or_names_itself_is_found(pack: Path, change: str) -> None:
    def told(members: list[tuple[zipfile.ZipInfo, bytes]]) -> None:
        at = place(members, MANIFEST)
        manifest = json.loads(members[at][1])
        first = manifest["files"][0]
        if change == "md5":
            first["md5"] = hashlib.md5(b"", usedforsecurity=False).hexdigest()
            del first["sha256"]
        else:
            manifest["files"].append(first | ({"path": MANIFEST} if change == "itself" else {}))
        members[at] = (members[at][0], json.dumps(manifest).encode())

    faults = verify(rewritten(pack, told)).faults
    assert faults
    assert all(fault.startswith(MANIFEST) for fault in faults)


def test_faults_without_end_are_counted(pack: Path) -> None:
    changed = rewritten(
        pack, lambda members: members.extend((zipfile.ZipInfo(f"m{n}\x1b[2J"), b"") for n in range(1_500))
    )
    faults = verify(changed).faults
    assert len(faults) == 1_001
    assert faults[-1] == "… and 500 more faults"
    assert "\x1b" not in "".join(faults)


def test_it_can_be_checked_without_umbel(pack: Path, tmp_path: Path) -> None:
    tool = shutil.which("sha256sum")
    if tool is None:
        pytest.skip("there is no sha256sum here")
    with zipfile.ZipFile(pack) as archive:
        archive.extractall(tmp_path / "out")
    said = subprocess.run(
        [tool, "-c", SUMS], cwd=tmp_path / "out", capture_output=True, text=True, check=True
    )
    assert said.stdout.count(": OK") == len(contents(pack)) - 2
    (tmp_path / "out" / INDEX).write_text("changed")
    assert subprocess.run(
        [tool, "-c", SUMS], cwd=tmp_path / "out", capture_output=True, check=False
    ).returncode


@pytest.mark.parametrize(
    "name", ["a:b", "a\\b", "nul", "x/CON.json", "a.", "a /b", "", "a\n", INDEX, "Index.HTML"]
)
def test_a_name_that_would_not_be_verified_is_not_taken(name: str) -> None:
    with Pack() as made:
        assert not made.takes(name)
        with pytest.raises(ValueError, match="can't have"):
            made.add(name, "x", "y", b"")


def test_secret_words_stand_in_no_name_line_or_figure(tmp_path: Path) -> None:
    with Pack(['blue"bird', "nightjar"]) as made:
        made.add_json("a.json", "findings", "of Nightjar", {"x": 'a blue"bird', "y": "nightjar"})
        made.lacks("SBOM of nightjar", "nightjar is gone")
        figures = (Figure(name="nightjar", value="1 nightjar"),)
        head = msgspec.structs.replace(HEAD, organisation="Nightjar", product="nightjar", figures=figures)
        done = made.write(tmp_path / "p.zip", head)
    every = b"".join(contents(done.path).values())
    assert b"nightjar" not in every.lower()
    assert b"bird" not in every
    assert json.loads(contents(done.path)["a.json"])["x"] == "a [left out]"


def test_folders_of_the_machine_have_numbers() -> None:
    cleaner = Cleaner()
    cleaner.hide("/srv/office", ["/srv/office/sboms", "/data/b", "/data/a", "/data/a/inner", "/"])
    told = {
        "file:/data/a/inner/x.json": "file:[folder 1]/inner/x.json",
        "file:///data/b/x.json": "file://[folder 2]/x.json",
        "/srv/office/sboms/y is broken": "[workspace]/sboms/y is broken",
        "https://x.example/data/a/y": "https://x.example/data/a/y",
        "/data/abc": "/data/abc",
    }
    assert {text: cleaner.text(text) for text in told} == told


@pytest.mark.parametrize("at", ["gathered", "written"])
def test_where_no_more_fits_there_is_one_error_and_what_was_there_stays(tmp_path: Path, at: str) -> None:
    out = tmp_path / "p.zip"
    out.write_bytes(b"the pack of last year")
    content = random.Random(7).randbytes(40_000)
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Pack() as made:
        if at == "written":
            made.add("a", "x", "y", content)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
        try:
            with pytest.raises(EvidenceError, match=r"can't be (gathered|written)"):
                made.write(out, HEAD) if at == "written" else made.add("a", "x", "y", content)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path.name for path in tmp_path.iterdir()] == ["p.zip"]
    assert out.read_bytes() == b"the pack of last year"


def test_an_interrupt_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Pack, "_write", stop)
    with pytest.raises(KeyboardInterrupt):
        packed(tmp_path / "p.zip")
    assert list(tmp_path.iterdir()) == []


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
        lambda each: st.lists(each, max_size=4),
        max_leaves=6,
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


def test_more_files_than_the_index_shows_are_packed(tmp_path: Path) -> None:
    with Pack() as made:
        for number in range(2_003):
            made.add(f"sboms/{number}.json", "sbom", "x" * 50, b"{}")
        made.add_json(
            "findings/findings.json",
            "findings",
            "many",
            [{"n": n, "by": f"a{n}@x.org"} for n in range(2_000)],
        )
        done = made.write(tmp_path / "big.zip", HEAD)
    assert verify(done.path).faults == []
    assert len(done.manifest.files) == 2_006
    with zipfile.ZipFile(done.path) as archive:
        assert b"3 more" in archive.read(INDEX)
        assert b"@x.org" not in io.BytesIO(archive.read("findings/findings.json")).getvalue()
