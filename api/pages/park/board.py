"""The first page of a park: four numbers, one row for each kind, the map of plots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from sqlalchemy import select
from starlette.responses import Response

from api.assessments import Touched, touched_by
from api.auth.roles import Action
from api.clock import today
from api.door import LanguageDep, PrincipalDep, ServicesDep, does
from api.pages.park.doors import ParkDep, own_parks, table_file
from api.pages.park.drafts import ASSESSMENT
from api.pages.render import page
from api.parks import SOON_DAYS, STATE_WORDS, KindRow, boundary_of, kind_rows, park_plots
from api.records.tables import Draft, Task
from api.records.tasks import answers_of, standing_answer, tasks_about
from api.services import Services
from checks.inheritance.area_use import UseTable
from gis.errors import Language, LantuError, Text
from layers.assessments import Standing
from maps.display import lonlat_box, lonlat_json

router = APIRouter(dependencies=[Depends(does(Action.WRITE_ASSESSMENT))])


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that waits for the park body: what, and where it is done."""

    text: Text
    href: str
    kind: str = ""


@router.get("/park")
def first(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Lead to one's first park; say what to do where there is none."""
    parks = own_parks(services, principal)
    if parks:
        return RedirectResponse(f"/park/{parks[0].code}", 303)
    return page(request, "park/none.html.j2")


@router.get("/park/{park}")
def board(
    request: Request,
    park: ParkDep,
    services: ServicesDep,
    principal: PrincipalDep,
    sent: str = "",
) -> HTMLResponse:
    """Show the park; `sent` names the version that was just submitted."""
    day = today()
    rows = kind_rows(services, park.code, day)
    uses = _uses(services, rows)
    asked = _asked(services, rows)
    todos = todos_of(services, park.code, rows, asked)
    has_boundary = boundary_of(services.workspace, park.code, day) is not None
    return page(
        request,
        "park/board.html.j2",
        park=park,
        parks=own_parks(services, principal),
        rows=rows,
        uses=uses,
        asked=asked,
        todos=todos,
        waiting={todo.kind for todo in todos},
        projects=_projects(uses),
        has_boundary=has_boundary,
        has_results=any(row.standing for row in rows),
        drafts=drafts_of(services, park.code),
        words=STATE_WORDS,
        soon=SOON_DAYS,
        day=day,
        tab="results",
        sent=next((i for i in asked if i == sent), ""),
    )


@router.get("/park/{park}/results.{suffix}")
def results_file(
    park: ParkDep, suffix: str, services: ServicesDep, language: LanguageDep
) -> Response:
    """Hand out the table of kinds."""
    rows = kind_rows(services, park.code, today())
    table = results_table(rows, _uses(services, rows), language)
    return table_file([table], f"{park.code}-{table.title}", suffix)


def results_table(
    rows: list[KindRow], uses: Mapping[str, list[Touched]], language: Language
) -> UseTable:
    """Return the kinds as a table: what the page shows, one row for each."""
    heads = (
        Text("评估事项", "Kind"),
        Text("成果代码", "Code"),
        Text("版本", "Version"),
        Text("文号", "Document"),
        Text("状态", "State"),
        Text("覆盖园区", "Share of the park"),
        Text("有效期至", "Valid to"),
        Text("剩余天数", "Days left"),
        Text("采信部门", "Acknowledged by"),
        Text("总量余量", "Totals left"),
        Text("使用项目数", "Projects"),
    )
    listed = []
    for row in rows:
        one = row.standing.assessment if row.standing else None
        known = row.standing.acknowledged if row.standing else None
        left = "；".join(f"{item.name} {item.left} {item.unit}".strip() for item in row.totals)
        listed.append(
            (
                row.name.pick(language),
                one.code if one else None,
                one.version if one else None,
                one.approval_no if one else None,
                STATE_WORDS[row.state].pick(language),
                round(row.cover, 6) if row.cover is not None else None,
                one.valid_to.isoformat() if one and one.valid_to else None,
                row.days_left,
                "、".join(item.authority for item in known or ()),
                left or None,
                len(uses.get(one.code, ())) if one else 0,
            )
        )
    title = Text("成果一览", "Results").pick(language)
    return UseTable(title, tuple(head.pick(language) for head in heads), tuple(listed))


# --- map ----------------------------------------------------------------------------------------


@router.get("/park/{park}/map.json")
def map_data(park: ParkDep, services: ServicesDep) -> JSONResponse:
    """Return outline and plots for the map, each with the kinds that it can share."""
    day, workspace = today(), services.workspace
    boundary = boundary_of(workspace, park.code, day)
    if boundary is None:
        return JSONResponse({"bbox": None, "outline": None, "plots": [], "of": 0})
    views = []
    if services.rulebook().inheritance is not None:
        views = park_plots(workspace, services.rulebook(), park.code, day)
    plots = [
        {
            "type": "Feature",
            "id": view.plot.name,
            "properties": {
                "plot": view.plot.name,
                "name": view.plot.attributes.get("name") or view.plot.name,
                "ready": view.ready,
                "kinds": [item.kind.key for item in view.kinds if item.ready],
            },
            "geometry": lonlat_json(view.plot.geometry, workspace.crs),
        }
        for view in views
    ]
    return JSONResponse(
        {
            "bbox": lonlat_box([boundary], workspace.crs),
            "outline": lonlat_json(boundary, workspace.crs),
            "plots": plots,
            "of": len(views[0].kinds) if views else 0,
        }
    )


@router.get("/park/{park}/kinds/{kind}.json")
def kind_map(park: ParkDep, kind: str, services: ServicesDep) -> JSONResponse:
    """Return the extent of a kind's result, and the holes: what of the park it does not hold."""
    from gis.overlay import subtract

    day, workspace = today(), services.workspace
    row = next((row for row in kind_rows(services, park.code, day) if row.key == kind), None)
    boundary = boundary_of(workspace, park.code, day)
    if row is None or row.standing is None:
        return JSONResponse({"extent": None, "holes": None, "hole_m2": None})
    extent = row.standing.assessment.extent
    holes = subtract(boundary, extent) if boundary is not None else None
    return JSONResponse(
        {
            "extent": lonlat_json(extent, workspace.crs),
            "holes": None if holes is None or holes.is_empty else lonlat_json(holes, workspace.crs),
            "hole_m2": None if holes is None else round(float(holes.area), 2),
        }
    )


# --- numbers ------------------------------------------------------------------------------------


def _uses(services: Services, rows: list[KindRow]) -> dict[str, list[Touched]]:
    codes = [item.assessment.code for row in rows for item in _all(row)]
    return touched_by(services, codes)


def _all(row: KindRow) -> list[Standing]:
    return [item for item in (row.standing, *row.others) if item is not None]


def _projects(uses: Mapping[str, list[Touched]]) -> list[str]:
    return sorted({item.project for items in uses.values() for item in items})


def subject_of(standing: Standing) -> str:
    """Return how tasks name a version."""
    return f"assessment:{standing.assessment.id}"


def _asked(services: Services, rows: list[KindRow]) -> dict[str, dict[str, Any]]:
    """How far the departments are with what was submitted, by the version's id."""
    waiting = [
        item
        for row in rows
        for item in (row.standing, row.pending)
        if item is not None and item.state == "submitted"
    ]
    found: dict[str, dict[str, Any]] = {}
    with services.records.reading() as session:
        tasks = tasks_about(session, [subject_of(item) for item in waiting])
        acts = answers_of(session, tasks)
    for item in waiting:
        mine = [task for task in tasks if task.subject == subject_of(item)]
        mine = [task for task in mine if task.state != "withdrawn"]
        answers = [standing_answer(acts[task.id]) for task in mine]
        known = {one.authority for one in item.acknowledged or ()}
        found[item.assessment.id] = {
            "of": len(mine),
            "done": sum(
                task.department in known or (a is not None and a.outcome == "acknowledged")
                for task, a in zip(mine, answers, strict=True)
            ),
            "returned": any(a is not None and a.outcome == "returned" for a in answers),
        }
    return found


def asked_about(services: Services, standing: Standing) -> list[tuple[Task, list[Any]]]:
    """Return the tasks on a version, each with every act on it."""
    with services.records.reading() as session:
        tasks = tasks_about(session, [subject_of(standing)])
        acts = answers_of(session, tasks)
    return [(task, acts[task.id]) for task in tasks]


def drafts_of(services: Services, park: str) -> list[Draft]:
    """Return the drafts of a park that were begun, the last touched first."""
    with services.records.reading() as session:
        query = select(Draft).where(Draft.park == park, Draft.kind == ASSESSMENT)
        query = query.order_by(Draft.changed_at.desc(), Draft.id)
        return list(session.scalars(query))


def todos_of(
    services: Services, park: str, rows: list[KindRow], asked: Mapping[str, dict[str, Any]]
) -> list[Todo]:
    """Return what waits for the park body itself."""
    found = []
    for draft in drafts_of(services, park):
        name = draft.title or draft.body.get("form", {}).get("kind", "")
        found.append(
            Todo(
                Text(f"继续填写草稿：{name}", f"Go on with the draft: {name}"),
                f"/park/{park}/drafts/{draft.id}",
                str(draft.body.get("form", {}).get("kind", "")),
            )
        )
    for row in rows:
        for item in (row.standing, row.pending):
            found += [] if item is None else _todo(park, row, item, asked.get(item.assessment.id))
    return found


def _todo(park: str, row: KindRow, item: Standing, state: dict[str, Any] | None) -> list[Todo]:
    href = f"/park/{park}/results/{item.assessment.code}/{item.assessment.version}"
    name = item.assessment.title
    if item.state == "draft":
        return [Todo(Text(f"提交草稿：{name}", f"Submit the draft: {name}"), href, row.key)]
    if state is None:
        return []
    if state["returned"]:
        return [Todo(Text(f"部门退回：{name}", f"Returned: {name}"), href, row.key)]
    if state["done"] == state["of"]:
        return [Todo(Text(f"采信已齐，可公布：{name}", f"Ready to publish: {name}"), href, row.key)]
    return []


def unknown_result(code: str, version: str) -> LantuError:
    """Return the refusal of a result that is not this park's."""
    return LantuError(
        "unknown_assessment",
        Text(f"本园区没有成果 {code}@{version}", f"This park has no result {code}@{version}"),
        Text("请从“我的片区”列表进入", "Open it from the list of your park"),
        where=code,
    )
