# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Text of unknown encoding → UTF-8, with a note of what had to be done."""

from __future__ import annotations

import codecs

from umbel.model.errors import Fault

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def to_utf8(data: bytes) -> tuple[bytes, list[Fault]]:
    """Bytes as UTF-8 without a mark, and what had to be converted or replaced."""
    mark, encoding = _encoding(data)
    if encoding == "utf-8":
        return _repaired(data[len(mark) :], len(mark))
    text = data[len(mark) :].decode(encoding, "replace")
    note = Fault("encoding", f"is written in {encoding.upper()}", "", "note")
    if "\ufffd" in text:
        lost = Fault("encoding", f"holds bytes that are no {encoding.upper()}", "", "warning")
        return text.encode("utf-8", "replace"), [note, lost]
    return text.encode("utf-8", "replace"), [note]


def _encoding(data: bytes) -> tuple[bytes, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return mark, encoding
    # Markup starts with an ASCII character: its zero neighbour tells the width and the order.
    if len(data) > 3 and data[0] and not data[1] and data[2] and not data[3]:
        return b"", "utf-16-le"
    if len(data) > 3 and not data[0] and data[1] and not data[2] and data[3]:
        return b"", "utf-16-be"
    return b"", "utf-8"


def _repaired(data: bytes, offset: int) -> tuple[bytes, list[Fault]]:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        place = f"byte {error.start + offset}"
        fault = Fault("encoding", "holds bytes that are no UTF-8; they are shown as U+FFFD", place, "warning")
        return data.decode("utf-8", "replace").encode(), [fault]
    return data, []
