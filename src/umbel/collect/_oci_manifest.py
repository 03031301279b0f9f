# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which image is meant, and of which layers it is made.

Sources: OCI image specification 1.1 (image layout, index, manifest, configuration); Docker image
specification 1.2, "Combined Image JSON + Filesystem Changeset Format".
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from umbel.collect.interface import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect._oci_store import Store
    from umbel.collect.faults import Faults

_LONGEST = 16 << 20
_MOST_IMAGES = 2000
_MOST_LAYERS = 1000
_DIGEST = re.compile(r"(sha256|sha512):([0-9a-f]{64}|[0-9a-f]{128})").fullmatch
_NAMES = ("io.containerd.image.name", "org.opencontainers.image.ref.name")
_ATTESTATION = "vnd.docker.reference.type"
_FIRST = "linux/amd64"


class Layer(NamedTuple):
    """One layer: its part's name; `digest` of the part as it lies there, `plain` of what it unpacks to."""

    name: str
    digest: str | None
    plain: str | None


class Image(NamedTuple):
    """One image; `name` is its reference (`docker.io/acme/shop:1.2`), `digest` its manifest's."""

    name: str | None
    digest: str | None
    architecture: str | None
    created: datetime | None
    layers: list[Layer]


class _Candidate(NamedTuple):
    descriptor: dict[str, Any]
    platform: str
    name: str | None


def find(store: Store, faults: Faults) -> Image:
    """The image in a store. Raises `UnreadableError` if there is none."""
    index = store.read("index.json", _LONGEST)
    saved = _saved(store)
    if index is not None:
        candidates = list(_candidates(store, _object(index), None, 0, faults))
        if candidates:
            image = _of_manifest(store, _chosen(candidates, faults), faults)
            return image if image.name or not saved else image._replace(name=_tag(saved[0]))
    if saved:
        if len(saved) > 1:
            faults.add("images", f"holds {len(saved):,} images, of which the first is read", "manifest.json")
        return _of_saved(store, saved[0], faults)
    raise UnreadableError("not-an-image", "holds no image: neither a usable index.json nor a manifest.json")


def verify(data: bytes, digest: str, place: str, faults: Faults) -> None:
    """Note it if bytes aren't those that a digest names."""
    algorithm, _, said = digest.partition(":")
    if hashlib.new(algorithm, data).hexdigest() != said:
        faults.add(
            "digest", "holds a part whose digest isn't the one that it is named by", place[:200], "error"
        )


# -- OCI layouts


def _candidates(
    store: Store, index: dict[str, Any], name: str | None, depth: int, faults: Faults
) -> Iterator[_Candidate]:
    """Every image that an index leads to."""
    descriptors = [item for item in _list(index.get("manifests")) if isinstance(item, dict)]
    for descriptor in descriptors[:_MOST_IMAGES]:
        notes = descriptor.get("annotations")
        notes = notes if isinstance(notes, dict) else {}
        if _ATTESTATION in notes:
            continue
        said = next((notes[key] for key in _NAMES if isinstance(notes.get(key), str) and notes[key]), name)
        if "index" in str(descriptor.get("mediaType")) or "list" in str(descriptor.get("mediaType")):
            data = _part(store, descriptor, faults)
            if data is not None and depth < 3:
                yield from _candidates(store, _object(data), said, depth + 1, faults)
            continue
        platform = descriptor.get("platform")
        platform = platform if isinstance(platform, dict) else {}
        words = [platform.get(key) for key in ("os", "architecture", "variant")]
        yield _Candidate(descriptor, "/".join(word for word in words if isinstance(word, str)), said)


def _chosen(candidates: list[_Candidate], faults: Faults) -> _Candidate:
    chosen = next((c for c in candidates if c.platform == _FIRST), candidates[0])
    others = [c for c in candidates if c is not chosen]
    if others:
        words = ", ".join(c.platform or c.name or "unnamed" for c in others[:8])
        message = f"holds {len(others):,} more images, which are not read: {words[:200]}"
        faults.add("images", message, "index.json", "note")
    return chosen


def _of_manifest(store: Store, chosen: _Candidate, faults: Faults) -> Image:
    data = _part(store, chosen.descriptor, faults)
    if data is None:
        raise UnreadableError("missing-part", "lacks the manifest that its index names", "index.json")
    manifest = _object(data)
    descriptors = [item for item in _list(manifest.get("layers")) if isinstance(item, dict)]
    if not descriptors:
        raise UnreadableError("not-an-image", "holds a manifest without layers")
    config = manifest.get("config")
    about = _part(store, config, faults) if isinstance(config, dict) else None
    settings = _object(about or b"{}")
    plain = _plain(settings)
    if len(descriptors) > _MOST_LAYERS:
        faults.add("too-many", f"has more than {_MOST_LAYERS:,} layers; the others are not read", "", "error")
    layers = []
    for i, item in enumerate(descriptors[:_MOST_LAYERS]):
        digest = item.get("digest")
        if isinstance(digest, str) and _DIGEST(digest):
            layers.append(Layer(_blob(digest), digest, plain[i] if i < len(plain) else None))
        else:
            faults.add("layer", "names a layer without a digest", f"layer {i}", "error")
    digest = chosen.descriptor.get("digest")
    return Image(chosen.name, digest, _text(settings.get("architecture")), _time(settings), layers)


def _part(store: Store, descriptor: dict[str, Any], faults: Faults) -> bytes | None:
    """The bytes of a small part that a descriptor names, verified; None, with a fault, if they aren't there."""
    digest = descriptor.get("digest")
    if not isinstance(digest, str) or not _DIGEST(digest):
        faults.add("layer", "names a part without a digest", "", "error")
        return None
    data = store.read(_blob(digest), _LONGEST)
    if data is None:
        faults.add("missing-part", "lacks a part that it names", digest, "error")
    else:
        verify(data, digest, digest, faults)
    return data


def _blob(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/', 1)}"


# -- docker save


def _saved(store: Store) -> list[dict[str, Any]]:
    data = store.read("manifest.json", _LONGEST)
    try:
        value = msgspec.json.decode(data) if data is not None else None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        value = None
    return [item for item in _list(value) if isinstance(item, dict) and _list(item.get("Layers"))]


def _of_saved(store: Store, entry: dict[str, Any], faults: Faults) -> Image:
    config = entry.get("Config")
    data = store.read(config, _LONGEST) if isinstance(config, str) else None
    if data is None:
        faults.add("missing-part", "lacks the configuration that it names", str(config)[:200], "error")
    settings = _object(data or b"{}")
    plain = _plain(settings)
    layers = []
    for i, name in enumerate(_list(entry["Layers"])[:_MOST_LAYERS]):
        if isinstance(name, str):
            said = re.fullmatch(r"blobs/(sha256|sha512)/([0-9a-f]+)", name)
            digest = f"{said[1]}:{said[2]}" if said and _DIGEST(f"{said[1]}:{said[2]}") else None
            layers.append(Layer(name, digest, plain[i] if i < len(plain) else None))
    return Image(_tag(entry), None, _text(settings.get("architecture")), _time(settings), layers)


def _tag(entry: dict[str, Any]) -> str | None:
    return next((tag for tag in _list(entry.get("RepoTags")) if isinstance(tag, str) and tag), None)


# -- values


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return {}
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _plain(settings: dict[str, Any]) -> list[str | None]:
    """Digests of the unpacked layers, in their order."""
    roots = settings.get("rootfs")
    said = _list(roots.get("diff_ids")) if isinstance(roots, dict) else []
    return [item if isinstance(item, str) and _DIGEST(item) else None for item in said]


def _time(settings: dict[str, Any]) -> datetime | None:
    """When the image was made; builds that shall be equal every time name a time long ago."""
    said = _text(settings.get("created"))
    try:
        found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", said)) if said else None
        if found is None or found.year < 2013:
            return None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
