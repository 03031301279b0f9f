# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Inbound and outbound licenses, by OSADL's matrix."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from pathlib import Path

import pytest

from umbel.model.license_compatibility import Outcome, compatible, known, matrix_date

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("inbound", "outbound", "outcome"),
    [
        ("MIT", "MIT", "yes"),
        ("MIT", "GPL-2.0-only", "yes"),
        ("GPL-2.0-only", "MIT", "no"),
        ("Apache-2.0", "GPL-2.0-only", "no"),
        ("Apache-2.0", "GPL-3.0-only", "yes"),
        ("Apache-2.0 OR MIT", "GPL-2.0-only", "yes"),
        ("Apache-2.0 AND MIT", "GPL-2.0-only", "no"),
        ("GPL-2.0+", "AGPL-3.0-only", "check-dependency"),
        ("MIT", "Apache-2.0 OR GPL-2.0-only", "yes"),
        ("Apache-2.0", "Apache-2.0 OR GPL-2.0-only", "no"),
        ("Apache License 2.0", "GPL-3.0", "yes"),
        ("Apache-2.0 WITH LLVM-exception", "MIT", "yes"),
        ("MIT", "GPL-2.0-only WITH Classpath-exception-2.0", "yes"),
        ("MIT", "GPL-2.0-only WITH Bison-exception-2.2", "unknown"),
        ("Apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception", "yes"),
        ("CC0-1.0", "MIT", "unknown"),
        ("Acme License", "MIT", "unknown"),
        ("MIT OR Acme", "GPL-2.0-only", "yes"),
        ("MIT AND Acme", "GPL-2.0-only", "unknown"),
        ("GPL-2.0-only AND Acme", "MIT", "no"),
        ("NONE", "MIT", "unknown"),
        (None, "MIT", "unknown"),
        ("MIT", None, "unknown"),
    ],
)
def test_pairs(inbound: str | None, outbound: str | None, outcome: Outcome) -> None:
    found = compatible(inbound, outbound)
    assert found.outcome == outcome
    assert found.why


def test_why_names_the_pairs_that_decide() -> None:
    assert compatible("MIT AND Apache-2.0", "GPL-2.0-only").why == (
        "Apache-2.0 in GPL-2.0-only: OSADL's matrix says no",
    )
    assert compatible(None, "MIT").why == ("NOASSERTION (inbound): nobody said what its license is",)


def test_an_own_license_is_always_welcome_in_itself() -> None:
    assert {compatible(each, each).outcome for each in known()} == {"yes"}


WORDS = {
    "Same": "yes",
    "Yes": "yes",
    "No": "no",
    "Unknown": "unknown",
    "Check dependency": "check-dependency",
}


def test_against_the_matrix_of_two_weeks_before(shared_data: Path) -> None:
    """Every answer is the matrix's; OSADL itself revised some between the two, and dropped CC0-1.0."""
    theirs = json.loads((shared_data / "licence/osadl-matrix.json").read_text("utf-8"))
    assert (theirs["timestamp"][:10], matrix_date()) == ("2024-05-03", "2024-05-21")
    names = set(theirs) - {"timestamp", "timeformat"}
    assert names - known() == {"CC0-1.0"}
    assert known() <= names
    differs = Counter(
        (WORDS[theirs[outbound][inbound]], compatible(inbound, outbound).outcome)
        for outbound in known()
        for inbound in known()
    )
    assert differs.total() == 12_100
    assert {pair: number for pair, number in differs.items() if pair[0] != pair[1]} == {
        ("unknown", "yes"): 556,
        ("unknown", "no"): 39,
        ("yes", "unknown"): 32,
        ("no", "yes"): 21,
        ("yes", "no"): 1,
    }


def test_the_tool_writes_the_file_that_is_there() -> None:
    """What the file says, given back to the tool as OSADL words it, is the file again."""
    spec = importlib.util.spec_from_file_location("osadl_matrix", ROOT / "tools/osadl_matrix.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    words = {letter: word for word, letter in tool.LETTERS.items()}
    date, *lines = tool.TARGET.read_text("utf-8").splitlines()
    rows = [line.partition(" ") for line in lines]
    names = [name for _, _, name in rows]
    matrix = {
        name: {inbound: words[letter] for inbound, letter in zip(names, letters, strict=True)}
        for letters, _, name in rows
    }
    assert tool.text({"timestamp": f"{date}T02:14:00+00:00", **matrix}) == tool.TARGET.read_text("utf-8")
