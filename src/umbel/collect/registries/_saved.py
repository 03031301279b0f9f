# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Saved answers of registries instead of the network: a folder, a zip, or one file.

A folder per purl type holds what the registry serves, at the registry's own paths: `npm/lodash.json`,
`npm/@angular/core.json`, `pypi/requests.json`, `cargo/se/rd/serde`, `maven/org/x/y/maven-metadata.xml` …
"""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote

from umbel.collect.registries._reading import decode, table
from umbel.collect.registries.addresses import Address
from umbel.collect.registries.interface import LONGEST_BODY, Got, Skipped, Unanswered
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENDINGS = ("", ".json", "/index.json", "/json", ".txt", ".xml")
_MOST_ENTRIES = 1_000_000


class Saved:
    """Gives saved documents as `Fetch` asks for them. Close it, or use it in a `with` block."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises `UsageError` if it can't be read."""
        self.path = path
        self._zip: zipfile.ZipFile | None = None
        self._open: Callable[[str, int], bytes | None]
        try:
            if path.is_dir():
                self._open = self._from_folder
            elif zipfile.is_zipfile(path):
                self._zip = zipfile.ZipFile(path)
                self._names = frozenset(self._zip.namelist()[:_MOST_ENTRIES])
                self._open = self._from_zip
            else:
                self._one = _single(path)
                self._open = lambda name, _: self._one[1] if name == self._one[0] else None
        except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise UsageError(f"{path} can't be read: {error}.") from error

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Give back what it holds."""
        if self._zip:
            self._zip.close()

    @staticmethod
    def address(kind: str) -> Address:
        """Where the answers of one registry stand."""
        return Address(url=kind, told_by="--from")

    def get(
        self,
        address: Address,
        path: str,
        *,
        accept: str = "",  # noqa: ARG002 - as the network is asked
        validator: str | None = None,  # noqa: ARG002
        longest: int = LONGEST_BODY,
        per_second: float | None = None,  # noqa: ARG002
    ) -> Got:
        """A saved document. Raises `Skipped` if there is none: that says nothing of the registry."""
        plain = unquote(path.partition("?")[0]).strip("/")
        if ".." in plain.split("/") or "\0" in plain or "\\" in plain or "://" in plain:
            raise Skipped("not-saved", "nothing is saved for it")
        for ending in ENDINGS:
            name = f"{address.url}/{plain}{ending}"
            body = self._open(name, longest)
            if body is not None:
                return Got(status=200, url=name, body=body)
        raise Skipped("not-saved", "nothing is saved for it")

    def _from_folder(self, name: str, longest: int) -> bytes | None:
        try:
            file = self.path / name
            if not file.is_file():
                return None
            with file.open("rb") as opened:
                return _bounded(opened.read(longest + 1), longest, name)
        except (OSError, ValueError):
            return None

    def _from_zip(self, name: str, longest: int) -> bytes | None:
        if name not in self._names or self._zip is None:
            return None
        try:
            with self._zip.open(name) as opened:
                return _bounded(opened.read(longest + 1), longest, name)
        except (
            OSError,
            zipfile.BadZipFile,
            NotImplementedError,
            RuntimeError,
            ValueError,
            EOFError,
            zlib.error,
        ) as error:
            raise Unanswered("not-understood", f"{name} can't be unpacked: {type(error).__name__}") from error


def _bounded(body: bytes, longest: int, name: str) -> bytes:
    if len(body) > longest:
        raise Unanswered("too-large", f"{name} has more than {longest >> 20:,} MB")
    return body


def _single(path: Path) -> tuple[str, bytes]:
    """One file by what it is: an npm packument, or PyPI's JSON. Raises `ValueError`."""
    with path.open("rb") as opened:
        body = opened.read(LONGEST_BODY + 1)
    try:
        found = decode(_bounded(body, LONGEST_BODY, path.name), dict)
    except Unanswered as error:
        raise ValueError(f"it is neither a folder nor a zip nor JSON ({error})") from error
    name, info = found.get("name"), table(found.get("info"))
    if isinstance(found.get("versions"), dict) and isinstance(name, str):
        return f"npm/{name}", body
    project = info.get("name") or (name if isinstance(found.get("files"), list) else None)
    if isinstance(project, str) and project:
        from packaging.utils import canonicalize_name

        return f"pypi/{canonicalize_name(project)}", body
    raise ValueError("it is neither an npm packument nor PyPI's JSON; put others in a folder by their type")
