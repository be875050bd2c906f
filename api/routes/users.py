"""Accounts over HTTP, for administrators."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from api.auth.accounts import add_user, change_user, reset_password, users
from api.auth.roles import Action, Role
from api.auth.sessions import is_paused
from api.clock import now
from api.door import PrincipalDep, ServicesDep, does
from api.openapi import problems
from api.records.tables import User
from api.routes.fields import RowId, Short

router = APIRouter(
    prefix="/api/v1/users", tags=["users"], dependencies=[Depends(does(Action.MANAGE_USERS))]
)


class Bound(BaseModel):
    """What an account is and what it is bound to; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Short | None = None
    parks: Annotated[list[Short], Field(max_length=200)] | None = None
    department: Short | None = None
    district: Short | None = None
    confidential: bool | None = None
    language: Literal["zh", "en"] | None = None


class UserForm(Bound):
    """An account to be made; without a password a one-time one is told in the answer."""

    login: Annotated[str, Field(min_length=1, max_length=64)]
    role: Role
    password: Annotated[str, Field(max_length=400)] | None = None


class UserChange(Bound):
    """What changes of an account."""

    role: Role | None = None
    active: bool | None = None


class UserOut(BaseModel):
    """An account, without anything secret."""

    id: int
    login: str
    name: str
    role: Role
    parks: list[str]
    department: str
    district: str
    confidential: bool
    language: str
    active: bool
    must_change: bool
    by_provider: bool = Field(description="signs in by the identity provider")
    paused: bool = Field(description="sign-in pauses after failures")
    created_at: str


class NewUserOut(UserOut):
    """An account that was just made."""

    one_time_password: str | None


class UserList(BaseModel):
    """All accounts by login."""

    items: list[UserOut]


class OneTimePassword(BaseModel):
    """A password to be changed at the next sign-in, told this once."""

    one_time_password: str


@router.get("", operation_id="list_users", responses=problems())
def get_users(services: ServicesDep) -> UserList:
    """List the accounts."""
    return UserList(items=[UserOut(**_said(user)) for user in users(services)])


@router.post("", operation_id="add_user", status_code=201, responses=problems(400, 409))
def post_user(services: ServicesDep, principal: PrincipalDep, form: UserForm) -> NewUserOut:
    """Make an account."""
    given = form.model_dump(mode="json", exclude_none=True, exclude={"login", "role", "password"})
    user, told = add_user(
        services,
        principal,
        login=form.login,
        role=form.role,
        password=form.password,
        fields=given,
    )
    return NewUserOut(**_said(user), one_time_password=told)


@router.patch("/{user_id}", operation_id="change_user", responses=problems(400, 404, 409))
def patch_user(
    services: ServicesDep, principal: PrincipalDep, user_id: RowId, form: UserChange
) -> UserOut:
    """Change an account, or close it with `active` false."""
    given = form.model_dump(mode="json", exclude_none=True)
    return UserOut(**_said(change_user(services, principal, user_id, given)))


@router.post(
    "/{user_id}/password", operation_id="reset_password", status_code=201, responses=problems(404)
)
def post_password(
    services: ServicesDep, principal: PrincipalDep, user_id: RowId
) -> OneTimePassword:
    """Give an account a one-time password; its sessions and tokens end."""
    return OneTimePassword(one_time_password=reset_password(services, principal, user_id))


def _said(user: User) -> dict[str, object]:
    kept = set(UserOut.model_fields) - {"by_provider", "paused"}
    return {
        **{name: getattr(user, name) for name in kept},
        "by_provider": user.subject is not None,
        "paused": is_paused(user, now()),
    }
