# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What people decide comes in; dated records and an audit log that only grows leave.

`change` runs a writing use case of the core and notes who did what; `decisions.current_folder` is where the core reads.
"""

from umbel.office.records.actor import Actor
from umbel.office.records.auditing import audit
from umbel.office.records.changing import change

__all__ = ["Actor", "audit", "change"]
