# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Histories of projects of a kind, told in few words, for the tests of fragility."""

from __future__ import annotations

import random

from tests.metrics.histories import Commit, Release


def steady(project: str = "steady", people: int = 8, years: int = 4) -> list[Commit]:
    """Several people who share the work, and somebody new every two months."""
    last = years * 365
    commits = [Commit(f"{project}-{day % people}", -day, project) for day in range(1, last, 3)]
    for began in range(20, last, 60):
        commits += [Commit(f"{project}-new-{began}", -began + later, project) for later in (0, 9)]
    return commits


def lonely(project: str = "lonely", years: int = 4) -> list[Commit]:
    """One person, who works every other day."""
    return [Commit(f"{project}-one", -day, project) for day in range(1, years * 365, 2)]


def handed_over(project: str = "handed", *, after: bool = True) -> list[Commit]:
    """One person who left; after a year's silence somebody new came, a month ago."""
    old = [Commit(f"{project}-old", -day, project) for day in range(400, 1600, 12)]
    return old + [Commit(f"{project}-new", -day, project) for day in range(1, 30, 2) if after]


def finished(project: str = "finished") -> list[Commit]:
    """A tiny project of one person, done six years ago."""
    return [Commit(f"{project}-one", -2200 - 9 * number, project) for number in range(40)]


def monthly(project: str, until: int = 5, years: int = 4) -> list[Release]:
    """A release every thirty days."""
    return [Release(f"v1.{day}.0", -day, project, f"{project}-0") for day in range(until, years * 365, 30)]


def chance(seed: int, project: str = "chance") -> tuple[list[Commit], list[Release]]:
    """Any history at all, the same for the same seed: people come and go, bots among them, merges, releases."""
    draw = random.Random(seed)
    crowd = [*(f"{project}-{number}" for number in range(draw.randint(1, 12))), "helper[bot]"]
    span = draw.choice((200, 500, 1500, 2500))
    commits = [
        Commit(
            draw.choice(crowd[: 1 + day * len(crowd) // span] or crowd),
            -day,
            project,
            by=draw.choice(crowd[:-1]) if draw.random() < 0.2 else None,
            co=(draw.choice(crowd[:-1]),) if draw.random() < 0.1 else (),
            parents=draw.choice((1, 1, 1, 2)),
            organisation=draw.choice((None, "Acme", "Acme", "Globex")),
        )
        for day in sorted(draw.sample(range(1, span), k=min(span - 1, draw.randint(40, 400))), reverse=True)
    ]
    releases = [
        Release(f"v{number}.0", -draw.randint(1, span), project, draw.choice((None, *crowd[:-1])), 3)
        for number in range(draw.randint(0, 12))
    ]
    return commits, releases
