# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of container images as Docker reads them → components.

The purl is of type docker, which knows namespaces: `pkg:docker/grafana/grafana@12.0`. An image of
another registry than Docker Hub has it as `repository_url`. A digest is the version where there is
one, with the tag as a qualifier; `platform` is written as BuildKit does. Source: the grammar of
distribution/reference.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from umbel.collect.interface import Component
from umbel.model.purl import PurlError, make, unidentified

if TYPE_CHECKING:
    from umbel.collect.faults import Faults

_LONGEST = 1024
_PART = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_NAME = re.compile(
    rf"(?:((?:{_HOST}(?:\.{_HOST})*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?)/)?"
    rf"({_PART}(?:/{_PART})*)"
    r"(?::([A-Za-z0-9_][\w.-]{0,127}))?"
    r"(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?",
    re.ASCII,
)
_DOCKER_HUB = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"})


class Image(NamedTuple):
    """An image's name in parts. `registry` is None for Docker Hub, whose `library/` is left out."""

    registry: str | None
    path: str
    tag: str | None
    digest: str | None

    @property
    def version(self) -> str | None:
        """What tells it apart best: the digest, else the tag."""
        return self.digest or self.tag

    @property
    def requirement(self) -> str | None:
        """Tag and digest as they are written."""
        return "@".join(part for part in (self.tag, self.digest) if part) or None


def parse(text: str) -> Image | None:
    """The image that a text names, None if it names none.

    >>> parse("ghcr.io/acme/shop:1.2")
    Image(registry='ghcr.io', path='acme/shop', tag='1.2', digest=None)
    """
    found = _NAME.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    registry, path, tag, digest = found.groups()
    # A first part without dot, port or capital is a namespace of Docker Hub rather than a host.
    if registry and not (re.search(r"[.:A-Z]", registry) or registry == "localhost"):
        registry, path = None, f"{registry}/{path}"
    if registry and registry.lower() in _DOCKER_HUB:
        registry = None
    if registry is None and path.count("/") == 1:
        path = path.removeprefix("library/")
    return Image(registry, path, tag, digest.lower() if digest else None)


def component(
    image: Image, scope: str, place: str, faults: Faults, *, platform: str | None = None
) -> Component:
    """The component of an image; one that no purl can name has a fault."""
    namespace, _, name = image.path.rpartition("/")
    qualifiers = {
        "repository_url": image.registry,
        "tag": image.tag if image.digest else None,
        "platform": platform,
    }
    given = {key: value for key, value in qualifiers.items() if value}
    purl = None
    try:
        purl = make("docker", namespace or None, name, image.version, given)
    except PurlError as error:
        faults.add("purl", f"names the image {image.path[:120]!r}, which no purl can: {error}", place)
    algorithm, _, value = (image.digest or "").partition(":")
    where = f"{image.registry}/" if image.registry else ""
    version = "".join(f"{mark}{part}" for mark, part in ((":", image.tag), ("@", image.digest)) if part)
    return Component(
        ref=f"{where}{image.path}{version}{f' {platform}' if platform else ''}",
        package=purl.package if purl else unidentified(image.path),
        version=image.version,
        purl=purl.purl if purl else None,
        type="container",
        name=name,
        namespace=namespace or None,
        hashes=((algorithm, value),) if value else (),
        scope=scope,
    )
