# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Build the wheel, install it in a clean environment, and run it there on a real folder."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent


def main() -> int:
    """Fail loudly where a step fails; prints what the installed command said."""
    with tempfile.TemporaryDirectory(prefix="umbel-wheel-") as place:
        folder = Path(place)
        build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", place, str(ROOT)]
        subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
        (wheel,) = folder.glob("*.whl")
        venv.create(folder / "env", with_pip=True)
        pip = [str(folder / "env/bin/python"), "-m", "pip", "--disable-pip-version-check", "install", "-qq"]
        locked = ["--require-hashes", "--only-binary", ":all:", "-r", str(ROOT / "requirements.txt")]
        subprocess.run([*pip, *locked], check=True)
        subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True)
        work = folder / "work"
        work.mkdir()
        (work / "requirements.txt").write_bytes((ROOT / "requirements.txt").read_bytes())
        umbel = str(folder / "env/bin/umbel")
        for line in ("--version", "collect .", "inventory --limit 5", "report -o report.html"):
            print(f"$ umbel {line}", flush=True)
            subprocess.run([umbel, *line.split()], check=True, cwd=work)
        print(f"{wheel.name}: {wheel.stat().st_size / 1024:.0f} KiB, works in a clean environment")
    return 0


if __name__ == "__main__":
    sys.exit(main())
