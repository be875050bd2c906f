"""What a list says otherwise than the records: to be confirmed by a person, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import shapely
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api.imports.rows import ListedProject
from api.records.projects import told
from api.records.redlines import newest_of_all
from api.records.tables import Project
from gis.errors import LantuError

Difference = dict[str, Any]
"""`{no, row, act, number, name, form, before, after, wkb, error}` as plain JSON values.

`act`: add, change, same, refused, or missing (in the records, not in the list; nothing is done
with it). `form` is what will be written, `before` and `after` the fields that differ.
"""


def compare(
    session: Session,
    listed: Sequence[ListedProject | LantuError],
    *,
    among: Iterable[ColumnElement[bool]] = (),
) -> list[Difference]:
    """Compare a list with the records; `among` limits them to what the reader may change.

    A row is the project with its internal number, else with its code, else the only one of its
    name and district. What the row leaves empty counts as emptied only where the list has the
    column; a project that the list does not name is told and left alone.
    """
    query = select(Project).where(*among).order_by(Project.number)
    projects = session.scalars(query).all()
    index = _Index(projects)
    lines = newest_of_all(session)
    found: list[Difference] = []
    met: set[str] = set()
    for item in listed:
        if isinstance(item, LantuError):
            found.append({"act": "refused", **item.as_dict()})
            continue
        project = index.find(item)
        if project is not None and project.number in met:
            project = None
        if project is not None:
            met.add(project.number)
        line = lines.get(project.id) if project else None
        found.append(_difference(item, project, None if line is None else line.wkb))
    found += [
        {"act": "missing", "number": project.number, "name": project.name}
        for project in projects
        if project.number not in met
    ]
    return [{"no": no, **row} for no, row in enumerate(found, start=1)]


def _difference(item: ListedProject, project: Project | None, line: bytes | None) -> Difference:
    form = item.form.model_dump(mode="json", exclude_unset=True)
    wkb = shapely.to_wkb(item.site.geometry) if item.site else None
    row: Difference = {"row": item.row, "name": item.form.name, "form": form}
    if wkb is not None and wkb != line:
        row["wkb"] = wkb.hex()
    if project is None:
        return {**row, "act": "add", "number": None, "before": {}, "after": form}
    before, after = _changed(told(project), form)
    act = "change" if before or after or "wkb" in row else "same"
    return {**row, "act": act, "number": project.number, "before": before, "after": after}


def _changed(
    held: Mapping[str, Any], form: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields that differ, those within facts and own columns by their names."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, value in form.items():
        if name in {"facts", "columns"}:
            for key, item in value.items():
                old = held[name].get(key)
                if (old or None) != (item if item != "" else None) and old != item:
                    before[f"{name}.{key}"], after[f"{name}.{key}"] = old, item
        elif (held[name] or None) != (value or None):
            before[name], after[name] = held[name], value
    return before, after


class _Index:
    """Projects by number, by code, by name and district."""

    def __init__(self, projects: Sequence[Project]) -> None:
        self.by_number = {project.number: project for project in projects}
        self.by_code = {project.code: project for project in projects if project.code}
        self.by_name: dict[tuple[str, str], list[Project]] = {}
        for project in projects:
            self.by_name.setdefault((project.name, project.district), []).append(project)

    def find(self, item: ListedProject) -> Project | None:
        """Return the project that a row speaks of, None for a new one."""
        form = item.form
        if item.number in self.by_number:
            return self.by_number[item.number]
        if form.code and form.code in self.by_code:
            return self.by_code[form.code]
        same = self.by_name.get(((form.name or "").strip(), (form.district or "").strip()), [])
        same = [one for one in same if not (form.code and one.code)]
        return same[0] if len(same) == 1 else None
