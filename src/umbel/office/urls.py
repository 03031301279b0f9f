# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The addresses of the office, as the access table has them."""

from __future__ import annotations

from umbel.office.routes import table

urlpatterns = [route.pattern() for route in table().values()]

handler400 = "umbel.office.errors.bad_request"
handler403 = "umbel.office.errors.forbidden"
handler404 = "umbel.office.errors.not_found"
handler429 = "umbel.office.errors.too_many"
handler500 = "umbel.office.errors.failed"
