# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel check`: the gate."""

from __future__ import annotations

import itertools
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, WorkspaceOption

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from umbel.collect.outgoing import Push
    from umbel.model.finding import Finding
    from umbel.policy.verdict import Verdict

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class Form(StrEnum):
    """How a verdict is printed."""

    table = "table"
    json = "json"
    sarif = "sarif"
    junit = "junit"
    markdown = "markdown"
    github = "github"
    gitlab = "gitlab"


@app.command()
def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Checkouts, lockfiles or SBOMs; the workspace unless told."),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="REF", help="Judge only what changed since that commit."),
    ] = None,
    outbound: Annotated[
        str | None,
        typer.Option(
            "--outbound",
            metavar="RANGE",
            help="Judge what commits would send: origin/main..HEAD, a commit, - for a hook's lines on standard input, or pre-commit.",
        ),
    ] = None,
    remote: Annotated[
        str | None,
        typer.Option(
            "--remote", metavar="NAME", help="With --outbound -: the remote that a pre-push hook was given."
        ),
    ] = None,
    policy: options.PolicyOption = None,
    advisories: Annotated[
        Path | None,
        typer.Option(
            "--advisories", metavar="PATH", help="An index of advisories, or an OSV export (zip or folder)."
        ),
    ] = None,
    vex: Annotated[
        list[Path] | None,
        typer.Option(
            "--vex",
            metavar="FILE",
            help="VEX to count beside that in decisions/vex; may be given several times.",
        ),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Show notes and what is excused, too.")] = False,  # noqa: FBT002 - an option
    format: Annotated[Form, typer.Option("--format", "-f", help="How to print the verdict.")] = Form.table,  # noqa: A002 - the option's name
    out: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write it to a file; a line is printed all the same."
        ),
    ] = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Say whether a checkout, a lockfile or an SBOM keeps to the policy, or what a change makes of it.

    Example: umbel check --against origin/main --format markdown
    """
    here, moment = options.workspace(workspace), options.moment(as_of)
    files: Mapping[str, Path] = {}
    if outbound is None:
        checked = here.check(
            paths or (), against=against, policy=policy, advisories=advisories, vex=vex or (), as_of=moment
        )
        verdict, files = checked.verdict, checked.files
    else:
        _only_outbound(paths or (), other=bool(against or advisories or vex))
        verdict = here.check_outbound(_push(outbound, remote), paths[0] if paths else None, policy, moment)
    for note in verdict.notes:
        print(f"note: {output.clean(note)}", file=sys.stderr)
    if format is Form.table and out is None:
        with output.readers_may_leave():
            _table(verdict, show_all=all_, compared=against is not None)
    else:
        text = _rendered(verdict, files, format, compared=against is not None)
        if out is None:
            with output.readers_may_leave():
                sys.stdout.write(text)
        else:
            _write(out, text)
            print(_summary(verdict, compared=against is not None))
    raise typer.Exit(verdict.exit_code)


def _only_outbound(paths: Sequence[Path], *, other: bool) -> None:
    from umbel.model.errors import UsageError

    if other:
        raise UsageError("--outbound looks at commits: it doesn't go with --against, --advisories or --vex.")
    if len(paths) > 1:
        raise UsageError("--outbound looks at one repository: give one PATH.")


def _push(outbound: str, remote: str | None) -> Push:
    """What is asked, with what a hook is told."""
    from umbel.collect.outgoing import Push

    lines: list[str] = []
    if outbound == "-":
        raw = itertools.islice(iter(lambda: sys.stdin.buffer.readline(_LONGEST), b""), _MOST_LINES)
        lines = [line.decode("utf-8", "replace") for line in raw]
    told = {name: value for name, value in os.environ.items() if name.startswith("PRE_COMMIT_")}
    return Push(outbound, lines, remote, told)


_LONGEST, _MOST_LINES = 8192, 20_000


def _rendered(verdict: Verdict, files: Mapping[str, Path], how: Form, *, compared: bool) -> str:
    from umbel.reports import check_annotations, check_junit, check_markdown, check_sarif

    match how:
        case Form.sarif:
            return check_sarif.render(verdict, files)
        case Form.junit:
            return check_junit.render(verdict)
        case Form.github:
            return check_annotations.github(verdict, files)
        case Form.gitlab:
            return check_annotations.gitlab(verdict, files)
        case Form.json:
            return json_of(verdict)
        case _:
            return check_markdown.render(verdict, compared=compared)


def json_of(verdict: Verdict) -> str:
    """The verdict as one JSON object: counts, findings with their keys, gaps, trouble."""

    def told(finding: Finding) -> dict[str, object]:
        return {
            "key": finding.key,
            "subject": finding.subject,
            "fails": finding.fails,
        } | msgspec.structs.asdict(finding)

    whole = {
        "exit_code": verdict.exit_code,
        "policy": verdict.policy,
        "notes": verdict.notes,
        "projects": verdict.projects,
        "documents": verdict.documents,
        "components": verdict.judged,
        "commits": verdict.commits,
        "counts": verdict.counted(),
        "findings": [told(finding) for finding in verdict.findings],
        "resolved": [told(finding) for finding in verdict.resolved],
        "not_asked": verdict.gaps,
        "trouble": [{"place": t.place, "fault": t.fault} for t in verdict.trouble],
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def _write(file: Path, text: str) -> None:
    from umbel.reports.files import replacing

    with replacing(file) as draft:
        draft.write_text(text, "utf-8", newline="\n")


_MARKS = {"fail": "✗", "warn": "!", "note": "·"}


def _table(verdict: Verdict, *, show_all: bool, compared: bool) -> None:
    from umbel.policy.verdict import told_together

    shown = [f for f in verdict.findings if show_all or (not f.excused and f.level != "note")]
    by_rule: dict[tuple[str, str], list[Finding]] = {}
    for finding in shown:
        by_rule.setdefault((finding.state, finding.rule), []).append(finding)
    for (state, rule), findings in by_rule.items():
        number = f" ({len(findings):,})" if len(findings) > 1 else ""
        print(f"{_MARKS[findings[0].level]} {state} {rule}{number}")
        same = {finding.remedy for finding in findings}
        alike = same.pop() if len(findings) > 1 and len(same) == 1 else None
        for finding in findings if show_all else findings[:_MOST]:
            _print_finding(finding, None if alike else finding.remedy)
        if not show_all and len(findings) > _MOST:
            print(f"    … and {len(findings) - _MOST:,} more (--all shows them)")
        if alike:
            print(f"    {output.clean(alike)}")
    for line in told_together(verdict.gaps):
        print(f"? not asked {line}", file=sys.stderr)
    for trouble in verdict.trouble:
        print(f"? unreadable {output.clean(trouble.place)}: {output.clean(trouble.fault)}", file=sys.stderr)
    if compared and verdict.resolved:
        gone = len(verdict.resolved)
        print(
            f"✓ mended {gone:,} {'finding' if gone == 1 else 'findings'} that {'was' if gone == 1 else 'were'} there before"
        )
    print(_summary(verdict, compared=compared))


_MOST = 10


def _print_finding(finding: Finding, remedy: str | None) -> None:
    print(f"    {output.clean(finding.subject)}  {output.clean(finding.reason)}")
    if len(finding.path) > 1:
        print(f"      through {output.clean(' → '.join(finding.path[:-1]))}")
    if remedy:
        print(f"      {output.clean(remedy)}")
    if finding.exception is not None:
        word = "its exception expired on" if finding.exception.expired else "excused until"
        print(f"      {word} {finding.exception.until}: {output.clean(finding.exception.reason)}")
    if finding.vex is not None:
        print(f"      {output.clean(finding.vex)}")


def _summary(verdict: Verdict, *, compared: bool) -> str:
    counts = verdict.counted()
    words = {
        "fail": "fail",
        "expired": "with an expired exception",
        "warn": "warn",
        "note": "to note",
        "excused": "excused",
        "covered": "covered by VEX",
    }
    told = ", ".join(f"{number:,} {words[name]}" for name, number in counts.items() if number)
    what = "Of what changed: " if compared else ""
    if verdict.exit_code == 1:
        word = "Closed"
    elif verdict.exit_code == 3:
        word = "Nobody can say: the evidence is incomplete"
    else:
        word = "Open"
    return f"{word}. {what}{told or 'nothing found'}; {verdict.extent}."
