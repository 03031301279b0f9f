# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The worker as a process: `python -m umbel.office.operating.working`, or `umbel office work`."""

from __future__ import annotations

import os
import signal
import sys


def main() -> int:
    """Work until told to stop, or until whoever started it is gone."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "umbel.office.settings")
    import django

    from umbel.office.operating import logs

    logs.begin()
    django.setup()
    from umbel.office.operating.serving import follow
    from umbel.office.operating.worker import Worker

    worker = Worker()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, worker.stop)
    if "--with-parent" in sys.argv:
        follow(worker.stop, int(sys.argv[-1]))
    worker.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
