"""Structured logs: one line an event, as JSON or as text; no personal data, no query values."""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import datetime
from typing import Literal

from api.clock import OFFICE_ZONE

FIELDS = ("request_id", "method", "route", "status", "ms", "bytes")
"""What a line about a request says. Never an address, a name, a query or a coordinate."""


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        line: dict[str, object] = {
            "at": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": os.getpid(),
        }
        line.update((name, getattr(record, name)) for name in FIELDS if hasattr(record, name))
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """The same for eyes: moment, level, logger, message, fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line, a traceback below it."""
        fields = [f"{name}={getattr(record, name)}" for name in FIELDS if hasattr(record, name)]
        head = f"{_moment(record)} {record.levelname.lower()} {record.name}:"
        line = " ".join([head, record.getMessage().replace("\n", "\\n"), *fields])
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, OFFICE_ZONE).isoformat(timespec="milliseconds")


def set_up_logs(form: Literal["json", "text"]) -> None:
    """Send all logs of this process to stderr, one line each."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True  # starts, ends and lost workers are told like all else
