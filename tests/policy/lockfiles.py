# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A lockfile of npm and advisories about it, made by tests."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def package_json(**needs: str) -> str:
    """What a project asks for."""
    return json.dumps({"name": "shop", "version": "1.0.0", "dependencies": needs}, indent=2)


def package_lock(
    direct: Mapping[str, str], inner: Mapping[str, tuple[str, str]] | None = None, license_: str = "MIT"
) -> str:
    """A lockfile: direct packages with versions, and inner ones by name: who needs them, and their version."""
    packages: dict[str, Any] = {"": {"name": "shop", "version": "1.0.0", "dependencies": dict(direct)}}
    for name, version in direct.items():
        needs = {one: found for one, (owner, found) in (inner or {}).items() if owner == name}
        packages[f"node_modules/{name}"] = {"version": version, "license": license_} | (
            {"dependencies": needs} if needs else {}
        )
    for name, (_, version) in (inner or {}).items():
        packages[f"node_modules/{name}"] = {"version": version, "license": license_}
    lock = {"name": "shop", "version": "1.0.0", "lockfileVersion": 3, "packages": packages}
    return json.dumps(lock, indent=2)


def advisory(
    number: int, package: str, fixed: str | None, severity: str = "HIGH", ecosystem: str = "npm"
) -> dict[str, Any]:
    """One advisory of all versions before the fix."""
    events = [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]
    return {
        "schema_version": "1.6.0",
        "id": f"GHSA-0000-0000-{number:04}",
        "aliases": [f"CVE-2026-{number:04}"],
        "published": "2026-01-02T00:00:00Z",
        "modified": "2026-01-03T00:00:00Z",
        "summary": f"{package} reads what it should not",
        "affected": [
            {
                "package": {"ecosystem": ecosystem, "name": package},
                "ranges": [{"type": "SEMVER", "events": events}],
            }
        ],
        "database_specific": {"severity": severity},
    }


def export(folder: Path, *advisories: dict[str, Any]) -> Path:
    """A whole export of npm's advisories, or of the first one's ecosystem: a zip with a file for each."""
    ecosystem = advisories[0]["affected"][0]["package"]["ecosystem"] if advisories else "npm"
    path = folder / f"{ecosystem}.zip"
    with zipfile.ZipFile(path, "w") as file:
        for each in advisories:
            file.writestr(f"{each['id']}.json", json.dumps(each))
    return path
