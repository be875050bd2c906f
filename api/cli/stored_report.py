"""Reports that commands are given as files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gis.errors import LantuError, Text

if TYPE_CHECKING:
    from checks.report.stored import Stored


def stored_file(path: Path) -> Stored:
    """Read a `report.json`, whether or not its digest fits.

    Raises
    ------
    LantuError
        `file_not_found`, and what `read_stored` refuses.
    """
    from checks.report.stored import check_size, read_stored

    if not path.is_file():
        raise LantuError(
            "file_not_found",
            Text(f"没有文件“{path}”", f"There is no file {str(path)!r}"),
            Text("请核对路径", "Check the path"),
            where=path.name,
        )
    check_size(path.stat().st_size, where=path.name)
    return read_stored(path.read_bytes(), where=path.name)


def whole_report(path: Path) -> Stored:
    """Read a report that has all that a report has, whether or not its digest fits.

    Raises
    ------
    LantuError
        What `stored_file` refuses; `bad_report`.
    """
    stored = stored_file(path)
    if not _has_all_keys(stored.document):
        raise LantuError(
            "bad_report",
            Text("报告内容残缺", "The report lacks what it should hold"),
            Text("请给出 lantu check 写出的 report.json", "Give a report.json of lantu check"),
            where=path.name,
        )
    return stored


def sealed_report(path: Path) -> Mapping[str, Any]:
    """Read a report and make sure that it is as it was written.

    Raises
    ------
    LantuError
        What `whole_report` refuses; `report_altered`.
    """
    stored = whole_report(path)
    if not stored.sealed:
        raise LantuError(
            "report_altered",
            Text("报告内容与校验码不符，已被改动", "The report does not match its digest"),
            Text("请用原报告，或重新检测", "Use the report as written, or check again"),
            where=path.name,
        )
    return stored.document


_LISTS = {
    "inheritance": "decision",
    "services": "service",
    "findings": "finding",
    "indicators": "indicator",
}


def _has_all_keys(document: Mapping[str, Any]) -> bool:
    """Whether the report and the rows of its lists have the keys that the schema requires."""
    from checks.report.schema import report_schema

    schema = report_schema()
    if not set(schema["required"]) <= document.keys():
        return False
    return all(
        isinstance(document[name], list)
        and all(
            isinstance(row, dict) and set(schema["$defs"][part]["required"]) <= row.keys()
            for row in document[name]
        )
        for name, part in _LISTS.items()
    )
