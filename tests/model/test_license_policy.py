# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Groups of licenses, the policy that ships, and how both differ from what others ship."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from umbel.model.license_policy import (
    DISTRIBUTIONS,
    LINKAGES,
    LicensePolicy,
    LicenseRule,
    Use,
    default,
    fault_of,
    group_of,
    groups,
    judge,
    judge_license,
    uses_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.model.settings import Distribution

BINARY = Use(distribution=("distributed-binary",))


@pytest.mark.parametrize(
    ("license_id", "exception", "group"),
    [
        ("MIT", None, "permissive"),
        ("CC0-1.0", None, "public-domain"),
        ("MPL-2.0", None, "weak-copyleft"),
        ("CECILL-C", None, "weak-copyleft"),
        ("GPL-2.0-only", None, "strong-copyleft"),
        ("GPL-2.0-only", "Classpath-exception-2.0", "weak-copyleft"),
        ("AGPL-3.0-or-later", None, "network-copyleft"),
        ("AGPL-3.0-or-later", "Classpath-exception-2.0", "network-copyleft"),
        ("SSPL-1.0", None, "source-available"),
        ("BUSL-1.1", None, "source-available"),
        ("CC-BY-NC-4.0", None, "source-available"),
        ("Hippocratic-2.1", None, "restricted"),
        ("SISSL", None, "proprietary"),
        ("NONE", None, "none"),
        ("LicenseRef-acme", None, "unknown"),
        ("Apache-2.0+", None, "permissive"),
        ("GPL-2.0-only", "No-such-exception", "unknown"),
    ],
)
def test_groups(license_id: str, exception: str | None, group: str) -> None:
    assert group_of(license_id, exception) == group


@pytest.mark.parametrize(
    ("expression", "outcomes"),
    [
        # internal, hosted, distributed as binary, as source, in a device
        ("MIT", "+++++"),
        ("MPL-2.0", "+++++"),
        ("LGPL-2.1-or-later", "++?+?"),
        ("LGPL-3.0-only", "++?+?"),
        ("GPL-2.0-only", "++---"),
        ("GPL-3.0-only OR MIT", "+++++"),
        ("GPL-3.0-only AND MIT", "++---"),
        ("AGPL-3.0-only", "?----"),
        ("BUSL-1.1", "?----"),
        ("NONE", "-----"),
        ("LicenseRef-acme", "?????"),
        ("Acme License", "?????"),
    ],
)
def test_the_policy_that_ships(expression: str, outcomes: str) -> None:
    signs = {True: "+", False: "-", None: "?"}
    found = [judge(expression, Use(distribution=(way,))).outcome for way in DISTRIBUTIONS]
    assert "".join(signs[each] for each in found) == outcomes


def test_every_name_in_it_means_something() -> None:
    assert fault_of(default()) == []
    typo = LicensePolicy(rules=(LicenseRule(licenses=("MIT", "permisive"), verdict="allow"),))
    assert fault_of(typo) == [(0, "permisive")]
    assert {name for rule in default().rules for name in rule.licenses} >= {g.name for g in groups().groups}


def test_linkage_decides_where_it_is_known() -> None:
    assert judge("LGPL-2.1-only", BINARY).outcome is None
    assert (
        judge("LGPL-2.1-only", Use(distribution=("distributed-binary",), linkage="dynamic")).outcome is True
    )
    assert judge("LGPL-2.1-only", Use(distribution=("distributed-binary",), linkage="static")).outcome is None


def test_tools_are_judged_less() -> None:
    assert (
        judge("GPL-3.0-only", Use(distribution=("distributed-binary",), scope="development")).outcome is True
    )
    assert judge("GPL-3.0-only", Use(distribution=("distributed-binary",), scope="build")).outcome is None
    assert judge("GPL-3.0-only", Use(distribution=("distributed-binary",), scope=None)).outcome is False


def test_the_strictest_way_to_users_counts() -> None:
    found = judge_license(default(), Use(distribution=("internal", "distributed-source")), "GPL-2.0-only")
    assert found.verdict is False
    assert found.because == (
        "what is distributed with it as one work must be under its license, with source",
    )


def test_where_nobody_knows_the_way_to_users_it_depends() -> None:
    assert judge("MIT", Use()).outcome is True
    found = judge_license(default(), Use(), "GPL-2.0-only")
    assert found.verdict is None
    assert found.because == ("it depends on how the product reaches its users",)


def test_a_policy_of_ones_own() -> None:
    own = LicensePolicy(
        rules=(
            LicenseRule(licenses=("GPL-2.0-only WITH Classpath-exception-2.0",), verdict="allow"),
            LicenseRule(licenses=("GPL-*", "advertising"), verdict="deny"),
            LicenseRule(licenses=("permissive",), verdict="allow"),
        )
    )
    assert judge("GPL-2.0-only WITH Classpath-exception-2.0", BINARY, own).outcome is True
    assert judge("GPL-2.0-only WITH LLVM-exception", BINARY, own).outcome is False
    assert judge("BSD-4-Clause", BINARY, own).outcome is False
    assert judge("ISC", BINARY, own).outcome is True
    found = judge("MPL-2.0", BINARY, own)
    assert found.outcome is None
    assert found.parts[0].because == ("no rule speaks of it",)


def test_several_products() -> None:
    assert uses_of([("hosted",), ("internal", "hosted")]) == ("hosted", "internal")
    assert uses_of([("hosted",), ()]) == ()
    assert uses_of([]) == ()


WAYS = st.lists(st.sampled_from(DISTRIBUTIONS), unique=True).map(tuple)
IDS = st.sampled_from(("MIT", "LGPL-2.1-only", "GPL-2.0-only", "AGPL-3.0-only", "BUSL-1.1", "LicenseRef-x"))


@given(IDS, WAYS, st.none() | st.sampled_from(LINKAGES))
def test_what_is_said_with_less_knowledge_holds_with_more(
    license_id: str, ways: tuple[Distribution, ...], linkage: Any
) -> None:
    """An answer that was given without knowing the linkage or the way isn't turned by learning it."""
    vague = judge_license(default(), Use(distribution=ways), license_id).verdict
    exact = judge_license(default(), Use(distribution=ways, linkage=linkage), license_id).verdict
    assert vague is None or vague is exact
    unknown = judge_license(default(), Use(linkage=linkage), license_id).verdict
    assert unknown is None or unknown is exact


# -- what others ship


def _listed(folder: Path) -> list[str]:
    entries = json.loads((folder / "licence/spdx-licenses.json").read_text("utf-8"))["licenses"]
    return [entry["licenseId"] for entry in entries if not entry["isDeprecatedLicenseId"]]


def test_every_license_that_spdx_lists_is_in_a_group(shared_data: Path) -> None:
    found = {key: group_of(key) for key in _listed(shared_data)}
    unknown = [key for key, group in found.items() if group == "unknown"]
    assert len(found) > 690
    assert len(unknown) < 20  # newer than the index, and nobody sorted them yet


DTRACK = {
    "Copyleft": {"strong-copyleft", "network-copyleft"},
    "Weak Copyleft": {"weak-copyleft"},
    "Permissive": {"permissive", "public-domain"},
    "Non-Commercial": {"source-available"},
}
DTRACK_DIFFERS = {
    "permissive": {"AFL-1.1", "AFL-1.2", "AFL-2.0", "AFL-2.1", "AFL-3.0"},  # asks for no source
    "restricted": {  # not for nuclear use
        "BSD-3-Clause-No-Nuclear-License", "BSD-3-Clause-No-Nuclear-License-2014", "BSD-3-Clause-No-Nuclear-Warranty",
    },
    "strong-copyleft": {"BSD-Protection", "YPL-1.1"},  # the index reads them so
    "weak-copyleft": {  # share-alike is no permissive term; the others reach no further than their files
        "CC-BY-SA-1.0", "CC-BY-SA-2.0", "CC-BY-SA-2.5", "CC-BY-SA-3.0", "CC-BY-SA-4.0",
        "EUPL-1.1", "EUPL-1.2", "MS-RL", "NGPL", "OCLC-2.0", "RPSL-1.0",
    },
}  # fmt: skip


def test_differences_from_dependency_tracks_groups(shared_data: Path) -> None:
    listed = set(_listed(shared_data))
    theirs = json.loads((shared_data / "licence/dtrack-licenseGroups.json").read_text("utf-8"))
    found: dict[str, set[str]] = {}
    for group in theirs:
        for key in set(group["licenses"]) & listed:
            if group_of(key) not in DTRACK[group["name"]]:
                found.setdefault(group_of(key), set()).add(key)
    assert found == DTRACK_DIFFERS


ORT = {
    "permissive": "permissive",
    "public-domain": "public-domain",
    "copyleft": "strong-copyleft",
    "copyleft-limited": "weak-copyleft",
    "source-available": "source-available",
    "free-restricted": "restricted",
    "proprietary-free": "proprietary",
    "commercial": "proprietary",
    "unstated-license": "unknown",
}
ORT_DIFFERS = {
    "strong-copyleft": {"CECILL-1.1", "CECILL-2.0", "CECILL-2.1"},  # like the GPL; CECILL-C is the limited one
    "weak-copyleft": {"CECILL-C", "LPPL-1.0", "LPPL-1.1", "LPPL-1.2", "LPPL-1.3a", "LPPL-1.3c"},  # renames, no more
    "permissive": {"HPND-UC-export-US", "HPND-export-US", "HPND-export-US-acknowledgement"},  # repeat the law
    "source-available": {"Aladdin", "NCGL-UK-2.0", "PPL", "SUL-1.0"},  # not commercial, or not for all
    "network-copyleft": {"RPL-1.1", "RPL-1.5"},  # use over a network counts as deployment
}  # fmt: skip


def test_differences_from_orts_classifications(shared_data: Path) -> None:
    """ORT has no group for networks: its copyleft holds those, and says nothing of them."""
    listed = set(_listed(shared_data))
    text = (shared_data / "licence/ort-license-classifications.yml").read_text("utf-8")
    found: dict[str, set[str]] = {}
    compared = 0
    for entry in yaml.load(text, yaml.CSafeLoader)["categorizations"]:
        theirs = {ORT[name] for name in entry["categories"] if name in ORT}
        key, mine = entry["id"], group_of(entry["id"])
        if key not in listed or not theirs:
            continue
        compared += 1
        same = mine in theirs or (mine == "network-copyleft" and "strong-copyleft" in theirs)
        if not same and not (key == "SSPL-1.0" and mine == "source-available"):
            found.setdefault(mine, set()).add(key)
    assert compared > 650
    assert found == ORT_DIFFERS


def test_what_blue_oak_calls_permissive_mostly_is(shared_data: Path) -> None:
    """Their list takes in Perl's and TeX's licenses, which ask to rename or to offer source of changes."""
    theirs = json.loads((shared_data / "licence/blueoak.json").read_text("utf-8"))
    listed = set(_listed(shared_data))
    keys = [each["id"] for grade in theirs for each in grade["licenses"] if each["id"] in listed]
    other = {key for key in keys if group_of(key) not in {"permissive", "public-domain"}}
    assert len(keys) > 150
    assert {group_of(key) for key in other} <= {"weak-copyleft", "restricted", "strong-copyleft"}
    assert {key for key in other if group_of(key) == "strong-copyleft"} == {"Vim"}
    assert len(other) <= 20


def test_groups_by_category_agree_with_the_index(shared_data: Path) -> None:
    index = json.loads((shared_data / "licence/scancode-licensedb-index.json").read_text("utf-8"))
    available = {e["spdx_license_key"] for e in index if e["category"] == "Source-available"}
    mine = {key for key in _listed(shared_data) if group_of(key) == "source-available"}
    assert {key for key in available if key in set(_listed(shared_data))} <= mine
