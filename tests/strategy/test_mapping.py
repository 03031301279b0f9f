# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""From package to project: who is believed, what rivals do, what is said where nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from tests import acme
from umbel.collect.columns import Batch, draw_id
from umbel.collect.interface import Component, Reading
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.model.purl import parse
from umbel.model.settings import UpstreamRule
from umbel.model.tables import arrow_schema
from umbel.strategy.mapping import TABLES, attach, mapped, reach
from umbel.strategy.mapping.claims import of_name
from umbel.strategy.mapping.model import model

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.strategy.interface import Mapped

VCS, SITE, ISSUES, ARCHIVE = "vcs", "website", "issue-tracker", "distribution"


def component(purl: str, *urls: tuple[str, str]) -> Component:
    """A component as a document states it."""
    made = parse(purl)
    return Component(
        ref=purl, package=made.package, version=made.version, purl=made.purl, name=made.name, urls=urls
    )


def use(lake: Lake, *components: Component, collector: str = "cyclonedx_json", subject: str = "shop") -> None:
    """A project uses these components, as one collector read it."""
    stamp = acme.stamp(subject, collector=collector, lineage=f"{collector} {subject}")
    acme.publish(lake, (stamp, Reading(format="test", components=list(components))))


def facts(lake: Lake, *rows: dict[str, Any]) -> None:
    """What registries said of packages."""
    columns = acme.stamp("x")
    write = draw_id()
    table = pa.Table.from_pylist(
        [
            {"write_id": write, "seen_at": columns.collected_at, "found": True, "source": "npm", **row}
            for row in rows
        ],
        arrow_schema("packages"),
    )
    snapshot = pa.Table.from_pylist(
        [
            {
                "write_id": write, "facts": write, "collector": "npm", "collector_version": 1, "subject": None,
                "lineage": "npm", "origin": "npm", "observed_at": columns.collected_at,
                "collected_at": columns.collected_at, "outcome": "complete",
            }
        ],
        arrow_schema("snapshots"),
    )  # fmt: skip
    lake.publish(Batch({"packages": table, "snapshots": snapshot}))


def ask(lake: Lake, *rules: UpstreamRule) -> dict[str, Mapped]:
    """Each package's project."""
    with Session(lake, acme.day(1), TABLES) as session:
        return {each.package: each for each in mapped(session, rules)}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_each_source_maps_and_says_who_it_was(lake: Lake) -> None:
    use(
        lake,
        component("pkg:npm/a@1", (VCS, "git+https://github.com/Acme/A.git")),
        component("pkg:golang/github.com/acme/till/cash/v2@v2.0.0"),
        component("pkg:swift/github.com/acme/swift-shop@1"),
        component("pkg:pypi/b@1", (SITE, "https://github.com/acme/b#readme")),
        component("pkg:pypi/c@1?vcs_url=git%2Bhttps://git.acme.example/acme/c.git%401a2b3c"),
        component("pkg:golang/golang.org/x/text@v0.1.0"),
        component("pkg:npm/f@1"),
    )
    use(lake, component("pkg:pypi/d@1", (VCS, "https://codeberg.org/acme/d")), collector="site_packages")
    use(
        lake,
        component("pkg:cargo/e@1", (VCS, "git+ssh://git@gitlab.com/acme/sub/e.git@1a2b")),
        collector="cargo_lock",
    )
    facts(lake, {"package": "pkg:npm/f", "repository": "acme/f"})

    found = ask(lake)

    assert {p: (m.project, m.how) for p, m in found.items()} == {
        "pkg:cargo/e": ("gitlab.com/acme/sub/e", "lockfile"),
        "pkg:golang/github.com/acme/till/cash/v2": ("github.com/acme/till", "purl"),
        "pkg:golang/golang.org/x/text": ("go.googlesource.com/text", "purl"),
        "pkg:npm/a": ("github.com/acme/a", "sbom"),
        "pkg:npm/f": ("github.com/acme/f", "registry"),
        "pkg:pypi/b": ("github.com/acme/b", "homepage"),
        "pkg:pypi/c": ("git.acme.example/acme/c", "purl"),
        "pkg:pypi/d": ("codeberg.org/acme/d", "metadata"),
        "pkg:swift/github.com/acme/swift-shop": ("github.com/acme/swift-shop", "purl"),
    }
    assert found["pkg:golang/github.com/acme/till/cash/v2"].path == "cash"
    assert found["pkg:npm/a"].url == "https://github.com/Acme/A"
    assert found["pkg:npm/a"].confidence == model().how["sbom"].confidence
    assert all(m.why is None and 0 < m.confidence <= 1 for m in found.values())


def test_agreement_raises_and_rivals_lower_what_is_believed(lake: Lake) -> None:
    use(
        lake,
        component("pkg:npm/alone@1", (VCS, "https://github.com/acme/one")),
        component(
            "pkg:npm/agreed@1",
            (VCS, "https://github.com/acme/one"),
            (SITE, "https://github.com/ACME/One/issues"),
        ),
        component(
            "pkg:npm/doubted@1", (VCS, "https://github.com/acme/one"), (SITE, "https://github.com/acme/two")
        ),
        component(
            "pkg:npm/disputed@1", (VCS, "https://github.com/acme/one"), (VCS, "https://github.com/acme/two")
        ),
    )
    found = ask(lake)
    alone, agreed, doubted, disputed = (
        found[f"pkg:npm/{n}"] for n in ("alone", "agreed", "doubted", "disputed")
    )

    assert {m.project for m in found.values()} == {"github.com/acme/one"}
    assert agreed.confidence > alone.confidence > doubted.confidence > disputed.confidence > 0
    assert agreed.how == "sbom, homepage"
    assert doubted.rivals == disputed.rivals == ("github.com/acme/two",)
    assert not alone.rivals


def test_the_newer_word_of_a_registry_comes_before_an_old_copy(lake: Lake) -> None:
    use(lake, component("pkg:npm/moved@1", (VCS, "https://github.com/old/moved")))
    facts(lake, {"package": "pkg:npm/moved", "repository": "git+https://github.com/new/moved.git"})

    moved = ask(lake)["pkg:npm/moved"]

    assert (moved.project, moved.rivals) == ("github.com/new/moved", ("github.com/old/moved",))


def test_an_index_of_registries_is_believed_less_than_a_registry(lake: Lake) -> None:
    use(lake, component("pkg:npm/a@1"), component("pkg:npm/b@1"))
    facts(
        lake,
        {"package": "pkg:npm/a", "repository": "https://github.com/acme/a"},
        {"package": "pkg:npm/b", "repository": "https://github.com/acme/b", "source": "deps.dev"},
    )
    found = ask(lake)

    assert (found["pkg:npm/a"].how, found["pkg:npm/b"].how) == ("registry", "deps.dev")
    assert found["pkg:npm/a"].confidence > found["pkg:npm/b"].confidence


def test_people_come_before_all_that_is_read(lake: Lake) -> None:
    use(
        lake,
        component("pkg:npm/%40acme/shop@1", (VCS, "https://github.com/acme/wrong")),
        component(
            "pkg:npm/%40acme/till@1", (VCS, "https://github.com/acme/monorepo/tree/main/packages/till")
        ),
        component("pkg:npm/private@1", (VCS, "https://github.com/acme/private")),
    )
    found = ask(
        lake,
        UpstreamRule(packages=("pkg:npm/private",), repository="none"),
        UpstreamRule(packages=("pkg:npm/@acme/*",), repository="https://github.com/acme/monorepo"),
    )
    shop, till, private = (found[f"pkg:npm/{name}"] for name in ("%40acme/shop", "%40acme/till", "private"))

    assert (shop.project, shop.how, shop.confidence) == ("github.com/acme/monorepo", "declared", 1.0)
    assert shop.rivals == ("github.com/acme/wrong",)
    assert (till.path, till.rivals) == ("packages/till", ())
    assert (private.project, private.how, private.rivals) == (None, "declared", ("github.com/acme/private",))
    assert private.why == "umbel.toml says that it has no repository to look at"


def test_unmapped_packages_are_listed_with_why(lake: Lake) -> None:
    use(
        lake,
        component("pkg:deb/debian/curl@8"),
        component("pkg:deb/debian/zip@3", (VCS, "https://salsa.debian.org/debian/zip")),
        component("pkg:deb/debian/jq@1", (SITE, "https://github.com/jqlang/jq")),
        component("pkg:golang/go.acme.example/till@v1"),
        component("pkg:npm/silent@1"),
        component("pkg:npm/site@1", (SITE, "https://acme.example/site")),
        component("pkg:npm/bare@1"),
        component("pkg:npm/gone@1"),
        Component(ref="x", package="unidentified:x", version=None, name="x"),
    )
    facts(lake, {"package": "pkg:npm/bare"}, {"package": "pkg:npm/gone", "found": False})

    found = ask(lake)
    why = {p.partition("/")[2] or p: m.why for p, m in found.items() if m.project is None}

    assert len(found) == 9
    assert found["pkg:deb/debian/jq"].project == "github.com/jqlang/jq"
    assert why == {
        "debian/curl": "a distribution's package: nothing that was read says where its source comes from",
        "debian/zip": "an address is known of it (salsa.debian.org), of its packaging or of no repository",
        "go.acme.example/till": "its module path names no known forge; its registry was not asked (umbel sync packages)",
        "silent": "nothing that was read names a repository; its registry was not asked (umbel sync packages)",
        "site": "an address is known of it (acme.example), none of a repository",
        "bare": "its registry was asked and names no repository",
        "gone": "its registry was asked and doesn't know it",
        "unidentified:x": "no document says what package it is",
    }
    assert all(m.confidence == 0 and m.how is None for m in found.values() if m.project is None)


def test_a_past_day_knows_only_what_was_said_by_then(lake: Lake) -> None:
    early = acme.stamp("shop", observed_at=acme.day(-30), collected_at=acme.day(-30))
    late = acme.stamp("shop", observed_at=acme.day(0), collected_at=acme.day(0))
    acme.publish(
        lake,
        (early, Reading(format="test", components=[component("pkg:npm/a@1")])),
        (
            late,
            Reading(format="test", components=[component("pkg:npm/a@2", (VCS, "https://github.com/acme/a"))]),
        ),
    )
    with Session(lake, acme.day(-10), TABLES) as session:
        (before,) = mapped(session)

    assert before.project is None
    assert ask(lake)["pkg:npm/a"].project == "github.com/acme/a"


def test_reach_counts_products_by_criticality_and_a_monorepo_once(lake: Lake) -> None:
    many = [component(f"pkg:npm/part{n}@1", (VCS, "https://github.com/acme/parts")) for n in range(30)]
    core = component("pkg:npm/core@1", (VCS, "https://github.com/acme/core"))
    use(lake, *many, subject="toy")
    use(lake, core, subject="bank")
    products = {"Toy": ("low", ["toy"]), "Bank": ("critical", ["bank"])}

    with Session(lake, acme.day(1), TABLES) as session:
        attach(session, mapped(session))
        first, second = reach(session, products)
        alike = reach(session, {})

    assert (first.project, first.weight, first.packages) == ("github.com/acme/core", 8, 1)
    assert (second.project, second.weight, second.packages) == ("github.com/acme/parts", 1, 30)
    assert [each.weight for each in alike] == [1, 1]


def test_whether_anyone_asks_for_it_is_not_told_where_no_document_says(lake: Lake) -> None:
    use(lake, component("pkg:npm/a@1", (VCS, "https://github.com/acme/a")), subject="toy")

    with Session(lake, acme.day(1), TABLES) as session:
        attach(session, mapped(session))
        (one,) = reach(session, {})

    assert (one.projects, one.direct) == (1, None)


def test_an_address_without_a_host_and_one_without_end_are_told_in_a_sentence(lake: Lake) -> None:
    use(
        lake,
        component("pkg:npm/folder@1", (VCS, "/srv/git/a")),
        component("pkg:npm/endless@1", (VCS, "x" * 5000)),
    )
    found = ask(lake)

    assert found["pkg:npm/folder"].why == "an address is known of it, none of a repository"
    assert len(found["pkg:npm/endless"].why or "") < 200


@pytest.mark.parametrize(
    ("package", "url"),
    [
        ("pkg:golang/github.com/acme/shop/v2", "https://github.com/acme/shop"),
        ("pkg:golang/gopkg.in/yaml.v3", "https://github.com/go-yaml/yaml"),
        ("pkg:golang/gopkg.in/acme/shop.v1", "https://github.com/acme/shop"),
        ("pkg:golang/go.acme.example/shop", None),
        ("pkg:golang/gitlab.com/acme/sub/shop", None),
        ("pkg:githubactions/acme/deploy/sub", "https://github.com/acme/deploy/sub"),
        ("pkg:github/acme/shop", "https://github.com/acme/shop"),
        ("pkg:bitbucket/acme/shop", "https://bitbucket.org/acme/shop"),
    ],
)
def test_what_a_name_holds(package: str, url: str | None) -> None:
    assert of_name(package) == url


def test_every_number_of_the_model_is_a_share_with_its_reason() -> None:
    declared = model()

    assert all(0 < each.confidence <= 1 and each.reason.endswith(".") for each in declared.how.values())
    assert all(0 < share <= 1 for share in declared.kind.values())
    assert declared.how["declared"].confidence == max(each.confidence for each in declared.how.values())
