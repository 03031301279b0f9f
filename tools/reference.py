# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Write docs/reference from the code: commands, collectors, tables, settings, rules, metrics, and so on.

What collectors claim is gathered in a module, too.

`python tools/reference.py` writes; `--check` only says what would change (exit code 1).
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import typing
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs/reference"
CLAIMS = ROOT / "src/umbel/collect/_claims.py"
HEAD = """<!--
SPDX-FileCopyrightText: The Umbel contributors
SPDX-License-Identifier: Apache-2.0

Written by tools/reference.py (make docs): change the code, not this page.
-->
"""


def commands() -> str:
    """Help of every command."""
    from umbel.cli.root import _Commands

    names = _Commands(name="umbel").list_commands(None)
    parts = [HEAD, "# Commands", "", _fenced(_help([])), ""]
    for name in names:
        parts += [f"## umbel {name}", "", _fenced(_help([name])), ""]
        for sub in _subcommands(name):
            parts += [f"### umbel {name} {sub}", "", _fenced(_help([name, sub])), ""]
    return "\n".join(parts).rstrip() + "\n"


def _subcommands(name: str) -> list[str]:
    import importlib

    import typer

    module = importlib.import_module(f"umbel.cli.commands.{name.replace('-', '_')}")
    command = typer.main.get_command(module.app)
    return list(getattr(command, "commands", {}))


def _help(arguments: list[str]) -> str:
    from umbel.cli.root import run

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        run([*arguments, "--help"])
    return "\n".join(line.rstrip() for line in out.getvalue().strip().splitlines())


def _fenced(text: str) -> str:
    return f"```text\n{text}\n```"


def collectors() -> str:
    """What is read, by which collector, and what it can't tell."""
    from umbel.collect.registry import collectors as every

    parts = [HEAD, "# Collectors", "", "What `umbel collect` recognises and reads.", ""]
    for collector in sorted(every().values(), key=lambda c: c.id):
        names = ", ".join(f"`{name}`" for name in (*collector.names, *collector.folders)) or "by content"
        parts += [f"## {collector.id}", "", f"**{collector.title}**, version {collector.version}.", ""]
        parts += [f"- Reads: {collector.reads}", f"- Known by: {names}"]
        companions = ", ".join(f"`{name}`" for name in collector.companions)
        if companions:
            parts.append(f"- Takes along: {companions}")
        if collector.limits:
            parts.append(f"- Can't tell: {collector.limits}")
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def tables() -> str:
    """The lake's tables, and the views for queries."""
    from umbel.evidence import views
    from umbel.model.tables import TABLES

    parts = [HEAD, "# Tables and views", "", "The lake is a folder of Delta tables.", ""]
    for table in TABLES.values():
        parts += [f"## {table.name}", "", table.row, "", f"Sorted by {', '.join(table.sorted_by)}.", ""]
        parts += ["| column | type | meaning |", "|---|---|---|"]
        parts += [f"| `{c.name}` | {c.type} | {c.meaning} |" for c in table.columns]
        parts.append("")
    parts += ["## Views", "", "`umbel query` and every command ask these, as of a day."]
    for name, statement in views.SETUP:
        parts += ["", f"### {name}", "", f"```sql\n{statement.strip()}\n```"]
    return "\n".join(parts).rstrip() + "\n"


def settings() -> str:
    """Every key of umbel.toml."""
    from umbel.model.settings import Settings

    parts = [HEAD, "# umbel.toml", "", "Every key is optional unless it says otherwise.", ""]
    parts += _struct(Settings, "")
    return "\n".join(parts).rstrip() + "\n"


def _struct(kind: type[msgspec.Struct], path: str) -> list[str]:
    rows, below = [], []
    for field in msgspec.structs.fields(kind):
        inner = _inner(field.type)
        if inner is not None:
            name = f"{path}.{field.name}".lstrip(".")
            many = typing.get_origin(field.type) is tuple
            below += [f"## {'[[' if many else '['}{name}{']]' if many else ']'}", ""]
            below += [" ".join((inner.__doc__ or "").split()), "", *_struct(inner, name)]
        else:
            rows.append(f"| `{field.name}` | {_type(field.type)} | {'required' if field.required else ''} |")
    table = ["| key | value | |", "|---|---|---|", *rows, ""] if rows else []
    return table + below


def _inner(kind: Any) -> type[msgspec.Struct] | None:
    for each in (kind, *typing.get_args(kind)):
        if isinstance(each, type) and issubclass(each, msgspec.Struct):
            return each
    return None


def _type(kind: Any) -> str:
    choices = [
        a for part in (kind, *typing.get_args(kind)) for a in typing.get_args(part) if isinstance(a, str)
    ]
    many = "list of " if typing.get_origin(kind) is tuple else ""
    if choices:
        return many + " or ".join(f"`{choice}`" for choice in dict.fromkeys(choices))
    text = str(kind)
    return "table of texts" if "dict" in text else many + ("date" if "date" in text else "text")


def rules() -> str:
    """Every rule of the policy, with its settings as they ship."""
    from umbel.policy import interface
    from umbel.policy.registry import rules as every
    from umbel.policy.template import toml

    parts = [
        HEAD,
        "# Rules",
        "",
        "What `umbel check` and `umbel risks` ask. `umbel policy init` writes them all.",
        "",
    ]
    for name, rule in every().items():
        kind = "components" if isinstance(rule, interface.ComponentRule) else "projects"
        parts += [f"## {name}", "", f"**{rule.title}** (of {kind}). {rule.what}", ""]
        parts += [f"- Why: {rule.why}", f"- What to do: {rule.remedy}"]
        needs = ", ".join(sorted(rule.needs))
        parts += [f"- Needs: {needs}; without these it says that it wasn't asked."] if needs else []
        parts += [
            "",
            " ".join((rule.settings.__doc__ or "").split()),
            "",
            "| setting | as shipped |",
            "|---|---|",
        ]
        shipped = msgspec.structs.asdict(rule.settings())
        parts += [f"| `{key}` | `{toml(msgspec.to_builtins(value))}` |" for key, value in shipped.items()]
        parts += ["", f"```toml\n{rule.example}\n```", ""]
    return "\n".join(parts).rstrip() + "\n"


def metrics() -> str:
    """Every built-in metric with its definition."""
    from umbel.metrics.definition import catalog

    parts = [HEAD, "# Metrics", "", "What `umbel metrics` lists. A workspace's own stand beside them.", ""]
    for name, metric in sorted(catalog().metrics.items()):
        header = metric.header
        windows = ", ".join("all of it" if w is None else f"{w} days" for w in metric.windows)
        parts += [f"## {name}", "", f"**{header.title}.** {header.question}", "", header.definition, ""]
        parts += [f"- Unit: {header.unit}; better: {header.better}; windows: {windows}"]
        parts += [f"- Source: {header.source}", f"- Limits: {header.limits}", ""]
    return "\n".join(parts).rstrip() + "\n"


def indicators() -> str:
    """Every built-in indicator with its definition."""
    from umbel.frameworks.indicators import catalog

    intro = "Figures about the whole program: what frameworks judge by, goals follow and documents print."
    parts = [HEAD, "# Indicators", "", f"{intro} A workspace's own stand in its `indicators/`.", ""]
    for name, each in sorted(catalog().indicators.items()):
        parts += [f"## {name}", "", f"**{each.title}.** {each.question}", "", each.definition, ""]
        parts += [f"- Unit: {each.unit}; better: {each.better}", f"- Source: {each.source}"]
        parts += [f"- Limits: {each.limits}", ""]
    return "\n".join(parts).rstrip() + "\n"


def frameworks() -> str:
    """Every shipped framework with its practices, and how each is answered."""
    from umbel.frameworks.loading import library

    intro = "What `umbel maturity` assesses. Practices are in our own words; the source's id or title stands beside."
    parts = [HEAD, "# Frameworks", "", intro, ""]
    for name, each in sorted(library().frameworks.items()):
        parts += [f"## {name}: {each.title}", "", each.about, ""]
        parts += [f"Version {each.version}; source: [{each.source}]({each.url}), {each.license}.", ""]
        parts += ["| practice | asks | at the source | level | answered by |", "|---|---|---|---|---|"]
        for practice in each.practices:
            by = ", ".join(_check(check) for check in practice.checks)
            how = f"{practice.kind}: {by}" if by else practice.kind
            cells = (f"`{practice.id}`", practice.question, practice.ref, str(practice.level), how)
            parts.append(f"| {' | '.join(' '.join(cell.replace('|', '/').split()) for cell in cells)} |")
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def _check(check: Any) -> str:
    bound = f"≥ {check.at_least:g}" if check.at_least is not None else f"≤ {check.at_most:g}"
    return f"[{check.indicator}](indicators.md#{check.indicator}) {bound}"


def access() -> str:
    """Who may do what in the web office, address by address."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"UMBEL_WORKSPACE": folder, "UMBEL_SECRET_KEY": "of no office"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "umbel.office.settings"
        import django

        django.setup()
        from umbel.office.routes import table

        routes = sorted(table().values(), key=lambda route: (route.path.startswith("api/"), route.path))
    parts = [HEAD, "# Who may do what in the office", "", _ACCESS, ""]
    for title, chosen in (
        ("Pages", [route for route in routes if not route.path.startswith("api/")]),
        ("The API", [route for route in routes if route.path.startswith("api/")]),
    ):
        methods = sorted({method for route in chosen for method in route.allow}, key=_METHODS.index)
        parts += [f"## {title}", "", f"| address | {' | '.join(methods)} | scope |"]
        parts += ["|---" * (len(methods) + 2) + "|"]
        for route in chosen:
            cells = [str(route.allow.get(method, "")) for method in methods]
            parts += [f"| `/{route.path}` | {' | '.join(cells)} | {route.scope or ''} |"]
        parts += [""]
    return "\n".join(parts).rstrip() + "\n"


_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_ACCESS = """\
Everybody with an account is a viewer; contributor, legal, security and office are given to people one by one, or by
groups of single sign-on. `catalogue`: viewers, and anybody where `[office] public_catalogue` says so. `approver`:
legal, security or office, by what a request is of. `anyone`: also without an account. The office may do all. What is
confidential is kept back behind every address (`[[office.confidential]]`).

`scope`: a token of this scope may use the address, as far as its person may. `read` reads everything but the pages of
accounts, and `admin` does what any scope does; where none is named, only people write. A test walks every address with
every method as each role, with each scope, and as nobody."""


def claims() -> str:
    """The module that tells what each collector claims, so that not all have to be loaded for one file."""
    import subprocess

    from umbel.collect.registry import discovered

    rows = "".join(f"    {tuple(entry)!r},\n" for entry in discovered())
    text = (
        "# SPDX-FileCopyrightText: The Umbel contributors\n# SPDX-License-Identifier: Apache-2.0\n"
        '"""What each collector claims. Written by tools/reference.py: change the collector, not this."""\n\n'
        "from __future__ import annotations\n\n"
        f"CLAIMS = (\n{rows})\n"
        '"""A `umbel.collect.registry.Claims` each, in the order in which they are asked."""\n'
    )
    tidy = [sys.executable, "-m", "ruff", "format", "--quiet", "--stdin-filename", str(CLAIMS), "-"]
    return subprocess.run(tidy, input=text, capture_output=True, text=True, check=True).stdout


PAGES = {
    "commands": commands,
    "collectors": collectors,
    "tables": tables,
    "settings": settings,
    "rules": rules,
    "metrics": metrics,
    "indicators": indicators,
    "frameworks": frameworks,
    "access": access,
}


def main() -> int:
    """Write the pages, or with --check name those that are out of step."""
    os.environ["COLUMNS"] = os.environ["TERMINAL_WIDTH"] = "100"
    check = "--check" in sys.argv[1:]
    stale = []
    written = {CLAIMS: claims} | {FOLDER / f"{name}.md": page for name, page in PAGES.items()}
    for path, make in written.items():
        text = make()
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(path)
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
                if path == CLAIMS:  # what was loaded doesn't know of it
                    os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - itself
    for path in stale:
        print(f"{'is out of step' if check else 'written'}: {path.relative_to(ROOT)}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
