# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The office as it is served: figures come from the edition that was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.office.pages.ecosystem.conftest import not_inline

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def read(office: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The estate's office, read only."""
    return not_inline(office, monkeypatch)


@pytest.fixture
def served(own_office: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office of one's own: records are there at once, figures follow in a process apart."""
    return not_inline(own_office, monkeypatch)
