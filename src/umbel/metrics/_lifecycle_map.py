# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Our own table of which packages, images and distributions are which product's: `lifecycle_map.toml`."""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from umbel.collect._osv_ecosystems import lookup_key
from umbel.model.purl import PurlError, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

HUB = "docker.io"
_HUBS = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"})


class Entry(NamedTuple):
    """A product, and how it was found."""

    product: str
    why: str


class System(NamedTuple):
    """A distribution's product; `releases` are those that it is limited to, empty is all."""

    entry: Entry
    releases: tuple[str, ...]


class Table(NamedTuple):
    """The whole table: packages by their key in advisories, images by name, distributions by id."""

    packages: dict[str, Entry]
    images: dict[str, Entry]
    systems: dict[str, list[System]]
    spellings: dict[str, str]

    def systems_of(self, distro: str, vendor: str | None) -> Iterator[tuple[Entry, str]]:
        """The products that a `distro` may be, with the release that it names; those of one release first."""
        text = unquote(distro).strip().lower()
        name = max(
            (each for each in self.systems if text == each or text.startswith(f"{each}-")),
            key=len,
            default="",
        )
        if not name and (vendor or "").lower() in self.systems:
            name, release = (vendor or "").lower(), text
        else:
            release = text[len(name) + 1 :]
        release = release.removeprefix("v")
        for system in self.systems.get(name, ()):
            if not system.releases or release.partition(".")[0] in system.releases:
                yield system.entry, release


@cache
def table() -> Table:
    """The table that ships."""
    found = tomllib.loads(files("umbel.model").joinpath("data/lifecycle_map.toml").read_text("utf-8"))
    packages = {
        lookup_key(package): _entry(part["product"], part)
        for part in found["packages"]
        for package in part["packages"]
    }
    images = {
        name: _entry(product, part)
        for part in found["images"]
        for product, names in part["products"].items()
        for name in names
    }
    systems: dict[str, list[System]] = {}
    for part in sorted(found["systems"], key=lambda part: "releases" not in part):
        for product, names in part["products"].items():
            for name in names:
                systems.setdefault(name, []).append(
                    System(_entry(product, part), tuple(part.get("releases", ())))
                )
    spellings = {product: part["written"] for part in found["spellings"] for product in part["products"]}
    return Table(packages, images, systems, spellings)


def _entry(product: str, part: dict[str, Any]) -> Entry:
    return Entry(product, f"mapping table: {part['reason']}")


class Image(NamedTuple):
    """A container image: the names with registry that it may have, and the tag that its purl tells beside a digest."""

    names: tuple[str, ...]
    tag: str | None


@lru_cache(maxsize=1 << 14)
def image(purl: str) -> Image | None:
    """The image that a purl of type docker or oci names; None if it names none for certain.

    Their `repository_url` is written with and without the image's own path: where it may be either, both are
    given.
    """
    try:
        found = parse(purl)
    except PurlError:
        return None
    pairs = found.purl.partition("?")[2].partition("#")[0].split("&")
    told = {key: unquote(value) for key, _, value in (pair.partition("=") for pair in pairs)}
    url = told.get("repository_url", "")
    where = (url.partition("://")[2] or url).strip("/").lower()
    path = f"{found.namespace}/{found.name}" if found.namespace else found.name
    if found.type == "oci" and not where:
        return None
    wholes = [f"{where}/{path}" if where else path]
    if where.endswith(f"/{path}"):
        wholes.insert(0, where)
    return Image(tuple(_spelled(whole) for whole in wholes), told.get("tag") or None)


def _spelled(whole: str) -> str:
    """A name with its registry, those of Docker Hub alike."""
    host, slash, rest = whole.partition("/")
    if not slash or not ("." in host or ":" in host or host == "localhost"):
        host, rest = HUB, whole
    if host in _HUBS:
        return f"{HUB}/{rest}" if "/" in rest else f"{HUB}/library/{rest}"
    return f"{host}/{rest.removeprefix('repository/')}" if host == "quay.io" else f"{host}/{rest}"
