# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel policy`: what counts as clean, whether that is what you mean, and why something is a finding."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from umbel.cli import options, output
from umbel.cli.options import AsOfOption, Format, FormatOption, LimitOption, ProductOption, WorkspaceOption

if TYPE_CHECKING:
    from umbel.model.finding import Finding

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="What counts as clean: try it, change it, ask why.",
)


@app.command()
def init(workspace: WorkspaceOption = options.HERE) -> None:
    """Write policy.toml: the shipped policy with every rule, its reason and its settings.

    Example: umbel policy init
    """
    from umbel.model.errors import UsageError
    from umbel.policy.file import FILE
    from umbel.policy.template import default_policy

    path = options.workspace(workspace).folder / FILE
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(default_policy())
    except FileExistsError as error:
        raise UsageError(f"{path} is there already.", "It was left as it is.") from error
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}.") from error
    print(f"Wrote {path}: the policy that holds where there is none. Change what you want otherwise.")


@app.command("rules")
def list_rules(
    project: Annotated[
        str | None, typer.Option("--project", metavar="NAME", help="As they are for this project.")
    ] = None,
    policy: options.PolicyOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """List the rules, and what each is worth here.

    Example: umbel policy rules --project shop
    """
    from umbel.policy.registry import rules

    here = options.workspace(workspace)
    products = here.belonging(project).products if project else ()
    resolved = here.policy(policy).for_project(project or "", products)
    records = [
        {
            "rule": name,
            "level": resolved.rules[name].level if name in resolved.rules else "off",
            "unknown": resolved.rules[name].unknown if name in resolved.rules else "off",
            "title": rule.title,
            "what": rule.what,
            "why": rule.why,
            "remedy": rule.remedy,
        }
        for name, rule in rules().items()
    ]
    output.emit(records, format, columns=_RULES, limit=0)


_RULES: output.Shown = {
    "rule": lambda r: r["rule"],
    "level": lambda r: r["level"],
    "if unknown": lambda r: r["unknown"],
    "what it finds": lambda r: r["what"],
}


@app.command()
def test(policy: options.PolicyOption = None, workspace: WorkspaceOption = options.HERE) -> None:  # noqa: PT028 - a command
    """Hold the policy to its own examples ([[cases]]): does it say what you mean?

    Example: umbel policy test
    """
    from datetime import UTC, datetime

    from umbel.policy import cases

    outcomes = cases.run(options.workspace(workspace).policy(policy), datetime.now(UTC))
    for outcome in outcomes:
        print(f"{'✗' if outcome.problem else '✓'} {output.clean(outcome.name)}")
        if outcome.problem:
            print(f"    {output.clean(outcome.problem)}")
    broken = sum(outcome.problem is not None for outcome in outcomes)
    if not outcomes:
        print("The policy has no examples. Add [[cases]]: umbel policy init shows one.")
    elif broken:
        print(f"{broken} of {len(outcomes)} examples come out otherwise.")
    else:
        print(f"All {len(outcomes)} come out as meant." if len(outcomes) > 1 else "It comes out as meant.")
    raise typer.Exit(1 if broken else 0)


@app.command()
def preview(
    new: Annotated[Path, typer.Argument(metavar="NEW.toml", help="The policy that may be adopted.")],
    product: ProductOption = None,
    limit: LimitOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Say what another policy would change across the portfolio, before it is adopted.

    Example: umbel policy preview stricter.toml
    """
    found = options.workspace(workspace).policy_preview(new, product=product, as_of=options.moment(as_of))
    records = [
        {
            "key": change.finding.key,
            "before": change.before,
            "after": change.after,
            "rule": change.finding.rule,
            "project": change.finding.project,
            "subject": change.finding.subject,
            "severity": change.finding.severity,
            "reason": change.finding.reason,
        }
        for change in found.changes
    ]
    output.emit(records, format, columns=_CHANGES, limit=limit, nothing="It would change nothing.")
    if format is Format.table and records:
        was, will = found.before.counted(), found.after.counted()
        told = ", ".join(f"{name} {was[name]:,} → {will[name]:,}" for name in was if was[name] or will[name])
        print(f"{len(records):,} findings would change: {told}.")


_CHANGES: output.Shown = {
    "before": lambda r: r["before"] or "–",
    "after": lambda r: r["after"] or "–",
    "rule": lambda r: r["rule"],
    "project": lambda r: output.clean(r["project"]),
    "component": lambda r: output.clean(r["subject"]),
    "why": lambda r: output.clean(r["reason"]),
}


@app.command()
def explain(
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="Its key (f-…), or the beginning of it.")],
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Tell of one finding: the rule, its settings, the evidence, the way in, and what would end it.

    Example: umbel policy explain f-3e92d1faba
    """
    here = options.workspace(workspace)
    found = here.finding(finding, as_of=options.moment(as_of))
    resolved = here.policy().for_project(found.project, here.belonging(found.project).products)
    _explain(found, resolved.rules[found.rule])


def _explain(found: Finding, settings: Any) -> None:
    import shlex

    import msgspec

    from umbel.policy.registry import rules
    from umbel.policy.template import toml

    rule = rules()[found.rule]
    print(f"{found.key}  {rule.title}: {output.clean(found.reason)}")
    for name, value in _facts(found):
        print(f"  {name:<14} {output.clean(value)}")
    print(
        f"\nWhat the rule finds: {rule.what}\nWhy: {rule.why}\nIn general: {rule.remedy}\n\n[rules.{rule.id}]"
    )
    for name, value in msgspec.structs.asdict(settings).items():
        if value not in ((), {}):
            print(f"{name} = {toml(msgspec.to_builtins(value))}")
    if not found.excused:
        package = ("--package", found.subject) if found.package else ()
        what = ("--what", found.what) if found.what else ()
        # It is copied into a shell, and names and versions are others' words.
        call = shlex.join((found.rule, "--project", found.project, *package, *what))
        print(
            "\nTo accept it all the same, for a time:\n"
            f"  umbel exceptions add {output.clean(call)} --until DAY --by WHO --reason WHY"
        )


def _facts(found: Finding) -> list[tuple[str, Any]]:
    """What is known of a finding, by name; what isn't known is left out."""
    excused = found.exception
    word = "expired on" if excused and excused.expired else "holds until"
    told: list[tuple[str, Any]] = [
        ("project", found.project),
        ("component", found.subject if found.package else None),
        ("way in", " → ".join(found.path) or None),
        ("seen in", found.place),
        ("worth", f"{found.level}, severity {found.severity}, {found.outcome}"),
        ("to mend", found.remedy),
        ("exception", f"{excused.id} {word} {excused.until}: {excused.reason}" if excused else None),
        ("VEX", found.vex),
        *((name.replace("_", " "), _plain(value)) for name, value in found.evidence.items()),
    ]
    return [(name, value) for name, value in told if value not in (None, [])]


def _plain(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list) else value
