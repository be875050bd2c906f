"""The door of the park's pages: whose park it is, which day, and files handed out."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from starlette.responses import Response

from api.auth.roles import Action, Principal, not_allowed
from api.clock import today
from api.door import language_of, principal_of, services_of
from api.parks import ParkName, parks_of
from api.services import Services
from checks.inheritance.area_use import UseTable
from gis.errors import Language, LantuError, Text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def park_of(request: Request, park: str) -> ParkName:
    """Return the park of the address, one's own only.

    Raises
    ------
    LantuError
        `not_allowed`.
    """
    principal, services = principal_of(request), services_of(request)
    if not park.isprintable() or not principal.may_park(park):
        raise not_allowed(principal, Action.WRITE_ASSESSMENT)
    known = {item.code: item for item in own_parks(services, principal)}
    return known.get(park) or ParkName(park, park)


def own_parks(services: Services, principal: Principal) -> list[ParkName]:
    """Return one's own parks by name."""
    return parks_of(services, principal, today())


ParkDep = Annotated[ParkName, Depends(park_of)]


def picked(request: Request) -> Language:
    """Return the reader's language."""
    return language_of(request)


def table_file(tables: Sequence[UseTable], name: str, suffix: str) -> Response:
    """Return tables as a workbook, or the first one as CSV that Excel reads."""
    if suffix == "csv":
        content, kind = csv_of(tables[0]), "text/csv; charset=utf-8"
    elif suffix == "xlsx":
        from checks.report.workbook import write_workbook

        content, kind = write_workbook(tables, title=name, day=today()), XLSX
    else:
        raise unknown_format(suffix, "xlsx, csv")
    return download(content, f"{name}.{suffix}", kind)


def csv_of(table: UseTable) -> bytes:
    """Return a table as CSV with a byte order mark; a text never becomes a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in (table.head, *table.rows):
        writer.writerow([_inert(value) for value in row])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


_BEGIN_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet takes for the start of a formula."""


def _inert(value: object) -> object:
    if isinstance(value, str) and value[:1] in _BEGIN_FORMULA:
        return "'" + value
    return value


def download(content: bytes, name: str, kind: str, *, inline: bool = False) -> Response:
    """Return a file under a name of any language; it is never taken for a page."""
    way = "inline" if inline else "attachment"
    return Response(
        content,
        media_type=kind,
        headers={
            "Content-Disposition": f"{way}; filename*=UTF-8''{quote(name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


def unknown_format(suffix: str, known: str) -> LantuError:
    """Return the refusal of a file ending that nothing is written in."""
    return LantuError(
        "unknown_format",
        Text(f"没有输出格式“{suffix}”", f"There is no format {suffix!r}"),
        Text(f"请从 {known} 中选择", f"Choose from {known}"),
    )
