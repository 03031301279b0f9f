# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.bench.office [--folder WORKSPACE] [--people 50] [--pause 3]`: many people at the office at once.

Each has a session of their own, asks for a page, looks at it for a while (`--pause`), and asks for the next. Told is how long
the server took by its own clock (`Server-Timing`), which leaves out the work of whoever asks: both share this machine.
Everything is on loopback and ends by itself.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

import psutil

from tests.bench.strategy import estate

PAGES = (
    "/", "/projects/", "/projects/?sort=-components", "/packages/", "/packages/?q={word}", "/packages/?sort=-projects",
    "/components/?q={word}", "/search/?q={word}", "/legal/", "/violations/", "/licenses/", "/risks/", "/ecosystem/",
    "/strategic/", "/management/", "/management/kpis/", "/business/", "/products/", "/office/", "/contributors/", "/inbox/",
    "{project}", "{package}",
)  # fmt: skip
WORDS = ("react", "lib1", "package 7", "p12", "core", "lodahs")


class Person(threading.Thread):
    """Somebody at a browser."""

    def __init__(
        self, port: int, cookie: str, links: dict[str, list[str]], ends: float, number: int, pause: float
    ) -> None:
        """Signed in by a cookie; looks at pages until a moment."""
        super().__init__(daemon=True)
        self.port, self.cookie, self.links, self.ends, self.pause = port, cookie, links, ends, pause
        self.chance = random.Random(number)
        self.took: dict[str, list[float]] = defaultdict(list)
        self.waited: list[float] = []
        self.faults: list[str] = []

    def run(self) -> None:
        """Look, think, look again."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        time.sleep(self.chance.random() * 2 * self.pause)
        while time.monotonic() < self.ends:
            page = self.chance.choice(PAGES)
            path = page.format(word=self.chance.choice(WORDS).replace(" ", "+"), **{
                name: self.chance.choice(found) for name, found in self.links.items()
            })  # fmt: skip
            asked_at = time.perf_counter()
            try:
                line.request("GET", path, headers={"Cookie": self.cookie})
                answer = line.getresponse()
                answer.read()
            except OSError as error:
                self.faults.append(f"{page}: {error}")
                line.close()
                continue
            self.waited.append((time.perf_counter() - asked_at) * 1000)
            if answer.status != 200:
                self.faults.append(f"{page}: {answer.status}")
            told = re.search(r"dur=([\d.]+)", answer.headers.get("Server-Timing", ""))
            self.took[page].append(float(told[1]) if told else float("nan"))
            time.sleep(self.pause * (0.5 + self.chance.random()))


def main() -> None:
    """Measure, and print a line for each page and one for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--folder", type=Path, help="A workspace; unless told, one of 10,000 projects is made."
    )
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument(
        "--pause", type=float, default=3, help="Seconds for which a page is looked at, on average."
    )
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--as-it-is", action="store_true", help="Serve the edition that is there, and make none."
    )
    asked = parser.parse_args()
    folder = asked.folder or estate(Path(tempfile.mkdtemp(prefix="umbel-bench-")), 10_000, 0)
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "umbel", "office", "migrate", "-C", str(folder)], check=True)
    if not asked.as_it_is:
        subprocess.run([sys.executable, "-m", "umbel", "office", "edition", "-C", str(folder)], check=False)
        print(f"The edition was made, or was there, after {time.perf_counter() - started:.0f} s.")
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port = tried.getsockname()[1]
    office = subprocess.Popen(
        [sys.executable, "-m", "umbel", "serve", "--port", str(port), "--processes", str(asked.processes), "-C",
         str(folder), *(["--no-work"] if asked.as_it_is else [])], stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        cookies = _sessions(folder, asked.people)
        _wait(port)
        links = {name: _links(port, cookies[0], name) for name in ("project", "package")}
        ends = time.monotonic() + asked.seconds
        people = [
            Person(port, cookie, links, ends, number, asked.pause) for number, cookie in enumerate(cookies)
        ]
        for person in people:
            person.start()
        for person in people:
            person.join()
        memory = (
            sum(each.memory_info().rss for each in psutil.Process(office.pid).children(recursive=True)) / 1e6
        )
    finally:
        office.send_signal(signal.SIGTERM)
        office.wait(60)
    _tell(people, asked.seconds, memory)


def _sessions(folder: Path, number: int) -> list[str]:
    """Cookies of so many people who are signed in."""
    os.environ["UMBEL_WORKSPACE"] = str(folder)
    from umbel.office.operating import serving

    serving.prepare(folder)
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.utils.module_loading import import_string

    from umbel.office.accounts.models import User

    user, _ = serving.first_account()
    store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    cookies = []
    for each in range(number):
        person, _ = User.objects.get_or_create(name=f"{user.name}-{each}", defaults={"roles": ["office"]})
        session = store()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
    return cookies


def _wait(port: int) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/healthz")
            if line.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The office doesn't answer.")


def _links(port: int, cookie: str, kind: str) -> list[str]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    line.request("GET", f"/{kind}s/", headers={"Cookie": cookie})
    page = line.getresponse().read().decode()
    found = sorted(set(re.findall(rf'href="(/{kind}s/[^"?]+)"', page)))
    return found or [f"/{kind}s/"]


def _tell(people: list[Person], seconds: float, memory: float) -> None:
    by_page: dict[str, list[float]] = defaultdict(list)
    for person in people:
        for page, took in person.took.items():
            by_page[page] += took
    for page, took in sorted(by_page.items(), key=lambda each: -_at(each[1], 0.95)):
        print(f"{len(took):6} times  middle {_at(took, 0.5):7.1f} ms  p95 {_at(took, 0.95):7.1f} ms  {page}")
    every = [each for took in by_page.values() for each in took]
    print(
        f"{len(people)} people, {len(every)} pages in {seconds:.0f} s ({len(every) / seconds:.0f} a second): "
        f"middle {_at(every, 0.5):.1f} ms, p95 {_at(every, 0.95):.1f} ms, p99 {_at(every, 0.99):.1f} ms, "
        f"slowest {max(every):.0f} ms (goal: p95 ≤ 150 ms); memory of all processes {memory:.0f} MB."
    )
    waited = [each for person in people for each in person.waited]
    print(
        f"As those people saw it, on the same machine: middle {_at(waited, 0.5):.1f} ms, p95 {_at(waited, 0.95):.1f} ms."
    )
    faults = [fault for person in people for fault in person.faults]
    print(f"{len(faults)} errors (goal: 0){': ' if faults else '.'}{'; '.join(sorted(set(faults))[:10])}")


def _at(values: list[float], share: float) -> float:
    if len(values) < 2:
        return values[0] if values else float("nan")
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


if __name__ == "__main__":
    main()
