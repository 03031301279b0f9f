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

from umbel.evidence.ingest_upload import Handed
from umbel.office.core import workspace
from umbel.office.records import audit
from umbel.office.records.actor import actor_of
from umbel.office.uploads import bounds, projects
from umbel.office.uploads.models import LONGEST, Document, Project, Receipt
from umbel.office.uploads.told import as_kept, told_fault, told_finding, told_gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.app.receiving import Received
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

    Raises `UsageError` for what can't be understood, `NotThereError`, `BusyError`: nothing was kept then.
    """
    started = time.perf_counter()
    data = _unpacked(sent)
    sent = msgspec.structs.replace(sent, data=data)
    with bounds.room():
        name = projects.plain(sent.name) or _said_name(sent)
        project = projects.meant(sent, name, seen)
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
                )
            )
            return _noted(who, sent, project, found, before, started)


def looked_at(sent: Sent) -> Received:
    """What would come of a document, without keeping any of it. Raises `UsageError`, `BusyError`."""
    with bounds.room():
        handed = Handed(
            data=_unpacked(sent),
            name=sent.file_name,
            project=projects.plain(sent.name) or None,
            version=projects.plain(sent.version) or None,
        )
        return workspace().hand_in(handed, keep=False)


def _unpacked(sent: Sent) -> bytes:
    from umbel.model.errors import UsageError

    try:
        return bounds.unpacked(sent.data)
    except ValueError as error:
        raise UsageError(f"{sent.file_name} {error}.", "Pack it again, or send it as it is.") from error


def _said_name(sent: Sent) -> str:
    """The name that a document gives to what it describes."""
    if sent.uuid:
        return ""
    from umbel.evidence.ingest_upload import understood

    said = understood(Handed(data=sent.data, name=sent.file_name), workspace().settings.naming())
    return said.project


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


def of_verdict(verdict: Verdict) -> dict[str, Any]:
    """What a receipt keeps of a verdict."""
    return {
        "exit_code": verdict.exit_code,
        "counts": verdict.counted(),
        "findings": as_kept([told_finding(each) for each in verdict.findings[:MOST_FINDINGS]]),
        "gaps": as_kept([told_gap(each) for each in verdict.gaps]),
        "policy": verdict.policy[:LONGEST],
    }


def _worst(faults: Sequence[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: ("error", "warning", "note").index(fault.level))[:MOST_FAULTS]


def _sentence(receipt: Receipt) -> str:
    return (
        f"{receipt.file_name}, sha256 {receipt.sha256}: {receipt.outcome}, {receipt.components} components, "
        f"verdict {receipt.exit_code}"
    )


def _stored(sha256: str, data: bytes) -> Document:
    document, _ = Document.objects.get_or_create(
        sha256=sha256, defaults={"size": len(data), "packed": zlib.compress(data, 6)}
    )
    return document


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
            Document.objects.filter(sha256=sha256, receipts__isnull=True).delete()


def take_back(who: Any, project: Project) -> None:
    """Withdraw what was handed in for a project; its receipts stay, and the evidence of past days."""
    with bounds.alone(project.name):
        standing = Receipt.objects.filter(project=project, stands=True)
        workspace().withdraw_handed({receipt.origin for receipt in standing})
        with transaction.atomic():
            standing.update(stands=False, findings=[], gaps=[], document=None)
            Document.objects.filter(receipts__isnull=True).delete()
            Project.objects.filter(uuid=project.uuid).update(active=False, chosen=False)
            audit(who, "upload.withdraw", str(project))


def content(document: Document) -> bytes:
    """A document's bytes as they were handed in."""
    return zlib.decompress(bytes(document.packed))
