# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The `package.json` of an installed package: only what is evidence, in all forms that it ever had."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from umbel.collect.faults import Faults

Texts = dict[str, str]

_NAME = re.compile(r"(?:@[^/@\s]{1,213}/)?[^/@\s]{1,213}").fullmatch
_FOLDER = re.compile(r"[\w@.+/-]{1,200}").fullmatch


class Manifest(msgspec.Struct, gc=False):
    """Fields as they are written; those that have had several forms are left as they are."""

    name: str | None = None
    version: str | None = None
    description: str | None = None
    license: Any = None
    licenses: Any = None
    author: Any = None
    homepage: Any = None
    repository: Any = None
    dependencies: Texts | None = None
    devDependencies: Texts | None = None  # noqa: N815 - as the document writes it
    optionalDependencies: Texts | None = None  # noqa: N815
    peerDependencies: Texts | None = None  # noqa: N815
    peerDependenciesMeta: Any = None  # noqa: N815
    bundleDependencies: Any = None  # noqa: N815
    bundledDependencies: Any = None  # noqa: N815
    folder: str = msgspec.field(default="", name="//folder")
    """The name of the folder that it lies in, set by who reads it."""

    def called(self) -> str:
        """Its name; its folder's if it says none that could be one."""
        return self.name if self.name and _NAME(self.name) else self.folder

    def licences(self) -> list[str]:
        """What it declares: one text, or an object, or a list of either as packages of old have it."""
        said = self.license if self.license is not None else self.licenses
        items = said if isinstance(said, list) else [said]
        texts = [
            item.get("type") or item.get("name") if isinstance(item, dict) else item for item in items[:100]
        ]
        return [text for text in texts if isinstance(text, str) and text.strip()]

    def bundled(self) -> frozenset[str]:
        """Names of the packages that it carries in itself."""
        said = self.bundleDependencies if self.bundleDependencies is not None else self.bundledDependencies
        if said is True:
            return frozenset(self.dependencies or ())
        return (
            frozenset(item for item in said if isinstance(item, str))
            if isinstance(said, list)
            else frozenset()
        )

    def optional_peers(self) -> frozenset[str]:
        """Peers that need not be there."""
        said = self.peerDependenciesMeta
        if not isinstance(said, dict):
            return frozenset()
        return frozenset(
            n for n, meta in said.items() if isinstance(meta, dict) and meta.get("optional") is True
        )

    def made_by(self) -> str | None:
        """Its author as one text."""
        said = self.author
        if isinstance(said, dict):
            name, mail = said.get("name"), said.get("email")
            if isinstance(name, str) and name:
                return f"{name} <{mail}>" if isinstance(mail, str) and mail else name
            return None
        return said if isinstance(said, str) and said else None

    def source(self) -> str | None:
        """The address of its repository, as written, with its folder in it where that is said."""
        return repository(self.repository)


def repository(said: Any) -> str | None:
    """What the field `repository` says: a text, or an object, whose `directory` becomes the address's fragment."""
    url, folder = (said.get("url"), said.get("directory")) if isinstance(said, dict) else (said, None)
    if not isinstance(url, str) or not url:
        return None
    if not isinstance(folder, str) or not _FOLDER(folder) or "#" in url:
        return url
    parts = [part for part in folder.split("/") if part not in {"", "."}]
    return f"{url}#./{'/'.join(parts)}" if parts and ".." not in parts else url


_decoder = msgspec.json.Decoder(Manifest)
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_texts = frozenset({"dependencies", "devDependencies", "optionalDependencies", "peerDependencies"})


def open_manifest(data: bytes, place: str, faults: Faults) -> Manifest | None:
    """What a manifest says; None, with a fault, if it is no JSON object."""
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass
    sound = data.decode("utf-8-sig", "replace").encode()
    try:
        return _decoder.decode(sound)
    except (msgspec.DecodeError, RecursionError):
        pass
    try:
        values = _object.decode(sound)
    except (msgspec.DecodeError, RecursionError) as error:
        faults.add(
            "malformed-json", f"holds a manifest that is no sound JSON object: {error}"[:300], place, "error"
        )
        return None
    return _mended(values, place, faults)


def _mended(values: dict[str, msgspec.Raw], place: str, faults: Faults) -> Manifest:
    """The fields that are sound; each other one is named."""
    manifest = Manifest()
    for field in msgspec.structs.fields(Manifest):
        raw = values.get(field.encode_name)
        if raw is None:
            continue
        try:
            setattr(manifest, field.name, msgspec.json.decode(raw, type=field.type))
        except (msgspec.DecodeError, RecursionError) as error:
            if field.name in _texts:
                setattr(manifest, field.name, _some(raw))
            message = f"holds a manifest whose {field.name} can't be understood: {error}"
            faults.add("wrong-type", message[:300], place)
    return manifest


def _some(raw: msgspec.Raw) -> Texts | None:
    """Of an object the members that are texts; people also write `{"x": null}` and `[]`."""
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None
    return {k: v for k, v in value.items() if isinstance(v, str)} if isinstance(value, dict) else None
