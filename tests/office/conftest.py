# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The office over the Acme estate, and its people at their browsers."""

from __future__ import annotations

import hashlib
import shutil
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client

from tests.office import estate
from umbel.app import Workspace
from umbel.frameworks.indicators.cache import program_digest
from umbel.office import config as config_module
from umbel.office.editions import make
from umbel.office.editions.store import Store
from umbel.policy import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


HERE = Path(__file__).parent
PATIENCE = 600
"""Seconds for a test of the office: it may walk a hundred pages, beside everything else that a machine does."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the office's tests the time that they may need."""
    for item in items:
        if item.path.is_relative_to(HERE) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(PATIENCE))


@pytest.fixture(scope="session")
def acme_estate(pytestconfig: pytest.Config) -> Path:
    """The estate's workspace with its edition. Copy it to write in it.

    Made once for all test processes, and for the runs of a day between which no code changed.
    """
    kept = pytestconfig.cache.mkdir("acme-office")
    shared = kept / _made_by()
    with files.locked(kept / "lock"):
        done = shared / "done"
        if not done.exists():
            for each in kept.iterdir():
                if each.is_dir():
                    shutil.rmtree(each)
            place = estate.build(shared)
            with pytest.MonkeyPatch.context() as patched:
                for _ in _opened(place, patched):
                    make.make(Workspace(place), Store(place / config_module.FOLDER), None)
            done.touch()
    return shared / "workspace"


def _made_by() -> str:
    """What the estate and its edition stand on: Umbel, the day, and what makes the estate."""
    parts = [program_digest(), datetime.now(UTC).date().isoformat()]
    parts += [path.read_text("utf-8") for path in (HERE / "estate.py", HERE.parent / "acme.py")]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]


@pytest.fixture(scope="session")
def _own_copy(acme_estate: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This process's copy, with the editions of past days that its tests make."""
    return shutil.copytree(acme_estate, tmp_path_factory.mktemp("office") / "workspace", symlinks=True)


@pytest.fixture
def office(_own_copy: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The office serves the estate; read only. Its workspace's folder."""
    yield from _opened(_own_copy, monkeypatch)


@pytest.fixture
def own_office(_own_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The same in a copy of its own, for a test that writes."""
    folder = shutil.copytree(_own_copy, tmp_path / "workspace", symlinks=True)
    yield from _opened(folder, monkeypatch)


@pytest.fixture
def empty_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The office of a folder in which nothing was collected."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    yield from _opened(folder, monkeypatch)


def _opened(folder: Path, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Iterator[Path]:
    import msgspec

    from umbel.office import core
    from umbel.office.editions import read

    told: dict[str, Any] = {"records": "files"} | changes  # whatever the database is
    now = msgspec.structs.replace(config_module.config(), workspace=folder, **told)
    given: Callable[[], config_module.Config] = lambda: now  # noqa: E731 - stands where the function stood
    monkeypatch.setattr(config_module, "_current", given)
    core.forget()
    read.forget()
    yield folder
    read.forget()
    core.forget()


@pytest.fixture
def people(db: None) -> dict[str, Any]:  # noqa: ARG001 - opens the database
    """The cast by its roles: see `cast.py`."""
    from tests.office import cast

    return cast.people()


@pytest.fixture
def as_role(people: dict[str, Any]) -> Callable[[str], Client]:
    """A browser at which the cast's member of a role is signed in; `owner`, `mate` and `stranger` by name."""

    def signed_in(role: str) -> Client:
        client = Client()
        client.force_login(people[role])
        return client

    return signed_in


@pytest.fixture(autouse=True)
def _no_lines_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Take the audit log's lines out after a test whose writing is no one transaction: the log refuses to be emptied."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    initial = import_module("umbel.office.records.migrations.0001_initial")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE records_entry DISABLE TRIGGER USER")
            cursor.execute("DELETE FROM records_entry")
            cursor.execute("ALTER TABLE records_entry ENABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER records_entry_no_DELETE")
            cursor.execute("DELETE FROM records_entry")
            cursor.execute(next(each for each in initial.SQLITE if "no_DELETE" in each))


@pytest.fixture
def nobody(db: None) -> Client:  # noqa: ARG001 - opens the database
    """A browser at which nobody is signed in."""
    return Client()
