"""Reservations of park totals: what projects reserve, make firm, or give back."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from api.acts import act_of, note_act
from api.auth.roles import Action, Principal, Role, not_allowed
from api.check_work import as_texts
from api.clock import now
from api.documents import holding_document, published
from api.door import PrincipalDep, ServicesDep, does
from api.openapi import problems
from api.park_work import amounts_of
from api.routes.fields import NO_NUL, Short
from api.services import Services
from checks.facts import fact_specs, project_of
from layers.assessments import Standing
from layers.store.ledger import Holding

router = APIRouter(prefix="/api/v1/reservations", tags=["reservations"])

Word = Annotated[str, Path(max_length=200, pattern=NO_NUL)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=30, allow_inf_nan=False)]


class ReservationForm(BaseModel):
    """What a project takes of an assessment's totals: from its facts, or amounts by name."""

    model_config = ConfigDict(extra="forbid")

    code: Short
    project: Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]
    facts: dict[str, Any] | None = None
    amounts: dict[Short, Amount] = Field(default_factory=dict)
    why: Short | None = None


class Row(BaseModel):
    """What a project holds of one total; `act` is the last act."""

    sequence: int
    project: str
    act: Literal["reserve", "commit", "release"]
    total: str
    amount: str


class Reservation(BaseModel):
    """What a project holds of an assessment's totals."""

    code: str
    project: str
    holdings: list[Row]


class ReservationList(BaseModel):
    """What projects hold of an assessment's totals."""

    code: str
    holdings: list[Row]


class Why(BaseModel):
    """The reason of an act, kept in the ledger."""

    model_config = ConfigDict(extra="forbid")

    why: Short | None = None


@router.get(
    "",
    operation_id="list_reservations",
    dependencies=[Depends(does(Action.READ_PARK))],
    responses=problems(404),
)
def reservations(
    services: ServicesDep,
    principal: PrincipalDep,
    code: Annotated[str, Query(max_length=200, pattern=NO_NUL)],
    project: Annotated[str | None, Query(max_length=200, pattern=NO_NUL)] = None,
) -> ReservationList:
    """List what projects hold of an assessment's totals."""
    _of_own_park(published(services.workspace, code), principal, Action.READ_PARK)
    held = services.workspace.holdings(code)
    rows = [_row(item) for item in held if project in {None, item.project}]
    return ReservationList(code=code, holdings=rows)


@router.post(
    "",
    operation_id="reserve",
    dependencies=[Depends(does(Action.RESERVE))],
    status_code=201,
    responses={
        **problems(404, 409),
        200: {"description": "The project holds these amounts already"},
        201: {"description": "Reserved", "model": Reservation},
    },
    response_model=Reservation,
)
def reserve(services: ServicesDep, principal: PrincipalDep, form: ReservationForm) -> Response:
    """Reserve an amount of every total; the same amounts again change nothing."""
    standing = published(services.workspace, form.code)
    _of_own_park(standing, principal, Action.RESERVE)
    project = None
    if form.facts is not None:
        project = project_of(as_texts(form.facts), fact_specs(), where="facts")
    given = [f"{name}={amount}" for name, amount in form.amounts.items()]
    wanted = amounts_of(standing.assessment, project, given)
    before = _last(services, form.code)
    act = act_of(principal, now(), form.why)
    held = services.workspace.reserve(standing, form.project, wanted, act)
    new = any(item.sequence > before for item in held)
    return _answer(services, principal, (form.code, form.project, "reserve"), held, new=new)


@router.post(
    "/{code}/{project}/{act}",
    operation_id="settle_reservation",
    dependencies=[Depends(does(Action.RESERVE))],
    responses=problems(404, 409),
    response_model=Reservation,
)
def settle(
    services: ServicesDep,
    principal: PrincipalDep,
    code: Word,
    project: Word,
    act: Literal["commit", "release"],
    said: Why | None = None,
) -> Response:
    """Make a reservation firm, or give back what the project holds; again changes nothing."""
    standing = published(services.workspace, code)
    _of_own_park(standing, principal, Action.RESERVE)
    before = _last(services, code)
    done = services.workspace.commit if act == "commit" else services.workspace.release
    held = done(standing, project, act_of(principal, now(), said.why if said else None))
    new = any(item.sequence > before for item in held)
    response = _answer(services, principal, (code, project, act), held, new=new)
    response.status_code = 200
    return response


def _answer(
    services: Services,
    principal: Principal,
    about: tuple[str, str, str],
    held: tuple[Holding, ...],
    *,
    new: bool,
) -> Response:
    code, project, act = about
    if new:
        detail = {"amounts": {item.total: str(item.amount) for item in held}}
        note_act(services, principal, f"total.{act}", f"total:{code}/{project}", detail)
    told = Reservation(code=code, project=project, holdings=[_row(item) for item in held])
    return JSONResponse(told.model_dump(mode="json"), 201 if new else 200)


def _row(item: Holding) -> Row:
    return Row(**holding_document(item))


def _last(services: Services, code: str) -> int:
    return max((item.sequence for item in services.workspace.holdings(code)), default=0)


def _of_own_park(standing: Standing, principal: Principal, action: Action) -> None:
    """Refuse a park body another park's totals."""
    park = standing.assessment.park
    if principal.role is Role.PARK_BODY and not principal.may_park(park.code if park else None):
        raise not_allowed(principal, f"{action} {standing.assessment.code}")
