# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Processes that change records at the same time lose nothing, and each change has its line of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.office import deployed
from tests.office.records.at_once import CHANGES, PROCESSES, THREADS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("records", "database"), [("files", "sqlite"), ("database", "sqlite"), ("database", "postgresql")]
)
def test_nothing_is_lost_and_everything_is_noted(records: str, database: str, folder: Path) -> None:
    if database == "sqlite":
        (folder / ".umbel/office").mkdir(parents=True)
    done = deployed.run("tests.office.records.at_once", folder, records, database, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    wanted = len(PROCESSES) * THREADS * CHANGES
    brought = 1 if records == "database" else 0  # the files come to the database before the first change
    assert list(map(int, done.stdout.split())) == [0, 0, wanted, wanted, wanted + brought, 0]
