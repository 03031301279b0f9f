# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""CycloneDX VEX → statements: a document's `vulnerabilities` with their analysis.

What a vulnerability affects is named by `bom-ref`, by purl or by BOM-Link into another document; the product is what
the document is about. A vulnerability without `affects` is about that product.

Source: CycloneDX 1.4 to 1.6, impact analysis; BOM-Link.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

import msgspec

from umbel.policy._vex_statement import (
    MOST,
    Faults,
    Statement,
    Thing,
    items,
    justification_of,
    moment,
    record,
    records,
    text,
    thing_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from umbel.model.vex import VexStatus

_STATES: dict[str, VexStatus] = {
    "resolved": "fixed",
    "resolved_with_pedigree": "fixed",
    "exploitable": "affected",
    "in_triage": "under_investigation",
    "false_positive": "not_affected",
    "not_affected": "not_affected",
}
_LINK = "urn:cdx:"
RESPONSES = ("can_not_fix", "will_not_fix", "update", "rollback", "workaround_available")
PROPERTY = "umbel:vex:"
"""How names of our own properties begin."""


class Described(NamedTuple):
    """What one document describes: its serial number, its subject, and each component by its reference."""

    serial: str | None
    subject: Thing | None
    by_ref: Mapping[str, Thing]


def is_cyclonedx(data: dict[str, Any]) -> bool:
    """Whether a document says that it is CycloneDX."""
    return data.get("bomFormat") == "CycloneDX"


def described(data: dict[str, Any]) -> Described:
    """What a document describes, so that others can link into it."""
    serial = (text(data.get("serialNumber"), 100) or "").casefold() or None
    about = record(record(data.get("metadata")).get("component"))
    subject = _component(about) if about else None
    if subject is not None:
        subject = msgspec.structs.replace(subject, serial=serial)
    by_ref: dict[str, Thing] = {}
    waiting = [*(one for _, one in records(data.get("components"))), about]
    while waiting:
        one = waiting.pop()
        waiting += [inner for _, inner in records(one.get("components"))]
        ref, thing = text(one.get("bom-ref")), _component(one)
        if ref and thing:
            by_ref.setdefault(ref, thing)
    if subject is not None and (ref := text(about.get("bom-ref"))):
        by_ref[ref] = subject
    return Described(serial, subject, by_ref)


def _component(one: dict[str, Any]) -> Thing | None:
    name, group = text(one.get("name"), 300), text(one.get("group"), 300)
    written = one.get("purl")
    found = thing_of(written) if isinstance(written, str) else None
    version = text(one.get("version"), 200)
    if found is not None:
        return msgspec.structs.replace(found, version=found.version or version)
    return Thing(name=f"{group}/{name}" if group else name, version=version) if name else None


def read(
    data: dict[str, Any], document: str, linked: Mapping[str, Described], faults: Faults
) -> list[Statement]:
    """Every sound statement of a document. `linked` are documents by their serial numbers, for BOM-Links."""
    found: list[Statement] = []
    reader = _Reader(data, document, linked, faults)
    for number, said in records(data.get("vulnerabilities")):
        for one in reader.statements(said, f"$.vulnerabilities[{number}]"):
            if len(found) >= MOST:
                faults.say(f"$.vulnerabilities[{number}]", f"only the first {MOST:,} statements are read")
                return found
            found.append(one)
    return found


class _Reader:
    def __init__(
        self, data: dict[str, Any], document: str, linked: Mapping[str, Described], faults: Faults
    ) -> None:
        metadata = record(data.get("metadata"))
        self._here = described(data)
        self._linked = linked
        self._document = document
        self._faults = faults
        self._issued = moment(metadata.get("timestamp"))
        self._author = _author(metadata)

    def statements(self, said: dict[str, Any], place: str) -> Iterator[Statement]:
        analysis = record(said.get("analysis"))
        ids = [said.get("id"), *(one.get("id") for _, one in records(said.get("references")))]
        names = tuple(dict.fromkeys(name for one in ids if (name := text(one, 200))))
        state = _STATES.get(str(analysis.get("state")))
        affects = list(self._affected(said, state, place))
        if state is None and not affects:
            return  # it tells of a vulnerability and says nothing of what it means
        time = self._time(analysis, said)
        if not names or time is None:
            lacks = "a time" if names else "an id"
            self._faults.say(place, f"the analysis lacks {lacks}, so it doesn't count")
            return
        own = _own_properties(said)
        whole = Statement(
            ids=names,
            status="affected",
            time=time,
            justification=justification_of(
                own.get("justification") or analysis.get("justification"),
                f"{place}.analysis.justification",
                self._faults,
            ),
            detail=text(analysis.get("detail")),
            action=text(said.get("recommendation")),
            responses=tuple(one for one in RESPONSES if one in items(analysis.get("response"))),
            author=own.get("author") or self._author,
            document=self._document,
        )
        for product, component, status in affects:
            yield msgspec.structs.replace(whole, product=product, component=component, status=status)

    def _time(self, analysis: dict[str, Any], said: dict[str, Any]) -> Any:
        """When it was said; of a document that doesn't, when the vulnerability's record was changed last."""
        told = (analysis.get("lastUpdated"), analysis.get("firstIssued"))
        known = next((at for one in told if (at := moment(one))), None)
        return known or self._issued or moment(said.get("updated"))

    def _affected(
        self, said: dict[str, Any], state: VexStatus | None, place: str
    ) -> Iterator[tuple[Thing | None, Thing | None, VexStatus]]:
        targets = list(records(said.get("affects")))
        if not targets and state is not None:
            if self._here.subject is None:
                self._faults.say(place, "the analysis names no product, so it covers nothing")
            else:
                yield self._here.subject, None, state
        for number, target in targets:
            here = f"{place}.affects[{number}]"
            ref = text(target.get("ref")) or ""
            pair = self._named(ref)
            if pair is None:
                if state is not None:
                    self._faults.say(
                        here, f"{ref[:120]!r} names nothing that this document or one beside it describes"
                    )
                continue
            for version, range_, status in _versions(target, state):
                yield *_in(pair, version, range_), status

    def _named(self, ref: str) -> tuple[Thing | None, Thing | None] | None:
        """What a reference means: product and component; a product alone is the first."""
        if ref.startswith(_LINK):
            serial, _, inner = ref[len(_LINK) :].partition("#")
            number = f"urn:uuid:{serial.partition('/')[0]}".casefold()
            other = self._linked.get(number) or Described(number, Thing(serial=number), {})
            return _placed(other, unquote(inner)) if inner else (other.subject, None)
        return _placed(self._here, ref)


def _placed(document: Described, ref: str) -> tuple[Thing | None, Thing | None] | None:
    found = document.by_ref.get(ref) or thing_of(ref)
    if found is None:
        return None
    subject = document.subject
    if subject is not None and (found is subject or (found.package and found.package == subject.package)):
        return found if found.serial else subject, None
    if found.package is None:
        return None  # a component without a purl can't be told from others
    return subject, found


def _in(
    pair: tuple[Thing | None, Thing | None], version: str | None, range_: str | None
) -> tuple[Thing | None, Thing | None]:
    """The last of the two in the versions that are named; without any as it is described."""
    if version is None and range_ is None:
        return pair
    product, component = pair
    if component is not None:
        return product, msgspec.structs.replace(component, version=version, range=range_)
    return (msgspec.structs.replace(product, version=version, range=range_) if product else None), None


def _versions(
    target: dict[str, Any], state: VexStatus | None
) -> Iterator[tuple[str | None, str | None, VexStatus]]:
    """Versions with what is said of each. What is called affected stays so, whatever the analysis says."""
    listed = list(records(target.get("versions")))
    if not listed and state is not None:
        yield None, None, state
    for _, one in listed:
        version, range_ = text(one.get("version"), 200), text(one.get("range"), 1000)
        if version is None and range_ is None:
            continue
        told = one.get("status")
        status: VexStatus | None = state
        if told == "affected":
            status = state if state in {"affected", "under_investigation"} else "affected"
        elif told == "unknown":
            status = "under_investigation"
        elif told == "unaffected":
            status = state if state in {"fixed", "not_affected"} else "not_affected"
        if status is not None:
            yield version, range_, status


def _author(metadata: dict[str, Any]) -> str | None:
    """Who made the document, else who makes or supplies what it is about."""
    people = [one.get("name") or one.get("email") for _, one in records(metadata.get("authors"))]
    firms = [record(metadata.get(key)).get("name") for key in ("manufacturer", "manufacture", "supplier")]
    about = record(metadata.get("component"))
    firms += [record(about.get("supplier")).get("name"), about.get("publisher")]
    return next((found for one in (*people, *firms) if (found := text(one, 200))), None)


def _own_properties(said: dict[str, Any]) -> dict[str, str]:
    """What we wrote ourselves where the format has no place for it."""
    found = {}
    for _, one in records(said.get("properties")):
        name, value = text(one.get("name"), 100), text(one.get("value"), 300)
        if name and value and name.startswith(PROPERTY):
            found[name.removeprefix(PROPERTY)] = value
    return found
