"""总量台账: what projects hold of the park's totals; reserve, make firm, give back."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.acts import act_of, note_act
from api.auth.roles import Action
from api.clock import now, today
from api.door import LanguageDep, PrincipalDep, ServicesDep, does
from api.pages.park.board import unknown_result
from api.pages.park.doors import ParkDep, own_parks, table_file
from api.pages.render import page
from api.park_work import bad_amount
from api.parks import STATE_WORDS, ParkName, standings_of, state_of, totals_left
from api.routes.fields import NO_NUL
from api.services import Services
from checks.inheritance.area_use import ACT_WORDS, UseTable
from gis.errors import Language, Text
from layers.assessments import Standing
from layers.store.ledger import Holding

router = APIRouter(dependencies=[Depends(does(Action.WRITE_ASSESSMENT))])

Amount = Annotated[str, Field(max_length=40, pattern=NO_NUL)]


class Booked(BaseModel):
    """One act on the totals: for which project, how much of each, and why."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    project: Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]
    amounts: Annotated[dict[str, Amount], Field(max_length=50)] = {}
    why: Annotated[str, Field(min_length=1, max_length=2000, pattern=NO_NUL)]


def accounts_of(services: Services, park: str) -> list[Standing]:
    """Return the results whose totals count: of each code the published version, else the last."""
    found: dict[str, Standing] = {}
    for item in standings_of(services.workspace, park):
        held = found.get(item.assessment.code)
        if item.assessment.totals and (held is None or held.state != "published"):
            found[item.assessment.code] = item
    return list(found.values())


@router.get("/park/{park}/account")
def account(
    request: Request, park: ParkDep, services: ServicesDep, principal: PrincipalDep
) -> HTMLResponse:
    """Show limits, holdings and every act."""
    acts = services.workspace.ledger.acts()
    day = today()
    return page(
        request,
        "park/account.html.j2",
        park=park,
        parks=own_parks(services, principal),
        tab="account",
        accounts=[
            {
                "standing": item,
                "state": state_of(item, day),
                "totals": totals_left(services.workspace, item),
                "held": _held(services, item),
                "acts": [row for row in reversed(acts) if row.code == item.assessment.code],
            }
            for item in accounts_of(services, park.code)
        ],
        words=STATE_WORDS,
        act_words=ACT_WORDS,
        facts=services.rulebook().facts,
    )


def _held(services: Services, standing: Standing) -> dict[str, dict[str, Holding]]:
    """What each project holds, by project and total."""
    found: dict[str, dict[str, Holding]] = {}
    for item in services.workspace.holdings(standing.assessment.code):
        if item.act != "release":
            found.setdefault(item.project, {})[item.total] = item
    return found


@router.post("/park/{park}/account/{code}/{act}")
def book(
    park: ParkDep,
    code: str,
    act: Literal["reserve", "commit", "release"],
    said: Booked,
    services: ServicesDep,
    principal: PrincipalDep,
) -> JSONResponse:
    """Reserve totals for a project, make them firm, or give them back."""
    standing = _standing(services, park, code)
    kept = act_of(principal, now(), said.why)
    workspace = services.workspace
    if act == "reserve":
        rows = workspace.reserve(standing, said.project, _amounts(said), kept)
    elif act == "commit":
        rows = workspace.commit(standing, said.project, kept)
    else:
        rows = workspace.release(standing, said.project, kept)
    note_act(
        services,
        principal,
        f"totals.{act}",
        f"assessment:{code}",
        {"project": said.project, "why": said.why},
    )
    return JSONResponse(
        {"holdings": [{"total": r.total, "act": r.act, "amount": str(r.amount)} for r in rows]}
    )


def _standing(services: Services, park: ParkName, code: str) -> Standing:
    for item in accounts_of(services, park.code):
        if item.assessment.code == code:
            return item
    raise unknown_result(code, "")


def _amounts(said: Booked) -> dict[str, Decimal]:
    found = {}
    for name, text in said.amounts.items():
        try:
            found[name] = Decimal(text)
        except InvalidOperation as error:
            raise bad_amount(f"{name}={text}") from error
    return found


@router.get("/park/{park}/account.{suffix}")
def account_file(
    park: ParkDep, suffix: str, services: ServicesDep, language: LanguageDep
) -> Response:
    """Hand out the account: what is held now, and every act."""
    tables = account_tables(services, park.code, language)
    return table_file(tables, f"{park.code}-{Text('总量台账', 'totals').pick(language)}", suffix)


def account_tables(services: Services, park: str, language: Language) -> list[UseTable]:
    """Return totals and acts as tables."""
    codes = {item.assessment.code for item in standings_of(services.workspace, park)}
    totals = tuple(
        (
            item.assessment.id,
            total.name,
            total.unit,
            total.limit,
            total.reserved,
            total.committed,
            total.left,
        )
        for item in accounts_of(services, park)
        for total in totals_left(services.workspace, item)
    )
    acts = tuple(
        (
            row.sequence,
            row.at[:16],
            row.code,
            row.project,
            ACT_WORDS[row.act].pick(language),
            row.total,
            row.amount,
            row.who,
            row.why,
        )
        for row in services.workspace.ledger.acts()
        if row.code in codes
    )
    first = (
        Text("成果", "Result"), Text("总量", "Total"), Text("单位", "Unit"), Text("限额", "Limit"),
        Text("预留", "Reserved"), Text("占用", "Committed"), Text("余量", "Left"),
    )  # fmt: skip
    second = (
        Text("序号", "No"), Text("时间", "At"), Text("成果代码", "Code"), Text("项目", "Project"),
        Text("办理", "Act"), Text("总量", "Total"), Text("用量", "Amount"), Text("经办", "By"),
        Text("事由", "Why"),
    )  # fmt: skip
    return [
        UseTable(title.pick(language), tuple(text.pick(language) for text in heads), rows)
        for title, heads, rows in (
            (Text("余量", "Left"), first, totals),
            (Text("台账", "Ledger"), second, acts),
        )
    ]
