# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The gate as a pipeline meets it: a process that has just begun, beside bare Python.

Modules are compiled beforehand, as they are where Umbel is installed; a machine that forbids it
(`PYTHONDONTWRITEBYTECODE`) pays more than the gate's own time for compiling them anew each time.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import time
import zipfile
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.bench.measure import Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

PACKAGES = 1200
ADVISORIES = 5000
LICENSES = ("MIT", "MIT", "MIT", "ISC", "Apache-2.0", "BSD-3-Clause", "(MIT OR Apache-2.0)", "GPL-3.0-only")
_RUNS = 9


class Took(NamedTuple):
    """Seconds of a process: the median on the clock, the least of the processor."""

    clock: float
    processor: float


def _entry(number: int) -> dict[str, Any]:
    digest = base64.b64encode(hashlib.sha512(str(number).encode()).digest()).decode()
    needs = {f"part-{number * 3 + k}": f"^{k}.0.0" for k in range(1, 4) if number * 3 + k < PACKAGES}
    entry: dict[str, Any] = {
        "version": f"{number % 7}.{number % 11}.{number % 13}",
        "integrity": f"sha512-{digest}",
        "license": LICENSES[number % len(LICENSES)],
    }
    if needs:
        entry["dependencies"] = needs
    if number % 3 == 0:
        entry["dev"] = True
    return entry


def lockfile(newest: str = "1.0.0") -> str:
    """A lockfile of 1,200 packages; one of them has the version that is given."""
    asked = {f"part-{number}": "*" for number in range(4)}
    entries = {f"node_modules/part-{number}": _entry(number) for number in range(PACKAGES)}
    entries["node_modules/part-1"]["version"] = newest
    root = {"name": "shop-front", "version": "1.0.0", "license": "Apache-2.0", "dependencies": asked}
    whole = {"name": "shop-front", "lockfileVersion": 3, "packages": {"": root, **entries}}
    return json.dumps(whole, indent=2)


def advisories(place: Path) -> None:
    """An export of advisories in OSV, of which one in fifty is about a package of the lockfile."""
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for record in _records():
            archive.writestr(f"{record['id']}.json", json.dumps(record))


def _records() -> Iterator[dict[str, Any]]:
    for number in range(ADVISORIES):
        name = f"part-{number // 50 * 7}" if number % 50 == 0 else f"other-{number}"
        events = [{"introduced": "0"}, {"fixed": "99.0.0"}]
        package = {"ecosystem": "npm", "name": name}
        yield {
            "id": f"ACME-2024-{number}",
            "modified": "2024-05-01T00:00:00Z",
            "published": "2024-05-01T00:00:00Z",
            "summary": "Something can be reached that should not be",
            "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}],
            "affected": [{"package": package, "ranges": [{"type": "SEMVER", "events": events}]}],
        }


def checkout(folder: Path) -> Path:
    """A checkout with the lockfile, in which one package was raised since its only commit."""
    place = folder / "shop-front"
    place.mkdir()
    (place / "package-lock.json").write_text(lockfile())
    who = ("-c", "user.name=dev", "-c", "user.email=dev@acme.example")
    for words in (("init", "-q"), ("add", "."), (*who, "commit", "-q", "-m", "All of it")):
        subprocess.run(["git", "-C", str(place), *words], check=True, capture_output=True)
    (place / "package-lock.json").write_text(lockfile("2.0.0"))
    return place


def cold(command: Sequence[str], bytecode: Path, runs: int = _RUNS) -> Took:
    """Seconds of a whole process, its modules compiled by a run before."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(bytecode)
    clock, processor = [], []
    for _ in range(runs + 1):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(command, check=False, capture_output=True, env=environment)
        clock.append(time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        if done.returncode not in {0, 1, 3}:
            raise RuntimeError(done.stderr.decode(errors="replace"))
    return Took(statistics.median(clock[1:]), min(processor[1:]))


def gate(folder: Path, projects: int) -> Iterator[Result]:
    """A gate of 1,200 packages with 5,000 advisories as a cold process, beside bare Python."""
    del projects
    place, bytecode = folder / "gate", folder / "bytecode"
    place.mkdir()
    advisories(place / "npm.zip")
    source = checkout(place)
    umbel = [sys.executable, "-m", "umbel"]
    check = [
        *umbel, "check", str(source / "package-lock.json"), "-C", str(source),
        "--advisories", str(place / "npm.zip"),
    ]  # fmt: skip
    bare = cold([sys.executable, "-c", "pass"], bytecode)
    libraries = cold([sys.executable, "-c", "import duckdb, pyarrow, msgspec, typer"], bytecode)
    yield Result("cold: the libraries alone", *_told(libraries, bare))
    for name, command, goal in (
        ("--version", [*umbel, "--version"], "≤ 0.15 s"),
        (f"check of {PACKAGES:,} packages", check, "≤ 0.6 s"),
        ("  the same --against HEAD", [*check, "--against", "HEAD"], "–"),
    ):
        yield Result(f"cold: umbel {name}", *_told(cold(command, bytecode), bare), goal)


def _told(took: Took, bare: Took) -> tuple[str, str, str]:
    figure = f"{took.clock:.2f} s ({took.processor:.2f} s of the processor)"
    return figure, f"python {bare.clock:.3f} s", f"{took.clock / bare.clock:.0f} ×"
