# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Licences of SPDX 3, which are elements → the texts that SPDX 2 has in their place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.collect._spdx_expression import Licence, expression
from umbel.collect._spdx_records import ExtractedLicence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from umbel.collect._spdx3_elements import Other3
    from umbel.collect.faults import Faults

SETS = {"ConjunctiveLicenseSet": "AND", "DisjunctiveLicenseSet": "OR"}
KINDS = frozenset(
    {
        *SETS, "CustomLicense", "CustomLicenseAddition", "License", "LicenseExpression", "ListedLicense",
        "ListedLicenseException", "NoAssertionLicense", "NoneLicense", "OrLaterOperator", "SimpleLicensingText",
        "WithAdditionOperator",
    }
)  # fmt: skip
"""Types of elements that are licences, or parts of them."""
_OWN = frozenset({"CustomLicense", "SimpleLicensingText"})
_LISTED = re.compile(r"https?://spdx\.org/licenses/([^/#\s]+?)(?:\.(?:html|json|jsonld))?")
_OF_ITS_OWN = re.compile(r"(?:LicenseRef|AdditionRef)-[A-Za-z0-9.\-]+")
_NOBODY = re.compile(r"(?:.*[/#_:])?(?:(NoAssertion)|None)(?:License|Element)?")
_OTHERS = re.compile(r"[^A-Za-z0-9.\-]+")


class Licences:
    """A document's licences by their ids."""

    def __init__(self, faults: Faults) -> None:
        """Begin without any."""
        self._faults = faults
        self._known: dict[str, tuple[str, Other3]] = {}
        self._texts: dict[str, str] = {}

    def add(self, uri: str, kind: str, record: Other3) -> None:
        """One element."""
        self._known[uri] = kind, record

    def text(self, uri: str, place: str) -> str:
        """The expression of the licence that an element names, empty, with a fault, if there is none."""
        found = self._texts.get(uri)
        if found is None:
            try:
                found = expression(uri, self._opened)
            except ValueError as error:
                message = f"has a licence that can't be written: {error}"
                self._faults.add("licence", message, place, "error")
                found = ""
            self._texts[uri] = found
        return found

    def joined(self, uris: Sequence[str], place: str) -> str:
        """What several statements of one kind say together: all of them apply."""
        if len(uris) < 2:
            return self.text(uris[0], place) if uris else ""
        texts = dict.fromkeys(filter(None, (self.text(uri, place) for uri in uris)))
        said = [text for text in texts if text not in {"NOASSERTION", "NONE"}] or list(texts)
        if len(said) < 2:
            return "".join(said)
        return " AND ".join(sorted(f"({text})" if " " in text else text for text in said))

    def own(self) -> Iterator[ExtractedLicence]:
        """Licences that SPDX doesn't list, as those of SPDX 2 are given."""
        for uri, (kind, record) in self._known.items():
            if kind in _OWN:
                yield self._extracted(reference(uri), uri)
            for custom in record.customs:
                yield self._extracted(custom.key, custom.value)

    def _extracted(self, name: str, uri: str) -> ExtractedLicence:
        _, record = self._known.get(uri, ("", None))
        if record is None:
            return ExtractedLicence(license_id=name, name=uri, extracted_text=uri)
        text = record.text or record.name or uri
        return ExtractedLicence(license_id=name, name=record.name, extracted_text=text)

    def _opened(self, uri: str) -> Licence:
        kind, record = self._known.get(uri, ("", None))
        if record is None or kind in {"NoAssertionLicense", "NoneLicense"}:
            return Licence("", nobody(kind or uri) or listed(uri) or uri)
        if kind in SETS:
            return Licence(SETS[kind], operands=tuple(record.members))
        if kind == "OrLaterOperator":
            return Licence("+", operands=tuple(filter(None, [record.subject])))
        if kind == "WithAdditionOperator":
            parts = [record.extendable or record.subject, record.addition]
            return Licence("WITH", operands=tuple(filter(None, parts)))
        if kind == "LicenseExpression":
            return Licence("", record.expression)
        return Licence(
            "", listed(uri) or (reference(uri) if kind in _OWN else "") or _plain(uri, record.name)
        )


def nobody(uri: str) -> str:
    """NOASSERTION or NONE for the elements that stand for these, under any of their names; else empty."""
    match = _NOBODY.fullmatch(uri[-200:]) if "No" in uri else None
    if match is None:
        return ""
    return "NOASSERTION" if match[1] else "NONE"


def listed(uri: str) -> str:
    """The id of a licence that SPDX lists, by its address."""
    match = _LISTED.fullmatch(uri)
    return match[1] if match else ""


def reference(uri: str) -> str:
    """What a licence of the document's own is called in expressions."""
    last = re.split(r"[/#:]", uri)[-1]
    if _OF_ITS_OWN.fullmatch(last):
        return last
    return f"LicenseRef-{_OTHERS.sub('-', last).strip('-') or 'unnamed'}"


def _plain(uri: str, name: str) -> str:
    """A licence of a type without rules of its own: an addition's id, or what it is called."""
    last = re.split(r"[/#:]", uri)[-1]
    return last if _OF_ITS_OWN.fullmatch(last) else name or last
