# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What pnpm's lockfiles mean, in all versions, sound and unsound."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from umbel.collect.interface import Document, Reading, UnreadableError
from umbel.collect.lockfiles import _quick_yaml
from umbel.collect.lockfiles.pnpm_lock_yaml import PnpmLockYamlCollector

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = bytes(range(64))
INTEGRITY = "sha512-" + base64.b64encode(DIGEST).decode()
NEW = f"""lockfileVersion: '9.0'

settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false

importers:

  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.2.3(react@18.2.0)
      old-c:
        specifier: npm:c@^0.1.0
        version: c@0.1.9
      react:
        specifier: ^18
        version: 18.2.0
    devDependencies:
      d:
        specifier: '*'
        version: 4.0.0
    optionalDependencies:
      e:
        specifier: '1'
        version: 1.0.0

packages:

  '@acme/b@2.1.0':
    resolution: {{integrity: {INTEGRITY}}}
    engines: {{node: '>=12'}}

  a@1.2.3:
    resolution: {{integrity: {INTEGRITY}}}
    engines: {{node: ^12.17.0 || ^14.13 || >=16.0.0}}
    peerDependencies:
      react: ^17 || ^18
      theme: '*'
    peerDependenciesMeta:
      theme:
        optional: true

  c@0.1.9:
    resolution: {{integrity: {INTEGRITY}}}
    deprecated: |-
      Please don't: use d.

      It is better.
    hasBin: true

  d@4.0.0:
    resolution: {{integrity: {INTEGRITY}}}

  e@1.0.0:
    resolution: {{integrity: {INTEGRITY}}}
    cpu: [x64]
    os: [linux]

  f@1.0.1:
    resolution: {{integrity: {INTEGRITY}}}

  react@18.2.0:
    resolution: {{integrity: {INTEGRITY}}}

snapshots:

  '@acme/b@2.1.0': {{}}

  a@1.2.3(react@18.2.0):
    dependencies:
      '@acme/b': 2.1.0
      c: 0.1.9
      react: 18.2.0
    optionalDependencies:
      f: 1.0.1
    transitivePeerDependencies:
      - supports-color

  c@0.1.9: {{}}

  d@4.0.0:
    dependencies:
      c: 0.1.9
      f: 1.0.1

  e@1.0.0:
    optional: true

  f@1.0.1: {{}}

  react@18.2.0: {{}}
"""
MIDDLE = f"""lockfileVersion: '6.0'

dependencies:
  a:
    specifier: ^1.0.0
    version: 1.2.3(react@18.2.0)
  old-c:
    specifier: npm:c@^0.1.0
    version: /c@0.1.9
  react:
    specifier: ^18
    version: 18.2.0

optionalDependencies:
  e:
    specifier: '1'
    version: 1.0.0

devDependencies:
  d:
    specifier: '*'
    version: 4.0.0

packages:

  /@acme/b@2.1.0:
    resolution: {{integrity: {INTEGRITY}}}
    dev: false

  /a@1.2.3(react@18.2.0):
    resolution: {{integrity: {INTEGRITY}}}
    peerDependencies:
      react: ^17 || ^18
      theme: '*'
    peerDependenciesMeta:
      theme:
        optional: true
    dependencies:
      '@acme/b': 2.1.0
      c: 0.1.9
      react: 18.2.0
    optionalDependencies:
      f: 1.0.1
    dev: false

  /c@0.1.9:
    resolution: {{integrity: {INTEGRITY}}}
    deprecated: |-
      Please don't: use d.

      It is better.

  /d@4.0.0:
    resolution: {{integrity: {INTEGRITY}}}
    dependencies:
      c: 0.1.9
      f: 1.0.1
    dev: true

  /e@1.0.0:
    resolution: {{integrity: {INTEGRITY}}}
    requiresBuild: true
    dev: false
    optional: true

  /f@1.0.1:
    resolution: {{integrity: {INTEGRITY}}}

  /react@18.2.0:
    resolution: {{integrity: {INTEGRITY}}}
    dev: false
"""
OLD = f"""lockfileVersion: 5.4

specifiers:
  a: ^1.0.0
  d: '*'
  e: '1'
  old-c: npm:c@^0.1.0
  react: ^18

dependencies:
  a: 1.2.3_react@18.2.0
  old-c: /c/0.1.9
  react: 18.2.0

optionalDependencies:
  e: 1.0.0

devDependencies:
  d: 4.0.0

packages:

  /@acme/b/2.1.0:
    resolution: {{integrity: {INTEGRITY}}}

  /a/1.2.3_react@18.2.0:
    resolution: {{integrity: {INTEGRITY}}}
    peerDependencies:
      react: ^17 || ^18
      theme: '*'
    peerDependenciesMeta:
      theme:
        optional: true
    dependencies:
      '@acme/b': 2.1.0
      c: 0.1.9
      react: 18.2.0
    optionalDependencies:
      f: 1.0.1

  /c/0.1.9:
    resolution: {{integrity: {INTEGRITY}}}
    deprecated: |-
      Please don't: use d.

      It is better.

  /d/4.0.0:
    resolution: {{integrity: {INTEGRITY}}}
    dependencies:
      c: 0.1.9
      f: 1.0.1

  /e/1.0.0:
    resolution: {{integrity: {INTEGRITY}}}

  /f/1.0.1:
    resolution: {{integrity: {INTEGRITY}}}

  /react/18.2.0:
    resolution: {{integrity: {INTEGRITY}}}
"""
OLDEST = (
    OLD.replace("5.4", "5.0", 1)
    .replace("1.2.3_react@18.2.0", "1.2.3/react@18.2.0")
    .replace("\n  /", "\n  registry.example/")
    .replace(" /c/0.1.9", " registry.example/c/0.1.9")
)


def read(folder: Path, text: str | bytes, manifest: object = None) -> Reading:
    """A reading of a lockfile, with a package.json beside it if one is given."""
    if manifest is not None:
        (folder / "package.json").write_text(json.dumps(manifest))
    data = text if isinstance(text, bytes) else text.encode()
    return PnpmLockYamlCollector().read(Document(folder / "pnpm-lock.yaml", data=data))


def lock(
    packages: str, importers: str = "", snapshots: str = "", version: str = "9.0", more: str = ""
) -> str:
    """A sound document of its parts, each indented by two."""
    parts = [f"lockfileVersion: '{version}'", more, "importers:\n" + importers, "packages:\n" + packages]
    return "\n".join([*parts, "snapshots:\n" + snapshots if snapshots else ""])


def edges(reading: Reading) -> set[tuple[str | None, str | None]]:
    """Who needs whom, by name and version."""
    known = {c.ref: f"{c.name}@{c.version}" for c in reading.components}
    return {
        (known[e.source] if e.source else None, known[e.target] if e.target else None) for e in reading.edges
    }


def codes(reading: Reading) -> list[str]:
    """The codes of the faults that are more than notes."""
    return [fault.code for fault in reading.faults if fault.level != "note"]


# -- one project, in all versions


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        (OLDEST, "pnpm lockfile 5.0"),
        (OLD, "pnpm lockfile 5.4"),
        (MIDDLE, "pnpm lockfile 6.0"),
        (NEW, "pnpm lockfile 9.0"),
    ],
    ids=["5.0", "5.4", "6.0", "9.0"],
)
def test_all_versions_tell_the_same(tmp_path: Path, text: str, format_: str) -> None:
    reading = read(tmp_path, text, {"name": "@acme/shop", "version": "1.0.0"})
    assert reading.format == format_
    assert edges(reading) == {
        (None, "a@1.2.3"), (None, "c@0.1.9"), (None, "d@4.0.0"), (None, "e@1.0.0"), (None, "react@18.2.0"),
        ("a@1.2.3", "b@2.1.0"), ("a@1.2.3", "c@0.1.9"), ("a@1.2.3", "react@18.2.0"), ("a@1.2.3", "f@1.0.1"),
        ("d@4.0.0", "c@0.1.9"), ("d@4.0.0", "f@1.0.1"),
    }  # fmt: skip
    assert {c.name: c.scope for c in reading.components} == {
        "a": "runtime", "b": "runtime", "c": "runtime", "d": "development", "e": "optional", "f": "optional",
        "react": "runtime",
    }  # fmt: skip
    assert {c.purl for c in reading.components} == {
        "pkg:npm/%40acme/b@2.1.0", "pkg:npm/a@1.2.3", "pkg:npm/c@0.1.9", "pkg:npm/d@4.0.0", "pkg:npm/e@1.0.0",
        "pkg:npm/f@1.0.1", "pkg:npm/react@18.2.0",
    }  # fmt: skip
    assert {c.hashes for c in reading.components} == {(("sha512", DIGEST.hex()),)}
    assert {c.properties for c in reading.components if c.name == "c"} == {
        (("npm:deprecated", "Please don't: use d.\n\nIt is better."),)
    }
    assert reading.subject_purl == "pkg:npm/%40acme/shop@1.0.0"
    assert not reading.faults
    told = {(e.package, e.requirement, e.scope, e.optional) for e in reading.edges if e.source is None}
    assert ("pkg:npm/c", "npm:c@^0.1.0", "runtime", False) in told
    assert ("pkg:npm/d", "*", "development", False) in told
    assert ("pkg:npm/e", "1", "optional", True) in told
    inner = {(e.package, e.requirement, e.scope, e.optional) for e in reading.edges if e.source}
    assert ("pkg:npm/react", "^17 || ^18", "runtime", False) in inner
    assert ("pkg:npm/f", None, "optional", True) in inner
    assert ("pkg:npm/%40acme/b", None, "runtime", False) in inner


@pytest.mark.parametrize("text", [OLD, MIDDLE, NEW])
def test_the_quick_reader_and_yaml_agree(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _quick_yaml.quick_documents(text) is not None
    quick = read(tmp_path, text)
    monkeypatch.setattr(_quick_yaml, "quick_documents", lambda _text: None)
    slow = read(tmp_path, text)
    assert quick == slow
    commented = read(
        tmp_path, "# by hand\n" + text.replace("\n", "\r\n").replace("specifier: '*'", 'specifier: "*"')
    )
    assert commented.components == quick.components
    assert commented.edges == quick.edges


def test_inline_specifiers_of_version_5(tmp_path: Path) -> None:
    text = OLD.replace("lockfileVersion: 5.4", "lockfileVersion: 5.4-inlineSpecifiers")
    head, rest = text.split("specifiers:\n", 1)
    rest = rest[rest.index("\ndependencies:") :].replace(
        "  d: 4.0.0", "  d:\n    specifier: '*'\n    version: 4.0.0", 1
    )
    reading = read(tmp_path, head + rest)
    assert reading.format == "pnpm lockfile 5.4"
    assert ("pkg:npm/d", "*") in {(e.package, e.requirement) for e in reading.edges}
    assert not reading.faults


# -- one package, several times


def test_instances_with_other_peers_are_one_component(tmp_path: Path) -> None:
    text = lock(
        "  react@17.0.0:\n    resolution: {integrity: x}\n  react@18.0.0:\n    resolution: {integrity: x}\n"
        "  ui@1.0.0:\n    resolution: {integrity: x}\n    peerDependencies:\n      react: '*'\n",
        "  new:\n    dependencies:\n      ui:\n        specifier: ^1\n        version: 1.0.0(react@18.0.0)\n"
        "  old:\n    devDependencies:\n      ui:\n        specifier: ^1\n        version: 1.0.0(react@17.0.0)\n",
        "  react@17.0.0: {}\n  react@18.0.0: {}\n"
        "  ui@1.0.0(react@17.0.0):\n    dependencies:\n      react: 17.0.0\n"
        "  ui@1.0.0(react@18.0.0):\n    dependencies:\n      react: 18.0.0\n",
    )
    reading = read(tmp_path, text)
    assert {(c.ref, c.scope) for c in reading.components} == {
        ("react@17.0.0", "development"), ("react@18.0.0", "runtime"), ("ui@1.0.0", "runtime"),
    }  # fmt: skip
    assert edges(reading) >= {("ui@1.0.0", "react@17.0.0"), ("ui@1.0.0", "react@18.0.0")}
    assert {e.scope for e in reading.edges if e.source is None} == {"runtime", "development"}


def test_peers_that_are_not_there(tmp_path: Path) -> None:
    text = lock(
        "  ui@1.0.0:\n    resolution: {integrity: x}\n    peerDependencies:\n      react: ^18\n      theme: '*'\n"
        "    peerDependenciesMeta:\n      theme:\n        optional: true\n",
        "  .:\n    dependencies:\n      ui:\n        specifier: ^1\n        version: 1.0.0\n",
        "  ui@1.0.0: {}\n",
    )
    (edge,) = [e for e in read(tmp_path, text).edges if e.source]
    assert (edge.target, edge.package, edge.requirement, edge.optional) == (
        None,
        "pkg:npm/react",
        "^18",
        False,
    )


# -- workspaces, folders, catalogs


def test_workspaces_and_folders_fold_into_the_project(tmp_path: Path) -> None:
    text = lock(
        "  a@1.0.0:\n    resolution: {integrity: x}\n  b@1.0.0:\n    resolution: {integrity: x}\n"
        "  copied@file:packages/copied:\n    resolution: {directory: packages/copied, type: directory}\n",
        "  .:\n    dependencies:\n      ui:\n        specifier: workspace:*\n        version: link:packages/ui\n"
        "    devDependencies:\n      copied:\n        specifier: workspace:*\n        version: file:packages/copied\n"
        "  packages/ui:\n    dependencies:\n      a:\n        specifier: 'catalog:'\n        version: 1.0.0\n"
        "  packages/empty: {}\n",
        "  a@1.0.0: {}\n  b@1.0.0: {}\n  copied@file:packages/copied:\n    dependencies:\n      b: 1.0.0\n"
        "      ui: link:packages/ui\n",
        more="catalogs:\n  default:\n    a:\n      specifier: ^1.0.0\n      version: 1.0.0\n",
    )  # fmt: skip
    reading = read(tmp_path, text)
    assert {(e.source, e.package, e.requirement, e.scope) for e in reading.edges} == {
        (None, "pkg:npm/a", "^1.0.0", "runtime"),
        (None, "pkg:npm/b", None, "development"),
    }
    assert [f.code for f in reading.faults if f.code != "hash"] == ["modules"]


# -- where packages come from


@pytest.mark.parametrize(
    ("key", "resolution", "purl", "kind"),
    [
        ("a@https://codeload.example/acme/a/tar.gz/0a1b", "{tarball: https://codeload.example/acme/a/tar.gz/0a1b}", "pkg:npm/a@1.0.0?download_url=https:%2F%2Fcodeload.example%2Facme%2Fa%2Ftar.gz%2F0a1b", "distribution"),
        ("a@git+https://forge.example/a.git#0a1b", "{commit: 0a1b, repo: 'https://me:pw@forge.example/a.git', type: git}", "pkg:npm/a@1.0.0?vcs_url=git%2Bhttps:%2F%2Fforge.example%2Fa.git%400a1b", "vcs"),
        ("a@file:a.tgz", "{integrity: x, tarball: file:a.tgz}", "pkg:npm/a@1.0.0", "distribution"),
        ("a@1.0.0", "{integrity: x, tarball: https://npm.example/a/-/a-1.0.0.tgz}", "pkg:npm/a@1.0.0", "distribution"),
        ("a@runtime:1.0.0", "{type: binary, url: 'https://node.example/a.tgz', integrity: x}", "pkg:generic/a@1.0.0?download_url=https:%2F%2Fnode.example%2Fa.tgz", "distribution"),
    ],
)  # fmt: skip
def test_packages_that_come_from_elsewhere(
    tmp_path: Path, key: str, resolution: str, purl: str, kind: str
) -> None:
    text = lock(
        f"  {key}:\n    resolution: {resolution}\n    version: 1.0.0\n", "  .: {}\n", f"  {key}: {{}}\n"
    )
    (component,) = read(tmp_path, text).components
    assert component.purl == purl
    assert component.urls[0][0] == kind
    assert "pw" not in str(component)


def test_names_stand_beside_keys_that_hold_none(tmp_path: Path) -> None:
    text = lock(
        "  github.com/acme/a/0a1b:\n    resolution: {tarball: https://codeload.example/acme/a/tar.gz/0a1b}\n"
        "    name: '@acme/a'\n    version: 1.0.0\n",
        "  .:\n    specifiers:\n      a: acme/a\n    dependencies:\n      a: github.com/acme/a/0a1b\n",
        version="5.4",
    )
    reading = read(tmp_path, text)
    assert [(c.namespace, c.name, c.version) for c in reading.components] == [("@acme", "a", "1.0.0")]
    assert edges(reading) == {(None, "a@1.0.0")}


@pytest.mark.parametrize(
    ("patches", "key"),
    [
        ("  a@1.0.0:\n    hash: 0a1b\n    path: patches/a.patch\n", "a@1.0.0(patch_hash=0a1b)"),
        ("  a:\n    hash: 0a1b\n    path: patches/a.patch\n", "a@1.0.0(patch_hash=0a1b)"),
        ("  a@^1.0.0: 0a1b\n", "a@1.0.0(patch_hash=0a1b)"),
    ],
)
def test_patches_are_told(tmp_path: Path, patches: str, key: str) -> None:
    text = lock(
        "  a@1.0.0:\n    resolution: {integrity: x}\n",
        "  .: {}\n",
        f"  {key}: {{}}\n",
        more=f"patchedDependencies:\n{patches}",
    )
    (component,) = read(tmp_path, text).components
    assert component.purl == "pkg:npm/a@1.0.0"
    assert component.properties == (("pnpm:patch", "patches/a.patch" if "path" in patches else "0a1b"),)


# -- several documents


def test_the_lock_of_pnpm_itself_is_passed_by(tmp_path: Path) -> None:
    own = lock(
        "  pnpm@11.0.0:\n    resolution: {integrity: x}\n",
        "  .:\n    configDependencies: {}\n    packageManagerDependencies:\n      pnpm:\n"
        "        specifier: 11.0.0\n        version: 11.0.0\n",
        "  pnpm@11.0.0: {}\n",
    )
    reading = read(tmp_path, f"---\n{own}\n---\n{NEW}")
    assert (reading.components, reading.edges) == (read(tmp_path, NEW).components, read(tmp_path, NEW).edges)
    assert [(f.code, f.level) for f in reading.faults] == [("package-manager", "note")]
    reading = read(tmp_path, f"---\n{own}")
    assert (reading.components, reading.format) == ([], "pnpm lockfile 9.0")


def test_further_documents_are_a_fault(tmp_path: Path) -> None:
    reading = read(tmp_path, f"{NEW}---\n{NEW}")
    assert len(reading.components) == 7
    assert codes(reading) == ["several-documents"]


# -- what is unsound


def test_values_of_another_kind_lose_only_themselves(tmp_path: Path) -> None:
    text = NEW.replace("      '@acme/b': 2.1.0\n", "      '@acme/b': [2.1.0]\n")
    text = text.replace(f"  f@1.0.1:\n    resolution: {{integrity: {INTEGRITY}}}", "  f@1.0.1: broken")
    text = text.replace("        version: 4.0.0", "        version: {}").replace("catalogs", "catalog")
    reading = read(tmp_path, text)
    assert len(reading.components) == 7
    assert codes(reading) == ["wrong-type"] * 3
    assert {f.place for f in reading.faults} == {
        '$.packages["f@1.0.1"]',
        '$.snapshots["a@1.2.3(react@18.2.0)"]["@acme/b"]',
        '$.importers["."].devDependencies["d"]',
    }
    for section in ("packages", "snapshots", "importers", "patchedDependencies", "catalogs"):
        reading = read(tmp_path, f"lockfileVersion: '9.0'\n{section}: [x]\n")
        assert codes(reading) == ["wrong-type"]


def test_what_is_needed_and_not_there_is_named(tmp_path: Path) -> None:
    reading = read(tmp_path, NEW.replace("      c: 0.1.9\n      f", "      c: 0.2.0\n      f"))
    (fault,) = reading.faults
    assert (fault.code, fault.place) == ("unresolved", '$.snapshots["d@4.0.0"]')
    assert [(e.package, e.source) for e in reading.edges if e.target is None] == [("pkg:npm/c", "d@4.0.0")]


def test_merge_conflicts_have_a_place(tmp_path: Path) -> None:
    text = NEW.replace("  d@4.0.0:\n", "<<<<<<< HEAD\n  d@4.0.0:\n", 1)
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path, text)
    assert (caught.value.fault.code, caught.value.fault.place) == ("merge-conflict", "line 53")


@pytest.mark.parametrize("text", ["a: 1\n", "- a\n", "text\n", "{}\n"])
def test_other_documents_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path, text)
    assert caught.value.fault.code == "not-pnpm"


def test_malformed_yaml_has_a_place(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path, "lockfileVersion: '9.0'\npackages: {\n")
    assert (caught.value.fault.code, caught.value.fault.place) == ("malformed-yaml", "line 3")


def test_a_lockfile_may_be_empty(tmp_path: Path) -> None:
    assert read(tmp_path, "").components == []
    assert read(tmp_path, "lockfileVersion: '9.0'\n").components == []


def test_unknown_versions_are_read_with_a_fault(tmp_path: Path) -> None:
    for version in ("'12.0'", "3", "[]"):
        reading = read(tmp_path, NEW.replace("'9.0'", version, 1))
        assert len(reading.components) == 7
        assert codes(reading) == ["lockfile-version"]
        assert reading.format == "pnpm lockfile"


def test_documents_made_to_harm_end(tmp_path: Path) -> None:
    cycle = lock(
        "  a@1:\n    resolution: {integrity: x}\n", "  .: {}\n", "  a@1:\n    dependencies:\n      a: '1'\n"
    )
    assert len(read(tmp_path, cycle).edges) == 1
    deep = "".join(f"{'  ' * depth}k:\n" for depth in range(300)) + "  " * 300 + "k: v\n"
    for text in (
        deep,
        "a: " + "{a: " * 2000,
        "a: " + "[" * 2000,
        "&a [*a, *a]",
        "lockfileVersion: '9.0'\n" + "?" * 100,
    ):
        with pytest.raises(UnreadableError):
            read(tmp_path, text)
    long = lock("  " + "a" * 1_000_000 + ":\n    resolution: {integrity: x}\n", "  .: {}\n")
    with pytest.raises(UnreadableError):
        read(tmp_path, long)
    hosts = "".join(f"  h{i}.example/a/1.0.0:\n    resolution: {{integrity: x}}\n" for i in range(2000))
    asks = "".join(f"      n{i}: 9.9.9\n" for i in range(2000))
    reading = read(tmp_path, lock(hosts, "  .:\n    dependencies:\n" + asks, version="5.1"))
    assert len(reading.edges) == 2000
