# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Where packages come from: addresses without credentials, and files beside the lockfile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.collect.interface import UnreadableError

if TYPE_CHECKING:
    from umbel.collect.faults import Faults
    from umbel.collect.interface import Document

_ADDRESS = re.compile(
    r"([^:/?#@]{0,40}://)([^/?#]*)@"
)  # whatever the scheme looks like: fuzzing made odd ones
_LONGEST = 4096


def bare_url(text: str) -> str:
    """An address without the user and password in it; the login of an ssh address stays.

    Anything that is no address is given back as it is.

    >>> bare_url("git+https://me:secret@example.org/acme/shop.git#v1")
    'git+https://example.org/acme/shop.git#v1'
    """
    match = _ADDRESS.match(text)
    if match is None:
        return text
    scheme, login = match.groups()
    user = login.partition(":")[0]
    kept = f"{user}@" if "ssh" in scheme and user and "@" not in login else ""
    return f"{scheme}{kept}{text[match.end() :]}"


def bare_download(text: str) -> str:
    """Like `bare_url`, and without the query too, in which many hosts carry a signature or token."""
    bare = bare_url(text)
    if "?" not in bare:
        return bare
    head, mark, fragment = bare.partition("#")
    return head.partition("?")[0] + mark + fragment


def git_address(text: str) -> str:
    """A git source as the `vcs_url` of a purl: no credentials, the commit after an `@`.

    >>> git_address("git+ssh://git@example.org/acme/shop.git#0a1b2c")
    'git+ssh://git@example.org/acme/shop.git@0a1b2c'
    """
    address, _, commit = bare_url(text).partition("#")
    if not address.startswith("git"):
        address = f"git+{address}"
    return f"{address}@{commit}" if commit else address


def beside(document: Document, name: str, faults: Faults) -> bytes | None:
    """A file beside the document, None if it isn't there; if it can't be read, that is a fault."""
    if "\0" in name or len(name) > _LONGEST:
        return None
    try:
        return document.companion(name)
    except UnreadableError as error:
        faults.add("companion", f"stands beside a {name} that {error}", name[:200])
        return None
