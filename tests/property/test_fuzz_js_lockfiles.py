# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Lockfiles of Yarn and pnpm: whatever a file holds, reading it ends, and ends in evidence or a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from umbel.collect._yaml import load_all
from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Document, Reading, UnreadableError
from umbel.collect.lockfiles import _yarn_text
from umbel.collect.lockfiles._js_graph import DEVELOPMENT, NEEDED, OPTIONAL, Graph, Kind, Package
from umbel.collect.lockfiles._quick_yaml import quick_documents
from umbel.collect.lockfiles.pnpm_lock_yaml import PnpmLockYamlCollector
from umbel.collect.lockfiles.yarn_lock import YarnLockCollector

NOWHERE = Path("/nonexistent/project")
CLASSIC_SEED = b"""# yarn lockfile v1


"@acme/b@2", b@*:
  version "2.1.0"
  resolved "https://me:pw@registry.example/b/-/b-2.1.0.tgz#0123456789abcdef0123456789abcdef01234567"
  integrity sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=
  dependencies:
    "c" "npm:real@1"
    copied "file:./copied"
  optionalDependencies:
    e "git+https://me:pw@forge.example/e"

"c@npm:real@1":
  version "1.0.0"
  dependencies:
    b "*"

"copied@file:./copied":
  version "0.0.0"
  dependencies:
    b "*"
"""
BERRY_SEED = b"""__metadata:
  version: 8
  cacheKey: 10c0

"b@npm:2, b@npm:^2.0.0":
  version: 2.1.0
  resolution: "b@npm:2.1.0::__archiveUrl=https%3A%2F%2Fme%3Apw%40npm.example%2Fb"
  dependencies:
    c: "npm:real@1"
    e: "npm:1"
  peerDependencies:
    d: "*"
  dependenciesMeta:
    e:
      optional: true
  peerDependenciesMeta:
    f:
      optional: true
  bin:
    b: ./b.js
  checksum: 10c0/0a1b
  conditions: os=linux
  languageName: node
  linkType: hard

"c@npm:real@1":
  version: 1.0.0
  resolution: "real@npm:1.0.0"

"d@patch:d@npm%3A1#./d.patch::locator=shop%40workspace%3A.":
  version: 1.0.0
  resolution: "d@patch:d@npm%3A1.0.0#./d.patch::version=1.0.0&hash=0a"

"shop@workspace:.":
  version: 0.0.0-use.local
  resolution: "shop@workspace:."
  dependencies:
    b: "npm:2"
    d: "patch:d@npm%3A1#./d.patch"
  languageName: unknown
  linkType: soft
"""
PNPM_SEED = b"""lockfileVersion: '9.0'

catalogs:
  default:
    b:
      specifier: ^2.0.0
      version: 2.1.0

patchedDependencies:
  d@1.0.0:
    hash: 0a1b
    path: patches/d.patch

importers:

  .:
    dependencies:
      b:
        specifier: 'catalog:'
        version: 2.1.0(d@1.0.0)
      ui:
        specifier: workspace:*
        version: link:packages/ui
    optionalDependencies:
      c:
        specifier: npm:real@1
        version: real@1.0.0

packages:

  b@2.1.0:
    resolution: {integrity: sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=}
    engines: {node: '>=12'}
    deprecated: |-
      Two
      lines
    peerDependencies:
      d: '*'
      f: '1'
    peerDependenciesMeta:
      f:
        optional: true

  d@1.0.0:
    resolution: {commit: 0a1b, repo: 'https://me:pw@forge.example/d.git', type: git}
    cpu: [x64, arm64]

  real@1.0.0:
    resolution: {tarball: https://me:pw@files.example/real.tgz}

snapshots:

  b@2.1.0(d@1.0.0):
    dependencies:
      d: 1.0.0(patch_hash=0a1b)
    transitivePeerDependencies:
      - supports-color

  d@1.0.0(patch_hash=0a1b): {}

  real@1.0.0: {}
"""
PNPM_OLD_SEED = b"""lockfileVersion: 5.4

specifiers:
  b: ^2.0.0
  c: npm:real@1

dependencies:
  b: 2.1.0_d@1.0.0
  c: /real/1.0.0

packages:

  /b/2.1.0_d@1.0.0:
    resolution: {integrity: sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=}
    peerDependencies:
      d: '*'
    dependencies:
      d: 1.0.0
    dev: false

  /d/1.0.0:
    resolution: {integrity: sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=}

  /real/1.0.0:
    resolution: {integrity: sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=}

  file:copied:
    resolution: {directory: copied, type: directory}
    dependencies:
      b: 2.1.0_d@1.0.0
"""
SEEDS: list[tuple[type[Collector], bytes]] = [
    (YarnLockCollector, CLASSIC_SEED),
    (YarnLockCollector, BERRY_SEED),
    (PnpmLockYamlCollector, PNPM_SEED),
    (PnpmLockYamlCollector, PNPM_OLD_SEED),
]


def read(collector: type[Collector], data: bytes) -> Reading | None:
    """A sound reading, or None where the document was refused; anything else fails the test."""
    try:
        reading = collector().read(Document(NOWHERE / "lockfile", data=data))
    except UnreadableError as error:
        return None if error.fault.message else pytest.fail("a document was refused without a word")
    refs = [c.ref for c in reading.components]
    assert len(refs) == len(set(refs))
    known = {*refs, None}
    for edge in reading.edges:
        assert edge.source in known
        assert edge.target in known
        assert edge.package
    for component in reading.components:
        assert component.package
        assert component.version != ""
    assert all(f.code and f.message and len(f.place) < 1000 for f in reading.faults)
    msgspec.json.encode(reading)  # no half characters, no values that can't be stored
    return reading


def told(reading: Reading) -> tuple[set[Any], set[Any]]:
    return set(reading.components), set(reading.edges)


@pytest.mark.parametrize("seed", SEEDS)
def test_seeds_are_sound_and_tell_no_credentials(seed: tuple[type[Collector], bytes]) -> None:
    reading = read(*seed)
    assert reading is not None
    assert len(reading.components) in {2, 3}
    assert len(reading.edges) >= 2
    assert all(fault.level == "note" for fault in reading.faults)
    stored = [msgspec.structs.replace(c, ref="") for c in reading.components]
    asked = [(e.package, e.requirement) for e in reading.edges]
    assert b"pw" not in msgspec.json.encode((stored, asked))


# -- damaged documents


@given(st.sampled_from(SEEDS), st.data())
def test_bytes_may_be_anything(seed: tuple[type[Collector], bytes], data: st.DataObject) -> None:
    collector, sound = seed
    damaged = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(damaged)))
        length = data.draw(st.integers(0, 40))
        damaged[at : at + length] = data.draw(st.binary(max_size=12))
    read(collector, bytes(damaged))


@given(st.sampled_from(SEEDS), st.integers(0, 1500))
def test_files_may_end_anywhere(seed: tuple[type[Collector], bytes], length: int) -> None:
    read(seed[0], seed[1][:length])


@given(st.sampled_from(SEEDS), st.text(max_size=300))
def test_text_may_be_anything(seed: tuple[type[Collector], bytes], text: str) -> None:
    read(seed[0], text.encode("utf-8", "surrogatepass"))


@given(st.sampled_from(SEEDS), st.data())
def test_lines_may_come_in_any_order(seed: tuple[type[Collector], bytes], data: st.DataObject) -> None:
    lines = seed[1].split(b"\n")
    for _ in range(data.draw(st.integers(1, 5))):
        at, to = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        line = lines.pop(at) if data.draw(st.booleans()) else lines[at]
        lines.insert(to, b" " * data.draw(st.sampled_from([0, 2, 4, 6])) + line.lstrip())
    read(seed[0], b"\n".join(lines))


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        ["", "1.0.0", "/", "link:", "file:..", "a@b", "catalog:x", "\0", "(", "runtime:1", "git"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "", "type", "@x/b"]), inner)
    ),
    max_leaves=5,
)


@given(st.sampled_from([PNPM_SEED, PNPM_OLD_SEED]), st.data())
def test_values_may_be_of_any_type(seed: bytes, data: st.DataObject) -> None:
    tree = yaml.safe_load(seed)
    for _ in range(data.draw(st.integers(1, 4))):
        holder, key = data.draw(st.sampled_from(list(_places(tree))))
        holder[key] = data.draw(VALUES)
    reading = read(PnpmLockYamlCollector, yaml.safe_dump(tree).encode())
    assert reading is None or reading.format.startswith("pnpm lockfile")


def _places(node: Any) -> Any:
    """Every value of the tree, by what holds it."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in list(items):
        yield node, key
        yield from _places(value)


# -- both readers of YAML

SCALARS = st.text("ab01.:#-'\"{}[],&*!|>%@` ~?<=\n\\é_/^$()+", max_size=12) | st.sampled_from(
    [
        "null",
        "~",
        "true",
        "1.10",
        "0x10",
        "2024-01-01",
        ">=12 <13 || 14",
        "a: b",
        "a #b",
        "a:",
        "- a",
        "'",
        "---",
        "<<",
        "=",
        "...",
    ]
)
TREES: st.SearchStrategy[Any] = st.dictionaries(
    SCALARS,
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALARS, inner, max_size=4),
        max_leaves=12,
    ),
    min_size=1,
    max_size=4,
)


@given(TREES, st.booleans())
def test_the_quick_reader_reads_what_yaml_writes_or_nothing(tree: Any, flow: bool) -> None:  # noqa: FBT001
    text = yaml.safe_dump(
        tree, default_flow_style=None if flow else False, indent=2, width=10**9, allow_unicode=True
    )
    _agree(text)


LINES = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 2, 2, 4, 6, 1]),
        st.sampled_from(["a: ", "b: ", "'@c/d': ", "e:", "- ", "f@1(g@2):", "'x''y':", "- h: ", "? ", "a:b: ", "~: ", "#", ""]),
        SCALARS
        | st.sampled_from(["", "{a: b}", "{a: 'b', c: [d, e f]}", "[x64]", "[]", "{}", "{a: b:c}", "'a''b'", '"a\\nb"', "|-", "{a: }", "[,]", "{'a': ~}", "{a: b #c}"]),
    ),
    min_size=1,
    max_size=8,
)  # fmt: skip


@given(LINES)
def test_the_quick_reader_reads_lines_as_yaml_does_or_not_at_all(lines: list[tuple[int, str, str]]) -> None:
    _agree("".join(f"{' ' * indent}{key}{value}\n" for indent, key, value in lines))


@given(st.data())
def test_the_quick_reader_is_not_fooled_by_damage(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([PNPM_SEED, PNPM_OLD_SEED])).decode()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(SCALARS) + text[at + data.draw(st.integers(0, 4)) :]
    _agree(text)


def _agree(text: str) -> bool:
    """Where the quick reader gives anything, YAML's reader gives the same, without a fault."""
    quick = quick_documents(text)
    if quick is None:
        return False
    faults = Faults()
    assert load_all(text.encode(), faults, texts=True) == quick
    assert not faults.list()
    return True


def test_the_quick_reader_takes_what_pnpm_writes() -> None:
    assert _agree(PNPM_SEED.decode())
    assert _agree(PNPM_OLD_SEED.decode())
    assert _agree("---\na: 1\n---\nb:\n  - c: d\n    e:\n      - f\n  - g\n")


# -- both readers of Yarn's form

NAMES = st.sampled_from(["a", "b", "@s/c", "d"])
RANGES = st.sampled_from(["^1.0.0", "*", ">=1 <2 || 3", "npm:a@1", "1.x"])


@given(
    st.dictionaries(
        st.tuples(NAMES, RANGES),
        st.tuples(st.dictionaries(NAMES, RANGES, max_size=3), st.dictionaries(NAMES, RANGES, max_size=2)),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_yarns_own_form_and_any_other_agree(entries: Any, is_berry: bool, random: Any) -> None:  # noqa: FBT001
    written = _berry(entries) if is_berry else _classic(entries)
    quick = _yarn_text.parse(written, Faults())
    odd = _yarn_text.parse(written.replace("\n  version", "\n\n  # odd\n  version"), Faults())
    assert [_plain(e) for e in quick.entries] == [_plain(e) for e in odd.entries]
    assert len(quick.entries) == len(entries)
    head, *rest = written.split("\n\n")
    random.shuffle(rest)
    first, second = (read(YarnLockCollector, t.encode()) for t in (written, "\n\n".join([head, *rest])))
    assert first is not None
    assert second is not None
    assert told(first) == told(second)


def _plain(entry: _yarn_text.Entry) -> Any:
    return msgspec.structs.replace(entry, at=0)


def _classic(entries: Any) -> str:
    blocks = ["# yarn lockfile v1"]
    for number, ((name, wanted), (needs, optional)) in enumerate(entries.items()):
        lines = [f'"{name}@{wanted}":', f'  version "1.0.{number}"']
        lines += ["  dependencies:", *(f'    "{n}" "{r}"' for n, r in needs.items())] if needs else []
        lines += (
            ["  optionalDependencies:", *(f'    "{n}" "{r}"' for n, r in optional.items())]
            if optional
            else []
        )
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _berry(entries: Any) -> str:
    blocks = ["__metadata:\n  version: 8"]
    for number, ((name, wanted), (needs, peers)) in enumerate(entries.items()):
        lines = [
            f'"{name}@{wanted}":',
            f"  version: 1.0.{number}",
            f'  resolution: "{name}@npm:1.0.{number}"',
        ]
        lines += ["  dependencies:", *(f'    "{n}": "{r}"' for n, r in needs.items())] if needs else []
        lines += ["  peerDependencies:", *(f'    "{n}": "{r}"' for n, r in peers.items())] if peers else []
        blocks.append("\n".join([*lines, "  linkType: hard"]))
    return "\n\n".join(blocks)


# -- scopes

KINDS = st.sampled_from([NEEDED, OPTIONAL, DEVELOPMENT])
NODES = st.integers(0, 6)


@given(st.lists(st.tuples(NODES, KINDS), max_size=5), st.lists(st.tuples(NODES, NODES, KINDS), max_size=14))
def test_scopes_are_those_of_the_strongest_path(roots: list[tuple[int, Kind]], inner: Any) -> None:
    graph = Graph(Faults())
    graph.own("root", root=True)
    links = [(None, b, k) for b, k in roots] + [(a, b, k) for a, b, k in inner if k is not DEVELOPMENT]
    for node in range(7):
        graph.add(Package(str(node), f"p{node}", "1.0.0"))
    for a, b, kind in links:
        graph.needs.setdefault("root" if a is None else str(a), []).append((str(b), f"p{b}", None, kind))

    def reached(*kinds: Kind) -> set[int]:
        found: set[int] = set()
        while True:
            more = {b for a, b, k in links if k in kinds and (a is None or a in found)} - found
            if not more:
                return found
            found |= more

    runtime, optional = reached(NEEDED), reached(NEEDED, OPTIONAL)
    everything = reached(NEEDED, OPTIONAL, DEVELOPMENT)
    components, edges = graph.evidence()
    for component in components:
        node = int(component.ref)
        wanted = (
            "runtime" if node in runtime else "optional" if node in optional
            else "development" if node in everything else None
        )  # fmt: skip
        assert component.scope == wanted
    assert {(e.source, e.target) for e in edges} == {
        (None if a is None else str(a), str(b)) for a, b, _ in links
    }
