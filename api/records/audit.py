"""The audit: every change and every release, append-only, each row chained to the one before.

How routes and jobs write it:

    # an act whose rows are in the records: in the same transaction, as its last step
    with services.records.writing() as session:
        project = ...
        services.audit.within(session, "project.change", f"project:{project.number}", principal,
                              detail={"version": project.version})

    # an act elsewhere (workspace, files): right after it is done; returns when it is committed
    services.audit.add("layer.publish", f"layer:{key}@{edition}", principal,
                       detail={"checksum": checksum})

    # a release (a report, an export, a file given out): queued, so that the reader need not wait
    services.audit.add("report.read", f"report:{report_id}", principal,
                       detail={"format": "pdf"}, wait=False)

- Act: `<thing>.<verb>` in lower case (`user.add`, `session.sign_in`, `assessment.publish`,
  `report.issue`, `job.cancel`). Subject: `<thing>:<key>`.
- Detail: a few plain values that say what was done. No secret, no personal data: of a person
  nothing but the login, which is `who`. Names that speak of either are refused.
- `add` must not be called inside `records.writing()` when it waits: its own transaction would
  wait for yours. It raises then; `within` is meant for that place.

`add` hands entries to one writer thread of the process, which commits all that wait in one
transaction. Between processes the database serialises: SQLite by its write lock, PostgreSQL by an
advisory lock until the commit. `lantu audit verify` walks the chain (`api.records.audit_chain`).
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from api.auth.roles import Principal
from api.clock import now
from api.records.audit_chain import START, chained, plain_detail
from api.records.database import Records, records_unreachable
from api.records.tables import Audit
from gis.errors import LantuError, Text

log = logging.getLogger("lantu.audit")

_LOCK = 7_215_002  # PostgreSQL's advisory lock of whoever appends
_BATCH = 500
_WAITING = 50_000
_TRY_AGAIN_S = (0.2, 0.5, 1.0, 2.0)
_CLOSE_S = 15.0

SYSTEM = Principal(login="system")
"""Who acts when nobody asked: first start, jobs of the clock."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act before it has its place in the chain."""

    at: str
    who: str
    act: str
    subject: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An entry on its way to the writer; `waited` says whether somebody stands there."""

    made: Entry
    done: Future[None]
    waited: bool


def entry(act: str, subject: str, principal: Principal, detail: Mapping[str, Any] | None) -> Entry:
    """Return an entry of this moment; `who` is the login, `-` for somebody not signed in.

    Raises
    ------
    ValueError
        When the detail is not plain, or a name in it speaks of a secret or a person.
    """
    return Entry(
        now().isoformat(), principal.login or "-", act, subject[:400], plain_detail(detail or {})
    )


class AuditLog:
    """Appends to the audit; one per process, safe to use from many threads."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(_WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def add(
        self,
        act: str,
        subject: str,
        principal: Principal,
        *,
        detail: Mapping[str, Any] | None = None,
        wait: bool = True,
    ) -> None:
        """Append an act; with `wait` return when it is committed.

        Raises
        ------
        LantuError
            `records_unreachable` when the records stay away: the act was done, so its entry is
            kept and written when they are back; `shutting_down` after `close`.
        RuntimeError
            When it is to wait inside a writing transaction of the same thread.
        """
        if wait and self._records.is_writing_here:
            raise RuntimeError("inside records.writing() use AuditLog.within")
        item = _Waiting(entry(act, subject, principal, detail), Future(), wait)
        with self._lock:
            if self._closing.is_set():
                raise _shutting_down()
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="audit", daemon=True)
                self._thread.start()
            self._put(item)
        if wait:
            item.done.result()

    def within(
        self,
        session: Session,
        act: str,
        subject: str,
        principal: Principal,
        *,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Append an act in the caller's writing transaction, as its last step."""
        append(session, [entry(act, subject, principal, detail)])

    def close(self) -> None:
        """Commit what waits and end the writer; a later `add` is refused."""
        with self._lock:
            self._closing.set()
            thread, self._thread = self._thread, None
            if thread is not None:
                self._queue.put(None)
        if thread is not None:
            thread.join(_CLOSE_S)
            if thread.is_alive():
                log.error("audit: the writer did not end, %d entries wait", self._queue.qsize())

    def _put(self, item: _Waiting) -> None:
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            raise records_unreachable() from None

    def _write(self) -> None:
        """Commit batches until `close`; the thread of the writer."""
        is_last = False
        while not is_last:
            batch, is_last = self._take()
            self._commit(batch)

    def _take(self) -> tuple[list[_Waiting], bool]:
        """Wait for an entry, and take with it all that wait beside."""
        batch: list[_Waiting] = []
        item = self._queue.get()
        while item is not None:
            batch.append(item)
            if len(batch) >= _BATCH:
                return batch, False
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _commit(self, batch: list[_Waiting]) -> None:
        """Write a batch, trying again while the database is away.

        Who waits is told after a few tries. Every entry is kept and tried until it is written or
        the service ends: what it tells of was done before.
        """
        tries = 0
        while batch:
            try:
                with self._records.writing() as session:
                    append(session, [item.made for item in batch])
            except LantuError as error:
                pause = _TRY_AGAIN_S[min(tries, len(_TRY_AGAIN_S) - 1)]
                tries += 1
                if tries > len(_TRY_AGAIN_S):
                    batch = self._told(batch, error)
                self._closing.wait(pause)
            except Exception as error:
                log.exception("audit: %d entries could not be written", len(batch))
                _fail(batch, error)
                return
            else:
                for item in batch:
                    if not item.done.done():
                        item.done.set_result(None)
                return

    def _told(self, batch: list[_Waiting], error: LantuError) -> list[_Waiting]:
        """Tell those who wait that it takes longer; return what is still to be written."""
        _fail([item for item in batch if item.waited], error)
        if not self._closing.is_set():
            return batch
        for item in batch:
            log.error("audit: lost, the records stay away: %s %s", item.made.act, item.made.subject)
        return []


def append(session: Session, entries: Sequence[Entry]) -> None:
    """Put entries at the end of the chain, within the session's transaction.

    The lock is held until the transaction ends, so nobody else can take the same place.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    last = session.execute(
        select(Audit.seq, Audit.hash).order_by(Audit.seq.desc()).limit(1)
    ).one_or_none()
    seq, before = last or (0, START)
    rows = []
    for made in entries:
        seq += 1
        row = chained(
            seq=seq,
            at=made.at,
            who=made.who,
            act=made.act,
            subject=made.subject,
            detail=made.detail,
            before=before,
        )
        rows.append(row)
        before = row["hash"]
    session.execute(insert(Audit), rows)


def _fail(batch: list[_Waiting], error: Exception) -> None:
    for item in batch:
        if not item.done.done():
            item.done.set_exception(error)


def _shutting_down() -> LantuError:
    return LantuError(
        "shutting_down",
        Text("服务正在关闭，不再接受变更", "The service is shutting down and takes no change"),
        Text("请在服务重启后重试", "Try again when the service is back"),
    )
