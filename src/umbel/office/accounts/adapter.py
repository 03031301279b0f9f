# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What allauth asks of a deployment: who may make an account, where one goes next, how mail is sent."""

from __future__ import annotations

import base64
import logging
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.stages import EmailVerificationStage
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from umbel.office.config import config
from umbel.office.core import workspace

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http import HttpRequest

    from umbel.office.accounts.models import User

log = logging.getLogger("umbel.office.accounts")
mails = ThreadPoolExecutor(1, "umbel-mail")


def may_sign_up() -> bool:
    """Whether people may make accounts of their own here: where umbel.toml says so, and mail can be sent."""
    return workspace().settings.office.sign_up and settings.EMAIL_BACKEND != _NO_MAIL


_NO_MAIL = "django.core.mail.backends.dummy.EmailBackend"


def sends_mail() -> bool:
    """Whether this deployment can send mail: without it nobody resets a password alone."""
    return settings.EMAIL_BACKEND != _NO_MAIL


class Proven(EmailVerificationStage):  # type: ignore[misc] # allauth tells no types
    """An address must be confirmed before its account is used; who has none can claim nobody's."""

    def handle(self) -> Any:
        """Go on, or have the address confirmed."""
        user = cast("User | None", self.login.user)
        # None: somebody signs up with an address that has an account, and isn't to hear so.
        return (None, True) if user is not None and not user.email else super().handle()


class Accounts(DefaultAccountAdapter):  # type: ignore[misc] # as before
    """Local accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's
        """Only where the deployment says so."""
        return may_sign_up()

    def clean_email(self, email: str) -> str:
        """Of whoever makes an account of their own: an address of a domain that may."""
        email = cast("str", super().clean_email(email))
        request = self.request
        if request is not None and request.path == reverse("account_signup"):
            said = workspace().settings
            domains = {each.casefold() for each in said.office.sign_up_domains or said.organisation.domains}
            if domains and email.rpartition("@")[2].casefold() not in domains:
                raise ValidationError(f"Accounts are for addresses of {', '.join(sorted(domains))}.")
        return email

    def is_safe_url(self, url: str | None) -> bool:
        """Onward to a page of this office and nowhere else, whatever other hosts it answers to."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_login_stages(self) -> list[str]:
        """Password, then a confirmed address where there is one, then the second factor."""
        theirs = "allauth.account.stages.EmailVerificationStage"
        stages = cast("list[str]", super().get_login_stages())
        return [f"{__name__}.Proven" if stage == theirs else stage for stage in stages]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth's
        """Back to one's own page."""
        return reverse("me")

    def send_password_reset_mail(self, user: AbstractBaseUser, email: str, context: dict[str, Any]) -> None:
        """Nothing for who signs in elsewhere: a password would outlive their leaving there."""
        if not signs_in_elsewhere(user):
            super().send_password_reset_mail(user, email, context)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link of the mail, at the address that the deployment has, whatever host was asked."""
        from allauth.account.internal.flows.password_reset import get_reset_password_from_key_url

        return _at_home(get_reset_password_from_key_url(self.request, key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """The same for confirming an address."""
        return _at_home(super().get_email_confirmation_url(request, emailconfirmation))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Apart from the request: how long it takes would tell whether there is such an account."""
        from allauth.core.context import request

        known = {"request": request, "email": email, "address": _at_home("")}
        message = self.render_mail(template_prefix, email, {**known, **context})
        mails.submit(message.send).add_done_callback(_told)


def signs_in_elsewhere(user: Any) -> bool:
    """Whether an account is of somebody whom a provider of single sign-on vouches for."""
    from allauth.socialaccount.models import SocialAccount

    return bool(SocialAccount.objects.filter(user=user).exists())


def _at_home(url: str) -> str:
    """An address of this office as people reach it."""
    from urllib.parse import urlsplit

    home = config().address
    if home is None:
        return url
    parts = urlsplit(url)
    return home + parts.path + (f"?{parts.query}" if parts.query else "")


def _told(sent: Future[Any]) -> None:
    error = sent.exception()
    if error is not None:
        log.error("A mail couldn't be sent: %s", type(error).__name__)


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc] # as before
    """Keys of authenticator apps are kept so that a copy of the database alone opens nothing."""

    def encrypt(self, text: str) -> str:
        """What is kept."""
        return str(_box().encrypt(text.encode()).decode())

    def decrypt(self, encrypted_text: str) -> str:
        """What it was."""
        return str(_box().decrypt(encrypted_text.encode()).decode())


def _box() -> Any:
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"umbel second factor")
    return Fernet(base64.urlsafe_b64encode(made.derive(settings.SECRET_KEY.encode())))
