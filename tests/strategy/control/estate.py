# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A real repository of two firms and a stranger, examined as an upstream project."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, NamedTuple

from tests.metrics.histories import at
from umbel.app import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Change(NamedTuple):
    """One commit: who (an address), how many days ago, which files with which text."""

    who: str
    day: float
    files: dict[str, str]
    zone: str = "+0100"


def upstream(folder: Path, name: str, changes: Sequence[Change]) -> Path:
    """A repository whose address is `git.example/name`, as a folder that can be collected."""
    place = folder / name.replace("/", "-")
    subprocess.run(["git", "init", "-q", "-b", "main", str(place)], check=True)
    stream = []
    for change in sorted(changes, key=lambda each: each.day):
        person = (
            f"{change.who.partition('@')[0]} <{change.who}> {int(at(change.day).timestamp())} {change.zone}"
        )
        stream.append(f"commit refs/heads/main\nauthor {person}\ncommitter {person}\ndata 6\nchange\n")
        for path, text in change.files.items():
            stream.append(f"M 644 inline {path}\ndata {len(text.encode())}\n{text}\n")
    git = ["git", "-C", str(place)]
    subprocess.run([*git, "fast-import", "--quiet"], input="".join(stream).encode(), check=True)
    subprocess.run([*git, "remote", "add", "origin", f"https://git.example/{name}"], check=True)
    subprocess.run([*git, "reset", "-q", "--hard"], check=True)
    return place


def examined(folder: Path) -> Path:
    """A workspace of which one upstream project is known: `git.example/acme/shop`."""
    firms = [Change(f"dev{n % 3}@acme.example", -2 * n, {f"core/{n % 4}.py": f"{n}\n"}) for n in range(1, 41)]
    others = [Change(f"dev{n % 2}@bit.example", -5 * n, {f"docs/{n}.md": f"{n}\n"}) for n in range(1, 11)]
    files = {
        "GOVERNANCE.md": "Acme decides.\n",
        ".clabot": "{}\n",
        ".github/FUNDING.yml": "open_collective: acme-shop\ncustom: ['javascript:alert(1)']\n",
        "LICENSE": "MIT License\n",
    }
    changes = [*firms, *others, Change("jo@mail.example", -300, files, "-0500")]
    place = upstream(folder / "clones", "acme/shop", changes)
    here = folder / "office"
    here.mkdir()
    (here / "umbel.toml").write_text('[history]\npaths = ["*"]\n')
    office = Workspace(here)
    office.upstream_lake(create=True)
    office.over_upstream().collect([place])
    return here
