"""Reports that were made: kept once by digest, found again by those who may read them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.auth.roles import Principal
from api.auth.scope import reports_seen_by
from api.records.database import Records
from api.records.tables import Report, ReportUse
from gis.errors import LantuError, Text

ID_LENGTH = 32
_SAME_USE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Use:
    """Who made or opened a report, for which project and red line, and when."""

    user_id: int
    at: str
    project_id: int | None = None
    site_version_id: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What is asked of one's own history; None asks nothing."""

    colour: str | None = None
    scenario: str | None = None
    issued: bool | None = None
    site: str | None = None
    project_id: int | None = None


def report_id(digest: str) -> str:
    """Return the id of a report: the head of its digest."""
    return digest[:ID_LENGTH]


def keep_report(records: Records, values: Mapping[str, Any], use: Use) -> bool:
    """Keep the row of a report and who made it; return whether it is new.

    The same report again by the same person within a minute writes nothing.
    """
    with records.reading() as session:
        held = session.execute(select(Report.id).where(Report.id == values["id"])).first()
        if held is not None and _used_just_now(session, values["id"], use):
            return False
    try:
        with records.writing() as session:
            return _keep(session, values, use)
    except IntegrityError:  # another process kept the same report at this moment
        with records.writing() as session:
            return _keep(session, values, use)


def _used_just_now(session: Session, report: str, use: Use) -> bool:
    since = (datetime.fromisoformat(use.at) - _SAME_USE).isoformat()
    query = select(ReportUse.id).where(*_same_use(report, use), ReportUse.at >= since)
    return session.execute(query.limit(1)).first() is not None


def _keep(session: Session, values: Mapping[str, Any], use: Use) -> bool:
    own = select(Report.id).where(Report.id == values["id"]).with_for_update()
    held = session.execute(own).first()  # locked: the same use at the same moment is one use
    if held is None:
        session.execute(insert(Report).values(**values))
    add_use(session, values["id"], use)
    return held is None


def _same_use(report: str, use: Use) -> tuple[ColumnElement[bool], ...]:
    return (
        ReportUse.report_id == report,
        ReportUse.user_id == use.user_id,
        ReportUse.project_id.is_not_distinct_from(use.project_id),
    )


def add_use(session: Session, report: str, use: Use) -> None:
    """Note that somebody made or opened a report; again by the same person moves the moment."""
    held = session.execute(select(ReportUse.id).where(*_same_use(report, use)).limit(1)).scalar()
    values = {"at": use.at, "site_version_id": use.site_version_id}
    if held is not None:
        session.execute(update(ReportUse).where(ReportUse.id == held).values(**values))
        return
    row = {"report_id": report, "user_id": use.user_id, "project_id": use.project_id, **values}
    session.execute(insert(ReportUse).values(**row))


def readable_report(session: Session, principal: Principal, named: str) -> Report:
    """Return a report by its id, where this person may read it.

    Who may is told by `api.auth.scope`. What somebody may not read is not told from what is not
    there.

    Raises
    ------
    LantuError
        `unknown_report`.
    """
    asked = select(Report).where(Report.id == named, reports_seen_by(principal))
    row: Report | None = session.execute(asked).scalar_one_or_none()
    if row is None:
        raise unknown_report(named)
    return row


def history(
    session: Session, user_id: int, asked: History, *, limit: int, cursor: str | None = None
) -> tuple[list[tuple[Report, ReportUse]], str | None]:
    """Return one page of a person's reports, the last used first, and the next page's cursor."""
    query = (
        select(Report, ReportUse)
        .join(ReportUse, ReportUse.report_id == Report.id)
        .where(ReportUse.user_id == user_id)
        .order_by(ReportUse.at.desc(), ReportUse.id.desc())
    )
    if cursor is not None:
        at, last = read_cursor(cursor)
        query = query.where(or_(ReportUse.at < at, and_(ReportUse.at == at, ReportUse.id < last)))
    if asked.colour is not None:
        query = query.where(Report.colour == asked.colour)
    if asked.scenario is not None:
        query = query.where(Report.scenario == asked.scenario)
    if asked.issued is not None:
        query = query.where(Report.number.is_not(None) if asked.issued else Report.number.is_(None))
    if asked.site is not None:
        query = query.where(Report.site.contains(asked.site, autoescape=True))
    if asked.project_id is not None:
        query = query.where(ReportUse.project_id == asked.project_id)
    rows = [(row[0], row[1]) for row in session.execute(query.limit(limit + 1))]
    more = len(rows) > limit
    rows = rows[:limit]
    return rows, write_cursor(rows[-1][1].at, rows[-1][1].id) if more else None


def write_cursor(at: str, last: int) -> str:
    """Return the cursor that stands behind a row."""
    return base64.urlsafe_b64encode(f"{at}|{last}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[str, int]:
    """Read a cursor back; refuse what `write_cursor` did not write."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, _, last = text.rpartition("|")
        number = int(last)
    except (ValueError, binascii.Error) as error:
        raise bad_cursor() from error
    if not 0 <= number < 2**63:
        raise bad_cursor()
    return at, number


def bad_cursor() -> LantuError:
    """Return the refusal of a cursor that no page gave."""
    return LantuError(
        "bad_value",
        Text("翻页位置 cursor 不可用", "The cursor is not one that a page gave"),
        Text("请用上一页返回的 next", "Use `next` of the page before"),
        where="cursor",
    )


def unknown_report(named: str) -> LantuError:
    """Return the refusal of a report that is not there, or not for this person."""
    return LantuError(
        "unknown_report",
        Text("没有这份报告，或无权查看", "There is no such report, or it is not for you"),
        Text("请核对编号，或重新检测", "Check the id, or check the site again"),
        where=named[:ID_LENGTH],
    )
