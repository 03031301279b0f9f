# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""How a part of the workspace offers documents: a method marked with what it makes.

@offers(About("quarterly-review", "Quarterly review", "What changed, what is fragile, what is next."))
def _quarterly_review(self, name: str, as_of: datetime, product: str | None) -> Document: ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = "_umbel_offers"
Made = TypeVar("Made", bound=Callable[..., Any])


class About(msgspec.Struct, frozen=True):
    """A document that can be asked for: its name on the command line, its title, what it tells and who it is for.

    `product`: it can be narrowed to one product.
    """

    name: str
    title: str
    about: str
    product: bool = False


def offers(*abouts: About) -> Callable[[Made], Made]:
    """Mark a method `(self, name, as_of, product) -> Document` as the maker of these documents."""

    def mark(made: Made) -> Made:
        setattr(made, MARK, abouts)
        return made

    return mark


def offered(workspace: type) -> Iterator[tuple[About, str]]:
    """Every document that a workspace offers, with its method's name, in the order of names.

    Raises `ValueError` where two methods offer the same.
    """
    found: dict[str, tuple[About, str]] = {}
    for attribute in dir(workspace):
        for about in getattr(getattr(workspace, attribute, None), MARK, ()):
            if about.name in found:
                raise ValueError(f"two methods offer the document {about.name!r}")
            found[about.name] = (about, attribute)
    yield from (found[name] for name in sorted(found))
