# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""All indicators there are: the built-in ones beside this module, and those of a workspace's `indicators/` folder.

A built-in file is read when it is first asked for; a broken one of a workspace costs only itself and is told.
"""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from umbel.frameworks.indicators.definition import Definition, load, refuse
from umbel.metrics.definition import Broken
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from umbel.frameworks.interface import Indicator

FOLDER = "indicators"
"""Where a workspace keeps indicators of its own."""
_HERE = Path(__file__).parent


class Catalog:
    """Indicators by name; `broken` are a workspace's files that are none, with the reason."""

    def __init__(self, own: dict[str, Definition], broken: list[Broken]) -> None:
        """Hold a workspace's own; the built-in ones are found beside this module."""
        self._own = own
        self.broken = broken
        self.names: tuple[str, ...] = tuple(sorted({*_built_in(), *own}))

    def get(self, name: str) -> Definition:
        """An indicator by its name (dashes are fine). Raises `UsageError` with the nearest names."""
        key = name.strip().casefold().replace("-", "_").removesuffix(".toml")
        if key in self._own:
            return self._own[key]
        if key in _built_in():
            return _read(key)
        for broken in self.broken:
            if broken.path.stem == key:
                raise UsageError(f"The indicator {key} is broken: {broken}")
        close = difflib.get_close_matches(key, self.names, 3, 0.4)
        hint = f"Did you mean {' or '.join(close)}?" if close else "umbel kpis lists them."
        raise UsageError(f"There is no indicator {name!r}.", hint)

    def __contains__(self, name: str) -> bool:
        """Whether there is one of exactly that name."""
        return name in self._own or name in _built_in()

    @property
    def indicators(self) -> dict[str, Indicator]:
        """Every one of them, by name; all files are read."""
        return {name: self.get(name).indicator for name in self.names}


def catalog(workspace: Path | None = None) -> Catalog:
    """The built-in indicators and, where a workspace's folder is given, its own."""
    own: dict[str, Definition] = {}
    broken: list[Broken] = []
    for path in _files(workspace / FOLDER) if workspace is not None else ():
        if path.stem in _built_in():
            broken.append(Broken(path, 1, "a built-in indicator has this name: give the file another one"))
            continue
        found = load(path, own=True)
        if isinstance(found, Definition):
            own[path.stem] = found
        else:
            broken += found
    if workspace is not None:
        _series(workspace, own, broken)
    return Catalog(own, broken)


def _series(workspace: Path, own: dict[str, Definition], broken: list[Broken]) -> None:
    """Series that people state stand beside what is computed, under names of their own."""
    from umbel.frameworks import imported

    if not (workspace / imported.FILE).exists():
        return
    stated, wrong = imported.definitions(workspace)
    broken += wrong
    for name, each in stated.items():
        if name in own or name in _built_in():
            broken.append(
                Broken(each.path, 1, f"the series {name} has the name of an indicator: give it another")
            )
        else:
            own[name] = each


@cache
def _built_in() -> frozenset[str]:
    return frozenset(path.stem for path in _HERE.iterdir() if path.suffix == ".toml")


@cache
def _read(name: str) -> Definition:
    found = load(_HERE / f"{name}.toml")
    if not isinstance(found, Definition):
        raise refuse(found)
    return found


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".toml" and path.is_file())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise UsageError(f"The folder {folder} can't be read: {error.strerror}.") from error
