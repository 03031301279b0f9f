# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The parts that pages are made of: a builtin of every template, nothing has to be loaded. `/style` shows each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import template
from django.http import QueryDict

from umbel.office.templatetags import marks
from umbel.reports import charts, markup
from umbel.reports.markup import Html, element

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.template.context import RequestContext
    from django.utils.safestring import SafeString

register = template.Library()
_TURNED = frozenset({"as_of", "page", "after"})
_MOST_KEPT = 40
"""Fields of an address that a turn back to a day keeps."""


@register.simple_tag
def icon(name: str) -> SafeString:
    """`{% icon "search" %}`: a picture beside words."""
    return marks.safe(marks.icon(name))


@register.simple_tag
def number(value: object, unit: str = "") -> SafeString:
    """`{% number n %}`, `{% number n "days" %}`: None is "?"."""
    return marks.safe(marks.number(value, unit))


@register.simple_tag
def share(part: float | None, whole: float | None) -> SafeString:
    """`{% share part whole %}`: "12 of 40 · 30 %"."""
    return marks.safe(marks.share(part, whole))


@register.simple_tag
def percent(value: float | None) -> SafeString:
    """`{% percent 0.25 %}`: only where the denominator stands beside it."""
    return marks.safe(marks.percent(value))


@register.simple_tag
def gauge(part: float | None, whole: float | None, high: float | None = None) -> SafeString:
    """`{% gauge part whole %}`: a bar, beside the words of `{% share %}`."""
    return marks.safe(marks.gauge(part, whole, high))


@register.simple_tag
def day(value: object) -> SafeString:
    """`{% day d %}`: a date, a moment or ISO text; None is "?"."""
    return marks.safe(marks.day(value))


@register.simple_tag
def moment(value: object) -> SafeString:
    """`{% moment m %}`: to the minute, UTC."""
    return marks.safe(marks.moment(value))


@register.simple_tag
def ago(value: object, seen: Any = None) -> SafeString:
    """`{% ago m seen %}`: "3 days ago", seen from the day that is looked at."""
    end = getattr(seen, "as_of", None)
    return marks.safe(marks.ago(value, datetime.now(UTC) if end is None else end - timedelta(seconds=1)))


@register.simple_tag
def outcome(word: object, label: object = None) -> SafeString:
    """`{% outcome o %}`, `{% outcome o "in other words" %}`: a badge with word, colour and shape."""
    return marks.safe(marks.outcome(word, label))


@register.simple_tag
def value(found: object) -> SafeString:
    """`{% value v %}`: whatever a record holds."""
    return marks.safe(marks.value(found))


@register.filter
def safe_link(address: object) -> str:
    """`{{ url|safe_link }}`: http and https only, else "": test it before an `<a>` is written, or use `{% away %}`."""
    return marks.safe_link(address)


@register.filter
def numeric_columns(rows: Iterable[Sequence[object]] | None) -> set[int]:
    """Which columns of small tables hold nothing but numbers: they stand flush right."""
    columns = enumerate(zip(*(rows or ()), strict=False))
    return {place for place, cells in columns if place and _all_numbers(cells)}


def _all_numbers(cells: Iterable[object]) -> bool:
    known = [each for each in cells if each is not None]
    return bool(known) and all(_numeric(each) is not None for each in known)


@register.simple_tag
def away(address: object, label: object = None) -> SafeString:
    """`{% away url label %}`: a link out of the house where the address is sound, else only the words."""
    said = str(label if label not in {None, ""} else address or "")
    return marks.safe(markup.link(marks.safe_link(address), said))


@register.simple_tag
def picture(html: object) -> SafeString:
    """`{% picture html %}`: a drawing of `umbel.reports` (`Html`); anything else is escaped."""
    return marks.safe(html if isinstance(html, Html) else markup.text(html or ""))


@register.inclusion_tag("parts/chart.html")
def chart(svg: object, specification: object, title: str, why: str | None = None) -> dict[str, object]:
    """`{% chart svg specification "Title" why=url %}`: a drawing that answers to the pointer where scripts run."""
    return {"svg": svg, "specification": specification, "title": title, "why": why}


@register.simple_tag
def why(url: str | None, of: str = "") -> SafeString:
    """`{% why url "what" %}`: the way from a figure to its definition, query, rows and snapshot."""
    if not url:
        return marks.safe("")
    aside = element("span", f" – {of}", class_="visually-hidden") if of else Html()
    return marks.safe(element("a", "why?", aside, href=url, class_="why-link"))


@register.inclusion_tag("parts/figure_card.html")
def figure_card(title: str, value: object, of: object, why: str | None, **more: Any) -> dict[str, Any]:
    """A figure with what it is of and the way to its evidence: all four must be given, `of` and `why` may be None.

    `{% figure_card "Known licences" 120 of=140 why=url noun="components" trend=3 since=day better="higher" note="…" %}`

    `value` and `of` as numbers get a bar and percent; `of` as text stands as it is. `trend` is the difference since a
    day (a number; None with `since`: unknown) or words. `tone` is an outcome. `unit` stands behind the value.
    """
    part, whole = _numeric(value), _numeric(of)
    return {
        "title": title,
        "value": value if value != "" else None,
        "is_number": part is not None,
        "of": of,
        "whole": whole,
        "percent": charts.share(part, whole) if part is not None and whole else None,  # type: ignore[arg-type]
        "part": part,
        "why": why,
        "trend": _trend(more.get("trend"), more.get("better")) if "trend" in more else None,
        **{key: more.get(key) for key in ("note", "noun", "unit", "since", "tone", "link")},
    }


def _numeric(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _trend(found: object, better: object) -> dict[str, str]:
    """How a difference is said: by a sign, a word and a colour."""
    change = _numeric(found)
    if found is None:
        return {"said": "unknown before", "tone": "unknown"}
    if change is None:
        return {"said": str(found), "tone": "none"}
    if change == 0:
        return {"said": "as before", "tone": "none"}
    sign = "▲" if change > 0 else "▼"
    tone = "none"
    if better in {"higher", "lower"}:
        tone = "good" if (change > 0) == (better == "higher") else "bad"
    word = {"good": " better", "bad": " worse"}.get(tone, "")
    return {"said": f"{sign} {abs(change):,.10g}{word}", "tone": tone}


@register.simple_block_tag
def callout(content: str, tone: str = "none", title: str = "") -> SafeString:
    """`{% callout "warn" "Title" %}…{% endcallout %}`: good, warn, bad, none, unknown."""
    tone = tone if tone in {"good", "warn", "bad", "unknown"} else "none"
    head = element("p", element("strong", title)) if title else Html()
    return marks.safe(element("div", head, Html(content), class_=f"callout {tone}"))


@register.simple_tag
def crumbs(*pairs: str) -> SafeString:
    """`{% crumbs "Legal" url "Licences" url2 %}`: the way to this page, without the page itself."""
    links = [
        element("li", element("a", label, href=url) if url else label)
        for label, url in zip(pairs[::2], pairs[1::2], strict=True)
    ]
    return marks.safe(element("nav", element("ol", *links), class_="crumbs", aria_label="The way here"))


@register.inclusion_tag("parts/as_of.html", takes_context=True)
def as_of_control(context: RequestContext) -> dict[str, Any]:
    """The one control that turns the whole office back to a day."""
    request = context.get("request")
    asked = QueryDict() if request is None else request.GET
    kept = [(name, each) for name in asked if name not in _TURNED for each in asked.getlist(name)]
    return {
        "seen": context.get("seen"),
        "kept": kept[:_MOST_KEPT],
        "path": "" if request is None else request.path,
        "yesterday": (datetime.now(UTC) - timedelta(days=1)).date().isoformat(),
    }
