# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people concluded of licences, and which alternative they took."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from umbel.model.settings import SettingsError
from umbel.policy import license_decisions

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.policy.license_decisions import LicenseDecisions

_TODAY = date(2026, 6, 1)


def _chosen(folder: Path, license_: str, chosen: str) -> LicenseDecisions:
    path = folder / "licenses.toml"
    path.write_text(
        f'[[choose]]\npackage = "pkg:npm/fine"\nlicense = "{license_}"\nchosen = "{chosen}"\n'
        'by = "legal@acme.example"\ndecided = 2026-01-01\n'
    )
    return license_decisions.load(path)


@pytest.mark.parametrize("written", ["MIT OR GPL-3.0-only", "MIT OR GPL-3.0", "mit or gpl-3.0-only"])
def test_a_choice_counts_however_its_licence_is_written(tmp_path: Path, written: str) -> None:
    told = _chosen(tmp_path, written, "MIT")
    found = told.chosen("pkg:npm/fine", "1", "MIT OR GPL-3.0-only", "shop", (), _TODAY)
    assert found is not None
    assert found.chosen == "MIT"
    assert told.chosen("pkg:npm/fine", "1", "MIT OR ISC", "shop", (), _TODAY) is None


@pytest.mark.parametrize(
    ("license_", "chosen", "words"),
    [
        ("MIT OR GPL-3.0-only", "ISC", "'ISC' is no alternative of MIT OR GPL-3.0-only"),
        ("MIT AND ISC", "MIT", "has no alternatives to choose from"),
        ("MIT OR ISC", "nonsense", "is no SPDX expression"),
    ],
)
def test_what_can_not_be_chosen_is_refused(tmp_path: Path, license_: str, chosen: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        _chosen(tmp_path, license_, chosen)
