# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What each registry's answers mean, from servers on this machine that speak as the real ones do."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.collect.registries.servers import Reply, Server, server
from umbel.collect.registries import golang, maven, pypi
from umbel.collect.registries._http import Http
from umbel.collect.registries.catalogue import registries
from umbel.collect.registries.crates import path_of
from umbel.collect.registries.interface import Answer, Asked, Got, Options, PackageFacts, Unanswered
from umbel.collect.registries.pypi import version_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def here() -> Iterator[Server]:
    with server() as made:
        yield made


@pytest.fixture(scope="module")
def http() -> Iterator[Http]:
    with Http(wait=lambda _: None) as made:
        yield made


def ask(
    http: Http,
    here: Server,
    source: str,
    package: str,
    name: str,
    options: Options | None = None,
    **more: Any,
) -> Answer:
    at = here.address._replace(url=here.url + ("/simple" if source == "pypi" else ""))
    places = dict.fromkeys((source, *registries()[source].kinds), (at,))
    registry = registries()[source](http, places, options or Options())
    return registry.ask(Asked(package=package, name=name, **more))


def facts(answer: Answer) -> PackageFacts:
    assert answer.facts is not None
    return answer.facts


def rows(found: PackageFacts) -> list[tuple[str, bool | None, str | None, bool | None]]:
    """Version, pre-release, day of release, withdrawn."""
    return [
        (v.version, v.prerelease, v.released_at.date().isoformat() if v.released_at else None, v.yanked)
        for v in found.versions
    ]


def js(value: Any) -> bytes:
    return json.dumps(value).encode()


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# ---- npm

PACKUMENT = {
    "name": "@acme/pad",
    "dist-tags": {"latest": "1.10.0"},
    "versions": {
        "1.10.0": {"license": "MIT", "repository": {"type": "git", "url": "git+https://dev:pw@git.acme.example/pad.git", "directory": "parts/pad"}, "funding": [{"url": "https://fund.acme.example"}, "https://two.acme.example"], "description": "pads\u0000 left"},
        "1.9.0": {"license": {"type": "ISC"}, "deprecated": "has a hole"},
        "2.0.0-rc.1": {"licenses": [{"type": "MIT"}, {"type": "BSD-3-Clause"}]},
        "0.0.1beta": {},
    },
    "time": {"created": "2020-01-01T00:00:00Z", "1.9.0": "2020-01-01T00:00:00.000Z", "1.10.0": "2021-01-01T00:00:00Z", "2.0.0-rc.1": "no time"},
    "maintainers": [{"name": "a"}, {"name": "b"}],
}  # fmt: skip


def test_npm_tells_everything_in_one_document(http: Http, here: Server) -> None:
    here.tell("/@acme%2fpad", Reply(body=js(PACKUMENT), headers={"ETag": 'W/"1"'}))
    answer = ask(http, here, "npm", "pkg:npm/%40acme/pad", "@acme/pad")
    found = facts(answer)
    assert (answer.outcome, answer.validator) == ("new", 'etag:W/"1"')
    assert rows(found) == [
        ("0.0.1beta", None, None, None),
        ("1.9.0", False, "2020-01-01", None),
        ("1.10.0", False, "2021-01-01", None),
        ("2.0.0-rc.1", True, None, None),
    ]
    assert [v.position for v in found.versions] == [None, 0, 1, 2]
    assert [v.license for v in found.versions] == [None, "ISC", "MIT", "MIT OR BSD-3-Clause"]
    assert found.versions[1].deprecation == "has a hole"
    assert (found.latest, found.latest_at, found.license) == ("1.10.0", day("2021-01-01"), "MIT")
    assert found.repository == "git+https://git.acme.example/pad.git#./parts/pad"
    assert found.funding == ("https://fund.acme.example", "https://two.acme.example")
    assert (found.deprecated, found.maintainers, found.description) == (False, 2, "pads left")


def test_a_deprecated_npm_package_says_why(http: Http, here: Server) -> None:
    why = {"deprecated": "use String.padStart"}
    versions = {"1.0.0": why, "1.1.0": why}
    here.tell("/pad", js({"dist-tags": {"latest": "1.1.0"}, "versions": versions, "time": {}}))
    found = facts(ask(http, here, "npm", "pkg:npm/pad", "pad"))
    assert (found.deprecated, found.deprecation, found.latest) == (True, "use String.padStart", "1.1.0")


def test_a_mirror_that_leaves_deprecation_out_says_nothing_of_it(http: Http, here: Server) -> None:
    here.tell("/pad", js({"dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": {}}, "time": {}}))
    assert facts(ask(http, here, "npm", "pkg:npm/pad", "pad")).deprecated is None


def test_npm_unpublished_and_unheard_of(http: Http, here: Server) -> None:
    here.tell("/gone", js({"name": "gone", "time": {"unpublished": {"time": "2020-01-01T00:00:00Z"}}}))
    assert ask(http, here, "npm", "pkg:npm/gone", "gone").outcome == "absent"
    assert ask(http, here, "npm", "pkg:npm/never", "never").outcome == "absent"


def test_one_broken_version_loses_only_itself(http: Http, here: Server) -> None:
    here.tell("/pad", js({"versions": {"1.0.0": {}, "1.1.0": 7, "1.2.0": None, "": {}, "9" * 400: {}}}))
    found = facts(ask(http, here, "npm", "pkg:npm/pad", "pad"))
    assert [v.version for v in found.versions] == ["1.0.0"]
    assert [(f.code, f.level) for f in found.faults] == [("record", "warning")]


@pytest.mark.parametrize(
    "body", [b"<html>log in</html>", b"[]", b"{}", b'{"versions": []}', b"\xff", b"", b"[" * 100_000]
)
def test_something_else_is_never_taken_for_a_packument(http: Http, here: Server, body: bytes) -> None:
    here.tell("/pad", body)
    with pytest.raises(Unanswered) as caught:
        ask(http, here, "npm", "pkg:npm/pad", "pad")
    assert caught.value.fault.code == "not-understood"


def test_a_scope_is_asked_at_its_own_registry(http: Http, here: Server) -> None:
    with server() as own:
        own.tell("/@acme%2fpad", js(PACKUMENT))
        registry = registries()["npm"](http, {"npm": (here.address,), "npm:@acme": (own.address,)}, Options())
        assert registry.ask(Asked(package="pkg:npm/%40acme/pad", name="@acme/pad")).outcome == "new"
    assert here.requests == []


# ---- PyPI

SIMPLE = {
    "name": "pad",
    "versions": ["1.0", "1.1", "2.0rc1"],
    "files": [
        {"filename": "pad-1.0.tar.gz", "url": "/f/pad-1.0.tar.gz", "upload-time": "2020-01-02T00:00:00Z", "yanked": "broken"},
        {"filename": "pad-1.0-py3-none-any.whl", "url": "/f/x", "upload-time": "2020-01-01T00:00:00Z", "yanked": True},
        {"filename": "pad-1.1-py3-none-any.whl", "url": "/f/pad-1.1-py3-none-any.whl", "upload-time": "2021-01-01T00:00:00.123Z", "yanked": False, "core-metadata": {"sha256": "0"}},
        {"filename": "pad-1.1.tar.gz", "upload-time": "2021-01-02T00:00:00Z", "yanked": "only this file"},
        {"filename": "README"},
        3,
    ],
}  # fmt: skip
METADATA = b"""Metadata-Version: 2.4
Name: pad
Version: 1.1
Summary: pads left
License-Expression: MIT OR Apache-2.0
Classifier: Development Status :: 7 - Inactive
Project-URL: Source, https://git.acme.example/pad
Project-URL: Funding, https://fund.acme.example
"""


def test_pypi_by_the_simple_index_and_the_newest_metadata(http: Http, here: Server) -> None:
    here.tell("/simple/pad/", js(SIMPLE))
    here.tell("/f/pad-1.1-py3-none-any.whl.metadata", METADATA)
    found = facts(ask(http, here, "pypi", "pkg:pypi/pad", "pad"))
    assert rows(found) == [
        ("1.0", False, "2020-01-01", True),
        ("1.1", False, "2021-01-01", False),
        ("2.0rc1", True, None, None),
    ]
    assert found.versions[0].deprecation == "broken"
    assert (found.latest, found.license, found.description) == ("1.1", "MIT OR Apache-2.0", "pads left")
    assert (found.deprecated, found.deprecation) == (True, "Development Status :: 7 - Inactive")
    assert (found.repository, found.funding) == (
        "https://git.acme.example/pad",
        ("https://fund.acme.example",),
    )
    assert [fault.code for fault in found.faults] == ["record"]
    assert "vnd.pypi.simple.v1+json" in here.requests[0].headers["accept"]
    assert here.paths() == ["/simple/pad/", "/pypi/pad/json", "/f/pad-1.1-py3-none-any.whl.metadata"]


def test_pypi_by_the_projects_json_where_there_is_one(http: Http, here: Server) -> None:
    here.tell("/simple/pad/", js({**SIMPLE, "project-status": {"status": "archived"}}))
    info = {
        "license": "x" * 5000,
        "classifiers": ["License :: OSI Approved :: MIT License"],
        "home_page": "",
        "project_urls": {"Homepage": "https://pad.acme.example"},
        "summary": "pads",
    }
    here.tell(
        "/pypi/pad/json",
        js(
            {
                "info": info,
                "releases": {},
                "ownership": {"roles": [{"user": "a"}, {"user": "b"}, {"user": "a"}]},
            }
        ),
    )
    found = facts(ask(http, here, "pypi", "pkg:pypi/pad", "pad"))
    assert (found.license, found.homepage, found.maintainers) == (
        "License :: OSI Approved :: MIT License",
        "https://pad.acme.example",
        2,
    )
    assert (found.archived, found.deprecated, found.latest) == (True, False, "1.1")


def test_several_classifiers_are_all_the_licence_and_no_choice(http: Http, here: Server) -> None:
    def told(*names: str) -> str | None:
        classifiers = [f"License :: {name}" for name in names]
        about = {"info": {"name": "pad", "classifiers": classifiers}, "releases": {}}
        here.tell("/pypi/pad/json", js(about))
        here.tell("/simple/pad/", js({"files": []}))
        return facts(ask(http, here, "pypi", "pkg:pypi/pad", "pad")).license

    gpl = "OSI Approved :: GNU General Public License v3 (GPLv3)"
    assert told(gpl, "OSI Approved :: MIT License") == "GPL-3.0-only AND MIT"
    assert told("OSI Approved", "OSI Approved :: MIT License") == "License :: OSI Approved :: MIT License"
    assert told("OSI Approved :: MIT License", "Our Own") is None


def test_pypi_quarantined_is_not_to_be_used(http: Http, here: Server) -> None:
    here.tell(
        "/simple/pad/", js({**SIMPLE, "project-status": {"status": "quarantined", "reason": "malware"}})
    )
    found = facts(ask(http, here, "pypi", "pkg:pypi/pad", "pad"))
    assert (found.deprecated, found.deprecation) == (True, "malware")


def test_an_index_of_pages_has_versions_but_no_dates(http: Http, here: Server) -> None:
    page = b'<html><title>Links for pad</title><a href="../../f/pad-1.0.tar.gz#sha256=0">x</a><a data-yanked="bad" href="/f/pad-1.1.zip">y</a></html>'
    here.tell("/simple/pad/", page)
    found = facts(ask(http, here, "pypi", "pkg:pypi/pad", "pad"))
    assert rows(found) == [("1.0", False, None, False), ("1.1", False, None, True)]
    here.tell("/simple/pad/", b"<html>please log in</html>")
    with pytest.raises(Unanswered, match="no package index"):
        ask(http, here, "pypi", "pkg:pypi/pad", "pad")


def test_an_index_of_pages_is_dated_by_the_projects_json(http: Http, here: Server) -> None:
    here.tell("/simple/pad/", b'<a href="/f/pad-1.0.tar.gz">x</a><a href="/f/pad-1.1.tar.gz">x</a>')
    releases = {
        "1.0.0": [{"upload_time_iso_8601": "2020-01-01T00:00:00Z"}],
        "1.1": [{"upload_time": "2021-01-01T00:00:00"}],
    }
    here.tell("/pypi/pad/json", js({"info": {}, "releases": releases}))
    found = facts(ask(http, here, "pypi", "pkg:pypi/pad", "pad"))
    assert rows(found) == [("1.0", False, "2020-01-01", False), ("1.1", False, "2021-01-01", False)]
    assert (found.latest, found.latest_at) == ("1.1", day("2021-01-01"))


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("pad-1.0.tar.gz", "1.0"),
        ("pad_left-1.0.post1-cp311-cp311-manylinux_2_17_x86_64.whl", "1.0.post1"),
        ("pad-1.0-py2.7.egg", "1.0"),
        ("pad-1.0.win32-py2.7.exe", "1.0"),
        ("pad-1.0.win-amd64.zip", "1.0"),
        ("pad-1.0.tar.gz.asc", None),
        ("pad.whl", None),
        ("", None),
    ],
)  # fmt: skip
def test_the_version_of_a_file(name: str, version: str | None) -> None:
    assert version_of(name) == version


# ---- crates


def test_crates_by_the_index_alone(http: Http, here: Server) -> None:
    lines = [
        {"name": "pad", "vers": "1.0.0", "yanked": True},
        {"name": "pad", "vers": "1.1.0", "yanked": False, "pubtime": "2025-06-01T00:00:00Z"},
        {"oops": 1},
    ]
    here.tell("/3/p/pad", b"\n".join(js(line) for line in lines))
    found = facts(ask(http, here, "crates", "pkg:cargo/pad", "pad"))
    assert rows(found) == [("1.0.0", False, None, True), ("1.1.0", False, "2025-06-01", False)]
    assert (found.latest, found.license, found.deprecated) == ("1.1.0", None, None)
    assert here.paths() == ["/3/p/pad"]


def test_crates_with_the_api(http: Http, here: Server) -> None:
    here.tell(
        "/pa/dd/paddle",
        js({"name": "paddle", "vers": "1.0.0", "yanked": False})
        + b"\n"
        + js({"name": "paddle", "vers": "1.1.0", "yanked": True})
        + b"\n{}",
    )
    versions = [
        {"num": "1.0.0", "created_at": "2020-01-01T00:00:00+00:00", "license": "MIT"},
        {"num": "1.1.0", "yank_message": "unsound", "yanked": True},
    ]
    here.tell(
        "/api/v1/crates/paddle",
        js({"crate": {"repository": "https://git.acme.example/p"}, "versions": versions}),
    )
    here.tell("/api/v1/crates/paddle/owners", js({"users": [{"login": "a"}]}))
    found = facts(ask(http, here, "crates", "pkg:cargo/paddle", "paddle", Options(cargo_api=here.address)))
    assert (found.latest, found.latest_at, found.license) == ("1.0.0", day("2020-01-01"), "MIT")
    assert (found.maintainers, found.repository) == (1, "https://git.acme.example/p")
    assert found.versions[1].deprecation == "unsound"
    assert [fault.message for fault in found.faults] == ["1 version of its answer can't be read"]


@pytest.mark.parametrize(
    ("name", "path"), [("a", "1/a"), ("ab", "2/ab"), ("Abc", "3/a/abc"), ("Serde_JSON", "se/rd/serde_json")]
)
def test_where_the_index_keeps_a_crate(name: str, path: str) -> None:
    assert path_of(name) == path


# ---- gems


def test_gems_by_the_api(http: Http, here: Server) -> None:
    listed = [
        {"number": "2.0.0.rc1", "created_at": "2022-01-01T00:00:00.000Z", "prerelease": True},
        {"number": "1.0.0", "created_at": "2020-01-02T00:00:00Z", "platform": "java", "prerelease": False},
        {
            "number": "1.0.0",
            "created_at": "2020-01-01T00:00:00Z",
            "licenses": ["MIT", "GPL-2.0"],
            "prerelease": False,
        },
    ]
    here.tell("/api/v1/versions/pad.json", js(listed))
    here.tell(
        "/api/v1/gems/pad.json",
        js(
            {
                "licenses": None,
                "source_code_uri": "https://git.acme.example/pad",
                "funding_uri": "https://fund.acme.example",
            }
        ),
    )
    here.tell("/api/v1/gems/pad/owners.json", js([{"handle": "a"}, {"handle": "b"}]))
    found = facts(ask(http, here, "rubygems", "pkg:gem/pad", "pad"))
    assert rows(found) == [("1.0.0", False, "2020-01-01", False), ("2.0.0.rc1", True, "2022-01-01", False)]
    assert (found.latest, found.license, found.maintainers) == ("1.0.0", "MIT OR GPL-2.0", 2)
    assert found.funding == ("https://fund.acme.example",)


def test_gems_by_the_compact_index_of_a_mirror(http: Http, here: Server) -> None:
    here.tell(
        "/info/pad",
        b"---\n1.0.0 rake:>= 0|checksum:00,created_at:2020-01-01T00:00:00Z\n1.1.0-java |checksum:11\n1.2.0.pre |checksum:22\n",
    )
    found = facts(ask(http, here, "rubygems", "pkg:gem/pad", "pad"))
    assert rows(found) == [
        ("1.0.0", False, "2020-01-01", False),
        ("1.1.0", False, None, False),
        ("1.2.0.pre", True, None, False),
    ]
    assert ask(http, here, "rubygems", "pkg:gem/none", "none").outcome == "absent"


# ---- Go

GO_MOD = """// Deprecated: use example.org/v2 instead.
module github.com/Acme/Pad

// it ate the left side
retract v1.1.0
retract (
    [v0.1.0, v0.3.0] // too young
    v0.9.0
)
"""


def test_go_by_the_proxy(http: Http, here: Server) -> None:
    root = "/github.com/!acme/!pad/@v/"
    here.tell(root + "list", b"v1.0.0\nv1.1.0\nv0.2.0\nv1.2.0-rc.1\n")
    here.tell(root + "v1.0.0.info", js({"Version": "v1.0.0", "Time": "2020-01-01T00:00:00Z"}))
    here.tell(root + "v1.1.0.info", js({"Version": "v1.1.0", "Time": "2021-01-01T00:00:00Z"}))
    here.tell(root + "v1.1.0.mod", GO_MOD.encode())
    pseudo = "v1.0.1-0.20220304050607-0123456789ab"
    found = facts(
        ask(
            http,
            here,
            "golang",
            "pkg:golang/github.com/acme/pad",
            "github.com/Acme/Pad",
            used=("v1.0.0", pseudo, "latest"),
        )
    )
    assert rows(found) == [
        ("v0.2.0", False, None, True),
        ("v1.0.0", False, "2020-01-01", False),
        (pseudo, True, "2022-03-04", False),
        ("v1.1.0", False, "2021-01-01", True),
        ("v1.2.0-rc.1", True, None, False),
    ]
    assert (found.latest, found.deprecated) == ("v1.0.0", True)
    assert found.deprecation == "use example.org/v2 instead."
    assert found.versions[3].deprecation == "it ate the left side"
    assert found.repository == "https://github.com/Acme/Pad"


def test_a_go_module_whose_spelling_is_lost_is_unknown_not_absent(http: Http, here: Server) -> None:
    with pytest.raises(Unanswered, match="capital letters"):
        ask(http, here, "golang", "pkg:golang/github.com/acme/pad", "github.com/acme/pad", spelled=False)
    assert (
        ask(http, here, "golang", "pkg:golang/github.com/acme/pad", "github.com/acme/pad").outcome == "absent"
    )


def test_without_a_go_mod_nobody_knows_what_was_taken_back(http: Http, here: Server) -> None:
    here.tell("/x.example/y/@v/list", b"v1.0.0\n")
    found = facts(ask(http, here, "golang", "pkg:golang/x.example/y", "x.example/y"))
    assert [(v.version, v.yanked) for v in found.versions] == [("v1.0.0", None)]
    assert found.deprecated is None
    assert found.latest == "v1.0.0"


def test_go_asks_for_few_times_however_long_the_list(http: Http, here: Server) -> None:
    here.tell("/x.example/y/@v/list", "\n".join(f"v1.0.{n}" for n in range(500)).encode())
    ask(
        http,
        here,
        "golang",
        "pkg:golang/x.example/y",
        "x.example/y",
        used=tuple(f"v1.0.{n}" for n in range(300)),
    )
    assert sum(path.endswith(".info") for path in here.paths()) == golang.MOST_TIMES


@pytest.mark.parametrize(
    ("read", "page"),
    [
        (maven.read_listing, b'href="a/"' * 100_000),
        (lambda page: pypi.read(Got(status=200, url="x", body=page + b"<title>Links for")), b"<a " * 400_000),
    ],
)
def test_a_page_of_anchors_without_ends_takes_no_time(read: Callable[[bytes], object], page: bytes) -> None:
    began = time.process_time()  # of the processor: a busy machine is no slow reader
    read(page)
    assert time.process_time() - began < 10


# ---- Maven

MAVEN = b"<metadata><groupId>org.acme</groupId><versioning><versions><version>1.0</version><version>1.10</version><version>1.9</version><version>2.0-M1</version></versions></versioning></metadata>"
POM = b"""<project xmlns="http://maven.apache.org/POM/4.0.0"><parent><groupId>org.acme</groupId><artifactId>parent</artifactId><version>3</version></parent>
<artifactId>pad</artifactId><url>${site}</url><distributionManagement><relocation><groupId>org.acme.new</groupId><message>moved house</message></relocation></distributionManagement></project>"""
PARENT = b"<project><licenses><license><name>Apache-2.0</name></license></licenses><scm><url>https://git.acme.example/pad</url></scm></project>"


def test_maven_by_metadata_and_poms(http: Http, here: Server) -> None:
    here.tell("/org/acme/pad/maven-metadata.xml", MAVEN)
    here.tell("/org/acme/pad/1.10/pad-1.10.pom", POM)
    here.tell("/org/acme/parent/3/parent-3.pom", PARENT)
    found = facts(ask(http, here, "maven", "pkg:maven/org.acme/pad", "org.acme:pad"))
    assert rows(found) == [
        ("1.0", False, None, None),
        ("1.9", False, None, None),
        ("1.10", False, None, None),
        ("2.0-M1", True, None, None),
    ]
    assert (found.latest, found.license, found.repository) == (
        "1.10",
        "Apache-2.0",
        "https://git.acme.example/pad",
    )
    assert (found.deprecated, found.deprecation, found.successor) == (
        True,
        "moved house",
        "pkg:maven/org.acme.new/pad",
    )
    assert (found.homepage, found.latest_at) == (None, None)


def test_maven_dates_by_listing_and_by_search(http: Http, here: Server) -> None:
    here.tell("/org/acme/pad/maven-metadata.xml", MAVEN)
    here.tell(
        "/org/acme/pad/",
        b'<a href="../">../</a>\n<a href="1.10/" title="1.10/">1.10/</a>     2021-02-03 10:20         -\n<a href="1.9/">1.9/</a></td><td align="right">03-Feb-2020 10:20  </td>',
    )
    found = facts(
        ask(http, here, "maven", "pkg:maven/org.acme/pad", "org.acme:pad", Options(maven_listing=True))
    )
    assert [(v.version, v.released_at) for v in found.versions if v.released_at] == [
        ("1.9", day("2020-02-03T10:20")),
        ("1.10", day("2021-02-03T10:20")),
    ]
    docs = {"response": {"docs": [{"v": "1.10", "timestamp": 1612345678000}, {"v": 3}, 4]}}
    assert list(maven.read_search(js(docs))) == ["1.10"]


@pytest.mark.parametrize(
    "body", [b"", b"<html/>", b"{}", b'<!DOCTYPE x [<!ENTITY a "b">]><metadata>&a;</metadata>', b"<metadata>"]
)
def test_no_metadata_of_maven_is_told(http: Http, here: Server, body: bytes) -> None:
    here.tell("/org/acme/pad/maven-metadata.xml", body)
    with pytest.raises(Unanswered) as caught:
        ask(http, here, "maven", "pkg:maven/org.acme/pad", "org.acme:pad")
    assert caught.value.fault.code == "not-understood"


# ---- deps.dev


def test_deps_dev_speaks_of_many(http: Http, here: Server) -> None:
    listed = [
        {"versionKey": {"version": "1.0.0"}, "publishedAt": "2020-01-01T00:00:00Z"},
        {"versionKey": {"version": "0.9.0"}, "isDeprecated": True, "deprecatedReason": "old"},
        {"versionKey": None},
    ]
    here.tell("/systems/npm/packages/%40acme%2Fpad", js({"versions": listed}))
    here.tell(
        "/systems/npm/packages/%40acme%2Fpad/versions/1.0.0",
        js({"licenses": ["MIT"], "links": [{"label": "SOURCE_REPO", "url": "https://git.acme.example/p"}]}),
    )
    found = facts(ask(http, here, "deps_dev", "pkg:npm/%40acme/pad", "@acme/pad"))
    assert rows(found) == [("0.9.0", False, None, None), ("1.0.0", False, "2020-01-01", None)]
    assert (found.license, found.repository, found.deprecated) == ("MIT", "https://git.acme.example/p", False)


# ---- all of them


@pytest.mark.parametrize("source", registries())
def test_every_registry_is_known_by_its_module(source: str) -> None:
    found = registries()[source]
    assert found.id == source
    assert found.kinds
    assert (found.__doc__ or "").endswith(".")


@pytest.mark.parametrize(("source", "path", "kind"), [
    ("npm", "/pad", "npm"), ("pypi", "/simple/pad/", "pypi"), ("crates", "/3/p/pad", "cargo"), ("rubygems", "/api/v1/versions/pad.json", "gem"),
    ("golang", "/pad/@v/list", "golang"), ("maven", "/g/pad/maven-metadata.xml", "maven"), ("deps_dev", "/systems/npm/packages/pad", "npm"),
])  # fmt: skip
def test_what_did_not_change_costs_one_request(
    http: Http, here: Server, source: str, path: str, kind: str
) -> None:
    here.tell(path, Reply(304))
    name = "g:pad" if kind == "maven" else "pad"
    answer = ask(http, here, source, f"pkg:{kind}/pad", name, validator='etag:"a"')
    assert answer.outcome == "unchanged"
    assert here.paths() == [path]
