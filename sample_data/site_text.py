"""Texts of sites written by hand: 界址点 TXT, KML, DXF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import shapely
from shapely.geometry.base import BaseGeometry

Parcel = tuple[str, BaseGeometry, float | None]


def parcel_txt(
    parcels: Mapping[str, Parcel], *, offset: float, wide: bool = False, tail: str = "@",
    zone: str = "39",
) -> str:  # fmt: skip
    """界址点 TXT of polygons in EPSG:4548: name, shape and the declared hectares by number.

    `offset` is added to the eastings (the zone prefix); `wide` writes full-width commas; `tail`
    ends a parcel's line; `zone` is what the header says.
    """
    comma = "，" if wide else ","
    lines = [
        "[属性描述]",
        "格式版本号=1.01版本",
        "数据产生单位=滨江示例单位（虚构）",
        "数据产生日期=2026-11-20",
        "坐标系=2000国家大地坐标系",
        "几度分带=3",
        "投影类型=高斯克吕格",
        "计量单位=米",
        f"带号={zone}",
        "精度=0.001",
        "转换参数=,,,,,,",
        "[地块坐标]",
    ]
    for number, (name, shape, declared) in parcels.items():
        rings = [shape.exterior, *shape.interiors]
        count = sum(len(ring.coords) for ring in rings)
        area = shape.area / 10_000 if declared is None else declared
        head = [str(count), f"{area:.4f}", number, name, "面", "", "工业用地", "", tail]
        lines.append(comma.join(head))
        point = 1
        for circle, ring in enumerate(rings, 1):
            points = shapely.get_coordinates(ring)
            first = point
            for index, (x, y) in enumerate(points):
                label = first if index == len(points) - 1 else point
                row = [f"J{label}", str(circle), f"{y:.3f}", f"{x + offset:.3f}"]
                lines.append(comma.join(row))
                point += 0 if index == len(points) - 1 else 1
    return "\r\n".join(lines) + "\r\n"


def kml(shapes: Mapping[str, BaseGeometry], description: str) -> str:
    """KML with one Placemark a polygon; coordinates in degrees."""
    marks = []
    for name, shape in shapes.items():
        rings = [("outerBoundaryIs", shape.exterior)]
        rings += [("innerBoundaryIs", hole) for hole in shape.interiors]
        edges = "".join(
            f"<{tag}><LinearRing><coordinates>"
            + " ".join(f"{x:.9f},{y:.9f},0" for x, y in ring.coords)
            + f"</coordinates></LinearRing></{tag}>"
            for tag, ring in rings
        )
        marks.append(f"<Placemark><name>{name}</name><Polygon>{edges}</Polygon></Placemark>")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document><description>{description}</description>{''.join(marks)}</Document></kml>\n"
    )


def dxf(shapes: Sequence[BaseGeometry]) -> str:
    """ASCII DXF with one closed LWPOLYLINE a ring, holes as polylines inside; no CRS."""
    pairs: list[tuple[int, str]] = [
        (999, "synthetic"), (0, "SECTION"), (2, "HEADER"), (9, "$ACADVER"), (1, "AC1015"),
        (0, "ENDSEC"), (0, "SECTION"), (2, "ENTITIES"),
    ]  # fmt: skip
    for shape in shapes:
        for ring in (shape.exterior, *shape.interiors):
            points = shapely.get_coordinates(ring)[:-1]
            pairs += [(0, "LWPOLYLINE"), (100, "AcDbEntity"), (8, "SITE"), (100, "AcDbPolyline")]
            pairs += [(90, str(len(points))), (70, "1")]
            for x, y in points:
                pairs += [(10, f"{x:.3f}"), (20, f"{y:.3f}")]
    pairs += [(0, "ENDSEC"), (0, "EOF")]
    return "".join(f"{code:>3}\n{value}\n" for code, value in pairs)
