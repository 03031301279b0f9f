# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Alerts by mail: over an encrypted connection unless told otherwise, many at once as one mail."""

from __future__ import annotations

import smtplib
import ssl
import time
from base64 import b64encode
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

import msgspec

from umbel.model.alert_settings import ADDRESS
from umbel.policy.alerting.delivery import Message, Refused
from umbel.policy.alerting.secret import secret, trust

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from umbel.model.alert_settings import AlertTarget

_PORTS = {"starttls": 587, "implicit": 465, "none": 25}
_FIRST_PAUSE = 1.0
_LONGEST_SUBJECT = 180


class Words(msgspec.Struct, frozen=True):
    """A mail's subject and text."""

    subject: str
    text: str


class Mail:
    """One mail server and those to whom it carries alerts."""

    def __init__(
        self,
        target: AlertTarget,
        to: Sequence[str],
        folder: Path,
        *,
        words: Callable[[Message], Words],
        digest: Callable[[Sequence[Message]], Words],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """`to` are those of `[alerts]`, where the target names none; `words` and `digest` write the mails."""
        self._target = target
        self._to = tuple(target.to or to)
        self._folder = folder
        self._words = words
        self._digest = digest
        self._pause = pause

    def send(self, messages: Sequence[Message], taken: Callable[[Sequence[Message]], None]) -> None:
        """One connection, a mail each, or one for all where they are many."""
        parcels = self._parcels(messages)
        refused: list[str] = []
        wait = _FIRST_PAUSE
        for left in range(self._target.tries - 1, -1, -1):
            try:
                with self._connected() as server:
                    while parcels:
                        self._hand_over(server, parcels[0], refused, taken)
                        parcels.pop(0)
                break
            except (OSError, smtplib.SMTPException) as error:
                # Of SMTP's own answers, those that begin with 4 ask for patience; a login that fails never heals.
                if not left or not _may_heal(error):
                    raise Refused(_words(error, self._target)) from error
                self._pause(wait)
                wait *= 2
        if refused:
            raise Refused(refused[0], alone=True)

    def _hand_over(
        self,
        server: smtplib.SMTP,
        parcel: tuple[EmailMessage, tuple[str, ...], Sequence[Message]],
        refused: list[str],
        taken: Callable[[Sequence[Message]], None],
    ) -> None:
        mail, to, messages = parcel
        if not to:
            taken(messages)  # nobody is to get it here: the owner has no address
            return
        try:
            unknown = server.send_message(mail, from_addr=self._target.sender, to_addrs=list(to))
        except smtplib.SMTPRecipientsRefused as error:
            if any(400 <= code < 500 for code, _ in error.recipients.values()):
                raise
            refused.append(f"{self._target.host} knows none of those who were to get a mail.")
        except smtplib.SMTPDataError as error:
            if error.smtp_code < 500:
                raise
            refused.append(f"{self._target.host} refused a mail ({error.smtp_code}).")
        else:
            taken(messages)
            if unknown:
                refused.append(
                    f"{self._target.host} refused {len(unknown)} of {len(to)} who were to get a mail."
                )

    def _parcels(
        self, messages: Sequence[Message]
    ) -> list[tuple[EmailMessage, tuple[str, ...], Sequence[Message]]]:
        groups: dict[tuple[str, ...], list[Message]] = {}
        for message in messages:
            groups.setdefault(self._recipients(message), []).append(message)
        parcels: list[tuple[EmailMessage, tuple[str, ...], Sequence[Message]]] = []
        for to, some in groups.items():
            if len(some) > self._target.digest:
                parcels.append((self._mail(self._digest(some), to, some), to, some))
            else:
                parcels += [(self._mail(self._words(one), to, [one]), to, [one]) for one in some]
        return parcels

    def _recipients(self, message: Message) -> tuple[str, ...]:
        own = message.alert.owner
        more = (own,) if self._target.owners_too and own and ADDRESS.fullmatch(own) else ()
        return tuple(dict.fromkeys((*self._to, *more)))

    def _mail(self, words: Words, to: tuple[str, ...], messages: Sequence[Message]) -> EmailMessage:
        mail = EmailMessage()
        first = messages[0]
        domain = (self._target.sender or "@localhost").rpartition("@")[2]
        mail["From"] = self._target.sender
        mail["To"] = ", ".join(to)
        mail["Subject"] = header(words.subject)
        mail["Date"] = format_datetime(first.at)
        many = len(messages) > 1
        mail["Message-ID"] = f"<{'digest-' if many else ''}{first.key}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        if not many:
            thread = f"<{first.alert.id}-{first.episode}@{domain}>"
            mail["References"] = thread
            mail["X-Umbel-Alert"] = first.alert.id
        mail.set_content(words.text)
        return mail

    def _connected(self) -> smtplib.SMTP:
        target = self._target
        host, port = target.host or "localhost", target.port or _PORTS[target.tls]
        here = (target.sender or "@localhost").rpartition("@")[2]
        password = secret(self._folder, target.password_env, target.password_file)
        context = None if target.tls == "none" else trust(self._folder, target.ca_file)
        server: smtplib.SMTP
        if target.tls == "implicit":
            server = smtplib.SMTP_SSL(host, port, here, timeout=target.timeout, context=context)
        else:
            server = smtplib.SMTP(host, port, here, timeout=target.timeout)
        try:
            if target.tls == "starttls":
                server.starttls(context=context)
            if target.user is not None and password is not None:
                _log_in(server, target.user, password)
        except BaseException:
            server.close()
            raise
        return server


def _log_in(server: smtplib.SMTP, user: str, password: str) -> None:
    if (user + password).isascii():
        server.login(user, password)
        return
    # smtplib takes only ASCII; RFC 4616 has PLAIN in UTF-8.
    server.ehlo_or_helo_if_needed()
    if not server.has_extn("auth"):
        raise smtplib.SMTPNotSupportedError("no AUTH")
    code, answer = server.docmd("AUTH", "PLAIN " + b64encode(f"\0{user}\0{password}".encode()).decode())
    if code not in {235, 503}:
        raise smtplib.SMTPAuthenticationError(code, answer)


def header(text: str) -> str:
    """Text that is one line of a header whatever it holds: a name in a document may not add lines."""
    clean = "".join(each if each.isprintable() else " " for each in text)
    line = " ".join(clean.split())
    return line if len(line) <= _LONGEST_SUBJECT else line[: _LONGEST_SUBJECT - 1] + "…"


def _may_heal(error: Exception) -> bool:
    if isinstance(
        error, smtplib.SMTPAuthenticationError | smtplib.SMTPNotSupportedError | ssl.SSLCertVerificationError
    ):
        return False
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code < 500
    return True


def _words(error: Exception, target: AlertTarget) -> str:
    """What went wrong, in our words: a server's own may repeat what it was sent."""
    said = {
        smtplib.SMTPAuthenticationError: "didn't take user and password",
        ssl.SSLCertVerificationError: "has a certificate that nobody here trusts",
        smtplib.SMTPNotSupportedError: f"can't encrypt, or takes no password (tls is {target.tls})",
        TimeoutError: f"didn't answer within {target.timeout} seconds",
        ConnectionRefusedError: "refused the connection",
    }
    words = next((each for kind, each in said.items() if isinstance(error, kind)), None)
    if words is None and isinstance(error, smtplib.SMTPResponseException):
        words = f"refused ({error.smtp_code})"
    return f"{target.host} {words or f'can not be reached ({type(error).__name__})'}."
