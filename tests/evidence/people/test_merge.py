# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who is one person, and who isn't."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.evidence.people.cast import Who, key
from umbel.evidence.people.bots import Bots
from umbel.evidence.people.merge import Given, Identity, Merged, merge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

JANE = ("Jane Roe", "jane@acme.example")


def merged(people: Sequence[Who], project: str = "shop", **given: Any) -> Merged:
    known = [Identity(key(who), who[0] or None, who[1] or None) for who in people]
    projects_of = given.pop("projects_of", lambda keys: [(project, k) for k in keys])

    def in_one_project(labels: Sequence[tuple[int, str]]) -> list[tuple[str, list[int]]]:
        groups: dict[tuple[str, str], set[int]] = {}
        for where, identity in projects_of({k for k, _ in labels}):
            for label in (label for k, label in labels if k == identity):
                groups.setdefault((where, label), set()).add(identity)
        return [(label, sorted(members)) for (_, label), members in groups.items() if len(members) > 1]

    return merge(known, Bots(), Given(projects_of=projects_of, in_one_project=in_one_project, **given))


def together(people: Sequence[Who], **given: Any) -> bool:
    return len(merged(people, **given).people) == 1


@pytest.mark.parametrize(
    ("rule", "people"),
    [
        ("email", [JANE, ("jane", "Jane@Acme.example")]),
        ("name-and-domain", [JANE, ("Jane Roe", "jr@mail.acme.example")]),
        ("login-and-domain", [("", "jroe@a.acme.example"), ("", "jroe@b.acme.example")]),
        ("account", [("J", "1+jroe@users.noreply.github.com"), ("Jane", "jroe@users.noreply.github.com")]),
        ("account", [("J", "1+old@users.noreply.github.com"), ("Jane", "1+new@users.noreply.github.com")]),
        ("plus-address", [JANE, ("Jane Roe", "jane+git@acme.example")]),
        ("name-and-login", [("Jane Roe", "jane.roe@gmx.de"), ("Jane Roe", "jane_roe@gmx.de")]),
        ("name-local", [JANE, ("Jane Roe", "root@localhost")]),
        ("login-and-host", [("", "jane@roe-mac.local"), ("", "jane@roe-mac.acme.example")]),
        ("login-in-project", [("", "zjroewick@acme.example"), ("", "zjroewick@globex.example")]),
        ("bot", [("dependabot[bot]", "1+dependabot[bot]@users.noreply.github.com"), ("x", "support@dependabot.com")]),
    ],
)  # fmt: skip
def test_each_rule_brings_together(rule: str, people: list[Who]) -> None:
    found = merged(people)
    assert len(found.people) == 1
    assert rule in {link.rule for link in found.links}


@pytest.mark.parametrize(
    "people",
    [
        [JANE, ("Jane Roe", "jane@globex.example")],
        [("dave", "dave@acme.example"), ("dave", "dave@globex.example")],
        [("", "dave@acme.example"), ("", "dave@globex.example")],
        [("Jane Roe", "jane@gmail.com"), ("Jane Roe", "roe77@gmail.com")],
        [("root", "root@localhost"), ("", "root@localhost")],
        [("Jane Roe", "you@example.com"), ("Sam Poe", "you@example.com")],
        [("Jane Roe", "dev@acme.example"), ("Sam Poe", "dev@acme.example")],
        [("John Smith", "jsmith@a.acme.example"), ("Jane Smith", "jsmith@b.acme.example")],
        [("admin", "one@acme.example"), ("admin", "two@acme.example")],
        [("Your Name", "one@acme.example"), ("Your Name", "two@acme.example")],
        [("", "ubuntu@localhost"), ("", "ubuntu@ip-1.local")],
        [("A", "1+jroe@users.noreply.github.com"), ("B", "2+jroe@users.noreply.github.com")],
        [("Jane Roe", "jane+x@acme.example"), ("Sam Poe", "jane@acme.example")],
        [("acme-bot", "ci@acme.example"), ("Acme Person", "ci@acme.example")],
        [("", ""), ("", " ")],
    ],
)
def test_strangers_stay_apart(people: list[Who]) -> None:
    assert not together(people)


def test_a_login_without_name_is_nobody_elsewhere() -> None:
    people = [("", "zjroewick@acme.example"), ("", "zjroewick@globex.example")]
    elsewhere = [("shop", key(people[0])), ("till", key(people[1]))]
    assert not together(people, projects_of=lambda _: elsewhere)


def test_a_machine_name_is_no_bridge_between_two_of_one_name() -> None:
    people = [JANE, ("Jane Roe", "jane@globex.example"), ("Jane Roe", "jane@laptop.local")]
    assert len(merged(people).people) == 3


def test_one_name_at_two_firms_is_proposed() -> None:
    (proposal,) = merged([JANE, ("Jane Roe", "jroe@globex.example")]).proposals
    assert proposal.rule == "name"


def test_a_name_that_everybody_has_is_not_even_proposed() -> None:
    assert merged([("Jane Roe", f"jane@firm{n}.example") for n in range(20)]).proposals == []


def test_an_address_under_many_names_is_a_shared_one() -> None:
    crowd = [(f"Person Number{chr(97 + n)}", "crowd@acme.example") for n in range(12)]
    assert len(merged(crowd).people) == 12


def test_links_that_would_make_a_giant_are_refused_and_proposed() -> None:
    # Each address is used under two names, and each name under two addresses: a chain without end.
    chain = []
    for n in range(30):
        chain += [
            (f"Person Number{n:02}", f"login{n}x@firm.example"),
            (f"Person Number{n + 1:02}", f"login{n}x@firm.example"),
        ]
    found = merged(chain)
    assert max(map(len, found.people)) < 20
    assert "names" in {proposal.rule for proposal in found.proposals}


def test_mailmap_comes_first() -> None:
    other = ("Sam Poe", "sam@globex.example")
    assert together([JANE, other], mailmap=[("shop", key(other), key(JANE))])


def test_a_mailmap_speaks_of_shared_addresses_only_for_its_own_project() -> None:
    root = ("root", "root@localhost")
    mailmap = [("shop", key(root), key(JANE))]
    assert together([JANE, root], mailmap=mailmap)
    assert not together(
        [JANE, root], mailmap=mailmap, projects_of=lambda _: [("shop", key(root)), ("till", key(root))]
    )


def test_a_mailmap_that_names_everybody_as_one_is_not_believed() -> None:
    crowd = [(f"Person Number{n:03}", f"p{n}x@firm{n}.example") for n in range(200)]
    found = merged(crowd, mailmap=[("evil", key(who), key(crowd[0])) for who in crowd])
    assert max(map(len, found.people)) <= 20


def test_one_man_under_forty_host_names_is_one() -> None:
    hosts = ["lab.acme.example", "old.globex.example", "home.local", "box.(none)", "x."]
    people = [("", f"zjroewick@h{n}.{hosts[n % 5]}") for n in range(40)]
    assert together(people)


def test_forty_host_names_in_a_real_history(shared_data: Path, tmp_path: Path) -> None:
    bundle = shared_data / "git/ntp.meta.bundle"
    subprocess.run(["git", "clone", "-q", "--bare", bundle, tmp_path / "ntp"], check=True)
    lines = subprocess.run(
        ["git", "-C", tmp_path / "ntp", "log", "--format=%an%x00%ae"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    commits = [tuple(line.split("\0")) for line in lines]
    found = merged(sorted({(name, email) for name, email in commits}))
    of = {k: index for index, keys in enumerate(found.people) for k in keys}
    number = [of[key((name, email))] for name, email in commits]
    most = max(set(number), key=number.count)

    assert number.count(most) > 6300
    assert len(found.people[most]) >= 14
    assert len(found.people) > 50


def test_decisions_overrule_the_rules() -> None:
    near = ("Jane Roe", "jr@acme.example")
    far = ("Jane Roe", "jane@globex.example")
    assert together([JANE, far], decided=[("decision", key(JANE), key(far))])
    assert not together([JANE, near], apart=[([key(JANE)], [key(near)])])
