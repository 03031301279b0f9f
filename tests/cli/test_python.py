# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The same through Python: `import umbel; ws = umbel.open(path)`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

import umbel
from tests import acme
from umbel.app import moment
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_workspace_answers_with_arrow_tables_and_typed_records(tmp_path: Path) -> None:
    (tmp_path / "bom.json").write_bytes(acme.sbom("shop", ["a@1", "b@2"]))
    ws = umbel.open(tmp_path)
    summary = ws.collect([tmp_path / "bom.json"])

    assert summary.complete == 1
    assert ws.inventory().column("package").to_pylist() == ["pkg:npm/a", "pkg:npm/b"]
    assert ws.where("b")[0].direct is True
    assert ws.coverage().num_rows == 1
    assert ws.status()["components"] == 2
    assert ws.status(as_of=moment("2020-01-01"))["components"] == 0


def test_a_moment_is_the_end_of_a_day_or_a_time_in_utc() -> None:
    assert moment("2024-02-29") == datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC)
    assert moment("2024-02-29T12:00:00+02:00") == datetime(2024, 2, 29, 10, tzinfo=UTC)
    assert moment("2024-02-29T12:00") == datetime(2024, 2, 29, 12, tzinfo=UTC)
    for text in ("", "yesterday", "2024-02-30", "9999-12-31T23:59:59-23:59"):
        with pytest.raises((UsageError, OverflowError)):
            moment(text)
