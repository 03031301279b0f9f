# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""npm-shrinkwrap.json says what package-lock.json says."""

from __future__ import annotations

import json
from pathlib import Path

from umbel.collect.interface import Document, Reading
from umbel.collect.lockfiles.npm_shrinkwrap_json import NpmShrinkwrapJsonCollector
from umbel.collect.lockfiles.package_lock_json import PackageLockJsonCollector
from umbel.collect.registry import claim
from umbel.collect.walk import Found, Walk

LOCK = {
    "name": "shop",
    "version": "1.0.0",
    "lockfileVersion": 3,
    "packages": {
        "": {"name": "shop", "version": "1.0.0", "dependencies": {"kit": "^1"}},
        "node_modules/kit": {"version": "1.2.0", "license": "MIT", "dependencies": {"log": "*"}},
        "node_modules/log": {"version": "3.0.0"},
    },
}


def read(collector: PackageLockJsonCollector, lock: object) -> Reading:
    return collector.read(Document(Path("gone/lock.json"), data=json.dumps(lock).encode()))


def test_it_is_read_as_a_lockfile() -> None:
    reading = read(NpmShrinkwrapJsonCollector(), LOCK)

    assert reading == read(PackageLockJsonCollector(), LOCK)
    assert {component.purl for component in reading.components} == {"pkg:npm/kit@1.2.0", "pkg:npm/log@3.0.0"}


def test_each_name_has_its_own_collector() -> None:
    assert isinstance(claim("a/npm-shrinkwrap.json", b"", b""), NpmShrinkwrapJsonCollector)
    assert not isinstance(claim("a/package-lock.json", b"", b""), NpmShrinkwrapJsonCollector)


def test_those_of_old_have_no_scopes() -> None:
    old = {"name": "shop", "dependencies": {"kit": {"version": "1.0.0", "from": "kit@*"}}}
    reading = read(NpmShrinkwrapJsonCollector(), old)

    assert [(c.name, c.version, c.scope) for c in reading.components] == [("kit", "1.0.0", None)]


def test_beside_it_package_lock_json_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "npm-shrinkwrap.json").write_text(json.dumps(LOCK))
    (tmp_path / "package-lock.json").write_text(json.dumps(LOCK | {"name": "other"}))
    (tmp_path / "below").mkdir()
    (tmp_path / "below/package-lock.json").write_text(json.dumps(LOCK))
    found = [item for item in Walk(tmp_path) if isinstance(item, Found)]
    assert [item.relative for item in found] == ["npm-shrinkwrap.json", "below/package-lock.json"]

    collector, document = NpmShrinkwrapJsonCollector(), Document(tmp_path / "npm-shrinkwrap.json")
    before = collector.fingerprint(document)
    assert [(f.code, f.level) for f in collector.read(document).faults] == [("passed-over", "note")]
    (tmp_path / "package-lock.json").unlink()
    assert collector.read(document).faults == []
    assert collector.fingerprint(document) != before
