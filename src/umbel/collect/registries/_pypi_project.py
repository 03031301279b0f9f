# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a Python project says of itself: PyPI's JSON of a project, or the metadata of a distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from umbel.collect.registries._ordering import lost, newest, ordered
from umbel.collect.registries._reading import (
    LONGEST_LICENSE,
    decode,
    items,
    moment,
    piece,
    table,
    text,
    url,
    urls,
)
from umbel.collect.registries.interface import PackageFacts, Unanswered, VersionFacts
from umbel.model.versions import compare

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_INACTIVE = "Development Status :: 7 - Inactive"
_REPOSITORY = ("source", "source code", "repository", "code", "github", "gitlab", "sources", "git")
_HOMEPAGE = ("homepage", "home", "home page", "website")
_FUNDING = ("funding", "sponsor", "donate", "donation", "tidelift")


class _Project(msgspec.Struct):
    info: dict[str, Any]
    releases: dict[str, msgspec.Raw] = {}
    ownership: Any = None


class _Release(msgspec.Struct):
    yanked: Any = None
    yanked_reason: Any = None
    upload_time_iso_8601: Any = None
    upload_time: Any = None


def read(body: bytes) -> PackageFacts:
    """The facts of a project's JSON. Raises `Unanswered` if it is none."""
    found = decode(body, _Project, "project's JSON")
    releases = {name: piece(raw, list[_Release]) for name, raw in found.releases.items()}
    versions = ordered("pypi", [_version(name, of) for name, of in releases.items() if of])
    latest, latest_at = newest(versions)
    roles = table(found.ownership).get("roles")
    people = {table(role).get("user") for role in roles} if isinstance(roles, list) else None
    return msgspec.structs.replace(
        _about(found.info, items(found.info.get("classifiers")), table(found.info.get("project_urls"))),
        latest=latest,
        latest_at=latest_at,
        versions=versions,
        maintainers=len({user for user in people if isinstance(user, str)}) if people is not None else None,
        faults=lost(sum(of is None for of in releases.values())),
    )


def _version(name: str, files: list[_Release]) -> VersionFacts:
    times = [t for t in (moment(f.upload_time_iso_8601) or moment(f.upload_time) for f in files) if t]
    yanked = all(file.yanked is True for file in files)
    reasons = (text(file.yanked_reason) for file in files)
    return VersionFacts(
        version=name,
        released_at=min(times, default=None),
        yanked=yanked,
        deprecation=next(filter(None, reasons), "yanked") if yanked else None,
    )


def of_metadata(body: bytes) -> PackageFacts:
    """The facts of a distribution's METADATA. Raises `Unanswered` if it is none."""
    from packaging.metadata import parse_email

    try:
        known, _ = parse_email(body)
    except Exception as error:  # the parser of e-mails raises many kinds; each means: no metadata
        raise Unanswered("not-understood", "answered with no metadata", "METADATA") from error
    if not known.get("name"):
        raise Unanswered("not-understood", "answered with no metadata", "METADATA")
    info = {key.replace("-", "_"): value for key, value in known.items()}
    return _about(info, items(info.get("classifiers")), table(info.get("project_urls")))


def _about(info: dict[str, Any], classifiers: list[Any], links: dict[Any, Any]) -> PackageFacts:
    inactive = any(text(each) == _INACTIVE for each in classifiers)
    return PackageFacts(
        license=_license(info, classifiers),
        repository=_labelled(links, _REPOSITORY),
        homepage=url(info.get("home_page")) or _labelled(links, _HOMEPAGE),
        description=text(info.get("summary")),
        deprecated=inactive,
        deprecation=_INACTIVE if inactive else None,
        funding=urls(link for label, link in links.items() if _plain(label) in _FUNDING),
    )


def _license(info: dict[str, Any], classifiers: Iterable[Any]) -> str | None:
    """The expression, else the field if it is no whole text, else the classifiers.

    One classifier stands as written; of several all apply, and if one of them isn't understood nothing is known.
    """
    from umbel.model.licenses import effective

    named = [text(each, LONGEST_LICENSE) for each in classifiers]
    told = list(dict.fromkeys(each for each in named if each and each.startswith("License ::")))
    if len(told) > 1:
        told = [each for each in told if each.partition("::")[2].strip() != "OSI Approved"]
    field = text(info.get("license"))
    short = field if field and len(field) <= LONGEST_LICENSE and "\n" not in field else None
    expression = text(info.get("license_expression"), LONGEST_LICENSE)
    return expression or short or (told[0] if len(told) == 1 else effective((), told, ()))


def _dated(version: str, dates: dict[str, datetime | None]) -> datetime | None:
    """The date of a version by its own name, else of one that means the same (1.0 and 1.0.0 are one)."""
    if version in dates:
        return dates[version]
    return next((at for name, at in dates.items() if compare("pypi", name, version) == 0), None)


def _labelled(links: dict[Any, Any], labels: tuple[str, ...]) -> str | None:
    by_label = {_plain(label): link for label, link in links.items()}
    return next((found for found in (url(by_label.get(label)) for label in labels) if found), None)


def _plain(label: Any) -> str:
    return str(label).casefold().strip().rstrip(":")


def joined(index: PackageFacts, about: PackageFacts) -> PackageFacts:
    """What the index says of versions and status, with what the project says of the rest.

    An index of plain pages has no dates: they are the project's then.
    """
    dates = {v.version: v.released_at for v in about.versions}
    versions = tuple(
        v if v.released_at else msgspec.structs.replace(v, released_at=_dated(v.version, dates))
        for v in index.versions
    )
    latest, latest_at = newest(versions)
    return msgspec.structs.replace(
        index,
        versions=versions,
        latest=latest,
        latest_at=latest_at,
        license=about.license,
        repository=about.repository,
        homepage=about.homepage,
        description=about.description,
        deprecated=index.deprecated or about.deprecated,
        deprecation=index.deprecation or about.deprecation,
        maintainers=about.maintainers,
        funding=about.funding,
        faults=(*index.faults, *about.faults),
    )
