# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The standards' own schemas and checks, applied to what we write. The schemas are public test data."""

from __future__ import annotations

import importlib
import json
import logging
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from tests.formats import remembering

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.reports.sbom import Form

etree: Any = pytest.importorskip("lxml.etree", reason="lxml isn't here")
tools: Any = pytest.importorskip("spdx_tools.spdx", reason="spdx-tools isn't here")


def problems(form: Form, data: bytes, shared_data: Path) -> list[str]:
    """What the standard's schema finds wrong in a document."""
    if form.syntax == "xml":
        return _in_xml(form.version, data, shared_data / "sbom/cyclonedx-schema")
    if form.format == "cyclonedx":
        schema = _cyclonedx(form.version, shared_data / "sbom/cyclonedx-schema")
        return _in_json(schema, data)
    folder = shared_data / "sbom/spdx-schema"
    if form.syntax == "tag-value":
        return []
    # That of 2.3 allows all that is in 2.2.
    return _in_json(_spdx(folder, "spdx-2.3-schema.json"), data)


def _in_json(schema: Any, data: bytes) -> list[str]:
    found = schema.iter_errors(json.loads(data))
    return [f"{error.json_path}: {error.message[:200]}" for _, error in zip(range(10), found, strict=False)]


@cache
def _cyclonedx(version: str, folder: Path) -> Any:
    import jsonschema  # a second or two: not while tests are being collected
    from referencing import Registry, Resource

    schemas = [json.loads(file.read_text()) for file in folder.glob("*.json")]
    resources = [(schema["$id"], Resource.from_contents(schema)) for schema in schemas if "$id" in schema]
    registry: Registry[Any] = Registry().with_resources(resources)
    schema = json.loads((folder / f"bom-{version}.schema.json").read_text())
    kind = jsonschema.validators.validator_for(schema)
    return kind(schema, registry=registry, format_checker=remembering(kind.FORMAT_CHECKER))


@cache
def _spdx(folder: Path, name: str) -> Any:
    import jsonschema

    schema = json.loads((folder / name).read_text())
    kind = jsonschema.validators.validator_for(schema)
    return kind(schema, format_checker=remembering(kind.FORMAT_CHECKER))


def _in_xml(version: str, data: bytes, folder: Path) -> list[str]:
    schema = _xsd(version, folder)
    tree = etree.parse(BytesIO(data))
    schema.validate(tree)
    return [f"line {error.line}: {error.message[:200]}" for error in schema.error_log][:10]


@cache
def _xsd(version: str, folder: Path) -> Any:
    """The schema; those that it names by their addresses lie beside it."""

    class Beside(etree.Resolver):  # type: ignore[misc]
        def resolve(self, system_url: str, _public_id: str, context: Any) -> Any:
            name = system_url.rpartition("/")[2]
            file = folder / (name if name.endswith(".xsd") else f"{name}.xsd")
            return self.resolve_filename(str(file), context) if file.is_file() else None

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Beside())
    return etree.XMLSchema(etree.parse(folder / f"bom-{version}.xsd", parser))


def spdx_2_problems(form: Form, data: bytes) -> list[str]:
    """What the SPDX project's own library finds wrong in an SPDX 2 document."""
    check = importlib.import_module("spdx_tools.spdx.validation.document_validator")
    logging.disable(logging.CRITICAL)
    try:
        found = check.validate_full_spdx_document(_parsed(form, data))
    finally:
        logging.disable(logging.NOTSET)
    return [message.validation_message[:300] for message in found][:10]


def _parsed(form: Form, data: bytes) -> Any:
    parser: Any
    if form.syntax == "tag-value":
        parser = importlib.import_module("spdx_tools.spdx.parser.tagvalue.parser")
        return parser.Parser(debug=False).parse(data.decode())
    parser = importlib.import_module("spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser")
    return parser.JsonLikeDictParser().parse(json.loads(data))


def spdx_3_library_problems(data: bytes) -> list[str]:
    """What the SPDX project's own model of SPDX 3 refuses, and ids that nothing has."""
    module = pytest.importorskip("spdx_python_model", reason="spdx-python-model isn't here")
    model: Any = module.v3_0_1
    found = model.SHACLObjectSet()
    try:
        model.JSONLDDeserializer().read(BytesIO(data), found)
    except (ValueError, TypeError, KeyError) as error:
        return [str(error)[:300]]
    ours = {str(one) for one in found.missing_ids}
    return sorted(one for one in ours if "ExpandedLicensing/No" not in one)[:10]
