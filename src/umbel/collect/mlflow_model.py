# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""MLflow's `MLmodel` files → the model that lies beside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.collect._models import LONGEST, of_hub, text
from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Component, Document, Edge, Reading, UnreadableError
from umbel.model.purl import PurlError, make, unidentified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect import _yaml

_KNOWN = frozenset({"flavors", "mlflow_version", "model_uuid", "run_id", "artifact_path", "model_id"})
_PLACE = re.compile(r"[A-Za-z][\w+.-]*:|/|\\")
_GENERIC = frozenset({"artifacts", "model", "models"})
_FIELDS = ("run_id", "model_uuid", "model_id", "utc_time_created", "mlflow_version", "databricks_runtime")
_MOST = 100
"""Flavours that are kept."""


class MlflowModelCollector(Collector):
    """MLflow models.

    A project that holds the file holds the model: it is a component of it, for runtime. The file doesn't
    say under which name it is registered; the path in its run or its folder names it. A model of the
    Hugging Face hub that it was made from is runtime.
    """

    id = "mlflow_model"
    title = "MLflow model"
    reads = "MLmodel files of MLflow 1 to 3: flavours, run, and the model that it was made from."
    limits = (
        "The registered name and version and the server are not in the file. What the model needs stands in "
        "requirements.txt and conda.yaml beside it."
    )
    names = ("mlmodel",)

    def read(self, document: Document) -> Reading:
        """Read one file."""
        from umbel.collect import _yaml

        data, found = document.utf8()
        faults = Faults()
        for fault in found:
            faults.add(fault.code, fault.message, fault.place, fault.level)
        tree = _yaml.load(data, faults, texts=True, lines=True)
        if not isinstance(tree, _yaml.Lined) or not tree.keys() & _KNOWN:
            raise UnreadableError("not-mlmodel", "is YAML, but no description of an MLflow model")
        own = _component(tree, document.path.parent.name, faults)
        bases = list(_bases(tree, faults))
        edges = [Edge(source=None, target=own.ref, package=own.package, scope="runtime")]
        edges += [
            Edge(source=own.ref, target=base.ref, package=base.package, scope="runtime") for base in bases
        ]
        version = text(tree, "mlflow_version")
        return Reading(
            format="MLmodel",
            producer=f"mlflow {version}" if version else None,
            subject=own.name,
            components=[own, *bases],
            edges=edges,
            faults=faults.list(),
        )


def _component(tree: _yaml.Lined, folder: str, faults: Faults) -> Component:
    path = (text(tree, "artifact_path") or "").rstrip("/")
    name = text(tree, "name") or (None if not path or _PLACE.match(path) else path.rpartition("/")[2])
    if name is None or name in _GENERIC:
        name = folder if folder and folder not in _GENERIC else name or "model"
    qualifiers = {key: value for key in ("model_uuid", "run_id") if (value := text(tree, key))}
    purl = None
    try:
        purl = make("mlflow", None, name.replace("/", "-"), None, qualifiers)
    except PurlError as error:
        faults.add("purl", f"describes the model {name[:80]!r}, which no purl can name: {error}")
    properties = [*_flavors(tree, faults)]
    properties += [(f"mlflow:{key}", value) for key in _FIELDS if (value := text(tree, key))]
    return Component(
        ref="the file's",
        package=purl.package if purl else unidentified(name),
        purl=purl.purl if purl else None,
        type="machine-learning-model",
        name=name,
        properties=tuple(dict.fromkeys(properties)),
        scope="runtime",
    )


def _each(tree: _yaml.Lined, faults: Faults) -> Iterator[tuple[str, _yaml.Lined, str]]:
    """Each flavour with its fields and place."""
    from umbel.collect import _yaml

    flavors = tree.get("flavors")
    if not isinstance(flavors, _yaml.Lined):
        if flavors is not None:
            message = "holds something else under 'flavors' where a mapping is due"
            faults.once("wrong-type", message, f"line {tree.lines['flavors']}", "error")
        return
    for name, fields in list(flavors.items())[:_MOST]:
        if isinstance(fields, _yaml.Lined):
            yield name, fields, f"line {flavors.lines[name]}"


def _flavors(tree: _yaml.Lined, faults: Faults) -> Iterator[tuple[str, str]]:
    """Libraries that can load it, with the version that it was saved with, and what it is for."""
    for name, fields, _ in _each(tree, faults):
        version = text(fields, f"{name}_version") or text(fields, "version")
        if name == "python_function":
            loader, python = text(fields, "loader_module"), text(fields, "python_version")
            yield from (("mlflow:loader", loader),) if loader else ()
            yield from (("mlflow:python_version", python),) if python else ()
            continue
        yield "model:library", f"{name} {version}"[:LONGEST] if version else name[:LONGEST]
        task = text(fields, "task")
        yield from (("model:task", task),) if task else ()
        base = text(fields, "source_model_name")
        yield from (("model:base_model", base),) if base else ()


def _bases(tree: _yaml.Lined, faults: Faults) -> Iterator[Component]:
    """The models at the hub that it was made from."""
    seen = set()
    for _, fields, place in _each(tree, faults):
        base = text(fields, "source_model_name")
        if base:
            found = of_hub(base, "model", "runtime", place, faults)
            if found.ref not in seen:
                seen.add(found.ref)
                yield found
