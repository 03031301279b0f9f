# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A script run as a part of a deployment: a process of its own, with files or a database for records."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.office.postgres import server

ROOT = Path(__file__).parents[2]


def run(
    module: str, folder: Path, records: str, database: str, *, timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run a module over a workspace; the test is skipped where it asks for a PostgreSQL that isn't installed."""
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
        told = [sys.executable, "-m", module]
        return subprocess.run(
            told, env=env, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False
        )
