# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What Dockerfiles build on."""

from __future__ import annotations

from pathlib import Path

import pytest

from umbel.collect.interface import Document, Reading, UnreadableError
from umbel.collect.lockfiles import _images
from umbel.collect.lockfiles.dockerfile import DockerfileCollector

DOCKER = DockerfileCollector()
NOWHERE = Path("/nonexistent/project")
DIGEST = "sha256:" + "cd" * 32


def read(text: str | bytes, name: str = "Dockerfile") -> Reading:
    data = text.encode() if isinstance(text, str) else text
    return DOCKER.read(Document(NOWHERE / name, data=data))


def told(reading: Reading) -> set[tuple[str | None, str | None]]:
    return {(c.purl, c.scope) for c in reading.components}


def codes(reading: Reading) -> list[tuple[str, str]]:
    return [(f.code, f.place) for f in reading.faults]


def test_stages_and_what_they_are_for() -> None:
    reading = read(
        f"""# syntax=docker/dockerfile:1.7
# a comment
ARG GO=1.22
ARG BASE="golang:${{GO}}-alpine"
FROM --platform=$BUILDPLATFORM ${{BASE}} AS Build
RUN --mount=type=cache,target=/x --mount=type=bind,from=ghcr.io/acme/tools:2,target=/t go build
FROM build as test
COPY --from=0 /a /a
COPY --from=busybox:musl --chown=a /bin/sh /sh
FROM scratch AS empty
FROM debian:12@{DIGEST} AS base
FROM base
COPY --from=build /a /a
COPY --from=EMPTY / /
"""
    )
    assert told(reading) == {
        ("pkg:docker/docker/dockerfile@1.7", "build"),
        ("pkg:docker/golang@1.22-alpine", "build"),
        ("pkg:docker/acme/tools@2?repository_url=ghcr.io", "build"),
        ("pkg:docker/busybox@musl", "build"),
        (f"pkg:docker/debian@{DIGEST}?tag=12", "runtime"),
    }
    assert {e.requirement for e in reading.edges if e.pinned} == {f"12@{DIGEST}"}
    assert {e.source for e in reading.edges} == {None}
    assert reading.faults == []


def test_lines_that_go_on_comments_and_here_documents() -> None:
    reading = read(
        "# escape=`\nFROM `\n  # not the end\n\n  alpine:3 `\n  AS a\n"
        "RUN <<EOF cat > x\nFROM never:1\nEOF\n"
        "COPY <<-'A' <<B /x\nFROM never:2\n\tA\nFROM never:3\nB\n"
        'RUN echo "<<NO"\nRUN c:\\\n'
        "FROM a\nRUN python3 <<EOF\r\nfrom never import x\r\nEOF\r\nFROM ubuntu\n"
    )
    assert told(reading) == {("pkg:docker/alpine@3", "build"), ("pkg:docker/ubuntu", "runtime")}
    assert reading.faults == []
    assert codes(read("FROM a\nRUN <<EOF\nFROM b\n")) == [("open-heredoc", "line 2")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ARG A\nFROM x:$A", "pkg:docker/x"),
        ("FROM x:${A:-1}", "pkg:docker/x@1"),
        ("ARG A=\nFROM x:${A:-1}", "pkg:docker/x@1"),
        ("ARG A=2\nFROM x:${A:+${B:-3}}", "pkg:docker/x@3"),
        ("ARG A=2 B=x:$A\nFROM $B", "pkg:docker/x@2"),
        ("ARG R=reg.example:5000\nFROM $R/a/b:1", "pkg:docker/a/b@1?repository_url=reg.example:5000"),
        ("FROM x@$D", "pkg:docker/x"),
        ("FROM 'x:1'", "pkg:docker/x@1"),
        ("FROM --platform=linux/arm64 x:1", "pkg:docker/x@1?platform=linux%2Farm64"),
        ("FROM docker.io/library/x:1", "pkg:docker/x@1"),
    ],
)
def test_variables(text: str, found: str) -> None:
    reading = read(text)
    assert told(reading) == {(found, "runtime")}


def test_what_only_the_builder_knows() -> None:
    reading = read(
        "FROM a AS b-linux\nFROM b-$TARGETOS AS c\nFROM $WHAT\nFROM x:${V#v}\nCOPY --from=$X / /\n"
    )
    assert told(reading) == {("pkg:docker/a", "build"), ("pkg:docker/x", "runtime")}
    assert codes(reading) == [("expression", "line 3"), ("expression", "line 4"), ("expression", "line 5")]
    assert {f.level for f in reading.faults} == {"note"}


def test_an_image_of_two_uses_counts_by_the_stronger() -> None:
    reading = read("FROM a AS x\nFROM b AS y\nCOPY --from=a / /\nFROM x\n")
    assert told(reading) == {("pkg:docker/a", "runtime"), ("pkg:docker/b", "build")}
    assert {(e.target, e.scope) for e in reading.edges} == {("a", "runtime"), ("a", "build"), ("b", "build")}


def test_oddities() -> None:
    reading = read("FROM A:1\nFROM x y\nNONSENSE 1\nFROM\nFROM {{ base }}\n{{ if x }}\nFROM z:1\n")
    assert ("pkg:docker/z@1", "runtime") in told(reading)
    assert sorted(codes(reading)) == [
        ("image", "line 1"),
        ("image", "line 5"),
        ("malformed-line", "line 2"),
        ("malformed-line", "line 4"),
        ("malformed-line", "line 5"),
        ("template", "line 6"),
        ("unknown-instruction", "line 3"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "not-dockerfile"), ("RUN x", "not-dockerfile"), ("FROM a\n<<<<<<< x\n", "merge-conflict")],
)
def test_refused(text: str, code: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(text)
    assert caught.value.fault.code == code


@pytest.mark.parametrize(
    ("name", "head", "is_one"),
    [
        ("Dockerfile", b"", True),
        ("containerfile", b"", True),
        ("go.dockerfile", b"", True),
        ("Dockerfile.dev", b"# x\nFROM --platform=x a AS b\n", True),
        ("dockerfile.txt", b"from x import y\n", False),
        ("dockerfile.py", b"FROM a\n", False),
        ("Dockerfile.dockerignore", b"FROM a\n", False),
        ("Dockerfile.md", b"FROM a\n", False),
        ("mydockerfile", b"FROM a\n", False),
    ],
)
def test_which_files_are_dockers(name: str, head: bytes, *, is_one: bool) -> None:
    assert (DOCKER.claims(f"/x/{name}") or DOCKER.sniff(name, head, b"")) is is_one


def test_names_of_images() -> None:
    assert _images.parse("localhost/a/b") == _images.Image("localhost", "a/b", None, None)
    assert _images.parse("library/a") == _images.Image(None, "a", None, None)
    assert _images.parse("acme/a:1") == _images.Image(None, "acme/a", "1", None)
    assert _images.parse(f"Reg.example/a@{DIGEST.upper().replace('SHA', 'sha')}") == _images.Image(
        "Reg.example", "a", None, DIGEST
    )
    assert [
        _images.parse(text) for text in ("", "A", "a b", "a:", "a@sha256:12", "x" * 2000, "a//b", "-a")
    ] == [None] * 8
