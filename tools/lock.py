# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Renew the lock files: exact versions with hashes, for every platform and Python that is supported.

They hold names, versions and hashes only: where packages come from is the installer's own business.
Wheels only: a source package runs its own code when it is installed, with tools that no hash pins. Two
exceptions: reuse has wheels for few machines, so it is built, with the backend that requirements-build.txt pins;
pyspark has none at all, and is built with the one of requirements-dev.txt.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEADER = "".join(Path(__file__).read_text("utf-8").splitlines(keepends=True)[:2])


def lock(target: str, *arguments: str, asked: str = "") -> None:
    """Resolve one set of requirements into one file; `asked` is what stands in the place of `-`."""
    command = [
        sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
        "--generate-hashes", "--only-binary", ":all:", "--no-binary", "reuse", "--no-header",
        "--no-emit-index-url", "--no-emit-find-links", *arguments,
    ]  # fmt: skip
    done = subprocess.run(command, check=True, input=asked, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    (ROOT / target).write_text(f"{HEADER}# Made by make lock.\n{done.stdout}", "utf-8")
    print(f"{target}: {done.stdout.count('==')} packages")


def main() -> None:
    """Renew all four, so that they agree with each other."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    backends = "\n".join([*declared["build-system"]["requires"], "editables", "poetry-core"])
    spark = "\n".join(declared["project"]["optional-dependencies"]["spark"])
    lock("requirements.txt", "--extra", "languages", "--extra", "office", "pyproject.toml")
    lock("requirements-build.txt", "-c", "requirements.txt", "-", asked=backends)
    lock(
        "requirements-dev.txt",
        "--extra",
        "dev",
        "--extra",
        "languages",
        "--extra",
        "office",
        "-c",
        "requirements.txt",
        "pyproject.toml",
    )
    lock("requirements-spark.txt", "-c", "requirements-dev.txt", "--no-binary", "pyspark", "-", asked=spark)


if __name__ == "__main__":
    main()
