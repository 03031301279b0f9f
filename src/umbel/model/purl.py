# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Package URLs: canonical identifiers of packages and components.

A *package* is a purl without version, qualifiers and subpath; a *component* has them. Plain text is
its own canonical form and is only taken apart. Whatever isn't plain is normalised by
packageurl-python, piece by piece and once each, since documents repeat their pieces.

Source: the package-url specification and its type definitions.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

LONGEST = 4096
"""Longer purls are refused: the longest real one seen had a tenth of it."""
UNIDENTIFIED = "unidentified:"

_TYPE = re.compile(r"[A-Za-z.\-_][A-Za-z0-9.\-_]*").fullmatch
_PLAIN = re.compile(r"[A-Za-z0-9.\-_~:]+").fullmatch
_PLAIN_PREFIX = re.compile(
    r"pkg:([a-z.\-_][a-z0-9.\-_]*)/((?:%40)?[A-Za-z0-9.\-_~:]+(?:/[A-Za-z0-9.\-_~:]+)*)"
).fullmatch
_PLAIN_PAIR = r"[a-z.\-_][a-z0-9.\-_]*=(?:[A-Za-z0-9.\-_~:]|%(?:2[0-9A-CF]|3[B-F]|40))+"
_PLAIN_PAIRS = re.compile(f"{_PLAIN_PAIR}(?:&{_PLAIN_PAIR})*").fullmatch
# A bare + is in a tenth of real purls, can mean nothing else, and is no news to anyone.
_HAS_NO_RAW = re.compile(r"[A-Za-z0-9.\-_~:/%+]*").fullmatch
_ENCODED_AGAIN = re.compile(r"%(?:25)*(?:2[0-9A-F]|3[A-F]|40|7E)", re.IGNORECASE)
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})").search
_BEFORE_SCOPE = re.compile(r"pkg:/*npm/+", re.IGNORECASE).fullmatch

# What the type definitions say and packageurl-python 0.17 doesn't do yet. Go's definition says both
# "shall be lowercased" and "case sensitive". It is lowered: some generators lower Go modules and some
# don't, and one half of a portfolio would know them by other names than the other half.
_LOWER_NAMESPACE = frozenset({"brew", "deb", "golang", "rpm", "vscode-extension", "yocto"})
_LOWER_NAME = frozenset({"brew", "chrome-extension", "deb", "golang", "otp", "vscode-extension"})
_LOWER_VERSION = frozenset({"huggingface", "oci", "pypi", "vscode-extension"})
_KEPT = frozenset({"cargo", "gem", "maven", "npm", "nuget"})
"""Names stay as written. packageurl-python lowers npm's, but JSONStream is not jsonstream."""
_REWRITTEN = frozenset({"cpan", "hackage", "pub"})
"""Names change even where they are plain and lower-case."""
_IDENTIFIED_OTHERWISE = frozenset({"golang", "pypi"})

_MAJOR = re.compile(r"v[1-9]\d{0,5}").fullmatch
_PYPI_JOINTS = re.compile(r"[-_.]+")

_HALF = "has half a character: a surrogate without its other half"


class PurlError(ValueError):
    """The text is no purl; the message says why in a sentence."""


class Purl(NamedTuple):
    """A purl in its canonical forms.

    `package` has no version, qualifiers and subpath; `purl` is the whole. Both are percent-encoded.
    `package` is what components are told apart by. PyPI takes `ruamel.yaml` and `ruamel-yaml` for one
    project, lock files write the second and purls may write either, so dots in it become dashes. The
    major version of a Go module is part of its path, but some generators make it the subpath: it goes back.
    `version`, `namespace` and `name` are decoded, and None where there is none. `note` says how the
    text had to be repaired, if it had.
    """

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
    note: str | None = None


class _Version(NamedTuple):
    shown: str | None
    encoded: str
    note: str | None = None


class _Kept(dict[str, T], Generic[T]):
    """Answers by text, worked out once each. Bounded: long texts aren't kept, a full one starts anew."""

    MOST = 1 << 16
    LONGEST_KEY = 256

    def __init__(self, answer: Callable[[str], T]) -> None:
        super().__init__()
        self._answer = answer

    def __missing__(self, text: str) -> T:
        found = self._answer(text)
        if len(text) <= self.LONGEST_KEY:
            if len(self) >= self.MOST:
                self.clear()
            self[text] = found
        return found


def parse(raw: str) -> Purl:
    """The canonical purl of a text. Raises `PurlError` if it is none.

    Repaired, with a note: `pkg://`, upper case in scheme or type, white space around, an unencoded
    `@` of an npm scope, other characters that want percent-encoding, and pieces encoded twice.
    """
    return _purls[raw]


def _read(raw: str) -> Purl:
    if len(raw) > LONGEST:
        raise PurlError(f"has {len(raw):,} characters; a purl has at most {LONGEST:,}")
    text = raw.strip()
    head, _, subpath = text.partition("#")
    head, _, qualifiers = head.partition("?")
    before, at, version = head.rpartition("@")
    if not at or (before[-1:] == "/" and _BEFORE_SCOPE(before)):
        before, version = head, ""
    try:
        found = _assemble(_prefixes[before], version, qualifiers, subpath)
    except UnicodeEncodeError as error:
        raise PurlError(_HALF) from error
    return found if len(text) == len(raw) else found._replace(note="had white space around it")


def _assemble(prefix: _Prefix, version: str, qualifiers: str, subpath: str) -> Purl:
    """The whole, of a prefix and the other pieces as they are written in a purl."""
    if qualifiers and prefix.type == "mlflow":
        prefix = _on_its_server(prefix, qualifiers)
    package, kind, namespace, name, note = prefix
    shown, purl = None, package
    if version:
        if kind in _LOWER_VERSION:
            version = version.lower()
        if _PLAIN(version):
            shown, purl = version, f"{package}@{version}"
        else:
            shown, encoded, said = _versions[version]
            if kind in _LOWER_VERSION and shown:
                shown, encoded = shown.lower(), quote(shown.lower(), safe=":")
            purl, note = f"{package}@{encoded}" if encoded else package, note or said
    if qualifiers:
        purl += _qualifiers[qualifiers]
    if subpath:
        purl += _subpath(subpath)
    if len(purl) > LONGEST:
        raise PurlError(f"has {len(purl):,} characters when percent-encoded; a purl has at most {LONGEST:,}")
    if kind in _IDENTIFIED_OTHERWISE:
        package = _identity(kind, package, shown, subpath)
    return Purl(package, shown, purl, kind, namespace, name, note)


def _identity(kind: str, package: str, version: str | None, subpath: str) -> str:
    """What a package is told apart by, where that isn't the purl without its version (see `Purl`)."""
    if kind == "pypi":
        return f"pkg:pypi/{_PYPI_JOINTS.sub('-', package[len('pkg:pypi/') :])}" if "." in package else package
    major = _MAJOR(subpath) is not None and version is not None and version.startswith(f"{subpath}.")
    return f"{package}/{subpath}" if major else package


def _prefix(text: str) -> _Prefix:
    """Scheme, type and path: what stands before the version."""
    plain = _PLAIN_PREFIX(text)
    if plain:
        kind, path = plain.groups()
        if kind in _KEPT or (path == path.lower() and not _rewrites(kind, path)):
            namespace, _, name = path.replace("%40", "@").rpartition("/")
            return _Prefix(text, kind, namespace or None, name)
    scheme, colon, rest = text.partition(":")
    if not colon or scheme.lower() != "pkg":
        raise PurlError("doesn't start with 'pkg:'")
    written, slash, path = rest.lstrip("/").partition("/")
    if not slash or not _TYPE(written):
        raise PurlError("names no package type")
    kind = written.lower()
    decoded, note = _decoded(path)
    if kind == "npm" and path.lstrip("/").startswith("@"):
        note = "had an unencoded @ in its scope"
        if "/" not in decoded.strip("/"):
            raise PurlError("names a scope but no package")
    if kind != written or scheme != "pkg":
        note = "had upper case in its scheme or type"
    if rest.startswith("/"):
        note = "was written with pkg:/ or pkg://"
    return _canonical(kind, decoded, note)


def _rewrites(kind: str, path: str) -> bool:
    """Whether the type changes even this plain, lower-case path."""
    return kind in _REWRITTEN or (kind == "pypi" and "_" in path)


def _canonical(kind: str, path: str, note: str | None = None) -> _Prefix:
    """The names of a decoded path, by the rules of its type."""
    from packageurl import normalize_name, normalize_namespace

    above, _, last = "/".join(part for part in map(str.strip, path.split("/")) if part).rpartition("/")
    ruled = None if kind in _KEPT else kind
    namespace = normalize_namespace(above, ruled, encode=None)
    name = normalize_name(last, None, ruled, encode=None)
    if not name:
        raise PurlError("names no package")
    if namespace and kind in _LOWER_NAMESPACE:
        namespace = namespace.lower()
    if kind in _LOWER_NAME:
        name = name.lower()
    package = f"pkg:{kind}/{quote(f'{namespace}/{name}' if namespace else name, safe='/:')}"
    return _Prefix(package, kind, namespace, name, note)


def _on_its_server(prefix: _Prefix, qualifiers: str) -> _Prefix:
    """MLflow models have the case rules of their server: Databricks ignores case, Azure ML doesn't."""
    server = qualifiers.lower()
    if "databricks" not in server or "azureml" in server:
        return prefix
    return _canonical("mlflow", f"{prefix.namespace or ''}/{prefix.name.lower()}", prefix.note)


def _decoded(text: str) -> tuple[str, str | None]:
    """A piece without its percent-encoding, and how it had to be repaired."""
    found = unquote(text)
    note = None if _HAS_NO_RAW(text) else "had characters that a purl percent-encodes"
    if "%" in found:
        if _LONE_PERCENT(text):
            note = "had a percent sign that encodes nothing"
        while _ENCODED_AGAIN.search(found):
            note = "was percent-encoded twice"
            found = _ENCODED_AGAIN.sub(_decoded_again, found)
    if "\ufffd" in found and "\ufffd" not in text and "%EF%BF%BD" not in text.upper():
        note = "had percent-encoded bytes that are no UTF-8"
    return found, note


def _decoded_again(found: re.Match[str]) -> str:
    return unquote("%" + found[0][-2:])


def _version(text: str) -> _Version:
    shown, note = _decoded(text)
    shown = shown.strip()
    return _Version(shown or None, quote(shown, safe=":"), note)


def _qualifier_text(text: str) -> str:
    """Qualifiers as `?key=value&…`, sorted; empty where none has a value."""
    if _PLAIN_PAIRS(text):
        pairs = dict(pair.split("=") for pair in text.split("&"))
    else:
        from packageurl import normalize_qualifiers

        try:
            decoded = normalize_qualifiers(text, encode=False)
        except ValueError as error:
            raise PurlError(f"has qualifiers that are none: {error}") from error
        # packageurl-python leaves the slash as it is; the specification's own cases encode it.
        pairs = {key: quote(value, safe=":") for key, value in decoded.items()}
    return "?" + "&".join([f"{key}={pairs[key]}" for key in sorted(pairs)]) if pairs else ""


def _subpath(text: str) -> str:
    """The subpath as `#path`; empty where nothing is left of it."""
    parts = [
        quote(part, safe=":") for part in unquote(text).split("/") if part.strip() and part not in {".", ".."}
    ]
    return "#" + "/".join(parts) if parts else ""


_purls = _Kept(_read)
_prefixes = _Kept(_prefix)
_versions = _Kept(_version)
_qualifiers = _Kept(_qualifier_text)


def make(
    kind: str,
    namespace: str | None,
    name: str,
    version: str | None = None,
    qualifiers: Mapping[str, str] | None = None,
    subpath: str | None = None,
) -> Purl:
    """The canonical purl of its decoded parts, by the rules of its type. Raises `PurlError`.

    A name that holds slashes is split (`@scope/name`, a Go module's path), so that every spelling of
    a package gives the same. Qualifiers without a value are left out.
    """
    values = qualifiers.values() if qualifiers else ()
    whole = sum(map(len, filter(None, (kind, namespace, name, version, subpath, *values))))
    if whole > LONGEST:
        raise PurlError(f"has {whole:,} characters; a purl has at most {LONGEST:,}")
    try:
        prefix = _named(kind, namespace, name)
        if version and not _PLAIN(version):
            version = quote(version, safe=":")
        pairs = _written(qualifiers) if qualifiers else ""
        return _assemble(prefix, version or "", pairs, quote(subpath, safe="/:") if subpath else "")
    except UnicodeEncodeError as error:
        raise PurlError(_HALF) from error


@lru_cache(maxsize=1 << 14)
def _named(kind: str, namespace: str | None, name: str) -> _Prefix:
    if not name or not _TYPE(kind):
        raise PurlError("a purl needs a type and a name")
    path = f"{namespace}/{name}" if namespace else name
    return _prefixes[f"pkg:{kind.lower()}/{quote(path, safe='/:')}"]


def _written(qualifiers: Mapping[str, str]) -> str:
    """Qualifiers as they are written in a purl."""
    for key in qualifiers:
        if not _TYPE(key):
            raise PurlError(f"has a qualifier {key[:40]!r}: keys are ASCII letters, digits, '.', '-' and '_'")
    return "&".join(f"{key}={quote(value, safe=':')}" for key, value in qualifiers.items() if value)


def unidentified(name: str, namespace: str | None = None) -> str:
    """The key of a component that no purl identifies; it never equals a package's.

    Percent-encoded as purls are. A name too long for a key is cut and told apart by its digest.
    """
    return UNIDENTIFIED + (f"{_key(namespace)}/{_key(name)}" if namespace else _key(name))


def _key(text: str) -> str:
    if len(text) > LONGEST:
        digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        text = f"{text[:200]}…{digest[:16]}"
    return quote(text, safe=":", errors="backslashreplace")


def ecosystem(package: str) -> str | None:
    """The purl type of a package (npm, pypi, deb …); None for an unidentified one."""
    return package[4:].partition("/")[0] if package.startswith("pkg:") else None


@lru_cache(maxsize=1 << 14)
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
    """What a person means by `lodash`, `@angular/core@^17`, `g:a@>=2,<3`, a purl with a range, or an unidentified key.

    Raises `PurlError` for an empty or broken one.
    """
    text = text.strip()
    if not text:
        raise PurlError("it is empty")
    if len(text) > LONGEST:
        raise PurlError(f"it has {len(text):,} characters; a purl has at most {LONGEST:,}")
    if text.lower().startswith("vers:"):
        raise PurlError("it is a range of versions without a package; write NAME@vers:…")
    if text.lower().startswith("pkg:"):
        name, spec = _split(text, text.find("/", len("pkg:") + len(text[4:]) - len(text[4:].lstrip("/"))) + 1)
        return Query(parse(name).package, None, spec)
    if text.startswith(UNIDENTIFIED) and text != UNIDENTIFIED:
        key, spec = _split(text, len(UNIDENTIFIED))
        return Query(key, None, spec)
    name, spec = _split(text, 0)
    name = name.replace(":", "/") if name.count(":") == 1 else name
    return Query(None, quote(name, safe="/:", errors="backslashreplace"), spec)


def _split(text: str, start: int) -> tuple[str, str | None]:
    """The text before and after the @ that begins the versions; a scope's @ at the start isn't it."""
    at = text.find("@", start + 1)
    if at < 0:
        return text, None
    spec = text[at + 1 :].strip()
    if not spec.startswith("vers:"):
        spec = re.split(r"[?#]", spec, maxsplit=1)[0]
    return text[:at].rstrip(), unquote(spec).strip() or None
