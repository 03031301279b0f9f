# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Third-party notices: the license texts and copyright lines of what a product is made of.

Texts come from the installed packages themselves, from documents that state them, and else from the SPDX list
(`umbel sync licenses`). Equal texts stand once, with the packages that they are for. Nothing is invented: a
placeholder in a standard text stays one, and what isn't known is listed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from umbel.model import licenses, purl
from umbel.model.errors import UsageError
from umbel.model.license_logic import leaves, tree
from umbel.model.obligations import duties_of
from umbel.reports.notices_files import COLLECTORS, texts_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from umbel.evidence.questions.obligations import Decided
    from umbel.evidence.session import Session
    from umbel.reports.notices_files import Key

TABLES = ("usage", "components", "licenses")
"""What a session must have open."""
NOT_SHIPPED = ("development", "test", "excluded")
From = Literal["package", "document", "standard"]

_LONGEST_HEADED = 4000
"""Longer texts (GPL, Apache) begin with the copyright of the license itself, which is not the package's."""
_COPYRIGHT = re.compile(
    r"[\s#*/;.\-]*(?:(?:portions |parts )?(?:copyright|copr\.?)\b(?=.*(?:\d{4}|\(c\)|©|\bby\b))|©|\(c\)\s*\d{4}).*",
    re.IGNORECASE,
).fullmatch
_PLACEHOLDER = re.compile(
    r".*(?:<(?:year|copyright holders?|owner|name)[^<>]*>|\[yyyy\]|YEAR by AUTHOR).*"
).fullmatch
_RESERVED = re.compile(r"[\s#*/]*all rights reserved\.?\s*", re.IGNORECASE).fullmatch


class Text(msgspec.Struct, frozen=True):
    """One text for one package: its file's name or SPDX id, and where it is from."""

    name: str
    text: str
    source: From
    notice: bool = False


class Noticed(msgspec.Struct, frozen=True, kw_only=True):
    """One package with everything that there is to say of it; `licenses` are expressions."""

    package: str
    version: str | None
    licenses: tuple[str, ...] = ()
    copyrights: tuple[str, ...] = ()
    texts: tuple[Text, ...] = ()


class Member(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A package in a section, with its own copyright lines."""

    package: str
    version: str | None
    copyrights: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As people write it: `requests 2.32.0`."""
        return f"{purl.display(self.package)} {self.version or ''}".rstrip()


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One text and the packages that it is for. `standard` is the SPDX list's, with its placeholders."""

    title: str
    text: str
    standard: bool
    members: tuple[Member, ...]


class Missing(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """What could not be found for a package."""

    package: str
    version: str | None
    what: str

    @property
    def name(self) -> str:
        """As people write it."""
        return f"{purl.display(self.package)} {self.version or ''}".rstrip()


class Notices(msgspec.Struct, frozen=True, kw_only=True):
    """The whole document. `observed` is when the newest evidence is from, `left_out` counts what isn't shipped."""

    name: str
    observed: datetime
    packages: int
    left_out: int
    sections: tuple[Section, ...]
    missing: tuple[Missing, ...]


_OBSERVED = "SELECT max(observed_at) FROM present WHERE list_contains($projects::VARCHAR[], subject)"

_PACKAGES = """
WITH used AS (
  SELECT package, version, license, scope, component FROM usage
  WHERE list_contains($projects::VARCHAR[], project)
), said AS (
  SELECT DISTINCT component, copyright, licenses_concluded, licenses_declared FROM raw_components
  WHERE component IN (SELECT component FROM used)
)
SELECT u.package, u.version,
       list(DISTINCT u.license) FILTER (u.license IS NOT NULL) AS licenses,
       list(DISTINCT s.copyright) FILTER (s.copyright IS NOT NULL) AS copyrights,
       list(DISTINCT s.licenses_concluded) AS concluded,
       list(DISTINCT s.licenses_declared) AS declared,
       bool_and(coalesce(list_contains($not_shipped::VARCHAR[], u.scope), false)) AS not_shipped
FROM used AS u LEFT JOIN said AS s ON s.component = u.component
GROUP BY u.package, u.version
ORDER BY u.package, u.version
"""

_FOLDERS = """
SELECT DISTINCT collector, origin FROM present
WHERE list_contains($projects::VARCHAR[], subject) AND list_contains($collectors::VARCHAR[], collector)
ORDER BY ALL
"""

_TEXTS = (
    "SELECT license, text FROM licenses WHERE text IS NOT NULL AND list_contains($ids::VARCHAR[], license)"
)


def gather(
    session: Session,
    name: str,
    projects: Sequence[str],
    *,
    everything: bool = False,
    decided: Decided | None = None,
) -> Notices:
    """The notices of projects. `everything` takes in what is only used for development and tests.

    What people `decided` of a licence counts before what documents say. Raises `UsageError` if there is no
    evidence of them.
    """
    bound: dict[str, Any] = {"projects": list(projects)}
    rows = session.ask(_PACKAGES, {**bound, "not_shipped": list(NOT_SHIPPED)}).records()
    observed = session.ask(_OBSERVED, bound).one()[0]
    if observed is None:
        raise UsageError(f"There is no evidence of {name}.", "umbel coverage lists what there is.")
    shipped = [row for row in rows if everything or not row["not_shipped"]]
    for row in shipped:
        if decided is not None and (concluded := decided.license_of(row["package"], row["version"])):
            row["licenses"] = [concluded]
    wanted = {(row["package"], row["version"]) for row in shipped}
    own: dict[Key, list[Text]] = {}
    for collector, origin in session.ask(_FOLDERS, {**bound, "collectors": list(COLLECTORS)}).rows():
        for key, files in texts_in(collector, origin, wanted - own.keys()).items():
            own[key] = [Text(file.name, file.text, "package", file.notice) for file in files]
    noticed = [_noticed(row, own.get((row["package"], row["version"]), [])) for row in shipped]
    ids = sorted({key for each in noticed for key in _needed(each)})
    standard = dict(session.ask(_TEXTS, {"ids": ids}).rows()) if ids else {}
    return compiled(name, noticed, standard, observed=observed, left_out=len(rows) - len(shipped))


def _noticed(row: dict[str, Any], own: list[Text]) -> Noticed:
    """One package; what its documents state as a license may be a whole text."""
    texts = list(own)
    if not any(not text.notice for text in texts):
        statements = [s for group in (*row["concluded"], *row["declared"]) for s in group or ()]
        stated = sorted({s for s in statements if licenses.read(s).kind == "text"})
        texts += [Text("license", statement, "document") for statement in stated]
    lines = {line.strip() for text in row["copyrights"] or () for line in text.splitlines() if line.strip()}
    return Noticed(
        package=row["package"],
        version=row["version"],
        licenses=tuple(sorted(row["licenses"] or ())),
        copyrights=tuple(sorted(line for line in lines if line.upper() not in {"NOASSERTION", "NONE"})),
        texts=tuple(texts),
    )


def _needed(noticed: Noticed) -> list[str]:
    """Ids whose standard texts are needed: where the package's own is not there."""
    if any(not text.notice for text in noticed.texts):
        return []
    found = [tree(expression)[0] for expression in noticed.licenses]
    parts = [part for node in found if node is not None for part in leaves(node)]
    ids = [part.license.removesuffix("+") for part in parts] + [p.exception for p in parts if p.exception]
    return list(dict.fromkeys(ids))


def compiled(
    name: str,
    packages: Iterable[Noticed],
    standard: dict[str, str],
    *,
    observed: datetime,
    left_out: int = 0,
) -> Notices:
    """The document of packages, and of the standard texts by id: sections, and what is missing. Pure."""
    groups: dict[str, _Group] = defaultdict(_Group)
    missing: list[Missing] = []
    count = 0
    for each in packages:
        count += 1
        needed = _needed(each)
        texts = [*each.texts, *(Text(key, standard[key], "standard") for key in needed if key in standard)]
        label = " and ".join(each.licenses) or None
        for text in texts:
            lines, body = headed(text.text)
            groups[_folded(body)].add(each, text, lines, body, label)
        missing += [
            Missing(package=each.package, version=each.version, what=w)
            for w in _lacking(each, needed, standard)
        ]
    sections = sorted((group.section() for group in groups.values()), key=_order)
    return Notices(
        name=name,
        observed=observed,
        packages=count,
        left_out=left_out,
        sections=tuple(sections),
        missing=tuple(sorted(missing, key=lambda each: (each.package, each.version or "", each.what))),
    )


def _lacking(each: Noticed, needed: Sequence[str], standard: dict[str, str]) -> list[str]:
    """What nobody knows of one package."""
    lacks = [f"the text of {key}" for key in needed if key not in standard]
    has_text = any(not text.notice for text in each.texts)
    if not each.licenses and not has_text:
        lacks.append("its license")
    if needed and not each.copyrights and any("keep-notice" in duties_of(key)[0] for key in needed):
        lacks.append("its copyright line")
    return lacks


def headed(text: str) -> tuple[tuple[str, ...], str]:
    """A text's own copyright lines, and the rest: what differs between packages, and what doesn't.

    Long texts are left whole, since they begin with the copyright of the license itself.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).split("\n")
    if len(text) > _LONGEST_HEADED:
        return (), "\n".join(line.rstrip() for line in lines).strip("\n")
    own: list[str] = []
    rest: list[str] = []
    for line in lines:
        if _COPYRIGHT(line) and not _PLACEHOLDER(line):
            own.append(line.strip(" \t#*/;"))
        elif own and rest[-1:] in ([], [""]) and _RESERVED(line):
            own[-1] = f"{own[-1].rstrip('.')}. {line.strip(' #*/')}"
        else:
            rest.append(line.rstrip())
    return tuple(dict.fromkeys(own)), "\n".join(rest).strip("\n")


def _folded(body: str) -> str:
    """What makes two texts the same: their words, without lines that hold a placeholder."""
    return " ".join(" ".join(line for line in body.split("\n") if not _PLACEHOLDER(line)).split())


def _order(section: Section) -> tuple[str, str, str]:
    return section.title.casefold(), section.members[0].name if section.members else "", section.text


def _named(text: Text) -> str | None:
    """The license that a text is, where its name says so: `LICENSES/MIT.txt`."""
    if text.source == "standard":
        return text.name
    stem = text.name.rpartition("/")[2].removesuffix(".txt")
    reading = licenses.read(stem) if text.source == "package" else None
    return reading.expression if reading is not None and reading.kind == "id" else None


class _Group:
    """One text while its packages are gathered."""

    def __init__(self) -> None:
        self._labels: dict[str, int] = {}
        self._members: dict[tuple[str, str | None], set[str]] = {}
        self._texts: dict[bool, str] = {}
        self._notice = True

    def add(self, each: Noticed, text: Text, lines: Sequence[str], body: str, label: str | None) -> None:
        title = _named(text) or label or "License as delivered"
        self._labels[title] = self._labels.get(title, 0) + 1
        said = {*lines, *each.copyrights} if not lines or text.source != "package" else set(lines)
        self._members.setdefault((each.package, each.version), set()).update(said)
        self._texts.setdefault(text.source == "standard", body)
        self._notice = self._notice and text.notice

    def section(self) -> Section:
        title = min(self._labels, key=lambda label: (-self._labels[label], label))
        members = [
            Member(package=package, version=version, copyrights=tuple(sorted(lines)))
            for (package, version), lines in self._members.items()
        ]
        standard = False not in self._texts
        return Section(
            title=f"{title} (notices)" if self._notice else title,
            text=self._texts[standard],
            standard=standard,
            members=tuple(sorted(members, key=lambda m: (m.package, m.version or ""))),
        )
