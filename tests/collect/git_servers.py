# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Real git servers on loopback: `git daemon`, `git http-backend` behind a small HTTP server, a cutting proxy."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "HOME": os.devnull,
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Dev",
    "GIT_AUTHOR_EMAIL": "dev@acme.example",
    "GIT_COMMITTER_NAME": "Dev",
    "GIT_COMMITTER_EMAIL": "dev@acme.example",
}


def git(folder: Path, *arguments: str, given: bytes = b"") -> str:
    """Run git as the owner of a test's repository."""
    command = ["git", "-C", str(folder), "-c", "safe.directory=*", *arguments]
    done = subprocess.run(command, env=ENVIRONMENT, input=given, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


class Upstream:
    """A bare repository as a server has it, to which commits can be added."""

    def __init__(self, folder: Path, *, filters: bool = True) -> None:
        """Make it, empty, unless it is there; `filters` says whether its server may leave contents out."""
        self.path = folder
        self._time = 1_700_000_000
        if folder.exists():
            self._time += 1_000_000
            return
        folder.mkdir(parents=True)
        git(folder, "init", "-q", "--bare", "-b", "main", "--template=")
        git(folder, "config", "uploadpack.allowFilter", "true" if filters else "false")

    def commit(self, files: dict[str, str], branch: str = "main", *, onto: str | None = None) -> str:
        """Add a commit with exactly these files; `onto` is its parent ("" for none, None for the branch)."""
        parent = onto if onto is not None else self.tip(branch)
        self._time += 3600
        lines = [f"commit refs/heads/{branch}", f"committer Dev <dev@acme.example> {self._time} +0000"]
        message = f"change {self._time}"
        text = "\n".join([*lines, f"data {len(message)}", message, ""])
        text += f"from {parent}\n" if parent else ""
        text += "deleteall\n"
        for path, content in files.items():
            text += f"M 100644 inline {path}\ndata {len(content.encode())}\n{content}\n"
        if onto is not None and self.tip(branch):
            git(self.path, "update-ref", "-d", f"refs/heads/{branch}")
        git(self.path, "fast-import", "--quiet", "--force", given=text.encode())
        return self.tip(branch)

    def tip(self, branch: str = "main") -> str:
        """The commit at a branch; empty if there is none."""
        with suppress(subprocess.CalledProcessError):
            return git(self.path, "rev-parse", "--verify", "-q", f"refs/heads/{branch}").strip()
        return ""

    def grow(self, megabytes: int) -> None:
        """Add one commit with a file that does not compress."""
        blob = base64.b64encode(os.urandom(megabytes * 786_432)).decode()
        self.commit({"big.bin": blob})


@contextmanager
def daemon(folder: Path) -> Iterator[str]:
    """A `git daemon` over a folder of repositories; gives its address without a slash at the end."""
    port = free_port()
    command = [
        "git", "-c", "safe.directory=*", "daemon", "--export-all", "--reuseaddr", "--listen=127.0.0.1",
        f"--port={port}", f"--base-path={folder}", str(folder),
    ]  # fmt: skip
    process = subprocess.Popen(
        command, env=ENVIRONMENT, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait(port)
        yield f"git://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


class _Backend(BaseHTTPRequestHandler):
    """CGI for `git http-backend`, as much as it needs."""

    server: _HttpServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            body = b""
            while size := int(self.rfile.readline().strip() or b"0", 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer(body)

    def _answer(self, body: bytes) -> None:
        server = self.server
        server.requests.append(f"{self.command} {self.path}")
        if server.redirect is not None:
            self._plain(302, {"Location": server.redirect + self.path})
            return
        if server.stall:
            server.ended.wait(60)
            return
        if server.login is not None and not self._known():
            self._plain(401, {"WWW-Authenticate": 'Basic realm="test"'})
            return
        parts = urlsplit(self.path)
        environment = {
            **ENVIRONMENT,
            "GIT_PROJECT_ROOT": str(server.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_ADDR": "127.0.0.1",
        }
        command = ["git", "-c", "safe.directory=*", "http-backend"]
        done = subprocess.run(command, input=body, env=environment, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        status = int(headers.pop("Status", "200").split()[0])
        self._plain(status, headers, content)

    def _known(self) -> bool:
        wanted = base64.b64encode(":".join(self.server.login or ()).encode()).decode()
        return self.headers.get("Authorization") == f"Basic {wanted}"

    def _plain(self, status: int, headers: dict[str, str], content: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Backend)
        self.folder = folder
        self.login: tuple[str, str] | None = None
        self.redirect: str | None = None
        self.stall = False
        self.ended = threading.Event()
        self.requests: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def http(folder: Path) -> Iterator[_HttpServer]:
    """`git http-backend` over a folder; `login`, `redirect` and `stall` may be set while it runs."""
    server = _HttpServer(folder)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Proxy:
    """Passes bytes on to a port; after `most` bytes of answers it cuts the connection, or falls silent."""

    def __init__(self, port: int, most: int, *, silent: bool = False) -> None:
        """Listen at once."""
        self.most = most
        self.silent = silent
        self._target = port
        self._open = True
        self._sockets: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Cut everything."""
        self._open = False
        for each in [self._server, *self._sockets]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        while self._open:
            try:
                client, _ = self._server.accept()
                upstream = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            self._sockets += [client, upstream]
            threading.Thread(target=self._pass, args=(client, upstream, None), daemon=True).start()
            threading.Thread(target=self._pass, args=(upstream, client, self.most), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, most: int | None) -> None:
        left = most
        with suppress(OSError):
            while data := source.recv(4096):
                if left is not None:
                    data = data[:left]
                    left -= len(data)
                target.sendall(data)
                if left == 0:
                    if self.silent:
                        return
                    break
            for each in (source, target):
                each.shutdown(socket.SHUT_RDWR)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise TimeoutError(port)
