# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the core refuses, said at the field of the form that it is about; and names that people type."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from django import forms

from umbel.model.settings import SettingsError
from umbel.office.core import workspace
from umbel.office.inbox.asking import field_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from umbel.model.errors import UmbelError


def refuse(form: forms.Form, error: UmbelError, names: Mapping[str, str] | None = None) -> None:
    """Say in a form what a record can't be; `names` are fields of the form that the record calls otherwise.

    Lines and names of files are of use to who writes them, and nothing to who fills in a form.
    """
    if not isinstance(error, SettingsError):
        form.add_error(None, str(error))
        return
    for fault in error.faults:
        key = field_of(fault)
        name = (names or {}).get(key, key)
        words = f"{fault.message[:1].upper()}{fault.message[1:]}".rstrip(".")
        form.add_error(name if name in form.fields else None, f"{words}.")


def known_product(said: str) -> str:
    """A product's name, or a pattern of some, that means one that is declared. Raises `ValidationError`."""
    names = [each.name for each in workspace().settings.products]
    if said and not any(fnmatchcase(name.casefold(), said.casefold()) for name in names):
        told = f" There are {', '.join(sorted(names)[:8])}." if names else ""
        raise forms.ValidationError(f"No product is called so.{told}")
    return said
