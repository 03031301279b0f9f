# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What SBOMs say of themselves, as the lake keeps it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests import acme
from umbel.collect.interface import About, Completeness
from umbel.evidence import upkeep
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session

if TYPE_CHECKING:
    from pathlib import Path

ABOUT = About(
    identity="urn:uuid:1",
    created="yesterday",
    authors=("Acme <sbom@acme.example>",),
    completeness=(
        Completeness("dependencies", None, "complete"),
        Completeness("components", "a@1", "incomplete"),
        Completeness("components", "nothing", "complete"),
    ),
    root=acme.component("shop", "2.0", supplier="Acme"),
)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_an_sbom_is_kept_with_what_it_says_of_itself(lake: Lake) -> None:
    acme.publish(
        lake, (acme.stamp(), acme.reading(["a@1"], about=ABOUT)), (acme.stamp("lock"), acme.reading(["b@1"]))
    )
    with Session(lake) as session:
        (row,) = session.ask("SELECT * FROM documents").records()
        (root,) = session.ask(
            "SELECT * FROM components WHERE component = $key", {"key": row["root"]}
        ).records()
        (a,) = session.ask("SELECT component FROM usage WHERE package = 'pkg:npm/a'").rows()

    assert (row["project"], row["identity"], row["created"]) == ("shop", "urn:uuid:1", "yesterday")
    assert row["authors"] == ["Acme <sbom@acme.example>"]
    assert row["tools"] == []
    assert row["signed"] is None
    assert (root["name"], root["supplier"]) == ("shop", "Acme")
    # What it says of something that isn't there says nothing.
    assert row["completeness"] == [
        {"what": "dependencies", "component": None, "aggregate": "complete"},
        {"what": "components", "component": a[0], "aggregate": "incomplete"},
    ]


def test_the_subject_of_an_sbom_is_no_component_of_it(lake: Lake) -> None:
    acme.publish(lake, (acme.stamp(), acme.reading(["a@1"], about=ABOUT)))
    with Session(lake) as session:
        assert session.ask("SELECT package FROM inventory").rows() == [("pkg:npm/a",)]
    assert upkeep.verify(lake) == []


def test_a_newer_document_of_equal_components_says_its_own(lake: Lake) -> None:
    newer = acme.stamp(observed_at=acme.day(0), content_sha256="1" * 64)
    acme.publish(lake, (acme.stamp(observed_at=acme.day(-9)), acme.reading(["a@1"], about=ABOUT)))
    acme.publish(lake, (newer, acme.reading(["a@1"], about=About(created="today"))))
    for moment, said in ((acme.day(-5), "yesterday"), (acme.day(1), "today")):
        with Session(lake, moment) as session:
            assert session.ask("SELECT created FROM documents").rows() == [(said,)]


def test_a_lake_without_the_table_is_read_and_gets_it_when_it_is_written(lake: Lake) -> None:
    acme.publish(lake, (acme.stamp(), acme.reading(["a@1"], about=ABOUT)))
    shutil.rmtree(f"{lake.url}/documents")
    older = Lake(lake.url, create=False)
    with Session(older) as session:
        assert session.ask("SELECT count(*) FROM documents").one() == (0,)
        assert session.ask("SELECT count(*) FROM inventory").one() == (1,)
    assert upkeep.verify(older) == []
    assert {state.table: state.rows for state in upkeep.status(older)}["documents"] == 0
    upkeep.compact(older)
    upkeep.vacuum(older)

    newer = Lake(lake.url)
    acme.publish(newer, (acme.stamp("other"), acme.reading(["a@1"], about=ABOUT)))
    with Session(newer) as session:
        assert session.ask("SELECT project FROM documents").rows() == [("other",)]
