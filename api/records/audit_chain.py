"""The hash chain of the audit: how a row is sealed, and a walk that finds where it breaks."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from api.records.database import Records
from api.records.tables import Audit
from gis.errors import LantuError, Text

START = "0" * 64
"""What stands before the first row."""

_FIELDS = ("seq", "at", "who", "act", "subject", "detail", "before")
_UNFIT = re.compile(
    r"password|passwd|secret|cookie|csrf|authorization|bearer|phone|mobile|e?mail$|id_card|address$",
    re.IGNORECASE,
)
_MAX_DETAIL = 8_000


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk over the chain found.

    `rows` fit, and `head` is the hash of the last of them; `break_at` is the first place that does
    not fit, with `reason`: altered, missing, unlinked, or head.
    """

    rows: int
    head: str
    break_at: int | None = None
    reason: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing breaks the chain."""
        return self.break_at is None


def seal(row: Mapping[str, Any]) -> str:
    """Return the SHA-256 over a row and the hash of the row before it."""
    said = json.dumps(
        [row[name] for name in _FIELDS],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )
    return hashlib.sha256(said.encode()).hexdigest()


def chained(**fields: Any) -> dict[str, Any]:
    """Return the fields of a row with its hash."""
    return {**fields, "hash": seal(fields)}


def plain_detail(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return a detail as it will be read back.

    Raises
    ------
    ValueError
        When it is no plain JSON, is long, or a name in it speaks of a secret or a person.
    """
    for name in _names(detail):
        if _UNFIT.search(name):
            raise ValueError(f"the audit keeps neither secrets nor personal data: {name!r}")
    said = json.dumps(detail, ensure_ascii=False, allow_nan=False)
    if len(said) > _MAX_DETAIL:
        raise ValueError(f"a detail of the audit is short: {len(said)} characters")
    read: dict[str, Any] = json.loads(said)
    return read


def walk(records: Records, *, known: tuple[int, str] | None = None) -> Walk:
    """Walk the chain from its start and say where it first breaks.

    Parameters
    ----------
    known
        Number and hash of a row noted before: only so is a cut at the end found.
    """
    asked = select(*(getattr(Audit, name) for name in (*_FIELDS, "hash"))).order_by(Audit.seq)
    in_parts = {"yield_per": 1_000}
    with (
        records.reading() as session,
        session.execute(asked, execution_options=in_parts) as rows,
    ):
        return follow((row._asdict() for row in rows), known=known)


def follow(rows: Iterable[Mapping[str, Any]], *, known: tuple[int, str] | None = None) -> Walk:
    """Follow rows in their order; see `walk`."""
    count, before = 0, START
    for row in rows:
        reason = _fault(row, count + 1, before, known)
        if reason:
            place = count + 1 if reason == "missing" else row["seq"]
            return Walk(count, before, place, reason)
        count, before = count + 1, row["hash"]
    if known is not None and known[0] > count:
        return Walk(count, before, count + 1, "missing")
    return Walk(count, before)


def read_head(said: str) -> tuple[int, str]:
    """Read `NUMBER:HASH` as an earlier walk printed it.

    Raises
    ------
    LantuError
        `bad_head` when it is something else.
    """
    found = re.fullmatch(r"(\d{1,15}):([0-9a-f]{64})", said.strip().lower())
    if found is None:
        raise LantuError(
            "bad_head",
            Text(f"“{said[:80]}”不是链尾标识", f"{said[:80]!r} is no head of a chain"),
            Text("请写成 序号:64位十六进制", "Write NUMBER:HASH with 64 hexadecimal digits"),
        )
    return int(found[1]), found[2]


def _fault(
    row: Mapping[str, Any], expected: int, before: str, known: tuple[int, str] | None
) -> str:
    """Say what is wrong with the row at a place, "" when it fits."""
    if row["seq"] != expected:
        return "missing" if row["seq"] > expected else "unlinked"
    if row["hash"] != seal(row):
        return "altered"
    if row["before"] != before:
        return "unlinked"
    if known is not None and known[0] == row["seq"] and known[1] != row["hash"]:
        return "head"
    return ""


def _names(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _names(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _names(inner)
