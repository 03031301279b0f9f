# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A registry on this machine: real HTTP, answers told by a test, every request kept."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from umbel.collect.registries.addresses import Address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Reply(NamedTuple):
    """What the server says. `cut` drops the connection after so many bytes of the body."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = MappingProxyType({})
    cut: int | None = None


class Request(NamedTuple):
    """What the server was asked."""

    path: str
    headers: dict[str, str]


class Server:
    """Answers by path; one list of replies a path is used up but for the last."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[Request] = []
        self.replies: dict[str, list[Reply]] = {}
        self.answer: Callable[[Request], Reply] | None = None
        self.lock = threading.Lock()

    @property
    def address(self) -> Address:
        return Address(self.url, "a test")

    def tell(self, path: str, *replies: Reply | bytes) -> None:
        self.replies[path] = [r if isinstance(r, Reply) else Reply(body=r) for r in replies]

    def reply(self, request: Request) -> Reply:
        with self.lock:
            self.requests.append(request)
            if self.answer is not None:
                return self.answer(request)
            listed = self.replies.get(request.path, [Reply(404)])
            return listed.pop(0) if len(listed) > 1 else listed[0]

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply: Reply = self.server.told.reply(Request(self.path, headers))
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 304:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body if reply.cut is None else reply.body[: reply.cut])
        if reply.cut is not None:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Quietly."""


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what some tests are about."""


@contextmanager
def server() -> Iterator[Server]:
    """A server of its own on this machine."""
    http = _Quiet(("127.0.0.1", 0), _Handler)
    told = Server(f"http://127.0.0.1:{http.server_address[1]}")
    http.told = told  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
