"""Accounts of people whom an identity provider knows: made at their first sign-in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.auth.identities import principal_of_user
from api.auth.roles import Role
from api.auth.sessions import NewSession, open_session, plain_login
from api.clock import now
from api.records.tables import User
from gis.errors import LantuError, Text

if TYPE_CHECKING:
    from api.services import Services

_STRONGEST_FIRST = (
    Role.ADMIN,
    Role.SCHEDULER,
    Role.PLANNER,
    Role.AUTHORITY,
    Role.PARK_BODY,
    Role.BUILDER,
    Role.VIEWER,
)
_LONGEST_SUBJECT = 400


def sign_in_known(
    services: Services, claims: Mapping[str, Any], *, replaces: str | None = None
) -> NewSession:
    """Sign somebody in whom the provider vouches for.

    A new account is a viewer unless the claim of the settings names roles; a claim that does
    counts at each sign-in. A local account of the same login is another person's.

    Raises
    ------
    LantuError
        `account_closed` (403).
    """
    role = role_of(claims, services.settings.oidc_role_claim)
    subject = _subject(claims)
    with services.records.writing() as session:
        user = session.execute(select(User).where(User.subject == subject)).scalar_one_or_none()
        is_new = user is None
        if user is None:
            user = _made(session, claims, subject)
        if not user.active:
            raise LantuError(
                "account_closed",
                Text(f"用户 {user.login} 已停用", f"Account {user.login} is closed"),
                Text("请联系管理员", "Ask an administrator"),
            )
        before = user.role
        if role is not None:
            user.role = role.value
        session.flush()
        made = open_session(services, session, user, replaces=replaces)
        principal, about = principal_of_user(user), f"user:{user.login}"
        if is_new:
            detail: dict[str, Any] = {"role": user.role, "by": "provider"}
            services.audit.within(session, "user.add", about, principal, detail=detail)
        elif user.role != before:
            detail = {"role": {"from": before, "to": user.role}, "by": "provider"}
            services.audit.within(session, "user.change", about, principal, detail=detail)
        services.audit.within(session, "session.sign_in", about, principal)
    services.identities.forget(user_id=user.id)
    services.identities.drop(replaces)
    return made


def role_of(claims: Mapping[str, Any], name: str) -> Role | None:
    """Return the strongest role that a claim names; None where it names none.

    The claim is found by its name, or by a path with dots (`realm_access.roles`).
    """
    value: Any = claims.get(name)
    if value is None:
        value = claims
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    named = {value} if isinstance(value, str) else set(map(str, value or ()))
    return next((role for role in _STRONGEST_FIRST if role.value in named), None)


def _subject(claims: Mapping[str, Any]) -> str:
    """Return the provider's own name of a person, which never changes."""
    said = f"{claims['iss']}#{claims['sub']}"
    if len(said) <= _LONGEST_SUBJECT:
        return said
    return hashlib.sha256(said.encode()).hexdigest()


def _made(session: Transaction, claims: Mapping[str, Any], subject: str) -> User:
    wanted = str(claims.get("preferred_username") or claims["sub"])
    login = re.sub(r"[^\w.@+-]", "_", plain_login(wanted))[:48] or "user"
    free, tries = login, 1
    while session.execute(select(User.id).where(User.login == free)).first():
        tries += 1
        free = f"{login}-{tries}"
    name = str(claims.get("name") or wanted).replace("\x00", "")[:200]
    user = User(
        login=free,
        name=name,
        role=Role.VIEWER.value,
        subject=subject,
        created_at=now().isoformat(),
    )
    session.add(user)
    session.flush()  # which fills in what is not said
    return user
