# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A small workspace with records of several kinds, in either mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.office.records.modes import MODES, records_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace's folder with settings, and something that is no record."""
    place = tmp_path / "workspace"
    (place / "decisions").mkdir(parents=True)
    (place / "umbel.toml").write_text('[organisation]\nname = "Acme"\n')
    (place / "code").mkdir()
    (place / "code/main.py").write_text("print()\n")
    return place


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    """Where records stand."""
    return str(request.param)


@pytest.fixture
def there(folder: Path, mode: str, monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[Path]:  # noqa: ARG001
    """The office serves it."""
    with records_in(folder, mode, monkeypatch):
        yield folder


@pytest.fixture
def in_database(folder: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[Path]:  # noqa: ARG001
    """The same, with records in the database."""
    with records_in(folder, "database", monkeypatch):
        yield folder


@pytest.fixture
def in_files(folder: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[Path]:  # noqa: ARG001
    """The same, with records in its files."""
    with records_in(folder, "files", monkeypatch):
        yield folder
