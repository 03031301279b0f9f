# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The real registries, one long-lived package each, where this machine's own clients say that they are.

Run by hand (`pytest -m live`): what they answer changes, and so do the networks that reach them. The command
runs as a process of its own, since the suite lets nothing in this one reach out.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = {
    "npm": ("pkg:npm/left-pad", "1.3.0"),
    "pypi": ("pkg:pypi/iniconfig", "2.0.0"),
    "golang": ("pkg:golang/golang.org/x/text", "v0.3.0"),
}


def umbel(folder: Path, *arguments: str) -> Any:
    command = [sys.executable, "-m", "umbel", *arguments, "-C", str(folder), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode in {0, 3}, done.stderr
    return json.loads(done.stdout)


@pytest.mark.live
@pytest.mark.parametrize("source", PACKAGES)
def test_a_real_registry_is_understood_and_says_what_did_not_change(tmp_path: Path, source: str) -> None:
    package, version = PACKAGES[source]
    (told,) = umbel(tmp_path, "sync", "packages", package, "--source", source)
    if told["unasked"]:
        pytest.skip(f"no client of {source} is configured here")
    if any("out of reach" in reason or "no answer" in reason for reason in told["sources"][0]["reasons"]):
        pytest.skip(f"{source} is out of reach from here")
    assert told["sources"][0]["new"] == 1, told
    query = f"SELECT released_at FROM package_versions WHERE version = '{version}' AND position IS NOT NULL"
    (row,) = umbel(tmp_path, "query", query)
    assert row["released_at"] or source == "golang"  # the times of old versions are not asked for
    (again,) = umbel(tmp_path, "sync", "packages", package, "--source", source, "--older-than", "0h")
    assert again["sources"][0]["failed"] == 0
    assert again["sources"][0]["unchanged"] + again["sources"][0]["new"] == 1
