# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A chart's one specification as a picture for print; a page draws the same by `umbel.reports.charts.picture`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from umbel.reports.documents.blocks import Figure

FONT = "Libertinus Serif"
"""The face of printed documents; the program that sets them brings it along."""
_OPENED, _SIZE = re.compile(r"<svg ([^>]*)"), re.compile(r' ?\b(?:width|height|viewBox)="[^"]*"')
"""The size is the figure's, as in a page: a grid of charts without axes has none of its own."""
_FAMILY = re.compile(r'font-family="[^"]*"')


def printed(figure: Figure) -> str:
    """The figure as SVG in its own colours, which are made for white; nothing is loaded to draw it."""
    import vl_convert

    svg = str(vl_convert.vegalite_to_svg(figure.specification, allowed_base_urls=[]))
    width, height = figure.width, figure.height
    opened = f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
    return _FAMILY.sub(
        f'font-family="{FONT}"', _OPENED.sub(lambda found: opened + _SIZE.sub("", found[1]), svg, count=1)
    )
