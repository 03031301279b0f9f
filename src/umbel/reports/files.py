# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from umbel.model.errors import EvidenceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A new file beside the path, to be filled; it takes the path's place when all went well.

    What stood there before stays until then. A link is followed. Raises `UsageError` for a place
    that can't be a file, `EvidenceError` if writing fails (a full disk).
    """
    target = checked(path)
    draft = target.with_name(f".umbel-{secrets.token_hex(8)}.part")
    try:
        # Made here, so that it has the rights that the user's umask gives, and nobody's link is followed.
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        yield draft
        _settle(draft)
        draft.replace(target)
    except OSError as error:
        raise EvidenceError(
            f"{path} can't be written: {error.strerror or error}.", "Nothing was changed."
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink()


def checked(path: str | os.PathLike[str]) -> Path:
    """The file that a path stands for, if one can be written there. Raises `UsageError`."""
    try:
        target = Path(path).resolve()
        if target.is_dir():
            raise UsageError(f"{path} is a folder.", "Name a file in it.")
        if target.exists() and not target.is_file():
            raise UsageError(f"{path} is no regular file.", "Name a file.")
        if not target.parent.is_dir():
            raise UsageError(f"There is no folder {target.parent}.", "Make it first.")
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(f"{str(path)!r} can't be a file: {error}.") from error
    return target


def _settle(path: Path) -> None:
    """Bring it to the disk before it replaces anything: a crash must not leave an empty file."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
