# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Many hand in at once, through several processes."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests import acme
from umbel.app import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.office.served import Answer, Served


def test_two_for_one_project_and_many_for_others(folder: Path, serve: Callable[..., Served]) -> None:
    here = serve("--no-work", "--processes", "2")
    assert here.sign_in().status == 200
    names = ["shop", "shop", "till-2", "till-3", "shop", "till-4"]

    def handed_in(place: int) -> Answer:
        """As a client does it: whoever is told to wait asks again. One process reads two and lets three wait."""
        for _ in range(20):
            answer = here.hand_in(acme.sbom(names[place], [f"of-{place}@1.0"]), names[place])
            if answer.status != 503:
                break
            time.sleep(float(answer.headers["retry-after"]) / 5)
        return answer

    with ThreadPoolExecutor(len(names)) as pool:
        answers = list(pool.map(handed_in, range(len(names))))
    assert [each.status for each in answers] == [200] * len(names), [each.text for each in answers]
    assert len({each.json()["token"] for each in answers}) == len(names)
    assert len({each.json()["projectUuid"] for each in answers}) == len(set(names))
    there = Workspace(folder)
    assert set(there.coverage()["project"].to_pylist()) == {"till", *names}
    with there.session() as session:
        found = session.ask("SELECT DISTINCT package FROM inventory WHERE project = 'shop'").rows()
    assert len(found) == 1, "the last of three stands, and nothing of the others"
    assert next(iter(found))[0] in {f"pkg:npm/of-{place}" for place in (0, 1, 4)}
