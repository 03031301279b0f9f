# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The app of people and programs."""

from __future__ import annotations

from django.apps import AppConfig


class Accounts(AppConfig):
    """Accounts, what they sign in with, and their roles."""

    name = "umbel.office.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Listen to sign-ins, so that each is audited."""
        from umbel.office.accounts import listening  # noqa: F401 - connects its receivers
