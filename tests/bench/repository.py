# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A synthetic repository: 10,000 files in 500 folders, and 30 lockfiles of six formats."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILES = 10_000
FOLDERS = 500
_ENDINGS = (".py", ".ts", ".go", ".rs", ".md", ".json", ".yaml", ".txt", ".xml", ".png")


def make(folder: Path) -> Path:
    """Write the repository, unless it is there already. Gives its folder."""
    target = folder / "repository"
    if target.is_dir():
        return target
    building = folder / "repository.building"
    for index in range(FILES - 30):
        place = building / f"src/part{index % FOLDERS // 20:02}/module{index % FOLDERS:03}"
        place.mkdir(parents=True, exist_ok=True)
        ending = _ENDINGS[index % len(_ENDINGS)]
        (place / f"file{index:05}{ending}").write_text(f'{{"line": "{"text " * 40}"}}\n' * 8)
    for index in range(30):
        name, write = LOCKFILES[index % len(LOCKFILES)]
        place = building / f"services/service{index:02}"
        place.mkdir(parents=True)
        (place / name).write_text(write(index))
    building.rename(target)
    return target


def _digest(text: str) -> bytes:
    return hashlib.sha512(text.encode()).digest()


def _needs(index: int, number: int) -> list[int]:
    """A tree of a sort: each needs up to three that come later."""
    return [n for n in (index * 2 + 1, index * 2 + 2, index + 7) if n < number]


def _package_lock(seed: int, number: int = 800) -> str:
    def entry(index: int) -> dict[str, object]:
        name = f"part-{seed}-{index}"
        return {
            "version": f"{index % 9}.{seed}.1",
            "integrity": f"sha512-{base64.b64encode(_digest(name)).decode()}",
            "license": ("MIT", "Apache-2.0", "ISC")[index % 3],
            "dependencies": {f"part-{seed}-{n}": f"^{n % 9}.0.0" for n in _needs(index, number)},
        }

    root = {"name": f"web-{seed}", "dependencies": {f"part-{seed}-{n}": "*" for n in range(20)}}
    packages = {f"node_modules/part-{seed}-{index}": entry(index) for index in range(number)}
    return json.dumps(
        {"name": root["name"], "lockfileVersion": 3, "packages": {"": root, **packages}}, indent=2
    )


def _uv(seed: int, number: int = 150) -> str:
    def entry(index: int) -> str:
        name = f"kit-{seed}-{index}"
        needs = "".join(f'    {{ name = "kit-{seed}-{n}" }},\n' for n in _needs(index, number))
        listed = f"dependencies = [\n{needs}]\n" if needs else ""
        sha = _digest(name).hex()[:64]
        wheel = f'    {{ url = "https://files.example/{name}-1.whl", hash = "sha256:{sha}", size = 1000 }},\n'
        return (
            f'[[package]]\nname = "{name}"\nversion = "{index % 9}.{seed}"\n'
            f'source = {{ registry = "https://index.example/simple" }}\n{listed}wheels = [\n{wheel}]\n'
        )

    root = f'[[package]]\nname = "app-{seed}"\nversion = "1"\nsource = {{ virtual = "." }}\ndependencies = [\n    {{ name = "kit-{seed}-0" }},\n]\n'
    return 'version = 1\nrequires-python = ">=3.11"\n\n' + "\n".join([root, *map(entry, range(number))])


def _cargo(seed: int, number: int = 250) -> str:
    def entry(index: int) -> str:
        needs = "".join(f' "crate-{seed}-{n}",\n' for n in _needs(index, number))
        listed = f"dependencies = [\n{needs}]\n" if needs else ""
        sha = _digest(f"{seed}-{index}").hex()[:64]
        return (
            f'[[package]]\nname = "crate-{seed}-{index}"\nversion = "0.{seed}.{index}"\n'
            f'source = "registry+https://index.example/"\nchecksum = "{sha}"\n{listed}'
        )

    root = f'[[package]]\nname = "tool-{seed}"\nversion = "1.0.0"\ndependencies = [\n "crate-{seed}-0",\n]\n'
    return "version = 4\n\n" + "\n".join([root, *map(entry, range(number))])


def _go(seed: int, number: int = 80) -> str:
    lines = "".join(f"\texample.com/mod{seed}/part{index} v1.{index}.0\n" for index in range(number))
    return f"module example.com/app{seed}\n\ngo 1.22\n\nrequire (\n{lines})\n"


def _requirements(seed: int, number: int = 60) -> str:
    return "".join(
        f"req-{seed}-{index}=={index}.0 --hash=sha256:{_digest(str(index)).hex()[:64]}\n"
        for index in range(number)
    )


def _yarn(seed: int, number: int = 500) -> str:
    def entry(index: int) -> str:
        name = f"yarn-{seed}-{index}"
        needs = "".join(f'    yarn-{seed}-{n} "^{n % 9}.0.0"\n' for n in _needs(index, number))
        listed = f"  dependencies:\n{needs}" if needs else ""
        sri = base64.b64encode(_digest(name)).decode()
        return (
            f'{name}@^{index % 9}.0.0:\n  version "{index % 9}.{seed}.0"\n  integrity sha512-{sri}\n{listed}'
        )

    return "# yarn lockfile v1\n\n\n" + "\n".join(map(entry, range(number)))


LOCKFILES: tuple[tuple[str, Callable[[int], str]], ...] = (
    ("package-lock.json", _package_lock),
    ("uv.lock", _uv),
    ("Cargo.lock", _cargo),
    ("go.mod", _go),
    ("requirements.txt", _requirements),
    ("yarn.lock", _yarn),
)
"""Name and writer of each format."""
