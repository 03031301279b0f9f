# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Renew the lock files: exact versions with hashes, for every platform and Python that is supported.

They hold names, versions and hashes only: where packages come from is the installer's own business.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMMENT = "# SPDX-FileCopyrightText: The Umbel contributors\n# SPDX-License-Identifier: Apache-2.0\n# Made by make lock.\n"


def lock(target: str, *arguments: str) -> None:
    """Resolve one set of requirements into one file."""
    command = [
        sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
        "--generate-hashes", "--no-header", "--no-emit-index-url", "--no-emit-find-links",
        "--custom-compile-command", "make lock", *arguments,
    ]  # fmt: skip
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    (ROOT / target).write_text(COMMENT + done.stdout, "utf-8")
    print(f"{target}: {done.stdout.count('==')} packages")


def main() -> None:
    """Renew all three, so that they agree with each other."""
    lock("requirements.txt", "pyproject.toml")
    with tempfile.NamedTemporaryFile("w", suffix=".in") as build:
        build.write("hatchling>=1.27\neditables\n")
        build.flush()
        lock("requirements-build.txt", "--no-annotate", build.name)
    lock("requirements-dev.txt", "--extra", "dev", "-c", "requirements.txt", "pyproject.toml")


if __name__ == "__main__":
    main()
