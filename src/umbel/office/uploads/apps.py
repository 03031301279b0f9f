# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The app of what is handed in."""

from __future__ import annotations

from django.apps import AppConfig


class Uploads(AppConfig):
    """Projects as pipelines know them, and receipts of what was handed in for them."""

    name = "umbel.office.uploads"
    label = "uploads"
    verbose_name = "Uploads"
