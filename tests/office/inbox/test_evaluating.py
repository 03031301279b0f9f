# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is known of packages that people ask for, worked out in the background."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.office.inbox.asked import ask, seen_by
from umbel.app.workspace import Workspace
from umbel.office.inbox import answering
from umbel.office.inbox.evaluating import evaluate_due, lines
from umbel.office.inbox.models import Known

if TYPE_CHECKING:
    from umbel.office.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("there")]


def test_each_open_request_for_a_package_gets_what_is_known(people: dict[str, User]) -> None:
    ask(people["owner"])
    first = ask(people["owner"], "package")
    broken = ask(people["owner"], "package", product="Nonsense")
    over = ask(people["owner"], "package")
    answering.withdraw(people["owner"], over)
    assert evaluate_due() == 1
    assert evaluate_due(most=5) == 1
    assert evaluate_due(most=5) == 0
    known = Known.objects.get(request=first)
    told = {line.name: line for line in lines(known, seen_by(people["mate"]))}
    assert told["used"].title == "Used here already"
    assert not told["license"].known
    assert told["license"].find_out
    assert "left-pad" in known.summary
    assert "no product" in Known.objects.get(request=broken).why
    assert not Known.objects.filter(request=over).exists()


def test_one_that_breaks_keeps_no_other_from_being_looked_at(
    people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, broken = ask(people["owner"], "package"), ask(people["owner"], "package", package="pkg:npm/odd")
    honest = Workspace.evaluate

    def evaluate(self: Workspace, packages: list[str], **more: Any) -> Any:
        if packages == ["pkg:npm/odd"]:
            raise TypeError("as no use case should")
        return honest(self, packages, **more)

    monkeypatch.setattr(Workspace, "evaluate", evaluate)
    assert [evaluate_due() for _ in range(3)] == [1, 1, 0]
    assert "the office's log says why" in Known.objects.get(request=broken).why
    assert "left-pad" in Known.objects.get(request=first).summary


def test_it_is_worked_out_anew_every_day(people: dict[str, User]) -> None:
    request = ask(people["owner"], "package")
    long_ago = datetime.now(UTC) - timedelta(1, 60)
    Known.objects.create(request=request, made_at=long_ago, summary="old")
    assert evaluate_due() == 1
    assert Known.objects.get().summary != "old"


def test_what_may_name_projects_is_left_out_where_some_are_kept_from_somebody(
    people: dict[str, User],
) -> None:
    row = {"title": "x", "text": "in bluebird-vault", "known": True, "notes": ["bluebird-vault"]}
    known = Known(lines=[{"name": "used", **row}, {"name": "license", **row, "text": "MIT", "notes": []}])
    open_to = msgspec.structs.replace(seen_by(people["mate"]), hidden=frozenset())
    kept_from = msgspec.structs.replace(open_to, hidden=frozenset({"bluebird-vault"}))
    assert [each.text for each in lines(known, open_to)] == ["in bluebird-vault", "MIT"]
    assert [(each.text[:8], each.notes) for each in lines(known, kept_from)] == [
        ("left out", ()),
        ("MIT", ()),
    ]
