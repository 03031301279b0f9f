# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The lake goes away under a served office, as a disk that isn't mounted any more, and comes back."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests import acme

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.office.served import Served


@pytest.fixture
def folder(acme_estate: Path, tmp_path: Path) -> Path:
    """The estate with its edition, so that none has to be made."""
    return shutil.copytree(acme_estate, tmp_path / "workspace", symlinks=True)


def test_a_lake_that_is_gone_is_told_and_nothing_begins_anew(
    folder: Path, serve: Callable[..., Served]
) -> None:
    here = serve()
    assert here.sign_in().status == 200
    here.until((folder / ".umbel/office/lake-seen").exists)
    before = here.get("/projects/").text
    assert "shop-web" in before

    lake = folder / ".umbel/lake"
    lake.rename(folder / "away")
    here.until(lambda: "The evidence that was here is gone" in here.log.read_text(), 60)
    ready = here.get("/readyz")
    assert (ready.status, ready.json()["lake"]) == (200, "failed"), "pages are read from editions"
    assert 'umbel_up{part="lake"} 0.0' in here.get("/metrics").text
    assert "shop-web" in here.get("/projects/").text, "the edition that was made is still shown"
    refused = here.hand_in(acme.sbom("shop", ["left@1.0"]))
    assert refused.status == 503, refused.text
    assert "gone" in refused.json()["detail"]
    assert not lake.exists(), "no second lake was begun"

    (folder / "away").rename(lake)
    assert here.get("/readyz").json()["lake"] == "ok"
    assert here.hand_in(acme.sbom("shop", ["left@1.0"])).status == 200
    here.until(lambda: here.get("/readyz").json()["edition"] == "older", 90)
    assert here.working(), "it goes on by itself"
