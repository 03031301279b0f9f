# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""What a collection or a sync ends with, where somebody is to be alerted: one more line on stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from umbel.cli import output

if TYPE_CHECKING:
    from umbel.app import Workspace


def after(workspace: Workspace) -> None:
    """Look for alerts and deliver them, if the settings name anybody who wants them."""
    if not workspace.settings.alerts.wanted:
        return
    done = workspace.update_alerts()
    if done.raised or done.graver or done.resolved:
        told = f"{done.raised:,} new, {done.graver:,} graver, {done.resolved:,} over"
        print(f"Alerts: {told}; {output.counted(done.open, 'alert')} open.", file=sys.stderr)
    for fault in done.faults:
        print(f"? {output.clean(fault)}", file=sys.stderr)
    for one in done.delivered:
        for trouble in one.trouble:
            print(f"? alerts for {output.clean(one.target)}: {output.clean(trouble)}", file=sys.stderr)
