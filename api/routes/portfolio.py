"""The portfolio of projects: what blocks which, whose turn it is, what is due."""

from __future__ import annotations

import io
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from api.auth.roles import Action
from api.clock import today
from api.door import LanguageDep, PrincipalDep, ServicesDep, does
from api.openapi import problems
from api.portfolio_sheet import HEADS, safe_cell, sheet_rows
from api.projects_work import Asked, portfolio
from api.routes.fields import Asked as Text

router = APIRouter(
    prefix="/api/v1/portfolio", tags=["projects"], dependencies=[Depends(does(Action.SCHEDULE))]
)

Only = Literal["all", "reserve", "active", "prohibited", "overdue", "this_week", "data_changed"]
Year = Annotated[int | None, Query(ge=1900, le=2200)]
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("", operation_id="get_portfolio", responses=problems())
def get_portfolio(
    services: ServicesDep,
    principal: PrincipalDep,
    *,
    q: Text = "",
    district: Text = "",
    year: Year = None,
    key_project: bool = False,
    only: Only = "all",
) -> dict[str, Any]:
    """Return rows by urgency, the six numbers, and the map in longitude and latitude."""
    asked = Asked(q, district or None, year, key_project, only)
    return portfolio(services, principal, asked, today())


@router.get(
    "/sheet.xlsx", operation_id="export_portfolio", response_class=Response,
    responses={**problems(), 200: {"content": {_SHEET: {}}, "description": "The list as shown"}},
)  # fmt: skip
def export_portfolio(
    services: ServicesDep,
    principal: PrincipalDep,
    language: LanguageDep,
    *,
    q: Text = "",
    district: Text = "",
    year: Year = None,
    key_project: bool = False,
    only: Only = "all",
) -> Response:
    """Export the rows as a workbook; it may be imported again."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    day: date = today()
    asked = Asked(q, district or None, year, key_project, only)
    document = portfolio(services, principal, asked, day)
    book = Workbook(write_only=False)
    page = book.worksheets[0]
    page.title = "项目调度清单" if language == "zh" else "Projects"
    own = sorted({name for row in document["rows"] for name in row["columns"]})
    page.append([head.pick(language) for head in HEADS] + [safe_cell(name) for name in own])
    for cell in page[1]:
        cell.font = Font(bold=True)
    for cells in sheet_rows(document["rows"], own, language):
        page.append(cells)
    page.freeze_panes = "D2"
    page.auto_filter.ref = page.dimensions
    out = io.BytesIO()
    book.save(out)
    name = f"lantu-projects-{day}.xlsx"
    return Response(
        out.getvalue(),
        media_type=_SHEET,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
