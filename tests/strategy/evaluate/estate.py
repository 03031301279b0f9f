# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Three packages that do the same, as a registry on this machine, advisories and a real repository tell of them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests import acme
from tests.collect import git_repositories as repositories
from tests.collect.registries.servers import server
from tests.policy.lockfiles import advisory, export
from umbel.app import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAYJS, MOMENT, LUXON = "pkg:npm/dayjs", "pkg:npm/moment", "pkg:npm/luxon"
SETTINGS = """
[organisation]
name = "Acme"
[registries]
npm = "{npm}"
[mirrors]
"https://github.com/" = "file://{folder}/mirror/"
[cache]
folder = "{folder}/cache"
[[products]]
name = "Shop"
distribution = ["distributed-binary"]
projects = ["shop"]
"""


def packument(name: str, times: dict[str, str], license_: str = "MIT", **more: Any) -> bytes:
    """What an npm registry says of a package; versions in the order of their times."""
    versions = {version: {"name": name, "version": version, "license": license_} for version in times}
    told = {
        "name": name,
        "dist-tags": {"latest": list(times)[-1]},
        "versions": versions,
        "time": {version: f"{day}T12:00:00.000Z" for version, day in times.items()},
        "license": license_,
        "repository": {"type": "git", "url": f"git+https://github.com/acme/{name}.git"},
    }
    return json.dumps(told | more).encode()


@contextmanager
def estate(folder: Path) -> Iterator[Workspace]:
    """A workspace in which moment is used by two projects, dayjs by none, luxon is copyleft, and npm can be asked."""
    with server() as npm:
        (folder / "umbel.toml").write_text(SETTINGS.format(npm=npm.url, folder=folder))
        dates = {"1.0.0": "2020-01-01", "2.0.0": "2022-01-01", "2.1.0": "2022-06-01"}
        npm.tell("/moment", packument("moment", dates, maintainers=[{"name": "a"}]))
        recent = {f"1.{minor}.0": f"2026-0{minor}-01" for minor in range(1, 3)}
        npm.tell("/dayjs", packument("dayjs", recent, maintainers=[{"name": "a"}, {"name": "b"}]))
        npm.tell("/luxon", packument("luxon", {"3.0.0": "2025-06-01"}, "GPL-3.0-only"))
        here = Workspace(folder)
        for project, version in (("shop", "2.0.0"), ("till", "1.0.0")):
            edges = {
                project: [f"moment@{version}"],
                f"moment@{version}": ["pad@1.0.0"],
                "pad@1.0.0": ["inner@1.0.0"],
            }
            packages = [f"moment@{version}", "pad@1.0.0", "inner@1.0.0"]
            path = folder / f"sboms/{project}.cdx.json"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(acme.sbom(project, packages, edges=edges))
        here.collect([folder / "sboms"])
        told = export(folder, advisory(1, "moment", "2.1.0"), advisory(2, "moment", None, "LOW"))
        here.sync_advisories(["npm"], source=told, whole=True, exploits=False)
        repository = repositories.init(folder / "mirror/acme/moment")
        for number in range(3):
            repositories.commit(repository, files={f"src/{number}.js": "let a = 1;\nlet b = 2;\n"})
        yield here
