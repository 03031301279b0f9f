# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What pip, uv, npm and go are configured to ask: their variables, their files, then they themselves."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from umbel.collect.registries.addresses import Address, Secret, Told, basic, split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.registries.addresses import Place

LARGEST = 1 << 20
"""Bytes of a configuration file that are read."""
ASK_SECONDS = 10
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(\?)?\}")
_DEFAULT = re.compile(r"\(\s*default:?\s+(https?://[^\s)]+)\s*\)")


def read(path: Path) -> str:
    """A configuration file's text; empty if it isn't there or can't be read."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST).decode("utf-8", "replace").removeprefix("\ufeff")
    except (OSError, ValueError):
        return ""


def toml(path: Path) -> dict[str, Any]:
    """A TOML file; an empty table if it isn't there or can't be read."""
    try:
        return tomllib.loads(read(path))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def ask(place: Place, *command: str) -> str:
    """What an installed client prints; empty if it isn't there, fails or takes too long."""
    program = shutil.which(command[0], path=place.environment.get("PATH", "")) if place.asking else None
    if program is None:
        return ""
    try:
        done = subprocess.run(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=ASK_SECONDS,
            check=False,
            cwd=place.folder,
            env=dict(place.environment),
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout[:LARGEST].decode("utf-8", "replace").strip() if done.returncode == 0 else ""


def gathered(urls: list[tuple[str | None, str]], certificates: tuple[str | None, ...] = ()) -> Told:
    """Addresses and credentials of what was configured, each address once."""
    addresses: dict[str, Address] = {}
    secrets: tuple[Secret, ...] = ()
    for url, told_by in urls:
        address, found = split(url, told_by) if url else (None, ())
        if address:
            addresses.setdefault(address.url, address)
            secrets += found
    return Told(tuple(addresses.values()), secrets, certificates=tuple(filter(None, certificates)))


# ---- PyPI


def pypi(place: Place) -> Told:
    """By pip's and uv's variables, pip.conf, uv.toml and pyproject.toml; else by pip's own word."""
    config = _pip_conf(place)
    certificates = (place.variable("PIP_CERT"), config.get("cert"), place.variable("REQUESTS_CA_BUNDLE"))
    index = [
        (place.variable("UV_DEFAULT_INDEX"), "UV_DEFAULT_INDEX"),
        (place.variable("UV_INDEX_URL"), "UV_INDEX_URL"),
        (place.variable("PIP_INDEX_URL"), "PIP_INDEX_URL"),
        (config.get("index-url"), "pip.conf"),
        (_uv_index(place), "uv's settings"),
    ]
    first = next(((_named(url), by) for url, by in index if url), None)
    if first is None:
        first = next(_pip_says(place), None)
    more = (place.variable("PIP_EXTRA_INDEX_URL") or config.get("extra-index-url") or "").split()
    return gathered(
        [*([first] if first else []), *((url, "pip's extra-index-url") for url in more)], certificates
    )


def _named(url: str) -> str:
    """An index of uv's may have a name before its address."""
    name, equals, rest = url.partition("=")
    return rest if equals and "/" not in name else url


def _pip_conf(place: Place) -> dict[str, str]:
    """Pip's settings for installing; files that count more come later."""
    named = place.environment.get("PIP_CONFIG_FILE")
    config = Path(place.environment.get("XDG_CONFIG_HOME") or place.home / ".config")
    data = place.environment.get("APPDATA")
    files = [
        Path("/etc/xdg/pip/pip.conf"),
        Path("/etc/pip.conf"),
        place.home / ".pip/pip.conf",
        config / "pip/pip.conf",
        *([Path(data) / "pip/pip.ini"] if data else []),
    ]
    prefix = place.environment.get("VIRTUAL_ENV")
    files += [Path(prefix) / "pip.conf"] if prefix else []
    if named:
        files = [] if named == os.devnull else [*files, Path(named)]
    found: dict[str, str] = {}
    for file in files:
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read_string(read(file))
        except configparser.Error:
            continue
        for section in ("global", "install"):
            if parser.has_section(section):
                found.update({k.replace("_", "-"): v for k, v in parser.items(section) if v})
    return found


def _uv_index(place: Place) -> str | None:
    """The index that uv's files call the default."""
    config = Path(place.environment.get("XDG_CONFIG_HOME") or place.home / ".config")
    tables = [toml(folder / "uv.toml") for folder in place.above()[:1]]
    tables += [toml(folder / "pyproject.toml").get("tool", {}) for folder in place.above()[:1]]
    for table in [*tables, toml(config / "uv/uv.toml"), toml(Path("/etc/uv/uv.toml"))]:
        uv = table.get("uv", table) if isinstance(table, dict) else {}
        listed = uv.get("index") if isinstance(uv, dict) else None
        for index in listed if isinstance(listed, list) else ():
            if isinstance(index, dict) and index.get("default") and isinstance(index.get("url"), str):
                return str(index["url"])
        if isinstance(uv, dict) and isinstance(uv.get("index-url"), str):
            return str(uv["index-url"])
    return None


def _pip_says(place: Place) -> Iterator[tuple[str, str]]:
    """Pip's configured index, else the one that its help calls the default."""
    for program in ("pip", "pip3"):
        said = ask(place, program, "config", "get", "global.index-url")
        if said.startswith("http"):
            yield said, "pip config"
        found = _DEFAULT.search(" ".join(ask(place, program, "install", "--help").split()))
        if found:
            yield found[1], "pip's default"


# ---- npm


def npm(place: Place) -> Told:
    """By npm's variables and the .npmrc of project, user and machine; else by npm's own word."""
    settings: dict[str, str] = {}
    for file in _npmrcs(place):
        settings.update(_npmrc(read(file), place))
    variables = {name.lower(): value for name, value in place.environment.items() if value}
    registry = variables.get("npm_config_registry")
    urls: list[tuple[str | None, str]] = [(registry, "npm_config_registry")]
    if not registry:
        urls = [(settings.get("registry"), ".npmrc")]
    if not urls[0][0]:
        urls = [(ask(place, "npm", "config", "get", "registry") or None, "npm config")]
    cafile = variables.get("npm_config_cafile") or settings.get("cafile")
    told = gathered(urls, (cafile, variables.get("node_extra_ca_certs")))
    scopes, secrets = [], list(_npm_secrets(settings))
    for name, value in settings.items():
        if name.startswith("@") and name.endswith(":registry"):
            address, found = split(value, ".npmrc")
            secrets += found
            scopes += [(name.removesuffix(":registry"), address)] if address else []
    return told._replace(scopes=tuple(scopes), secrets=(*told.secrets, *secrets))


def _npmrcs(place: Place) -> list[Path]:
    """Npm's files; those that count more come later."""
    variables = {name.lower(): value for name, value in place.environment.items() if value}
    user = variables.get("npm_config_userconfig")
    machine = variables.get("npm_config_globalconfig")
    prefix = variables.get("npm_config_prefix") or variables.get("prefix")
    return [
        *([Path(machine)] if machine else [Path("/etc/npmrc"), Path("/usr/etc/npmrc")]),
        *([Path(prefix) / "etc/npmrc"] if prefix else []),
        Path(user) if user else place.home / ".npmrc",
        place.folder / ".npmrc",
    ]


def _npmrc(text: str, place: Place) -> dict[str, str]:
    """`key = value` lines with `${VARIABLE}` put in; what is unknown of these stays as it is, as in npm."""

    def put(found: re.Match[str]) -> str:
        return place.environment.get(found[1], "" if found[2] else found[0])

    settings = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.lstrip().startswith((";", "#")):
            settings[_VARIABLE.sub(put, name.strip())] = _VARIABLE.sub(put, value.strip().strip("\"'"))
    return settings


def _npm_secrets(settings: dict[str, str]) -> Iterator[Secret]:
    """Credentials as npm keeps them: by the address that they are for (`//host/path/:_authToken`)."""
    for name, value in settings.items():
        prefix, _, kind = name.rpartition(":")
        if not prefix.startswith("//") or not value:
            continue
        if kind == "_authToken":
            yield Secret(prefix, f"Bearer {value}")
        elif kind == "_auth":
            yield Secret(prefix, f"Basic {value}")
        elif kind == "_password":
            user = settings.get(f"{prefix}:username", "")
            yield Secret(prefix, basic(user, _decoded(value)))


def _decoded(text: str) -> str:
    import base64

    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError:
        return text


# ---- Go


def golang(place: Place) -> Told:
    """By GOPROXY and its kin, of the environment or of Go's own file; else by go's word."""
    names = ("GOPROXY", "GOPRIVATE", "GONOPROXY")
    named = place.environment.get("GOENV")
    config = Path(place.environment.get("XDG_CONFIG_HOME") or place.home / ".config")
    text = "" if named == "off" else read(Path(named) if named else config / "go/env")
    values = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    values.update({name: place.environment[name] for name in names if place.environment.get(name)})
    told_by = "GOPROXY"
    if not values.get("GOPROXY"):
        values["GOPROXY"] = ask(place, "go", "env", "GOPROXY")
        told_by = "go env"
    proxies = re.split(r"[,|]", values.get("GOPROXY") or "")
    told = gathered([(url.strip(), told_by) for url in proxies])
    private = (values.get("GONOPROXY") or values.get("GOPRIVATE") or "").split(",")
    note = "GOPROXY names no proxy" if values.get("GOPROXY") and not told.addresses else ""
    return told._replace(private=tuple(p.strip() for p in private if p.strip()), note=note)
