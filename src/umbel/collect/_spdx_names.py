# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Names in SPDX documents: of tools, of what is described, of container images.

Generators name one image in as many ways as there are generators. `subject_name` brings these
together, so that several documents on one image speak of one subject:

- `acme/shop@sha256:…` and `acme/shop:1.2` are `acme/shop`; digest or tag is the version.
- A name that is only a digest says nothing; the purl (`repository_url`) has the name then.
- The public default registry is left out (`index.docker.io/acme/shop`, `docker.io/library/redis`).
- `com.github.acme.shop`-like names of repository exports (`com.github.acme/shop`) are
  `github.com/acme/shop`, as a checkout of the repository is called.
- Of a path, the last part; a name that is only a random number or a dot is no name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from umbel.collect.interface import Component

_TOOL_VERSION = re.compile(r"(.*?\S)[-\s@]\s*(v?\d+(?:\.\w+)*(?:[-+~][\w.+~-]*)?)")
DIGEST = re.compile(r"(?:sha256:)?[0-9a-f]{64}")
_DIGEST_OF = re.compile(r"(.+?)@(sha(?:256|512):[0-9a-f]{64,128})")
_TAG_OF = re.compile(r"(.+):([\w][\w.-]{0,127})")
_RANDOM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_PATH = re.compile(r"(?:[/~\\]|\.{1,2}[/\\]|[A-Za-z]:[/\\])")
_REGISTRY = re.compile(r"(?:(?:index\.|registry-1\.)?docker\.io/)(?:library/)?")
_GITHUB = "com.github."
_PREFIXES = ("Tern report for ", "SBOM for ", "docker-archive:", "docker:", "oci-archive:")
_IMAGES = ("pkg:oci/", "pkg:docker/")
_LONGEST = 1024


class Subject(NamedTuple):
    """What a document describes, as far as it names it."""

    name: str | None
    version: str | None = None


def tool(text: str) -> str:
    """A tool's name and version from `name-version`, apart by a space.

    >>> tool("Microsoft.SBOMTool-1.1.1"), tool("GitHub.com-Dependency-Graph")
    ('Microsoft.SBOMTool 1.1.1', 'GitHub.com-Dependency-Graph')
    """
    text = text.strip()
    match = _TOOL_VERSION.fullmatch(text) if len(text) < _LONGEST else None
    return f"{match[1]} {match[2]}" if match else text[:_LONGEST]


def is_image(component: Component) -> bool:
    """Whether a package is a container image: by its purpose, or by the type of its purl."""
    return component.type == "container" or component.package.startswith(_IMAGES)


def subject(component: Component | None, document: str) -> Subject:
    """What a document is about: its root package if it has one, else what the document's name tells."""
    if component is None:
        return named(document)
    name, version = named(component.name or "", image=is_image(component))
    if name is None or DIGEST.fullmatch(name):
        name = _image_of(component.purl or "") or named(document).name or name
    return Subject(name, component.version or version)


def named(text: str, *, image: bool = False) -> Subject:
    """Name and version from a name as tools write it. `image`: a tag may stand after a colon."""
    text = text.strip()
    if not text or len(text) > _LONGEST or _RANDOM.search(text):
        return Subject(None)
    for prefix in _PREFIXES:
        text = text.removeprefix(prefix).strip()
    if DIGEST.fullmatch(text):
        return Subject(text)
    if match := _DIGEST_OF.fullmatch(text):
        name, version = match[1], match[2]
        tagged = _tag(name)
        return Subject(_without_registry(tagged.name or name), version)
    if image:
        tagged = _tag(text)
        return Subject(_without_registry(tagged.name or text), tagged.version)
    if _PATH.match(text) or text in {".", ".."}:
        text = re.split(r"[/\\]", text.rstrip("/\\"))[-1].strip(".~ ")
    if text.startswith(_GITHUB) and "/" in text:
        text = f"github.com/{text.removeprefix(_GITHUB)}"
    return Subject(text or None)


def _tag(text: str) -> Subject:
    """`host:5000/name:tag` → name and tag; a port is no tag."""
    match = _TAG_OF.fullmatch(text)
    return Subject(match[1], match[2]) if match and "/" not in match[2] else Subject(text)


def _without_registry(text: str) -> str:
    return _REGISTRY.sub("", text, count=1) if _REGISTRY.match(text) else text


def _image_of(purl: str) -> str | None:
    """The image's name in its purl: `repository_url` ends in the name, or is the folder above it."""
    if not purl.startswith(_IMAGES):
        return None
    head, _, qualifiers = purl.partition("?")
    name = head.partition("@")[0].partition("/")[2]
    url = parse_qs(qualifiers.partition("#")[0]).get("repository_url", [""])[0].strip("/")
    if not url:
        return name
    last = name.rpartition("/")[2]
    return _without_registry(url if url.rpartition("/")[2] == last else f"{url}/{last}")
