# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Gemfile.lock: sources, platforms, checksums, and the groups of the Gemfile beside it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packageurl import PackageURL

from umbel.collect.interface import Document, UnreadableError
from umbel.collect.lockfiles._gemfile import read_gemfile
from umbel.collect.lockfiles.gemfile_lock import GemfileLockCollector, _gems_host

if TYPE_CHECKING:
    from umbel.collect.interface import Component, Edge, Reading

SUM = "0123456789abcdef" * 4
LOCK = f"""GIT
  remote: https://me:pw@git.example/acme/claide.git
  revision: 97b765ec88aa4f347d19d416afc732a880e67826
  branch: main
  specs:
    claide (1.1.0)

PATH
  remote: .
  specs:
    shop (0.3.0)
      rack (>= 2, < 4)

GEM
  remote: https://{_gems_host()}/
  specs:
    diff-lcs (1.5.0)
    nokogiri (1.16.0-java)
    nokogiri (1.16.0-x86_64-linux)
      racc (~> 1.4)
    racc (1.7.3)
    rack (3.1.0)
    rspec (3.13.0)
      diff-lcs (>= 1.2.0, < 2.0)
      rspec-support
    rspec-support (3.13.0.pre1)
    rubocop (1.60.0)

PLATFORMS
  java
  x86_64-linux

DEPENDENCIES
  bundler (~> 2.0)
  claide!
  nokogiri (~> 1.16)
  rspec
  rubocop
  shop!

CHECKSUMS
  claide (1.1.0)
  diff-lcs (1.5.0) sha256={SUM}
  nokogiri (1.16.0-java) sha256={SUM[::-1]}

RUBY VERSION
   ruby 3.3.0p0

BUNDLED WITH
   2.5.4
"""
GEMFILE = """# frozen_string_literal: true
source "https://gems.example"
ruby "3.3.0"
gemspec

gem "nokogiri", "~> 1.16" # a comment with 'quotes'
if ENV["NEXT"]
  gem 'claide', git: "https://git.example/acme/claide.git"
end

group :development, :test do
  platforms :ruby do
    gem "rspec", require: false
  end
end

gem "rubocop",
    require: false,
    group: :development
"""


def read(
    text: str, gemfile: str | None = None, folder: Path | None = None, name: str = "Gemfile.lock"
) -> Reading:
    if folder is not None and gemfile is not None:
        (folder / name.removesuffix(".lock")).write_text(gemfile)
    return GemfileLockCollector().read(Document((folder or Path("gone")) / name, data=text.encode()))


def by_ref(reading: Reading) -> dict[str, Component]:
    return {component.ref: component for component in reading.components}


def edges(reading: Reading) -> dict[tuple[str | None, str | None], Edge]:
    return {(edge.source, edge.target): edge for edge in reading.edges}


def codes(reading: Reading) -> list[str]:
    return [fault.code for fault in reading.faults]


def test_gems_are_components_and_the_gem_beside_the_lock_is_the_subject() -> None:
    reading = read(LOCK)

    assert (reading.format, reading.producer) == ("Gemfile.lock", "Bundler 2.5.4")
    assert (reading.subject, reading.subject_version, reading.subject_purl) == (
        "shop",
        "0.3.0",
        "pkg:gem/shop@0.3.0",
    )
    assert len(reading.components) == 9
    assert by_ref(reading)["rspec-support (3.13.0.pre1)"].version == "3.13.0.pre1"
    assert by_ref(reading)["diff-lcs (1.5.0)"].hashes == (("sha256", SUM),)
    assert reading.faults == []


def test_a_gem_of_several_platforms_is_several_components() -> None:
    reading = read(LOCK)
    java, linux = (by_ref(reading)[f"nokogiri (1.16.0-{name})"] for name in ("java", "x86_64-linux"))

    assert (java.version, java.purl) == ("1.16.0", "pkg:gem/nokogiri@1.16.0?platform=java")
    assert linux.purl == "pkg:gem/nokogiri@1.16.0?platform=x86_64-linux"
    assert java.package == linux.package == "pkg:gem/nokogiri"
    assert java.hashes == (("sha256", SUM[::-1]),)
    assert {(None, java.ref), (None, linux.ref)} <= set(edges(reading))


def test_edges_are_what_gems_and_the_project_ask_for() -> None:
    found = edges(read(LOCK))

    assert found["rspec (3.13.0)", "diff-lcs (1.5.0)"].requirement == ">= 1.2.0, < 2.0"
    assert found["rspec (3.13.0)", "rspec-support (3.13.0.pre1)"].requirement is None
    assert found["nokogiri (1.16.0-x86_64-linux)", "racc (1.7.3)"].pinned is True
    assert {target for source, target in found if source is None} == {
        "claide (1.1.0)",
        "nokogiri (1.16.0-java)",
        "nokogiri (1.16.0-x86_64-linux)",
        "rack (3.1.0)",  # by the project's own gem
        "rspec (3.13.0)",
        "rubocop (1.60.0)",
    }


def test_sources_become_qualifiers_without_credentials() -> None:
    text = LOCK.replace(f"https://{_gems_host()}/", "https://me:pw@gems.example/")
    reading = read(text)
    git = by_ref(reading)["claide (1.1.0)"]

    place = "git+https://git.example/acme/claide.git@97b765ec88aa4f347d19d416afc732a880e67826"
    assert git.urls == (("vcs", place),)
    assert PackageURL.from_string(git.purl or "").qualifiers == {"vcs_url": place}
    rack = PackageURL.from_string(by_ref(reading)["rack (3.1.0)"].purl or "")
    assert rack.qualifiers == {"repository_url": "https://gems.example"}


def test_the_gemfile_gives_the_scopes(tmp_path: Path) -> None:
    reading = read(LOCK, GEMFILE, tmp_path)

    assert {component.name: component.scope for component in reading.components} == {
        "claide": "runtime",
        "nokogiri": "runtime",
        "racc": "runtime",
        "rack": "runtime",
        "rspec": "test",
        "diff-lcs": "test",
        "rspec-support": "test",
        "rubocop": "development",
    }
    assert {component.scope for component in read(LOCK).components} == {None}


def test_a_gemspec_s_own_needs_are_for_development(tmp_path: Path) -> None:
    scopes = {c.name: c.scope for c in read(LOCK, "source 'x'\ngemspec\n", tmp_path).components}

    assert (scopes["rack"], scopes["rspec"], scopes["racc"]) == ("runtime", "development", "development")


def test_what_a_gemfile_works_out_is_unknown(tmp_path: Path) -> None:
    gemfile = 'gem "rubocop", group: :test\neval_gemfile "other"\ngem "claide", group: :extra\n'
    scopes = {c.name: c.scope for c in read(LOCK, gemfile, tmp_path).components}

    assert (scopes["rubocop"], scopes["claide"], scopes["rspec"]) == ("test", None, None)


def test_other_locks_have_other_gemfiles(tmp_path: Path) -> None:
    gemfile = 'gem "rubocop"\n'
    (tmp_path / "gems.rb").write_text(gemfile)
    appraisal = read(LOCK, gemfile, tmp_path, "rails_7.gemfile.lock")
    gems = read(LOCK, None, tmp_path, "gems.locked")

    assert by_ref(appraisal)["rubocop (1.60.0)"].scope == "runtime"
    assert by_ref(gems)["rubocop (1.60.0)"].scope == "runtime"
    assert by_ref(gems)["racc (1.7.3)"].scope is None


def test_the_gemfile_is_part_of_the_hash(tmp_path: Path) -> None:
    collector = GemfileLockCollector()
    document = Document(tmp_path / "Gemfile.lock", data=LOCK.encode())
    before = collector.fingerprint(document)
    (tmp_path / "Gemfile").write_text(GEMFILE)

    assert collector.fingerprint(document) != before
    assert all(collector.claims(f"a/{name}") for name in ("Gemfile.lock", "gems.locked", "x.gemfile.lock"))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("    rack (3.1.0)", "   rack (3.1.0)", "malformed-line"),
        ("    rack (3.1.0)", "    rack (3.1.0", "malformed-line"),
        ("    rack (3.1.0)", "    rack (3.1.0)\n    rack (3.1.0)", "duplicate"),
        ("    rack (3.1.0)", "    rack", "no-version"),
        ("      rspec-support\n", "      gone\n", "unresolved"),
        (f"sha256={SUM}", "sha256=zz", "hash"),
        ("RUBY VERSION", "RUBY WISHES", "section"),
    ],
)
def test_what_is_unsound_is_named_and_loses_only_itself(old: str, new: str, code: str) -> None:
    reading = read(LOCK.replace(old, new))

    assert code in codes(reading)
    assert len(reading.components) >= 8
    assert reading.faults[0].place.startswith("line ")


def test_windows_line_ends_and_plugin_sources_mean_the_same() -> None:
    assert read(LOCK.replace("\n", "\r\n")) == read(LOCK)
    assert by_ref(read(LOCK.replace("GIT\n", "PLUGIN SOURCE\n")))["claide (1.1.0)"].urls == ()


@pytest.mark.parametrize("text", ["", "gem 'x'", "{}", "<<<<<<< HEAD\nGEM\n", "\0\n\0"])
def test_what_is_no_lockfile_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read(text)


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ('gem "a", group: :test', {"test"}),
        ('gem "a", :group => [:test, "ci"]', {"test", "ci"}),
        ('gem("a", groups: %i[x], group: :y)', {"y"}),
        ("group(:x) do\n gem 'a' if true\nend", {"x"}),
        ("group 'x', optional: true do |it|\n gem 'a'\nend", {"x"}),
        ("group :x do\nend\ngem 'a'", {"default"}),
        ("group :x do\n unless y then z end\n gem 'a'\nend", {"x"}),
        ("group :x do\n v = if y\n 1\n end\n gem 'a'\nend", {"x"}),
        ("gem 'a', '#{v} # no comment', group: :x", {"x"}),
        ("gem 'a' # group: :x", {"default"}),
        ("=begin\ngroup :x do\n=end\ngem 'a'", {"default"}),
        ("gem 'a', group: :x\ngem 'a', group: :y", {"x", "y"}),
        ("gem 'a', [\n '1', '2' ],\n group: :x", {"x"}),
        ("gem 'a'\n__END__\ngem 'a', group: :x", {"default"}),
    ],
)
def test_lines_of_a_gemfile(text: str, groups: set[str]) -> None:
    found = read_gemfile(text)

    assert found.groups == {"a": frozenset(groups)}
    assert found.whole


@pytest.mark.parametrize(
    "text", ["end", "group :x do", "eval_gemfile 'y'", "group(:x) { gem 'a' }", "gem 'a',"]
)
def test_gemfiles_that_may_list_more_than_was_seen(text: str) -> None:
    assert not read_gemfile(text).whole


def test_optional_groups_are_known() -> None:
    assert read_gemfile("group :x, optional: true do\nend\ngroup :y do\nend").optional == {"x"}


def test_what_is_huge_is_read_in_time() -> None:
    start = time.perf_counter()
    for text in (
        "'#" * 500_000,
        ("group " + " " * 900 + "do\n") * 500,
        "gem 'a', group: [" * 50_000,
        '"' * 900_000,
    ):
        read_gemfile(text)
    nested = "GEM\n  specs:\n" + "    a (1)\n" + "      a\n" * 100_000
    forks = "GEM\n  specs:\n" + "".join(f"    a ({n})\n      a\n" for n in range(3000))
    for text in (nested, forks, "GEM\n" + " " * 1_000_000, "GEM\n    " + "(" * 1_000_000):
        read(text)
    assert time.perf_counter() - start < 20
