# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Accounts of people, the tokens of their programs, their sessions, and links that sign in once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property

from umbel.office.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.office.accounts.sessions import SessionStore

SCOPES = ("read", "upload", "decide", "badge", "admin")
"""What a token may: see, hand in evidence, decide as its person may, see badges, and all that its person may."""
BADGE = "badge"
"""A token with this scope alone may stand in an address: a picture in a README sends no headers."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MARK = "umbel_"
"""How tokens begin, so that scanners for leaked secrets know one."""
LINK_MINUTES = 15
LONGEST_DAYS = 366
VOUCHED_HOURS = 12
"""How long a session lasts that single sign-on began: then the provider is asked again who they are."""
VOUCHED_DAYS = 90
"""How long the tokens of somebody who comes in by single sign-on go on since they did so last: they may have left."""


def digest(secret: str) -> str:
    """What is kept of a secret that is long and random: enough to know it again, nothing to use it by."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Users(BaseUserManager["User"]):
    """Makes and finds accounts."""

    def create(self, **fields: object) -> User:  # names are kept in one case
        """Keep a new account; names are told apart in any case."""
        user = self.model(**{**fields, "name": str(fields["name"]).casefold()})
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """An account by its name, in any case."""
        return self.get(name=(username or "").casefold())


class User(AbstractBaseUser):
    """Somebody who may come in. Their roles are those that the office gave, and those that single sign-on tells."""

    name = models.CharField("Name", max_length=150, unique=True)
    email = models.EmailField("E-mail", max_length=254, blank=True, default="")
    full_name = models.CharField("Shown as", max_length=200, blank=True, default="")
    is_active = models.BooleanField(default=True)
    roles = models.JSONField(default=list, blank=True)
    claimed_roles = models.JSONField(default=list, blank=True, editable=False)
    groups = models.JSONField(default=list, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    here_at = models.DateTimeField(null=True, editable=False)
    here_before = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Users] = Users()

    USERNAME_FIELD = "name"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        """Django's options."""

        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(Lower("email"), condition=~Q(email=""), name="accounts_user_email_once"),
        )

    def __str__(self) -> str:
        """How it is called."""
        return self.full_name or self.name

    def all_roles(self) -> frozenset[Role]:
        """Every role that it has now; none once it was closed."""
        if not self.is_active:
            return frozenset()
        known = {role.value for role in Role}
        return frozenset({Role.VIEWER, *(Role(r) for r in (*self.roles, *self.claimed_roles) if r in known)})

    @cached_property
    def proven_addresses(self) -> frozenset[str]:
        """Addresses that are known to be theirs: rules go by these alone."""
        from allauth.account.models import EmailAddress

        mine = EmailAddress.objects.filter(user=self, verified=True).values_list("email", flat=True)
        return frozenset(address.casefold() for address in mine)

    def is_vouched_for(self) -> bool:
        """Whether somebody who comes in by single sign-on did so lately; whom the office vouches for always is."""
        from allauth.socialaccount.models import SocialAccount

        if self.last_login is not None and self.last_login > timezone.now() - timedelta(days=VOUCHED_DAYS):
            return True
        return not SocialAccount.objects.filter(user=self).exists()

    def give(self, roles: Iterable[Role]) -> None:
        """Give it these roles, and take others of the office's giving away; kept by the caller."""
        self.roles = sorted({role.value for role in roles} - {Role.VIEWER.value})


class Token(models.Model):
    """What a program shows in place of its person's password. Only a digest of it is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Django's options."""

        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        """How it is called."""
        return f"{self.prefix}…"

    @classmethod
    def issue(cls, user: User, name: str, scopes: Iterable[str], days: int) -> tuple[Token, str]:
        """A new token, and the secret itself, which is told this once. Raises `ValueError`."""
        chosen = sorted(set(scopes))
        if not chosen or not set(chosen) <= set(SCOPES):
            raise ValueError("A token needs scopes that there are.")
        if not 1 <= days <= LONGEST_DAYS:
            raise ValueError(f"A token lives for 1 to {LONGEST_DAYS} days.")
        secret = MARK + secrets.token_urlsafe(32)
        token = cls.objects.create(
            user=user,
            name=name.strip()[:100],
            prefix=secret[: len(MARK) + 6],
            sha256=digest(secret),
            scopes=chosen,
            expires_at=timezone.now() + timedelta(days=days),
        )
        return token, secret

    @classmethod
    def of(cls, secret: str) -> Token | None:
        """The token that this is the secret of, with its person; None: none that may be used."""
        found = cls.objects.select_related("user").filter(sha256=digest(secret)).first()
        if found is None or not found.usable:
            return None
        return found if found.user.is_vouched_for() else None

    @property
    def usable(self) -> bool:
        """Whether it still opens something: not revoked, not run out, of an account that is open."""
        return self.revoked_at is None and self.expires_at > timezone.now() and self.user.is_active

    def may(self, method: str, scope: str | None) -> bool:
        """Whether it may be used with a method on a route that needs a scope; no scope: nothing may be changed."""
        held = set(self.scopes)
        if method in SAFE:
            return bool(held & {"read", "admin", scope})
        return scope is not None and bool(held & {scope, "admin"})

    def used(self) -> None:
        """Note that it was used: at most once a minute, so that reading stays reading."""
        now = timezone.now()
        minute = now - timedelta(minutes=1)
        if self.last_used_at is None or self.last_used_at < minute:
            Token.objects.filter(Q(last_used_at=None) | Q(last_used_at__lt=minute), pk=self.pk).update(
                last_used_at=now
            )


class SignInLink(models.Model):
    """A link that signs in once, within a quarter of an hour. Only a digest of it is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="links")
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """How it is called."""
        return f"link of {self.user_id}"

    @classmethod
    def issue(cls, user: User) -> str:
        """A fresh secret for an account."""
        secret = secrets.token_urlsafe(32)
        cls.objects.filter(expires_at__lt=timezone.now() - timedelta(days=1)).delete()
        cls.objects.create(
            user=user, sha256=digest(secret), expires_at=timezone.now() + timedelta(minutes=LINK_MINUTES)
        )
        return secret

    @classmethod
    def take(cls, secret: str) -> User | None:
        """Use it up; gives its account, or None. Of two who come at once, one gets in."""
        now = timezone.now()
        whose = cls.objects.filter(
            sha256=digest(secret), used_at=None, expires_at__gt=now, user__is_active=True
        )
        link = whose.select_related("user").first()
        if link is None or cls.objects.filter(pk=link.pk, used_at=None).update(used_at=now) != 1:
            return None
        return link.user


class Session(AbstractBaseSession):
    """Somebody's being signed in, in one browser. It knows whose it is, so that it can be shown and ended."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    began_at = models.DateTimeField(default=timezone.now)
    agent = models.CharField(max_length=200, blank=True, default="")

    class Meta(AbstractBaseSession.Meta):
        """Django's options."""

        verbose_name = "session"
        verbose_name_plural = "sessions"

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        """What reads and writes it."""
        from umbel.office.accounts.sessions import SessionStore

        return SessionStore

    @property
    def ends_at(self) -> datetime:
        """When it ends by itself."""
        return self.expire_date


class Kept(models.Model):
    """What all processes of a deployment count together: tries of passwords and the like (Django's database cache)."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        """Django's options."""

        db_table = "accounts_kept"

    def __str__(self) -> str:
        """How it is called."""
        return self.cache_key
