# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel risks`: what the portfolio breaks."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, ProductOption, WorkspaceOption

if TYPE_CHECKING:
    from umbel.model.finding import Finding

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class By(StrEnum):
    """What findings are told by."""

    finding = "finding"
    product = "product"
    owner = "owner"
    department = "department"
    severity = "severity"
    rule = "rule"
    package = "package"
    project = "project"
    upgrade = "upgrade"


@app.command()
def risks(
    project: Annotated[str | None, typer.Argument(metavar="[PROJECT]", help="Only this project.")] = None,
    by: Annotated[By, typer.Option("--by", help="Tell them by this.")] = By.finding,
    rule: Annotated[
        list[str] | None, typer.Option("--rule", metavar="RULE", help="Only findings of these rules.")
    ] = None,
    severity: Annotated[
        str | None,
        typer.Option(
            "--severity", metavar="LEAST", help="Only from this severity on: low, medium, high, critical."
        ),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Notes and what is excused, too.")] = False,  # noqa: FBT002 - an option
    product: ProductOption = None,
    advisories: Annotated[
        Path | None,
        typer.Option("--advisories", metavar="PATH", help="An index of advisories, or an OSV export."),
    ] = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Tell what the portfolio breaks: by product, owner, severity, or by the upgrade that would mend it.

    Example: umbel risks --by upgrade
    """
    from umbel.model.errors import UsageError
    from umbel.model.finding import SEVERITIES, at_least
    from umbel.policy.verdict import told_together

    if severity is not None and severity not in SEVERITIES:
        raise UsageError(f"{severity!r} is no severity.", f"There are {', '.join(SEVERITIES)}.")
    here = options.workspace(workspace)
    moment = options.moment(as_of)
    verdict = here.verdict(product=product, project=project, advisories=advisories, as_of=moment)
    found = [
        finding
        for finding in verdict.findings
        if (all_ or (not finding.excused and finding.level != "note"))
        and (not rule or finding.rule in rule)
        and (severity is None or at_least(finding.severity, severity))
    ]
    if by is By.finding:
        output.emit(
            [_record(f) for f in found], format, columns=_FINDINGS, limit=limit, nothing="Nothing was found."
        )
    else:
        how: Any = by.value
        groups = here.risks(found, how, as_of=moment)
        output.emit(
            output.structs(groups), format, columns=_groups(by), limit=limit, nothing="Nothing was found."
        )
    for line in told_together(verdict.gaps):
        print(f"? not asked {line}", file=sys.stderr)
    if format is Format.table:
        counts = ", ".join(f"{number:,} {name}" for name, number in verdict.counted().items() if number)
        components = output.counted(verdict.judged, "component version")
        of = f"{components} in {output.counted(verdict.projects, 'project')}"
        print(f"{counts or 'Nothing'} in {of}.")
    raise typer.Exit(verdict.exit_code)


def _record(finding: Finding) -> dict[str, Any]:
    import msgspec

    told = msgspec.structs.asdict(finding)
    return {
        "key": finding.key,
        "subject": finding.subject,
        "fails": finding.fails,
        "state": finding.state,
    } | told


_FINDINGS: output.Shown = {
    "key": lambda r: r["key"],
    "": lambda r: r["state"] if r["state"] in {"excused", "covered"} else r["level"],
    "severity": lambda r: r["severity"] + ("?" if r["outcome"] != "unmet" else ""),
    "rule": lambda r: r["rule"],
    "project": lambda r: output.clean(r["project"]),
    "component": lambda r: output.clean(r["subject"]),
    "why": lambda r: output.clean(r["reason"]),
}


def _groups(by: By) -> output.Shown:
    columns: dict[str, Any] = {
        by.value: lambda r: (
            output.clean(r["name"]) if r["name"] else ("nothing mends it" if by is By.upgrade else "–")
        ),
        "fail#": lambda r: f"{r['failing']:,}",
        "open#": lambda r: f"{r['open']:,}",
        "overdue#": lambda r: f"{r['overdue']:,}",
        "fixable#": lambda r: f"{r['fixable']:,}",
        "worst": lambda r: r["worst"],
        "oldest (days)#": lambda r: output.unknown(r["oldest_days"]),
        "projects#": lambda r: f"{r['projects']:,}",
    }
    if by in {By.upgrade, By.package}:
        columns["to"] = lambda r: output.clean(r["target"] or "")
    return columns
