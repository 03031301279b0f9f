# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The portfolio page: what it says, what it never says, and that nothing in it can break out."""

from __future__ import annotations

import hashlib
import os
import re
from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reports import pages
from tests.reports.pages import HOSTILE, NOW, Page
from umbel.model.errors import EvidenceError, UsageError
from umbel.reports import portfolio
from umbel.reports.charts import Bar, share
from umbel.reports.facts import MOST_COMPONENTS, MOST_ROWS, Project, Totals
from umbel.reports.page import asset

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.reports.facts import Facts

NO_CHARTS: dict[str, Any] = {"ecosystems": [], "categories": [], "most_used": [], "ages": []}


@pytest.fixture(scope="module")
def page() -> Page:
    """The estate's page."""
    return Page(portfolio.render(pages.facts()))


# ---- what it says


def test_every_figure_stands_beside_its_denominator(page: Page) -> None:
    said = page.text()
    assert "3 of 4 projects have an inventory; 1 of these tells only a part; of 1 nothing is known." in said
    assert "of 4 with an inventory (75.0 %)" in said
    assert "11 of 12 components; 1 unknown (8.3 %)" in said
    assert "10 of 12 components; 2 unknown (16.7 %)" in said
    assert "12 open source packages in 12 versions" in said
    assert "2 days old; the oldest is of 2025-01-25" in said


def test_an_inventory_of_nothing_is_said() -> None:
    seen = [Project(project="acme/x", evidence="complete", documents=1, failed=0, components=0)]
    said = portfolio.coverage_sentence(msgspec.structs.replace(pages.facts(), projects=seen))
    assert said == "1 of 1 project has an inventory; 1 of these lists no component."


def test_no_product_is_no_unknown_number() -> None:
    free = [pages.facts().products[-1]]
    said = Page(portfolio.render(msgspec.structs.replace(pages.facts(), products=free, **NO_CHARTS))).text()
    assert "Products none umbel.toml names none" in said
    assert "No product is named in umbel.toml." in said


def test_every_figure_chart_and_table_answers_why(page: Page) -> None:
    figures = [a for _, a in page.elements if "figure" in (a.get("class") or "").split()]
    assert len(figures) == 8
    parts = len(figures) + len(page.all("svg")[1:]) - 3 + 6  # the mark and three gauges aren't charts
    assert len(page.all("details")) == len(page.all("summary")) == parts == 8 + 4 + 6
    assert page.text().count("lake versions: snapshots 7, usage 5") == parts
    assert page.text().count("collected until 2026-03-01 09:00 UTC") == parts


def test_commands_ask_the_same_day_and_product() -> None:
    shop = pages.facts(product="Shop & Co", members=["acme/a", "acme/b's"], **NO_CHARTS)
    commands = [t for name, t in Page(portfolio.render(shop)).texts if name == "code" and "--as-of" in t]
    assert len(commands) > 15
    assert all(c.endswith("--as-of 2026-03-01T12:00:00") for c in commands)
    assert all(
        "--product 'Shop & Co'" in c for c in commands if re.match("umbel (status|inventory|coverage)", c)
    )
    assert all("subject IN ('acme/a', 'acme/b''s')" in c for c in commands if " present " in c)
    day = msgspec.structs.replace(shop, as_of=NOW.replace(hour=23, minute=59, second=59, microsecond=999_999))
    assert "--as-of 2026-03-01<" in portfolio.render(day)


def test_unknown_is_never_a_number() -> None:
    seen = [Project(project="acme/x", evidence="failed", documents=0, failed=1)]
    unread = msgspec.structs.replace(pages.facts(0, 0), projects=seen, totals=Totals(projects=1), **NO_CHARTS)
    said = Page(portfolio.render(unread)).text()
    assert "Acme has no inventory yet." in said
    assert "0 of 1 project has an inventory; 1 could not be read." in said
    for figure in ("Packages", "Components", "Identified by purl", "License known", "Newest evidence"):
        assert f"{figure} unknown" in said
    assert said.count("Nothing to show: there is no inventory.") == 4


def test_sbom_quality_is_told_by_producer_with_its_denominators(page: Page) -> None:
    said = page.text().replace("\u00a0", " ")
    assert "BSI TR-03183-2" in said
    assert "syft 2 22.2 % of 18 44.4 % of 18 hash, archive, supplier" in said
    assert "unknown 1 100 % of 18 50.0 % of 18 –" in said


def test_rows_that_say_nothing_say_unknown(page: Page) -> None:
    unknown = [a for tag, a in page.elements if tag == "td" and "unknown" in (a.get("class") or "")]
    unlicensed, no_purl, no_inventory, product_till, license_row, cannot_tell = 2, 1, 4, 6, 1, 0
    assert len(unknown) == unlicensed + no_purl + no_inventory + product_till + license_row + cannot_tell
    assert "no project matches acme/till-*" in page.text()


def test_a_long_table_says_what_it_leaves_out() -> None:
    rows = [pages.component(number) for number in range(MOST_COMPONENTS)]
    totals = msgspec.structs.replace(pages.facts().totals, components=12_345)
    many = [pages.project(number) for number in range(MOST_ROWS + 1)]
    long = msgspec.structs.replace(pages.facts(), components=rows, totals=totals, projects=many, **NO_CHARTS)
    page = Page(portfolio.render(long))
    assert "The first 5,000 of 12,345 components are shown, 7,345 are left out. All of them:" in page.text()
    assert "The first 1,500 of 1,501 projects are shown, 1 is left out." in page.text()
    assert "umbel inventory --limit 0 --as-of 2026-03-01T12:00:00" in page.text("code")


def test_next_steps_name_the_gaps(page: Page) -> None:
    steps = page.text("li")
    assert "1 project without an inventory" in steps
    assert "2 components without a known license" in steps
    assert "1 pattern of a product without a project" in steps
    whole = pages.facts(4, 3)
    fine = msgspec.structs.replace(
        whole, products=[], totals=msgspec.structs.replace(whole.totals, components_identified=4)
    )
    assert "Nothing is missing." in Page(portfolio.render(_complete(fine))).text()


def _complete(estate: Facts) -> Facts:
    totals = msgspec.structs.replace(estate.totals, components_licensed=estate.totals.components)
    return msgspec.structs.replace(estate, totals=totals, **NO_CHARTS)


def test_an_empty_lake_says_what_to_do() -> None:
    nothing = pages.facts(0, 0, totals=Totals(), first_evidence=None, collected_at=None)
    page = Page(portfolio.render(nothing))
    assert "There is no evidence yet" in page.text()
    assert [t for name, t in page.texts if name == "code"] == [
        "umbel collect PATH", "umbel init", "umbel report -o report.html",
    ]  # fmt: skip
    assert not page.faults
    early = msgspec.structs.replace(nothing, first_evidence=NOW + timedelta(days=9))
    assert (
        "the oldest evidence is of 2026-03-10 12:00 UTC. Ask for a later day."
        in Page(portfolio.render(early)).text()
    )
    shop = msgspec.structs.replace(nothing, product="Shop", first_evidence=NOW - timedelta(days=9))
    assert "No evidence speaks of a project of this product." in Page(portfolio.render(shop)).text()


def test_charts_show_their_counts_and_describe_themselves(page: Page) -> None:
    drawn = [a for a in page.all("svg") if a.get("role") == "img"]
    assert len(drawn) == 4
    ids = [a["id"] for _, a in page.elements if a.get("id")]
    assert len(ids) == len(set(ids))
    assert all(a["aria-labelledby"] in ids and a["aria-describedby"] in ids for a in drawn)
    assert "npm 11 (91.7 %); unknown (no purl) 1 (8.3 %)" in page.text("desc")
    unknown = [a for _, a in page.elements if a.get("class") == "bar-unknown"]
    assert len(unknown) == 3  # ecosystems, licenses and ages each show theirs


def test_shares_never_claim_all_or_none_wrongly() -> None:
    shares = [share(0, 9), share(9, 9), share(1, 100_000), share(99_999, 100_000), share(0, 0)]
    assert [said.replace("\u00a0", " ") for said in shares] == ["0 %", "100 %", "0.1 %", "99.9 %", "–"]


# ---- what can't happen


@pytest.mark.parametrize("said", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_changes_no_element(said: str) -> None:
    assert _shape(said) == _shape("x")


@given(st.text(st.characters(), min_size=1))
def test_no_text_changes_an_element(said: str) -> None:
    assert _shape(said) == _shape("x")


def _shape(said: str) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a page without charts where everything is named so; checked to be sound on the way."""
    written = portfolio.render(msgspec.structs.replace(pages.saying(said), **NO_CHARTS))
    found = Page(written)
    assert not found.faults
    assert not [c for c in written if not c.isprintable() and c not in "\n\u00a0"]
    return found.shape()


def test_hostile_text_changes_no_element_of_a_chart(page: Page) -> None:
    def drawn(*labels: str) -> list[tuple[str, tuple[str, ...]]]:
        bars = [Bar(label, 3) for label in labels]
        written = portfolio.render(msgspec.structs.replace(pages.facts(), **{**NO_CHARTS, "most_used": bars}))
        assert "<script>window" not in written
        return Page(written).shape()

    assert drawn(*HOSTILE) == drawn(*["x"] * len(HOSTILE))
    assert not page.faults


def test_marks_that_turn_the_direction_show_as_replaced() -> None:
    page = Page(portfolio.render(msgspec.structs.replace(pages.saying("safe\u202efdp.exe\x00"), **NO_CHARTS)))
    assert "safe\ufffdfdp.exe\ufffd" in page.text("th")


def test_a_whole_license_text_as_a_name_is_cut() -> None:
    written = portfolio.render(
        msgspec.structs.replace(pages.saying("x" * 1_000_000), **NO_CHARTS, members=None, product=None)
    )
    assert len(written) < 200_000


@pytest.mark.parametrize(
    ("origin", "linked"),
    [
        ("https://ci.acme.example/a.json?b=1&c=2", True),
        ("http://ci.acme.example/", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:/etc/passwd", False),
        ("//ci.acme.example/a", False),
        ("https://user:secret@ci.acme.example/", False),
        ("https://ci.acme.example/\u202e", False),
        ("https://[broken", False),
        ("https://", False),
    ],
)
def test_only_plain_web_addresses_are_links(origin: str, linked: bool) -> None:  # noqa: FBT001
    page = Page(portfolio.render(pages.facts(documents=[pages.document(origin=origin)], **NO_CHARTS)))
    links = [a["href"] for a in page.all("a") if not str(a["href"]).startswith("#")]
    assert links == ([origin] if linked else [])


def test_the_policy_allows_the_pages_own_style_and_script_only(page: Page) -> None:
    (policy,) = [a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    said = dict(part.strip().split(" ", 1) for part in str(policy).split(";"))
    assert said["default-src"] == "'none'"
    for tag in ("style", "script"):
        (content,) = [text for name, text in page.texts if name == tag]
        digest = b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert said[f"{tag}-src"] == f"'sha256-{digest}'"
    assert set(said) == {"default-src", "style-src", "script-src", "base-uri", "form-action"}


def test_nothing_is_loaded_and_nothing_runs_inline(page: Page) -> None:
    for _, attributes in page.elements:
        assert not [
            name for name in attributes if name.startswith("on") or name in {"style", "src", "srcset"}
        ]
        assert str(attributes.get("href", "#")).startswith("#")
    assert not re.search(r"url\(|@import", asset("report.css"))
    assert "</" not in asset("report.css") + asset("report.js")


def test_equal_facts_make_equal_bytes() -> None:
    assert portfolio.render(pages.facts()) == portfolio.render(pages.facts())


def test_ten_thousand_components_stay_small() -> None:
    rows = [pages.component(number) for number in range(MOST_COMPONENTS)]
    totals = msgspec.structs.replace(pages.facts().totals, components=10_000)
    many = [pages.project(number) for number in range(100)]
    big = msgspec.structs.replace(pages.facts(), components=rows, totals=totals, projects=many)
    assert len(portfolio.render(big).encode()) < 3_000_000


# ---- what it looks like


def _colours(css: str) -> list[dict[str, str]]:
    """The palettes of the style sheet: light, dark, print."""
    return [
        dict(re.findall(r"--([a-z]+): (#[0-9a-f]+)", block))
        for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    ]


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_enough_in_every_scheme() -> None:
    palettes = _colours(asset("report.css"))
    assert len(palettes) == 3
    for palette in palettes:
        for ground in ("paper", "well"):
            for ink in ("ink", "soft", "link", "warn", "bad"):
                assert _contrast(palette[ink], palette[ground]) >= 4.5, (ink, ground)
        assert _contrast(palette["bar"], palette["track"]) >= 3
        assert _contrast(palette["bar"], palette["paper"]) >= 3


# ---- the file


def test_a_page_is_written_whole(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")
    estate = pages.facts(**NO_CHARTS)
    assert portfolio.write(estate, target) == target
    assert target.read_text("utf-8") == portfolio.render(estate)
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]
    assert target.stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    target, link = tmp_path / "real.html", tmp_path / "link.html"
    target.write_text("old")
    link.symlink_to(target)
    portfolio.write(pages.facts(**NO_CHARTS), link)
    assert link.is_symlink()
    assert target.read_text("utf-8").startswith("<!doctype html>")


def test_a_place_that_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        portfolio.write(pages.facts(**NO_CHARTS), tmp_path / "folder")
    with pytest.raises(UsageError, match="There is no folder"):
        portfolio.write(pages.facts(**NO_CHARTS), tmp_path / "missing" / "report.html")
    with pytest.raises(UsageError, match="no regular file"):
        portfolio.write(pages.facts(**NO_CHARTS), "/dev/null")
    with pytest.raises(UsageError):
        portfolio.write(pages.facts(**NO_CHARTS), "a\0b")


def test_what_was_there_stays_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    with pytest.raises(EvidenceError, match="No space left on device"):
        portfolio.write(pages.facts(**NO_CHARTS), target)
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]
    assert target.read_text("utf-8") == "old"


def test_bars_that_count_nothing_are_not_drawn() -> None:
    page = Page(
        portfolio.render(pages.facts(ages=[Bar("up to a week", 0), Bar("no inventory", 0, known=False)]))
    )
    assert len([a for a in page.all("svg") if a.get("role") == "img"]) == 3
