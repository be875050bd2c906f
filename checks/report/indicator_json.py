"""The control indicators as `report.json` shows them (CONTRACTS section 6, and what is printed)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from checks.classes.services import STAGES
from checks.indicators.model import GROUP_WORDS, Row, Value
from gis.measures import rounded


def indicators_json(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Rows of the list; what does not apply is None."""
    return [_row(row) for row in rows]


def _row(row: Row) -> dict[str, Any]:
    entry = row.entry
    indicator, origin = entry.indicator, entry.origin
    note = entry.note or indicator.note
    return {
        "class": indicator.group,
        "class_name": GROUP_WORDS[indicator.group].as_dict(),
        "key": indicator.key,
        "name": indicator.name.as_dict(),
        "op": indicator.op,
        "value": _value(entry.value),
        "unit": entry.unit,
        "binding": entry.binding,
        "source": {
            "kind": origin.kind,
            "id": origin.id,
            "title": origin.title.as_dict(),
            "force": entry.force,
        },
        "authority": origin.authority or indicator.authority,
        "article": entry.article,
        "stage": STAGES[entry.stage].as_dict() if entry.stage else None,
        "verify": indicator.verify.as_dict() if indicator.verify else None,
        "share": rounded(entry.share, 9),
        "where": entry.where,
        "note": note.as_dict() if note else None,
        "conflict": row.conflict,
        "governs": row.governs,
    }


def _value(value: Value | None) -> object:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, float) and not isinstance(value, bool):
        return rounded(value)
    return value
