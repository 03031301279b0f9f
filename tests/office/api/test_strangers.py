# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What nobody would send, made from the description by schemathesis: no call breaks, every answer is as described."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from umbel.office.api import catalogue, schemas
from umbel.office.routes import table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

schemathesis = pytest.importorskip("schemathesis")
pytestmark = pytest.mark.django_db

EXAMPLES = 2
FIGURES = {"figure-sources", "figure-alerts-open", "figure-legal-state"}
LISTS = {"projects", "packages", "violations", "documents"}
"""Of the operations that are made alike from declarations these stand for all; each past day that is asked for is made."""


def _operations() -> list[Any]:
    table()
    whole = schemathesis.openapi.from_dict(schemas.described())
    return [each for each in (result.ok() for result in whole.get_all_operations()) if _is_asked(each)]


def _is_asked(each: Any) -> bool:
    name = each.definition.raw["operationId"]
    if name.startswith("figure-"):
        return name in FIGURES
    return name.removesuffix("-one") in LISTS or name.removesuffix("-one") not in catalogue.LISTS


def test_no_reading_breaks_and_every_answer_is_as_described(office: Path, key_of: Callable[..., str]) -> None:  # noqa: ARG001 - served
    _all_asked(key_of, [each for each in _operations() if each.method.upper() == "GET"])


def test_no_writing_breaks_and_every_answer_is_as_described(
    own_office: Path,  # noqa: ARG001 - served
    key_of: Callable[..., str],
) -> None:
    _all_asked(key_of, [each for each in _operations() if each.method.upper() != "GET"])


def _all_asked(key_of: Callable[..., str], operations: list[Any]) -> None:
    key = key_of("office", "read", "upload", "decide")
    client = Client(headers={"X-Api-Key": key}, raise_request_exception=False)
    broken: list[str] = []
    for operation in operations:
        _asked(operation, client, broken)
    assert operations
    assert not broken, "\n".join(broken)


def _asked(operation: Any, client: Client, broken: list[str]) -> None:
    @given(case=st.one_of(operation.as_strategy()))
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        sent = case.as_transport_kwargs()
        response = _send(client, operation.method.upper(), case, sent)
        told = f"{operation.method.upper()} {case.formatted_path} {str(sent.get('params'))[:200]}: {response.status_code}"
        if response.status_code >= 500:
            broken.append(told)
            return
        described = operation.definition.raw["responses"]
        if str(response.status_code) not in described and response.status_code not in {400, 404, 405, 413}:
            broken.append(f"{told} isn't described")
        elif (
            response["Content-Type"].startswith("application/json") and str(response.status_code) in described
        ):
            _conforms(told, described[str(response.status_code)], response, broken)

    ask()


def _send(client: Client, method: str, case: Any, sent: dict[str, Any]) -> Any:
    from urllib.parse import quote, urlencode

    query = urlencode(
        {key: value for key, value in (case.query or {}).items() if value is not None},
        doseq=True,
        errors="replace",
    )
    path = quote(case.formatted_path, safe="/%:@-._~!$&'()*+,;=", errors="replace")
    body, kind = b"", "application/json"
    if "json" in sent:
        import json

        body = json.dumps(sent["json"]).encode("utf-8", "replace")
    elif isinstance(sent.get("data"), bytes | str):
        data = sent["data"]
        body, kind = (
            (data if isinstance(data, bytes) else data.encode("utf-8", "replace")),
            case.media_type or kind,
        )
    return client.generic(method, f"{path}?{query}", body, content_type=kind)


def _conforms(told: str, answer: dict[str, Any], response: Any, broken: list[str]) -> None:
    import jsonschema_rs

    schema = next(iter(answer["content"].values()))["schema"]
    whole = {**schema, "components": schemas.described()["components"]}
    try:
        jsonschema_rs.validate(whole, response.json())
    except jsonschema_rs.ValidationError as error:
        broken.append(f"{told}: {str(error)[:300]}")
