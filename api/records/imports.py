"""Imports of project lists: kept with their differences until a person confirms them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from api.imports.differences import Difference
from api.records.projects import ProjectForm, add, change, find
from api.records.redlines import RedLine, add_version
from api.records.tables import Import, ImportMap, Project
from gis.errors import LantuError, Text
from gis.site import Site


def map_of(session: Session, name: str) -> Mapping[str, str]:
    """Return the mapping kept under a name; empty when there is none."""
    held = session.get(ImportMap, name)
    return {} if held is None else held.columns


def keep_map(session: Session, name: str, columns: Mapping[str, str], *, at: datetime) -> None:
    """Keep a mapping: columns of other lists under the same name stay known."""
    held = session.get(ImportMap, name)
    if held is None:
        held = ImportMap(name=name, columns={}, changed_at="")
        session.add(held)
    held.columns = {**held.columns, **columns}
    held.changed_at = at.isoformat()


def waiting(session: Session, number: int) -> Import:
    """Return an import that waits to be confirmed.

    Raises
    ------
    LantuError
        `unknown_record`, `wrong_state`.
    """
    held = session.get(Import, number)
    if held is None:
        raise LantuError(
            "unknown_record",
            Text(f"没有第 {number} 次导入", f"There is no import {number}"),
            Text("请重新上传清单", "Upload the list again"),
        )
    if held.state != "waiting":
        raise LantuError(
            "wrong_state",
            Text(f"第 {number} 次导入已处理", f"Import {number} is settled"),
            Text("如需再次导入，请重新上传清单", "Upload the list again to import it once more"),
        )
    return held


def confirm(
    session: Session,
    held: Import,
    chosen: Collection[int],
    *,
    crs: str,
    at: datetime,
    by: int | None,
    among: Collection[ColumnElement[bool]] = (),
) -> dict[str, int]:
    """Write the chosen differences, all of them or none; return how many were added, changed.

    Parameters
    ----------
    chosen
        Their `no`.
    crs
        The working CRS of red lines in the list.
    among
        What the reader may change.

    Raises
    ------
    LantuError
        What `add` and `change` refuse; `unknown_difference`.
    """
    rows = {row["no"]: row for row in held.differences if row["act"] in {"add", "change"}}
    strange = sorted(set(chosen) - set(rows))
    if strange:
        raise LantuError(
            "unknown_difference",
            Text(f"没有可确认的差异 {strange}", f"No differences {strange} to confirm"),
            Text("请刷新页面后重新选择", "Load the page again and choose"),
        )
    counts = {"added": 0, "changed": 0}
    for no in sorted(chosen):
        row = rows[no]
        project = _apply(session, row, among, at=at, by=by)
        counts["added" if row["act"] == "add" else "changed"] += 1
        if "wkb" in row:
            shape = shapely.from_wkb(bytes.fromhex(row["wkb"]))
            site = Site(project.name, shape, crs=crs, source_crs=crs)
            said = RedLine(kind="preselection", document=held.document)
            add_version(session, project, site, said, at=at, by=by)
    held.state = "confirmed"
    return counts


def _apply(
    session: Session,
    row: Difference,
    among: Collection[ColumnElement[bool]],
    *,
    at: datetime,
    by: int | None,
) -> Project:
    form = ProjectForm.model_validate(row["form"])
    if row["act"] == "add":
        return add(session, form, at=at, by=by)
    project = find(session, row["number"], among=among)
    change(session, project, form, version=None, at=at)
    return project


def summary(differences: list[Any]) -> dict[str, int]:
    """Return how many rows stand in each act."""
    acts = ("add", "change", "same", "refused", "missing")
    return {act: sum(row["act"] == act for row in differences) for act in acts}
