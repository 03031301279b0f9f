# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The Acme estate: small real documents, checkouts and lakes that tests stand on."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from umbel.collect.columns import Columns, Stamp
from umbel.collect.interface import Component, Edge, Reading
from umbel.model import purl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from umbel.evidence.lake import Lake

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def day(number: int) -> datetime:
    """Noon of the n-th day before or after the estate's today."""
    return NOW + timedelta(days=number)


def component(name: str, version: str | None = "1.0", **more: Any) -> Component:
    """An npm package as a document would state it."""
    made = purl.make("npm", None, name, version)
    ref = f"{name}@{version}"
    return Component(ref=ref, package=made.package, version=version, purl=made.purl, name=name, **more)


def reading(names: Iterable[str], **more: Any) -> Reading:
    """A reading of direct npm packages, `name@version` each."""
    components = [component(*name.split("@")) for name in names]
    edges = [Edge(source=None, target=c.ref, pinned=True) for c in components]
    return Reading(format="test", components=components, edges=edges, **more)


def stamp(subject: str = "shop", **more: Any) -> Stamp:
    """A snapshot's header, as if collected today."""
    defaults: dict[str, Any] = {
        "collector": "cyclonedx_json",
        "collector_version": 1,
        "lineage": f"syft file:/sboms/{subject}.json",
        "origin": f"file:/sboms/{subject}.json",
        "collected_at": NOW,
        "observed_at": NOW,
        "outcome": "complete",
        "content_sha256": "0" * 64,
    }
    return Stamp(subject=subject, **{**defaults, **more})


def publish(lake: Lake, *entries: tuple[Stamp, Reading | None]) -> None:
    """Publish snapshots in one batch."""
    columns = Columns(lake.salt())
    for header, read in entries:
        columns.add(header, read)
    lake.publish(columns.batch())


def sbom(
    name: str,
    packages: Sequence[str],
    *,
    edges: Mapping[str, Sequence[str]] | None = None,
    timestamp: str = "2026-02-01T10:00:00Z",
    license_: str = "MIT",
    version: str = "1.0",
) -> bytes:
    """A CycloneDX document: npm packages as `name@version`; all direct unless `edges` says otherwise."""
    components = [
        {
            "type": "library",
            "bom-ref": package,
            "name": package.rpartition("@")[0],
            "version": package.rpartition("@")[2],
            "purl": f"pkg:npm/{package}",
            "licenses": [{"license": {"id": license_}}],
        }
        for package in packages
    ]
    graph = edges if edges is not None else {name: packages}
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": timestamp,
            "tools": [{"name": "syft", "version": "1.0.0"}],
            "component": {"type": "application", "bom-ref": name, "name": name, "version": version},
        },
        "components": components,
        "dependencies": [{"ref": ref, "dependsOn": list(targets)} for ref, targets in graph.items()],
    }
    return json.dumps(document).encode()


def folder_of_sboms(folder: Path, number: int, packages: int = 20) -> Path:
    """A folder with so many SBOMs of so many packages each, all different."""
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(number):
        names = [f"p{(index * 7 + step) % 97}@{step % 5}.{index % 3}" for step in range(packages)]
        (folder / f"app-{index:04}.cdx.json").write_bytes(sbom(f"app-{index:04}", sorted(set(names))))
    return folder


def checkout(folder: Path, files: Mapping[str, str | bytes], remote: str | None = None) -> Path:
    """A real git checkout with one commit, dated 2026-01-15."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    git(folder, "init", "-q", "-b", "main")
    if remote:
        git(folder, "remote", "add", "origin", remote)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "first", "--allow-empty")
    return folder


def git(folder: Path, *arguments: str) -> str:
    """Run git as the estate's only author, on a fixed day."""
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Acme",
        "GIT_AUTHOR_EMAIL": "dev@acme.example",
        "GIT_COMMITTER_NAME": "Acme",
        "GIT_COMMITTER_EMAIL": "dev@acme.example",
        "GIT_AUTHOR_DATE": "2026-01-15T10:00:00Z",
        "GIT_COMMITTER_DATE": "2026-01-15T10:00:00Z",
    }
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True, env=environment
    )
    return done.stdout
