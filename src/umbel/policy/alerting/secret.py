# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Secrets of targets: from the environment or a file that is named; never in settings, logs or errors."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

from umbel.policy.alerting.delivery import Refused

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = 64 << 10


def secret(folder: Path, variable: str | None, file: str | None) -> str | None:
    """The value of a variable, or the first line of a file; None if neither is named. Raises `Refused`."""
    if variable is not None:
        value = os.environ.get(variable)
        if not value:
            raise Refused(f"The variable {variable} is not set.")
        return value
    if file is None:
        return None
    path = folder / file
    try:
        with path.open("rb") as opened:
            text = opened.read(_LARGEST).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"The file {file} can't be read.") from error
    value = text.split("\n", 1)[0].strip()
    if not value:
        raise Refused(f"The file {file} is empty.")
    return value


def trust(folder: Path, ca_file: str | None) -> ssl.SSLContext:
    """Whom an encrypted connection trusts: the system's authorities, and those of a file. Raises `Refused`."""
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(folder / ca_file)
        except (OSError, ssl.SSLError) as error:
            raise Refused(f"The authorities in {ca_file} can't be read.") from error
    return context
