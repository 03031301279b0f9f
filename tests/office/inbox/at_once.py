# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Two people who approve the same requests at the same moment, each in a process of the office.

`python -m tests.office.inbox.at_once` with the environment of a deployment; prints what came of it.
"""

from __future__ import annotations

import multiprocessing
import os
from typing import Any

APPROVERS = ("legal", "office")
REQUESTS = 4
PATIENCE = 60


def main() -> None:
    """Ask, let both approve all of it, and say what there is in the end."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "umbel.office.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    _asked()
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    ready, told = fork.Barrier(len(APPROVERS)), fork.Queue()
    running = [fork.Process(target=_approve, args=(name, ready, told)) for name in APPROVERS]
    for each in running:
        each.start()
    words = [told.get(timeout=PATIENCE) for _ in range(REQUESTS * len(APPROVERS))]
    for each in running:
        each.join()
    from tests.office.records.modes import reasons
    from umbel.office.inbox.models import Event, Outgoing, Request
    from umbel.office.records import decisions
    from umbel.office.records.auditing import verify
    from umbel.office.records.models import Entry

    decisions.forget()  # others' changes are followed within a second; here it is asked at once
    print(
        *(words.count(word) for word in ("approved", "over")),
        len(set(reasons())),
        len(reasons()),
        Request.objects.filter(state="approved").count(),
        Event.objects.filter(kind="approved").count(),
        Entry.objects.filter(action="exception.grant").count(),
        Outgoing.objects.filter(body__contains="request.approved").count(),
        len(verify().broken),
        *sorted(set(words) - {"approved", "over"}),
    )


def _asked() -> None:
    from tests.office import cast
    from tests.office.inbox.asked import ask

    people = cast.people()
    for number in range(REQUESTS):
        ask(people["owner"], reason=f"reason {number}")


def _approve(name: str, ready: Any, told: Any) -> None:
    from umbel.office.accounts.models import User
    from umbel.office.inbox import answering
    from umbel.office.inbox.models import Request

    who = User.objects.get(name=name)
    for request in Request.objects.order_by("pk"):
        ready.wait(PATIENCE)
        try:
            answering.approve(who, request, {}, "")
            told.put("approved")
        except answering.Over:
            told.put("over")
        except BaseException as error:  # noqa: BLE001 - told by what is printed
            told.put(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
