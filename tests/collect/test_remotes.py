# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Repositories elsewhere: cloned from real servers on loopback, kept up to date, never with a secret shown."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.collect import git_servers
from tests.collect.git_servers import Upstream, git
from umbel.app import Workspace
from umbel.cli.root import run as umbel
from umbel.collect import _cache, _git, _remote_url, _remote_words, remotes
from umbel.collect.remotes import Clone, Missing, Options, Remotes, parse
from umbel.evidence.session import Session
from umbel.model.errors import UmbelError, UsageError
from umbel.model.settings import SettingsError, bytes_of, load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect._remote_clone import Kind

MAILMAP = "Dev <dev@acme.example> <root@host.example>\n"
FILES = {"README": "one\n", ".mailmap": MAILMAP, "src/a.py": "a = 1\n"}


@pytest.fixture
def served(tmp_path: Path) -> Path:
    return tmp_path / "served"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    upstream = Upstream(tmp_path_factory.mktemp("template") / "shop.git")
    for number in range(3):
        upstream.commit(FILES | {"src/a.py": f"a = {number}\n"})
    git(upstream.path, "tag", "-a", "-m", "v1", "v1.0", "main")
    return upstream.path


@pytest.fixture
def shop(served: Path, template: Path) -> Upstream:
    shutil.copytree(template, served / "acme" / "shop.git")
    return Upstream(served / "acme" / "shop.git")


@pytest.fixture
def daemon(shop: Upstream, served: Path) -> Iterator[str]:
    assert shop.tip()
    with git_servers.daemon(served) as address:
        yield address


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def collect(
    cache: Path,
    *urls: str,
    kind: Kind = "treeless",
    mirrors: dict[str, str] | None = None,
    options: Options | None = None,
) -> list[Clone | Missing]:
    """What becomes of these addresses."""
    made = Remotes(options or Options(folder=cache))
    return list(made.each([(parse(url, mirrors), kind) for url in urls]))


def clone_of(cache: Path, url: str, kind: Kind = "treeless") -> Clone:
    """The clone of an address that can be had."""
    (found,) = collect(cache, url, kind=kind)
    assert isinstance(found, Clone), found
    return found


def fault(cache: Path, url: str, options: Options | None = None) -> str:
    """The code of what is wrong with a remote."""
    (found,) = collect(cache, url, options=options)
    assert isinstance(found, Missing), found
    return found.fault.code


def said(clone: Clone, *arguments: str) -> str:
    """What git says of a clone, without its remote."""
    return _git.run(clone.path, *arguments).out.decode().strip()


def commits(clone: Clone) -> int:
    """Commits of HEAD."""
    return int(said(clone, "rev-list", "--count", "HEAD"))


# ---- clones


def test_a_treeless_clone_has_commits_and_tags_and_the_mailmap_but_no_paths(cache: Path, daemon: str) -> None:
    clone = clone_of(cache, f"{daemon}/acme/shop.git")

    assert (clone.kind, clone.outcome, clone.notes) == ("treeless", "cloned", ())
    assert clone.remote.name == "127.0.0.1/acme/shop"
    assert commits(clone) == 3
    assert said(clone, "tag") == "v1.0"
    assert said(clone, "cat-file", "blob", "HEAD:.mailmap") == MAILMAP.strip()
    assert _git.run(clone.path, "log", "--no-mailmap", "--name-only").code != 0


def test_what_a_clone_lacks_is_never_fetched_behind_the_reader(
    cache: Path, served: Path, shop: Upstream
) -> None:
    assert shop.tip()
    with git_servers.http(served) as server:
        clone = clone_of(cache, f"{server.url}/acme/shop.git")
        asked = len(server.requests)
        assert _git.run(clone.path, "cat-file", "-p", "HEAD:src/a.py").code != 0
        assert len(server.requests) == asked

    with pytest.raises(UsageError, match="blobless"):
        remotes.require_paths(clone.kind, clone.remote.name)
    remotes.require_paths("blobless", clone.remote.name)


def test_a_blobless_clone_has_every_path_and_the_files_of_its_head(cache: Path, daemon: str) -> None:
    clone = clone_of(cache, f"{daemon}/acme/shop.git", "blobless")

    assert clone.kind == "blobless"
    assert (
        said(clone, "log", "--no-mailmap", "--format=", "--name-only", "--no-renames").count("src/a.py") == 3
    )
    assert said(clone, "cat-file", "blob", "HEAD:src/a.py") == "a = 2"
    assert _git.run(clone.path, "cat-file", "blob", "HEAD~1:src/a.py").code != 0


def test_a_server_that_cannot_filter_gives_everything_and_says_so(tmp_path: Path, cache: Path) -> None:
    upstream = Upstream(tmp_path / "plain" / "old.git", filters=False)
    upstream.commit(FILES)
    with git_servers.daemon(tmp_path / "plain") as address:
        clone = clone_of(cache, f"{address}/old.git")
        assert [note.code for note in clone.notes] == ["remote-filter"]
        assert clone.kind == "full"
        upstream.commit(FILES | {"b": "b"})
        again = clone_of(cache, f"{address}/old.git")

    assert (again.kind, again.outcome) == ("full", "updated")
    assert said(again, "cat-file", "blob", "HEAD:b") == "b"


def test_every_protocol_works(tmp_path: Path, served: Path, shop: Upstream, daemon: str) -> None:
    with git_servers.http(served) as server:
        urls = [f"{daemon}/acme/shop.git", f"{server.url}/acme/shop", f"file://{shop.path}"]
        found = [clone_of(tmp_path / str(number), url) for number, url in enumerate(urls)]

    assert {commits(clone) for clone in found} == {3}
    assert {clone.kind for clone in found} == {"treeless"}


def test_ssh_goes_through_the_users_own_ssh_and_cannot_ask(
    tmp_path: Path, cache: Path, shop: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n'
        'test "$1" = -G && exit 0\nfor last; do :; done\n'
        f'exec sh -c "$(echo "$last" | sed s,/acme/,{shop.path.parent}/,)"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    (found,) = collect(cache, "git@gitserver.acme.example:/acme/shop.git")

    assert isinstance(found, Clone), found
    assert commits(found) == 3
    assert found.remote.name == "gitserver.acme.example/acme/shop"
    assert "BatchMode=yes" in (tmp_path / "asked").read_text()


def test_an_empty_repository_is_a_clone_without_commits(tmp_path: Path, cache: Path) -> None:
    upstream = Upstream(tmp_path / "served" / "new.git")
    with git_servers.daemon(tmp_path / "served") as address:
        empty = clone_of(cache, f"{address}/new.git")
        assert said(empty, "for-each-ref") == ""
        assert clone_of(cache, f"{address}/new.git").outcome == "unchanged"
        upstream.commit(FILES)
        filled = clone_of(cache, f"{address}/new.git")

    assert (filled.outcome, commits(filled)) == ("updated", 1)


# ---- later runs


def test_a_later_run_fetches_only_what_is_new(cache: Path, daemon: str, shop: Upstream) -> None:
    url = f"{daemon}/acme/shop.git"
    first = clone_of(cache, url)
    packs = set((first.path / "objects/pack").iterdir())
    assert clone_of(cache, url).outcome == "unchanged"
    shop.commit(FILES | {".mailmap": "New <dev@acme.example>\n"})
    git(shop.path, "tag", "v1.1", "main")
    git(shop.path, "tag", "-d", "v1.0")
    again = clone_of(cache, url)

    assert (again.outcome, commits(again), said(again, "tag")) == ("updated", 4, "v1.1")
    assert packs < set((again.path / "objects/pack").iterdir())
    assert said(again, "cat-file", "blob", "HEAD:.mailmap") == "New <dev@acme.example>"
    assert said(again, "rev-parse", "HEAD") == shop.tip()


def test_a_moved_default_branch_is_followed(cache: Path, daemon: str, shop: Upstream) -> None:
    url = f"{daemon}/acme/shop.git"
    clone_of(cache, url)
    git(shop.path, "branch", "-m", "main", "trunk")
    git(shop.path, "symbolic-ref", "HEAD", "refs/heads/trunk")
    moved = clone_of(cache, url)

    assert said(moved, "symbolic-ref", "HEAD") == "refs/heads/trunk"
    assert said(moved, "for-each-ref", "--format=%(refname)", "refs/heads") == "refs/heads/trunk"


def test_a_detached_head_is_followed(cache: Path, daemon: str, shop: Upstream) -> None:
    url = f"{daemon}/acme/shop.git"
    clone_of(cache, url)
    elsewhere = shop.commit({"x": "x"}, "side")
    git(shop.path, "update-ref", "--no-deref", "HEAD", elsewhere)
    git(shop.path, "update-ref", "-d", "refs/heads/side")
    detached = clone_of(cache, url)

    assert said(detached, "rev-parse", "HEAD") == elsewhere
    assert clone_of(cache, url).outcome == "unchanged"


def test_a_replaced_history_is_taken_over(cache: Path, daemon: str, shop: Upstream) -> None:
    url = f"{daemon}/acme/shop.git"
    clone_of(cache, url)
    new = shop.commit({"other": "history"}, onto="")
    replaced = clone_of(cache, url)

    assert (replaced.outcome, said(replaced, "rev-list", "HEAD")) == ("updated", new)


def test_many_small_fetches_are_packed_together(
    cache: Path, daemon: str, shop: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("umbel.collect._remote_clone._MOST_PACKS", 3)
    url = f"{daemon}/acme/shop.git"
    for number in range(4):
        shop.commit(FILES | {"README": str(number)})
        clone = clone_of(cache, url)

    assert commits(clone) == 7
    assert clone.kind == "treeless"
    assert len(list((clone.path / "objects/pack").glob("*.pack"))) <= 3
    assert said(clone, "cat-file", "blob", "HEAD:.mailmap") == MAILMAP.strip()


# ---- mirrors


def test_a_mirror_stands_in_and_the_identity_stays(cache: Path, daemon: str) -> None:
    mirrors = {
        "https://github.com/": "https://nowhere.invalid/",
        "https://github.com/acme/": f"{daemon}/acme/",
    }
    (clone,) = collect(cache, "https://github.com/acme/shop", mirrors=mirrors)

    assert isinstance(clone, Clone)
    assert clone.remote.name == "github.com/acme/shop"
    assert clone.remote.origin == "git:github.com/acme/shop"
    assert clone.remote.url == "https://github.com/acme/shop"


# ---- credentials


def test_credentials_come_from_gits_helper_and_are_nowhere_else(
    tmp_path: Path, cache: Path, served: Path, shop: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shop.tip()
    helper = tmp_path / "helper"
    helper.write_text("#!/bin/sh\ntest $1 = get && printf 'username=dev\\npassword=s3cr3t-word\\n'\n")
    helper.chmod(0o755)
    settings = tmp_path / "gitconfig"
    settings.write_text(f"[credential]\n\thelper = {helper}\n")
    with git_servers.http(served) as server:
        server.login = ("dev", "s3cr3t-word")
        url = f"{server.url}/acme/shop.git"
        assert fault(cache, url) == "remote-credentials"
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
        clone = clone_of(cache, url)
        server.login = ("dev", "another")
        (refused,) = collect(cache, url)

    assert commits(clone) == 3
    assert isinstance(refused, Missing)
    assert "s3cr3t" not in str(refused.fault)
    assert all(b"s3cr3t" not in file.read_bytes() for file in cache.rglob("*") if file.is_file())


def test_no_secret_stands_in_a_process_list(
    tmp_path: Path, cache: Path, served: Path, shop: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shop.tip()
    real = shutil.which("git") or ""
    spy = tmp_path / "bin" / "git"
    spy.parent.mkdir()
    spy.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/commands\nexec {real} "$@"\n')
    spy.chmod(0o755)
    helper = tmp_path / "helper"
    helper.write_text("#!/bin/sh\ntest $1 = get && printf 'username=dev\\npassword=s3cr3t-word\\n'\n")
    helper.chmod(0o755)
    (tmp_path / "gitconfig").write_text(f"[credential]\n\thelper = {helper}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("PATH", f"{spy.parent}{os.pathsep}{os.environ['PATH']}")
    with git_servers.http(served) as server:
        server.login = ("dev", "s3cr3t-word")
        clone_of(cache, f"{server.url}/acme/shop.git")

    commands = (tmp_path / "commands").read_text()
    assert "clone" in commands
    assert "s3cr3t" not in commands


@pytest.mark.parametrize(
    "url",
    [
        "https://dev:s3cr3t@git.acme.example/a/b",
        "https://dev:s3c/r3t@git.acme.example/a/b",
        "ssh://dev:s3cr3t@git.acme.example/a/b",
        "https://ghp_s3cr3tXXXXXXXXXXXX@github.com/a/b",
        "https://git.acme.example/a/b?private_token=s3cr3t",
        "https://git.acme.example/a/b#s3cr3t",
        "HTTPS://:s3cr3t@git.acme.example/a/b",
        "dev:s3cr3t@git.acme.example:a/b",
    ],
)
def test_an_address_with_a_password_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse(url)

    assert "s3c" not in str(raised.value)


# ---- addresses that are none


@pytest.mark.parametrize(
    "url",
    [
        "--upload-pack=touch /tmp/x",
        "-oProxyCommand=touch",
        "ssh://-oProxyCommand=touch/a/b",
        "ssh://-oProxyCommand=x@host/a/b",
        "git@-oProxyCommand=x:a/b",
        "host.example:-x",
        "ext::sh -c touch% /tmp/x",
        "ext::touch",
        "fd::17",
        "https::https://github.com/a/b",
        "ftp://host.example/a/b",
        "rsync://host.example/a/b",
        "javascript://host.example/a",
        "https://host.example",
        "https:///a/b",
        "https://host.example/a%0ab",
        "https://host.example/a\nb",
        "https://host example/a",
        "https://[::1/a",
        "https://host.example:99999/a",
        "file://other.example/srv/x",
        "file:///",
        "git://host.example\\@evil.example/a",
        "",
        "x" * 3000,
    ],
)
def test_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse(url)

    assert len(str(raised.value)) < 400


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://GitHub.com/curl/curl.git", "github.com/curl/curl"),
        ("https://acme@dev.azure.example/acme/shop/_git/shop", "dev.azure.example/acme/shop/_git/shop"),
        ("ssh://git@git.acme.example:2222/shop/till.git/", "git.acme.example/shop/till"),
        ("git@github.com:curl/curl.git", "github.com/curl/curl"),
        ("git@gitserver:shop/till", "gitserver/shop/till"),
        ("git://[::1]:9418/a/b", "::1/a/b"),
        ("file:///srv/git/shop.git", "shop"),
        ("https://git.acme.example/grüße", "git.acme.example/grüße"),
    ],
)
def test_addresses_and_what_they_name(url: str, name: str) -> None:
    assert remotes.is_url(url)
    assert parse(url).name == name


@pytest.mark.parametrize("text", ["src", "./a:b", "sboms/shop.json", "C:\\src", "C:/src", "a:b", "~/src"])
def test_paths_are_no_addresses(text: str) -> None:
    assert not remotes.is_url(text)


@given(st.text(max_size=60), st.sampled_from(["", "https://", "ssh://", "git@host:", "file:///", "ext::"]))
def test_an_address_is_refused_in_words_or_safe(text: str, start: str) -> None:
    try:
        found = parse(start + text)
    except UsageError as error:
        words = error.message
    else:
        words = ""
        assert not found.address.startswith("-")
        assert _remote_url.scheme(found.address) in _remote_url.SCHEMES
    assert words.isprintable()


@given(st.text("abc/:@?#x", max_size=12).map(lambda text: f"PW{text}PW"))
def test_no_password_is_ever_shown(password: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse(f"https://dev:{password}@git.acme.example/a/b")

    assert password not in str(raised.value)


def test_gits_own_words_are_shown_without_secrets() -> None:
    words = "fatal: odd thing at 'https://dev:s3cr3t@h.example/x?token=s3cr3t' ghp_s3cr3t \x1b[31m"

    assert "s3cr3t" not in str(_remote_words.failure(words))
    assert str(_remote_words.failure(words)).isprintable()


# ---- what the user's settings may do, and what not


def test_a_redirect_to_another_protocol_is_refused(
    cache: Path, served: Path, shop: Upstream, daemon: str
) -> None:
    assert shop.tip()
    with git_servers.http(served) as server:
        server.redirect = daemon.replace("git://", "ftp://")
        assert fault(cache, f"{server.url}/acme/shop.git") == "remote-protocol"


@pytest.mark.parametrize("target", ["ext::sh -c touch% {}%", "--upload-pack=touch {};", "fd::0"])
def test_insteadof_cannot_lead_to_a_program(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    settings = tmp_path / "gitconfig"
    made = tmp_path / "made"
    settings.write_text(
        f'[url "{target.format(made)}"]\n\tinsteadOf = https://x.example/\n[protocol "ext"]\n\tallow = always\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    (found,) = collect(cache, "https://x.example/a")

    assert isinstance(found, Missing)
    assert not made.exists()


def test_insteadof_is_the_users_own_and_works(
    tmp_path: Path, cache: Path, daemon: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "gitconfig"
    settings.write_text(f'[url "{daemon}/"]\n\tinsteadOf = https://git.acme.example/\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))

    assert commits(clone_of(cache, "https://git.acme.example/acme/shop.git")) == 3


def test_a_cache_inside_a_repository_takes_none_of_its_settings(tmp_path: Path, daemon: str) -> None:
    git(tmp_path, "init", "-q", "examined")
    git(tmp_path / "examined", "config", "url.ext::false.insteadOf", "git://")
    git(tmp_path / "examined", "config", "core.sshCommand", f"touch {tmp_path}/made")

    assert commits(clone_of(tmp_path / "examined" / "cache", f"{daemon}/acme/shop.git")) == 3
    assert fault(tmp_path / "examined" / "cache", "ssh://nowhere.invalid/a") == "remote-host"
    assert not (tmp_path / "made").exists()


def test_hooks_and_templates_of_the_user_do_not_run(
    tmp_path: Path, cache: Path, daemon: str, shop: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = tmp_path / "template" / "hooks"
    hooks.mkdir(parents=True)
    hook = hooks / "reference-transaction"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/made\n")
    hook.chmod(0o755)
    settings = tmp_path / "gitconfig"
    settings.write_text(f"[core]\n\thooksPath = {hooks}\n[init]\n\ttemplateDir = {hooks.parent}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    clone_of(cache, f"{daemon}/acme/shop.git")
    shop.commit({})
    clone_of(cache, f"{daemon}/acme/shop.git")

    assert not (tmp_path / "made").exists()


# ---- from the settings


def test_settings_name_addresses_mirrors_and_those_with_paths(tmp_path: Path, daemon: str) -> None:
    (tmp_path / "umbel.toml").write_text(
        f"""
[sources]
urls = ["https://github.com/acme/shop", "https://gitlab.example/acme/shop"]
[mirrors]
"https://github.com/" = "{daemon}/"
"https://gitlab.example/" = "{daemon}/"
[remotes]
blobless = ["gitlab.example/acme/*"]
[cache]
folder = "clones"
max_size = "1 GB"
"""
    )
    workspace = Workspace(tmp_path)
    summary = workspace.collect()
    with Session(workspace.lake()) as session:
        histories = session.ask("SELECT project, kind, url, commits FROM histories ORDER BY 1").rows()
        paths = session.ask("SELECT DISTINCT project FROM changes").rows()
        files = session.ask("SELECT DISTINCT project FROM practices").rows()

    assert [state.outcome for state in summary.remotes] == ["cloned", "cloned"]
    assert histories == [
        ("github.com/acme/shop", "treeless", "https://github.com/acme/shop", 3),
        ("gitlab.example/acme/shop", "blobless", "https://gitlab.example/acme/shop", 3),
    ]
    assert paths == files == [("gitlab.example/acme/shop",)]
    assert len(list((tmp_path / "clones").glob("*.git"))) == 2


def test_the_command_says_of_each_what_happened(
    tmp_path: Path, daemon: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "umbel.toml").write_text('[cache]\nfolder = "clones"\n')
    command = ["collect", "-C", str(tmp_path), f"{daemon}/acme/shop.git", f"{daemon}/none.git"]
    assert umbel(command) == 3
    said = capsys.readouterr()

    assert said.out.startswith("1 git history, 3 new commits\n2 repositories elsewhere: 1 cloned, 1 failed\n")
    assert "127.0.0.1/acme/shop: cloned (treeless), 3 new commits" in said.out
    assert (
        said.err == f"error: {daemon}/none.git: there is no repository at this address [remote-not-found]\n"
    )


def test_every_fault_of_the_settings_is_named_and_no_password(tmp_path: Path) -> None:
    path = tmp_path / "umbel.toml"
    path.write_text(
        """
[sources]
urls = ["https://dev:s3cr3t@host.example/x"]
[cache]
max_size = "lots"
[remotes]
parallel = 0
timeout = "soon"
[mirrors]
"https://github.com" = "https://git.acme.example/m/"
"https://dev:s3cr3t@gitlab.example/" = "https://git.acme.example/m/"
"""
    )
    with pytest.raises(SettingsError) as raised:
        load(path)

    assert [fault.place for fault in raised.value.faults] == [
        "line 3, sources.urls[1]",
        "line 5, cache.max_size",
        "line 7, remotes.parallel",
        "line 8, remotes.timeout",
        "line 9, mirrors.https://…@gitlab.example/",
        "line 10, mirrors.https://github.com",
    ]
    assert "s3cr3t" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "size"),
    [("10 GiB", 10 << 30), ("1.5MB", 1_500_000), ("7", 7), ("2k", 2000), (" 3 T ", 3 * 1000**4)],
)
def test_sizes_are_written_as_people_do(text: str, size: int) -> None:
    assert bytes_of(text) == size


# ---- several at once


def test_one_that_cannot_be_had_never_stops_the_others(cache: Path, daemon: str) -> None:
    closed = git_servers.free_port()
    urls = {
        f"git://127.0.0.1:{closed}/a": "remote-refused",
        f"http://127.0.0.1:{closed}/b": "remote-refused",
        f"{daemon}/none.git": "remote-not-found",
        "https://nowhere.invalid/a/b": "remote-host",
        "file:///nowhere/at/all": "remote-not-found",
    }
    found = collect(cache, f"{daemon}/acme/shop.git", *urls)

    assert {item.remote.url: item.fault.code for item in found if isinstance(item, Missing)} == urls
    assert sum(isinstance(item, Clone) for item in found) == 1


def test_the_same_repository_asked_twice_is_cloned_once(cache: Path, daemon: str) -> None:
    found = collect(cache, f"{daemon}/acme/shop.git", f"{daemon}/acme/shop")

    assert [type(item) for item in found] == [Clone]


def test_two_runs_at_once_share_one_clone(cache: Path, daemon: str) -> None:
    found: list[Clone | Missing] = []
    runs = [
        threading.Thread(target=lambda: found.extend(collect(cache, f"{daemon}/acme/shop.git")))
        for _ in range(4)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()

    assert sorted(item.outcome for item in found if isinstance(item, Clone)) == ["cloned", *["unchanged"] * 3]


def test_a_reader_that_stops_early_leaves_nothing_running(cache: Path, daemon: str, served: Path) -> None:
    for name in "abcdef":
        shutil.copytree(served / "acme" / "shop.git", served / f"{name}.git")
    made = Remotes(Options(folder=cache, parallel=2))
    stream = made.each([(parse(f"{daemon}/{name}.git"), "treeless") for name in "abcdef"])
    next(stream)
    stream.close()  # type: ignore[attr-defined]

    assert not [thread for thread in threading.enumerate() if thread.name.startswith("remote")]
    assert len(collect(cache, *(f"{daemon}/{name}.git" for name in "abcdef"))) == 6


def test_progress_is_told(cache: Path, daemon: str) -> None:
    heard: list[tuple[str, str]] = []
    made = Remotes(Options(folder=cache), lambda name, words: heard.append((name, words)))
    list(made.each([(parse(f"{daemon}/acme/shop.git"), "treeless")]))

    assert ("127.0.0.1/acme/shop", "receiving objects 100 %") in heard


# ---- the cache


def test_the_cache_is_the_users_own_unless_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert _cache.default_folder() == tmp_path / "umbel" / "git"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert _cache.default_folder() == Path.home() / ".cache" / "umbel" / "git"


def test_a_cache_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UmbelError, match="cache"):
        Remotes(Options(folder=tmp_path / "file"))


def test_without_git_there_is_one_clear_line(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UmbelError, match="git can't be started"):
        collect(cache, "https://nowhere.invalid/a/b")


def test_a_clone_answers_as_its_server_does(cache: Path, daemon: str, shop: Upstream) -> None:
    clone = clone_of(cache, f"{daemon}/acme/shop.git")
    command = ["git", "--git-dir", str(shop.path), "log", "--format=%H %an %ae %aI %s", "main"]
    theirs = subprocess.run(command, env=git_servers.ENVIRONMENT, capture_output=True, text=True, check=True)

    assert said(clone, "log", "--no-mailmap", "--format=%H %an %ae %aI %s") == theirs.stdout.strip()
