# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The first page, over the Acme estate."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from django.test import RequestFactory

from tests import acme
from tests.office.estate import SECRET
from umbel.collect.interface import Reading
from umbel.evidence.lake import Lake
from umbel.office.editions import figure_of
from umbel.office.pages.home import shown
from umbel.office.pages.home.figures import changes
from umbel.office.roles import Role
from umbel.office.seen import Seen
from umbel.reports.documents.review_facts import Taken

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
PARTS = ("The office", "Individual contributors", "Management", "Legal", "Business", "Ecosystem")


def test_the_flower_and_its_table_say_the_same(office: Path, as_role: Callable[[str], Client]) -> None:  # noqa: ARG001 - serves
    told = as_role("viewer").get("/").content.decode()
    names = [
        unescape(each) for each in re.findall(r'<a href="[^"]+" class="part \w+" aria-label="([^"]+)"', told)
    ]
    assert sorted(each.partition(":")[0] for each in names) == sorted(PARTS)
    table = told[told.index("<table") : told.index("</table>")]
    rows = {}
    for row in re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", table, re.DOTALL):
        cells = [" ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in re.split(r"</t[hd]>", row)]
        rows[unescape(cells[0])] = cells
    assert set(rows) == set(PARTS)
    for name in names:
        title, _, said = name.partition(": ")
        _, stands, met, _, unknown, whole, trend, actions, *_ = map(unescape, rows[title])
        assert said.startswith(f"{stands}. {met} of {whole} practices met")
        assert (f"{unknown} unknown" in said) == (unknown != "0")
        assert trend.partition(" since")[0] in said
        assert f"{actions} open action" in said or actions == "0"


def _todo(client: Client) -> str:
    told = client.get("/").content.decode()
    return told[told.index("What to do next") : told.index('news-heading">')]


def test_what_to_do_has_reasons_and_ways_to_evidence(office: Path, as_role: Callable[[str], Client]) -> None:  # noqa: ARG001 - serves
    todo = _todo(as_role("office"))
    items = todo.split("<li>")[1:]
    assert 6 < len(items) <= 12
    for item in items:
        assert re.search(r'class="todo-why">[^<]+<', item)
        assert "effort: " in item
    assert sum("<a href=" in item for item in items) >= 6
    assert 'href="/office/plan/"' in todo
    assert 'href="/packages/' in todo, "an upgrade leads to its package"


def test_ones_own_comes_first_and_the_rest_is_folded(office: Path, as_role: Callable[[str], Client]) -> None:  # noqa: ARG001 - serves
    todo = _todo(as_role("legal"))
    mine, others = todo[: todo.index("<details")], todo[todo.index("<details") :]
    facts = re.findall(r"for: ([^<·]+)", mine)
    assert facts
    assert all("Legal" in each for each in facts)
    assert not any("Legal" in each for each in re.findall(r"for: ([^<·]+)", others))
    reader = _todo(as_role("viewer"))
    assert "<details" not in reader, "who has nothing of their own reads what is open"
    assert "Yours" not in reader
    assert "<code" not in reader, "commands are for those who can give them"


def _told(user: Any, seen: Seen) -> str:
    """The news as they are shown to somebody, without what else the page has."""
    from django.template.loader import render_to_string

    request = RequestFactory().get("/")
    request.user = type(user).objects.get(pk=user.pk)
    news = shown.news(request, seen, figure_of(changes, seen))
    html = render_to_string("home/_news.html", {"news": news, "seen": seen})
    return f"first={news.get('is_first')} " + " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def test_a_later_visit_is_told_of_what_came_since(own_office: Path, people: dict[str, Any]) -> None:
    mate = people["mate"]
    seen = Seen(roles=frozenset({Role.CONTRIBUTOR}), user=mate.pk)
    assert _told(mate, seen).startswith("first=True Since ")
    type(mate).objects.filter(pk=mate.pk).update(here_at=datetime.now(UTC) - timedelta(hours=2))
    before = _told(mate, seen)
    assert before.startswith("first=False Since ")
    assert "package" not in before.replace("no finding or package", "")
    parts = [acme.component("fresh", "1.0.0", declared=("MIT",))]
    for name in ("shop-web", SECRET):
        header = acme.stamp(
            name, content_sha256=f"new {name}", observed_at=acme.day(0), collected_at=acme.day(0)
        )
        whole = [*parts, acme.component(f"new-of-{name}", "1.0.0", declared=("MIT",))]
        acme.publish(
            Lake(str(own_office / ".umbel/lake")),
            (header, Reading(format="test", components=whole, edges=[])),
        )
    told = _told(mate, seen)
    assert "3 packages came in" in told, told
    assert f"new-of-{SECRET}" in told
    assert "2 projects have newer evidence" in told
    hidden = _told(mate, Seen(roles=seen.roles, user=mate.pk, hidden=frozenset({SECRET})))
    assert "2 packages came in" in hidden
    assert "1 project has newer evidence" in hidden
    assert SECRET not in hidden


def test_a_past_day_has_no_news(office: Path, people: dict[str, Any]) -> None:  # noqa: ARG001 - serves
    past = Seen(roles=frozenset({Role.VIEWER}), day=acme.day(-20).date(), user=people["stranger"].pk)
    assert "You look at a past day" in _told(people["stranger"], past)


def test_a_day_before_everything_is_no_beginning(
    empty_office: Path,  # noqa: ARG001 - serves
    as_role: Callable[[str], Client],
) -> None:
    told = as_role("viewer").get("/?as_of=2026-02-01").content.decode()
    assert "<h1>Nothing by then</h1>" in told
    assert "umbel collect" not in told
    assert 'href="?as_of=today"' in told


def test_only_packages_in_use_have_a_page_to_lead_to(office: Path, people: dict[str, Any]) -> None:  # noqa: ARG001 - serves
    seen = Seen(roles=frozenset({Role.VIEWER}), user=people["stranger"].pk)
    taken = [
        Taken(day=acme.day(0).date(), kind="adoption", about=about, what="hold", by="legal@acme.example")
        for about in ("pkg:npm/inner", "pkg:npm/never-heard-of", f"pkg:npm/only-{SECRET}")
    ]
    told = shown.decided(taken, datetime(2020, 1, 1, tzinfo=UTC), seen)
    assert [bool(each["url"]) for each in told.items] == [True, False, True]
    kept = shown.decided(
        taken, datetime(2020, 1, 1, tzinfo=UTC), msgspec.structs.replace(seen, hidden=frozenset({SECRET}))
    )
    assert [each["about"] for each in kept.items] == ["inner", "never-heard-of"]
    assert kept.count == 2


def test_a_confidential_project_is_not_named(
    office: Path,  # noqa: ARG001 - serves
    as_role: Callable[[str], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from umbel.office.accounts import rules

    monkeypatch.setattr(rules, "hidden_from", lambda _: frozenset({SECRET}))
    assert SECRET not in as_role("stranger").get("/").content.decode()


def test_an_empty_office_says_what_to_do(empty_office: Path, as_role: Callable[[str], Client]) -> None:  # noqa: ARG001 - serves
    told = as_role("office").get("/").content.decode()
    assert told.count("umbel collect") == 1
    assert "<h1>Welcome</h1>" in told
    assert 'class="flower"' not in told
    assert 'href="/upload/"' in told


def test_questions_to_the_database_are_few(
    office: Path,  # noqa: ARG001 - serves
    as_role: Callable[[str], Client],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = as_role("viewer")
    client.get("/")
    # session, account and what is hidden from it; the inbox's count (2) and what waits (2); whether a visit is new
    with django_assert_max_num_queries(12):
        client.get("/")
