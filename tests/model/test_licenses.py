# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""License statements: kept, understood or unknown, never simplified."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.model import licenses

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("raw", "expression", "kind"),
    [
        ("MIT", "MIT", "id"),
        ("mit", "MIT", "id"),
        ("GPL-2.0", "GPL-2.0-only", "id"),
        ("GPL-2.0+", "GPL-2.0-or-later", "id"),
        ("LicenseRef-acme", "LicenseRef-acme", "id"),
        ("MIT AND (MIT OR Apache-2.0)", "MIT AND (MIT OR Apache-2.0)", "expression"),
        ("(MIT OR Apache-2.0)", "MIT OR Apache-2.0", "expression"),
        ("mit or apache-2.0", "MIT OR Apache-2.0", "expression"),
        ("MIT/Apache-2.0", "MIT OR Apache-2.0", "expression"),
        (
            "GPL-2.0-only WITH Classpath-exception-2.0",
            "GPL-2.0-only WITH Classpath-exception-2.0",
            "expression",
        ),
        ("Apache License 2.0", "Apache-2.0", "name"),
        ("Apache License 2.0 OR MIT", "Apache-2.0 OR MIT", "expression"),
        ("License :: OSI Approved :: MIT License", "MIT", "name"),
        ("http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0", "url"),
        ("https://example.org/license", None, "url"),
        ("BSD", None, "name"),
        ("UNLICENSED", None, "name"),
        ("SEE LICENSE IN LICENSE.txt", None, "unknown"),
        ("MIT OR Foo", None, "unknown"),
        ("MIT AND", None, "unknown"),
        ("NOASSERTION", None, "noassertion"),
        ("NONE", None, "none"),
        ("", None, "none"),
        ("Permission is hereby granted…" * 200, None, "text"),
        ("(" * 5000 + "MIT", None, "text"),
        ("(" * 1000 + "MIT" + ")" * 1000, None, "unknown"),
    ],
)
def test_a_statement_is_understood_or_unknown(raw: str, expression: str | None, kind: str) -> None:
    found = licenses.read(raw)
    assert (found.expression, found.kind) == (expression, kind)
    assert found.raw == raw


def test_what_was_mapped_or_not_understood_says_how_and_why() -> None:
    assert licenses.read("Apache License 2.0").note == "mapped from 'Apache License 2.0'"
    assert licenses.read("BSD").note == "doesn't say which of several licenses of that name"
    assert licenses.read("MIT OR Foo").unknown_keys == ("Foo",)


def test_the_effective_license_is_what_was_concluded_else_declared_else_detected() -> None:
    assert licenses.effective(["MIT"], ["GPL-3.0-only"], []) == "MIT"
    assert licenses.effective(["NOASSERTION"], ["MIT"], ["GPL-3.0-only"]) == "MIT"
    assert licenses.effective([], [], ["MIT"]) == "MIT"
    assert licenses.effective([], ["NONE"], []) is None


def test_several_statements_all_apply_and_one_unknown_makes_the_whole_unknown() -> None:
    assert (
        licenses.effective([], ["MIT", "Apache-2.0 OR GPL-2.0-only"], [])
        == "MIT AND (Apache-2.0 OR GPL-2.0-only)"
    )
    assert licenses.effective([], ["MIT", "Who knows"], []) is None


@pytest.mark.parametrize(
    ("expression", "category"),
    [
        (None, "unknown"),
        ("MIT", "permissive"),
        ("CC0-1.0", "public-domain"),
        ("MPL-2.0", "weak-copyleft"),
        ("GPL-3.0-only", "strong-copyleft"),
        ("AGPL-3.0-or-later", "network-copyleft"),
        ("MIT OR GPL-3.0-only", "permissive"),
        ("MIT AND GPL-3.0-only", "strong-copyleft"),
        ("MIT AND (GPL-3.0-only OR Apache-2.0)", "permissive"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "weak-copyleft"),
        ("LicenseRef-acme", "unknown"),
        ("MIT AND LicenseRef-acme", "unknown"),
        ("MIT OR LicenseRef-acme", "permissive"),
    ],
)
def test_a_choice_is_as_light_as_its_lightest_and_a_sum_as_heavy_as_its_heaviest(
    expression: str | None, category: str
) -> None:
    assert licenses.category(expression) == category


@given(st.text(max_size=80))
def test_no_text_whatever_crashes(text: str) -> None:
    found = licenses.read(text)
    assert found.expression is None or licenses.read(found.expression).expression is not None


words = st.recursive(
    st.sampled_from(["MIT", "Apache-2.0", "GPL-2.0-only", "MPL-2.0", "LicenseRef-x"]),
    lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(
        lambda t: f"({t[0]} {t[1]} {t[2]})"
    ),
    max_leaves=6,
)


@given(words)
def test_reading_an_expression_drops_no_license(expression: str) -> None:
    found = licenses.read(expression).expression
    assert found is not None
    tokens = [
        token for token in found.replace("(", " ").replace(")", " ").split() if token not in {"AND", "OR"}
    ]
    given_ = [
        token
        for token in expression.replace("(", " ").replace(")", " ").split()
        if token not in {"AND", "OR"}
    ]
    assert tokens == given_
    assert licenses.read(found).expression == found


def test_the_table_of_ids_is_in_step_with_the_index_it_is_made_from() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "tools/spdx_ids.py"), "--check"], check=False)
    assert done.returncode == 0, "run: python tools/spdx_ids.py"


def test_every_id_of_the_present_spdx_list_is_known_or_named(shared_data: Path) -> None:
    every = json.loads((shared_data / "licence/spdx-licenses.json").read_bytes())["licenses"]
    unknown = [entry["licenseId"] for entry in every if licenses.read(entry["licenseId"]).expression is None]
    assert unknown == []
