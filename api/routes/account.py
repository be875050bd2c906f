"""One's own account over HTTP: password and language."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.auth.accounts import change_password, set_language
from api.auth.roles import Action
from api.door import PrincipalDep, ServicesDep, does
from api.openapi import problems

router = APIRouter(
    prefix="/api/v1/account", tags=["account"], dependencies=[Depends(does(Action.OWN_ACCOUNT))]
)


class PasswordForm(BaseModel):
    """The password of today and the one to come."""

    model_config = ConfigDict(extra="forbid")

    old: Annotated[str, Field(max_length=400)]
    new: Annotated[str, Field(max_length=400)]


class LanguageForm(BaseModel):
    """The language that somebody reads."""

    model_config = ConfigDict(extra="forbid")

    language: Literal["zh", "en"]


@router.put("/password", operation_id="change_password", status_code=204, responses=problems(400))
def put_password(
    request: Request, services: ServicesDep, principal: PrincipalDep, form: PasswordForm
) -> Response:
    """Change the password; all other sessions end."""
    session = getattr(request.state, "session", None)
    change_password(services, principal, old=form.old, new=form.new, session=session)
    return Response(status_code=204)


@router.put("/language", operation_id="change_language", status_code=204, responses=problems(400))
def put_language(services: ServicesDep, principal: PrincipalDep, form: LanguageForm) -> Response:
    """Keep the language, and tell the browser."""
    set_language(services, principal, form.language)
    response = Response(status_code=204)
    response.set_cookie("lantu_lang", form.language, max_age=31_536_000, samesite="lax")
    return response
