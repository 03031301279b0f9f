# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The house rules that a machine can hold: sizes, imports, locks, and what no file may name."""

from __future__ import annotations

import ast
import re
import socket
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from importlinter.cli import lint_imports
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = {path.name: path.read_text("utf-8") for path in sorted(ROOT.glob("requirements*.txt"))}
LONGEST_FILE, LONGEST_FUNCTION = 800, 80


@cache
def files() -> list[Path]:
    """What is or may be committed. Skips where this is no checkout."""
    listing = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(listing, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this is no git checkout")
    paths = [ROOT / name.decode() for name in done.stdout.split(b"\0") if name]
    return [path for path in paths if path.is_file()]


def modules(*folders: str) -> Iterator[tuple[str, str]]:
    """Name and text of each module below folders of the repository."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path.read_text("utf-8")


@cache
def parsed(text: str) -> ast.Module:
    """A module's syntax tree."""
    return ast.parse(text)


def functions(block: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function, wherever it is defined; expressions, which hold none, aren't looked through."""
    for node in ast.iter_child_nodes(block):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        if not isinstance(node, ast.expr):
            yield from functions(node)


def test_every_module_says_what_it_is_for() -> None:
    assert [name for name, text in modules("src", "tools") if not ast.get_docstring(parsed(text))] == []


def test_a_file_has_one_subject() -> None:
    sizes = {name: text.count("\n") for name, text in modules("src", "tests", "tools")}
    assert {name: lines for name, lines in sizes.items() if lines > LONGEST_FILE} == {}


def test_a_function_fits_on_a_screen() -> None:
    sizes = {
        f"{name}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for name, text in modules("src", "tests", "tools")
        for node in functions(parsed(text))
    }
    assert {name: lines for name, lines in sizes.items() if lines > LONGEST_FUNCTION} == {}


def test_imports_point_backwards_along_the_flow_of_data(capsys: pytest.CaptureFixture[str]) -> None:
    code = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert code == 0, capsys.readouterr().out


def test_no_file_names_a_machine_or_a_registry() -> None:
    """Paths of one machine help nobody else; where packages come from is the installer's business."""
    hosts = r"(?:\w+\.)*(?:pypi|pythonhosted)|registry\.npmjs|deb\.debian"
    forbidden = re.compile(rf"(?<![\w.*$)}}\]-])/(?:work|root)/|\b(?:{hosts})\.org\b", re.ASCII)
    named = [
        f"{path.relative_to(ROOT)}:{number}: {found[0]}"
        for path in files()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if (found := forbidden.search(line))
    ]
    assert named == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_names_versions_hashes_and_reasons_only(name: str) -> None:
    line = re.compile(
        r"""  [a-z0-9][a-z0-9.-]*(\[[a-z0-9,-]+\])?==[A-Za-z0-9.+!]+ (\ ;\ [^;@]+?)? \ \\
            | [ ]{4}--hash=sha256:[0-9a-f]{64} (\ \\)?
            | \s*\#.*""",
        re.VERBOSE,
    )
    assert [text for text in LOCKS[name].splitlines() if not line.fullmatch(text)] == []
    assert "://" not in LOCKS[name]


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        ("requirements-build.txt", PROJECT["build-system"]["requires"]),
        ("requirements-dev.txt", PROJECT["project"]["optional-dependencies"]["dev"]),
        ("requirements-dev.txt", PROJECT["project"]["dependencies"]),
        ("requirements.txt", PROJECT["project"]["dependencies"]),
    ],
    ids=["build", "dev", "runtime in dev", "runtime"],
)
def test_a_lock_holds_what_the_project_asks_for(lock: str, asked: list[str]) -> None:
    held = versions(lock)
    missing = []
    for requirement in map(Requirement, asked):
        pins = held.get(canonicalize_name(requirement.name), set())
        if not pins or not all(requirement.specifier.contains(pin, prereleases=True) for pin in pins):
            missing.append(str(requirement))
    assert missing == [], "run: make lock"


def test_the_locks_agree_with_each_other() -> None:
    runtime, dev, build = (versions(f"requirements{kind}.txt") for kind in ("", "-dev", "-build"))
    assert {name: pins for name, pins in runtime.items() if dev.get(name) != pins} == {}
    assert {name: pins for name, pins in build.items() if runtime.get(name, pins) != pins} == {}


def versions(lock: str) -> dict[str, set[str]]:
    """The pinned versions of each package of a lock (several where they depend on the platform)."""
    held: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9.-]+)(?:\[.*?\])?==(\S+)", LOCKS[lock], re.MULTILINE):
        held.setdefault(name, set()).add(version)
    return held


def test_actions_are_pinned_by_hash() -> None:
    uses = [
        line.strip()
        for path in sorted((ROOT / ".github/workflows").glob("*.yml"))
        for line in path.read_text("utf-8").splitlines()
        if "uses:" in line
    ]
    assert uses
    assert [line for line in uses if not re.fullmatch(r"-? ?uses: \S+@[0-9a-f]{40} # v[\d.]+", line)] == []


def test_changelog_fragments_say_their_kind_in_one_paragraph() -> None:
    for path in (ROOT / "changelog.d").iterdir():
        assert re.fullmatch(r"[a-z0-9-]+\.(added|changed|fixed|removed|security)\.md", path.name), path.name
        text = path.read_text("utf-8").partition("-->\n")[2].strip()
        assert text, f"{path.name} is empty"
        assert "\n\n" not in text, f"{path.name} has more than one paragraph"


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_the_suite_reaches_no_other_machine(host: str) -> None:
    """By datagram: even if the guard were broken, connecting one sends nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with (
        socket.socket(family, socket.SOCK_DGRAM) as probe,
        pytest.raises(pytest.fail.Exception, match="tried to reach"),
    ):
        probe.connect((host, 9))


def test_the_suite_looks_up_no_other_machine() -> None:
    with pytest.raises(pytest.fail.Exception, match="tried to reach"):
        socket.getaddrinfo("umbel.invalid", 443)


def test_the_suite_reaches_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=5).close()
