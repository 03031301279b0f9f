# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""`[alerts]` in `umbel.toml`: what becomes an alert, and to whom it is delivered.

No secret stands there: passwords and tokens come from the environment, or from a file that is named.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from umbel.model.finding import Severity  # noqa: TC001 - msgspec reads it

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

AlertCause = Literal[
    "vulnerability",
    "malicious",
    "end-of-life",
    "license",
    "license-change",
    "exception",
    "stale-evidence",
    "plan",
]
TargetKind = Literal["mail", "webhook", "file"]
Tls = Literal["starttls", "implicit", "none"]
ADDRESS = re.compile(r"[^\s@<>,;:\"()\\]+@[^\s@<>,;:\"()\\]+")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
DEFAULT_CAUSES: tuple[AlertCause, ...] = (
    "vulnerability", "malicious", "end-of-life", "license-change", "exception", "stale-evidence", "plan",
)  # fmt: skip


class AlertTarget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One place to which alerts are delivered, and which of them.

    All kinds: `name` (how it is known in the journal), `severity` (the least), `causes`, `products` and `owners`
    (patterns); `resolved` also tells when one has ended.

    mail: `to` (else that of `[alerts]`), `owners_too` (also the product's owner, where that is an address), `sender`,
    `host`, `port`, `tls`, `user`, and the password in the variable `password_env` or the file `password_file`. More
    than `digest` alerts at once become one mail.

    webhook: `url`, or the variable `url_env` that holds it; a bearer token in `token_env` or `token_file`, and a secret
    that signs in `secret_env` or `secret_file`. mail and webhook: `ca_file` (further authorities), `timeout` in
    seconds, `tries`.

    file: `path`, to which JSON lines are added, or `folder`, which gets a file each.
    """

    kind: TargetKind
    name: str | None = None
    severity: Severity = "info"
    causes: tuple[AlertCause, ...] = ()
    products: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    resolved: bool = True
    to: tuple[str, ...] = ()
    owners_too: bool = False
    sender: str | None = None
    host: str | None = None
    port: int | None = None
    tls: Tls = "starttls"
    user: str | None = None
    password_env: str | None = None
    password_file: str | None = None
    digest: int = 20
    url: str | None = None
    url_env: str | None = None
    token_env: str | None = None
    token_file: str | None = None
    secret_env: str | None = None
    secret_file: str | None = None
    ca_file: str | None = None
    timeout: int = 30
    tries: int = 4
    path: str | None = None
    folder: str | None = None


class AlertSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What becomes an alert, and to whom it is told.

    `automatic`: whether `umbel collect` and `umbel sync` look for alerts at their end (unless told: where there
    are targets). `severity` is the least. `exception_days`: from so many days before its end on an exception is
    told; `stale_days`: after so many days without new evidence a project is (never, unless told). `journal` is the
    file of what was raised and told.
    """

    automatic: bool | None = None
    to: tuple[str, ...] = ()
    severity: Severity = "low"
    causes: tuple[AlertCause, ...] = DEFAULT_CAUSES
    exception_days: int = 14
    stale_days: int | None = None
    journal: str = ".umbel/alerts/journal.jsonl"
    targets: tuple[AlertTarget, ...] = ()

    @property
    def wanted(self) -> bool:
        """Whether collecting and syncing look for alerts at their end."""
        return bool(self.targets) if self.automatic is None else self.automatic


def meaning(data: Any, say: Callable[[tuple[str | int, ...], str], None]) -> None:
    """What types can't say of the table `[alerts]`: each fault by its path in it."""
    if not isinstance(data, dict):
        return
    _addresses(data, say, ())
    for key in ("exception_days", "stale_days"):
        if type(data.get(key)) is int and data[key] < 0:
            say((key,), "must be 0 or more")
    listed = data.get("targets")
    targets = listed if isinstance(listed, list) else []
    names: set[str] = set()
    for index, target in enumerate(targets):
        if isinstance(target, dict):
            _target(target, data, lambda key, words, index=index: say(("targets", index, key), words))  # type: ignore[misc]
            _addresses(target, say, ("targets", index))
            name = target.get("name")
            if isinstance(name, str) and name in names:
                say(("targets", index, "name"), f"{name!r} is used twice")
            names.add(str(name))
    if data.get("to") and not any(isinstance(t, dict) and t.get("kind") == "mail" for t in targets):
        say(("to",), 'needs a server: [[alerts.targets]] with kind = "mail"')


def webhooks(data: Any) -> set[str]:
    """The names of the targets of the table `[alerts]` that are webhooks."""
    listed = data.get("targets") if isinstance(data, dict) else None
    targets = listed if isinstance(listed, list) else []
    return {
        str(each.get("name")) for each in targets if isinstance(each, dict) and each.get("kind") == "webhook"
    }


def _addresses(
    table: Mapping[str, Any], say: Callable[[tuple[str | int, ...], str], None], place: tuple[str | int, ...]
) -> None:
    to = table.get("to")
    for index, address in enumerate(to if isinstance(to, list) else []):
        if isinstance(address, str) and not ADDRESS.fullmatch(address):
            say((*place, "to", index), f"{address[:80]!r} is no mail address")


def _target(target: Mapping[str, Any], whole: Mapping[str, Any], tell: Callable[[str, str], None]) -> None:
    kind = target.get("kind")
    if kind == "mail":
        _mail(target, whole, tell)
    elif kind == "webhook":
        _webhook(target, tell)
    elif kind == "file" and (target.get("path") is None) == (target.get("folder") is None):
        tell("path", "a file target needs one of path and folder")
    for key, value in target.items():
        if key.endswith("_env") and isinstance(value, str) and not _VARIABLE.fullmatch(value):
            tell(key, "must be the name of a variable of the environment, not a secret itself")
        if key in {"timeout", "tries", "port", "digest"} and type(value) is int and not 1 <= value <= 65_535:
            tell(key, "must be at least 1, and no more than 65535")
    _secrets(target, tell)


def _webhook(target: Mapping[str, Any], tell: Callable[[str, str], None]) -> None:
    if (target.get("url") is None) == (target.get("url_env") is None):
        tell("url", "a webhook needs one of url and url_env")
    url = target.get("url")
    if isinstance(url, str) and not re.match(r"https?://[^/\s@]+(/|$)\S*$", url):
        tell("url", 'must begin with "https://" and hold no user; put an address that is secret in url_env')


def _secrets(target: Mapping[str, Any], tell: Callable[[str, str], None]) -> None:
    for key in ("password", "token", "secret"):
        if target.get(f"{key}_env") is not None and target.get(f"{key}_file") is not None:
            tell(f"{key}_file", f"only one of {key}_env and {key}_file can be meant")


def _mail(target: Mapping[str, Any], whole: Mapping[str, Any], tell: Callable[[str, str], None]) -> None:
    if not target.get("host"):
        tell("host", "a mail target needs the host of its server")
    sender = target.get("sender")
    if not isinstance(sender, str) or not ADDRESS.fullmatch(sender):
        tell("sender", "a mail target needs the address from which it writes")
    if not (target.get("to") or whole.get("to") or target.get("owners_too")):
        tell("to", "nobody gets it: give addresses here or in [alerts], or owners_too = true")
    has_password = target.get("password_env") is not None or target.get("password_file") is not None
    if has_password and target.get("user") is None:
        tell("user", "a password needs its user")
    if target.get("user") is not None and not has_password:
        tell("user", "needs a password: password_env or password_file")
    if target.get("tls") == "none" and has_password:
        tell("tls", "a password is sent over an encrypted connection only")
