"""Sample sites in every input format, and some that are broken on purpose.

Each writer here is plain: it does not use the product's own readers or writers, so the files
are a test of them.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from sample_data.broken_sites import BROKEN, write_broken
from sample_data.site_shapes import corner_plot, lane, random_sites, with_pond
from sample_data.site_text import dxf, kml, parcel_txt

__all__ = ["BROKEN", "GOOD", "random_sites", "write_sample_sites"]

SYNTHETIC = "虚构数据 synthetic"
_ZONED = 39_000_000.0


def degrees(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry in CGCS2000 longitude and latitude, edges cut to 70 m before."""
    change = Transformer.from_crs("EPSG:4548", "EPSG:4490", always_xy=True)
    dense = shapely.segmentize(geometry, 70.0)
    return shapely.transform(
        dense, lambda xy: np.round(np.column_stack(change.transform(xy[:, 0], xy[:, 1])), 9)
    )


def _geojson(path: Path) -> None:
    features = [
        {"type": "Feature", "properties": {"name": name, "note": SYNTHETIC},
         "geometry": shapely.geometry.mapping(degrees(shape))}
        for name, shape in (("带水塘地块", with_pond()), ("转角地块", corner_plot()))
    ]  # fmt: skip
    document = {"type": "FeatureCollection", "description": SYNTHETIC, "features": features}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def _line_geojson(path: Path) -> None:
    document = {
        "type": "FeatureCollection", "description": SYNTHETIC,
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}},
        "features": [{"type": "Feature", "properties": {"name": "支路"},
                      "geometry": shapely.geometry.mapping(lane())}],
    }  # fmt: skip
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def _frame(crs: str = "EPSG:4548") -> Any:
    import geopandas

    return geopandas.GeoDataFrame(
        {"名称": ["带水塘地块", "转角地块"], "用途": ["工业用地（虚构）", "物流仓储用地（虚构）"]},
        geometry=[with_pond(), corner_plot()], crs=crs,
    )  # fmt: skip


def _gpkg(path: Path) -> None:
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-11-20T00:00:00.000Z"})
    path.unlink(missing_ok=True)
    pyogrio.write_dataframe(_frame(), path, driver="GPKG", layer="sites")


def _shapefile(folder: Path) -> None:
    """Shapefile in GBK whose code page file is missing, as offices send it."""
    import pyogrio

    folder.mkdir(exist_ok=True)
    pyogrio.write_dataframe(_frame(), folder / "plots.shp", driver="ESRI Shapefile", encoding="GBK")
    (folder / "plots.cpg").unlink()


def _zip(path: Path) -> None:
    """The same Shapefile as one zip, with its code page file and a fixed date inside."""
    import pyogrio

    folder = path.parent / "zipped"
    folder.mkdir(exist_ok=True)
    pyogrio.write_dataframe(_frame(), folder / "plots.shp", driver="ESRI Shapefile", encoding="GBK")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for part in sorted(folder.iterdir()):
            target.writestr(zipfile.ZipInfo(part.name, (2026, 11, 20, 0, 0, 0)), part.read_bytes())
            part.unlink()
    folder.rmdir()


def _kml(path: Path) -> None:
    shapes = {"带水塘地块": degrees(with_pond()), "转角地块": degrees(corner_plot())}
    path.write_text(kml(shapes, SYNTHETIC), encoding="utf-8")


def _kmz(path: Path) -> None:
    text = kml({"转角地块": degrees(corner_plot())}, SYNTHETIC)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(zipfile.ZipInfo("doc.kml", (2026, 11, 20, 0, 0, 0)), text)


def _dxf(path: Path) -> None:
    path.write_text(dxf([with_pond(), corner_plot()]), encoding="ascii")


def _txt_gbk(path: Path) -> None:
    """Zone-prefixed, GBK, CRLF: a parcel with a hole and a second parcel."""
    shapes = {
        "DK001": ("带水塘地块", with_pond(), 2.75),
        "DK002": ("转角地块", corner_plot(), None),
    }
    path.write_bytes(parcel_txt(shapes, offset=_ZONED).encode("gb18030"))


def _txt_bom(path: Path) -> None:
    """UTF-8 with BOM, full-width commas, no zone prefix, no closing @."""
    shapes = {
        "DK003": ("转角地块", corner_plot(), None),
        "DK001": ("带水塘地块", with_pond(), 2.75),
    }
    text = parcel_txt(shapes, offset=0.0, wide=True, tail="")
    path.write_bytes(text.encode("utf-8-sig"))


def _wkt(path: Path) -> None:
    text = f"SRID=4548;{with_pond().wkt}\nSRID=4548;{corner_plot().wkt}\n"
    path.write_text(text, encoding="utf-8")


def _pasted(path: Path) -> None:
    """Coordinates as pasted from a table: number, north, east."""
    ring = shapely.get_coordinates(corner_plot().exterior)
    lines = [f"J{n}\t{y:.3f}\t{x + _ZONED:.3f}" for n, (x, y) in enumerate(ring[:-1], 1)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


GOOD: Mapping[str, tuple[Callable[[Path], None], int, str, str, str | None]] = {
    # file: writer, sites in it, what it shows in Chinese and English, CRS to state if any
    "plots.geojson": (
        _geojson,
        2,
        "GeoJSON，经纬度，带洞",
        "GeoJSON in degrees, with a hole",
        None,
    ),
    "lane.geojson": (
        _line_geojson,
        1,
        "线性工程，文件内写明坐标系",
        "A line; the file names its CRS",
        None,
    ),
    "plots.gpkg": (_gpkg, 2, "GeoPackage", "GeoPackage", None),
    "plots_shapefile": (
        _shapefile,
        2,
        "Shapefile 文件夹，GBK 且无 .cpg",
        "Shapefile folder, GBK without .cpg",
        None,
    ),
    "plots_shapefile.zip": (_zip, 2, "Shapefile 压缩包", "Zipped Shapefile", None),
    "plots.kml": (_kml, 2, "KML", "KML", None),
    "plot.kmz": (_kmz, 1, "KMZ", "KMZ", None),
    "plots.dxf": (
        _dxf,
        2,
        "DXF 闭合多段线，须指定 --crs EPSG:4548",
        "DXF polylines; needs --crs EPSG:4548",
        "EPSG:4548",
    ),
    "parcels_gbk.txt": (
        _txt_gbk,
        2,
        "界址点 TXT，GBK，带号 39，带洞、多地块",
        "Boundary points in GBK, zone 39",
        None,
    ),
    "parcels_utf8bom.txt": (
        _txt_bom,
        2,
        "界址点 TXT，UTF-8 BOM，全角逗号，无带号",
        "UTF-8 with BOM, wide commas",
        None,
    ),
    "plots.wkt": (_wkt, 2, "WKT，写明 SRID", "WKT with SRID", None),
    "pasted.txt": (_pasted, 1, "从表格粘贴的坐标", "Coordinates pasted from a table", None),
}


def write_sample_sites(folder: Path) -> list[Path]:
    """Write all sample sites below `folder`, those broken on purpose under `broken/`.

    Returns the paths of the good ones. Each folder's README.txt says in both languages what each
    file shows.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{SYNTHETIC}：滨江新区（虚构）示例用地 / sample sites of an invented town", ""]
    paths = []
    for name, (write, count, zh, en, crs) in GOOD.items():
        write(folder / name)
        paths.append(folder / name)
        lines.append(f"{name}  [{count}]  {zh} / {en}" + (f"  --crs {crs}" if crs else ""))
    (folder / "README.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_broken(folder / "broken")
    return paths
