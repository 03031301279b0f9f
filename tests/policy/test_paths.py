# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Ways into a project, however long a document makes them."""

from __future__ import annotations

import tracemalloc

from umbel.policy.paths import LONGEST, _walked


def test_a_short_way_is_told_whole() -> None:
    assert _walked({None: [1, 2], 1: [3], 2: [3], 3: [1]}) == {1: (1,), 2: (2,), 3: (1, 3)}


def test_a_chain_as_long_as_a_document_takes_little_memory() -> None:
    number = 20_000
    edges: dict[int | None, list[int]] = {None: [0]} | {one: [one + 1] for one in range(number)}
    tracemalloc.start()
    try:
        ways = _walked(edges)
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()
    assert len(ways) == number + 1
    way = ways[number]
    assert (way[:2], way[-2:], len(way)) == ((0, 1), (number - 1, number), LONGEST + 1)
    assert way.count(None) == 1
    assert ways[LONGEST - 1] == tuple(range(LONGEST))
