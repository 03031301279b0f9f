# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""One document, three writers: what each makes of every block, of much, of long names and of nothing."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import typst
from defusedxml.ElementTree import fromstring

from tests.reports.documents.papers import DAY, NOW, document, every_block, figure
from umbel.reports.documents import blocks as b
from umbel.reports.documents import html, markdown, said
from umbel.reports.documents import typst as pdf
from umbel.reports.documents.write import FORMATS, write

GOLDEN = """\
# A paper

As of 2026-09-30 · Acme

Run `umbel check` first; **3 of 7** are known. [Site](<https://acme.example/>)

- **Coverage**: 92 %. 3 of 7 projects; +3 points; target 95 %
- **Fixes**: unknown. Nobody looked.; stated, not observed (`umbel collect`)

## Findings

1. First
2. Then

**Rules**

| Rule | How often |
| --- | ---: |
| license\\_ | 1 |
| `a\\|b` | *unknown* |

… and 12 more. All of them: `umbel risks`.

### Chart

**Where packages come from**

| Where | How many |
| --- | ---: |
| npm | 3 |
| nobody knows | 1 |

> [!WARNING]
> **Look**
>
> Here.

<!-- umbel:blank owner -->

> **To be written:** Who?

<!-- /umbel:blank -->

- **Term**: what it is

---

"""


def small() -> b.Document:
    """A document of most blocks, small enough to be read."""
    return document(
        b.Paragraph(("Run ", b.Code("umbel check"), " first; ", b.Strong("3 of 7"), " are known. ",
                     b.Link("Site", "https://acme.example/"))),
        b.Figures((b.Big(label="Coverage", value="92 %", of="3 of 7 projects", change="+3 points", tone="good",
                         target="target 95 %"),
                   b.Big(label="Fixes", value=None, of="Nobody looked.", ask="umbel collect", stated=True))),
        b.Section("Findings", (
            b.Steps(("First", "Then")),
            b.Table((b.Column("Rule"), b.Column("How often", "right")), (("license_", "1"), ((b.Code("a|b"),), None)),
                    "Rules", 12, "umbel risks"),
            b.Section("Chart", (figure(), b.Callout("Look", "Here.", "warning"), b.Blank("owner", "Who?"),
                                b.Terms((b.Term("Term", "what it is"),)))),
        )),
    )  # fmt: skip


def test_markdown_is_as_a_person_would_write_it() -> None:
    made = markdown.render(small())
    assert made.startswith(GOLDEN)
    assert made.removeprefix(GOLDEN).endswith("from the evidence as of 2026-09-30.\n")


@pytest.mark.parametrize("form", FORMATS)
def test_equal_documents_give_equal_bytes(form: Any) -> None:
    assert write(document(*every_block()), form) == write(document(*every_block()), form)


def test_the_pdf_is_tagged_titled_and_dated() -> None:
    made = pdf.render(document(*every_block()))
    assert made.startswith(b"%PDF-1.7")
    assert b"/MarkInfo" in made
    assert b"/StructTreeRoot" in made
    assert b"pdfuaid:part>1<" in made.replace(b" ", b"")
    assert f"{DAY:%Y%m%d}".encode() in made


def test_the_template_sets_every_block() -> None:
    found = _asked(small(), "heading")
    assert [each["level"] for each in found] == [1, 2]
    assert _texts(found) == ["Findings", "Chart"]
    assert len(_asked(small(), "table")) == 1
    assert [each["alt"] for each in _asked(small(), "image")] == ["Three of npm, one unknown."]


def test_the_page_is_sound_and_loads_nothing() -> None:
    page = html.render(document(*every_block(), contents=True))
    assert "default-src 'none'" in page
    root = fromstring(_closed(page))
    headings = [each.tag for each in root.iter() if each.tag in {"h1", "h2", "h3", "h4"}]
    assert headings[0] == "h1"
    assert "h2" in headings
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    assert {each.get("href") for each in root.iter("a")} == {"https://acme.example/", "#words"}
    assert not list(root.iter("img"))


def test_a_private_document_says_so_in_each_format() -> None:
    private = document(private=True)
    assert "For the office only" in markdown.render(private)
    assert "For the office only" in html.render(private)
    assert "office only" in pdf.data(private)["footer"]
    assert "office only" not in pdf.data(document())["footer"]


def test_ten_thousand_rows_are_cut_and_counted() -> None:
    rows = tuple((f"github.com/acme/{n}", str(n), None) for n in range(10_000))
    table = b.Table(
        (b.Column("Project"), b.Column("N", "right"), b.Column("What")), rows, "All", rest="umbel strategy"
    )
    long = document(table)
    assert "and 9,600 more" in json.dumps(pdf.data(long))
    assert pdf.render(long).startswith(b"%PDF")
    assert html.render(long).count("<tr>") == b.MOST_ROWS_PAGE + 1
    assert "… and 8,000 more. All of them: `umbel strategy`." in markdown.render(long)


def test_a_long_name_stays_on_the_page() -> None:
    name = "a" * 400
    table = b.Table((b.Column("Name"), b.Column("Other")), ((name, "x"),))
    assert pdf.render(document(table, b.Paragraph(name), title=name[:190]))
    assert all(len(word) < said.LONGEST_WORD for word in said.breakable(name).split("\u200b"))
    assert said.breakable("github.com/pallets/flask").replace("\u200b", "") == "github.com/pallets/flask"


def test_what_no_font_shows_still_gives_a_pdf() -> None:
    assert pdf.render(document(b.Paragraph("\U0001f9ff \u12a0 \u0e01 name"))).startswith(b"%PDF")


@pytest.mark.parametrize(
    "made",
    [
        lambda: b.Paragraph("  "),
        lambda: b.Bullets(()),
        lambda: b.Steps(("",)),
        lambda: b.Table((b.Column("A"),), ()),
        lambda: b.Table((b.Column("A"),), (("x", "y"),)),
        lambda: b.Section("Empty", ()),
        lambda: b.Figures(()),
        lambda: b.Gallery(()),
        lambda: b.Callout("", "x"),
        lambda: b.Blank("id", ""),
        lambda: b.Figure({}, 1, 1, "caption", ""),
        lambda: b.Terms((b.Term("t", ""),)),
        lambda: document(title=""),
    ],
)
def test_empty_blocks_are_refused(made: Any) -> None:
    with pytest.raises(ValueError, match=r"empty|without|not as many|one to six"):
        made()


def test_the_moment_is_the_one_of_the_evidence() -> None:
    assert said.day(document()) == f"{NOW:%Y-%m-%d}"
    assert said.kicker(document(organisation="")) == "Open source program"


def _asked(paper: b.Document, selector: str) -> list[dict[str, Any]]:
    inputs = {"document": json.dumps(pdf.data(paper))}
    found: list[dict[str, Any]] = json.loads(typst.query(pdf.template(), selector, sys_inputs=inputs))
    return found


def _texts(found: list[dict[str, Any]]) -> list[str]:
    return [each["body"]["text"] for each in found]


def _closed(page: str) -> str:
    """The page as XML: elements that HTML leaves open are closed."""
    body = page.removeprefix("<!doctype html>\n")
    body = re.sub(r"<(meta|br|link|input|col)\b([^>]*)>", r"<\1\2/>", body)
    body = re.sub(r"<script>.*?</script>|<style>.*?</style>", "", body, flags=re.DOTALL)
    return re.sub(r" (hidden|required)(?=[ >])", "", body)
