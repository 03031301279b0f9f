# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel sync advisories`: advisories and what is known of their exploitation, from addresses or from files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.collect._osv_ecosystems import is_known
from umbel.evidence import osv_files, sync_advisories, sync_exploits
from umbel.model.errors import UsageError
from umbel.model.sources import address

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from umbel.evidence.lake import Lake
    from umbel.evidence.sync_advisories import SyncedAdvisories
    from umbel.evidence.sync_exploits import SyncedExploits
    from umbel.model.settings import SyncSettings

    Progress = Callable[[str, int, int | None], None]


def sync(
    lake: Lake,
    settings: SyncSettings,
    ecosystems: Sequence[str] = (),
    *,
    source: Path | None = None,
    exploits: bool | None = None,
    whole: bool = False,
    progress: Progress | None = None,
) -> list[SyncedAdvisories | SyncedExploits]:
    """Bring the lake up to date; see `Workspace.sync_advisories`."""
    for name in ecosystems:
        if not is_known(name) or ":" in name:
            hint = "Write it as OSV does, without a release: PyPI, npm, Maven, Go, crates.io, Debian …"
            raise UsageError(f"There is no ecosystem {name!r}.", hint)
    if whole and (source is None or not ecosystems):
        raise UsageError("--whole needs --from and the ecosystems that it holds all of.")
    if source is not None:
        return _from(lake, source, ecosystems, progress, whole=whole)
    return _from_addresses(lake, settings, ecosystems, exploits, progress)


def _from(
    lake: Lake, source: Path, ecosystems: Sequence[str], progress: Progress | None, *, whole: bool
) -> list[SyncedAdvisories | SyncedExploits]:
    """Files tell by what they hold whether they are advisories."""
    done: list[SyncedAdvisories | SyncedExploits] = []
    publications = [file for file in osv_files.publications(source) if sync_exploits.is_publication(file)]
    for file in publications:
        found = sync_exploits.import_file(lake, file)
        done += [found] if found else []
    rest = [file for file in osv_files.files(source) if file not in publications]
    if rest:
        left_out = frozenset(publications)
        done += sync_advisories.import_files(lake, source, ecosystems, progress, left_out, whole=whole)
    if not any(one.read for one in done):
        raise UsageError(
            f"{source} holds no advisories.", "It reads OSV's JSON, folders and zips of it, KEV and EPSS."
        )
    return done


def _from_addresses(
    lake: Lake,
    settings: SyncSettings,
    ecosystems: Sequence[str],
    exploits: bool | None,  # noqa: FBT001 - three answers, not a switch
    progress: Progress | None,
) -> list[SyncedAdvisories | SyncedExploits]:
    from umbel.collect.registries._http import Http
    from umbel.collect.registries.addresses import Address

    def of(name: str) -> Address:
        return Address(address(name, settings), "the sources of Umbel, or umbel.toml")

    done: list[SyncedAdvisories | SyncedExploits] = []
    with Http() as http:
        if not exploits:
            wanted = list(ecosystems) or sync_advisories.in_use(lake)
            if not wanted:
                raise UsageError("Nothing is in use yet.", "Collect some evidence first, or name ecosystems.")
            done += sync_advisories.sync(lake, of("osv"), http, wanted, progress)
        if exploits is not False:
            done += sync_exploits.sync(lake, {"kev": of("kev"), "epss": of("epss")}, http)
    return done
