# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""VEX that is written: valid by its standards, and the same when it is read again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.model.vex import JUSTIFICATIONS, in_openvex
from umbel.policy import vex
from umbel.policy.vex import Statement, Thing
from umbel.reports.vex import Document, VexForm, render

if TYPE_CHECKING:
    from pathlib import Path

MADE = datetime(2026, 3, 1, tzinfo=UTC)
_WORDS = (
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)
    .map(str.strip)
    .filter(bool)
)


@st.composite
def _documents(draw: st.DrawFn) -> Document:
    product = draw(
        st.sampled_from(
            [
                Thing(name="shop"),
                Thing(name="shop", version="2.0"),
                Thing(package="pkg:npm/shop", version="1"),
            ]
        )
    )
    statements: dict[Any, Statement] = {}
    for _ in range(draw(st.integers(1, 6))):
        number, status = draw(st.integers(1, 4)), draw(st.sampled_from(vex_statuses))
        package = draw(
            st.sampled_from(["pkg:npm/a", "pkg:npm/%40b/c", "pkg:golang/github.com/d/e", "pkg:maven/f/g"])
        )
        component = Thing(package=package, version=draw(st.sampled_from(["1.0.0", "2.0.0+x", None])))
        statements[number, component] = Statement(
            ids=(f"CVE-2026-{number:04}", f"GHSA-{number}"),
            status=status,
            time=datetime(2026, 1, draw(st.integers(1, 28)), tzinfo=UTC),
            component=component,
            product=product,
            justification=draw(st.sampled_from(JUSTIFICATIONS)) if status == "not_affected" else None,
            detail=draw(st.none() | _WORDS),
            action=draw(_WORDS) if status == "affected" else None,
            responses=("update",) if status == "affected" else (),
            author="Acme",
        )
    return Document(
        title="shop", product=product, author="Acme", made_at=MADE, statements=tuple(statements.values())
    )


vex_statuses: tuple[Literal["not_affected", "fixed", "under_investigation", "affected"], ...] = (
    "not_affected", "fixed", "under_investigation", "affected",
)  # fmt: skip


def _read(document: Document, form: VexForm) -> list[Statement]:
    told = vex.parse({"x": render(document, form).encode()})
    assert told.trouble == []
    return [
        msgspec.structs.replace(
            one, document="", product=one.product and msgspec.structs.replace(one.product, serial=None)
        )
        for one in told.every
    ]


def _plain(one: Statement, form: VexForm) -> Statement:
    """As the format can say it: OpenVEX knows fewer reasons and no responses, and calls every product by a purl."""
    if form == "cyclonedx":
        return one
    product = one.product
    if product is not None and product.package is None:
        product = msgspec.structs.replace(product, package=f"pkg:generic/{product.name}")
    why = in_openvex(one.justification) if one.justification else None
    return msgspec.structs.replace(one, responses=(), justification=why, product=product)


@pytest.mark.parametrize("form", ["cyclonedx", "openvex"])
@given(document=_documents())
def test_what_is_written_is_read_again_as_it_was(form: VexForm, document: Document) -> None:
    expected = sorted(map(str, (_plain(one, form) for one in document.statements)))
    assert sorted(map(str, _read(document, form))) == expected


@given(_documents())
def test_the_same_statements_give_the_same_bytes(document: Document) -> None:
    turned = msgspec.structs.replace(document, statements=document.statements[::-1])
    for form in ("cyclonedx", "openvex"):
        assert render(document, form) == render(turned, form)


@pytest.fixture(scope="module")
def sample() -> Document:
    """One of each status, about a component or the whole product."""
    one = Statement(
        ids=("CVE-2026-0001", "GHSA-1"), status="affected", time=MADE, product=Thing(name="Shop & Söhne"),
        component=Thing(package="pkg:npm/%40a/b", version="1.0.0"), action="Move.", responses=("update",),
    )  # fmt: skip
    replace = msgspec.structs.replace
    return Document(
        title="Shop & Söhne",
        product=Thing(name="Shop & Söhne"),
        author="Acme",
        made_at=MADE,
        statements=(
            one,
            replace(one, ids=("CVE-2026-0002",), status="not_affected", action=None, responses=(), detail="why",
                    justification="vulnerable_code_not_present", author="Vendor"),
            replace(one, ids=("CVE-2026-0003",), status="not_affected", action=None, responses=()),
            replace(one, ids=("CVE-2026-0004",), status="fixed", action=None, responses=(), component=None),
            replace(one, ids=("CVE-2026-0005",), status="under_investigation", detail="its range has no order"),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("version", ["1.5", "1.6"])
def test_cyclonedx_is_valid_by_its_schema(sample: Document, version: str, shared_data: Path) -> None:
    from tests.reports.sbom_schemas import problems
    from umbel.reports.sbom import Form

    text = render(sample, "cyclonedx", version)
    assert problems(Form("cyclonedx", version), text.encode(), shared_data) == []
    assert json.loads(text)["specVersion"] == version


@given(document=_documents())
def test_cyclonedx_is_valid_whatever_is_said(shared_data: Path, document: Document) -> None:
    from tests.reports.sbom_schemas import problems
    from umbel.reports.sbom import Form

    assert problems(Form("cyclonedx", "1.6"), render(document).encode(), shared_data) == []


class _Identified(msgspec.Struct, forbid_unknown_fields=True):
    id: str = msgspec.field(name="@id")
    identifiers: dict[Literal["purl", "cpe22", "cpe23"], str]


class _Product(_Identified, forbid_unknown_fields=True):
    subcomponents: list[_Identified] = []


class _Vulnerability(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    aliases: list[str] = []


class _Said(msgspec.Struct, forbid_unknown_fields=True):
    vulnerability: _Vulnerability
    status: Literal["not_affected", "affected", "fixed", "under_investigation"]
    timestamp: datetime
    products: list[_Product]
    status_notes: str | None = None
    justification: (
        Literal[
            "component_not_present",
            "vulnerable_code_not_present",
            "vulnerable_code_not_in_execute_path",
            "vulnerable_code_cannot_be_controlled_by_adversary",
            "inline_mitigations_already_exist",
        ]
        | None
    ) = None
    impact_statement: str | None = None
    action_statement: str | None = None


class _OpenVex(msgspec.Struct, forbid_unknown_fields=True):
    """What OpenVEX 0.2.0 allows of a document, of what we write."""

    context: Literal["https://openvex.dev/ns/v0.2.0"] = msgspec.field(name="@context")
    id: str = msgspec.field(name="@id")
    author: str
    timestamp: datetime
    version: int
    tooling: str
    statements: list[_Said]


@given(document=_documents())
def test_openvex_is_as_its_specification_says(sample: Document, document: Document) -> None:
    for one in (sample, document):
        whole = msgspec.json.decode(render(one, "openvex"), type=_OpenVex)
        assert whole.id.startswith("urn:uuid:")
        for said in whole.statements:
            assert (said.status == "not_affected") == bool(said.justification or said.impact_statement)
            assert not (said.justification and said.impact_statement)
            assert (said.status == "affected") == (said.action_statement is not None)
            assert all(product.id.startswith("pkg:") for product in said.products)
