# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What each rule on outgoing code finds, and what it lets pass."""

from __future__ import annotations

import re
import time
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.collect.git_repositories import by, commit, git, init, raw_commit
from umbel.collect.outgoing import Push
from umbel.model.naming import Naming
from umbel.model.settings import SettingsError
from umbel.policy.exceptions import Exceptions
from umbel.policy.file import Policy, Said, load
from umbel.policy.outbound import gate
from umbel.policy.outbound.detectors import Detectors, kinds
from umbel.policy.outbound.registry import outbound_rules
from umbel.policy.outbound.rules.denied_words import _found
from umbel.policy.outbound.rules.license_header import _is, _words
from umbel.policy.template import default_policy

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.model.finding import Finding
    from umbel.policy.verdict import Verdict

KEY = "AKIA" + "Q7ZJ3XW2M5RT8VNB"
OFF = {rule.key: {"level": "off"} for rule in outbound_rules().values()}


def verdict(
    folder: Path, asked: str = "HEAD", domains: tuple[str, ...] = (), **said: dict[str, Any]
) -> Verdict:
    """The verdict by these tables alone."""
    policy = Policy(Said(outbound=OFF | {name.replace("_", "-"): own for name, own in said.items()}))
    whole = gate.By(policy, Exceptions(), lambda _: (), domains, date(2024, 1, 1))
    return gate.check(folder, Push(asked), Naming(), whole)


def found(
    folder: Path, asked: str = "HEAD", domains: tuple[str, ...] = (), **said: dict[str, Any]
) -> list[Finding]:
    return verdict(folder, asked, domains, **said).findings


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return init(tmp_path / "shop")


def test_the_shipped_policy_says_the_same_written_out(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(default_policy(), "utf-8")
    assert load(file).for_outbound("shop") == Policy().for_outbound("shop")
    levels = {name: own.level for name, own in Policy().for_outbound("shop").items()}
    assert (levels["outbound-secrets"], levels["outbound-denied-files"]) == ("fail", "fail")
    assert levels["outbound-sign-off"] == "note"


def test_what_nobody_configured_is_said_and_opens_the_gate(shop: Path) -> None:
    commit(shop)
    whole = gate.By(Policy(), Exceptions(), lambda _: (), (), date(2024, 1, 1))
    told = gate.check(shop, Push("HEAD"), Naming(), whole)
    assert [gap.rule for gap in told.gaps] == [
        "outbound-author-address",
        "outbound-denied-words",
        "outbound-license",
        "outbound-license-header",
    ]
    assert (told.exit_code, told.commits) == (0, 1)


# ---- sign-off


@pytest.mark.parametrize(
    ("message", "clean"),
    [
        ("work\n\nSigned-off-by: Dev <dev@acme.example>\n", True),
        ("work\n\nsigned-off-by: Dev <DEV@acme.example>\nReviewed-by: Q <q@acme.example>\n", True),
        ("work\n\nSigned-off-by: Other <other@acme.example>\n", False),
        ("work\n\nSigned-off-by: dev@acme.example\n", False),
        ("work\n", False),
    ],
)
def test_sign_off(shop: Path, message: str, clean: bool) -> None:  # noqa: FBT001 - a case
    sha = commit(shop, message)
    assert [f.what for f in found(shop, sign_off={"level": "fail"})] == ([] if clean else [sha[:12]])


def test_a_merge_needs_no_sign_off_unless_the_policy_says_so(shop: Path) -> None:
    first = commit(shop, "x")
    git(shop, "checkout", "-q", "-b", "side")
    commit(shop, "y")
    git(shop, "checkout", "-q", "main")
    git(shop, "merge", "-q", "--no-ff", "-m", "merged", "side")
    assert found(shop, sign_off={}) == []
    assert len(found(shop, sign_off={"merges": True})) == 1
    assert len(found(shop, f"{first}..HEAD", sign_off={})) == 1


# ---- addresses


@pytest.mark.parametrize(
    ("address", "clean"),
    [
        ("dev@acme.example", True),
        ("dev@eu.ACME.example", True),
        ("dev@notacme.example", False),
        ("dev@localhost", False),
        ("dev@build7.local", False),
        ("dev", False),
        ("", False),
        ("1+dev@users.noreply.git.example", True),
        ("old@acme.example", False),
    ],
)
def test_author_address(shop: Path, address: str, clean: bool) -> None:  # noqa: FBT001 - a case
    raw_commit(shop, by(f"Dev <{address}>"))
    said = {"allowed": ["*@users.noreply.git.example"], "denied": ["old@*"]}
    assert (found(shop, domains=("acme.example",), author_address=said) == []) is clean


def test_the_committer_counts_too(shop: Path) -> None:
    raw_commit(shop, by("Dev <dev@acme.example>", committer="Dev <dev@laptop>"))
    [one] = found(shop, author_address={"domains": ["acme.example"]})
    assert one.what.startswith("committer ")
    assert found(shop, author_address={"domains": ["acme.example"], "committer": False}) == []


# ---- files


def test_denied_files(shop: Path) -> None:
    names = [
        "deploy/Server.PEM",
        ".env",
        "app/.env.local",
        ".env.example",
        "lib/x.jar",
        "environment.py",
        "id_rsa",
    ]
    commit(shop, "x", dict.fromkeys(names, "x\n"))
    levels = {f.place: f.level for f in found(shop, denied_files={})}
    assert levels == {
        "deploy/Server.PEM": "fail",
        ".env": "fail",
        "app/.env.local": "fail",
        "id_rsa": "fail",
        "lib/x.jar": "warn",
    }
    (shop / ".env").unlink()
    commit(shop, "away")
    assert found(shop, denied_files={}) == []


def test_large_binaries(shop: Path) -> None:
    (shop / "large.bin").write_bytes(b"\0" * 1_100_000)
    (shop / "large.txt").write_bytes((b"text " * 20 + b"\n") * 12_000)
    commit(shop)
    assert [f.place for f in found(shop, denied_files={"megabytes": 1})] == ["large.bin"]
    assert found(shop, denied_files={"megabytes": 0}) == []


# ---- words


def test_denied_words(shop: Path) -> None:
    text = "nothing\nproject BlueBird starts\nbluebirds\nblue_bird = host('db.intranet.acme.example')\n"
    commit(shop, "for bluebird", {"src/bluebird_api.py": text, "docs/bluebird.md": "bluebird\n"})
    said = {"words": ["bluebird", "intranet.acme.example"], "except_files": ["docs/*"]}
    places = sorted(
        (f.place or "", f.evidence.get("line", 0), f.evidence["word"]) for f in found(shop, denied_words=said)
    )
    assert places == [
        ("", 0, "bluebird"),
        ("src/bluebird_api.py", 0, "bluebird"),
        ("src/bluebird_api.py", 2, "bluebird"),
        ("src/bluebird_api.py", 4, "intranet.acme.example"),
    ]


@given(
    st.lists(st.text(min_size=1, max_size=5).filter(str.strip), min_size=1, max_size=4), st.text(max_size=30)
)
def test_a_listed_word_is_found_between_spaces(words: list[str], text: str) -> None:
    told = tuple(words)
    _found(text, told)
    for word in words:
        assert word.strip().casefold() in {w.casefold() for w in _found(f" {word.strip()} ", told)}


# ---- licence headers


def test_license_headers(shop: Path) -> None:
    tag = "SPDX-License-" + "Identifier: MIT"
    commit(shop, "x", {"old.py": "x = 1\n"})
    reuse = f'version = 1\n[[annotations]]\npath = ["gen/**", "t\\\\*.py"]\n{tag.partition(":")[0]} = "MIT"\n'
    files = {
        "ok.py": f"#!/bin/sh\n# {tag}\n",
        "bad.py": "x = 1\n",
        "beside.py": "x = 1\n",
        "beside.py.license": f"{tag}\n",
        "gen/deep/made.py": "x = 1\n",
        "t*.py": "x = 1\n",
        "tt.py": "x = 1\n",
        "vendor/v.py": "x = 1\n",
        "notes.txt": "x\n",
        "old.py": "x = 2\n",
        "REUSE.toml": reuse,
    }
    commit(shop, "y", files)
    said = {"files": ["*.py"], "except_files": ["vendor/*"]}
    assert [f.place for f in found(shop, license_header=said)] == ["bad.py", "tt.py"]
    first = "Copyright Acme.\nAll rights reserved."
    commit(shop, "z", {"own.py": "# Copyright Acme.\n# All rights\n# reserved.\n", "bad.py": "x = 3\n"})
    assert found(shop, license_header={**said, "header": first}) == []


def test_a_header_that_a_later_commit_adds_is_enough(shop: Path) -> None:
    first = commit(shop, "x")
    commit(shop, "y", {"a.py": "x = 1\n", "b.py": "x = 1\n"})
    (shop / "b.py").unlink()
    commit(shop, "z", {"a.py": "# SPDX-License-" + "Identifier: MIT\nx = 1\n"})
    assert found(shop, f"{first}..HEAD", license_header={"files": ["*.py"]}) == []


@given(
    st.lists(st.sampled_from(["**", "*", "a", "/", "\\*"]), max_size=8).map("".join),
    st.text("a/b", max_size=12),
)
def test_reuse_patterns_as_a_regular_expression_reads_them(pattern: str, path: str) -> None:
    words = _words(pattern)
    kinds = {"**": ".*", "*": "[^/]*", "\\*": r"\*"}
    expected = re.fullmatch("".join(kinds.get(word) or re.escape(word) for word in words), path) is not None
    assert _is(words, path) is expected


# ---- secrets


@pytest.mark.parametrize(
    ("line", "level"),
    [
        (f"key = '{KEY}'", "fail"),
        (f"client({KEY})", "fail"),
        ("-----BEGIN RSA " + "PRIVATE KEY-----", "fail"),
        ('password = "hunter' + '2again"', "fail"),
        ("token = '" + "Zq8xv3Lm0pTfWc5yRj7NhKd2GsB9uE4a" + "'", "warn"),
        (f"key = '{KEY}'  # pragma: allowlist secret", None),
        ('password = os.environ["X"]', None),
        ('password = "${SECRET}"', None),
        ("id = '123e4567-e89b-12d3-a456-426614174000'", None),
        ("see 203.0.113.7", None),
    ],
)
def test_secrets(shop: Path, line: str, level: str | None) -> None:
    commit(shop, "x", {"a.py": "x = 1\n"})
    commit(shop, "y", {"a.py": f"x = 1\n{line}\n"})
    told = found(shop, secrets={})
    assert {f.level for f in told} == ({level} if level else set())
    for one in told:
        assert (one.place, one.evidence["line"]) == ("a.py", 2)
        assert one.what.startswith("s-")
        shown = repr(one)
        assert KEY not in shown
        assert "hunter" not in shown
        assert "Zq8xv3" not in shown


def test_only_what_is_added_counts(shop: Path) -> None:
    commit(shop, "x", {"a.py": f"k = '{KEY}'\n"})
    commit(shop, "y", {"a.py": f"k = '{KEY}'\nx = 1\n"})
    assert found(shop, secrets={}) == []


def test_secrets_in_wide_text_and_at_the_end_of_long_lines(shop: Path) -> None:
    (shop / "wide.txt").write_bytes(f"key {KEY}\r\n".encode("utf-16"))
    (shop / "min.js").write_text("a" * 50_000 + f" {KEY} " + "b" * 50_000)
    commit(shop)
    assert sorted((f.place or "", f.level) for f in found(shop, secrets={})) == [
        ("min.js", "fail"),
        ("wide.txt", "fail"),
    ]


def test_a_file_that_is_cut_is_unknown_and_never_clean(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("umbel.collect._outgoing_lines.MOST_BYTES", 50)
    commit(shop, "x", {"a.py": "x = 1\n" * 20 + f"'{KEY}'\n"})
    [one] = found(shop, secrets={"unknown": "fail"})
    assert (one.outcome, one.fails) == ("unknown", True)


def test_without_the_library_nobody_can_say(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    commit(shop)
    told = verdict(shop, secrets={})
    assert (told.exit_code, [gap.rule for gap in told.gaps]) == (3, ["outbound-secrets"])


def test_a_library_that_is_there_and_broken_closes_the_gate(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ImportError("half of it")

    monkeypatch.setattr(Detectors, "__init__", broken)
    commit(shop, "x", {"a.py": f"'{KEY}'\n"})
    [one] = found(shop, secrets={"base64_limit": 4.4})
    assert (one.outcome, one.fails) == ("error", True)


def test_a_rule_that_breaks_closes_the_gate_and_shows_nothing(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise ValueError(KEY)

    monkeypatch.setattr(Detectors, "hits", broken)
    commit(shop, "x", {"a.py": f"'{KEY}'\n"})
    [one] = found(shop, secrets={})
    assert (one.outcome, one.fails) == ("error", True)
    assert KEY not in repr(one)


def test_every_kind_that_is_left_out_is_one() -> None:
    left = Policy().for_outbound("shop")["outbound-secrets"]
    assert {"Public IP (ipv4)"} == set(getattr(left, "without", ()))
    assert set(getattr(left, "without", ())) <= set(kinds())


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=50), st.sampled_from(["password", "secret('", "aws", "= ", "://a:", '"', " "]))
def test_no_line_takes_long(text: str, word: str) -> None:
    detectors = Detectors(frozenset(), 4.5, 3.0)
    start = time.monotonic()
    list(detectors.hits("a.py", (text + word) * 40))
    assert time.monotonic() - start < 10


def test_a_deadline_ends_a_line() -> None:
    detectors = Detectors(frozenset(), 4.5, 3.0)
    with pytest.raises(TimeoutError):
        list(detectors.hits("a.py", "x" * 10_000, deadline=time.monotonic() - 1))


# ---- the licence to publish under


@pytest.mark.parametrize(
    ("files", "outcomes"),
    [
        ({"package.json": '{"license": "MIT OR GPL-3.0-only"}'}, []),
        ({"package.json": '{"license": "GPL-3.0-only"}', "LICENSE": "MIT License\n\nPermission"}, ["unmet"]),
        ({"LICENSE": "Mine, all mine\n"}, ["unknown"]),
        ({"Cargo.toml": "[package]\nlicense = 'Apache-2.0 AND MIT'\n", "pyproject.toml": "[project"}, []),
        ({"a.py": "x = 1\n"}, ["unknown"]),
    ],
)
def test_the_license_to_publish_under(shop: Path, files: dict[str, str], outcomes: list[str]) -> None:
    commit(shop, "x", files)
    assert [f.outcome for f in found(shop, license={"allowed": ["MIT", "Apache-2.0"]})] == outcomes


def test_a_list_of_licences_holds_ids(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('[outbound.license]\nallowed = ["MIT", "Apache 2"]\n')
    with pytest.raises(SettingsError, match="'Apache 2' is no id"):
        load(file)
