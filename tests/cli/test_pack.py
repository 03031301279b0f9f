# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel pack` and kept documents in a real workspace: what is in, what stays out, and that it can be checked."""

from __future__ import annotations

import json
import re
import shutil
import stat
import tomllib
import zipfile
from datetime import date
from socket import gethostname
from typing import TYPE_CHECKING, Any

import pytest

from tests import acme
from tests.collect.git_repositories import git, init
from umbel.app import Workspace, pack_decisions
from umbel.app.names import moment
from umbel.app.pack import Packer
from umbel.cli.root import run
from umbel.frameworks.stakeholders import Stakeholder
from umbel.reports.pack import Pack

if TYPE_CHECKING:
    from pathlib import Path

DAY = "2026-03-01"
_SETTINGS = """
[organisation]
name = "Acme"
domains = ["acme.example"]

[[products]]
name = "Shop"
owner = "shop-lead@acme.example"
criticality = "high"
distribution = ["distributed-binary"]
projects = ["shop"]

[[products]]
name = "Till"
projects = ["till"]

[lake.options]
aws_secret_access_key = "hunter2-of-the-lake"

[mirrors]
"https://git.acme.example/" = "https://mirror-login@git.mirror.example/"

[[alerts.targets]]
kind = "webhook"
name = "chat"
url = "https://chat.acme.example/hook-1234567"
"""
_POLICY = '[rules.license-denied]\nlevel = "fail"\n[outbound.denied-words]\nwords = ["bluebird"]\n'
_DECISIONS = {
    "exceptions.toml": "# What we accept.\n\n"
    '[[exceptions]]\nrule = "license-denied"\npackage = "pkg:npm/none"\nreason = '
    '"Bluebird needs it"\n'
    'by = "ann@acme.example"\ndecided = 2026-01-01\nuntil = 2026-06-01\n'
    + "".join(
        f'\n{above}[[exceptions]]\nid = "{name}"\nrule = "license-denied"\nreason = "as said: https://'
        f'mirror-login@git.mirror.example/ and https://chat.acme.example/hook-1234567 and hunter2-of-the-lake"\n'
        f'by = "ann@acme.example"\ndecided = {on}\nuntil = 2026-06-02\n{of}\n'
        for name, on, of, above in (
            ("x-shop", "2026-01-01", 'product = "Shop"', ""),
            ("x-other", "2026-01-01", 'project = "shop"', ""),
            ("x-till", "2026-02-01", 'product = "till"', "# said of the till\n"),
            ("x-later", "2026-03-02", 'product = "Till"', ""),
        )
    ),
    "people.toml": '[[opt_in]]\nperson = "p-0123456789ab"\ndecided = 2026-01-01\n',
    "private-notes.toml": 'x = "a secret thought"\n',
}
_WHO = Stakeholder(
    who="Grumpy Director", petal="management", interest=1, influence=5, attitude="detractor", by="ospo@acme.example",
    decided=date(2026, 1, 1),
)  # fmt: skip


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two projects, one with a git history; a policy in git with two versions; decisions of all kinds."""
    folder = init(tmp_path_factory.mktemp("estate") / "ws")
    (folder / "umbel.toml").write_text(_SETTINGS)
    (folder / "policy.toml").write_text("# first\n")
    git(folder, "add", "policy.toml")
    git(folder, "commit", "-q", "-m", "first")
    (folder / "policy.toml").write_text(_POLICY)
    git(folder, "add", "policy.toml")
    git(folder, "commit", "-q", "-m", "second")
    (folder / "decisions").mkdir()
    for name, text in _DECISIONS.items():
        (folder / "decisions" / name).write_text(text)
    evidence = folder.parent / "evidence"
    evidence.mkdir()
    (evidence / "shop.json").write_bytes(
        acme.sbom("shop", ["lodash@4.17.20", "left@1.0"], license_="GPL-3.0-only")
    )
    (evidence / "till.json").write_bytes(acme.sbom("till", ["left@1.0"]))
    acme.checkout(evidence / "code", {"package.json": '{"name": "code"}'})
    assert run(["collect", str(evidence), "-C", str(folder), "--quiet"]) in {0, 3}
    here = Workspace(folder)
    here.record_stakeholder(_WHO)
    here.keep_document("policy-use")
    return folder


@pytest.fixture(scope="module")
def pack(estate: Path) -> Path:
    out = estate.parent / "pack.zip"
    assert run(["pack", "-o", str(out), "-C", str(estate)]) == 3
    return out


@pytest.fixture(scope="module")
def members(pack: Path) -> dict[str, bytes]:
    return read_all(pack)


def read_all(path: Path) -> dict[str, bytes]:
    """Every file of a pack by its name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_everything_an_auditor_asks_for_is_there(members: dict[str, bytes]) -> None:
    for name in (
        "index.html", "manifest.json", "decisions/exceptions.toml", "documents/policy-use.md", "findings/findings.csv",
        "findings/findings.json", "policy/policy.toml", "policy/in-force.json", "products.json", "readings/readings.json",
        "snapshots/snapshots.csv", "assessments/flower.json", "notices/Shop.txt", "sboms/shop.cdx.json", "sboms/till.cdx.json",
    ):  # fmt: skip
        assert name in members, name
    assert len([name for name in members if name.startswith("policy/history/")]) == 2
    bill = json.loads(members["sboms/shop.cdx.json"])
    assert {each["name"] for each in bill["components"]} == {"lodash", "left"}
    findings = json.loads(members["findings/findings.json"])
    assert {each["rule"] for each in findings["findings"]} >= {"license-denied"}
    assert members["findings/findings.csv"].count(b"\n") == len(findings["findings"]) + 1


def test_the_manifest_tells_where_each_file_comes_from(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    files = {each["path"]: each for each in manifest["files"]}
    assert set(files) | {"manifest.json"} == set(members)
    for path, entry in files.items():
        assert entry["size"] == len(members[path])
        assert entry.get("provenance") or path in {"index.html", "SHA256SUMS"}
    (first, *_) = files["sboms/shop.cdx.json"]["provenance"]
    assert first["collector"] == "cyclonedx_json"
    assert first["snapshot"].lstrip("-").isdigit()
    assert first["day"] == "2026-02-01"


def test_nobodys_address_and_no_stakeholder_is_in_it(estate: Path, members: dict[str, bytes]) -> None:
    every = b"\n".join([*members.values(), *(name.encode() for name in members)])
    with Workspace(estate).session(None, ("commits", "histories", "identities")) as session:
        addresses = {str(row[0]) for row in session.ask("SELECT email FROM identities").rows() if row[0]}
    assert addresses, "the estate has committers"
    for address in {
        *addresses,
        "ann@acme.example",
        "dev@acme.example",
        "shop-lead@acme.example",
        "ospo@acme.example",
    }:
        assert address.encode() not in every
    for word in (
        b"Grumpy",
        b"p-0123456789ab",
        b"a secret thought",
        b"bluebird",
        b"Bluebird",
    ):
        assert word not in every
    assert not {"decisions/stakeholders.toml", "decisions/people.toml"} & set(members)
    assert b"private-notes.toml" in members["index.html"]


def test_the_same_evidence_gives_the_same_bytes_in_another_folder_and_time_zone(
    estate: Path, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(pack) as archive:
        day = json.loads(archive.read("manifest.json"))["head"]["as_of"]
    copy = tmp_path / "elsewhere" / "office"
    shutil.copytree(estate, copy, symlinks=True)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.chdir(copy)
    assert run(["pack", "-o", str(tmp_path / "again.zip"), "--as-of", day]) == 3
    assert (tmp_path / "again.zip").read_bytes() == pack.read_bytes()


def test_a_pack_of_one_product_and_day_has_no_other_project_or_later_word(
    estate: Path, tmp_path: Path
) -> None:
    day = moment(DAY)
    with Pack() as made:
        head = Packer(Workspace(estate), made, day, "Till", judged=("findings",)).fill()
        members = read_all(made.write(tmp_path / "t.zip", head).path)
    assert [name for name in members if name.startswith("sboms/")] == ["sboms/till.cdx.json"]
    assert b"lodash" not in members["findings/findings.json"]
    assert b",shop," not in members["snapshots/snapshots.csv"]
    kept = tomllib.loads(members["decisions/exceptions.toml"].decode())["exceptions"]
    assert [each.get("id") for each in kept] == [None, "x-till"]
    assert members["decisions/exceptions.toml"].startswith(b"# What we accept.\n")
    assert b"# said of the till" in members["decisions/exceptions.toml"]
    assert b"Without 3 records decided after 2026-03-01, or of other products." in members["manifest.json"]
    assert b"Narrowed to Till" in members["index.html"]


_LATER, _NOW = "[[exceptions]]\ndecided = 2027-01-01\n", "[[exceptions]]\ndecided = 2026-01-01\n"


@pytest.mark.parametrize(
    ("text", "left", "kept"),
    [
        (f'x = """\n[[exceptions]]\n"""\n{_LATER}', 1, 'x = """\n[[exceptions]]\n"""\n'),
        (f"{_NOW}{_LATER}[exceptions.more]\nx = 1\n[[exceptions.deep]]\ny = 1\n{_NOW}", 1, _NOW + _NOW),
        ("exceptions = [{decided = 2027-01-01}, {decided = 2026-01-01}]\n", None, None),
        (_NOW, 0, None),
        ("[[broken", None, None),
    ],
)
def test_later_records_are_left_out_and_what_cant_be_parted_stays_whole(
    text: str, left: int | None, kept: str | None
) -> None:
    narrow = pack_decisions.Narrow(date(2026, 3, 1))
    content, number = pack_decisions.narrowed(text.encode(), "exceptions", narrow)
    assert number == left
    assert content.decode() == (text if kept is None else kept)


def test_no_secret_of_the_settings_and_no_folder_of_the_machine_is_in_it(
    estate: Path, members: dict[str, bytes]
) -> None:
    every = b"\n".join([*members.values(), *(name.encode() for name in members)])
    for secret in (
        estate.parent.as_posix(),
        "hunter2-of-the-lake",
        "hook-1234567",
        "mirror-login",
        gethostname(),
    ):
        assert len(secret) < 6 or secret.encode() not in every, secret
    assert b"file:[folder 1]/shop.json" in members["snapshots/snapshots.csv"]


def test_verify_says_whole_or_what_is_wrong(
    pack: Path, members: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["pack", "verify", str(pack)]) == 0
    assert f"Whole: {len(members) - 1} files" in capsys.readouterr().out
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(changed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content + b" " if name == "products.json" else content)
    assert run(["pack", "verify", str(changed)]) == 1
    assert "products.json: has " in capsys.readouterr().out
    (tmp_path / "no.zip").write_bytes(b"PK")
    assert run(["pack", "verify", str(tmp_path / "no.zip")]) == 2


def test_a_pack_of_nothing_is_refused_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pack", "-o", str(tmp_path / "p.zip"), "-C", str(tmp_path)]) in {2, 3}
    assert not (tmp_path / "p.zip").exists()
    assert "Traceback" not in capsys.readouterr().err


def test_a_broken_file_about_persons_stops_it_before_its_faults_are_told(
    estate: Path, tmp_path: Path
) -> None:
    """What is wrong in such a file quotes it: no figure may carry that into a pack."""
    copy = tmp_path / "copy"
    shutil.copytree(estate, copy, symlinks=True)
    for name in ("people.toml", "stakeholders.toml"):
        path = copy / "decisions" / name
        sound = path.read_text("utf-8")
        path.write_text(f"{sound}\n[[Grumpy]]\nx = 1\n", "utf-8")
        assert run(["pack", "-o", str(tmp_path / "p.zip"), "-C", str(copy)]) == 2
        assert not (tmp_path / "p.zip").exists()
        path.write_text(sound, "utf-8")


def test_a_link_out_of_the_workspace_is_not_followed(estate: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(estate, copy, symlinks=True)
    outside = tmp_path / "outside.toml"
    outside.write_text('x = "the keys of the house"\n')
    (copy / "decisions" / "goals.toml").unlink(missing_ok=True)
    (copy / "decisions" / "control.toml").symlink_to(outside)
    with Pack() as made:
        pack_decisions.add(made, copy, "0", pack_decisions.Narrow(date(2026, 3, 1)))
        assert "decisions/control.toml" in {one.what for one in made.missing}
        assert "decisions/control.toml" not in {one.path for one in made.entries}


# ---- kept documents and private ones, from the command line


def test_a_kept_document_is_written_told_and_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    estate = tmp_path
    path = estate / "documents" / "policy-release.md"
    assert run(["document", "policy-release", "-C", str(estate)]) == 0
    assert "documents/policy-release.md: 8 gaps to fill in" in capsys.readouterr().out
    path.write_text(path.read_text("utf-8").replace("## After the release", "## Afterwards"), "utf-8")
    assert run(["document", "policy-release", "-C", str(estate)]) == 0
    told = capsys.readouterr()
    assert "after: Somebody edited it" in told.err
    assert "## Afterwards" in path.read_text("utf-8")
    assert run(["document", "policy-release", "-C", str(estate), "-f", "html", "-o", "-"]) == 0
    assert "Afterwards" in capsys.readouterr().out


def test_no_other_command_tells_a_stakeholder(
    estate: Path, pack: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with zipfile.ZipFile(pack) as archive:  # as of its day all figures are there already
        day = json.loads(archive.read("manifest.json"))["head"]["as_of"]
    run(["document", "office-plan", "-f", "md", "-o", "-", "-C", str(estate), "--as-of", day])
    told = capsys.readouterr()
    assert "1 stakeholder is on the map" in told.out
    assert "Grumpy" not in told.out + told.err
    out = tmp_path / "map.html"
    assert run(["document", "stakeholder-map", "-C", str(estate), "-o", str(out)]) == 0
    assert "Grumpy Director" in out.read_text("utf-8")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_the_index_page_reads_well(members: dict[str, bytes]) -> None:
    page = members["index.html"].decode()
    assert "None" not in re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    links: list[Any] = re.findall(r'href="([^"]+)"', page)
    assert set(links) == {*members, "#missing-title"} - {"index.html"}
