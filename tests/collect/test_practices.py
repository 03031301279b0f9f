# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Practices: each rule finds what it should, where forges look, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import acme
from umbel.collect import _tree, practices
from umbel.collect._tree import Entry, Tree
from umbel.collect.practices import _license

if TYPE_CHECKING:
    from umbel.collect.interface import Practice

MIT = """MIT License

Copyright (c) 2026 Acme

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""
HASH = "1234567890abcdef1234567890abcdef12345678"


class Memory(Tree):
    """A tree that only exists in a test."""

    def __init__(self, files: dict[str, str | bytes | None], *, executable: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.root = Path("/nowhere")
        self.contents = {
            path: text.encode() if isinstance(text, str) else text for path, text in files.items()
        }
        self.executable = executable

    def read(self, path: str, limit: int) -> bytes | None:
        content = self.contents.get(path)
        return None if content is None else content[:limit]

    def fingerprint(self) -> str:
        return ""

    def _list(self) -> tuple[list[Entry], list[Entry]]:
        found = [
            Entry(path, None if text is None else len(text), path in self.executable)
            for path, text in self.contents.items()
        ]
        return found, []


def shown(files: dict[str, str | bytes | None], **more: tuple[str, ...]) -> dict[str, Practice]:
    return {one.practice: one for one in practices.examine(Memory(files, **more))}


def one(practice: str, path: str, text: str | bytes | None = "text\n") -> tuple[str, str | None, str | None]:
    found = shown({path: text})[practice]
    return found.outcome, found.path, found.detail


def test_an_empty_project_shows_nothing_and_breaks_nothing() -> None:
    found = shown({})
    assert [one.id for one in practices.rules()] == list(found)
    assert {
        outcome: [p for p, seen in found.items() if seen.outcome == outcome] for outcome in ("met", "error")
    } == {
        "met": ["no-binaries"],
        "error": [],
    }
    assert found["signed-releases"].outcome == "unknown"
    assert {p for p, seen in found.items() if seen.outcome == "not-applicable"} == {
        "tests",
        "pinned-actions",
        "token-permissions",
        "safe-workflows",
        "dependency-gate",
        "sbom-in-ci",
    }


@pytest.mark.parametrize(
    ("practice", "path", "detail"),
    [
        ("readme", "README", None),
        ("readme", "Readme.zh-CN.md", None),
        ("readme", "docs/readme.rst", None),
        ("security-policy", ".github/SECURITY.md", None),
        ("security-policy", "docs/security.adoc", None),
        ("security-policy", ".well-known/security.txt", "security.txt"),
        ("security-policy", "SECURITY-INSIGHTS.yml", "OpenSSF Security Insights"),
        ("contributing", "CONTRIBUTING.rst", None),
        ("code-of-conduct", ".github/CODE_OF_CONDUCT.md", None),
        ("governance", "GOVERNANCE.md", None),
        ("maintainers", "OWNERS", None),
        ("maintainers", ".gitlab/CODEOWNERS", "CODEOWNERS"),
        ("maintainers", "docs/CODEOWNERS", "CODEOWNERS"),
        ("funding", ".github/FUNDING.yml", "FUNDING.yml"),
        ("changelog", "CHANGES.txt", None),
        ("changelog", "newsfragments/12.bugfix", "towncrier"),
        ("ci", ".github/workflows/x.yaml", "GitHub Actions"),
        ("ci", ".gitlab-ci.yml", "GitLab"),
        ("ci", "Jenkinsfile", "Jenkins"),
        ("ci", ".woodpecker/test.yaml", "Woodpecker"),
        ("ci", "zuul.d/jobs.yaml", "Zuul"),
        ("ci", ".cirrus.yml", "Cirrus CI"),
        ("ci", ".buildkite/pipeline.yml", "Buildkite"),
        ("ci", "azure-pipelines.yml", "Azure Pipelines"),
        ("dependency-updates", ".github/dependabot.yml", "Dependabot"),
        ("dependency-updates", ".github/renovate.json5", "Renovate"),
        ("dependency-updates", ".pyup.yml", "pyup"),
        ("citation", "CITATION.cff", "Citation File Format"),
        ("publiccode", "publiccode.yml", None),
        ("catalog", "catalog-info.yaml", "Backstage"),
        ("reuse", ".reuse/dep5", "dep5"),
        ("reuse", "LICENSES/MIT.txt", "licence texts"),
        ("sbom", "shop.cdx.json", None),
        ("dco", ".github/dco.yml", "the forge checks it"),
        ("cla", ".clabot", "CLA bot"),
        ("issue-template", ".github/ISSUE_TEMPLATE/bug.yml", None),
        ("change-template", ".github/PULL_REQUEST_TEMPLATE.md", None),
        ("change-template", ".gitlab/merge_request_templates/a.md", None),
        ("support", "SUPPORT.md", None),
        ("roadmap", "docs/ROADMAP.md", None),
        ("adopters", "ADOPTERS.md", None),
        ("documentation", "docs/conf.py", "Sphinx"),
        ("editorconfig", ".editorconfig", None),
        ("pre-commit", ".pre-commit-config.yaml", "pre-commit"),
        ("fuzzing", ".clusterfuzzlite/Dockerfile", "ClusterFuzzLite"),
        ("fuzzing", "fuzz/Cargo.toml", "cargo-fuzz"),
        ("fuzzing", "tests/fuzz_reader.py", "named so"),
        ("sast", "sonar-project.properties", "Sonar"),
    ],
)
def test_a_file_shows_a_practice_and_an_empty_one_does_not(
    practice: str, path: str, detail: str | None
) -> None:
    assert one(practice, path) == ("met", path, detail)
    assert one(practice, path.upper().replace(".CFF", ".cff"))[0] == "met" or practice == "fuzzing"
    assert one(practice, path, " \n\t\n")[0] != "met" or practice == "fuzzing"
    assert one(practice, path, "")[0] == "unmet"
    assert one(practice, f"examples/{path}")[0] == "unmet" or practice == "fuzzing"
    assert one(practice, path, None)[0] == "met"  # a clone without contents


@pytest.mark.parametrize(
    ("practice", "path", "text", "detail"),
    [
        ("funding", "package.json", '{"funding": "https://acme.example"}', "in package.json"),
        (
            "funding",
            "pyproject.toml",
            '[project.urls]\nFunding = "https://acme.example"\n',
            "in pyproject.toml",
        ),
        ("dependency-updates", "package.json", '{"renovate": {"extends": []}}', "Renovate"),
        (
            "dco",
            "CONTRIBUTING.md",
            "Please sign off: `git commit -s`.",
            "asked for in the contributing guide",
        ),
        ("cla", "CONTRIBUTING.md", "Sign our CLA first.", "named in the contributing guide"),
        (
            "best-practices-badge",
            "README.md",
            "[b](https://www.bestpractices.dev/projects/1)",
            "in the read me",
        ),
        (
            "sast",
            ".github/workflows/a.yml",
            "jobs: {a: {steps: [uses: github/codeql-action/analyze@v3]}}",
            "CodeQL",
        ),
        ("fuzzing", "x_test.go", "package x\n\nfunc FuzzX(f *testing.F) {\n", "Go's own"),
    ],
)
def test_some_practices_are_said_within_files(practice: str, path: str, text: str, detail: str) -> None:
    assert one(practice, path, text) == ("met", path, detail)
    assert one(practice, path, '{"name": "x"}')[0] == "unmet"
    assert one(practice, path, '{"a":' * 5000)[0] == "unmet"


@pytest.mark.parametrize(
    ("practice", "path", "text", "detail"),
    [
        ("dependency-gate", ".github/workflows/a.yml", "run: uv run umbel check .", "umbel check"),
        ("dependency-gate", ".github/workflows/a.yml", "uses: google/osv-scanner-action@v2", "OSV-Scanner"),
        (
            "dependency-gate",
            ".github/workflows/a.yml",
            "uses: actions/dependency-review-action@v4",
            "dependency review",
        ),
        ("dependency-gate", "Jenkinsfile", "sh 'trivy fs --exit-code 1 .'", "Trivy"),
        ("dependency-gate", ".gitlab-ci.yml", "script: [snyk test --all-projects]", "Snyk"),
        ("dependency-gate", ".gitlab-ci.yml", "- template: Jobs/Dependency-Scanning.gitlab-ci.yml", "GitLab"),
        ("dependency-gate", ".circleci/config.yml", "- run: grype dir:. --fail-on high", "Grype"),
        ("dependency-gate", ".woodpecker/a.yml", "- ort --info evaluate -i r.json", "ORT"),
        ("dependency-gate", ".travis.yml", "- fossa test", "FOSSA"),
        (
            "dependency-gate",
            ".github/workflows/a.yml",
            "uses: DependencyTrack/gh-upload-sbom@v3",
            "Dependency-Track",
        ),
        (
            "dependency-gate",
            "azure-pipelines.yml",
            "- script: npm audit --omit=dev",
            "an audit of npm packages",
        ),
        (
            "dependency-gate",
            ".forgejo/workflows/a.yml",
            "run: go-licenses check ./...",
            "a check of licences",
        ),
        ("dependency-gate", ".gitlab-ci.yml", "- pip-licenses --fail-on GPL", "a check of licences"),
        ("sbom-in-ci", ".github/workflows/a.yml", "uses: anchore/sbom-action@v0", "Syft"),
        ("sbom-in-ci", "Jenkinsfile", "sh 'cdxgen -o bom.json'", "cdxgen"),
        ("sbom-in-ci", ".gitlab-ci.yml", "- trivy fs --format cyclonedx -o b.json .", "Trivy"),
        ("sbom-in-ci", ".gitlab-ci.yml", "- cyclonedx-py environment", "CycloneDX"),
        ("sbom-in-ci", ".github/workflows/a.yml", "with: {push: true, sbom: true}", "the image's build"),
        ("sbom-in-ci", "pom.xml", "<artifactId>cyclonedx-maven-plugin</artifactId>", "the build"),
        ("sbom-in-ci", ".goreleaser.yaml", "sboms:\n  - artifacts: archive\n", "GoReleaser"),
    ],
)
def test_pipelines_show_what_is_done_with_dependencies(
    practice: str, path: str, text: str, detail: str
) -> None:
    assert one(practice, path, text) == ("met", path, detail)


@pytest.mark.parametrize(
    "text",
    [
        "run: make test",
        "# run: umbel check .\nrun: pytest",
        "run: npm audit signatures",
        "run: echo umbel checks nothing",
        "run: pip-licenses --format csv",
        "run: sort evaluate.txt",
        "run: trivy config .",
    ],
)
def test_a_pipeline_without_a_gate_shows_none(text: str) -> None:
    found = shown({".github/workflows/a.yml": text})
    assert found["dependency-gate"].outcome == "unmet"
    assert found["sbom-in-ci"].outcome == "unmet"


def test_without_a_pipeline_nobody_asks_for_a_gate_in_it() -> None:
    found = shown({"a.py": "import b\n", ".gitlab-ci.yml": ""})
    assert {found[name].outcome for name in ("dependency-gate", "sbom-in-ci")} == {"not-applicable"}


def test_a_licence_is_found_and_named_only_if_it_is_known() -> None:
    assert one("license", "LICENSE", MIT) == ("met", "LICENSE", "MIT")
    assert one("license-known", "LICENSE", MIT)[:2] == ("met", "LICENSE")
    own = shown({"COPYING": "You may use this on Sundays.\n"})
    assert (own["license"].outcome, own["license-known"].outcome) == ("met", "unknown")
    none = shown({"package.json": '{"license": "MIT"}'})
    assert (none["license"].outcome, none["license-known"].outcome) == ("unmet", "unmet")
    assert none["license"].detail == "names MIT, but no text of a licence lies beside the code"
    empty = shown({"LICENSE": "\n"})["license"]
    assert (empty.outcome, empty.path, empty.detail) == ("unmet", "LICENSE", "empty")
    # REUSE-IgnoreStart
    says = shown({"LICENSE.md": "SPDX-License-Identifier: MIT OR Apache-2.0\n"})["license-known"]
    # REUSE-IgnoreEnd
    assert (says.outcome, says.detail) == ("met", "MIT OR Apache-2.0")
    both = shown({"LICENSES/MIT.txt": MIT, "LICENSES/CC-BY-4.0.txt": "…"})["license-known"]
    assert both.detail == "CC-BY-4.0, MIT"


@pytest.mark.parametrize("name", ["license.py", "license_check.go", "licensing.csv", "licenseCheck.sh"])
def test_code_about_licences_is_no_licence(name: str) -> None:
    assert one("license", name)[0] == "unmet"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("MIT License", "MIT"),
        ("# The MIT License (MIT)", "MIT"),
        ("Apache License\nVersion 2.0, January 2004", "Apache-2.0"),
        ("GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007", "GPL-3.0"),
        ("Mozilla Public License Version 2.0", "MPL-2.0"),
        ("License", None),
        ("Our terms of use", None),
        ("", None),
    ],
)
def test_without_the_library_only_a_plain_title_counts(lines: str, expected: str | None) -> None:
    assert _license.by_title(lines) == expected


def workflow(*steps: str, on: str = "push", more: str = "") -> str:
    listed = "".join(f"      - {step}\n" for step in steps)
    return f"on: {on}\n{more}jobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n{listed}"


def test_actions_are_pinned_by_a_full_hash_only() -> None:
    pinned = workflow(
        f"uses: a/b@{HASH} # v1", "uses: ./.github/own", f"uses: docker://x/y@sha256:{HASH}{HASH[:24]}"
    )
    assert one("pinned-actions", ".github/workflows/a.yml", pinned)[::2] == ("met", "all 2 are pinned")
    loose = workflow(f"uses: a/b@{HASH}", "uses: a/c@v4", "uses: a/d@1234567")
    assert one("pinned-actions", ".github/workflows/b.yml", loose)[::2] == ("unmet", "1 of 3 are pinned")
    assert one("pinned-actions", ".github/workflows/c.yml", workflow("run: make"))[0] == "not-applicable"
    broken = shown({".github/workflows/a.yml": pinned, ".github/workflows/z.yml": "jobs: [\n"})
    assert broken["pinned-actions"].outcome == "unknown"
    assert broken["pinned-actions"].path == ".github/workflows/z.yml"


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ("permissions: {}\n", "met"),
        ("permissions: read-all\n", "met"),
        ("permissions:\n  contents: read\n", "met"),
        ("", "unmet"),
        ("permissions: write-all\n", "unmet"),
        ("permissions:\n  contents: write\n", "unmet"),
    ],
)
def test_a_token_is_narrow_if_it_is_said_to_be(more: str, outcome: str) -> None:
    text = workflow("run: make", more=more)
    assert one("token-permissions", ".github/workflows/a.yml", text)[0] == outcome


def test_a_job_may_write_what_it_says_if_all_jobs_say() -> None:
    text = "on: push\njobs:\n  a:\n    permissions: {contents: write}\n    steps: []\n"
    assert one("token-permissions", ".github/workflows/a.yml", text)[0] == "met"
    assert one("token-permissions", ".github/workflows/a.yml", text + "  b: {steps: []}\n")[0] == "unmet"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            workflow(
                "uses: actions/checkout@v4\n        with: {ref: '${{ github.event.pull_request.head.sha }}'}",
                on="[pull_request_target]",
            ),
            "line 6: on pull_request_target it checks out a stranger's code",
        ),
        (
            workflow('run: echo "${{ github.event.issue.title }}"'),
            "line 6: pastes a stranger's text into a script",
        ),
        (workflow("run: |\n          x\n          git log ${{ github.head_ref }}"), "pastes"),
        (
            workflow(
                "uses: actions/github-script@v7\n        with: {script: 'x(`${{ github.event.comment.body }}`)'}"
            ),
            "pastes",
        ),
        (workflow("uses: actions/checkout@v4", on="{pull_request_target: {}}"), None),
        (workflow("run: echo ${{ github.sha }} ${{ github.event.issue.number }}"), None),
        (workflow("env: {T: '${{ github.event.issue.title }}'}\n        run: echo $T"), None),
        (
            workflow(
                "uses: actions/checkout@v4\n        with: {ref: '${{ github.head_ref }}'}", on="pull_request"
            ),
            None,
        ),
    ],
)
def test_known_holes_of_workflows_are_seen(text: str, said: str | None) -> None:
    outcome, _, detail = one("safe-workflows", ".github/workflows/a.yml", text)
    assert outcome == ("met" if said is None else "unmet")
    assert said is None or re.search(re.escape(said), detail or "")


def test_a_binary_is_known_by_its_bytes_not_by_its_name() -> None:
    assert one("no-binaries", "bin/tool.exe", b"MZ\x90\0")[::2] == ("unmet", "Windows")
    assert one("no-binaries", "lib/a.so", b"\x7fELF\x02")[::2] == ("unmet", "ELF")
    assert one("no-binaries", "lib/notes.so", "text")[0] == "met"
    assert one("no-binaries", "gradle/wrapper/gradle-wrapper.jar", b"PK\x03\x04")[0] == "met"
    assert one("no-binaries", "lib/a.so", None)[0] == "unknown"
    assert shown({"bin/tool": b"\x7fELF"}, executable=("bin/tool",))["no-binaries"].outcome == "unmet"
    two = shown({"a.jar": b"PK\x03\x04", "b.dll": b"MZ"})["no-binaries"]
    assert (two.path, two.detail) == ("a.jar", "archive of code and 1 more")


def test_tests_are_counted_among_the_code() -> None:
    found = shown(
        {"a.py": "x", "b.md": "x", "tests/test_a.py": "x", "tests/data.json": "{}", "tests/__init__.py": ""}
    )
    assert (found["tests"].path, found["tests"].detail) == ("tests/test_a.py", "1 of 3 files of code")
    assert shown({"a.py": "x"})["tests"].outcome == "unmet"


def test_what_was_not_looked_at_is_unknown_rather_than_unmet() -> None:
    tree = Memory({"README.md": "x"})
    tree.truncated = True
    found = {one.practice: one.outcome for one in practices.examine(tree)}
    assert found["readme"] == "met"
    assert {outcome for practice, outcome in found.items() if practice != "readme"} == {"unknown"}


def test_a_rule_that_breaks_loses_only_itself() -> None:
    class Broken(Memory):
        def read(self, path: str, limit: int) -> bytes | None:
            if path == "package.json":
                raise OSError("\udcff broken")
            return super().read(path, limit)

    found = {one.practice: one for one in practices.examine(Broken({"package.json": "{}", "README.md": "x"}))}
    assert found["readme"].outcome == "met"
    assert found["funding"].outcome == "error"
    assert found["funding"].detail == "OSError: ? broken"


def test_halves_of_characters_can_be_stored() -> None:
    detail = shown({"package.json": '{"license": "\\ud800"}'})["license"].detail
    assert detail == "names ?, but no text of a licence lies beside the code"


def test_every_rule_says_what_it_asks_and_is_seen_somehow() -> None:
    for rule in practices.rules():
        assert re.fullmatch("[a-z]+(-[a-z]+)*", rule.id)
        assert rule.question.endswith("?")
        assert (
            rule.stems or rule.names or rule.paths or rule.keys or rule.texts or rule.check or rule.pipelines
        )
        written = [*rule.stems, *rule.names, *rule.places, *rule.paths, *rule.texts]
        assert [text for text in written if text != text.lower()] == []
        assert all("*" not in path.rpartition("/")[0] for path in (*rule.paths, *rule.texts))
        for texts in rule.texts.values():
            assert all(re.compile(text.holds) for text in texts)
        assert all(re.compile(text.holds) for text in rule.pipelines)


def test_umbel_itself_shows_the_practices_that_it_claims() -> None:
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        pytest.skip("this is no git checkout")
    with _tree.folder_tree(root) as tree:
        found = {one.practice: one.outcome for one in practices.examine(tree)}
    assert "error" not in found.values()
    for practice in (
        "readme",
        "license",
        "security-policy",
        "contributing",
        "ci",
        "tests",
        "reuse",
        "pinned-actions",
    ):
        assert found[practice] == "met"


def test_unknown_gives_every_practice_with_the_reason() -> None:
    found = practices.unknown("a treeless clone")
    assert {(one.outcome, one.detail) for one in found} == {("unknown", "a treeless clone")}
    assert len(found) == len(practices.rules())


def test_the_acme_checkout_shows_its_link(tmp_path: Path) -> None:
    shop = acme.checkout(tmp_path / "shop", {"docs/policy.md": "Write to security@acme.example."})
    (shop / "SECURITY.md").symlink_to("docs/policy.md")
    (shop / "README.md").symlink_to("/etc/hostname")
    with _tree.folder_tree(shop) as tree:
        found = {one.practice: one for one in practices.examine(tree)}
    assert (found["security-policy"].outcome, found["security-policy"].path) == ("met", "SECURITY.md")
    assert found["readme"].outcome == "unmet"
