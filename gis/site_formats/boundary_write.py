"""Write sites as 界址点 TXT, at the precision of the file they came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from gis.cgcs2000 import Zone, zone_of_epsg
from gis.crs import crs_name, parse_crs, transform
from gis.errors import LantuError, Text
from gis.geometry import lines_of, polygons_of
from gis.site import Site

FIELDS = ("点数", "面积(公顷)", "编号", "名称", "图形属性", "图幅号", "地块用途", "地类编码")
DECIMALS_KEY = "坐标小数位数"
_DECIMALS = 3


def write_boundary_txt(
    sites: Sequence[Site],
    *,
    crs: str | None = None,
    decimals: int | None = None,
    encoding: str = "utf-8-sig",
    producer: str = "",
    produced_on: str = "",
) -> bytes:
    """Write sites as one 界址点 TXT.

    Parameters
    ----------
    sites
        Polygons or lines in the working CRS.
    crs
        A CGCS2000 zone for the coordinates; None: the zone the sites were read in, else the
        working CRS.
    decimals
        Decimals of the coordinates; None: as the sites' file had them, else 3 (millimetres).
    encoding
        `utf-8-sig`, `utf-8` or `gb18030`.
    producer, produced_on
        Entries of the header; the date comes from the caller.

    Returns
    -------
    The file's bytes, lines ended by CRLF.

    Raises
    ------
    LantuError
        `txt_crs` when the coordinates would not be in one CGCS2000 zone.
    """
    system = _system(sites, crs)
    zone = _zone(system)
    digits = decimals if decimals is not None else max((_digits(site) for site in sites), default=3)
    lines = [
        "[属性描述]",
        "格式版本号=1.01版本",
        f"数据产生单位={_plain(producer)}",
        f"数据产生日期={_plain(produced_on)}",
        "坐标系=2000国家大地坐标系",
        f"几度分带={zone.width}",
        "投影类型=高斯克吕格",
        "计量单位=米",
        f"带号={zone.number}",
        f"精度={10.0**-digits:.{digits}f}",
        "转换参数=,,,,,,",
        "[地块坐标]",
    ]
    for number, site in enumerate(sites, 1):
        lines += _parcel(site, number, _coordinates(site, system), digits)
    return ("\r\n".join(lines) + "\r\n").encode(encoding, errors="replace")


def _system(sites: Sequence[Site], crs: str | None) -> CRS:
    if crs is not None:
        return parse_crs(crs)
    names = {site.source_crs for site in sites}
    if len(names) == 1:
        kind, _, code = names.pop().partition(":")
        if kind == "EPSG" and code.isdigit() and zone_of_epsg(int(code)):
            return parse_crs(f"EPSG:{code}")
    return parse_crs(sites[0].crs if sites else "EPSG:4527")


def _zone(system: CRS) -> Zone:
    found = zone_of_epsg(system.to_epsg())
    if found is None:
        raise LantuError(
            "txt_crs",
            Text(
                f"界址点 TXT 只能写 CGCS2000 高斯克吕格坐标，{crs_name(system)} 不是",
                f"Boundary point TXT holds CGCS2000 Gauss-Krueger coordinates, not"
                f" {crs_name(system)}",
            ),
            Text("请指定分带，例如 EPSG:4527", "State a zone, such as EPSG:4527"),
        )
    return found[0]


def _digits(site: Site) -> int:
    text = site.attributes.get(DECIMALS_KEY, "")
    return int(text) if text.isdigit() and int(text) <= 9 else _DECIMALS


def _coordinates(site: Site, system: CRS) -> BaseGeometry:
    array = np.array([site.geometry], dtype=object)
    geometry: BaseGeometry = transform(array, parse_crs(site.crs), system)[0]
    return geometry


def _plain(text: str) -> str:
    """Return text that cannot end a field, a line or a parcel."""
    return " ".join(text.replace(",", "，").replace("@", "＠").replace("=", "＝").split())


def _rings(geometry: BaseGeometry) -> Iterable[BaseGeometry]:
    for polygon in polygons_of(geometry):
        yield polygon.exterior
        yield from polygon.interiors
    yield from lines_of(geometry)


def _parcel(site: Site, number: int, geometry: BaseGeometry, digits: int) -> list[str]:
    area = site.declared_area_m2 if site.declared_area_m2 else site.geometry.area
    rings = [shapely.get_coordinates(ring) for ring in _rings(geometry)]
    kind = "线" if site.is_line else "面"
    attributes = site.attributes
    head = (
        str(sum(len(ring) for ring in rings)),
        f"{area / 10_000:.4f}" if area > 0 else "",
        _plain(attributes.get("编号", "") or f"{number}"),
        _plain(site.name),
        kind,
        *(_plain(attributes.get(key, "")) for key in FIELDS[5:]),
        "@",
    )
    lines = [",".join(head)]
    point = 1
    for ring_number, ring in enumerate(rings, 1):
        first = point
        for index, (x, y) in enumerate(ring.tolist()):
            closing = not site.is_line and index == len(ring) - 1
            label = first if closing else point
            lines.append(f"J{label},{ring_number},{y:.{digits}f},{x:.{digits}f}")
            point += 0 if closing else 1
    return lines
