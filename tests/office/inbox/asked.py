# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Requests as people put them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from umbel.office.accounts.rules import hidden_from
from umbel.office.inbox import asking
from umbel.office.inbox.kinds import KINDS
from umbel.office.seen import Seen

if TYPE_CHECKING:
    from umbel.office.accounts.models import User
    from umbel.office.inbox.models import Request

TODAY = datetime.now(UTC).date()
SAID: dict[str, dict[str, Any]] = {
    "exception": {
        "rule": "license-denied",
        "package": "pkg:pypi/flask",
        "reason": "Only in tests",
        "until": str(TODAY + timedelta(30)),
    },
    "package": {
        "package": "pkg:npm/left-pad",
        "reason": "Pads",
        "compared": "pkg:npm/pad\npkg:npm/right-pad",
    },
    "contribute": {
        "project": "github.com/pallets/flask",
        "goal": "Releases go on",
        "serves": "The shop stays up",
        "owner": "web team",
        "hours": 8.0,
        "measure": "our_commits",
        "target": 5.0,
        "start": str(TODAY),
        "review": str(TODAY + timedelta(90)),
        "areas": "src\ndocs",
    },
    "release": {"project": "shop-tools", "license": "Apache-2.0", "reason": "Others need it"},
    "question": {"whom": "legal", "about": "GPL", "question": "May we?"},
}


def ask(who: User, kind: str = "exception", once: str = "", **more: Any) -> Request:
    """Put a request."""
    return asking.ask(who, KINDS[kind], {**SAID[kind], **more}, once or secrets.token_hex(16))


def seen_by(user: User) -> Seen:
    """What somebody may see."""
    return Seen(roles=user.all_roles(), hidden=hidden_from(user), user=user.pk)
