# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The portfolio's facts from a real lake, and that the commands on the page give them again."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from tests import acme
from tests.reports.pages import Page
from umbel.app import ProductState
from umbel.cli.root import run
from umbel.collect.interface import Reading
from umbel.evidence.lake import Lake
from umbel.evidence.questions import documents, licensing
from umbel.evidence.session import Session
from umbel.metrics.sbom_quality.rating import TABLES
from umbel.model.errors import Fault
from umbel.reports import portfolio
from umbel.reports.charts import Bar

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from umbel.reports.facts import Facts

LOST = Fault("purl", "names no package", "$.components[1].purl")
CUT = Fault("json", "is cut off", "line 9")
ODD = Fault("date", "is dated in the future", "", "warning")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Shop and till say different things of a; stock's document can't be read."""
    lake = Lake(tmp_path / ".umbel" / "lake")
    acme.publish(
        lake,
        (acme.stamp("shop", observed_at=acme.day(-3)), _licensed({"a@1.0": "MIT", "b@1.0": None})),
        (acme.stamp("till", observed_at=acme.day(-40), outcome="partial", faults=[ODD, LOST]),
         _licensed({"a@1.0": "GPL-3.0-only", "c@1.0": "LicenseRef-Acme", "d@2.0": "ISC"})),
        (acme.stamp("stock", outcome="failed", faults=[CUT], content_sha256="1" * 64), None),
    )  # fmt: skip
    return lake


def _licensed(packages: dict[str, str | None]) -> Reading:
    components = [
        acme.component(*name.split("@"), declared=(license_,) if license_ else ())
        for name, license_ in packages.items()
    ]
    return Reading(format="test", components=components)


def gather(lake: Lake, as_of: datetime = acme.NOW, **more: Any) -> Facts:
    """The lake's facts on the estate's today."""
    asked: dict[str, Any] = {"organisation": "Acme", "product": None, "projects": None, "products": []}
    with Session(lake, as_of, TABLES) as session:
        return portfolio.gather(session, generated_at=acme.NOW, **{**asked, **more})


def test_the_portfolio_is_counted_once(lake: Lake) -> None:
    facts = gather(lake, declared=["acme/never-seen"])
    assert [(p.project, p.evidence) for p in facts.projects] == [
        ("acme/never-seen", "none"), ("stock", "failed"), ("till", "partial"), ("shop", "complete"),
    ]  # fmt: skip
    assert (facts.totals.components, facts.totals.packages, facts.totals.components_licensed) == (4, 4, 3)
    assert facts.ecosystems == [Bar("npm", 4), Bar("unknown (no purl)", 0, known=False)]
    assert facts.most_used[0] == Bar("a", 2)
    assert [bar.count for bar in facts.ages] == [1, 0, 1, 0, 0, 2]
    assert set(facts.lake) == {"snapshots", *TABLES}
    assert facts.collected_at == acme.NOW


def test_each_component_has_one_license_category(lake: Lake) -> None:
    facts = gather(lake)
    assert facts.categories == [
        Bar("documents disagree", 1),
        Bar("permissive", 1),
        Bar("a license of unknown category", 1, known=False),
        Bar("no known license", 1, known=False),
    ]
    assert sum(bar.count for bar in facts.categories) == facts.totals.components
    assert {row.license: row.category for row in facts.licenses} == {
        "MIT": "permissive", "ISC": "permissive", "GPL-3.0-only": "strong copyleft", "LicenseRef-Acme": None, None: None,
    }  # fmt: skip


def test_statements_keep_what_documents_say_apart(lake: Lake) -> None:
    with Session(lake, acme.NOW, TABLES) as session:
        rows = licensing.statements(session).rows()
        shop = licensing.statements(session, ["shop"]).rows()
    assert (["GPL-3.0-only", "MIT"], 1) in rows
    assert sorted(shop, key=str) == [(None, 1), (["MIT"], 1)]


def test_documents_with_faults_worst_first(lake: Lake) -> None:
    stock, till = gather(lake).documents
    assert (stock.project, stock.outcome, stock.errors, stock.worst) == ("stock", "failed", 1, [CUT])
    assert (till.project, till.outcome, till.errors, till.warnings) == ("till", "partial", 1, 1)
    assert till.worst == [LOST, ODD]


def test_a_document_that_could_be_read_later_has_failed_no_more(lake: Lake) -> None:
    acme.publish(
        lake,
        (acme.stamp("stock", collected_at=acme.day(1), observed_at=acme.day(1)), acme.reading(["a@1.0"])),
    )
    assert [d.project for d in gather(lake, acme.day(2)).documents] == ["till"]
    assert [d.project for d in gather(lake, acme.NOW).documents] == ["stock", "till"]


def test_only_the_first_documents_are_told_but_all_are_counted(lake: Lake) -> None:
    with Session(lake, acme.NOW, TABLES) as session:
        (row,) = documents.faulty(session, 1).records()
        assert row["documents"] == 2
        assert documents.faulty(session, projects=["shop"]).records() == []


def test_a_product_sees_its_projects_only(lake: Lake) -> None:
    states = [_state("Shop", ["shop"]), _state("Till", ["till"])]
    facts = gather(lake, product="Shop", projects=["shop"], products=states, declared=["shop-mobile"])
    assert [p.project for p in facts.projects] == ["shop-mobile", "shop"]
    assert [p.name for p in facts.products] == ["Shop"]
    assert facts.totals.components == 2
    assert facts.documents == []
    assert facts.members == ["shop", "shop-mobile"]
    assert {c.name for c in facts.components} == {"a", "b"}


def _state(name: str, members: list[str]) -> ProductState:
    return ProductState(
        name=name, owner=None, department=None, criticality=None, distribution="", projects=len(members),
        components=1, license_unknown=0, members=members, unmatched=[], end_of_support=None,
    )  # fmt: skip


def test_a_lake_before_its_first_evidence(lake: Lake, tmp_path: Path) -> None:
    early = gather(lake, acme.day(-500))
    assert early.projects == []
    assert early.first_evidence == acme.day(-40)
    assert "Ask for a later day." in portfolio.render(early)
    empty = gather(Lake(tmp_path / "empty"))
    assert empty.first_evidence is None
    assert "There is no evidence yet" in portfolio.render(empty)


def test_the_commands_on_the_page_give_its_numbers_again(
    lake: Lake, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "umbel.toml").write_text('[[products]]\nname = "Both"\nprojects = ["shop", "till"]\n')
    facts = gather(
        lake, product="Both", projects=["shop", "till"], products=[_state("Both", ["shop", "till"])]
    )
    page = Page(portfolio.render(facts))
    asked = sorted({t for name, t in page.texts if name == "code" and "--as-of" in t})
    answers = {}
    for line in asked:
        code = run([*shlex.split(line)[1:], "--format", "json", "-C", str(tmp_path)])
        answers[line] = json.loads(capfd.readouterr().out)
        assert code == 0
    assert len(asked) == 15

    def answer(start: str) -> Any:
        (found,) = [said for line, said in answers.items() if line.startswith(start)]
        return found

    status = answer("umbel status")[0]
    assert status["components"] == facts.totals.components == 4
    assert status["components_licensed"] == facts.totals.components_licensed
    assert len(answer("umbel coverage")) == len(facts.projects)
    assert len(answer("umbel inventory --limit 0")) == len(facts.components)
    assert len(answer("umbel inventory --license unknown")) == 1
    assert answer("umbel inventory --ecosystem unidentified") == []
    assert len(answer("umbel inventory --by license")) == len(facts.licenses)
    assert answer("umbel inventory --by ecosystem")[0]["packages"] == facts.ecosystems[0].count
    used = answer("umbel inventory --by package --limit 4")
    assert [row["projects"] for row in used] == [bar.count for bar in facts.most_used]
    assert answer('umbel query "SELECT count(*) AS documents')[0] == {"documents": 2, "partial": 1}
    assert sum(row["components"] for row in answer('umbel query "SELECT licenses')) == facts.totals.components
    assert [row["origin"] for row in answer('umbel query "SELECT subject')] == [
        d.origin for d in facts.documents
    ]


def test_the_command_says_where_the_page_is(
    lake: Lake, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert lake.exists()
    page = tmp_path / "report.html"
    assert run(["report", "-o", str(page), "-C", str(tmp_path), "--as-of", "2026-03-01"]) == 0
    out = capfd.readouterr().out
    assert f"Wrote {page}\n" in out
    assert "Open it in any browser." in out
    assert "4 components" in page.read_text("utf-8")
    assert run(["report", "-o", str(tmp_path), "-C", str(tmp_path)]) == 2
    assert "is a folder." in capfd.readouterr().err
    assert run(["report", "-o", str(page), "-C", str(tmp_path), "--product", "Nowhere"]) == 2
