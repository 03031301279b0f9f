# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Threads that read a type for the first time, all at once."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import msgspec
import pytest

from umbel.office.operating import first_use

RACE = """
import sys, threading, types
import msgspec
from umbel.office.operating import first_use
first_use.alone()
first_use.alone()
sys.setswitchinterval(1e-6)
KIND = '''
class A{n}(msgspec.Struct, frozen=True, kw_only=True):
    x: int
    day: date | None
    others: "dict[str, list[A{next}]]"
'''
for attempt in range(60):
    module = types.ModuleType(f"kinds{attempt}")
    sys.modules[module.__name__] = module
    kinds = "".join(KIND.format(n=n, next=(n + 1) % 20) for n in range(20))
    exec("import msgspec\\nfrom datetime import date\\n" + kinds, vars(module))
    inner = {"x": 1, "day": None, "others": {}}
    told = {"x": 1, "day": None, "others": {"k": [{"x": 2, "day": None, "others": {"z": [inner]}}]}}
    packed, written = msgspec.msgpack.encode(told), msgspec.json.encode(told)
    begun, read = threading.Barrier(8), []

    def go(n):
        begun.wait()
        kind = getattr(module, f"A{n * 2}")
        ways = (
            lambda: msgspec.msgpack.decode(packed, type=kind),
            lambda: msgspec.json.decode(written, type=kind),
            lambda: msgspec.convert(told, kind),
            lambda: msgspec.json.Decoder(kind).decode(written),
        )
        read.append(ways[n % 4]())

    threads = [threading.Thread(target=go, args=(n,)) for n in range(8)]
    [each.start() for each in threads]
    [each.join() for each in threads]
    assert len(read) == 8 and all(each.others["k"][0].others["z"][0].x == 1 for each in read)
"""


def test_many_threads_read_new_types_at_once() -> None:
    """Without it, each of three tries ended in a segmentation fault."""
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(RACE)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_what_is_read_is_what_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    for place, name, _ in first_use._PLACES:  # noqa: SLF001 - put back afterwards
        monkeypatch.setattr(place, name, getattr(place, name))
    first_use.alone()
    assert msgspec.json.decode(b'{"a": 1}') == {"a": 1}
    assert msgspec.toml.decode("a = 1", type=dict[str, int]) == {"a": 1}
    assert msgspec.convert("1", int, strict=False) == 1
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b"[]", type=dict[str, int])
    with pytest.raises(TypeError):
        msgspec.json.decode(b"[]", type="no such type at all")
