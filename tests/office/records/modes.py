# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A workspace whose records stand in its files, or in the database."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.office import config as config_module
from umbel.office import core
from umbel.office.editions import read
from umbel.office.records import Actor, change, decisions
from umbel.policy.exceptions import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from umbel.app.workspace import Workspace

MODES = ("files", "database")
WHO = Actor("office@acme.example", 7)
TODAY = datetime.now(UTC).date()


@contextmanager
def records_in(folder: Path, mode: str, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Iterator[Path]:
    """The office serves a folder, with its records there or in the database."""
    now = msgspec.structs.replace(config_module.config(), workspace=folder, records=mode, **changes)
    with monkeypatch.context() as patched:
        patched.setattr(config_module, "_current", lambda: now)
        _forget()
        yield folder
    _forget()


def _forget() -> None:
    decisions.forget()
    core.forget()
    read.forget()


def entry(reason: str, **more: Any) -> Entry:
    """An exception that the policy allows."""
    given: dict[str, Any] = {
        "rule": "license-denied",
        "package": "pkg:pypi/flask",
        "by": "legal@acme.example",
        "decided": TODAY,
        "until": TODAY + timedelta(30),
    }
    return Entry(reason=reason, **(given | more))


def grant(reason: str, **more: Any) -> str:
    """Except something, as a page does."""

    def act(ws: Workspace) -> str:
        ws.except_(entry(reason))
        return reason

    given: str = change(WHO, action="exception.grant", subject="flask", act=act, **more)
    return given


def reasons() -> list[str]:
    """Why there are exceptions, as the core reads them now."""
    ws = core.workspace()
    return [each.reason for each in ws.exceptions(ws.policy()).exceptions]
