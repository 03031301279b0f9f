# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel check --outbound` in real hooks of real repositories: a secret is refused, and let through when it is gone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.collect.git_repositories import commit, git, init, say
from umbel.cli.root import run

if TYPE_CHECKING:
    from pathlib import Path

KEY = "AKIA" + "Q7ZJ3XW2M5RT8VNB"
"""Made up, and put together here, so that this file holds no key."""
UMBEL = f'"{sys.executable}" -m umbel check'


def hook(folder: Path, name: str, command: str) -> None:
    path = folder / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\nexec {command}\n")
    path.chmod(0o755)


def push(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What a person would do; hooks run with the person's own environment."""
    command = ["git", "-c", "protocol.file.allow=always", "-C", str(folder), "push", "-q", *words]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}
    )


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A clone with one pushed commit, and the bare repository that it pushes to."""
    server = tmp_path / "shop.git"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(server))
    clone = init(tmp_path / "clone")
    git(clone, "remote", "add", "origin", str(server))
    commit(clone, "first", {"a.txt": "one\n"})
    assert push(clone, "-u", "origin", "main").returncode == 0
    return clone, server


def test_a_server_refuses_a_secret_and_takes_the_commit_without_it(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    clone, server = pair
    policy = tmp_path / "policy.toml"
    policy.write_text("[outbound.secrets]\nlevel = 'fail'\n")
    hook(server, "pre-receive", f"{UMBEL} --outbound - --policy '{policy}' -C '{tmp_path}' .")
    commit(clone, "oops", {"settings.py": f"key = '{KEY}'\n"})
    refused = push(clone)
    assert refused.returncode != 0
    assert "pre-receive hook declined" in refused.stderr
    assert "settings.py, line 1" in refused.stderr
    assert KEY not in refused.stderr + refused.stdout
    assert say(server, "rev-parse", "main") != say(clone, "rev-parse", "HEAD")
    (clone / "settings.py").write_text("key = read()\n")
    git(clone, "reset", "-q", "--soft", "HEAD~1")
    commit(clone, "settings")
    accepted = push(clone)
    assert accepted.returncode == 0, accepted.stderr
    assert say(server, "rev-parse", "main") == say(clone, "rev-parse", "HEAD")
    git(server, "branch", "other", "main")
    assert push(clone, "origin", "--delete", "other").returncode == 0


def test_a_clone_doesn_t_push_a_secret(pair: tuple[Path, Path]) -> None:
    clone, _ = pair
    hook(clone / ".git", "pre-push", f'{UMBEL} --outbound - --remote "$1"')
    commit(clone, "oops", {"settings.py": f"key = '{KEY}'\n"})
    refused = push(clone)
    assert refused.returncode != 0
    assert "settings.py, line 1" in refused.stdout + refused.stderr
    git(clone, "reset", "-q", "--hard", "HEAD~1")
    commit(clone, "fine", {"settings.py": "key = read()\n"})
    assert push(clone, "origin", "HEAD:refs/heads/new").returncode == 0


def test_every_form_names_the_place_and_never_the_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = init(tmp_path / "shop")
    commit(folder, "first")
    commit(folder, f"use {KEY}", {"src/ü b.py": f"\n\nkey = '{KEY}'\n", ".env": "A=1\n"})
    told: dict[str, str] = {}
    for form in ("table", "json", "sarif", "junit", "markdown", "github", "gitlab"):
        assert (
            run(["check", str(folder), "--outbound", "HEAD", "--format", form, "-C", str(tmp_path), "--all"])
            == 1
        )
        out, words = capsys.readouterr()
        assert KEY not in out + words
        told[form] = out
    found = json.loads(told["json"])
    assert (found["commits"], found["exit_code"]) == (1, 1)
    rules = sorted(each["rule"] for each in found["findings"])
    assert rules == ["outbound-denied-files", "outbound-secrets", "outbound-secrets", "outbound-sign-off"]
    places = {each["place"]: each["evidence"].get("line") for each in found["findings"]}
    assert places == {"src/ü b.py": 3, ".env": None, None: None}
    [sarif] = json.loads(told["sarif"])["runs"]
    spots = [each["locations"][0]["physicalLocation"] for each in sarif["results"]]
    assert {"uri": "src/%C3%BC%20b.py", "uriBaseId": "%SRCROOT%"} in [
        place["artifactLocation"] for place in spots
    ]
    assert {"startLine": 3} in [place["region"] for place in spots]
    assert "file=src/ü b.py,line=3" in told["github"]
    assert 'name="outbound-secrets"' in told["junit"]
    assert 'name="vulnerability"' not in told["junit"]
    assert {"path": "src/ü b.py", "lines": {"begin": 3}} in [
        each["location"] for each in json.loads(told["gitlab"])
    ]
    assert "1 commit judged" in told["markdown"]


def test_an_exception_lets_a_finding_through(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = init(tmp_path / "shop")
    commit(folder, "first", {"key.py": f"key = '{KEY}'\n"})
    asked = ["check", str(folder), "--outbound", "HEAD", "-C", str(tmp_path), "--format", "json"]
    assert run(asked) == 1
    [mark] = [f["what"] for f in json.loads(capsys.readouterr().out)["findings"] if f["fails"]]
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions" / "exceptions.toml").write_text(
        f"[[exceptions]]\nrule = 'outbound-secrets'\nwhat = '{mark}'\nproject = 'shop'\nreason = 'an example'\n"
        "by = 'dev@acme.example'\ndecided = 2020-01-01\nuntil = 2020-12-31\n"
    )
    assert run([*asked, "--as-of", "2020-06-01"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["excused"] == 1
    assert run(asked) == 1
    assert json.loads(capsys.readouterr().out)["counts"]["expired"] == 1


def test_a_push_that_can_t_be_read_is_not_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = init(tmp_path / "shop")
    commit(folder, "first", {"a.txt": "one\n"})
    blob = say(folder, "rev-parse", "HEAD:a.txt")
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert run(["check", str(folder), "--outbound", "HEAD", "-C", str(tmp_path)]) == 3
    assert "Nobody can say" in capsys.readouterr().out


@pytest.mark.parametrize("more", [["--against", "HEAD"], ["--advisories", "x"], ["--vex", "x"], ["other"]])
def test_it_goes_with_nothing_of_the_other_gate(
    tmp_path: Path, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", str(tmp_path), "--outbound", "HEAD", *more]) == 2
    assert "--outbound looks at" in capsys.readouterr().err
