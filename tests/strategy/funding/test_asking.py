# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where projects take money, as they state it: found where it stands, and never an unsafe link."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.collect.test_practices import one, shown
from umbel.collect.practices.links import LONGEST, safe_link
from umbel.strategy.control.practices import Seen
from umbel.strategy.funding.asking import channel_of, of

if TYPE_CHECKING:
    from umbel.strategy.funding.records import Asks


def links(files: dict[str, str | bytes | None]) -> list[str]:
    found = shown(files)["funding-links"]
    return (found.detail or "").split() if found.outcome == "met" else []


def asked(files: dict[str, str | bytes | None]) -> Asks:
    """From files through the practice to what funding makes of it."""
    found = shown(files)["funding-links"]
    return of("shop", {"funding-links": Seen(found.outcome, found.path, found.detail)}, None)


FUNDING = """
github: [acme, bit]
open_collective: acme
patreon: acme
ko_fi: acme
tidelift: npm/shop
liberapay: acme
custom: ["https://acme.example/pay?to=shop", "www.acme.example/give"]
"""


def test_a_funding_file_leads_to_its_platforms() -> None:
    assert links({".github/FUNDING.yml": FUNDING}) == [
        "https://github.com/sponsors/acme",
        "https://github.com/sponsors/bit",
        "https://opencollective.com/acme",
        "https://www.patreon.com/acme",
        "https://ko-fi.com/acme",
        "https://tidelift.com/subscription/pkg/npm-shop",
        "https://liberapay.com/acme",
        "https://acme.example/pay?to=shop",
        "https://www.acme.example/give",
    ]


def test_manifests_state_links_too() -> None:
    assert links({"package.json": '{"funding": "https://a.example/1"}'}) == ["https://a.example/1"]
    several = '{"funding": [{"type": "x", "url": "https://a.example/1"}, "https://a.example/2", 3, null]}'
    assert links({"package.json": several}) == ["https://a.example/1", "https://a.example/2"]
    assert links({"composer.json": several}) == ["https://a.example/1", "https://a.example/2"]
    python = '[project.urls]\nDonate = "https://a.example/give"\nSource = "https://a.example/src"\n'
    assert links({"pyproject.toml": python}) == ["https://a.example/give"]


def test_a_manifest_of_floss_fund_says_who_takes_it() -> None:
    told = {
        "version": "v1.0.0",
        "entity": {"type": "individual", "name": "somebody", "email": "dev@acme.example"},
        "funding": {
            "channels": [
                {"guid": "a", "type": "payment-provider", "address": "https://acme.example/pay"},
                {"guid": "b", "type": "bank", "address": "account 123456"},
                {"guid": "c", "type": "other", "address": "dev@acme.example"},
            ]
        },
    }
    found = asked({"funding.json": json.dumps(told)})
    assert found.entity == "individual"
    assert [link.url for link in found.links] == ["https://acme.example/pay"]


def test_nothing_stated_is_not_nothing_looked_at() -> None:
    assert asked({"README.md": "x"}).looked
    assert not of("shop", {}, None).looked
    assert not asked({".github/FUNDING.yml": None}).looked
    assert one("funding-links", ".github/FUNDING.yml", "github: [\n")[0] == "unknown"


def test_registries_and_files_are_told_once() -> None:
    stated = Seen("met", ".github/FUNDING.yml", "https://opencollective.com/acme")
    told = [("pkg:npm/shop", "https://opencollective.com/acme/"), ("pkg:npm/till", "javascript:alert(1)")]
    found = of("shop", {"funding-links": stated}, told)
    assert [(link.url, link.channel, link.source) for link in found.links] == [
        ("https://opencollective.com/acme", "Open Collective", ".github/FUNDING.yml")
    ]


def test_places_are_known_by_their_host() -> None:
    assert channel_of("https://www.patreon.com/acme")[0] == "Patreon"
    assert channel_of("https://notpatreon.com/acme") == (None, None)
    assert channel_of("https://github.com/sponsors/acme")[0] == "GitHub Sponsors"
    assert channel_of("https://github.com/acme/shop#donate") == (None, None)


# ---- hostile input

HOSTILE = [
    "github: &a [*a]",
    "github: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"k{n}: &b{n} [{', '.join([f'*b{n - 1}' if n else '*a'] * 9)}]\n" for n in range(9)),
    "custom: [javascript:alert(1), 'data:text/html,x', 'https://user:secret@acme.example', 'file:///etc/passwd']",
    "custom: ['https://acme.example/\u202egpj.exe', 'https://acme.example/ x', \"https://acme.example/\\e[2J\"]",
    "custom: ['https://localhost/x', 'https://127.0.0.1/x', 'https://[::1]/x', 'https://acme.example:99999/']",
    "custom: ['https:acme.example', '//acme.example', 'https:///acme.example', 'https://acme.example\\@evil.example']",
    "github: {a: b}\npatreon: 3\nko_fi: true\ncustom: {x: [y]}\nliberapay: [[a]]",
    "github: ../../settings\nopen_collective: 'a/../../b'\npatreon: 'x?next=javascript:alert(1)'\ntidelift: '../x'",
    "- a\n- b",
    "just a text",
    "a: 1\n" * 100_000,
    "custom: ['https://acme.example/" + "x" * 10_000 + "']",
    "!!python/object/apply:os.system ['true']",
    "\x00\x01",
    "[" * 10_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_gives_no_unsafe_link(text: str) -> None:
    found = shown({".github/FUNDING.yml": text})["funding-links"]
    assert found.outcome in {"met", "unmet", "unknown"}
    told = of("shop", {"funding-links": Seen(found.outcome, found.path, found.detail)}, None)
    assert [link.url for link in told.links if not is_safe(link.url)] == []
    assert "secret" not in (found.detail or "")


yaml_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40)
    | st.sampled_from(["javascript:alert(1)", "https://a.example/x", "acme", "npm/shop", "//x", "http://a@b.example"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["github", "custom", "tidelift", "url", "funding", "entity", "channels", "address", "type"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(yaml_like, st.sampled_from([".github/FUNDING.yml", "funding.json", "package.json", "composer.json"]))
def test_whatever_stands_there_no_link_is_unsafe(tree: object, path: str) -> None:
    found = shown_links({path: json.dumps(tree)})
    assert all(is_safe(link) for link in found if not link.startswith("entity:"))


@given(st.text(max_size=80) | st.from_regex(r"https?://\S{0,40}", fullmatch=True))
def test_a_safe_link_is_safe_and_stays_itself(text: str) -> None:
    link = safe_link(text)
    if link is not None:
        assert is_safe(link)
        assert safe_link(link) == link


def shown_links(files: dict[str, str | bytes | None]) -> list[str]:
    """Only this practice: the others have tests of their own, and take longer."""
    from tests.collect.test_practices import Memory
    from umbel.collect.practices import _funding
    from umbel.collect.practices._shown import Shown

    found = _funding.links("funding-links", Shown(Memory(files)))
    return (found.detail or "").split() if found.outcome == "met" else []


def is_safe(link: str) -> bool:
    parts = urlsplit(link)
    return (
        parts.scheme in {"http", "https"}
        and "@" not in parts.netloc
        and "." in (parts.hostname or "")
        and not any(part.isdigit() for part in (parts.hostname or "").split(".")[-1:])
        and link.isascii()
        and link.isprintable()
        and " " not in link
        and not set(link) & set('<>"\\`{}|^')
        and len(link) <= LONGEST + len("https://")
    )
