# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The office as it is served: figures come from the edition that was made, whatever was decided since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from umbel.office import config as config_module

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


def not_inline(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Serve a folder as a deployment does."""
    now = msgspec.structs.replace(config_module.config(), inline=False)
    monkeypatch.setattr(config_module, "_current", lambda: now)
    return folder
