# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which figures and lists there are: declared beside their pages, found by walking."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from umbel.office.editions.listing import Listing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from umbel.office.editions.interface import Shared

T = TypeVar("T")
MODULES = ("figures", "lists", "files")


class Figure(msgspec.Struct, frozen=True):
    """A figure: its name, and what makes it."""

    name: str
    make: Callable[[Shared], Any]

    @property
    def type(self) -> Any:
        """What it is decoded as: the declared return type, which its module must be able to name at run time."""
        annotation = inspect.get_annotations(self.make)["return"]
        if isinstance(
            annotation, str
        ):  # only this one: the arguments' types may be known to type checkers alone
            annotation = eval(annotation, self.make.__globals__)  # noqa: S307 - our own source
        return annotation


class Kept(msgspec.Struct, frozen=True):
    """A file of an edition: its name, and what writes it to a path."""

    name: str
    write: Callable[[Shared, Path], None]


_figures: dict[str, Figure] = {}
_listings: dict[str, Listing] = {}
_files: dict[str, Kept] = {}


def figure(make: Callable[[Shared], T]) -> Callable[[Shared], T]:
    """Declare a figure. Its name is the function's; raises `ValueError` where another has it."""
    name = make.__name__
    other = _figures.get(name)
    if other is not None and other.make.__module__ != make.__module__:
        raise ValueError(
            f"Two figures are called {name}: in {other.make.__module__} and in {make.__module__}."
        )
    _figures[name] = Figure(name, make)
    return make


def listing(make: Callable[[], Listing]) -> Listing:
    """Declare a list. Raises `ValueError` where another has its name, or where it contradicts itself."""
    made = make()
    names = [column.name for column in made.columns]
    if len(set(names)) != len(names):
        raise ValueError(f"The list {made.name} has two columns of one name.")
    for name in (made.order.lstrip("-"), *([made.project] if made.project else [])):
        if name not in names:
            raise ValueError(f"The list {made.name} has no column {name}.")
    other = _listings.get(made.name)
    if other is not None and other.rows.__module__ != made.rows.__module__:
        raise ValueError(f"Two lists are called {made.name}.")
    _listings[made.name] = made
    return made


def kept(write: Callable[[Shared, Path], None]) -> Kept:
    """Declare a file that an edition keeps. Its name is the function's; raises `ValueError` where another has it."""
    made = Kept(write.__name__, write)
    other = _files.get(made.name)
    if other is not None and other.write.__module__ != write.__module__:
        raise ValueError(f"Two files are called {made.name}.")
    _files[made.name] = made
    return made


@cache
def discover() -> None:
    """Import every module that declares figures or lists."""
    from umbel.office import pages

    folders = [each.name for each in pkgutil.iter_modules(pages.__path__, f"{pages.__name__}.")]
    for folder in ["umbel.office", "umbel.office.api", *folders]:
        for module in MODULES:
            if importlib.util.find_spec(f"{folder}.{module}") is not None:
                importlib.import_module(f"{folder}.{module}")


def figures() -> dict[str, Figure]:
    """Every figure by name."""
    discover()
    return dict(_figures)


def listings() -> dict[str, Listing]:
    """Every list by name."""
    discover()
    return dict(_listings)


def files() -> dict[str, Kept]:
    """Every file of an edition by name."""
    discover()
    return dict(_files)


def named(make: Callable[[Shared], Any]) -> Figure:
    """The figure that a function makes. Raises `KeyError` for one that is none."""
    return _figures[make.__name__]
