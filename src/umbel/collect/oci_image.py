# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A container image as a file or an OCI layout → evidence. Nothing is pulled, run or mounted."""

from __future__ import annotations

import hashlib
import re
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Component, Document, Reading, UnreadableError
from umbel.model.purl import PurlError, make

if TYPE_CHECKING:
    from umbel.collect._oci_manifest import Image, Layer
    from umbel.collect._oci_store import Store

_FIRST = re.compile(rb"(?:\./)?(?:blobs/|oci-layout\0|[0-9a-f]{64}(?:/|\.json\0|\.tar\0))").match
_SAVED = re.compile(rb"(?:\./)?(?:manifest\.json|index\.json)\0").match
_MEANS_IMAGE = re.compile(rb'"(?:Layers|schemaVersion)"').search
_STATUS = "var/lib/dpkg/status.d"


class OciImageCollector(Collector):
    """A container image: everything installed in it, and the layer that brought each thing.

    Layers are laid over each other in their order, with what later ones take away; of several
    platforms linux/amd64 is read, else the first. The properties `oci:layer` and `oci:layer-index`
    name the layer that last wrote what tells of a component; for packages of the system, the one
    since which their database has them as they are. The subject is the image's name without its tag.
    """

    id = "oci_image"
    title = "Container image"
    reads = "OCI image layouts as a folder or a tar archive, and what `docker save` writes; both also packed with gzip."
    limits = (
        "As for root file systems. Layers in Zstandard need pyarrow; encrypted ones, and layers that are not "
        "in the archive, are not read."
    )
    suffixes = (".tar", ".tar.gz", ".tgz", ".oci")
    describes_project = False

    def claims_folder(self, folder: Path, names: frozenset[str]) -> bool:  # noqa: ARG002 - its entries tell
        """Whether a folder is an OCI layout."""
        return names >= {"oci-layout", "index.json"}

    def sniff(self, name: str, head: bytes, tail: bytes) -> bool:  # noqa: ARG002 - images have any name
        """Whether a tar archive begins, or ends, like an image."""
        if head[:2] == b"\x1f\x8b":
            try:
                head = zlib.decompressobj(31).decompress(head, 1 << 20)
            except zlib.error:
                return False
        if head[257:262] != b"ustar" and not _FIRST(head):
            return False
        if _FIRST(head) or (_SAVED(head) and _MEANS_IMAGE(head)):
            return True
        return b"manifest.json\0" in tail and _MEANS_IMAGE(tail) is not None

    def fingerprint(self, document: Document) -> str:
        """Over the archive, or over a layout's index and the names and sizes of its parts."""
        from umbel.collect._oci_store import digest_of

        return digest_of(document.path)

    def read(self, document: Document) -> Reading:
        """Read one image."""
        from umbel.collect._oci_store import Store

        with tempfile.TemporaryDirectory(prefix="umbel-image-") as folder:
            spool = Path(folder, "spool")
            spool.mkdir()
            with Store(document.path, spool) as store:
                return _Reader(store, Path(folder)).reading()


class _Reader:
    """One reading of one image, in a folder of its own."""

    def __init__(self, store: Store, folder: Path) -> None:
        from umbel.collect._layers import Layers

        self._store = store
        self._folder = folder
        self._faults = Faults()
        self._layers = Layers(folder / "spool", self._faults)

    def reading(self) -> Reading:
        from umbel.collect import _oci_manifest as manifests
        from umbel.collect._image_parts import Parts

        image = manifests.find(self._store, self._faults)
        for number, layer in enumerate(image.layers):
            if not self._apply(layer, number):
                break
        root = self._folder / "root"
        root.mkdir()
        self._layers.write(root)
        parts = Parts(root)
        for fault in parts.faults.list():
            self._faults.add(fault.code, fault.message, fault.place, fault.level)
        if not parts.components:
            self._faults.once("no-components", "holds nothing that tells what it is", "", "note")
        since = self._since()
        name, tag = _split(image.name)
        return Reading(
            format="container image",
            subject=name,
            subject_version=tag,
            subject_purl=_purl(image, name, tag),
            observed_at=image.created,
            components=[self._marked(c, image, since) for c in parts.components],
            edges=parts.edges,
            faults=self._faults.list(),
        )

    # -- layers

    def _apply(self, layer: Layer, number: int) -> bool:
        """Lay one layer over the others; False if no more can be taken."""
        from umbel.collect._layers import LimitError
        from umbel.collect._streams import Stream, StreamError
        from umbel.collect._tar import TarError

        place = layer.digest or layer.name[:200]
        region = self._store.part(layer.name)
        if region is None:
            self._faults.add("missing-part", f"lacks its layer {number}", place, "error")
            return True
        digest = layer.digest or layer.plain
        said = hashlib.new(digest.partition(":")[0]) if digest else None
        try:
            stream = Stream(region, said if layer.digest else None, None if layer.digest else said)
            missing = self._layers.apply(stream, number)
            stream.drain()
            if missing:
                self._layers.again(Stream(region), number, missing)
        except LimitError as error:
            self._faults.add("too-large", f"{error}; the rest is not read", place, "error")
            return False
        except (StreamError, TarError) as error:
            message = f"has a layer that {error}; what follows in it is not read"
            self._faults.add(getattr(error, "code", "broken-tar"), message, place, "error")
            return True
        if digest and said and said.hexdigest() != digest.partition(":")[2]:
            message = f"has a layer {number} whose digest isn't the one that it is named by"
            self._faults.add("digest", message, place, "error")
        return True

    def _since(self) -> dict[str, int]:
        """Packages of the system by reference, and the layer since which their database has them so."""
        from umbel.collect._image_files import DATABASES
        from umbel.collect.registry import collectors

        found: dict[str, int] = {}
        for path, versions in self._layers.versions.items():
            known: dict[tuple[str, str | None], int] = {}
            for kept in versions:
                place = self._folder / "absent" / path
                try:
                    document = Document(place, data=Path(kept.spool).read_bytes())
                    components = collectors()[DATABASES[path]].read(document).components
                except (UnreadableError, OSError, ValueError):
                    components = []
                known = {(c.ref, c.version): known.get((c.ref, c.version), kept.layer) for c in components}
            found |= {f"{path}#{package}": layer for (package, _), layer in known.items()}
        return found

    def _marked(self, component: Component, image: Image, since: dict[str, int]) -> Component:
        from umbel.collect._image_parts import evidence_of

        number = since.get(component.ref)
        if number is None:
            places = evidence_of(component)
            if component.location == _STATUS:
                places = (f"{_STATUS}/{component.name}",)
            number = next((n for place in places if (n := self._layers.layer_of(place)) is not None), None)
        if number is None:
            return component
        layer = image.layers[number]
        said = (("oci:layer", layer.digest or layer.plain or layer.name), ("oci:layer-index", str(number)))
        return replace(component, properties=(*component.properties, *said))


def _split(name: str | None) -> tuple[str | None, str | None]:
    """An image's name without tag and digest, and its tag. What is only a tag names no image."""
    if not name:
        return None, None
    bare = name.partition("@")[0]
    head, colon, tag = bare.rpartition(":")
    if colon and "/" not in tag:
        return head or None, tag or None
    return (bare, None) if "/" in bare else (None, bare)


def _purl(image: Image, name: str | None, tag: str | None) -> str | None:
    if name is None:
        return None
    qualifiers = {
        "arch": image.architecture or "",
        "repository_url": name if "/" in name else "",
        "tag": tag or "",
    }
    try:
        return make("oci", None, name.rpartition("/")[2], image.digest, qualifiers).purl
    except PurlError:
        return None
