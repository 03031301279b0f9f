# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Text is data: whatever a project is called, no writer makes markup of it."""

from __future__ import annotations

import json
from functools import cache
from html.parser import HTMLParser

import typst
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.reports.documents.papers import HOSTILE, document, every_block
from umbel.reports.documents import blocks as b
from umbel.reports.documents import html, markdown, said
from umbel.reports.documents import typst as pdf

SIGNS = "#$*_`~<>[](){}|\\/@&;:!-=+.\"'0123 \n\t\x00\x1b\u202eabcwwhttp"
TEXT = st.one_of(
    st.text(st.sampled_from(SIGNS), min_size=1, max_size=60),
    st.text(min_size=1, max_size=60),
    st.lists(
        st.sampled_from(["<b>", "</p>", "**", "__", "``", "[a](b)", "![", "# ", "- ", "1. ", "|", "---", "&lt;", "#let ", "\\", "x", " ", "https://a.example", "<!--", "-->", "$$", "~~"]),
        min_size=1, max_size=8,
    ).map("".join),
).filter(lambda text: said.line(text).strip() != "")  # fmt: skip
PLAIN = {"text", "softbreak", "text_special"}


@given(TEXT)
@example(HOSTILE)
@example("# ")
@example("1) x")
@example("a ##")
@example("&#60;b&#62;")
def test_markdown_shows_a_text_as_it_is(text: str) -> None:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    clean = said.line(text).strip()
    for block in (
        b.Paragraph(text),
        b.Section(text, (b.Paragraph("x"),)),
        b.Bullets((text,)),
        b.Steps((text,)),
    ):
        made = markdown.blocks([block])
        tokens = parser.parse(made)
        first = next(token for token in tokens if token.type == "inline")
        assert {child.type for child in first.children or []} <= PLAIN, made
        shown = "".join(child.content for child in first.children or []).strip()
        assert shown == " ".join(
            said.line(text, 200 if isinstance(block, b.Section) else 4000).split(" ")
        ).strip() or (shown == clean[:199].strip() + "…")


@given(TEXT, TEXT)
@example(HOSTILE, HOSTILE)
@example("a|b", "`|`")
def test_markdown_tables_keep_their_cells(first: str, second: str) -> None:
    parser = MarkdownIt("commonmark").enable("table")
    made = markdown.blocks(
        [b.Table((b.Column("A"), b.Column("B")), ((first, (b.Code(second),)), ("x", None)))]
    )
    kinds = [token.type for token in parser.parse(made)]
    assert kinds.count("table_open") == 1
    assert kinds.count("tr_open") == 3
    assert kinds.count("td_open") == 4
    inline = [token for token in parser.parse(made) if token.type == "inline"]
    assert {child.type for token in inline for child in token.children or []} <= PLAIN | {
        "code_inline",
        "em_open",
        "em_close",
    }


class _Tags(HTMLParser):
    """The elements of a page with their attributes' names, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.text: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@cache
def _elements() -> list[str]:
    return [tag for tag, _ in _Tags(html.render(document(*every_block()))).tags if tag != "a"]


@given(TEXT)
@example(HOSTILE[:62])
@example(HOSTILE[62:124])
@settings(max_examples=4)
def test_html_has_the_same_elements_whatever_the_text(text: str) -> None:
    made = _Tags(html.render(document(*every_block(text))))
    assert [tag for tag, _ in made.tags if tag != "a"] == _elements()
    assert all(link.startswith(("https://", "http://", "#")) for link in made.links)
    assert said.line(text) in "".join(made.text)


@given(TEXT)
@example(HOSTILE)
@example('"; #panic("x")')
@settings(max_examples=20)
def test_print_shows_a_text_as_it_is(text: str) -> None:
    paper = document(
        b.Section(text, (b.Paragraph((text, b.Code(text), b.Link(text, text))),)), title=f"T {text}"
    )
    inputs = {"document": json.dumps(pdf.data(paper))}
    asked = json.loads(typst.query(pdf.template(), "heading", sys_inputs=inputs))
    assert len(asked) == 1
    body = asked[0]["body"]
    shown = (
        body["text"]
        if body["func"] == "text"
        else "".join(each.get("text", " ") for each in body["children"])
    )
    assert shown.replace("\u200b", "").replace("\u2060", "") == said.line(text, said.TITLE)


def test_hostile_text_in_every_place_gives_a_pdf() -> None:
    assert pdf.render(
        document(*every_block(HOSTILE), title=HOSTILE, subtitle=HOSTILE, organisation=HOSTILE, foot=HOSTILE)
    )


@given(st.text(max_size=60))
def test_only_plain_addresses_become_links(address: str) -> None:
    sound = said.address(address)
    assert sound is None or sound.startswith(("http://", "https://"))
    assert said.address(f"javascript:{address}") is None
    assert said.address("https://user:secret@acme.example/") is None


@given(TEXT)
@example(HOSTILE)
def test_no_control_character_is_left(text: str) -> None:
    assert said.line(text).replace("\u00a0", "").isprintable()
    assert "\u202e" not in markdown.render(document(b.Paragraph(text)))
