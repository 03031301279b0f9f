# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy as a file for gates elsewhere, as far as whoever asks may be told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.app.merged_policy import merged_policy
from umbel.office.core import workspace
from umbel.office.pages.legal.confidential import kept_back
from umbel.office.roles import Who, allows

if TYPE_CHECKING:
    from umbel.office.seen import Seen


def policy_text(looks: Seen) -> bytes | None:
    """The merged policy; None while it can't be told which packages must not be named.

    Words that must not leave are for those who write code here: to a viewer only their number is told.
    """
    kept = kept_back(looks)
    if kept is None:
        return None
    words = allows(Who.CONTRIBUTOR, looks.roles)
    return merged_policy(workspace(), looks.as_of, hidden=looks.hidden, kept=kept, words=words)
