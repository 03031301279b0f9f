# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Alerts in words, for a mail; and as an object, for programs.

Every text of a document is cleaned: it may neither move a cursor nor begin a line of its own.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model.finding import SEVERITIES
from umbel.policy.alerting.mail import Words
from umbel.reports.markup import printable, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.policy.alerting.alert import Alert
    from umbel.policy.alerting.delivery import Message

_LONGEST = 500
_LISTED = 200
"""Alerts that a mail of many names; of the others it has the number."""
CAUSES = {
    "vulnerability": "vulnerability",
    "malicious": "malware",
    "end-of-life": "end of life",
    "license": "licence",
    "license-change": "licence change",
    "exception": "exception",
    "stale-evidence": "old evidence",
    "plan": "overdue plan",
}
"""Causes as people read them."""


def words(message: Message) -> Words:
    """One alert as a mail: what, where, how it comes in, what to do, who owns it, where it was said."""
    alert = message.alert
    if message.closing:
        return Words(subject=f"[{line(alert.of)}] Over: {line(alert.title)}", text=_closing(message))
    again = "Graver now: " if message.again else ""
    until = f", until {alert.due}" if alert.due else ""
    late = " (overdue)" if message.grade.overdue else ""
    subject = f"[{line(alert.of)}] {again}{grade(message)}: {line(alert.title)}{until}{late}"
    parts = [_what(alert, late), _where(alert), _to_do(alert), _who(alert), _said(alert), _acknowledge(alert)]
    return Words(subject=subject, text="\n\n".join(part for part in parts if part) + "\n")


def digest(messages: Sequence[Message]) -> Words:
    """Many alerts as one mail, the gravest first."""
    standing = [message for message in messages if not message.closing]
    over = [message for message in messages if message.closing]
    counted = Counter(message.alert.severity for message in standing)
    told = ", ".join(f"{counted[name]} {name}" for name in reversed(SEVERITIES) if counted[name])
    products = {message.alert.of for message in messages}
    of = line(next(iter(products))) if len(products) == 1 else f"{len(products)} products"
    ended = f"{len(over)} over" if over else ""
    subject = f"[{of}] {len(messages)} alerts: {', '.join(part for part in (told, ended) if part)}"
    lines = [_row(message) for message in (*standing, *over)[:_LISTED]]
    if len(messages) > _LISTED:
        lines.append(f"… and {len(messages) - _LISTED} more: umbel alerts")
    end = "All of them, with the ways in and what to do: umbel alerts show ALERT"
    return Words(subject=subject, text="\n".join(lines) + f"\n\n{end}\n")


def payload(message: Message) -> dict[str, Any]:
    """One alert for a program. `key` is the same whenever the same is told again."""
    return {
        "type": f"alert.{message.kind}",
        "key": message.key,
        "at": message.at,
        "episode": message.episode,
        "overdue": message.grade.overdue,
        "alert": msgspec.structs.asdict(message.alert),
        "subject": words(message).subject,
        "text": words(message).text,
    }


def show(alert: Alert) -> str:
    """All that is known of an alert, for a terminal."""
    parts = [_what(alert, ""), _where(alert), _to_do(alert), _who(alert), _said(alert)]
    return "\n\n".join(part for part in parts if part)


def line(text: object) -> str:
    """A document's text as one line that does nothing but be read."""
    return short(printable(" ".join(str(text).split())), _LONGEST)


def grade(message: Message) -> str:
    """How grave, in a word or two."""
    return f"{message.alert.severity}, exploited" if message.grade.exploited else message.alert.severity


def _what(alert: Alert, late: str) -> str:
    until = f"To be mended until {alert.due}{late}." if alert.due else ""
    was = f"An exception covered it: {line(alert.excepted)}." if alert.excepted else ""
    exploited = "It is known to be exploited." if alert.exploited else ""
    told = [line(alert.title) + ".", line(alert.reason), exploited, until, was]
    return "\n".join(part for part in told if part)


def _where(alert: Alert) -> str:
    if not alert.projects:
        return ""
    components = (
        f", {_number(alert.components_total, 'component')}" if alert.cause != "stale-evidence" else ""
    )
    lines = [f"Where: {_number(alert.projects_total, 'project')}{components}."]
    lines += _listed(alert.projects, alert.projects_total)
    if alert.cause != "stale-evidence":
        lines += ["Components:", *_listed(alert.components, alert.components_total)]
    if alert.ways:
        lines += ["Ways in:", *(f"  {line(way)}" for way in alert.ways)]
    return "\n".join(lines)


def _listed(names: Sequence[str], total: int) -> list[str]:
    more = [f"  … and {total - len(names)} more"] if total > len(names) else []
    return [*(f"  {line(name)}" for name in names), *more]


def _to_do(alert: Alert) -> str:
    plan = f"There is a plan: {line(alert.plan)}" if alert.plan and alert.cause != "plan" else ""
    remedy = f"What to do: {line(alert.remedy)}" if alert.remedy else "What to do: nothing is known yet."
    return "\n".join(part for part in (remedy, plan) if part)


def _who(alert: Alert) -> str:
    owner = line(alert.owner) if alert.owner else "nobody is named; umbel.toml can say it"
    department = f" ({line(alert.department)})" if alert.department else ""
    return f"Owner of {line(alert.of)}: {owner}{department}"


def _said(alert: Alert) -> str:
    known = ["Also known as: " + ", ".join(line(name) for name in alert.ids)] if alert.ids else []
    links = ["Said at:", *(f"  {line(url)}" for url in alert.urls)] if alert.urls else []
    return "\n".join((*known, *links))


def _acknowledge(alert: Alert) -> str:
    return f"To say that you take care of it:\n  umbel alerts ack {alert.id} --by YOU"


def _closing(message: Message) -> str:
    alert = message.alert
    day = f"{message.at:%Y-%m-%d %H:%M} UTC"
    return f"{line(alert.title)}: over since {day}. {line(message.why or '')}\n\n{_who(alert)}\n"


def _row(message: Message) -> str:
    alert = message.alert
    if message.closing:
        return f"over      {line(alert.of)}: {line(alert.title)}"
    until = f", until {alert.due}" if alert.due else ""
    return f"{grade(message):<9} {line(alert.of)}: {line(alert.title)}{until}  ({alert.id})"


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else noun + 's'}"
