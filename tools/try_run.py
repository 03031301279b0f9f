# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Do what a newcomer does: `make run`, follow the link that it prints, look at the first page; then end it with Ctrl-C.

Prints the seconds from the command to the page. Fails where the page doesn't come, or where anything keeps running.
"""

from __future__ import annotations

import http.cookiejar
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent
PATIENCE = 900.0


def main() -> int:
    """0: the first page came and the office ended; else 1, with what was printed."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port = tried.getsockname()[1]
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as log:
        office = subprocess.Popen(
            ["make", "--no-print-directory", "run", f"PORT={port}"],
            cwd=ROOT,
            stdout=log,
            start_new_session=True,
        )
        try:
            link = _link(office, log, started)
            signed_in = time.monotonic()
            title = _first_page(link)
            print(f"The first page, {title!r}, came {time.monotonic() - started:.1f} s after make run,")
            print(f"{time.monotonic() - signed_in:.1f} s after the link was followed.")
        finally:
            if office.poll() is None:
                subprocess.run(["pkill", "-INT", "-g", str(office.pid)], check=False)
            try:
                status = office.wait(60)
            except subprocess.TimeoutExpired:
                subprocess.run(["pkill", "-KILL", "-g", str(office.pid)], check=False)
                raise
        print(f"It ended with {status}.")
        return 0 if status in {0, 2, 130, -signal.SIGINT} else 1


def _link(office: subprocess.Popen[bytes], log: object, started: float) -> str:
    """The link that it prints, as soon as it does."""
    while time.monotonic() - started < PATIENCE:
        log.seek(0)  # type: ignore[attr-defined]
        text = log.read()  # type: ignore[attr-defined]
        if found := re.search(r"Sign in.*?(http://\S+)", text):
            print(text, end="")
            return found[1]
        if office.poll() is not None:
            raise SystemExit(f"{text}\nmake run ended with {office.returncode}.")
        time.sleep(0.2)
    raise SystemExit("make run never printed a link.")


def _first_page(link: str) -> str:
    """Look at the link's page, press its button, and give the title of the page that comes."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    ends = time.monotonic() + 60
    while True:
        try:
            page = browser.open(link, timeout=30).read().decode()
            break
        except OSError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.1)
    mark = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    sent = urllib.parse.urlencode({"csrfmiddlewaretoken": mark[1] if mark else ""}).encode()
    answer = browser.open(urllib.request.Request(link, sent, {"Referer": link}), timeout=60)  # noqa: S310 - loopback
    page = answer.read().decode()
    if answer.status != 200 or "The flower" not in page:
        raise SystemExit(f"The first page isn't the flower: {answer.status} {page[:2000]}")
    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    return " ".join(title[1].split()) if title else ""


if __name__ == "__main__":
    sys.exit(main())
