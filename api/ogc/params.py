"""Query parameters of items: read strictly, a wrong one is refused with 400."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from starlette.datastructures import QueryParams

from api.clock import OFFICE_ZONE
from api.ogc.refusals import bad_query
from api.ogc.systems import Area, System, Systems
from gis.errors import LantuError, Text

LIMIT, MAX_LIMIT = 100, 10_000
_MAX_OFFSET = 2**53
KNOWN = frozenset({"bbox", "bbox-crs", "crs", "datetime", "limit", "offset", "f", "lang"})
"""Parameters of the standard; every other name is that of a property."""


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days asked for, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """What is asked of a collection. `nowhere`: the box lies beyond all data."""

    system: System
    limit: int
    offset: int
    area: Area | None = None
    nowhere: bool = False
    span: Span | None = None
    where: Mapping[str, str] = field(default_factory=dict)


def item_query(given: QueryParams, systems: Systems, *, own: frozenset[str]) -> ItemQuery:
    """Read the parameters of an items request.

    Parameters
    ----------
    given
        The query; every name but the standard's and `own` asks for the value of a property.
    systems
        The systems offered.
    own
        Parameters that the collection reads itself.

    Raises
    ------
    LantuError
        `bad_query` (400).
    """
    for name in given:
        if len(given.getlist(name)) > 1:
            raise _bad(name, given[name], "同一参数只能给一次", "it may be given once only")
    if given.get("f", "json") not in {"json", "geojson"}:
        raise _bad("f", given["f"], "只提供 json", "json is all there is")
    box = _numbers(given["bbox"]) if "bbox" in given else None
    area, nowhere = None, False
    box_system = systems.named(given.get("bbox-crs"), "bbox-crs")
    if box is not None:
        area = systems.area_of(box, box_system)
        nowhere = area is None
    return ItemQuery(
        system=systems.named(given.get("crs"), "crs"),
        limit=min(_whole("limit", given.get("limit", str(LIMIT)), least=1), MAX_LIMIT),
        offset=_whole("offset", given.get("offset", "0"), least=0),
        area=area,
        nowhere=nowhere,
        span=_span(given["datetime"]) if "datetime" in given else None,
        where={name: value for name, value in given.items() if name not in KNOWN | own},
    )


def item_system(given: QueryParams, systems: Systems) -> System:
    """Read the parameters of a single item: `crs` only."""
    strange = sorted(set(given) - {"crs", "f", "lang"})
    if strange:
        raise _bad(strange[0], given[strange[0]], "没有这个参数", "there is no such parameter")
    return systems.named(given.get("crs"), "crs")


def _numbers(text: str) -> tuple[float, float, float, float]:
    """Four numbers, or six with heights, which are left out."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [numbers[0], numbers[1], numbers[3], numbers[4]]
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        raise _bad("bbox", text, "须为四个或六个数", "four or six numbers are needed")
    a, b, c, d = numbers
    return a, b, c, d


def _whole(name: str, text: str, *, least: int) -> int:
    if not (text.isascii() and text.isdigit()) or not least <= int(text[:20]) <= _MAX_OFFSET:
        raise _bad(
            name, text, f"须为不小于 {least} 的整数", f"a whole number from {least} is needed"
        )
    return int(text)


def _span(text: str) -> Span:
    """A moment, or an interval with an open side (`..` or nothing), as whole days."""
    parts = text.split("/")
    if len(parts) == 1:
        day = _day(text, text)
        return Span(day, day)
    if len(parts) != 2 or set(parts) <= {"", ".."}:
        raise _bad_time(text)
    open_sides = {"", ".."}
    first = date.min if parts[0] in open_sides else _day(parts[0], text)
    last = date.max if parts[1] in open_sides else _day(parts[1], text)
    if first > last:
        raise _bad_time(text)
    return Span(first, last)


def _day(part: str, text: str) -> date:
    """A day, or the day of Asia/Shanghai in which a moment lies."""
    try:
        if len(part) == 10:
            return date.fromisoformat(part)
        moment = datetime.fromisoformat(part.replace(" ", "+"))  # `+` is a blank in a query
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=OFFICE_ZONE)
        return moment.astimezone(OFFICE_ZONE).date()
    except (ValueError, OverflowError):
        raise _bad_time(text) from None


def _bad_time(text: str) -> LantuError:
    return _bad(
        "datetime",
        text,
        "须为日期、时刻或区间，例如 2026-11-20、2026-01-01/..",
        "a day, a moment or an interval is needed, such as 2026-11-20, 2026-01-01/..",
    )


def _bad(name: str, value: str, zh: str, en: str) -> LantuError:
    shown = value[:80]
    return bad_query(
        name,
        Text(f"参数 {name} 的值“{shown}”不可用：{zh}", f"{name}={shown!r} cannot be used: {en}"),
        Text("见 /ogc/api", "See /ogc/api"),
    )
