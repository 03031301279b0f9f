# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""A table as an OpenDocument spreadsheet: cells have types, so that no text becomes a formula and no number a text."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_WRITTEN = (1980, 1, 1, 0, 0, 0)
"""The moment that every part of the file has: the same table gives the same bytes."""
_NO_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_MANIFEST = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">\
<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{TYPE}"/>\
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>
"""
_HEAD = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="{_OFFICE}" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" \
xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3">\
<office:body><office:spreadsheet>"""
_FOOT = "</table:table></office:spreadsheet></office:body></office:document-content>"


def spreadsheet(title: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The file of one table: a row of names, then the rows; what a row doesn't know is an empty cell."""
    content = [_HEAD, f"<table:table table:name={quoteattr(_clean(title))}>"]
    names = "".join(map(_cell, columns))
    content.append(
        f"<table:table-header-rows><table:table-row>{names}</table:table-row></table:table-header-rows>"
    )
    for row in rows:
        cells = "".join(_cell(row.get(name)) for name in columns)
        content.append(f"<table:table-row>{cells}</table:table-row>")
    content.append(_FOOT)
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(
            zipfile.ZipInfo("mimetype", _WRITTEN), TYPE, zipfile.ZIP_STORED
        )  # the first part, unpacked
        for name, text in (("META-INF/manifest.xml", _MANIFEST), ("content.xml", "".join(content))):
            file.writestr(zipfile.ZipInfo(name, _WRITTEN), text, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        said = "true" if value else "false"
        kind = f'office:value-type="boolean" office:boolean-value="{said}"'
        return f"<table:table-cell {kind}><text:p>{said}</text:p></table:table-cell>"
    if isinstance(value, int | float):
        kind = f'office:value-type="float" office:value="{value!r}"'
        return f"<table:table-cell {kind}><text:p>{value!r}</text:p></table:table-cell>"
    if isinstance(value, date):
        said = value.isoformat()
        kind = f'office:value-type="date" office:date-value="{said}"'
        return f"<table:table-cell {kind}><text:p>{said}</text:p></table:table-cell>"
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in _clean(str(value)).splitlines() or [""])
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


def _clean(text: str) -> str:
    """Without signs that no XML may hold."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
