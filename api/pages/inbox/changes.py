"""What a version says otherwise than the one before: field by field, and by its extent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.pages.park.drafts import value_at
from api.pages.park.field_types import Field
from api.pages.park.fields import STEPS, fields_of
from gis.errors import Language, Text
from layers.assessments import AreaAssessment

_SKIPPED = {"kind", "code", "acknowledged"}
_NOT = Text("不适用", "does not apply")
_NONE = Text("明确为无", "none")


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs, in words."""

    label: Text
    before: str
    after: str


def changes(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    offers: Mapping[str, Mapping[str, str]],
    language: Language,
) -> list[Change]:
    """Return the fields in which two kept documents differ, in the order of the steps."""
    found = []
    for step in STEPS:
        for field in fields_of(step):
            old, new = value_at(before, field.path), value_at(after, field.path)
            if old != new and field.path not in _SKIPPED:
                found.append(
                    Change(
                        field.label,
                        _shown(field, old, offers, language),
                        _shown(field, new, offers, language),
                    )
                )
    if before.get("documents") != after.get("documents"):
        label = Text("附件", "Documents")
        found.append(Change(label, _names(before), _names(after)))
    return found


def _names(document: Mapping[str, Any]) -> str:
    rows = document.get("documents") or ()
    return "；".join(f"{row['name']} {(row['sha256'] or '')[:12]}".strip() for row in rows) or "—"


def _shown(
    field: Field, value: Any, offers: Mapping[str, Mapping[str, str]], language: Language
) -> str:
    if value is None:
        return _NOT.pick(language) if field.kind in {"words", "rows"} else "—"
    if isinstance(value, list):
        if not value:
            return _NONE.pick(language)
        if field.kind == "words":
            return "、".join(_word(field, item, offers) for item in value)
        return "；".join(_row(field, item, offers) for item in value)
    if isinstance(value, bool):
        return (Text("是", "yes") if value else Text("否", "no")).pick(language)
    return _word(field, value, offers)


def _row(field: Field, row: Mapping[str, Any], offers: Mapping[str, Mapping[str, str]]) -> str:
    signs = {"min": "≥ ", "max": "≤ "}
    told = [
        signs.get(column.path, "") + _word(column, row[column.path], offers)
        for column in field.columns
        if row.get(column.path) is not None
    ]
    return " ".join(told)


def _word(field: Field, value: Any, offers: Mapping[str, Mapping[str, str]]) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return offers.get(field.options, {}).get(str(value), str(value))


@dataclass(frozen=True, slots=True)
class ExtentChange:
    """Areas of both extents, what was added and what was taken away, in square metres."""

    before_m2: float
    after_m2: float
    added_m2: float
    lost_m2: float


def extent_change(before: AreaAssessment, after: AreaAssessment) -> ExtentChange:
    """Compare two extents in the same working CRS."""
    from gis.overlay import subtract

    return ExtentChange(
        float(before.extent.area),
        float(after.extent.area),
        float(subtract(after.extent, before.extent).area),
        float(subtract(before.extent, after.extent).area),
    )
