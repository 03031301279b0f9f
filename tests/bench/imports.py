# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.bench.imports [FOLDER]`: files and megabytes a second of `collect.imports`, on one core.

Without a folder: a repository of 10,000 Python files, copies of our own.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import umbel
from umbel.collect._tree import open_tree
from umbel.collect.imports.project import imports, known_of

FILES = 10_000
_ENDINGS = (".py", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".mts", ".cts", ".java", ".go", ".rs")


def make(folder: Path, number: int = FILES) -> Path:
    """A repository of so many files, a hundred in a folder."""
    sources = [path.read_bytes() for path in sorted(Path(umbel.__file__).parent.rglob("*.py"))]
    for index, data in enumerate(islice(cycle(sources), number)):
        place = folder / f"part{index // 100:04}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"module{index:05}.py").write_bytes(data)
    return folder


def measure(folder: Path) -> str:
    """One line: what was read, how fast, and the most memory that was ever held."""
    with open_tree(folder) as tree:
        files = [entry for entry in tree.files() if entry.path.endswith(_ENDINGS)]
        size = sum(entry.size or 0 for entry in files) / 1e6
        began = time.process_time()
        known = known_of(tree)
        middle = time.process_time()
        rows, faults = imports(tree, known)
        spent = time.process_time() - middle
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{len(files):,} files, {size:.1f} MB: {spent:.2f} s of one core, {len(files) / spent:,.0f} files/s, "
        f"{size / spent:.2f} MB/s; manifests {middle - began:.2f} s; {len(rows):,} modules, {len(faults)} faults; "
        f"peak {memory:.0f} MB"
    )


def main() -> None:
    """Measure the folders named, or the one made."""
    if len(sys.argv) > 1:
        for name in sys.argv[1:]:
            print(f"{Path(name).name}: {measure(Path(name))}")
        return
    with tempfile.TemporaryDirectory() as folder:
        print(measure(make(Path(folder))))


if __name__ == "__main__":
    main()
