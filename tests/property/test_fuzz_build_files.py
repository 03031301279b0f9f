# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Files that build and describe software: whatever they hold, reading ends, in evidence or a reason."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from umbel.collect._yaml import load
from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Document, Reading, UnreadableError
from umbel.collect.lockfiles import _images
from umbel.collect.lockfiles._dockerfile_text import UNKNOWN, expand
from umbel.collect.lockfiles.dockerfile import DockerfileCollector
from umbel.collect.lockfiles.github_workflow import GithubWorkflowCollector
from umbel.collect.lockfiles.gradle_lockfile import GradleLockfileCollector
from umbel.collect.lockfiles.pom_xml import PomXmlCollector
from umbel.collect.mlflow_model import MlflowModelCollector
from umbel.collect.model_card import ModelCardCollector

NOWHERE = Path("/nonexistent/project")
HASH = "b4ffde65f46336ab88eb53be808477a3936bae11"
GRADLE = b"""# This is a Gradle generated file for dependency locking.
a.b:c:1.0=compileClasspath,testRuntimeClasspath
a.b:d:2.0-rc=kapt
empty=runtimeClasspath
"""
POM = b"""<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0"><parent><groupId>p</groupId><artifactId>q</artifactId>
<version>1</version><relativePath/></parent><artifactId>a</artifactId><version>${v}</version>
<properties><v>1.${w}</v><w>2</w></properties><licenses><license><name>MIT</name></license></licenses>
<dependencyManagement><dependencies><dependency><groupId>b</groupId><artifactId>c</artifactId><version>[1,2)</version>
</dependency><dependency><groupId>m</groupId><artifactId>n</artifactId><version>3</version><type>pom</type>
<scope>import</scope></dependency></dependencies></dependencyManagement>
<dependencies><dependency><groupId>b</groupId><artifactId>c</artifactId><classifier>x</classifier><exclusions>
<exclusion><groupId>*</groupId></exclusion></exclusions></dependency></dependencies>
<build><plugins><plugin><artifactId>e</artifactId><dependencies><dependency><groupId>f</groupId><artifactId>g</artifactId>
</dependency></dependencies></plugin></plugins></build><profiles><profile><activation><activeByDefault>true</activeByDefault>
</activation></profile></profiles></project>"""
WORKFLOW = f"""on: push
jobs:
  a: &a
    strategy: {{matrix: {{i: [x, 'y:1'], include: [{{i: z}}]}}}}
    container: ${{{{ matrix.i }}}}
    services: {{d: {{image: 'reg.example/d:1'}}}}
    steps:
      - uses: actions/checkout@{HASH} # v4.1
      - uses: docker://a/b:1
      - uses: a/b/c@v1
  b: *a
  c: {{uses: a/b/.github/workflows/d.yml@main}}
""".encode()
DOCKERFILE = rb"""# syntax=docker/dockerfile:1
ARG A=1 B="x:${A:-2}"
FROM --platform=$P $B AS one
RUN --mount=type=bind,from=two:1 <<EOF \
  # c
  x
FROM no
EOF
FROM ${B%y}@sha256:abababababababababababababababababababababababababababababababab
COPY --from=one --from=q/r:${A+1} / /
"""
CARD = b"""---
license: [mit]
base_model: {a: b}
datasets: [a/b, c]
pipeline_tag: x
model-index: [{name: m, results: [{dataset: {name: d}, metrics: [{type: t, value: 0.10}]}]}]
---
# Model card for M
"""
MLMODEL = b"""artifact_path: m
flavors: {sklearn: {sklearn_version: 1.2}, transformers: {source_model_name: a/b}}
run_id: 0a
model_uuid: 0b
"""
SEEDS: list[tuple[Collector, bytes]] = [
    (GradleLockfileCollector(), GRADLE),
    (PomXmlCollector(), POM),
    (GithubWorkflowCollector(), WORKFLOW),
    (DockerfileCollector(), DOCKERFILE),
    (ModelCardCollector(), CARD),
    (MlflowModelCollector(), MLMODEL),
]


def read(collector: Collector, data: bytes) -> Reading | None:
    """A sound reading, or None where the document was refused; anything else fails the test."""
    collector.sniff("README.md", data, data)
    collector.sniff("Dockerfile.x", data, data)
    try:
        document = Document(NOWHERE / "file", data=data)
        collector.fingerprint(document)
        reading = collector.read(document)
    except UnreadableError as error:
        return None if error.fault.message else pytest.fail("a document was refused without a word")
    refs = [c.ref for c in reading.components]
    assert len(refs) == len(set(refs))
    known = {*refs, None}
    for edge in reading.edges:
        assert edge.source in known
        assert edge.target in known
        assert edge.package
        assert edge.requirement != ""
    for component in reading.components:
        assert component.package
        assert component.version != ""
        assert component.name
        assert UNKNOWN not in (component.purl or "")
    assert all(f.code and f.message and len(f.place) < 1000 for f in reading.faults)
    msgspec.json.encode(reading)  # no half characters, no values that can't be stored
    return reading


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed[0].id)
def test_seeds_are_read_to_the_end(seed: tuple[Collector, bytes]) -> None:
    reading = read(*seed)
    assert reading is not None
    assert reading.components


@given(st.sampled_from(SEEDS), st.data())
def test_bytes_may_be_anything(seed: tuple[Collector, bytes], data: st.DataObject) -> None:
    collector, sound = seed
    damaged = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(damaged)))
        length = data.draw(st.integers(0, 40))
        damaged[at : at + length] = data.draw(st.binary(max_size=12))
    read(collector, bytes(damaged))


PIECES = st.sampled_from(
    [
        "${",
        "}",
        "$",
        ":",
        "@",
        "/",
        "#",
        "\n",
        " ",
        "-",
        "<a>",
        "</a>",
        "&a ",
        "*a",
        "<<: ",
        "'",
        '"',
        "FROM ",
        "\\",
        "\0",
    ]
)


@given(st.sampled_from(SEEDS), st.data())
def test_signs_may_stand_anywhere(seed: tuple[Collector, bytes], data: st.DataObject) -> None:
    collector, sound = seed
    text = sound.decode()
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(PIECES) + text[at:]
    read(collector, text.encode())


@given(st.sampled_from(SEEDS), st.integers(0, 1500))
def test_files_may_end_anywhere(seed: tuple[Collector, bytes], length: int) -> None:
    read(seed[0], seed[1][:length])


@given(st.sampled_from(SEEDS), st.text(max_size=300))
def test_text_may_be_anything(seed: tuple[Collector, bytes], text: str) -> None:
    read(seed[0], text.encode("utf-8", "surrogatepass"))


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 2**70)
    | st.sampled_from(
        ["", "a/b@v1", "docker://x", "docker://", "a/b", "${{ matrix.i }}", "${{ x }}", "./x", "@", "a@b"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["uses", "image", "name", "steps", "metrics", ""]), inner)
    ),
    max_leaves=5,
)


@given(st.sampled_from(SEEDS[2:3] + SEEDS[4:]), st.data())
def test_values_may_be_of_any_type(seed: tuple[Collector, bytes], data: st.DataObject) -> None:
    tree = yaml.safe_load(seed[1].removeprefix(b"---\n").partition(b"---")[0])
    for _ in range(data.draw(st.integers(1, 4))):
        holder, key = data.draw(st.sampled_from(list(_places(tree))))
        holder[key] = data.draw(VALUES)
    text = yaml.safe_dump(tree)
    read(seed[0], f"---\n{text}---\n".encode() if seed[0].id == "model_card" else text.encode())


def _places(node: Any) -> Any:
    """Every value of the tree, by what holds it."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in list(items):
        yield node, key
        yield from _places(value)


# -- what must hold for every sound document

PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(PLAIN, st.booleans())
def test_yaml_gives_what_was_written(value: Any, flow: bool) -> None:  # noqa: FBT001 - drawn
    # Quoted, since PyYAML writes by the older schema, in which `1e3` is a text.
    text = yaml.safe_dump(value, default_flow_style=flow, default_style='"')
    if "<<" not in text:
        assert load(text.encode(), Faults()) == value


@given(
    st.dictionaries(st.sampled_from("ABC"), st.none() | st.text("ab$", max_size=3)),
    st.text("ABC${}:-+x", max_size=20) | st.from_regex(r"\$\{[ABC](:[-+]x{0,3})?\}", fullmatch=True),
)
def test_variables_are_filled_in_as_a_shell_would(known: dict[str, str | None], text: str) -> None:
    found = expand(text, known)
    if "$" not in text:
        assert found == text
    simple = re.fullmatch(r"\$\{([ABC])(?::([-+])(x*))?\}", text)
    if simple:
        value = known.get(simple[1])
        chosen = {None: value, "-": value or simple[3], "+": simple[3] if value else ""}[simple[2]]
        assert found == (UNKNOWN if chosen is None else chosen)


PARTS = st.from_regex(r"[a-z0-9]{1,4}(?:[._-][a-z0-9]{1,3})?", fullmatch=True)


@given(
    st.sampled_from([None, "ghcr.io", "localhost", "localhost:5000", "Reg.example", "[::1]:80"]),
    st.lists(PARTS, min_size=1, max_size=3),
    st.none() | st.from_regex(re.compile(r"\w[\w.-]{0,8}", re.ASCII), fullmatch=True),
    st.booleans(),
)
def test_names_of_images_come_apart_as_they_were_put_together(
    registry: str | None,
    path: list[str],
    tag: str | None,
    digest: bool,  # noqa: FBT001 - drawn
) -> None:
    if registry is None:  # its first part would be one, or be left out
        path[0] = "a" + path[0].replace(".", "_")
    value = f"sha256:{'0' * 64}" if digest else None
    text = "/".join([*([registry] if registry else []), *path])
    text += (f":{tag}" if tag else "") + (f"@{value}" if value else "")
    assert _images.parse(text) == _images.Image(registry, "/".join(path), tag, value)
