# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What Maven's project files mean, alone and together with those around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from umbel.collect.interface import Document, Edge, Reading, UnreadableError
from umbel.collect.lockfiles.pom_xml import PomXmlCollector

if TYPE_CHECKING:
    from pathlib import Path

HEAD = '<?xml version="1.0"?>\n<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'


def pom(inner: str) -> str:
    return f"{HEAD}{inner}</project>\n"


def gav(text: str) -> str:
    parts = text.split(":")
    return "".join(
        f"<{n}>{v}</{n}>" for n, v in zip(("groupId", "artifactId", "version"), parts, strict=False) if v
    )


def needs(*items: str) -> str:
    """Dependencies: `group:name[:version]` and, behind a blank, other elements."""
    inner = "".join(
        f"<dependency>{gav(i.partition(' ')[0])}{i.partition(' ')[2]}</dependency>" for i in items
    )
    return f"<dependencies>{inner}</dependencies>"


def tree(folder: Path, **files: str) -> None:
    """POMs by folder, `_` for the root and in place of slashes."""
    for name, text in files.items():
        path = folder / name.strip("_").replace("_", "/") / "pom.xml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pom(text))


def read(folder: Path, below: str = ".", collector: PomXmlCollector | None = None) -> Reading:
    return (collector or PomXmlCollector()).read(Document(folder / below / "pom.xml", root=folder))


def alone(folder: Path, inner: str | bytes) -> Reading:
    data = inner if isinstance(inner, bytes) else pom(inner).encode()
    return PomXmlCollector().read(Document(folder / "pom.xml", data=data))


def told(reading: Reading) -> dict[str | None, str | None]:
    return {c.purl: c.scope for c in reading.components}


def codes(reading: Reading) -> list[tuple[str, str]]:
    return [(f.code, f.place) for f in reading.faults if f.code not in {"manifest", "modules"}]


def test_dependencies_with_scopes_versions_and_kinds(tmp_path: Path) -> None:
    reading = alone(
        tmp_path,
        gav("org.acme:shop:1.0")
        + "<properties><v>2.1</v><w>${v}</w></properties>"
        + needs(
            "a:plain:1",
            "a:test:${w} <scope>test</scope>",
            "a:servlet:3 <scope>provided</scope>",
            "a:dump:${project.version} <classifier>sources</classifier><type>zip</type>",
            "a:maybe:5 <optional>true</optional><scope>runtime</scope>",
            "a:jars:6 <type>test-jar</type><scope>test</scope>"
            "<exclusions><exclusion><groupId>x</groupId><artifactId>*</artifactId></exclusion></exclusions>",
        ),
    )
    assert told(reading) == {
        "pkg:maven/a/plain@1": "runtime",
        "pkg:maven/a/test@2.1": "test",
        "pkg:maven/a/servlet@3": "build",
        "pkg:maven/a/dump@1.0?classifier=sources&type=zip": "runtime",
        "pkg:maven/a/maybe@5": "runtime",
        "pkg:maven/a/jars@6?type=test-jar": "test",
    }
    properties = {c.name: c.properties for c in reading.components}
    assert properties["jars"] == (("maven:exclusion", "x:*"),)
    assert properties["servlet"] == (("maven:scope", "provided"),)
    assert {e.target for e in reading.edges if e.optional} == {"a:maybe:jar:5"}
    assert {(e.source, e.pinned) for e in reading.edges} == {(None, True)}
    assert not reading.complete
    assert [(f.code, f.level) for f in reading.faults] == [("manifest", "note")]


@pytest.mark.parametrize(
    ("text", "version", "pinned"),
    [
        ("1.2", "1.2", True),
        ("[1.2]", "1.2", True),
        ("[1.0,2.0)", None, False),
        ("(,1],[2,)", None, False),
        ("LATEST", None, False),
        ("1.2-SNAPSHOT", "1.2-SNAPSHOT", False),
        ("${unknown}", None, None),
    ],
)
def test_versions(tmp_path: Path, text: str, version: str | None, *, pinned: bool | None) -> None:
    reading = alone(tmp_path, gav("g:a:1") + needs(f"b:c:{text}"))
    assert [c.version for c in reading.components] == [version]
    assert [(e.requirement, e.pinned) for e in reading.edges] == [(text, pinned)]
    assert codes(reading) == ([("variable", "line 2")] if pinned is None else [])


def test_the_project_itself(tmp_path: Path) -> None:
    reading = alone(
        tmp_path,
        gav("org.acme:shop:1.0")
        + "<packaging>war</packaging><name>Shop</name><description>Sells ${project.artifactId}</description>"
        + "<url>https://shop.example</url><licenses><license><name>Apache-2.0</name></license>"
        + "<license><url>https://x.example/l</url></license></licenses>",
    )
    assert (reading.subject, reading.subject_version) == ("org.acme:shop", "1.0")
    assert reading.subject_purl == "pkg:maven/org.acme/shop@1.0?type=war"
    assert reading.about is not None
    root = reading.about.root
    assert root is not None
    assert root.declared == ("Apache-2.0", "https://x.example/l")
    assert root.description == "Sells shop"
    assert root.properties == (("maven:packaging", "war"),)
    assert reading.components == []


PARENT = (
    gav("org.acme:parent:3")
    + "<packaging>pom</packaging><modules><module>app</module><module>lib</module><module>bom/pom.xml</module></modules>"
    + "<properties><guava>33</guava><over>1</over></properties>"
    + "<licenses><license><name>MIT</name></license></licenses>"
    + "<dependencyManagement>"
    + needs(
        "com.google:guava:${guava}",
        "org.junit:junit:5 <scope>test</scope>",
        "org.acme:bom:3 <type>pom</type><scope>import</scope>",
        "com.far:far-bom:9 <type>pom</type><scope>import</scope>",
    )
    + "</dependencyManagement>"
    + needs("org.slf4j:slf4j-api:2")
    + "<build><pluginManagement><plugins><plugin>"
    + gav("com.tool:gen:7")
    + needs("com.tool:helper:${over}")
    + "</plugin></plugins></pluginManagement><plugins><plugin><artifactId>maven-jar-plugin</artifactId><version>3</version></plugin>"
    + "<plugin><inherited>false</inherited><artifactId>only-here</artifactId><version>1</version></plugin></plugins></build>"
)
CHILD = (
    "<parent>"
    + gav("org.acme:parent:3")
    + "</parent><artifactId>app</artifactId><properties><guava>34</guava></properties>"
)


def test_parents_management_boms_and_plugins(tmp_path: Path) -> None:
    tree(
        tmp_path,
        _=PARENT,
        app=CHILD
        + needs("com.google:guava", "org.junit:junit", "com.bom:given", "org.acme:lib:3", "com.far:away")
        + "<build><plugins><plugin>"
        + gav("com.tool:gen")
        + "</plugin></plugins></build>",
        lib="<parent>" + gav("org.acme:parent:3") + "</parent><artifactId>lib</artifactId>",
        bom=gav("org.acme:bom:3")
        + "<dependencyManagement>"
        + needs("com.bom:given:8", "com.google:guava:0")
        + "</dependencyManagement>",
    )
    reading = read(tmp_path, "app")
    assert told(reading) == {
        "pkg:maven/com.google/guava@34": "runtime",
        "pkg:maven/org.junit/junit@5": "test",
        "pkg:maven/com.bom/given@8": "runtime",
        "pkg:maven/com.far/away": "runtime",
        "pkg:maven/org.slf4j/slf4j-api@2": "runtime",
        "pkg:maven/org.apache.maven.plugins/maven-jar-plugin@3": "build",
        "pkg:maven/com.tool/gen@7": "build",
        "pkg:maven/com.tool/helper@1": "build",
        "pkg:maven/com.far/far-bom@9?type=pom": "build",
    }
    assert (
        Edge(
            source="com.tool:gen:jar:7",
            target="com.tool:helper:jar:1",
            package="pkg:maven/com.tool/helper",
            requirement="1",
            scope="build",
            pinned=True,
        )
        in reading.edges
    )
    assert codes(reading) == [("unversioned", "line 2")]
    assert [f.message for f in reading.faults if f.code == "modules"] == [
        "needs 1 of the project's own modules, which count as the project"
    ]
    assert (reading.subject, reading.subject_version) == ("org.acme:app", "3")
    assert reading.about is not None
    assert reading.about.root is not None
    assert reading.about.root.declared == ("MIT",)
    assert "pkg:maven/org.apache.maven.plugins/only-here@1" in told(read(tmp_path))


def test_parents_are_found_only_in_the_project(tmp_path: Path) -> None:
    child = "<parent>" + gav("org.far:parent:3") + "{}</parent><artifactId>a</artifactId>" + needs("b:c")
    tree(
        tmp_path,
        _=gav("org.far:parent:3") + "<dependencyManagement>" + needs("b:c:1") + "</dependencyManagement>",
    )
    tree(
        tmp_path,
        in_app=child.format("<relativePath>../..</relativePath>"),
        in_no=child.format("<relativePath/>"),
    )
    tree(tmp_path, in_other=child.replace(":3", ":4").replace(">3<", ">4<").format(""))
    outside = {"pkg:maven/b/c": "runtime", "pkg:maven/org.far/parent@3?type=pom": "build"}
    assert told(read(tmp_path, "in/app")) == {"pkg:maven/b/c@1": "runtime"}
    assert told(read(tmp_path, "in/no")) == {"pkg:maven/b/c@1": "runtime"}  # above it, so of the project
    assert told(read(tmp_path, "in/other")) == {
        key and key.replace("@3", "@4"): v for key, v in outside.items()
    }
    assert told(read(tmp_path / "in", "app")) == outside  # what lies outside of the root is never read


def test_profiles_that_are_active_by_default(tmp_path: Path) -> None:
    profile = (
        "<profile><id>{0}</id><activation>{1}</activation><properties><v>{0}</v></properties>{2}</profile>"
    )
    default = profile.format("1", "<activeByDefault>true</activeByDefault>", needs("x:default:1"))
    asked = profile.format("2", "<property><name>asked</name></property>", needs("x:asked:1"))
    unasked = profile.format("3", "<property><name>!skip</name></property>", needs("x:unasked:1"))
    base = gav("g:a:1") + "<properties><v>0</v></properties>" + needs("x:y:${v}")
    assert set(told(alone(tmp_path, f"{base}<profiles>{asked}{default}</profiles>"))) == {
        "pkg:maven/x/y@1",
        "pkg:maven/x/default@1",
    }
    assert set(told(alone(tmp_path, f"{base}<profiles>{default}{unasked}</profiles>"))) == {
        "pkg:maven/x/y@3",
        "pkg:maven/x/unasked@1",
    }


def test_what_takes_part_is_in_the_fingerprint(tmp_path: Path) -> None:
    tree(tmp_path, _=PARENT, app=CHILD, lib=gav("org.acme:lib:3"), bom=gav("org.acme:bom:3"))

    def now() -> str:
        return PomXmlCollector().fingerprint(Document(tmp_path / "app/pom.xml", root=tmp_path))

    states = [now()]
    for change in (
        {"_": PARENT.replace("33", "34")},
        {"bom": gav("org.acme:bom:3") + needs("z:z:1")},
        {"lib": gav("org.acme:renamed:3")},
    ):
        tree(tmp_path, **change)
        states.append(now())
    assert len(set(states)) == 4
    tree(tmp_path, lib=gav("org.acme:renamed:3") + needs("z:z:1"))
    assert now() == states[-1]  # what a sibling needs is its own affair
    collector = PomXmlCollector()
    first = told(read(tmp_path, "app", collector))
    assert told(read(tmp_path, "app", collector)) == first


def test_variables_and_lineages_in_circles_end(tmp_path: Path) -> None:
    grows = "".join(f"<x{n}>${{x{n + 1}}}${{x{n + 1}}}</x{n}>" for n in range(200))
    reading = alone(
        tmp_path,
        gav("g:a:${project.version}")
        + f"<properties><a>${{b}}</a><b>${{a}}</b>{grows}<x200>y</x200></properties>"
        + needs("b:c:${a}", "b:d:${x0}", "${nope}:e:1"),
    )
    assert {c.name: c.version for c in reading.components} == {"c": None, "d": None}
    assert [code for code, _ in codes(reading)] == ["variable"] * 3
    tree(tmp_path, _="<parent>" + gav("g:b:1") + "<relativePath>b</relativePath></parent><artifactId>a</artifactId>",
         b="<parent>" + gav("g:a:1") + "</parent><artifactId>b</artifactId>" + needs("x:y:1"))  # fmt: skip
    assert "pkg:maven/x/y@1" in told(read(tmp_path))
    tree(
        tmp_path,
        _=gav("g:a:1")
        + "<modules><module>.</module><module>b</module></modules><dependencyManagement>"
        + needs("g:b:1 <type>pom</type><scope>import</scope>")
        + "</dependencyManagement>"
        + needs("x:y"),
        b=gav("g:b:1")
        + "<dependencyManagement>"
        + needs("g:a:1 <type>pom</type><scope>import</scope>", "x:y:5")
        + "</dependencyManagement>",
    )
    assert "pkg:maven/x/y@5" in told(read(tmp_path))


def test_oddities_cost_only_themselves(tmp_path: Path) -> None:
    reading = alone(
        tmp_path,
        gav("g:a:1")
        + needs("a:b:1 <scope>weird</scope>", ":c:1", "x:ok:1")
        + "<build><plugins><plugin><version>1</version></plugin></plugins>"
        + "<resources><resource><x/></resource></resources></build><x:y xmlns:x='z'/>",
    )
    assert told(reading) == {"pkg:maven/a/b@1": None, "pkg:maven/x/ok@1": "runtime"}
    assert [code for code, _ in codes(reading)] == ["nameless", "nameless", "scope"]
    tree(tmp_path, _=gav("g:a:1") + "<modules><module>bad</module><module>gone</module></modules>")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad/pom.xml").write_text("<project>")
    collector = PomXmlCollector()
    for _ in range(2):  # once read, the trouble is said again
        assert codes(read(tmp_path, ".", collector)) == [("companion", "bad/pom.xml")]


LAUGHS = b'<!DOCTYPE p [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><project>&b;</project>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (LAUGHS, "xml-entities"),
        (b'<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><project>&x;</project>', "xml-entities"),
        (b"<project>" + b"<a>" * 200_000, "too-deep"),
        (b"<project><configuration>" + b"<a>" * 200_000, "too-deep"),
        (b"<project>" + b"<a/>" * 500_001, "too-large"),
        (b"<project>", "malformed-xml"),
        (b"", "malformed-xml"),
        (b"<model/>", "not-pom"),
    ],
)
def test_refused(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        alone(tmp_path, data)
    assert caught.value.fault.code == code


def test_encodings(tmp_path: Path) -> None:
    text = pom(gav("g:a:1") + "<description>Größe</description>")
    for data in (
        text.encode("utf-16"),
        text.replace('"1.0"', '"1.0" encoding="ISO-8859-1"', 1).encode("latin-1"),
        b"\n" + text.encode(),
    ):
        about = alone(tmp_path, data).about
        assert about is not None
        assert about.root is not None
        assert about.root.description == "Größe"
