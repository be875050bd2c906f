"""Accounts: made and changed by administrators, passwords by everybody for themselves."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Transaction

from api.auth.identities import SignedIn
from api.auth.passwords import one_time_password, require_good
from api.auth.roles import Principal, Role
from api.auth.sessions import check_password, end_sessions, plain_login, wrong_password
from api.clock import now
from api.records.audit import SYSTEM
from api.records.tables import Token, User
from gis.errors import Language, LantuError, Text

if TYPE_CHECKING:
    from api.services import Services

_LOGIN = re.compile(r"[\w.@+-]{1,64}")
CHANGEABLE = frozenset(
    {"name", "role", "parks", "department", "district", "confidential", "language", "active"}
)
FIRST_LOGIN = "admin"


def first_administrator(services: Services) -> str | None:
    """Make the first administrator where there is none; return a one-time password if one is made.

    The password comes from the settings; else a one-time one is made, which the caller prints.
    Processes that start together make one account.
    """
    given = services.settings.admin_password
    password = given.get_secret_value() if given is not None else one_time_password()
    try:
        with services.records.writing() as session:
            if _administrators(session):
                return None
            user = _new(FIRST_LOGIN, Role.ADMIN, {"name": "管理员"})
            user.password = services.passwords.hash(password)
            user.must_change = given is None
            session.add(user)
            session.flush()
            services.audit.within(session, "user.add", f"user:{FIRST_LOGIN}", SYSTEM)
    except IntegrityError:  # another process was first
        return None
    return None if given is not None else password


def announce_first_administrator(services: Services) -> None:
    """Make the first administrator where there is none, and say a one-time password once."""
    password = first_administrator(services)
    if password is not None:
        sys.stderr.write(
            f"首个管理员 first administrator: {FIRST_LOGIN}\n"
            f"一次性密码 one-time password: {password}\n"
            "首次登录须修改 to be changed at the first sign-in\n"
        )
        sys.stderr.flush()


def add_user(
    services: Services,
    principal: Principal,
    *,
    login: str,
    role: Role,
    password: str | None = None,
    fields: Mapping[str, Any] | None = None,
) -> tuple[User, str | None]:
    """Make an account; without a password return a one-time one beside it.

    Raises
    ------
    LantuError
        `bad_login`, `login_taken`, `weak_password`.
    """
    plain = plain_login(login)
    if not _LOGIN.fullmatch(plain):
        raise LantuError(
            "bad_login",
            Text(f"“{login[:64]}”不能作登录名", f"{login[:64]!r} cannot be a login"),
            Text("请用 1 至 64 个字母、数字或 . _ @ + -", "Use 1 to 64 letters, digits, . _ @ + -"),
            where="login",
        )
    if password is not None:
        require_good(password, login=plain)
    told = one_time_password() if password is None else None
    user = _new(plain, role, fields or {})
    user.password = services.passwords.hash(password or str(told))
    user.must_change = told is not None
    with services.records.writing() as session:
        if session.execute(select(User.id).where(User.login == plain)).first():
            raise LantuError(
                "login_taken",
                Text(f"登录名 {plain} 已有", f"There is a login {plain} already"),
                Text("请换一个登录名", "Take another"),
                where="login",
            )
        session.add(user)
        session.flush()
        services.audit.within(
            session, "user.add", f"user:{plain}", principal, detail={"role": role.value}
        )
    return user, told


def change_user(
    services: Services, principal: Principal, user_id: int, fields: Mapping[str, Any]
) -> User:
    """Change an account; one that is closed or bound otherwise loses its sessions.

    Raises
    ------
    LantuError
        `unknown_user`; `last_administrator` when nobody could administrate afterwards.
    """
    with services.records.writing() as session:
        user = user_of(session, user_id)
        before = {name: getattr(user, name) for name in fields}
        there_were = _administrators(session)
        for name, value in fields.items():
            if name not in CHANGEABLE:
                raise ValueError(f"{name} is not changed here")
            setattr(user, name, value)
        session.flush()
        if there_were and not _administrators(session):
            raise LantuError(
                "last_administrator",
                Text(f"{user.login} 是唯一的管理员", f"{user.login} is the only administrator"),
                Text("请先指定另一位管理员", "Make another one first"),
            )
        if not user.active:
            end_sessions(session, user.id)
        services.audit.within(
            session,
            "user.change",
            f"user:{user.login}",
            principal,
            detail={
                name: {"from": before[name], "to": value}
                for name, value in fields.items()
                if name != "name" and before[name] != value
            },
        )
    services.identities.forget(user_id=user_id)
    return user


def reset_password(services: Services, principal: Principal, user_id: int) -> str:
    """Give an account a one-time password, end its sessions and any pause; return the password.

    Raises
    ------
    LantuError
        `unknown_user`.
    """
    told = one_time_password()
    set_password(services, principal, user_id, told, must_change=True)
    return told


def set_password(
    services: Services, principal: Principal, user_id: int, password: str, *, must_change: bool
) -> None:
    """Set an account's password as an administrator does; sessions and tokens end."""
    kept = services.passwords.hash(password)
    with services.records.writing() as session:
        user = user_of(session, user_id)
        user.password, user.must_change = kept, must_change
        user.failures, user.locked_until = 0, None
        end_sessions(session, user.id)
        session.execute(
            update(Token)
            .where(Token.user_id == user.id, Token.revoked_at.is_(None))
            .values(revoked_at=now().isoformat())
        )
        session.flush()
        services.audit.within(session, "user.reset", f"user:{user.login}", principal)
    services.identities.forget(user_id=user_id)


def change_password(
    services: Services, principal: Principal, *, old: str, new: str, session: SignedIn | None
) -> None:
    """Change one's own password; all other sessions end.

    Raises
    ------
    LantuError
        `wrong_password`, `weak_password`.
    """
    require_good(new, login=principal.login)
    if check_password(services, principal.login, old) is None:
        raise wrong_password()
    kept = services.passwords.hash(new)
    with services.records.writing() as transaction:
        user = user_of(transaction, principal.user_id)
        user.password, user.must_change = kept, False
        user.failures = 0
        end_sessions(transaction, user.id, but=session)
        transaction.flush()
        services.audit.within(transaction, "user.change_password", f"user:{user.login}", principal)
    services.identities.forget(user_id=user.id)


def set_language(services: Services, principal: Principal, language: Language) -> None:
    """Keep the language that somebody reads."""
    with services.records.writing() as session:
        user_of(session, principal.user_id).language = language


def users(services: Services) -> list[User]:
    """Return all accounts by login."""
    with services.records.reading() as session:
        return list(session.execute(select(User).order_by(User.login)).scalars())


def user_by_login(services: Services, login: str) -> User:
    """Return an account.

    Raises
    ------
    LantuError
        `unknown_user`.
    """
    with services.records.reading() as session:
        found = session.execute(
            select(User).where(User.login == plain_login(login))
        ).scalar_one_or_none()
    if found is None:
        raise unknown_user(login)
    return found


def user_of(session: Transaction, user_id: int | None) -> User:
    """Return an account within a transaction.

    Raises
    ------
    LantuError
        `unknown_user`.
    """
    found = session.get(User, user_id) if user_id is not None else None
    if found is None:
        raise unknown_user(str(user_id))
    return found


def unknown_user(said: str) -> LantuError:
    """Return the refusal of an account that is not there (404)."""
    return LantuError(
        "unknown_user",
        Text(f"没有用户 {said[:64]}", f"There is no user {said[:64]}"),
        Text("请在用户列表中核对", "See the list of users"),
    )


def _new(login: str, role: Role, fields: Mapping[str, Any]) -> User:
    return User(
        login=login,
        role=role.value,
        created_at=now().isoformat(),
        **{"name": login, **fields},
    )


def _administrators(session: Transaction) -> int:
    """How many accounts may administrate."""
    return session.execute(
        select(func.count()).where(User.role == Role.ADMIN.value, User.active)
    ).scalar_one()
