# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Real servers on loopback: one that takes mail, one that takes posts; and certificates for them."""
# ruff: noqa: ARG001, ARG002, N802 - names and arguments are those that the servers call

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Inbox:
    """What a mail server got. `answers` are given before it takes a mail: an SMTP reply each."""

    def __init__(self) -> None:
        """Empty."""
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.to: list[list[str]] = []
        self.answers: list[str] = []
        self.unknown: set[str] = set()
        self.port = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """Refuse those that nobody knows."""
        if address in self.unknown:
            return "550 no such box"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep a mail."""
        if self.answers:
            return self.answers.pop(0)
        self.raw.append(envelope.content)
        self.to.append(list(envelope.rcpt_tos))
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 ok"


class _Implicit(Controller):
    """Encrypted from the first byte on."""

    def factory(self) -> SMTP:
        return SMTP(self.handler, **self.SMTP_kwargs)


@contextmanager
def mail_server(
    context: ssl.SSLContext | None = None, *, implicit: bool = False, password: str | None = None
) -> Iterator[Inbox]:
    """A mail server: unencrypted, with STARTTLS, or encrypted from the start; with a password if one is given."""
    inbox = Inbox()
    more: dict[str, Any] = {}
    if password is not None:
        more = {"auth_required": True, "authenticator": _checks(password), "auth_require_tls": not implicit}
    if context is not None and not implicit:
        more |= {"tls_context": context, "require_starttls": True}
    inbox.port = free_port()
    controller = _Implicit(
        inbox, hostname="127.0.0.1", port=inbox.port, ssl_context=context if implicit else None, **more
    )
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()


def _checks(password: str) -> Any:
    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and data.password == password.encode()
        return AuthResult(success=good, handled=False)

    return check


class Posted:
    """What a web server got, and what it answers: a status each, then 200; `None` is no answer at all."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int | None] = []
        self.headers: dict[str, str] = {}
        self.url = ""
        self.over = threading.Event()


@contextmanager
def web_server(context: ssl.SSLContext | None = None) -> Iterator[Posted]:
    """A web server that takes posts."""
    posted = Posted()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            answer = posted.answers.pop(0) if posted.answers else 200
            if answer is None:
                posted.over.wait(20)
                return
            self.send_response(answer)
            for name, value in posted.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    posted.url = f"http{'s' if context else ''}://127.0.0.1:{server.server_port}/hook/s3cr3t"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield posted
    finally:
        posted.over.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate of its own for 127.0.0.1, and the file by which to trust it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / "ca.pem", folder / "key.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, private)
    return context, trusted
