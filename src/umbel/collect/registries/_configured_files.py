# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What cargo, gem, bundler and Maven are configured to ask, by their files."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from umbel.collect.registries._configured import ask, gathered, read, toml
from umbel.collect.registries.addresses import Secret, Told, basic, split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect.registries.addresses import Place

_HOPS = 5
_SOURCE = re.compile(r"^\s*(https?://\S+)\s*$", re.MULTILINE)

# ---- cargo


def cargo(place: Place) -> Told:
    """By `[source]` replacement in cargo's config.toml; without one cargo's own default isn't known to Umbel."""
    config = _cargo_config(place)
    sources, registries = _tables(config, "source"), _tables(config, "registries")
    name, seen = "crates-io", 0
    while seen < _HOPS and isinstance(sources.get(name, {}).get("replace-with"), str):
        name, seen = str(sources[name]["replace-with"]), seen + 1
    url = sources.get(name, {}).get("registry") or registries.get(name, {}).get("index")
    if not isinstance(url, str):
        return Told()
    if not url.startswith("sparse+"):
        return Told(note=f"cargo's source {name!r} is a git index, which isn't read")
    told = gathered([(url, "cargo's config.toml")])
    token = _cargo_token(place, name)
    if not told.addresses or not token:
        return told
    return told._replace(secrets=(*told.secrets, Secret(told.addresses[0].url, token)))


def _cargo_home(place: Place) -> Path:
    return Path(place.environment.get("CARGO_HOME") or place.home / ".cargo")


def _cargo_config(place: Place) -> dict[str, Any]:
    """The sources and registries of all files; those nearer to the workspace count more."""
    folders = [_cargo_home(place), *(folder / ".cargo" for folder in reversed(place.above()))]
    merged: dict[str, dict[str, Any]] = {"source": {}, "registries": {}}
    for file in (folder / name for folder in folders for name in ("config", "config.toml")):
        found = toml(file)
        for part, into in merged.items():
            into.update(_tables(found, part))
    return merged


def _tables(config: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    found = config.get(name)
    return {k: v for k, v in found.items() if isinstance(v, dict)} if isinstance(found, dict) else {}


def _cargo_token(place: Place, name: str) -> str | None:
    variable = f"CARGO_REGISTRIES_{name.upper().replace('-', '_')}_TOKEN"
    token = place.variable(variable)
    for file in ("credentials.toml", "credentials"):
        token = token or _tables(toml(_cargo_home(place) / file), "registries").get(name, {}).get("token")
    return token if isinstance(token, str) and token.isprintable() else None


# ---- gem and bundler


def gem(place: Place) -> Told:
    """By bundler's mirrors, then gem's sources; else by gem's own word."""
    config = _bundle_config(place)
    mirrors = [value for key, value in config.items() if key.startswith("BUNDLE_MIRROR__")]
    chosen = [config.get("BUNDLE_MIRROR__ALL"), *mirrors]
    url = next((value for value in chosen if value and value.startswith("http")), None)
    told_by = "bundler's mirror"
    if url is None:
        url, told_by = _gemrc(place), ".gemrc"
    if url is None:
        found = _SOURCE.search(ask(place, "gem", "sources", "--list"))
        url, told_by = (found[1] if found else None), "gem sources"
    told = gathered([(url, told_by)])
    return told._replace(secrets=(*told.secrets, *_bundle_secrets(config, told)))


def _bundle_config(place: Place) -> dict[str, str]:
    """Bundler's settings: environment over project over user."""
    user = place.variable("BUNDLE_USER_CONFIG")
    settings: dict[str, str] = {}
    for file in (Path(user) if user else place.home / ".bundle/config", place.folder / ".bundle/config"):
        settings.update(_yaml(file))
    settings.update({k: v for k, v in place.environment.items() if k.startswith("BUNDLE_") and v})
    return settings


def _yaml(file: Path) -> dict[str, str]:
    """The texts of a YAML file; empty if it isn't there or can't be read."""
    import yaml

    try:
        found = yaml.safe_load(read(file))
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return {str(k): v for k, v in found.items() if isinstance(v, str)} if isinstance(found, dict) else {}


def _bundle_secrets(config: dict[str, str], told: Told) -> Iterator[Secret]:
    """`BUNDLE_GEMS__ACME__EXAMPLE` holds user:password for gems.acme.example."""
    from urllib.parse import urlsplit

    for address in told.addresses:
        host = urlsplit(address.url).hostname or ""
        value = config.get("BUNDLE_" + host.upper().replace("-", "___").replace(".", "__"))
        if value and not value.startswith("http"):
            user, _, password = value.partition(":")
            yield Secret(address.url, basic(user, password))


def _gemrc(place: Place) -> str | None:
    import yaml

    named = place.variable("GEMRC")
    for file in (Path(named) if named else place.home / ".gemrc", Path("/etc/gemrc")):
        try:
            found = yaml.safe_load(read(file))
        except (yaml.YAMLError, ValueError, RecursionError):
            continue
        listed = found.get(":sources") if isinstance(found, dict) else None
        for url in listed if isinstance(listed, list) else ():
            if isinstance(url, str) and url.startswith("http"):
                return url
    return None


# ---- Maven


def maven(place: Place) -> Told:
    """By the mirrors and repositories of settings.xml; else by the installed Maven's own model."""
    home = _maven_home(place)
    texts = [read(place.home / ".m2/settings.xml"), *([read(home / "conf/settings.xml")] if home else [])]
    for text in texts:
        found = _settings_xml(text)
        if found:
            name, url, servers = found
            address, secrets = split(url, "settings.xml")
            own = servers.get(name)
            if address:
                mine = (Secret(address.url, basic(*own)),) if own else ()
                return Told((address,), (*secrets, *mine))
    return gathered([(_super_pom(home), "the installed Maven")]) if home and place.asking else Told()


def _settings_xml(text: str) -> tuple[str, str, dict[str, tuple[str, str]]] | None:
    """Name and address of the mirror of `central`, or the repository of that name; and who may log in."""
    root = xml(text)
    if root is None:
        return None
    servers = {}
    for server in _all(root, "server"):
        name, user, word = (_of(server, key) for key in ("id", "username", "password"))
        if name and user and word and not word.startswith("{"):
            servers[name] = (user, word)
    for mirror in _all(root, "mirror"):
        name, url, of = (_of(mirror, key) for key in ("id", "url", "mirrorOf"))
        if url and _mirrors_central(of or ""):
            return name or "", url, servers
    for repository in _all(root, "repository"):
        url = _of(repository, "url")
        if url and _of(repository, "id") == "central":
            return "central", url, servers
    return None


def _mirrors_central(patterns: str) -> bool:
    listed = {pattern.strip() for pattern in patterns.split(",")}
    return "!central" not in listed and bool(listed & {"*", "central", "external:*"})


def xml(text: str | bytes) -> Any | None:
    """The root of an XML document without entities of its own; None if there is none."""
    from defusedxml import ElementTree

    try:
        return ElementTree.fromstring(text) if text else None
    except Exception:  # noqa: BLE001 - expat, defusedxml and codecs raise many kinds; each means: no XML
        return None


def _all(root: Any, name: str) -> Iterator[Any]:
    return (element for element in root.iter() if local(element) == name)


def _of(element: Any, name: str) -> str | None:
    found = next((child for child in element if local(child) == name), None)
    text = (found.text or "").strip() if found is not None else ""
    return text or None


def local(element: Any) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _maven_home(place: Place) -> Path | None:
    named = place.variable("MAVEN_HOME", "M2_HOME")
    if named:
        return Path(named)
    program = shutil.which("mvn", path=place.environment.get("PATH", ""))
    return Path(program).resolve().parent.parent if program else None


def _super_pom(home: Path) -> str | None:
    """The repository of the model that every POM inherits from, in Maven's own library."""
    for jar in sorted((home / "lib").glob("maven-model-builder*.jar")):
        try:
            with zipfile.ZipFile(jar) as archive:
                root = xml(archive.read("org/apache/maven/model/pom-4.0.0.xml"))
        except (OSError, zipfile.BadZipFile, KeyError):
            continue
        for repository in _all(root, "repository") if root is not None else ():
            if _of(repository, "id") == "central":
                return _of(repository, "url")
    return None
