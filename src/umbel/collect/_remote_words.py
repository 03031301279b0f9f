# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What git says of a remote that can't be had, as one clear sentence.

Git's own words may hold addresses with secrets in them (from a user's `insteadOf`) and whatever a
server wrote: they are matched, and shown only as a last resort, cleaned.
"""

from __future__ import annotations

import re

from umbel.model.errors import Fault

DAMAGED = "remote-damaged"
_SIGNS: tuple[tuple[str, str, str], ...] = (
    (
        "disk-full",
        "the disk is full: its clone has no room (the cache's folder can be moved, see [cache])",
        r"no space left on device|disk quota exceeded|file too large|file size limit|signal 25",
    ),
    (
        "remote-too-large",
        "git ran out of the memory that it may have: the repository is too large, or its server means no good",
        r"out of memory|malloc failed|cannot allocate memory",
    ),
    (
        DAMAGED,
        "what arrived is damaged",
        (
            r"packfile .*(?:cannot be|does not match|not match|claims|corrupt|is far too short)|bad object|inflate"
            r"|loose object .* corrupt|not a git repository: |index file .* (?:is too small|corrupt|is wrong)"
            r"|bad (?:pack|signature|index|config|ref)|invalid sha1 pointer|object .* is corrupt|unable to read sha1"
            r"|did not send all necessary objects|failed to read object|missing necessary objects"
        ),
    ),
    (
        "remote-host-key",
        "the host's key is not known to ssh: connect to it once by hand, and try again",
        r"host key verification failed|remote host identification has changed",
    ),
    (
        "remote-credentials",
        (
            "it asks for credentials, and git's helpers have none that it takes "
            "(some hosts say so of a repository that is not there, too)"
        ),
        (
            r"authentication failed|could not read (?:username|password)|terminal prompts disabled|permission denied \("
            r"|returned error: 40[13]|invalid credentials|access denied(?! or repository not exported)"
        ),
    ),
    (
        "remote-certificate",
        "its certificate can't be trusted (http.sslCAInfo in git's settings names further authorities)",
        (
            r"ssl certificate problem|certificate verif|self.signed certificate|ssl_error|gnutls_handshake"
            r"|tls connect error"
        ),
    ),
    (
        "remote-protocol",
        "it sends on to an address that was not asked for: redirects to other protocols are refused",
        (
            r"protocol .{0,20}(?:not supported|disabled)|transport '.{0,40}' not allowed|update url base from redirect"
            r"|http code = 30\d|returned error: 30\d"
        ),
    ),
    (
        "remote-not-found",
        "there is no repository at this address",
        (
            r"repository '.*' not found|repository not found|does not appear to be a git repository"
            r"|repository not exported|returned error: 404|is this a git repository|no such repository"
            r"|repository '.*' does not exist|project you were looking for could not be found"
        ),
    ),
    (
        "remote-host",
        "its host is not known by that name",
        r"could ?n[o']t resolve|name or service not known|unable to look up|temporary failure in name resolution",
    ),
    (
        "remote-timeout",
        "its host did not answer in time",
        r"timed out|operation too slow|timeout",
    ),
    (
        "remote-refused",
        "its host can't be reached: the connection was refused",
        (
            r"connection refused|failed to connect|couldn't connect|unable to connect|no route to host"
            r"|network is unreachable|connect tunnel failed|proxy"
        ),
    ),
    (
        "remote-cut",
        "the connection broke before everything had arrived",
        (
            r"early eof|unexpected disconnect|hung up|rpc failed|transfer closed|connection reset|recv failure"
            r"|unexpected eof|fetch-pack: |curl \d+|expected flush|bad line length|expected .* got|protocol error"
            # All that git says when a server hangs up without a word.
            r"|\A(?:cloning into .*\n)?fatal: could not read from remote repository"
        ),
    ),
)
_COMPILED = [(code, words, re.compile(signs, re.IGNORECASE)) for code, words, signs in _SIGNS]
_USERINFO = re.compile(r"(?<=://)[^/@\s]*@")
_SECRETS = re.compile(r"(?:gh[a-z]_|github_pat_|glpat-)\w+|(?<=[?&])\w+=[^&\s'\"]+")


class RemoteError(Exception):
    """A remote could not be had, or not as asked; the fault says why."""

    def __init__(self, code: str, message: str) -> None:
        """Make the fault."""
        super().__init__(message)
        self.fault = Fault(code, message)


def failure(said: str) -> RemoteError:
    """The error for what git wrote when it failed."""
    for code, words, signs in _COMPILED:
        if signs.search(said):
            return RemoteError(code, words)
    lines = [line for line in said.splitlines() if line.startswith(("fatal:", "error:", "remote:"))]
    last = clean(lines[-1].partition(":")[2].strip()) if lines else "no reason was given"
    return RemoteError("remote-failed", f"git failed: {last}")


def clean(text: str) -> str:
    """Words of git or of a server as they may be shown: short, printable, without anyone's secrets."""
    text = _SECRETS.sub("…", _USERINFO.sub("", text))
    return "".join(c if c.isprintable() else "\ufffd" for c in text)[:200]
