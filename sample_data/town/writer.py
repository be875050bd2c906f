"""The town as files: GeoPackages, Shapefiles in GBK, GeoJSON in degrees, GeoTIFF, one mapping."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.crs import parse_crs, transform, transform_points
from sample_data.town.build import Town, to_crs
from sample_data.town.frame import CRS, HEIGHT, ORIGIN
from sample_data.town.rasters import CELL, NODATA, Raster
from sample_data.town.values import Source, array

SYNTHETIC = (
    "虚构数据 synthetic: 滨江新区（虚构） is an invented place; every name and figure is made up."
)
_STAMP = "2026-11-20T00:00:00.000Z"
_ZONED = "EPSG:4527"
_DEGREES = "EPSG:4490"


def write_town(town: Town, folder: Path) -> Town:
    """Write all source files and `mapping.yaml`; return the town with its folder and mapping."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.gpkg"):
        old.unlink()
    entries = [_write_source(source, folder) for source in town.sources]
    entries += [_write_raster(raster, folder) for raster in town.rasters]
    _write_json_features(folder / "urban.geojson", [town.urban], {"MC": ["城镇范围（虚构）"]})
    _write_projects(town, folder)
    (folder / "README.txt").write_text(
        f"{SYNTHETIC}\n本文件夹为合成数据：地名、单位、项目、数字均为虚构，不对应任何真实地点。\n",
        encoding="utf-8",
    )
    mapping = folder / "mapping.yaml"
    mapping.write_text(_mapping(entries), encoding="utf-8")
    return replace(town, folder=folder, mapping=mapping)


Entry = dict[str, str]


def _write_source(source: Source, folder: Path) -> Entry:
    kind, _, name = source.store.partition(":")
    entry = {
        "layer": source.key, "edition": source.edition, "currency": source.currency,
        "coverage": "urban.geojson" if source.coverage == "urban" else source.coverage,
        "accuracy": f"{source.accuracy_m:g}", "accuracy_source": source.accuracy_source,
    }  # fmt: skip
    if source.part:
        entry["part"] = source.part
    if kind == "geojson":
        entry["file"] = f"{source.name}.geojson"
        _write_json_features(folder / entry["file"], source.geometries, source.columns)
    elif kind.startswith("shp"):
        entry["file"] = f"{source.name}.shp"
        _write_frame(source, folder / entry["file"], CRS, driver="ESRI Shapefile", encoding="GBK")
        if kind == "shp_no_cpg":
            (folder / f"{source.name}.cpg").unlink()
    elif kind == "gpkg39":
        entry["file"] = f"{source.name}.gpkg"
        _write_frame(source, folder / entry["file"], _ZONED, driver="GPKG", layer=source.name)
    else:
        entry["file"], entry["table"] = f"{name}.gpkg", source.name
        _write_frame(source, folder / entry["file"], CRS, driver="GPKG", layer=source.name)
    return entry


def _placed(geometries: Iterable[BaseGeometry], crs: str) -> np.ndarray:
    """Geometries from local metres in `crs`; zone-prefixed coordinates only gain their prefix."""
    here = array([to_crs(geometry) for geometry in geometries])
    if crs == CRS:
        return here
    if crs == _DEGREES:
        return transform(here, parse_crs(CRS), parse_crs(crs))
    source, target = parse_crs(CRS), parse_crs(crs)
    return np.asarray(
        shapely.transform(here, lambda xy: transform_points(xy, source, target)), dtype=object
    )


def _write_frame(source: Source, path: Path, crs: str, **options: Any) -> None:
    import geopandas
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _STAMP})
    shapes = _placed(source.geometries, crs)
    multi = {geometry.geom_type for geometry in shapes}
    table = geopandas.GeoDataFrame(
        {name: list(values) for name, values in source.columns.items()},
        geometry=list(shapes), crs=crs,
    )  # fmt: skip
    driver = options["driver"]
    extra = {"layer_options": {"DESCRIPTION": SYNTHETIC}} if driver == "GPKG" else {}
    pyogrio.write_dataframe(
        table, path, append=False, promote_to_multi=len(multi) > 1 and driver == "GPKG",
        **options, **extra,
    )  # fmt: skip


def _write_json_features(path: Path, geometries: Iterable[BaseGeometry], columns: Any) -> None:
    """GeoJSON in CGCS2000 degrees with ten decimals, the system named in the file."""
    shapes = _placed(geometries, _DEGREES)
    features = []
    for index, shape in enumerate(shapes):
        rounded = shapely.transform(shape, lambda xy: np.round(xy, 10))
        features.append(
            {
                "type": "Feature",
                "properties": {name: values[index] for name, values in columns.items()},
                "geometry": shapely.geometry.mapping(rounded),
            }
        )
    document = {
        "type": "FeatureCollection", "description": SYNTHETIC,
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}},
        "features": features,
    }  # fmt: skip
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def _write_raster(raster: Raster, folder: Path) -> Entry:
    import rasterio
    from affine import Affine

    name = f"{raster.key.replace('.', '_')}.tif"
    place = Affine(CELL, 0.0, ORIGIN[0], 0.0, -CELL, ORIGIN[1] + HEIGHT)
    rows, columns = raster.values.shape
    with rasterio.open(
        folder / name, "w", driver="GTiff", height=rows, width=columns, count=1, dtype="float32",
        crs=CRS, transform=place, nodata=NODATA, compress="deflate", predictor=2, tiled=True,
    ) as target:  # fmt: skip
        target.write(raster.values, 1)
        target.update_tags(TIFFTAG_IMAGEDESCRIPTION=SYNTHETIC)
    return {
        "layer": raster.key, "edition": raster.edition, "currency": raster.currency,
        "coverage": "features", "accuracy": f"{raster.accuracy_m:g}",
        "accuracy_source": "虚构数据：按格网尺寸假定", "file": name,
    }  # fmt: skip


def _mapping(entries: list[Entry]) -> str:
    lines = [f"# {SYNTHETIC}", "layers:"]
    for entry in entries:
        first = True
        for key, value in entry.items():
            lines.append(f'  {"- " if first else "  "}{key}: "{value}"')
            first = False
    return "\n".join(lines) + "\n"


def _write_projects(town: Town, folder: Path) -> None:
    """The forty projects as CSV (for people) and JSON with red lines (for programs)."""
    rows: list[dict[str, Any]] = []
    for row in town.projects:
        line = row.redline
        rows.append(
            {
                "number": row.number,
                "code": row.code,
                "name": row.name,
                "stage": row.stage,
                **row.facts,
                "area_m2": None if line is None else round(float(line.area), 2),
                "redline": None
                if line is None
                else shapely.to_wkt(to_crs(line), rounding_precision=3),
            }
        )
    document = {"note": SYNTHETIC, "crs": CRS, "projects": rows}
    (folder / "projects.json").write_text(
        json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    with (folder / "projects.csv").open("w", encoding="utf-8-sig", newline="") as target:
        names = [name for name in rows[0] if name != "redline"]
        out = csv.DictWriter(target, names, extrasaction="ignore")
        out.writeheader()
        out.writerows(rows)
