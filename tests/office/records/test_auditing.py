# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The audit log only grows, and shows it where somebody found a way."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction

from umbel.office.records import Actor, audit
from umbel.office.records.actor import actor_of
from umbel.office.records.auditing import BEGINNING, digest, verify
from umbel.office.records.difference import LONGEST, unified
from umbel.office.records.folders import Text
from umbel.office.records.models import Entry

pytestmark = pytest.mark.django_db
WHO = Actor("mate@acme.example", 3)


def _unguarded(statement: str) -> None:
    """What only who owns the database can do: without the triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE records_entry DISABLE TRIGGER USER")
        else:
            for what in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER records_entry_no_{what}")
        cursor.execute(statement)


def test_lines_follow_each_other() -> None:
    numbers = [audit(WHO, "test.line", f"line {number}") for number in range(5)]
    assert numbers == list(range(numbers[0], numbers[0] + 5))
    lines = list(Entry.objects.filter(pk__in=numbers).order_by("pk"))
    assert [line.before for line in lines[1:]] == [line.hash for line in lines[:-1]]
    assert all(line.hash == digest(line) for line in lines)
    found = verify()
    assert (found.broken, found.last, found.lines) == ((), lines[-1].hash, numbers[-1])
    assert verify(newest=2).lines == 2


def test_a_log_without_a_line_is_whole() -> None:
    if Entry.objects.exists():
        pytest.skip("another test has written for good")
    assert verify().last == BEGINNING


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_entry SET actor = 'somebody else'",
        "DELETE FROM records_entry",
        "UPDATE records_entry SET detail = detail",
    ],
)
def test_the_database_refuses_to_change_a_line(statement: str) -> None:
    audit(WHO, "test.line", "x")
    with (
        pytest.raises(DatabaseError, match="only added to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        Entry.objects.all().delete()
    assert verify().broken == ()


def test_the_database_refuses_to_empty_it() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    audit(WHO, "test.line", "x")
    with (
        pytest.raises(DatabaseError, match="only added to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE records_entry")


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE records_entry SET actor = 'x' WHERE id = {}", "it was changed"),
        ("UPDATE records_entry SET hash = 'x' WHERE id = {}", "it was changed"),
        ("DELETE FROM records_entry WHERE id = {}", "missing"),
    ],
)
def test_who_gets_around_that_is_found_out(statement: str, why: str) -> None:
    numbers = [audit(WHO, "test.line", f"line {number}") for number in range(4)]
    _unguarded(statement.format(numbers[1]))
    broken = verify().broken
    assert broken
    assert why in broken[0].why
    assert broken[0].number in {numbers[1], numbers[2]}
    assert verify(newest=1).broken == ()


def test_what_is_kept_is_bounded_and_plain() -> None:
    number = audit(Actor("n" * 500), "a" * 100, "one\ntwo\0three\u202efour", "d" * 5_000, "x\0" * 100_000)
    line = Entry.objects.get(pk=number)
    assert (len(line.actor), len(line.action), len(line.detail)) == (160, 60, 2_000)
    assert len(line.difference) == 64_000
    assert line.subject == "one two three four"
    assert verify().broken == ()


def test_no_more_of_a_person_is_kept_than_the_name_of_the_account() -> None:
    user: Any = SimpleNamespace(
        is_authenticated=True, pk=4, email="mate@acme.example", full_name="Mate", get_username=lambda: "mate"
    )
    assert actor_of(user) == Actor("mate", 4, "web")
    assert actor_of(SimpleNamespace(user=user)) == Actor("mate", 4, "web")
    assert actor_of(SimpleNamespace(user=user, token=object())) == Actor("mate", 4, "token")
    assert actor_of(SimpleNamespace(user=AnonymousUser())) == Actor("nobody")
    line = Entry.objects.get(pk=audit(user, "test.line", "x"))
    assert "acme.example" not in "".join(str(value) for value in vars(line).values())


def _text(content: bytes) -> Text:
    from datetime import UTC, datetime

    return Text(content, private=False, at=datetime.now(UTC))


def test_a_difference_is_bounded_and_shows_no_sign_that_isnt_one() -> None:
    big = {f"decisions/{number:03}.toml": _text(b"x = 1\n" * 2_000) for number in range(20)}
    told = unified({}, dict(big))
    assert len(told) < LONGEST + 200
    assert "more files" in told
    assert "\x1b" not in unified({}, {"goals/a.toml": _text(b"a = 1\x1b[31m\n")})
    assert "no text" in unified({}, {"goals/a.bin": _text(b"\xff\xfe")})
    assert "about persons" in unified({}, {"decisions/people.toml": _text(b"mate")})


def test_a_difference_of_a_file_that_goes_says_so() -> None:
    told = unified({"goals/a.toml": _text(b"x = 1\n")}, {"goals/a.toml": None})
    assert told == "--- goals/a.toml\n+++ /dev/null\n@@ -1 +0,0 @@\n-x = 1\n"


@pytest.mark.django_db
def test_a_command_is_named_and_is_no_browser() -> None:
    number = audit("umbel office account", "account.create", "mate")
    line = Entry.objects.get(pk=number)
    assert (line.actor, line.user, line.via) == ("umbel office account", None, "command")
