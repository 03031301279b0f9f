# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What licenses ask for, in which use, and what is left open."""

from __future__ import annotations

import fnmatch
import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.model import licenses
from umbel.model.license_policy import DISTRIBUTIONS, LINKAGES, Use, groups
from umbel.model.obligations import alternatives_of, duties, duties_of, obligations

ROOT = Path(__file__).parent.parent.parent
TABLE = tomllib.loads((ROOT / "src/umbel/model/data/obligations.toml").read_text("utf-8"))
BINARY = Use(distribution=("distributed-binary",))


def asked(expression: str, use: Use, choice: str | None = None) -> dict[str, bool | None]:
    """Obligation → whether it applies; True if it does for one of the licenses."""
    found: dict[str, bool | None] = {}
    for each in obligations(expression, use, choice):
        found[each.id] = True if found.get(each.id) else each.applies
    return found


def test_the_table_speaks_of_kinds_that_it_has() -> None:
    known = {entry["id"] for entry in TABLE["obligations"]}
    assert set(duties()) == known
    assert {o for entry in TABLE["licenses"] for o in entry["obligations"]} <= known
    assert {o for group in TABLE["groups"].values() for o in group} <= known
    assert set(TABLE["groups"]) == {group.name for group in groups().groups}
    used = {o for entry in TABLE["licenses"] for o in entry["obligations"]} | {
        o for group in TABLE["groups"].values() for o in group
    }
    assert known - used == set()


def test_the_table_speaks_of_licenses_that_spdx_knows() -> None:
    """A plain id is one that SPDX writes today; a pattern means at least one."""
    listed = json.loads((ROOT / "src/umbel/model/data/spdx_ids.json").read_text("utf-8"))["licenses"]

    for entry in TABLE["licenses"]:
        for name in entry["licenses"]:
            assert fnmatch.filter(listed, name), name
            assert "*" in name or licenses.read(name).expression == name


@pytest.mark.parametrize(
    ("expression", "use", "expected"),
    [
        ("MIT", BINARY, {"keep-notice": True, "include-license-text": True}),
        ("MIT", Use(distribution=("hosted",)), {}),
        ("0BSD", BINARY, {}),
        ("MIT", Use(distribution=("distributed-binary",), scope="test"), {}),
        ("MIT", Use(), {"keep-notice": None, "include-license-text": None}),
        ("AGPL-3.0-only", Use(distribution=("hosted",), modified=False), {"patent-grant": True, "patent-retaliation": True}),
        ("BSD-4-Clause", Use(distribution=("hosted",)), {"no-endorsement": True, "attribution-in-ads": True}),
    ],
)  # fmt: skip
def test_triggered_by_use(expression: str, use: Use, expected: dict[str, bool | None]) -> None:
    assert asked(expression, use) == expected


def test_network_copyleft_asks_for_source_where_it_was_changed() -> None:
    assert asked("AGPL-3.0-only", Use(distribution=("hosted",), modified=True))["network-source"] is True
    assert asked("AGPL-3.0-only", Use(distribution=("hosted",)))["network-source"] is None


def test_copyleft_asks_for_source_and_devices_for_more() -> None:
    device = asked("GPL-3.0-only", Use(distribution=("embedded-device",), linkage="static", modified=True))
    assert {
        "provide-source",
        "offer-source",
        "same-license",
        "state-changes",
        "installation-information",
    } <= set(device)
    assert set(device.values()) == {True}
    assert "installation-information" not in asked("GPL-3.0-only", BINARY)
    assert "installation-information" not in asked("GPL-2.0-only", Use(distribution=("embedded-device",)))
    assert "same-license" not in asked(
        "GPL-2.0-only", Use(distribution=("distributed-binary",), linkage="separate")
    )


def test_libraries_may_be_replaced_by_users() -> None:
    static = Use(distribution=("distributed-binary",), linkage="static")
    assert asked("LGPL-2.1-only", static)["allow-relinking"] is True
    assert "allow-relinking" not in asked(
        "LGPL-2.1-only", Use(distribution=("distributed-binary",), linkage="dynamic")
    )
    (open_,) = [o for o in obligations("LGPL-2.1-only", BINARY) if o.id == "allow-relinking"]
    assert open_.applies is None
    assert open_.open == "how it is linked"


def test_a_choice_that_nobody_made_leaves_open_what_only_one_alternative_asks() -> None:
    found = asked("MIT OR GPL-2.0-only", BINARY)
    assert found["keep-notice"] is True
    assert found["provide-source"] is None
    (source,) = [o for o in obligations("MIT OR GPL-2.0-only", BINARY) if o.id == "provide-source"]
    assert source.open == "whether GPL-2.0-only is chosen"
    assert "provide-source" not in asked("MIT OR GPL-2.0-only", BINARY, "MIT")
    assert asked("MIT OR GPL-2.0-only", BINARY, "GPL-2.0-only")["provide-source"] is True


def test_a_sum_asks_for_all() -> None:
    assert {"provide-source", "include-notice-file"} <= set(asked("Apache-2.0 AND GPL-3.0-only", BINARY))


def test_an_exception_leaves_open_what_it_lifts() -> None:
    found = {o.id: o for o in obligations("GPL-2.0-only WITH Classpath-exception-2.0", BINARY)}
    assert found["same-license"].applies is None
    assert found["same-license"].open == "what Classpath-exception-2.0 lifts; how it is linked"
    assert found["read-terms"].applies is True
    assert found["keep-notice"].applies is True


def test_beyond_the_table_the_group_speaks_and_it_is_said() -> None:
    found = obligations("Sleepycat", BINARY)
    assert all(each.derived for each in found)
    assert "read-terms" in {each.id for each in found}
    assert duties_of("NoSuchLicense-but-LicenseRef")[1]
    assert not any(each.derived for each in obligations("MIT", BINARY))


@pytest.mark.parametrize(
    "expression", [None, "NOASSERTION", "Acme Public License", "NONE", "MIT OR", "MIT AND Acme"]
)
def test_what_nobody_knows_has_to_be_found_out(expression: str | None) -> None:
    assert "clarify" in {each.id for each in obligations(expression, BINARY)}


def test_answers_can_be_changed_by_who_asks() -> None:
    obligations("MIT", BINARY).clear()
    assert len(obligations("MIT", BINARY)) == 2


def test_alternatives() -> None:
    assert alternatives_of("MIT OR (ISC AND Apache-2.0)") == ("MIT", "ISC AND Apache-2.0")
    assert alternatives_of("MIT") == ()


USES = st.builds(
    Use,
    distribution=st.lists(st.sampled_from(DISTRIBUTIONS), max_size=2, unique=True).map(tuple),
    linkage=st.none() | st.sampled_from(LINKAGES),
    modified=st.none() | st.booleans(),
)
EXPRESSIONS = st.sampled_from(
    (
        "MIT",
        "GPL-3.0-or-later",
        "LGPL-2.1-only",
        "MIT OR AGPL-3.0-only",
        "MPL-2.0 AND ISC",
        "Sleepycat",
        "Acme",
    )
)


@given(EXPRESSIONS, USES)
def test_learning_more_never_brings_a_new_obligation(expression: str, use: Use) -> None:
    """What an exact use asks for was at least open for one of which less was known."""
    vague = {(o.id, o.license) for o in obligations(expression, Use())}
    exact = {(o.id, o.license) for o in obligations(expression, use)}
    assert exact <= vague
    assert all((o.applies is None) == (o.open is not None) for o in obligations(expression, use))
