# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The disk is full under a served office, and has room again.

Its processes are told that no file may grow, which every write meets as it meets a full disk.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests import acme

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.office.served import Served

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of another process are Linux's")


def is_full(here: Served, full: bool) -> None:  # noqa: FBT001 - as a sentence
    import resource

    for process in here.answering():
        _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0 if full else most, most))


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_full_disk_is_told_and_nothing_is_half_kept(folder: Path, serve: Callable[..., Served]) -> None:
    here = serve("--no-work")
    assert here.sign_in().status == 200
    assert here.hand_in(acme.sbom("shop", ["left@1.0"])).status == 200
    before = files(folder / ".umbel/lake")

    is_full(here, full=True)
    refused = here.hand_in(acme.sbom("shop", ["right@1.0"]))
    assert (refused.status, refused.headers["content-type"]) == (503, "application/problem+json"), (
        refused.text
    )
    assert "no room on the office's disk" in refused.json()["detail"]
    assert here.get("/healthz").status == 200
    for page in ("/", "/account/login/", "/upload/"):
        assert here.get(page).status == 200, "what is there can be read"
    assert "Traceback" not in here.log.read_text()

    is_full(here, full=False)
    found = here.ask("/api/v1/project/lookup?name=shop&version=1").json()
    assert found["name"] == "shop"
    assert {name for name in files(folder / ".umbel/lake") - before if name.endswith(".json")} == set()
    assert here.hand_in(acme.sbom("shop", ["right@1.0"])).status == 200
