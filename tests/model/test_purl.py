# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Package URLs: canonical, repaired with a note, refused with a sentence."""

from __future__ import annotations

import subprocess
import sys

import pytest

from umbel.model import purl

RAW = "had characters that a purl percent-encodes"


@pytest.mark.parametrize(
    ("raw", "package", "version", "note"),
    [
        ("pkg:npm/%40angular/core@17.0.1", "pkg:npm/%40angular/core", "17.0.1", None),
        (
            "pkg:npm/@angular/core@17.0.1",
            "pkg:npm/%40angular/core",
            "17.0.1",
            "had an unencoded @ in its scope",
        ),
        ("pkg:npm/@angular/core", "pkg:npm/%40angular/core", None, "had an unencoded @ in its scope"),
        ("pkg:npm/%2540angular/core@1", "pkg:npm/%40angular/core", "1", "was percent-encoded twice"),
        ("pkg:npm/%252540angular/core@1", "pkg:npm/%40angular/core", "1", "was percent-encoded twice"),
        ("pkg:npm/%40angular%2Fcore@1", "pkg:npm/%40angular/core", "1", None),
        (
            "pkg:deb/debian/dpkg@1.19.0.4%252Bb1",
            "pkg:deb/debian/dpkg",
            "1.19.0.4+b1",
            "was percent-encoded twice",
        ),
        ("pkg:deb/debian/dpkg@1.19.0.4+b1", "pkg:deb/debian/dpkg", "1.19.0.4+b1", None),
        ("pkg:generic/my lib@1", "pkg:generic/my%20lib", "1", RAW),
        ("pkg:generic/100%@1", "pkg:generic/100%25", "1", "had a percent sign that encodes nothing"),
        ("pkg:generic/a%FFb", "pkg:generic/a%EF%BF%BDb", None, "had percent-encoded bytes that are no UTF-8"),
        ("pkg://pypi/Foo_Bar@1", "pkg:pypi/foo-bar", "1", "was written with pkg:/ or pkg://"),
        ("PKG:PyPI/foo@1", "pkg:pypi/foo", "1", "had upper case in its scheme or type"),
        (" pkg:pypi/foo@1\n", "pkg:pypi/foo", "1", "had white space around it"),
        ("pkg:deb/debian/dpkg@1.19.0.4%2Bb1?arch=amd64", "pkg:deb/debian/dpkg", "1.19.0.4+b1", None),
        ("pkg:deb/debian/curl@1:2.0-1", "pkg:deb/debian/curl", "1:2.0-1", None),
        ("pkg:docker/debian@sha256%3A24f", "pkg:docker/debian", "sha256:24f", None),
        ("pkg:npm/lodash@", "pkg:npm/lodash", None, None),
    ],
)
def test_a_purl_is_taken_apart_and_a_repair_is_told(
    raw: str, package: str, version: str | None, note: str | None
) -> None:
    found = purl.parse(raw)
    assert (found.package, found.version, found.note) == (package, version, note)


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("pkg:pypi/Foo_Bar@1.0RC1", "pkg:pypi/foo-bar@1.0rc1"),
        ("pkg:npm/JSONStream@1.3.5", "pkg:npm/JSONStream@1.3.5"),
        ("pkg:golang/github.com/Azure/go@v1#Sub/./dir/../x", "pkg:golang/github.com/azure/go@v1#Sub/dir/x"),
        ("pkg:maven/Org.Example/Lib@1", "pkg:maven/Org.Example/Lib@1"),
        ("pkg:deb/Debian/Curl@1", "pkg:deb/debian/curl@1"),
        ("pkg:rpm/Fedora/ImageMagick@1", "pkg:rpm/fedora/ImageMagick@1"),
        ("pkg:github/Package-Url/Spec@AB", "pkg:github/package-url/spec@AB"),
        ("pkg:composer/Laravel/Framework@1", "pkg:composer/laravel/framework@1"),
        ("pkg:hackage/some_lib@1", "pkg:hackage/some-lib@1"),
        ("pkg:pub/Flutter-Lib@1", "pkg:pub/flutter_lib@1"),
        ("pkg:oci/Debian@SHA256:AB", "pkg:oci/debian@sha256:ab"),
        ("pkg:huggingface/Org/Model@ABC", "pkg:huggingface/Org/Model@abc"),
        ("pkg:mlflow/Fraud@3?repository_url=https://x.azuredatabricks.net", "pkg:mlflow/fraud@3?repository_url=https:%2F%2Fx.azuredatabricks.net"),
        ("pkg:mlflow/Fraud@3?repository_url=https://x.azureml.ms", "pkg:mlflow/Fraud@3?repository_url=https:%2F%2Fx.azureml.ms"),
        ("pkg:npm/a@1?Z=1&b=2%2B&c=", "pkg:npm/a@1?b=2%2B&z=1"),
        ("pkg:apk/alpine/libstdc%2B%2B@1", "pkg:apk/alpine/libstdc%2B%2B@1"),
    ],
)  # fmt: skip
def test_every_type_has_its_own_rules(raw: str, canonical: str) -> None:
    found = purl.parse(raw)
    assert found.purl == canonical
    assert purl.parse(canonical).note is None


@pytest.mark.parametrize(
    "raw",
    [
        "", "lodash", "pkg:", "pkg:npm", "pkg:npm/", "pkg:1npm/a", "pkg:n pm/a", "http://x/y", "pkg:npm/@/", "pkg:npm/@scope",
        "pkg:npm/a?b", "pkg:npm/a?b c=d", "pkg:maven/@1.3.4", "pkg:npm/ /%20/", "pkg:npm/\ud800",
    ],
)  # fmt: skip
def test_what_is_no_purl_is_refused_in_words(raw: str) -> None:
    with pytest.raises(purl.PurlError, match=r"\w+ .*\w"):
        purl.parse(raw)


def test_longer_texts_than_any_real_purl_are_refused_before_they_are_read() -> None:
    long = "a" * 1_000_000
    for text in ("pkg:npm/" + long, " " * 1_000_000 + "pkg:npm/a", "pkg:generic/" + "é" * 1000):
        with pytest.raises(purl.PurlError, match="at most 4,096"):
            purl.parse(text)
    for parts in ((long, None, "a"), ("npm", long, "a"), ("npm", None, long), ("npm", None, "a", long)):
        with pytest.raises(purl.PurlError, match="at most 4,096"):
            purl.make(*parts)
    with pytest.raises(purl.PurlError, match="at most 4,096"):
        purl.make("npm", None, "a", None, {"k": long})


def test_long_purls_are_read_but_not_kept_in_memory() -> None:
    before = len(purl._purls), len(purl._prefixes)  # noqa: SLF001 - what is kept is the point
    for number in range(20):
        purl.parse(f"pkg:generic/{number}{'a' * 1000}@1")
    assert (len(purl._purls), len(purl._prefixes)) == before  # noqa: SLF001


def test_a_full_memory_starts_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purl._Kept, "MOST", 8)  # noqa: SLF001
    for number in range(40):
        assert purl.parse(f"pkg:generic/some{number}@1").name == f"some{number}"
        assert len(purl._purls) <= max(8, number)  # noqa: SLF001


@pytest.mark.parametrize(
    ("parts", "canonical"),
    [
        (("npm", "@angular", "core", "17.0.1"), "pkg:npm/%40angular/core@17.0.1"),
        (("npm", None, "@angular/core"), "pkg:npm/%40angular/core"),
        (("PyPI", None, "Zope.Interface_x", "1.0+Local"), "pkg:pypi/zope.interface-x@1.0%2Blocal"),
        (("golang", None, "github.com/Masterminds/semver/v3", "v3.2.0"), "pkg:golang/github.com/masterminds/semver/v3@v3.2.0"),
        (("golang", "github.com/Masterminds", "semver", "v3"), "pkg:golang/github.com/masterminds/semver@v3"),
        (("maven", "org.apache", "commons", "1", {"type": "pom", "classifier": "a/b"}), "pkg:maven/org.apache/commons@1?classifier=a%2Fb&type=pom"),
        (("deb", "debian", "libstdc++6", "1:2~rc1+b1"), "pkg:deb/debian/libstdc%2B%2B6@1:2~rc1%2Bb1"),
        (("cargo", None, "serde", "1", {"vcs_url": "a&b=c%2F", "none": ""}), "pkg:cargo/serde@1?vcs_url=a%26b%3Dc%252F"),
        (("generic", None, "a@b", "x/y"), "pkg:generic/a%40b@x%2Fy"),
    ],
)  # fmt: skip
def test_a_purl_is_made_of_its_parts(parts: tuple[str, str | None, str], canonical: str) -> None:
    made = purl.make(*parts)
    assert made.purl == canonical
    assert purl.parse(canonical) == made


@pytest.mark.parametrize(
    ("kind", "name", "qualifiers"),
    [("", "a", None), ("npm", "", None), ("n/m", "a", None), ("npm", "/", None), ("npm", "a", {"b=c": "d"}), ("npm", "\ud800", None)],
)  # fmt: skip
def test_parts_that_make_no_purl_are_refused(kind: str, name: str, qualifiers: dict[str, str] | None) -> None:
    with pytest.raises(purl.PurlError):
        purl.make(kind, None, name, None, qualifiers)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("lodash", (None, "lodash", None)),
        ("lodash@4.17.21", (None, "lodash", "4.17.21")),
        ("lodash@<4.17.21", (None, "lodash", "<4.17.21")),
        ("lodash @ <4", (None, "lodash", "<4")),
        ("@angular/core", (None, "%40angular/core", None)),
        ("@angular/core@^17", (None, "%40angular/core", "^17")),
        ("log4j-core@>=2.0,<2.17.1", (None, "log4j-core", ">=2.0,<2.17.1")),
        ("org.apache.logging.log4j:log4j-core", (None, "org.apache.logging.log4j/log4j-core", None)),
        ("org.apache:x@>=2,<3", (None, "org.apache/x", ">=2,<3")),
        ("a@vers:npm/>=1.0|<2", (None, "a", "vers:npm/>=1.0|<2")),
        ("pkg:npm/lodash", ("pkg:npm/lodash", None, None)),
        ("pkg:npm/lodash@4.17.21", ("pkg:npm/lodash", None, "4.17.21")),
        ("pkg:npm/lodash@>=4,<5", ("pkg:npm/lodash", None, ">=4,<5")),
        ("pkg:npm/lodash@4.17.21?a=b#c", ("pkg:npm/lodash", None, "4.17.21")),
        ("pkg:npm/lodash?a=b", ("pkg:npm/lodash", None, None)),
        ("pkg:npm/@a/b@1", ("pkg:npm/%40a/b", None, "1")),
        ("pkg://npm/@a/b@^1", ("pkg:npm/%40a/b", None, "^1")),
        ("pkg:deb/debian/x@1%2Bb1", ("pkg:deb/debian/x", None, "1+b1")),
        ("PKG:PyPI/Foo_Bar@vers:pypi/>=1|<2", ("pkg:pypi/foo-bar", None, "vers:pypi/>=1|<2")),
    ],
)
def test_a_question_is_understood(text: str, query: tuple[str | None, str | None, str | None]) -> None:
    assert tuple(purl.parse_query(text)) == query


@pytest.mark.parametrize("text", ["", "  ", "vers:npm/>=1.0|<2", "pkg:", "pkg:npm", "pkg:npm/@1", "x" * 5000])
def test_a_question_without_a_package_is_refused(text: str) -> None:
    with pytest.raises(purl.PurlError):
        purl.parse_query(text)


def test_unidentified_components_have_keys_of_their_own() -> None:
    assert purl.unidentified("my lib/x", "org@y") == "unidentified:org%40y/my%20lib%2Fx"
    assert purl.unidentified("pkg:npm/a") == "unidentified:pkg:npm%2Fa"
    assert purl.ecosystem("unidentified:x") is None
    assert purl.display(purl.unidentified("my lib")) == "my lib"
    assert purl.unidentified("\ud800") == "unidentified:%5Cud800"


def test_names_too_long_for_a_key_are_still_told_apart() -> None:
    one, other = purl.unidentified("a" * 1_000_000), purl.unidentified("a" * 1_000_001)
    assert one != other
    assert len(one) < 1000


@pytest.mark.parametrize(
    ("package", "shown"),
    [
        ("pkg:npm/%40angular/core", "@angular/core"),
        ("pkg:maven/org.apache.commons/commons-lang3", "org.apache.commons:commons-lang3"),
        ("pkg:maven/commons-lang3", "commons-lang3"),
        ("pkg:pypi/requests", "requests"),
        ("pkg:golang/golang.org/x/net", "golang.org/x/net"),
        ("pkg:deb/debian/libstdc%2B%2B6", "debian/libstdc++6"),
    ],
)
def test_packages_are_shown_as_their_users_write_them(package: str, shown: str) -> None:
    assert purl.display(package) == shown


def test_plain_purls_are_read_without_loading_packageurl() -> None:
    code = (
        "import sys; from umbel.model import purl;"
        "purl.parse('pkg:npm/%40angular/core@1'); purl.parse('pkg:deb/debian/curl@7?arch=i386');"
        "assert 'packageurl' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_dotted_python_project_is_one_package_with_its_dashed_spelling() -> None:
    dotted, dashed = purl.parse("pkg:pypi/ruamel.yaml@0.18"), purl.parse("pkg:pypi/ruamel-yaml@0.18")
    assert dotted.package == dashed.package == "pkg:pypi/ruamel-yaml"
    assert dotted.purl == "pkg:pypi/ruamel.yaml@0.18"
    assert purl.make("pypi", None, "ruamel.yaml.clib").package == "pkg:pypi/ruamel-yaml-clib"


def test_the_major_version_of_a_go_module_is_part_of_its_path() -> None:
    written, split = "pkg:golang/github.com/acme/kit/v2@v2.3.7", "pkg:golang/github.com/acme/kit@v2.3.7#v2"
    assert purl.parse(split).package == purl.parse(written).package == "pkg:golang/github.com/acme/kit/v2"
    assert purl.parse(split).purl == split
    for other in ("pkg:golang/github.com/acme/kit@v2.3.7#v3", "pkg:golang/github.com/acme/kit@v2.3.7#cmd/v2"):
        assert purl.parse(other).package == "pkg:golang/github.com/acme/kit"
