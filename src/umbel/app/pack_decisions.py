# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which decisions go into an evidence pack: those of known kinds, up to its day, not those of other products.

Whatever tells of persons stays out.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from umbel.reports.pack import Pack

FOLDER = "decisions"
KNOWN = {
    "alerts": "Alerts that somebody took note of.",
    "attestations": "What people attest, with owner, proof and last day.",
    "contributions": "What we mean to do upstream, and what became of it.",
    "control": "Who holds upstream projects, by our own word.",
    "end-of-life": "By what ended software is replaced, by whom, until when.",
    "evaluations": "What was decided of software: adopt, trial, hold, remove.",
    "exceptions": "What is accepted although a rule says otherwise, and until when.",
    "goals": "Goals with owner, figures, targets.",
    "licenses": "What was concluded and chosen of licences.",
    "office": "What the office is made of: mandate, roles, budget, channels, pilots.",
    "published": "Which projects are published.",
    "series": "Where stated figures come from.",
    "strategy": "Opinions on upstream projects, and stances.",
    "value": "What contributing cost and brought.",
}
"""Files of `decisions/` that are packed, by their stem. All others stay out: they may tell of persons."""
PRIVATE = frozenset({"stakeholders", "people", "owners"})
"""Files that tell of persons, and are never even named."""
_LARGEST = 16 << 20
_INCIDENT = ("incident.toml", "affected.csv", "journal.jsonl")
_OURS = frozenset({"exceptions", "licenses", "published"})
"""Files in whose records `project` is one of ours; in others it is one upstream."""
_RECORD = re.compile(r"\[\[\s*([\w-]+)\s*\]\]\s*(?:#.*)?")


class Narrow(NamedTuple):
    """Of which records a pack tells: those decided up to a day, and of a product those that speak of it."""

    day: date
    product: str | None = None
    projects: Sequence[str] = ()

    def keeps(self, record: Any, stem: str) -> bool:
        """Whether a record belongs in it."""
        from umbel.policy.file import names

        if not isinstance(record, dict):
            return True
        decided, product, project = record.get("decided"), record.get("product"), record.get("project")
        on = decided.date() if isinstance(decided, datetime) else decided
        if isinstance(on, date) and on > self.day:
            return False
        if self.product is None:
            return True
        if isinstance(product, str) and not fnmatchcase(self.product.casefold(), product.casefold()):
            return False
        return (
            stem not in _OURS
            or not isinstance(project, str)
            or any(names(project, each) for each in self.projects)
        )


def add(pack: Pack, folder: Path, version: str, narrow: Narrow) -> int:
    """Add the decisions and the documents that people keep; gives how many files of decisions there are."""
    from umbel.reports.pack import Provenance

    by = (Provenance(collector="people", version=f"umbel {version}", origin="as it stands in the workspace"),)
    number = 0
    for path, about in _decisions(folder, pack, narrow):
        content = _content(path, pack, folder)
        name = path.relative_to(folder).as_posix()
        if content is None:
            continue
        if not pack.takes(name):
            pack.lacks(name, "its name is none on some systems, or the same as another's there")
            continue
        if path.suffix == ".toml" and path.parent.name == FOLDER:
            content, left = narrowed(content, path.stem, narrow)
            pack.add(name, "decision", about + _told(left, narrow), content, by)
        else:
            pack.add(name, "decision", about, content, by)
        number += 1
    if narrow.product is not None and any((folder / FOLDER / "incidents").glob("*/incident.toml")):
        pack.lacks("incidents", "they tell of other products, too", incomplete=False)
    for path in _documents(folder):
        content = _content(path, pack, folder)
        if content is not None:
            from umbel.frameworks.kept import blanks

            left = len(blanks(content.decode("utf-8", "replace")))
            gaps = f" {left} {'gap is' if left == 1 else 'gaps are'} left in it." if left else ""
            about = f"A document that people keep, as it stands now.{gaps}"
            pack.add(f"documents/{path.name}", "document", about, content, by)
    return number


def narrowed(content: bytes, stem: str, narrow: Narrow) -> tuple[bytes, int | None]:
    """A file of records without those that don't belong in a pack, and how many these are; None: it can't be parted.

    What is kept stays as people wrote it, comments and all.
    """
    try:
        text = content.decode()
        data = tomllib.loads(text)
    except (ValueError, RecursionError):
        return content, None
    kept = {name: _kept(value, stem, narrow) for name, value in data.items()}
    left = sum(len(data[name]) - len(value) for name, value in kept.items() if isinstance(value, list))
    if not left:
        return content, 0
    blocks = [block for block in _blocks(text) if _stays(block, stem, narrow)]
    try:
        if tomllib.loads("".join(blocks)) == {name: value for name, value in kept.items() if value != []}:
            return "".join(blocks).encode(), left
    except (ValueError, RecursionError):
        pass
    return content, None


def _kept(value: Any, stem: str, narrow: Narrow) -> Any:
    return [each for each in value if narrow.keeps(each, stem)] if isinstance(value, list) else value


def _blocks(text: str) -> Iterator[str]:
    """A file's records as texts, each with the comments right above it; what stands before the first is one, too."""
    block: list[str] = []
    for line in text.splitlines(keepends=True):
        if _RECORD.fullmatch(line.strip()):
            own = len(block)
            while own and block[own - 1].lstrip().startswith("#"):
                own -= 1
            yield "".join(block[:own])
            block = block[own:]
        block.append(line)
    yield "".join(block)


def _stays(block: str, stem: str, narrow: Narrow) -> bool:
    try:
        data = tomllib.loads(block)
    except (ValueError, RecursionError):
        return True
    return all(
        narrow.keeps(each, stem) for value in data.values() if isinstance(value, list) for each in value
    )


def _told(left: int | None, narrow: Narrow) -> str:
    if left is None:
        return " It can't be parted into records: it stands here whole, whatever day or product it speaks of."
    if not left:
        return ""
    later = f"decided after {narrow.day}"
    why = later if narrow.product is None else f"{later}, or of other products"
    return f" Without {left:,} {'record' if left == 1 else 'records'} {why}."


def _decisions(folder: Path, pack: Pack, narrow: Narrow) -> Iterator[tuple[Path, str]]:
    root = folder / FOLDER
    for path in sorted(root.glob("*.toml")):
        if path.stem in KNOWN:
            yield path, KNOWN[path.stem]
        elif path.stem not in PRIVATE:
            why = "it is of no kind that is known, and may tell of persons"
            pack.lacks(f"{FOLDER}/{path.name}", why, incomplete=False)
    for path in sorted(root.glob("incidents/*/*")):
        if narrow.product is None and path.name in _INCIDENT and not path.parent.name.startswith("."):
            yield path, f"Incident {path.parent.name}, as it stands now."
    for path in sorted((root / "vex").glob("*.json")):
        yield path, "What is said of vulnerabilities (VEX), as it stands now."


def _documents(folder: Path) -> Iterator[Path]:
    from umbel.frameworks.kept import FOLDER as DOCUMENTS
    from umbel.frameworks.kept import NAMES

    yield from sorted(path for name in NAMES if (path := folder / DOCUMENTS / f"{name}.md").is_file())


def _content(path: Path, pack: Pack, folder: Path) -> bytes | None:
    """A file of the workspace itself: links that lead elsewhere are not followed."""
    name = path.relative_to(folder).as_posix()
    try:
        if not path.is_file():
            pack.lacks(name, "it is no file")
            return None
        if not path.resolve().is_relative_to(folder.resolve()):
            pack.lacks(name, "it is a link that leads out of the workspace")
            return None
        if path.stat().st_size > _LARGEST:
            pack.lacks(name, f"it is larger than {_LARGEST >> 20} MiB")
            return None
        return path.read_bytes()
    except OSError as error:
        pack.lacks(name, f"it can't be read: {error.strerror}")
        return None
