# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Dated TOML records of the `decisions/` folder: read with every fault, and added one by one."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from umbel.model.errors import Fault, UsageError
from umbel.model.settings import SettingsError, faults_of, parsed
from umbel.policy import files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    Say = Callable[[tuple[str | int, ...], str], None]

T = TypeVar("T", bound=msgspec.Struct)
LARGEST = 16 << 20
LOCKS = ".umbel/locks"


def load(path: Path, kind: type[T], meaning: Callable[[Mapping[str, Any], Say], None] | None = None) -> T:
    """Read and check a file; a missing one is empty. Raises `SettingsError` with every fault."""
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path} is larger than {LARGEST >> 20} MiB.")
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return kind()
    except UnicodeDecodeError as error:
        raise SettingsError(path, [Fault("encoding", "is no UTF-8 text", f"byte {error.start}")]) from error
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.") from error
    return parse(text, path, kind, meaning)


def parse(
    text: str, path: Path, kind: type[T], meaning: Callable[[Mapping[str, Any], Say], None] | None = None
) -> T:
    """Check a file's text. Raises `SettingsError` with every fault and its line."""
    data = parsed(text, path)
    faults = faults_of(data, text, kind, lambda say: meaning(data, say) if meaning else None)
    if faults:
        raise SettingsError(path, faults)
    return msgspec.convert(data, kind)


def add(
    path: Path,
    table: str,
    entry: msgspec.Struct | Sequence[msgspec.Struct],
    kind: type[T],
    header: str,
    meaning: Callable[[Mapping[str, Any], Say], None] | None = None,
) -> None:
    """Write one more entry (or several) at the file's end, whole or not at all; two who add at once both do.

    Raises `SettingsError` if the file would be broken.
    """
    try:
        with files.locked(path.parent.parent / LOCKS / f"{path.stem}.lock"):
            text = path.read_text("utf-8") if path.exists() else header
            every = [entry] if isinstance(entry, msgspec.Struct) else entry
            text = (
                "\n\n".join([text.rstrip("\n"), *(f"[[{table}]]\n{lines(one).rstrip()}" for one in every)])
                + "\n"
            )
            parse(text, path, kind, meaning)
            files.replace(path, text.encode())
    except UnicodeDecodeError as error:
        raise SettingsError(path, [Fault("encoding", "is no UTF-8 text", f"byte {error.start}")]) from error
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}.") from error


def lines(entry: msgspec.Struct) -> str:
    """A record as lines of TOML, without what isn't known."""
    told = msgspec.structs.asdict(entry)
    return "".join(f"{name} = {_value(value)}\n" for name, value in told.items() if value is not None)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, datetime):
        return f'"{value.isoformat()}"'  # as a text: where days are wanted, a moment would pass for one
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return repr(value)
    text = str(value).encode("utf-8", "replace").decode()
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")
