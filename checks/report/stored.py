"""Reading a stored `report.json`: whatever the bytes are, a report or a clear refusal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from checks.report.canonical import canonical, digest_of
from checks.report.model import SCHEMA
from gis.errors import LantuError, Text

MOST_BYTES: Final = 128 * 1024 * 1024
"""A report is held in memory as a whole; one of a hundred thousand patches has half of this."""

_HINT: Final = Text(
    "请指定 lantu check 写出的 report.json", "Name a report.json that lantu check wrote"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A report as read: `sealed` when its digest fits, `as_written` when no byte was touched."""

    document: dict[str, Any]
    sealed: bool
    as_written: bool


def read_stored(content: bytes, *, where: str) -> Stored:
    """Read a stored `report.json`.

    Raises
    ------
    LantuError
        `file_too_large`; `bad_report`: empty, cut off, no JSON, a name given twice, no report, or
        one of another form.
    """
    check_size(len(content), where=where)
    document = _document(content, where)
    try:
        written = canonical(document)
        sealed = digest_of(document) == document.get("digest")
    except (ValueError, RecursionError) as error:
        fact = Text("含有 JSON 不允许的数值或字符", "It holds what JSON has no form for")
        raise _bad(fact, where) from error
    return Stored(document, sealed, content == written)


def check_size(size: int, *, where: str) -> None:
    """Refuse a file that no report is as large as, before it is read.

    Raises
    ------
    LantuError
        `file_too_large`.
    """
    if size <= MOST_BYTES:
        return
    limit, given = MOST_BYTES // 2**20, size / 2**20
    raise LantuError(
        "file_too_large",
        Text(
            f"文件大小 {given:.1f} MiB，超过检测报告上限 {limit} MiB",
            f"The file has {given:.1f} MiB; the limit for reports is {limit} MiB",
        ),
        _HINT,
        where=where,
    )


class _TwiceError(ValueError):
    """A name stands twice in one object: readers would differ on what the report says."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(next(name for name in names if names.count(name) > 1))
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _document(content: bytes, where: str) -> dict[str, Any]:
    if not content.strip():
        raise _bad(Text("文件是空的", "The file is empty"), where)
    try:
        document = json.loads(
            content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant
        )
    except _TwiceError as error:
        name = str(error)[:60]
        fact = Text(f"同一处有两个“{name}”", f"{name!r} stands twice in one place")
        raise _bad(fact, where) from error
    except (ValueError, RecursionError) as error:
        raise _bad(_no_json(error, content), where) from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        raise _bad(_other_form(schema), where)
    checked: dict[str, Any] = document
    return checked


def _no_json(error: Exception, content: bytes) -> Text:
    if isinstance(error, UnicodeDecodeError):
        return Text("文件不是 UTF-8 文本", "The file is no UTF-8 text")
    if isinstance(error, json.JSONDecodeError):
        rest = content.decode("utf-8-sig", "replace")[error.pos :].strip()
        if not rest or error.msg.startswith("Unterminated string"):
            return Text(
                f"文件在第 {error.lineno} 行第 {error.colno} 列中断，可能没有传完",
                f"The file breaks off at line {error.lineno}, column {error.colno}: "
                "perhaps it was not copied to its end",
            )
        return Text(
            f"第 {error.lineno} 行第 {error.colno} 列起不是 JSON",
            f"From line {error.lineno}, column {error.colno} on it is no JSON",
        )
    return Text("文件不是可读的 JSON", "The file is no JSON that can be read")


def _other_form(schema: object) -> Text:
    if isinstance(schema, str) and schema.startswith("lantu-report/"):
        return Text(
            f"报告格式为 {schema[:40]}，本程序只能读取 {SCHEMA}",
            f"The report has the form {schema[:40]}; this program reads {SCHEMA}",
        )
    return Text(f"不是 {SCHEMA} 格式的检测报告", f"This is no report of the form {SCHEMA}")


def _bad(fact: Text, where: str) -> LantuError:
    return LantuError("bad_report", fact, _HINT, where=where)
