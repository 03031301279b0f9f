# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which decisions go into an evidence pack: those of known kinds. Whatever tells of persons stays out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
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
_INSIDE = (("incidents", ("incident.toml", "affected.csv", "journal.jsonl")),)


def add(pack: Pack, folder: Path, version: str) -> int:
    """Add the decisions and the documents that people keep; gives how many files of decisions there are."""
    from umbel.reports.pack import Provenance

    by = (Provenance(collector="people", version=f"umbel {version}", origin="as it stands in the workspace"),)
    number = 0
    for path, about in _decisions(folder, pack):
        content = _content(path, pack, folder)
        if content is not None:
            pack.add(path.relative_to(folder).as_posix(), "decision", about, content, by)
            number += 1
    for path in _documents(folder):
        content = _content(path, pack, folder)
        if content is not None:
            from umbel.frameworks.kept import blanks

            left = len(blanks(content.decode("utf-8", "replace")))
            gaps = f" {left} {'gap is' if left == 1 else 'gaps are'} left in it." if left else ""
            about = f"A document that people keep.{gaps}"
            pack.add(f"documents/{path.name}", "document", about, content, by)
    return number


def _decisions(folder: Path, pack: Pack) -> Iterator[tuple[Path, str]]:
    root = folder / FOLDER
    for path in sorted(root.glob("*.toml")):
        if path.stem in KNOWN:
            yield path, KNOWN[path.stem]
        elif path.stem not in PRIVATE:
            pack.lacks(f"{FOLDER}/{path.name}", "it is of no kind that is known, and may tell of persons")
    for inner, names in _INSIDE:
        for path in sorted(root.glob(f"{inner}/*/*")):
            if path.name in names and not path.parent.name.startswith("."):
                yield path, f"Incident {path.parent.name}."
    for path in sorted((root / "vex").glob("*.json")):
        yield path, "What is said of vulnerabilities (VEX)."


def _documents(folder: Path) -> Iterator[Path]:
    from umbel.frameworks.kept import FOLDER as DOCUMENTS
    from umbel.frameworks.kept import NAMES

    yield from sorted(path for name in NAMES if (path := folder / DOCUMENTS / f"{name}.md").is_file())


def _content(path: Path, pack: Pack, folder: Path) -> bytes | None:
    """A file of the workspace itself: links that lead elsewhere are not followed."""
    name = path.relative_to(folder).as_posix()
    try:
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
