# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What turns a stance: seen in what registries say of packages, and in who controls a project."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import pytest

from tests.metrics.histories import session
from tests.strategy.strategic import FLASK, ranked
from umbel.strategy.control.records import Exposure, LicenseChange, Licensing
from umbel.strategy.signals import signals

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.strategy.control.records import Control
    from umbel.strategy.stance import Signals

ONE, OTHER = "pkg:pypi/flask", "pkg:npm/flask"


def seen(folder: Path, packages: list[dict[str, Any]], control: list[Any] | None = None) -> Signals:
    with session(folder) as asked:
        asked.ask("FROM packages LIMIT 0")  # makes the view, so that it can be replaced
        asked.run("DROP VIEW packages")
        fields = [
            ("package", pa.string()),
            ("archived", pa.bool_()),
            ("deprecated", pa.bool_()),
            ("deprecation", pa.string()),
        ]
        rows = [{name: each.get(name) for name, _ in fields} for each in packages]
        asked.register("packages", pa.Table.from_pylist(rows, schema=pa.schema(fields)))
        who = cast("list[Control]", control or [])
        return signals(asked, [ranked(packages=(ONE, OTHER))], who)[FLASK]


def controlled(level: Any, *changes: LicenseChange, looked_at: int = 3) -> Any:
    exposure = Exposure(level=level, because="one firm has all maintainers", rules=())
    licensing = Licensing(license="x", group=None, changes=changes, looked_at=looked_at)
    return SimpleNamespace(project=FLASK, exposure=exposure, licensing=licensing)


def turn(kind: Any) -> LicenseChange:
    return LicenseChange(
        kind=kind,
        before="MIT",
        after="BUSL-1.1",
        before_group="a",
        after_group="b",
        at=datetime(2025, 5, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("packages", "ended", "looked"),
    [
        ([], None, ()),
        ([{"package": ONE}], None, ()),
        ([{"package": ONE, "deprecated": False}], None, ("ended",)),
        ([{"package": ONE, "deprecated": True}], None, ("ended",)),
        ([{"package": ONE, "archived": True}, {"package": OTHER}], "its repository is archived", ("ended",)),
        ([{"package": ONE, "deprecated": True}, {"package": OTHER, "deprecated": False}], None, ("ended",)),
        (
            [{"package": ONE, "deprecated": True, "deprecation": "use quart"}, {"package": OTHER, "deprecated": True}],
            "all its packages in use are deprecated (use quart)", ("ended",),
        ),
    ],
)  # fmt: skip
def test_an_end_is_what_registries_say(
    tmp_path: Path, packages: list[dict[str, Any]], ended: str | None, looked: tuple[str, ...]
) -> None:
    found = seen(tmp_path, packages)
    assert (found.ended, found.looked) == (ended, looked)


def test_a_licence_that_closed_and_one_firm(tmp_path: Path) -> None:
    found = seen(tmp_path, [], [controlled("high", turn("closing"))])
    assert found.closed == "it went from MIT to BUSL-1.1 since 2025-05-01"
    assert found.vendor == "one firm has all maintainers"
    assert found.looked == ("closed", "vendor")


def test_a_licence_that_opened_again_and_what_nobody_can_tell(tmp_path: Path) -> None:
    found = seen(tmp_path, [], [controlled(None, turn("closing"), turn("opening"), looked_at=0)])
    assert (found.closed, found.vendor, found.looked) == (None, None, ())
    assert seen(tmp_path, [], [controlled("low")]).vendor is None
