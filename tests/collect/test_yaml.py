# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""YAML is read as plain values, and never grows."""

from __future__ import annotations

import pytest

from umbel.collect._yaml import Lined, load, load_all
from umbel.collect.faults import Faults
from umbel.collect.interface import UnreadableError


def codes(faults: Faults) -> list[tuple[str, str]]:
    return [(fault.code, fault.place) for fault in faults.list()]


def test_scalars_follow_the_core_schema_of_yaml_1_2() -> None:
    text = b"[1, -2, 0x1f, 0o17, 012, 1.50, 1e3, .5, 1e999, true, FALSE, ~, null, on, no, 2020-01-01, '1', !!str 1, !x y]"
    expected = [
        1,
        -2,
        31,
        15,
        12,
        1.5,
        1000.0,
        0.5,
        "1e999",
        True,
        False,
        None,
        None,
        "on",
        "no",
        "2020-01-01",
    ]
    assert load(text, Faults()) == [*expected, "1", "1", "y"]


def test_texts_stay_as_they_are_written() -> None:
    assert load(b"{a: 1.10, b: true, c: ~, d: , 5: x}", Faults(), texts=True) == {
        "a": "1.10", "b": "true", "c": None, "d": None, "5": "x",
    }  # fmt: skip


def test_mappings_know_their_lines() -> None:
    tree = load(b"a: 1\n\nb:\n  c: x\n  d: [1]\n", Faults(), lines=True)
    assert isinstance(tree, Lined)
    assert tree.lines["a"] == 1
    below = tree["b"]
    assert isinstance(below, Lined)
    assert below.lines == {"c": 4, "d": 5}


def test_aliases_are_what_they_name_and_merges_fill_in() -> None:
    faults = Faults()
    tree = load(
        b"a: &a {x: 1, y: 2}\nb: *a\nc: {<<: *a, x: 3}\nd: {<<: [{z: 0}, *a]}\ne: {<<: 5, q: {<<: [7]}}",
        faults,
    )
    assert tree == {
        "a": {"x": 1, "y": 2},
        "b": {"x": 1, "y": 2},
        "c": {"x": 3, "y": 2},
        "d": {"z": 0, "x": 1, "y": 2},
        "e": {"<<": 5, "q": {}},
    }
    assert codes(faults) == [("merge", "line 5")]


def test_oddities_are_named_with_their_line() -> None:
    faults = Faults()
    assert load(b"a: 1\na: 2\n? [x]\n: 3\nb: &b [*b]\n--- 1\n--- 2", faults) == {"a": 2, "b": [None]}
    assert codes(faults) == [
        ("duplicate-key", "line 2"),
        ("key", "line 3"),
        ("alias", "line 5"),
        ("several-documents", "line 6"),
    ]


def test_all_documents() -> None:
    assert load_all(b"a: &x 1\n---\n- 2\n---\n", Faults()) == [{"a": 1}, [2], None]
    with pytest.raises(UnreadableError):
        load_all(b"a: &x 1\n---\nb: *x\n", Faults())
    assert load(b"", Faults()) is None


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{c}: &{c} [{','.join([f'*{b}'] * 9)}]\n" for b, c in zip("abcdefghij", "bcdefghijk", strict=True)
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"[" * 200_000, "too-deep"),
        (b"{a: " * 200_000, "too-deep"),
        (b"- " * 200_000, "too-deep"),
        (b"? " * 200_000, "too-deep"),
        (LAUGHS.encode(), "aliases"),
        (
            b"b0: &a0 {k: 1}\n"
            + b"".join(b"b%d: &a%d {<<: *a%d, k%d: 1}\n" % (n, n, n - 1, n) for n in range(1, 2000)),
            "aliases",
        ),
        (b"a: [\n}", "malformed-yaml"),
        (b"a: *b", "malformed-yaml"),
        (b"a: \x01", "malformed-yaml"),
        (b"".join(b"%%TAG !x%d! y\n" % n for n in range(101)), "malformed-yaml"),
    ],
)
def test_hostile_documents_are_refused(text: bytes, code: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        load(text, Faults())
    assert caught.value.fault.code == code
    assert caught.value.fault.message
