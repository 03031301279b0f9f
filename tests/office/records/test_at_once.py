# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Processes that change records at the same time lose nothing, and each change has its line of the log."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.office.postgres import server
from tests.office.records.at_once import CHANGES, PROCESSES, THREADS

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("records", "database"), [("files", "sqlite"), ("database", "sqlite"), ("database", "postgresql")]
)
def test_nothing_is_lost_and_everything_is_noted(records: str, database: str, folder: Path) -> None:
    with ExitStack() as stack:
        env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("UMBEL_")},
            "DJANGO_SETTINGS_MODULE": "umbel.office.settings",
            "UMBEL_WORKSPACE": str(folder),
            "UMBEL_RECORDS": records,
            "UMBEL_SECRET_KEY": "of this test",
            "PYTHONPATH": str(ROOT),
        }
        if database == "postgresql":
            url = stack.enter_context(server())
            if url is None:
                pytest.skip("no PostgreSQL is installed here")
            env["UMBEL_DATABASE_URL"] = url
        else:
            (folder / ".umbel/office").mkdir(parents=True)
        told = [sys.executable, "-m", "tests.office.records.at_once"]
        done = subprocess.run(
            told, env=env, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        wanted = len(PROCESSES) * THREADS * CHANGES
        brought = 1 if records == "database" else 0  # the files come to the database before the first change
        assert list(map(int, done.stdout.split())) == [0, 0, wanted, wanted, wanted + brought, 0]
