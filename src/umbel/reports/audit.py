# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""An audit summary in words, and as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from umbel.metrics.words import percent

if TYPE_CHECKING:
    from umbel.policy.audit import Audit, Count, Figure

TITLE = "Open source audit"
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~])")


def plural(number: int, noun: str) -> str:
    """A number and its noun: 1 project, 2 projects."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def share(count: Count) -> str:
    """The share of those that have an answer; `unknown` if none has."""
    return "unknown" if count.share is None else percent(count.share)


def reading(count: Count, noun: str) -> str:
    """A figure with its denominator and what is unknown: 41 of 57 projects; of 9 nothing is known."""
    if count.share is None:
        return f"of {plural(count.of, noun)} nothing is known"
    said = f"{count.met:,} of {plural(count.of, noun)}"
    if count.unknown:
        said += f"; of {count.unknown:,} nothing is known"
    if count.partly:
        said += f"; {count.partly:,} {'is' if count.partly == 1 else 'are'} free as far as is known"
    return said


def summary(audit: Audit) -> str:
    """What was looked at, in a sentence or two."""
    if not audit.with_documents:
        return f"Of {plural(audit.projects, 'project')} nothing is known: no document tells what they use."
    one = audit.with_documents == 1
    said = (
        f"{audit.with_documents:,} of {plural(audit.projects, 'project')} {'has' if one else 'have'} documents "
        f"that tell what {'it uses' if one else 'they use'}: "
        f"{plural(audit.components, 'component')} in different versions"
    )
    if audit.mean is not None and audit.median is not None:
        said += f", {audit.median:,.0f} in the project in the middle, {audit.mean:,.1f} on average"
    return said + "."


def need(figure: Figure) -> str:
    """What would have to be known; empty where something is."""
    return f"Nothing of it is known. It needs {figure.missing}." if figure.missing else ""


def markdown(audit: Audit) -> str:
    """The whole summary as text."""
    lines = [
        f"# {TITLE}",
        "",
        f"As of {audit.as_of:%Y-%m-%d}. {summary(audit)}",
        "",
        "| Projects that … | share | of | components |",
        "|---|---:|---|---|",
    ]
    lines += [
        f"| {figure.title} | {share(figure.projects)} | {reading(figure.projects, 'project')} "
        f"| {reading(figure.components, 'component')} |"
        for figure in audit.figures
    ]
    lines += ["", "Shares are of the projects of which something is known."]
    if audit.packages:
        lines += [
            "",
            "## Packages with the most vulnerabilities",
            "",
            "| package | vulnerabilities | high or critical | versions | projects |",
            "|---|---:|---:|---:|---:|",
        ]
        lines += [
            f"| {_safe(one.package)} | {one.vulnerabilities:,} | {one.high:,} | {one.versions:,} | {one.projects:,} |"
            for one in audit.packages
        ]
    lines += ["", "## What the figures leave out", ""]
    lines += [f"- *{figure.title}*: {figure.limits} {need(figure)}".rstrip() for figure in audit.figures]
    return "\n".join(lines) + "\n"


def _safe(text: str) -> str:
    """Text that can't format, link or break out of a table."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    return _SPECIAL.sub(r"\\\1", plain)
