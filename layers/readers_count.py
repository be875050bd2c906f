"""How many features a file holds, counted without GDAL, which skips some in silence."""

from __future__ import annotations

import gc
import json
import re
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

import numpy as np

JSON_IN_FULL_BYTES = 100 * 2**20
CHUNK_BYTES = 1 << 24
_FEATURE = re.compile(rb'"type"\s*:\s*"Feature"')
_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*(\{[^{}]*(?:\{[^{}]*\}[^{}]*)?\}|"[^"]*")')


@dataclass(frozen=True, slots=True)
class FileCount:
    """Features that the file holds, and what else its bytes tell.

    `deleted`: records that their owner took out; `whole_records`: the attributes of records
    from this number on are cut off; `broken`: numbers of entries that are no feature;
    `crs_text`: what the `crs` member of a GeoJSON says: GDAL takes an unknown one for WGS 84.
    """

    features: int
    deleted: int = 0
    whole_records: int | None = None
    has_crs_member: bool = True
    crs_text: str | None = None
    broken: tuple[int, ...] = ()


def count_geojson(path: Path, *, read: int) -> FileCount | None:
    """Count the entries of `features`; None when the text is no FeatureCollection or Feature.

    GDAL is lenient: a text that is no JSON raises ValueError here.

    Up to 100 MB the text is parsed whole: anything that GDAL would skip counts. Larger files
    are counted by their marks `"type": "Feature"`, and parsed where these are not the `read`
    features that GDAL gave: an attribute may look like a mark.
    """
    if path.stat().st_size > JSON_IN_FULL_BYTES:
        count = _count_by_marks(path)
        if count.features == read:
            return count
    document = _parsed(path.read_bytes())
    if not isinstance(document, dict):
        return None
    has_crs, said = bool(document.get("crs")), _crs_text(document.get("crs"))
    if document.get("type") == "Feature" or "coordinates" in document or "geometries" in document:
        return FileCount(1, has_crs_member=has_crs, crs_text=said)
    features = document.get("features")
    if not isinstance(features, list):
        return None
    broken = tuple(
        number
        for number, item in enumerate(features, 1)
        if not (isinstance(item, dict) and item.get("type") == "Feature")
    )
    return FileCount(len(features), has_crs_member=has_crs, crs_text=said, broken=broken)


def _parsed(content: bytes) -> object:
    enabled = gc.isenabled()
    gc.disable()  # a million small lists: the collector would take longer than the parser
    try:
        return json.loads(content)
    except UnicodeDecodeError:
        return json.loads(content.decode("gb18030"))
    finally:
        if enabled:
            gc.enable()


def check_xml(path: Path) -> None:
    """Raise ValueError where an XML file breaks off or is not well-formed: GDAL reads on."""
    parser = expat.ParserCreate()
    try:
        for chunk in _chunks(path):
            parser.Parse(chunk, False)  # noqa: FBT003
        parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError as error:
        raise ValueError(f"XML: {error}") from error


def check_geodatabase(folder: Path) -> None:
    """Raise ValueError where a table of a file geodatabase is shorter than its head says.

    GDAL takes a table whose index is cut off for an empty one. Only version 3 of the format is
    known here; others are left to GDAL.
    """
    for path in sorted(folder.iterdir()):
        suffix = path.suffix.lower()
        if suffix not in {".gdbtable", ".gdbtablx"}:
            continue
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(40).ljust(40, b"\0")
        version, blocks, _, width = struct.unpack("<IIII", head[:16])
        least = 16 if suffix == ".gdbtablx" else 40
        if version == 3:
            (stated,) = struct.unpack("<Q", head[24:32])
            least = stated if suffix == ".gdbtable" else 16 + blocks * 1024 * width
        if size < least:
            raise ValueError(f"{path.name}: {size} < {least} B")


def check_geodatabase_rows(folder: Path, read: int) -> None:
    """Raise ValueError when no table of a file geodatabase says that it holds `read` rows."""
    stated: set[int] = set()
    for path in folder.iterdir():
        if path.suffix.lower() == ".gdbtable":
            with path.open("rb") as stream:
                version, rows = struct.unpack("<II", stream.read(8).ljust(8, b"\0"))
            if version != 3:
                return
            stated.add(rows)
    if read not in stated:
        raise ValueError(f"{read} features read; no table of the geodatabase holds so many")


def _crs_text(member: object) -> str | None:
    """The name in a `crs` member, else the member itself as text; None for none."""
    if not member:
        return None
    if isinstance(member, dict):
        properties = member.get("properties")
        if isinstance(properties, dict) and isinstance(properties.get("name"), str):
            return str(properties["name"])
        if member.get("type") == "EPSG" and isinstance(properties, dict):
            return f"EPSG:{properties.get('code')}"
    return member if isinstance(member, str) else json.dumps(member, ensure_ascii=False)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def _count_by_marks(path: Path) -> FileCount:
    count, said, tail = 0, None, b""
    for chunk in _chunks(path):
        text = tail + chunk
        cut = max(0, len(text) - 512)
        for match in _FEATURE.finditer(text):
            if match.end() > len(tail):
                count += 1
        if said is None and (found := _CRS_MEMBER.search(text)) is not None:
            said = _crs_text(_json_or_none(found[1]))
        tail = text[cut:]
    return FileCount(count, has_crs_member=said is not None, crs_text=said)


def _json_or_none(text: bytes) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def count_shapefile(path: Path) -> FileCount | None:
    """Count the records of .shx and .dbf; None when either is missing.

    A record marked deleted in the .dbf was taken out by the owner and is no feature.
    """
    shx, dbf = _beside(path, ".shx"), _beside(path, ".dbf")
    if shx is None or dbf is None:
        return None
    shapes = max(0, (shx.stat().st_size - 100) // 8)
    content = np.fromfile(dbf, dtype=np.uint8)
    if len(content) < 32:
        return FileCount(shapes, whole_records=0)
    records, header, width = struct.unpack("<IHH", content[4:12].tobytes())
    marks = content[header::width][:records] if width else content[:0]
    deleted = int(np.count_nonzero(marks == ord("*")))
    whole = (len(content) - header) // width if width else records
    cut = whole if whole < records else None
    return FileCount(max(shapes, records) - deleted, deleted=deleted, whole_records=cut)


def count_lines(path: Path) -> FileCount | None:
    """Count the lines of GeoJSON text sequences; None where records span lines."""
    count = 0
    with path.open("rb") as stream:
        for line in stream:
            text = line.strip()
            if text.startswith(b"\x1e"):
                return None
            count += bool(text)
    return FileCount(count)


def count_geopackage(path: Path, table: str | None) -> FileCount | None:
    """Count the rows of a table; None where SQLite cannot: then GDAL will say so."""
    if table is None:
        return None
    quoted = '"' + table.replace('"', '""') + '"'
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            (count,) = database.execute(f"SELECT count(*) FROM {quoted}").fetchone()
    except sqlite3.Error:
        return None
    return FileCount(int(count))


def _beside(path: Path, suffix: str) -> Path | None:
    for candidate in (path.with_suffix(suffix), path.with_suffix(suffix.upper())):
        if candidate.exists():
            return candidate
    return None


def shapefile_encoding(path: Path) -> str | None:
    """Encoding of a Shapefile's text where it does not say it; None where it does.

    Without a .cpg and with language byte 0: UTF-8 if every byte agrees, else gb18030, which
    every Chinese desktop program writes.
    """
    dbf = _beside(path, ".dbf")
    if dbf is None or _beside(path, ".cpg") is not None:
        return None
    content = dbf.read_bytes()
    if len(content) < 32 or content[29] != 0:
        return None
    header = int.from_bytes(content[8:10], "little")
    names = b"".join(
        content[at : at + 11].split(b"\0")[0] for at in range(32, max(32, header - 1), 32)
    )
    return text_encoding(names + content[header:])


def text_encoding(content: bytes) -> str:
    """`UTF-8` if every byte agrees, else `gb18030`."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "UTF-8"
