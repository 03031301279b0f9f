# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is missing for others to use a deployment safely."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import msgspec
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from umbel.office.config import config

if TYPE_CHECKING:
    from collections.abc import Iterator


class Lack(msgspec.Struct, frozen=True):
    """Something that is missing, and what to do."""

    what: str
    remedy: str


def faults() -> list[Lack]:
    """Everything that is missing; an empty list: nothing. Raises `DatabaseError` where the database is away."""
    return list(_faults())


def _faults() -> Iterator[Lack]:
    here = config()
    if here.address is None:
        yield Lack(
            "Nobody but this machine reaches it.", "UMBEL_URL=https://… is the address that people type."
        )
    elif not here.address.startswith("https://"):
        yield Lack(
            "It is reached without https, so that sign-ins can be read on the way.", "Put a proxy before it."
        )
    if len(here.secret_key) < 32:
        yield Lack("Its key is short.", "UMBEL_SECRET_KEY_FILE names a file with 50 random letters.")
    if connection.vendor == "sqlite":
        yield Lack("Its database is one file on this machine.", "UMBEL_DATABASE_URL=postgresql://…")
    if here.records == "files" and connection.vendor != "sqlite":
        yield Lack("Decisions stand in files, which other machines don't see.", "UMBEL_RECORDS=database")
    if here.mail is None:
        yield Lack("It sends no mail: no word of requests, no new passwords.", "UMBEL_MAIL_URL=smtp://…")
    if here.debug:
        yield Lack("It tells faults to everybody.", "Leave UMBEL_DEBUG out.")
    if here.folder.exists() and here.folder.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield Lack(f"Others on this machine may write in {here.folder.name}.", "chmod go-w")
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield Lack("The database isn't at this version.", "umbel office migrate")
        return
    yield from _second_factor()


def _second_factor() -> Iterator[Lack]:
    from allauth.mfa.models import Authenticator

    from umbel.office.accounts.models import User
    from umbel.office.roles import Role

    if config().oidc is not None:
        return
    mighty = [user for user in User.objects.filter(is_active=True) if Role.OFFICE in user.all_roles()]
    sure = set(Authenticator.objects.filter(user__in=mighty).values_list("user_id", flat=True))
    open_ = [user.name for user in mighty if user.pk not in sure]
    if open_:
        yield Lack(
            f"{len(open_)} accounts of the office sign in with a password alone.",
            "Add a second factor under /me.",
        )
