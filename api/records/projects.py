"""Projects: a number for life, a code once it is given, facts, the office's own columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from api.auth.roles import Principal
from api.auth.scope import projects_seen_by
from api.records.tables import Project
from checks.facts import Project as ProjectFacts
from checks.facts import project_of
from checks.rule import FactSpec
from gis.errors import LantuError, Text

Word = Annotated[str, Field(max_length=200)]


class Place(BaseModel):
    """Where a project is while it has no red line: a point in the working CRS, or an address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    point: tuple[float, float] | None = None
    address: Annotated[str, Field(max_length=400)] | None = None


class ProjectForm(BaseModel):
    """What may be said of a project; what is not named stays, a null empties."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Word | None = None
    name: Word | None = None
    district: Word | None = None
    park: Word | None = None
    lead: Word | None = None
    owner: Word | None = None
    phase: Literal["reserve", "active"] | None = None
    stage: Word | None = None
    stage_since: date | None = None
    stage_days: Annotated[int, Field(ge=0, le=10_000)] | None = None
    next_step: Word | None = None
    next_due: date | None = None
    key_project: bool | None = None
    year: Annotated[int, Field(ge=1900, le=2200)] | None = None
    facts: dict[str, Any] | None = None
    columns: dict[Word, Any] | None = None
    place: Place | None = None


FIELDS: Mapping[str, Text] = MappingProxyType(
    {
        "code": Text("项目统一代码", "Project code"),
        "name": Text("项目名称", "Name"),
        "district": Text("区", "District"),
        "park": Text("片区", "Park"),
        "lead": Text("牵头单位", "Lead"),
        "owner": Text("责任人", "Person in charge"),
        "phase": Text("储备或实施", "Phase"),
        "stage": Text("阶段", "Stage"),
        "stage_since": Text("进入阶段日期", "In stage since"),
        "stage_days": Text("阶段时限（工作日）", "Time limit of the stage (working days)"),
        "next_step": Text("下一节点", "Next step"),
        "next_due": Text("节点日期", "Due"),
        "key_project": Text("重点项目", "Key project"),
        "year": Text("年度", "Year"),
        "facts": Text("项目情况", "Facts"),
        "columns": Text("其他列", "Own columns"),
        "place": Text("位置", "Place"),
    }
)
"""Fields in words, in the order in which people read them."""


def add(session: Session, form: ProjectForm, *, at: datetime, by: int | None) -> Project:
    """Add a project; its internal number is the next of the year: `P2026-0001`.

    Raises
    ------
    LantuError
        `project_unnamed`, `code_taken`.
    """
    if not (form.name or "").strip():
        raise LantuError(
            "project_unnamed",
            Text("项目没有名称", "The project has no name"),
            Text("请填写项目名称；代码可以以后补", "Give a name; the code may follow later"),
        )
    _free(session, form.code, besides=None)
    moment = at.isoformat()
    project = Project(
        number=_next_number(session, at.year),
        name="",
        created_by=by,
        created_at=moment,
        changed_at=moment,
        facts={},
        columns={},
        version=1,
        phase="reserve",
    )
    _write(project, form)
    session.add(project)
    session.flush()
    return project


def change(
    session: Session, project: Project, form: ProjectForm, *, version: int | None, at: datetime
) -> Mapping[str, tuple[Any, Any]]:
    """Change a project; return before and after of each field that differs.

    Parameters
    ----------
    version
        The version that the change was made from; None does not ask.

    Raises
    ------
    LantuError
        `changed_meanwhile` when somebody else changed it since, `code_taken`.
    """
    if version is not None and version != project.version:
        raise LantuError(
            "changed_meanwhile",
            Text(
                f"项目 {project.number} 已被他人修改：现为第 {project.version} 版，"
                f"提交的依据第 {version} 版",
                f"Project {project.number} was changed meanwhile: version {project.version}, "
                f"yours came from {version}",
            ),
            Text("请刷新后再改", "Load it again, then change it"),
            where=project.number,
        )
    _free(session, form.code, besides=project.id)
    before = told(project)
    _write(project, form)
    after = told(project)
    changed = {key: (before[key], after[key]) for key in after if before[key] != after[key]}
    if changed:
        project.version += 1
        project.changed_at = at.isoformat()
    return changed


def told(project: Project) -> dict[str, Any]:
    """Return the fields of `FIELDS` as plain values."""
    return {name: getattr(project, name) for name in FIELDS}


def find(session: Session, key: str, *, among: Iterable[ColumnElement[bool]] = ()) -> Project:
    """Return a project by its code, else by its internal number; `among` limits the search.

    Raises
    ------
    LantuError
        `unknown_project`.
    """
    query = select(Project).where(or_(Project.code == key, Project.number == key), *among)
    project = session.scalar(query.order_by(Project.code.is_(None)).limit(1))
    if project is None:
        raise unknown_project(key)
    return project


def search(
    *,
    words: str = "",
    district: str | None = None,
    year: int | None = None,
    phase: str | None = None,
    key_only: bool = False,
    among: Iterable[ColumnElement[bool]] = (),
) -> Select[Project]:
    """Return the query of projects that fit, by number; `among` limits it to what may be seen."""
    query = select(Project).order_by(Project.number)
    for word in words.split():
        like = f"%{_literal(word)}%"
        query = query.where(
            or_(
                *(
                    column.ilike(like, escape="\\")
                    for column in (Project.name, Project.code, Project.number, Project.lead)
                )
            )
        )
    if district:
        query = query.where(Project.district == district)
    if year is not None:
        query = query.where(Project.year == year)
    if phase:
        query = query.where(Project.phase == phase)
    if key_only:
        query = query.where(Project.key_project.is_(True))
    return query.where(*among)


def project_by_code(session: Session, principal: Principal, named: str) -> Project:
    """Return a project by its code, else by its internal number.

    Raises
    ------
    LantuError
        `unknown_project`, also for one that this person may not see.
    """
    return find(session, named, among=[projects_seen_by(principal)])


def unknown_project(named: str) -> LantuError:
    """Return the refusal of a project that is not there, or not for this person."""
    return LantuError(
        "unknown_project",
        Text(f"没有项目 {named[:100]}，或无权查看", f"There is no project {named[:100]} for you"),
        Text("请核对项目代码", "Check the project's code"),
        where=named[:100],
    )


def project_document(row: Project) -> dict[str, Any]:
    """Return a project for JSON."""
    return {
        "number": row.number,
        "code": row.code,
        "name": row.name,
        "district": row.district,
        "park": row.park,
        "lead": row.lead,
        "owner": row.owner,
        "phase": row.phase,
        "stage": row.stage,
        "stage_since": row.stage_since,
        "stage_days": row.stage_days,
        "next_step": row.next_step,
        "next_due": row.next_due,
        "key_project": row.key_project,
        "year": row.year,
        "facts": row.facts,
        "columns": row.columns,
        "place": row.place,
        "created_at": row.created_at,
        "changed_at": row.changed_at,
        "version": row.version,
    }


def facts_of(project: Project, specs: Mapping[str, FactSpec]) -> ProjectFacts:
    """Return the project as the checks take it; refuses as `checks.facts.project_of`."""
    data = {key: _text(value) for key, value in project.facts.items()}
    read = project_of(data, specs, where=project.number)
    return ProjectFacts(code=project.code or project.number, name=project.name, facts=read.facts)


def _text(value: object) -> object:
    """Return a stored fact as a facts file writes it: scalars as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:.15g}"
    if isinstance(value, list):
        return [str(item) for item in value]
    return value


def _write(project: Project, form: ProjectForm) -> None:
    for name in form.model_fields_set:
        value = getattr(form, name)
        if name in {"facts", "columns"}:
            kept = {**getattr(project, name), **(value or {})}
            value = {key: item for key, item in kept.items() if item not in (None, "")}
        elif name == "place":
            value = (value.model_dump(mode="json", exclude_none=True) or None) if value else None
        elif isinstance(value, date):
            value = value.isoformat()
        elif isinstance(value, str):
            value = value.strip()
        if name == "code":
            value = value or None
        setattr(project, name, _EMPTY.get(name, "") if value is None else value)


_EMPTY: Mapping[str, Any] = MappingProxyType(
    dict.fromkeys(("code", "stage_since", "stage_days", "next_due", "year", "place"))
    | {"phase": "reserve", "key_project": False}
)
"""What a field is when nothing is said; other fields are an empty text."""


def _free(session: Session, code: str | None, *, besides: int | None) -> None:
    if not code:
        return
    other = session.scalar(select(Project).where(Project.code == code.strip()))
    if other is not None and other.id != besides:
        raise LantuError(
            "code_taken",
            Text(
                f"项目代码 {code} 已属于 {other.number}（{other.name}）",
                f"Code {code} belongs to {other.number} ({other.name})",
            ),
            Text("请核对代码，或修改已有的项目", "Check the code, or change that project"),
            where=code,
        )


def _next_number(session: Session, year: int) -> str:
    head = f"P{year}-"
    last = session.scalar(
        select(func.max(Project.number)).where(
            Project.number.like(f"{head}%"), func.length(Project.number) == _longest(session, head)
        )
    )
    count = int(last.removeprefix(head)) if last else 0
    return f"{head}{count + 1:04d}"


def _longest(session: Session, head: str) -> int:
    """Length of the longest number of a year: `P2026-10000` comes after `P2026-9999`."""
    query = select(func.max(func.length(Project.number))).where(Project.number.like(f"{head}%"))
    return session.scalar(query) or 0


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
