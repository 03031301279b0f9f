# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Handing in by a form, and the receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from umbel.model.errors import UsageError
from umbel.office import seen as seen_module
from umbel.office.editions import newest
from umbel.office.pages.upload.forms import UploadForm
from umbel.office.roles import Who, allows
from umbel.office.uploads import projects, reading, receiving
from umbel.office.uploads.bounds import BusyError, TooLargeError
from umbel.office.uploads.projects import Sent
from umbel.office.uploads.told import told_policy

if TYPE_CHECKING:
    from django.http import HttpRequest

    from umbel.office.seen import Seen
    from umbel.office.uploads.models import Receipt

SHOWN = 100
VERDICTS = {
    0: ("pass", "Open: the policy lets it through"),
    1: ("fail", "Closed: the policy stops it"),
    3: ("unknown", "Nobody can say: the evidence is incomplete"),
}


WORDS = {
    "fail": ("failure", "failures"),
    "expired": ("exception that ended", "exceptions that ended"),
    "warn": ("warning", "warnings"),
    "note": ("note", "notes"),
    "excused": ("excepted", "excepted"),
    "covered": ("covered by VEX", "covered by VEX"),
}
WAYS = {"token": "with a token", "web": "on this page", "command": "from a terminal"}


class Outcome(msgspec.Struct, frozen=True):
    """What became of one of the files: a receipt, or why there is none."""

    name: str
    receipt: Any | None = None
    why: str = ""
    hint: str = ""


def form(request: HttpRequest) -> HttpResponse:
    """The form; what was handed in is told file by file, and one alone leads to its receipt."""
    if request.method != "POST":
        given = {
            "project": request.GET.get("project", "")[:255],
            "version": request.GET.get("version", "")[:255],
        }
        return render(request, "upload/form.html", {"form": UploadForm(initial=given), **_recent(request)})
    told = UploadForm(request.POST, request.FILES)
    if not told.is_valid():
        return render(request, "upload/form.html", {"form": told, **_recent(request)}, status=422)
    documents = told.documents()
    parts = _parts(documents) if told.cleaned_data["project"] and len(documents) > 1 else {}
    outcomes = [
        _taken(request, told, name, data, parts.get(place, ""))
        for place, (name, data) in enumerate(documents)
    ]
    taken = [each.receipt for each in outcomes if each.receipt is not None]
    if len(outcomes) == 1 and taken:
        return HttpResponseRedirect(reverse("upload-receipt", args=[taken[0].token]))
    status = 200 if taken else 422
    return render(
        request,
        "upload/form.html",
        {"form": told, "outcomes": outcomes, "verdicts": VERDICTS, **_recent(request)},
        status=status,
    )


def _parts(documents: list[tuple[str, bytes]]) -> dict[int, str]:
    """Several files of one project stand side by side, each under its own name."""
    found: dict[int, str] = {}
    for place, (name, _) in enumerate(documents):
        again = sum(1 for other in found.values() if other.rpartition(" ")[0] == name or other == name)
        found[place] = f"{name} {again + 1}" if again else name
    return found


def _taken(request: HttpRequest, told: UploadForm, name: str, data: bytes, part: str) -> Outcome:
    said = told.cleaned_data
    sent = Sent(
        data=data,
        file_name=name,
        name=said["project"] or None,
        version=said["version"] or None,
        latest=said["latest"],
        part=part,
    )
    try:
        return Outcome(name, receiving.take(request, sent, seen_module.of(request)))
    except UsageError as error:
        return Outcome(name, None, error.message, error.hint)
    except projects.NotThereError as error:
        return Outcome(name, None, str(error), "Ask the office who answers for it.")
    except TooLargeError as error:
        return Outcome(name, None, str(error), "umbel collect reads larger ones.")
    except BusyError:
        return Outcome(
            name, None, "Too many documents are being read just now.", "Try again in a few seconds."
        )


def _recent(request: HttpRequest) -> dict[str, Any]:
    rows, _ = reading.page(seen_module.of(request), limit=5)
    return {"recent": rows}


def receipts(request: HttpRequest) -> HttpResponse:
    """What was handed in, the newest first."""
    looks = seen_module.of(request)
    project, standing = request.GET.get("project", "").strip()[:255] or None, "standing" in request.GET
    rows, onward = reading.page(
        looks,
        project=project,
        standing=standing,
        after=request.GET.get("after") or None,
        limit=50,
    )
    told = {"rows": rows, "next": onward, "project": project, "standing": standing}
    told["may"] = looks.day is None and allows(Who.CONTRIBUTOR, looks.roles)
    return render(request, "upload/receipts.html", told)


def receipt(request: HttpRequest, token: UUID) -> HttpResponse:
    """A receipt: the verdict, what was found, and what was wrong with the document."""
    found = _found(request, token)
    outcome, words = VERDICTS.get(found.exit_code, VERDICTS[3])
    told = {
        "it": found,
        "outcome": outcome,
        "words": words,
        "findings": [{**each, "ask": _ask(found, each)} for each in found.findings[:SHOWN]],
        "told": [(number, WORDS.get(name, (name, name))) for name, number in found.counts.items() if number],
        "gaps": _together(found.gaps),
        "told_not": max(0, sum(found.counts.values()) - len(found.findings[:SHOWN])),
        "known": _is_known(found, seen_module.of(request)),
        "facts": _facts(found),
    }
    return render(request, "upload/receipt.html", told)


def _ask(found: Receipt, finding: dict[str, Any]) -> str:
    """Where an exception for a finding is asked for; nothing where nothing is to be excepted."""
    if not found.stands or finding["state"] not in {"fail", "warn"}:
        return ""
    asked = {name: finding[name] for name in ("rule", "package", "what") if finding[name]}
    return f"{reverse('request-new')}?{urlencode({'kind': 'exception', 'project': found.subject, **asked})}"


def _is_known(found: Receipt, looks: Seen) -> bool:
    """Whether the newest edition can have what was found then, so that each finding has a page."""
    edition = newest(looks).edition
    return found.stands and edition is not None and edition.made_at > found.at


def _together(gaps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What couldn't be asked, by the reason: one line for all rules that want the same."""
    found: dict[tuple[str, str], list[str]] = {}
    for each in gaps:
        found.setdefault((each["reason"], each["remedy"]), []).append(each["rule"])
    return [{"reason": why, "remedy": mend, "rules": rules} for (why, mend), rules in found.items()]


def _facts(found: Receipt) -> list[tuple[str, Any]]:
    return [
        ("Project", found.project.name),
        ("Version", found.project.version or "none said"),
        ("Part", found.part or "the whole"),
        ("Handed in", found.at),
        ("By", f"{found.actor}, {WAYS.get(found.via, found.via)}"),
        ("File", found.file_name),
        ("Format", found.format or None),
        ("Bytes", found.size),
        ("SHA-256", found.sha256),
        ("Components", found.components),
        ("Dependencies", found.dependencies),
        *([("Took the place of", found.replaced)] if found.replaced else []),
        ("Policy", told_policy(found.policy) or None),
        ("Worked in within", f"{found.seconds:.1f} s"),
    ]


def document(request: HttpRequest, token: UUID) -> HttpResponse:
    """The document itself, to be saved."""
    return reading.downloaded(_found(request, token))


def _found(request: HttpRequest, token: UUID) -> Receipt:
    found = reading.one(seen_module.of(request), token)
    if found is None:
        raise Http404("There is no such receipt.")
    return found
