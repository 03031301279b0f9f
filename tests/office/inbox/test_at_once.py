# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Of two who approve at the same moment one does, and the other is told so; in every kind of deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.office import deployed
from tests.office.inbox.at_once import REQUESTS
from tests.office.inbox.conftest import SETTINGS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("records", "database"), [("files", "sqlite"), ("database", "postgresql")])
def test_a_request_is_approved_once(records: str, database: str, tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    (folder / ".umbel/office").mkdir(parents=True)
    (folder / "umbel.toml").write_text(SETTINGS)
    (folder / "hook.secret").write_text("s3cr3t")
    done = deployed.run("tests.office.inbox.at_once", folder, records, database, timeout=240)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split(maxsplit=9) == [*[str(REQUESTS)] * 8, "0"]
