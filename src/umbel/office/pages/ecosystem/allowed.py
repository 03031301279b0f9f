# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What whoever looks may do here: a page offers nothing that would be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.office.roles import Who, allows

if TYPE_CHECKING:
    from umbel.office.seen import Seen


def may(looks: Seen) -> dict[str, Any]:
    """By name for templates: ask and say, decide about software, decide for the office. Never on a past day."""
    asked = {"may_ask": Who.CONTRIBUTOR, "may_decide": Who.APPROVER, "may_rule": Who.OFFICE}
    return {name: looks.day is None and allows(who, looks.roles) for name, who in asked.items()}
