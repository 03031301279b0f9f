# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Key figures to take away, as the core writes them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.http import HttpResponse

from umbel.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.frameworks.interface import Kpi

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "parquet": "application/vnd.apache.parquet",
}


def written(kpis: Sequence[Kpi], form: str) -> HttpResponse:
    """Key figures with their series as one long table. Raises `UsageError` for a form that isn't offered."""
    from umbel.reports.kpi_export import write

    if form not in TYPES:
        raise UsageError(f"Key figures aren't written as {form!r}.", f"There are: {', '.join(TYPES)}.")
    with tempfile.TemporaryDirectory() as folder:
        content = write(kpis, Path(folder) / f"kpis.{form}").read_bytes()
    response = HttpResponse(content, content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="kpis.{form}"'
    return response
