# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`[office]`: what it says, and what is wrong in it."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from umbel.model.settings import check, load

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """
[office]
public_catalogue = true
sign_up = true
answer_days = 3

[office.roles]
legal = ["legal-*"]

[[office.teams]]
name = "birds"
people = ["owner@acme.example"]

[[office.confidential]]
projects = ["blue*"]
teams = ["birds"]
roles = ["office"]
"""


def test_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "umbel.toml").write_text(WHOLE)
    said = load(tmp_path / "umbel.toml").office

    assert (said.public_catalogue, said.sign_up, said.answer_days) == (True, True, 3)
    assert said.roles.legal == ("legal-*",)
    assert said.confidential[0].teams == ("birds",)


def test_who_gets_word_is_a_webhook_of_the_alerts(tmp_path: Path) -> None:
    (tmp_path / "umbel.toml").write_text(
        "[office]\nnotify = ['desk']\n[[alerts.targets]]\nkind = 'webhook'\nname = 'desk'\n"
        "url = 'http://127.0.0.1:9/hook'\nsecret_file = 'hook.secret'\n"
    )
    assert load(tmp_path / "umbel.toml").office.notify == ("desk",)


def test_without_it_everything_is_closed(tmp_path: Path) -> None:
    (tmp_path / "umbel.toml").write_text("")
    said = load(tmp_path / "umbel.toml").office

    assert (said.public_catalogue, said.sign_up, said.confidential) == (False, False, ())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[office]\nopen = true", "is not known"),
        ("[office]\npublic_catalogue = 'yes'", "must be true or false"),
        ("[office]\nanswer_days = 0", "must be at least 1"),
        ("[office]\nnotify = ['desk']", "'desk' is no webhook of [[alerts.targets]]"),
        ("[office]\nnotify = 'desk'", "must be a list"),
        (
            "[office]\nnotify = ['log']\n[[alerts.targets]]\nkind = 'file'\nname = 'log'\npath = 'a.jsonl'",
            "'log' is no webhook",
        ),
        ("[office]\nroles = 3", "must be a table"),
        ("[office]\nteams = 3\nconfidential = 'x'", "must be a list"),
        ("[[office.teams]]\nname = 't'", "has nobody"),
        (
            "[[office.teams]]\nname = 't'\ngroups = ['g']\n[[office.teams]]\nname = 't'\ngroups = ['g']",
            "is used twice",
        ),
        ("[[office.teams]]\nname = 't'\npeople = ['somebody']", "is no mail address"),
        ("[[office.confidential]]\nprojects = ['p']", "hides projects from everybody"),
        ("[[office.confidential]]\nprojects = []\nroles = ['office']", "names no project"),
        ("[[office.confidential]]\nroles = ['office']", "needs 'projects'"),
        ("[[office.confidential]]\nprojects = ['p']\nroles = ['king']", "must be one of viewer"),
        ("[[office.confidential]]\nprojects = ['p']\nteams = ['nobody']", "is no team"),
        ("[[office.confidential]]\nprojects = ['p']\npeople = ['x y']", "is no mail address"),
    ],
)
def test_faults_are_told_with_their_line(text: str, told: str) -> None:
    faults = check(tomllib.loads(text), text)

    assert any(told in fault.message for fault in faults), faults
    assert all(fault.place.startswith("line ") for fault in faults)
