# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Accounts, as whoever runs the office gives them from a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from umbel.model.errors import UsageError
from umbel.office.config import config
from umbel.office.roles import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

BY = "umbel office account"


def give(name: str, email: str, roles: Sequence[str]) -> tuple[bool, str]:
    """Make an account or give one other roles; whether it was made, and a link that signs in once.

    Raises `UsageError` for a name or address that is none.
    """
    from umbel.office.accounts.links import link_for
    from umbel.office.accounts.models import User
    from umbel.office.records import audit

    if not name.strip() or len(name) > 150 or not name.isprintable():
        raise UsageError(f"{name!r} can't be an account's name.")
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise UsageError(f"{email!r} is no e-mail address.") from error
    user = User.objects.filter(name=name.casefold()).first()
    made = user is None
    if user is None:
        user = User.objects.create(name=name, email=email)
        user.set_unusable_password()
    if email:
        user.email = email
    if roles:
        user.give(Role(role) for role in roles)
    user.save()
    audit(
        BY,
        "account.create" if made else "account.roles",
        user.name,
        f"roles: {', '.join(user.roles) or 'viewer'}",
    )
    home = config().address or "http://127.0.0.1:8080"
    return made, f"{home}{link_for(user)}"
