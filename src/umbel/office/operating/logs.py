# SPDX-FileCopyrightText: The Umbel contributors
# SPDX-License-Identifier: Apache-2.0
"""Logs: a line a thing, as words for a person at a terminal and as JSON for everything else."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

import msgspec

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Json(logging.Formatter):
    """One JSON object a line: when, level, logger, message, what else was given, the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """A record as a line."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{name: _plain(value) for name, value in vars(record).items() if name not in _OWN},
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return msgspec.json.encode(told, enc_hook=str).decode()


def _plain(value: object) -> object:
    """A request by its name, as the line of log of its answer has it."""
    return getattr(value, "umbel_id", value)


def begin(*, json: bool | None = None, level: int = logging.INFO) -> None:
    """Send logs to stderr: JSON unless a person reads there, or as told."""
    handler = logging.StreamHandler(sys.stderr)
    as_json = not sys.stderr.isatty() if json is None else json
    plain = logging.Formatter("%(asctime)s %(levelname)-7s %(name)s  %(message)s", "%H:%M:%S")
    handler.setFormatter(Json() if as_json else plain)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("umbel").setLevel(level)
    # whoever looks for holes sends made-up hosts by the thousand: refused, and counted, is enough
    logging.getLogger("django.security.DisallowedHost").setLevel(logging.CRITICAL)
    logging.getLogger("django.request").setLevel(
        logging.ERROR
    )  # each request has a line already, without its secrets
    if not as_json:  # a person at a terminal reads what is wrong, not who came by
        logging.getLogger("umbel.office.requests").setLevel(logging.WARNING)
