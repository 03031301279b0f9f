# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Gradle's lockfiles → evidence.

A line names a module and the configurations that it was locked in: `group:name:version=a,b`. Before
Gradle 7 there was a file for each configuration, named after it, with bare modules in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Component, Document, Reading, UnreadableError
from umbel.model.purl import PurlError, make, unidentified

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER = b"# This is a Gradle generated file for dependency locking."
_STRENGTH = ("runtime", "build", "test", "development")
_TEST = re.compile(r"test(?![a-z])|.*Test(?![a-z])", re.DOTALL)
"""`test`, `testImplementation`, `integrationTestRuntimeClasspath`, `kaptTest`; not `latestCompileClasspath`."""
_TOOLS = re.compile(
    r"jmh|jacoco|spotbugs|findbugs|codenarc|checkstyle|pmd|cpd|ktlint|detekt|spotless|errorprone|dokka|javadoc"
    r"|developmentOnly|aggregateCodeCoverage|mutation|pitest|asciidoctor"
)
_BUILD = re.compile(
    r"annotationProcessor|.*AnnotationProcessor|kapt|ksp|kotlin[A-Z]|zinc|scalaCompilerPlugins|compileOnly"
    r"|.*CompileOnly|.*[Pp]rotoPath|protobuf|antlr|xjc|classpath$",
    re.DOTALL,
)
_RUNTIME = re.compile(
    r"(.*[a-z0-9_-])?([Rr]untimeClasspath|[Cc]ompileClasspath|RuntimeOnly)|runtimeOnly|api|implementation|compile"
    r"|runtime|default|archives|shadow|(api|implementation|runtimeOnly)DependenciesMetadata",
    re.DOTALL,
)
_LONGEST = 4096


class _Locked(NamedTuple):
    """One line."""

    group: str
    name: str
    version: str
    configurations: str
    place: str


class GradleLockfileCollector(Collector):
    """Gradle's lockfiles.

    What a module is for follows from the configurations that it is locked in; the strongest counts.
    Runtime and compile classpaths (of any variant) are runtime, those of tests are test, processors,
    compilers and build scripts are build, checkers are development. A module that is on a compile
    classpath and not on the runtime classpath of the same name, though that is locked too, is only
    needed to compile: build. Configurations of other names tell no scope.
    """

    id = "gradle_lockfile"
    title = "Gradle lockfile"
    reads = (
        "gradle.lockfile, buildscript-gradle.lockfile and settings-gradle.lockfile; of Gradle before 7 "
        "the files in gradle/dependency-locks; other *.lockfile that Gradle made."
    )
    limits = (
        "Which module needs which, and which are direct, is not in the file, nor are digests and repositories. "
        "Modules of composite builds are not told apart from others."
    )
    names = ("gradle.lockfile", "buildscript-gradle.lockfile", "settings-gradle.lockfile")
    paths = ("gradle/dependency-locks/*.lockfile",)
    suffixes = (".lockfile",)

    def sniff(self, name: str, head: bytes, tail: bytes) -> bool:  # noqa: ARG002 - the head tells
        """Whether it begins as Gradle begins its lockfiles, whatever its name."""
        return name.lower().endswith(".lockfile") and head.removeprefix(b"\xef\xbb\xbf").startswith(_HEADER)

    def read(self, document: Document) -> Reading:
        """Read one lockfile."""
        data, found = document.utf8()
        faults = Faults()
        for fault in found:
            faults.add(fault.code, fault.message, fault.place, fault.level)
        file = _File(document.name, data.decode("utf-8", "replace"), faults)
        reading = Reading(format=file.format)
        reading.components = list(file.components())
        reading.faults = faults.list()
        return reading


class _File:
    """What one lockfile says."""

    def __init__(self, name: str, text: str, faults: Faults) -> None:
        self._faults = faults
        stem = name.lower().removesuffix(".lockfile")
        self._script = stem.startswith(("buildscript-", "settings-"))
        self._own = name[: len(stem)]
        self._all: set[str] = set()
        self._scopes: dict[str, str | None] = {}
        self._keyed = False
        self._empty = False
        self._lines = list(self._locked(text))
        if not (self._lines or self._empty or text.lstrip().startswith(_HEADER.decode())):
            raise UnreadableError("not-gradle-lockfile", "holds no line of a Gradle lockfile")

    @property
    def format(self) -> str:
        """Which of the two forms it is."""
        if self._keyed or self._empty:
            return "gradle.lockfile"
        return "Gradle lockfile of one configuration"

    def _locked(self, text: str) -> Iterator[_Locked]:
        """The sound lines; on the way, the names of all configurations."""
        for number, line in enumerate(text.split("\n"), 1):
            line = line.strip()  # noqa: PLW2901 - its end may be of any system
            if not line or line.startswith("#"):
                continue
            place = f"line {number}"
            if line.startswith(("<<<<<<< ", ">>>>>>> ")) or line == "=======":
                raise UnreadableError("merge-conflict", "holds an unresolved merge conflict", place)
            module, mark, configurations = line.partition("=")
            self._keyed = self._keyed or bool(mark)
            if mark:
                self._all.update(configurations.split(","))
            if mark and module == "empty":
                self._empty = True
                continue
            parts = module.split(":", 2)
            if len(parts) != 3 or not all(map(str.strip, parts)) or len(module) > _LONGEST:
                message = f"has {line[:80]!r} where group:name:version is due"
                self._faults.add("malformed-line", message, place, "error")
                continue
            group, name, version = parts
            yield _Locked(group, name, version, configurations if mark else self._own, place)

    def components(self) -> Iterator[Component]:
        """The locked modules, each once."""
        found: dict[str, Component] = {}
        for item in self._lines:
            component = self._component(item)
            before = found.get(component.ref)
            if before is None:
                found[component.ref] = component
                continue
            self._faults.add("duplicate", f"locks {component.ref[:160]!r} again", item.place)
            if _rank(component.scope) < _rank(before.scope):
                found[component.ref] = component
        yield from found.values()

    def _component(self, item: _Locked) -> Component:
        try:
            purl = make("maven", item.group, item.name, item.version)
        except PurlError as error:
            message = f"has a module {item.name[:80]!r}, which no purl can name: {error}"
            self._faults.add("purl", message, item.place)
            purl = None
        return Component(
            ref=f"{item.group}:{item.name}:{item.version}",
            package=purl.package if purl else unidentified(item.name, item.group),
            version=item.version,
            purl=purl.purl if purl else None,
            type="library",
            name=item.name,
            namespace=item.group,
            scope=self._scope(item.configurations),
        )

    def _scope(self, configurations: str) -> str | None:
        if self._script:
            return "build"
        if configurations not in self._scopes:
            names = configurations.split(",")
            scopes = {self._scope_of(name, names) for name in names}
            self._scopes[configurations] = next((scope for scope in _STRENGTH if scope in scopes), None)
        return self._scopes[configurations]

    def _scope_of(self, name: str, names: list[str]) -> str | None:
        scope = scope_of(name)
        if scope == "runtime" and name.endswith(("compileClasspath", "CompileClasspath")):
            twin = name[: -len("compileClasspath")] + ("r" if name[-16] == "c" else "R") + "untimeClasspath"
            if twin in self._all and twin not in names:
                return "build"
        return scope


def scope_of(configuration: str) -> str | None:
    """What a configuration of this name is for; None if its name doesn't say.

    >>> scope_of("releaseRuntimeClasspath"), scope_of("integrationTestCompileClasspath"), scope_of("kapt")
    ('runtime', 'test', 'build')
    """
    if _TEST.match(configuration):
        return "test"
    if _TOOLS.match(configuration):
        return "development"
    if _BUILD.match(configuration):
        return "build"
    return "runtime" if _RUNTIME.fullmatch(configuration) else None


def _rank(scope: str | None) -> int:
    return _STRENGTH.index(scope) if scope else len(_STRENGTH)
