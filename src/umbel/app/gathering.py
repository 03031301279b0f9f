# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Evidence in: what lies in files, folders and repositories."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from umbel.app.base import Base
from umbel.app.names import beside, matches, must_exist
from umbel.model.errors import UsageError

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from umbel.collect.remotes import Remote
    from umbel.evidence.ingest import Progress, Summary
    from umbel.evidence.lake import Lake


class Gathering(Base):
    """See `umbel.app.workspace`."""

    def init(self, paths: Sequence[str | os.PathLike[str]] = ()) -> tuple[Path, list[str]]:
        """Write a commented `umbel.toml` from what is found; gives it and the projects' names.

        A `.gitignore` beside it leaves out the lake, and what the office thinks of people.
        Raises `UsageError` if there is one already.
        """
        from contextlib import suppress

        from umbel.collect.walk import Found, Walk
        from umbel.frameworks import stakeholders
        from umbel.reports.settings_file import draft

        chosen = [Path(path) for path in paths] or [self.folder]
        must_exist(chosen)
        projects: set[str] = set()
        for path in chosen:
            walk = Walk(path)
            projects |= {item.project.name for item in walk if isinstance(item, Found)}
            projects |= {project.name for project in walk.projects.values()}
        try:
            with self.settings_file.open("x", encoding="utf-8") as file:
                file.write(draft(sorted(projects)))
        except FileExistsError as error:
            raise UsageError(f"{self.settings_file} is there already.", "It was left as it is.") from error
        except OSError as error:
            raise UsageError(f"{self.settings_file} can't be written: {error.strerror}.") from error
        with suppress(OSError):  # what can't be read as a .gitignore is somebody's own affair
            stakeholders.keep_out(self.folder / ".gitignore", ".umbel/", stakeholders.FILE)
        return self.settings_file, sorted(projects)

    def collect(
        self,
        paths: Sequence[str | os.PathLike[str]] = (),
        *,
        origin: str | None = None,
        again: bool = False,
        workers: int | None = None,
        progress: Progress | None = None,
    ) -> Summary:
        """Read files and folders into the lake, and the histories of repositories elsewhere (addresses).

        Without any, what `[sources]` names, or the folder. `origin` is a lasting name for a folder whose path
        changes; `again` also reads what is known. Raises `UsageError` for an address that may not be used.
        """
        from umbel.collect import remotes
        from umbel.evidence.ingest import Summary, collect, together

        sources = self.settings.sources
        asked = [str(path) for path in paths]
        asked = asked or [*(beside(self.folder, path) for path in sources.paths), *sources.urls]
        asked = asked or [str(self.folder)]
        urls = {text for text in asked if remotes.is_url(text) and not Path(text).exists()}
        addresses = [remotes.parse(text, self.settings.mirrors) for text in asked if text in urls]
        chosen = [Path(text) for text in asked if text not in urls]
        must_exist(chosen)
        lake, naming = self.lake(create=True), self.settings.naming()
        summary = (
            Summary()
            if not chosen
            else collect(
                lake,
                chosen,
                naming=naming,
                origin=origin,
                again=again,
                workers=workers,
                progress=progress,
                history=self.settings.history,
            )
        )
        if addresses:
            elsewhere = self._collect_elsewhere(lake, addresses, again=again, progress=progress)
            summary = together(summary, elsewhere)
        return summary

    def _collect_elsewhere(
        self, lake: Lake, addresses: Sequence[Remote], *, again: bool, progress: Progress | None
    ) -> Summary:
        from umbel.evidence import ingest_remotes

        asked = self.settings.remotes
        naming = self.settings.naming()
        names = {remote.origin: naming.project(remote.name, remote.origin) for remote in addresses}
        wanted = ingest_remotes.Wanted(
            remotes=tuple(addresses),
            blobless=frozenset(
                origin for origin, name in names.items() if any(matches(p, name) for p in asked.blobless)
            ),
            naming=naming,
            history=self.settings.history,
            again=again,
        )
        return ingest_remotes.collect(lake, wanted, self.remote_options(), progress=progress)
