# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Public databases: each has an address and a setting that replaces it."""

from __future__ import annotations

import msgspec
import pytest

from umbel.model.errors import UsageError
from umbel.model.settings import SyncSettings
from umbel.model.sources import address, sources


def test_every_database_has_a_safe_address_and_its_own_setting() -> None:
    settings = {field.name for field in msgspec.structs.fields(SyncSettings)}
    assert set(sources()) <= settings
    assert all(source.url.startswith("https://") and source.title for source in sources().values())


def test_a_mirror_replaces_the_public_address() -> None:
    assert (
        address("osv", SyncSettings(osv="https://mirror.acme.example/osv/"))
        == "https://mirror.acme.example/osv"
    )
    assert address("osv", SyncSettings()) == sources()["osv"].url


def test_an_unknown_database_is_named() -> None:
    with pytest.raises(UsageError, match="Known are osv"):
        address("osw")
