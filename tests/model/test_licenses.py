# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""License statements: kept, understood or unknown, never simplified."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from license_expression import get_spdx_licensing

from umbel.model import licenses
from umbel.model.license_names import AMBIGUOUS, NAMES

ROOT = Path(__file__).parent.parent.parent
ACROSS = "doesn't say which of several licenses of that name"
LISTED = "lists licenses without saying whether all of them apply or one is chosen"


@pytest.mark.parametrize(
    ("raw", "expression", "kind"),
    [
        ("MIT", "MIT", "id"),
        ("mit", "MIT", "id"),
        (" ISC\n", "ISC", "id"),
        ("GPL-2.0", "GPL-2.0-only", "id"),
        ("GPL-2.0+", "GPL-2.0-or-later", "id"),
        ("Apache-2.0+", "Apache-2.0+", "id"),
        ("GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0", "id"),
        ("wxWindows", "LGPL-2.0-or-later WITH WxWindows-exception-3.1", "id"),
        ("MPL-2.0-no-copyleft-exception", "MPL-2.0-no-copyleft-exception", "id"),
        ("LicenseRef-acme", "LicenseRef-acme", "id"),
        ("DocumentRef-other:LicenseRef-acme", "DocumentRef-other:LicenseRef-acme", "id"),
        ("Classpath-exception-2.0", None, "unknown"),
        ("MIT OR Apache-2.0", "MIT OR Apache-2.0", "expression"),
        ("(MIT OR Apache-2.0)", "MIT OR Apache-2.0", "expression"),
        ("(MIT)", "MIT", "expression"),
        ("mit or apache-2.0", "MIT OR Apache-2.0", "expression"),
        ("MIT AND (MIT OR Apache-2.0)", "MIT AND (MIT OR Apache-2.0)", "expression"),
        ("MIT AND (ISC AND Zlib)", "MIT AND (ISC AND Zlib)", "expression"),
        ("MIT OR ISC AND Zlib", "MIT OR (ISC AND Zlib)", "expression"),
        ("MIT/Apache-2.0", "MIT OR Apache-2.0", "expression"),
        ("Apache-2.0 / MIT", "Apache-2.0 OR MIT", "expression"),
        ("GPL-2.0-only with Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0", "expression"),
        ("EPL-2.0 OR GPL-2.0 WITH Classpath-exception-2.0", "EPL-2.0 OR GPL-2.0-only WITH Classpath-exception-2.0", "expression"),
        ("MIT AND GPL-2.0-with-classpath-exception", "MIT AND GPL-2.0-only WITH Classpath-exception-2.0", "expression"),
        ("MIT WITH AdditionRef-acme", "MIT WITH AdditionRef-acme", "expression"),
        ("MIT OR Vixie-Cron", "MIT OR Vixie-Cron", "expression"),
        ("DocumentRef-a:LicenseRef-b AND (MIT OR Apache-2.0+)", "DocumentRef-a:LicenseRef-b AND (MIT OR Apache-2.0+)", "expression"),
        ("Apache License 2.0 OR GPLv2+", "Apache-2.0 OR GPL-2.0-or-later", "expression"),
        ("Apache License 2.0", "Apache-2.0", "name"),
        ("The Apache Software License, Version 2.0", "Apache-2.0", "name"),
        ('"MIT License."', "MIT", "name"),
        ("Zlib License", "Zlib", "name"),
        ("GPLv3", "GPL-3.0-only", "name"),
        ("GNU Lesser General Public License v2.1 or later", "LGPL-2.1-or-later", "name"),
        ("GNU Affero General Public License, version 3", "AGPL-3.0-only", "name"),
        ("LGPL-2", "LGPL-2.0-only", "name"),
        ("GPL-2.1", None, "unknown"),
        ("GPL-2.0-only+", None, "unknown"),
        ("GPL (>= 2)", "GPL-2.0-or-later", "name"),
        ("License :: OSI Approved :: MIT License", "MIT", "name"),
        ("License :: OSI Approved :: European Union Public Licence 1.2 (EUPL 1.2)", "EUPL-1.2", "name"),
        ("License :: OSI Approved :: GNU General Public License v2 or later (GPLv2+)", "GPL-2.0-or-later", "name"),
        ("License :: OSI Approved :: GNU General Public License (GPL)", None, "name"),
        ("License :: OSI Approved :: BSD License", None, "name"),
        ("https://opensource.org/licenses/MIT", "MIT", "url"),
        ("https://opensource.org/license/apache-2-0/", "Apache-2.0", "url"),
        ("http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0", "url"),
        ("https://spdx.org/licenses/GPL-2.0+.html", "GPL-2.0-or-later", "url"),
        ("http://www.gnu.org/licenses/old-licenses/lgpl-2.1.html#SEC1", "LGPL-2.1-only", "url"),
        ("https://creativecommons.org/licenses/by-sa/4.0/", "CC-BY-SA-4.0", "url"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0", "url"),
        ("https://example.org/license", None, "url"),
        ("BSD", None, "name"),
        ("GPL", None, "name"),
        ("Public Domain", None, "name"),
        ("UNLICENSED", None, "name"),
        ("Unlicense", "Unlicense", "id"),
        ("SEE LICENSE IN LICENSE.txt", None, "unknown"),
        ("gpl-2.0-plus", None, "unknown"),
        ("MIT OR Foo", None, "unknown"),
        ("MIT AND", None, "unknown"),
        ("(MIT", None, "unknown"),
        ("()", None, "unknown"),
        ("MIT Apache-2.0", None, "unknown"),
        ("MIT or later", None, "unknown"),
        ("MIT, Apache-2.0", None, "unknown"),
        ("MIT and/or Apache-2.0", None, "unknown"),
        ("MIT WITH Apache-2.0", None, "unknown"),
        ("GPL-2.0-only WITH Classpath-exception-2.0 WITH GCC-exception-2.0", None, "unknown"),
        ("NOASSERTION", None, "noassertion"),
        ("UNKNOWN", None, "noassertion"),
        ("", None, "noassertion"),
        ("NONE", None, "none"),
        ("NONE OR MIT", None, "unknown"),
        ("Permission is hereby granted…\n" * 5, None, "text"),
        ("Permission is hereby granted to use this and to sell it " * 6, None, "text"),
        ("Permission is hereby granted…" * 40_000, None, "text"),
        ("(" * 5000 + "MIT", None, "text"),
        ("(" * 900 + "MIT" + ")" * 900, None, "unknown"),
        (" OR ".join(["MIT"] * 250), None, "unknown"),
    ],
)  # fmt: skip
def test_a_statement_is_understood_or_unknown(raw: str, expression: str | None, kind: str) -> None:
    found = licenses.read(raw)
    assert (found.expression, found.kind) == (expression, kind)
    assert found.raw == raw


@pytest.mark.parametrize(
    ("raw", "note", "unknown"),
    [
        ("MIT", None, ()),
        ("mit", "written MIT", ()),
        ("GPL-2.0", "GPL-2.0 is written GPL-2.0-only today", ()),
        ("Apache License 2.0", "mapped from 'Apache License 2.0'", ()),
        ("MIT OR Apache 2.0", "names in it were mapped: 'Apache 2.0'", ()),
        ("MIT/Apache-2.0", "a slash read as OR", ()),
        ("BSD", ACROSS, ("BSD",)),
        ("UNLICENSED", "is npm's word for proprietary: no license is granted", ("UNLICENSED",)),
        ("MIT OR Foo OR GPLv2+ OR Bar Baz", "SPDX doesn't know 'Foo', 'Bar Baz'", ("Foo", "Bar Baz")),
        ("GPL-2.0, public-domain, Expat", LISTED, ("public-domain",)),
        ("Some License", "is no license that SPDX knows", ("Some License",)),
        ("UNKNOWN", "says itself that it is unknown", ()),
    ],
)
def test_a_note_says_how_it_was_mapped_or_why_it_was_not(
    raw: str, note: str | None, unknown: tuple[str, ...]
) -> None:
    found = licenses.read(raw)
    assert (found.note, found.unknown_keys) == (note, unknown)


@pytest.mark.parametrize(
    ("raw", "mapped"),
    [
        ("MIT OR Apache 2.0", ("Apache 2.0",)),
        ("mit or gpl-2.0", ()),
        ("Apache 2.0", ()),
        ("MIT/BSD-3-Clause", ()),
    ],
)
def test_names_within_expressions_are_told_apart(raw: str, mapped: tuple[str, ...]) -> None:
    assert licenses.read(raw).mapped == mapped


def test_every_name_in_the_table_is_folded_and_leads_to_an_expression_that_spdx_knows() -> None:
    spdx = get_spdx_licensing()
    for name, expression in NAMES.items():
        assert name in {licenses.folded_name(name), licenses.folded_url(name)}
        assert licenses.read(expression).expression == expression
        assert spdx.unknown_license_keys(expression) == []
    assert not NAMES.keys() & AMBIGUOUS.keys()


def test_the_effective_license_is_what_was_concluded_else_declared_else_detected() -> None:
    assert licenses.effective(["MIT"], ["GPL-3.0-only"], []) == "MIT"
    assert licenses.effective(["NOASSERTION"], ["MIT"], ["GPL-3.0-only"]) == "MIT"
    assert licenses.effective(["who knows"], ["MIT"], []) == "MIT"
    assert licenses.effective([], [], ["MIT"]) == "MIT"
    assert licenses.effective([], ["NONE"], []) is None
    assert licenses.effective([], [], []) is None


def test_several_statements_all_apply_and_one_unknown_makes_the_whole_unknown() -> None:
    several = licenses.effective([], ["MIT", "Apache-2.0 OR GPL-2.0-only", "mit"], [])
    assert several == "MIT AND (Apache-2.0 OR GPL-2.0-only)"
    assert (
        licenses.effective([], ["ISC AND (MIT OR Zlib)", "NOASSERTION", "0BSD"], [])
        == "ISC AND (MIT OR Zlib) AND 0BSD"
    )
    assert licenses.effective([], ["MIT", "Who knows"], []) is None
    assert licenses.effective([], [f"LicenseRef-{number}" for number in range(1000)], []) is None


@pytest.mark.parametrize(
    ("expression", "category"),
    [
        (None, "unknown"),
        ("MIT", "permissive"),
        ("CC0-1.0", "public-domain"),
        ("MPL-2.0", "weak-copyleft"),
        ("EUPL-1.2", "weak-copyleft"),
        ("GPL-3.0-only", "strong-copyleft"),
        ("AGPL-3.0-or-later", "network-copyleft"),
        ("SSPL-1.0", "network-copyleft"),
        ("OSL-3.0", "network-copyleft"),
        ("CAL-1.0", "network-copyleft"),
        ("CAL-1.0-Combined-Work-Exception", "weak-copyleft"),
        ("BUSL-1.1", "proprietary"),
        ("HPND-export-US", "other"),
        ("Apache-2.0+", "permissive"),
        ("MIT OR GPL-3.0-only", "permissive"),
        ("MIT AND GPL-3.0-only", "strong-copyleft"),
        ("MIT AND (GPL-3.0-only OR Apache-2.0)", "permissive"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "weak-copyleft"),
        ("GPL-2.0-only WITH PCRE2-exception", "strong-copyleft"),
        ("GPL-3.0-only WITH LLVM-exception", "permissive"),
        ("MIT WITH Classpath-exception-2.0", "permissive"),
        ("AGPL-3.0-only WITH romic-exception", "network-copyleft"),
        ("MIT AND GPL-2.0-only WITH Classpath-exception-2.0", "weak-copyleft"),
        ("MIT WITH AdditionRef-acme", "unknown"),
        ("LicenseRef-acme", "unknown"),
        ("LicenseRef-scancode-proprietary-license", "proprietary"),
        ("MIT AND LicenseRef-acme", "unknown"),
        ("MIT OR LicenseRef-acme", "permissive"),
        ("BSD", "unknown"),
        ("MIT OR", "unknown"),
        ("(" * 100_000, "unknown"),
        (" AND ".join(["MIT"] * 5_000), "permissive"),
        ("MIT" * 1_000_000, "unknown"),
    ],
)
def test_a_choice_is_as_light_as_its_lightest_and_a_sum_as_heavy_as_its_heaviest(
    expression: str | None, category: str
) -> None:
    assert licenses.category(expression) == category


def test_texts_are_not_kept_in_memory() -> None:
    before = licenses._read.cache_info().currsize  # noqa: SLF001 - what is kept is the point
    for number in range(5):
        licenses.read(f"{number} Permission is hereby granted…" * 100)
    assert licenses._read.cache_info().currsize == before  # noqa: SLF001


def test_ids_and_plain_expressions_are_known_without_loading_the_library() -> None:
    code = (
        "import sys; from umbel.model import licenses;"
        "assert licenses.category(licenses.read('mit').expression) == 'permissive';"
        "assert licenses.category(licenses.read('MIT or GPL-2.0 with Classpath-exception-2.0').expression) == 'permissive';"
        "assert licenses.effective(['MIT', 'ISC'], [], []) == 'MIT AND ISC';"
        "assert 'license_expression' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_table_of_ids_is_in_step_with_the_index_it_is_made_from() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "tools/spdx_ids.py"), "--check"], check=False)
    assert done.returncode == 0, "run: python tools/spdx_ids.py"


def test_deprecated_ids_lead_to_present_ones() -> None:
    ids = licenses._ids()  # noqa: SLF001
    for old, new in ids.deprecated.items():
        assert old not in ids.licenses
        assert new in ids.exceptions or licenses.read(new).note is None


def test_every_id_of_the_present_spdx_list_is_known(shared_data: Path) -> None:
    every = json.loads((shared_data / "licence/spdx-licenses.json").read_bytes())["licenses"]
    assert [e["licenseId"] for e in every if licenses.read(e["licenseId"]).kind != "id"] == []
    present = [e["licenseId"] for e in every if not e["isDeprecatedLicenseId"]]
    assert len(present) > 690
    assert [key for key in present if licenses.read(key).expression != key] == []
    exceptions = json.loads((shared_data / "licence/spdx-exceptions.json").read_bytes())["exceptions"]
    statements = [f"GPL-2.0-only WITH {e['licenseExceptionId']}" for e in exceptions]
    assert [text for text in statements if licenses.read(text).expression is None] == []


def test_nothing_that_is_deprecated_today_is_given_out(shared_data: Path) -> None:
    every = json.loads((shared_data / "licence/spdx-licenses.json").read_bytes())["licenses"]
    old = {e["licenseId"] for e in every if e["isDeprecatedLicenseId"]} - {"Net-SNMP"}  # it has no successor
    assert [key for key in old if licenses.read(key).expression in old] == []


def test_categories_agree_with_the_council_of_permissive_licenses(shared_data: Path) -> None:
    """Blue Oak's upper groups are permissive by our index, too."""
    groups = json.loads((shared_data / "licence/blueoak.json").read_bytes())
    upper = [
        entry["id"]
        for group in groups
        if group["name"] in {"Model", "Gold", "Silver"}
        for entry in group["licenses"]
    ]
    assert len(upper) > 20
    assert {licenses.category(licenses.read(key).expression) for key in upper} <= {
        "permissive",
        "public-domain",
    }
