# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people declare: products in `umbel.toml`, and which of our projects are public."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import msgspec

from umbel.app.base import Base
from umbel.model.errors import UsageError
from umbel.policy.publications import Publication  # noqa: TC001 - msgspec reads it

if TYPE_CHECKING:
    from collections.abc import Callable

    from umbel.model.settings import Product

_LARGEST = 4 << 20


class Estate(msgspec.Struct, frozen=True, kw_only=True):
    """What of ours is public as of a day: the decisions that stand with the public projects that each names.

    `projects` are all of these, of `known` that there are.
    """

    day: date
    decisions: tuple[tuple[Publication, tuple[str, ...]], ...]
    projects: tuple[str, ...]
    known: int


class Declaring(Base):
    """See `umbel.app.workspace`."""

    def set_product(self, product: Product, was: str | None = None) -> Product:
        """Write a product down, or amend the one of its name (or of `was`, to rename it); comments and order stay.

        Raises `SettingsError` for what can't be, `UsageError` where there is no product `was`.
        """
        from umbel.model import settings_write

        self._rewrite(lambda text: settings_write.with_product(text, product, self.settings_file, was))
        return self.product(product.name)

    def end_product(self, name: str) -> None:
        """Take a product out of `umbel.toml`: its projects belong to none then. Raises `UsageError` for none."""
        from umbel.model import settings_write

        found = self.product(name)
        self._rewrite(lambda text: settings_write.without_product(text, found.name, self.settings_file))

    # ---- what is public

    def publish(self, entry: Publication) -> None:
        """Write down that projects are public, or are no more. Raises `SettingsError` for what can't be."""
        from umbel.policy import publications

        publications.add(self.folder / publications.FILE, entry)

    def estate(self, as_of: datetime | None = None) -> Estate:
        """What of ours is public as of a day, by whose decision. Raises `SettingsError` with every fault."""
        from umbel.evidence.questions.coverage import known_projects
        from umbel.policy import publications

        day = (as_of or datetime.now(UTC)).date()
        told = publications.load(self.folder / publications.FILE)
        known: list[str] = []
        if self._lake_if_any() is not None:
            with self.session(as_of) as session:
                known = known_projects(session)
        public = told.of(known, day)
        return Estate(
            day=day,
            decisions=tuple((each, tuple(filter(each.means, public))) for each in told.standing(day)),
            projects=tuple(public),
            known=len(known),
        )

    def _rewrite(self, changed: Callable[[str], str]) -> None:
        """Write `umbel.toml` anew, whole or not at all; two who write at once both do."""
        from umbel.policy import files, records

        path = self.settings_file
        try:
            with files.locked(self.folder / records.LOCKS / "umbel.lock"):
                text = path.read_text("utf-8") if path.exists() else ""
                content = changed(text).encode()
                if len(content) > _LARGEST:
                    raise UsageError(f"{path.name} would be larger than {_LARGEST >> 20} MiB.")
                files.replace(path, content)
        except UnicodeDecodeError as error:
            raise UsageError(f"{path.name} is no UTF-8 text.", "Save it as UTF-8.") from error
        except OSError as error:
            raise UsageError(f"{path.name} can't be written: {error.strerror}.") from error
        for name in ("settings", "_claims"):
            self.__dict__.pop(name, None)
