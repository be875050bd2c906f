"""The one door for sites: a file, a folder, WKT or pasted coordinates to frozen sites."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import shapely
from pyproj import CRS

from gis.crs import working_crs
from gis.errors import LantuError, Text
from gis.guards_crs import refuse_obfuscated, registered
from gis.site import Site
from gis.site_formats.archive import unpacked
from gis.site_formats.boundary_txt import read_boundary_txt
from gis.site_formats.detect import detect_bytes, detect_text, nothing_inside, several
from gis.site_formats.finish import finish, merge_sites, note_doubles
from gis.site_formats.geojson import read_geojson
from gis.site_formats.kml import read_kml
from gis.site_formats.limits import check_file_size, check_size, check_vertices, empty_file
from gis.site_formats.model import RawFeature, RawFile, SiteContext
from gis.site_formats.pasted import read_pasted
from gis.site_formats.source import find_source
from gis.site_formats.text import decode
from gis.site_formats.wkt import read_wkt

_SITE_SUFFIXES = {".geojson", ".json", ".gpkg", ".dxf", ".dwg", ".txt", ".wkt", ".csv"}


def read_sites(
    source: Path | str,
    *,
    context: SiteContext,
    crs: str | None = None,
    merge: bool = False,
    accept_repair: bool = False,
) -> list[Site | LantuError]:
    """Read every site of a file, in input order.

    Parameters
    ----------
    source
        A file or folder; as text: WKT or coordinates pasted from a table.
    context
        Working CRS, the workspace's area in it, and its local grids.
    crs
        What the user says the coordinates are in: `EPSG:n`, `local:NAME`. It goes before what
        the file says, and a note tells where they differ.
    merge
        Make one multi-part site of all features; then one bad feature refuses the whole.
    accept_repair
        Accept repairs that change the area by more than 1 %.

    Returns
    -------
    A site for each feature, or the fault that refuses this one feature.

    Raises
    ------
    LantuError
        For faults of the whole file: unreadable, too large, no CRS stated for any feature ...
    """
    if crs is not None:
        refuse_obfuscated(crs)
    working = registered(working_crs(context.crs))
    file = read_raw(source, crs)
    _check_size(file)
    if any(isinstance(f, RawFeature) and f.crs is None for f in file.features):
        name = source.name if isinstance(source, Path) else None
        _check_file_crs(file, context, crs, working, name)
    results: list[Site | LantuError] = []
    for feature in file.features:
        if isinstance(feature, LantuError):
            results.append(feature)
            continue
        try:
            found = find_source(feature, file, context, crs, working)
            site = finish(feature, found, context, working, accept_repair=accept_repair)
            results.append(dataclasses.replace(site, notes=(*file.notes, *site.notes)))
        except LantuError as error:
            results.append(error.at(feature.name) if error.where is None else error)
    if merge:
        return [_merged(results, source, accept_repair=accept_repair)]
    return _with_doubles(results)


def _check_file_crs(
    file: RawFile, context: SiteContext, crs: str | None, working: CRS, name: str | None
) -> None:
    """Refuse the file once, not each feature, when its own CRS is missing or cannot be used."""
    first = next(f for f in file.features if isinstance(f, RawFeature) and f.crs is None)
    try:
        find_source(first, file, context, crs, working)
    except LantuError as error:
        raise error if name is None else error.at(name) from error


def _merged(
    results: list[Site | LantuError], source: Path | str, *, accept_repair: bool
) -> Site | LantuError:
    sites = [result for result in results if isinstance(result, Site)]
    if len(sites) < len(results):
        return next(result for result in results if isinstance(result, LantuError))
    name = source.stem if isinstance(source, Path) else sites[0].name
    if len(sites) == 1:
        return sites[0]
    try:
        return merge_sites(sites, name=name, accept_repair=accept_repair)
    except LantuError as error:
        return error


def _with_doubles(results: list[Site | LantuError]) -> list[Site | LantuError]:
    return [
        dataclasses.replace(result, notes=(*result.notes, note))
        if note and isinstance(result, Site)
        else result
        for result, note in zip(results, note_doubles(results), strict=True)
    ]


def _check_size(file: RawFile) -> None:
    geometries = [f.geometry for f in file.features if isinstance(f, RawFeature) and f.geometry]
    check_vertices(int(shapely.get_num_coordinates(geometries).sum()) if geometries else 0)


def read_raw(source: Path | str, crs: str | None = None) -> RawFile:
    """Read a file's features as they are, before guards and transformation."""
    if isinstance(source, str):
        check_size(len(source), "text")
        return read_text(source, "text", crs)
    if source.is_dir():
        return _folder(source, crs)
    if not source.is_file():
        raise LantuError(
            "file_missing",
            Text(f"找不到文件 {source.name}", f"There is no file {source.name}"),
            Text("请核对文件名与路径", "Check its name and path"),
            where=source.name,
        )
    check_file_size(source)
    try:
        return _file(source, crs)
    except LantuError as error:
        raise error if error.where == source.name else error.at(source.name) from error


def _file(path: Path, crs: str | None) -> RawFile:
    with path.open("rb") as stream:
        head = stream.read(4096)
    kind = detect_bytes(head, path.name)
    if kind == "text":
        text = decode(path.read_bytes(), path.name)
        if detect_text(text) == "dxf":
            kind = "dxf"
        else:
            return read_text(text, path.name, crs)
    if kind == "zip":
        with unpacked(path) as folder:
            return _packed(folder, path.name, crs)
    if kind == "shapefile":
        from gis.site_formats.shapefile import read_shapefile

        return read_shapefile(path)
    if kind == "geopackage":
        from gis.site_formats.ogr import read_geopackage

        return read_geopackage(path)
    from gis.site_formats.dxf import read_dxf

    return read_dxf(path)


def _packed(folder: Path, name: str, crs: str | None) -> RawFile:
    """Read what an archive holds: a KMZ's main document, a Shapefile, or the one file of sites."""
    kmls = sorted(path for path in folder.iterdir() if path.suffix.lower() in {".kml", ".ovkml"})
    main = [path for path in kmls if path.name.lower() == "doc.kml"] or kmls
    if len(main) > 1:
        raise several("KMZ", [path.name for path in main], name)
    if main:
        return read_kml(decode(main[0].read_bytes(), name), f"{name}/{main[0].name}", crs)
    return _folder(folder, crs, name)


def _folder(folder: Path, crs: str | None, name: str | None = None) -> RawFile:
    """Read the one Shapefile, or the one other file of sites, in a folder."""
    from gis.site_formats.shapefile import find_shapefile, read_shapefile

    shapefile = find_shapefile(folder)
    if shapefile is not None:
        check_file_size(shapefile)
        return read_shapefile(shapefile)
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SITE_SUFFIXES)
    if len(files) > 1:
        raise several("folder", [path.name for path in files], name or folder.name)
    if not files:
        raise nothing_inside(sorted(path.name for path in folder.iterdir()), name or folder.name)
    check_file_size(files[0])
    return _file(files[0], crs)


def read_text(text: str, name: str, crs: str | None = None) -> RawFile:
    """Read a text in whatever of the text formats it is."""
    if not text.strip("\ufeff \t\r\n\x00"):
        raise empty_file(name)
    text = text.lstrip("\ufeff")
    kind = detect_text(text)
    if kind == "geojson":
        return read_geojson(text)
    if kind == "kml":
        return read_kml(text, name, crs)
    if kind == "wkt":
        return read_wkt(text)
    if kind == "txt":
        return read_boundary_txt(text, crs)
    return read_pasted(text, crs)
