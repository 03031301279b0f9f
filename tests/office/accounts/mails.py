# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Mails that were sent in a test."""

from __future__ import annotations

from django.core import mail

from umbel.office.accounts import adapter


def sent() -> list[mail.EmailMessage]:
    """What was sent, once the thread that sends has."""
    adapter.mails.submit(int).result()
    return list(mail.outbox)
