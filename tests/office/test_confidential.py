# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of confidential projects are found in texts, and other words put in their place."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

import msgspec
import pytest

from umbel.app.names import matcher
from umbel.office.accounts.rules import Hidden
from umbel.office.confidential import INSTEAD, masked, names, without
from umbel.office.seen import Seen

SECRET = "blue-vault"  # noqa: S105 - the name of a project
HIDDEN = frozenset({SECRET, "api"})


class Mood(StrEnum):
    """A word of a fixed set."""

    API = "api"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is shown."""

    text: str = ""
    state: Literal["api", "closed"] | None = None
    mood: Mood = Mood.API
    day: date = date(2026, 1, 5)
    several: tuple[str, ...] = ()
    inner: list[Told] = []
    by: dict[str, str] = {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"used by {SECRET}, {SECRET}.", f"used by {INSTEAD}, {INSTEAD}."),
        (f"my-api api {SECRET}-web capital", f"my-api {INSTEAD} {SECRET}-web capital"),
        ("https://git.example/acme/Blue-Vault.git", f"https://git.example/acme/{INSTEAD}.git"),
        ("api/sbom.cdx.json", f"{INSTEAD}/sbom.cdx.json"),
        ("@acme/api and pkg:npm/api", "@acme/api and pkg:npm/api"),
        ("", ""),
    ],
)
def test_names_in_sentences(text: str, told: str) -> None:
    assert without(text, HIDDEN) == told
    assert names(text, HIDDEN) is (text != told)
    assert without(text, frozenset()) == text
    assert not names(text, frozenset())


def test_rules_know_names_of_which_there_is_no_evidence() -> None:
    hidden = Hidden.of((), matcher(["Secret *", "blue-*"]))
    assert hidden
    assert without("Secret Plan", hidden) == INSTEAD
    assert without("asked for blue-vault.", hidden) == f"asked for {INSTEAD}."
    assert names("Secret Plan", hidden)
    assert not names("open plan", hidden)


def test_only_texts_change() -> None:
    told = Told(
        text="of api",
        state="api",
        several=("api", "shut"),
        inner=[Told(text="api")],
        by={"api": "api", "x": "y"},
    )
    found = masked(told, Seen(hidden=HIDDEN | {"2026-01-05"}))
    assert (found.state, found.mood, found.day) == ("api", Mood.API, date(2026, 1, 5))
    assert (found.text, found.several) == (f"of {INSTEAD}", (INSTEAD, "shut"))
    assert found.inner[0].text == INSTEAD
    assert found.by == {"api": INSTEAD, "x": "y"}
    assert masked([told], Seen(hidden=HIDDEN))[0].text == f"of {INSTEAD}"
    assert masked(told, Seen()) is told
    assert masked(None, Seen(hidden=HIDDEN)) is None


def test_a_rule_that_fits_every_word_leaves_sentences_as_they_are() -> None:
    everything = Hidden.of((SECRET,), lambda _: True)
    assert masked(Told(text=f"used by {SECRET}"), Seen(hidden=everything)).text == f"used by {INSTEAD}"
