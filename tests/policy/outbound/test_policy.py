# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a policy says of outgoing code: for whom, who may change it, and every fault with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from umbel.model.settings import SettingsError
from umbel.policy.file import load
from umbel.policy.outbound.patterns import meant

if TYPE_CHECKING:
    from pathlib import Path


def test_an_override_speaks_of_some_projects(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(
        "[outbound.sign-off]\nlevel = 'warn'\nmerges = true\n"
        "[[override]]\nproducts = ['Shop']\n[override.outbound.sign-off]\nlevel = 'fail'\n"
        "[[override]]\nprojects = ['toy']\n[override.outbound.sign-off]\nlevel = 'off'\n"
    )
    policy = load(file)
    shop = policy.for_outbound("x", ["shop"])["outbound-sign-off"]
    assert (shop.level, getattr(shop, "merges", None)) == ("fail", True)
    assert policy.for_outbound("x")["outbound-sign-off"].level == "warn"
    assert "outbound-sign-off" not in policy.for_outbound("toy", ["shop"])


def test_a_locked_rule_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "above.toml").write_text(
        "locked = ['outbound-secrets']\n[outbound.secrets]\nlevel = 'fail'\n"
    )
    below = tmp_path / "policy.toml"
    below.write_text("extends = 'above.toml'\n[outbound.sign-off]\nlevel = 'fail'\n")
    assert load(below).for_outbound("x")["outbound-sign-off"].level == "fail"
    below.write_text("extends = 'above.toml'\n[outbound.secrets]\nlevel = 'off'\n")
    with pytest.raises(SettingsError, match=r"line 2, outbound\.secrets: is locked"):
        load(below)
    below.write_text(
        "extends = 'above.toml'\n[[override]]\nprojects=['x']\n[override.outbound.secrets]\nlevel='off'"
    )
    with pytest.raises(SettingsError, match=r"override\[1\]\.outbound\.secrets: is locked"):
        load(below)


def test_every_fault_has_its_place(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(
        "[outbound.denied-files]\nmegabytes = -1\n[outbound.secrts]\n"
        "[[override]]\nproducts = ['a']\n[override.outbound.secrets]\nhex_limit = 9\nrandom = 'off'\n"
        "[outbound.denied-words]\nwords = [' ']\n"
    )
    with pytest.raises(SettingsError) as caught:
        load(file)
    places = [fault.place.partition(", ")[2] for fault in caught.value.faults]
    assert sorted(places) == [
        "outbound.denied-files.megabytes",
        "outbound.denied-words.words",
        "outbound.secrts",
        "override[1].outbound.secrets.hex_limit",
        "override[1].outbound.secrets.random",
    ]


@pytest.mark.parametrize(
    ("path", "pattern", "is_meant"),
    [
        ("a/b/id_rsa", "id_rsa", True),
        ("a/b/id_rsa.pub", "id_rsa", False),
        ("A.PEM", "*.pem", True),
        ("internal/x/y.txt", "internal/*", True),
        ("src/internal/y.txt", "internal/*", False),
        ("src/internal/y.txt", "*/internal/*", True),
        ("top.txt", "/top.txt", True),
    ],
)
def test_patterns(path: str, pattern: str, is_meant: bool) -> None:  # noqa: FBT001 - a case
    assert (meant(path, [pattern]) == pattern) is is_meant
