# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What workflows and actions of GitHub use."""

from __future__ import annotations

from pathlib import Path

import pytest

from umbel.collect.interface import Document, Reading, UnreadableError
from umbel.collect.lockfiles.github_workflow import GithubWorkflowCollector

GITHUB = GithubWorkflowCollector()
NOWHERE = Path("/nonexistent/project/.github/workflows")
HASH = "b4ffde65f46336ab88eb53be808477a3936bae11"
DIGEST = "sha256:" + "ab" * 32
SOUND = f"""name: CI
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        node: [18, '20']
        include:
          - {{node: 22, extra: 1}}
    container: ${{{{ matrix.image }}}}
    services:
      db:
        image: postgres:16@{DIGEST}
      cache: redis
      web: {{image: "ghcr.io/acme/shop:${{{{ matrix.node }}}}"}}
    steps:
      - uses: actions/checkout@{HASH} # v4.1.1
      - name: again
        uses: actions/checkout@{HASH}
      - uses: "github/codeql-action/init@v3"
      - uses: ./.github/actions/own
      - uses: docker://alpine:3.8
      - run: "echo uses: not/an-action@v1"
  reuse:
    uses: Acme/flows/.github/workflows/build.yml@main
"""


def read(text: str, name: str = "ci.yml") -> Reading:
    return GITHUB.read(Document(NOWHERE / name, data=text.encode()))


def told(reading: Reading) -> dict[str | None, bool | None]:
    pinned = {edge.target: edge.pinned for edge in reading.edges}
    return {c.purl: pinned[c.ref] for c in reading.components}


def test_actions_workflows_and_images() -> None:
    reading = read(SOUND)
    assert told(reading) == {
        f"pkg:github/actions/checkout@{HASH}": True,
        "pkg:github/github/codeql-action@v3#init": False,
        "pkg:docker/alpine@3.8": False,
        f"pkg:docker/postgres@{DIGEST}?tag=16": True,
        "pkg:docker/redis": False,
        "pkg:docker/acme/shop@18?repository_url=ghcr.io": False,
        "pkg:docker/acme/shop@20?repository_url=ghcr.io": False,
        "pkg:docker/acme/shop@22?repository_url=ghcr.io": False,
        "pkg:github/acme/flows@main#.github/workflows/build.yml": False,
    }
    assert {(e.source, e.scope) for e in reading.edges} == {(None, "build")}
    assert {c.scope for c in reading.components} == {"build"}
    assert [(f.code, f.place, f.level) for f in reading.faults] == [("expression", "line 11", "note")]


def test_versions_in_comments_and_digests() -> None:
    by_name = {c.name: c for c in read(SOUND).components}
    assert by_name["checkout"].properties == (("github:version", "v4.1.1"),)
    assert by_name["checkout"].version == HASH
    assert by_name["postgres"].hashes == (("sha256", "ab" * 32),)
    assert by_name["redis"].version is None


@pytest.mark.parametrize(
    ("comment", "version"),
    [
        ("# v4", "v4"),
        ("#v4.1.0", "v4.1.0"),
        ("# tag=v1.2.3-rc.1", "v1.2.3-rc.1"),
        ("# pin@2.0 (old)", "2.0"),
        ("# main", None),
        ("", None),
    ],
)
def test_comments(comment: str, version: str | None) -> None:
    found = read(f"jobs:\n  a:\n    steps:\n      - uses: a/b@{HASH} {comment}\n").components[0]
    assert found.properties == ((("github:version", version),) if version else ())
    moving = read(f"jobs:\n  a:\n    steps:\n      - uses: a/b@v1 {comment}\n").components[0]
    assert moving.properties == ()


def test_composite_and_docker_actions() -> None:
    composite = read(
        "name: x\nruns:\n  using: composite\n  steps:\n    - uses: a/b@v1\n    - run: x\n", "action.yml"
    )
    assert told(composite) == {"pkg:github/a/b@v1": False}
    assert composite.format == "GitHub action"
    assert told(read("runs: {using: docker, image: 'docker://alpine:3'}", "action.yml")) == {
        "pkg:docker/alpine@3": False
    }
    assert read("runs: {using: docker, image: Dockerfile}", "action.yml").components == []
    assert read("runs: {using: node20, main: x.js}", "action.yml").components == []


def test_which_files_are_githubs() -> None:
    assert GITHUB.claims("/x/.github/workflows/ci.yaml")
    assert not GITHUB.claims("/x/.github/workflows/below/ci.yml")
    assert not GITHUB.claims("/x/.github/dependabot.yml")
    assert GITHUB.sniff("action.yml", b"name: x\nruns:\n  using: composite\n", b"")
    assert not GITHUB.sniff("action.yml", b"kind: Action\n", b"")
    assert not GITHUB.sniff("my-action.yml", b"runs:\n", b"")


def test_oddities_cost_only_themselves() -> None:
    reading = read(
        "jobs:\n  a: [x]\n  b:\n    steps: {uses: a/b@v1}\n  c:\n    container: [1]\n    services: x\n    steps:\n"
        "      - uses: [a/b@v1]\n      - x\n      - uses: nonsense\n      - uses: a/b\n      - uses: docker://NO\n"
        "      - uses: c/d@v1\n  d: {uses: e/f/.github/workflows/g.yml@release/v1}\n"
    )
    assert set(told(reading)) == {
        "pkg:github/a/b",
        "pkg:github/c/d@v1",
        "pkg:github/e/f@release%2Fv1#.github/workflows/g.yml",
    }
    assert [(f.code, f.place) for f in reading.faults] == [
        ("wrong-type", "line 2"),
        ("wrong-type", "line 4"),
        ("wrong-type", "line 9"),
        ("wrong-type", "line 9"),
        ("uses", "line 11"),
        ("uses", "line 12"),
        ("image", "line 13"),
        ("wrong-type", "line 6"),
        ("wrong-type", "line 7"),
    ]
    assert {(e.requirement, e.pinned) for e in reading.edges if e.package == "pkg:github/a/b"} == {
        (None, False)
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- a", "not-workflow"),
        ("", "not-workflow"),
        ("name: x", "not-workflow"),
        ("jobs: [", "malformed-yaml"),
    ],
)
def test_refused(text: str, code: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(text)
    assert caught.value.fault.code == code
