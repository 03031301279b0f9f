# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The people of a session, over small histories."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.evidence.people.cast import START, add, commit, history, key, rules
from umbel.evidence.lake import Lake
from umbel.evidence.people.affiliations import Affiliations, Span, moment
from umbel.evidence.people.attach import TABLES, attach
from umbel.evidence.session import Session

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

JANE = ("Jane Roe", "jane@acme.example")
JANE_TOO = ("Jane Roe", "jane@lab.acme.example")
SAM = ("Sam Poe", "sam@globex.example")
KIM = ("Kim Doe", "kim@globex.example")
BOT = ("dependabot[bot]", "1+dependabot[bot]@users.noreply.github.com")
FORGE = ("GitHub", "noreply@github.com")
FREE = ("Ada Coe", "ada@gmail.com")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def ask(lake: Lake, query: str, as_of: datetime | None = None, **more: Any) -> list[tuple[Any, ...]]:
    with Session(lake, as_of, TABLES) as session:
        attach(session, rules(lake, **more))
        return session.ask(query).rows()


def person(lake: Lake, who: tuple[str, str], **more: Any) -> str:
    ((found,),) = ask(lake, f"SELECT person FROM people WHERE identity = {key(who)}", **more)
    assert isinstance(found, str)
    return found


def test_a_person_is_counted_once_for_each_commit(lake: Lake) -> None:
    helped = [("co-authored-by", who) for who in (SAM, JANE_TOO, KIM, SAM)]
    history(lake, "shop", [commit(JANE, 0, trailers=helped), commit(BOT, 1)], also=[SAM, KIM, JANE_TOO])
    found = ask(lake, "SELECT sha, role, bot, zone FROM contributions ORDER BY ALL")

    assert found == [
        ("shop-0", "author", False, 60),
        ("shop-0", "co-author", False, 60),
        ("shop-0", "co-author", False, 60),
        ("shop-1", "author", True, 60),
    ]


def test_contributions_are_cut_at_the_day(lake: Lake) -> None:
    history(lake, "shop", [commit(JANE, n) for n in range(10)])
    assert len(ask(lake, "FROM contributions", START + timedelta(days=4))) == 5


def test_who_vouches_for_a_commit_of_someone_else(lake: Lake) -> None:
    trailers = [("reviewed-by", SAM), ("signed-off-by", JANE_TOO), ("tested-by", BOT), ("reported-by", KIM)]
    commits = [
        commit(JANE, 0, trailers=trailers, committer=key(KIM)),
        commit(JANE, 1, committer=key(FORGE)),
        commit(JANE, 2, committer=key(JANE_TOO)),
    ]
    history(lake, "shop", commits, also=[SAM, KIM, BOT, FORGE, JANE_TOO])
    found = ask(lake, "SELECT sha, kind FROM reviews ORDER BY ALL")
    assert found == [("shop-0", "committer"), ("shop-0", "reviewed-by")]


def test_our_domains_tell_ours_and_free_mail_tells_nothing(lake: Lake) -> None:
    history(lake, "shop", [commit(JANE, 0), commit(SAM, 1), commit(KIM, 2), commit(FREE, 3), commit(BOT, 4)])
    found = ask(
        lake,
        "SELECT sha, organisation, ours FROM contributions ORDER BY sha",
        ours=("acme.example",),
        organisation="Acme",
    )
    assert found == [
        ("shop-0", "Acme", True),
        ("shop-1", "globex.example", False),
        ("shop-2", "globex.example", False),
        ("shop-3", None, None),
        ("shop-4", None, None),
    ]


def test_a_domain_of_one_person_is_no_organisation(lake: Lake) -> None:
    history(lake, "shop", [commit(SAM, 0)])
    assert ask(lake, "SELECT organisation FROM contributions") == [(None,)]


def test_an_imported_domain_has_a_name_until_a_day(lake: Lake) -> None:
    day = moment((START + timedelta(days=1)).date())
    imported = Affiliations({"globex.example": [Span(None, day, "Globex"), Span(day, None, "Initech")]})
    history(lake, "shop", [commit(SAM, 0), commit(SAM, 1)])
    found = ask(lake, "SELECT organisation FROM contributions ORDER BY sha", imported=imported)
    assert found == [("Globex",), ("Initech",)]


def test_affiliations_never_overlap(lake: Lake) -> None:
    moved = ("Jane Roe", "jane@globex.example")
    commits = [commit(JANE, 0), commit(moved, 5), commit(JANE, 7), commit(SAM, 8), commit(KIM, 9)]
    history(lake, "shop", commits, mailmap=[(moved, JANE)])
    found = ask(
        lake,
        f"SELECT since, until, organisation FROM affiliations WHERE person = '{person(lake, JANE)}' ORDER BY since",
        ours=("acme.example",),
    )
    moving = START + timedelta(days=5)
    assert found == [(START, moving, "acme.example"), (moving, None, "globex.example")]


def test_a_pseudonym_stays_when_addresses_are_added(lake: Lake) -> None:
    history(lake, "shop", [commit(JANE, 0), commit(SAM, 1)])
    before = person(lake, JANE)
    history(lake, "till", [commit(JANE_TOO, 3)])

    assert person(lake, JANE) == person(lake, JANE_TOO) == before
    assert before.startswith("p-")
    assert len(before) == 14


def test_the_older_pseudonym_stands_when_two_turn_out_to_be_one(lake: Lake) -> None:
    history(lake, "shop", [commit(SAM, 0), commit(JANE, 1)])
    sam = person(lake, SAM)
    history(lake, "till", [commit(JANE, 2)], mailmap=[(SAM, JANE)])
    assert person(lake, JANE) == sam


def test_pseudonyms_of_two_lakes_differ(lake: Lake, tmp_path: Path) -> None:
    other = Lake(tmp_path / "other")
    for each in (lake, other):
        history(each, "shop", [commit(JANE, 0)])
    assert person(lake, JANE) != person(other, JANE)


def test_who_is_who_does_not_depend_on_the_day(lake: Lake) -> None:
    history(lake, "shop", [commit(JANE, 0), commit(JANE_TOO, 9)])
    early = ask(lake, "SELECT DISTINCT person FROM contributions", START + timedelta(days=1))
    assert early == ask(lake, "SELECT DISTINCT person FROM contributions")


def test_commits_of_someone_forgotten_are_somebody_s_still(lake: Lake) -> None:
    add(lake, "forgotten", [{"identity": key(SAM), "forgotten_at": START}])
    history(lake, "shop", [commit(SAM, 0), commit(JANE, 1)])
    assert ask(lake, "SELECT count(*), count(DISTINCT person) FROM contributions") == [(2, 2)]


def test_an_empty_lake_has_no_people(lake: Lake) -> None:
    with Session(lake, None, TABLES) as session:
        attach(session, rules(lake))
        for relation in ("people", "affiliations", "contributions", "reviews"):
            assert session.ask(f"FROM {relation}").rows() == []


def test_no_relation_holds_a_name(lake: Lake) -> None:
    history(lake, "shop", [commit(JANE, 0, trailers=[("reviewed-by", SAM)]), commit(SAM, 1)])
    with Session(lake, None, TABLES) as session:
        attach(session, rules(lake))
        for relation in ("people", "affiliations", "contributions", "reviews"):
            text = str(session.ask(f"FROM {relation}").rows()).casefold()
            assert not any(word in text for word in ("jane", "roe", "sam@", "poe"))
