# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Help, docs and code say the same."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from umbel.cli.root import _Commands
from umbel.collect.interface import Collector
from umbel.collect.registry import collectors

ROOT = Path(__file__).parent.parent.parent
COMMANDS = _Commands(name="umbel").list_commands(None)


def test_the_reference_is_in_step_with_the_code() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools/reference.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr + "run: make docs"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_a_worked_example(name: str) -> None:
    module = importlib.import_module(f"umbel.cli.commands.{name.replace('-', '_')}")
    for command in module.app.registered_commands:
        text = command.callback.__doc__ or ""
        assert "Example: umbel " in text, f"umbel {name}: {command.callback.__name__}"


def test_every_collector_declares_itself() -> None:
    assert len(collectors()) >= 8
    for collector in collectors().values():
        assert collector.title
        assert collector.reads
        by_content = type(collector).claims_folder is not Collector.claims_folder
        # A checkout is a project itself, which the walk knows without asking anybody.
        by_content = by_content or collector.id == "checkout"
        assert collector.names or collector.paths or collector.folders or collector.suffixes or by_content
