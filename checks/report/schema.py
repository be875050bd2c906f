"""The published JSON Schema of `report.json` (draft 2020-12), shipped beside this file."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

SCHEMA_FILE = Path(__file__).with_name("schema.json")


@lru_cache(maxsize=1)
def _text() -> str:
    return SCHEMA_FILE.read_text(encoding="utf-8")


def report_schema() -> dict[str, Any]:
    """Return the schema as a document of its own; changing it changes no other caller's."""
    schema: dict[str, Any] = json.loads(_text())
    return schema
