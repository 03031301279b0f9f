# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Clients of Dependency-Track as their registries give them, against the office behind a real server."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.office.api.documents import FINE, INNER, bill
from umbel.office.uploads.models import Project, Receipt
from umbel.policy import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django.live_server_helper import LiveServer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # some of them leave their sockets to the garbage collector
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

NODE_CLIENT = "@dependency-track/bom@1.0.2"
SCANNER = "dt-sbom-scanner==2.0.1"


class Served:
    """The office at an address, with a key of it and a document."""

    def __init__(self, url: str, key: str, folder: Path) -> None:
        """Write the document."""
        self.url, self.key = url, key
        self.bom = folder / "bom.json"
        self.bom.write_bytes(bill(INNER, FINE))


@pytest.fixture
def served(
    own_office: Path,  # noqa: ARG001 - served
    live_server: LiveServer,
    key_of: Callable[..., str],
    tmp_path: Path,
) -> Iterator[Served]:
    """The office, served by a WSGI server with threads; when a test ends, so have its connections."""
    yield Served(live_server.url, key_of("owner"), tmp_path)
    gc.collect()
    ends = time.monotonic() + 5
    while time.monotonic() < ends and any("process_request" in each.name for each in threading.enumerate()):
        time.sleep(0.02)


@pytest.fixture
def stack() -> Iterator[contextlib.ExitStack]:
    """Closes what a client keeps open."""
    with contextlib.ExitStack() as kept:
        yield kept


def test_dtrack_auditor(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    auditor = pytest.importorskip("dtrackauditor.auditor")
    monkeypatch.setattr(auditor.AuditorException, "INSTANT_EXIT", False)
    client = auditor.DTrackClient(base_url=served.url, api_key=served.key)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        token = client.read_upload_bom("checkout", "1.0", str(served.bom), auto_create=True, wait=True)
        assert token
        again = client.read_upload_bom("checkout", "1.0", str(served.bom), auto_create=False, wait=True)
        assert again != token
        uuid = client.get_project_with_version_id("checkout", "1.0")
        assert client.get_project_without_version_id("checkout", "1.0") == uuid
        assert client.poll_project_uuid(uuid, wait=False)["name"] == "checkout"
        assert [each["vulnerability"]["vulnId"] for each in client.get_project_findings(uuid)] == [
            "CVE-2026-0001"
        ]
        client.check_vulnerabilities(uuid, ["critical:2:true"], "ALL")
        with pytest.raises(auditor.AuditorException, match="CRITICAL severity issues exceeded"):
            client.check_vulnerabilities(uuid, ["critical:1:true"], "FALSE")
        with pytest.raises(auditor.AuditorException, match="1 policy violations found"):
            auditor.Auditor.check_policy_violations(served.url, served.key, uuid)
        assert client.get_dependencytrack_version()["version"].startswith("4.")
        with pytest.raises(auditor.AuditorRESTAPIException):
            client.read_upload_bom("elsewhere", "1.0", str(served.bom), auto_create=False, wait=False)
        auditor.Auditor.delete_project(served.url, served.key, "checkout", "1.0", wait=False)
        assert client.poll_project_uuid(uuid, wait=False)["active"] is False
    assert "'CRITICAL': 1" in said.getvalue()


def test_dtrack_auditor_at_the_command_line(served: Served) -> None:
    pytest.importorskip("dtrackauditor.auditor")
    command = str(Path(sys.executable).parent / "dtrackauditor")
    args = [command, "-u", served.url, "-k", served.key, "-p", "fine", "-v", "1.0", "-a", "-w", "-f"]
    served.bom.write_bytes(bill(FINE))
    done = subprocess.run([*args, str(served.bom)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No policy violations found" in done.stdout
    served.bom.write_bytes(bill(INNER))
    done = subprocess.run([*args, str(served.bom)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1


def test_owasp_dependency_track_client(served: Served, stack: contextlib.ExitStack) -> None:
    owasp = pytest.importorskip("owasp_dt")
    from owasp_dt.api.bom import is_token_being_processed, upload_bom, upload_bom_base_64_encoded
    from owasp_dt.api.event import is_token_being_processed_1
    from owasp_dt.api.finding import get_findings_by_project
    from owasp_dt.api.metrics import get_project_current_metrics
    from owasp_dt.api.project import get_project, get_project_by_name_and_version, get_projects
    from owasp_dt.api.version import get_version
    from owasp_dt.api.violation import get_violations_by_project
    from owasp_dt.models import BomSubmitRequest, Tag, UploadBomBody
    from owasp_dt.types import File

    client = owasp.AuthenticatedClient(
        base_url=f"{served.url}/api", token=served.key, auth_header_name="X-Api-Key", prefix="",
        raise_on_unexpected_status=True,
    )  # fmt: skip
    stack.enter_context(client)
    data = served.bom.read_bytes()
    form = UploadBomBody(
        bom=File(payload=io.BytesIO(data), file_name="bom.json", mime_type="application/json"),
        project_name="checkout", project_version="1.0", auto_create=True, project_tags="web,shop",
    )  # fmt: skip
    uploaded = upload_bom.sync(client=client, body=form)
    assert uploaded.token
    import base64

    body = BomSubmitRequest(
        bom=base64.b64encode(data).decode(), project="", project_name="checkout", project_version="1.1",
        auto_create=True, is_latest=True, project_tags=[Tag(name="web")],
    )  # fmt: skip
    second = upload_bom_base_64_encoded.sync(client=client, body=body)
    assert is_token_being_processed.sync(client=client, uuid=second.token).processing is False
    assert is_token_being_processed_1.sync(client=client, uuid=second.token).processing is False
    project = get_project_by_name_and_version.sync(client=client, name="checkout", version="1.1")
    assert (project.uuid, project.is_latest, [tag.name for tag in project.tags]) == (
        second.project_uuid,
        True,
        ["web"],
    )
    assert get_project.sync(client=client, uuid=project.uuid).name == "checkout"
    listed = get_projects.sync_detailed(client=client, name="checkout")
    assert {each.version for each in listed.parsed} == {"1.0", "1.1"}
    assert listed.headers["X-Total-Count"] == "2"
    (finding,) = get_findings_by_project.sync(client=client, uuid=project.uuid)
    assert finding.vulnerability.vuln_id == "CVE-2026-0001"
    assert [
        each.type_.value for each in get_violations_by_project.sync(client=client, uuid=project.uuid)
    ] == ["SECURITY"]
    assert get_project_current_metrics.sync(client=client, uuid=project.uuid).critical == 1
    assert get_version.sync(client=client).application == "Umbel"
    stranger = owasp.AuthenticatedClient(
        base_url=f"{served.url}/api",
        token="odd",  # noqa: S106 - no password
        auth_header_name="X-Api-Key",
        prefix="",
    )
    stack.enter_context(stranger)
    assert upload_bom_base_64_encoded.sync_detailed(client=stranger, body=body).status_code == 401


def test_owasp_clients_errors_are_as_it_expects_them(
    served: Served,
    key_of: Callable[..., str],
    stack: contextlib.ExitStack,  # noqa: ARG001 - served
) -> None:
    owasp = pytest.importorskip("owasp_dt")
    from owasp_dt.api.bom import upload_bom_base_64_encoded
    from owasp_dt.models import BomSubmitRequest, ProblemDetails

    viewer = owasp.AuthenticatedClient(
        base_url=f"{served.url}/api", token=key_of("stranger"), auth_header_name="X-Api-Key", prefix="",
        raise_on_unexpected_status=True,
    )  # fmt: skip
    body = BomSubmitRequest(
        bom="e30=", project="", project_name="checkout", project_version="1.0", auto_create=True
    )
    refused = upload_bom_base_64_encoded.sync_detailed(client=viewer, body=body)
    assert refused.status_code == 403
    assert isinstance(refused.parsed, ProblemDetails)


def test_dependency_track_client(served: Served, key_of: Callable[..., str]) -> None:
    theirs = pytest.importorskip("dependencytrack_client")
    import requests

    told: dict[str, Any] = {
        "bom": ("bom.json", served.bom.read_bytes()),
        "projectName": (None, "checkout"),
        "projectVersion": (None, "1.0"),
    }
    answered = requests.post(
        f"{served.url}/api/v1/bom",
        files={**told, "autoCreate": (None, "true")},
        headers={"X-Api-Key": served.key},
        timeout=30,
    )
    assert answered.status_code == 200
    client = theirs.DependencyTrack(served.url, served.key)
    try:
        assert client.version().startswith("4.")
        project = client.project_lookup("checkout", "1.0")
        assert client.get_project(project["uuid"])["name"] == "checkout"
        assert [each["name"] for each in client.search_project("check")] == ["checkout"]
        assert "checkout" in {each["name"] for each in client.list_projects()}
        assert [each["type"] for each in client.get_project_violations(project["uuid"])] == ["SECURITY"]
        with pytest.raises(Exception, match="Error while lookup"):
            client.project_lookup("nothing", "1.0")
    finally:
        client.close()
    odd = theirs.DependencyTrack(served.url, key_of("owner", "decide"))
    with pytest.raises(Exception, match="Unable to get"):
        odd.list_projects()
    odd.close()


def _node_client() -> Path:
    """The client of npm, installed once for all runs of this machine."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("npm and node aren't installed here")
    place = Path(tempfile.gettempdir()) / "umbel-node-client"
    package = place / "node_modules" / "@dependency-track" / "bom" / "index.js"
    with files.locked(place.with_suffix(".lock")):
        if not package.exists():
            place.mkdir(exist_ok=True)
            done = subprocess.run(
                [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(place), NODE_CLIENT],
                capture_output=True, text=True, timeout=110, check=False,
            )  # fmt: skip
            if done.returncode or not package.exists():
                pytest.skip(f"npm can't install {NODE_CLIENT} here")
    return place


def _node(place: Path, script: str) -> Any:
    done = subprocess.run(
        [shutil.which("node") or "node", "-e", script],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


def _scanner() -> Path:
    """The command of dt-sbom-scanner, which wants Python 3.12; installed once into a place of its own."""
    place = Path(tempfile.gettempdir()) / "umbel-sbom-scanner"
    command = place / "bin" / "sbom-scanner"
    with files.locked(place.with_suffix(".lock")):
        if not command.exists():
            of_pyenv = (
                Path(os.environ.get("PYENV_ROOT", "~/.pyenv"))
                .expanduser()
                .glob("versions/3.1[2-9]*/bin/python")
            )
            named = (sys.executable, "python3.13", "python3.12", *map(str, of_pyenv))
            python = next(filter(_is_new_enough, named), None)
            if python is None:
                pytest.skip("no Python 3.12 is installed here")
            for args in (
                [python, "-m", "venv", str(place)],
                [str(place / "bin" / "pip"), "install", "-q", SCANNER],
            ):
                done = subprocess.run(args, capture_output=True, text=True, timeout=110, check=False)
            if done.returncode or not command.exists():
                pytest.skip(f"pip can't install {SCANNER} here")
    return command


def _is_new_enough(python: str) -> bool:
    asked = "import sys, venv; sys.exit(sys.version_info < (3, 12))"
    try:
        return (
            subprocess.run([python, "-c", asked], capture_output=True, timeout=20, check=False).returncode
            == 0
        )
    except OSError:
        return False


def test_dt_sbom_scanner(served: Served) -> None:
    command = str(_scanner())
    where = ["-u", f"{served.url}/api", "-k", served.key, "-p", "acme/checkout@1.0", "-t", "web", "-S"]
    done = subprocess.run(
        [command, *where, str(served.bom)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "CVE-2026-0001 Critical" in re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    row = Project.objects.get(name="checkout")
    assert (row.version, row.tags, row.latest) == ("1.0", ["web"], True)
    assert row.parent is not None
    assert row.parent.name == "acme"
    grave = subprocess.run(
        [command, *where, "-R", "5", str(served.bom)], capture_output=True, text=True, timeout=60, check=False
    )
    assert grave.returncode != 0
    refused = subprocess.run(
        [command, "-u", f"{served.url}/api", "-k", "odd", "-p", "checkout@1.0", str(served.bom)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert refused.returncode != 0
    assert Receipt.objects.count() == 2


_SCRIPT = """
    const {config} = require("@dependency-track/bom/config");
    const client = require("@dependency-track/bom");
    Object.assign(config, CONFIG);
    (async () => {
      const uploaded = await client.uploadbom();
      const metrics = await client.metrics();
      const findings = await client.findings();
      config.findingsThreshold.critical = 1;
      let stopped = "";
      try { await client.metrics(); } catch (error) { stopped = error.message; }
      config.apiKey = "odd";
      let refused = "";
      try { await client.uploadbom(); } catch (error) { refused = error.message; }
      console.log(JSON.stringify({uploaded, metrics, findings, stopped, refused}));
    })().catch((error) => { console.error(error.message); process.exit(1); });
    """


def test_the_client_of_npm(served: Served) -> None:
    place = _node_client()
    config = json.dumps(
        {
            "apiKey": served.key,
            "baseUrl": served.url,
            "projectName": "checkout",
            "projectVersion": "1.0",
            "bomFilepath": str(served.bom),
        }
    )
    script = _SCRIPT.replace("CONFIG", config)
    told = _node(place, script)
    assert told["uploaded"]["token"]
    assert told["metrics"]["critical"] == 1
    assert told["findings"][0]["vulnerability"]["vulnId"] == "CVE-2026-0001"
    assert told["stopped"] == "1 critical vulnerabilities found"
    assert "401" in told["refused"]
