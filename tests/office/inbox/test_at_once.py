# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Of two who approve at the same moment one does, and the other is told so; in every kind of deployment."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.office.inbox.at_once import REQUESTS
from tests.office.inbox.conftest import SETTINGS
from tests.office.postgres import server

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("records", "database"), [("files", "sqlite"), ("database", "postgresql")])
def test_a_request_is_approved_once(records: str, database: str, tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    (folder / ".umbel/office").mkdir(parents=True)
    (folder / "umbel.toml").write_text(SETTINGS)
    (folder / "hook.secret").write_text("s3cr3t")
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
        told = [sys.executable, "-m", "tests.office.inbox.at_once"]
        done = subprocess.run(
            told, env=env, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.split(maxsplit=9) == [*[str(REQUESTS)] * 8, "0"]
