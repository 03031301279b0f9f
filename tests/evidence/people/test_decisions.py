# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people decide: it holds, it can be undone, and the file says where it is wrong."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.evidence.people.cast import START, commit, history, key
from umbel.app import Workspace
from umbel.evidence.people import decisions
from umbel.model.errors import UsageError
from umbel.model.settings import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

JANE = ("Jane Roe", "jane@acme.example")
JANE_TOO = ("Jane Roe", "jr@acme.example")
HOME = ("Jane Roe", "jane@home.example")
SAM = ("Sam Poe", "sam@globex.example")
KIM = ("Kim Doe", "kim@globex.example")
CI = ("acme-bot", "ci@acme.example")

SETTINGS = """
[organisation]
name = "Acme"
domains = ["acme.example"]
[people]
allowed_signers = "signers"
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    (folder / "umbel.toml").write_text(SETTINGS, "utf-8")
    everybody = (JANE, JANE_TOO, HOME, SAM, KIM, CI)
    lake = Workspace(folder).lake(create=True)
    history(lake, "shop", [commit(who, n) for n, who in enumerate(everybody)])
    return folder


@pytest.fixture
def ws(template: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    return Workspace(tmp_path)


def who(ws: Workspace, one: tuple[str, str]) -> str:
    with ws.attached() as (_, attached):
        return attached.people.person[key(one)]


def identity(ws: Workspace, one: tuple[str, str]) -> str:
    with ws.attached() as (_, attached):
        return attached.people.handle(key(one))


def test_a_merge_holds_and_is_undone_by_a_split(ws: Workspace) -> None:
    jane, home = who(ws, JANE), who(ws, HOME)
    assert jane != home
    with ws.people_office() as office:
        office.merge([home, jane], "told us")
    assert who(ws, HOME) == jane
    assert [alias.rule for alias in ws.people_why(home)] == [None, "decision", "name-and-domain"]
    with ws.people_office() as office:
        office.split(jane, [identity(ws, HOME)])
    assert who(ws, HOME) == home


def test_a_split_holds_against_the_rules_and_is_undone_by_a_merge(ws: Workspace) -> None:
    jane = who(ws, JANE)
    with ws.people_office() as office:
        office.split(jane, [identity(ws, JANE_TOO)])
    other = who(ws, JANE_TOO)
    assert other != jane
    assert (other, jane) not in {(p.one, p.other) for p in ws.people_proposals()}
    with ws.people_office() as office:
        office.merge([jane, other])
    assert who(ws, JANE_TOO) == jane


def test_a_name_is_shown_to_none_but_those_who_wish_it(ws: Workspace) -> None:
    assert {record["name"] for record in ws.people()} == {None}
    with ws.people_office() as office:
        office.consent("jane@acme.example", given=True)
    assert {record["name"] for record in ws.people()} == {None, "Jane Roe"}
    with ws.people_office() as office:
        office.consent(who(ws, JANE), given=False)
    assert {record["name"] for record in ws.people()} == {None}


def test_programs_can_be_named_and_be_taken_back(ws: Workspace) -> None:
    assert [record["person"] for record in ws.people(bots=True)] == [who(ws, CI)]
    with ws.people_office() as office:
        office.bot(who(ws, CI), program=False)
        office.bot(who(ws, JANE), program=True)
    assert [record["person"] for record in ws.people(bots=True)] == [who(ws, JANE)]


def test_a_wrong_domain_is_taken_back(ws: Workspace) -> None:
    found = {record["organisation"] for record in ws.people()}
    assert found == {"Acme", "globex.example", None}
    with ws.people_office() as office:
        office.affiliate("globex.example", "unknown")
        office.affiliate("acme.example", "unknown")
    assert {record["organisation"] for record in ws.people()} == {None}


def test_a_person_s_affiliation_is_dated_and_comes_first(ws: Workspace) -> None:
    day = date(START.year, START.month, 4)
    with ws.people_office() as office:
        office.affiliate(who(ws, SAM), "Initech", day)
    with ws.attached() as (session, _):
        rows = session.ask(
            f"SELECT organisation FROM affiliations WHERE person = '{who(ws, SAM)}' ORDER BY since NULLS FIRST"
        ).rows()
        (ours,) = session.ask("SELECT organisation FROM contributions WHERE sha = 'shop-3'").one()
    assert rows == [("Initech",)]
    assert ours == "Initech"


def test_nothing_in_the_file_names_anybody(ws: Workspace, tmp_path: Path) -> None:
    with ws.people_office() as office:
        office.merge([who(ws, JANE), who(ws, HOME)])
        office.consent("sam@globex.example", given=True)
        office.affiliate("kim@globex.example", "Initech")
    text = (tmp_path / decisions.FILE).read_text("utf-8").casefold()
    assert not any(word in text for word in ("jane", "roe", "sam", "kim", "@"))


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("[[merge]]\ndecided = 2026-01-01\npeople = ['p-0123456789ab']", "line 3", "two or more"),
        ("[[merge]]\npeople = ['p-0123456789ab', 'p-0123456789ac']", "line 1", "needs 'decided'"),
        ("\n[[opt_in]]\ndecided = 2026-01-01\nperson = 'jane'", "line 4", "p-0123456789ab"),
        ("[[merger]]\n", "line 1", "merge"),
        ("[[bot]]\ndecided = 2026-01-01\nperson='p-0123456789ab'\nkind='cat'", "line 4", "one of bot, person"),
        (
            "[[affiliation]]\ndecided = 2026-01-01\norganisation = 'x'\nsince = 2026-01-01\nuntil = 2025-01-01",
            "line 5", "after since",
        ),
        ("[[affiliation]]\ndecided = 2026-01-01\norganisation = 'x'", "line 2", "one of person"),
        ("merge = 3", "line 1", "list"),
        ("\noops\n", "line 2", ""),
        ("merge = [{decided = 2026-01-01, people = ['p-0123456789ab', 'p-0123456789ac']}]", "the file", "[[kind]]"),
    ],
)  # fmt: skip
def test_each_fault_of_the_file_has_its_place(text: str, place: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as refused:
        decisions.load(file)
    assert place in str(refused.value)
    assert words in str(refused.value)


def test_a_broken_file_is_not_written_to(ws: Workspace, tmp_path: Path) -> None:
    file = tmp_path / decisions.FILE
    file.parent.mkdir()
    file.write_text("[[merge]]\n", "utf-8")
    with pytest.raises(SettingsError):
        ws.people()
    assert file.read_text("utf-8") == "[[merge]]\n"


def test_a_decision_about_someone_unknown_waits(ws: Workspace, tmp_path: Path) -> None:
    entry = decisions.MergeEntry(decided=START.date(), people=("p-0123456789ab", "p-0123456789ac"))
    decisions.add(tmp_path / decisions.FILE, "merge", entry)
    assert len(ws.people()) == 4


# ---- claims


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen is not installed")
    folder = tmp_path_factory.mktemp("keys")
    for name in ("work", "other"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    public = (folder / "work.pub").read_text("utf-8")
    (folder / "signers").write_text(f"{JANE[1]} {public}", "utf-8")
    return folder


@pytest.fixture
def signers(keys: Path, tmp_path: Path) -> Path:
    shutil.copytree(keys, tmp_path, dirs_exist_ok=True)
    return tmp_path


def sign(folder: Path, text: str, name: str = "work") -> Path:
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "umbel-claim", "-f", str(folder / name)]
    signed = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    (folder / "proof").write_text(signed.stdout, "utf-8")
    return folder / "proof"


def ours(ws: Workspace, sha: str) -> bool | None:
    with ws.attached() as (session, _):
        (found,) = session.ask(f"SELECT ours FROM contributions WHERE sha = '{sha}'").one()
    assert found is None or isinstance(found, bool)
    return found


def test_a_claim_with_a_proof_makes_an_address_ours_until_it_is_revoked(ws: Workspace, signers: Path) -> None:
    with ws.people_office() as office:
        text = office.challenge(HOME[1])
    assert HOME[1] not in text
    assert ours(ws, "shop-2") is None

    ws.people_claim(HOME[1], sign(signers, text))
    assert ours(ws, "shop-2") is True
    assert who(ws, HOME) == who(ws, JANE)
    assert "SHA256:" in (signers / decisions.FILE).read_text("utf-8")

    with ws.people_office() as office:
        office.revoke(HOME[1])
    assert ours(ws, "shop-2") is None
    assert who(ws, HOME) != who(ws, JANE)


def test_a_claim_may_begin_on_a_day(ws: Workspace, signers: Path) -> None:
    later = date(START.year, START.month, 9)
    with ws.people_office() as office:
        proof = sign(signers, office.challenge(HOME[1], later))
    ws.people_claim(HOME[1], proof, later)
    assert ours(ws, "shop-2") is None


@pytest.mark.parametrize("wrong", ["key", "text", "address", "since", "garbage"])
def test_a_false_proof_is_refused(ws: Workspace, signers: Path, wrong: str) -> None:
    with ws.people_office() as office:
        text = office.challenge(HOME[1])
    proof = sign(signers, text + ("x" if wrong == "text" else ""), "other" if wrong == "key" else "work")
    if wrong == "garbage":
        proof.write_text("-----BEGIN SSH SIGNATURE-----\nx", "utf-8")
    since = date(2020, 1, 1) if wrong == "since" else None
    with pytest.raises(UsageError, match="doesn't hold"):
        ws.people_claim(SAM[1] if wrong == "address" else HOME[1], proof, since)
    assert not (signers / decisions.FILE).exists()


@pytest.mark.parametrize(
    "address", ["root@localhost", "you@example.com", "info@acme.example", "jo@laptop.local", "x"]
)
def test_what_many_have_can_be_claimed_by_nobody(ws: Workspace, address: str) -> None:
    with ws.people_office() as office, pytest.raises(UsageError, match="own"):
        office.challenge(address)
