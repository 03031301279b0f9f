# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What operations that write share: who does it, and how what the core refuses is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from umbel.model.errors import UsageError
from umbel.model.settings import SettingsError
from umbel.office.api.machine import unfit
from umbel.office.records import change
from umbel.office.records.actor import actor_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from umbel.app.workspace import Workspace

T = TypeVar("T")


def who_asks(request: HttpRequest) -> str:
    """The account in whose name something is written down."""
    return actor_of(request).name


def written(
    request: HttpRequest,
    action: str,
    subject: str,
    act: Callable[[Workspace], T],
    answer: Callable[[T], HttpResponse],
) -> HttpResponse:
    """Run a use case that writes, and answer with what it gives; each of its faults is told with its place."""
    try:
        given = change(request, action=action, subject=subject[:200], act=act)
    except SettingsError as error:
        return unfit([{"place": f"body.{each.place}", "message": each.message} for each in error.faults])
    except UsageError as error:
        return unfit([{"place": "body", "message": str(error)[:600]}])
    return answer(given)
