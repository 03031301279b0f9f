# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`umbel.toml`: the organisation, its products and projects, and where the evidence lies.

Everything wrong in the file is reported at once, each with its line and key.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from umbel.model import alert_settings, office_settings
from umbel.model.alert_settings import AlertSettings
from umbel.model.errors import Fault, UsageError
from umbel.model.naming import Naming, Rule
from umbel.model.office_settings import OfficeSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE = "umbel.toml"
FOLDER = ".umbel"
_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*(?:([kKMGT])(i)?)?B?")
_USER = re.compile(r"://[^/@\s]*@")
_SCHEMES = ("https://", "http://", "file:", "sparse+https://", "sparse+http://")
_REPOSITORY = re.compile(
    r"(?:https?|ssh|git)://[^/\s]+/\S|git@[^:\s]+:\S|(?:github|gitlab|bitbucket|codeberg):[^/\s]+/\S"
)
_PASSWORD = re.compile(r"://[^/@\s]*:[^@\s]*@")

Criticality = Literal["low", "medium", "high", "critical"]
Distribution = Literal["internal", "hosted", "distributed-binary", "distributed-source", "embedded-device"]


class Release(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A release of a product, and until when users may count on fixes for it."""

    version: str
    released: date | None = None
    end_of_support: date | None = None


class Product(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What business depends on: its projects are named by patterns (`github.com/acme/shop*`)."""

    name: str
    owner: str | None = None
    department: str | None = None
    criticality: Criticality | None = None
    distribution: tuple[Distribution, ...] = ()
    releases: tuple[Release, ...] = ()
    projects: tuple[str, ...] = ()


class ProjectRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A project's name, and the names or origins under which documents speak of it."""

    name: str
    match: tuple[str, ...] = ()


class Organisation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who "we" are: e-mail domains tell our people's contributions from others'."""

    name: str | None = None
    domains: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()


class PeopleSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What only this organisation knows of those who commit.

    `free_mail` are further domains where anyone gets an address; `bots` and `not_bots` patterns of
    names or addresses (`*-ci@acme.example`); `allowed_signers` the file with the keys by which people
    prove that an address is theirs (of ssh-keygen's format), beside this one.
    """

    free_mail: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()
    not_bots: tuple[str, ...] = ()
    allowed_signers: str | None = None


class LakeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the evidence lies: a folder beside the file, or an object storage URL."""

    url: str = f"{FOLDER}/lake"
    options: dict[str, str] = {}


class Sources(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `umbel collect` reads when it is given no path: files and folders, and repositories elsewhere."""

    paths: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


class CacheSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where clones of repositories are kept (None: the user's folder for caches), and how much of them."""

    folder: str | None = None
    max_size: str = "10 GiB"


class RemoteSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How repositories elsewhere are cloned: bounds of each, and which of them with their paths.

    `blobless` are patterns of projects (`github.com/acme/shop*`); the others are cloned without paths.
    `timeout` and `stall` are seconds, `max_size` that of one clone.
    """

    blobless: tuple[str, ...] = ()
    parallel: int = 4
    timeout: int = 900
    stall: int = 120
    max_size: str = "4 GiB"


class HistorySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is read of git histories beyond the commits of HEAD.

    `branches` follows every branch and tag. `lines` counts changed lines, `paths` keeps changed paths:
    of all projects (true) or of those that a pattern names (`github.com/acme/*`).
    """

    branches: bool = False
    lines: bool | tuple[str, ...] = False
    paths: bool | tuple[str, ...] = False


class MetricSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many `seconds` a figure of a metric of your own may take; then it is ended. Umbel's own have no limit."""

    seconds: int = 60


class Registries(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where package registries are asked, by purl type; else as the ordinary clients are configured.

    `cargo` and `gem` are index and host, `golang` a proxy, `maven` a repository, `pypi` the simple index.
    `cargo_api` is the API that tells licences and dates beside the index. Release dates of Maven's
    packages come from `maven_search` (its search API), or with `maven_listing` from the repository's folders.
    """

    npm: str | None = None
    pypi: str | None = None
    cargo: str | None = None
    gem: str | None = None
    maven: str | None = None
    golang: str | None = None
    cargo_api: str | None = None
    maven_search: str | None = None
    maven_listing: bool = False


class SyncSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mirrors of the public databases (else `umbel.model.sources` has them), and what no one else may hear of.

    `private` are patterns of packages (`@acme/*`, `pkg:maven/com.acme/*`): no registry is asked for them.
    """

    osv: str | None = None
    endoflife: str | None = None
    kev: str | None = None
    epss: str | None = None
    licenses: str | None = None
    deps_dev: str | None = None
    private: tuple[str, ...] = ()


class UpstreamRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where packages come from, by our own word: the first rule that fits one counts, before all that is read.

    `packages` are patterns (`pkg:npm/@acme/*`); `repository` is an address, or "none": nothing is to be looked at.
    """

    packages: tuple[str, ...]
    repository: str


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that `umbel.toml` can say."""

    organisation: Organisation = Organisation()
    people: PeopleSettings = PeopleSettings()
    lake: LakeSettings = LakeSettings()
    sources: Sources = Sources()
    history: HistorySettings = HistorySettings()
    cache: CacheSettings = CacheSettings()
    remotes: RemoteSettings = RemoteSettings()
    mirrors: dict[str, str] = {}
    metrics: MetricSettings = MetricSettings()
    registries: Registries = Registries()
    sync: SyncSettings = SyncSettings()
    alerts: AlertSettings = AlertSettings()
    office: OfficeSettings = OfficeSettings()
    products: tuple[Product, ...] = ()
    projects: tuple[ProjectRule, ...] = ()
    upstream: tuple[UpstreamRule, ...] = ()

    def naming(self) -> Naming:
        """The rules by which found projects get their names."""
        return Naming(tuple(Rule(rule.name, rule.match) for rule in self.projects))


_NO_PASSWORD = "holds a password: leave it out, git's credential helper may know it"  # noqa: S105 - a sentence


class SettingsError(UsageError):
    """`umbel.toml` can't be used; `faults` are all that is wrong in it."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        """Say each fault on a line of its own."""
        lines = "\n".join(f"  {fault.place}: {fault.message}" for fault in faults)
        number = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"{path.name} has {number}:\n{lines}")
        self.faults = faults


def bytes_of(size: str) -> int:
    """Bytes of a size as people write it. Raises `ValueError`.

    >>> bytes_of("10 GiB"), bytes_of("1.5 MB")
    (10737418240, 1500000)
    """
    found = _SIZE.fullmatch(size.strip())
    if not found:
        raise ValueError(size)
    step = 1024 if found[3] else 1000
    power = " KMGT".index((found[2] or " ").upper())
    return int(float(found[1]) * step**power)


def load(path: Path) -> Settings:
    """Read and check a settings file. Raises `SettingsError` with every fault."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise SettingsError(path, [Fault("encoding", "is no UTF-8 text", f"byte {error.start}")]) from error
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.") from error
    data = parsed(text, path)
    faults = check(data, text)
    if faults:
        raise SettingsError(path, faults)
    return msgspec.convert(data, Settings)


def parsed(text: str, path: Path) -> dict[str, Any]:
    """A file's text as TOML. Raises `SettingsError` with the place of what is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line \d+", str(error))
        raise SettingsError(path, [Fault("toml", str(error), found[0] if found else "the file")]) from error
    except RecursionError as error:
        raise SettingsError(path, [Fault("toml", "is nested too deep", "the file")]) from error
    except ValueError as error:  # a number of more digits than Python reads
        raise SettingsError(path, [Fault("toml", "holds a number that is too long", "the file")]) from error


def check(data: dict[str, Any], text: str) -> list[Fault]:
    """Every fault of a parsed file, in the order of its lines."""
    checker = _Checker(text)
    checker.table(data, Settings, ())
    checker.meaning(data)
    return sorted(checker.faults, key=lambda fault: _line(fault.place))


def faults_of(
    data: dict[str, Any],
    text: str,
    kind: type[msgspec.Struct],
    meaning: Callable[[Callable[[tuple[str | int, ...], str], None]], None],
) -> list[Fault]:
    """Every fault of another file of the workspace, in the order of its lines.

    `meaning` is given what tells a fault (its path in the data, and what is wrong), for what types can't say.
    """
    checker = _Checker(text)
    checker.table(data, kind, ())
    meaning(checker.fault)
    return sorted(checker.faults, key=lambda fault: _line(fault.place))


def _line(place: str) -> int:
    found = re.match(r"line (\d+)", place)
    return int(found[1]) if found else 0


class _Checker:
    """Holds data against the declared types, fault by fault; msgspec alone would stop at the first."""

    def __init__(self, text: str) -> None:
        self.lines = _index(text)
        self.faults: list[Fault] = []

    def fault(self, path: tuple[str | int, ...], message: str) -> None:
        self.faults.append(Fault("settings", message, f"{self._place(path)}, {_key(path)}"))

    def _place(self, path: tuple[str | int, ...]) -> str:
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return f"line {self.lines[path[:length]]}"
        return "line 1"

    def table(self, data: Any, kind: type[msgspec.Struct], path: tuple[str | int, ...]) -> None:
        if not isinstance(data, dict):
            self.fault(path, f"must be a table, not {_named(data)}")
            return
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        for key, value in data.items():
            if key not in fields:
                close = difflib.get_close_matches(key, fields, 1)
                hint = f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(fields)}"
                self.fault((*path, key), f"is not known{hint}")
            else:
                self.value(value, fields[key].type, (*path, key))
        for name, field in fields.items():
            if field.required and name not in data:
                self.fault(path, f"needs {name!r}")

    def value(self, value: Any, kind: Any, path: tuple[str | int, ...]) -> None:
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            self.table(value, kind, path)
        elif isinstance(value, dict) and _of_tables(kind):
            for key, item in value.items():
                self.value(item, get_args(kind)[1], (*path, key))
        elif getattr(kind, "__origin__", None) is tuple:
            if not isinstance(value, list):
                self.fault(path, f"must be a list ([…]), not {_named(value)}")
                return
            for index, item in enumerate(value):
                self.value(item, get_args(kind)[0], (*path, index))
        else:
            self.scalar(value, kind, path)

    def scalar(self, value: Any, kind: Any, path: tuple[str | int, ...]) -> None:
        choices = _choices(kind)
        if _fits(value, kind):
            return
        if choices:
            self.fault(path, f"is {value!r}; it must be one of {', '.join(choices)}")
        else:
            self.fault(path, f"must be {_wanted(kind)}, not {_named(value)}")

    def meaning(self, data: dict[str, Any]) -> None:
        """What types can't say: names are unique and not empty, support ends after release."""
        for group in ("products", "projects"):
            seen: dict[str, int] = {}
            entries = data.get(group)
            for index, entry in enumerate(entries if isinstance(entries, list) else []):
                name = entry.get("name") if isinstance(entry, dict) else None
                if not isinstance(name, str):
                    continue
                if not name.strip():
                    self.fault((group, index, "name"), "is empty")
                elif name.casefold() in seen:
                    self.fault((group, index, "name"), f"{name!r} is used twice")
                seen[name.casefold()] = index
                self._releases(entry, (group, index))
        self._collecting(data)
        self._upstream(data.get("upstream"))
        alert_settings.meaning(data.get("alerts"), lambda path, words: self.fault(("alerts", *path), words))
        hooks = alert_settings.webhooks(data.get("alerts"))
        office_settings.meaning(
            data.get("office"), lambda path, words: self.fault(("office", *path), words), hooks
        )

    def _collecting(self, data: dict[str, Any]) -> None:
        """Sizes are sizes, bounds let something through, prefixes end where a name does; no passwords."""
        for group in ("cache", "remotes", "metrics"):
            entry = data.get(group)
            for key, value in entry.items() if isinstance(entry, dict) else ():
                if key == "max_size" and isinstance(value, str) and not _is_size(value):
                    self.fault((group, key), 'is no size; write it as "10 GiB"')
                if key in {"parallel", "timeout", "stall", "seconds"} and type(value) is int and value < 1:
                    self.fault((group, key), "must be at least 1")
        mirrors = data.get("mirrors")
        for prefix, target in mirrors.items() if isinstance(mirrors, dict) else ():
            if not prefix.endswith(("/", ":")) or not str(target).endswith(("/", ":")):
                self.fault(("mirrors", _unsecret(prefix)), 'must map beginnings that end in "/" (or ":")')
            if _PASSWORD.search(f"{prefix} {target}"):
                self.fault(("mirrors", _unsecret(prefix)), _NO_PASSWORD)
        self._addresses(data.get("sources"))
        for group in ("registries", "sync"):
            self._servers(group, data.get(group))

    def _servers(self, group: str, entry: Any) -> None:
        """Addresses on the web, or of a file; credentials stay in the clients' own files."""
        for key, value in entry.items() if isinstance(entry, dict) else ():
            if not isinstance(value, str):
                continue
            if _USER.search(value):
                self.fault(
                    (group, key), "holds a user or password: leave it to the client's own files or netrc"
                )
            elif not value.startswith(_SCHEMES):
                self.fault((group, key), 'must begin with "https://" (or http://, file:)')

    def _upstream(self, rules: Any) -> None:
        """Where packages come from is an address without a password, or none."""
        for index, rule in enumerate(rules if isinstance(rules, list) else []):
            said = rule.get("repository") if isinstance(rule, dict) else None
            if not isinstance(said, str) or said == "none":
                continue
            if _PASSWORD.search(said):
                self.fault(("upstream", index, "repository"), _NO_PASSWORD)
            elif not _REPOSITORY.match(said):
                self.fault(("upstream", index, "repository"), 'must be an address ("https://…"), or "none"')

    def _addresses(self, sources: Any) -> None:
        for key in ("paths", "urls") if isinstance(sources, dict) else ():
            values = sources.get(key)
            for index, value in enumerate(values if isinstance(values, list) else []):
                if isinstance(value, str) and _PASSWORD.search(value):
                    self.fault(("sources", key, index), _NO_PASSWORD)

    def _releases(self, entry: dict[str, Any], path: tuple[str | int, ...]) -> None:
        releases = entry.get("releases")
        for index, release in enumerate(releases if isinstance(releases, list) else []):
            if not isinstance(release, dict):
                continue
            start, end = release.get("released"), release.get("end_of_support")
            if type(start) is date and type(end) is date and end < start:
                self.fault((*path, "releases", index, "end_of_support"), "lies before the release")


def _of_tables(kind: Any) -> bool:
    """Whether a type is a table of tables (`dict[str, Struct]`)."""
    inner = get_args(kind)[1:]
    return bool(inner) and isinstance(inner[0], type) and issubclass(inner[0], msgspec.Struct)


def _is_size(text: str) -> bool:
    try:
        return bytes_of(text) > 0
    except ValueError:
        return False


def _unsecret(text: str) -> str:
    return _PASSWORD.sub("://…@", text)


def _fits(value: Any, kind: Any) -> bool:
    if isinstance(value, datetime):
        return False  # a day is wanted, and a moment would pass for one
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _choices(kind: Any) -> list[str]:
    arguments = get_args(kind)
    if arguments and all(isinstance(value, str) for value in arguments):
        return list(arguments)
    return [choice for part in arguments for choice in _choices(part)]


def _wanted(kind: Any) -> str:
    text = str(kind)
    if "dict" in text:
        return "a table of texts"
    if "bool" in text:
        return "true or false, or a list of patterns" if "tuple" in text else "true or false"
    if text == "<class 'int'>":
        return "a whole number"
    if "float" in text:
        return "a number"
    return "a date (2026-01-31)" if "date" in text else 'a text in quotes ("…")'


def _named(value: Any) -> str:
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "a table",
    }
    return names.get(type(value), "a time" if isinstance(value, datetime) else "a date")


def _key(path: tuple[str | int, ...]) -> str:
    out = ""
    for part in path:
        out += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if out else part
    return out or "the file"


_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]#]+?)\s*\]\]?")
_PART = re.compile(r"\"[^\"]*\"|'[^']*'|[^.]+")
_ASSIGN = re.compile(r"^\s*(\"[^\"]*\"|'[^']*'|[A-Za-z0-9_.-]+)\s*=")


def _index(text: str) -> dict[tuple[str | int, ...], int]:
    """Line of each table header and key; tomllib doesn't keep them. Good for pointing, not parsing."""
    lines: dict[tuple[str | int, ...], int] = {}
    counts: dict[tuple[str | int, ...], int] = {}
    prefix: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header:
            prefix = _place_of(_split(header[2]), counts, array=header[1] == "[[")
            lines.setdefault(prefix, number)
            continue
        assigned = _ASSIGN.match(line)
        if assigned:
            lines.setdefault((*prefix, *_split(assigned[1])), number)
    return lines


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in _PART.findall(dotted))


def _place_of(
    names: tuple[str, ...], counts: dict[tuple[str | int, ...], int], *, array: bool
) -> tuple[str | int, ...]:
    path: tuple[str | int, ...] = ()
    for position, name in enumerate(names):
        path = (*path, name)
        last = position == len(names) - 1
        if array and last:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
