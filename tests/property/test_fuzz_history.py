# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Histories: whatever commits, tags and .mailmap hold, reading them ends, and ends in rows of the right types."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from umbel.collect._history_commits import Commits, minutes_of, records, split
from umbel.collect._history_mailmap import Mailmap
from umbel.collect._history_people import LONGEST, People, identity_key, text_of
from umbel.collect._history_refs import without_secret
from umbel.collect._history_tags import Object, _about
from umbel.collect._history_versions import parse
from umbel.model.tables import arrow_schema

if TYPE_CHECKING:
    from collections.abc import Iterable

SALT = b"0123456789abcdef"
WORDS = st.sampled_from(
    [
        b"tree ", b"parent ", b"author ", b"committer ", b"encoding ", b"gpgsig ", b"mergetag ", b"\n", b"\n\n",
        b"\n    ", b"\n    \n", b"a" * 40, b"b" * 64, b"Dev <dev@acme.example> ", b"<", b">", b"<>", b" ", b"\0",
        b"1700000000", b"-1", b"9" * 30, b" +0000", b" -0000", b" +051800", b"\xe9", b"\xff\xfe", b"utf-16", b"zlib",
        b"latin-1", b"Signed-off-by: ", b"CO-AUTHORED-BY:", b"Reviewed-by : x@y", b"Closes #1", b"\xe2\x80\xa8",
    ]
)  # fmt: skip
BYTES = st.lists(st.one_of(WORDS, st.binary(max_size=12)), max_size=40).map(b"".join)
SOUND = (
    b"%s\ntree %s\nauthor Dev <dev@acme.example> 1700000000 +0000\ncommitter Dev <dev@acme.example> 1700000000 +0000\n"
    % (b"a" * 40, b"b" * 40)
)


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    """The same bytes in pieces."""
    ends = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(ends)]


@given(st.lists(st.tuples(st.booleans(), BYTES), max_size=6))
@example([(True, b"\n    x\n    \n    Signed-off-by: \xe9 <\n")])
def test_any_commits_become_rows(commits: list[tuple[bool, bytes]]) -> None:
    stream = b"".join((SOUND if sound else b"c" * 40 + b"\n") + body + b"\0" for sound, body in commits)
    people = People(SALT)
    reader = Commits(people, 7)
    batches = list(reader.batches([stream]))
    assert all(batch.schema == arrow_schema("commits") for batch in batches)
    for batch in batches:
        batch.validate(full=True)
    assert sum(batch.num_rows for batch in batches) == reader.number
    assert reader.number >= len(commits)  # a NUL inside ends a commit, as it does for git
    known = {person.key for person in people.identities()}
    for batch in batches:
        for row in batch.to_pylist():
            named = {one["identity"] for one in row["trailers"] or []}
            assert {row["author"], row["committer"], *named} <= known
    for person in people.identities():
        assert person.key == identity_key(SALT, person.name, person.email)
        assert "" not in (person.name, person.email)
        pa.array([person.name, person.email], pa.string()).validate(full=True)


@given(BYTES, st.lists(st.integers(0, 1 << 16), max_size=8))
def test_records_do_not_depend_on_how_the_stream_is_cut(data: bytes, places: list[int]) -> None:
    whole = [record for found in records([data]) for record in found]
    assert [record for found in records(cut(data, places)) for record in found] == whole


@given(BYTES)
def test_a_line_of_a_person_is_taken_apart(line: bytes) -> None:
    who, seconds, zone = split(line)
    assert line.startswith(who)
    assert seconds is None or seconds >= 0
    minutes = minutes_of(zone)
    assert minutes is None or -720 <= minutes <= 840


@given(st.binary(max_size=80), st.one_of(WORDS, st.binary(max_size=10)))
def test_any_bytes_become_text_or_nothing(raw: bytes, encoding: bytes) -> None:
    text, _ = text_of(raw, encoding)
    assert text is None or (0 < len(text) <= LONGEST and text.encode() and text == text.strip())


@given(
    BYTES, st.lists(st.tuples(st.none() | st.text(max_size=9), st.none() | st.text(max_size=9)), max_size=4)
)
@example(b"New <new@acme.example> <old@acme.example>\n", [("x", "OLD@acme.example")])
def test_any_mailmap_can_be_asked(text: bytes, people: list[tuple[str | None, str | None]]) -> None:
    mailmap = Mailmap(text)
    for name, email in people:
        better = mailmap.canonical(name, email)
        assert better != (name, email)


@given(BYTES, st.sampled_from(["tag", "commit"]))
def test_any_tag_has_a_time_or_none(data: bytes, kind: str) -> None:
    seconds, _, tagger = _about(Object("a" * 40, kind, len(data)), data, People(SALT))
    assert seconds is None or 0 <= seconds <= 253_402_300_799
    assert tagger is None or kind == "tag"


@given(
    st.one_of(
        st.text(max_size=60),
        st.from_regex(r"[a-z@/]{0,6}[-_v]?[0-9._]{1,9}[-_.]?(rc|beta|b|x)?[0-9]?", fullmatch=True),
    )
)
def test_any_name_of_a_tag_has_a_version_or_none(tag: str) -> None:
    found = parse(tag)
    if found is not None:
        assert found.version[0].isdigit()
        assert found.module != ""


@given(st.text(max_size=40))
def test_any_address_can_be_stripped(url: str) -> None:
    without_secret(f"https://{url}")
    assert "s3cret" not in without_secret(f"https://me:s3cret@host.example/{url}")
