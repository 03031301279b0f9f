# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Series of two points: each past day costs some seconds, and one tells as much as four."""

from __future__ import annotations

import pytest

from umbel.office import figures
from umbel.office.pages.centre import figures as centre
from umbel.office.pages.management import figures as management


@pytest.fixture(autouse=True)
def _few_quarters(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (figures, centre, management):
        monkeypatch.setattr(module, "QUARTERS", 2)
