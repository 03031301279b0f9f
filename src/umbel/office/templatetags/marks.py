# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Small marks of a page as HTML: figures, shares, days, outcomes, links. Each knows how unknown is shown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.safestring import SafeString, mark_safe

from umbel.reports import charts, markup
from umbel.reports.markup import Html, element

if TYPE_CHECKING:
    from collections.abc import Callable

UNKNOWN = element("span", "?", class_="unknown", title="unknown")
_ROUND = 2
_MOST_LINK = _MOST_TEXT = 2000

_WORDS = {
    "good": (
        "pass passed met clean reached on-track good yes ok allow approved resolved kept done fresh complete seeding "
        "flowering in-force active planned mended fixed not-affected confirmed new cloned updated grown"
    ),
    "warn": (
        "warn warning decayed late behind partial review check-dependency medium waiting due-soon open running-out "
        "ends-soon ended acknowledged moderate growing stale paused under-investigation rewritten retold expiring"
    ),
    "bad": (
        "fail failed unmet contradicted error missed no bad deny declined critical high overdue expired exploited "
        "denied failing affected"
    ),
    "none": (
        "not-applicable none withdrawn closed low info informational note absent rooted excused covered cleared "
        "dropped unchanged skipped"
    ),
}
TONES: dict[str, str] = {word: tone for tone, words in _WORDS.items() for word in words.split()}
"""How a word is coloured and marked; what isn't listed stands as unknown."""


def safe(html: str) -> SafeString:
    """HTML of ours, as Django knows it."""
    return mark_safe(str(html))  # noqa: S308 - `Html` is escaped where it is made


def static(name: str) -> str:
    """The address of a static file."""
    return staticfiles_storage.url(name)


def icon(name: str) -> Html:
    """A picture of the sprite; it says nothing that words beside it don't."""
    use = element("use", href=f"{static('office/icons.svg')}#{name}")
    return element("svg", use, class_="icon", aria_hidden="true", focusable="false", width=16, height=16)


def number(value: object, unit: str = "") -> Html:
    """A number with its thousands set apart, or "?"."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, bool) or not isinstance(value, int | float):
        return markup.text(value)
    said = f"{value:,}" if isinstance(value, int) else f"{value:,.{_ROUND}f}".rstrip("0").rstrip(".")
    return element("span", f"{said}{markup.NO_BREAK}{unit}" if unit else said, class_="n")


def gauge(part: float | None, whole: float | None, high: float | None = None) -> Html:
    """A thin bar of a part of a whole, beside words; hatched as far as it may reach, once the unknown is known."""
    known = part is not None and bool(whole)
    bars = [_rect("track", "100")]
    if known and high is not None and high > (part or 0):
        bars.append(_rect("bar-unknown", _percent(high, whole)))
    if known and part:
        bars.append(_rect("bar", _percent(part, whole)))
    kind = "gauge" if known else "gauge open"
    return element(
        "svg", *bars, class_=kind, viewBox="0 0 100 5", preserveAspectRatio="none", aria_hidden="true"
    )


def _rect(kind: str, width: str) -> Html:
    return Html(f'<rect class="{kind}" width="{width}" height="5"/>')


def _percent(part: float | None, whole: float | None) -> str:
    return f"{min(max((part or 0) / (whole or 1), 0.0), 1.0) * 100:.2f}"


def share(part: float | None, whole: float | None) -> Html:
    """A part of a whole in numbers and percent."""
    if whole is None:
        return markup.join((number(part), " of ", UNKNOWN))
    if part is None:
        return markup.join((UNKNOWN, " of ", number(whole)))
    percent = element("span", charts.share(part, whole), class_="soft")  # type: ignore[arg-type]
    return element("span", number(part), " of ", number(whole), " · ", percent, class_="share")


def percent(value: float | None) -> Html:
    """A share between 0 and 1 in percent; none and all are said only when they are true."""
    return UNKNOWN if value is None else element("span", charts.share(value, 1), class_="n")  # type: ignore[arg-type]


def day(value: object) -> Html:
    """A day."""
    when = moment_of(value)
    if when is None:
        return UNKNOWN
    said = when.date() if isinstance(when, datetime) else when
    return element("time", said.isoformat(), datetime=said.isoformat(), class_="day")


def moment(value: object) -> Html:
    """A moment to the minute, in UTC."""
    when = moment_of(value)
    if not isinstance(when, datetime):
        return day(value)
    return element(
        "time", f"{when:%Y-%m-%d %H:%M} UTC", datetime=when.isoformat(timespec="seconds"), class_="day"
    )


def moment_of(value: object) -> datetime | date | None:
    """A day or moment out of what rows and records hold; None for anything else."""
    if isinstance(value, str):
        try:
            value = (
                date.fromisoformat(value)
                if len(value) == len("2026-01-01")
                else datetime.fromisoformat(value)
            )
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return value if isinstance(value, date) else None


def ago(value: object, now: datetime) -> Html:
    """How long ago, or how long until, with the moment itself as its title."""
    when = moment_of(value)
    if when is None:
        return UNKNOWN
    whole = isinstance(when, datetime)
    said = _distance(when, now)
    title = f"{when:%Y-%m-%d %H:%M} UTC" if whole else when.isoformat()
    return element("time", said, datetime=when.isoformat(), title=title, class_="ago")


def _distance(when: datetime | date, now: datetime) -> str:
    if isinstance(when, datetime) and abs(seconds := (now - when).total_seconds()) < _DAY:
        return _hours(seconds)
    days = (now.date() - (when.date() if isinstance(when, datetime) else when)).days
    if abs(days) <= 1:
        return ("yesterday", "today", "tomorrow")[1 - days] if days else "today"
    size, noun = next((s, n) for s, n, least in _SPANS if abs(days) >= least)
    count = abs(days) // size
    said = f"{count} {noun}{'' if count == 1 else 's'}"
    return f"{said} ago" if days > 0 else f"in {said}"


def _hours(seconds: float) -> str:
    size, noun = (60, "minute") if abs(seconds) < _HOUR else (_HOUR, "hour")
    if not (count := int(abs(seconds) // size)):
        return "just now"
    said = f"{count} {noun}{'' if count == 1 else 's'}"
    return f"{said} ago" if seconds > 0 else f"in {said}"


_HOUR, _DAY = 3600, 86400
_SPANS = ((365, "year", 730), (30, "month", 60), (1, "day", 0))


def outcome(word: object, label: object = None) -> Html:
    """A badge: a word, a colour and a shape, so that nothing is told by colour alone."""
    slug = str(getattr(word, "value", word) if word is not None else "unknown").strip().lower()
    slug = slug.replace(" ", "-").replace("_", "-") or "unknown"
    tone = TONES.get(slug, "unknown")
    said = label if label not in {None, ""} else slug.replace("-", " ")
    return element("span", markup.short(said), class_=f"badge {tone}")


def safe_link(address: object) -> str:
    """An address of foreign data where it is plain http or https without a login in it; else nothing."""
    text = str(address or "")
    if len(text) > _MOST_LINK or not markup.link(text, "x").startswith("<a"):
        return ""
    return text


def value(found: Any) -> Html:
    """Whatever a record holds, as people read it."""
    if found is None or found == "":
        return UNKNOWN
    for kind, shown in _SHOWN:
        if isinstance(found, kind):
            return shown(found)
    return markup.text(markup.short(found, _MOST_TEXT))


def _listed(found: Any) -> Html:
    return (
        markup.join((value(each) for each in found), ", ")
        if found
        else element("span", "none", class_="soft")
    )


_SHOWN: tuple[tuple[Any, Callable[[Any], Html]], ...] = (
    (bool, lambda found: Html("yes" if found else "no")),
    ((Html, SafeString), Html),
    (datetime, moment),
    (date, day),
    ((int, float), number),
    ((list, tuple, set, frozenset), _listed),
)
"""How kinds of values are shown; the first that fits."""
