# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Asking servers that misbehave: every answer is one of few, nothing hangs, no credential leaves its server."""

from __future__ import annotations

import gzip
import logging
from typing import TYPE_CHECKING

import pytest

from tests.collect.registries.servers import Reply, Server, server
from umbel.collect.registries._http import TRIES, Http, shown
from umbel.collect.registries.addresses import Address, basic
from umbel.collect.registries.interface import Got, Unanswered

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def here() -> Iterator[Server]:
    with server() as made:
        yield made


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def http(waits: list[float]) -> Iterator[Http]:
    with Http(wait=waits.append) as made:
        yield made


def refused(http: Http, here: Server, path: str = "x", **more: int) -> Unanswered:
    with pytest.raises(Unanswered) as caught:
        http.get(here.address, path, **more)  # type: ignore[arg-type]
    return caught.value


def test_a_plain_answer(http: Http, here: Server) -> None:
    here.tell(
        "/x", Reply(body=b"{}", headers={"ETag": '"a"', "Content-Type": "application/json; charset=utf-8"})
    )
    assert http.get(here.address, "x") == Got(
        status=200, url=f"{here.url}/x", body=b"{}", validator='etag:"a"', content_type="application/json"
    )
    assert here.requests[0].headers["user-agent"].startswith("umbel/")
    assert "authorization" not in here.requests[0].headers


def test_only_changes_are_asked_for(http: Http, here: Server) -> None:
    here.tell("/x", Reply(304))
    assert http.get(here.address, "x", validator='etag:"a"').status == 304
    assert here.requests[0].headers["if-none-match"] == '"a"'
    day = "Sun, 01 Mar 2026 12:00:00 GMT"
    assert http.get(here.address, "x", validator=f"date:{day}").status == 304
    assert here.requests[1].headers["if-modified-since"] == day


def test_a_server_without_validators_is_compared_by_its_answer(http: Http, here: Server) -> None:
    here.tell("/x", b"same", b"same", b"other")
    first = http.get(here.address, "x")
    assert (first.validator or "").startswith("sha256:")
    assert http.get(here.address, "x", validator=first.validator).status == 304
    assert http.get(here.address, "x", validator=first.validator).status == 200


def test_304_to_a_plain_request_is_no_answer(http: Http, here: Server) -> None:
    here.tell("/x", Reply(304))
    assert refused(http, here).fault.code == "not-understood"


@pytest.mark.parametrize("status", [404, 410])
def test_nothing_there_is_an_answer(http: Http, here: Server, status: int) -> None:
    here.tell("/x", Reply(status))
    assert http.get(here.address, "x").status == 404


@pytest.mark.parametrize("status", [401, 403, 407, 400, 451, 204])
def test_a_refusal_is_never_taken_for_not_found(http: Http, here: Server, status: int) -> None:
    here.tell("/x", Reply(status))
    assert refused(http, here).fault.code == "refused"
    assert len(here.requests) == 1


@pytest.mark.parametrize("trouble", [Reply(500), Reply(503), Reply(429), Reply(body=b"half of it", cut=4)])
def test_trouble_passes_after_a_while(http: Http, here: Server, waits: list[float], trouble: Reply) -> None:
    here.tell("/x", trouble, trouble, b"fine")
    assert http.get(here.address, "x").body == b"fine"
    assert len(here.requests) == 3
    assert any(wait >= 0.1 for wait in waits)


def test_trouble_that_stays_is_told_after_some_tries(http: Http, here: Server) -> None:
    here.tell("/x", Reply(502))
    said = refused(http, here)
    assert said.fault.code == "unanswered"
    assert "502" in said.fault.message
    assert len(here.requests) == TRIES


def test_a_server_says_how_long_to_wait(http: Http, here: Server, waits: list[float]) -> None:
    here.tell("/x", Reply(429, headers={"Retry-After": "7"}), b"fine")
    assert http.get(here.address, "x").body == b"fine"
    assert max(waits) == pytest.approx(7, abs=0.5)


@pytest.mark.parametrize("after", ["86400", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_nobody_waits_for_a_day(http: Http, here: Server, waits: list[float], after: str) -> None:
    here.tell("/x", Reply(429, headers={"Retry-After": after}))
    assert refused(http, here).fault.code == "busy"
    assert sum(waits) < 1


@pytest.mark.parametrize("after", ["soon", "-3", "9" * 40, "Fri, 99 Foo"])
def test_a_senseless_retry_after_is_overlooked(http: Http, here: Server, after: str) -> None:
    here.tell("/x", Reply(503, headers={"Retry-After": after}), b"fine")
    assert http.get(here.address, "x").body == b"fine"


def test_bodies_are_bounded_announced_or_not(http: Http, here: Server) -> None:
    here.tell("/x", b"x" * 5000)
    assert refused(http, here, longest=1000).fault.code == "too-large"
    packed = gzip.compress(b"x" * 5_000_000)
    here.tell("/bomb", Reply(body=packed, headers={"Content-Encoding": "gzip"}))
    assert refused(http, here, "bomb", longest=100_000).fault.code == "too-large"


def test_a_body_that_lies_about_its_packing_is_told(http: Http, here: Server) -> None:
    here.tell("/x", Reply(body=b"no gzip", headers={"Content-Encoding": "gzip"}))
    assert refused(http, here).fault.code == "not-understood"


def test_a_host_out_of_reach_is_said_once_and_not_waited_for_again() -> None:
    with server() as gone:
        address = gone.address
    tries: list[float] = []
    with Http(wait=tries.append) as http:
        for _ in range(2):
            with pytest.raises(Unanswered, match="no answer after"):
                http.get(address, "x")
        before = len(tries)
        with pytest.raises(Unanswered, match="is out of reach") as caught:
            http.get(address, "x")
    assert caught.value.fault.code == "out-of-reach"
    assert len(tries) - before <= 1


def test_credentials_go_to_their_server_only(here: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with (
        server() as other,
        Http(lambda url: basic("dev", "hush-hush") if url.startswith(here.url) else None) as http,
    ):
        here.tell("/x", Reply(302, headers={"Location": "/y"}))
        here.tell("/y", b"fine")
        assert http.get(here.address, "x").body == b"fine"
        assert [r.headers["authorization"] for r in here.requests] == [basic("dev", "hush-hush")] * 2
        here.tell("/away", Reply(302, headers={"Location": f"{other.url}/z"}))
        assert refused(http, here, "away").fault.code == "redirect"
        assert other.requests == []
    assert "hush-hush" not in caplog.text
    assert basic("dev", "hush-hush").split()[1] not in caplog.text


@pytest.mark.parametrize(
    "target",
    ["http://elsewhere.example/x", "file:///etc/passwd", "ftp://127.0.0.1/x", "http://[broken", "http://a:b@127.0.0.1:1/x", "//elsewhere.example/x"],
)  # fmt: skip
def test_redirects_lead_to_https_or_the_same_host(http: Http, here: Server, target: str) -> None:
    here.tell("/x", Reply(301, headers={"Location": target}))
    said = refused(http, here)
    assert said.fault.code == "redirect"
    assert "a:b" not in said.fault.message


def test_redirects_in_circles_end(http: Http, here: Server) -> None:
    here.tell("/x", Reply(302, headers={"Location": "/x"}))
    assert "circles" in refused(http, here).fault.message


def test_what_is_told_of_an_address_holds_no_secret() -> None:
    assert shown("https://dev:hush@npm.acme.example/a?token=hush#x") == "https://npm.acme.example/a"


def test_a_password_in_an_address_never_becomes_a_header_by_chance(http: Http, here: Server) -> None:
    here.tell("/x", b"fine")
    http.get(Address(here.url, "a test"), "x")
    assert "authorization" not in here.requests[0].headers
