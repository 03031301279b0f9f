# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where registries stand, by the files of each client; secrets stay beside their servers."""

from __future__ import annotations

import base64
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.collect.registries.addresses import KINDS, Addresses, Place, Secret, basic, covers, split
from umbel.model.settings import Registries

if TYPE_CHECKING:
    from pathlib import Path


class Desk:
    """A user's home, workspace and variables."""

    def __init__(self, root: Path) -> None:
        self.home, self.folder = root / "home", root / "work"
        self.home.mkdir()
        self.folder.mkdir()
        self.environment: dict[str, str] = {}
        self.asking = False

    def write(self, name: str, text: str, *, work: bool = False) -> None:
        file = (self.folder if work else self.home) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def addresses(self, **named: str) -> Addresses:
        environment = {
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "PIP_CONFIG_FILE": "/dev/null",
            **self.environment,
        }
        return Addresses(Place(self.folder, self.home, environment, self.asking), Registries(**named))  # type: ignore[arg-type]

    def urls(self, kind: str) -> list[str]:
        return [address.url for address in self.addresses().of(kind)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_where_nothing_is_configured_nothing_is_asked(desk: Desk, kind: str) -> None:
    assert desk.urls(kind) == []
    said = desk.addresses().missing(kind)
    assert "name it in umbel.toml" in said
    assert f"[registries] {kind} = " in said


@pytest.mark.parametrize("kind", KINDS)
def test_umbel_toml_comes_first(desk: Desk, kind: str) -> None:
    desk.write(".npmrc", "registry=https://npm.acme.example/")
    (address,) = desk.addresses(**{kind: "https://mirror.acme.example/x/"}).of(kind)
    assert address == ("https://mirror.acme.example/x", "umbel.toml")


def test_pip_by_variable_file_and_uv(desk: Desk) -> None:
    desk.write(".config/uv/uv.toml", '[[index]]\nurl = "https://uv.acme.example/simple"\ndefault = true\n')
    assert desk.urls("pypi") == ["https://uv.acme.example/simple"]
    desk.write(
        "pip.conf",
        "[global]\nindex-url = https://conf.acme.example/simple/\nextra-index-url =\n  https://more.acme.example/simple\n  file:///opt/simple\ncert = /none.pem",
    )
    desk.environment["PIP_CONFIG_FILE"] = str(desk.home / "pip.conf")
    assert desk.urls("pypi") == ["https://conf.acme.example/simple", "https://more.acme.example/simple"]
    desk.environment["PIP_INDEX_URL"] = "https://dev:hush@var.acme.example/simple"
    addresses = desk.addresses()
    assert next(a.url for a in addresses.of("pypi")) == "https://var.acme.example/simple"
    assert addresses.credential("https://var.acme.example/simple/flask/") == basic("dev", "hush")
    assert addresses.credential("https://var.acme.example/other") is None
    assert addresses.credential("http://var.acme.example/simple/flask/") is None
    desk.environment["UV_DEFAULT_INDEX"] = "acme=https://named.acme.example/simple"
    assert desk.urls("pypi")[0] == "https://named.acme.example/simple"


def test_npm_by_variable_and_files_with_scopes_and_tokens(desk: Desk) -> None:
    desk.environment["TOKEN"] = "hush"  # noqa: S105 - a test's
    desk.write(
        ".npmrc",
        "registry = https://home.acme.example/npm/\n//home.acme.example/npm/:_authToken=${TOKEN}\n; no\n",
    )
    desk.write(
        ".npmrc",
        '@acme:registry="https://own.acme.example/"\n//own.acme.example/:username=dev\n//own.acme.example/:_password='
        + base64.b64encode(b"pw").decode(),
        work=True,
    )
    addresses = desk.addresses()
    assert [a.url for a in addresses.of("npm")] == ["https://home.acme.example/npm"]
    assert {s: a.url for s, a in addresses.scopes().items()} == {"@acme": "https://own.acme.example"}
    assert addresses.credential("https://home.acme.example/npm/lodash") == "Bearer hush"
    assert addresses.credential("https://home.acme.example/other") is None
    assert addresses.credential("http://home.acme.example/npm/lodash") is None
    assert addresses.credential("https://own.acme.example/@acme%2fx") == basic("dev", "pw")
    desk.environment["NPM_CONFIG_REGISTRY"] = "https://var.acme.example"
    assert desk.urls("npm") == ["https://var.acme.example"]


def test_go_by_variable_and_file(desk: Desk) -> None:
    desk.write(
        ".config/go/env", "GOPROXY=https://go.acme.example,direct\nGOPRIVATE=*.acme.example,github.com/acme\n"
    )
    addresses = desk.addresses()
    assert [a.url for a in addresses.of("golang")] == ["https://go.acme.example"]
    assert addresses.private("golang", "git.acme.example/x/y")
    assert addresses.private("golang", "github.com/acme/shop/v2")
    assert not addresses.private("golang", "github.com/acmes/shop")
    desk.environment["GOPROXY"] = "off"
    assert "names no proxy" in desk.addresses().missing("golang")


def test_cargo_by_source_replacement(desk: Desk) -> None:
    desk.write(
        ".cargo/config.toml",
        '[source.crates-io]\nreplace-with = "a"\n[source.a]\nreplace-with = "acme"\n[registries.acme]\nindex = "sparse+https://cargo.acme.example/index/"',
    )
    desk.write(".cargo/credentials.toml", '[registries.acme]\ntoken = "Bearer hush"')
    addresses = desk.addresses()
    assert [a.url for a in addresses.of("cargo")] == ["https://cargo.acme.example/index"]
    assert addresses.credential("https://cargo.acme.example/index/se/rd/serde") == "Bearer hush"
    desk.write(
        ".cargo/config.toml",
        '[source.crates-io]\nreplace-with = "g"\n[source.g]\nregistry = "https://git.acme.example/index"',
        work=True,
    )
    assert "git index" in desk.addresses().missing("cargo")


def test_gem_by_mirror_and_gemrc(desk: Desk) -> None:
    desk.write(".gemrc", "---\n:sources:\n- https://gems.acme.example/\n")
    assert desk.urls("gem") == ["https://gems.acme.example"]
    desk.write(
        ".bundle/config",
        '---\nBUNDLE_MIRROR__ALL: "https://mirror.acme.example"\nBUNDLE_MIRROR__ACME__EXAMPLE: "dev:hush"\n',
    )
    addresses = desk.addresses()
    assert [a.url for a in addresses.of("gem")] == ["https://mirror.acme.example"]
    assert addresses.credential("https://mirror.acme.example/info/x") == basic("dev", "hush")


def test_maven_by_mirror_repository_and_the_installation(desk: Desk) -> None:
    home = desk.home / "maven"
    (home / "lib").mkdir(parents=True)
    with zipfile.ZipFile(home / "lib/maven-model-builder-3.9.jar", "w") as jar:
        jar.writestr(
            "org/apache/maven/model/pom-4.0.0.xml",
            "<project><repositories><repository><id>central</id><url>https://built-in.acme.example/maven2</url></repository></repositories></project>",
        )
    desk.environment["MAVEN_HOME"] = str(home)
    assert desk.urls("maven") == []
    desk.asking = True
    assert desk.urls("maven") == ["https://built-in.acme.example/maven2"]
    desk.write(
        ".m2/settings.xml",
        '<settings xmlns="urn:x"><servers><server><id>m</id><username>dev</username><password>hush</password></server></servers><mirrors><mirror><id>n</id><mirrorOf>*,!central</mirrorOf><url>https://no.acme.example</url></mirror><mirror><id>m</id><mirrorOf>external:*</mirrorOf><url>https://m2.acme.example/all/</url></mirror></mirrors></settings>',
    )
    addresses = desk.addresses()
    assert [a.url for a in addresses.of("maven")] == ["https://m2.acme.example/all"]
    assert addresses.credential("https://m2.acme.example/all/org/x") == basic("dev", "hush")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a script that runs as it is")
def test_a_client_is_asked_where_no_file_tells(desk: Desk, tmp_path: Path) -> None:
    for name, said in (("npm", "https://npm.acme.example/"), ("go", "https://go.acme.example,direct")):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\necho '{said}'\n")
        program.chmod(0o755)
    desk.environment["PATH"] = f"{tmp_path / 'bin'}:/usr/bin:/bin"
    desk.asking = True
    assert desk.urls("npm") == ["https://npm.acme.example"]
    assert desk.urls("golang") == ["https://go.acme.example"]
    (tmp_path / "bin/npm").write_text("#!/bin/sh\nexit 3\n")
    assert desk.urls("npm") == []


def test_netrc_is_for_its_host(desk: Desk) -> None:
    desk.write(".netrc", "machine go.acme.example login dev password hush\ndefault login x password y\n")
    addresses = desk.addresses()
    assert addresses.credential("https://go.acme.example/x") == basic("dev", "hush")
    assert addresses.credential("https://else.acme.example/x") is None


def test_a_secret_never_shows_itself() -> None:
    _, (secret,) = split("https://dev:hush@npm.acme.example/x", "a test")
    assert "hush" not in repr(secret) + str(secret) + f"{secret}"
    assert basic("dev", "hush") not in repr([secret])


@pytest.mark.parametrize(
    ("prefix", "url", "for_it"),
    [
        ("https://a.example/x", "https://a.example/x/y", True),
        ("https://a.example/x", "https://a.example/xy", False),
        ("https://a.example", "https://a.example.evil.example/", False),
        ("https://a.example:8443", "https://a.example/", False),
        ("https://a.example", "https://a.example:443/", True),
        ("//a.example/", "https://a.example/y", True),
        ("//a.example/", "http://a.example/y", False),
        ("https://a.example", "https://dev@b.example/https://a.example", False),
        ("https://a.example", "https://[broken", False),
    ],
)  # fmt: skip
def test_a_credential_covers_its_own_addresses(prefix: str, url: str, for_it: bool) -> None:  # noqa: FBT001
    assert covers(prefix, url) is for_it


@given(
    st.text(max_size=300),
    st.sampled_from(
        [
            ".npmrc",
            ".cargo/config.toml",
            ".gemrc",
            ".m2/settings.xml",
            ".config/go/env",
            ".bundle/config",
            ".netrc",
            ".config/uv/uv.toml",
        ]
    ),
)
def test_no_file_of_a_client_breaks_anything(
    tmp_path_factory: pytest.TempPathFactory, text: str, name: str
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    file = desk.home / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    addresses = desk.addresses()
    for kind in KINDS:
        assert all(isinstance(secret, Secret) for secret in addresses.told(kind).secrets)
        addresses.missing(kind)
