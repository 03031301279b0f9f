# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Processes of the office that change records as quickly as they can, each in two threads.

`python -m tests.office.records.at_once` with the environment of a deployment; prints what came of it.
"""

from __future__ import annotations

import multiprocessing
import os
import threading

PROCESSES = ("one", "two")
THREADS = 2
CHANGES = 4


def main() -> None:
    """Make the tables, let processes change records, and say what there is in the end."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "umbel.office.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", "records", verbosity=0)
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    running = [fork.Process(target=_process, args=(name,)) for name in PROCESSES]
    for each in running:
        each.start()
    for each in running:
        each.join()
    from tests.office.records.modes import reasons
    from umbel.office.records.auditing import verify

    found, why = verify(), reasons()
    print(*(each.exitcode for each in running), len(set(why)), len(why), found.lines, len(found.broken))


def _process(name: str) -> None:
    failed: list[BaseException] = []
    threads = [
        threading.Thread(target=_change, args=(f"{name}{number}", failed)) for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def _change(name: str, failed: list[BaseException]) -> None:
    from django.db import connection

    from tests.office.records.modes import grant, reasons

    try:
        for number in range(CHANGES):
            assert grant(f"{name}-{number}") in reasons()
    except BaseException as error:  # noqa: BLE001 - told by the process's end
        failed.append(error)
    finally:
        connection.close()


if __name__ == "__main__":
    main()
