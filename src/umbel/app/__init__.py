# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Enters: what a person, a pipeline or a page asks of a workspace. Leaves: the answer, as records, tables or files.
One method a use case: what every surface calls. `Workspace` has them all.
"""

from umbel.app.asking import ask_coverage, ask_inventory
from umbel.app.names import moment
from umbel.app.products import ProductState
from umbel.app.workspace import Workspace

__all__ = ["ProductState", "Workspace", "ask_coverage", "ask_inventory", "moment"]
