# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Requests of the cast, in a workspace of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.office.records.modes import records_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = """
[organisation]
name = "Acme"

[office]
answer_days = 3
notify = ["desk"]

[[office.confidential]]
projects = ["bluebird-*"]
people = ["mate@acme.example", "legal@acme.example"]

[[products]]
name = "Shop"
projects = ["shop-*"]

[[alerts.targets]]
kind = "webhook"
name = "desk"
url = "http://127.0.0.1:9/hook"
secret_file = "hook.secret"
tries = 4
"""


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, people: dict[str, Any]) -> Iterator[Path]:  # noqa: ARG001
    """The office serves a small workspace."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "umbel.toml").write_text(SETTINGS)
    (folder / "hook.secret").write_text("s3cr3t")
    with records_in(folder, "files", monkeypatch):
        yield folder
