# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Examples in a policy: does it say what its authors mean?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from umbel.policy import cases
from umbel.policy.file import load

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def _problem(folder: Path, case: str, policy: str = "") -> str | None:
    path = folder / "policy.toml"
    path.write_text(f'{policy}\n[[cases]]\nname = "x"\n{case}', "utf-8")
    (outcome,) = cases.run(load(path), NOW)
    return outcome.problem


@pytest.mark.parametrize(
    "case",
    [
        'component = "pkg:npm/a@1.0.0"\nlicense = "MIT"\nexpect = []',
        'component = "pkg:npm/a@1.0.0"\nexpect = ["license-unknown"]\nfails = false',
        'component = "pkg:npm/a@1.0.0"\nlicense = "MIT OR GPL-3.0-only"\ndistribution = ["distributed-binary"]\nexpect = []',
        'component = "pkg:npm/a@1.0.0"\nlicense = "GPL-3.0-only"\ndistribution = ["distributed-binary"]\nexpect = ["license-denied"]\nfails = true',
        'component = "pkg:npm/a@1.0.0"\nlicense = "MIT"\nvulnerabilities = [{ id = "CVE-1", severity = "critical", fixed = "2" }]\nexpect = ["vulnerability"]\nfails = true',
        'component = "pkg:npm/a@1.0.0"\nlicense = "MIT"\nscope = "development"\nvulnerabilities = [{ id = "CVE-1", severity = "critical" }]\nexpect = []',
        'component = "pkg:npm/a@1.0.0"\nlicense = "MIT"\nreleased = 2026-05-31\nexpect = ["too-new"]',
        'component = "pkg:npm/a@1.0.0"\nlicense = "MIT"\nend_of_life = 2026-01-01\nexpect = ["end-of-life"]',
        'component = "pkg:npm/a@1.0.0"\nlicense = "MIT"\ndeprecated = true\nexpect = ["deprecated"]',
        'component = "pkg:npm/a@1.0.0"\nlicense = "MIT"\narchived = true\nexpect = ["unmaintained"]',
    ],
)
def test_the_shipped_policy_says_what_one_expects(tmp_path: Path, case: str) -> None:
    assert _problem(tmp_path, case) is None


def test_what_comes_out_otherwise_is_said(tmp_path: Path) -> None:
    said = _problem(tmp_path, 'component = "pkg:npm/a@1.0.0"\nexpect = ["malicious"]\nfails = true')
    assert said is not None
    assert "malicious should find something and doesn't" in said
    assert "license-unknown finds something and shouldn't" in said
    assert "the gate opens" in said


def test_a_case_speaks_of_a_product_too(tmp_path: Path) -> None:
    policy = '[[override]]\nproducts = ["Till"]\nrules.license-unknown.level = "off"\n'
    assert _problem(tmp_path, 'component = "pkg:npm/a@1"\nproduct = "Till"\nexpect = []', policy) is None
    assert _problem(tmp_path, 'component = "pkg:npm/a@1"\nproduct = "Shop"\nexpect = []', policy) is not None


@pytest.mark.parametrize(
    "case",
    ['component = "pkg:"\nexpect = []', 'component = "pkg:npm/a@1"\nvulnerabilities = [{}]\nexpect = []'],
)
def test_a_case_that_can_not_be_read_is_a_problem_of_its_own(tmp_path: Path, case: str) -> None:
    assert "can't be read" in (_problem(tmp_path, case) or "")
