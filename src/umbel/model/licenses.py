# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Licenses as documents write them → SPDX expressions, and what kind of terms these are.

What a document says is kept as it was written; an expression is only ever derived from it. Nothing
is simplified, nothing is guessed, and a key that SPDX doesn't know is unknown, not a license.

Source: SPDX specification, annex on license expressions; the license index of license-expression.
"""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from umbel.model.license_names import AMBIGUOUS, NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Kind = Literal["id", "expression", "name", "url", "text", "none", "noassertion", "unknown"]
Category = Literal[
    "public-domain",
    "permissive",
    "weak-copyleft",
    "strong-copyleft",
    "network-copyleft",
    "other",
    "proprietary",
    "unknown",
]

LONGEST = 2048
"""Longer statements are license texts, not names of licenses."""
MOST_LINES = 4
MOST_WORDS = 400
MOST_WORDS_OF_NAMES = 40
"""What isn't an expression and has more words than this is prose."""
LONGEST_NAME = 8
DEEPEST = 32

_CATEGORIES: dict[str, Category] = {
    "Public Domain": "public-domain",
    "Permissive": "permissive",
    "Copyleft Limited": "weak-copyleft",
    "Copyleft": "strong-copyleft",
    "Proprietary Free": "proprietary",
    "Commercial": "proprietary",
    "Source-available": "proprietary",
    "Unstated License": "unknown",
}
_ORDER: tuple[Category, ...] = (
    "public-domain",
    "permissive",
    "weak-copyleft",
    "strong-copyleft",
    "network-copyleft",
    "other",
    "proprietary",
    "unknown",
)
# The index has no such group. Licenses of limited reach that speak of networks (EUPL, APSL) stay weak.
_NETWORK = ("AGPL-", "CAL-1.0", "CPAL-", "NPOSL-", "OSL-", "RPL-", "SSPL-")
_NOT_NETWORK = frozenset({"CAL-1.0-Combined-Work-Exception"})

_TOKEN = re.compile(r"[()]|[^\s()]+")
_OPERATORS = frozenset({"AND", "OR", "WITH"})
_REFERENCE = re.compile(r"(?:DocumentRef-[A-Za-z0-9.\-]+:)?LicenseRef-[A-Za-z0-9.\-]+").fullmatch
_ADDITION = re.compile(r"(?:DocumentRef-[A-Za-z0-9.\-]+:)?AdditionRef-[A-Za-z0-9.\-]+").fullmatch
_GNU = re.compile(
    r"(?:gnu )?(?P<family>[al]?gpl|(?:lesser |library |affero )?general public license)"
    r"(?:,? (?:version |v\.? ?)|[ -]?v?\.?)(?P<major>[123])(?:\.(?P<minor>[01]))?"
    r"(?P<later>\+| or later| or any later version| or newer)?(?P<only> only|-only)?(?: license)?"
).fullmatch
_LESSER = re.compile(r"lgpl|lesser|library").match
_IN_CLASSIFIER = re.compile(r"License ::.*\(([^()]+)\)", re.IGNORECASE).fullmatch
_GNU_URL = re.compile(r"gnu\.org/(?:licenses/(?:old-licenses/)?|copyleft/)(?P<id>[al]?gpl-\d\.\d)").fullmatch
_CC_URL = re.compile(
    r"creativecommons\.org/licenses/(?P<kind>by[a-z-]*)/(?P<version>\d\.\d)(?:/legalcode)?"
).fullmatch
_ID_URL = re.compile(r"(?:spdx\.org|opensource\.org|choosealicense\.com)/licenses?/(?P<id>[^/]+)").fullmatch
_SITE = re.compile(r"(?:https?://|www\.|[a-z0-9-]+\.(?:org|com|net|io)/)", re.IGNORECASE).match

_JOINT = re.compile(r" (AND|OR) ")
_OPERAND = re.compile(r"(?!(?:AND|OR|WITH)\b)[^\s()]+(?: WITH (?!(?:AND|OR|WITH)\b)[^\s()]+)?").fullmatch

_SAYS_NOTHING = {
    "": "is empty",
    "noassertion": None,
    "unknown": "says itself that it is unknown",
    "n/a": "says itself that it is unknown",
    "null": "says itself that it is unknown",
    "undefined": "says itself that it is unknown",
    "not found": "says itself that it is unknown",
    "-": "says itself that it is unknown",
}
_TEXT = "is a text; what it says was not compared"


class LicenseReading(msgspec.Struct, frozen=True):
    """What one license statement means.

    `raw` is the statement. `expression` is SPDX, with ids as SPDX writes them today, None where the
    statement isn't understood. `kind` says what was written: an `id`, an `expression`, a `name` or
    `url` from the wild, a whole `text`, SPDX's `none` ("there is no license"), `noassertion` (nothing
    was said) or something `unknown`. `note` says how it was mapped, or why it wasn't. `unknown_keys`
    are the parts that SPDX doesn't know, `mapped` the names in an expression that an id was found for.
    """

    raw: str
    expression: str | None
    kind: Kind
    note: str | None = None
    unknown_keys: tuple[str, ...] = ()
    mapped: tuple[str, ...] = ()


class _Ids(NamedTuple):
    licenses: dict[str, str]
    exceptions: dict[str, str]
    deprecated: dict[str, str]
    folded: dict[str, str]
    folded_exceptions: dict[str, str]


@cache
def _ids() -> _Ids:
    """Ids → category, deprecated ids → what to write today, and both by lower case."""
    found = json.loads((Path(__file__).parent / "data/spdx_ids.json").read_text("utf-8"))
    licenses, exceptions, deprecated = found["licenses"], found["exceptions"], found["deprecated"]
    present = {old.lower(): new for old, new in deprecated.items()}
    folded = {key.lower(): key for key in licenses}
    return _Ids(
        licenses,
        exceptions,
        deprecated,
        folded | {old: new for old, new in present.items() if new not in exceptions},
        {key.lower(): key for key in exceptions}
        | {old: new for old, new in present.items() if new in exceptions},
    )


def read(raw: str) -> LicenseReading:
    """What a license statement means: an id, an expression, a name or URL from the wild, or unknown.

    Deprecated ids become the present ones, ids and operators get the case that SPDX writes. A slash
    between licenses is Cargo's old OR. Ambiguous names (`BSD`, `GPL`) and lists without an operator
    stay unknown. Texts, and expressions nested too deep, are not taken apart.
    """
    if len(raw) > LONGEST:
        return LicenseReading(raw, None, "text", _TEXT)
    return _read(raw)


@lru_cache(maxsize=1 << 14)
def _read(raw: str) -> LicenseReading:
    text = " ".join(raw.split())
    folded = text.lower()
    if folded in _SAYS_NOTHING:
        return LicenseReading(raw, None, "noassertion", _SAYS_NOTHING[folded])
    if folded == "none":
        return LicenseReading(raw, None, "none")
    if raw.strip().count("\n") >= MOST_LINES:
        return LicenseReading(raw, None, "text", _TEXT)
    expression = _id(text)
    if expression is not None:
        return LicenseReading(raw, expression, "id", _how(text, expression))
    named = None if text.startswith("(") else _by_name(raw, text)
    return named or _by_expression(raw, text)


def _id(text: str) -> str | None:
    """The expression of a single id or reference; None if it is none."""
    folded = _ids().folded
    key = text.lower()
    if key in folded:
        return folded[key]
    if (
        key.endswith("+")
        and not key.endswith(("-only+", "-or-later+"))
        and folded.get(key[:-1]) in _ids().licenses
    ):
        return f"{folded[key[:-1]]}+"
    return text if _REFERENCE(text) else None


def _how(text: str, expression: str) -> str | None:
    if text == expression:
        return "a reference of the document's own" if "LicenseRef-" in text else None
    if text.lower() == expression.lower():
        return f"written {expression}"
    return f"{text} is written {expression} today"


def _by_name(raw: str, text: str) -> LicenseReading | None:
    """By the names and URLs of the wild."""
    kind: Kind = "url" if _SITE(text) else "name"
    key = folded_url(text) if kind == "url" else folded_name(text)
    found = NAMES.get(key) or (_url(key) if kind == "url" else _name(text, key))
    if found is not None:
        return LicenseReading(raw, found, kind, f"mapped from '{text}'")
    reason = AMBIGUOUS.get(key) or ("is a URL that isn't known" if kind == "url" else None)
    if key.startswith("see license in "):
        kind, reason = "unknown", "points to a file that isn't read here"
    return None if reason is None else LicenseReading(raw, None, kind, reason, (text,))


def folded_url(text: str) -> str:
    """A URL without what makes no difference: scheme, `www.`, fragment, ending, slashes at its end."""
    folded = re.sub(r"^(?:https?://)?(?:www\.)?", "", text.lower())
    return re.sub(r"\.(?:txt|html?|php|md|json)$", "", folded.split("#")[0].split("?")[0].rstrip("/"))


def folded_name(text: str) -> str:
    """A name without what makes no difference: the path of a classifier, quotes, commas, parentheses."""
    folded = text.lower()
    if folded.startswith("license ::"):
        folded = folded.rpartition("::")[2].strip()
    return " ".join(re.sub(r"[\"'`(),;]", " ", folded.removeprefix("the ")).split()).rstrip(".")


def _name(text: str, key: str) -> str | None:
    """What a name means that follows a rule: one of the GNU family, or an id in other words."""
    gnu = _GNU(key)
    if gnu:
        letter = "l" if _LESSER(gnu["family"]) else "a" if gnu["family"].startswith("a") else ""
        version = f"{letter}gpl-{gnu['major']}.{gnu['minor'] or 0}"
        return _ids().folded.get(version + ("-or-later" if gnu["later"] else "-only"))
    shortened = _IN_CLASSIFIER(text)
    candidate = shortened[1].replace(" ", "-") if shortened else key.removesuffix(" license")
    return _id(candidate) if candidate.isascii() and not candidate.startswith("licenseref") else None


def _url(key: str) -> str | None:
    """What a folded URL means that holds an id."""
    for pattern in (_ID_URL, _GNU_URL):
        found = pattern(key)
        if found:
            return _id(found["id"]) or _id(re.sub(r"-(\d)-(\d)", r"-\1.\2", found["id"]))
    creative = _CC_URL(key)
    if creative:
        return _id(f"cc-{creative['kind']}-{creative['version']}")
    return _id("cc0-1.0") if key.startswith("creativecommons.org/publicdomain/zero/1.0") else None


def _by_expression(raw: str, text: str) -> LicenseReading:
    """By the grammar of SPDX, with names in it mapped where each is known."""
    slashed = "/" in text and not _operators(text)
    tokens = _TOKEN.findall(text.replace("/", " OR ") if slashed else text)
    if len(tokens) > MOST_WORDS or tokens.count("(") > DEEPEST:
        return LicenseReading(raw, None, "unknown", "is nested too deep or too long to be taken apart")
    if not slashed and not text.startswith("(") and not _operators(text):
        return _list(raw, text)
    spelled, mapped, unknown = _resolved(tokens)
    if unknown:
        if len(tokens) > MOST_WORDS_OF_NAMES and any(len(key.split()) > LONGEST_NAME for key in unknown):
            return LicenseReading(raw, None, "text", _TEXT)
        names = ", ".join(f"'{key}'" for key in unknown)
        return LicenseReading(raw, None, "unknown", f"SPDX doesn't know {names}", unknown)
    try:
        expression = _rendered(spelled)
    except ValueError as error:
        return LicenseReading(raw, None, "unknown", f"is no expression: {error}", (text,))
    note = "a slash read as OR" if slashed else None if expression == text else f"written {expression}"
    if mapped:
        note = "names in it were mapped: " + ", ".join(f"'{name}'" for name in mapped)
    return LicenseReading(raw, expression, "expression", note, mapped=tuple(mapped))


def _operators(text: str) -> bool:
    return any(word.upper() in _OPERATORS for word in _TOKEN.findall(text))


def _list(raw: str, text: str) -> LicenseReading:
    """A statement without an operator, which nobody knows as a whole."""
    parts = [part.strip() for part in re.split(r"[,;&|()]+", text) if part.strip()]
    if len(parts) > 1:
        unknown = tuple(part for part in parts if _id(part) is None and folded_name(part) not in NAMES)
        note = "lists licenses without saying whether all of them apply or one is chosen"
        return LicenseReading(raw, None, "unknown", note, unknown)
    if len(text.split()) > MOST_WORDS_OF_NAMES:
        return LicenseReading(raw, None, "text", _TEXT)
    return LicenseReading(raw, None, "unknown", "is no license that SPDX knows", (text,))


def _resolved(tokens: Sequence[str]) -> tuple[list[str], list[str], tuple[str, ...]]:
    """Tokens with ids as SPDX writes them, the names that were mapped, and what nobody knows."""
    spelled: list[str] = []
    mapped: list[str] = []
    unknown: list[str] = []
    phrase_words: list[str] = []
    for word in [*tokens, ")"]:
        if word not in "()" and word.upper() not in _OPERATORS:
            phrase_words.append(word)
            continue
        if phrase_words:
            phrase, phrase_words = " ".join(phrase_words), []
            found = _exception(phrase) if spelled[-1:] == ["WITH"] else _license(phrase)
            if found is None:
                unknown.append(phrase)
            elif _id(phrase) is None and spelled[-1:] != ["WITH"]:
                mapped.append(phrase)
            spelled.append(found or phrase)
        spelled.append(word.upper())
    return spelled[:-1], mapped, tuple(dict.fromkeys(unknown))


def _license(phrase: str) -> str | None:
    key = folded_name(phrase)
    found = _id(phrase) or NAMES.get(key) or _name(phrase, key)
    # Names that stand for a choice would need their own parentheses, and nobody writes them in expressions.
    return None if found is None or " OR " in found else found


def _exception(phrase: str) -> str | None:
    return _ids().folded_exceptions.get(phrase.lower()) or (phrase if _ADDITION(phrase) else None)


def _rendered(spelled: Sequence[str]) -> str:
    """The expression of resolved tokens. Raises `ValueError` where they make none."""
    text = " ".join(spelled).replace("( ", "(").replace(" )", ")")
    bare = text[1:-1] if text.startswith("(") and text.endswith(")") else text
    if _flat(bare):  # as most are: the library takes longer to load than a gate may
        return bare
    parsed = _parsed(text)
    rendered = str(parsed.render("{symbol.key}"))
    left = [word for word in text.replace("(", " ").replace(")", " ").split() if word not in _OPERATORS]
    if left != [word for word in _TOKEN.findall(rendered) if word not in _OPERATORS and word not in "()"]:
        raise ValueError("a license would be lost")
    return rendered


def _flat(text: str) -> tuple[str, list[str]] | None:
    """The operator and the operands of an expression that needs no library: one operator, no nesting."""
    parts = _JOINT.split(text)
    operands, operators = parts[::2], set(parts[1::2])
    if len(operators) > 1 or not all(map(_OPERAND, operands)):
        return None
    return "".join(operators), operands


def _parsed(text: str) -> Any:
    """The tree of an expression whose keys are known. Raises `ValueError`."""
    from license_expression import Licensing

    try:
        parsed = Licensing().parse(text)
    except Exception as error:  # license-expression raises several unrelated kinds
        raise ValueError(str(error)[:120] or type(error).__name__) from error
    if parsed is None:
        raise ValueError("it is empty")
    return parsed


def effective(concluded: Sequence[str], declared: Sequence[str], detected: Sequence[str]) -> str | None:
    """The expression that counts: what was concluded if that is known, else declared, else detected.

    Several statements of one list all apply (AND): a document that lists two licenses doesn't say
    that one may choose. Statements that say nothing (NONE, NOASSERTION, UNKNOWN) are passed over. If
    one of a list's statements isn't understood, the whole list is unknown, since a part of a license
    is no license; the statements themselves stay as written beside it. None where nothing is known.
    """
    for statements in (concluded, declared, detected):
        found = _joined(statements) if statements else None
        if found is not None:
            return found
    return None


def _joined(statements: Iterable[str]) -> str | None:
    distinct: dict[str, None] = {}
    for statement in statements:
        reading = read(statement)
        if reading.expression is not None:
            distinct[reading.expression] = None
        elif reading.kind not in {"none", "noassertion"}:
            return None
        if len(distinct) > MOST_WORDS:
            return None
    if len(distinct) < 2:
        return next(iter(distinct), None)
    return " AND ".join(f"({each})" if _is_choice(each) else each for each in distinct)


def _is_choice(expression: str) -> bool:
    """Whether its outermost operator is OR."""
    depth = 0
    for word in _TOKEN.findall(expression):
        depth += (word == "(") - (word == ")")
        if word == "OR" and depth == 0:
            return True
    return False


def category(expression: str | None) -> Category:
    """What kind of terms an expression has: of a choice (OR) the lightest, of a sum (AND) the heaviest.

    By the license index. An exception lightens its license to what the index says of the exception,
    except that copyleft over networks stays. Unknown within a sum makes it unknown.
    """
    if expression is None or len(expression) > LONGEST * 32:
        return "unknown"
    return _category(expression)


@lru_cache(maxsize=1 << 12)
def _category(expression: str) -> Category:
    flat = _flat(expression)
    if flat:
        operator, operands = flat
        found = [_of_one(*operand.split(" WITH ")) for operand in operands]
        return (max if operator == "AND" else min)(found, key=_ORDER.index)
    if expression.count("(") > DEEPEST * MOST_WORDS:
        return "unknown"
    try:
        return _of_tree(_parsed(expression))
    except ValueError:
        return "unknown"


def _of_tree(node: Any) -> Category:
    name = type(node).__name__
    if name in {"AND", "OR"}:
        return (max if name == "AND" else min)(map(_of_tree, node.args), key=_ORDER.index)
    if name == "LicenseWithExceptionSymbol":
        return _of_one(node.license_symbol.key, node.exception_symbol.key)
    return _of_one(node.key)


def _of_one(key: str, exception: str | None = None) -> Category:
    """One license, perhaps with an exception."""
    known = _ids().licenses.get(key) or _ids().licenses.get(key.removesuffix("+"))
    if known is None:
        return _of_reference(key) if exception is None else "unknown"
    if key.startswith(_NETWORK) and key not in _NOT_NETWORK:
        return "network-copyleft"
    found = _CATEGORIES.get(known, "other")
    if exception is None:
        return found
    lightened = _ids().exceptions.get(exception)
    if lightened is None:
        return "unknown"
    terms = _CATEGORIES.get(lightened, "other")
    return found if terms == "unknown" else min(found, terms, key=_ORDER.index)


def _of_reference(key: str) -> Category:
    """ScanCode's references mean the same in every document; others are known only to their own."""
    if not key.startswith("LicenseRef-scancode-"):
        return "unknown"
    return _CATEGORIES.get(_scancode().get(key, "Unstated License"), "other")


@cache
def _scancode() -> dict[str, str]:
    from license_expression import get_license_index

    return {
        entry["spdx_license_key"]: entry["category"]
        for entry in get_license_index()
        if entry.get("spdx_license_key")
    }
