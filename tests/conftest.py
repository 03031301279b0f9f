# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What all tests share: one surrounding on every machine, a network that ends here, the real data.

Tests run in UTC, in English, 100 columns wide, without the settings of the person who starts them,
and so do the processes that they start. Examples of property tests are the same in every run.
"""

from __future__ import annotations

import gc
import ipaddress
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent

SURROUNDING = {
    "COLUMNS": "100",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "LC_ALL": "C.UTF-8",
    "TERMINAL_WIDTH": "100",
    "TZ": "UTC",
}
PERSONAL = ("AWS_", "FORCE_COLOR", "GIT_", "NO_COLOR", "UMBEL_")
DATA = "UMBEL_TEST_DATA"
KEPT = frozenset({DATA, "UMBEL_TEST_DATABASE_URL"})

settings.register_profile("default", deadline=None, derandomize=True, database=None, max_examples=60)
settings.register_profile("fuzz", deadline=None, max_examples=5000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is collected: set the surrounding, and close the network."""
    _keep_bytecode(config)
    for name in [name for name in os.environ if name.startswith(PERSONAL) and name not in KEPT]:
        del os.environ[name]
    os.environ.update(SURROUNDING)
    if sys.platform != "win32":
        time.tzset()
    sys.addaudithook(_only_this_machine)


def _keep_bytecode(config: pytest.Config) -> None:
    """Where Python may write no bytecode in the checkout, let the tests' processes share some elsewhere.

    They would compile every module anew, each of them. Not in what starts workers: these take their libraries
    as they were compiled when they were installed.
    """
    if (
        sys.dont_write_bytecode
        and getattr(config, "cache", None)
        and not config.getoption("numprocesses", None)
    ):
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(config.cache.mkdir("bytecode"))


def pytest_collection_finish() -> None:
    """What was imported and collected stays until the end: nobody need look through it again and again."""
    gc.collect()
    gc.freeze()


def _only_this_machine(event: str, arguments: tuple[Any, ...]) -> None:
    """Fail the test that looks up or reaches another machine. Child processes are not watched."""
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if isinstance(host, str) and not _is_here(host):
        pytest.fail(f"a test tried to reach {host}: the suite works without a network")


def _is_here(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host in {"", "localhost"}
    return address.is_loopback or address.is_unspecified


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public test data, which is no part of the repository."""
    place = Path(os.environ.get(DATA) or ROOT.parent / "shared/data")
    if not place.is_dir():
        pytest.skip(f"the public test data is not here (set {DATA} to its folder)")
    return place
