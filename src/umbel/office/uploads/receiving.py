# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A document that was sent → evidence, a verdict, and a receipt: whole, or not at all.

Evidence is published first and the receipt is written last. Whoever is killed in between has handed in what the next
try finds unchanged.
"""

from __future__ import annotations

import time
import zlib
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import transaction
from django.utils import timezone

from umbel.evidence.ingest_upload import Handed, place, understood
from umbel.office.core import must_have_lake, workspace
from umbel.office.records import audit
from umbel.office.records.actor import actor_of
from umbel.office.uploads import bounds, projects
from umbel.office.uploads.models import LONGEST, Document, Project, Receipt
from umbel.office.uploads.told import as_kept, told_fault, told_finding, told_gap, told_policy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.app.receiving import Received
    from umbel.evidence.ingest_upload import Understood
    from umbel.model.errors import Fault
    from umbel.office.seen import Seen
    from umbel.office.uploads.projects import Sent
    from umbel.policy.verdict import Verdict

MOST_FINDINGS = 200
MOST_FAULTS = 50
KEPT_VERSIONS = 10
"""Versions of one name whose documents are kept after another took their place, so that they can be judged again."""


def take(who: Any, sent: Sent, seen: Seen) -> Receipt:
    """Take a document in. Gives the receipt; what was sent before and is sent again is noted as unchanged.

    Raises `UsageError` for what can't be understood, `NotThereError`, `BusyError`, and `EvidenceError` where the
    evidence is away: nothing was kept then.
    """
    started = time.perf_counter()
    must_have_lake()
    data = _unpacked(sent)
    sent = msgspec.structs.replace(sent, data=data)
    with bounds.room():
        name, read = _named(sent)
        project = projects.meant(sent, name, seen)
        _may_name(project.name, sent, seen)
        with bounds.alone(project.name):
            project = projects.placed(_again(project), sent)
            before = _standing_elsewhere(project)
            found = workspace().hand_in(
                Handed(
                    data=data,
                    name=sent.file_name,
                    project=project.subject,
                    version=project.version or None,
                    part=projects.plain(sent.part),
                    read=read,
                )
            )
            return _noted(who, sent, project, found, before, started)


def looked_at(sent: Sent, seen: Seen) -> Received:
    """What would come of a document, without keeping any of it.

    Raises `UsageError`, `BusyError`, and `NotThereError` for a project that is kept from whoever asks: what is excepted
    there, and in which products it is, is part of the answer.
    """
    sent = msgspec.structs.replace(sent, data=_unpacked(sent))
    with bounds.room():
        name, read = _named(sent)
        _may_name(name, sent, seen)
        handed = Handed(
            data=sent.data,
            name=sent.file_name,
            project=name or None,
            version=projects.plain(sent.version) or None,
            read=read,
        )
        return workspace().hand_in(handed, keep=False)


def _may_name(name: str, sent: Sent, seen: Seen) -> None:
    """See that neither a project's name, nor what the workspace calls it, is kept from whoever hands in."""
    called = workspace().settings.naming().project(name, place(name, projects.plain(sent.part)))
    if not (seen.shows(name) and seen.shows(called)):
        raise projects.NotThereError("The project could not be found.")


def _unpacked(sent: Sent) -> bytes:
    from umbel.model.errors import UsageError

    try:
        return bounds.unpacked(sent.data)
    except ValueError as error:
        raise UsageError(f"{sent.file_name} {error}.", "Pack it again, or send it as it is.") from error


def _named(sent: Sent) -> tuple[str, Understood | None]:
    """The name of the project that a document is of: as it was sent, or as the document, once it was read, says."""
    name = projects.plain(sent.name)
    if name or sent.uuid:
        return name, None
    read = understood(Handed(data=sent.data, name=sent.file_name), workspace().settings.naming())
    return read.project, read


def _again(project: Project) -> Project:
    """The project as it stands now that nobody else changes it: another may just have made it."""
    there = Project.objects.filter(name=project.name, version=project.version).first()
    return there or project


def _standing_elsewhere(project: Project) -> list[Receipt]:
    """Documents that stand under another subject or for another version, and fall away with this one."""
    mine = Receipt.objects.filter(project__name=project.name, stands=True).select_related("project")
    return [
        receipt
        for receipt in mine
        if (receipt.project_id == project.uuid and receipt.subject != project.subject)
        or (project.latest and receipt.project_id != project.uuid and receipt.project.latest)
    ]


def _noted(
    who: Any, sent: Sent, project: Project, found: Received, before: Sequence[Receipt], started: float
) -> Receipt:
    kept = found.kept
    if kept is None:
        raise RuntimeError("What was to be kept wasn't.")
    origin = found.document.origin
    workspace().withdraw_handed({each.origin for each in before} - {origin}, now=kept.collected_at)
    actor = actor_of(who)
    with transaction.atomic():
        project.subject = found.document.project
        project.imported_at = timezone.now()
        project.parent = _kept_parent(project.parent)
        project.save()
        projects.superseded(project)
        gone = Receipt.objects.filter(project=project, part=projects.plain(sent.part), stands=True)
        gone = gone | Receipt.objects.filter(token__in=[each.token for each in before])
        gone.update(stands=False, findings=[], gaps=[])
        receipt = Receipt.objects.create(
            project=project,
            at=project.imported_at,
            actor=actor.name[:160],
            via=actor.via[:16],
            part=projects.plain(sent.part),
            file_name=found.document.name[:LONGEST],
            sha256=found.document.sha256,
            size=found.document.size,
            document=_stored(found.document.sha256, sent.data),
            collector=found.document.collector,
            format=(found.document.reading.format or "")[:LONGEST],
            origin=origin,
            subject=found.document.project,
            outcome=kept.outcome,
            components=kept.components,
            dependencies=kept.dependencies,
            replaced=kept.replaced,
            faults=[told_fault(fault) for fault in _worst(kept.faults)],
            **of_verdict(found.verdict),
            seconds=round(time.perf_counter() - started, 3),
        )
        _let_go(project)
        audit(who, "upload", str(project), _sentence(receipt))
    return receipt


def _kept_parent(parent: Project | None) -> Project | None:
    """The project above, kept now where it was new: another upload may just have made it."""
    if parent is None or not parent._state.adding:  # noqa: SLF001 - Django's own word for what isn't kept
        return parent
    kept, _ = Project.objects.get_or_create(
        name=parent.name, version=parent.version, defaults={"subject": parent.subject}
    )
    return kept


def of_verdict(verdict: Verdict) -> dict[str, Any]:
    """What a receipt keeps of a verdict."""
    return {
        "exit_code": verdict.exit_code,
        "counts": verdict.counted(),
        "findings": as_kept([told_finding(each) for each in verdict.findings[:MOST_FINDINGS]]),
        "gaps": as_kept([told_gap(each) for each in verdict.gaps]),
        "policy": told_policy(verdict.policy)[:LONGEST],
    }


def _worst(faults: Sequence[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: ("error", "warning", "note").index(fault.level))[:MOST_FAULTS]


def _sentence(receipt: Receipt) -> str:
    return (
        f"{receipt.file_name}, sha256 {receipt.sha256}: {receipt.outcome}, {receipt.components} components, "
        f"verdict {receipt.exit_code}"
    )


def _stored(sha256: str, data: bytes) -> Document:
    there = Document.objects.select_for_update().filter(sha256=sha256).first()
    if there is not None:
        return there
    document, _ = Document.objects.get_or_create(
        sha256=sha256, defaults={"size": len(data), "packed": zlib.compress(data, 6)}
    )
    return document


def _dropped(sha256: str) -> None:
    """Let the bytes go that no receipt has any more; somebody who hands in the same just now is waited for."""
    document = Document.objects.select_for_update().filter(sha256=sha256).only("sha256").first()
    if document is not None and not document.receipts.exists():
        document.delete()


def _let_go(project: Project) -> None:
    """Drop the bytes that nothing stands on: a version keeps the document of its newest receipt of each part."""
    kept: set[tuple[object, str]] = set()
    versions: set[object] = set()
    rows = Receipt.objects.filter(project__name=project.name, document__isnull=False).order_by("-at")
    for token, of, part, sha256, stands in rows.values_list(
        "token", "project_id", "part", "sha256", "stands"
    ):
        newest = (of, part) not in kept and (of in versions or len(versions) < KEPT_VERSIONS)
        if stands or newest:
            kept.add((of, part))
            versions.add(of)
        else:
            Receipt.objects.filter(token=token).update(document=None)
            _dropped(sha256)


def take_back(who: Any, project: Project) -> None:
    """Withdraw what was handed in for a project; its receipts stay, and the evidence of past days."""
    with bounds.alone(project.name):
        standing = Receipt.objects.filter(project=project, stands=True)
        workspace().withdraw_handed({receipt.origin for receipt in standing})
        with transaction.atomic():
            gone = sorted(set(standing.values_list("sha256", flat=True)))
            standing.update(stands=False, findings=[], gaps=[], document=None)
            for sha256 in gone:
                _dropped(sha256)
            Project.objects.filter(uuid=project.uuid).update(active=False, chosen=False)
            audit(who, "upload.withdraw", str(project))


def content(document: Document) -> bytes:
    """A document's bytes as they were handed in."""
    return zlib.decompress(bytes(document.packed))
