"""The reference of rules, scenarios and project facts, as they stand on a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from api.auth.roles import Action
from api.clock import today
from api.documents import rule_document
from api.door import ServicesDep, does
from api.openapi import Words, problems
from api.tagged import TAGGED, tagged
from checks.facts import fact_specs
from checks.rule import Severity
from checks.rulebook.tools import explain, find_rule, values_on

router = APIRouter(prefix="/api/v1", dependencies=[Depends(does(Action.READ_PUBLIC))])


class Rule(BaseModel):
    """A rule in the words that reports use."""

    code: str
    title: Words
    pack: str
    layers: list[str]
    tests: list[str]
    severity: str
    verdict_family: str
    tolerance: dict[str, float | None]
    basis: list[dict[str, Any]]
    say: dict[str, Words]
    authority: str
    checked_on: str | None


class RuleList(BaseModel):
    """Rules by code, in the order of their packs; `next` is the cursor of the next page."""

    items: list[Rule]
    next: str | None


class RuleOnDay(Rule):
    """A rule with the values in force on a day; `text` explains it in whole lines."""

    as_of: date
    values: dict[str, dict[str, Any] | None]
    text: Words


class Scenario(BaseModel):
    """Which rules apply to which kind of project and question."""

    key: str
    title: Words
    pack: str
    rules: int
    required_layers: list[str]
    sections: list[int] | None
    chosen_by_facts: bool


class ScenarioList(BaseModel):
    """All scenarios of the workspace's packs."""

    items: list[Scenario]


class Fact(BaseModel):
    """One project fact of the closed list."""

    key: str
    type: str
    label: Words
    unit: str | None
    group: str
    help: str
    allowed: dict[str, Words]
    minimum: float | None
    maximum: float | None


class FactList(BaseModel):
    """The closed list of project facts, in the order of forms."""

    items: list[Fact]


@router.get(
    "/rules",
    tags=["rules"],
    operation_id="list_rules",
    responses={**problems(), **TAGGED},
    response_model=RuleList,
)
def rules(
    request: Request,
    services: ServicesDep,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
    cursor: Annotated[str | None, Query(max_length=100, description="a code")] = None,
    pack: Annotated[str | None, Query(max_length=100)] = None,
    severity: Severity | None = None,
    layer: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """List the rules in force in this workspace."""
    found = [
        rule
        for rule in services.rulebook().rules.values()
        if pack in {None, rule.pack}
        and severity in {None, rule.severity}
        and (layer is None or layer in rule.layers())
    ]
    codes = [rule.code for rule in found]
    start = codes.index(cursor) + 1 if cursor in codes else 0
    shown = found[start : start + limit]
    more = start + limit < len(found)
    items = [Rule(**rule_document(rule)) for rule in shown]
    return tagged(request, RuleList(items=items, next=shown[-1].code if more else None))


@router.get(
    "/rules/{code}",
    tags=["rules"],
    operation_id="read_rule",
    responses={**problems(404), **TAGGED},
    response_model=RuleOnDay,
)
def rule(
    request: Request,
    services: ServicesDep,
    code: Annotated[str, Path(max_length=100)],
    as_of: Annotated[date | None, Query(description="default: today in Shanghai")] = None,
) -> Response:
    """Return a rule with its values, basis and wording on a day."""
    book, specs, day = services.rulebook(), services.workspace.specs(), as_of or today()
    one = find_rule(book, code)
    document = RuleOnDay(
        **rule_document(one),
        as_of=day,
        values=values_on(book, code, specs, day=day),
        text=Words(**explain(book, code, specs, day=day).as_dict()),
    )
    return tagged(request, document)


@router.get(
    "/scenarios",
    tags=["rules"],
    operation_id="list_scenarios",
    responses={**problems(), **TAGGED},
    response_model=ScenarioList,
)
def scenarios(request: Request, services: ServicesDep) -> Response:
    """List the scenarios to choose from."""
    items = [
        Scenario(
            key=one.key,
            title=Words(**one.title.as_dict()),
            pack=one.pack,
            rules=len(one.rules),
            required_layers=list(one.required_layers),
            sections=None if one.sections is None else list(one.sections),
            chosen_by_facts=one.when is not None,
        )
        for one in services.rulebook().scenarios.values()
    ]
    return tagged(request, ScenarioList(items=items))


@router.get(
    "/facts",
    tags=["rules"],
    operation_id="list_facts",
    responses={**problems(), **TAGGED},
    response_model=FactList,
)
def facts(request: Request) -> Response:
    """List what may be said of a project, for forms."""
    items = [
        Fact(
            key=one.key,
            type=one.type,
            label=Words(**one.label.as_dict()),
            unit=one.unit,
            group=one.group,
            help=one.help,
            allowed={key: Words(**text.as_dict()) for key, text in one.allowed.items()},
            minimum=one.minimum,
            maximum=one.maximum,
        )
        for one in fact_specs().values()
    ]
    return tagged(request, FactList(items=items))
