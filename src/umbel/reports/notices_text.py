# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Third-party notices as plain text and as Markdown. Equal notices give equal bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from umbel.reports.figures import count
from umbel.reports.files import checked, replacing
from umbel.reports.markup import printable

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from umbel.reports.notices import Member, Notices, Section

TITLE = "Third-party notices"
STANDARD = "The standard text of the SPDX license list. Its placeholders are not filled in."
MISSING = "Missing"
NOT_FOUND = "This could not be found. Nothing was put in its place."
_WIDTH = 78
Shape = Literal["text", "html", "markdown"]


def rendered(notices: Notices, shape: Shape) -> str:
    """The document as text, HTML or Markdown."""
    if shape == "html":
        from umbel.reports.notices_page import page

        return page(notices)
    return markdown(notices) if shape == "markdown" else plain(notices)


def write(notices: Notices, path: str | os.PathLike[str], shape: Shape) -> Path:
    """Write the document, whole or not at all; gives the file's full path. Raises as `files.replacing`."""
    target = checked(path)
    with replacing(target) as draft:
        draft.write_text(rendered(notices, shape), "utf-8", newline="\n")
    return target


def summary(notices: Notices) -> str:
    """What the document holds, in a sentence."""
    parts = [
        f"{count(notices.packages, 'package')}, {count(len(notices.sections), 'text')}",
        f"evidence as of {notices.observed:%Y-%m-%d}",
    ]
    if notices.left_out:
        parts.append(f"{count(notices.left_out, 'package')} used only for development or tests left out")
    return "; ".join(parts) + "."


def plain(notices: Notices) -> str:
    """Plain text: a block for each license text, what is missing last."""
    out = [f"{TITLE}: {printable(notices.name)}", "", summary(notices), ""]
    for section in notices.sections:
        out += ["=" * _WIDTH, _line(section.title), "=" * _WIDTH, ""]
        for member in section.members:
            out += [_line(member.name), *(f"    {_line(line)}" for line in member.copyrights)]
        out += ["", *([STANDARD, ""] if section.standard else []), *_lines(section), ""]
    if notices.missing:
        out += ["=" * _WIDTH, MISSING, "=" * _WIDTH, "", NOT_FOUND, ""]
        out += [f"{_line(each.name)}: {each.what}" for each in notices.missing]
    return "\n".join(out).rstrip("\n") + "\n"


def markdown(notices: Notices) -> str:
    """Markdown: a heading for each license text, which stands in a fence of its own."""
    out = [f"# {TITLE}: {_escaped(notices.name)}", "", summary(notices), ""]
    for section in notices.sections:
        out += [f"## {_escaped(section.title)}", ""]
        out += [_item(member) for member in section.members]
        lines = _lines(section)
        fence = "`" * max(3, 1 + max((_ticks(line) for line in lines), default=0))
        out += ["", *([STANDARD, ""] if section.standard else []), f"{fence}text", *lines, fence, ""]
    if notices.missing:
        out += [f"## {MISSING}", "", NOT_FOUND, ""]
        out += [f"- {_escaped(each.name)}: {each.what}" for each in notices.missing]
    return "\n".join(out).rstrip("\n") + "\n"


def _item(member: Member) -> str:
    lines = [f"- **{_escaped(member.name)}**", *(f"  {_escaped(line)}" for line in member.copyrights)]
    return "  \n".join(lines)


def _lines(section: Section) -> list[str]:
    return [printable(line) for line in section.text.split("\n")]


def _line(text: str) -> str:
    return printable(" ".join(text.split()))


def _ticks(line: str) -> int:
    run = most = 0
    for character in line:
        run = run + 1 if character == "`" else 0
        most = max(most, run)
    return most


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|&" else c for c in _line(text))
