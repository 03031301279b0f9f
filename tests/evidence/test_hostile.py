# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents made to harm, end to end: each gets its line, and everything else lands."""

from __future__ import annotations

import io
import json
import os
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests import acme
from umbel.evidence.ingest import Summary, collect
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.evidence.upkeep import verify

if TYPE_CHECKING:
    from pathlib import Path

LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE bom [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component type="library"><name>&c;</name>
</component></components></bom>"""
OUTSIDE = b"""<?xml version="1.0"?>
<!DOCTYPE bom [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><metadata><component type="library"><name>&x;</name></component>
</metadata></bom>"""


def slip() -> bytes:
    """An archive whose member would land outside; no collector opens it."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("../../evil.cdx.json", acme.sbom("evil", ["evil@1"]))
    return data.getvalue()


# Documents of which nothing, or not all, can be read.
BROKEN: dict[str, bytes] = {
    "truncated.cdx.json": acme.sbom("x", ["a@1", "b@2"])[:-40],
    "binary.cdx.json": bytes(range(256)) * 20,
    "empty.cdx.json": b"",
    "deep.cdx.json": b'{"bomFormat":"CycloneDX","specVersion":"1.5","x":'
    + b"[" * 200_000
    + b"]" * 200_000
    + b"}",
    "deep.spdx.json": b'{"spdxVersion":"SPDX-2.3","packages":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "laughs.cdx.xml": LAUGHS,
    "outside.cdx.xml": OUTSIDE,
    "archive.cdx.json": slip(),
    "scalar.cdx.json": b"42",
    "wrong.cdx.json": b'{"bomFormat":"CycloneDX","specVersion":"1.5","components":{"a":[1,null,true]},"metadata":7}',
    "wrong.spdx.json": b'{"spdxVersion":"SPDX-2.3","packages":[1,"x",{"name":[]}],"relationships":{"a":1}}',
    "package-lock.json": b'{"lockfileVersion":3,"packages":[{"a":1}]}',
    "uv.lock": b"version = 1\n[[package]]\nname = 3\n[[package]\n",
    "Cargo.lock": b"[[package]]\nname = [1]\n" * 3 + b"\x00\xff",
    "pylock.toml": b"lock-version = '1.0'\npackages = 'none'\n",
}
# Documents that hold something absurd and are read all the same.
ABSURD: dict[str, bytes] = {
    "long.cdx.json": acme.sbom("long", ["a@" + "9" * 1_000_000, "b@1"]),
    "names.cdx.json": acme.sbom("n\u202eames<script>", ["c@1"]),
    "same.cdx.json": acme.sbom("same", ["d@1"] * 2000),
    "loop.cdx.json": acme.sbom("loop", ["e@1", "f@1"], edges={"e@1": ["f@1"], "f@1": ["e@1"]}),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "hostile"
    folder.mkdir()
    for index, (name, data) in enumerate({**BROKEN, **ABSURD}.items()):
        place = folder / f"{index:02}"
        place.mkdir()
        (place / name).write_bytes(data)
    (folder / "good.cdx.json").write_bytes(acme.sbom("good", ["left-pad@1.3.0"]))
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    os.mkfifo(folder / "pipe.cdx.json")
    (folder / "device.cdx.json").symlink_to("/dev/zero")
    return folder


def run(tmp_path: Path, folder: Path) -> tuple[Lake, Summary]:
    lake = Lake(tmp_path / "lake")
    return lake, collect(lake, [folder], workers=1)


def test_each_bad_file_gets_its_lines_and_the_rest_lands(tmp_path: Path, folder: Path) -> None:
    lake, summary = run(tmp_path, folder)
    broken = {
        item.path.rpartition("/")[2]
        for item in summary.trouble
        if any(f.level == "error" for f in item.faults)
    }
    assert set(BROKEN) <= broken
    assert summary.documents == len(BROKEN) + len(ABSURD) + 1
    assert summary.incomplete
    assert verify(lake) == []
    with Session(lake) as session:
        packages = {row[0] for row in session.ask("SELECT DISTINCT package FROM usage").rows()}
    assert {f"pkg:npm/{name}" for name in ("left-pad", "b", "c", "d", "e", "f")} <= packages
    assert not any("evil" in package or "root:" in package for package in packages)


def test_what_is_said_of_them_is_short_and_has_a_place(tmp_path: Path, folder: Path) -> None:
    _, summary = run(tmp_path, folder)
    for item in summary.trouble:
        for fault in item.faults:
            assert len(str(fault)) < 1000
            assert "\n" not in str(fault)
            assert "Traceback" not in str(fault)
            assert fault.code != "reader-failed", f"{item.path}: {fault}"


def test_the_same_garbage_from_worker_processes(tmp_path: Path, folder: Path) -> None:
    lake = Lake(tmp_path / "lake")
    summary = collect(lake, [folder], workers=2)
    assert {item.path for item in summary.trouble} == {
        item.path for item in run(tmp_path / "other", folder)[1].trouble
    }
    assert json.dumps([str(f) for item in summary.trouble for f in item.faults])
