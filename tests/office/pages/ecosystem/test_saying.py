# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people say and decide on the ecosystem's pages: by whom, kept as records, refused with the core's words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from umbel.app import Workspace
from umbel.office.editions import Shared

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

pytestmark = pytest.mark.django_db

FRAME = "git.example/acme/frame"
STANCE = f"/decide/stance/{FRAME}/"
OPINION = f"/say/opinion/{FRAME}/"
COORDINATOR = f"/decide/coordinator/{FRAME}/"
HOSTILE = '"]]\n[[stance]]\nx = 1 <script>alert(1)</script> \u202e'
LATER = (date.today() + timedelta(days=90)).isoformat()  # noqa: DTZ011 - the office decides on today's day
PLAN = {
    "project": FRAME,
    "goal": "A second maintainer",
    "serves": "The till",
    "owner": "till team",
    "hours": "8",
    "measure": "our_commits",
    "target": "5",
    "start": date.today().isoformat(),  # noqa: DTZ011
    "review": LATER,
}


@pytest.mark.usefixtures("read")
def test_who_may_say_what(as_role: Callable[[str], Client], nobody: Client) -> None:
    allowed = {
        STANCE: {"office"},
        COORDINATOR: {"office"},
        OPINION: {"contributor", "legal", "security", "office"},
        "/contributions/new/": {"contributor", "legal", "security", "office"},
        "/evaluations/decide/": {"legal", "security", "office"},
    }
    for address, roles in allowed.items():
        assert nobody.post(address, {}).status_code == 302
        for role in ("viewer", "contributor", "legal", "security", "office"):
            found = as_role(role).post(address, {})
            assert found.status_code == (422 if role in roles else 403), (address, role)


def test_a_stance_an_opinion_and_a_coordinator_are_kept_and_shown_at_once(
    served: Path, as_role: Callable[[str], Client]
) -> None:
    from umbel.office.records.models import Entry

    boss = as_role("office")
    assert boss.post(STANCE, {"stance": "lead", "reason": HOSTILE, "review": LATER}).status_code == 302
    assert (
        as_role("contributor")
        .post(OPINION, {"part": "dependency", "value": "9", "reason": "We know"})
        .status_code
        == 302
    )
    assert boss.post(COORDINATOR, {"coordinator": "Tills", "reason": "They use it"}).status_code == 302
    space = Workspace(served)
    decided = space.opinions().stances[FRAME]
    assert (decided.stance, decided.by) == ("lead", "office")
    assert decided.reason.replace("\r", "") == HOSTILE
    assert space.opinions()[FRAME, "dependency"].value == 9
    assert space.named_coordinators()[FRAME].coordinator == "Tills"
    assert Entry.objects.filter(action__startswith="strategy.").count() == 3
    page = boss.get(f"/strategic/{FRAME}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "Tills" in page


def test_the_cores_words_stand_over_the_form(served: Path, as_role: Callable[[str], Client]) -> None:
    boss = as_role("office")
    found = boss.post(COORDINATOR, {"coordinator": "owner@acme.example", "reason": "x"})
    assert found.status_code == 422
    assert "Holds an address" in found.content.decode()
    found = boss.post(STANCE, {"stance": "lead", "reason": "x", "review": "2001-01-01"})
    assert found.status_code == 422
    assert "Lies before the day of the decision" in found.content.decode()
    assert boss.post(STANCE, {"stance": "own", "reason": "x"}).status_code == 422
    assert boss.post(OPINION, {"part": "dependency", "value": "nan", "reason": "x"}).status_code == 422
    assert Workspace(served).opinions().stances == {}


@pytest.mark.usefixtures("read")
def test_nothing_is_decided_in_the_past(as_role: Callable[[str], Client]) -> None:
    boss = as_role("office")
    assert boss.get("/paths/?as_of=2026-01-01").status_code == 200
    for address in (STANCE, OPINION, COORDINATOR, "/contributions/new/", "/evaluations/decide/"):
        assert boss.post(address, {}).status_code == 409, address


def test_a_contribution_is_planned_followed_up_and_looked_back_at(
    served: Path, as_role: Callable[[str], Client]
) -> None:
    mate = as_role("contributor")
    assert mate.post("/contributions/new/", PLAN).status_code == 302
    (standing,) = Workspace(served).standing_contributions()
    name = standing.contribution.name
    assert standing.contribution.by == "mate"
    page = mate.get("/contributions/").content.decode()
    assert "A second maintainer" in page
    assert "not followed up yet" in page, "what was done follows with the next edition"
    review = f"/contributions/{name}/"
    assert mate.post(review, {"found": "Two patches", "state": "active"}).status_code == 422, (
        "when to look again?"
    )
    assert as_role("viewer").post(review, {"found": "x", "state": "done"}).status_code == 403
    assert mate.post(review, {"found": "Two patches", "state": "done"}).status_code == 302
    assert "Two patches" in mate.get(review).content.decode()
    assert Workspace(served).standing_contributions()[0].state == "done"
    assert mate.post("/contributions/new/", {**PLAN, "measure": "no_such"}).status_code == 422
    assert mate.post("/contributions/new/", {**PLAN, "people": "a@acme.example"}).status_code == 422


def test_an_approver_decides_about_software(served: Path, as_role: Callable[[str], Client]) -> None:
    legal = as_role("legal")
    said = {
        "package": "pkg:pypi/frame",
        "ring": "hold",
        "reason": "One person",
        "product": "Till",
        "review": LATER,
    }
    assert legal.post("/evaluations/decide/", said).status_code == 302
    (decided,) = Workspace(served).evaluations().evaluations
    assert (decided.ring, decided.product, decided.by) == ("hold", "Till", "legal")
    assert legal.post("/evaluations/decide/", {**said, "package": "not a purl"}).status_code == 422
    assert legal.post("/evaluations/decide/", {**said, "product": "Nothing"}).status_code == 422


def test_owners_answer_for_their_products_and_nobody_elses(
    served: Path, as_role: Callable[[str], Client]
) -> None:
    said = {
        "project": FRAME,
        "without": "no",
        "replacement": "",
        "areas": "json, app",
        "dependency": "8",
        "reason": "all of it",
    }
    mate = as_role("mate")
    assert 'name="without"' in mate.get("/owners/Till/").content.decode()
    assert mate.post("/owners/Till/", said).status_code == 302
    (answer,) = Workspace(served).answers().answers(FRAME)
    assert (answer.product, answer.without, answer.areas, answer.by) == (
        "Till",
        "no",
        ("json", "app"),
        "mate",
    )
    assert as_role("owner").post("/owners/Till/", said).status_code == 403
    assert as_role("stranger").post("/owners/Till/", said).status_code == 403
    assert as_role("office").post("/owners/Till/", {**said, "without": "yes"}).status_code == 302
    assert mate.post("/owners/Till/", {"project": FRAME}).status_code == 422, "nothing was answered"
    assert mate.post("/owners/Till/", {**said, "project": "git.example/other"}).status_code == 422
    assert mate.post("/owners/Till/", {**said, "reason": ""}).status_code == 422, "a figure needs a reason"


def test_what_was_decided_is_in_the_next_edition(served: Path) -> None:
    from umbel.office.pages.ecosystem import figures
    from umbel.policy.evaluations import Evaluation
    from umbel.strategy.contributions import Contribution

    today = date.today()  # noqa: DTZ011
    space = Workspace(served)
    space.decide_evaluation(
        Evaluation(package="pkg:pypi/frame", ring="hold", reason="One person", by="legal", decided=today)
    )
    space.add_contribution(
        Contribution(
            project=FRAME, goal="A second maintainer", serves="The till", owner="till team", hours=8,
            measure="our_commits", target=5, start=today - timedelta(days=30), review=today + timedelta(days=60),
            decided=today, by="mate",
        )
    )  # fmt: skip
    with Shared(space, None, today) as shared:
        (blip,) = figures.technology_radar(shared).blips
        assert (blip.ring, blip.by) == ("hold", "legal")
        (followed,) = figures.followed(shared)
        assert "hours were planned" in followed.sentence
        assert followed.done.commits == 0
