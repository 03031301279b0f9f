# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is confidential to whoever asks is in no answer of the API."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests.office.api.documents import FINE, INNER, bill, hide
from tests.office.api.test_dependency_track import put
from tests.office.estate import SECRET
from umbel.app.names import matcher
from umbel.frameworks.links import Link
from umbel.office import core
from umbel.office.accounts import rules
from umbel.office.api import catalogue
from umbel.office.api.hidden import without
from umbel.office.api.reference import shown
from umbel.office.seen import Seen
from umbel.office.uploads.models import Receipt

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from umbel.office.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept_back(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - served
    """The project that nobody but security sees, by a rule that changes no file: the edition stays the one made."""
    hidden = rules.Hidden.of([SECRET], matcher([SECRET]))

    def from_whom(user: User | None) -> frozenset[str]:
        return rules.NOTHING if user is not None and "security" in user.all_roles() else hidden

    monkeypatch.setattr(rules, "hidden_from", from_whom)


@pytest.mark.usefixtures("kept_back")
def test_it_is_in_no_list_and_no_figure(key_of: Callable[..., str]) -> None:
    client, security = (Client(headers={"X-Api-Key": key_of(name, "read")}) for name in ("owner", "security"))
    asked = {f"/api/v1/{name}" for name in catalogue.LISTS} | {each.path for each in shown() if each.example}
    named = 0
    for path in sorted(asked - {"/api/v1/search"}):
        assert SECRET not in client.get(path).content.decode(), path
        named += SECRET in security.get(path).content.decode()
    assert named > 5, "what isn't named to security either proves nothing"
    assert client.get("/api/v1/search", {"q": SECRET}).json() == []
    assert client.get(f"/api/v1/projects/{SECRET}").status_code == 404
    assert security.get(f"/api/v1/projects/{SECRET}").status_code == 200


HIDDEN = Seen(hidden=frozenset({"vault", "ui"}))


def test_what_names_it_is_left_out_of_any_record() -> None:
    told = {
        "rows": [{"project": "vault", "n": 1}, {"project": "shop", "uses": ["vault", "till"]}],
        "first": "vault",
        "by": {"vault": 1, "shop": 2},
        "n": 3,
        "text": "It is used by vault.",
    }
    assert without(told, HIDDEN) == {
        "rows": [{"project": "shop", "uses": ["till"]}],
        "first": "confidential",
        "by": {"shop": 2},
        "n": 3,
        "text": "confidential",
    }
    assert without(told, Seen()) is told


def test_a_short_name_hides_no_words_that_have_it_in_them() -> None:
    told = {
        "licences": ["build", "required", "GUI"],
        "why": "It requires a guide and @fluent/ui.",
        "of": "the ui.",
    }
    assert without(told, HIDDEN) == {**told, "of": "confidential"}


def test_a_name_of_several_words_hides_its_paths_and_addresses() -> None:
    looks = Seen(hidden=frozenset({"blue-vault"}))
    told = ["https://git.example/acme/Blue-Vault.git", "blue-vault/pom.xml", "blue-vault-2/pom.xml"]
    assert without(told, looks) == ["blue-vault-2/pom.xml"]


def test_fields_that_are_called_as_a_project_stay() -> None:
    link = Link(
        title="A",
        url="https://example.org/",
        petal="legal",
        keeper="title",
        by="office",
        decided=date(2026, 1, 5),
    )
    looks = Seen(hidden=frozenset({"title"}))
    assert without(link, looks)["title"] == "A"
    assert without(link, looks)["keeper"] == "confidential"
    row = {"title": "A", "keeper": "title"}
    assert without({"rows": [row, {**row, "keeper": "us"}]}, looks, fields=True) == {
        "rows": [{"title": "A", "keeper": "us"}]
    }
    assert without({"title": 1, "other": 2}, looks) == {"other": 2}


def test_packages_in_sentences_are_found(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert office
    monkeypatch.setattr("umbel.office.api.hidden.kept_back", lambda _: lambda package: "secret" in package)
    monkeypatch.setattr("umbel.office.api.hidden.kept_from", lambda _: frozenset({"git.example/acme/frame"}))
    told = ["Upgrade pkg:npm/secret@1.0.", "Ask git.example/acme/frame, too", "Upgrade pkg:npm/open@1.0."]
    assert without(told, Seen(hidden=frozenset({"other"}))) == ["Upgrade pkg:npm/open@1.0."]


def test_who_sees_all_gets_another_tag(office: Path) -> None:
    from django.test import RequestFactory

    from umbel.office.api.answers import answer

    assert office
    tags = set()
    for hidden in (frozenset[str](), rules.Hidden.of((), matcher(["secret-*"]))):
        request = RequestFactory().get("/api/v1/links")
        request.seen = Seen(hidden=hidden)  # type: ignore[attr-defined]
        tags.add(answer(request, ["same"])["ETag"])
    assert len(tags) == 2


def test_names_that_only_a_rule_knows_are_left_out() -> None:
    looks = Seen(hidden=rules.Hidden.of((), matcher(["secret-*"])))
    assert without(["shop", "secret-plan"], looks) == ["shop"]


def test_a_row_with_a_name_in_it_goes_as_a_whole() -> None:
    assert without({"rows": [("vault", 3), ("shop", 2)]}, HIDDEN) == {"rows": [["shop", 2]]}
    assert without({"names": ("vault", "shop")}, HIDDEN) == {"names": ["shop"]}
    assert without({"some": ({"project": "vault"}, {"project": "shop"})}, HIDDEN) == {
        "some": [{"project": "shop"}]
    }


def test_a_project_above_is_named_to_who_may_see_it(own_office: Path, key_of: Callable[..., str]) -> None:
    security, owner = (Client(headers={"X-Api-Key": key_of(name)}) for name in ("security", "owner"))
    put(security, bill(FINE), projectName=SECRET, projectVersion=None)
    child = put(security, bill(FINE), projectName="till", parentName=SECRET).json()["projectUuid"]
    hide(own_office)
    for path in (
        f"project/{child}",
        "project/lookup?name=till&version=1.0",
        "project?name=till",
        "project/latest/till",
    ):
        assert SECRET in security.get(f"/api/v1/{path}").content.decode(), path
        answered = owner.get(f"/api/v1/{path}")
        assert answered.status_code == 200
        assert SECRET not in answered.content.decode(), path


def test_nobody_hands_in_for_it_nor_asks_what_would_come_of_that(
    own_office: Path, key_of: Callable[..., str]
) -> None:
    hide(own_office)
    file = own_office / "umbel.toml"
    file.write_text(f'{file.read_text()}\n[[projects]]\nname = "{SECRET}"\nmatch = ["bv"]\n')
    core.forget()
    owner, security = (Client(headers={"X-Api-Key": key_of(name)}) for name in ("owner", "security"))
    for name in (SECRET, "bv"):
        for call in ("check", "uploads"):
            path = f"/api/v1/{call}?project={name}"
            answered = owner.post(path, bill(INNER), content_type="application/octet-stream")
            assert (name, call, answered.status_code) == (name, call, 404)
        unnamed = owner.post("/api/v1/check", bill(INNER, name=name), content_type="application/octet-stream")
        assert unnamed.status_code == 404, "a document may say itself whose it is"
        assert put(owner, bill(INNER), projectName=name).status_code == 404
    assert not Receipt.objects.exists()
    path = "/api/v1/check?project=bv"
    told = security.post(path, bill(INNER), content_type="application/octet-stream")
    assert told.json()["project"] == SECRET
