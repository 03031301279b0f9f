# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the docs show works as they show it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from umbel.collect.interface import Collector, Document
from umbel.model.settings import check
from umbel.policy import file as policy
from umbel.policy import license_decisions

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


def test_the_collector_of_the_how_to_reads_its_format(tmp_path: Path) -> None:
    (source,) = blocks(DOCS / "how-to/add-a-format.md", "python")
    module: dict[str, object] = {"__name__": "packages_list"}
    exec(compile(source, "packages_list.py", "exec"), module)  # noqa: S102 - the docs are ours
    made = module["PackagesListCollector"]
    assert isinstance(made, type)
    collector = made()
    assert isinstance(collector, Collector)
    file = tmp_path / "packages.list"
    file.write_text("left-pad@1.3.0\n@acme/shop@2.0.0\n@\n")

    reading = collector.read(Document(file))
    assert collector.claims("packages.list")
    assert reading.components[0].purl == "pkg:npm/left-pad@1.3.0"
    assert len(reading.edges) == len(reading.components)
    assert [fault.place for fault in reading.faults] == ["line 3"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_settings_in_the_docs_can_be_used(page: Path, tmp_path: Path) -> None:
    for text in blocks(page, "toml"):
        data = tomllib.loads(text)
        if data.keys() & _OF_POLICIES:
            path = tmp_path / "policy.toml"
            path.write_text(text, "utf-8")
            policy.load(path)
        elif data.keys() & {"conclude", "choose"}:
            path = tmp_path / "licenses.toml"
            path.write_text(text, "utf-8")
            license_decisions.load(path)
        else:
            assert check(data, text) == []


_OF_POLICIES = {"rules", "override", "cases", "locked", "extends", "outbound"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page}: {target}"
