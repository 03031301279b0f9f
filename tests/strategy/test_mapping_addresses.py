# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Addresses as packages give them: which repository they name, and which are never to be asked."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from umbel.collect.remotes import parse
from umbel.strategy.mapping import place
from umbel.strategy.mapping.addresses import Mode, _read

MODES: tuple[Mode, ...] = ("any", "npm", "forge", "declared")
ONE = "github.com/acme/shop"


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/acme/shop",
        "https://github.com/acme/shop.git",
        "http://www.github.com/Acme/Shop/",
        "https://GitHub.com/ACME/shop#readme",
        "git+https://github.com/acme/shop.git@1a2b3c",
        "git+ssh://git@github.com/acme/shop.git#v1.2.3",
        "git+ssh://git@github.com:acme/shop.git",
        "git://github.com/acme/shop.git",
        "git@github.com:acme/shop.git",
        "github:acme/shop#semver:^7",
        "scm:git:git://github.com/acme/shop.git",
        "scm:git:git@github.com:acme/shop.git",
        "scm:https://github.com/acme/shop",
        "https://me:secret@github.com/acme/shop.git?token=secret",
        "https://github.com/acme/shop/issues/7",
        "https://github.com/acme/shop/wiki",
        "https://github.com/acme/shop/releases/download/v1/shop.tgz",
        "https://codeload.github.com/acme/shop/tar.gz/1a2b3c",
        "https://api.github.com/repos/acme/shop/zipball/1a2b3c",
        "https://raw.githubusercontent.com/acme/shop/main/README.md",
        "github.com/acme/shop",
    ],
)
def test_many_ways_to_write_one_repository(text: str) -> None:
    found = place(text)

    assert found is not None
    assert found.project == ONE
    assert found.url.lower() == f"https://{ONE}"
    assert parse(found.url).origin.lower() == f"git:{ONE}"


@pytest.mark.parametrize(
    ("text", "project", "path"),
    [
        ("https://github.com/acme/mono/tree/main/packages/shop", "github.com/acme/mono", "packages/shop"),
        ("git+https://github.com/acme/mono.git@1a2b#packages/shop", "github.com/acme/mono", "packages/shop"),
        ("https://github.com/acme/mono.git#egg=shop&subdirectory=py/shop", "github.com/acme/mono", "py/shop"),
        ("https://github.com/acme/mono/tree/main/../../etc", "github.com/acme/mono", None),
        ("https://gitlab.com/acme/sub/group/shop/-/tree/main/lib", "gitlab.com/acme/sub/group/shop", "lib"),
        ("git@gitlab.com:acme/sub/shop.git", "gitlab.com/acme/sub/shop", None),
        ("https://gitlab.acme.example/team/shop/-/issues", "gitlab.acme.example/team/shop", None),
        ("https://bitbucket.org/acme/shop/src/main/lib", "bitbucket.org/acme/shop", "lib"),
        ("https://codeberg.org/Acme/shop/src/branch/main", "codeberg.org/acme/shop", "main"),
        ("https://git.sr.ht/~acme/shop/log", "git.sr.ht/~acme/shop", None),
        ("https://savannah.gnu.org/projects/shop", "git.savannah.gnu.org/git/shop", None),
        ("https://go.googlesource.com/text/+/refs/heads/main", "go.googlesource.com/text", None),
        (
            "https://gitbox.apache.org/repos/asf?p=shop.git;a=summary",
            "gitbox.apache.org/repos/asf/shop",
            None,
        ),
        ("git://git.kernel.org/pub/scm/shop/shop.git", "git.kernel.org/pub/scm/shop/shop", None),
        ("ssh://git@code.acme.example:7999/team/shop.git", "code.acme.example/team/shop", None),
        ("https://acme.example/repos/Shop.git", "acme.example/repos/Shop", None),
    ],
)
def test_folders_forges_and_hosts_of_ones_own(text: str, project: str, path: str | None) -> None:
    found = place(text)

    assert found is not None
    assert (found.project, found.path) == (project, path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "file:///srv/git/shop.git",
        "https://127.0.0.1/acme/shop.git",
        "https://[::1]/acme/shop.git",
        "https://localhost/acme/shop.git",
        "https://2130706433/acme/shop.git",
        "git+https://0x7f.0.0.1/acme/shop.git",
        "git+https://0x7f.1:8080/acme/shop.git",
        "git+http://git.localhost/acme/shop.git",
        "git+ssh://git@localhost.localdomain/shop.git",
        "ext::sh -c id",
        "--upload-pack=id",
        "https://github.com/-oid/../shop\n.git",
        "https://github.com/sponsors/acme",
        "https://github.com/acme",
        "https://github.com/..%2f..%2fetc/shop",
        "https://acme.github.io/shop",
        "https://packages.acme.example/project/shop",
        "https://svn.acme.example/shop/trunk",
        "scm:svn:https://svn.acme.example/shop",
        "hg+https://hg.acme.example/shop",
        "https://acme.example/shop",
        "acme/shop",
        "x" * 5000,
    ],
)
def test_what_names_no_repository_or_none_that_may_be_asked(text: str) -> None:
    assert place(text) is None


def test_a_website_counts_only_where_it_is_a_known_forge() -> None:
    assert place("https://git.acme.example/shop.git", "forge") is None
    assert place("https://github.com/acme/shop/issues", "forge") is not None
    assert place("https://acme.example/shop", "declared") is not None
    assert place("acme/shop", "npm") == (ONE, f"https://{ONE}", None)


_WORD = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,12}", fullmatch=True)


@given(
    st.sampled_from(["https://", "http://", "git://", "git+https://"]),
    st.sampled_from(["github.com", "codeberg.org", "bitbucket.org"]),
    _WORD,
    _WORD,
    st.sampled_from(["", ".git", "/", ".git/", "#readme", "/issues", ".git#readme"]),
)
@example("https://", "github.com", "acme", "x.git", ".git")
def test_the_quick_way_gives_what_the_long_one_does(
    scheme: str, host: str, owner: str, name: str, end: str
) -> None:
    text = f"{scheme}{host}/{owner}/{name}{end}"

    assert {place(text, mode) for mode in MODES} == {_read(text, mode) for mode in MODES}


@given(
    st.text(max_size=60),
    st.sampled_from(["", "https://github.com/", "git+https://git.acme.example/", "git@"]),
)
def test_whatever_is_written_gives_nothing_or_an_address_that_may_be_given_to_git(
    text: str, head: str
) -> None:
    for mode in MODES:
        found = place(head + text, mode)
        if found is not None:
            assert parse(found.url).name.casefold() == found.project.casefold()
            assert found.url.startswith(("https://", "http://", "ssh://", "git://"))
            assert found.path is None or ".." not in found.path.split("/")
