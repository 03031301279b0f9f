# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""GitHub's workflows and actions → the actions, reusable workflows and images that they use."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

from umbel.collect import _yaml
from umbel.collect.faults import Faults
from umbel.collect.interface import Collector, Component, Document, Edge, Reading, UnreadableError
from umbel.collect.lockfiles import _images
from umbel.model.purl import PurlError, make, unidentified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from umbel.collect._yaml import Value

_RUNS = re.compile(rb"^runs[ \t]*:", re.MULTILINE)
_USES = re.compile(r"([A-Za-z0-9_.-]+)/([A-Za-z0-9_.-]+)((?:/[^/@\s]+)*)/?(?:@(\S+))?")
_COMMIT = re.compile(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")
_COMMENT = re.compile(r"\s#(.{1,200})")
_VERSION = re.compile(r"(?:^|[\s@=:/(])(v?\d+(?:\.\d+)*(?:[.+-][\w.+-]+)?)(?=[\s,;)]|$)")
_EXPRESSION = re.compile(r"\$\{\{\s*(?:matrix\.([A-Za-z_][\w-]*)\s*\}\}|[^}]*\}\})")
_LONGEST = 1024
_MOST_VALUES = 256
"""Images that one expression may stand for."""
_MOST_EXPANDED = 10_000
"""Images that all expressions of a file may stand for."""


class GithubWorkflowCollector(Collector):
    """GitHub's workflows and actions.

    All that they use is for the build. What is named by a full commit hash is pinned; a tag or branch
    can move. The version that a comment behind a hash names is the property `github:version`.
    """

    id = "github_workflow"
    title = "GitHub workflow"
    reads = (
        "Workflows in .github/workflows and action.yml files: actions, reusable workflows and container "
        "images, with the versions that comments behind hashes name."
    )
    limits = (
        "What an action uses in turn is not known. Expressions are followed only where they name a value "
        "of the job's matrix. Runners and what shell steps install are not looked at."
    )
    paths = (".github/workflows/*.yml", ".github/workflows/*.yaml")
    suffixes = ("action.yml", "action.yaml")

    def claims(self, path: str) -> bool:
        """Whether it is a workflow; GitHub doesn't look into folders below."""
        return super().claims(path) and f"/{path}".rpartition("/")[0].endswith("/.github/workflows")

    def sniff(self, name: str, head: bytes, tail: bytes) -> bool:
        """Whether it is an action's metadata: other tools have an action.yml, too."""
        if name.lower() not in self.suffixes:
            return False
        return _RUNS.search(head) is not None or _RUNS.search(tail) is not None

    def read(self, document: Document) -> Reading:
        """Read one workflow or action."""
        data, found = document.utf8()
        faults = Faults()
        for fault in found:
            faults.add(fault.code, fault.message, fault.place, fault.level)
        tree = _yaml.load(data, faults, texts=True, lines=True)
        if not isinstance(tree, _yaml.Lined) or not tree.keys() & {"jobs", "runs"}:
            raise UnreadableError("not-workflow", "is YAML, but neither a workflow nor an action of GitHub")
        file = _File(data.decode("utf-8", "replace").splitlines(), faults)
        if "jobs" in tree:
            file.jobs(tree)
        else:
            file.action(tree)
        return Reading(
            format="GitHub workflow" if "jobs" in tree else "GitHub action",
            components=list(file.components.values()),
            edges=list(file.edges.values()),
            faults=faults.list(),
        )


class _File:
    """What one file uses."""

    def __init__(self, lines: list[str], faults: Faults) -> None:
        self._lines = lines
        self._faults = faults
        self._matrices: dict[tuple[int, str], list[str]] = {}
        self._left = _MOST_EXPANDED
        self.components: dict[str, Component] = {}
        self.edges: dict[str, Edge] = {}

    # -- where things are used

    def jobs(self, tree: _yaml.Lined) -> None:
        """Every job of a workflow."""
        for job, line in self._mappings(tree, "jobs"):
            if "uses" in job:
                self._use(job)
            self._steps(job, line)
            self._image(job, "container", job)
            services = job.get("services")
            if isinstance(services, _yaml.Lined):
                for name in services:
                    self._image(services, name, job)
            elif services is not None:
                self._wrong("services", "a mapping", job.lines["services"])

    def action(self, tree: _yaml.Lined) -> None:
        """What an action runs: steps, or an image."""
        runs = tree["runs"]
        if not isinstance(runs, _yaml.Lined):
            self._wrong("runs", "a mapping", tree.lines["runs"])
            return
        self._steps(runs, tree.lines["runs"])
        image = runs.get("image")
        if isinstance(image, str) and image.startswith("docker://"):
            self._use_image(image.removeprefix("docker://"), runs.lines["image"])

    def _mappings(self, tree: _yaml.Lined, key: str) -> Iterator[tuple[_yaml.Lined, int]]:
        value = tree.get(key)
        if not isinstance(value, _yaml.Lined):
            self._wrong(key, "a mapping", tree.lines[key])
            return
        for name, item in value.items():
            if isinstance(item, _yaml.Lined):
                yield item, value.lines[name]
            else:
                self._wrong(name, "a mapping", value.lines[name])

    def _steps(self, holder: _yaml.Lined, line: int) -> None:
        steps = holder.get("steps")
        if steps is not None and not isinstance(steps, list):
            self._wrong("steps", "a list", holder.lines["steps"])
            return
        for step in steps or ():
            if not isinstance(step, _yaml.Lined):
                self._wrong("steps", "mappings", holder.lines.get("steps", line))
            elif "uses" in step:
                self._use(step)

    def _wrong(self, key: str, due: str, line: int) -> None:
        message = f"holds something else under {key[:60]!r} where {due} is due"
        self._faults.add("wrong-type", message, f"line {line}", "error")

    # -- actions and reusable workflows

    def _use(self, holder: _yaml.Lined) -> None:
        text, line = holder["uses"], holder.lines["uses"]
        if not isinstance(text, str):
            self._wrong("uses", "text", line)
            return
        text = text.strip()
        if text.startswith("docker://"):
            self._use_image(text.removeprefix("docker://"), line)
            return
        if text.startswith(("./", "../", ".\\")) or text == ".":
            return
        found = _USES.fullmatch(text) if len(text) <= _LONGEST else None
        if found is None:
            message = f"uses {text[:120]!r}, which names no action"
            self._faults.add("uses", message, f"line {line}", "error")
            return
        owner, name, folder, version = found.groups()
        if version is None:
            self._faults.add("uses", f"uses {text[:120]!r} without saying which version", f"line {line}")
        self._add(self._component(owner, name, folder.strip("/"), version, line), version)

    def _component(self, owner: str, name: str, folder: str, version: str | None, line: int) -> Component:
        purl = None
        try:
            purl = make("github", owner, name, version, None, folder or None)
        except PurlError as error:
            message = f"uses {owner[:60]}/{name[:60]}, which no purl can name: {error}"
            self._faults.add("purl", message, f"line {line}")
        said = self._commented(line) if version and _COMMIT.fullmatch(version) else None
        return Component(
            ref=f"{owner}/{name}{f'/{folder}' if folder else ''}@{version or ''}",
            package=purl.package if purl else unidentified(name, owner),
            version=version,
            purl=purl.purl if purl else None,
            type="application",
            name=name,
            namespace=owner,
            properties=(("github:version", said),) if said else (),
            scope="build",
        )

    def _commented(self, line: int) -> str | None:
        """The version in the comment of a line."""
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        comment = _COMMENT.search(text[-_LONGEST:])
        found = _VERSION.search(comment[1].strip()) if comment else None
        return found[1] if found else None

    def _add(self, component: Component, requirement: str | None) -> None:
        before = self.components.get(component.ref)
        if before is not None and before.properties:
            return
        self.components[component.ref] = component
        version = component.version or ""
        pinned = bool(component.hashes) or _COMMIT.fullmatch(version) is not None
        self.edges[component.ref] = Edge(
            source=None,
            target=component.ref,
            package=component.package,
            requirement=requirement,
            scope="build",
            pinned=pinned,
        )

    # -- images

    def _image(self, holder: _yaml.Lined, key: str, job: _yaml.Lined) -> None:
        """The image of a container or service: a text, or a mapping with one."""
        value = holder.get(key)
        line = holder.lines.get(key, 0)
        if isinstance(value, _yaml.Lined):
            line = value.lines.get("image", line)
            value = value.get("image")
        if value is None or value == "":
            return
        if not isinstance(value, str):
            self._wrong(key, "an image", line)
            return
        for text in self._expanded(value.strip(), job, line):
            self._use_image(text.removeprefix("docker://"), line)

    def _expanded(self, text: str, job: _yaml.Lined, line: int) -> list[str]:
        """The texts that a text with expressions may become; none where that isn't known."""
        if "${{" not in text:
            return [text]
        names = list(dict.fromkeys(found[1] for found in _EXPRESSION.finditer(text[:_LONGEST])))
        values = [self._matrix(job, name) if name else [] for name in names]
        found: dict[str, None] = {}
        for _, chosen in zip(range(min(_MOST_VALUES, self._left)), product(*values), strict=False):
            given = dict(zip(names, chosen, strict=True))
            filled = _EXPRESSION.sub(lambda match: given[match[1]], text[:_LONGEST])  # noqa: B023 - used at once
            if filled and "${{" not in filled:
                found[filled] = None
        self._left -= len(found)
        if not found:
            message = f"uses the image {text[:120]!r}, which is only known when it runs"
            self._faults.add("expression", message, f"line {line}", "note")
        return list(found)

    def _matrix(self, job: _yaml.Lined, name: str) -> list[str]:
        key = (id(job), name)
        if key not in self._matrices:
            self._matrices[key] = _matrix(job, name)
        return self._matrices[key]

    def _use_image(self, text: str, line: int) -> None:
        place = f"line {line}"
        image = _images.parse(text)
        if image is None:
            self._faults.add("image", f"uses {text[:120]!r}, which names no image", place, "error")
        else:
            self._add(_images.component(image, "build", place, self._faults), image.requirement)


def _matrix(job: _yaml.Lined, name: str) -> list[str]:
    """The values that a job's matrix gives a name, as far as they are written out."""
    strategy = job.get("strategy")
    matrix = strategy.get("matrix") if isinstance(strategy, dict) else None
    if not isinstance(matrix, dict):
        return []
    values: list[Value] = []
    listed, more = matrix.get(name), matrix.get("include")
    values += listed if isinstance(listed, list) else []
    values += [item.get(name) for item in more if isinstance(item, dict)] if isinstance(more, list) else []
    return list(dict.fromkeys(v for v in values if isinstance(v, str)))[:_MOST_VALUES]
