# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents under a person's hand: no word of theirs is ever lost, and what they did not touch stays up to date."""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from umbel.frameworks import kept
from umbel.frameworks.kept import Section, blanks, merge
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def parts(**texts: str) -> list[Section]:
    """Sections by id; one whose id begins with my_ is the person's."""
    return [
        Section(id=name.replace("_", "-"), text=text, yours=name.startswith("my_"))
        for name, text in texts.items()
    ]


BASE = parts(
    title="# Plan",
    my_why="Why: [to write: why]",
    goals="## Goals\n\nSeven.",
    rules="## Rules\n\n- one\n- two",
)
NEWER = parts(
    title="# Plan",
    my_why="Why: [to write: why]",
    goals="## Goals\n\nEight.",
    rules="## Rules\n\n- one\n- three",
)


def fresh() -> str:
    return merge(None, BASE).text


def kinds(text: str, sections: list[Section] = NEWER) -> list[tuple[str, str | None]]:
    return [(note.kind, note.section) for note in merge(text, sections).notes]


def test_what_nobody_touched_is_written_anew_and_nothing_else() -> None:
    merged = merge(fresh(), NEWER)
    assert merged.text == merge(None, NEWER).text
    assert merged.notes == ()
    assert "Eight." in merged.text
    assert "Seven." not in merged.text


def test_what_a_person_wrote_into_a_gap_stays() -> None:
    text = fresh().replace("[to write: why]", "because we want to")
    merged = merge(text, NEWER)
    assert "because we want to" in merged.text
    assert merged.notes == ()
    assert blanks(fresh())
    assert not blanks(merged.text)


def test_an_edited_part_is_left_alone_and_told_with_what_would_be_new() -> None:
    text = fresh().replace("Seven.", "Seven, and we mean it.")
    merged = merge(text, NEWER)
    assert "Seven, and we mean it." in merged.text
    assert "Eight." not in merged.text
    assert "- three" in merged.text
    (note,) = merged.notes
    assert (note.kind, note.section, note.stale, note.fresh) == (
        "edited",
        "goals",
        True,
        "## Goals\n\nEight.",
    )


def test_a_deleted_part_does_not_come_back() -> None:
    text = re.sub(r"<!-- umbel:begin goals.*?umbel:end goals -->", "", fresh(), flags=re.DOTALL)
    merged = merge(text, NEWER)
    assert "Goals" not in merged.text
    assert kinds(text) == [("deleted", "goals")]


def test_a_moved_part_stays_where_it_was_put() -> None:
    found = re.search(r"<!-- umbel:begin goals.*?umbel:end goals -->", fresh(), flags=re.DOTALL)
    assert found is not None
    text = fresh().replace(found[0], "").replace("<!-- umbel:knows", f"{found[0]}\n\n<!-- umbel:knows")
    merged = merge(text, NEWER)
    assert merged.text.index("## Rules") < merged.text.index("## Goals")
    assert [note.kind for note in merged.notes] == ["moved"]


@pytest.mark.parametrize("before", [0, 1, 2, 3, 4])
def test_a_new_part_finds_its_place(before: int) -> None:
    sections = [*NEWER[:before], Section(id="news", text="## News"), *NEWER[before:]]
    merged = merge(fresh(), sections)
    assert merged.notes == ()
    order = [merged.text.index(each.text) for each in sections if not each.yours]
    assert order == sorted(order)
    assert merge(merged.text, sections).text == merged.text


def test_two_new_parts_keep_their_order() -> None:
    sections = [
        BASE[0],
        Section(id="a", text="AAA"),
        Section(id="my-b", text="BBB", yours=True),
        Section(id="c", text="CCC"),
        *BASE[1:],
    ]
    text = merge(fresh(), sections).text
    places = [text.index(each) for each in ("# Plan", "AAA", "BBB", "CCC", "## Goals")]
    assert places == sorted(places)
    assert merge(text, sections).text == text


def test_a_file_of_ones_own_is_left_alone_whole() -> None:
    merged = merge("# My strategy\n\nBe kind.\n", NEWER)
    assert (merged.text, merged.changed) == ("# My strategy\n\nBe kind.\n", False)
    assert [note.kind for note in merged.notes] == ["foreign"]


def test_carriage_returns_survive_and_new_parts_have_them_too() -> None:
    text = fresh().replace("\n", "\r\n")
    assert merge(text, BASE).changed is False
    merged = merge(text, [*NEWER, Section(id="news", text="## News\n\nToday.")])
    assert merged.notes == ()
    assert "\n" not in merged.text.replace("\r\n", "")


@pytest.mark.parametrize(
    "damage",
    [
        ("<!-- umbel:end goals -->", ""),
        ("umbel:begin goals ", "umbel:begin goals-"),
        ("<!-- umbel:end goals -->", "<!-- umbel:end goals"),
        ("<!-- umbel:end goals -->", "<!-- umbel:end rules -->"),
        ("## Rules", "## Rules\n<!-- umbel:end goals -->"),
        ("Seven.", "Seven.\n<!-- umbel:begin goals 000000000000 -->"),
        ("<!-- umbel:begin rules", "<!-- umbel:begin goals"),
    ],
)
def test_damaged_marks_lose_nothing(damage: tuple[str, str]) -> None:
    text = fresh().replace(*damage)
    assert text != fresh()
    merged = merge(text, NEWER)
    for word in ("Seven.", "- two" if "rules" in damage[0] + damage[1] else "- one"):
        assert word in merged.text
    assert merged.text.count("## Goals") == 1
    assert merge(merged.text, NEWER).text == merged.text
    assert [note for note in merged.notes if note.kind in {"damaged", "edited", "deleted"}]


def test_without_the_line_that_names_the_parts_nothing_is_added_once() -> None:
    text = re.sub(r"<!-- umbel:knows.*?-->\n", "", fresh())
    sections = [*NEWER, Section(id="news", text="## News")]
    merged = merge(text, sections)
    assert "News" not in merged.text
    assert "Eight." in merged.text
    assert [note.kind for note in merged.notes] == ["ledger", "deleted"]
    later = merge(merged.text, [*sections, Section(id="more", text="## More")])
    assert "## More" in later.text


def test_generated_text_can_hold_no_mark() -> None:
    bad = [Section(id="goals", text="x <!-- umbel:end goals --> <!-- umbel:begin rules 0 -->")]
    text = merge(None, bad).text
    assert merge(text, bad).changed is False
    assert merge(text, [Section(id="goals", text="well")]).notes == ()


_LINES = st.lists(
    st.sampled_from(["mine", "", "## Mine", "> **To be written:** x", "<!-- note -->", "é\u2028", "---"]),
    max_size=3,
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_edit_survives_and_a_second_run_changes_nothing(data: st.DataObject) -> None:
    """A person inserts, deletes and doubles whatever lines they like: every line they wrote is there afterwards."""
    text = fresh()
    if data.draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    lines = text.splitlines(keepends=True)
    for number in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(lines)))
        if data.draw(st.booleans()):
            lines[at:at] = [f"{line} #{number}\n" for line in data.draw(_LINES)]
        else:
            end = data.draw(st.integers(at, min(at + 4, len(lines))))
            cut = lines[at:end]
            del lines[at:end]
            if data.draw(st.booleans()):
                to = data.draw(st.integers(0, len(lines)))
                lines[to:to] = cut
    edited = "".join(lines)
    merged = merge(edited, NEWER)
    for line in lines:
        if "#" in line and re.search(r" #\d\n", line):
            assert line in merged.text
    if not edited.strip():
        return
    again = merge(merged.text, NEWER)
    assert again.text == merged.text
    untouched = {note.section for note in merged.notes}
    if "goals" not in untouched and not any(note.section is None for note in merged.notes):
        assert "Eight." in merged.text


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200), st.integers(0, 600))
def test_any_text_anywhere_survives(words: str, at: int) -> None:
    text = fresh()
    at = min(at, len(text))
    edited = text[:at] + words + text[at:]
    merged = merge(edited, BASE)
    assert words in merged.text
    assert merge(merged.text, BASE).text == merged.text


def test_a_document_is_kept_in_the_workspace(tmp_path: Path) -> None:
    assert kept.load(tmp_path, "strategy") is None
    assert kept.keep(tmp_path, "strategy", BASE).changed
    assert not kept.keep(tmp_path, "strategy", BASE).changed
    path = tmp_path / "documents" / "strategy.md"
    path.write_bytes(path.read_bytes().replace(b"Seven", b"Se\xffven"))
    kept.keep(tmp_path, "strategy", NEWER)
    assert b"Se\xffven" in path.read_bytes()
    there = kept.load(tmp_path, "strategy")
    assert there is not None
    assert there.edited == ("goals",)
    assert [blank.asks for blank in there.blanks] == ["why"]
    assert not there.finished


def test_two_writers_leave_one_whole_document(tmp_path: Path) -> None:
    kept.keep(tmp_path, "strategy", BASE)
    path = tmp_path / "documents" / "strategy.md"
    path.write_text(path.read_text("utf-8").replace("[to write: why]", "ours"), "utf-8")
    versions = [parts(title="# Plan", goals=f"## Goals\n\n{n}.", rules="- r") for n in range(8)]
    threads = [threading.Thread(target=kept.keep, args=(tmp_path, "strategy", each)) for each in versions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    text = path.read_text("utf-8")
    assert text.count("umbel:begin goals") == 1
    assert "ours" in text
    assert not list(path.parent.glob(".*"))


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "documents").write_text("a file")
    with pytest.raises(UsageError, match="documents"):
        kept.keep(tmp_path, "strategy", BASE)


def test_a_file_that_is_read_only_is_left_and_rights_stay(tmp_path: Path) -> None:
    kept.keep(tmp_path, "strategy", BASE)
    path = tmp_path / "documents" / "strategy.md"
    path.chmod(0o600)
    kept.keep(tmp_path, "strategy", NEWER)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o444)
    before = path.read_bytes()
    assert not kept.keep(tmp_path, "strategy", NEWER).changed
    with pytest.raises(UsageError, match="read-only"):
        kept.keep(tmp_path, "strategy", BASE)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xef\xbb\xbf\r\n",
        b"# Strategy\n\n<!-- later -->\n",
        "# Plan\n\n[to write: why]".encode("utf-16"),
    ],
)
def test_a_file_without_words_is_not_finished(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "documents" / "strategy.md"
    path.parent.mkdir()
    path.write_bytes(content)
    there = kept.load(tmp_path, "strategy")
    assert there is not None
    assert not there.finished
    path.write_text("# Strategy\n\nBe kind.\n")
    there = kept.load(tmp_path, "strategy")
    assert there is not None
    assert there.finished


def test_many_marks_take_no_time() -> None:
    text = "<!-- umbel:begin " * 100_000 + "".join(
        f"<!-- umbel:begin a{n} 1 -->\n<!-- umbel:end a{n} -->\n" for n in range(5_000)
    )
    begun = time.process_time()
    merge(text, BASE)
    assert time.process_time() - begun < 5
