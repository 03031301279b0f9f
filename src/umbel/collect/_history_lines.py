# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Which line of a checkout's commits is the project: its default branch, not what stands in its folder now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from umbel.collect import _git

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_THEIRS = "refs/remotes/origin/"
_SECONDS = 600.0


class Line(NamedTuple):
    """A branch that is followed in place of HEAD, and the commit that it leads to."""

    branch: str
    sha: str


def symbolic(repository: Path, name: str) -> str | None:
    """The reference that another one (HEAD, or a remote's) names; None if it names none."""
    text = _git.small(repository / name).strip()
    if name == "HEAD" and (not text or text == "ref: refs/heads/.invalid"):
        said = _git.run(repository, "symbolic-ref", "--quiet", name)  # a link of old, or the reftable format
        text = "ref: " + said.out.decode("utf-8", "replace")
    elif not text and (repository / "reftable").is_dir():
        text = "ref: " + _git.run(repository, "symbolic-ref", "--quiet", name).out.decode("utf-8", "replace")
    target = text.removeprefix("ref:").strip()
    return target or None if text.startswith("ref:") else None


def default_branch(repository: Path) -> str | None:
    """The default branch of the repository that a checkout was cloned from; None if git was not told."""
    target = symbolic(repository, f"{_THEIRS}HEAD")
    return target.removeprefix(_THEIRS) or None if target and target.startswith(_THEIRS) else None


def default_line(repository: Path, checked_out: str | None) -> Line | None:
    """What to follow while another branch than the default one is checked out; None: HEAD itself.

    The own branch of that name, unless it is only behind the one that was fetched.
    """
    default = default_branch(repository)
    if default is None or default == checked_out:
        return None
    mine = _commit(repository, f"refs/heads/{default}")
    theirs = _commit(repository, f"{_THEIRS}{default}")
    if mine is None or theirs is None:
        sha = mine or theirs
        return None if sha is None else Line(default, sha)
    behind = mine != theirs and not _leads_beyond(repository, [mine], [theirs])
    return Line(default, theirs if behind else mine)


def still_followed(repository: Path, tips: Sequence[str], known: Sequence[str]) -> set[str]:
    """Those known tips that are to be followed beside the present ones.

    They are not in the present history, yet a branch still leads to them: another branch was checked out,
    and nothing is gone. Where the default branch is known, only that one counts.
    """
    others = sorted(set(known) - set(tips))
    if not tips or not others or not _leads_beyond(repository, tips, known):
        return set()
    if not _leads_beyond(repository, known, tips):
        return set()
    default = default_branch(repository)
    standing = ["--branches", "--remotes"]
    if default is not None:
        found = [_commit(repository, f"{place}{default}") for place in ("refs/heads/", _THEIRS)]
        standing = [sha for sha in found if sha is not None]
    return {
        tip
        for tip in others
        if _leads_beyond(repository, [tip], tips) and _rev_list(repository, tip, "--not", *standing) == b""
    }


def _leads_beyond(repository: Path, tips: Iterable[str], others: Iterable[str]) -> bool:
    """Whether some commits lead to one that others don't; False also where git can't tell."""
    return bool(_rev_list(repository, *tips, *(f"^{other}" for other in others)))


def _rev_list(repository: Path, *arguments: str) -> bytes | None:
    said = _git.run(repository, "rev-list", "--max-count=1", *arguments, seconds=_SECONDS)
    return said.out.strip() if said.code == 0 else None


def _commit(repository: Path, name: str) -> str | None:
    said = _git.run(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    words = said.out.decode("ascii", "replace").split() if said.code == 0 else []
    return words[-1] if words else None
