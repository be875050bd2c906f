"""Assessments as a GeoPackage under the names of the national exchange tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from layers.assessments import STATE_WORDS, Standing

TABLE = "区域评估成果"

NAMES = {
    "单元编码": "unit_code",
    "成果代码": "code",
    "版本": "version",
    "评估事项": "kind",
    "成果名称": "title",
    "批准文号": "approval_no",
    "编制单位": "issuer",
    "园区代码": "park.code",
    "园区名称": "park.name",
    "事项编码": "approval_items[].code",
    "简化审批的方式": "approval_items[].effect",
    "生效日期": "valid_from",
    "截止日期": "valid_to",
    "状态": "state",
    "采信部门": "acknowledged[].authority",
    "应用区域评估情况": "the ledger",
}
"""Columns of the table, and where each comes from; the geometry is 范围坐标."""


def exchange_row(standing: Standing, projects: Sequence[str]) -> dict[str, str | None]:
    """One assessment under the national names; `projects` hold something of its totals."""
    one = standing.assessment
    items = one.approval_items or ()
    return {
        "单元编码": one.unit_code,
        "成果代码": one.code,
        "版本": one.version,
        "评估事项": one.kind,
        "成果名称": one.title,
        "批准文号": one.approval_no,
        "编制单位": one.issuer,
        "园区代码": one.park.code if one.park else None,
        "园区名称": one.park.name if one.park else None,
        "事项编码": "、".join(item.code for item in items) or None,
        "简化审批的方式": "、".join(item.effect or "-" for item in items) or None,
        "生效日期": one.valid_from.isoformat(),
        "截止日期": one.valid_to.isoformat() if one.valid_to else None,
        "状态": STATE_WORDS[standing.state].zh,
        "采信部门": "、".join(item.authority for item in standing.acknowledged or ()) or None,
        "应用区域评估情况": "、".join(projects) or None,
    }


def write_exchange(path: Path, rows: Sequence[tuple[Standing, Sequence[str]]], *, crs: str) -> None:
    """Write a GeoPackage with one feature an assessment, its extent in the working CRS.

    Parameters
    ----------
    path
        The file; replaced when there.
    rows
        Assessments, and the projects that hold something of each.
    crs
        Working CRS of the extents.
    """
    import geopandas

    frame = geopandas.GeoDataFrame(
        [exchange_row(standing, projects) for standing, projects in rows],
        columns=list(NAMES),
        geometry=[standing.assessment.extent for standing, _ in rows],
        crs=crs,
    )
    path.unlink(missing_ok=True)
    frame.to_file(path, layer=TABLE, driver="GPKG")
