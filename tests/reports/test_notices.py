# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Third-party notices: every text once, every package named, and nothing invented."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import acme
from tests.reports import pages
from umbel.app import Workspace
from umbel.model.errors import UsageError
from umbel.reports import notices_files
from umbel.reports.notices import Missing, Noticed, Notices, Text, _folded, compiled, headed
from umbel.reports.notices_text import Shape, plain, rendered, write

if TYPE_CHECKING:
    from pathlib import Path

MIT = "MIT License\n\n{}\n\nPermission is hereby granted.\n\nThe software is provided as is.\n"
STANDARD = {
    "MIT": MIT.format("Copyright (c) <year> <copyright holders>"),
    "LLVM-exception": "As an exception.",
}


def package(name: str, *texts: Text, version: str = "1.0", **more: tuple[str, ...]) -> Noticed:
    return Noticed(package=f"pkg:npm/{name}", version=version, texts=texts, **more)


def own(text: str, name: str = "LICENSE", *, notice: bool = False) -> Text:
    return Text(name, text, "package", notice)


def made(*packages: Noticed) -> Notices:
    return compiled("Shop", packages, STANDARD, observed=acme.NOW)


def test_texts_that_differ_in_their_copyright_lines_stand_once() -> None:
    found = made(
        package("b", own(MIT.format("Copyright (c) 2020 Acme"))),
        package("a", own(MIT.format("Copyright 2019, 2021 Wile E.\nCopyright (c) 2022 Acme"), "LICENSE.md")),
    )
    (section,) = found.sections
    assert [(member.name, member.copyrights) for member in section.members] == [
        ("a 1.0", ("Copyright (c) 2022 Acme", "Copyright 2019, 2021 Wile E.")),
        ("b 1.0", ("Copyright (c) 2020 Acme",)),
    ]
    assert "Copyright" not in section.text
    assert "Permission is hereby granted." in section.text
    assert found.missing == ()


def test_a_standard_text_joins_a_packages_own_and_invents_nobody() -> None:
    found = made(
        package("a", licenses=("MIT",)),
        package("b", own(MIT.format("Copyright 2020 Acme")), licenses=("MIT",)),
    )
    (section,) = found.sections
    assert not section.standard
    assert [member.copyrights for member in section.members] == [(), ("Copyright 2020 Acme",)]
    assert found.missing == (Missing(package="pkg:npm/a", version="1.0", what="its copyright line"),)


def test_placeholders_of_a_standard_text_stay() -> None:
    found = made(package("a", licenses=("MIT",), copyrights=("Copyright 2020 Acme",)))
    (section,) = found.sections
    assert section.standard
    assert "Copyright (c) <year> <copyright holders>" in section.text
    assert section.members[0].copyrights == ("Copyright 2020 Acme",)
    assert found.missing == ()
    assert "Its placeholders are not filled in." in plain(found)


def test_an_expression_needs_the_text_of_each_part() -> None:
    found = made(package("a", licenses=("MIT WITH LLVM-exception OR ISC",), copyrights=("(c) 2020 A",)))
    assert [section.title for section in found.sections] == ["LLVM-exception", "MIT"]
    assert [each.what for each in found.missing] == ["the text of ISC"]


def test_what_is_not_known_is_listed() -> None:
    found = made(
        package("b"), package("a", own("Mine.\n")), package("c", own("Thanks", "NOTICE", notice=True))
    )
    assert [(each.name, each.what) for each in found.missing] == [
        ("b 1.0", "its license"),
        ("c 1.0", "its license"),
    ]
    assert [section.title for section in found.sections] == [
        "License as delivered",
        "License as delivered (notices)",
    ]


def test_long_texts_are_left_whole() -> None:
    """The GPL begins with the copyright of the GPL."""
    text = "Copyright (C) 2007 Free Software Foundation, Inc.\n" + "x y z\n" * 1000
    assert headed(text) == ((), text.strip())


@pytest.mark.parametrize(
    ("line", "own_line"),
    [
        ("Copyright (c) 2020 Acme", True),
        ("# Copyright 2020 by Acme", True),
        ("© 2020 Acme", True),
        ("(c) 2020 Acme", True),
        ("Portions Copyright (c) Acme", True),
        ("Copyright (c) <year> <owner>", False),
        ("Copyright [yyyy] [name of copyright owner]", False),
        ("copyright notice and this permission notice", False),
        ("The above copyright notice of 2020", False),
        ("(c) You must retain all copyright", False),
    ],
)
def test_copyright_lines(*, line: str, own_line: bool) -> None:
    lines, body = headed(f"{line}\nrest")
    assert bool(lines) is own_line
    assert (line in body) is not own_line


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.text(min_size=1, max_size=60)), max_size=6), st.randoms()
)
def test_equal_evidence_gives_equal_bytes_in_any_order(
    entries: list[tuple[str, str]], chance: object
) -> None:
    packages = [package(name, own(text), version=str(at)) for at, (name, text) in enumerate(entries)]
    shuffled = list(packages)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = made(*packages), made(*shuffled)
    named = {member.name for section in one.sections for member in section.members}
    assert named == {f"{name} {at}" for at, (name, text) in enumerate(entries)}
    for shape in ("text", "html", "markdown"):
        assert sorted(rendered(one, shape).split("\n")) == sorted(rendered(other, shape).split("\n"))


@pytest.mark.parametrize("shape", ["text", "html", "markdown"])
def test_hostile_texts_stay_texts(shape: Shape) -> None:
    found = made(
        *[
            package(f"p{at}", own(f"{text}\n```\n# x"), licenses=(text,))
            for at, text in enumerate(pages.HOSTILE)
        ]
    )
    page = rendered(found, shape)
    assert "\x1b" not in page
    assert "\u202e" not in page
    if shape == "html":
        assert "<script>window" not in page
        assert "<img" not in page
        assert "onload=window" not in pages.Page(page).text("x")
        assert page.count("<script>") == 1
    if shape == "markdown":
        assert page.count("\n````text\n") == len(found.sections)


def test_a_page_shows_every_text_and_what_is_missing() -> None:
    found = made(package("a", own(MIT.format("Copyright 2020 Acme"))), package("b"))
    assert "Permission is hereby granted.\n\nThe software" in rendered(found, "html")
    page = pages.Page(rendered(found, "html"))
    assert "Permission is hereby granted. The software is provided as is." in page.text("code")
    assert "Copyright 2020 Acme" in page.text("div")
    assert "b 1.0" in page.text("bdi")
    assert "its license" in page.text("li")


# -- from the evidence


def installed(folder: Path) -> Path:
    """A project with one installed Python package and two Node.js ones."""
    site = folder / "shop/site-packages"
    about = site / "Alpha_One-1.0.dist-info"
    (about / "licenses").mkdir(parents=True)
    (about / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: Alpha-One\nVersion: 1.0\nLicense-Expression: MIT\n"
    )
    (about / "INSTALLER").write_text("pip\n")
    (about / "licenses/LICENSE").write_text(MIT.format("Copyright 2020 Alpha"))
    (about / "licenses/AUTHORS").write_text("Alpha and friends\n")
    modules = folder / "shop/node_modules"
    for name, text in (("beta", MIT.format("Copyright 2021 Beta")), ("@acme/gamma", "")):
        place = modules / name
        place.mkdir(parents=True)
        (place / "package.json").write_text(json.dumps({"name": name, "version": "2.0.0", "license": "MIT"}))
        (place / "license.js").write_text("module.exports = 1")
        if text:
            (place / "LICENSE").write_text(text)
    needs = {"name": "shop", "version": "1.0.0", "dependencies": {"beta": "2", "@acme/gamma": "2"}}
    (folder / "shop/package.json").write_text(json.dumps(needs))
    return folder / "shop"


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    """An installed project, collected."""
    shop = installed(tmp_path)
    (tmp_path / "umbel.toml").write_text(
        '[[products]]\nname = "Shop"\nprojects = ["shop"]\ndistribution = ["hosted"]\n'
    )
    workspace = Workspace(tmp_path)
    workspace.collect([shop])
    return workspace


def test_installed_packages_bring_their_own_texts(ws: Workspace) -> None:
    found = ws.notices("Shop", product=True)
    assert found.packages == 3
    told = {
        (section.title, member.name, member.copyrights)
        for section in found.sections
        for member in section.members
    }
    assert told == {
        ("MIT", "alpha-one 1.0", ("Copyright 2020 Alpha",)),
        ("MIT (notices)", "alpha-one 1.0", ()),
        ("MIT", "beta 2.0.0", ("Copyright 2021 Beta",)),
    }
    assert {(each.name, each.what) for each in found.missing} == {
        ("@acme/gamma 2.0.0", "the text of MIT"),
        ("@acme/gamma 2.0.0", "its copyright line"),
    }


def test_the_list_of_spdx_fills_what_packages_lack(ws: Workspace, tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/MIT.txt").write_text(STANDARD["MIT"])
    ws.sync_licenses(tmp_path / "texts")
    found = ws.notices("Shop", product=True)
    assert {(each.name, each.what) for each in found.missing} == {("@acme/gamma 2.0.0", "its copyright line")}


def test_another_version_on_the_disk_does_not_count(ws: Workspace) -> None:
    manifest = ws.folder / "shop/node_modules/beta/package.json"
    manifest.write_text(manifest.read_text().replace("2.0.0", "3.0.0"))
    assert "the text of MIT" in {each.what for each in ws.notices("shop").missing if "beta" in each.package}


def test_links_and_devices_are_not_read(ws: Workspace, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Copyright 2020 Nobody's business")
    place = ws.folder / "shop/node_modules/@acme/gamma/LICENSE"
    place.symlink_to(secret)
    assert "Nobody" not in plain(ws.notices("shop"))
    place.unlink()
    place.write_bytes(b"\0" * 100)
    assert "the text of MIT" in {each.what for each in ws.notices("shop").missing}
    place.write_text("x" * (notices_files.LONGEST + 1))
    assert "the text of MIT" in {each.what for each in ws.notices("shop").missing}


def test_what_only_tests_need_is_left_out(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    lines = "Copyright 2020 Kept\nAll rights reserved."
    read = acme.reading([])
    read.components.append(acme.component("kept", declared=("MIT",), copyright=lines, scope="runtime"))
    read.components.append(acme.component("tool", declared=("ISC",), scope="test"))
    acme.publish(ws.lake(create=True), (acme.stamp(), read))
    found = ws.notices("shop")
    assert (found.packages, found.left_out) == (1, 1)
    assert {each.package for each in ws.notices("shop", everything=True).missing} == {
        "pkg:npm/kept",
        "pkg:npm/tool",
    }
    assert "1 package used only for development or tests left out" in plain(found)


def test_a_license_that_a_document_states_in_full_is_used(tmp_path: Path) -> None:
    ws = Workspace(tmp_path)
    text = "Acme terms.\n" + "You may look at it.\n" * 200
    read = acme.reading([])
    read.components.append(acme.component("a", declared=(text,)))
    acme.publish(ws.lake(create=True), (acme.stamp(), read))
    found = ws.notices("shop")
    assert found.missing == ()
    assert "You may look at it." in found.sections[0].text


def test_no_evidence_is_told(ws: Workspace) -> None:
    with pytest.raises(UsageError):
        ws.notices("nothing")


def test_written_whole_or_not_at_all(ws: Workspace, tmp_path: Path) -> None:
    found = ws.notices("shop")
    first = write(found, tmp_path / "n.html", "html").read_bytes()
    assert write(ws.notices("shop"), tmp_path / "n.html", "html").read_bytes() == first
    with pytest.raises(UsageError, match="no folder"):
        write(found, tmp_path / "no/n.html", "html")


def test_a_text_of_half_placeholders_is_read_in_time() -> None:
    started = time.monotonic()
    assert _folded("<year" * 100_000) == "<year" * 100_000
    assert time.monotonic() - started < 10  # it took minutes
