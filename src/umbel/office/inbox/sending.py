# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is on its way is sent: by the process that works in the background, again where it wasn't taken."""

from __future__ import annotations

import logging
import smtplib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import msgspec
from django.core.mail import EmailMessage, get_connection
from django.db.models import F

from umbel.office.core import workspace
from umbel.office.inbox.models import Outgoing
from umbel.office.inbox.text import line
from umbel.policy.alerting.delivery import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.policy.alerting.delivery import Message

log = logging.getLogger(__name__)
_PAUSES = (60, 300, 1_800, 7_200, 21_600, 43_200, 86_400)
"""Seconds after each try that failed; after the last it is given up."""
_LEASE = 300
"""Seconds for which whoever tries has it for itself; if it is killed, somebody tries again after them."""
_AT_ONCE = 100
_KEPT_DAYS = 30


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """What is on its way, and what was given up in the last days."""

    waiting: int
    failed: int


def send_due() -> int:
    """Send what is due; gives how much was taken. Two processes that do so at once never send the same."""
    now = datetime.now(UTC)
    Outgoing.objects.filter(ended_at__lt=now - timedelta(_KEPT_DAYS)).delete()
    due = Outgoing.objects.filter(ended_at=None, next_at__lte=now).values_list("pk", flat=True)[:_AT_ONCE]
    return sum(_send(pk) for pk in list(due))


def waiting() -> Waiting:
    """How much is on its way, and how much nobody took."""
    return Waiting(
        waiting=Outgoing.objects.filter(ended_at=None).count(),
        failed=Outgoing.objects.filter(ended_at__isnull=False).exclude(error="").count(),
    )


def _send(pk: int) -> bool:
    now = datetime.now(UTC)
    mine = Outgoing.objects.filter(pk=pk, ended_at=None, next_at__lte=now)
    if mine.update(next_at=now + timedelta(seconds=_LEASE), tries=F("tries") + 1) != 1:
        return False  # another process was quicker
    one = Outgoing.objects.get(pk=pk)
    try:
        (_mail if one.kind == "mail" else _hook)(one)
    except (OSError, smtplib.SMTPException, Refused, LookupError) as error:
        _failed(one, error)
        return False
    Outgoing.objects.filter(pk=pk).update(ended_at=datetime.now(UTC), error="")
    return True


def _failed(one: Outgoing, error: Exception) -> None:
    """It is tried again later; a target that is gone, or an address that nobody has, isn't."""
    now = datetime.now(UTC)
    hopeless = isinstance(error, LookupError | smtplib.SMTPRecipientsRefused) or one.tries > len(_PAUSES)
    words = line(str(error) if isinstance(error, Refused | LookupError) else type(error).__name__, 300)
    log.warning("Word %s was not taken: %s", one.key, words)
    pause = timedelta(seconds=_PAUSES[min(one.tries, len(_PAUSES)) - 1])
    told: dict[str, Any] = {"ended_at": now} if hopeless else {"next_at": now + pause}
    Outgoing.objects.filter(pk=one.pk).update(error=words, **told)


def _mail(one: Outgoing) -> None:
    headers = {"Auto-Submitted": "auto-generated", "X-Umbel-Key": one.key}
    with get_connection() as connection:
        EmailMessage(one.subject, one.body, None, [one.to], connection=connection, headers=headers).send()


class _Key(msgspec.Struct, frozen=True):
    key: str


def _hook(one: Outgoing) -> None:
    """As alerts are delivered: with their secret, signed, and never told where it is."""
    from umbel.policy.alerting.webhook import Webhook

    said = workspace()
    target = next((each for each in said.settings.alerts.targets if each.name == one.to), None)
    if target is None or target.kind != "webhook":
        raise LookupError(f"umbel.toml has no webhook {one.to} any more")
    once = msgspec.structs.replace(target, tries=1)
    message = cast("Sequence[Message]", [_Key(one.key)])
    Webhook(once, said.folder, payload=lambda _: msgspec.json.decode(one.body)).send(message, lambda _: None)
