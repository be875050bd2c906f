"""Access tokens of programs: told once, kept as a digest, with a scope and an end."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.auth.identities import TOKEN_ACTIONS, digest
from api.auth.roles import Action, Principal
from api.clock import now
from api.records.tables import Token
from gis.errors import LantuError, Text

if TYPE_CHECKING:
    from api.services import Services

LONGEST_DAYS = 366
_MOST = 50


def make_token(
    services: Services,
    principal: Principal,
    *,
    name: str,
    days: int,
    actions: Collection[Action] | None = None,
) -> tuple[Token, str]:
    """Make a token of one's own; `actions` None is all that the role may but the account.

    Raises
    ------
    LantuError
        `bad_scope` for what the role does not reach, `too_many_tokens`.
    """
    scope = None if actions is None else sorted(set(actions))
    for action in scope or ():
        if action not in TOKEN_ACTIONS or not principal.may(action):
            raise LantuError(
                "bad_scope",
                Text(f"令牌不能包含 {action.value}", f"A token cannot reach {action.value}"),
                Text("请只选本人角色可做的事项", "Choose among what your role may do"),
                where="actions",
            )
    secret = "lt_" + secrets.token_urlsafe(32)
    at = now()
    made = Token(
        key=digest(secret),
        user_id=principal.user_id,
        name=name,
        actions=None if scope is None else [action.value for action in scope],
        created_at=at.isoformat(),
        expires_at=(at + timedelta(days=days)).isoformat(),
    )
    with services.records.writing() as session:
        if _living(session, principal, at.isoformat()) >= _MOST:
            raise LantuError(
                "too_many_tokens",
                Text(f"有效令牌已达 {_MOST} 个", f"There are {_MOST} tokens already"),
                Text("请先撤销不再使用的令牌", "Revoke those no longer used"),
            )
        session.add(made)
        session.flush()
        detail = {"days": days, "actions": made.actions}
        services.audit.within(session, "token.add", f"token:{made.id}", principal, detail=detail)
    return made, secret


def tokens(services: Services, principal: Principal) -> list[Token]:
    """Return one's own tokens, the newest first, ended and revoked ones too."""
    with services.records.reading() as session:
        return list(
            session.execute(
                select(Token).where(Token.user_id == principal.user_id).order_by(Token.id.desc())
            ).scalars()
        )


def revoke_token(services: Services, principal: Principal, token_id: int) -> None:
    """End a token of one's own; again is nothing new.

    Raises
    ------
    LantuError
        `unknown_token`, also for one of somebody else.
    """
    with services.records.writing() as session:
        found = session.get(Token, token_id)
        if found is None or found.user_id != principal.user_id:
            raise LantuError(
                "unknown_token",
                Text(f"没有令牌 {token_id}", f"There is no token {token_id}"),
                Text("请在账户页核对", "See the account page"),
            )
        if found.revoked_at is None:
            found.revoked_at = now().isoformat()
            session.flush()
            services.audit.within(session, "token.revoke", f"token:{token_id}", principal)
    services.identities.forget(user_id=found.user_id)


def _living(session: Transaction, principal: Principal, at: str) -> int:
    """How many tokens of somebody still open a door."""
    return session.execute(
        select(func.count()).where(
            Token.user_id == principal.user_id, Token.revoked_at.is_(None), Token.expires_at > at
        )
    ).scalar_one()
