# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Findings told by what they have in common: what must move, and to which version."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from umbel.model.finding import Finding
from umbel.policy.risks import grouped

if TYPE_CHECKING:
    from umbel.policy.risks import By


def _finding(**other: Any) -> Finding:
    given: dict[str, Any] = {
        "rule": "vulnerability", "project": "shop", "package": "pkg:npm/inner", "version": "1.0.0",
        "what": "CVE-2026-0001", "outcome": "unmet", "severity": "high", "level": "fail",
        "reason": "it is affected.", "evidence": {"fixed": "9.0.0"},
    }  # fmt: skip
    return Finding(**(given | other))


@pytest.mark.parametrize("direct", [None, False])
@pytest.mark.parametrize(("by", "expected"), [("upgrade", ("outer", None)), ("package", ("inner", "9.0.0"))])
def test_a_version_is_one_of_the_package_that_must_move(
    by: By,
    expected: tuple[str, str | None],
    direct: bool | None,  # noqa: FBT001
) -> None:
    """That `inner` is mended in 9.0.0 says nothing of `outer`, through which it comes in."""
    finding = _finding(direct=direct, path=("outer@1.0.0", "inner@1.0.0"))
    (group,) = grouped([finding], by, lambda _: [], date(2026, 6, 1))
    assert (group.name, group.target) == expected


def test_the_highest_of_the_lowest_clears_all() -> None:
    found = [_finding(direct=True, evidence={"fixed": fixed}) for fixed in ("2.0.0", "10.0.0", "9.0.0")]
    (group,) = grouped(found, "upgrade", lambda _: [], date(2026, 6, 1))
    assert (group.name, group.target) == ("inner", "10.0.0")
