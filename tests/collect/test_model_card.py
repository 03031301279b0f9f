# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What cards of models and data sets say, and which texts are cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from umbel.collect.interface import Document, Reading, UnreadableError
from umbel.collect.mlflow_model import MlflowModelCollector
from umbel.collect.model_card import ModelCardCollector

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.collect.interface import Collector

CARD = ModelCardCollector()
MLFLOW = MlflowModelCollector()
SOUND = """---
language: en
license: other
license_name: acme-1.0
license_link: https://acme.example/license
library_name: transformers
pipeline_tag: text-classification
base_model:
  - google-bert/bert-base-uncased
  - gpt2
base_model_relation: finetune
datasets: [nyu-mll/glue, ./local/data]
tags: [x]
model-index:
- name: acme-mood
  results:
  - task: {type: text-classification}
    dataset: {name: GLUE, type: glue}
    metrics:
    - {type: accuracy, value: 0.9150, verified: true}
    - {name: F1, type: f1, value: 0.5}
    - nonsense
---
# Model Card for Mood

base_model: not-this
"""
DATA = """---
pretty_name: Moods
license: [mit, cc-by-4.0]
task_categories: [text-classification]
size_categories: 10K<n<100K
source_datasets: [original, "extended|squad", acme/raw]
---
"""
MLMODEL = """artifact_path: mood-model
flavors:
  python_function: {loader_module: mlflow.transformers, python_version: 3.12.2}
  transformers:
    source_model_name: distilbert/distilbert-base-uncased
    task: text-classification
    transformers_version: 4.40.0
  odd: [1]
mlflow_version: 2.17.0
model_uuid: 0ab45e1d68dc42edbb0e94704c20ad8c
run_id: 90d4d0ac83a949d9bf11b6f22dfe9e0f
utc_time_created: '2024-10-26 08:51:41.242329'
"""


def read(folder: Path, text: str, collector: Collector = CARD) -> Reading:
    return collector.read(Document(folder / "README.md", data=text.encode()))


def told(reading: Reading) -> set[tuple[str | None, str, str | None, str | None]]:
    return {(c.type, c.package, c.purl, c.scope) for c in reading.components}


def test_a_model_and_what_it_is_made_from(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"architectures": ["BertForSequenceClassification"]}')
    reading = read(tmp_path, SOUND)
    bert = "pkg:huggingface/google-bert/bert-base-uncased"
    glue = "pkg:huggingface/datasets/nyu-mll/glue"
    assert told(reading) == {
        ("machine-learning-model", "unidentified:acme-mood", None, "runtime"),
        ("machine-learning-model", bert, bert, "runtime"),
        ("machine-learning-model", "pkg:huggingface/gpt2", "pkg:huggingface/gpt2", "runtime"),
        ("data", glue, glue, "build"),
        ("data", "unidentified:.%2Flocal%2Fdata", None, "build"),
    }
    own = reading.components[0]
    assert own.declared == ("acme-1.0",)
    assert own.urls == (("license", "https://acme.example/license"),)
    assert own.properties == (
        ("model:task", "text-classification"),
        ("model:library", "transformers"),
        ("model:base_model_relation", "finetune"),
        ("model:language", "en"),
        ("model:base_model", "google-bert/bert-base-uncased"),
        ("model:base_model", "gpt2"),
        ("model:dataset", "nyu-mll/glue"),
        ("model:dataset", "./local/data"),
        ("model:metric", "name=accuracy value=0.9150 dataset=GLUE"),
        ("model:metric", "name=F1 value=0.5 dataset=GLUE"),
        ("model:architecture", "BertForSequenceClassification"),
    )
    assert {(e.source, e.target) for e in reading.edges} == {
        (None, own.ref),
        *((own.ref, c.ref) for c in reading.components[1:]),
    }
    assert [(f.code, f.place) for f in reading.faults] == [("hub-name", "line 12"), ("wrong-type", "line 15")]


def test_a_data_set(tmp_path: Path) -> None:
    reading = read(tmp_path, DATA)
    assert told(reading) == {
        ("data", "unidentified:Moods", None, "runtime"),
        ("data", "pkg:huggingface/datasets/squad", "pkg:huggingface/datasets/squad", "build"),
        ("data", "pkg:huggingface/datasets/acme/raw", "pkg:huggingface/datasets/acme/raw", "build"),
    }
    assert reading.components[0].declared == ("mit", "cc-by-4.0")
    assert reading.components[0].properties == (
        ("data:task", "text-classification"),
        ("data:size", "10K<n<100K"),
    )
    assert (reading.format, reading.faults) == ("data set card", [])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("---\nlibrary_name: x\nmodel_name: A\n---\n# B\n", "A"),
        ("---\nlibrary_name: x\n---\n\n# Model card for <b>B</b> `v1`\n", "B v1"),
        ("---\r\nlibrary_name: x\r\n---\r\n\r\n# B\r\n", "B"),
        ("---\nlibrary_name: x\n---\nno heading", "mood"),
    ],
)
def test_names(tmp_path: Path, text: str, name: str) -> None:
    (tmp_path / "mood").mkdir()
    assert read(tmp_path / "mood", text).subject == name


@pytest.mark.parametrize(
    ("head", "is_card"),
    [
        (SOUND, True),
        (DATA, True),
        ("---\nlicense: mit\nlanguage: en\n---\n", True),
        ("\ufeff---\nlicense: mit\ntags: [x]\n---\n", True),
        ("---\nlicense: mit\n---\n", False),
        ("---\ntitle: x\nlayout: page\nbase_model: y\n---\n", False),
        ("---\ntitle: Space\nemoji: x\nsdk: gradio\npipeline_tag: y\n---\n", False),
        ("---\nlicense: mit\ntags: [x]\ntitle: My blog\n---\n", False),
        ("# About\n---\nbase_model: x\n---\n", False),
        ("", False),
    ],
)
def test_which_texts_are_cards(head: str, *, is_card: bool) -> None:
    assert CARD.sniff("README.md", head.encode(), b"") is is_card
    assert not CARD.sniff("OTHER.md", head.encode(), b"")
    assert not CARD.claims("/x/README.md")


@pytest.mark.parametrize(
    "text", ["", "# x", "---\nlicense: mit\n", "---\n---\n", "---\n- a\n---\n", "---\n[\n---\n"]
)
def test_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableError):
        read(tmp_path, text)


def test_fields_of_other_types_cost_only_themselves(tmp_path: Path) -> None:
    reading = read(tmp_path, "---\nlicense: {a: b}\nbase_model: [[x], y/z, '']\nmodel-index: text\n---\n")
    assert [c.package for c in reading.components[1:]] == ["pkg:huggingface/y/z"]
    assert {(f.code, f.place) for f in reading.faults} == {
        ("wrong-type", "line 2"),
        ("wrong-type", "line 3"),
        ("wrong-type", "line 4"),
    }


def test_an_mlflow_model(tmp_path: Path) -> None:
    reading = read(tmp_path, MLMODEL, MLFLOW)
    purl = "pkg:mlflow/mood-model?model_uuid=0ab45e1d68dc42edbb0e94704c20ad8c&run_id=90d4d0ac83a949d9bf11b6f22dfe9e0f"
    base = "pkg:huggingface/distilbert/distilbert-base-uncased"
    assert told(reading) == {
        ("machine-learning-model", "pkg:mlflow/mood-model", purl, "runtime"),
        ("machine-learning-model", base, base, "runtime"),
    }
    assert reading.components[0].properties == (
        ("mlflow:loader", "mlflow.transformers"),
        ("mlflow:python_version", "3.12.2"),
        ("model:library", "transformers 4.40.0"),
        ("model:task", "text-classification"),
        ("model:base_model", "distilbert/distilbert-base-uncased"),
        ("mlflow:run_id", "90d4d0ac83a949d9bf11b6f22dfe9e0f"),
        ("mlflow:model_uuid", "0ab45e1d68dc42edbb0e94704c20ad8c"),
        ("mlflow:utc_time_created", "2024-10-26 08:51:41.242329"),
        ("mlflow:mlflow_version", "2.17.0"),
    )
    assert (reading.producer, reading.faults) == ("mlflow 2.17.0", [])
    (tmp_path / "churn").mkdir()
    other = MLMODEL.replace("mood-model", "dbfs:/x/m-1/artifacts")
    assert read(tmp_path / "churn", other, MLFLOW).subject == "churn"
    assert MLFLOW.claims("/x/MLmodel")
    assert not MLFLOW.claims("/x/vision.mlmodel")
    with pytest.raises(UnreadableError):
        read(tmp_path, "a: b", MLFLOW)
