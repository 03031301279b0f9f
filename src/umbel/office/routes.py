# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The access table: every route of the office with its methods and who may use them.

Each folder of pages declares its own lines in a `routes.py`; they are found by walking. There is no other way to an
address: what no line names doesn't exist, and the test that walks them asks each line as each role and as nobody.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.office.roles import Who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from django.urls import URLPattern

_HOMES = ("umbel.office.accounts", "umbel.office.pages", "umbel.office.api", "umbel.office.operating")


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One address: its pattern as Django writes it, its name, the view, and who may use which method.

    `view` is a view or the dotted name of one, so that a table costs no imports. `scope` is what a token needs to use
    it with a method that changes things; None: no token may. `sample` fills the pattern for the walking test.
    """

    path: str
    name: str
    view: Callable[..., Any] | str
    allow: Mapping[str, Who]
    scope: str | None = None
    sample: Mapping[str, str] = {}
    title: str | None = None

    def who(self, method: str) -> Who | None:
        """Who may use it with a method; None: nobody, the method isn't offered."""
        if method == "HEAD":
            method = "GET"
        return self.allow.get(method)

    def pattern(self) -> URLPattern:
        """The same for Django."""
        from django.urls import path
        from django.utils.module_loading import import_string

        view = import_string(self.view) if isinstance(self.view, str) else self.view
        return path(self.path, view, name=self.name)


def page(
    path: str, view: Callable[..., Any] | str, name: str, *, who: Who = Who.VIEWER, **more: Any
) -> Route:
    """A page that is read; `post` says who may send its form."""
    post: Who | None = more.pop("post", None)
    allow = {"GET": who, **({"POST": post} if post else {})}
    return Route(path=path, view=view, name=name, allow=allow, **more)


@cache
def table() -> dict[str, Route]:
    """Every route by its name. Raises `ValueError` where two have one name or one address."""
    found: dict[str, Route] = {}
    taken: dict[str, str] = {}
    for route in _found():
        if route.name in found or taken.setdefault(route.path, route.name) != route.name:
            raise ValueError(f"Two routes are {route.name!r} or lead to {route.path!r}.")
        found[route.name] = route
    return found


def _found() -> Iterator[Route]:
    for home in _HOMES:
        package = importlib.import_module(home)
        names = [
            home,
            *(each.name for each in pkgutil.iter_modules(package.__path__, f"{home}.") if each.ispkg),
        ]
        for name in names:
            if importlib.util.find_spec(f"{name}.routes") is not None:
                yield from importlib.import_module(f"{name}.routes").ROUTES
