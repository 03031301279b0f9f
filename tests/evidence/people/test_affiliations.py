# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Affiliations read from other tools' files."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.evidence.people.cast import commit, history
from umbel.app import Workspace
from umbel.evidence.people import gitdm, imported, stackalytics
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

JANE = ("Jane Roe", "jane@mail.example")
SAM = ("Sam Poe", "sam@globex.example")

DEVELOPERS = """\
# a comment
Jane Roe: jane!mail.example, jroe!users.noreply.github.com
\tGlobex from 2012-01-01 until 2020-01-02
\tAcme from 2020-01-02
Sam Poe: sam!globex.example
\tInitech until 2015-01-01
\tIndependent
"""

STACKALYTICS = {
    "companies": [{"company_name": "Globex", "domains": ["globex.example", ""]}, {"domains": ["x.example"]}],
    "users": [
        {
            "user_name": "Jane Roe",
            "emails": ["jane@mail.example", "sam!globex.example"],
            "companies": [
                {"company_name": "Acme", "end_date": None},
                {"company_name": "Globex", "end_date": "2020-Jan-02"},
            ],
        },
        {"emails": ["x@y"], "companies": [{"company_name": "Acme", "end_date": "someday"}]},
        7,
    ],
}


def test_a_file_of_developers_is_read() -> None:
    rows, faults = gitdm.read(DEVELOPERS.splitlines())
    assert faults == []
    assert [row for row in rows if row.key == "jane@mail.example"] == [
        ("address", "jane@mail.example", date(2012, 1, 1), date(2020, 1, 2), "Globex"),
        ("address", "jane@mail.example", date(2020, 1, 2), None, "Acme"),
    ]
    assert [row[2:] for row in rows if row.key == "sam@globex.example"] == [
        (None, date(2015, 1, 1), "Initech"),
        (date(2015, 1, 1), None, "Independent"),
    ]


def test_a_map_of_domains_and_addresses_is_read() -> None:
    text = "acme.example Acme Ltd < 2015-01-01\nacme.example New Acme\njo!x.example Initech\nnonsense\njo!x.example Y < 2015-99-99"
    rows, faults = gitdm.read(text.splitlines())
    assert rows == [
        ("domain", "acme.example", None, date(2015, 1, 1), "Acme Ltd"),
        ("domain", "acme.example", date(2015, 1, 1), None, "New Acme"),
        ("address", "jo@x.example", None, None, "Initech"),
    ]
    assert [fault.place for fault in faults] == ["line 4", "line 5"]


def test_stackalytics_is_read_around_its_faults() -> None:
    rows, faults = stackalytics.read(msgspec.json.encode(STACKALYTICS))
    assert ("domain", "globex.example", None, None, "Globex") in rows
    assert [row[2:] for row in rows if row.key == "jane@mail.example"] == [
        (None, date(2020, 1, 2), "Globex"),
        (date(2020, 1, 2), None, "Acme"),
    ]
    assert [fault.place for fault in faults] == ["$.companies[1]", "$.users[1]", "$.users[2]"]


@pytest.mark.parametrize("kind", ["gitdm", "stackalytics"])
def test_an_import_dates_contributions_and_is_undone_with_its_file(tmp_path: Path, kind: str) -> None:
    ws = Workspace(tmp_path)
    history(ws.lake(create=True), "shop", [commit(JANE, 0), commit(JANE, 5), commit(SAM, 6)])
    file = tmp_path / "people.txt"
    file.write_bytes(DEVELOPERS.encode() if kind == "gitdm" else msgspec.json.encode(STACKALYTICS))
    rows, _ = ws.people_import(file, "Dev Map")
    kept = (tmp_path / imported.FOLDER / "dev-map.csv").read_text("utf-8")

    assert rows >= 5
    assert "jane" not in kept
    assert _organisations(ws)[:2] == ["Globex", "Acme"]
    ws.people_import(file, "Dev Map")
    assert (tmp_path / imported.FOLDER / "dev-map.csv").read_text("utf-8") == kept
    (tmp_path / imported.FOLDER / "dev-map.csv").unlink()
    assert _organisations(ws) == [None, None, None]


def test_forgetting_takes_a_person_out_of_imports(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    history(ws.lake(create=True), "shop", [commit(JANE, 0), commit(SAM, 6)])
    file = tmp_path / "people.txt"
    file.write_text(DEVELOPERS, "utf-8")
    ws.people_import(file)
    assert ws.people_forget(JANE[1]).decisions == 2
    rows = imported.read(tmp_path / imported.FOLDER / "people.csv")
    assert {row.organisation for row in rows if row.since != date(2015, 1, 1)} == {
        "Globex",
        "Acme",
        "Initech",
    }


def test_free_mail_is_no_company_whatever_a_map_says(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    history(ws.lake(create=True), "shop", [commit(("Jane Roe", "jane@163.com"), 0)])
    (tmp_path / "domain-map").write_text("163.com Net\n", "utf-8")
    ws.people_import(tmp_path / "domain-map")
    assert _organisations(ws) == [None]


def test_a_file_without_affiliations_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("nonsense\n", "utf-8")
    with pytest.raises(UsageError, match="line 1"):
        Workspace(tmp_path).people_import(tmp_path / "x")


def test_the_map_of_the_cncf_is_read(shared_data: Path) -> None:
    text = (shared_data / "health/affiliation/cncf-domain-map").read_text("utf-8")
    rows, faults = gitdm.read(text.splitlines())
    assert faults == []
    assert len(rows) == sum(1 for line in text.splitlines() if line.strip() and not line.startswith("#"))
    assert any(row.organisation == "AMD" and row.key == "amd.com" for row in rows)


def _organisations(ws: Workspace) -> list[str | None]:
    with ws.attached() as (session, _):
        return [row[0] for row in session.ask("SELECT organisation FROM contributions ORDER BY sha").rows()]
