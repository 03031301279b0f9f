# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Package URLs: canonical identifiers of packages and components.

A *package* is a purl without version, qualifiers and subpath; a *component* has them. Names are
normalised by packageurl-python, in cached pieces: a document repeats its prefixes and qualifiers,
so that normalising each piece once costs a fraction of normalising each purl (docs/adr/0006).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from packageurl import PackageURL, normalize_qualifiers, normalize_subpath

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 4096
"""Longer purls are refused: the longest real one seen had a tenth of it."""
UNIDENTIFIED = "unidentified:"

_TYPE = re.compile(r"[A-Za-z.\-_][A-Za-z0-9.\-_]*")
_TWICE = re.compile(r"%25(40|2[0-9A-Fa-f]|3[AaFf])")
_LOWER_VERSION = frozenset({"huggingface", "oci"})
_LOWER_PATH = frozenset({"golang"})
"""Types whose definition lowers namespace and name where packageurl-python doesn't yet."""


class PurlError(ValueError):
    """The text is no purl; the message says why in a sentence."""


class Purl(NamedTuple):
    """A purl in its canonical forms. `note` says how the raw text had to be repaired, if it had."""

    package: str
    version: str | None
    purl: str
    type: str
    namespace: str | None
    name: str
    note: str | None = None


class _Prefix(NamedTuple):
    package: str
    type: str
    namespace: str | None
    name: str
    note: str | None


@lru_cache(maxsize=1 << 17)
def parse(raw: str) -> Purl:
    """The canonical purl of a text. Raises `PurlError` if it is none.

    Repaired, with a note: `pkg://`, upper case in scheme or type, white space around, an unencoded
    `@` of an npm scope, and names that were percent-encoded twice.
    """
    text = raw.strip()
    if len(text) > LONGEST:
        raise PurlError(f"has {len(text):,} characters; a purl has at most {LONGEST:,}")
    head, _, subpath = text.partition("#")
    head, _, qualifiers = head.partition("?")
    scheme, colon, rest = head.partition(":")
    if not colon or scheme.lower() != "pkg":
        raise PurlError("doesn't start with 'pkg:'")
    kind, slash, path = rest.lstrip("/").partition("/")
    if not slash or not _TYPE.fullmatch(kind):
        raise PurlError("names no package type")
    try:
        return _assemble(
            kind.lower(), path, qualifiers, subpath, _surface_note(raw, text, scheme, rest, kind)
        )
    except ValueError as error:
        raise error if isinstance(error, PurlError) else PurlError(str(error)) from error


def _surface_note(raw: str, text: str, scheme: str, rest: str, kind: str) -> str | None:
    if raw != text:
        return "had white space around it"
    if rest.startswith("/"):
        return "was written with pkg:/ or pkg://"
    if scheme != "pkg" or kind != kind.lower():
        return "had upper case in its scheme or type"
    return None


def _assemble(kind: str, path: str, qualifiers: str, subpath: str, note: str | None) -> Purl:
    path = path.lstrip("/")
    scoped = kind == "npm" and path.startswith("@")
    # The @ of an unencoded npm scope doesn't start a version.
    before, at, version = path[scoped:].rpartition("@")
    if not at:
        before, version = version, ""
    prefix = _prefix(kind, ("@" if scoped else "") + before, qualifiers if kind == "mlflow" else "")
    shown, encoded = _version(kind, version) if version else (None, "")
    purl = prefix.package
    if encoded:
        purl += f"@{encoded}"
    if qualifiers:
        purl += _qualifiers(qualifiers)
    if subpath:
        cleaned = _subpath(subpath)
        purl += f"#{cleaned}" if cleaned else ""
    said = note or prefix.note or ("had an unencoded @ in its scope" if scoped else None)
    return Purl(prefix.package, shown, purl, prefix.type, prefix.namespace, prefix.name, said)


@lru_cache(maxsize=1 << 16)
def _prefix(kind: str, path: str, qualifiers: str) -> _Prefix:
    note = None
    if _TWICE.search(path):
        path, note = _TWICE.sub(r"%\1", path), "was percent-encoded twice"
    if kind in _LOWER_PATH:
        path = path.lower()
    text = f"pkg:{kind}/{path}" + (f"?{qualifiers}" if qualifiers else "")
    found = PackageURL.from_string(text)
    bare = found._replace(version=None, qualifiers={}, subpath=None)
    package = bare.to_string()
    if kind == "mlflow" and qualifiers:
        package = found._replace(version=None, subpath=None).to_string().partition("?")[0]
    return _Prefix(package, found.type, found.namespace, found.name, note)


@lru_cache(maxsize=1 << 16)
def _version(kind: str, raw: str) -> tuple[str | None, str]:
    shown = unquote(raw).strip()
    if kind in _LOWER_VERSION:
        shown = shown.lower()
    return shown or None, quote(shown).replace("%3A", ":")


@lru_cache(maxsize=1 << 16)
def _qualifiers(raw: str) -> str:
    # packageurl-python leaves the slash as it is; the specification's own cases encode it.
    pairs = normalize_qualifiers(raw, encode=False)
    text = "&".join(f"{key}={quote(value, safe='').replace('%3A', ':')}" for key, value in pairs.items())
    return f"?{text}" if text else ""


def _subpath(raw: str) -> str | None:
    return normalize_subpath(normalize_subpath(raw, encode=False), encode=True)


@lru_cache(maxsize=1 << 16)
def _made(
    kind: str, namespace: str | None, name: str, version: str | None, qualifiers: tuple[tuple[str, str], ...]
) -> Purl:
    path = "/".join(quote(part) for part in (namespace or "").split("/") if part)
    whole = f"{path}/{quote(name)}" if path else quote(name, safe="")
    if kind == "golang" or "/" in name:
        whole = f"{path}/{quote(name)}".lstrip("/")
    text = f"pkg:{kind}/{whole}"
    if version:
        text += "@" + quote(version, safe="")
    said = "&".join(f"{key}={quote(value, safe='')}" for key, value in qualifiers if value)
    return parse(f"{text}?{said}" if said else text)._replace(note=None)


def make(
    kind: str,
    namespace: str | None,
    name: str,
    version: str | None = None,
    qualifiers: Mapping[str, str] | None = None,
) -> Purl:
    """The canonical purl of its parts, by the rules of its type. Raises `PurlError`."""
    if not name or not kind:
        raise PurlError("a purl needs a type and a name")
    pairs = tuple(sorted(qualifiers.items())) if qualifiers else ()
    return _made(kind.lower(), namespace or None, name, version or None, pairs)


def unidentified(name: str, namespace: str | None = None) -> str:
    """The key of a component that no purl identifies; it never equals a package's."""
    key = quote(name[:LONGEST], safe="")
    return f"{UNIDENTIFIED}{quote(namespace[:LONGEST], safe='')}/{key}" if namespace else UNIDENTIFIED + key


def ecosystem(package: str) -> str | None:
    """The purl type of a package (npm, pypi, deb …); None for an unidentified one."""
    return package[4:].partition("/")[0] if package.startswith("pkg:") else None


@lru_cache(maxsize=1 << 16)
def display(package: str) -> str:
    """A package as its users write it: `@angular/core`, `org.apache.commons:commons-lang3`."""
    if not package.startswith("pkg:"):
        return unquote(package.removeprefix(UNIDENTIFIED))
    kind, _, path = package[4:].partition("/")
    namespace, slash, name = path.rpartition("/")
    joint = ":" if kind == "maven" else "/"
    return unquote(namespace) + (joint if slash else "") + unquote(name)


class Query(NamedTuple):
    """What `where` is asked for: a package or a name, and perhaps versions.

    `name` is percent-encoded like the end of a package. `version_spec` is as typed: a version, a
    range of the ecosystem (`^1.2`, `>=1,<2`) or a `vers:`.
    """

    package: str | None
    name: str | None
    version_spec: str | None


def parse_query(text: str) -> Query:
    """What a person means by `lodash`, `@angular/core@^17`, `g:a@>=2,<3` or a purl with a range.

    Raises `PurlError` for an empty or broken one.
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise PurlError("it is empty or far too long")
    if text.lower().startswith("pkg:"):
        start = text.index("/") + 1 if "/" in text else 0
        name, spec = _split(text, start)
        return Query(parse(name).package, None, spec)
    name, spec = _split(text, 0)
    name = name.replace(":", "/") if name.count(":") == 1 else name
    return Query(None, quote(name), spec)


def _split(text: str, start: int) -> tuple[str, str | None]:
    """The text before and after the @ that begins the versions; a scope's @ isn't it."""
    at = text.find("@", start + 1 if text[start : start + 1] == "@" else start)
    if at < 0:
        return text, None
    spec = text[at + 1 :].strip()
    if not spec.startswith("vers:"):
        spec = re.split(r"[?#]", spec, maxsplit=1)[0]
    return text[:at], unquote(spec) or None
