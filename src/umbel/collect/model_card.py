# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Cards of models and data sets, as the Hugging Face hub has them in a `README.md` → evidence.

Source: the hub's model card and data set card specifications.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from umbel.collect import _yaml
from umbel.collect._models import LONGEST, of_hub, text, texts
from umbel.collect.faults import Faults
from umbel.collect.interface import (
    Collector,
    Component,
    Document,
    Edge,
    Reading,
    UnreadableError,
)
from umbel.model.purl import unidentified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect._yaml import Value

_OF_MODELS = frozenset(
    {"base_model", "base_model_relation", "library_name", "model-index", "model_name", "pipeline_tag"}
)
_OF_DATA = frozenset(
    {
        "annotations_creators", "dataset_info", "language_creators", "multilinguality", "paperswithcode_id",
        "size_categories", "source_datasets", "task_categories", "task_ids",
    }
)  # fmt: skip
_OF_BOTH = frozenset(
    {
        "datasets", "extra_gated_fields", "extra_gated_prompt", "inference", "language", "license",
        "license_link", "license_name", "metrics", "pretty_name", "tags", "thumbnail", "widget",
    }
)  # fmt: skip
_OF_SITES = frozenset(
    {"layout", "permalink", "nav_order", "sidebar_position", "slug", "sdk", "app_file", "date"}
)
"""Of Jekyll, Docusaurus and the like, and of applications at the hub, which name models too."""
_KEY = re.compile(rb"^([A-Za-z_][\w-]*)[ \t]*:", re.MULTILINE)
_OPEN = re.compile(rb"\s{0,100}---[ \t]*\r?\n")
_CLOSE = re.compile(rb"^---[ \t]*\r?$", re.MULTILINE)
_HEADING = re.compile(
    r"^#[ \t]+(?:(?:model|dataset) card for )?([^\r\n]{1,300})", re.MULTILINE | re.IGNORECASE
)
_DECORATION = re.compile(r"<[^<>]{0,300}>|[*`]")
_MOST = 1000
"""Figures, or names in one field, that are kept."""
_PROPERTIES = (
    ("pipeline_tag", "model:task"),
    ("library_name", "model:library"),
    ("base_model_relation", "model:base_model_relation"),
    ("language", "model:language"),
)
_DATA_PROPERTIES = (
    ("task_categories", "data:task"),
    ("size_categories", "data:size"),
    ("language", "data:language"),
    ("annotations_creators", "data:annotations_creator"),
)


class _Config(msgspec.Struct):
    """What a model's config.json says of its architecture."""

    architectures: list[str] | None = None


class ModelCardCollector(Collector):
    """Cards of models and data sets.

    A project that holds a card holds what it describes: the model or data set is a component of it, for
    runtime. It needs the models that it is made from, which are runtime too, and the data sets that it is
    made from or trained on, which are build. Figures are properties of the model.
    """

    id = "model_card"
    title = "Model card"
    reads = (
        "README.md with the fields of a model card or data set card of the Hugging Face hub at its head, "
        "with the architecture from the config.json beside it."
    )
    limits = (
        "Revisions are rarely named, and the card's own name at the hub never is. Cards that state no more than "
        "a licence are not told from other texts. What the prose says is not read."
    )
    suffixes = ("readme.md",)
    companions = ("config.json",)

    def sniff(self, name: str, head: bytes, tail: bytes) -> bool:  # noqa: ARG002 - it stands at the head
        """Whether a README begins with the fields of a card, and not with those of a web page."""
        if name.lower() != "readme.md":
            return False
        block = _front(head, whole=False)
        if block is None:
            return False
        keys = {key.decode() for key in _KEY.findall(block)}
        if keys & _OF_SITES:
            return False
        if keys & (_OF_MODELS | _OF_DATA):
            return True
        return "license" in keys and len(keys) > 1 and keys <= _OF_BOTH

    def read(self, document: Document) -> Reading:
        """Read one card."""
        data, found = document.utf8()
        faults = Faults()
        for fault in found:
            faults.add(fault.code, fault.message, fault.place, fault.level)
        block = _front(data, whole=True)
        if block is None:
            raise UnreadableError("not-card", "has no fields between two lines of --- at its head")
        tree = _yaml.load(block, faults, texts=True, lines=True)
        if not isinstance(tree, _yaml.Lined):
            raise UnreadableError("not-card", "holds no fields at its head")
        card = _Card(tree, faults)
        rest = data[len(block) :].decode("utf-8", "replace")
        return card.reading(_heading(rest) or document.path.parent.name, _architectures(document, faults))


def _front(data: bytes, *, whole: bool) -> bytes | None:
    """What stands up to the line that closes the fields, None if there are none."""
    opened = _OPEN.match(data.removeprefix(b"\xef\xbb\xbf"))
    if opened is None:
        return None
    data = data.removeprefix(b"\xef\xbb\xbf")
    closed = _CLOSE.search(data, opened.end())
    if closed is None:
        return None if whole else data
    return data[: closed.start()]


def _heading(rest: str) -> str | None:
    found = _HEADING.search(rest[: 1 << 16])
    return _DECORATION.sub("", found[1]).strip(" #\t\"'") or None if found else None


def _architectures(document: Document, faults: Faults) -> list[str]:
    """The classes that a model's configuration names; none if it is not a model's."""
    try:
        data = document.companion("config.json")
        found = msgspec.json.decode(data, type=_Config).architectures if data else None
    except UnreadableError as error:
        faults.add("companion", f"stands beside a config.json that {error}", "config.json")
        return []
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    return [name[:LONGEST] for name in (found or [])[:_MOST]]


class _Card:
    """The fields of one card."""

    def __init__(self, tree: _yaml.Lined, faults: Faults) -> None:
        self._tree = tree
        self._faults = faults
        self._is_data = bool(tree.keys() & _OF_DATA) and not tree.keys() & _OF_MODELS

    def reading(self, title: str, architectures: list[str]) -> Reading:
        """What the card describes, and what that is made from."""
        name = self._name() or title[:LONGEST] or "model"
        others = list(self._others())
        properties = [*self._properties(), *(("model:architecture", text) for text in architectures)]
        link = text(self._tree, "license_link")
        own = Component(
            ref="the card's",
            package=unidentified(name),
            type="data" if self._is_data else "machine-learning-model",
            name=name,
            declared=tuple(self._licenses()),
            urls=(("license", link),) if link else (),
            properties=tuple(dict.fromkeys(properties)),
            scope="runtime",
        )
        edges = [Edge(source=None, target=own.ref, package=own.package, scope="runtime")]
        edges += [
            Edge(source=own.ref, target=other.ref, package=other.package, scope=other.scope)
            for other in others
        ]
        return Reading(
            format="data set card" if self._is_data else "model card",
            subject=name,
            components=[own, *others],
            edges=edges,
            faults=self._faults.list(),
        )

    def _texts(self, key: str) -> list[str]:
        found = texts(self._tree, key, self._place(key), self._faults)
        if len(found) > _MOST:
            message = f"holds {len(found):,} names under {key!r}; {_MOST:,} are kept"
            self._faults.add("too-many", message, self._place(key))
        return [item[:LONGEST] for item in found[:_MOST]]

    def _place(self, key: str) -> str:
        line = self._tree.lines.get(key)
        return f"line {line}" if line else ""

    def _name(self) -> str | None:
        listed = self._tree.get("model-index")
        first = listed[0] if isinstance(listed, list) and listed else None
        named = text(first, "name") if isinstance(first, dict) else None
        return text(self._tree, "model_name") or named or text(self._tree, "pretty_name")

    def _licenses(self) -> Iterator[str]:
        """As written; the licence's own name where the hub's list only has `other` for it."""
        name = text(self._tree, "license_name")
        for item in self._texts("license") or self._texts("licenses"):
            yield name if item.lower() == "other" and name else item
        if name and not self._tree.keys() & {"license", "licenses"}:
            yield name

    def _others(self) -> Iterator[Component]:
        """The models and data sets that it is made from."""
        fields = (
            (("source_datasets", "data"),)
            if self._is_data
            else (("base_model", "model"), ("datasets", "data"))
        )
        seen = set()
        for key, kind in fields:
            for item in self._texts(key):
                if self._is_data and (item == "original" or item.startswith("extended")):
                    item = item.partition("|")[2]  # noqa: PLW2901 - older cards write `extended|squad`
                if not item:
                    continue
                scope = "runtime" if kind == "model" else "build"
                found = of_hub(item, kind, scope, self._place(key), self._faults)
                if found.ref not in seen:
                    seen.add(found.ref)
                    yield found

    def _properties(self) -> Iterator[tuple[str, str]]:
        for key, name in _DATA_PROPERTIES if self._is_data else _PROPERTIES:
            for item in self._texts(key) or self._texts(f"{key}s"):  # as older cards write it
                yield name, item
        if self._is_data:
            return
        for item in self._texts("base_model"):
            yield "model:base_model", item
        for item in self._texts("datasets"):
            yield "model:dataset", item
        for count, figure in enumerate(self._figures()):
            if count == _MOST:
                message = f"holds more than {_MOST:,} figures, which are not kept"
                self._faults.add("too-many", message, self._place("model-index"))
                return
            yield "model:metric", figure

    def _figures(self) -> Iterator[str]:
        """Each result of an evaluation: `name=accuracy value=0.91 dataset=glue`."""
        for model in self._mappings(self._tree, "model-index"):
            for result in self._mappings(model, "results"):
                dataset = result.get("dataset")
                used = text(dataset, "name") or text(dataset, "type") if isinstance(dataset, dict) else None
                for metric in self._mappings(result, "metrics"):
                    said = (
                        ("name", text(metric, "name") or text(metric, "type")),
                        ("value", text(metric, "value")),
                        ("dataset", used),
                    )
                    yield " ".join(f"{key}={value}" for key, value in said if value)

    def _mappings(self, holder: dict[str, Value], key: str) -> Iterator[dict[str, Value]]:
        value = holder.get(key)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield item
            elif item is not None:
                message = f"holds something else under {key!r} where a list of mappings is due"
                self._faults.add("wrong-type", message, self._place("model-index"), "error")
