# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The Acme estate as the office shows it: projects, advisories, histories ours and upstream, products, decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import acme
from tests.metrics.histories import Commit, repository
from tests.policy.lockfiles import advisory, export
from umbel.app import Workspace
from umbel.collect.interface import Edge, Reading
from umbel.evidence.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

UPSTREAM = "git.example/acme/frame"
SECRET = "bluebird-vault"  # noqa: S105 - the name of a project
"""The project that only its team may see."""
SETTINGS = f"""
# Acme's settings, with a comment that must survive.
[organisation]
name = "Acme"
domains = ["acme.example"]

[[products]]
name = "Shop"
owner = "owner@acme.example"
department = "Retail"
criticality = "critical"
distribution = ["distributed-binary"]
projects = ["shop-*"]

[[products]]
name = "Till"
owner = "mate@acme.example"
department = "Tills"
criticality = "low"
distribution = ["internal"]
projects = ["till"]

[[upstream]]
packages = ["pkg:pypi/frame"]
repository = "https://{UPSTREAM}"

[alerts]
[[alerts.targets]]
kind = "file"
path = "alerts.jsonl"
name = "kept"
"""
POLICY = """
[rules.license-denied]
level = "fail"

[rules.license-unknown]
level = "warn"

[rules.vulnerability]
level = "fail"
"""
GOALS = """
[[goals]]
id = "licences-known"
statement = "Every licence is known"
serves = "No product ships with a licence nobody read"
owner = "legal@acme.example"
review = 2027-01-31
by = "office@acme.example"
decided = 2026-01-05
[[goals.kpis]]
kpi = "unknown_licenses"
target = 0.0
until = 2027-06-30
"""
CODE = "from frame import Application, Blueprint, json\n\napp = Application()\npage = Blueprint()\njson.dumps(app)\n"


def build(folder: Path) -> Path:
    """Make the estate in an empty folder; some three seconds. Gives the workspace's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / "workspace"
    place.mkdir()
    _upstream(folder, place)
    (place / "umbel.toml").write_text(SETTINGS)
    (place / "policy.toml").write_text(POLICY)
    (place / "decisions").mkdir()
    (place / "decisions/goals.toml").write_text(GOALS)
    lake = Lake(str(place / ".umbel/lake"), create=True)
    for name, inner, license_, number in (
        ("shop-web", "2.0.0", "MIT", -40),
        ("shop-web", "2.0.0", "MIT", -9),
        ("shop-api", "2.0.0", "GPL-3.0-only", -9),
        ("till", "2.2.0", "Apache-2.0", -8),
        (SECRET, "2.0.0", "MIT", -7),
        ("lonely", "2.1.0", None, -6),
    ):
        _bill(lake, name, inner, license_, number)
    _code(folder, place)
    told = export(folder, advisory(1, "inner", "2.1.0", "CRITICAL"))
    Workspace(place).sync_advisories(source=told, exploits=False)
    Workspace(place).update_alerts()
    return place


def _bill(lake: Lake, name: str, inner: str, license_: str | None, number: int) -> None:
    """A bill of a project that needs inner through outer."""
    declared = () if license_ is None else (license_,)
    parts = [
        acme.component("outer", "1.0.0", declared=declared),
        acme.component("inner", inner, declared=declared),
        acme.component(f"only-{name}", "1.0.0", declared=("MIT",)),
    ]
    edges = [
        Edge(source=None, target="outer@1.0.0"),
        Edge(source="outer@1.0.0", target=f"inner@{inner}"),
        Edge(source=None, target=f"only-{name}@1.0.0"),
    ]
    when = acme.day(number)
    header = acme.stamp(name, content_sha256=f"{name}{number}", observed_at=when, collected_at=when)
    acme.publish(lake, (header, Reading(format="test", components=parts, edges=edges)))


def hide(place: Path, who: str, project: str = SECRET) -> None:
    """Keep a project from all but `who`, as umbel.toml has it (`roles = ["office"]`).

    The edition that stands is of all projects, whoever sees them: it stays, as it needn't be made again.
    """
    from umbel.office.config import FOLDER
    from umbel.office.editions import make
    from umbel.office.editions.store import Pointer, Store

    store = Store(place / FOLDER)
    before = make.wanted(Workspace(place), None).key
    with (place / "umbel.toml").open("a") as file:
        file.write(f'\n[[office.confidential]]\nprojects = ["{project}"]\n{who}\n')
    after = make.wanted(Workspace(place), None)
    if store.made(before).complete:
        (store.root / before).rename(store.root / after.key)
        store.begin(after)
        store.point(None, Pointer(wanted=after.key, finished=after.key))


def _upstream(folder: Path, place: Path) -> None:
    theirs = [Commit("ann", -day, files=("frame/json.py",)) for day in range(1, 700, 9)]
    repository(folder / "frame", theirs)
    (place / "umbel.toml").write_text(
        f'[lake]\nurl = ".umbel/lake-upstream"\n[history]\npaths = ["*"]\n'
        f'[[projects]]\nname = "{UPSTREAM}"\nmatch = ["frame"]\n'
    )
    Workspace(place).collect([folder / "frame"])


def _code(folder: Path, place: Path) -> None:
    for name in ("shop-code", "till"):
        code = folder / "code" / name
        code.mkdir(parents=True)
        (code / "requirements.txt").write_text("frame==1.0\n")
        for number in range(6):
            (code / f"page{number}.py").write_text(CODE)
        (code / "README.md").write_text(f"# {name}\n")
        acme.git(code, "init", "-q", "-b", "main")
        acme.git(code, "add", "-A")
        acme.git(code, "commit", "-q", "-m", "first")
    Workspace(place).collect([folder / "code"])
