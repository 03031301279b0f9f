# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Programs at the office's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from umbel.office.accounts.models import Token

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def key_of(people: dict[str, Any]) -> Callable[..., str]:
    """A token of a member of the cast, with scopes."""

    def made(role: str, *scopes: str) -> str:
        return Token.issue(people[role], "a pipeline", scopes or ("read", "upload"), days=30)[1]

    return made


@pytest.fixture
def pipeline(key_of: Callable[..., str]) -> Client:
    """A pipeline that may read and hand in, with the key of the owner."""
    return Client(headers={"X-Api-Key": key_of("owner")})
