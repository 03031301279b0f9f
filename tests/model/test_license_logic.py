# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""License expressions as three-valued logic, on the text as it stands."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from license_expression import get_spdx_licensing

from umbel.model import license_logic
from umbel.model.license_logic import Both, Either, Part, evaluate, render, tree, versions_of

ALLOWED = {"MIT", "Apache-2.0", "GPL-3.0-only", "GPL-2.0-only WITH Classpath-exception-2.0"}


def verdict(license_id: str, exception: str | None) -> bool | None:
    """MIT, Apache and GPL 3 pass, other GNU licenses don't; the rest nobody knows."""
    whole = license_id if exception is None else f"{license_id} WITH {exception}"
    if whole in ALLOWED:
        return True
    return False if "GPL" in license_id else None


@pytest.mark.parametrize(
    ("expression", "outcome", "chosen", "because"),
    [
        ("MIT", True, "MIT", ("MIT",)),
        ("MIT OR GPL-2.0-only", True, "MIT", ("MIT",)),
        ("GPL-2.0-only OR MIT", True, "MIT", ("MIT",)),
        ("MIT AND GPL-2.0-only", False, None, ("GPL-2.0-only",)),
        ("MIT AND (MIT OR Apache-2.0)", True, "MIT", ("MIT",)),
        ("MIT AND (GPL-2.0-only OR Apache-2.0)", True, "MIT AND Apache-2.0", ("MIT", "Apache-2.0")),
        ("GPL-2.0-only WITH Classpath-exception-2.0", True, *[None] * 2),
        ("GPL-2.0-only", False, None, ("GPL-2.0-only",)),
        ("GPL-2.0", False, None, ("GPL-2.0-only",)),
        ("GPL-2.0-with-classpath-exception", True, *[None] * 2),
        ("AGPL-3.0-only OR GPL-2.0-only", False, None, ("AGPL-3.0-only", "GPL-2.0-only")),
        ("ISC", None, None, ("ISC",)),
        ("ISC OR GPL-2.0-only", None, None, ("ISC",)),
        ("ISC OR MIT", True, "MIT", ("MIT",)),
        ("ISC AND MIT", None, None, ("ISC",)),
        ("ISC AND GPL-2.0-only", False, None, ("GPL-2.0-only",)),
        ("LicenseRef-acme", None, None, ("LicenseRef-acme",)),
        ("LicenseRef-acme OR MIT", True, "MIT", ("MIT",)),
        ("NONE", None, None, ("NONE",)),
        ("NOASSERTION", None, None, ("NOASSERTION",)),
        ("Acme Public License", None, None, ("Acme Public License",)),
        ("MIT OR Acme", True, "MIT", ("MIT",)),
        ("MIT AND Acme", None, None, ("Acme",)),
        ("MIT OR Acme License", None, None, ("MIT OR Acme License",)),
        ("MIT or later", None, None, ("MIT or later",)),
        ("apache license 2.0", True, "Apache-2.0", ("Apache-2.0",)),
        ("MIT/Apache-2.0", True, "MIT", ("MIT",)),
        ("MIT OR", None, None, ("MIT OR",)),
        ("", None, None, ("",)),
    ],
)
def test_logic(
    *, expression: str, outcome: bool | None, chosen: str | None, because: tuple[str, ...] | None
) -> None:
    found = evaluate(expression, verdict)
    assert found.outcome is outcome
    if because is not None:
        assert found.chosen == chosen
        assert found.because == because


def test_nothing_said_is_unknown() -> None:
    assert evaluate(None, verdict).outcome is None


def test_none_is_asked_of_the_verdict() -> None:
    assert evaluate("none", lambda license_id, _: license_id != "NONE").outcome is False


def test_how_a_name_was_read_is_told() -> None:
    assert evaluate("Apache License 2.0", verdict).note == "mapped from 'Apache License 2.0'"
    assert evaluate("Acme Public License", verdict).note == "is no license that SPDX knows"


def test_an_or_later_license_passes_in_a_later_version() -> None:
    found = evaluate("GPL-2.0-or-later AND MIT", verdict)
    assert found.chosen == "GPL-3.0-only AND MIT"
    assert found.parts[0] == Part("GPL-2.0-or-later", verdict=True, taken="GPL-3.0-only")
    assert evaluate("GPL-2.0-or-later", lambda key, _: key == "GPL-2.0-or-later").chosen == "GPL-2.0-or-later"
    assert evaluate("GPL-3.0-or-later", lambda key, _: key == "GPL-2.0-only").outcome is False
    assert evaluate("EPL-1.0+", lambda key, _: key == "EPL-2.0").chosen == "EPL-2.0"


@pytest.mark.parametrize(
    ("license_id", "versions"),
    [
        ("GPL-3.0-or-later", ("GPL-3.0-only",)),
        ("Apache-2.0+", ("Apache-2.0",)),
        ("MIT+", ("MIT",)),
        ("MIT", ()),
        ("LicenseRef-x+", ()),
        ("GFDL-1.2-invariants-or-later", tuple(f"GFDL-{v}" for v in ("1.2-invariants-only", "1.3-invariants-only", "1.3-invariants-or-later"))),
        ("CC-BY-SA-3.0+", ("CC-BY-SA-3.0", "CC-BY-SA-4.0")),
    ],
)  # fmt: skip
def test_versions(license_id: str, versions: tuple[str, ...]) -> None:
    assert versions_of(license_id) == versions


@pytest.mark.parametrize(
    ("expression", "choice", "outcome"),
    [
        ("MIT OR GPL-2.0-only", "GPL-2.0-only", False),
        ("MIT OR GPL-2.0-only", "MIT", True),
        ("MIT OR GPL-2.0-only", "gpl-2.0", False),
        ("ISC AND (MIT OR GPL-2.0-only)", "GPL-2.0-only", False),
        ("(MIT OR GPL-2.0-only) AND (Apache-2.0 OR GPL-2.0-only)", "MIT", True),
        ("(MIT OR GPL-2.0-only) AND (Apache-2.0 OR ISC)", "MIT AND ISC", None),
        ("GPL-2.0-or-later", "GPL-2.0-only", False),
        ("MIT OR (MIT AND GPL-2.0-only)", "MIT AND GPL-2.0-only", False),
    ],
)
def test_a_recorded_choice_is_what_is_judged(*, expression: str, choice: str, outcome: bool | None) -> None:
    assert evaluate(expression, verdict, choice=choice).outcome is outcome


def test_a_choice_that_is_no_alternative_changes_nothing_and_is_told() -> None:
    found = evaluate("MIT OR GPL-2.0-only", verdict, choice="ISC")
    assert found.outcome is True
    assert found.note == "'ISC' was chosen, which is no alternative of it"
    assert evaluate("MIT", verdict, choice="MIT OR ISC").note is not None


SPDX = get_spdx_licensing()
LEAVES = ("MIT", "ISC", "Apache-2.0", "GPL-2.0-only WITH Classpath-exception-2.0", "LicenseRef-acme", "Acme")
Tree = str | tuple[str, list[Any]]
TREES = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.tuples(st.sampled_from(("AND", "OR")), st.lists(inner, min_size=2, max_size=3)),
    max_leaves=7,
)


def text_of(node: Tree) -> str:
    if isinstance(node, str):
        return node
    return f" {node[0]} ".join(
        f"({text_of(each)})" if not isinstance(each, str) else each for each in node[1]
    )


def ways(node: Tree) -> list[set[str]]:
    """Every set of licenses by which the text is kept, one way for each assignment of its choices."""
    if isinstance(node, str):
        return [{node}]
    inner = [ways(each) for each in node[1]]
    if node[0] == "OR":
        return [way for each in inner for way in each]
    return [set.union(*combined) for combined in itertools.product(*inner)]


def brute(node: Tree, verdicts: dict[str, bool | None]) -> bool | None:
    """A way passes if all of it does; the text passes if a way does, and fails if all of them fail."""
    outcomes = []
    for way in ways(node):
        found = {verdicts[each] for each in way}
        outcomes.append(False if False in found else None if None in found else True)
    return True if True in outcomes else None if None in outcomes else False


@given(TREES, st.lists(st.sampled_from((True, False, None)), min_size=len(LEAVES), max_size=len(LEAVES)))
def test_equal_to_a_table_of_all_choices(node: Tree, said: list[bool | None]) -> None:
    verdicts = {**dict(zip(LEAVES, said, strict=True)), "Acme": None}

    def asked(license_id: str, exception: str | None) -> bool | None:
        return verdicts[license_id if exception is None else f"{license_id} WITH {exception}"]

    found = evaluate(text_of(node), asked)
    assert found.outcome is brute(node, verdicts)
    if found.outcome:
        assert found.chosen is not None
        assert set(found.chosen.split(" AND ")) in ways(node)
        assert evaluate(text_of(node), asked, choice=found.chosen).outcome is True
    assert all(verdicts[each] is found.outcome for each in found.because)


@given(TREES.filter(lambda node: "Acme" not in re.findall(r"[\w.-]+", text_of(node))))
def test_reads_as_the_library_does(node: Tree) -> None:
    """`license-expression`, which doesn't know references of one's own, parses the same tree."""
    text = text_of(node).replace("LicenseRef-acme", "LicenseRef-scancode-public-domain")
    found, _ = tree(text)
    assert found is not None
    assert shape(found) == library(SPDX.parse(text))
    again, _ = tree(render(found))
    assert again is not None
    assert shape(again) == shape(found)


def shape(node: license_logic.Node) -> Any:
    """A tree without its grouping of equal operators."""
    if isinstance(node, Part):
        return str(node)
    return _flat("AND" if isinstance(node, Both) else "OR", [shape(each) for each in node.parts])


def library(node: Any) -> Any:
    name = type(node).__name__
    return _flat(name, [library(each) for each in node.args]) if name in {"AND", "OR"} else str(node)


def _flat(operator: str, parts: list[Any]) -> Any:
    flat: list[Any] = []
    for each in parts:
        flat += each[1] if isinstance(each, tuple) and each[0] == operator else [each]
    distinct = [each for at, each in enumerate(flat) if each not in flat[:at]]
    return (operator, distinct) if len(distinct) > 1 else distinct[0]


@given(st.text(alphabet="MITGPL-2.0+() ANDORWITH/,\n\x00é", max_size=80))
def test_any_text_gives_an_answer(text: str) -> None:
    found = evaluate(text, verdict, choice=text)
    assert found.outcome in {True, False, None}


def test_what_is_nested_too_deep_or_too_long_is_unknown() -> None:
    assert evaluate("(" * 900 + "MIT" + ")" * 900, verdict).outcome is None
    assert evaluate(" OR ".join(["MIT"] * 5000), verdict).outcome is None


def test_alternatives_are_bounded() -> None:
    many, _ = tree(" AND ".join(["(MIT OR ISC)"] * 20))
    assert many is not None
    assert license_logic.alternatives(many) is None
    few, _ = tree("MIT AND (ISC OR Apache-2.0)")
    assert few is not None
    assert isinstance(few, Both)
    assert isinstance(few.parts[1], Either)
    assert [render(each) for each in license_logic.alternatives(few) or ()] == [
        "MIT AND ISC",
        "MIT AND Apache-2.0",
    ]
