# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Addresses as packages give them → the repository that they name, and the folder in it.

What evidence says is not trusted: an address of this machine or of a bare number, one that git could take for
something else, and one that names no repository give nothing. Users, passwords and queries are left out.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from umbel.collect.remotes import parse
from umbel.model.errors import UsageError

Mode = Literal["any", "npm", "forge", "declared"]
"""`any` is meant as a repository: of known forges, or one that looks like git's. `npm` may be `owner/name` of GitHub,
too. `forge`: only known ones. `declared`: whatever the host, as people wrote it."""

_LONGEST = 2048
_PLAIN_LONGEST = 200
_SHORT = {
    "github": "github.com",
    "gitlab": "gitlab.com",
    "bitbucket": "bitbucket.org",
    "codeberg": "codeberg.org",
}
_SHORT_FORM = re.compile(
    r"(?:(github|gitlab|bitbucket|codeberg):(?!//))?([A-Za-z0-9][\w.-]*/[\w.-]+)(?:[#@].*)?"
)
_PREFIX = re.compile(r"(?:scm[:|])?(?:git(?:[:|](?=[a-z+]+://|git@)|\+(?=[a-z+]+:)))?")
_OTHER_SYSTEM = re.compile(r"(?:scm[:|])?(?:hg|svn|bzr|fossil|cvs|p4|darcs|pijul)[:+|]", re.IGNORECASE)
_SCP = re.compile(r"(?:[\w.-]+@)?([A-Za-z0-9][\w-]*(?:\.[\w-]+)+):(?!//)(?!\d+/)([^:\s]+)")
_SAYS_GIT = re.compile(r"(?:scm[:|])?git(?:[:|+@]|://)|.*\.git(?:[@#?/]|$)|ssh://")
_HOSTS_GIT = re.compile(
    r"(?:.*[.-])?(?:c?git\w*|forgejo|gerrit|code|source|src|scm|forge|dev|opensource)\..+"
)
_HOST = re.compile(r"(?=.*[a-z])[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")
_HERE = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*|localhost|localdomain)")
"""This machine, or a number: what is asked for such a name is decided by its last word alone."""
_SEGMENT = re.compile(r"[\w.~+-]+")
_PLAIN = re.compile(
    r"(?:git\+)?(?:https?|git)://(github\.com|codeberg\.org|bitbucket\.org)/([A-Za-z0-9][A-Za-z0-9-]*)"
    r"/([A-Za-z0-9_-][A-Za-z0-9._-]*?)(?:\.git)?(?:#readme|/issues|/)?",
    re.ASCII,
)
"""How nine of ten addresses are written; nothing in such a one can harm or mislead."""
_TAILS = frozenset({
    "-", "actions", "activity", "archive", "blame", "blob", "branches", "browse", "commit", "commits", "compare",
    "discussions", "files", "forks", "graphs", "issue", "issues", "labels", "merge_requests", "milestones", "network",
    "packages", "pipelines", "pull", "pull-requests", "pulls", "raw", "releases", "security", "snippets", "src",
    "stargazers", "tags", "tarball", "tree", "wiki", "wikis", "zipball",
})  # fmt: skip
"""Words after a repository's name that lead to a page about it."""
_NO_OWNERS = frozenset({
    "about", "account", "apps", "collections", "contact", "customer-stories", "dashboard", "enterprise", "explore",
    "features", "groups", "join", "login", "marketplace", "notifications", "orgs", "pricing", "search", "security",
    "settings", "site", "sponsors", "topics", "trending", "users", "help", "-",
})  # fmt: skip
"""First words of a forge's own pages."""
_FOLDING = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitea.com", "gitee.com"})
"""Forges to which upper and lower case are the same."""
_TWO = frozenset(
    {*_FOLDING, "salsa.debian.org", "git.sr.ht", "opendev.org", "pagure.io", "framagit.org", "notabug.org"}
)
"""Forges whose repositories are `owner/name` (GitLab's may be deeper)."""
_DEEP = frozenset({"salsa.debian.org", "gitlab.com", "framagit.org"})
_SAVANNAH = "git.savannah.gnu.org"
_GOOGLE = ".googlesource.com"
_ALIASES = {
    "www.github.com": "github.com",
    "ssh.github.com": "github.com",
    "raw.githubusercontent.com": "github.com",
    "raw.github.com": "github.com",
    "codeload.github.com": "github.com",
    "www.gitlab.com": "gitlab.com",
    "www.bitbucket.org": "bitbucket.org",
    "api.bitbucket.org": "bitbucket.org",
    "sr.ht": "git.sr.ht",
    "todo.sr.ht": "git.sr.ht",
    "savannah.gnu.org": _SAVANNAH,
    "savannah.nongnu.org": _SAVANNAH,
    "git.savannah.nongnu.org": _SAVANNAH,
}


class Place(NamedTuple):
    """A repository: its name (`github.com/pallets/flask`), an address to clone it by, and a folder in it."""

    project: str
    url: str
    path: str | None = None


def place(text: str, mode: Mode = "any") -> Place | None:
    """The repository that an address names; None if it is none, or none that may be asked.

    >>> place("git+ssh://git@github.com/Babel/babel.git#semver:^7")
    Place(project='github.com/babel/babel', url='https://github.com/Babel/babel', path=None)
    >>> place("https://github.com/jestjs/jest/tree/main/packages/expect", "forge").path
    'packages/expect'
    """
    text = text.strip()
    plain = _PLAIN.fullmatch(text) if len(text) < _PLAIN_LONGEST else None
    if plain and plain[2].lower() not in _NO_OWNERS and not plain[3].endswith(".git"):
        named = f"{plain[1]}/{plain[2]}/{plain[3]}"
        return Place(named.lower(), f"https://{named}")
    return _read(text, mode)


def _read(text: str, mode: Mode) -> Place | None:
    """As `place`, of whatever is written."""
    if not text or len(text) > _LONGEST or not text.isprintable() or _OTHER_SYSTEM.match(text):
        return None
    short = _SHORT_FORM.fullmatch(text)
    if short and (short[1] or mode == "npm"):
        text = f"https://{_SHORT.get(short[1] or 'github')}/{short[2]}"
    if mode == "npm" or (mode == "any" and _SAYS_GIT.match(text)):
        mode = "declared" if _SAYS_GIT.match(text) else "any"
    parts = _parts(text[_PREFIX.match(text).end() :])  # type: ignore[union-attr] # it matches nothing, too
    return None if parts is None else _of(*parts, mode=mode)


class _Parts(NamedTuple):
    scheme: str
    host: str
    port: int | None
    segments: list[str]
    query: str
    fragment: str


def _parts(text: str) -> _Parts | None:
    scp = None if "://" in text else _SCP.fullmatch(text)
    if scp:
        path, _, fragment = scp[2].partition("#")
        return _Parts("ssh", scp[1].lower(), None, _segments(path), "", fragment)
    if "://" not in text:
        if not re.match(r"(?:www\.)?[a-z]+\.(?:com|org)/", text, re.IGNORECASE):
            return None
        text = f"https://{text}"
    # npm writes ssh://git@github.com:owner/name, which is no address.
    text = re.sub(r"^(ssh://[^/:]+):(?!\d+/)", r"\1/", text, count=1)
    try:
        url = urlsplit(text)
        host, port = (url.hostname or "").lower().rstrip("."), url.port
    except ValueError:
        return None
    scheme = url.scheme.lower().removeprefix("git+")
    if scheme not in {"http", "https", "ssh", "git"}:
        return None
    return _Parts(scheme, host, port, _segments(url.path), url.query, url.fragment)


def _segments(path: str) -> list[str]:
    return [part for part in unquote(path).split("/") if part]


def _of(
    scheme: str, host: str, port: int | None, segments: list[str], query: str, fragment: str, *, mode: Mode
) -> Place | None:
    host = _ALIASES.get(host, host)
    if not _HOST.fullmatch(host) or _HERE.fullmatch(host):
        return None
    if host == "api.github.com" and segments[:1] == ["repos"]:
        host, segments = "github.com", segments[1:]
    if "github" in host and host not in _TWO and host.endswith((".github.io", ".github.com")):
        return None
    found = _found(host, segments, query, mode)
    if found is None:
        return None
    where, path = found
    where = [*where[:-1], _bare(where[-1])]
    if not all(_SEGMENT.fullmatch(part) and set(part) != {"."} for part in where):
        return None
    forge = _is_forge(host)
    authority = host if port is None or forge else f"{host}:{port}"
    user = "git@" if scheme == "ssh" and not forge else ""
    address = f"{'https' if forge else scheme}://{user}{authority}/{'/'.join(where)}"
    if host == _SAVANNAH:
        address += ".git"
    return _checked(address, host, path or _folder(fragment))


def _found(host: str, segments: list[str], query: str, mode: Mode) -> tuple[list[str], str | None] | None:
    """The words that make a repository's name on a host, and the folder that a page of it shows."""
    if host == _SAVANNAH:
        return _on_savannah(segments)
    if host.endswith(_GOOGLE):
        return _until(segments, "+")
    if _is_forge(host):
        return _known(host, segments)
    if mode == "forge" or (mode == "any" and not _HOSTS_GIT.fullmatch(host)):
        return None
    return _with_query(segments, query) or _anywhere(segments)


def _checked(address: str, host: str, path: str | None) -> Place | None:
    try:
        name = parse(address).name
    except UsageError:
        return None
    return Place(name.lower() if host in _FOLDING else name, address, path)


def _is_forge(host: str) -> bool:
    return host in _TWO or host == _SAVANNAH or host.startswith("gitlab.") or host.endswith(_GOOGLE)


def _known(host: str, segments: list[str]) -> tuple[list[str], str | None] | None:
    """Owner and name on a forge, and the folder that a page of it shows."""
    if len(segments) < 2 or segments[0].lower() in _NO_OWNERS:
        return None
    most = 8 if host in _DEEP or host.startswith("gitlab.") else 2
    end = next((n for n, part in enumerate(segments) if n >= 2 and part in _TAILS), len(segments))
    where, rest = segments[: min(end, most)], segments[min(end, most) :]
    return list(where), _shown_folder(rest)


def _shown_folder(rest: list[str]) -> str | None:
    """The folder of `/tree/main/packages/x`; the branch is taken for one word, as most are."""
    rest = rest[1:] if rest[:1] == ["-"] else rest
    if len(rest) > 2 and rest[0] in {"tree", "src"}:
        return _folder("/".join(rest[2:]), plain=True)
    return None


def _anywhere(segments: list[str]) -> tuple[list[str], str | None] | None:
    """A repository on a host that nobody knows: its whole path, to `.git` where that stands in it."""
    end = next(
        (n + 1 for n, part in enumerate(segments) if part.partition("@")[0].endswith(".git")), len(segments)
    )
    return (list(segments[:end]), None) if segments and end <= 8 else None


def _on_savannah(segments: list[str]) -> tuple[list[str], str | None] | None:
    """Of savannah's pages (`/projects/x`, `/cgit/x.git`) the repository: `/git/x`."""
    if len(segments) < 2 or segments[0] not in {"projects", "git", "cgit", "r", "p"}:
        return None
    return ["git", segments[1]], None


def _until(segments: list[str], mark: str) -> tuple[list[str], str | None] | None:
    """The words before a mark that ends the name."""
    end = segments.index(mark) if mark in segments else len(segments)
    return (segments[:end], None) if end else None


def _with_query(segments: list[str], query: str) -> tuple[list[str], str | None] | None:
    """Of gitweb's `?p=name.git` the repository."""
    named = dict(parse_qsl(query.replace(";", "&"))).get("p") if "p=" in query else None
    return ([*segments, *_segments(named)], None) if named else None


def _bare(name: str) -> str:
    """A repository's last word without revision and `.git`."""
    return name.partition("@")[0].removesuffix(".git")


def _folder(text: str, *, plain: bool = False) -> str | None:
    """A folder in a repository, as a fragment says it (`#subdirectory=x`, `#packages/x`)."""
    said = dict(parse_qsl(text)).get("subdirectory") if "=" in text else None
    folder = said or (text if plain or ("/" in text and ":" not in text and "=" not in text) else "")
    parts = [part for part in folder.split("/") if part not in {"", "."}]
    if not parts or ".." in parts or parts[0] == "refs" or len(folder) > 500 or not folder.isprintable():
        return None
    return "/".join(parts)
