# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What would be published is under a licence that isn't on the organisation's list."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.policy.interface import RuleLevel  # noqa: TC001 - msgspec reads it
from umbel.policy.outbound.interface import Around, OutboundJudgement, OutboundRule, OutboundSettings, Tip

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TEXTS = (
    "LICENSE",
    "LICENSE.md",
    "LICENSE.txt",
    "LICENCE",
    "LICENCE.md",
    "LICENCE.txt",
    "COPYING",
    "COPYING.txt",
)
_MANIFESTS = {
    "package.json": ("license",),
    "pyproject.toml": ("project", "license"),
    "Cargo.toml": ("package", "license"),
    "composer.json": ("license",),
}
# REUSE-IgnoreStart
_TAG = re.compile(r"SPDX-License-Identifier:[ \t]*([^\r\n*<]{1,200})")
# REUSE-IgnoreEnd
_LONGEST = 200_000


class Settings(OutboundSettings, frozen=True, kw_only=True):
    """`allowed` are SPDX ids under which the organisation publishes."""

    level: RuleLevel = "fail"
    unknown: RuleLevel = "warn"
    allowed: tuple[str, ...] = ()


class LicenseRule(OutboundRule):
    """One finding a manifest or licence text in the repository's first folder, as it is at the end."""

    id = "outbound-license"
    title = "Licence to publish under"
    what = "A manifest or licence text says that the project is under a licence that isn't on the organisation's list."
    why = "Under which licence work is given away is for its owner to decide, once, and can't be taken back."
    remedy = "Choose a licence of the list, or ask those who keep it."
    example = '[outbound.license]\nallowed = ["Apache-2.0", "MIT"]'
    settings = Settings

    def lacks(self, settings: Settings, around: Around) -> str | None:  # noqa: ARG002 - one signature
        """Only its owner knows under what it publishes."""
        return None if settings.allowed else "No licences are listed: [outbound.license] allowed."

    def check(self, said: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """Each entry is an id of SPDX's list, or a LicenseRef."""
        from umbel.model import licenses

        listed = said.get("allowed")
        for one in listed if isinstance(listed, list) else []:
            if isinstance(one, str) and licenses.read(one).expression != one:
                yield "allowed", f"{one!r} is no id of a licence as SPDX writes it"

    def tip(self, tip: Tip, settings: Settings, around: Around) -> Iterable[OutboundJudgement]:  # noqa: ARG002 - one signature
        """At most one judgement a file; one where no file says anything."""
        told = list(_declared(tip))
        for place, expression in told:
            outcome = _allowed(expression, settings.allowed)
            if outcome is not True:
                yield OutboundJudgement(
                    reason=f"{place} says {expression or 'what nobody can tell'}; "
                    f"published is under {', '.join(settings.allowed)}.",
                    outcome="unknown" if outcome is None else "unmet",
                    severity="high",
                    what=f"{expression} in {place}",
                    place=place,
                    remedy=self.remedy,
                    evidence={"license": expression, "ids": [expression] if expression else []},
                )
        if not told:
            yield OutboundJudgement(
                reason="No manifest and no licence text in the first folder says under which licence it is.",
                outcome="unknown",
                what="no licence",
                remedy="Add a LICENSE file.",
            )


def _allowed(expression: str | None, allowed: tuple[str, ...]) -> bool | None:
    from umbel.model.license_logic import evaluate

    return evaluate(expression, lambda one, _: one in allowed).outcome


def _declared(tip: Tip) -> Iterable[tuple[str, str | None]]:
    """Each file that speaks of the licence, and what it says as an SPDX expression; None if that can't be told."""
    from umbel.collect.practices._license import by_title
    from umbel.model import licenses

    for name, path in _MANIFESTS.items():
        data = tip.read(name.encode(), _LONGEST)
        said = None if data is None else _field(name, data, path)
        if isinstance(said, str):
            yield name, licenses.read(said).expression
    for name in _TEXTS:
        data = tip.read(name.encode(), _LONGEST)
        if data is not None:
            text = data.decode("utf-8", "replace")
            tag = _TAG.search(text[:2000])
            title = tag[1].strip() if tag else by_title(text)
            yield name, licenses.read(title).expression if title else None


def _field(name: str, data: bytes, path: tuple[str, ...]) -> Any:
    value: Any = None
    try:
        text = data.decode("utf-8", "replace")
        value = msgspec.json.decode(text) if name.endswith(".json") else tomllib.loads(text)
    except (msgspec.DecodeError, tomllib.TOMLDecodeError, RecursionError):
        return None
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
