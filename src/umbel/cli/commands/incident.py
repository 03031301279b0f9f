# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel incident`: who is affected, how far the mending is, what to tell whom."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import Format, FormatOption, LimitOption, WorkspaceOption

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from umbel.model.errors import Fault
    from umbel.policy.incidents import Kept
    from umbel.policy.incidents_progress import Progress

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Who is affected by what, how far the mending is, and what to tell whom.",
)
_NEW = 20
"""Uses that came since the opening and are named; of the others there is the number."""
IncidentArgument = Annotated[
    str, typer.Argument(metavar="ID", help="Its id, the beginning of it, or what it is about.")
]
ByOption = Annotated[str | None, typer.Option("--by", metavar="WHO", help="Who says so.")]
AdvisoriesOption = Annotated[
    Path | None,
    typer.Option("--advisories", metavar="PATH", help="An index of advisories, or an OSV export."),
]


class Grade(StrEnum):
    """How grave it is."""

    low = "low"
    medium = "medium"
    high = "high"
    critical = "critical"


class By(StrEnum):
    """What a status is told by."""

    product = "product"
    project = "project"


@app.command("open")
def open_(
    advisory: Annotated[
        str | None,
        typer.Argument(metavar="[ADVISORY]", help="Its id: CVE-…, GHSA-… It needn't be known here."),
    ] = None,
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="What to call it.")] = None,
    package: Annotated[
        str | None,
        typer.Option(
            "--package", metavar="PURL", help='What is affected, where no advisory says so: "pkg:npm/x@<1.2".'
        ),
    ] = None,
    by: ByOption = None,
    due: Annotated[
        str | None, typer.Option("--due", metavar="DAY", help="The last day; by severity unless told.")
    ] = None,
    severity: Annotated[
        Grade | None, typer.Option("--severity", help="How grave it is; the advisory's unless told.")
    ] = None,
    advisories: AdvisoriesOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Open an incident: freeze who is affected now, and through which path.

    Example: umbel incident open CVE-2021-44228 --package "pkg:maven/org.apache.logging.log4j/log4j-core@<2.15" --by dev@acme.example
    """
    kept = options.workspace(workspace).open_incident(
        advisory,
        title=title,
        package=package,
        by=by,
        due=_day(due),
        severity=severity.value if severity else None,
        advisories=advisories,
    )
    uses = {(row.project, row.package) for row in kept.affected}
    projects = {row.project for row in kept.affected}
    unsure = sum(row.affected is None for row in kept.affected)
    incident = kept.incident
    print(f"{incident.id}: {output.clean(incident.title)}")
    print(
        f"{output.counted(len(uses), 'use')} in {output.counted(len(projects), 'project')} affected, or may be."
    )
    if unsure:
        print(f"? Of {output.counted(unsure, 'use')} nobody can tell: see affected.csv", file=sys.stderr)
    for owner in incident.owners:
        who = output.clean(owner.owner) if owner.owner else "nobody is named"
        print(f"  {output.clean(owner.product)}: {who}, {output.counted(owner.projects, 'project')}")
    until = f" Deadline: {incident.due}." if incident.due else ""
    print(f"It stands in decisions/incidents/{incident.id}.{until}")


@app.command("list")
def list_(
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List incidents, the newest first. Ends with exit code 3 if one can't be read.

    Example: umbel incident list
    """
    known, broken = options.workspace(workspace).incidents()
    records = [_record(kept) for kept in reversed(known)]
    output.emit(records, format, columns=_INCIDENTS, limit=limit, nothing="No incident was ever opened.")
    for name, error in broken.items():
        print(f"? {output.clean(name)}: {output.clean(' '.join(error.message.split()))}", file=sys.stderr)
    raise typer.Exit(3 if broken else 0)


@app.command()
def status(
    incident: IncidentArgument,
    by: Annotated[By, typer.Option("--by", help="Tell it by this.")] = By.product,
    advisories: AdvisoriesOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Tell how far it is: of what was affected, what is mended, affected still, or unknown.

    Ends with exit code 1 while something is affected, 3 while something is unknown.
    Example: umbel incident status CVE-2021-44228 --by project
    """
    kept, progress = options.workspace(workspace).incident_progress(incident, advisories=advisories)
    _faults(kept.faults)
    rows, columns = (progress.groups, _GROUPS) if by is By.product else (progress.parts, _PARTS)
    output.emit(output.structs(rows), format, columns=columns, limit=limit, nothing="Nobody was affected.")
    if format is Format.table:
        _tell(kept, progress)
    left = progress.count("affected") + len(progress.new)
    raise typer.Exit(1 if left else 3 if progress.count("unknown") else 0)


def _tell(kept: Kept, progress: Progress) -> None:
    """What stands below the table: counts, the clock, what came since."""
    from umbel.reports.incident_text import age, deadline

    told = ", ".join(f"{progress.count(s)} {s}" for s in ("mended", "affected", "unknown", "cleared"))
    projects = output.counted(progress.projects, "project")
    print(f"Of {output.counted(progress.uses, 'use')} in {projects}: {told}.")
    opened, mended = progress.opened_at, progress.first_at
    first = f"first mended after {age(mended - opened)}" if mended else "none mended"
    clock = f"Open for {age(progress.now - opened)}" if kept.closed_at is None else "Closed"
    print(f"{clock}; {first}. Deadline: {kept.incident.due or 'none'}. {deadline(kept.incident, progress)}")
    if progress.new:
        print(f"{output.counted(len(progress.new), 'use')} came since it was opened:")
    for row in progress.new[:_NEW]:
        print(f"  {output.clean(row.project)}: {output.clean(row.path or row.package)}")
    if len(progress.new) > _NEW:
        print(f"  … and {len(progress.new) - _NEW:,} more")


@app.command()
def message(
    incident: IncidentArgument,
    to: Annotated[
        str,
        typer.Option("--to", metavar="WHOM", help="owners, management, customers, or a template of yours."),
    ],
    advisories: AdvisoriesOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Draft a message from a template. Nothing is sent.

    Example: umbel incident message CVE-2021-44228 --to owners
    """
    _write(options.workspace(workspace).incident_message(incident, to, advisories=advisories))


@app.command()
def note(
    incident: IncidentArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What happened, or was decided.")],
    by: ByOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Add a note to its journal, with the time.

    Example: umbel incident note CVE-2021-44228 "the shop is behind a filter now" --by dev@acme.example
    """
    kept = options.workspace(workspace).note_incident(incident, text, by)
    print(f"Noted in {kept.incident.id}.")


@app.command()
def close(
    incident: IncidentArgument,
    by: ByOption = None,
    text: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="How it ended.")] = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Close an incident; its review can be written then.

    Example: umbel incident close CVE-2021-44228 --by dev@acme.example
    """
    kept = options.workspace(workspace).close_incident(incident, by, text)
    print(f"{kept.incident.id} is closed. umbel incident review {kept.incident.id}")


@app.command()
def reopen(
    incident: IncidentArgument,
    by: ByOption = None,
    text: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Why.")] = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Open a closed incident again.

    Example: umbel incident reopen CVE-2021-44228 --by dev@acme.example
    """
    kept = options.workspace(workspace).reopen_incident(incident, by, text)
    print(f"{kept.incident.id} is open again.")


@app.command()
def review(
    incident: IncidentArgument,
    advisories: AdvisoriesOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Write its review as Markdown: timeline, who was affected, how long each took, open questions.

    Example: umbel incident review CVE-2021-44228 > review.md
    """
    _write(options.workspace(workspace).incident_review(incident, advisories=advisories))


def _write(text: str) -> None:
    with output.readers_may_leave():
        sys.stdout.write(text)


def _day(text: str | None) -> date | None:
    from datetime import date

    from umbel.model.errors import UsageError

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no day.", "Write it as 2026-12-31.") from error


def _faults(faults: Sequence[Fault]) -> None:
    for fault in faults:
        print(f"? {output.clean(fault)}", file=sys.stderr)


def _record(kept: Kept) -> dict[str, Any]:
    import msgspec

    told = msgspec.structs.asdict(kept.incident)
    told["owners"] = [owner.product for owner in kept.incident.owners]
    return told | {
        "closed_at": kept.closed_at,
        "uses": len({(row.project, row.package) for row in kept.affected}),
        "projects": len({row.project for row in kept.affected}),
        "notes": sum(event.kind == "note" for event in kept.events),
    }


_INCIDENTS: output.Shown = {
    "id": lambda r: output.clean(r["id"]),
    "": lambda r: "closed" if r["closed_at"] else "open",
    "severity": lambda r: output.unknown(r["severity"]),
    "title": lambda r: output.clean(r["title"]),
    "opened": lambda r: output.day(r["opened_at"]),
    "deadline": lambda r: output.unknown(r["due"]),
    "uses#": lambda r: output.number(r["uses"]),
    "projects#": lambda r: output.number(r["projects"]),
}
_GROUPS: output.Shown = {
    "product": lambda r: output.clean(r["product"] or "(no product)"),
    "owner": lambda r: output.unknown(r["owner"]),
    "projects#": lambda r: output.number(r["projects"]),
    "uses#": lambda r: output.number(r["uses"]),
    "mended#": lambda r: output.number(r["mended"]),
    "affected#": lambda r: output.number(r["affected"]),
    "unknown#": lambda r: output.number(r["unknown"]),
    "cleared#": lambda r: output.number(r["cleared"]),
    "oldest evidence": lambda r: output.day(r["oldest_evidence_at"]),
}
_PARTS: output.Shown = {
    "project": lambda r: output.clean(r["project"]),
    "": lambda r: r["state"],
    "way in": lambda r: output.clean(r["path"] or r["package"]),
    "mended": lambda r: output.day(r["mended_at"]),
    "evidence of": lambda r: output.day(r["evidence_at"]),
    "product": lambda r: output.clean(r["product"] or "(no product)"),
    "owner": lambda r: output.unknown(r["owner"]),
}
