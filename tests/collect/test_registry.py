# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which collector a file or folder belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from umbel.collect import registry
from umbel.collect.interface import Collector, Document, Reading
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
    caches = (registry._claimed, registry._whole, registry.folder_names, registry.sniffed_suffixes)  # noqa: SLF001
    with monkeypatch.context() as patch:
        patch.setattr(registry, "collectors", lambda: every)
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
