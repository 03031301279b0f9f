# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What the world says of packages, asked from its sources or read from files."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from umbel.app.base import Base

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from umbel.evidence.sync_advisories import SyncedAdvisories
    from umbel.evidence.sync_exploits import SyncedExploits
    from umbel.evidence.sync_licenses import SyncedLicenses
    from umbel.evidence.sync_lifecycles import SyncedLifecycles
    from umbel.evidence.sync_packages import Progress as SyncProgress
    from umbel.evidence.sync_packages import Summary as Synced
    from umbel.metrics.lifecycle_ends import LifecycleEnds


class World(Base):
    """See `umbel.app.workspace`."""

    def sync_licenses(
        self, source: Path | None = None, *, progress: Callable[[int, int], None] | None = None
    ) -> SyncedLicenses:
        """The SPDX licence list with its texts: from a file, folder or zip, else from its address."""
        from umbel.collect.registries._http import Http
        from umbel.collect.registries.addresses import Address
        from umbel.evidence import sync_licenses
        from umbel.model.sources import address

        lake = self.lake(create=True)
        if source is not None:
            return sync_licenses.sync_from(lake, source)
        where = Address(address("licenses", self.settings.sync), "the sources of Umbel, or umbel.toml")
        with Http() as http:
            return sync_licenses.sync(lake, where, http, progress)

    def sync_advisories(
        self,
        ecosystems: Sequence[str] = (),
        *,
        source: Path | None = None,
        exploits: bool | None = None,
        whole: bool = False,
        progress: Callable[[str, int, int | None], None] | None = None,
    ) -> list[SyncedAdvisories | SyncedExploits]:
        """Advisories of the ecosystems (all in use if none is named), and what is known of their exploitation.

        `source` is a file, folder or zip instead of the public addresses; `whole` says that it holds all there is of
        the ecosystems. `exploits` true asks for nothing
        else, false leaves them out. Raises `UsageError` for an ecosystem that isn't known.
        """
        from umbel.evidence import sync_risks

        return sync_risks.sync(
            self.lake(create=True),
            self.settings.sync,
            ecosystems,
            source=source,
            exploits=exploits,
            whole=whole,
            progress=progress,
        )

    def sync_lifecycles(
        self,
        products: Sequence[str] = (),
        source: Path | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> SyncedLifecycles:
        """How long releases are cared for: of some products or all; from a file, folder or zip, else its address."""
        from umbel.evidence import sync_lifecycles

        return sync_lifecycles.run(self.lake(create=True), self.settings.sync, products, source, progress)

    def lifecycle(self, product: str | None, ahead: int, as_of: datetime | None = None) -> LifecycleEnds:
        """What is past the end of its life, or ends within `ahead` days."""
        from umbel.metrics.lifecycle_ends import TABLES, ends

        with self.session(as_of, TABLES) as session:
            return ends(
                session, self.scope(session, product), ahead, lambda name: self.belonging(name).products
            )

    def sync_packages(
        self,
        packages: Sequence[str] = (),
        *,
        product: str | None = None,
        sources: Sequence[str] = (),
        saved: Path | None = None,
        older_than: timedelta | None = None,
        progress: SyncProgress | None = None,
    ) -> Synced:
        """Ask the registries for facts of the packages in use (or of those named), and keep what they say.

        `saved` are answers in a folder, zip or file, read instead of the network. What was seen within
        `older_than` (a day; no time at all of saved answers) isn't asked for. Raises `UsageError`.
        """
        from umbel.evidence import sync_packages
        from umbel.evidence._sync_plan import Wanted

        age = older_than if older_than is not None else timedelta(0) if saved else sync_packages.OLDER_THAN
        lake = self.lake(create=bool(packages))
        scope = None
        if product is not None:
            with self.session() as session:
                scope = self.scope(session, product)
        wanted = Wanted(packages, scope, sources, age)
        return sync_packages.sync(lake, self.settings, self.folder, wanted, saved=saved, progress=progress)
