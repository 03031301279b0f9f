# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel sync packages` as people run it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests import acme
from tests.collect.registries.servers import server
from umbel.cli.root import run
from umbel.evidence.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_sync_says_what_became_of_the_packages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lake = Lake(tmp_path / ".umbel/lake")
    acme.publish(lake, (acme.stamp("shop"), acme.reading(["pad@1.0.0", "never@1.0.0", "odd@1.0.0"])))
    with server() as npm:
        (tmp_path / "umbel.toml").write_text(f'[registries]\nnpm = "{npm.url}"\n')
        npm.tell("/pad", json.dumps({"versions": {"1.0.0": {}}}).encode())
        npm.tell("/odd", b"\x1b[31mno JSON")
        assert run(["sync", "packages", "-C", str(tmp_path)]) == 3
        said = capsys.readouterr()
        assert npm.url in said.out
        assert "pkg:npm/odd" in said.err
        assert "\x1b" not in said.out + said.err
        npm.tell("/odd", json.dumps({"versions": {"1.0.0": {}}}).encode())
        assert (
            run(["sync", "packages", "odd", "-C", str(tmp_path), "--older-than", "0h", "--format", "json"])
            == 0
        )
        (told,) = json.loads(capsys.readouterr().out)
        assert (told["sources"][0]["asked"], told["sources"][0]["new"]) == (1, 1)
        assert run(["sync", "packages", "-C", str(tmp_path)]) == 0
        assert "seen a short while ago" in capsys.readouterr().out


def test_wrong_words_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Lake(tmp_path / ".umbel/lake")
    assert run(["sync", "packages", "-C", str(tmp_path), "--older-than", "soon"]) == 2
    assert "no time" in capsys.readouterr().err
    assert run(["sync", "packages", "-C", str(tmp_path), "--source", "nmp"]) == 2
    assert "Known are crates, deps.dev" in capsys.readouterr().err


def test_settings_refuse_credentials_and_strange_addresses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Lake(tmp_path / ".umbel/lake")
    text = (
        '[registries]\nnpm = "https://hush@npm.acme.example"\npypi = "pypi.acme.example"\n[sync]\nosv = 3\n'
    )
    (tmp_path / "umbel.toml").write_text(text)
    assert run(["sync", "packages", "-C", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "3 faults" in said
    assert "hush" not in said
    assert "line 3, registries.pypi" in said
