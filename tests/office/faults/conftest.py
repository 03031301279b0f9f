# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A small office that is really served, and what befalls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import acme
from tests.office.served import Served
from umbel.app import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace in which one document was collected."""
    place = tmp_path / "workspace"
    place.mkdir()
    (place / "bill.cdx.json").write_bytes(acme.sbom("till", ["left@1.0"]))
    Workspace(place).collect([place / "bill.cdx.json"])
    return place


@pytest.fixture
def serve(folder: Path) -> Iterator[Callable[..., Served]]:
    """Serves it; what is left of it is killed afterwards."""
    begun: list[Served] = []

    def started(*more: str, environment: dict[str, str] | None = None) -> Served:
        begun.append(Served(folder, *more, environment=environment))
        return begun[-1]

    yield started
    for each in begun:
        each.end()
