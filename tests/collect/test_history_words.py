# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is written of a broken repository names nobody, whatever git quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.collect.git_repositories import by, git, init, raw_commit, say, take
from umbel.collect._history_words import told

if TYPE_CHECKING:
    from pathlib import Path

ID = "8e3c4f6bd1a25de2f1b3c2f3f6c5e4d3b2a19087"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (f"error: Could not read {ID}\nfatal: Failed to traverse parents of commit {ID}",
         f"Could not read {ID}; Failed to traverse parents of commit {ID}"),
        ("fatal: loose object 8e3c4f6 (stored in /home/jane/x.git/objects/8e/3c) is corrupt",
         "loose object 8e3c4f6 … in … is corrupt"),
        ("fatal: bad config line 5 in file /srv/roe/config", "bad config line 5 in file …"),
        ("fatal: bad boolean config value 'Jane Roe' for 'core.bare'", "bad … config value … for …"),
        ("fatal: bad revision 'long'; ask Jane Long", "bad revision …"),
        ("error: object '8e3c4f6' is corrupt", "object 8e3c4f6 is corrupt"),
        ("warning: ignoring broken ref refs/heads/jane", "… broken ref …"),
        ("git did not answer", "git did not answer"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_git_quotes_is_left_out(words: str, expected: str) -> None:
    assert told(words) == expected


@given(
    st.text(),
    st.sampled_from(["Jane Roe", "jane@acme.example", "Jané", "/home/jane", "refs/heads/jane-roe"]),
    st.text(),
)
def test_no_name_is_left_whatever_stands_around_it(before: str, name: str, after: str) -> None:
    said = told(f"{before} {name} {after}").lower()
    assert "jan" not in said
    assert "roe" not in said
    assert len(said) <= 400
    assert "\n" not in said


@pytest.mark.parametrize("how", ["config", "missing", "ref", "alternates", "head"])
def test_no_fault_of_a_broken_repository_names_a_person(tmp_path: Path, how: str) -> None:
    folder = init(tmp_path / "jane-roe")
    first = raw_commit(
        folder, by("Jane Roe <jane@acme.example>"), b"Signed-off-by: Jane Roe <jane@acme.example>\n"
    )
    raw_commit(folder, by("Jane Roe <jane@acme.example>"), b"x\n", first)
    objects = folder / ".git/objects"
    if how == "config":
        with (folder / ".git/config").open("a") as file:
            file.write('[user]\n\tname = Jane Roe\n[core]\n\tbare = "Jane Roe <jane@acme.example>"\n')
    elif how == "missing":
        (objects / first[:2] / first[2:]).unlink()
    elif how == "ref":
        git(folder, "branch", "jane-roe")
        (folder / ".git/refs/heads/jane-roe").write_text("no id of Jane Roe\n")
    elif how == "alternates":
        (objects / "info/alternates").write_text("/home/jane-roe/objects\n")
        (objects / first[:2] / first[2:]).unlink()
    else:
        git(folder, "branch", "topic-of-jane-roe")
        (folder / ".git/HEAD").write_text("ref: refs/heads/jane-roe\n")
        git(folder, "update-ref", "-d", "refs/heads/main", say(folder, "rev-parse", "refs/heads/main"))
    reading, _ = take(folder, branches=how == "ref")
    list(reading.releases())
    told_of = " ".join(f"{fault.message} {fault.place}" for fault in reading.faults).lower()
    assert reading.faults or how == "ref"
    assert "jane" not in told_of
    assert "roe" not in told_of
    assert "@" not in told_of
