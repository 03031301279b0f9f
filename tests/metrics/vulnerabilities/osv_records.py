# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""OSV records and indexes made for a test, and OSV's own evaluation, written down slowly and to the letter."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa

from umbel.metrics.vulnerabilities.index import Index
from umbel.model import versions


def record(advisory: str, *affected: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A record with its affected entries."""
    return {"id": advisory, "modified": "2024-01-02T03:04:05Z", "affected": list(affected), **more}


def entry(
    ecosystem: str, name: str, *events: dict[str, str], kind: str = "ECOSYSTEM", **more: Any
) -> dict[str, Any]:
    """An affected entry with one range of these events, if there are any."""
    ranges = [{"type": kind, "events": list(events)}] if events else []
    return {"package": {"ecosystem": ecosystem, "name": name}, "ranges": ranges, **more}


def index_of(*records: dict[str, Any]) -> Index:
    """An index of these records. Its file is gone, what was mapped of it stays."""
    folder = Path(tempfile.mkdtemp(prefix="umbel-test-"))
    for number, one in enumerate(records):
        (folder / f"{number}.json").write_text(json.dumps(one), "utf-8")
    return Index.of_file(folder, folder / "cache")


def table(*rows: tuple[str | None, ...], names: tuple[str, ...] = ("package", "version")) -> pa.Table:
    """Components as `match` takes them."""
    columns = zip(*rows, strict=True)
    return pa.table({n: pa.array(c, pa.string()) for n, c in zip(names, columns, strict=True)})


def is_vulnerable(scheme: str, version: str, affected: list[dict[str, Any]]) -> bool:
    """`IsVulnerable` of the OSV schema, for entries of the package that is asked for."""
    return any(
        _in_versions(scheme, version, one.get("versions", []))
        or _in_ranges(scheme, version, one.get("ranges", []))
        for one in affected
    )


def _in_versions(scheme: str, version: str, listed: list[str]) -> bool:
    """Equal versions count in any spelling."""
    return any(version == one or versions.compare(scheme, version, one) == 0 for one in listed)


def _in_ranges(scheme: str, version: str, ranges: list[dict[str, Any]]) -> bool:
    for one in ranges:
        own = "npm" if one["type"] == "SEMVER" else scheme
        if not _before_limits(own, version, one["events"]):
            continue
        vulnerable = False
        for event in _sorted(own, one["events"]):
            if "introduced" in event:
                if event["introduced"] == "0" or _order(own, version, event["introduced"]) >= 0:
                    vulnerable = True
            elif "fixed" in event:
                if _order(own, version, event["fixed"]) >= 0:
                    vulnerable = False
            elif "last_affected" in event and _order(own, version, event["last_affected"]) > 0:
                vulnerable = False
        if vulnerable:
            return True
    return False


def _before_limits(scheme: str, version: str, events: list[dict[str, str]]) -> bool:
    limits = [event["limit"] for event in events if "limit" in event]
    return not limits or any(limit == "*" or _order(scheme, version, limit) < 0 for limit in limits)


def _sorted(scheme: str, events: list[dict[str, str]]) -> list[dict[str, str]]:
    """By insertion, which keeps the order of equal ones."""
    found: list[dict[str, str]] = []
    for event in events:
        place = len(found)
        while place and _less(scheme, event, found[place - 1]):
            place -= 1
        found.insert(place, event)
    return found


def _less(scheme: str, a: dict[str, str], b: dict[str, str]) -> bool:
    if b.get("introduced") == "0":
        return False
    if a.get("introduced") == "0":
        return True
    return _order(scheme, next(iter(a.values())), next(iter(b.values()))) < 0


def _order(scheme: str, a: str, b: str) -> int:
    found = 1 if b == "*" else versions.compare(scheme, a, b)
    assert found is not None, (a, b)
    return found
