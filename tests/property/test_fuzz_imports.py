# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Source code: whatever a file holds, reading ends, in imports or a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.collect.imports import go, java, javascript, python, rust
from umbel.collect.imports.parsing import TooHardError, fit

if TYPE_CHECKING:
    from collections.abc import Callable

    from umbel.collect.imports.parsing import Found

PYTHON = b"import a.b as c, d\nfrom e import (f as g, h)\nfrom . import i\nc.x; g(h=1)\nimport_module('j')\nf'{d.k} l'\n"
SCRIPT = b"import a, {b as c} from 'd'; export * from 'e'; const {f, g: h} = require('i'), j = await import(`k`); a.b?.c; <c.D e='f'>g</c.D>"
TYPED = b"import type {A} from 'b'; import c = require('d'); let e: import('f').G; interface H { i: A } function j(k?: A): c.L {}"
JAVA = b'package a.b; import c.d.E; import static f.G.*; /* h */ class I { String j = "k"; E l = G.m(); }'
GO = b'package a\nimport ( "b"; c "d/e"; . "f" )\n// g\nfunc h() { c.I(b.J + `k`) }\n'
RUST = b'extern crate a as b; use c::{d, e::{self, f as g}, h::*}; mod i; #[derive(j::K)] struct L; fn m() { b::n!("o"); g::p() }'
SEEDS: list[tuple[Callable[[bytes], list[Found]], bytes]] = [
    (python.extract, PYTHON),
    (javascript.extract, SCRIPT),
    (lambda data: javascript.extract(data, ".ts"), TYPED),
    (lambda data: javascript.extract(data, ".tsx"), SCRIPT + TYPED),
    (java.extract, JAVA),
    (go.extract, GO),
    (rust.extract, RUST),
]


def read(extract: Callable[[bytes], list[Found]], data: bytes) -> list[Found] | None:
    """The imports, or None where the file was refused; anything else fails the test."""
    try:
        found = extract(fit(data))
    except TooHardError as error:
        return None if str(error) else pytest.fail("a file was refused without a word")
    for one in found:
        assert one.path
        one.path.encode()
        assert all(name.encode() for name in one.names)
        assert list(one.names) == sorted(set(one.names))
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_seeds_have_imports(seed: tuple[Callable[[bytes], list[Found]], bytes]) -> None:
    assert read(*seed)


@given(st.sampled_from(SEEDS), st.data())
def test_bytes_may_be_anything(
    seed: tuple[Callable[[bytes], list[Found]], bytes], data: st.DataObject
) -> None:
    extract, sound = seed
    damaged = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(damaged)))
        length = data.draw(st.integers(0, 40))
        damaged[at : at + length] = data.draw(st.binary(max_size=12))
    read(extract, bytes(damaged))


@given(st.sampled_from(SEEDS), st.data())
def test_pieces_may_be_repeated(
    seed: tuple[Callable[[bytes], list[Found]], bytes], data: st.DataObject
) -> None:
    extract, sound = seed
    start = data.draw(st.integers(0, len(sound) - 1))
    piece = sound[start : start + data.draw(st.integers(1, 12))]
    read(extract, sound[:start] + piece * data.draw(st.integers(1, 400)) + sound[start:])


@given(st.lists(st.from_regex(r"[a-z]{1,3}(\.[a-z]{1,3}){0,2}", fullmatch=True), min_size=1, max_size=8))
def test_every_python_import_is_found_once(names: list[str]) -> None:
    words = {"as", "if", "in", "is", "or", "and", "def", "del", "for", "not", "try", "from"}
    names = [name for name in names if words.isdisjoint(name.split("."))]
    code = "".join(f"import {name}\n" if n % 2 else f"from {name} import x\n" for n, name in enumerate(names))
    assert sorted(found.path for found in python.extract(code.encode())) == sorted(names)
