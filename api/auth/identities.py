"""Who a cookie or a token belongs to: looked up in the records, held for a few seconds.

A change in this process (sign-out, other rights) counts at once; one made by another process after
`HELD_S` at most.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from api.auth.roles import Action, Principal, Role
from api.clock import now
from api.records.database import Records
from api.records.tables import Session, Token, User

HELD_S = 5.0
_HELD = 4096
LONGEST_DAYS = 30
"""A session ends then, however busy."""
_ALWAYS = frozenset({Action.READ_PUBLIC, Action.SIGN_IN})
TOKEN_ACTIONS = frozenset(Action) - {Action.OWN_ACCOUNT}
"""What a token may reach: never the account itself, so that it cannot make another token."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The session of a browser: key in the records, and the value that its forms must carry."""

    key: str
    csrf: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks, and by which session (None for a token)."""

    principal: Principal
    session: SignedIn | None = None


def digest(secret: str) -> str:
    """Return under what a cookie or token is kept: its SHA-256, never itself."""
    return hashlib.sha256(secret.encode()).hexdigest()


def principal_of_user(user: User, *, actions: frozenset[Action] | None = None) -> Principal:
    """Return an account as the one who asks."""
    return Principal(
        role=Role(user.role),
        user_id=user.id,
        login=user.login,
        name=user.name,
        parks=frozenset(user.parks),
        department=user.department,
        district=user.district,
        confidential=user.confidential,
        actions=actions,
        must_change=user.must_change,
    )


class Identities:
    """Finds identities; one per process, safe to use from many threads."""

    def __init__(self, records: Records, *, session_hours: int) -> None:
        self._records = records
        self.span = timedelta(hours=session_hours)
        self._lock = threading.Lock()
        self._held: OrderedDict[str, tuple[float, Identity]] = OrderedDict()
        self._changes = 0

    def held(self, secret: str) -> Identity | None:
        """Return the identity of a secret if it was looked up just now; asks no database."""
        with self._lock:
            found = self._held.get(digest(secret))
        return found[1] if found is not None and found[0] > time.monotonic() else None

    def by_cookie(self, cookie: str) -> Identity | None:
        """Return who a session's cookie belongs to; None when it ended."""
        key, changes, at = digest(cookie), self._changes, now()
        with self._records.reading() as session:
            row = session.execute(
                select(Session, User)
                .join(User, User.id == Session.user_id)
                .where(Session.key == key, Session.expires_at > at.isoformat(), User.active)
            ).one_or_none()
        if row is None:
            return None
        self._prolong(row[0], at)
        made = Identity(principal_of_user(row[1]), SignedIn(key, row[0].csrf))
        self._hold(key, made, changes)
        return made

    def by_token(self, token: str) -> Identity | None:
        """Return who an access token belongs to; None when it ended or was revoked."""
        key, changes = digest(token), self._changes
        with self._records.reading() as session:
            row = session.execute(
                select(Token, User)
                .join(User, User.id == Token.user_id)
                .where(
                    Token.key == key,
                    Token.revoked_at.is_(None),
                    Token.expires_at > now().isoformat(),
                    User.active,
                )
            ).one_or_none()
        if row is None:
            return None
        scope = row[0].actions
        actions = TOKEN_ACTIONS if scope is None else frozenset(map(Action, scope)) | _ALWAYS
        made = Identity(principal_of_user(row[1], actions=actions))
        self._hold(key, made, changes)
        return made

    def forget(self, *, user_id: int) -> None:
        """Drop what is held of an account: it, its sessions or its tokens changed."""
        with self._lock:
            self._changes += 1
            for key in [
                key for key, (_, held) in self._held.items() if held.principal.user_id == user_id
            ]:
                del self._held[key]

    def drop(self, cookie: str | None) -> None:
        """Drop what is held of a session that another one replaced."""
        with self._lock:
            self._changes += 1
            self._held.pop(digest(cookie or ""), None)

    def _hold(self, key: str, made: Identity, changes: int) -> None:
        """Hold an identity unless something changed since its reading began."""
        with self._lock:
            if changes != self._changes:
                return
            self._held[key] = (time.monotonic() + HELD_S, made)
            self._held.move_to_end(key)
            while len(self._held) > _HELD:
                self._held.popitem(last=False)

    def _prolong(self, row: Session, at: datetime) -> None:
        """Let a used session last: rarely written, for each request would be too often."""
        end = min(
            at + self.span, datetime.fromisoformat(row.created_at) + timedelta(days=LONGEST_DAYS)
        )
        if end - datetime.fromisoformat(row.expires_at) < self.span / 24:
            return
        with self._records.writing() as session:
            session.execute(
                update(Session).where(Session.key == row.key).values(expires_at=end.isoformat())
            )
