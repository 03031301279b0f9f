# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a product owner is asked: a page of candidates, and how it is written as Markdown to fill in.

A form's fields have fixed labels, so that `umbel.strategy.owners_forms` reads back what people filled in.
"""

from __future__ import annotations

import re
from datetime import date  # noqa: TC003 - msgspec reads it
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from umbel.metrics.words import percent
from umbel.model import purl
from umbel.strategy.owners import is_project

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from umbel.model.settings import Product
    from umbel.strategy.interface import Ranked
    from umbel.strategy.owners import Answers

FORM = "umbel owners 1"
"""What a form says of itself: another number is another form."""
MOST = 12
"""Candidates of one product: more questions get worse answers."""
LABELS = {
    "product": "Product",
    "project": "Project",
    "without": "Could you deliver without it?",
    "replacement": "What would replace it?",
    "areas": "Which areas of it will you need in two years?",
    "dependency": "How much does the product depend on it, 1 to 10?",
    "reason": "Why?",
}
HINTS = {
    "without": "yes, with effort, no, unknown",
    "areas": "with commas between",
    "dependency": "only if your figure is to count in the score",
}
ASKED = ("without", "replacement", "areas", "dependency", "reason")


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One project that a product may stand on: what it is used for by the evidence, and how sure that is."""

    project: str
    product: str
    packages: tuple[str, ...]
    used_for: tuple[str, ...]
    sure: str
    before: str | None = None

    @property
    def called(self) -> str:
        """The project as people call it: a package that stands for itself without its purl's signs."""
        return purl.display(self.project) if self.project.startswith("pkg:") else self.project


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One owner's page. `owner` None: nobody is named for the product."""

    owner: str | None
    products: tuple[str, ...]
    day: date
    candidates: tuple[Candidate, ...]

    @property
    def title(self) -> str:
        """What is asked, in one sentence."""
        verb = "does" if len(self.products) == 1 else "do"
        return f"What {verb} {', '.join(self.products)} stand on?"

    @property
    def stem(self) -> str:
        """A file's name without its end: what owners are called, and a few digits against those called alike."""
        said = self.owner or " ".join(self.products)
        plain = re.sub(r"[^a-z0-9]+", "-", said.casefold()).strip("-")[:60] or "owner"
        return f"{plain}-{blake2b(said.encode('utf-8', 'replace'), digest_size=2).hexdigest()}"


def sheets(
    ranked: Sequence[Ranked], products: Iterable[Product], answers: Answers, day: date, most: int = MOST
) -> list[Sheet]:
    """A page for each owner of products that stand on anything, with the projects that matter most first."""
    by_owner: dict[str | None, list[Candidate]] = {}
    named: dict[str | None, list[str]] = {}
    pages: list[tuple[str | None, str]] = []
    for product in products:
        key = product.owner or None
        mine = [each for each in ranked if product.name in each.products and is_project(each.project)][:most]
        if not mine:
            continue
        if key is None:
            pages.append((None, product.name))
        by_owner.setdefault(key, []).extend(_candidate(each, product.name, answers) for each in mine)
        named.setdefault(key, []).append(product.name)
    made = [
        Sheet(owner=owner, products=tuple(named[owner]), day=day, candidates=tuple(found))
        for owner, found in by_owner.items()
        if owner is not None
    ]
    unowned = by_owner.get(None, [])
    made += [
        Sheet(
            owner=None,
            products=(name,),
            day=day,
            candidates=tuple(each for each in unowned if each.product == name),
        )
        for _, name in pages
    ]
    return made


def _candidate(ranked: Ranked, product: str, answers: Answers) -> Candidate:
    part = ranked.parts.get("dependency")
    sure = f"{percent(ranked.confidence)} of what the score stands on is known"
    missing = part.missing[:2] if part is not None else ()
    if missing:
        sure += f"; not known: {'; '.join(_question(each) for each in missing)}"
    before = answers.newest.get((ranked.project, product))
    return Candidate(
        project=ranked.project,
        product=product,
        packages=ranked.packages,
        used_for=tuple(reason.text for reason in part.reasons[:3]) if part is not None else (),
        sure=sure,
        before=None if before is None else f"{before.decided}, {before.by}: {before.sentence}",
    )


def _question(missing: str) -> str:
    """What isn't known, without the command that finds it out: it is the office's."""
    first, mark, _ = missing.partition("?")
    return first + mark


def markdown(sheet: Sheet) -> str:
    """The page as Markdown to fill in behind the colons. Pure: equal sheets give equal texts."""
    lines = [
        f"<!-- {FORM} -->",
        f"# {plain(sheet.title)}",
        "",
        "Please answer behind the colons, in as many lines as you like, and send the file back. What you leave empty",
        "counts as not answered. Your answers stand beside the data, with your name and the day.",
        "",
        f"- **By**: {plain(sheet.owner or '')}".rstrip(),
        f"- **Day**: {sheet.day}",
    ]
    for number, each in enumerate(sheet.candidates, 1):
        lines += ["", f"## {number}. {plain(each.called)}", ""]
        lines += [f"> {plain(text)}" for text in about(each)]
        lines += ["", f"- **Product**: {code(each.product)}", f"- **Project**: {code(each.project)}"]
        for key in ASKED:
            hint = f" ({HINTS[key]})" if key in HINTS else ""
            lines.append(f"- **{LABELS[key]}**{hint}:")
    return "\n".join(lines) + "\n"


def about(each: Candidate) -> list[str]:
    """What is known of a candidate, a sentence each, as it was written by others."""
    packages = ", ".join(each.packages[:4]) + (" …" if len(each.packages) > 4 else "")
    said = [f"Used as {packages}."] if each.packages and each.packages != (each.project,) else []
    said += [*each.used_for, f"How sure: {each.sure}{'' if each.sure.endswith('?') else '.'}"]
    return [*said, f"Said before: {each.before}"] if each.before else said


def plain(text: str, most: int = 300) -> str:
    """What others wrote, on one line of Markdown in which it is only text."""
    one_line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    cut = one_line if len(one_line) <= most else one_line[: most - 1] + "…"
    return re.sub(r"([\\`*\[\]<>|#~])", r"\\\1", cut)


def code(text: str) -> str:
    """A name as code: what `umbel.strategy.owners_forms` compares it with is made in the same way."""
    return "`" + " ".join("".join(c if c.isprintable() and c != "`" else " " for c in text).split()) + "`"
