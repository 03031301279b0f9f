# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The office's settings for tests: an empty workspace at first, and a database of this machine.

`UMBEL_TEST_DATABASE_URL` names a PostgreSQL server instead of SQLite. Tests that show a workspace open one by
the fixtures of `conftest.py`.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="umbel-office-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["UMBEL_WORKSPACE"] = _folder
os.environ["UMBEL_WORK"] = "inline"
os.environ["UMBEL_PACE"] = "0"  # they walk every address in seconds
os.environ["UMBEL_SECRET_KEY"] = "known to every test, and to nobody else"  # noqa: S105 - of tests
if "UMBEL_TEST_DATABASE_URL" in os.environ:
    os.environ["UMBEL_DATABASE_URL"] = os.environ["UMBEL_TEST_DATABASE_URL"]

from umbel.office.settings import *  # noqa: E402, F403

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick; Argon2 has tests of its own
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
