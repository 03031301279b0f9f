# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Base scores of CVSS vectors, each worked out once.

Source: FIRST's CVSS 2.0, 3.0, 3.1 and 4.0, as the library `cvss` reads them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from umbel.model.vulnerability import rating, severity_word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from umbel.model.vulnerability import Severity

LONGEST = 512
_NEWEST_FIRST = ("CVSS_V4", "CVSS_V3", "CVSS_V2")


@lru_cache(maxsize=1 << 16)
def base_score(vector: str) -> float | None:
    """The base score of a vector, 0 to 10; None if it is none. The vector itself says which CVSS it is."""
    if len(vector) > LONGEST:
        return None
    import cvss

    readers = {"CVSS:4": cvss.CVSS4, "CVSS:3": cvss.CVSS3}
    read = readers.get(vector[:6], cvss.CVSS2)
    try:
        found = read(vector).base_score
    except Exception:  # noqa: BLE001 - the library raises more kinds than its own; each means no vector
        return None
    return None if found is None else float(found)


def severity_of(
    severities: Iterable[tuple[str | None, str | None]], words: Iterable[object] = ()
) -> tuple[float | None, Severity | None]:
    """Score and word of an advisory: by its newest CVSS version that can be read, else by a word of its own."""
    given = list(severities)
    for kind in _NEWEST_FIRST:
        for written, vector in given:
            if written == kind and vector:
                score = base_score(vector.strip())
                if score is not None:
                    return score, rating(score)
    own = (vector for written, vector in given if written not in _NEWEST_FIRST)
    for word in (*own, *words):
        found = severity_word(word)
        if found:
            return None, found
    return None, None
