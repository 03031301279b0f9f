# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What GitHub's workflows show: pinned actions, rights of the token, and two well-known holes.

The patterns follow OpenSSF Scorecard's checks Pinned-Dependencies, Token-Permissions and Dangerous-Workflow.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

from umbel.collect import _yaml
from umbel.collect.faults import Faults
from umbel.collect.interface import Practice, UnreadableError
from umbel.collect.practices._look import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect._tree import Entry
    from umbel.collect._yaml import Value
    from umbel.collect.practices._shown import Shown

_MOST = 200
_MOST_OF_TEXT = 2 << 20
_MOST_OF_SCRIPT = 1 << 16
_FOLDER = ".github/workflows"
_PINNED = re.compile(r"@(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|sha256:[0-9a-fA-F]{64})$")
_STRANGERS = frozenset({"pull_request_target", "workflow_run"})
"""Events that run with the project's rights on behalf of a stranger."""
_HEAD = re.compile(
    r"github\.event\.pull_request\b|github\.head_ref\b|github\.event\.workflow_run\b|refs/pull/|github\.event\.number\b"
)
_PASTED = re.compile(
    r"\$\{\{[^}]{0,100}?\b(?:github\.event\.(?:issue\.(?:title|body)|pull_request\.(?:title|body|head\.(?:ref|label|repo\.default_branch))"
    r"|(?:comment|review|review_comment|discussion)\.(?:body|title)|pages\b[^}]{0,20}page_name|commits\b[^}]{0,20}(?:message|author)"
    r"|head_commit\.(?:message|author\.(?:email|name))|workflow_run\.(?:head_branch|display_title|head_commit\.message))"
    r"|github\.head_ref)\b"
)

_Mapping: TypeAlias = "dict[str, Value]"


class _Workflow(NamedTuple):
    """One workflow; `tree` is None where it can't be read."""

    entry: Entry
    tree: _Mapping | None


_read: WeakKeyDictionary[Shown, list[_Workflow]] = WeakKeyDictionary()


def pinned_actions(practice: str, shown: Shown) -> Practice:
    """How many of the actions that workflows use are fixed by their hash."""
    pinned, loose, first = 0, 0, None
    for workflow in _workflows(shown):
        for used in _uses(workflow):
            if _PINNED.search(used):
                pinned += 1
            else:
                loose += 1
                first = first or workflow.entry
    if loose:
        return shown.unmet(practice, first, f"{pinned:,} of {pinned + loose:,} are pinned")
    if pinned:
        return _met(practice, shown, f"all {pinned:,} are pinned")
    return _none(practice, shown, "no workflow uses an action")


def token_permissions(practice: str, shown: Shown) -> Practice:
    """Whether every workflow says what its token may do, and none may write everywhere."""
    wide = [
        workflow for workflow in _workflows(shown) if workflow.tree is not None and _is_wide(workflow.tree)
    ]
    if wide:
        return shown.unmet(
            practice, wide[0].entry, f"{len(wide):,} of {len(_workflows(shown)):,} leave them wide"
        )
    if _workflows(shown):
        return _met(practice, shown, f"{len(_workflows(shown)):,} workflows")
    return _none(practice, shown, "no workflow")


def safe_workflows(practice: str, shown: Shown) -> Practice:
    """Whether a stranger's code is checked out with rights, or a stranger's text pasted into a script."""
    for workflow in _workflows(shown):
        for danger in _dangers(workflow):
            return shown.unmet(practice, workflow.entry, danger)
    if _workflows(shown):
        return _met(practice, shown, f"{len(_workflows(shown)):,} workflows")
    return _none(practice, shown, "no workflow")


def _met(practice: str, shown: Shown, detail: str) -> Practice:
    """Met, unless a workflow could not be read."""
    workflows = _workflows(shown)
    for workflow in workflows:
        if workflow.tree is None:
            return Practice(
                practice=practice,
                outcome="unknown",
                path=shown.met("", workflow.entry).path,
                detail="can't be read",
            )
    return shown.met(practice, workflows[0].entry, detail)


def _none(practice: str, shown: Shown, detail: str) -> Practice:
    if shown.tree.truncated:
        return shown.unmet(practice)
    return Practice(practice=practice, outcome="not-applicable", detail=detail)


def _workflows(shown: Shown) -> list[_Workflow]:
    """The project's workflows; each is read once."""
    found = _read.get(shown)
    if found is None:
        entries = sorted(entry for ending in ("*.yml", "*.yaml") for entry in named(shown, _FOLDER, ending))
        found, left = [], _MOST_OF_TEXT
        for entry in entries[:_MOST]:
            if not shown.is_empty(entry):
                text = shown.text(entry) or ""
                left -= len(text)
                found.append(_Workflow(entry, _tree(text) if left >= 0 else None))
        _read[shown] = found
    return found


def _tree(text: str) -> _Mapping | None:
    try:
        tree = _yaml.load(text.encode(), Faults(), texts=True, lines=True)
    except UnreadableError:
        return None
    return tree if isinstance(tree, dict) else None


def _mapping(value: Value) -> _Mapping:
    return value if isinstance(value, dict) else {}


def _jobs(workflow: _Workflow) -> Iterator[_Mapping]:
    for job in _mapping(_mapping(workflow.tree).get("jobs")).values():
        if isinstance(job, dict):
            yield job


def _steps(workflow: _Workflow) -> Iterator[_Mapping]:
    for job in _jobs(workflow):
        steps = job.get("steps")
        for step in steps if isinstance(steps, list) else ():
            if isinstance(step, dict):
                yield step


def _uses(workflow: _Workflow) -> Iterator[str]:
    """What steps and jobs use that isn't the repository's own."""
    for holder in (*_jobs(workflow), *_steps(workflow)):
        used = holder.get("uses")
        if isinstance(used, str) and used.strip() and not used.startswith("./"):
            yield used.strip()


def _is_wide(tree: _Mapping) -> bool:
    top = tree.get("permissions") if "permissions" in tree else "unsaid"
    if top == "unsaid":
        jobs = [job for job in _mapping(tree.get("jobs")).values() if isinstance(job, dict)]
        return not all("permissions" in job and job["permissions"] != "write-all" for job in jobs)
    return top == "write-all" or "write" in _mapping(top).values()


def _dangers(workflow: _Workflow) -> Iterator[str]:
    """What a stranger could make use of, each with its line."""
    strangers = _STRANGERS & _events(_mapping(workflow.tree).get("on"))
    for step in _steps(workflow):
        given = _mapping(step.get("with"))
        used = str(step.get("uses") or "")
        if (
            strangers
            and used.startswith("actions/checkout@")
            and _HEAD.search(f"{given.get('ref')} {given.get('repository')}")
        ):
            yield f"{_line(step, 'uses')}: on {min(strangers)} it checks out a stranger's code"
        script = step.get("run") if "run" in step else given.get("script")
        if isinstance(script, str) and _PASTED.search(script[:_MOST_OF_SCRIPT]):
            yield f"{_line(step, 'run' if 'run' in step else 'uses')}: pastes a stranger's text into a script"


def _events(on: Value) -> set[str]:
    if isinstance(on, str):
        return {on}
    return {str(event) for event in on} if isinstance(on, (dict, list)) else set()


def _line(step: _Mapping, key: str) -> str:
    lines: dict[str, int] = getattr(step, "lines", {})
    return f"line {lines.get(key, '?')}"
