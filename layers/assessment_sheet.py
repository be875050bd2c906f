"""An area assessment as a workbook: a template to fill in, and what was filled in read back.

The sheet `成果` holds a key and its value a row; every list has a sheet of its own with the keys as
headings. What is read goes through the same strict form as a YAML file.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gis.errors import LantuError, Text
from layers.assessment_template import UsualKind, usual_kind

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MAIN = "成果"
NOTHING = "无"
"""Written as a value, or in the first cell of a list: the list is there and empty."""

MAX_BYTES = 4_000_000
MAX_UNPACKED = 60_000_000
"""Sizes of a workbook, packed and unpacked; a filled template has 12 kB."""
_MAX_ROWS = 2_000

_SCALARS: Mapping[str, str] = {
    "kind": "评估事项",
    "code": "成果代码，如 PARK-A.geological_hazard",
    "version": "版本；更正须用新版本",
    "title": "成果名称",
    "park.code": "园区代码；无园区时与名称一并留空",
    "park.name": "园区名称",
    "unit_code": "单元编码",
    "issuer": "编制单位",
    "review.body": "审查单位",
    "review.date": "审查日期",
    "review.conclusion": "审查结论",
    "review.public": "是否公开：是 或 否",
    "approval_no": "批准文号",
    "extent": "范围文件（相对本表的路径），或 park_boundary",
    "valid_from": "生效日期",
    "valid_to": "截止日期，末日有效",
    "validity_source": "有效期的依据",
    "partial_coverage.rule": "部分覆盖时：supplement 或 own_assessment",
    "partial_coverage.source": "部分覆盖规则的依据",
    "depth": "评估深度，如 equal_to_project_study",
}
_WORDS: Mapping[str, str] = {
    "treats": "评估已处理的图层，用顿号分隔；“无”表示一个也没有",
    "relevant_layers": "有变化须复核的图层",
    "admission.industries": "准入行业代码；“无”表示谁也不准入，留空表示不适用",
    "admission.uses": "准入用途",
    "negative.industries": "负面清单行业代码",
    "negative.uses": "负面清单用途",
    "excluded_classes": "排除的项目类别",
}
_LISTS: Mapping[str, tuple[str, ...]] = {
    "acknowledged": ("authority", "document", "date"),
    "blocks": ("id", "state"),
    "envelope": ("fact", "min", "max", "source"),
    "totals": ("name", "fact", "unit", "limit"),
    "commitments": ("zh", "en"),
    "duties": ("text", "done"),
    "events": ("date", "type", "place"),
    "control_outputs": ("key", "value", "unit", "where", "source"),
    "approval_items": ("code", "effect"),
    "documents": ("name", "sha256"),
}


# --- out ----------------------------------------------------------------------------------------


def write_template(path: Path, key: str, units: Mapping[str, str | None]) -> None:
    """Write the workbook to fill in for a kind; raises `unknown_kind`."""
    from openpyxl import Workbook

    kind = usual_kind(key)
    book = Workbook()
    main = book.active or book.create_sheet()
    main.title = MAIN
    main.append(["key", "value", "说明"])
    given = _usual_values(kind)
    for name, meaning in {**_SCALARS, **_WORDS}.items():
        main.append([name, given.get(name), meaning])
    _widths(main, (26, 48, 60))
    for name, columns in _LISTS.items():
        sheet = book.create_sheet(name)
        sheet.append(list(columns))
        for row in _usual_rows(name, kind, units):
            sheet.append(row)
        _widths(sheet, (24,) * (len(columns) + 1))
    book.save(path)


def _usual_values(kind: UsualKind) -> dict[str, str]:
    return {
        "kind": kind.key,
        "version": "1",
        "extent": "park_boundary",
        "treats": "、".join(kind.treats),
        "relevant_layers": "、".join(kind.relevant_layers),
    }


def _usual_rows(
    name: str, kind: UsualKind, units: Mapping[str, str | None]
) -> Iterator[list[str | None]]:
    """Rows to complete; a limit without a number is left out when the file is read."""
    if name == "envelope":
        for fact in kind.limits:
            yield [fact, None, None, None, f"单位 {units.get(fact) or '-'}"]
    if name == "approval_items":
        for code in kind.items:
            yield [code, "waived"]


def _widths(sheet: Worksheet, widths: tuple[int, ...]) -> None:
    for column, width in zip("ABCDEFG", widths, strict=False):
        sheet.column_dimensions[column].width = width


# --- in -----------------------------------------------------------------------------------------


def read_sheet(path: Path) -> dict[str, Any]:
    """Read a filled workbook into the shape of `assessment.yaml`, scalars as text.

    Raises
    ------
    LantuError
        `file_not_found`, `bad_file` (no workbook, too large, a sheet or heading not known).
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    _guard(path)
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        sheets = {sheet.title: _cells(sheet) for sheet in book.worksheets}
        book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise _bad(path, "不是可读取的工作簿", "is no readable workbook") from error
    if MAIN not in sheets:
        raise _bad(path, f"没有工作表“{MAIN}”", f"has no sheet {MAIN!r}")
    document: dict[str, Any] = {}
    for row in sheets.pop(MAIN)[1:]:
        if row and row[0]:
            _put(document, row[0], row[1] if len(row) > 1 else None)
    for name, rows in sheets.items():
        if name not in _LISTS:
            raise _bad(path, f"有不识别的工作表“{name}”", f"has an unknown sheet {name!r}")
        listed = _listed(path, name, rows)
        if listed is not None:
            document[name] = listed
    return document


def _guard(path: Path) -> None:
    try:
        size = path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
    except FileNotFoundError as error:
        raise LantuError(
            "file_not_found",
            Text(f"没有文件 {path.name}", f"There is no file {path.name}"),
            Text("请核对文件路径", "Check the path"),
            where=path.name,
        ) from error
    except (zipfile.BadZipFile, OSError) as error:
        raise _bad(path, "不是可读取的工作簿", "is no readable workbook") from error
    if size > MAX_BYTES or unpacked > MAX_UNPACKED:
        raise _bad(
            path, f"解压后有 {unpacked} 字节，过大", f"unpacks to {unpacked} bytes, too many"
        )


def _cells(sheet: Any) -> list[list[str | None]]:
    """Rows of a sheet as text, none of more than the limit of rows."""
    rows = sheet.iter_rows(max_row=_MAX_ROWS, values_only=True)
    return [[_text(value) for value in row] for row in rows]


def _text(value: object) -> str | None:
    """A cell as a file would hold it: whole numbers without a point, days as 2026-01-31."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    return {"是": "true", "否": "false"}.get(text, text) or None


def _put(document: dict[str, Any], key: str, value: str | None) -> None:
    """Set `park.code` and the like; a key that is not known stays for the form to refuse."""
    if value is None:
        return
    listed = [] if value == NOTHING else [w for w in re.split(r"[、,，;；\s]+", value) if w]
    held: object = listed if key in _WORDS else value
    group, _, name = key.partition(".")
    if name:
        inner = document.setdefault(group, {})
        inner[name] = held
    else:
        document[key] = held


def _listed(path: Path, name: str, rows: list[list[str | None]]) -> list[dict[str, str]] | None:
    """Rows of a list; None without any, empty where the first cell says so."""
    columns = _LISTS[name]
    head = [cell for cell in rows[0] if cell] if rows else []
    strange = [cell for cell in head if cell not in columns]
    if strange:
        raise _bad(path, f"工作表 {name} 没有列 {strange}", f"sheet {name} has no column {strange}")
    body = [row for row in rows[1:] if any(row)]
    if body and body[0][0] == NOTHING:
        return []
    found = [
        {key: cell for key, cell in zip(head, row, strict=False) if cell is not None}
        for row in body
    ]
    if name == "envelope":
        found = [row for row in found if "min" in row or "max" in row]
    return found or None


def _bad(path: Path, zh: str, en: str) -> LantuError:
    return LantuError(
        "bad_file",
        Text(f"{path.name} {zh}", f"{path.name} {en}"),
        Text(
            "请用 lantu assessments template KIND --out FILE.xlsx 生成的表填写",
            "Fill in the workbook made by lantu assessments template KIND --out FILE.xlsx",
        ),
        where=path.name,
    )
