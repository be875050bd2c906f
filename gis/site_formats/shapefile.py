"""Shapefiles: all parts together, encodings decided by the bytes, truncation seen."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from gis.errors import LantuError, Note, Text
from gis.site_formats.archive import unreadable
from gis.site_formats.dbf import read_dbf
from gis.site_formats.detect import several
from gis.site_formats.limits import check_file_size
from gis.site_formats.model import RawFile
from gis.site_formats.ogr import empty_layer, features_of, read_layer
from gis.site_formats.text import decode


def read_shapefile(path: Path) -> RawFile:
    """Read the features of a Shapefile by its `.shp`.

    The CRS is that of the `.prj`. Text: the `.cpg`, else the language byte of the `.dbf`, else
    UTF-8 when every text fits, else GB 18030.

    Raises
    ------
    LantuError
        `shapefile_incomplete`, `unreadable`, `empty_collection`.
    """
    shx, dbf = _part(path, ".shx"), _part(path, ".dbf")
    if shx is None:
        raise _incomplete(path, ".shx")
    _check_length(path)
    notes = []
    prj = _part(path, ".prj")
    with _without_foreign_prj(path, shx, prj) as readable:
        layer = read_layer(readable, "Shapefile", attributes=False)
    if dbf is None:
        notes.append(
            Note(
                "dbf_missing",
                Text("缺少 .dbf，没有属性", "The .dbf is missing: no attributes"),
            )
        )
    else:
        check_file_size(dbf)
        cpg = _part(path, ".cpg")
        said = cpg.read_bytes().decode("ascii", "replace") if cpg else None
        rows = read_dbf(dbf.read_bytes(), said, layer.positions, dbf.name)
        layer = replace(layer, attributes=rows)
    if not layer.geometries:
        raise empty_layer("Shapefile", path.name)
    return RawFile("shapefile", features_of(layer), _crs(prj), notes=(*notes, *layer.notes))


def find_shapefile(folder: Path) -> Path | None:
    """Return the one `.shp` of a folder, None when there is none.

    Raises
    ------
    LantuError
        `several_layers`.
    """
    found = sorted(p for p in folder.iterdir() if p.suffix.lower() == ".shp" and p.is_file())
    if len(found) > 1:
        raise several("Shapefile", [p.stem for p in found], folder.name)
    return found[0] if found else None


def _part(path: Path, suffix: str) -> Path | None:
    for candidate in path.parent.iterdir():
        same = (
            candidate.stem == path.stem or candidate.name.lower() == f"{path.name.lower()}{suffix}"
        )
        if same and candidate.suffix.lower() == suffix:
            return candidate
    return None


def _incomplete(path: Path, missing: str) -> LantuError:
    return LantuError(
        "shapefile_incomplete",
        Text(f"Shapefile 缺少 {missing} 文件", f"The Shapefile lacks its {missing} file"),
        Text(
            "请把 .shp、.shx、.dbf、.prj（和 .cpg）放在同一文件夹或同一个 zip 中提交",
            "Hand in .shp, .shx, .dbf, .prj (and .cpg) in one folder or one zip",
        ),
        where=path.name,
    )


def _check_length(path: Path) -> None:
    """Compare the length in the header with the file: GDAL gives null geometry and no word.

    Source of the layout: ESRI Shapefile Technical Description, July 1998, main file header.
    """
    with path.open("rb") as stream:
        head = stream.read(28)
    size = path.stat().st_size
    stated = struct.unpack(">i", head[24:28])[0] * 2 if len(head) == 28 else 100
    if size < stated:
        raise unreadable("Shapefile", f"{size} < {stated} bytes", path.name)


@contextmanager
def _without_foreign_prj(path: Path, shx: Path, prj: Path | None) -> Iterator[Path]:
    """Give GDAL the geometry alone where the `.prj` is no UTF-8, which pyogrio cannot take."""
    try:
        if prj is not None:
            prj.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        with TemporaryDirectory(prefix="lantu-") as folder:
            shutil.copyfile(shx, Path(folder) / f"{path.stem}.shx")
            yield Path(shutil.copyfile(path, Path(folder) / f"{path.stem}.shp"))
        return
    yield path


def _crs(prj: Path | None) -> str | None:
    text = decode(prj.read_bytes(), prj.name).strip() if prj else ""
    return text or None
