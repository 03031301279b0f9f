# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Read-only, proven: each layer of the sandbox on its own, against attacks that work without any.

A layer is tried by leaving all others out. The first tests run the attacks with nothing in their way,
so that an attack that a new DuckDB no longer knows can't pass for one that was held off.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, NamedTuple, get_args

import duckdb
import msgspec
import pyarrow as pa
import pytest

from umbel.evidence import sandbox
from umbel.evidence._sandbox_child import Layer, Order
from umbel.evidence._sandbox_statement import Refused, check
from umbel.evidence.sandbox import QueryJob

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

ALL: frozenset[Layer] = frozenset(get_args(Layer)) - {"parent"}
SECRET = "the-crown-jewels"  # noqa: S105 - only looked for


def _tried(function: str) -> bool:
    """Whether the kernel grants something; in a process of its own, since there is no way back."""
    program = f"from umbel.evidence import _sandbox_kernel as k; k.give_up_privileges(); print({function})"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {program}"],
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout.strip() == "True"


needs_landlock = pytest.mark.skipif(not _tried("k.only_read([])"), reason="this kernel has no Landlock")
needs_seccomp = pytest.mark.skipif(
    not _tried("k.only_compute()"), reason="this kernel has no seccomp filters"
)


class Estate(NamedTuple):
    """A folder as a lake's: one pinned file, and everything else that a query must not touch."""

    folder: Path
    pinned: Path

    def fill(self) -> None:
        """Make it anew."""
        (self.folder / "_delta_log").mkdir(parents=True)
        (self.folder / "_delta_log" / "00000000000000000000.json").write_text(f'{{"secret": "{SECRET}"}}\n')
        (self.folder / "secret.csv").write_text(f"name\n{SECRET}\n")
        (self.folder / "link.csv").symlink_to("secret.csv")
        for file, value in ((self.pinned, "fine"), (self.folder / "sibling.parquet", SECRET)):
            duckdb.execute(f"COPY (SELECT '{value}' AS name FROM range(3)) TO '{file}'")

    def state(self) -> dict[str, bytes]:
        """Every file with its bytes."""
        return {str(file): file.read_bytes() for file in self.folder.rglob("*") if file.is_file()}


# The child's own `main`, forked from a process that has the libraries already: a tenth of the time.
_WARM = """
import os, sys, duckdb, msgspec, pyarrow.dataset
from umbel.evidence import _sandbox_child as child

for line in sys.stdin.buffer:
    order = msgspec.structs.replace(msgspec.json.decode(line, type=child.Order), parent=os.getpid())
    pipes = [os.pipe() for _ in range(3)]
    process = os.fork()
    if not process:
        for number, (reading, writing) in enumerate(pipes):
            os.dup2(writing if number else reading, number)
        child.main()
    os.write(pipes[0][1], msgspec.json.encode(order) + b"\\n")
    said = []
    for reading, writing in pipes[1:]:
        os.close(writing)
        with os.fdopen(reading, "rb") as file:
            said.append(file.read())
    status = os.waitpid(process, 0)[1]
    print(msgspec.json.encode((status, *said)).decode(), flush=True)
"""


@pytest.fixture(scope="module")
def warm() -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryDirectory() as home:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:] = {sys.path!r}; {_WARM}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=sandbox._environment(home),  # noqa: SLF001 - as the real one
            cwd=home,
        )
        yield process
        process.kill()
        process.communicate()


class Attacker:
    """Runs attacks with layers left out."""

    def __init__(self, warm: subprocess.Popen[bytes], place: Path) -> None:
        self._warm = warm
        self._place = place

    def estate(self, name: str = "estate") -> Estate:
        """A new one."""
        folder = self._place / re.sub(r"\W", "-", name) / "lake"
        estate = Estate(folder, folder / "part-0.parquet")
        estate.fill()
        return estate

    def run(self, estate: Estate, sql: str, without: Iterable[Layer]) -> str:
        """What an attack gave, or how it failed, as text."""
        job = QueryJob(
            sql=sql.format(lake=estate.folder, pinned=estate.pinned),
            tables={"usage": [str(estate.pinned)]},
            schemas={},
            setup=[],
            parameters={},
            limit_rows=None,
            memory_bytes=400_000_000,
            seconds=20.0,
            threads=2,
        )
        assert self._warm.stdin
        assert self._warm.stdout
        self._warm.stdin.write(msgspec.json.encode(Order(job, 0, frozenset(without))) + b"\n")
        self._warm.stdin.flush()
        return _said(*msgspec.json.decode(self._warm.stdout.readline(), type=tuple[int, bytes, bytes]))

    def that_write(self, without: Iterable[Layer]) -> set[str]:
        """The attacks that changed anything, each tried on an estate of its own."""
        changed = set()
        for name in WRITES:
            estate = self.estate(name)
            before = estate.state()
            self.run(estate, _texts(estate)[name], without)
            if estate.state() != before:
                changed.add(name)
        return changed

    def that_read(self, without: Iterable[Layer]) -> set[str]:
        """The attacks that brought the secret to light."""
        estate = self.estate("read")
        return {name for name, sql in READS.items() if SECRET in self.run(estate, sql, without)}


@pytest.fixture
def attacker(warm: subprocess.Popen[bytes], tmp_path: Path) -> Attacker:
    return Attacker(warm, tmp_path)


def _said(status: int, rows: bytes, complaint: bytes) -> str:
    return (
        complaint.decode(errors="replace") if status else str(pa.ipc.open_stream(rows).read_all().to_pylist())
    )


# Double braces: the texts are formatted with the estate's paths.
_COPY_TREE = (
    "SELECT json_serialize_sql('WITH x AS (COPY (SELECT 5) TO ''{pinned}''"
    " (FORMAT parquet, USE_TMP_FILE false)) FROM x')"
)
WRITES = {
    "copy over a pinned file": "COPY (SELECT 1) TO '{pinned}' (FORMAT parquet, USE_TMP_FILE false)",
    "copy over it by a temporary file": "COPY (SELECT 1) TO '{pinned}'",
    "copy to a new file": "COPY (SELECT 1) TO '{lake}/new.parquet'",
    "copy over a sibling": "COPY (SELECT 1) TO '{lake}/sibling.parquet' (USE_TMP_FILE false)",
    "copy over the log": (
        "COPY (SELECT 1) TO '{lake}/_delta_log/00000000000000000000.json' (USE_TMP_FILE false)"
    ),
    "copy into parts": "COPY (SELECT 1 AS a, 2 AS b) TO '{lake}/parts' (FORMAT parquet, PARTITION_BY a)",
    "copy in a WITH clause": (
        "WITH x AS (COPY (SELECT 1) TO '{pinned}' (FORMAT parquet, USE_TMP_FILE false)) SELECT * FROM x"
    ),
    "copy behind a comment": "SELECT 1; /* */ COPY (SELECT 1) TO '{pinned}' (USE_TMP_FILE false)",
    "explain analyze copy": "EXPLAIN ANALYZE COPY (SELECT 1) TO '{pinned}' (USE_TMP_FILE false)",
    "export": "EXPORT DATABASE '{lake}/out'",
    "a database file": "ATTACH '{lake}/new.db' AS d; CREATE TABLE d.t AS SELECT 1; CHECKPOINT d",
    "serialized text": "FROM json_execute_serialized_sql(({tree}))",
    "profiling": "PRAGMA enable_profiling = 'json'; PRAGMA profile_output = '{lake}/profile.json'; SELECT 1",
    "logging": (
        "CALL enable_logging(storage = 'file', storage_path = '{lake}/logs');"
        " SELECT 1; CALL disable_logging()"
    ),
}
READS = {
    "a sibling": "FROM read_parquet('{lake}/sibling.parquet')",
    "a pattern": "FROM read_parquet('{lake}/*.parquet')",
    "by name": "FROM '{lake}/sibling.parquet'",
    "by composed name": 'FROM "{lake}/secret"."csv"',
    "by a detour": "FROM '{lake}/_delta_log/../secret.csv'",
    "by a link": "FROM read_csv('{lake}/link.csv')",
    "as text": "FROM read_text('{lake}/secret.csv')",
    "as a blob": "SELECT content::VARCHAR FROM read_blob('{lake}/secret.csv')",
    "the log": "FROM read_json('{lake}/_delta_log/*.json')",
    "by a histogram": "FROM histogram_values('{lake}/secret.csv', name)",
    "by text": "FROM query('FROM ''{lake}/secret.csv''')",
    "by query_table": "FROM query_table('{lake}/secret.csv')",
    "by statistics": "SELECT stats_max_value FROM parquet_metadata('{lake}/sibling.parquet')",
}


def _texts(estate: Estate) -> dict[str, str]:
    sql = _COPY_TREE.format(lake=estate.folder, pinned=estate.pinned)
    [(tree,)] = duckdb.execute(sql).fetchall()
    literal = "'" + tree.replace("'", "''").replace("{", "{{").replace("}", "}}") + "'"
    return {name: attack.replace("({tree})", literal) for name, attack in WRITES.items()}


# ---- the attacks are real


def test_without_any_layer_every_attack_writes(attacker: Attacker) -> None:
    assert attacker.that_write(ALL) == set(WRITES)


def test_without_any_layer_every_attack_reads(attacker: Attacker) -> None:
    assert attacker.that_read(ALL) == set(READS)


# ---- one layer each


@pytest.mark.parametrize(
    "layer",
    [
        "settings",
        pytest.param("files", marks=needs_landlock),
        pytest.param("calls", marks=needs_seccomp),
    ],
)
def test_one_layer_alone_holds_off_every_write(attacker: Attacker, layer: Layer) -> None:
    assert attacker.that_write(ALL - {layer}) == set()


@pytest.mark.parametrize("layer", ["settings", pytest.param("files", marks=needs_landlock)])
def test_one_layer_alone_holds_off_every_read(attacker: Attacker, layer: Layer) -> None:
    assert attacker.that_read(ALL - {layer}) == set()


def test_the_check_of_the_statement_refuses_every_attack(attacker: Attacker) -> None:
    estate = attacker.estate()
    texts = [sql.format(lake=estate.folder, pinned=estate.pinned) for sql in READS.values()]
    texts += [sql.format(lake=estate.folder, pinned=estate.pinned) for sql in _texts(estate).values()]
    with duckdb.connect() as connection:
        for sql in texts:
            with pytest.raises(Refused):
                check(connection, sql)
    assert "statements aren't allowed" in attacker.run(estate, WRITES["export"], ALL - {"statement"})


def test_the_whole_holds_off_every_write(attacker: Attacker) -> None:
    assert attacker.that_write(()) == set()


def test_the_binding_stops_what_is_no_select_but_not_what_runs_text(attacker: Attacker) -> None:
    """Why the text is checked as well, and why neither is relied on for writing."""
    estate = attacker.estate()
    before = estate.state()
    for name in ("copy in a WITH clause", "explain analyze copy", "copy behind a comment"):
        attacker.run(estate, _texts(estate)[name], ALL - {"binding"})
        assert estate.state() == before
    attacker.run(estate, _texts(estate)["serialized text"], ALL - {"binding"})
    assert estate.state() != before


@pytest.mark.parametrize("left_out", [(), ("files",), ("calls",), ("files", "calls"), tuple(ALL)])
def test_whatever_the_kernel_offers_the_answer_is_the_same(
    attacker: Attacker, left_out: tuple[Layer, ...]
) -> None:
    sql = "SELECT name, count(*) AS n FROM raw_usage WHERE name <> 'x' GROUP BY name"
    assert attacker.run(attacker.estate(), sql, left_out) == "[{'name': 'fine', 'n': 3}]"


def test_the_settings_alone_hold_off_the_rest(attacker: Attacker) -> None:
    expected = {
        "INSTALL httpfs": "disabled by configuration",
        "LOAD httpfs": "disabled through configuration",
        "SET lock_configuration = false": "locked",
        "SET enable_external_access = true": "locked|while database is running",
        "SET allowed_paths = ['/etc/passwd']": "locked|external access",
        "SET python_enable_replacements = true": "locked",
        "SET temp_directory = '{lake}/spill'": "locked",
        "FROM 'https://example.org/x.parquet'": "disabled by configuration",
        "CREATE PERSISTENT SECRET s (TYPE s3, KEY_ID 'k')": "httpfs",
        # the process's own variables
        **{f"FROM {name}": "does not exist" for name in ("job", "rows", "reader", "answer", "sys", "error")},
    }
    estate = attacker.estate()
    for sql, says in expected.items():
        answer = attacker.run(estate, sql, ALL - {"settings"})
        assert re.search(says, answer), (sql, answer)


def test_the_settings_are_as_described(attacker: Attacker) -> None:
    estate = attacker.estate()
    expected = {
        "lock_configuration": True,
        "enable_external_access": False,
        "python_enable_replacements": False,
        "autoload_known_extensions": False,
        "autoinstall_known_extensions": False,
        "allow_community_extensions": False,
        "allow_persistent_secrets": False,
        "temp_directory": "",
        "TimeZone": "UTC",
        "threads": 2,
        "allowed_paths": [str(estate.pinned)],
    }
    columns = ", ".join(f"current_setting('{name}') AS {name}" for name in expected)
    assert attacker.run(estate, f"SELECT {columns}", ()) == str([expected])
    unguarded = attacker.run(estate, "SELECT current_setting('allowed_paths') AS p", {"files", "calls"})
    assert unguarded == "[{'p': []}]"


# ---- the kernel's layers, by what a process tries that was taken over by its query

_TAKEN_OVER = """
import ctypes, os, shutil, signal, socket, subprocess, sys, threading
from umbel.evidence import _sandbox_kernel as kernel
folder = sys.argv[1]
secret, pinned = folder + "/secret.csv", folder + "/part-0.parquet"
libc = ctypes.CDLL(None, use_errno=True)

def raw(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "raw")

attempts = {
    "open to write": lambda: os.open(pinned, os.O_WRONLY),
    "open to read and write": lambda: os.open(pinned, os.O_RDWR),
    "open to read, truncating": lambda: os.open(pinned, os.O_RDONLY | os.O_TRUNC),
    "open to append": lambda: open(pinned, "ab"),
    "create": lambda: os.open(folder + "/new", os.O_CREAT | os.O_RDONLY),
    "write by its descriptor's name": lambda: open(f"/proc/self/fd/{held}", "r+b"),
    "truncate": lambda: os.truncate(pinned, 0),
    "remove": lambda: os.remove(pinned),
    "rename": lambda: os.rename(pinned, folder + "/gone"),
    "replace": lambda: os.replace(secret, pinned),
    "link": lambda: os.link(pinned, folder + "/hard"),
    "symlink": lambda: os.symlink(pinned, folder + "/soft"),
    "folder": lambda: os.mkdir(folder + "/sub"),
    "remove folder": lambda: os.rmdir(folder + "/empty"),
    "device": lambda: os.mknod(folder + "/fifo"),
    "mode": lambda: os.chmod(pinned, 0o777),
    "mode by descriptor": lambda: os.fchmod(held, 0o777),
    "owner": lambda: os.chown(pinned, 1, 1),
    "times": lambda: os.utime(pinned, (1, 1)),
    "attribute": lambda: os.setxattr(pinned, "user.x", b"1"),
    "read a secret": lambda: open(secret).read(),
    "list": lambda: os.listdir(folder),
    "read another's memory": lambda: open(f"/proc/{os.getppid()}/environ", "rb").read(),
    "run": lambda: subprocess.run(["/bin/true"]),
    "fork": lambda: os.fork() or os._exit(0),
    "exec": lambda: os.execv("/bin/echo", ["echo", "OPEN exec"]),
    "socket": lambda: socket.socket().close(),
    "datagrams": lambda: socket.socket(type=socket.SOCK_DGRAM).close(),
    "kill": lambda: os.kill(os.getppid(), 0),
    "ptrace": lambda: raw(101, 16, os.getppid(), 0, 0),
    "io_uring": lambda: raw(425, 1, ctypes.create_string_buffer(256)),
    "openat2": lambda: raw(437, -100, pinned.encode(), ctypes.create_string_buffer(24), 24),
    "memfd": lambda: os.memfd_create("x"),
    "read the pinned file": lambda: open(pinned, "rb").read(),
    "start a thread": lambda: [t := threading.Thread(target=int), t.start(), t.join()],
}
held = os.open(pinned, os.O_RDONLY)
kernel.give_up_privileges()
assert eval(sys.argv[2], {"k": kernel, "pinned": pinned})
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    print("OPEN", name, flush=True)
"""
_FILES_LEAVE = {
    *("mode", "mode by descriptor", "owner", "times", "attribute", "run", "fork", "exec", "socket"),
    *("datagrams", "kill", "ptrace", "io_uring", "memfd"),
}


def _open_ways(place: Path, layers: str) -> set[str]:
    estate = Estate(place / "lake", place / "lake" / "part-0.parquet")
    estate.fill()
    (estate.folder / "empty").mkdir()
    before = estate.state()
    program = f"import sys; sys.path[:] = {sys.path!r}\n{_TAKEN_OVER}"
    done = subprocess.run(
        [sys.executable, "-c", program, str(estate.folder), layers],
        capture_output=True,
        check=True,
        text=True,
        timeout=20,
    )
    ways = {line.removeprefix("OPEN ") for line in done.stdout.splitlines()}
    if "mode" not in ways:
        assert estate.state() == before
    return ways


@needs_seccomp
def test_without_files_to_write_programs_and_sockets_only_reading_and_computing_are_left(
    tmp_path: Path,
) -> None:
    left = {"read a secret", "list", "read another's memory", "read the pinned file", "start a thread"}
    assert _open_ways(tmp_path, "k.only_compute()") <= left


@needs_landlock
def test_with_the_pinned_files_only_nothing_else_is_read_or_written(tmp_path: Path) -> None:
    ways = _open_ways(tmp_path, "k.only_read([pinned])")
    assert {"read the pinned file", "start a thread"} <= ways
    assert ways <= {"read the pinned file", "start a thread", "openat2"} | _FILES_LEAVE


@needs_landlock
@needs_seccomp
def test_both_leave_the_pinned_files_and_threads(tmp_path: Path) -> None:
    ways = _open_ways(tmp_path, "k.only_read([pinned]) and k.only_compute()")
    assert ways == {"read the pinned file", "start a thread"}


def test_the_process_is_alone_when_it_shuts_itself_in(tmp_path: Path) -> None:
    """Landlock binds only threads that start later; Arrow and DuckDB start none before."""
    program = (
        "import duckdb, pyarrow; from umbel.evidence import _sandbox_child as c, _sandbox_kernel as k; "
        "duckdb.connect(config={'threads': 1, 'async_threads': 0}); print(k.alone())"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path[:] = {sys.path!r}; {program}"],
        env=sandbox._environment(str(tmp_path)),  # noqa: SLF001 - the environment is what keeps Arrow quiet
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.strip() == str(sys.platform == "linux")
