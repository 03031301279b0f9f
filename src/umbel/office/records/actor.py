# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who acts: an account, a token of one, or a command of who runs the office."""

from __future__ import annotations

from typing import Any

import msgspec


class Actor(msgspec.Struct, frozen=True):
    """Who acts. Nothing of a person is kept with what was done but the account's name."""

    name: str
    user: int | None = None
    via: str = "web"
    """How: `web`, `token`, `command`, `office` (by itself)."""


def actor_of(who: Any) -> Actor:
    """Who acts, of a request, an account, a command by its name, or somebody who is named already."""
    if isinstance(who, Actor):
        return who
    if isinstance(who, str):
        return Actor(who, None, "command")
    user = getattr(who, "user", who)
    token = getattr(who, "token", None)
    if not getattr(user, "is_authenticated", False):
        return Actor("nobody")
    return Actor(user.get_username(), user.pk, "web" if token is None else "token")
