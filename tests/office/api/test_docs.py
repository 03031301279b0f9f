# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Every command of the guides to the API, as it stands there, against the office behind a real server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.office.api.documents import FINE, bill

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.live_server_helper import LiveServer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        shutil.which("curl") is None or shutil.which("bash") is None, reason="needs curl and bash"
    ),
]
GUIDES = Path(__file__).parents[3] / "docs" / "how-to"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("guide", ["api.md", "move-from-dependency-track.md"])
def test_the_commands_of_a_guide_work(
    guide: str,
    own_office: Path,  # noqa: ARG001 - served
    live_server: LiveServer,
    key_of: Callable[..., str],
    tmp_path: Path,
) -> None:
    key = key_of("office", "read", "upload", "decide")
    for name, text in (
        ("header", f"Authorization: Bearer {key}"),
        ("key", f"X-Api-Key: {key}"),
        ("token", key),
    ):
        (tmp_path / name).write_text(f"{text}\n")
    (tmp_path / "shop.cdx.json").write_bytes(bill(FINE))
    (tmp_path / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\n")
    commands = "".join(BLOCK.findall((GUIDES / guide).read_text("utf-8")))
    assert commands.count("curl") >= 3
    script = re.sub(r"^export OFFICE=.*$", "", commands, flags=re.MULTILINE)
    # no advisories were fetched where this gate runs: it says that nobody can say (3), and not that it can't work (2)
    script = re.sub(r"(umbel check .*)$", r"\1 || [ $? -eq 3 ]", script, flags=re.MULTILINE)
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=tmp_path,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "CURL_HOME": str(tmp_path),
            "OFFICE": live_server.url,
            "BADGE": key_of("owner", "badge"),
            "no_proxy": "*",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
