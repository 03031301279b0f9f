# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel collect upstream` and `umbel upstream`, against a real git server on this machine."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.collect import git_servers
from tests.collect.git_servers import Upstream, git
from umbel.app import Workspace
from umbel.cli.root import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from umbel.app.upstream import UpstreamCollected

LICENSE = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software."
LOCK = json.dumps({"lockfileVersion": 3, "packages": {"": {}, "node_modules/inner": {"version": "1.0.0"}}})


def repository(name: str, url: str) -> dict[str, Any]:
    """A component of an SBOM that says where it comes from."""
    return {
        "type": "library",
        "bom-ref": name,
        "name": name,
        "version": "1.0.0",
        "purl": f"pkg:npm/{name}@1.0.0",
        "externalReferences": [{"type": "vcs", "url": url}] if url else [],
    }


def sbom(project: str, *components: dict[str, Any]) -> str:
    """A CycloneDX document of a project that asks for all of these itself."""
    return json.dumps(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "version": 1,
            "metadata": {
                "timestamp": "2026-02-01T10:00:00Z",
                "component": {"type": "application", "bom-ref": project, "name": project},
            },
            "components": list(components),
            "dependencies": [{"ref": project, "dependsOn": [each["bom-ref"] for each in components]}],
        }
    )


def forge(folder: Path) -> None:
    """The repositories of a forge: a monorepo, a library with a lockfile, and a fork of it."""
    mono = Upstream(folder / "acme/mono")
    mono.commit({"packages/a/a.js": "1", "packages/b/b.js": "2"})
    mono.commit({"packages/a/a.js": "2", "packages/b/b.js": "2"})
    lib = Upstream(folder / "acme/lib")
    lib.commit({"lib.js": "1"})
    lib.commit(
        {"lib.js": "let a = 1;\n", "LICENSE": LICENSE, "package-lock.json": LOCK, "SECURITY.md": "Tell us."}
    )
    git(lib.path, "tag", "v1.0.0")
    fork = Upstream(folder / "acme/fork")
    git(fork.path, "fetch", "-q", str(lib.path), "main:main")
    fork.commit({"lib.js": "let b = 1;\n"})


def workspace(folder: Path) -> None:
    """A bank that uses the library, and a toy that uses the monorepo, a fork, and one whose repository is gone."""
    (folder / "sboms").mkdir(parents=True)
    host = "git+https://github.com/acme"
    parts = [
        repository(name, f"https://github.com/acme/mono/tree/main/packages/{name}") for name in ("a", "b")
    ]
    (folder / "sboms/bank.json").write_text(sbom("bank", repository("lib", f"{host}/lib.git")))
    others = [repository("fork", f"{host}/fork"), repository("gone", f"{host}/gone"), repository("dark", "")]
    (folder / "sboms/toy.json").write_text(sbom("toy", *parts, *others))
    Workspace(folder).collect([folder / "sboms"], workers=1)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A forge's repositories and a workspace in which nothing was examined yet, to be copied."""
    base = tmp_path_factory.mktemp("made")
    forge(base / "served")
    workspace(base / "ws")
    return base


@contextmanager
def served_from(made: Path, base: Path) -> Iterator[git_servers._HttpServer]:
    """A copy of both, the workspace's mirror being the server."""
    shutil.copytree(made, base, symlinks=True, dirs_exist_ok=True)
    with git_servers.http(base / "served") as server:
        (base / "ws/umbel.toml").write_text(
            f'[cache]\nfolder = "{base / "cache"}"\n[mirrors]\n"https://github.com/" = "{server.url}/"\n'
            '[[products]]\nname = "Bank"\ncriticality = "critical"\nprojects = ["bank"]\n'
        )
        yield server


@pytest.fixture
def served(made: Path, tmp_path: Path) -> Iterator[git_servers._HttpServer]:
    with served_from(made, tmp_path) as server:
        yield server


@pytest.fixture
def ws(tmp_path: Path, served: git_servers._HttpServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace in which nothing was examined yet."""
    assert served.folder == tmp_path / "served"
    monkeypatch.chdir(tmp_path / "ws")
    return tmp_path / "ws"


@pytest.fixture(scope="module")
def done(made: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, UpstreamCollected]:
    """A workspace in which all were examined, and what was told of it."""
    base = tmp_path_factory.mktemp("done")
    with served_from(made, base):
        return base / "ws", Workspace(base / "ws").collect_upstream(top=1)


@pytest.fixture
def examined(done: tuple[Path, UpstreamCollected], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(done[0])
    return done[0]


def told(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    """What a command says as JSON."""
    capfd.readouterr()
    assert run([*arguments, "--format", "json"]) == code
    return json.loads(capfd.readouterr().out)


def kinds(folder: Path) -> dict[str, str | None]:
    """How each upstream project was cloned."""
    states = Workspace(folder).upstream_states()
    return {each.project.rpartition("/")[2]: each.examined.kind if each.examined else None for each in states}


def test_what_reaches_most_is_examined_with_its_files_and_one_failure_is_never_anothers(
    done: tuple[Path, UpstreamCollected],
) -> None:
    folder, found = done
    remotes = {s.name.rpartition("/")[2]: (s.outcome, s.kind, s.commits) for s in found.summary.remotes}

    assert (found.projects, found.packages, found.unmapped) == (4, 6, 1)
    assert (found.thorough, found.left, found.fresh) == (("github.com/acme/lib",), (), ())
    assert remotes == {
        "fork": ("cloned", "treeless", 3),
        "gone": ("failed", None, 0),
        "lib": ("cloned", "blobless", 2),
        "mono": ("cloned", "treeless", 2),
    }
    assert [item.path for item in found.summary.trouble] == ["https://github.com/acme/gone"]
    assert found.summary.incomplete

    here = Workspace(folder)
    with here.upstream_session(
        None, ("practices", "languages", "usage", "changes", "histories", "commits")
    ) as session:
        practices = session.ask("SELECT practice FROM practices WHERE outcome = 'met' ORDER BY 1").rows()
        assert ("license",) in practices
        assert ("security-policy",) in practices
        assert session.ask("SELECT DISTINCT project FROM practices").rows() == [("github.com/acme/lib",)]
        assert session.ask("SELECT count(*) FROM usage").one() == (0,)
        assert session.ask("SELECT DISTINCT project FROM changes").rows() == [("github.com/acme/lib",)]
    with here.session(None, ("usage", "histories", "commits")) as session:
        assert session.ask("SELECT count(*) FROM commits").one() == (0,)
        assert session.ask("SELECT DISTINCT project FROM usage ORDER BY 1").rows() == [("bank",), ("toy",)]


def test_a_second_run_leaves_out_what_is_fresh_and_takes_up_what_is_new(
    ws: Path, served: git_servers._HttpServer, capfd: pytest.CaptureFixture[str]
) -> None:
    told(capfd, "collect", "upstream", "--top", "0", "--quiet", code=3)
    assert kinds(ws) == {"lib": "treeless", "mono": "treeless", "fork": "treeless", "gone": None}

    (second,) = told(capfd, "collect", "upstream", "--top", "1", "--quiet", code=3)
    assert sorted(name.rpartition("/")[2] for name in second["fresh"]) == ["fork", "mono"]
    assert kinds(ws)["lib"] == "blobless"

    Upstream(served.folder / "acme/mono").commit({"packages/a/a.js": "3"})
    Upstream(served.folder / "acme/gone").commit({"gone.js": "1"})
    (third,) = told(capfd, "collect", "upstream", "--top", "1", "--quiet", "--again")
    assert {s["name"].rpartition("/")[2]: s["outcome"] for s in third["summary"]["remotes"]} == {
        "lib": "unchanged",
        "mono": "updated",
        "fork": "unchanged",
        "gone": "cloned",
    }
    assert kinds(ws) == {"lib": "blobless", "mono": "treeless", "fork": "treeless", "gone": "treeless"}


def test_what_a_budget_leaves_comes_first_in_the_next_run(
    ws: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = ws / "umbel.toml"
    settings.write_text(settings.read_text() + "[remotes]\nparallel = 1\n")
    (nothing,) = told(capfd, "collect", "upstream", "--budget-time", "0", "--quiet")
    assert len(nothing["left"]) == 4
    assert nothing["summary"]["remotes"] == []

    (some,) = told(capfd, "collect", "upstream", "--top", "0", "--budget-disk", "8 KB", "--quiet")
    done = [state["name"] for state in some["summary"]["remotes"]]
    assert "github.com/acme/lib" in done
    assert some["left"]
    assert {*done, *some["left"]} == {f"github.com/acme/{name}" for name in ("lib", "mono", "fork", "gone")}

    (rest,) = told(capfd, "collect", "upstream", "--top", "0", "--quiet", code=3)
    assert sorted(rest["fresh"]) == sorted(done)
    assert {state["name"] for state in rest["summary"]["remotes"]} == set(some["left"])


@pytest.mark.usefixtures("examined")
def test_the_list_says_who_says_so_whom_it_reaches_and_what_is_known(
    capfd: pytest.CaptureFixture[str],
) -> None:

    listed = told(capfd, "upstream")
    assert [(r["project"].rpartition("/")[2], r["weight"], len(r["packages"])) for r in listed] == [
        ("lib", 8, 1),
        ("mono", 1, 2),
        ("fork", 1, 1),
        ("gone", 1, 1),
    ]
    assert [r["examined"]["thorough"] for r in listed] == [True, False, False, False]
    assert listed[-1]["examined"]["examined_at"] is None
    assert listed[-1]["examined"]["code"] == "remote-not-found"
    assert run(["upstream"]) == 0
    table = capfd.readouterr().out
    assert "with files" in table
    assert "remote-not-found" in table

    (dark,) = told(capfd, "upstream", "--unmapped")
    assert (dark["package"], dark["project"]) == ("pkg:npm/dark", None)
    assert dark["why"].startswith("nothing that was read names a repository")


@pytest.mark.usefixtures("examined")
def test_one_project_its_packages_users_history_and_relatives(capfd: pytest.CaptureFixture[str]) -> None:
    (mono,) = told(capfd, "upstream", "acme/mono")
    assert [(p["package"], p["path"]) for p in mono["packages"]] == [
        ("pkg:npm/a", "packages/a"),
        ("pkg:npm/b", "packages/b"),
    ]
    assert [(u["project"], u["direct"]) for u in mono["users"]] == [("toy", True)]
    assert (mono["examined"]["commits"], mono["examined"]["releases"], mono["relatives"]) == (2, None, [])

    (lib,) = told(capfd, "upstream", "lib")
    assert (lib["examined"]["commits"], lib["examined"]["releases"]) == (2, 1)
    (fork,) = lib["relatives"]
    assert (fork["project"], fork["other"]) == ("github.com/acme/fork", "github.com/acme/lib")
    assert (fork["roots"], fork["shared"], fork["commits"], fork["other_commits"]) == (1, 2, 3, 2)
    assert run(["upstream", "lib"]) == 0
    assert "Begins like github.com/acme/fork" in capfd.readouterr().out
    assert run(["upstream", "gone"]) == 0
    assert "could not be had" in capfd.readouterr().out
    assert run(["upstream", "nobody"]) == 2


@pytest.mark.usefixtures("examined")
def test_health_and_metrics_can_be_asked_of_upstream(capfd: pytest.CaptureFixture[str]) -> None:
    (health,) = told(capfd, "health", "--upstream", "lib")
    assert health["project"] == "github.com/acme/lib"
    figures = told(capfd, "metrics", "run", "commit_activity", "--upstream", "--window", "all")
    assert {f["subject"].rpartition("/")[2]: f["value"] for f in figures} == {
        "fork": 3,
        "gone": None,
        "lib": 2,
        "mono": 2,
    }
    assert told(capfd, "metrics", "run", "commit_activity") == []


@pytest.mark.usefixtures("ws")
def test_before_anything_was_examined_all_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    assert [r["examined"] for r in told(capfd, "upstream")] == [None] * 4
    (lib,) = told(capfd, "upstream", "lib")
    assert (lib["examined"], lib["relatives"]) == (None, [])
    assert run(["health", "--upstream", "lib"]) == 3
    assert "No upstream project was examined yet" in capfd.readouterr().err


def test_a_folder_of_that_name_is_never_taken_for_the_command(
    ws: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (ws / "upstream").mkdir()
    (ws / "upstream/more.json").write_text(sbom("more", repository("x", "")))

    assert run(["collect", "upstream"]) == 2
    assert "./upstream" in capfd.readouterr().err
    assert run(["collect", "./upstream", "--quiet"]) == 0
    assert "1 document" in capfd.readouterr().out
    assert run(["collect", "upstream", "--help"]) == 0
    assert "umbel collect upstream" in capfd.readouterr().out
    assert run(["collect", "--help"]) == 0
    assert "Usage: umbel collect [OPTIONS]" in capfd.readouterr().out


def test_who_is_forgotten_is_so_upstream_too_and_never_comes_back(
    ws: Path, done: tuple[Path, UpstreamCollected], capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(done[0] / ".umbel", ws / ".umbel", dirs_exist_ok=True)
    here = Workspace(ws)
    lake = here.upstream_lake()
    assert lake.table("identities").to_pyarrow_table()["email"].to_pylist() == ["dev@acme.example"]

    assert run(["people", "forget", "dev@acme.example"]) == 0
    told(capfd, "collect", "upstream", "--top", "0", "--quiet", "--again", code=3)

    assert here.upstream_lake().table("identities").to_pyarrow_table().num_rows == 0
    assert here.lake().has("forgotten")
    for path in (ws / ".umbel").rglob("*.parquet"):
        assert b"dev@acme.example" not in path.read_bytes()


def test_who_was_forgotten_before_never_comes_into_the_lake_of_upstream(
    ws: Path, served: git_servers._HttpServer, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["collect", f"{served.url}/acme/mono", "--quiet"]) == 0
    assert run(["people", "forget", "dev@acme.example"]) == 0

    told(capfd, "collect", "upstream", "--only", "lib", "--quiet")

    lake = Workspace(ws).upstream_lake()
    assert lake.table("commits").to_pyarrow_table().num_rows == 2
    assert not lake.has("identities") or lake.table("identities").to_pyarrow_table().num_rows == 0


def test_a_lake_that_cannot_be_read_is_never_told_as_nothing_examined(
    tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(made / "ws", tmp_path / "ws")
    (tmp_path / "ws/.umbel/lake-upstream/snapshots").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "ws")
    assert run(["strategy", "list"]) == 3
    assert run(["upstream"]) == 3
