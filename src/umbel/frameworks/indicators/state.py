# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What is kept beside a `Known` while indicators are read of it, so that each thing is computed once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from umbel.frameworks.indicators.catalog import Catalog, catalog

if TYPE_CHECKING:
    from collections.abc import Callable

    from umbel.evidence.session import Session
    from umbel.frameworks.interface import Known, Reading
    from umbel.metrics.engine import Engine
    from umbel.model.measurement import Measurement

_kept: WeakKeyDictionary[Any, State] = WeakKeyDictionary()


class State:
    """Readings, figures of metrics, and shared relations that were made already."""

    def __init__(self, known: Known) -> None:
        """Begin with nothing."""
        self.readings: dict[str, Reading] = {}
        self.measured: dict[tuple[str, str, Any], list[Measurement]] = {}
        self.made: dict[str, set[str]] = {"own": set(), "upstream": set()}
        self.values: dict[str, Any] = {}
        self._folder = known.folder
        self._engines: dict[str, Engine] = {}

    @cached_property
    def catalog(self) -> Catalog:
        """The indicators of its workspace."""
        return catalog(self._folder)

    def engine(self, known: Known, session: Session, lake: str) -> Engine:
        """Metrics over one of the sessions; its views stay views, since queries ask them, too."""
        from umbel.metrics.engine import Engine

        if lake not in self._engines:
            self._engines[lake] = Engine(session, known.who, wide=False)
        return self._engines[lake]


def state(known: Known) -> State:
    """What is kept of a `Known`."""
    found = _kept.get(known)
    if found is None:
        found = _kept[known] = State(known)
    return found


def once(known: Known, key: str, make: Callable[[], Any]) -> Any:
    """What several indicators share, made once for a `Known`."""
    values = state(known).values
    if key not in values:
        values[key] = make()
    return values[key]
