"""The answer given to an `Idempotency-Key`, kept for a day."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.records.database import Records
from api.records.tables import Idempotency
from gis.errors import LantuError, Text

KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Key:
    """Somebody's key, and the digest of the request that came with it."""

    key: str
    user_id: int
    request: str


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def begin(records: Records, key: Key, *, at: datetime, stale_s: float) -> Given | None:
    """Begin a request under its key; return the answer where it was given before.

    A request that began and whose process died is begun again after `stale_s`.

    Raises
    ------
    LantuError
        `key_reused` for another request under the same key, `key_in_flight` for the same one
        that has not been answered yet.
    """
    try:
        with records.writing() as session:
            return _begin(session, key, at, stale_s)
    except IntegrityError as error:  # the same key at the same moment, in another process
        raise _in_flight(key) from error


def _begin(session: Session, key: Key, at: datetime, stale_s: float) -> Given | None:
    row = session.get(Idempotency, (key.key, key.user_id))
    if row is not None and row.at < (at - KEPT_FOR).isoformat():
        session.delete(row)
        session.flush()
        row = None
    if row is None:
        values = {"key": key.key, "user_id": key.user_id, "request": key.request}
        session.execute(insert(Idempotency).values(**values, at=at.isoformat(), headers={}))
        return None
    if row.request != key.request:
        raise LantuError(
            "key_reused",
            Text(
                "同一 Idempotency-Key 已用于另一请求",
                "This Idempotency-Key came with another request before",
            ),
            Text("请为新的请求换一个键", "Take a new key for a new request"),
            where=key.key,
        )
    if row.status is not None:
        return Given(row.status, row.headers, zlib.decompress(row.body))
    if row.at >= (at - timedelta(seconds=stale_s)).isoformat():
        raise _in_flight(key)
    row.at = at.isoformat()
    return None


def keep_answer(records: Records, key: Key, given: Given) -> None:
    """Keep the answer to a key."""
    with records.writing() as session:
        session.execute(
            update(Idempotency)
            .where(Idempotency.key == key.key, Idempotency.user_id == key.user_id)
            .values(
                status=given.status,
                headers=dict(given.headers),
                body=zlib.compress(given.body, level=1),
            )
        )


def forget(records: Records, key: Key) -> None:
    """Forget a key whose request came to nothing: it may be sent again."""
    with records.writing() as session:
        session.execute(
            delete(Idempotency).where(
                Idempotency.key == key.key, Idempotency.user_id == key.user_id
            )
        )


def forget_old(records: Records, at: datetime) -> None:
    """Forget all keys of over a day ago."""
    with records.writing() as session:
        session.execute(delete(Idempotency).where(Idempotency.at < (at - KEPT_FOR).isoformat()))


def _in_flight(key: Key) -> LantuError:
    return LantuError(
        "key_in_flight",
        Text("同一请求正在处理", "The same request is being worked on"),
        Text("请稍后用同一键重试", "Try again with the same key in a moment"),
        where=key.key,
    )
