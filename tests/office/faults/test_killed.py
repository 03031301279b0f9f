# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Processes of a served office are killed without a word, at the worst moments; and told to stop in the middle of work."""

from __future__ import annotations

import signal
import socket
import threading
from typing import TYPE_CHECKING

import psutil

from tests import acme
from umbel.app import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.office.served import Answer, Served


def half_sent(here: Served, document: bytes) -> tuple[socket.socket, bytes]:
    """An upload of which half is on its way; and the other half."""
    path, body, headers = here.upload(document, "shop")
    cookies = "; ".join(f"{each.name}={each.value}" for each in here.cookies)
    told = {
        **headers,
        "Host": f"127.0.0.1:{here.port}",
        "Cookie": cookies,
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    lines = "\r\n".join(
        [f"PUT {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items()), "", ""]
    )
    wire = socket.create_connection(("127.0.0.1", here.port), 10)
    wire.sendall(lines.encode() + body[: len(body) // 2])
    return wire, body[len(body) // 2 :]


def projects(folder: Path) -> set[str]:
    return set(Workspace(folder).coverage()["project"].to_pylist())


def test_who_answers_is_killed_in_mid_upload(folder: Path, serve: Callable[..., Served]) -> None:
    here = serve("--no-work")
    assert here.sign_in().status == 200
    large = acme.sbom("shop", [f"left-{number}@1.0" for number in range(2_000)])
    wire, rest = half_sent(here, large)
    answers: list[Answer] = []
    other = threading.Thread(target=lambda: answers.append(here.hand_in(large, "other")))
    other.start()
    (killed,) = here.answering()
    other.join(0.7)  # in the midst of working it in, on most machines
    killed.kill()
    wire.close()
    other.join()
    here.until(lambda: here.get("/healthz").status == 200, 30)
    assert projects(folder) <= {"till", "other"}, "half a document is none"
    assert rest
    for name in ("shop", "other"):
        assert here.hand_in(large, name).status == 200, "locks of the dead are free"
    assert projects(folder) == {"till", "shop", "other"}
    assert here.ask("/api/v1/project/lookup?name=shop&version=1").json()["name"] == "shop"


def test_a_stop_lets_what_is_under_way_be_finished(folder: Path, serve: Callable[..., Served]) -> None:
    here = serve("--no-work")
    assert here.sign_in().status == 200
    large = acme.sbom("shop", [f"left-{number}@1.0" for number in range(2_000)])
    answers: list[Answer] = []
    sent = threading.Thread(target=lambda: answers.append(here.hand_in(large, "shop")))
    sent.start()
    sent.join(0.5)
    here.process.send_signal(signal.SIGTERM)
    sent.join(60)
    assert [each.status for each in answers] == [200]
    assert here.process.wait(30) == 0
    assert "shop" in projects(folder)


def test_the_worker_and_who_makes_an_edition_are_killed_and_it_is_carried_on(
    folder: Path, serve: Callable[..., Served]
) -> None:
    def parts() -> int:
        return len(list((folder / ".umbel/office/editions").glob("*/figures/[!.]*")))

    here = serve()
    here.until(lambda: here.working("making"))
    here.working("making")[0].kill()
    here.until(lambda: "was killed; it is carried on with" in here.log.read_text(), 30)
    here.until(lambda: here.working("making") and parts(), 60)
    (worker,), (maker,) = here.working(), here.working("making")
    worker.kill()
    assert psutil.wait_procs([maker], 15)[1] == [], "nobody goes on alone, beside who is started next"
    here.until(lambda: "another one is started" in here.log.read_text(), 30)
    before = parts()
    here.until(lambda: here.working("making") and parts() > before)
