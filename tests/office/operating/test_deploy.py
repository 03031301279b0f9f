# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What `deploy/` says is so: its commands and settings exist, it runs as nobody in particular, it holds no secret."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from umbel.office.operating.safety import KNOWN
from umbel.office.routes import table

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
GUIDE = ROOT / "docs/how-to/run-the-office.md"


@pytest.fixture
def compose() -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return said


@pytest.fixture
def container() -> list[tuple[str, str]]:
    """The lines of the Containerfile, by instruction."""
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in lines]


def commands() -> list[list[str]]:
    """Every command of ours that is started, by what is said in deploy/ and in the guide."""
    said = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    found = [service["command"] for service in said["services"].values() if "command" in service]
    image = (DEPLOY / "Containerfile").read_text().splitlines()
    unit = (DEPLOY / "umbel.service").read_text().splitlines()
    found += [yaml.safe_load(line.removeprefix("CMD ")) for line in image if line.startswith("CMD [")]
    begun = [line.partition("=")[2] for line in unit if line.startswith("ExecStart")]
    found += [["umbel", *shlex.split(line)[1:]] for line in begun]
    block = re.search(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert block
    found += [shlex.split(line, comments=True) for line in block[1].splitlines() if line.startswith("umbel")]
    return found


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_is_one_of_ours_with_options_that_it_has(command: list[str]) -> None:
    import typer.main

    from umbel.cli.commands import office, serve

    assert command[0] == "umbel"
    group: Any = typer.main.get_command(office.app if command[1] == "office" else serve.app)
    names = command[2:] if command[1] == "office" else command[1:]
    declared = group.commands[names[0]] if command[1] == "office" else group
    options = {each for parameter in declared.params for each in (*parameter.opts, *parameter.secondary_opts)}
    assert {word for word in names[1:] if word.startswith("-")} <= options


def test_every_setting_that_is_named_is_read(compose: dict[str, Any]) -> None:
    named = set(re.findall(r"UMBEL_[A-Z_]+", GUIDE.read_text() + (DEPLOY / "compose.yaml").read_text()))
    assert {name.removesuffix("_FILE") for name in named} <= KNOWN
    for service in ("answer", "work", "migrate"):
        environment = compose["services"][service]["environment"]
        assert not {"UMBEL_SECRET_KEY", "UMBEL_DATABASE_PASSWORD"} & set(environment), "secrets are files"
        assert {
            name.rpartition("/")[2] for name in environment.values() if name.startswith("/run/secrets/")
        } <= set(compose["services"][service]["secrets"])


def test_services_may_do_little_and_start_in_order(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name in ("answer", "work", "migrate"):
        one = services[name]
        assert (one["read_only"], one["cap_drop"], one["security_opt"]) == (
            True,
            ["ALL"],
            ["no-new-privileges:true"],
        )
        assert one["depends_on"]["database"] == {"condition": "service_healthy"}
    for name in ("answer", "work"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert int(services[name]["stop_grace_period"].removesuffix("s")) > 40, (
            "who answers has 20 s, the worker 20 more"
        )
    assert all(port.startswith("127.0.0.1:") for port in services["answer"]["ports"]), (
        "a proxy stands before it"
    )
    assert set(compose["volumes"]) == {"database", "workspace"}


def test_the_image_is_of_what_is_here_and_runs_as_nobody(container: list[tuple[str, str]]) -> None:
    for what, said in container:
        if what == "COPY" and not said.startswith("--from"):
            assert all((ROOT / name).exists() for name in said.split()[:-1]), said
    last = dict(container)
    assert last["USER"] == "umbel"
    probed = re.search(r"127\.0\.0\.1:8080/(\w+)", last["HEALTHCHECK"])
    assert probed
    assert probed[1] in {route.path for route in table().values()}
    assert all(
        "--require-hashes" in line for what, line in container if what == "RUN" and "-r requirements" in line
    )


def test_the_unit_lets_it_do_little() -> None:
    text = (DEPLOY / "umbel.service").read_text()
    stop = re.search(r"TimeoutStopSec=(\d+)", text)
    assert stop
    assert int(stop[1]) > 40
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("there is no systemd here")
    done = subprocess.run(
        [program, "security", "--offline=true", str(DEPLOY / "umbel.service")],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    found = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    if found is None:
        pytest.skip("this systemd looks at no files")
    assert float(found[1]) < 3.0, done.stdout
