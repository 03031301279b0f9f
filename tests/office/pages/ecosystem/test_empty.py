# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The ecosystem's pages where nothing was collected: each says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_office")]


def test_an_empty_office_says_what_to_do(as_role: Callable[[str], Client]) -> None:
    viewer = as_role("viewer")
    for address, words in {
        "/ecosystem/": "umbel collect upstream",
        "/strategic/": "No package in use comes from a project that is known",
        "/fragility/": "No upstream project was examined",
        "/sovereignty/": "None was looked at",
        "/funding/": "No project has a priority",
        "/contributions/": "Nothing is planned yet",
        "/radar/": "Nothing was decided yet",
        "/owners/": "There is nobody to ask",
        "/catalogue/": "No project of ours is known",
        "/help-wanted/": "No strategic project is known to want hands",
        "/recognition/": "Nobody agreed to be named yet",
        "/links/": "Nothing is shared yet",
    }.items():
        page = viewer.get(address).content.decode()
        assert words in page, address
        assert "be worked out" not in page, address
