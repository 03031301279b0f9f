# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The database goes down under a served office, and comes back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests import acme
from tests.office.postgres import Postgres, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.office.served import Served


@pytest.fixture
def database() -> Iterator[Postgres]:
    with running() as made:
        if made is None:
            pytest.skip("there is no PostgreSQL here")
        yield made


def test_a_database_that_is_away_is_told_and_all_goes_on_when_it_is_back(
    database: Postgres, serve: Callable[..., Served]
) -> None:
    here = serve(
        "--processes", "2", environment={"UMBEL_DATABASE_URL": database.url, "UMBEL_METRICS_TOKEN": "m"}
    )
    assert here.sign_in().status == 200
    assert here.hand_in(acme.sbom("shop", ["left@1.0"])).status == 200
    here.until(here.working)

    database.stop()
    begun = time.monotonic()
    page = here.get("/")
    assert (page.status, "be reached" in page.text, "Traceback" in page.text) == (503, True, False)
    assert page.headers["retry-after"] == "10"
    told = here.ask("/api/v1/project/lookup?name=shop&version=1")
    assert (told.status, told.headers["content-type"]) == (503, "application/problem+json")
    assert "can't be reached" in told.json()["detail"]
    assert here.hand_in(acme.sbom("shop", ["right@1.0"])).status == 503
    assert here.get("/healthz").status == 200, "who answers is well: nobody has to restart it"
    ready = here.get("/readyz")
    assert (ready.status, ready.json()["database"]) == (503, "failed")
    assert 'umbel_up{part="database"} 0.0' in here.get("/metrics").text
    assert time.monotonic() - begun < 20, "whoever asks isn't kept waiting"
    here.until(lambda: '"umbel.office.worker","message":"The database can' in here.log.read_text(), 40)

    database.start()
    here.until(lambda: here.get("/").status == 200, 30)
    assert here.get("/readyz").json()["database"] == "ok"
    assert here.hand_in(acme.sbom("shop", ["right@1.0"])).status == 200
    found = here.ask("/api/v1/project/lookup?name=shop&version=1").json()
    assert found["name"] == "shop", "what was handed in before is there"
    here.until(lambda: "It works again" in here.log.read_text(), 60)
    assert here.working(), "the worker lived through it"
