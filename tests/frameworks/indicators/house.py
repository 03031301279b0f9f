# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A small house: two products of two departments, two upstream projects, told as lists that a test can count itself."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests import acme
from tests.metrics.histories import NOW, at
from tests.strategy.control.estate import Change, upstream
from umbel.app import Workspace
from umbel.frameworks.indicators.read import read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from umbel.evidence.session import Session
    from umbel.frameworks.interface import Reading
    from umbel.metrics.definition import Catalog
    from umbel.model.settings import Settings
    from umbel.policy.file import Policy
    from umbel.strategy.interface import Mapped, Ranked

SHOP, TILL = "git.example/acme/shop", "git.example/acme/till"
FLASK, CLICK = "git.example/pallets/flask", "git.example/pallets/click"
SETTINGS = """\
[history]
paths = ["*"]

[organisation]
name = "Acme"
domains = ["acme.example"]

[[products]]
name = "Shop"
department = "Retail"
projects = ["shop"]

[[products]]
name = "Till"
department = "Tills"
projects = ["till"]

[[upstream]]
packages = ["pkg:npm/flask"]
repository = "https://git.example/pallets/flask"
"""


def work(who: str, *days: float, file: str = "a.py") -> list[Change]:
    """Commits of one person so many days before today."""
    return [Change(who, -day, {file: f"{who} {day}\n"}) for day in days]


SAID = '[[affiliation]]\ndomain = "bit.example"\norganisation = "Bit"\ndecided = 2024-01-01\n'
HISTORIES: dict[str, list[Change]] = {
    SHOP: [
        *work("ann@acme.example", 500, 400, 300, 20, 10),
        *work("bea@acme.example", 350, 30),
        *work("cyd@acme.example", 200, 100, 50, 5),
        *work("eve@bit.example", 40),
        Change("ann@acme.example", -1, {
            "README.md": "# Shop\n", "LICENSE": "MIT License\n", "CONTRIBUTING.md": "Mail us.\n",
            "CODEOWNERS": "* @web\n", "SECURITY.md": "Write to security@acme.example\n",
        }),
    ],
    TILL: [
        *work("bea@acme.example", 600, 500, 300, 200, 100),
        *work("ann@acme.example", 15),
        Change("bea@acme.example", -2, {"README.md": "# Till\n"}),
    ],
    FLASK: [
        *work("ann@acme.example", 500, 350, 250, 160, 60),
        *work("cyd@acme.example", 30, 20),
        *work("zoe@bit.example", 300, 200, 100, 10),
        *work("kim@gmail.com", 90, 80, 70),
    ],
    CLICK: [*work("ann@acme.example", 420), *work("bea@acme.example", 70), *work("kim@gmail.com", 60)],
}  # fmt: skip


def within(project: str, days: float = 365, before: float = 0) -> list[Change]:
    """Changes of a project in the days before a day, as a person would count them."""
    return [each for each in HISTORIES[project] if -days - before < each.day <= -before]


def ours(changes: Sequence[Change]) -> list[Change]:
    """Those by our people."""
    return [each for each in changes if each.who.endswith("@acme.example")]


def house(folder: Path) -> Workspace:
    """The workspace: both own projects and both upstream ones are collected."""
    office = folder / "office"
    office.mkdir(parents=True)
    (office / "umbel.toml").write_text(SETTINGS)
    (office / "decisions").mkdir()
    (office / "decisions/people.toml").write_text(SAID)
    here = Workspace(office)
    own = [upstream(folder, name.removeprefix("git.example/"), HISTORIES[name]) for name in (SHOP, TILL)]
    here.collect(own)
    here.upstream_lake(create=True)
    others = [upstream(folder, name.removeprefix("git.example/"), HISTORIES[name]) for name in (FLASK, CLICK)]
    here.over_upstream().collect(others)
    return here


class Told:
    """A `Known` told by hand: what isn't given isn't there."""

    def __init__(
        self,
        folder: Path,
        *,
        as_of: datetime = NOW,
        ranked: Sequence[Ranked] = (),
        mapped: Sequence[Mapped] = (),
        upstream: Session | None = None,
        settings: Settings | None = None,
        projects: Sequence[str] | None = None,
    ) -> None:
        from umbel.evidence.people.rules import Rules
        from umbel.metrics.definition import catalog
        from umbel.model.settings import Settings

        self.folder, self.as_of = folder, as_of
        self.ranked, self.mapped, self.upstream, self.projects = ranked, mapped, upstream, projects
        self.settings = settings or Settings()
        self.who = Rules(salt=b"\0" * 16)
        self.metrics: Catalog = catalog()
        self.contributions: Sequence[Any] = ()
        self.own: Session | None = None
        self.product: str | None = None

    @property
    def policy(self) -> Policy:
        raise AssertionError("nobody here asks the policy")

    @property
    def verdict(self) -> Any:
        raise AssertionError("nobody here asks the verdict")

    @property
    def session(self) -> Session:
        from umbel.collect.columns import Batch
        from umbel.evidence.memory import MemoryLake
        from umbel.evidence.session import Session

        if self.own is None:
            self.own = Session(MemoryLake(Batch({})), self.as_of)
        return self.own


def one(known: Any, name: str) -> Reading:
    """One reading."""
    return read(known, [name])[name]


def dated(path: Path, day: float = 0.0) -> None:
    """Give a file the time of a day of the house."""
    moment = at(day).timestamp()
    os.utime(path, (moment, moment))


__all__ = ["NOW", "UTC", "acme", "at", "dated", "house", "one", "ours", "within", "work"]
