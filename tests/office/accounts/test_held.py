# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is held about somebody, seen by themselves; being named; claims."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from allauth.account.models import EmailAddress

from tests import acme
from umbel.app import Workspace
from umbel.evidence.people import decisions
from umbel.office import core
from umbel.office.records.models import Entry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

    from umbel.office.accounts.models import User

pytestmark = pytest.mark.django_db


def commit(folder: Path, name: str, address: str) -> None:
    author = f"--author={name} <{address}>"
    acme.git(folder, "commit", "-q", "--allow-empty", author, "-m", f"by {name}")


@pytest.fixture
def worked(own_office: Path, tmp_path: Path) -> Path:
    """An office with a project in which the mate worked under two addresses."""
    code = tmp_path / "tool"
    code.mkdir()
    acme.git(code, "init", "-q", "-b", "main")
    commit(code, "Mate At Work", "mate@acme.example")
    commit(code, "mate", "hobby@home.example")
    commit(code, "Stranger", "stranger@acme.example")
    Workspace(own_office).collect([code])
    core.forget()
    return own_office


def book(folder: Path) -> list[str]:
    path = folder / decisions.FILE
    return [kind for kind, _ in decisions.load(path).entries]


@pytest.mark.usefixtures("worked")
def test_one_sees_what_is_held_and_nothing_of_others(as_role: Callable[[str], Client]) -> None:
    page = as_role("mate").get("/me/held/").content.decode()

    assert "Mate At Work &lt;mate@acme.example&gt;" in page
    assert "tool" in page
    assert "stranger@acme.example" not in page
    assert "hobby@home.example" not in page, "nobody said yet that this is theirs"


def test_one_is_named_and_no_longer_by_ones_own_wish(as_role: Callable[[str], Client], worked: Path) -> None:
    client = as_role("mate")
    person = client.get("/me/held/").context["people"][0]["is"].person
    client.post("/me/held/named/", {"person": person, "named": "yes"})
    assert client.get("/me/held/").context["people"][0]["is"].named
    assert "Mate At Work" in {each["name"] for each in Workspace(worked).people()}
    client.post("/me/held/named/", {"person": person, "named": "no"})

    assert not client.get("/me/held/").context["people"][0]["is"].named
    assert book(worked) == ["opt_in", "opt_out"]
    said = list(Entry.objects.order_by("id").values_list("action", "actor"))
    assert said == [("person.opt-in", "mate"), ("person.opt-out", "mate")]
    assert "mate@acme.example" not in str(list(Entry.objects.values()))


def test_nobody_names_another(as_role: Callable[[str], Client], worked: Path) -> None:
    person = as_role("stranger").get("/me/held/").context["people"][0]["is"].person

    for asked in (person, "p-000000000000", "", "<script>"):
        assert as_role("mate").post("/me/held/named/", {"person": asked, "named": "yes"}).status_code == 404
    assert book(worked) == []


def test_an_address_that_was_confirmed_is_claimed_and_given_back(
    as_role: Callable[[str], Client], people: dict[str, User], worked: Path
) -> None:
    EmailAddress.objects.create(user=people["mate"], email="hobby@home.example", verified=True)
    client = as_role("mate")
    assert len(client.get("/me/held/").context["people"]) == 2
    client.post("/me/held/claim/", {"confirmed": "hobby@home.example"})
    held = client.get("/me/held/").context
    assert [each.claimed for each in held["mine"].addresses] == [True, False]
    assert book(worked) == ["claim"]
    assert len(held["people"]) == 1, "one person now"
    client.post("/me/held/revoke/", {"address": "hobby@home.example"})

    assert len(client.get("/me/held/").context["people"]) == 2
    assert "hobby@home.example" not in (worked / decisions.FILE).read_text()


def test_nobody_claims_an_address_that_isnt_confirmed(
    as_role: Callable[[str], Client], people: dict[str, User], worked: Path
) -> None:
    EmailAddress.objects.create(user=people["mate"], email="hobby@home.example", verified=False)
    for address in ("hobby@home.example", "stranger@acme.example"):
        assert as_role("mate").post("/me/held/claim/", {"confirmed": address}).status_code == 409
        assert as_role("mate").post("/me/held/revoke/", {"address": address}).status_code == 409

    assert book(worked) == []


def test_an_address_is_claimed_by_a_signature(
    as_role: Callable[[str], Client], worked: Path, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    (worked / "signers").write_text(f"mate@acme.example {key.with_suffix('.pub').read_text()}")
    text = (worked / "umbel.toml").read_text()
    (worked / "umbel.toml").write_text(f'[people]\nallowed_signers = "signers"\n{text}')
    client = as_role("mate")
    given = client.post("/me/held/claim/", {"address": "hobby@home.example"}).context["text"]
    (tmp_path / "claim.txt").write_text(given)
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-n", "umbel-claim", "-f", key, tmp_path / "claim.txt"], check=True
    )
    proof = (tmp_path / "claim.txt.sig").read_text()
    wrong = client.post("/me/held/claim/", {"address": "other@home.example", "proof": proof})
    assert "doesn" in str(wrong.context["form"].errors)
    client.post("/me/held/claim/", {"address": "hobby@home.example", "proof": proof.replace("\n", "\r\n")})

    assert book(worked) == ["claim"]


@pytest.mark.usefixtures("empty_office")
def test_where_nothing_was_collected_the_account_is_all_there_is(as_role: Callable[[str], Client]) -> None:
    page = as_role("mate").get("/me/held/")

    assert page.status_code == 200
    assert page.context["people"] == []
    assert [each.person for each in page.context["mine"].addresses] == [None]


@pytest.mark.usefixtures("worked")
def test_who_has_no_confirmed_address_is_told_what_to_do(
    as_role: Callable[[str], Client], people: dict[str, User]
) -> None:
    EmailAddress.objects.filter(user=people["mate"]).delete()

    assert "No address of yours is confirmed" in as_role("mate").get("/me/held/").content.decode()
