# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Alerts in files, whole or not at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.policy.alerting.alerts import alert, message, target
from umbel.policy.alerting.delivery import Message, Refused
from umbel.policy.alerting.to_file import ToFile
from umbel.reports.alert_text import payload

if TYPE_CHECKING:
    from pathlib import Path


def test_lines_are_added_once_each(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text('{"key":"torn')
    taken: list[Message] = []
    sender = ToFile(target(), tmp_path, payload=payload)
    several = [message(alert(f"CVE-2026-{n:04}\n\u2028")) for n in range(3)]
    sender.send(several[:2], taken.extend)
    sender.send(several, taken.extend)  # as after a kill between writing and noting that
    assert len(taken) == 5
    lines = (tmp_path / "out.jsonl").read_bytes().split(b"\n")
    assert lines[0] == b'{"key":"torn'
    assert [json.loads(line)["key"] for line in lines[1:-1]] == [one.key for one in several]


def test_a_folder_gets_a_file_each(tmp_path: Path) -> None:
    sender = ToFile(target(path=None, folder="alerts"), tmp_path, payload=payload)
    one = message(alert("../../evil"))
    for _ in range(2):
        sender.send([one], lambda _: None)
    (path,) = (tmp_path / "alerts").iterdir()
    assert path.name == f"{one.key}.json"
    assert json.loads(path.read_text())["alert"]["what"] == "../../evil"


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    for where in ({"path": "plain/out.jsonl"}, {"path": None, "folder": "plain"}):
        with pytest.raises(Refused, match=r"can't be written|plain"):
            ToFile(target(**where), tmp_path, payload=payload).send([message()], lambda _: None)
