# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Links that a project states → those that are safe to show. They are never fetched.

A link is safe if it is of the web (`https`, `http`), names a host with a dot, carries no credentials, and
has no character that could end it, hide it or move a cursor.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

LONGEST = 300
_PLAIN = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+").fullmatch
_HOST = re.compile(
    r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?\Z"
).match
_BARE = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/|\Z)", re.IGNORECASE).match


def safe_link(text: object) -> str | None:
    """A link as it may be shown, its scheme and host in lower case; None if it isn't safe, or no link.

    >>> safe_link("HTTPS://OpenCollective.com/acme"), safe_link("javascript:alert(1)")
    ('https://opencollective.com/acme', None)
    """
    if not isinstance(text, str) or len(text) > LONGEST:
        return None
    link = text.strip()
    if "://" not in link and _BARE(link):
        link = f"https://{link}"  # forges take it so
    if not _PLAIN(link):
        return None
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    if parts.scheme.lower() not in {"https", "http"} or "@" in parts.netloc or not _HOST(host):
        return None
    where = host if port is None else f"{host}:{port}"
    tail = link.partition("://")[2][len(parts.netloc) :]
    return f"{parts.scheme.lower()}://{where}{tail}"


def host_of(link: str) -> str:
    """The host of a safe link, without `www.`."""
    return (urlsplit(link).hostname or "").removeprefix("www.")
