# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel strategy`: the few projects that matter most, why, and how sure that is."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from umbel.cli import options, output
from umbel.cli.commands import _strategy_quadrant, _strategy_said
from umbel.cli.options import AsOfOption, Format, FormatOption, WorkspaceOption

if TYPE_CHECKING:
    from umbel.app.strategy import Why
    from umbel.model.measurement import Measurement
    from umbel.strategy.interface import Part, Ranked

TOP = 20


class _ListsByDefault(TyperGroup):
    """`umbel strategy --top 5` lists: without a command the options are of the list."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    cls=_ListsByDefault,
    help="Rank the upstream projects by what business depends on. Without a command: umbel strategy list.",
)


class By(StrEnum):
    """What the list is ordered by."""

    strategic = "strategic"
    priority = "priority"


OrderOption = Annotated[
    By, typer.Option("--order", help="By what business depends on, or by that times the risk to it.")
]


@app.command("list")
def list_(
    order: OrderOption = By.strategic,
    top: Annotated[
        int,
        typer.Option(
            "--top", min=0, metavar="N", help="So many projects of each kind; 0 is all that are told."
        ),
    ] = TOP,
    peers: Annotated[  # noqa: FBT002
        bool,
        typer.Option("--peers", help="Beside it what others' scores say: OpenSSF criticality in both forms."),
    ] = False,
    as_of: AsOfOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Rank upstream projects by strategic value; below, those of which too little is known, and what to find out.

    Example: umbel strategy --order priority --top 10
    """
    here, moment = options.workspace(workspace), options.moment(as_of)
    found = here.strategy(moment, order.value)
    others = here.strategy_peers(moment) if peers else {}
    placed = [each for each in found if each.verdict]
    open_ = [each for each in found if not each.verdict]
    if top:
        placed, open_ = placed[:top], open_[:top]
    if format is not Format.table:
        output.emit([_beside(each, others, told=peers) for each in (*placed, *open_)], format, columns={})
        return
    output.emit(
        [_beside(each, others, told=peers) for each in placed],
        format,
        columns={**_LIST, **(_PEERS if peers else {})},
        limit=0,
        nothing="Of no project is enough known for a verdict." if found else "Nothing is in use.",
    )
    if open_:
        print("Too little is known of these for a verdict. To find out:")
        output.emit([_record(each) for each in open_], format, columns=_OPEN, limit=0)
    for line in _notes(found):
        print(line, file=sys.stderr)


@app.command()
def why(
    project: Annotated[
        str,
        typer.Argument(metavar="PROJECT", help="A project's name, the end of it, or one of its packages."),
    ],
    order: OrderOption = By.strategic,
    as_of: AsOfOption = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    workspace: WorkspaceOption = options.HERE,
) -> None:
    """Tell why a project stands where it stands: each part by data and opinion, its evidence, what is missing.

    Example: umbel strategy why github.com/pallets/flask
    """
    from msgspec.structs import asdict

    found = options.workspace(workspace).strategy_why(project, options.moment(as_of), order.value)
    if format is not Format.table:
        told = _record(found.ranked) | {"peers": [asdict(each) for each in found.peers]}
        output.emit([told], format, columns={})
        return
    with output.readers_may_leave():
        _page(found)


def _record(ranked: Ranked) -> dict[str, Any]:
    from msgspec.structs import asdict

    evidence = ranked.parts["dependency"].evidence
    told = asdict(ranked)
    told["parts"] = {
        name: asdict(part) | {"effective": part.effective, "sureness": part.sureness}
        for name, part in ranked.parts.items()
    }
    return {"place": told.pop("place"), "frequency_place": evidence["frequency_place"]} | told


def _beside(ranked: Ranked, others: dict[str, dict[str, Measurement]], *, told: bool) -> dict[str, Any]:
    """A record, with what others' scores say of it if that is asked for."""
    from msgspec.structs import asdict

    peers = {name: asdict(each) for name, each in others.get(ranked.project, {}).items()}
    return _record(ranked) | ({"peers": peers} if told else {})


def _use(record: dict[str, Any]) -> str:
    packages, products = record["packages"], record["products"]
    named = packages[0].removeprefix("pkg:") + (f" +{len(packages) - 1}" if len(packages) > 1 else "")
    where = ", ".join(products[:2]) + (f" +{len(products) - 2}" if len(products) > 2 else "")
    return output.clean(f"{named} in {where}")


def _points(value: float | None) -> str:
    return "?" if value is None else f"{value:.1f}"


def _score(peer: dict[str, Any] | None) -> str:
    return "?" if peer is None or peer["value"] is None else f"{peer['value']:.2f}"


def _strategic(record: dict[str, Any]) -> str:
    """The figure; where somebody overruled the data, these stand beside it."""
    part = record["parts"]["dependency"]
    said = "" if part["opinion"] is None else f" (data {_points(part['value'])})"
    return _points(record["strategic"]) + said


def _stance(record: dict[str, Any]) -> str:
    stance = record["stance"]
    return "–" if stance is None or stance.name is None else stance.name + ("*" if stance.decided_by else "")


_LIST: output.Shown = {
    "place#": lambda r: output.number(r["place"]),
    "project": lambda r: output.clean(r["project"]),
    "what for": _use,
    "strategic#": _strategic,
    "criticality#": lambda r: _points(r["criticality"]),
    "health risk#": lambda r: _points(r["health_risk"]),
    "priority#": lambda r: "?" if r["priority"] is None else f"{r['priority']:.0f}",
    "sure#": lambda r: f"{r['confidence']:.0%}",
    "stance": _stance,
    "by frequency#": lambda r: output.number(r["frequency_place"]),
}
_PEERS: output.Shown = {
    "OpenSSF (README)#": lambda r: _score(r["peers"].get("criticality_score_readme")),
    "OpenSSF (YAML)#": lambda r: _score(r["peers"].get("criticality_score_yaml")),
}
_OPEN: output.Shown = {
    "project": lambda r: output.clean(r["project"]),
    "what for": _use,
    "strategic#": lambda r: f"~{_points(r['strategic'])}",
    "sure#": lambda r: f"{r['confidence']:.0%}",
    "find out": lambda r: output.clean("; ".join(r["find_out"][:2])),
}


def _notes(found: list[Ranked]) -> list[str]:
    """What the reader of the list should know of it."""
    if not found:
        return []
    notes = ["umbel strategy why PROJECT tells the reasons. Figures are of 10, priority of 100."]
    if all(each.fragility is None and each.health_risk is None for each in found):
        notes.append(
            "No upstream project was examined: criticality and risk are unknown (umbel collect upstream)."
        )
    if any("(none)" in each.products for each in found[:TOP]):
        notes.append(
            "(none): projects of no product; say in umbel.toml which product they make up ([[products]])."
        )
    return notes


def _page(found: Why) -> None:
    ranked = found.ranked
    place = f"place {ranked.place}" if ranked.verdict else "no verdict: too little is known"
    print(output.clean(f"{ranked.project}: {place}, strategic {_points(ranked.strategic)} of 10"))
    print(output.clean(f"  packages: {_listed(ranked.packages)}"))
    print(output.clean(f"  products: {_listed(ranked.products)}"))
    print(
        f"  criticality {_points(ranked.criticality)} x health risk {_points(ranked.health_risk)} = priority"
        f" {_points(ranked.priority)} of 100 (by data alone {_points(ranked.by_data)}); sure {ranked.confidence:.0%}"
    )
    for part in ranked.parts.values():
        _part(part)
    if ranked.stance is not None:
        name = ranked.stance.name or "open"
        print()
        print(output.clean(f"stance: {name}. {ranked.stance.reason} {ranked.stance.change}"))
    for peer in found.peers:
        print()
        print(
            output.clean(
                f"{peer.metric}: {output.unknown(None if peer.value is None else round(peer.value, 3))}"
            )
        )
        print(output.clean(f"  {peer.why or peer.evidence}"))


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6:,} more" if len(names) > 6 else "")


def _part(part: Part) -> None:
    title = part.name.replace("_", " ")
    print(f"\n{title}: {_points(part.effective)} of 10, sure {part.sureness:.0%}")
    said = part.opinion
    if said is not None:
        difference = "" if part.value is None else f" ({said.value - part.value:+.1f})"
        by = f"by {said.by} on {said.decided}: {said.reason}"
        print(
            output.clean(f"  opinion {said.value:.1f} against data {_points(part.value)}{difference}, {by}")
        )
    for reason in part.reasons:
        print(output.clean(f"  - {reason.text}"))
    for name, value in part.evidence.items():
        if value is not None and not isinstance(value, dict | list):
            print(output.clean(f"    {name} {round(value, 3) if isinstance(value, float) else value}"))
    if "range" in part.evidence:
        low, high = part.evidence["range"]
        if low < high:
            print(f"    between {low} and {high}, if all that isn't known were nothing, or all")
    for gap in part.missing:
        print(output.clean(f"  ? {gap}"))


_strategy_said.register(app)
_strategy_quadrant.register(app)
