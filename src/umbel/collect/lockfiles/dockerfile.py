# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Dockerfiles → the images that they build on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Component, Document, Edge, Reading, UnreadableError
from umbel.collect.lockfiles import _images
from umbel.collect.lockfiles._dockerfile_text import (
    LONGEST,
    UNKNOWN,
    Instruction,
    Text,
    arguments,
    expand,
    flags,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_FROM = re.compile(
    rb"^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*[^\s'\"]+[ \t]*(?:[ \t]AS[ \t]+\S+[ \t]*)?\r?$",
    re.IGNORECASE | re.MULTILINE,
)
_NAMES = ("dockerfile", "containerfile")
_OTHER = re.compile(
    r".*\.(dockerignore|md|rst|adoc|html?|go|py|pyc|pyi|js|mjs|ts|tsx|jsx|rs|java|kt|rb|php|c|h|cpp|cs|swift|json"
    r"|ya?ml|toml|xml|css|svg|png|tmlanguage|vim|snap|diff|patch)",
    re.DOTALL,
)
"""Names that begin as a Dockerfile's do and are of texts about them."""
_TEMPLATE = re.compile(r"\{\{|\{%|<%|%%|@@|\$\(")
_MOST_NAMED = 1000
"""Stages beyond which a name with a variable is not looked for among them."""
_INSTRUCTIONS = frozenset(
    {
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
        "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    }
)  # fmt: skip


class _Stage(NamedTuple):
    """One stage: what it builds on, as written and filled in, and its name."""

    base: str
    platform: str | None
    name: str | None
    line: int


class DockerfileCollector(Collector):
    """Dockerfiles.

    The image that the last stage builds on, if need be through other stages, is runtime; all others
    are build: those of other stages, those that files are copied or mounted from, and the frontend that
    a `# syntax=` names. Only what has a digest is pinned. Variables have the values that the file gives.
    """

    id = "dockerfile"
    title = "Dockerfile"
    reads = "Dockerfile and Containerfile, by these names, with any ending, or as *.dockerfile."
    limits = (
        "What the images hold and what RUN and ADD fetch is not known. A name that the builder is given as a "
        "context of its own is taken for an image. Values that the builder sets are not known."
    )
    names = (*_NAMES, *(f"{n}.*" for n in _NAMES), *(f"*.{n}" for n in _NAMES))

    def claims(self, path: str) -> bool:
        """Whether its name alone says so: other endings may be of anything."""
        return path.rpartition("/")[2].lower().endswith(_NAMES) and super().claims(path)

    def sniff(self, name: str, head: bytes, tail: bytes) -> bool:  # noqa: ARG002 - FROM stands near the head
        """Whether a name with another ending is of a text that begins a stage."""
        lower = name.lower()
        if not lower.startswith(tuple(f"{n}." for n in _NAMES)) or _OTHER.fullmatch(lower):
            return False
        return _FROM.search(head) is not None

    def read(self, document: Document) -> Reading:
        """Read one file."""
        data, found = document.utf8()
        faults = Faults()
        for fault in found:
            faults.add(fault.code, fault.message, fault.place, fault.level)
        file = _File(Text(data.decode("utf-8", "replace"), faults), faults)
        if not file.stages:
            raise UnreadableError("not-dockerfile", "holds no FROM, without which nothing is built")
        file.use()
        return Reading(
            format="Dockerfile",
            components=list(file.components.values()),
            edges=list(file.edges),
            faults=faults.list(),
        )


class _File:
    """What one Dockerfile says."""

    def __init__(self, text: Text, faults: Faults) -> None:
        self._faults = faults
        self._frontend = text.directives.get("syntax")
        self._known: dict[str, str | None] = {}
        self._taken: list[tuple[str, int]] = []
        self.stages: list[_Stage] = []
        self.components: dict[str, Component] = {}
        self.edges: dict[Edge, None] = {}
        for instruction in text.instructions():
            self._take(instruction)

    # -- what it says

    def _take(self, instruction: Instruction) -> None:
        word, rest, line = instruction
        if word == "ONBUILD":
            words = rest.split(None, 1)
            word, rest = (words[0].upper(), words[1]) if len(words) == 2 else ("", "")
            if word not in {"COPY", "ADD", "RUN"}:
                return
        if word == "FROM":
            self._stage(rest, line)
        elif word == "ARG" and not self.stages:
            for name, default in arguments(rest):
                self._argument(name, default)
        elif word in {"COPY", "ADD"}:
            self._taken += [(value, line) for name, value in flags(rest)[0] if name == "from"]
        elif word == "RUN":
            self._taken += [(image, line) for image in _mounted(rest)]
        elif word not in _INSTRUCTIONS:
            if _TEMPLATE.search(word) or _TEMPLATE.search(rest[:LONGEST]):
                message = "is a template, of which only what is written out is read"
                self._faults.once("template", message, f"line {line}", "note")
            else:
                message = f"has {word[:40]!r} where an instruction is due"
                self._faults.add("unknown-instruction", message, f"line {line}")

    def _argument(self, name: str, default: str | None) -> None:
        if default is None:
            self._known.setdefault(name, None)
            return
        value = expand(default, self._known)
        self._known[name] = None if UNKNOWN in value else value

    def _stage(self, rest: str, line: int) -> None:
        given, rest = flags(rest)
        words = rest.split()
        name = None
        if len(words) == 3 and words[1].lower() == "as":
            name = words[2].lower()
        elif len(words) != 1:
            message = f"has a FROM that can't be read: {rest[:80]!r}"
            self._faults.add("malformed-line", message, f"line {line}", "error")
            if not words:
                return
        platform = dict(given).get("platform")
        if platform is not None:
            platform = expand(platform, self._known) if platform else None
        self.stages.append(_Stage(words[0], platform, name, line))

    # -- what it uses

    def use(self) -> None:
        """Note every image that is used, and for what."""
        if self._frontend:
            self._image(self._frontend[0], None, "build", self._frontend[1])
        below: dict[str, int] = {}
        bases: list[int] = []
        for number, stage in enumerate(self.stages):
            base = expand(stage.base, self._known).lower()
            above = below.get(base) if UNKNOWN not in base else _of_pattern(base, below)
            bases.append(number if above is None else bases[above])
            if stage.name:
                below[stage.name] = number
        for number in dict.fromkeys(bases):
            stage = self.stages[number]
            base = expand(stage.base, self._known)
            scope = "runtime" if number == bases[-1] else "build"
            self._image(base, stage.platform, scope, stage.line)
        for name, line in dict.fromkeys(self._taken):
            if name.lower() in below or (name.isdecimal() and len(name) < 6 and int(name) < len(self.stages)):
                continue
            self._image(UNKNOWN if "$" in name else name, None, "build", line)

    def _image(self, text: str, platform: str | None, scope: str, line: int) -> None:
        place = f"line {line}"
        if text.lower() == "scratch":
            return
        text, lost = _without_unknown(text)
        if lost:
            what = f"the version of {text[:120]!r}" if text else "an image"
            message = f"leaves {what} to whoever builds it"
            self._faults.add("expression", message, place, "note")
        image = _images.parse(text) if text else None
        if image is None:
            if text:
                template = _TEMPLATE.search(text)
                message = f"names {text[:120]!r}, which is no image"
                self._faults.add("image", message, place, "note" if template else "error")
            return
        if platform is not None and UNKNOWN in platform:
            platform = None
        component = _images.component(image, scope, place, self._faults, platform=platform)
        before = self.components.get(component.ref)
        if before is None:
            self.components[component.ref] = component
        elif scope == "runtime":
            self.components[component.ref] = msgspec.structs.replace(before, scope=scope)
        edge = Edge(
            source=None,
            target=component.ref,
            package=component.package,
            requirement=image.requirement,
            scope=scope,
            pinned=image.digest is not None,
        )
        self.edges[edge] = None


def _of_pattern(base: str, below: dict[str, int]) -> int | None:
    """The first stage that may be meant by `build-$TARGETOS`; None if none may."""
    begin, *_, end = base.split(UNKNOWN)
    named = (n for name, n in below.items() if name.startswith(begin) and name.endswith(end))
    return next(named, None) if (begin or end) and len(below) <= _MOST_NAMED else None


def _without_unknown(text: str) -> tuple[str, bool]:
    """What is known of an image's name, as long as only its tag isn't; and whether something is lost."""
    if UNKNOWN not in text:
        return text, False
    known = text.partition(UNKNOWN)[0]
    path, colon, _ = known.rpartition(":")
    if colon and path and "/" not in known[len(path) :]:
        return path, True
    if text.startswith(known) and re.search(r"[a-z0-9]@$", known):
        return known[:-1], True
    return "", True


def _mounted(rest: str) -> Iterator[str]:
    """The stages and images that a RUN mounts."""
    for name, value in flags(rest)[0]:
        if name == "mount":
            for field in value.split(","):
                key, _, image = field.strip("\"'").partition("=")
                if key.strip().lower() == "from" and image:
                    yield image.strip("\"'")
