"""Which format a file holds: its content decides, its name only helps."""

from __future__ import annotations

import re

from gis.errors import LantuError, Text
from gis.site_formats.wkt import looks_like_wkt

_FORMATS_ZH = (
    "GeoJSON、GeoPackage、Shapefile（文件夹或 zip）、KML/KMZ、DXF、界址点 TXT、WKT、坐标表"
)
_FORMATS_EN = (
    "GeoJSON, GeoPackage, Shapefile (folder or zip), KML/KMZ, DXF, boundary point TXT, WKT,"
    " a table of coordinates"
)
_JSON = re.compile(r"""\{|\[\s*[\[{\d"\-]""")
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"Rar!": "RAR",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
}


def detect_bytes(data: bytes, name: str) -> str:
    """Return the format of a file's content: a reader's name, or `text` for plain text.

    Raises
    ------
    LantuError
        `compressed`, `dwg`, `unknown_format`.
    """
    for magic, packer in _PACKED.items():
        if data.startswith(magic):
            raise compressed(packer, name)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    if data.startswith(b"SQLite format 3\x00"):
        return "geopackage"
    if data.startswith(b"\x00\x00\x27\x0a"):
        return "shapefile"
    if data[:4] == b"AC10" or data[:4] == b"MC0.":
        raise dwg(data[:6].decode("ascii", "replace"), name)
    if data.startswith(b"AutoCAD Binary DXF"):
        return "dxf"
    if b"\x00" in data[:1024] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise unknown_format(data, name)
    return "text"


def detect_text(text: str) -> str:
    """Return the format of a text: `geojson`, `kml`, `dxf`, `wkt`, `txt` or `pasted`."""
    head = text[:4096].lstrip("\ufeff \t\r\n")
    if _JSON.match(head):
        return "geojson"
    if head.startswith("<"):
        return "kml"
    lines = [line.strip() for line in head.splitlines()[:2]]
    if lines[:1] in (["0"], ["999"]) and len(lines) > 1 and not _numeric(lines[1]):
        return "dxf"
    if looks_like_wkt(head):
        return "wkt"
    if any(mark in text[:20_000] for mark in ("地块坐标", "属性描述", "@", "＠")):
        return "txt"
    return "pasted"


def _numeric(text: str) -> bool:
    return text.replace(".", "").replace("-", "").isdigit()


def compressed(packer: str, name: str) -> LantuError:
    """Return the refusal of an archive other than zip, under whatever name."""
    return LantuError(
        "compressed",
        Text(f"文件内容是 {packer} 压缩包", f"The file's content is a {packer} archive"),
        Text("请解压后提交，或改用 zip 压缩", "Unpack it, or pack it as zip"),
        where=name,
    )


def dwg(version: str, name: str) -> LantuError:
    """Return the refusal of DWG with the steps to save it as DXF."""
    return LantuError(
        "dwg",
        Text(f"文件是 DWG 图（版本标记 {version}）", f"The file is a DWG drawing (mark {version})"),
        Text(
            "请在 CAD 中打开，菜单“文件 → 另存为”，文件类型选“AutoCAD 2010 DXF (*.dxf)”，"
            "用地边界须为闭合多段线；提交时用 --crs 指定坐标系",
            "Open it in the CAD program, File > Save As, file type 'AutoCAD 2010 DXF (*.dxf)', the"
            " outline being a closed polyline; hand it in with --crs",
        ),
        where=name,
    )


def unknown_format(data: bytes, name: str) -> LantuError:
    """Return the refusal of content that no reader knows."""
    start = data[:8].hex(" ")
    return LantuError(
        "unknown_format",
        Text(f"无法识别文件格式（开头字节 {start}）", f"Unknown file format (it begins {start})"),
        Text(f"可用格式：{_FORMATS_ZH}", f"Formats: {_FORMATS_EN}"),
        where=name,
    )


def several(kind: str, names: list[str], where: str) -> LantuError:
    """Return the refusal of a container in which it is not clear what the sites are."""
    listed = ", ".join(names[:10])
    return LantuError(
        "several_layers",
        Text(
            f"{kind} 中有 {len(names)} 个图层（{listed}），不能确定哪个是用地",
            f"The {kind} holds {len(names)} layers ({listed}); which one holds the sites?",
        ),
        Text(
            "请只导出用地图层，或分别提交各图层",
            "Export the layer of the sites alone, or hand in each layer as a file",
        ),
        where=where,
    )


def nothing_inside(names: list[str], where: str) -> LantuError:
    """Return the refusal of a folder or archive without any file of sites."""
    listed = ", ".join(names[:10]) or "-"
    return LantuError(
        "unknown_format",
        Text(f"其中没有用地文件（{listed}）", f"No file of sites in it ({listed})"),
        Text(f"可用格式：{_FORMATS_ZH}", f"Formats: {_FORMATS_EN}"),
        where=where,
    )
