# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The tutorial, done as it stands by someone in an empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

TUTORIAL = Path(__file__).parent.parent.parent / "docs/tutorial/first-portfolio.md"


def test_the_tutorial_can_be_followed(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "umbel").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m umbel "$@"\n')
    (tools / "umbel").chmod(0o755)
    folder = tmp_path / "empty"
    folder.mkdir()
    environment = {
        **os.environ,
        "PATH": f"{tools}:{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "Acme",
        "GIT_AUTHOR_EMAIL": "dev@acme.example",
        "GIT_COMMITTER_NAME": "Acme",
        "GIT_COMMITTER_EMAIL": "dev@acme.example",
    }
    said = []
    for language, text in re.findall(r"```(sh|toml)\n(.*?)```", TUTORIAL.read_text("utf-8"), re.DOTALL):
        if language == "toml":
            (folder / "umbel.toml").write_text(text)
            continue
        done = subprocess.run(
            ["bash", "-euc", text], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
        said.append(done.stdout)
    collected, asked, _, products, back, shown = said[2:]
    assert "2 documents in" in collected
    assert "flask@3.0.3 > werkzeug@3.0.3" in asked
    assert "Shop" in products
    assert re.search(r"up\s+werkzeug\s+2\.3\.7\s+3\.0\.3", back)
    assert (folder / "report.html").exists(), shown
