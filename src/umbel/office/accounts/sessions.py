# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Sessions in the database, which know whose they are: closing an account ends them in every process at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as Plain

if TYPE_CHECKING:
    from umbel.office.accounts.models import Session

AGENT = "agent"
BEGAN = "began"
"""Where a session keeps in which browser it is, and since when."""


class SessionStore(Plain):
    """Reads and writes sessions."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table that they are in."""
        from umbel.office.accounts.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """A row, with whose session it is beside its content."""
        from datetime import datetime

        row = cast("Session", super().create_model_instance(data))
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.agent = str(data.get(AGENT, ""))[:200]
        if BEGAN in data:
            row.began_at = datetime.fromisoformat(data[BEGAN])
        return row
