"""Indicators that departments give: a sheet with name and basis, signed, kept by the workspace."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, runtime_checkable

import numpy as np
from pydantic import Field, model_validator

from checks.classes.rule import Stage
from checks.indicators.model import (
    Binding,
    Entry,
    Group,
    Indicator,
    IndicatorCatalogue,
    Op,
    Origin,
)
from checks.indicators.sources import Ground, value_of
from checks.measured import measurer_of
from checks.rulebook.models import Day, Filled
from checks.rulebook.place import near_en, near_zh
from gis.errors import LantuError, Text
from gis.measures import share
from gis.overlay import Tolerance, judge, size, united
from layers.assessment_file import Key
from layers.store.records import Records, latest
from layers.strict import Named, Strict
from layers.yaml_file import load, validate

SUBJECT = "indicators"
"""Subject of these sheets among the workspace's records."""

FORMAT = "lantu-indicators/1"
PARKS = "park.boundary"


class GivenForm(Strict):
    """One indicator as a department gives it.

    One that the catalogue does not know is declared here by `name`, `group` and `op`.
    """

    key: Filled
    value: Filled | tuple[Filled, ...]
    unit: Filled | None = None
    binding: Binding | None = None
    stage: Stage | None = None
    article: Filled | None = None
    note: Named | None = None
    name: Named | None = None
    group: Group | None = None
    op: Op | None = None


class SheetForm(Strict):
    """A sheet: who gives it, on what basis, for which project or park, since when."""

    code: Key
    version: Key
    authority: Filled
    basis: Filled
    force: Literal["statutory", "administrative", "reference"] = "administrative"
    project: Filled | None = None
    park: Filled | None = None
    valid_from: Day
    valid_to: Day | None = None
    indicators: Annotated[tuple[GivenForm, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _in_order(self) -> SheetForm:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(
                Text(
                    f"有效期颠倒：{self.valid_from} 至 {self.valid_to}",
                    f"valid_to {self.valid_to} lies before valid_from {self.valid_from}",
                )
            )
        keys = [item.key for item in self.indicators]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(Text(f"指标重复：{twice}", f"indicators named twice: {twice}"))
        return self


@runtime_checkable
class SheetStore(Protocol):
    """A store that keeps records and their documents."""

    records: Records

    def document(self, sha256: str) -> bytes:
        """Return a document by its SHA-256."""
        ...


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """A sheet read from a file, and the document to keep."""

    form: SheetForm
    document: bytes


def read_sheet(path: Path, catalogue: IndicatorCatalogue) -> ReadSheet:
    """Read a sheet.

    Raises
    ------
    LantuError
        `bad_file`; `unknown_indicator` for a key that is neither in the catalogue nor declared.
    """
    form = load(SheetForm, path)
    for item in form.indicators:
        if catalogue.find(item.key) is None and None in (item.name, item.group, item.op):
            raise _unknown(item.key, catalogue, f"{path.name}: {item.key}")
    kept = {"format": FORMAT, "sheet": form.model_dump(mode="json")}
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return ReadSheet(form, text.encode())


@lru_cache(maxsize=256)
def sheet_of(document: bytes) -> SheetForm:
    """Read a kept sheet back."""
    return validate(SheetForm, json.loads(document)["sheet"], FORMAT)


def given_by_departments(
    catalogue: IndicatorCatalogue,
    store: object,
    ground: Ground,
    *,
    project: str | None,
    known_at: int | None = None,
) -> list[Entry]:
    """Entries of the signed sheets that hold for the day, the project and the place.

    A sheet without project and park holds everywhere. One for a park holds for the part of the
    site inside the park's boundary of that day. A store without sheets gives nothing.
    """
    if not isinstance(store, SheetStore):
        return []
    found: list[Entry] = []
    lives = latest(store.records.of(SUBJECT, known_at=known_at))
    for record in lives.values():
        if record.state != "signed":
            continue
        form = sheet_of(store.document(record.document))
        if _applies(form, project, ground.as_of):
            found += _entries(form, catalogue, ground)
    return found


def _applies(form: SheetForm, project: str | None, as_of: date) -> bool:
    ended = form.valid_to is not None and form.valid_to < as_of
    return form.valid_from <= as_of and not ended and form.project in {None, project}


def _entries(form: SheetForm, catalogue: IndicatorCatalogue, ground: Ground) -> list[Entry]:
    place = None
    if form.park is not None:
        place = _part_in(form.park, ground)
        if place is None:
            return []
    found = []
    for item in form.indicators:
        indicator = _declared(item, catalogue)
        entry = Entry(
            indicator,
            value_of(item.value, indicator.op),
            item.unit or indicator.unit,
            Origin(
                "department",
                f"{form.code}@{form.version}",
                Text(form.authority, form.authority),
                form.authority,
            ),
            form.force,
            item.article or form.basis,
            item.binding or indicator.binding,
            item.stage or indicator.stage,
            note=item.note.text() if item.note else None,
        )
        found.append(entry if place is None else replace(entry, **place))
    return found


def _part_in(park: str, ground: Ground) -> dict[str, Any] | None:
    """The part of the site in a park; None where there is none, or the boundary is not known."""

    view = ground.view(PARKS)
    if view is None or view.problem is not None:
        return None
    rows = [
        row
        for row, number in enumerate(view.features.ids.tolist())
        if view.features.fields.get(number, {}).get("park_code") == park
    ]
    if not rows:
        return None
    shape = united(ground.site.geometry, measurer_of(view).clipped[np.array(rows)])
    if not judge(shape, Tolerance()).hit:
        return None
    return {"place": shape, "share": share(size(shape), size(ground.site.geometry))}


def _declared(item: GivenForm, catalogue: IndicatorCatalogue) -> Indicator:
    known = catalogue.find(item.key)
    if known is not None:
        return known
    return Indicator(
        key=item.key,
        group=item.group or "other",
        name=item.name.text() if item.name else Text(item.key, item.key),
        op=item.op or "eq",
        pack="",
        unit=item.unit,
    )


def sheet_json(form: SheetForm) -> Mapping[str, Any]:
    """Return a sheet for JSON."""
    return form.model_dump(mode="json", exclude_none=True)


def _unknown(key: str, catalogue: IndicatorCatalogue, where: str) -> LantuError:
    known = catalogue.indicators
    return LantuError(
        "unknown_indicator",
        Text(
            f"没有指标“{key}”{near_zh(key, known)}",
            f"There is no indicator {key!r}{near_en(key, known)}",
        ),
        Text(
            "用 lantu indicators catalogue 查看指标；新指标请同时写明 name、group、op",
            "See lantu indicators catalogue; declare a new one by name, group and op",
        ),
        where=where,
    )
