# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may hand in a document, and who may see what was handed in."""

from __future__ import annotations

from umbel.office.roles import Who
from umbel.office.routes import page

_VIEWS = "umbel.office.pages.upload.views"
_SOME = {"token": "00000000-0000-4000-8000-000000000000"}

ROUTES = [
    page(
        "upload/",
        f"{_VIEWS}.form",
        "upload",
        who=Who.CONTRIBUTOR,
        post=Who.CONTRIBUTOR,
        scope="upload",
        title="Upload",
    ),
    page("uploads/", f"{_VIEWS}.receipts", "uploads", title="Receipts"),
    page("uploads/<uuid:token>", f"{_VIEWS}.receipt", "upload-receipt", sample=_SOME),
    page("uploads/<uuid:token>/document", f"{_VIEWS}.document", "upload-document", sample=_SOME),
]
