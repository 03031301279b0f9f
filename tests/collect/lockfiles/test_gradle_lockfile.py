# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What Gradle's lockfiles mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from umbel.collect.interface import Document, Reading, UnreadableError
from umbel.collect.lockfiles.gradle_lockfile import GradleLockfileCollector, scope_of

GRADLE = GradleLockfileCollector()
NOWHERE = Path("/nonexistent/project")
HEADER = """# This is a Gradle generated file for dependency locking.
# Manual edits can break the build and are not advised.
# This file is expected to be part of source control.
"""
SOUND = f"""{HEADER}ch.qos.logback:logback-core:1.5.23=runtimeClasspath,testRuntimeClasspath
com.google.guava:guava:33.0.0-jre=compileClasspath,runtimeClasspath
org.projectlombok:lombok:1.18.30=annotationProcessor,compileClasspath
org.junit:junit-bom:5.10.0=testCompileClasspath
org.acme:debug:1=debugCompileClasspath
org.acme:lint:2=spotbugs
org.acme:odd:3=whatever
empty=kapt,testKapt
"""


def read(text: str | bytes, name: str = "gradle.lockfile") -> Reading:
    data = text.encode() if isinstance(text, str) else text
    return GRADLE.read(Document(NOWHERE / name, data=data))


def scopes(reading: Reading) -> dict[str | None, str | None]:
    return {c.purl: c.scope for c in reading.components}


def test_modules_with_their_scopes() -> None:
    reading = read(SOUND)
    assert scopes(reading) == {
        "pkg:maven/ch.qos.logback/logback-core@1.5.23": "runtime",
        "pkg:maven/com.google.guava/guava@33.0.0-jre": "runtime",
        "pkg:maven/org.projectlombok/lombok@1.18.30": "build",  # on no runtime classpath, which is locked
        "pkg:maven/org.junit/junit-bom@5.10.0": "test",
        "pkg:maven/org.acme/debug@1": "runtime",  # its runtime classpath is not locked
        "pkg:maven/org.acme/lint@2": "development",
        "pkg:maven/org.acme/odd@3": None,
    }
    assert reading.faults == []
    assert (reading.edges, reading.complete, reading.format) == ([], True, "gradle.lockfile")
    assert {c.direct for c in reading.components} == {None}


def test_build_scripts_and_files_of_one_configuration() -> None:
    assert scopes(read(f"{HEADER}a.b:plugin:1=classpath\nempty=\n", "buildscript-gradle.lockfile")) == {
        "pkg:maven/a.b/plugin@1": "build"
    }
    legacy = f"{HEADER}a.b:lib:1\n"
    names = ("compileClasspath", "testRuntimeClasspath", "kapt", "signatures", "buildscript-classpath")
    found = [scopes(read(legacy, f"{name}.lockfile"))["pkg:maven/a.b/lib@1"] for name in names]
    assert found == ["runtime", "test", "build", None, "build"]
    assert read(legacy, "x.lockfile").format == "Gradle lockfile of one configuration"


@pytest.mark.parametrize(
    ("configuration", "scope"),
    [
        ("latestDepTestRuntimeClasspath", "test"),
        ("testFixturesCompileClasspath", "test"),
        ("test_spark24RuntimeClasspath", "test"),
        ("latestCompileClasspath", "runtime"),
        ("main_java11CompileClasspath", "runtime"),
        ("releaseRuntimeClasspath", "runtime"),
        ("implementationDependenciesMetadata", "runtime"),
        ("kotlinCompilerPluginClasspath", "build"),
        ("debugAnnotationProcessor", "build"),
        ("compileOnly", "build"),
        ("jmhRuntimeClasspath", "development"),
        ("testament", None),
    ],
)
def test_configurations(configuration: str, scope: str | None) -> None:
    assert scope_of(configuration) == scope


def test_which_files_are_gradles() -> None:
    assert GRADLE.claims("/x/gradle.lockfile")
    assert GRADLE.claims("/x/gradle/dependency-locks/compile.lockfile")
    assert not GRADLE.claims("/x/other.lockfile")
    assert GRADLE.sniff("other.lockfile", HEADER.encode(), b"")
    assert not GRADLE.sniff("other.lockfile", b"# yarn", b"")


def test_oddities() -> None:
    reading = read(
        "a:b:1=testRuntimeClasspath\r\nnonsense\r\na:b:1=runtimeClasspath\r\na::2=x\r\n a:c:1:2 = x\n"
    )
    assert {(f.code, f.place) for f in reading.faults} == {
        ("malformed-line", "line 2"),
        ("duplicate", "line 3"),
        ("malformed-line", "line 4"),
    }
    assert scopes(reading)["pkg:maven/a/b@1"] == "runtime"
    assert "1:2" in {c.version.strip() for c in reading.components if c.version}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not-gradle-lockfile"),
        ("<<<<<<< HEAD\na:b:1=x\n", "merge-conflict"),
        ("{}", "not-gradle-lockfile"),
    ],
)
def test_refused(text: str, code: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(text)
    assert caught.value.fault.code == code
    assert read(HEADER).components == []
