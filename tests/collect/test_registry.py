# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which collector a file or folder belongs to."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from umbel.collect import registry
from umbel.collect._claims import CLAIMS
from umbel.collect.interface import WILD, Collector, Document, Reading, is_named
from umbel.collect.walk import Found, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _Places(Collector):
    id = "places"
    title = "Places"
    reads = "What tests put at some place."
    paths = ("var/lib/*/places", ".acme/*.yml")
    folders = ("node_parts",)

    def claims_folder(self, folder: Path, names: frozenset[str]) -> bool:  # noqa: ARG002
        return {"layout", "index"} <= names

    def read(self, document: Document) -> Reading:
        raise NotImplementedError(document.name)


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    every = {**registry.collectors(), "places": _Places()}
    declared = {**registry._declared(), "places": registry.Claims.of(_Places())}  # noqa: SLF001
    caches = (
        registry._claimed,  # noqa: SLF001
        registry._names,  # noqa: SLF001
        registry._paths,  # noqa: SLF001
        registry._whole,  # noqa: SLF001
        registry.folder_names,
        registry.sniffed_suffixes,
    )
    with monkeypatch.context() as patch:
        patch.setattr(registry, "collectors", lambda: every)
        patch.setattr(registry, "_declared", lambda: declared)
        for cached in caches:
            cached.cache_clear()
        yield
    for cached in caches:
        cached.cache_clear()


@pytest.mark.usefixtures("places")
def test_a_collector_may_claim_the_end_of_a_path_or_a_folder_by_what_is_in_it(tmp_path: Path) -> None:
    for name in (
        "root/var/lib/acme/places", "places", "lib/acme/places", ".acme/flow.yml", ".acme/flow.json",
        "image/layout", "image/index", "image/uv.lock", "half/layout", "web/node_parts/uv.lock",
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("version = 1")
    found = {
        item.path.relative_to(tmp_path).as_posix(): item.collector
        for item in Walk(tmp_path)
        if isinstance(item, Found)
    }
    assert found == dict.fromkeys(
        ["root/var/lib/acme/places", ".acme/flow.yml", "image", "web/node_parts"], "places"
    )


def test_each_name_that_a_collector_declares_is_claimed() -> None:
    for collector in registry.collectors().values():
        for pattern in collector.names:
            path = f"/some/place/{pattern.replace('*', 'x')}"
            assert registry.is_claimed(path), (collector.id, pattern)
        for pattern in collector.paths:
            assert registry.is_claimed(f"/some/{pattern.replace('*', 'x')}"), (collector.id, pattern)
    assert not registry.is_claimed("/some/place/main.py")


def test_what_collectors_claim_is_what_they_declare() -> None:
    assert [tuple(each) for each in registry.discovered()] == list(CLAIMS), "run: make docs"


def test_a_collector_claims_nothing_beyond_its_patterns(tmp_path: Path) -> None:
    # A gate asks only those whose patterns fit: one that claimed more would never be asked.
    for collector in registry.collectors().values():
        for path in ("main.py", "lib/notes.md", "constraints.in", "a/b.yaml", str(tmp_path)):
            assert not collector.claims(path), collector.id


def test_to_know_the_collectors_loads_no_reader() -> None:
    heavy = {
        "duckdb", "email", "packageurl", "packaging", "pyarrow", "sqlite3", "tomllib", "yaml",
        "umbel.collect._cyclonedx", "umbel.collect._image_parts", "umbel.collect._remote_git",
        "umbel.collect._spdx", "umbel.collect._spdx3", "umbel.collect.imports", "umbel.collect.practices",
        "umbel.collect.lockfiles._pom_file", "umbel.collect.lockfiles._quick_yaml",
        "umbel.collect.lockfiles._requirements_file", "umbel.collect.lockfiles._yarn_text",
    }  # fmt: skip
    code = "import sys; from umbel.collect import registry; list(registry.collectors().values()); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not heavy & set(done.stdout.split())


def test_a_name_that_is_known_whole_fits_nobody_elses_pattern() -> None:
    # A gate asks only those that name it: a pattern that fitted, too, would never be asked.
    every = registry._declared().values()  # noqa: SLF001
    whole = {(name, c.id) for c in every for name in c.names if not WILD.search(name)}
    for name, owner in whole:
        fitting = {c.id for c in every if is_named(f"some/{name}", c.names, c.paths)}
        assert fitting == {other for known, other in whole if known == name}, (name, owner)


def test_to_know_whose_a_lockfile_is_loads_its_collector_alone() -> None:
    code = "import sys; from umbel.collect import registry; registry.claim('/a/uv.lock', b'', b''); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name for name in done.stdout.split() if name in {each.module for each in registry.discovered()}}
    assert loaded == {"umbel.collect.lockfiles.uv_lock"}
