# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a deployment says: from the environment, so that every process of it is told alike. Secrets come from files."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from umbel.model.errors import UsageError
from umbel.office.pace import A_MINUTE

FOLDER = ".umbel/office"
"""Where the office keeps what is its own, in the workspace: the embedded database, its key, computed figures."""

PATIENCE = {"connect_timeout": "5", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3",
            "tcp_user_timeout": "30000"}  # fmt: skip
"""How long a PostgreSQL that says nothing is waited for: without it, minutes by page while a network is cut."""


class Oidc(msgspec.Struct, frozen=True, kw_only=True):
    """A provider of single sign-on."""

    issuer: str
    client: str
    secret: str
    name: str = "Single sign-on"
    groups: str = "groups"
    """The claim that lists somebody's groups."""
    scopes: str = "openid profile email"
    """Some providers tell groups only for a scope of their own."""


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """One deployment of the office."""

    workspace: Path
    secret_key: str
    database: dict[str, object]
    address: str | None = None
    """Where people reach it (`https://ospo.acme.example`); None: loopback only."""
    inline: bool = False
    """Figures are computed when they are asked for, in the request: for tests and very small folders."""
    records: str = "files"
    """Where decisions stand: `files` of the workspace, or `database`."""
    oidc: Oidc | None = None
    mail: str | None = None
    """`smtp://user@host:587`; None: no e-mail is sent."""
    mail_password: str | None = None
    mail_from: str = "umbel@localhost"
    proxies: int = 0
    """How many proxies stand before it, each of which adds to `X-Forwarded-For`: tries are counted by client."""
    pace: int = A_MINUTE
    """Requests a minute that a token may make of one process; 0: any number."""
    debug: bool = False

    @property
    def folder(self) -> Path:
        """Where the office keeps what is its own."""
        return self.workspace / FOLDER


def config() -> Config:
    """The deployment that this process belongs to. Raises `UsageError` in one line."""
    return _current()


@cache
def _current() -> Config:
    workspace = Path(os.environ.get("UMBEL_WORKSPACE", ".")).absolute()
    if not workspace.is_dir():
        raise UsageError(f"There is no folder {workspace}.", "UMBEL_WORKSPACE names it.")
    url = _value("UMBEL_DATABASE_URL")
    database = _sqlite(workspace) if url is None else _database(url)
    embedded = database["ENGINE"] == "django.db.backends.sqlite3"
    records = os.environ.get("UMBEL_RECORDS") or ("files" if embedded else "database")
    if records not in {"files", "database"}:
        raise UsageError(f"UMBEL_RECORDS is {records!r}.", "It is `files` or `database`.")
    return Config(
        workspace=workspace,
        secret_key=_value("UMBEL_SECRET_KEY") or _own_key(workspace),
        database=database,
        address=_address(os.environ.get("UMBEL_URL")),
        inline=os.environ.get("UMBEL_WORK") == "inline",
        records=records,
        oidc=_oidc(),
        mail=os.environ.get("UMBEL_MAIL_URL"),
        mail_password=_value("UMBEL_MAIL_PASSWORD"),
        mail_from=os.environ.get("UMBEL_MAIL_FROM", "umbel@localhost"),
        proxies=_number("UMBEL_PROXIES"),
        pace=_number("UMBEL_PACE", A_MINUTE),
        debug=os.environ.get("UMBEL_DEBUG") == "1",
    )


def _value(name: str) -> str | None:
    """A value, or the content of the file that `…_FILE` names: how orchestrators hand out secrets."""
    if name in os.environ:
        return os.environ[name] or None
    file = os.environ.get(f"{name}_FILE")
    if not file:
        return None
    try:
        return Path(file).read_text("utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The file that {name}_FILE names can't be read.", "Who runs the office must be able to."
        ) from error


def _number(name: str, unless_told: int = 0) -> int:
    text = os.environ.get(name) or str(unless_told)
    if not (text.isascii() and text.isdecimal()):
        raise UsageError(f"{name} is {text!r}.", "It is a number, 0 or more.")
    return int(text)


def _own_key(workspace: Path) -> str:
    """The key of an embedded office: made once, whole or not at all, readable by its owner alone."""
    path = workspace / FOLDER / "secret"
    for _ in range(3):
        with suppress(FileNotFoundError):
            if kept := _read(path):
                return kept
            path.unlink(missing_ok=True)  # a disk that was full left it empty
        fresh = path.with_name(f".secret.{secrets.token_hex(6)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
            _put(fresh, path)
        except OSError as error:
            raise UsageError(
                f"{path.parent} can't be written: {error.strerror}.",
                "The office keeps what is its own there.",
            ) from error
        finally:
            with suppress(OSError):
                fresh.unlink()
    raise UsageError(f"{path} can't be made.", "UMBEL_SECRET_KEY_FILE names another file.")


def _put(fresh: Path, path: Path) -> None:
    """Give a file its name, unless another process was quicker: then its key stands."""
    try:
        os.link(fresh, path)
    except FileExistsError:
        return
    except OSError:  # a disk without second names
        if not path.exists():
            fresh.replace(path)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} can't be read.", "Who runs the office must be able to.") from error


def _sqlite(workspace: Path) -> dict[str, object]:
    """The embedded database: readers don't wait for a writer, writers wait in line."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(workspace / FOLDER / "office.sqlite3"),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
        },
    }


def _database(url: str) -> dict[str, object]:
    like = "It is like postgresql://user@host:5432/umbel."
    try:
        parts = urlsplit(url)
        port = str(parts.port or "")
    except ValueError as error:
        raise UsageError("UMBEL_DATABASE_URL can't be used.", like) from error
    if parts.scheme == "sqlite" and parts.path:
        return {**_sqlite(Path()), "NAME": unquote(parts.path)}
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise UsageError("UMBEL_DATABASE_URL can't be used.", like)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or "") or _value("UMBEL_DATABASE_PASSWORD") or "",
        "HOST": parts.hostname or "",
        "PORT": port,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**PATIENCE, **dict(parse_qsl(parts.query))},
    }


def _address(text: str | None) -> str | None:
    if not text:
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise UsageError(
            f"UMBEL_URL is {text!r}.", "It is an address without a path, like https://ospo.acme.example."
        )
    return text.rstrip("/")


def _oidc() -> Oidc | None:
    issuer = os.environ.get("UMBEL_OIDC_ISSUER")
    if not issuer:
        return None
    client, secret = os.environ.get("UMBEL_OIDC_CLIENT"), _value("UMBEL_OIDC_SECRET")
    if not client or not secret:
        raise UsageError(
            "Single sign-on lacks UMBEL_OIDC_CLIENT or UMBEL_OIDC_SECRET.", "The provider gives both."
        )
    return Oidc(
        issuer=issuer,
        client=client,
        secret=secret,
        name=os.environ.get("UMBEL_OIDC_NAME", "Single sign-on"),
        groups=os.environ.get("UMBEL_OIDC_GROUPS", "groups"),
        scopes=os.environ.get("UMBEL_OIDC_SCOPES", "openid profile email"),
    )
