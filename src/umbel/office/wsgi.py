# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a server such as granian calls."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from umbel.office.operating import first_use, logs
from umbel.office.operating.serving import SERVED_BY, follow

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "umbel.office.settings")
logs.begin()
first_use.alone()
application = get_wsgi_application()

if parent := os.environ.get(SERVED_BY):
    follow(lambda: os._exit(1), int(parent))
