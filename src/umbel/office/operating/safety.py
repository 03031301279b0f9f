# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is missing for others to use a deployment safely."""

from __future__ import annotations

import difflib
import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from umbel.office.config import config
from umbel.office.editions.store import Store
from umbel.office.operating import standing

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST_FREE = 2 << 30
KNOWN = frozenset(
    f"UMBEL_{name}"
    for name in (
        "WORKSPACE", "URL", "DATABASE_URL", "DATABASE_PASSWORD", "SECRET_KEY", "RECORDS", "PROXIES", "OIDC_ISSUER",
        "OIDC_CLIENT", "OIDC_SECRET", "OIDC_NAME", "OIDC_GROUPS", "OIDC_SCOPES", "MAIL_URL", "MAIL_PASSWORD",
        "MAIL_FROM", "METRICS_TOKEN", "PACE", "DEBUG", "WORK", "OFFICE", "TOKEN", "SERVED_BY",
    )
)  # fmt: skip
"""Everything that is read from the environment, here and by the command line."""


class Lack(msgspec.Struct, frozen=True):
    """Something that is missing, and what to do."""

    what: str
    remedy: str


def faults() -> list[Lack]:
    """Everything that is missing; an empty list: nothing. Raises `DatabaseError` where the database is away."""
    return list(_faults())


def _faults() -> Iterator[Lack]:
    yield from _reached()
    yield from _kept()
    yield from _misspelt()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield Lack("The database isn't at this version.", "umbel office migrate")
        return
    yield from _at_work()
    yield from _second_factor()


def _reached() -> Iterator[Lack]:
    """How people come in, and what goes over the wires."""
    here = config()
    if here.address is None:
        yield Lack(
            "Nobody but this machine reaches it.", "UMBEL_URL=https://… is the address that people type."
        )
    elif not here.address.startswith("https://"):
        yield Lack(
            "It is reached without https, so that sign-ins can be read on the way.", "Put a proxy before it."
        )
    elif not here.proxies:
        yield Lack(
            "Tries to sign in are counted for everybody together: all come from the proxy's address.",
            "UMBEL_PROXIES=1, where one proxy stands before it.",
        )
    if here.oidc is not None and not here.oidc.issuer.startswith("https://"):
        yield Lack("Single sign-on is asked without https.", "UMBEL_OIDC_ISSUER=https://…")
    if connection.vendor == "postgresql" and not _is_near(str(here.database["HOST"])):
        options = here.database["OPTIONS"]
        mode = options.get("sslmode", "prefer") if isinstance(options, dict) else "prefer"
        if mode not in {"require", "verify-ca", "verify-full"}:
            yield Lack(
                "What goes to the database and comes from it may be read on the way.",
                "UMBEL_DATABASE_URL=…?sslmode=verify-full",
            )
    if here.mail is None:
        yield Lack("It sends no mail: no word of requests, no new passwords.", "UMBEL_MAIL_URL=smtp://…")
    if here.debug:
        yield Lack("It tells faults to everybody.", "Leave UMBEL_DEBUG out.")


def _is_near(host: str) -> bool:
    """Whether a host is this machine, or one container beside another by its plain name."""
    return not host or host.startswith(("/", "127.")) or host in {"localhost", "::1"} or "." not in host


def _kept() -> Iterator[Lack]:
    """What is kept, and who may get at it."""
    here = config()
    if len(here.secret_key) < 32:
        yield Lack("Its key is short.", "UMBEL_SECRET_KEY_FILE names a file with 50 random letters.")
    if connection.vendor == "sqlite":
        yield Lack("Its database is one file on this machine.", "UMBEL_DATABASE_URL=postgresql://…")
    elif not (os.environ.get("UMBEL_SECRET_KEY") or os.environ.get("UMBEL_SECRET_KEY_FILE")):
        yield Lack(
            "Its key lies in this folder: another machine has another one, and knows nobody who signed in here.",
            "UMBEL_SECRET_KEY_FILE names a file with 50 random letters, the same for all.",
        )
    if here.records == "files" and connection.vendor != "sqlite":
        yield Lack("Decisions stand in files, which other machines don't see.", "UMBEL_RECORDS=database")
    if here.folder.exists() and here.folder.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield Lack(f"Others on this machine may write in {here.folder.name}.", "chmod go-w")
    for name in sorted(os.environ):
        path = Path(os.environ[name])
        is_secret = name.startswith("UMBEL_") and name.endswith("_FILE") and path.is_file()
        if is_secret and path.stat().st_mode & stat.S_IROTH:
            yield Lack(f"Everybody on this machine may read the file that {name} names.", "chmod o-rwx")
    if (free := shutil.disk_usage(here.folder if here.folder.exists() else here.workspace).free) < LEAST_FREE:
        yield Lack(f"Its disk has room for {free >> 20} MB more.", "Editions and evidence need some GB.")


def _misspelt() -> Iterator[Lack]:
    """What was said to nobody: a setting that is none."""
    for name in sorted(os.environ):
        if name.startswith("UMBEL_") and name.removesuffix("_FILE") not in KNOWN:
            alike = difflib.get_close_matches(name, sorted(KNOWN), 1)
            yield Lack(f"{name} is no setting.", f"{alike[0]} is." if alike else "Leave it out.")


def _at_work() -> Iterator[Lack]:
    """Whether it does what it is there for."""
    found = standing.stock()
    if not found.lake:
        yield Lack("The evidence can't be read.", "Its error is in the log; /readyz tells when it can.")
    if not found.worker and Store(config().folder).pointer(None) is not None:
        yield Lack("Nobody makes editions in this folder.", "umbel serve, or umbel office work")
    if found.edition_failed:
        yield Lack(
            f"{found.edition_failed} parts of the newest edition failed.",
            "/why/edition/ tells which, and why.",
        )
    if found.mail_failed:
        yield Lack(
            f"{found.mail_failed} messages of the last days were taken by nobody.",
            "Their errors are in the log.",
        )


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
