# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Making a project of ours public."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from umbel.office.inbox.kinds.base import Asked, Kind, Line, Named, Once, Words
from umbel.office.roles import Role
from umbel.policy.publications import Publication

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from umbel.app.workspace import Workspace


class Ask(Once):
    """What is asked for."""

    project = Named(label="Project", help_text="The project of ours, as the portfolio names it.")
    license = Line(
        label="Under which licence", max_length=120, help_text="An SPDX expression, like Apache-2.0."
    )
    address = Line(label="Where it will be", required=False, help_text="The address of its repository.")
    reason = Words(label="Why it should be public")
    checked = Words(
        label="What was checked",
        required=False,
        help_text="Rights, names, secrets, dependencies: umbel check --outbound.",
    )


class Release(Kind):
    """See the module."""

    name = "release"
    title = "Publish a project"
    about = "You want to make a project of ours public; legal answers."
    action = "project.publish"
    form = Ask

    def title_of(self, fields: Mapping[str, Any]) -> str:
        """The project."""
        return f"Publish {fields['project']}"

    def answerer(self, fields: Mapping[str, Any]) -> Role:  # noqa: ARG002 - always
        """Legal."""
        return Role.LEGAL

    def act(self, asked: Asked) -> Callable[[Workspace], str]:
        """The publication."""
        entry = Publication(
            project=asked.fields["project"],
            by=asked.by,
            decided=asked.today,
            asked=asked.asked,
            reason=f"{asked.fields['license']}: {asked.fields['reason']}",
        )

        def publish(ws: Workspace) -> str:
            ws.publish(entry)
            return entry.project

        return publish
