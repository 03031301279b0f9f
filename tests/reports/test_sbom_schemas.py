# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What we write is valid by the standards' own schemas and by the SPDX project's own library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from tests.property.test_sbom_round_trip import readings
from tests.reports import sbom_schemas
from tests.reports.bills import FORMS, bill_of, name_of, written
from umbel.reports.sbom import Form

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.collect.interface import Reading

# SPDX 3 is held against the project's own model, which knows more than its JSON schema.
SCHEMAS = [form for form in FORMS if form.version != "3.0"]
SPDX_2 = [form for form in FORMS if form.format == "spdx" and form.version != "3.0"]
few = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("form", SCHEMAS, ids=name_of)
@few
@given(reading=readings())
def test_whatever_was_read_is_written_by_the_schema(form: Form, shared_data: Path, reading: Reading) -> None:
    assert sbom_schemas.problems(form, written(bill_of(reading), form), shared_data) == []


@pytest.mark.parametrize("form", SPDX_2, ids=name_of)
@few
@given(reading=readings())
def test_the_spdx_library_takes_what_is_written(form: Form, reading: Reading) -> None:
    assert sbom_schemas.spdx_2_problems(form, written(bill_of(reading), form)) == []


@settings(max_examples=20)
@given(reading=readings())
def test_the_spdx_3_library_takes_what_is_written(reading: Reading) -> None:
    assert sbom_schemas.spdx_3_library_problems(written(bill_of(reading), Form("spdx", "3.0"))) == []
