"""Signing in and out: sessions of browsers, and the pause after repeated failures.

Every refusal reads the same and takes as long, whether the login is unknown, the password wrong,
the account closed or paused: from outside nobody learns which logins exist.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Transaction

from api.auth.identities import Identity, SignedIn, digest, principal_of_user
from api.auth.roles import NOBODY, Principal
from api.clock import now
from api.records.tables import Session, User
from gis.errors import LantuError, Text

if TYPE_CHECKING:
    from api.services import Services

FAILURES, PAUSE_MINUTES = 5, 15
"""So many failures one after the other, and an account takes no password for so long."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a sign-in gives: the cookie, told once, and who it is."""

    cookie: str
    identity: Identity


def sign_in(
    services: Services, login: str, password: str, *, address: str, replaces: str | None = None
) -> NewSession:
    """Sign somebody in; `replaces` is the cookie that the browser had before.

    Raises
    ------
    LantuError
        `wrong_password` whatever the reason, `too_many_requests` after many failures.
    """
    services.throttle.require(address)
    found = check_password(services, login, password)
    if found is None:
        services.throttle.failed(address)
        raise wrong_password()
    with services.records.writing() as session:
        user = session.get_one(User, found)
        user.failures, user.locked_until = 0, None
        if services.passwords.is_old(user.password):
            user.password = services.passwords.hash(password)
        made = open_session(services, session, user, replaces=replaces)
        services.audit.within(
            session, "session.sign_in", f"user:{user.login}", made.identity.principal
        )
    services.identities.drop(replaces)
    return made


def check_password(services: Services, login: str, password: str) -> int | None:
    """Return the account whose password it is; None after counting the failure."""
    with services.records.reading() as session:
        user = session.execute(
            select(User).where(User.login == plain_login(login))
        ).scalar_one_or_none()
    fits = services.passwords.fits(user.password if user else None, password)
    if user is not None and fits and user.active and not is_paused(user, now()):
        return user.id
    _count_failure(services, user.id if user else None)
    return None


def open_session(
    services: Services, session: Transaction, user: User, *, replaces: str | None = None
) -> NewSession:
    """Make a session with a new cookie; the browser's old one and all that ended go."""
    at = now()
    cookie = secrets.token_urlsafe(32)
    made = SignedIn(digest(cookie), secrets.token_urlsafe(32))
    session.execute(delete(Session).where(Session.expires_at <= at.isoformat()))
    if replaces:
        session.execute(delete(Session).where(Session.key == digest(replaces)))
        services.identities.forget(user_id=user.id)
    session.add(
        Session(
            key=made.key,
            user_id=user.id,
            csrf=made.csrf,
            created_at=at.isoformat(),
            expires_at=(at + services.identities.span).isoformat(),
        )
    )
    session.flush()
    return NewSession(cookie, Identity(principal_of_user(user), made))


def sign_out(services: Services, principal: Principal, session: SignedIn) -> None:
    """End one session."""
    with services.records.writing() as transaction:
        transaction.execute(delete(Session).where(Session.key == session.key))
        services.audit.within(transaction, "session.sign_out", f"user:{principal.login}", principal)
    if principal.user_id is not None:
        services.identities.forget(user_id=principal.user_id)


def sign_out_everywhere(
    services: Services, principal: Principal, *, but: SignedIn | None = None
) -> None:
    """End all sessions of an account, but for one."""
    with services.records.writing() as transaction:
        end_sessions(transaction, principal.user_id, but=but)
        services.audit.within(
            transaction, "session.sign_out_everywhere", f"user:{principal.login}", principal
        )
    if principal.user_id is not None:
        services.identities.forget(user_id=principal.user_id)


def end_sessions(
    transaction: Transaction, user_id: int | None, *, but: SignedIn | None = None
) -> None:
    """Remove the sessions of an account within the caller's transaction."""
    kept = but.key if but is not None else ""
    transaction.execute(delete(Session).where(Session.user_id == user_id, Session.key != kept))


def plain_login(login: str) -> str:
    """Return the one form of a login: upper and lower case are the same person."""
    return login.strip().casefold()


def is_paused(user: User, at: datetime) -> bool:
    """Whether an account takes no password just now."""
    return user.locked_until is not None and user.locked_until > at.isoformat()


def wrong_password() -> LantuError:
    """Return the one refusal of a sign-in (401)."""
    return LantuError(
        "wrong_password",
        Text("登录名或密码不对，或登录已暂停", "Login or password is wrong, or sign-in pauses"),
        Text(
            f"连续 {FAILURES} 次失败后暂停 {PAUSE_MINUTES} 分钟；忘记密码请联系管理员",
            f"After {FAILURES} failures sign-in pauses {PAUSE_MINUTES} minutes; "
            "an administrator can set a new password",
        ),
    )


def _count_failure(services: Services, user_id: int | None) -> None:
    """Count a failure, and pause the account at the last one that is allowed."""
    at = now()
    with services.records.writing() as session:
        user = session.get(User, user_id) if user_id is not None else None
        paused = False
        if user is not None and not is_paused(user, at):
            user.failures += 1
            if paused := user.failures >= FAILURES:
                user.failures = 0
                user.locked_until = (at + timedelta(minutes=PAUSE_MINUTES)).isoformat()
        subject = f"user:{user.login}" if user is not None else "user:-"
        session.flush()
        services.audit.within(
            session, "session.refused", subject, NOBODY, detail={"paused": paused}
        )
