# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""The words of VEX: what somebody says of a vulnerability in a product, and why it does no harm there.

Two vocabularies say why: the five words of CISA's minimum requirements (OpenVEX), and the nine of CycloneDX.
Both are kept as they were said, and translated where a format knows only its own.

Source: CISA, Minimum Requirements for VEX (2023); OpenVEX 0.2.0; CycloneDX 1.6, impact analysis.
"""

from __future__ import annotations

from typing import Literal

VexStatus = Literal["not_affected", "fixed", "under_investigation", "affected"]
STATUSES: tuple[VexStatus, ...] = ("not_affected", "fixed", "under_investigation", "affected")
"""The mildest first."""

_TO_CYCLONEDX = {
    "component_not_present": "code_not_present",
    "vulnerable_code_not_present": "code_not_present",
    "vulnerable_code_not_in_execute_path": "code_not_reachable",
    "vulnerable_code_cannot_be_controlled_by_adversary": "requires_environment",
    "inline_mitigations_already_exist": "protected_by_mitigating_control",
}
_TO_OPENVEX = {
    "code_not_present": "vulnerable_code_not_present",
    "code_not_reachable": "vulnerable_code_not_in_execute_path",
    "requires_configuration": "vulnerable_code_cannot_be_controlled_by_adversary",
    "requires_dependency": "vulnerable_code_cannot_be_controlled_by_adversary",
    "requires_environment": "vulnerable_code_cannot_be_controlled_by_adversary",
    "protected_by_compiler": "inline_mitigations_already_exist",
    "protected_at_runtime": "inline_mitigations_already_exist",
    "protected_at_perimeter": "inline_mitigations_already_exist",
    "protected_by_mitigating_control": "inline_mitigations_already_exist",
}
JUSTIFICATIONS: tuple[str, ...] = (*_TO_CYCLONEDX, *_TO_OPENVEX)
"""Why something is not affected, in the words of either vocabulary."""


def in_cyclonedx(justification: str) -> str:
    """The word of CycloneDX for one of either vocabulary.

    >>> in_cyclonedx("vulnerable_code_not_in_execute_path"), in_cyclonedx("requires_dependency")
    ('code_not_reachable', 'requires_dependency')
    """
    return _TO_CYCLONEDX.get(justification, justification)


def in_openvex(justification: str) -> str:
    """The word of OpenVEX for one of either vocabulary.

    >>> in_openvex("protected_at_runtime")
    'inline_mitigations_already_exist'
    """
    return _TO_OPENVEX.get(justification, justification)
