# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Installed environments, as pip, uv and others leave them."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from umbel.collect.interface import Document, UnreadableError
from umbel.collect.site_packages import SitePackagesCollector

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.collect.interface import Component, Reading

LINUX = "lib/python3.11/site-packages"


def install(  # noqa: PLR0913 - what an installer may leave
    root: Path,
    name: str,
    *needs: str,
    version: str = "1.0",
    more: str = "",
    installer: str | None = "pip",
    requested: bool = False,
    source: dict[str, Any] | None = None,
    tag: str = "py3-none-any",
    site: str = LINUX,
) -> Path:
    """Install a package as an installer would: its descriptions only."""
    folder = root / site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True)
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Requires-Dist: {n}" for n in needs),
    ]
    (folder / "METADATA").write_text("\n".join(lines) + f"\n{more}\nThe description.\nName: other\n")
    (folder / "WHEEL").write_text(f"Wheel-Version: 1.0\nTag: {tag}\n")
    if installer:
        (folder / "INSTALLER").write_text(f"{installer}\n")
    if requested:
        (folder / "REQUESTED").touch()
    if source is not None:
        (folder / "direct_url.json").write_text(json.dumps(source))
    return folder


def read(root: Path, site: str = LINUX) -> Reading:
    return SitePackagesCollector().read(Document(root / site, root=root))


def fingerprint(root: Path) -> str:
    return SitePackagesCollector().fingerprint(Document(root / LINUX, root=root))


def by_name(reading: Reading) -> dict[str | None, Component]:
    return {component.name: component for component in reading.components}


def edges(reading: Reading) -> set[tuple[str | None, str | None, bool | None]]:
    """Edges by the packages' short names, and whether they are optional."""

    def short(ref: str | None) -> str | None:
        return ref and ref.partition("-")[0]

    return {(short(e.source), short(e.target), e.optional) for e in reading.edges}


def codes(reading: Reading) -> list[str]:
    return [fault.code for fault in reading.faults]


def test_what_a_package_says_of_itself(tmp_path: Path) -> None:
    more = (
        "Summary: A kit.\nAuthor: Acme\nAuthor-email: dev@acme.example\n"
        "License-Expression: MIT OR Apache-2.0\n"
        "License: MIT\nClassifier: License :: OSI Approved :: MIT License\nHome-page: https://kit.example\n"
        "Project-URL: Source Code, https://me:secret@git.example/kit?a=b\nProject-URL: Bug Tracker, https://kit.example/bugs\n"
        "Project-URL: Sponsor, https://kit.example/fund\nProject-URL: Odd, https://kit.example/odd\n"
    )
    install(tmp_path, "Ruamel.Kit", more=more)
    (kit,) = read(tmp_path).components

    assert (kit.name, kit.version, kit.purl) == ("Ruamel.Kit", "1.0", "pkg:pypi/ruamel-kit@1.0")
    assert kit.declared == ("MIT OR Apache-2.0",)
    assert (kit.detected, kit.concluded) == ((), ())
    assert (kit.author, kit.description) == ("Acme", "A kit.")
    assert kit.urls == (
        ("website", "https://kit.example"),
        ("vcs", "https://git.example/kit?a=b"),
        ("issue-tracker", "https://kit.example/bugs"),
        ("funding", "https://kit.example/fund"),
        ("other", "https://kit.example/odd"),
    )
    assert kit.properties == (("installer", "pip"),)
    assert kit.scope is None


@pytest.mark.parametrize(
    ("headers", "declared"),
    [
        ("License: BSD\nClassifier: License :: OSI Approved :: BSD License\n", ("BSD",)),
        (
            "License: UNKNOWN\nClassifier: License :: OSI Approved :: BSD License\n",
            ("License :: OSI Approved :: BSD License",),
        ),
        (
            (
                "License: Copyright\n        All rights\n        |given\n"
                "Classifier: License :: OSI Approved :: ISC\n"
            ),
            ("License :: OSI Approved :: ISC",),
        ),
        ("License: Copyright\n        All rights\n        |given\n", ("Copyright\nAll rights\ngiven",)),
        ("Classifier: License :: OSI Approved\n", ()),
        (
            "Classifier: License :: A\nClassifier: Topic :: B\nClassifier: License :: C\n",
            ("License :: A", "License :: C"),
        ),
    ],
)
def test_licences_as_declared(headers: str, declared: tuple[str, ...], tmp_path: Path) -> None:
    install(tmp_path, "kit", more=headers)
    assert read(tmp_path).components[0].declared == declared


def test_edges_are_what_is_needed_here(tmp_path: Path) -> None:
    install(
        tmp_path,
        "app",
        "Lib.One>=2,<3",
        "lib_two[fast]~=1.0; python_version >= '3.8'",
        "tomli; python_version < '3.11'",
        "colorama; sys_platform == 'win32'",
        "uvloop; sys_platform == 'darwin'",
        "speed; extra == 'fast'",
        "gone; extra == 'fast'",
        "old; extra == 'fast' and python_version < '3'",
        "missing",
        "other @ https://me:secret@files.example/other-1.tar.gz?sig=1",
    )
    for name in ("lib-one", "lib-two", "speed", "old", "other"):
        install(tmp_path, name)
    reading = read(tmp_path)

    assert edges(reading) == {
        ("app", "lib_one", False),
        ("app", "lib_two", False),
        ("app", None, False),
        ("app", "speed", True),
        ("app", "other", False),
    }
    requirements = {e.package: (e.requirement, e.pinned) for e in reading.edges if e.source}
    assert requirements == {
        "pkg:pypi/lib-one": (">=2,<3", True),
        "pkg:pypi/lib-two": ("[fast]~=1.0; python_version >= '3.8'", True),
        "pkg:pypi/uvloop": ("; sys_platform == 'darwin'", None),  # nothing tells Linux from macOS
        "pkg:pypi/speed": ("; extra == 'fast'", True),
        "pkg:pypi/missing": (None, None),
        "pkg:pypi/other": ("@ https://files.example/other-1.tar.gz", True),
    }
    assert codes(reading) == ["unresolved"]


@pytest.mark.parametrize(
    ("site", "tag", "needed"),
    [
        (LINUX, "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", {"linux", "new"}),
        ("lib/python3.8/site-packages", "cp38-cp38-macosx_11_0_arm64", {"darwin", "old"}),
        ("Lib/site-packages", "cp312-cp312-win_amd64", {"win32", "new"}),
        ("Lib/site-packages", "py3-none-any", {"win32", "new"}),
        (LINUX, "py3-none-any", {"linux", "darwin", "new"}),
        ("lib/python3/dist-packages", "py3-none-linux_x86_64", {"linux", "old", "new"}),
        ("packed/site-packages", "py3-none-any", {"linux", "darwin", "win32", "old", "new"}),
    ],
)
def test_the_folder_tells_the_platform(site: str, tag: str, needed: set[str], tmp_path: Path) -> None:
    systems = (f"{name}; sys_platform == '{name}'" for name in ("linux", "darwin", "win32"))
    install(
        tmp_path,
        "app",
        *systems,
        "old; python_version < '3.9'",
        "new; python_full_version >= '3.9.1'",
        tag=tag,
        site=site,
    )
    if site.startswith("Lib"):
        (tmp_path / "pyvenv.cfg").write_text("home = C:\\\\Python\nversion = 3.12.1\n")
    found = {str(edge.package).removeprefix("pkg:pypi/") for edge in read(tmp_path, site).edges}
    assert found == needed


def test_pip_tells_what_it_was_asked_for(tmp_path: Path) -> None:
    install(tmp_path, "app", "lib", requested=True)
    install(tmp_path, "lib")
    reading = read(tmp_path)
    assert edges(reading) == {("app", "lib", False), (None, "app", None)}


@pytest.mark.parametrize("installer", ["uv", "conda", None])
def test_other_installers_do_not_tell(installer: str | None, tmp_path: Path) -> None:
    install(tmp_path, "app", "lib", requested=True, installer=installer)
    install(tmp_path, "lib", requested=True, installer=installer)
    reading = read(tmp_path)
    assert edges(reading) == {("app", "lib", False)}
    assert {c.direct for c in reading.components} == {None}


def test_in_a_mixed_environment_only_some_are_known(tmp_path: Path) -> None:
    install(tmp_path, "app", "lib", requested=True)
    install(tmp_path, "lib")
    install(tmp_path, "numpy", installer="conda")
    reading = read(tmp_path)
    assert {name: c.direct for name, c in by_name(reading).items()} == {
        "app": True,
        "lib": False,
        "numpy": None,
    }
    assert edges(reading) == {("app", "lib", False)}


def test_a_whole_list_given_to_pip_tells_nothing(tmp_path: Path) -> None:
    install(tmp_path, "app", "lib", requested=True)
    install(tmp_path, "lib", requested=True)
    assert edges(read(tmp_path)) == {("app", "lib", False)}


def test_the_projects_own_packages_fold_into_it(tmp_path: Path) -> None:
    own = {"url": "file:///src/shop", "dir_info": {"editable": True}}
    install(tmp_path, "shop", "app>=1", "tools", installer="uv", source=own)
    install(tmp_path, "tools", "lib", installer="uv", source={"url": "file:///src/tools", "dir_info": {}})
    install(tmp_path, "app", "lib", installer="uv")
    install(tmp_path, "lib", installer="uv")
    reading = read(tmp_path)

    assert edges(reading) == {(None, "app", False), (None, "lib", False), ("app", "lib", False)}
    assert sorted(by_name(reading), key=str) == ["app", "lib"]
    assert codes(reading) == ["modules"]


def test_what_conda_built_from_a_folder_is_not_the_projects_own(tmp_path: Path) -> None:
    install(tmp_path, "numpy", installer="conda", source={"url": "file:///croot/work", "dir_info": {}})
    assert list(by_name(read(tmp_path))) == ["numpy"]


def test_addresses_lose_their_credentials(tmp_path: Path) -> None:
    address = "https://me:secret@git.example/kit.git"
    vcs = {"vcs": "git", "commit_id": "0a1b", "requested_revision": "main"}
    install(tmp_path, "a", source={"url": address, "vcs_info": vcs, "subdirectory": "lib"})
    archive = {"hash": "sha256=" + "cd" * 32, "hashes": {"sha256": "ab" * 32}}
    install(
        tmp_path, "b", source={"url": "https://me:secret@x.example/b.whl?t=secret", "archive_info": archive}
    )
    install(
        tmp_path, "c", source={"url": "file:///home/me/c.whl", "archive_info": {"hash": "md5=" + "0" * 32}}
    )
    install(tmp_path, "d", source={"url": 5, "vcs_info": {}})
    found = by_name(reading := read(tmp_path))

    assert found["a"].purl == "pkg:pypi/a@1.0?vcs_url=git%2Bhttps:%2F%2Fgit.example%2Fkit.git%400a1b%23lib"
    assert found["b"].purl == "pkg:pypi/b@1.0?download_url=https:%2F%2Fx.example%2Fb.whl"
    assert found["b"].hashes == (("sha256", "ab" * 32),)
    assert (found["c"].purl, found["c"].hashes) == ("pkg:pypi/c@1.0", (("md5", "0" * 32),))
    assert found["d"].purl == "pkg:pypi/d@1.0"
    assert "secret" not in repr(reading)


def test_old_descriptions(tmp_path: Path) -> None:
    site = tmp_path / LINUX
    for folder in ("lib-2.0.egg-info", "packed-1.0-py3.11.egg/EGG-INFO"):
        (site / folder).mkdir(parents=True)
    (site / "lib-2.0.egg-info/PKG-INFO").write_text("Name: lib\nVersion: 2.0\n\n")
    (site / "lib-2.0.egg-info/requires.txt").write_text(
        "six>=1\n\n[:python_version < '3']\nenum34\n\n[docs]\nsphinx\n\n[docs:python_version>='3']\npacked\n"
    )
    (site / "packed-1.0-py3.11.egg/EGG-INFO/PKG-INFO").write_text("Name: packed\nVersion: 1.0\n")
    (site / "single-3.0.egg-info").write_text("Name: single\nVersion: 3.0\nLicense: MIT\n")
    (site / "zipped-1.0.egg").write_bytes(b"PK")
    install(tmp_path, "six")
    reading = read(tmp_path)

    assert {(c.name, c.version) for c in reading.components} == {
        ("lib", "2.0"),
        ("packed", "1.0"),
        ("single", "3.0"),
        ("six", "1.0"),
    }
    assert edges(reading) == {("lib", "six", False), ("lib", "packed", True)}
    assert codes(reading) == ["packed"]


def test_two_versions_and_two_descriptions_of_one_package(tmp_path: Path) -> None:
    install(tmp_path, "app", "lib")
    install(tmp_path, "lib", version="1.0")
    install(tmp_path, "lib", version="2.0")
    (tmp_path / LINUX / "lib.egg-info").write_text("Name: Lib\nVersion: 2.0\n")
    (tmp_path / LINUX / "~ib-0.9.dist-info").mkdir()
    reading = read(tmp_path)

    assert sorted(str(c.version) for c in reading.components if c.name == "lib") == ["1.0", "2.0"]
    assert {e.target for e in reading.edges} == {"lib-1.0.dist-info", "lib-2.0.dist-info"}
    assert sorted(codes(reading)) == ["duplicate", "duplicate", "leftover"]


def test_a_broken_description_leaves_the_name_of_its_folder(tmp_path: Path) -> None:
    (install(tmp_path, "some-kit", version="1.2") / "METADATA").unlink()
    broken = install(tmp_path, "other")
    (broken / "METADATA").write_bytes(b"Name: other\nVersion: 1.0\nSummary: caf\xe9\nRequires-Dist: ===\n")
    (broken / "direct_url.json").write_text("[")
    reading = read(tmp_path)

    assert {(c.name, c.version, c.description) for c in reading.components} == {
        ("some_kit", "1.2", None),
        ("other", "1.0", "caf\ufffd"),
    }
    assert sorted(codes(reading)) == ["direct-url", "encoding", "no-metadata", "requirement"]


def test_links_that_lead_out_are_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    hidden = install(tmp_path, "hidden")
    install(root, "kit")
    (root / LINUX / "hidden-1.0.dist-info").symlink_to(hidden, target_is_directory=True)
    for name, target in (("METADATA", hidden / "METADATA"), ("INSTALLER", hidden / "INSTALLER")):
        (root / LINUX / "kit-1.0.dist-info" / name).unlink()
        (root / LINUX / "kit-1.0.dist-info" / name).symlink_to(target)
    (root / LINUX / "again-1.0.dist-info").symlink_to(
        root / LINUX / "kit-1.0.dist-info", target_is_directory=True
    )
    (root / LINUX / "loop-1.0.dist-info").symlink_to(root / LINUX / "loop-1.0.dist-info")
    reading = read(root)

    assert sorted(by_name(reading), key=str) == ["again", "kit"]
    assert "hidden" not in {c.name for c in reading.components}
    assert {fault.code for fault in reading.faults} == {"link", "no-metadata", "unreadable"}


def test_pipes_are_not_opened(tmp_path: Path) -> None:
    folder = install(tmp_path, "kit")
    (folder / "METADATA").unlink()
    os.mkfifo(folder / "METADATA")
    reading = read(tmp_path)
    assert list(by_name(reading)) == ["kit"]
    assert codes(reading) == ["unreadable", "no-metadata"]


def test_the_hash_follows_what_is_installed_and_nothing_else(tmp_path: Path) -> None:
    folder = install(tmp_path, "kit")
    seen = {fingerprint(tmp_path)}
    (tmp_path / LINUX / "kit.py").write_text("raise SystemExit\n")
    (folder / "RECORD").write_text("")
    assert {fingerprint(tmp_path)} == seen
    for change in (
        (folder / "REQUESTED").touch,
        lambda: (folder / "INSTALLER").write_text("uv\n"),
        lambda: (folder / "direct_url.json").write_text("{}"),
        lambda: (folder / "METADATA").write_text("Name: kit\nVersion: 1.1\n"),
        lambda: install(tmp_path, "other"),
    ):
        change()
        seen.add(fingerprint(tmp_path))
    assert len(seen) == 6


def test_nothing_is_imported_or_run(tmp_path: Path) -> None:
    install(tmp_path, "kit")
    for name in ("kit.py", "sitecustomize.py"):
        (tmp_path / LINUX / name).write_text("raise SystemExit('ran')\n")
    (tmp_path / LINUX / "kit.pth").write_text("import kit\n")
    assert list(by_name(read(tmp_path))) == ["kit"]


def test_an_empty_folder_and_one_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / LINUX).mkdir(parents=True)
    assert read(tmp_path).components == []
    with pytest.raises(UnreadableError):
        read(tmp_path, "gone/site-packages")


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    install(tmp_path, "app", "lib", "===")
    document = Document(tmp_path / LINUX, root=tmp_path)
    collector = SitePackagesCollector()
    assert collector.read(document) == collector.read(document)
