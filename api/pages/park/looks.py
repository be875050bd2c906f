"""承诺与职责, 应用统计: what was promised, what the park owes, and a month's use."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from api.assessments import frozen_acts
from api.auth.roles import Action
from api.clock import today
from api.door import LanguageDep, PrincipalDep, ServicesDep, does
from api.pages.park.doors import XLSX, ParkDep, download, own_parks, table_file
from api.pages.render import page
from api.parks import STATE_WORDS, kinds_of, standings_of, state_of
from api.services import Services
from checks.inheritance.area_use import Month, UseTable, day_of, use_tables
from gis.errors import Language, LantuError, Text

router = APIRouter(dependencies=[Depends(does(Action.WRITE_ASSESSMENT))])


def promises_of(services: Services, park: str) -> list[dict[str, Any]]:
    """Return what projects accepted in writing: the frozen conditions that rest on results."""
    codes = {item.assessment.code for item in standings_of(services.workspace, park)}
    return [
        {
            "project": act.record.code,
            "name": act.document["project"]["name"] or "",
            "kind": item["name"],
            "result": f"{item['assessment']['code']}@{item['assessment']['version']}",
            "texts": item["texts"],
            "day": day_of(act.record.at).isoformat(),
            "version": act.record.version,
        }
        for act in frozen_acts(services.workspace)
        for item in act.document["content"]["commitments"]
        if item["assessment"]["code"] in codes
    ]


@router.get("/park/{park}/duties")
def duties(
    request: Request, park: ParkDep, services: ServicesDep, principal: PrincipalDep
) -> HTMLResponse:
    """Show the duties of the park, and what projects promised."""
    day = today()
    held = [
        (item, state_of(item, day))
        for item in standings_of(services.workspace, park.code)
        if item.state not in {"superseded", "withdrawn"}
    ]
    return page(
        request,
        "park/duties.html.j2",
        park=park,
        parks=own_parks(services, principal),
        tab="duties",
        held=held,
        promises=promises_of(services, park.code),
        kinds=kinds_of(services),
        words=STATE_WORDS,
    )


@router.get("/park/{park}/duties.{suffix}")
def duties_file(
    park: ParkDep, suffix: str, services: ServicesDep, language: LanguageDep
) -> Response:
    """Hand out duties and commitments as tables."""
    done = {True: Text("已落实", "done"), False: Text("未落实", "not done"), None: Text("", "")}
    owed = tuple(
        (item.assessment.id, item.assessment.title, duty.text, done[duty.done].pick(language))
        for item in standings_of(services.workspace, park.code)
        if item.state not in {"superseded", "withdrawn"}
        for duty in item.assessment.duties or ()
    )
    asked = tuple(
        (item.assessment.id, item.assessment.title, text.pick(language))
        for item in standings_of(services.workspace, park.code)
        if item.state not in {"superseded", "withdrawn"}
        for text in item.assessment.commitments or ()
    )
    given = tuple(
        (row["day"], row["project"], row["name"], row["result"], len(row["texts"]))
        for row in promises_of(services, park.code)
    )
    result, title = Text("成果", "Result"), Text("名称", "Title")
    sheets = (
        (
            Text("片区职责", "Duties"),
            (result, title, Text("措施", "Duty"), Text("状态", "State")),
            owed,
        ),
        (Text("承诺条件", "Commitments"), (result, title, Text("条件", "Condition")), asked),
        (
            Text("项目承诺", "Accepted by projects"),
            (Text("日期", "Day"), Text("项目", "Project"), title, result, Text("条数", "Number")),
            given,
        ),
    )
    tables = [_table(name, heads, rows, language) for name, heads, rows in sheets]
    name = Text("承诺与职责", "duties").pick(language)
    return table_file(tables, f"{park.code}-{name}", suffix)


def _table(
    name: Text, heads: tuple[Text, ...], rows: tuple[tuple[object, ...], ...], language: Language
) -> UseTable:
    return UseTable(name.pick(language), tuple(head.pick(language) for head in heads), rows)


def month_of(text: str) -> Month:
    """Read a month such as 2026-11; without one it is this month.

    Raises
    ------
    LantuError
        `bad_value`.
    """
    day = today()
    if not text:
        return Month(day.year, day.month)
    year, mark, month = text.partition("-")
    good = mark and len(year) == 4 and len(month) == 2 and (year + month).isdecimal()
    if not good or not 1 <= int(month) <= 12 or int(year) < 1:
        raise LantuError(
            "bad_value",
            Text(f"“{text[:20]}”不是月份", f"{text[:20]!r} is no month"),
            Text("请写成 2026-11", "Write 2026-11"),
            where="month",
        )
    return Month(int(year), int(month))


def _tables(services: Services, park: str, month: Month, language: Language) -> list[UseTable]:
    workspace = services.workspace
    standings = standings_of(workspace, park)
    acts = workspace.ledger.acts()
    frozen = frozen_acts(workspace)
    return use_tables(month, standings, frozen, acts, language, kinds=kinds_of(services))


@router.get("/park/{park}/use")
def use(
    request: Request,
    park: ParkDep,
    services: ServicesDep,
    principal: PrincipalDep,
    language: LanguageDep,
    month: str = "",
) -> HTMLResponse:
    """Show a month's use of the park's results."""
    chosen = month_of(month)
    return page(
        request,
        "park/use.html.j2",
        park=park,
        parks=own_parks(services, principal),
        tab="use",
        month=str(chosen),
        tables=_tables(services, park.code, chosen, language),
    )


@router.get("/park/{park}/use.xlsx")
def use_file(
    park: ParkDep, services: ServicesDep, language: LanguageDep, month: str = ""
) -> Response:
    """Hand out a month's use as a workbook."""
    from checks.report.workbook import write_workbook

    chosen = month_of(month)
    last = date(chosen.year, chosen.month, monthrange(chosen.year, chosen.month)[1])
    title = Text(f"区域评估成果应用情况 {chosen}", f"use of area assessments {chosen}").pick(
        language
    )
    content = write_workbook(_tables(services, park.code, chosen, language), title=title, day=last)
    return download(content, f"{park.code}-{title}.xlsx", XLSX)
