# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy in an evidence pack: as it is, as it is resolved, and the versions that git has of it."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model.errors import UmbelError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from umbel.app.policies import Policies
    from umbel.model.settings import Settings
    from umbel.reports.pack import Pack

MOST_VERSIONS = 200
_LARGEST = 1 << 20
_SECRET = re.compile(r"key|secret|token|password|credential|sas|signature", re.IGNORECASE)
_SHORTEST = 6
"""Characters: a shorter value (`true`) stands in much that is no secret."""


def secrets(folder: Path, settings: Settings) -> set[str]:
    """Words that must not leave by any version of the policy, and by what the lake and alerts are reached."""
    from umbel.policy.file import FILE

    texts = [_text(folder / FILE), *(text for _, _, text in _versions(folder))]
    told = [word for text in texts for word in _words(text)]
    keys = [value for name, value in settings.lake.options.items() if _SECRET.search(name)]
    hooks = [target.url for target in settings.alerts.targets if target.url is not None]
    return {*told, *(each for each in (*keys, *hooks) if len(each) >= _SHORTEST)}


def add(pack: Pack, here: Policies, day: datetime, version: str) -> None:
    """Add the policy, its resolved settings, and its versions up to a day."""
    from umbel.policy.file import FILE
    from umbel.reports.pack import Provenance

    by = (Provenance(collector="people", version=f"umbel {version}"),)
    by_us = Provenance(collector="umbel policy", version=version)
    text = _text(here.folder / FILE)
    if text is None:
        pack.lacks(FILE, "nobody wrote one: the shipped policy is in force", incomplete=False)
    else:
        pack.add(
            f"policy/{FILE}",
            "policy",
            "The policy as it stands now; findings of whatever day are by it.",
            text,
            by,
        )
    try:
        policy = here.policy()
    except UmbelError as error:
        pack.lacks("the policy in force", error.message)
        return
    resolved = policy.for_project("").rules
    told = {
        "source": FILE if text is not None else policy.said.source,
        "longest_exception_days": policy.said.longest_exception_days,
        "rules": dict(sorted(resolved.items())),
        "outbound": dict(sorted(policy.for_outbound("").items())),
        "overrides": [msgspec.structs.asdict(one) for one in policy.said.overrides],
    }
    about = "Every rule that is on, with all of its settings, for those of whom nothing else is said."
    pack.add_json("policy/in-force.json", "policy", about, told, (by_us,))
    _add_versions(pack, here.folder, day)


def _add_versions(pack: Pack, folder: Path, day: datetime) -> None:
    from umbel.reports.pack import Provenance

    versions = [one for one in _versions(folder) if one[1] <= f"{day:%Y-%m-%d}"]
    if not versions:
        pack.lacks("earlier versions of the policy", "git has none of it here", incomplete=False)
    for number, (commit, on, text) in enumerate(reversed(versions), 1):
        by = (Provenance(collector="git", version=commit, day=on),)
        about = f"Version {number} of the policy, committed on {on}."
        pack.add(f"policy/history/{number:03}-{on}-{commit[:12]}.toml", "policy", about, text, by)
    if len(versions) == MOST_VERSIONS:
        pack.lacks(
            "the oldest versions of the policy", f"the newest {MOST_VERSIONS} are told", incomplete=False
        )


def _versions(folder: Path) -> list[tuple[str, str, bytes]]:
    """The versions that git has of the policy, the newest first: commit, day, content; nobody's name."""
    from umbel.collect import _git
    from umbel.policy.file import FILE

    path = (folder / FILE).resolve()
    root = next((parent for parent in path.parents if (parent / ".git").exists()), None)
    if root is None:
        return []
    name = path.relative_to(root).as_posix()
    said = _git.run(root, "log", f"--max-count={MOST_VERSIONS}", "--format=%H %cs", "--", name)
    found = []
    for line in said.out.decode("ascii", "replace").splitlines() if said.code == 0 else ():
        commit, _, on = line.partition(" ")
        shown = _git.run(root, "show", f"{commit}:{name}")
        if shown.code == 0 and len(shown.out) <= _LARGEST:
            found.append((commit, on, shown.out))
    return found


def _text(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= _LARGEST else None
    except OSError:
        return None


def _words(text: bytes | None) -> Iterator[str]:
    """The words that a version of the policy forbids to leave."""
    try:
        data = tomllib.loads((text or b"").decode("utf-8"))
    except (ValueError, RecursionError):
        return
    overrides = data.get("override")
    for table in (data, *(overrides if isinstance(overrides, list) else ())):
        yield from _of_table(table)


def _of_table(table: Any) -> Iterator[str]:
    found: Any = table
    for key in ("outbound", "denied-words", "words"):
        found = found.get(key) if isinstance(found, dict) else None
    yield from (word for word in (found if isinstance(found, list) else ()) if isinstance(word, str))
