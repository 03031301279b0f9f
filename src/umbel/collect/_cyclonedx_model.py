# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""CycloneDX model cards and descriptions of data → properties of their component.

A model's task, architecture, data sets, figures and limits are name-value pairs (`model:task`), each as
often as it is said; a figure is one text, `name=… value=… slice=…`. What a component says of data that it
holds is `data:…`. Long texts are cut: the document has them in full.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from umbel.collect._cyclonedx_about import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from umbel.collect._cyclonedx_shape import Opened
    from umbel.collect.interface import Pairs

_LONGEST = 500
_MOST = 200
"""Of one component; a card may list what it likes."""

_CONSIDERED = (
    ("model:user", "users"),
    ("model:use_case", "useCases"),
    ("model:limitation", "technicalLimitations"),
    ("model:tradeoff", "performanceTradeoffs"),
)


def datasets(card: Opened) -> list[Opened]:
    """The data sets that a model card names, described there or by their reference."""
    parameters = card.modelParameters if card is not None else None
    return list(parameters.datasets) if parameters is not None else []


def properties(card: Opened, data: Sequence[Opened], ancestors: Iterable[Opened]) -> Pairs:
    """What a model card, the data of a component and its ancestors say, as name-value pairs."""
    found: dict[tuple[str, str], None] = {}
    for name, value in _pairs(card, data, ancestors):
        text = clean(value)
        if text:
            found[name, text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"] = None
        if len(found) == _MOST:
            break
    return tuple(found)


def _pairs(
    card: Opened, data: Sequence[Opened], ancestors: Iterable[Opened]
) -> Iterator[tuple[str, str | None]]:
    if card is not None:
        yield from _parameters(card.modelParameters)
    for ancestor in ancestors:
        version = f"@{ancestor.version}" if ancestor.version else ""
        yield "model:base_model", ancestor.purl or (f"{ancestor.name}{version}" if ancestor.name else None)
    if card is not None:
        yield from _figures(card.quantitativeAnalysis)
        yield from _considerations(card.considerations)
        yield from ((p.name, p.value) for p in card.properties if p.name)
    for each in data:
        yield from _data(each)


def _parameters(parameters: Opened) -> Iterator[tuple[str, str | None]]:
    if parameters is None:
        return
    yield "model:approach", parameters.approach.type if parameters.approach is not None else None
    yield "model:task", parameters.task
    yield "model:architecture_family", parameters.architectureFamily
    yield "model:architecture", parameters.modelArchitecture
    for each in parameters.datasets:
        url = each.contents.url if each.contents is not None else None
        yield "model:dataset", each.ref or each.name or url
    for kind, formats in (("input", parameters.inputs), ("output", parameters.outputs)):
        yield from ((f"model:{kind}", each.format) for each in formats)


def _figures(analysis: Opened) -> Iterator[tuple[str, str | None]]:
    for figure in analysis.performanceMetrics if analysis is not None else ():
        interval = figure.confidenceInterval
        said = (
            ("name", figure.type),
            ("value", figure.value),
            ("slice", figure.slice),
            ("lower", interval.lowerBound if interval is not None else None),
            ("upper", interval.upperBound if interval is not None else None),
        )
        yield "model:metric", " ".join(f"{key}={text}" for key, value in said if (text := clean(value)))


def _considerations(considered: Opened) -> Iterator[tuple[str, str | None]]:
    if considered is None:
        return
    for name, field in _CONSIDERED:
        yield from ((name, text) for text in getattr(considered, field))
    for risk in considered.ethicalConsiderations:
        texts = filter(None, (clean(risk.name), clean(risk.mitigationStrategy)))
        yield "model:ethical_consideration", ": ".join(texts)
    for group in considered.fairnessAssessments:
        texts = filter(None, (clean(group.groupAtRisk), clean(group.harms), clean(group.mitigationStrategy)))
        yield "model:fairness", ": ".join(texts)


def _data(data: Opened) -> Iterator[tuple[str, str | None]]:
    yield "data:type", data.type
    yield "data:name", data.name
    yield "data:classification", data.classification
    yield "data:description", data.description
    yield from (("data:sensitive", text) for text in data.sensitiveData)
    yield "data:url", data.contents.url if data.contents is not None else None
