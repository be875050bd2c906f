"""Read a project list (Excel or CSV) into rows of text; nothing is guessed of its meaning."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from gis.errors import LantuError, Text

if TYPE_CHECKING:
    from openpyxl import Workbook

MAX_ROWS = 50_000
MAX_COLUMNS = 300
_ENCODINGS = ("utf-8-sig", "gb18030")
_EXPANDS = 200
"""How often a workbook may hold its own packed size: more is a bomb, not a list."""
_UNPACKED = 256 * 1024 * 1024
"""Most that a workbook may hold unpacked, however large it came."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list as it stands: the names of its columns, and its rows as text.

    `numbers` are the row numbers as the program of the office shows them, for messages.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]


def read_sheet(content: bytes, name: str) -> Sheet:
    """Read the first sheet of a workbook, or a CSV file.

    The first row that is not empty names the columns; empty rows are left out.

    Raises
    ------
    LantuError
        `unreadable_list`, `empty_list`, `column_twice`, `too_large`.
    """
    packed = content[:4] == b"PK\x03\x04"
    if not packed and content[:4] == b"\xd0\xcf\x11\xe0":
        raise _unreadable(
            name, Text("旧版 Excel（.xls）", "an old workbook (.xls)"),
            Text("请另存为 .xlsx 或 CSV", "Save it as .xlsx or CSV"),
        )  # fmt: skip
    cells = _workbook(content, name) if packed else _csv(content, name)
    numbered = [(no, row) for no, row in enumerate(cells, start=1) if any(row)]
    if len(numbered) < 2:
        raise LantuError(
            "empty_list",
            Text(f"“{name}”中没有项目", f"There are no projects in {name!r}"),
            Text("第一行写列名，其后每行一个项目", "Name the columns first, then a project a row"),
            where=name,
        )
    head = [cell.strip() for cell in numbered[0][1]]
    while head and not head[-1]:
        head.pop()
    columns = tuple(cell or f"列{no}" for no, cell in enumerate(head, start=1))
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise LantuError(
            "column_twice",
            Text(f"列名重复：{'、'.join(twice)}", f"Columns appear twice: {', '.join(twice)}"),
            Text("请改名后再导入", "Rename one, then import again"),
            where=name,
        )
    if len(numbered) > MAX_ROWS or len(columns) > MAX_COLUMNS:
        raise LantuError(
            "too_large",
            Text(
                f"“{name}”有 {len(numbered)} 行、{len(columns)} 列，"
                f"最多 {MAX_ROWS} 行、{MAX_COLUMNS} 列",
                f"{name!r} has {len(numbered)} rows and {len(columns)} columns; "
                f"{MAX_ROWS} and {MAX_COLUMNS} are the most",
            ),
            Text("请拆成几个文件", "Split the file"),
            where=name,
        )
    width = len(columns)
    rows = tuple((*row[:width], *[""] * (width - len(row))) for _, row in numbered[1:])
    return Sheet(columns, rows, tuple(no for no, _ in numbered[1:]))


def _csv(content: bytes, name: str) -> Sequence[list[str]]:
    if b"\x00" in content:
        raise _unreadable(name, Text("不是文本", "no text"), _AS_TABLE)
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _unreadable(name, Text("编码无法识别", "its encoding is not known"), _AS_TABLE)
    head = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    try:
        rows = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
        return [[cell.strip() for cell in row] for row in rows]
    except csv.Error as error:
        what = Text(f"CSV 有误：{error}", f"bad CSV: {error}")
        raise _unreadable(name, what, _AS_TABLE) from None


def _workbook(content: bytes, name: str) -> Sequence[list[str]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            whole = sum(item.file_size for item in packed.infolist())
        bomb = whole > min(_EXPANDS * len(content), _UNPACKED)
        book = None if bomb else load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        found = [] if book is None else _first_sheet(book)
    except Exception as error:
        kind = type(error).__name__
        what = Text(f"工作簿损坏（{kind}）", f"the workbook is broken ({kind})")
        raise _unreadable(name, what, _AS_TABLE) from error
    if bomb:
        raise _unreadable(name, Text("压缩内容过大", "it unpacks to far too much"), _AS_TABLE)
    return found


def _first_sheet(book: Workbook) -> list[list[str]]:
    rows = book.worksheets[0].iter_rows(max_row=MAX_ROWS + 2, values_only=True)
    found = [[_cell(value) for value in row[: MAX_COLUMNS + 1]] for row in rows]
    book.close()
    return found


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        whole = value.time().isoformat() == "00:00:00"
        return value.date().isoformat() if whole else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value).strip()


_AS_TABLE = Text("请另存为 .xlsx 或 UTF-8 的 CSV 再导入", "Save it as .xlsx or CSV in UTF-8")


def _unreadable(name: str, what: Text, hint: Text) -> LantuError:
    return LantuError(
        "unreadable_list",
        Text(f"无法读取“{name}”：{what.zh}", f"{name!r} cannot be read: {what.en}"),
        hint,
        where=name,
    )
