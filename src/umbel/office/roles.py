# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Roles of people, and who is meant by a line of the access table."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


class Role(StrEnum):
    """What somebody is to the office. A person may have several; each account reads what is not confidential."""

    VIEWER = "viewer"
    CONTRIBUTOR = "contributor"
    LEGAL = "legal"
    SECURITY = "security"
    OFFICE = "office"


class Who(StrEnum):
    """Who may use a route with a method."""

    ANYONE = "anyone"
    """Also without an account: signing in, health, a style sheet."""
    CATALOGUE = "catalogue"
    """Viewers; anyone where the deployment says that the catalogue is public."""
    VIEWER = "viewer"
    CONTRIBUTOR = "contributor"
    APPROVER = "approver"
    """Legal, security or office: which of them is decided by what the request is of."""
    LEGAL = "legal"
    SECURITY = "security"
    OFFICE = "office"


_MEANT: dict[Who, frozenset[Role]] = {
    Who.CATALOGUE: frozenset(Role),
    Who.VIEWER: frozenset(Role),
    Who.CONTRIBUTOR: frozenset(Role) - {Role.VIEWER},
    Who.APPROVER: frozenset({Role.LEGAL, Role.SECURITY, Role.OFFICE}),
    Who.LEGAL: frozenset({Role.LEGAL, Role.OFFICE}),
    Who.SECURITY: frozenset({Role.SECURITY, Role.OFFICE}),
    Who.OFFICE: frozenset({Role.OFFICE}),
}


def allows(who: Who, roles: Collection[Role], *, public_catalogue: bool = False) -> bool:
    """Whether somebody of these roles (none: no account) is meant."""
    if who is Who.ANYONE or (who is Who.CATALOGUE and public_catalogue):
        return True
    return not _MEANT[who].isdisjoint(roles)
