# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Who is right where tools differ: the rules of `compare.toml`, applied to one project.

A rule names whose findings it judges, what they look like (regular expressions for package, version and
place) and at most one test that looks into the project. The first rule that fits gives the reason.
"""

from __future__ import annotations

import re
import tomllib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

Part = tuple[str, str]

_HEAD = 100_000
_NPM_NAME = r'^[\s{]{0,8}"name"\s*:\s*"([^"]+)"'
_OWN = {
    "package.json": ("npm", _NPM_NAME),
    "package-lock.json": ("npm", _NPM_NAME),
    "npm-shrinkwrap.json": ("npm", _NPM_NAME),
    "Cargo.toml": ("cargo", r'^\s*name\s*=\s*"([^"]+)"'),
    "pyproject.toml": ("pypi", r'^\s*name\s*=\s*["\']([^"\']+)["\']'),
    "go.mod": ("golang", r"^module\s+(\S+)"),
    "composer.json": ("composer", r'^\s*"name"\s*:\s*"([^"]+)"'),
    "pom.xml": ("maven", r"<artifactId>\s*([^<\s]+)\s*</artifactId>"),
}
_MANIFESTS = re.compile(
    r"(^|/)(package\.json|pyproject\.toml|setup\.(cfg|py)|Pipfile|Cargo\.toml|go\.mod|Gemfile|[^/]+\.gemspec|composer\.json"
    r"|pom\.xml|[^/]+\.gradle(\.kts)?|[^/]+\.(cs|fs|vb)proj|Directory\.Packages\.props|libs\.versions\.toml"
    r"|[^/]*requirements[^/]*\.(txt|in)|pnpm-workspace\.yaml|[^/]*Dockerfile[^/]*|action\.ya?ml|\.github/workflows/[^/]+)$"
)
_VERSION = re.compile(r'"version"\s*:\s*"([^"]+)"')
_RELEASE = re.compile(r"(?!0\.0\.0(-use\.local)?$)\d")
_LARGEST = 64 << 20
MISSED = "Umbel is wrong"
"""The verdict that counts against Umbel, and that of whatever no rule explains."""
_SOURCES = re.compile(
    r"\.(?:json|ya?ml|toml|lock|txt|in|mod|sum|xml|lockfile|cfg|gemspec|props|(cs|fs|vb)proj|gradle|kts|py)$|file|^\.|METADATA|PKG-INFO|status"
)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


class Side:
    """What one tool says of one project."""

    def __init__(self, name: str) -> None:
        """Begin with nothing."""
        self.name = name
        self.parts: dict[Part, set[str]] = {}
        self.direct: set[Part] = set()
        self.edges: set[tuple[Part, Part]] = set()
        self.seconds = 0.0
        self.faults: list[str] = []

    def add(self, part: Part, *places: str) -> None:
        """A component, and where it was found."""
        self.parts.setdefault(part, set()).update(places)

    @cached_property
    def versions(self) -> dict[str, set[str]]:
        """Versions of each package."""
        found: dict[str, set[str]] = {}
        for package, version in self.parts:
            found.setdefault(package, set()).add(version)
        return found


class Finding(NamedTuple):
    """A component that isn't found by both: whose finding, where, and the rule's id or None."""

    tool: str
    part: Part
    places: tuple[str, ...]
    reason: str | None

    def __str__(self) -> str:
        """A line of tab-separated values."""
        return "\t".join((self.tool, self.reason or "?", "@".join(self.part), " ".join(self.places[:3])))


class Judge:
    """Judges the differences of one project."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load the rules; `folder` is the project."""
        text = Path(__file__).with_name("compare.toml").read_text()
        tables = tomllib.loads(text)
        self.rules: list[dict[str, Any]] = tables["rule"]
        self.edge_rules: list[dict[str, Any]] = tables["edge"]
        self.folder = folder or Path()

    def judge(self, ours: Side, others: list[Side]) -> list[Finding]:
        """Every component that Umbel has and nobody else, or that somebody else has and Umbel hasn't."""
        theirs = {part for side in others for part in side.parts}
        sides = [(side, [p for p in sorted(side.parts) if p not in ours.parts]) for side in others]
        sides.append((ours, [p for p in sorted(ours.parts) if p not in theirs]))
        return [self._finding(side, part, ours, others) for side, parts in sides for part in parts]

    def _finding(self, side: Side, part: Part, ours: Side, others: list[Side]) -> Finding:
        places = tuple(sorted(side.parts[part]))
        fits = (rule["id"] for rule in self.rules if self._fits(rule, side, part, ours, others))
        return Finding(side.name, part, places, next(fits, None))

    def _fits(self, rule: dict[str, Any], side: Side, part: Part, ours: Side, others: list[Side]) -> bool:
        if side.name not in rule["tools"]:
            return False
        for key, text in (("package", part[0]), ("version", part[1])):
            if key in rule and not re.search(rule[key], text):
                return False
        if "place" in rule:
            places = side.parts[part]
            if not places or not all(re.search(rule["place"], place) for place in places):
                return False
        return "test" not in rule or bool(getattr(self, f"_{rule['test']}")(part, ours, others))

    # Tests

    def _own(self, part: Part, _ours: Side, _others: list[Side]) -> bool:
        """A package that the project itself declares as its own, in the version that it declares, if it does.

        npm's workspaces also lock other versions of their own packages from the registry; those count.
        """
        kind, _, rest = part[0][4:].partition("/")
        name = unquote(rest)
        if kind == "maven":
            return name.rpartition("/")[2] in self._poms
        if name not in self._names.get(kind, {}):
            return False
        declared = self._names[kind][name]
        return kind != "npm" or not _RELEASE.match(part[1]) or part[1] in declared

    def _versioned(self, part: Part, ours: Side, others: list[Side]) -> bool:
        """Named without a version where its version is known."""
        return not part[1] and any(any(side.versions.get(part[0], ())) for side in (ours, *others))

    def _alias(self, part: Part, _ours: Side, _others: list[Side]) -> bool:
        """A lockfile says that another package goes by this name (`"a@npm:b@^1"`)."""
        name = re.escape(unquote(part[0].removeprefix("pkg:npm/")).lower())
        pattern = re.compile(rf"""(?<![\w/-]){name}["']?(@|:\s*["']?)npm:@?[a-z]""")
        locks = (".lock", "lock.json", "lock.yaml", "package.json")
        return any(pattern.search(text) for path, text in self._texts.items() if path.endswith(locks))

    def _open(self, part: Part, ours: Side, _others: list[Side]) -> bool:
        """Umbel knows the package without a version: what asks for it fixes none."""
        return bool(part[1]) and "" in ours.versions.get(part[0], set())

    def _replaced(self, part: Part, _ours: Side, _others: list[Side]) -> bool:
        """A go.mod puts another module in its place."""
        module = re.escape(unquote(part[0].removeprefix("pkg:golang/")))
        pattern = re.compile(rf"^\s*(replace\s+)?{module}(\s+v\S+)?\s+=>", re.MULTILINE)
        return any(pattern.search(text) for path, text in self._texts.items() if path.endswith("go.mod"))

    def _assembled(self, part: Part, ours: Side, _others: list[Side]) -> bool:
        """The file that Umbel found it in writes the name, and files of its kind every piece of the version."""
        places = {place.rpartition(" (")[0] for place in ours.parts[part]}
        ending = min(places).rpartition("/")[2]
        texts = [text for path, text in self._texts.items() if path.rpartition("/")[2] == ending]
        pieces = re.findall(r"[a-z]+|\d[\d.]*", part[1].lower())
        return self._written_in((part[0], ""), places) and all(any(p in t for t in texts) for p in pieces)

    def _written(self, part: Part, ours: Side, _others: list[Side]) -> bool:
        """The file that Umbel found it in writes name and version."""
        places = {place.rpartition(" (")[0] for place in ours.parts[part]}
        return self._written_in(part, places)

    def _in_image(self, _part: Part, _ours: Side, _others: list[Side]) -> bool:
        """The project is nothing but an image."""
        return [path.suffix for path in self.folder.iterdir()] == [".tar"]

    def _elsewhere(self, part: Part, _ours: Side, others: list[Side]) -> bool:
        """Without a namespace, where another tool has the same name and version with one."""
        kind, _, name = part[0].partition("/")
        return "/" not in name and any(
            version == part[1] and package.startswith(f"{kind}/") and package.endswith(f"/{name}")
            for side in others
            for package, version in side.parts
        )

    def _included(self, part: Part, ours: Side, _others: list[Side]) -> bool:
        """A file in a folder that Umbel found it in writes name and version: requirements include each other."""
        folders = {place.rpartition(" (")[0].rpartition("/")[0] for place in ours.parts[part]}
        return self._written_in(part, folders)

    def _editable(self, part: Part, _ours: Side, others: list[Side]) -> bool:
        """Installed as a link to a folder: the record of its origin says so."""
        folders = {p.rpartition("/")[0] for side in others for p in side.parts.get(part, ())}
        return any('"editable": true' in self._texts.get(f"{f}/direct_url.json", "") for f in folders)

    def _written_in(self, part: Part, places: set[str] | None = None) -> bool:
        name = unquote(part[0].rpartition("/")[2]).lower()
        loose = re.sub(r"[-_.]+", "[-_.]+", re.escape(name).replace(r"\-", "-").replace(r"\.", "."))
        version = part[1].lower()
        found = re.compile(loose)
        for path, text in self._texts.items():
            if (
                places is not None
                and path not in places
                and not any(path.startswith(p + "/") for p in places)
            ):
                continue
            if version in text and found.search(text):
                return True
        return False

    @cached_property
    def _texts(self) -> dict[str, str]:
        """Every file that could name a dependency, in lower case."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_text("utf-8", "replace").lower()
            for path in self._files()
            if path.stat().st_size <= _LARGEST
        }

    def _files(self) -> Iterator[Path]:
        for path in sorted(self.folder.rglob("*")):
            if _SOURCES.search(path.name) and path.is_file() and not path.is_symlink():
                yield path

    @cached_property
    def _names(self) -> dict[str, dict[str, set[str]]]:
        """The project's own packages by type, with the versions that it gives them."""
        found: dict[str, dict[str, set[str]]] = {}
        for kind in ("npm", "pypi"):
            found[kind] = {self.folder.name: set()}
        for path in self._files():
            if path.name in _OWN and "node_modules" not in path.parts:
                kind, pattern = _OWN[path.name]
                text = path.read_text("utf-8", "replace")[:_HEAD]
                for name in re.findall(pattern, text, re.MULTILINE)[:1]:
                    key = _normal(name) if kind == "pypi" else name.lower() if kind == "golang" else name
                    found.setdefault(kind, {}).setdefault(key, set()).update(_VERSION.findall(text)[:1])
        return found

    @cached_property
    def _poms(self) -> set[str]:
        """Artifact ids that poms give themselves: the first outside of `parent` and what follows it."""
        found = set()
        for path in self._files():
            if path.name == "pom.xml":
                text = re.sub(
                    r"(?s)<(parent|dependencies|build|profiles|dependencyManagement)>.*?</\1>",
                    "",
                    path.read_text("utf-8", "replace"),
                )
                found.update(re.findall(r"<artifactId>\s*([^<\s]+)\s*</artifactId>", text)[:1])
        return found

    # Relations

    def declared(self, part: Part) -> bool:
        """Whether a manifest of the project names the package: what none names can't be direct."""
        name = re.escape(unquote(part[0].partition("/")[2]).rpartition("/")[2].lower())
        loose = re.sub(r"(\\-|\\\.|_)+", "[-_.]+", name)
        pattern = re.compile(rf"(?<![\w-]){loose}(?![\w-])")
        return any(pattern.search(text) for text in self._manifests)

    def flat(self, side: Side) -> bool:
        """Whether a tool calls direct what mostly no manifest names: then it says nothing."""
        return sum(not self.declared(part) for part in side.direct) * 2 > len(side.direct)

    @cached_property
    def _manifests(self) -> list[str]:
        return [
            text
            for path, text in self._texts.items()
            if _MANIFESTS.search(path) and "node_modules/" not in path
        ]

    def edges(self, ours: Side, others: list[Side]) -> Iterator[Finding]:
        """Edges that others state and Umbel doesn't, both ends being known to Umbel."""
        for side in others:
            for source, target in sorted(side.edges - ours.edges):
                if source in ours.parts and target in ours.parts:
                    reason = next(
                        (
                            r["id"]
                            for r in self.edge_rules
                            if self._fits_edge(r, side, (source, target), ours)
                        ),
                        None,
                    )
                    places = (f"→ {'@'.join(target)}",)
                    yield Finding(f"{side.name} edge", source, places, reason)

    def _fits_edge(self, rule: dict[str, Any], side: Side, pair: tuple[Part, Part], ours: Side) -> bool:
        return side.name in rule["tools"] and bool(getattr(self, f"_{rule['test']}")(pair, ours))

    def _other_version(self, pair: tuple[Part, Part], ours: Side) -> bool:
        """Umbel has the same dependency, in another version."""
        source, target = pair
        return any((source, (target[0], v)) in ours.edges for v in ours.versions[target[0]] - {target[1]})

    def _member(self, pair: tuple[Part, Part], _ours: Side) -> bool:
        """The target is a package of the project's own workspace, which the source gets from its folder."""
        kind, _, rest = pair[1][0][4:].partition("/")
        return unquote(rest) in self._names.get(kind, {})

    def _unasked(self, pair: tuple[Part, Part], _ours: Side) -> bool:
        """A poetry.lock names the target only among the source's extras, not among its dependencies."""
        needs = self._poetry.get(pair[0])
        return needs is not None and pair[1][0].removeprefix("pkg:pypi/") not in needs

    def _met(self, pair: tuple[Part, Part], ours: Side) -> bool:
        """Debian's alternatives, or a package and another that provides it: Umbel names what meets it first."""
        return pair[0][0].startswith("pkg:deb/") and any(source == pair[0] for source, _ in ours.edges)

    def _unlisted(self, pair: tuple[Part, Part], _ours: Side) -> bool:
        """A yarn.lock has the source, and nowhere the target among what it needs."""
        needs = self._yarn.get((unquote(pair[0][0].removeprefix("pkg:npm/")), pair[0][1]))
        return needs is not None and unquote(pair[1][0].removeprefix("pkg:npm/")) not in needs

    @cached_property
    def _yarn(self) -> dict[Part, set[str]]:
        """What each package of a yarn.lock names in its block, except members of a workspace."""
        found: dict[Part, set[str]] = {}
        for path in sorted(self.folder.rglob("yarn.lock")):
            for block in path.read_text("utf-8", "replace").split("\n\n"):
                version = re.search(r'^  version:? "?([^"\n]+)"?$', block, re.MULTILINE)
                name = re.search(r'^"?(@?[^@"\n]+)@', block, re.MULTILINE)
                if version and name and "-use.local" not in version[1]:
                    real = re.search(r'^  resolution: "(@?[^@"]+)@', block, re.MULTILINE)
                    needs = re.findall(r'^    "?(@?[^"\s:]+)"?:? ', block, re.MULTILINE)
                    found.setdefault(((real or name)[1], version[1]), set()).update(needs)
        return found

    @cached_property
    def _poetry(self) -> dict[Part, set[str]]:
        """What each package of a poetry.lock depends on."""
        found: dict[Part, set[str]] = {}
        for path in sorted(self.folder.rglob("poetry.lock")):
            try:
                packages = tomllib.loads(path.read_text("utf-8", "replace")).get("package", [])
            except tomllib.TOMLDecodeError:
                continue
            for package in packages:
                key = f"pkg:pypi/{_normal(package['name'])}", str(package["version"]).lower()
                found.setdefault(key, set()).update(map(_normal, package.get("dependencies", {})))
        return found

    def beyond(self, ours: Side, others: list[Side]) -> Iterator[str]:
        """Edges of Umbel's alone, where another tool states edges of the same source; and direct ones nobody names."""
        for side in others:
            speaks = {source for source, _ in side.edges}
            for source, target in sorted(ours.edges - side.edges):
                if source in speaks and target in side.parts:
                    yield f"umbel\tEDGE not of {side.name}\t{'@'.join(source)}\t{'@'.join(target)}"
            flat = self.flat(side)
            for part in sorted(side.direct - ours.direct):
                if part in ours.parts and not flat:
                    yield f"{side.name}\tDIRECT {'' if self.declared(part) else 'in no manifest'}\t{'@'.join(part)}"
        for part in sorted(ours.direct):
            if not self.declared(part):
                yield f"umbel\tDIRECT in no manifest\t{'@'.join(part)}"

    # Words

    def why(self, reason: str) -> str:
        """A rule's reason in a sentence."""
        return next(
            (rule["why"] for rule in [*self.rules, *self.edge_rules] if rule["id"] == reason), "not explained"
        )

    def verdict(self, reason: str) -> str:
        """Whether the finding is right, wrong, or of a kind that Umbel doesn't look for (out of scope)."""
        return next(
            (rule["verdict"] for rule in [*self.rules, *self.edge_rules] if rule["id"] == reason),
            MISSED,
        )
