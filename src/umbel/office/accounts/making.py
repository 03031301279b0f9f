# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Making, closing and reopening accounts: what the office's pages and its commands do alike. Each is audited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from umbel.model.errors import UsageError
from umbel.office.accounts.models import Session, SignInLink, Token, User
from umbel.office.records import audit
from umbel.office.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

_named = UnicodeUsernameValidator()


def create(
    name: str,
    *,
    email: str = "",
    full_name: str = "",
    roles: Iterable[Role] = (),
    password: str | None = None,
    by: Any,
) -> User:
    """A new account; without a password it is entered by a link or by single sign-on. Raises `UsageError`.

    The office's word is proof enough that the address is theirs.
    """
    user = User(name=name.strip().casefold(), email=email.strip().casefold(), full_name=full_name.strip())
    try:
        _named(user.name)
        if user.email:
            validate_email(user.email)
    except ValidationError as error:
        raise UsageError(f"{name[:80]!r} can't be an account: {' '.join(error.messages)}") from error
    user.give(roles)
    user.set_password(password)
    with transaction.atomic():
        if User.objects.filter(name=user.name).exists():
            raise UsageError(f"There is an account {user.name!r} already.")
        if user.email and User.objects.filter(email__iexact=user.email).exists():
            raise UsageError("There is an account with that address already.")
        user.save()
        prove(user)
        audit(by, "account.create", user.name, f"roles: {', '.join(user.roles) or 'viewer'}")
    return user


def prove(user: User) -> None:
    """Hold an account's address for theirs."""
    from allauth.account.models import EmailAddress

    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    if user.email:
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )


def close(user: User, by: Any) -> None:
    """Close an account: it is out of every browser and program from now on.

    Raises `UsageError` for the last of the office.
    """
    with transaction.atomic():
        if Role.OFFICE in user.all_roles() and not others_of_the_office(user):
            raise UsageError(
                "This is the last account of the office.", "Give the role to somebody else first."
            )
        User.objects.filter(pk=user.pk).update(is_active=False)
        user.is_active = False
        shut_out(user)
        Token.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())
        audit(by, "account.close", user.name)


def reopen(user: User, by: Any) -> None:
    """Open it again; what was revoked stays so."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=True)
        user.is_active = True
        audit(by, "account.reopen", user.name)


def shut_out(user: User) -> None:
    """End all its sessions and links."""
    Session.objects.filter(user=user).delete()
    SignInLink.objects.filter(user=user).delete()


def shut_out_by_groups(user: User, groups: list[str], by: Any) -> None:
    """None of somebody's groups may use the office any more: what they were given by groups is gone, and so are they.

    Otherwise whoever left would stay signed in, and their programs would go on, until each of those ends by itself.
    """
    with transaction.atomic():
        before = list(user.claimed_roles)
        user.claimed_roles, user.groups = [], groups
        user.save(update_fields=["claimed_roles", "groups"])
        shut_out(user)
        ended = Token.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())
        audit(by, "account.roles", user.name, f"{by_groups(before, [])}; kept out, {ended} tokens ended")


def by_groups(before: Iterable[str], now: Iterable[str]) -> str:
    """The sentence of the audit log on roles that groups gave."""
    return f"by groups: {', '.join(before) or 'viewer'} → {', '.join(now) or 'viewer'}"


def set_roles(user: User, roles: Iterable[Role], by: Any) -> None:
    """Give and take the roles that the office gives. Raises `UsageError` for the last of the office."""
    before = list(user.roles)
    with transaction.atomic():
        user.give(roles)
        if user.roles == before:
            return
        if (
            Role.OFFICE not in user.all_roles()
            and Role.OFFICE.value in before
            and not others_of_the_office(user)
        ):
            user.roles = before
            raise UsageError(
                "This is the last account of the office.", "Give the role to somebody else first."
            )
        user.save(update_fields=["roles"])
        audit(
            by,
            "account.roles",
            user.name,
            f"{', '.join(before) or 'viewer'} → {', '.join(user.roles) or 'viewer'}",
        )


def others_of_the_office(user: User) -> bool:
    """Whether another open account has the role that gives roles."""
    others = (
        User.objects.filter(is_active=True).exclude(pk=user.pk).only("roles", "claimed_roles", "is_active")
    )
    return any(Role.OFFICE in each.all_roles() for each in others.iterator())
