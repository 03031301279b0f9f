# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Forms that product owners filled in: Markdown, or the JSON that the page for a browser saves.

What is sound is taken; what isn't is told with its place and costs only its own answer. A form is a stranger's file:
it is read, never run, and names nothing that is not declared.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from umbel.model.errors import Fault, UsageError
from umbel.model.settings import SettingsError, faults_of
from umbel.strategy import owners
from umbel.strategy.owners import Answer, Without
from umbel.strategy.owners_sheet import ASKED, FORM, LABELS, code

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LARGEST = 512 << 10
MOST_ANSWERS = 500
KINDS = (".md", ".json")


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    project: str
    product: str
    without: Without | None = None
    replacement: str | None = None
    areas: tuple[str, ...] = ()
    dependency: float | None = None
    reason: str | None = None


class _Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    form: str
    by: str
    day: date
    answer: tuple[_Row, ...] = ()


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds: answers, how many were left blank, and what was wrong with it, with places."""

    file: str
    answers: tuple[Answer, ...] = ()
    blank: int = 0
    faults: tuple[Fault, ...] = ()


class _Told(msgspec.Struct, frozen=True):
    """A form as data, and the lines of a Markdown form's fields."""

    data: dict[str, Any]
    lines: dict[str, int]


def read(path: Path, products: Iterable[str], today: date) -> Read:
    """Take back a form. `products` are those declared: answers for others are faults, as is a day to come.

    Raises `UsageError` for a file that is none of the forms or can't be read.
    """
    if path.suffix.casefold() not in KINDS:
        raise UsageError(f"{path} is no form.", f"Forms end in {', '.join(KINDS)}.")
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path} is larger than {LARGEST >> 10} KiB.")
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        return Read(file=str(path), faults=(Fault("encoding", "is no UTF-8 text", f"byte {error.start}"),))
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.") from error
    return parse(text, path, products, today)


def parse(text: str, path: Path, products: Iterable[str], today: date) -> Read:
    """As `read`, of a text."""
    try:
        told = _TELLING[path.suffix.casefold()](text, path)
    except SettingsError as error:
        return Read(file=str(path), faults=tuple(error.faults))
    # What is wrong with the form itself costs all of it; then every place in an answer begins with that answer.
    faults = _faults(_Told({**told.data, "answer": []}, told.lines), {}, today) or _crowd(told.data)
    if faults:
        return Read(file=str(path), faults=tuple(faults))
    known = {code(name): name for name in products}
    faults = _faults(told, known, today)
    bad = {int(found[1]) for fault in faults if (found := _ANSWER.match(fault.place))}
    sound = [row for number, row in enumerate(told.data.get("answer", ()), 1) if number not in bad]
    given = msgspec.convert({**told.data, "answer": sound}, _Form)
    made = [_answer(given, row, known) for row in given.answer]
    kept = tuple(each for each in made if not each.blank)
    return Read(file=str(path), answers=kept, blank=len(made) - len(kept), faults=tuple(faults))


_ANSWER = re.compile(r"(?:line \d+, )?answer\[(\d+)\]")


def _crowd(data: dict[str, Any]) -> list[Fault]:
    """What is wrong with the answers as a whole."""
    rows = data.get("answer", [])
    if not isinstance(rows, list):
        return [Fault("settings", "must be a list", "answer")]
    if len(rows) > MOST_ANSWERS:
        return [Fault("settings", f"has {len(rows):,} entries; {MOST_ANSWERS:,} are allowed", "answer")]
    return []


def _answer(form: _Form, row: _Row, known: dict[str, str]) -> Answer:
    said = {name: _text(getattr(row, name)) for name in ("replacement", "reason")}
    return Answer(
        project=row.project,
        product=known[code(row.product)],
        by=form.by.strip(),
        decided=form.day,
        without=row.without,
        areas=tuple(one for each in row.areas if (one := " ".join((_text(each) or "").split()))),
        dependency=row.dependency,
        **said,
    )


def _text(text: str | None) -> str | None:
    """A text without characters that move cursors; None where nothing is left."""
    if text is None:
        return None
    lines = text.splitlines()
    plain = "\n".join(
        " ".join("".join(c if c.isprintable() else " " for c in each).split()) for each in lines
    )
    return plain.strip() or None


def _faults(told: _Told, known: dict[str, str], today: date) -> list[Fault]:
    data = told.data

    def meaning(say: Any) -> None:
        if data.get("form") != FORM:
            say(("form",), f"must be {FORM!r}: this is another file, or a form of another version")
        by, day = data.get("by"), data.get("day")
        if isinstance(by, str) and not (by.strip() and by.isprintable() and len(by) <= 300):
            say(("by",), "must say in one line who answers")
        if type(day) is date and day > today:
            say(("day",), f"lies after {today}")
        for index, row in enumerate(data.get("answer", [])):
            if isinstance(row, dict):
                _row(row, known, lambda key, words, index=index: say(("answer", index, key), words))

    return [_placed(fault, told) for fault in faults_of(data, "", _Form, meaning)]


def _row(row: dict[str, Any], known: dict[str, str], tell: Any) -> None:
    owners.check(row, tell)
    product = row.get("product")
    if isinstance(product, str) and product.strip() and code(product) not in known:
        tell("product", f"{product[:60]!r} is no product of umbel.toml")


def _placed(fault: Fault, told: _Told) -> Fault:
    """A fault with its place in what people see: the line of Markdown, the path in JSON."""
    path = fault.place.partition(", ")[2]
    line = told.lines.get(path) or told.lines.get(path.rpartition(".")[0])
    place = f"line {line}, {path}" if line else path
    return Fault(fault.code, fault.message, place or "the file")


def _of_json(text: str, path: Path) -> _Told:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        place = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "the file"
        raise SettingsError(path, [Fault("json", f"is no JSON: {error}", place)]) from error
    if not isinstance(data, dict):
        raise SettingsError(path, [Fault("json", "must be an object", "the file")])
    if isinstance(data.get("day"), str):
        data["day"] = _day(data["day"])
    return _Told(data, {})


def _day(text: str) -> Any:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return text


_FIELD = re.compile(r"^\s*[-*+] \*\*(?P<label>[^*]+)\*\*[^:]*:(?P<said>.*)$")
_ESCAPED = re.compile(r"\\([\\`*\[\]<>|#~])")
_KEYS = {label: key for key, label in LABELS.items()} | {"By": "by", "Day": "day"}


def _of_markdown(text: str, path: Path) -> _Told:
    """Fields by their labels; what follows on further lines belongs to the field, up to the next or a heading."""
    del path
    data: dict[str, Any] = {"answer": []}
    lines: dict[str, int] = {}
    for key, number, said in _fields(text):
        if key in {"form", "by", "day"}:
            data.setdefault(key, _day(said) if key == "day" else _ESCAPED.sub(r"\1", said))
            lines.setdefault(key, number)
            continue
        rows = data["answer"]
        if key == "product" or not rows:
            rows.append({})
            lines[f"answer[{len(rows)}]"] = number
        value = _value(key, said)
        if value is not None:
            rows[-1][key] = value
            lines[f"answer[{len(rows)}].{key}"] = number
    return _Told(data, lines)


def _fields(text: str) -> list[tuple[str, int, str]]:
    found: list[tuple[str, int, list[str]]] = []
    is_open = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() == f"<!-- {FORM} -->":
            found.append(("form", number, [FORM]))
        elif (match := _FIELD.match(line)) and (key := _KEYS.get(match["label"].strip())):
            found.append((key, number, [match["said"]]))
            is_open = key in ASKED
        elif line.startswith(("#", ">")):
            is_open = False
        elif is_open and line.strip():
            found[-1][2].append(line)
    return [(key, number, "\n".join(said).strip()) for key, number, said in found]


def _value(key: str, said: str) -> Any:
    """A field as its kind; what can't be is left as it is, to be refused with its place."""
    if key in {"product", "project"}:
        return said.strip("` ")
    if key == "without":
        return said.casefold().strip(" .") or None
    if key == "areas":
        return [one for each in re.split(r"[,\n]", said) if (one := each.strip(" -*"))]
    return _figure(said) if key == "dependency" and said else said or None


def _figure(said: str) -> float | str:
    try:
        return float(said.replace(",", "."))
    except ValueError:
        return said


_TELLING = {".md": _of_markdown, ".json": _of_json}
