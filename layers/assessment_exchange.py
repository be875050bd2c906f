"""Assessments as a GeoPackage under the names of the national exchange tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely

from gis.errors import LantuError, Text
from layers.assessment_file import AssessmentForm
from layers.assessments import STATE_WORDS, Standing
from layers.yaml_file import validate

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


def read_exchange(path: Path) -> list[AssessmentForm]:
    """Read a GeoPackage of the national names back, one assessment a row, in the file's order.

    What the exchange table has no column for stays unsaid: its criteria do not apply.

    Raises
    ------
    LantuError
        `bad_exchange` (no such table or column, no CRS, no geometry), `bad_file` (a value).
    """
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError

    if not path.is_file():
        raise _bad(path, "没有该文件", "there is no such file")
    try:
        frame = pyogrio.read_dataframe(path, layer=TABLE)
    except (DataSourceError, DataLayerError) as error:
        raise _bad(path, f"没有表“{TABLE}”", f"there is no table {TABLE!r}") from error
    missing = [name for name in _NEEDED if name not in frame.columns]
    if missing:
        listed = "、".join(missing)
        raise _bad(path, f"缺少字段 {listed}", f"columns are missing: {listed}")
    authority = frame.crs.to_authority() if frame.crs is not None else None
    if authority is None:
        raise _bad(path, "没有坐标系", "it names no CRS")
    crs = ":".join(authority)
    rows = frame.to_dict("records")
    return [_form(row, crs, f"{path.name}: {n}") for n, row in enumerate(rows, 1)]


_NEEDED = ("成果代码", "版本", "评估事项", "编制单位", "生效日期")


def _form(row: Mapping[str, Any], crs: str, where: str) -> AssessmentForm:
    def told(name: str) -> str | None:
        value = row.get(name)
        return value.strip() or None if isinstance(value, str) else None

    shape = row.get("geometry")
    if shape is None or shape.is_empty:
        raise LantuError(
            "bad_exchange",
            Text("没有范围坐标", "There is no extent"),
            Text("请补上范围后再登记", "Give the row its geometry"),
            where=where,
        )
    park = {"code": told("园区代码"), "name": told("园区名称") or told("园区代码")}
    codes = _listed(told("事项编码"))
    effects = _listed(told("简化审批的方式"))
    effects += ["-"] * (len(codes) - len(effects))
    data = {
        "kind": told("评估事项"),
        "code": told("成果代码"),
        "version": told("版本"),
        "title": told("成果名称"),
        "issuer": told("编制单位"),
        "unit_code": told("单元编码"),
        "approval_no": told("批准文号"),
        "park": park if park["code"] else None,
        "valid_from": told("生效日期"),
        "valid_to": told("截止日期"),
        "acknowledged": [{"authority": name} for name in _listed(told("采信部门"))] or None,
        "approval_items": [
            {"code": code, "effect": None if effect == "-" else effect}
            for code, effect in zip(codes, effects, strict=False)
        ]
        or None,
        "extent": {"crs": crs, **shapely.geometry.mapping(shape)},
    }
    return validate(AssessmentForm, data, where)


def _listed(text: str | None) -> list[str]:
    return [part for part in (text or "").split("、") if part]


def _bad(path: Path, zh: str, en: str) -> LantuError:
    return LantuError(
        "bad_exchange",
        Text(f"不能读取成果交换文件：{zh}", f"The exchange file cannot be read: {en}"),
        Text(
            "请用 lantu assessments export 写出的格式", "Use the form of lantu assessments export"
        ),
        where=path.name,
    )


# --- YAML ---------------------------------------------------------------------------------------


def write_yaml(path: Path, document: bytes) -> Path:
    """Write a kept assessment as `assessment.yaml`, its extent as a GeoJSON file beside it.

    Parameters
    ----------
    path
        The YAML file to write.
    document
        The document that the workspace keeps of the assessment.

    Returns
    -------
    The GeoJSON file. Read back, the two give the same assessment, its extent to the last bit.
    """
    import yaml

    kept = json.loads(document)
    place = path.with_suffix(".geojson")
    shape = shapely.from_wkb(bytes.fromhex(kept["extent"]["wkb"]))
    feature = {
        "type": "Feature",
        "properties": {"name": kept["assessment"]["code"]},
        "geometry": shapely.geometry.mapping(shape),
    }
    crs = {"type": "name", "properties": {"name": kept["extent"]["crs"]}}
    collection = {"type": "FeatureCollection", "crs": crs, "features": [feature]}
    place.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    content = _without_nulls(kept["assessment"]) | {"extent": place.name}
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)
    path.write_text(text, encoding="utf-8")
    return place


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value
