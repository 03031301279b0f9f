# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Frameworks from their files: the shipped ones beside this module, a workspace's own, and its overlays.

Each file is checked whole, every fault with its line. A broken file of a workspace costs only itself.
"""

from __future__ import annotations

import difflib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.frameworks import checking, claims
from umbel.frameworks import overlay as overlays
from umbel.frameworks.checking import Names
from umbel.frameworks.interface import Framework
from umbel.model.errors import UsageError
from umbel.model.settings import SettingsError, parsed
from umbel.policy import records

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from umbel.frameworks.claims import Claim
    from umbel.frameworks.interface import Part
    from umbel.frameworks.overlay import Overlay
    from umbel.policy.records import Say

FOLDER = "frameworks"
"""Where a workspace keeps frameworks of its own, and overlays of ours."""
DEFAULT = "flower"
SHIPPED = Path(__file__).parent
OVERLAY = ".overlay.toml"
RESERVED = {claims.OWN, "recommendations.toml"}
"""Files of a workspace's `frameworks/` folder that are no framework."""


class Library(msgspec.Struct, frozen=True, kw_only=True):
    """Every framework there is, as its file has it and as its overlay adapts it; and the files that can't be used."""

    originals: dict[str, Framework]
    overlays: dict[str, Overlay]
    claims: dict[str, Claim]
    broken: dict[str, SettingsError | UsageError]
    names: Names

    @property
    def usable(self) -> list[str]:
        """Ids of those that can be used: our default first, then shipped ones, then own ones."""
        return [name for name in self.originals if name not in self.broken]

    @property
    def frameworks(self) -> dict[str, Framework]:
        """Those by id, as they are used here."""
        return {name: self.get(name) for name in self.usable}

    def get(self, name: str, *, original: bool = False) -> Framework:
        """A framework by its id, as it is used here. Raises `UsageError` with what is known, or its faults."""
        key = name.strip().casefold().removesuffix(".toml")
        if key in self.broken and not (original and key in self.originals):
            raise self.broken[key]
        if key not in self.originals:
            close = difflib.get_close_matches(key, self.originals, 1)
            hint = f"Did you mean {close[0]}?" if close else "umbel maturity list names them."
            raise UsageError(f"There is no framework {name!r}.", hint)
        found = self.originals[key]
        if original:
            return found
        flower = self.overlays.get(DEFAULT)
        if flower is not None and key != DEFAULT and not found.petals:
            found = overlays.with_petals_of(found, flower)
        overlay = self.overlays.get(key)
        return found if overlay is None else overlays.applied(found, self.petals_of(found), overlay)

    def petals(self, *, original: bool = False) -> tuple[Part, ...]:
        """The flower's petals, as they are called and split here."""
        default = self.originals.get(DEFAULT)
        if default is None:
            return ()
        return default.petals if original or DEFAULT in self.broken else self.get(DEFAULT).petals

    def petals_of(self, framework: Framework) -> tuple[Part, ...]:
        """A framework's own petals, else those of the flower."""
        default = self.originals.get(DEFAULT)
        return framework.petals or (default.petals if default is not None else ())

    def claim(self, name: str | None) -> Claim | None:
        """A shared statement."""
        return None if name is None else self.claims.get(name)


def library(
    workspace: Path | None = None,
    indicators: Mapping[str, str | None] | None = None,
    templates: Collection[str] | None = None,
) -> Library:
    """Every framework: the shipped ones and, where a workspace's folder is given, its own and its overlays.

    `indicators` are those that may be named, with their units; `templates` the documents; None isn't looked at.
    Raises `SettingsError` if a shipped one is broken: that is a fault of ours.
    """
    folder = None if workspace is None else workspace / FOLDER
    broken: dict[str, SettingsError | UsageError] = {}
    try:
        statements = claims.of(folder)
    except UsageError as error:
        statements, broken["claims"] = claims.shipped(), error
    petals = _petals()
    names = Names(indicators=indicators, claims=statements, templates=templates, petals=petals)
    found = {path.stem: _shipped(path) for path in _order(SHIPPED.glob("*.toml"))}
    for path in _order(folder.glob("*.toml") if folder is not None and folder.is_dir() else ()):
        if path.name in RESERVED or path.name.endswith(OVERLAY):
            continue
        try:
            found[path.stem] = _own(path, names, found)
        except UsageError as error:
            broken[path.stem] = error
    made = Library(originals=found, overlays={}, claims=statements, broken=broken, names=names)
    if folder is not None and folder.is_dir():
        _overlays(folder, made)
    return made


def read(path: Path, names: Names | None = None) -> Framework:
    """A framework of a file. Raises `SettingsError` with every fault and its line."""
    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    text = _text(path)
    data = parsed(text, path)
    stem = path.name.removesuffix(".toml")
    data.setdefault("id", stem)
    return _checked(data, text, path, names or Names())


def read_overlay(path: Path, made: Library) -> Overlay:
    """An overlay of a file, held against the framework that it adapts. Raises `SettingsError` with every fault."""
    name = path.name.removesuffix(OVERLAY)
    if name not in made.originals:
        raise UsageError(
            f"{path.name} adapts no framework: there is none of the name {name!r}.",
            f"There are: {', '.join(made.originals)}.",
        )
    framework = made.originals[name]
    petals = made.petals_of(framework)
    return records.load(
        path,
        overlays.Overlay,
        lambda data, say: overlays.meaning(data, framework, petals, made.names, say, made.originals.values()),
    )


def _overlays(folder: Path, made: Library) -> None:
    for path in sorted(folder.glob(f"*{OVERLAY}")):
        name = path.name.removesuffix(OVERLAY)
        try:
            made.overlays[name] = read_overlay(path, made)
        except UsageError as error:
            made.broken[name if name in made.originals else path.name] = error


def _own(path: Path, names: Names, taken: Collection[str]) -> Framework:
    if path.stem in taken:
        raise UsageError(
            f"{path.name} has the name of a shipped framework.",
            f"Give it another one, or adapt ours: {FOLDER}/{path.stem}{OVERLAY}",
        )
    return msgspec.structs.replace(read(path, names), own=True)


def _checked(data: dict[str, Any], text: str, path: Path, names: Names) -> Framework:
    from umbel.model.settings import faults_of

    def meaning(say: Say) -> None:
        checking.meaning(data, path.name.removesuffix(".toml"), names, say)

    faults = faults_of(data, text, Framework, meaning)
    if faults:
        raise SettingsError(path, faults)
    return msgspec.convert(data, Framework)


@lru_cache(maxsize=64)
def _shipped(path: Path) -> Framework:
    """A shipped framework; what it names is checked by a test, not at every start."""
    return read(path, Names())


def _petals() -> list[str] | None:
    path = SHIPPED / f"{DEFAULT}.toml"
    return [part.id for part in _shipped(path).petals] or None if path.is_file() else None


def _order(paths: Any) -> list[Path]:
    return sorted(paths, key=lambda path: (path.stem != DEFAULT, path.name))


def _text(path: Path) -> str:
    from umbel.model.errors import Fault

    try:
        if path.stat().st_size > records.LARGEST:
            raise UsageError(f"{path} is larger than {records.LARGEST >> 20} MiB.")
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise SettingsError(path, [Fault("encoding", "is no UTF-8 text", f"byte {error.start}")]) from error
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.") from error
