"""Turn the rows of a mapped list into what they say of projects; a bad cell refuses its row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from api.imports.mapping import OWN, SKIP
from api.imports.sheet import Sheet
from api.records.projects import FIELDS, ProjectForm
from checks.facts import fact_value
from checks.rule import FactSpec
from gis.errors import LantuError, Text
from gis.site import Site
from gis.site_formats import SiteContext, read_sites

_YES = {"是", "有", "true", "yes", "y", "1", "重点", "√"}
_NO = {"否", "无", "false", "no", "n", "0", ""}
_PHASES = {"储备": "reserve", "reserve": "reserve", "实施": "active", "在建": "active",
           "active": "active", "": "reserve"}  # fmt: skip
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


@dataclass(frozen=True, slots=True)
class ListedProject:
    """One row of a list: its number there, the internal number if it names one, what it says."""

    row: int
    number: str
    form: ProjectForm
    site: Site | None


def read_rows(
    sheet: Sheet,
    mapping: Mapping[str, str],
    *,
    facts: Mapping[str, FactSpec],
    context: SiteContext,
) -> list[ListedProject | LantuError]:
    """Read every row; a row that cannot be read is a refusal in its place, the others stand.

    Parameters
    ----------
    sheet, mapping
        The list, and the meaning of each of its columns, as `mapping.checked` returns it.
    facts
        The closed list of project facts.
    context
        The workspace, for red lines given as WKT (in the working CRS where they name none).
    """
    found: list[ListedProject | LantuError] = []
    for no, cells in zip(sheet.numbers, sheet.rows, strict=True):
        try:
            found.append(_read_row(no, dict(zip(sheet.columns, cells, strict=True)), mapping,
                                   facts, context))  # fmt: skip
        except LantuError as error:
            found.append(error.at(f"第 {no} 行 row {no}"))
    return found


def _read_row(
    no: int,
    cells: Mapping[str, str],
    mapping: Mapping[str, str],
    facts: Mapping[str, FactSpec],
    context: SiteContext,
) -> ListedProject:
    said = {
        meaning: cells[column] for column, meaning in mapping.items() if meaning not in {OWN, SKIP}
    }
    values: dict[str, Any] = {key: _value(key, text) for key, text in said.items() if key in FIELDS}
    own = {column: cells[column] for column, meaning in mapping.items() if meaning == OWN}
    if own:
        values["columns"] = own
    told = {
        key.removeprefix("fact:"): text for key, text in said.items() if key.startswith("fact:")
    }
    if told:
        values["facts"] = {key: _fact(facts[key], text) for key, text in told.items()}
    place = _place(said)
    if place is not None:
        values["place"] = place
    try:
        form = ProjectForm.model_validate(values)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        name = str(fault["loc"][0])
        raise _bad_cell(FIELDS[name], str(values.get(name))) from error
    site = _site(said["wkt"], context) if said.get("wkt") else None
    return ListedProject(no, said.get("number", ""), form, site)


def _value(key: str, text: str) -> object:
    if key in {"stage_since", "next_due"}:
        return _day(FIELDS[key], text)
    if key in {"stage_days", "year"}:
        digits = re.sub(r"\D+$", "", text)
        if text and not digits.isdigit():
            raise _bad_cell(FIELDS[key], text)
        return int(digits) if digits else None
    if key == "key_project":
        word = text.strip().lower()
        if word not in _YES | _NO:
            raise _bad_cell(FIELDS[key], text)
        return word in _YES
    if key == "phase":
        phase = next((to for word, to in _PHASES.items() if word and word in text.lower()), None)
        if phase is None and text:
            raise _bad_cell(FIELDS[key], text)
        return phase or "reserve"
    return text or None


def _day(name: Text, text: str) -> date | None:
    if not text:
        return None
    found = _DAY.match(text)
    if found is None:
        raise _bad_cell(name, text)
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise _bad_cell(name, text) from None


def _fact(spec: FactSpec, text: str) -> Any:
    """Read a fact as people write it in lists: 是/否, labels in Chinese, several with 、."""
    if not text:
        return None
    labels = {label: key for key, word in spec.allowed.items() for label in (word.zh, word.en)}
    raw: object = labels.get(text, text)
    if spec.type == "boolean":
        word = text.lower()
        raw = "true" if word in _YES else "false" if word in _NO else text
    elif spec.type == "set":
        parts = [part for part in re.split(r"[、,;，；\s]+", text) if part]
        raw = [labels.get(part, part) for part in parts if part not in {"无", "none"}]
    value = fact_value(spec, raw)
    return sorted(value) if isinstance(value, frozenset) else value


def _place(said: Mapping[str, str]) -> dict[str, Any] | None:
    place: dict[str, Any] = {}
    if said.get("x") or said.get("y"):
        try:
            place["point"] = (float(said.get("x", "")), float(said.get("y", "")))
        except ValueError:
            raise _bad_cell(
                Text("坐标", "Coordinates"), f"{said.get('x', '')}, {said.get('y', '')}"
            ) from None
    if said.get("address"):
        place["address"] = said["address"]
    return place or None


def _site(text: str, context: SiteContext) -> Site:
    crs = None if text.upper().startswith("SRID=") else context.crs
    read = read_sites(text, context=context, crs=crs, merge=True)
    if isinstance(read[0], LantuError):
        raise read[0]
    return read[0]


def _bad_cell(name: Text, value: str) -> LantuError:
    return LantuError(
        "bad_cell",
        Text(f"{name.zh}的值“{value}”无法读取", f"{name.en}: {value!r} cannot be read"),
        Text(
            "日期写 2026-11-20，是非写 是/否，数字不带单位；不清楚则留空",
            "Write days as 2026-11-20, 是/否 for yes and no, plain numbers; leave unknowns empty",
        ),
    )
