# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is read of a git history: the same as git's own answers, whatever the repository is like."""

from __future__ import annotations

import os
import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.collect.git_repositories import (
    DEV,
    SALT,
    WHEN,
    by,
    commit,
    git,
    init,
    known_by,
    raw_commit,
    say,
    take,
)
from umbel.collect import _git
from umbel.collect._history_people import identity_key
from umbel.collect._history_refs import without_secret
from umbel.collect._history_versions import parse
from umbel.collect.git_history import read

if TYPE_CHECKING:
    from pathlib import Path

BUNDLES = (
    "colors.js", "core-js", "event-stream", "flask", "left-pad", "ntp", "oslo.messaging", "request", "svcs",
)  # fmt: skip


@pytest.mark.parametrize("name", BUNDLES)
def test_real_histories_equal_gits_own_answers(shared_data: Path, tmp_path: Path, name: str) -> None:
    repository = tmp_path / "x.git"
    git(tmp_path, "clone", "-q", "--bare", str(shared_data / f"git/{name}.meta.bundle"), str(repository))
    reading, rows = take(repository)
    tags = list(reading.releases())
    people = {person.key: person for person in reading.identities()}

    form = "--format=%H%x1f%an%x1f%ae%x1f%at%x1f%ct%x1f%P"
    log = git(repository, "log", "-z", "--no-mailmap", form, "HEAD").decode("utf-8", "replace")
    told = [line.split("\x1f") for line in log.strip("\0").split("\0")]
    assert reading.number == len(rows) == int(say(repository, "rev-list", "--count", "HEAD"))
    assert sorted(row["sha"] for row in rows) == sorted(line[0] for line in told)
    assert sorted(
        (people[row["author"]].email or "", _seconds(row["authored_at"])) for row in rows
    ) == sorted((line[2], int(line[3])) for line in told)
    assert Counter(people[row["author"]].name or "" for row in rows) == Counter(
        line[1].strip() for line in told
    )
    assert sorted((row["sha"], row["parents"]) for row in rows) == sorted(
        (line[0], len(line[5].split())) for line in told
    )
    assert {row["sha"]: _seconds(row["committed_at"]) for row in rows} == {
        line[0]: int(line[4]) for line in told
    }
    assert [tag.tag for tag in tags] == say(repository, "tag", "--list").split()
    assert reading.roots == int(say(repository, "rev-list", "--count", "--max-parents=0", "HEAD"))
    assert reading.outcome == "complete"
    assert reading.faults == []


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


ODD: dict[str, tuple[bytes, dict[str, Any]]] = {
    "sound": (by(zone="+0530"), {"author_zone": 330, "odd": []}),
    "zone that is none": (by(zone="+051800"), {"author_zone": None, "odd": ["zone"]}),
    "unknown zone": (by(zone="-0000"), {"author_zone": None, "odd": ["zone"]}),
    "huge zone": (by(zone="+9959"), {"author_zone": None, "odd": ["zone"]}),
    "zone west": (by(zone="-1130"), {"author_zone": -690, "odd": []}),
    "no zone": (by(zone=""), {"author_zone": None, "odd": ["zone"], "authored_at": WHEN}),
    "1970": (by(seconds=0), {"authored_at": 0, "odd": ["date"]}),
    "far future": (by(seconds=4_102_444_800), {"authored_at": 4_102_444_800, "odd": ["date"]}),
    "2038": (by(seconds=2_147_483_648), {"authored_at": 2_147_483_648, "odd": ["date"]}),
    "year 9999": (by(seconds=253_402_300_799), {"authored_at": 253_402_300_799, "odd": ["date"]}),
    "beyond all years": (by(seconds=253_402_300_800), {"authored_at": None, "odd": ["date"]}),
    "2^64": (by(seconds=18446744073709551615), {"authored_at": None, "odd": ["date"]}),
    "negative": (by(seconds=-1), {"authored_at": None, "odd": ["date"]}),
    "no number": (by(seconds="yesterday"), {"authored_at": None, "odd": ["date"]}),
    "no date": (b"author Dev <dev@acme.example>\ncommitter Dev <dev@acme.example>", {"authored_at": None, "odd": ["date", "zone"]}),
    "empty name": (by("<dev@acme.example>"), {"name": None, "email": "dev@acme.example", "odd": ["name"]}),
    "empty address": (by("Dev <>"), {"name": "Dev", "email": None, "odd": ["email"]}),
    "no person": (by(""), {"name": None, "email": None, "odd": ["name", "email"]}),
    "only a host": (by("Dev <dev>"), {"email": "dev", "odd": ["email"]}),
    "two brackets": (by("Dev <dev@acme.example>>"), {"name": "Dev", "email": "dev@acme.example", "odd": []}),
    "no author": (b"committer Dev <dev@acme.example> 1700000000 +0000", {"name": None, "odd": ["name", "email", "date", "zone"]}),
    "latin-1 said so": (by("D\u00e9v <dev@acme.example>").replace("\u00e9".encode(), b"\xe9") + b"\nencoding ISO-8859-1", {"name": "D\u00e9v", "odd": []}),
    "latin-1 unsaid": (by("D\u00e9v <dev@acme.example>").replace("\u00e9".encode(), b"\xe9"), {"name": "D\u00e9v", "odd": ["encoding"]}),
    "an encoding that is none": (by("D\u00e9v <dev@acme.example>") + b"\nencoding klingon", {"name": "D\u00e9v", "odd": ["encoding"]}),
    "an encoding that unpacks": (by() + b"\nencoding zlib", {"name": "Dev", "odd": []}),
    "signed": (by() + b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n abc\n -----END PGP SIGNATURE-----", {"signed": True}),
    "signed over sha256": (by() + b"\ngpgsig-sha256 -----BEGIN SSH SIGNATURE-----\n abc", {"signed": True}),
    "signed tag merged": (by() + b"\nmergetag object 1\n gpgsig x", {"signed": False}),
    "control characters": (by("De\x01v\x7f <dev@acme.example>"), {"name": "De v"}),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_an_odd_commit_is_read_and_marked(tmp_path: Path, name: str) -> None:
    header, expected = ODD[name]
    folder = init(tmp_path)
    sha = raw_commit(folder, header)
    reading, rows = take(folder)
    people = {person.key: person for person in reading.identities()}

    assert [row["sha"] for row in rows] == [sha]
    (row,) = rows
    row |= {"name": people[row["author"]].name, "email": people[row["author"]].email}
    row["authored_at"] = _seconds(row["authored_at"])
    assert {key: row[key] for key in expected} == expected
    assert (reading.outcome, reading.number, reading.roots) == ("complete", 1, 1)


def test_people_named_at_the_end_of_a_message_are_kept(tmp_path: Path) -> None:
    folder = init(tmp_path)
    message = """subject

Text that says Reported-by: nobody in the middle of a line.
Helped-by: Someone Quoted <quoted@acme.example>

Some more text.

Reported-by: only a name
CO-AUTHORED-BY: Two <two@acme.example>
Co-authored-by: Two <two@acme.example>
Fixes #12

Signed-off-by: Dev <dev@acme.example>
Reviewed-By: three@acme.example
Cc: Four <four@acme.example>
Suggested-by:

Closes #13
"""
    commit(folder, message)
    reading, rows = take(folder)
    people = {person.key: (person.name, person.email) for person in reading.identities()}
    found = {(one["kind"], *people[one["identity"]]) for one in rows[0]["trailers"]}
    assert found == {
        ("reported-by", "only a name", None),
        ("co-authored-by", "Two", "two@acme.example"),
        ("signed-off-by", "Dev", "dev@acme.example"),
        ("reviewed-by", None, "three@acme.example"),
    }
    assert len(rows[0]["trailers"]) == 4


def test_a_second_reading_takes_only_what_is_new(tmp_path: Path) -> None:
    folder = init(tmp_path)
    commit(folder)
    first, rows = take(folder)
    known = known_by(first, rows)
    assert take(folder, known)[0].state == "unchanged"

    new = [commit(folder, "more"), commit(folder, "and more")]
    second, rows = take(folder, known)
    assert second.state == "grown"
    assert {row["sha"] for row in rows} == set(new)
    assert (second.number, second.roots, second.rewritten) == (3, 1, False)
    assert second.writes == [first.write_id, second.write_id]


def test_a_moved_tag_tells_the_same_history_again(tmp_path: Path) -> None:
    folder = init(tmp_path)
    commit(folder)
    known = known_by(*take(folder))
    git(folder, "tag", "v1.0")
    reading, rows = take(folder, known)
    assert (reading.state, rows, reading.writes, reading.number) == ("retold", [], list(known.writes), 1)
    assert [tag.version for tag in reading.releases()] == ["1.0"]


def test_a_rewritten_history_replaces_what_was_known(tmp_path: Path) -> None:
    folder = init(tmp_path)
    commit(folder)
    commit(folder, "second")
    known = known_by(*take(folder))
    git(folder, "commit", "-q", "--amend", "--allow-empty", "-m", "other")
    reading, rows = take(folder, known)
    assert (reading.state, reading.rewritten, len(rows)) == ("rewritten", True, 2)
    assert reading.writes == [reading.write_id]


def test_a_clone_that_is_behind_changes_nothing(tmp_path: Path) -> None:
    folder = init(tmp_path / "a")
    commit(folder)
    git(tmp_path, "clone", "-q", str(folder), "b")
    commit(folder, "second")
    known = known_by(*take(folder))
    reading, rows = take(tmp_path / "b", known)
    assert (reading.state, reading.publishes, rows) == ("behind", False, [])


def test_a_chain_of_many_writes_is_written_anew(tmp_path: Path) -> None:
    import msgspec

    folder = init(tmp_path)
    commit(folder)
    known = msgspec.structs.replace(known_by(*take(folder)), writes=tuple(range(64)))
    reading, rows = take(folder, known)
    assert (reading.state, len(rows), reading.writes) == ("new", 1, [reading.write_id])


def test_head_is_followed_and_all_branches_if_asked(tmp_path: Path) -> None:
    folder = init(tmp_path)
    commit(folder)
    git(folder, "checkout", "-q", "--orphan", "other")
    commit(folder, "unrelated")
    git(folder, "tag", "-m", "old", "old-1.0")
    git(folder, "checkout", "-q", "main")
    git(folder, "branch", "-q", "-D", "other")
    one, rows = take(folder)
    assert (len(rows), one.roots, one.place.branch) == (1, 1, "main")
    every, rows = take(folder, known_by(one, rows), branches=True)
    assert (every.state, every.number, every.roots) == ("grown", 2, 2)
    every, rows = take(folder, branches=True)
    assert (len(rows), every.roots) == (2, 2)
    assert take(folder, known_by(every, rows))[0].state == "new"


def test_an_empty_repository_has_an_empty_history(tmp_path: Path) -> None:
    reading, rows = take(init(tmp_path))
    assert (reading.state, reading.outcome, rows, reading.number) == ("new", "complete", [], 0)
    assert (reading.place.head, reading.place.branch, reading.place.tips) == (None, "main", ())
    assert take(tmp_path, known_by(reading, rows))[0].state == "unchanged"


def test_a_head_that_leads_nowhere_is_replaced_by_the_main_branch(tmp_path: Path) -> None:
    folder = init(tmp_path)
    sha = commit(folder)
    git(folder, "symbolic-ref", "HEAD", "refs/heads/gone")
    reading, rows = take(folder)
    assert (reading.place.head, reading.place.branch, len(rows)) == (sha, "main", 1)
    assert [(fault.code, fault.level) for fault in reading.faults] == [("no-head", "warning")]


def test_a_detached_head_has_no_branch(tmp_path: Path) -> None:
    folder = init(tmp_path)
    git(folder, "checkout", "-q", commit(folder))
    assert take(folder)[0].place.branch is None


def test_a_shallow_clone_is_marked_and_deepening_it_reads_anew(tmp_path: Path) -> None:
    folder = init(tmp_path / "a")
    for number in range(5):
        commit(folder, str(number))
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{folder}", "b")
    shallow, rows = take(tmp_path / "b")
    assert (shallow.shallow, len(rows), shallow.outcome) == (True, 2, "complete")
    assert shallow.roots == 0  # where it ends isn't where it began
    git(tmp_path / "b", "fetch", "-q", "--unshallow")
    whole, more = take(tmp_path / "b", known_by(shallow, rows))
    assert (whole.state, whole.shallow, len(more), whole.roots) == ("new", False, 5, 1)


def test_a_shallow_clone_does_not_replace_a_whole_history(tmp_path: Path) -> None:
    folder = init(tmp_path / "a")
    commit(folder)
    known = known_by(*take(folder))
    for number in range(3):
        commit(folder, str(number))
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{folder}", "b")
    reading, _ = take(tmp_path / "b", known)
    assert (reading.state, [fault.code for fault in reading.faults]) == ("behind", ["shallow"])


def test_ids_may_be_sha256(tmp_path: Path) -> None:
    folder = init(tmp_path, "--object-format=sha256")
    sha = commit(folder, files={"a": "1\n"})
    git(folder, "tag", "-m", "one", "v1.0")
    reading, rows = take(folder, lines=True, paths=True)
    assert [row["sha"] for row in rows] == [sha]
    assert len(sha) == 64
    assert [tag.sha for tag in reading.releases()] == [sha]
    assert [row["path"] for batch in reading.changes() for row in batch.to_pylist()] == ["a"]
    assert [row["added"] for batch in reading.lines() for row in batch.to_pylist()] == [1]


def test_replaced_and_grafted_commits_are_read_as_they_are(tmp_path: Path) -> None:
    folder = init(tmp_path)
    first = commit(folder)
    second = commit(folder, "second")
    third = commit(folder, "third")
    git(folder, "replace", second, first)
    (folder / ".git/info").mkdir(exist_ok=True)
    (folder / ".git/info/grafts").write_text(f"{third}\n")
    reading, rows = take(folder)
    assert {row["sha"]: row["parents"] for row in rows} == {third: 1, second: 1, first: 0}
    assert reading.faults == []


def test_a_missing_commit_breaks_off_and_what_came_before_stays(tmp_path: Path) -> None:
    folder = init(tmp_path)
    shas = [raw_commit(folder, by(), b"root\n")]
    for number in range(1, 5):
        shas.append(raw_commit(folder, by(seconds=WHEN + number), b"x\n", shas[-1]))
    gone = shas[2]
    (folder / ".git/objects" / gone[:2] / gone[2:]).unlink()
    reading, rows = take(folder)
    assert (reading.state, reading.outcome, reading.publishes) == ("new", "partial", True)
    assert {row["sha"] for row in rows} <= set(shas[3:])
    assert rows
    assert [(fault.code, fault.level) for fault in reading.faults] == [("broken-history", "error")]
    assert str(tmp_path) not in reading.faults[0].message
    again, more = take(folder, known_by(reading, rows))
    assert (again.state, more, again.publishes, len(again.faults)) == ("unchanged", [], False, 1)


def test_new_commits_that_break_off_leave_what_is_known(tmp_path: Path) -> None:
    folder = init(tmp_path)
    known = None
    shas: list[str] = []
    for number in range(6):
        shas.append(raw_commit(folder, by(seconds=WHEN + number), b"x\n", *shas[-1:]))
        if number == 1:
            known = known_by(*take(folder))
    gone = shas[3]
    (folder / ".git/objects" / gone[:2] / gone[2:]).unlink()
    reading, _ = take(folder, known)
    assert (reading.outcome, reading.publishes) == ("failed", True)
    assert [fault.code for fault in reading.faults] == ["broken-history"]


def test_a_part_never_replaces_a_whole(tmp_path: Path) -> None:
    folder = init(tmp_path)
    shas: list[str] = []
    for number in range(4):
        shas.append(raw_commit(folder, by(seconds=WHEN + number), b"x\n", *shas[-1:]))
    known = known_by(*take(folder))
    gone = shas[1]
    (folder / ".git/objects" / gone[:2] / gone[2:]).unlink()
    reading, _ = take(folder, known, again=True)
    assert (reading.outcome, reading.rewritten) == ("failed", False)


def test_a_corrupt_pack_is_a_fault_and_no_failure_of_ours(tmp_path: Path) -> None:
    folder = init(tmp_path)
    for number in range(50):
        commit(folder, f"{number} " + "text " * 50)
    git(folder, "gc", "-q")
    (pack,) = (folder / ".git/objects/pack").glob("*.pack")
    pack.chmod(0o644)
    data = bytearray(pack.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 400] = b"\0" * 400
    pack.write_bytes(data)
    reading, rows = take(folder)
    list(reading.releases())
    reading.aliases()
    assert reading.outcome in {"partial", "failed"}
    assert len(rows) < 50
    assert [fault.code for fault in reading.faults] == ["broken-history"]


@pytest.mark.parametrize("kind", ["nothing", "file", "half", "pipes"])
def test_what_is_no_repository_fails_with_a_reason(tmp_path: Path, kind: str) -> None:
    if kind == "file":
        (tmp_path / ".git").write_text("gitdir: /nonexistent\n")
    if kind in {"half", "pipes"}:
        for name in ("objects", "refs"):
            (tmp_path / ".git" / name).mkdir(parents=True)
        (tmp_path / ".git/HEAD").write_text("nonsense")
    if kind == "pipes":
        os.mkfifo(tmp_path / ".git/shallow")
        os.mkfifo(tmp_path / ".git/commondir")
        (tmp_path / ".git/HEAD").unlink()
        os.mkfifo(tmp_path / ".git/HEAD")
    reading, rows = take(tmp_path)
    assert (reading.state, rows, len(reading.faults)) == ("failed", [], 1)
    assert str(tmp_path) not in reading.faults[0].message


def test_the_repositorys_configuration_runs_nothing(tmp_path: Path) -> None:
    folder = init(tmp_path / "a")
    commit(folder, files={"a": "1"})
    witness = tmp_path / "witness"
    for key in (
        "core.fsmonitor", "core.pager", "core.sshCommand", "diff.external", "gpg.program", "core.editor",
        "core.alternateRefsCommand", "diff.x.command", "diff.x.textconv", "filter.x.smudge", "filter.x.process",
    ):  # fmt: skip
        git(folder, "config", key, f"touch {witness}")
    git(folder, "config", "log.showSignature", "true")
    (folder / ".gitattributes").write_text("* diff=x filter=x\n")
    git(folder, "-c", "filter.x.process=", "-c", "core.fsmonitor=false", "tag", "v1")
    reading, rows = take(folder, lines=True, paths=True)
    list(reading.lines()), list(reading.changes()), list(reading.releases())
    assert len(rows) == 1
    assert not witness.exists()


MAILMAP = """\
# a comment <not@read.example>
Proper Name <one@acme.example>
<two@acme.example> <old-two@acme.example>
Third <three@acme.example> <OLD-three@ACME.example>
Fourth <four@acme.example> Nick <shared@acme.example>
Fifth <five@acme.example> Other <shared@acme.example>
Everyone <shared@acme.example>
<six@acme.example> <>
nonsense
<broken
"""
PEOPLE = (
    "One <one@acme.example>", "Two <old-two@acme.example>", "T <old-THREE@acme.example>", "nick <shared@acme.example>",
    "Other <shared@acme.example>", "Who <shared@acme.example>", "Same <same@acme.example>", "Empty <>",
)  # fmt: skip


def test_a_repository_cannot_allow_itself_a_program_as_its_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = init(tmp_path / "a")
    commit(folder)
    (folder / ".git/config").write_text(f"""
[core]
repositoryformatversion = 1
[extensions]
partialClone = origin
[remote "origin"]
promisor = true
partialclonefilter = blob:none
url = ext::sh -c "touch% {tmp_path}/started"
[protocol "ext"]
allow = always
""")
    known = _git.surroundings

    def older(given: dict[str, str]) -> dict[str, str]:
        """Surroundings as a git sees them that has not heard of GIT_NO_LAZY_FETCH."""
        return {name: value for name, value in known(given).items() if name != "GIT_NO_LAZY_FETCH"}

    monkeypatch.setattr(_git, "surroundings", older)
    assert _git.run(folder / ".git", "cat-file", "-e", "1" * 40).code
    take(folder, lines=True)
    assert not (tmp_path / "started").exists()


def test_mailmap_is_honoured_as_git_does_in_a_bare_repository(tmp_path: Path) -> None:
    folder = init(tmp_path / "a")
    commit(folder, files={".mailmap": MAILMAP})
    head = say(folder, "rev-parse", "HEAD")
    git(tmp_path, "clone", "-q", "--bare", str(folder), "b.git")
    bare = tmp_path / "b.git"
    tree = say(bare, "rev-parse", "HEAD^{tree}")
    for number, person in enumerate(PEOPLE):
        line = by(person, seconds=WHEN + number)
        body = b"tree %s\nparent %s\n%s\n\nx\n" % (tree.encode(), head.encode(), line)
        head = (
            git(bare, "hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=body)
            .decode()
            .strip()
        )
    git(bare, "update-ref", "HEAD", head)

    reading, _ = take(bare)
    aliases = dict(reading.aliases())
    people = {person.key: person for person in reading.identities()}
    asked = "".join(f"{person}\n" for person in PEOPLE).encode()
    said = git(bare, "-c", "mailmap.blob=HEAD:.mailmap", "check-mailmap", "--stdin", stdin=asked)
    for person, told in zip(PEOPLE, said.decode().splitlines(), strict=True):
        name, _, email = person.rstrip(">").partition(" <")
        key = identity_key(SALT, name or None, email or None)
        better = people[aliases.get(key, key)]
        assert f"{better.name or ''} <{better.email or ''}>" == told


def test_forgotten_people_are_written_nowhere_but_as_keys(tmp_path: Path) -> None:
    folder = init(tmp_path)
    commit(folder)
    key = identity_key(SALT, "Dev", "dev@acme.example")
    reading, rows = take(folder, forgotten=frozenset({key}))
    assert [row["author"] for row in rows] == [key]
    assert reading.identities() == []


def test_tags_are_releases_with_their_version_and_time(tmp_path: Path) -> None:
    folder = init(tmp_path)
    sha = raw_commit(folder, by())
    git(folder, "tag", "web/v1.0.0")
    git(folder, "tag", "-m", "note", "v2.0.0-rc.1")
    git(folder, "tag", "-m", "nested", "nested-3.0", "v2.0.0-rc.1")
    blob = say(folder, "hash-object", "-w", "-t", "blob", "--stdin")
    git(folder, "tag", "a-blob", blob)
    body = f"object {sha}\ntype commit\ntag v0\n\nno tagger\n-----BEGIN PGP SIGNATURE-----\n"
    odd = git(folder, "hash-object", "-t", "tag", "-w", "--literally", "--stdin", stdin=body.encode())
    git(folder, "update-ref", "refs/tags/v0", odd.decode().strip())
    git(folder, "update-ref", "refs/tags/gone-9.0", sha)
    (folder / ".git/refs/tags/gone-9.0").write_text("1" * 40 + "\n")
    tags = {tag.tag: tag for tag in take(folder)[0].releases()}

    web = tags["web/v1.0.0"]
    assert (web.version, web.module, web.prerelease, web.sha) == ("1.0.0", "web", False, sha)
    assert (web.released_at, web.annotated, web.tagger, web.signed) == (WHEN, False, None, False)
    candidate = tags["v2.0.0-rc.1"]
    assert (candidate.version, candidate.prerelease, candidate.annotated) == ("2.0.0-rc.1", True, True)
    assert candidate.tagger == identity_key(SALT, "Dev", "dev@acme.example")
    assert (tags["nested-3.0"].sha, tags["nested-3.0"].annotated) == (sha, True)
    assert (tags["a-blob"].sha, tags["a-blob"].version) == (None, None)
    assert (tags["v0"].released_at, tags["v0"].tagger, tags["v0"].signed) == (WHEN, None, True)
    assert (tags["gone-9.0"].sha, tags["gone-9.0"].version, tags["gone-9.0"].released_at) == (
        None,
        "9.0",
        None,
    )


@pytest.mark.parametrize(
    ("tag", "version", "module", "prerelease"),
    [
        ("v1.2.3", "1.2.3", None, False),
        ("1.2.3", "1.2.3", None, False),
        ("curl-8_1_0", "8.1.0", "curl", False),
        ("rc-8_22_0-1", "8.22.0-1", None, True),
        ("@acme/kit@1.0.0", "1.0.0", "@acme/kit", False),
        ("REL_15_BETA2", "15.BETA2", None, True),
        ("NTP_4_2_8P1_RC1", "4.2.8P1.RC1", "NTP", True),
        ("NTP_4_2_8P1", "4.2.8P1", "NTP", False),
        ("OpenSSL_1_0_2k", "1.0.2k", "OpenSSL", False),
        ("release/2024.01", "2024.01", None, False),
        ("2019-01-02", "2019-01-02", None, False),
        ("v1.0rc1", "1.0rc1", None, True),
        ("1.0a1", "1.0a1", None, True),
        ("1.0.dev3", "1.0.dev3", None, True),
        ("31.1-android", "31.1-android", None, False),
        ("1.0.0-M3", "1.0.0-M3", None, True),
        ("v3.0.0.Final", "3.0.0.Final", None, False),
        ("go1.21", "1.21", "go", False),
        ("jdk-17+35", "17+35", "jdk", False),
        ("v1.0+incompatible", "1.0+incompatible", None, False),
        ("v1", "1", None, False),
    ],
)
def test_a_version_is_parsed_out_of_a_tags_name(
    tag: str,
    version: str,
    module: str | None,
    prerelease: bool,  # noqa: FBT001
) -> None:
    assert parse(tag) == (version, module, prerelease)


@pytest.mark.parametrize(
    "tag", ["sprint-12", "sha256", "latest", "v", "", "before-refactoring-2", ".1", "x" * 999]
)
def test_other_names_are_no_versions(tag: str) -> None:
    assert parse(tag) is None


@pytest.mark.parametrize(
    "text", ["1a" * 120, "1." * 120, "1-" * 120, "rc" * 120 + "!", "v1.0" + "-rc1" * 60 + "!", "_1" * 120]
)
def test_a_long_name_takes_no_time(text: str) -> None:
    start = time.process_time()
    parse(text)
    assert time.process_time() - start < 0.5


def test_lines_and_paths_equal_gits_own(tmp_path: Path) -> None:
    folder = init(tmp_path)
    commit(folder, files={"a.txt": "1\n2\n", "ü/b": "x\n"})
    git(folder, "checkout", "-q", "-b", "side")
    commit(folder, files={"c": "c\n"})
    git(folder, "checkout", "-q", "main")
    commit(folder, files={"a.txt": "1\n3\n4\n", "bin": "\0\1"})
    git(folder, "merge", "-q", "--no-edit", "side")
    commit(folder, "nothing")
    reading, rows = take(folder, lines=True, paths=True)
    lines = [row for batch in reading.lines() for row in batch.to_pylist()]
    paths = [row for batch in reading.changes() for row in batch.to_pylist()]

    told = {}
    for sha in say(folder, "rev-list", "--no-merges", "HEAD").split():
        stat = [
            line.split("\t")
            for line in say(
                folder, "-c", "core.quotePath=off", "show", "--numstat", "--format=", sha
            ).splitlines()
        ]
        told[sha] = [(name, 0 if a == "-" else int(a), 0 if d == "-" else int(d)) for a, d, name in stat]
    assert {(row["sha"], row["path"]) for row in paths} == {
        (sha, s[0]) for sha, stat in told.items() for s in stat
    }
    assert {row["sha"]: (row["files"], row["added"], row["deleted"]) for row in lines if row["files"]} == {
        sha: (len(stat), sum(s[1] for s in stat), sum(s[2] for s in stat))
        for sha, stat in told.items()
        if stat
    }
    assert (reading.lines_known, reading.paths_known, len(rows)) == (True, True, 5)


def test_lines_asked_for_later_are_counted_for_the_whole_history(tmp_path: Path) -> None:
    folder = init(tmp_path)
    commit(folder, files={"a": "1\n"})
    known = known_by(*take(folder))
    reading, rows = take(folder, known, lines=True)
    lines = [row for batch in reading.lines() for row in batch.to_pylist()]
    assert (reading.state, rows, len(lines), reading.lines_known) == ("retold", [], 1, True)
    assert reading.writes == [*known.writes, reading.write_id]
    assert take(folder, known_by(reading, rows), lines=True)[0].state == "unchanged"


@pytest.mark.parametrize(("filter_", "kind"), [("tree:0", "treeless"), ("blob:none", "blobless")])
def test_a_partial_clone_says_what_it_cannot_tell_and_fetches_nothing(
    tmp_path: Path, filter_: str, kind: str
) -> None:
    folder = init(tmp_path / "a")
    commit(folder, files={"a": "1\n", ".mailmap": "Better <dev@acme.example>\n"})
    git(folder, "tag", "v1.0")
    git(folder, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--bare", f"--filter={filter_}", f"file://{folder}", "b.git")
    bare = tmp_path / "b.git"
    before = sorted(bare.rglob("*"))
    reading, rows = take(bare, lines=True, paths=True)
    paths = [row["path"] for batch in reading.changes() for row in batch.to_pylist()]
    assert (reading.place.kind, len(rows), reading.outcome) == (kind, 1, "complete")
    assert list(reading.lines()) == []
    assert sorted(paths) == ([] if kind == "treeless" else [".mailmap", "a"])
    assert {fault.code for fault in reading.faults} == {"no-contents"}
    assert [tag.version for tag in reading.releases()] == ["1.0"]
    assert reading.aliases() == []
    assert sorted(bare.rglob("*")) == before


def test_submodules_are_noticed_without_their_secrets(tmp_path: Path) -> None:
    text = '[submodule "a"]\n\tpath = a\n\turl = https://user:secret@host.example/a.git\n[submodule "b"]\n\turl = ../b.git\n'
    folder = init(tmp_path)
    commit(folder, files={".gitmodules": text})
    assert take(folder)[0].place.submodules == ["../b.git", "https://host.example/a.git"]


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://token@host.example/x", "https://host.example/x"),
        ("ssh://git@host.example/x", "ssh://git@host.example/x"),
        ("ssh://git:pw@host.example/x", "ssh://host.example/x"),
        ("git@host.example:x", "git@host.example:x"),
        ("https://[broken", "…"),
    ],
)
def test_addresses_are_kept_without_secrets(url: str, public: str) -> None:
    assert without_secret(url) == public


def test_linked_worktrees_and_bare_repositories_lead_to_one_history(tmp_path: Path) -> None:
    folder = init(tmp_path / "a")
    commit(folder)
    git(folder, "worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    commit(tmp_path / "linked", "on the side")
    assert _git.git_dir(tmp_path / "linked") == _git.git_dir(folder) == folder / ".git"
    assert take(tmp_path / "linked")[0].place.branch == "main"


def test_a_git_that_falls_silent_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_git, "SILENCE", 0.2)
    monkeypatch.setattr(_git, "command", lambda *_: ["sleep", "30"])
    start = time.monotonic()
    with _git.Stream(tmp_path, "log") as stream:
        assert list(stream.pieces()) == []
    assert stream.finish() != 0
    assert time.monotonic() - start < 10


def test_a_machine_without_git_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = init(tmp_path)
    commit(folder)
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    reading, rows = take(folder)
    assert (reading.state, rows) == ("failed", [])
    assert "git is not installed" in reading.faults[0].message


def test_of_an_endless_message_only_the_beginning_is_kept() -> None:
    from umbel.collect._history_commits import Commits
    from umbel.collect._history_people import People

    head = b"1" * 40 + b"\ntree " + b"2" * 40 + b"\n" + by() + b"\n\n"
    pieces = [head, *[b"    text\n" * 100_000] * 60, b"\0", head, b"    x\n\0"]
    commits = Commits(People(SALT), 1)
    rows = [row for batch in commits.batches(pieces) for row in batch.to_pylist()]
    assert [row["odd"] for row in rows] == [[], []]
    assert commits.number == 2


def test_stopping_early_ends_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = init(tmp_path)
    commit(folder)
    ended: list[int | None] = []
    close = _git.Stream.close

    def closed(stream: _git.Stream) -> None:
        close(stream)
        ended.append(stream.code)

    batches = read(folder, salt=SALT).commits()
    next(batches)
    monkeypatch.setattr(_git.Stream, "close", closed)
    batches.close()  # type: ignore[attr-defined]
    assert len(ended) == 1
    assert ended[0] is not None


def test_times_are_in_utc(tmp_path: Path) -> None:
    folder = init(tmp_path)
    raw_commit(folder, by(DEV, zone="-0800"))
    (row,) = take(folder)[1]
    assert row["authored_at"] == datetime.fromtimestamp(WHEN, UTC)
