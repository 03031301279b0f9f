# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Go: a module proxy lists versions; the time of each is asked for one by one, so only of those that matter.

Source: the Go Modules Reference, "GOPROXY protocol", "retract directive" and "Deprecation".
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from umbel.collect.registries._http import escaped
from umbel.collect.registries._ordering import PSEUDO, newest, ordered
from umbel.collect.registries._reading import decode, moment, text, url
from umbel.collect.registries.interface import (
    Answer,
    Asked,
    Fetch,
    PackageFacts,
    Registry,
    Unanswered,
    VersionFacts,
    absent,
    answered,
    unchanged,
)
from umbel.model.versions import compare

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.collect.registries.addresses import Address

NEWEST = 5
"""Newest stable versions whose time is asked for, beside those in use."""
MOST_TIMES = 40
_VERSION = re.compile(r"v\d[0-9A-Za-z.+-]*").fullmatch
_DEPRECATED = re.compile(r"^//\s*Deprecated:\s*(.+)$")
_RETRACT = re.compile(r"(?:retract\s+)?(?:\[\s*(v[^\s,\]]+)\s*,\s*(v[^\s\]]+)\s*\]|(v\S+))\s*(?://\s*(.*))?$")
_MODULE_FILE = 1 << 20


class Golang(Registry):
    """A proxy of Go modules."""

    id: ClassVar[str] = "golang"
    kinds: ClassVar[tuple[str, ...]] = ("golang",)
    source: ClassVar[str] = "golang"

    def ask(self, asked: Asked) -> Answer:
        """Facts of one package. Raises `Unanswered`."""
        path = path_of(asked.name)
        for address in self.places(asked):
            got = self.fetch.get(address, f"{path}/@v/list", accept="text/plain", validator=asked.validator)
            if got.status == 304:
                return unchanged(asked)
            if got.status == 200:
                facts = self._facts(address, path, asked, _listed(got.body))
                if facts.found:
                    return answered(asked, facts, got.validator)
        if not asked.spelled:
            raise Unanswered("spelling", "its spelling is unknown: purls of Go lose capital letters")
        return absent(asked)

    def _facts(self, address: Address, path: str, asked: Asked, names: list[str]) -> PackageFacts:
        used = [name for name in asked.used if _VERSION(name)]
        listed = ordered("golang", [VersionFacts(version=name) for name in dict.fromkeys((*names, *used))])
        latest = newest(listed)[0] or self._latest(address, path)
        mod = self._go_mod(address, path, latest) if latest else ""
        wanted = [*used, *(v.version for v in listed[::-1] if v.prerelease is False)][: len(used) + NEWEST]
        times = _times(self.fetch, address, path, dict.fromkeys(wanted))
        return facts_of(listed, mod, times, latest if not names else None)

    def _latest(self, address: Address, path: str) -> str | None:
        """A module without tags has a version made of its newest commit."""
        got = self.fetch.get(address, f"{path}/@latest")
        return (
            text(decode(got.body, dict[str, Any], "@latest").get("Version"), 256)
            if got.status == 200
            else None
        )

    def _go_mod(self, address: Address, path: str, version: str) -> str:
        where = f"{path}/@v/{_escape(version)}.mod"
        got = self.fetch.get(address, where, accept="text/plain", longest=_MODULE_FILE)
        return got.body.decode("utf-8", "replace") if got.status == 200 else ""


def path_of(name: str) -> str:
    """A module's path as proxies want it: a capital letter is written `!` and the small one."""
    return "/".join(_escape(part) for part in name.split("/"))


def _escape(part: str) -> str:
    return escaped(re.sub(r"[A-Z]", lambda found: "!" + found[0].lower(), part)).replace("%21", "!")


def _listed(body: bytes) -> list[str]:
    """Versions, one a line. Raises `Unanswered` for anything else."""
    lines = body.decode("utf-8", "replace").split("\n")
    names = [line.strip() for line in lines if line.strip()]
    good = [name for name in names if _VERSION(name)]
    if names and not good:
        raise Unanswered("not-understood", "answered with no list of versions", "@v/list")
    return good


def _times(fetch: Fetch, address: Address, path: str, wanted: Iterable[str]) -> dict[str, datetime | None]:
    """When versions were made: told by the proxy, or by the version itself where it stands for a commit."""
    times: dict[str, datetime | None] = {}
    for version in list(wanted)[:MOST_TIMES]:
        pseudo = PSEUDO(version)
        if pseudo:
            times[version] = _stamp(pseudo[1])
            continue
        got = fetch.get(address, f"{path}/@v/{_escape(version)}.info")
        if got.status == 200:
            times[version] = moment(decode(got.body, dict[str, Any], f"{version}.info").get("Time"))
    return times


def _stamp(digits: str) -> datetime | None:
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def facts_of(
    listed: tuple[VersionFacts, ...], mod: str, times: dict[str, datetime | None], untagged: str | None
) -> PackageFacts:
    """The facts of a module: versions with their times, and what its newest go.mod takes back."""
    retracted = list(_retracted(mod)) if mod else None
    versions = tuple(_version(facts, times, retracted) for facts in listed)
    latest, latest_at = newest(versions)
    deprecation = _deprecation(mod)
    return PackageFacts(
        latest=latest,
        latest_at=latest_at,
        versions=versions,
        found=bool(versions) or untagged is not None,
        repository=_repository(mod),
        deprecated=(deprecation is not None) if mod else None,
        deprecation=deprecation,
    )


def _version(
    facts: VersionFacts,
    times: dict[str, datetime | None],
    retracted: list[tuple[str, str, str | None]] | None,
) -> VersionFacts:
    found = (why or "retracted" for low, high, why in retracted or () if _within(facts.version, low, high))
    why = next(found, None)
    yanked = None if retracted is None else why is not None
    return msgspec.structs.replace(
        facts, released_at=times.get(facts.version), yanked=yanked, deprecation=text(why)
    )


def _within(version: str, low: str, high: str) -> bool:
    return compare("golang", version, low) in {0, 1} and compare("golang", version, high) in {0, -1}


def _deprecation(mod: str) -> str | None:
    """The comment above `module` that begins with `Deprecated:`."""
    above: list[str] = []
    for line in mod.splitlines():
        if line.startswith("module"):
            break
        above.append(line.strip())
    found = next((match for match in map(_DEPRECATED.match, above) if match), None)
    return text(found[1]) if found else None


def _retracted(mod: str) -> Iterable[tuple[str, str, str | None]]:
    """Versions or ranges that are taken back, with the reason beside or above them."""
    inside, comment = False, None
    for line in map(str.strip, mod.splitlines()):
        if line.startswith("//"):
            comment = line.lstrip("/").strip() or comment
            continue
        if re.match(r"retract\s*\(", line):
            inside = True
        elif inside and line.startswith(")"):
            inside = False
        elif inside or line.startswith("retract "):
            found = _RETRACT.match(line)
            if found:
                yield found[1] or found[3], found[2] or found[3], found[4] or comment
        comment = None


def _repository(mod: str) -> str | None:
    """Where the module's own name says that it lies, if that is a host with owner and repository."""
    found = re.search(r"^module\s+\"?([^\s\"]+)", mod, re.MULTILINE)
    parts = found[1].split("/") if found else []
    on_forge = len(parts) >= 3 and parts[0].split(".")[0] in {"github", "gitlab", "bitbucket", "codeberg"}
    return url("https://" + "/".join(parts[:3])) if on_forge else None
