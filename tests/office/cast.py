# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The standing cast: who signs in, in tests of the office."""

from __future__ import annotations

from umbel.office.accounts.making import prove
from umbel.office.accounts.models import User
from umbel.office.roles import Role

PASSWORD = "a long sentence that nobody guesses"  # noqa: S105 - of the cast
ROLES = {
    "owner": (Role.CONTRIBUTOR,),
    "mate": (Role.CONTRIBUTOR,),
    "stranger": (),
    "legal": (Role.LEGAL,),
    "security": (Role.SECURITY,),
    "office": (Role.OFFICE,),
}
BY_ROLE = {"viewer": "stranger", "contributor": "mate"}
"""Who stands for a role that nobody is named after."""


def people() -> dict[str, User]:
    """Everybody's account, kept: by name, and by role."""
    made: dict[str, User] = {}
    for name, roles in ROLES.items():
        user = User(name=name, email=f"{name}@acme.example", full_name=name.capitalize())
        user.give(roles)
        user.set_unusable_password()
        user.save()
        prove(user)
        made[name] = user
    return made | {role: made[name] for role, name in BY_ROLE.items()}
