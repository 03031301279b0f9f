# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The lake on object storage, against a real S3 server on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import boto3
import pytest

from tests import acme
from umbel.app import Workspace
from umbel.evidence import ingest
from umbel.evidence.lake import Lake
from umbel.evidence.session import Session
from umbel.evidence.upkeep import compact, vacuum, verify
from umbel.model.errors import NoEvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COLLECT = """
import sys
from pathlib import Path
from umbel.evidence import ingest
from umbel.evidence.lake import Lake
ingest.BATCH_DOCUMENTS = ingest.CHUNK_DOCUMENTS = 2
ingest.collect(Lake(sys.argv[1]), [Path(sys.argv[2])], workers=1)
"""


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    port = _free_port()
    # A process of its own: the Delta library holds the interpreter while it waits for an answer.
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _wait_for(port)
    settings = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ALLOW_HTTP": "true",
    }
    old = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    boto3.client("s3").create_bucket(Bucket="evidence")
    yield "s3://evidence"
    for name, value in old.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value
    server.terminate()
    server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the S3 server did not start")


def test_a_lake_in_a_bucket_is_written_asked_compacted_and_verified(bucket: str, tmp_path: Path) -> None:
    url = f"{bucket}/one"
    with pytest.raises(Exception, match="There is no evidence"):
        Lake(url, create=False)
    folder = acme.folder_of_sboms(tmp_path / "sboms", 6)
    for _ in range(2):
        ingest.collect(Lake(url), [folder], workers=1)
    acme.publish(Lake(url), (acme.stamp("shop"), acme.reading(["left-pad@1.3.0"])))
    lake = Lake(url, create=False)
    compact(lake)
    vacuum(lake)

    assert verify(lake) == []
    with Session(lake) as session:
        assert session.ask("SELECT count(DISTINCT project) FROM usage").one() == (7,)


def test_two_writers_at_once_in_one_bucket(bucket: str, tmp_path: Path) -> None:
    url = f"{bucket}/two"
    folders = [acme.folder_of_sboms(tmp_path / name / "sboms", 8) for name in ("a", "b")]
    (tmp_path / "b/sboms").rename(tmp_path / "b/others")
    folders[1] = tmp_path / "b/others"
    writers = [
        subprocess.Popen([sys.executable, "-c", _COLLECT, url, str(folder)], stderr=subprocess.PIPE)
        for folder in folders
    ]
    for writer in writers:
        _, errors = writer.communicate(timeout=100)
        assert writer.returncode == 0, errors.decode()
    lake = Lake(url)
    assert verify(lake) == []
    with Session(lake) as session:
        assert session.ask("SELECT count(*), count(DISTINCT origin) FROM present").one() == (16, 16)


def test_a_workspace_names_a_bucket_and_its_questions_and_queries_work(bucket: str, tmp_path: Path) -> None:
    (tmp_path / "umbel.toml").write_text(f'[lake]\nurl = "{bucket}/three"\n')
    acme.folder_of_sboms(tmp_path / "sboms", 3)
    ws = Workspace(tmp_path)
    ws.collect([tmp_path / "sboms"], workers=1)

    assert ws.status()["projects"] == 3
    assert ws.query("SELECT count(DISTINCT project) AS n FROM inventory").to_pylist() == [{"n": 3}]
    assert ws.where("p0")


def test_a_bucket_without_upstream_projects_says_so_and_stops_no_other_question(
    bucket: str, tmp_path: Path
) -> None:
    (tmp_path / "umbel.toml").write_text(f'[lake]\nurl = "{bucket}/four"\n')
    acme.folder_of_sboms(tmp_path / "sboms", 2)
    ws = Workspace(tmp_path)
    ws.collect([tmp_path / "sboms"], workers=1)

    with pytest.raises(NoEvidenceError, match="No upstream project was examined yet"):
        ws.upstream_lake()
    assert ws.strategic() is None
    assert ws.upstream_forks() == []
    assert {each.fragility for each in ws.strategy()} == {None}
    ws.upstream_lake(create=True)
    assert ws.upstream_forks() == []
    assert ws.strategic() is not None
