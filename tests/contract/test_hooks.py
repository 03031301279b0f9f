# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The action and the hooks that others use from here: sound, without injected words, and in step with the command."""

from __future__ import annotations

import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from umbel.cli.commands.check import Form, check
from umbel.collect.registry import collectors

ROOT = Path(__file__).parent.parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]


def test_the_action_takes_what_it_says() -> None:
    assert set(ACTION["inputs"]) == {"path", "against", "policy", "advisories", "format", "version"}
    assert ACTION["inputs"]["format"]["default"] in {form.value for form in Form}
    used = set(re.findall(r"inputs\.([a-z-]+)", (ROOT / "action.yml").read_text("utf-8")))
    assert used == set(ACTION["inputs"])
    options = set(inspect.signature(check).parameters)
    assert {"against", "policy", "advisories", "format"} <= options


def test_no_input_becomes_text_of_a_shell() -> None:
    for step in STEPS:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "values come through env only"
        for value in step["env"].values():
            assert re.fullmatch(r"\$\{\{ (inputs\.[a-z]+|github\.action_path) \}\}", value)


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_the_action_s_words_reach_the_command_as_they_are(tmp_path: Path) -> None:
    """A stand-in for the command writes down what it was called with."""
    place = tmp_path / "umbel" / "bin"
    place.mkdir(parents=True)
    program = place / "umbel"
    program.write_text('#!/bin/sh\nfor word in "$@"; do printf "%s\\n" "$word" >>"$CALLS"; done\nexit 1\n')
    program.chmod(0o755)
    hostile = '$(touch pwned); "; `touch pwned`'
    told = {
        **os.environ,
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "CALLS": str(tmp_path / "calls"),
        "CHECKED": hostile,
        "AGAINST": hostile,
        "POLICY": "",
        "ADVISORIES": "",
        "FORMAT": "github",
    }
    done = subprocess.run(
        ["bash", "-c", STEPS[1]["run"]], env=told, cwd=tmp_path, check=False, capture_output=True
    )
    assert done.returncode == 1, done.stderr
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls[:5] == ["check", "--format=github", f"--against={hostile}", "--", hostile]
    assert calls.count(hostile) == 3
    assert not (tmp_path / "pwned").exists()
    assert "exit-code=1" in (tmp_path / "output").read_text()


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_a_version_is_a_version(tmp_path: Path) -> None:
    told = {**os.environ, "RUNNER_TEMP": str(tmp_path), "ACTION": ".", "VERSION": "1.0 --index-url=elsewhere"}
    done = subprocess.run(
        ["bash", "-c", STEPS[0]["run"]], env=told, cwd=tmp_path, check=False, capture_output=True
    )
    assert done.returncode == 2


def test_the_hooks_call_what_there_is() -> None:
    assert set(HOOKS) == {"umbel-check", "umbel-outbound"}
    assert HOOKS["umbel-outbound"]["stages"] == ["pre-push"]
    for hook in HOOKS.values():
        words = hook["entry"].split()
        assert words[:2] == ["umbel", "check"]
        done = subprocess.run(
            [sys.executable, "-m", *words, "--help"], capture_output=True, text=True, check=False, cwd=ROOT
        )
        assert done.returncode == 0, done.stderr


def test_the_hook_wants_every_lockfile_that_is_read() -> None:
    wanted = re.compile(HOOKS["umbel-check"]["files"])
    others = {"dockerfile", "github_workflow"}
    names = {
        name
        for collector in collectors().values()
        if ".lockfiles." in type(collector).__module__ and collector.id not in others
        for name in collector.names
        if "*" not in name
    }
    assert len(names) > 15
    assert [name for name in sorted(names) if not wanted.search(f"deep/{name}")] == []
    assert wanted.search("requirements-dev.txt")
    assert wanted.search("Cargo.lock")
    assert not wanted.search("notes.txt")
