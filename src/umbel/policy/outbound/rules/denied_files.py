# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A file must not leave: by its name, or because it is large and binary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.policy.interface import RuleLevel  # noqa: TC001 - msgspec reads it
from umbel.policy.outbound.interface import Around, OutboundJudgement, OutboundRule, OutboundSettings
from umbel.policy.outbound.patterns import meant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from umbel.collect.outgoing import Change

_FILES = (
    "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk", "id_rsa", "id_dsa", "id_ecdsa",
    "id_ed25519", ".env", ".env.*", "*.env", ".netrc", "_netrc", ".pgpass", ".htpasswd", ".git-credentials", ".pypirc",
    "*.tfstate", "*.tfstate.backup", "credentials.json", "*.dump", "*.sqlite", "*.sqlite3",
)  # fmt: skip
_ALLOWED = (".env.example", ".env.sample", ".env.template", ".env.dist", "example.env", "sample.env")
_ARCHIVES = (
    "*.zip",
    "*.tar",
    "*.tar.*",
    "*.tgz",
    "*.7z",
    "*.rar",
    "*.jar",
    "*.war",
    "*.whl",
    "*.nupkg",
    "*.gem",
)


class Settings(OutboundSettings, frozen=True, kw_only=True):
    """`files` are patterns of names, or of paths where they hold a slash; `allowed` those that may leave all the same.

    `archives` are packed files, in which nobody looks: these warn at most. `megabytes` is how large a binary file
    may be, 0 for any size.
    """

    level: RuleLevel = "fail"
    files: tuple[str, ...] = _FILES
    allowed: tuple[str, ...] = _ALLOWED
    archives: tuple[str, ...] = _ARCHIVES
    megabytes: int = 10


class DeniedFilesRule(OutboundRule):
    """One finding a file."""

    id = "outbound-denied-files"
    title = "File that must not leave"
    what = (
        "A file is a key, a password store, a machine's own settings, a packed archive, or large and binary."
    )
    why = "What was pushed once stays in clones and histories, also when a later commit takes it away."
    remedy = (
        "Take it out of the commits (git rebase -i, git filter-repo) and list it in .gitignore; "
        "change what it gave away."
    )
    example = '[outbound.denied-files]\nfiles = ["*.pem", "internal/*"]\nallowed = ["tests/certificates/*"]'
    settings = Settings

    def check(self, said: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """A size isn't negative."""
        if type(said.get("megabytes")) is int and said["megabytes"] < 0:
            yield "megabytes", "must be 0 (any size) or more"

    def change(self, change: Change, settings: Settings, around: Around) -> Iterable[OutboundJudgement]:  # noqa: ARG002 - one signature
        """At most one judgement."""
        if meant(change.path, settings.allowed):
            return
        pattern = meant(change.path, settings.files)
        archive = None if pattern else meant(change.path, settings.archives)
        if pattern or archive:
            kind = "is a packed archive" if archive else "must not leave"
            yield OutboundJudgement(
                reason=f"{change.path} {kind} (it matches {pattern or archive}); commit {change.commit[:12]} has it.",
                severity="medium" if archive else "high",
                level="warn" if archive else None,
                what=change.path,
                place=change.path,
                remedy=self.remedy,
                evidence={"commit": change.commit, "pattern": pattern or archive},
            )
            return
        bound = settings.megabytes * 1_000_000
        if not bound or not (change.binary or change.cut):
            return
        if change.size is None or change.size > bound:
            size = "of unknown size" if change.size is None else f"of {change.size / 1_000_000:,.1f} MB"
            yield OutboundJudgement(
                reason=f"{change.path} is a binary file {size}; {settings.megabytes} MB are allowed.",
                outcome="unknown" if change.size is None else "unmet",
                what=change.path,
                place=change.path,
                remedy=self.remedy,
                evidence={"commit": change.commit, "bytes": change.size},
            )
