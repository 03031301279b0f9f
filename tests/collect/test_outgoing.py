# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What commits would send: exactly what git says they add, also where names, contents and settings are hostile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.collect.git_repositories import by, commit, git, init, raw_commit, say
from umbel.collect import outgoing
from umbel.collect._outgoing_lines import Added, added, bounded, unquoted
from umbel.collect.outgoing import Change, Commit, Outgoing, Push
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

ZERO = "0" * 40


def seen(folder: Path, asked: str, **more: object) -> tuple[Outgoing, list[Commit], list[Change]]:
    """Everything that a push would send, read to its end."""
    found = outgoing.read(folder, Push(asked, **more))  # type: ignore[arg-type]
    commits: list[Commit] = []
    changes: list[Change] = []
    for one in found.asked:
        fresh = found.commits(one)
        commits += fresh
        changes += found.changes(fresh)
    found.close()
    return found, commits, changes


def by_path(changes: list[Change]) -> dict[str, Change]:
    assert len({change.path for change in changes}) == len(changes)
    return {change.path: change for change in changes}


# ---- exactly what git says

contents = st.one_of(
    st.lists(
        st.sampled_from([b"a", b"b", b"+", b"-", b"@@ -1 +1 @@", b"\\ No", b"x\r", b"", b" ", b"\xff"])
    ).map(b"\n".join),
    st.lists(st.sampled_from([b"diff --git a/x b/x", b"+++ b/y", b"--- a/y", b"0" * 40, b"a"])).map(
        lambda lines: b"".join(line + b"\n" for line in lines)
    ),
    st.binary(max_size=200),
)
names = st.binary(min_size=1, max_size=12).map(
    lambda raw: b"f" + raw.replace(b"\0", b"0").replace(b"/", b"_")
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return init(tmp_path_factory.mktemp("outgoing") / "shop")


def quoted(name: bytes) -> bytes:
    return b'"' + b"".join(b"\\%03o" % byte for byte in name) + b'"'


def imported(folder: Path, states: list[dict[bytes, bytes]]) -> None:
    """A branch with these trees, one commit each."""
    stream = b"reset refs/heads/tried\n\n"
    for number, files in enumerate(states, 1):
        stream += (
            b"commit refs/heads/tried\nmark :%d\ncommitter D <dev@acme.example> 1700000000 +0000\ndata 1\nx\n"
            % number
        )
        stream += (b"from :%d\n" % (number - 1) if number > 1 else b"") + b"deleteall\n"
        for name, data in files.items():
            stream += b"M 100644 inline %s\ndata %d\n%s\n" % (quoted(name), len(data), data)
    git(folder, "fast-import", "--quiet", "--force", stdin=stream)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(st.dictionaries(names, contents, max_size=4), min_size=1, max_size=3))
def test_what_is_added_is_what_git_says(repository: Path, states: list[dict[bytes, bytes]]) -> None:
    imported(repository, states)
    found = outgoing.read(repository, Push("tried"))
    tip = found.asked[0]._replace(words=("tried",))
    commits = found.commits(tip)
    changes = list(found.changes(commits))
    found.close()
    assert found.faults == []
    shas = [each.sha for each in reversed(commits)]
    assert len(shas) == len(states)
    for number, (sha, files) in enumerate(zip(shas, states, strict=True)):
        mine = {
            change.raw: change for change in changes if change.commit == sha and change.status != "deleted"
        }
        assert not any(change.cut for change in mine.values())
        counted = told(repository, sha)
        assert mine.keys() == counted.keys()
        assert all(counted[raw] in {None, len(change.lines)} for raw, change in mine.items())
        for raw, change in mine.items():
            now = lines_of(files[raw])
            assert all(text == shown(now[at - 1]) for at, text in change.lines)
            assert change.size == len(files[raw])
            kept = {at for at, _ in change.lines}
            if change.status in {"added", "modified"}:
                before = lines_of(states[number - 1].get(raw, b"")) if number else []
                assert is_part([line for at, line in enumerate(now, 1) if at not in kept], before)


def told(folder: Path, sha: str) -> dict[bytes, int | None]:
    """Git's own count of the added lines of each file that is there after a commit; None of a binary one."""
    words = (
        "show",
        "--format=",
        "--numstat",
        "-z",
        "--text",
        "--root",
        "-M",
        "-l400",
        "--diff-filter=d",
        sha,
    )
    parts = git(folder, *words).split(b"\0")
    found: dict[bytes, int | None] = {}
    at = 0
    while at < len(parts) - 1:
        number, _, path = parts[at].split(b"\t", 2)
        at += 1
        if not path:  # renamed: the old and the new name follow
            path, at = parts[at + 1], at + 2
        found[path] = None if number == b"-" else int(number)
    return found


def lines_of(data: bytes) -> list[bytes]:
    lines = data.split(b"\n")
    return lines[:-1] if not lines[-1] else lines


def shown(line: bytes) -> str:
    return line.replace(b"\0", b"").decode("utf-8", "replace")


def is_part(some: list[bytes], every: list[bytes]) -> bool:
    """Whether one list is another with things left out."""
    rest = iter(every)
    return all(line in rest for line in some)


@given(st.lists(st.binary(max_size=30), max_size=8), st.integers(1, 20))
def test_lines_are_bounded_wherever_the_pieces_break(pieces: list[bytes], longest: int) -> None:
    whole = b"".join(pieces)
    expected = lines_of(whole)
    found = list(bounded(pieces, longest))
    assert [text for text, _ in found] == [line[:longest] for line in expected]
    assert [is_whole for _, is_whole in found] == [len(line) <= longest for line in expected]


@given(st.binary(max_size=400))
def test_no_patch_is_too_broken(data: bytes) -> None:
    head = b"0" * 40 + b"\ndiff --git a/x b/x\n+++ b/x\n@@ -0,0 +1,9 @@\n"
    assert all(isinstance(one, Added) for one in added(bounded([head + data])))


def test_a_quoted_path() -> None:
    assert unquoted(rb'"b/\303\244\t\"\\\n"') == b'b/\xc3\xa4\t"\\\n'
    assert unquoted(b"b/plain") == b"b/plain"


# ---- hostile and odd repositories


def test_attributes_hide_nothing(tmp_path: Path) -> None:
    folder = init(tmp_path / "shop")
    commit(folder, "first", {".gitattributes": "* binary -diff diff=evil\n", "a.txt": "one\n"})
    git(folder, "config", "diff.evil.textconv", "touch pwned;")
    git(folder, "config", "diff.evil.command", "touch pwned;")
    git(folder, "config", "diff.noprefix", "true")
    commit(folder, "second", {"a.txt": "one\ntwo\n"})
    _, _, changes = seen(folder, "HEAD~1..HEAD")
    assert by_path(changes)["a.txt"].lines == ((2, "two"),)
    assert not (folder / "pwned").exists()


def test_a_merge_adds_what_no_parent_has(tmp_path: Path) -> None:
    folder = init(tmp_path / "shop")
    commit(folder, "base", {"a.txt": "1\n2\n3\n4\n5\n6\n7\n8\n9\n"})
    base = say(folder, "rev-parse", "HEAD")
    git(folder, "checkout", "-q", "-b", "side")
    commit(folder, "side", {"a.txt": "side\n2\n3\n4\n5\n6\n7\n8\n9\n", "side.txt": "s\n"})
    git(folder, "checkout", "-q", "main")
    commit(folder, "main", {"a.txt": "1\n2\n3\n4\n5\n6\n7\n8\nmain\n"})
    git(folder, "merge", "-q", "--no-commit", "side")
    (folder / "a.txt").write_text("side\n2\n3\n4\nsmuggled\n5\n6\n7\n8\nmain\n")
    (folder / "new.bin").write_bytes(b"\0smuggled too\n")
    merge = commit(folder, "merged")
    _, commits, changes = seen(folder, "HEAD")
    assert [(one.sha, one.parents) for one in commits] == [(merge, 2)]
    found = by_path(changes)
    assert found["a.txt"].lines == ((5, "smuggled"),)
    assert found["new.bin"].lines == ((1, "smuggled too"),)
    assert (found["new.bin"].binary, found["new.bin"].status) == (True, "added")
    assert "side.txt" not in found
    assert {change.path for change in seen(folder, f"{base}..HEAD")[2]} == {"a.txt", "side.txt", "new.bin"}


def test_what_a_later_commit_takes_away_is_sent_all_the_same(tmp_path: Path) -> None:
    folder = init(tmp_path / "shop")
    commit(folder, "first", {"a.txt": "one\n"})
    commit(folder, "oops", {"b.txt": "hidden\n"})
    (folder / "b.txt").unlink()
    commit(folder, "away")
    _, commits, changes = seen(folder, "HEAD~2..HEAD")
    assert [each.message.strip() for each in commits] == ["away", "oops"]
    assert [(c.status, c.leaves, c.lines) for c in changes] == [
        ("deleted", False, ()),
        ("added", True, ((1, "hidden"),)),
    ]


def test_kinds_of_files(tmp_path: Path) -> None:
    folder = init(tmp_path / "shop")
    commit(folder, "first", {"old.txt": "".join(f"{n}\n" for n in range(30))})
    (folder / "old.txt").rename(folder / "new.txt")
    (folder / "empty").touch()
    (folder / "link").symlink_to("/etc/hostname")
    (folder / "wide.txt").write_bytes("wort\n".encode("utf-16"))
    git(folder, "update-index", "--add", "--cacheinfo", f"160000,{say(folder, 'rev-parse', 'HEAD')},sub")
    commit(folder, "second")
    found = by_path(seen(folder, "HEAD")[2])
    assert {path: (c.status, c.kind, len(c.lines)) for path, c in found.items() if path != "sub"} == {
        "new.txt": ("renamed", "file", 0),
        "empty": ("added", "file", 0),
        "link": ("added", "link", 1),
        "wide.txt": ("added", "file", 2),
    }
    assert "wort" in found["wide.txt"].lines[0][1]
    assert found["empty"].size == 0


def test_people_and_messages_as_the_commit_has_them(tmp_path: Path) -> None:
    folder = init(tmp_path / "shop")
    header = by("J\xe4n <dev@acme.example>".encode("latin-1").decode("latin-1"), committer="Bot <>")
    raw = header.decode().encode("latin-1") + b"\nencoding ISO-8859-1"
    raw_commit(folder, raw, b"gr\xfc\xdfe\n\nSigned-off-by: J\xe4n <Dev@acme.example>\n")
    _, [one], _ = seen(folder, "HEAD")
    assert (one.author.name, one.author.address, one.committer.address) == ("Jän", "dev@acme.example", "")
    assert one.message.startswith("grüße")
    assert [person.address for person in one.sign_offs] == ["Dev@acme.example"]


def test_commits_without_sound_people_are_read(tmp_path: Path) -> None:
    folder = init(tmp_path / "shop")
    raw_commit(folder, b"author nobody\ncommitter", b"")
    found, [one], _ = seen(folder, "HEAD")
    assert (one.author.address, one.message, found.faults) == ("", "", [])


def test_a_file_beyond_the_bound_is_cut_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("umbel.collect._outgoing_lines.MOST_BYTES", 100)
    folder = init(tmp_path / "shop")
    commit(folder, "first", {"large.txt": "0123456789\n" * 20, "small.txt": "x\n"})
    found = by_path(seen(folder, "HEAD")[2])
    assert (found["large.txt"].cut, len(found["large.txt"].lines)) == (True, 9)
    assert not found["small.txt"].cut


def test_too_many_commits_are_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "MOST_COMMITS", 2)
    folder = init(tmp_path / "shop")
    first = commit(folder)
    for _ in range(3):
        commit(folder)
    found, commits, _ = seen(folder, f"{first}..HEAD")
    assert len(commits) == 2
    assert [fault.code for fault in found.faults] == ["too-many"]


def test_a_missing_object_is_a_fault_and_never_clean(tmp_path: Path) -> None:
    folder = init(tmp_path / "shop")
    commit(folder, "first", {"a.txt": "one\n"})
    blob = say(folder, "rev-parse", "HEAD:a.txt")
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    found, _, _ = seen(folder, "HEAD")
    assert [fault.level for fault in found.faults] == ["error"]


# ---- what is asked


def test_hook_lines(tmp_path: Path) -> None:
    folder = init(tmp_path / "shop")
    first, second, third = (commit(folder, name) for name in ("first", "second", "third"))

    def shas(*lines: str, remote: str | None = None) -> list[str]:
        return [one.sha for one in seen(folder, "-", lines=lines, remote=remote)[1]]

    assert shas(f"refs/heads/main {third} refs/heads/main {first}") == [third, second]
    assert shas(f"refs/heads/main {third} refs/heads/main {ZERO}") == [third, second, first]
    assert shas(f"(delete) {ZERO} refs/heads/main {third}", "") == []
    assert shas(f"refs/heads/main {third} refs/heads/main {'a' * 40}") == [third, second, first]
    git(folder, "update-ref", "refs/remotes/public/main", second)
    assert shas(f"refs/heads/main {third} refs/heads/new {ZERO}", remote="public") == [third]
    assert len(shas(f"refs/heads/main {third} refs/heads/new {ZERO}", remote="p*")) == 3
    git(folder, "reset", "-q", "--hard", first)
    git(folder, "update-ref", "-d", "refs/remotes/public/main")
    assert shas(f"{first} {third} refs/heads/main", f"{first} {second} refs/heads/b") == [third, second]


def test_what_leads_to_no_commit_is_a_fault(tmp_path: Path) -> None:
    folder = init(tmp_path / "shop")
    commit(folder, "first", {"a.txt": "one\n"})
    blob = say(folder, "rev-parse", "HEAD:a.txt")
    found, commits, _ = seen(folder, "-", lines=[f"refs/tags/t {blob} refs/tags/t {ZERO}"])
    assert (commits, [fault.code for fault in found.faults]) == ([], ["no-commit"])


def test_what_pre_commit_tells(tmp_path: Path) -> None:
    folder = init(tmp_path / "shop")
    first, second = commit(folder), commit(folder)
    told = {"PRE_COMMIT_FROM_REF": first, "PRE_COMMIT_TO_REF": second, "PRE_COMMIT_REMOTE_NAME": "origin"}
    assert [one.sha for one in seen(folder, "pre-commit", told=told)[1]] == [second]
    everything = {"PRE_COMMIT_LOCAL_BRANCH": "refs/heads/main", "PRE_COMMIT_REMOTE_NAME": "origin"}
    assert [one.sha for one in seen(folder, "pre-commit", told=everything)[1]] == [second, first]


@pytest.mark.parametrize(
    "asked", ["nothing", "a..b", "HEAD...HEAD", "--all", "HEAD..--output=x", "-", "pre-commit"]
)
def test_what_is_no_range_is_a_usage_error(tmp_path: Path, asked: str) -> None:
    folder = init(tmp_path / "shop")
    commit(folder)
    with pytest.raises(UsageError):
        outgoing.read(folder, Push(asked, lines=["what is this"]))


def test_no_repository_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="lies in no git repository"):
        outgoing.read(tmp_path, Push("HEAD"))
