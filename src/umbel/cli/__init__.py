# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: words on a command line.
Leaves: an answer on stdout, progress and errors on stderr, an exit code (0, 1, 2, 3).
"""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run `umbel`. `--version` alone is answered before anything else is imported."""
    if sys.argv[1:] == ["--version"]:
        from umbel._version import __version__

        print(f"umbel {__version__}")
        return
    # What is imported lives as long as the process: looking for cycles in it took a sixteenth of a gate's time.
    gc.set_threshold(50_000)
    from umbel.cli.root import run

    sys.exit(run(sys.argv[1:]))
