# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Products written into the text of an `umbel.toml`: comments, order and all else stay as somebody wrote them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model.errors import UsageError
from umbel.model.settings import Product, Settings, SettingsError, check, parsed

if TYPE_CHECKING:
    from pathlib import Path

_BY_HAND = "Change it by hand: its products are written in a way that a program can't keep."


def with_product(text: str, product: Product, path: Path, was: str | None = None) -> str:
    """The text with a product, in the place of the one of that name (or of `was`, to rename it), else at the end.

    Raises `SettingsError` for what can't be, `UsageError` where there is no product `was`.
    """
    before = _settings(text, path).products
    name = (was or product.name).casefold()
    place = next((at for at, each in enumerate(before) if each.name.casefold() == name), None)
    if place is None and was is not None:
        raise _no_product(was)
    after = (*before, product) if place is None else (*before[:place], product, *before[place + 1 :])
    document = _document(text)
    tables = _tables(document)
    if place is None:
        tables.append(_fresh(product))
    else:
        _update(tables[place], product)
    return _kept(text, document, path, after)


def without_product(text: str, name: str, path: Path) -> str:
    """The text without a product. Raises `UsageError` where there is none of that name."""
    before = _settings(text, path).products
    place = next((at for at, each in enumerate(before) if each.name.casefold() == name.casefold()), None)
    if place is None:
        raise _no_product(name)
    document = _document(text)
    del _tables(document)[place]
    return _kept(text, document, path, (*before[:place], *before[place + 1 :]))


def _settings(text: str, path: Path) -> Settings:
    data = parsed(text, path)
    faults = check(data, text)
    if faults:
        raise SettingsError(path, faults)
    return msgspec.convert(data, Settings)


def _no_product(name: str) -> UsageError:
    return UsageError(
        f"There is no product {name!r}.", "Somebody may have renamed or ended it in the meantime."
    )


def _document(text: str) -> Any:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        raise UsageError(f"umbel.toml can't be read for writing: {error}.", _BY_HAND) from error


def _tables(document: Any) -> Any:
    """The list of products in the document; one that is empty where none was told."""
    import tomlkit

    if not document.get("products"):
        document["products"] = tomlkit.aot()
    return document["products"]


def _said(product: Product) -> dict[str, Any]:
    """What a product says, without what it leaves out."""
    plain: dict[str, Any] = msgspec.to_builtins(product, builtin_types=(date,))
    releases = [{key: each for key, each in one.items() if each is not None} for one in plain.pop("releases")]
    there = {key: each for key, each in plain.items() if each or key == "name"}
    said = {key: list(each) if isinstance(each, tuple) else each for key, each in there.items()}
    return said | ({"releases": releases} if releases else {})


def _fresh(product: Product) -> Any:
    import tomlkit

    table = tomlkit.table()
    for key, value in _said(product).items():
        table.add(key, _item(key, value))
    return table


def _update(table: Any, product: Product) -> None:
    """Change what is said otherwise, and nothing else."""
    said = _said(product)
    there = table.unwrap()
    for key in [key for key in there if key not in said]:
        del table[key]
    for key, value in said.items():
        if there.get(key) != value:
            table[key] = _item(key, value)


def _item(key: str, value: Any) -> Any:
    """A value as it is written: releases one a line."""
    import tomlkit

    if not isinstance(value, list):
        return value
    made = tomlkit.array()
    for each in value:
        if key == "releases":
            inline = tomlkit.inline_table()
            inline.update(each)
            made.append(inline)
        else:
            made.append(each)
    return made.multiline(multiline=key == "releases" or len(str(value)) > 90)


def _kept(before: str, document: Any, path: Path, products: tuple[Product, ...]) -> str:
    """The new text, once it was read again and says what was meant, and nothing else has changed."""
    import tomlkit

    text = tomlkit.dumps(document)
    made, old = _settings(text, path), _settings(before, path)
    if made != msgspec.structs.replace(old, products=products):
        raise UsageError(
            "That product can't be written into umbel.toml without changing other things.", _BY_HAND
        )
    return text
