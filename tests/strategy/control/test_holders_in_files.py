# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a project's own words say of who holds it, and of whom contributors give their rights to."""

from __future__ import annotations

import time

import pytest

from tests.collect.test_practices import one


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("GOVERNANCE.md", "Shop is hosted by the [Acme Foundation](https://acme.example).", "Acme Foundation"),
        ("docs/governance.rst", "Shop is a project of the\nApache Software Foundation (ASF).", "Apache Software Foundation"),
        ("CHARTER.md", "part of CNCF since 2020", "CNCF"),
        ("NOTICE", "Shop\nCopyright 2001-2026 The Apache Software Foundation\n", "Apache Software Foundation"),
        ("GOVERNANCE.md", "Our fiscal sponsor is NumFOCUS.", "NumFOCUS"),
    ],
)  # fmt: skip
def test_a_foundation_is_named(path: str, text: str, name: str) -> None:
    assert one("foundation", path, text) == ("met", path, name)


@pytest.mark.parametrize(
    "text",
    [
        "We would like to thank the Acme Foundation.",
        "the foundation of our work",
        "hosted by volunteers",
        "hosted by " + "A " * 50_000,
        "Shop is not part of the Apache Software Foundation.",
        "It was formerly hosted by the Acme Foundation.",
        "The work is sponsored by the Acme Foundation.",
    ],
)
def test_other_words_name_none(text: str) -> None:
    assert one("foundation", "GOVERNANCE.md", text)[0] == "unmet"


def test_a_notice_of_what_it_holds_names_no_holder() -> None:
    told = "Shop\nCopyright 2020 Acme\n\nThis product includes software developed at\nThe Apache Software Foundation.\n"
    assert one("foundation", "NOTICE", told)[0] == "unmet"
    told += "\nCommons\nCopyright 2001-2026 The Apache Software Foundation\n"
    assert one("foundation", "NOTICE", told)[0] == "unmet"


def test_a_notice_of_spaces_takes_no_time() -> None:
    start = time.process_time()
    assert one("foundation", "NOTICE", f"Copyright{' ' * 50_000}Acme")[0] == "unmet"
    assert time.process_time() - start < 2


def test_an_assignment_is_asked_for_or_denied() -> None:
    asked = "Contributors must assign their copyright to Acme."
    assert one("copyright-assignment", "CONTRIBUTING.md", asked)[0] == "met"
    for denied in (
        "You do not need to assign your copyright.",
        "A sign-off, rather than a copyright assignment, is all we want.",
        "No copyright assignment is needed.",
        "We don't ask you to transfer your copyright.",
        "We don’t want you to assign your copyright.",
        "You cannot assign copyright to us.",
    ):
        assert one("copyright-assignment", "CONTRIBUTING.md", denied)[0] == "unmet"
