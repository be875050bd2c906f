"""Access tokens of one's own over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from api.auth.roles import Action
from api.auth.tokens import LONGEST_DAYS, make_token, revoke_token, tokens
from api.door import PrincipalDep, ServicesDep, does
from api.openapi import problems
from api.records.tables import Token
from api.routes.fields import NO_NUL, RowId

router = APIRouter(
    prefix="/api/v1/tokens", tags=["account"], dependencies=[Depends(does(Action.OWN_ACCOUNT))]
)


class TokenForm(BaseModel):
    """A token to be made."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)]
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = 90
    actions: Annotated[
        list[Action] | None, Field(description="its scope; null is all that the role may")
    ] = None


class TokenOut(BaseModel):
    """A token, without itself."""

    id: int
    name: str
    actions: list[str] | None
    created_at: str
    expires_at: str
    revoked_at: str | None


class NewTokenOut(TokenOut):
    """A token that was just made, told this once."""

    token: str


class TokenList(BaseModel):
    """Tokens, the newest first."""

    items: list[TokenOut]


@router.get("", operation_id="list_tokens", responses=problems())
def get_tokens(services: ServicesDep, principal: PrincipalDep) -> TokenList:
    """List one's own tokens."""
    return TokenList(items=[TokenOut(**_said(token)) for token in tokens(services, principal)])


@router.post("", operation_id="make_token", status_code=201, responses=problems(400))
def post_token(services: ServicesDep, principal: PrincipalDep, form: TokenForm) -> NewTokenOut:
    """Make a token; it is told in this answer and never again."""
    made, secret = make_token(
        services, principal, name=form.name, days=form.days, actions=form.actions
    )
    return NewTokenOut(**_said(made), token=secret)


@router.delete("/{token_id}", operation_id="revoke_token", status_code=204, responses=problems(404))
def delete_token(
    services: ServicesDep,
    principal: PrincipalDep,
    token_id: RowId,
) -> Response:
    """Revoke a token of one's own."""
    revoke_token(services, principal, token_id)
    return Response(status_code=204)


def _said(token: Token) -> dict[str, object]:
    return {name: getattr(token, name) for name in TokenOut.model_fields}
