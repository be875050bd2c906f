"""The files of a delivery: archives opened with care, hostile forms refused, checksums."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from gis.errors import LantuError, Text

MAX_UNPACKED_BYTES = 20 * 2**30
MAX_MEMBERS = 20_000
MAX_RATIO = 200
RATIO_COUNTS_FROM = 200 * 2**20
"""A ratio beyond `MAX_RATIO` is a bomb only above this size: blank dBase columns shrink a lot."""

_SHAPEFILE_PARTS = {".shp", ".shx", ".dbf", ".prj", ".cpg", ".qpj", ".sbn", ".sbx", ".xml", ".qix"}
_LATER_PARTS = {".tab": {".dat", ".map", ".id", ".ind", ".tab"}, ".mif": {".mif", ".mid"}}
_REMOTE_MARKS = (
    b"<OGRVRTDataSource",
    b"<VRTDataset",
    b"<OGRWFSDataSource",
    b"<OGRCSWDataSource",
    b"WFS_Capabilities",
    b"csw:Capabilities",
    b"<GDAL_WMS",
    b"<WCS_GDAL",
    b"gdal_streamed_alg",
)
_DATASET_SUFFIXES = (
    ".gpkg", ".shp", ".geojson", ".json", ".fgb", ".kml", ".gml", ".dxf", ".csv", ".tab", ".mif",
    ".tif", ".tiff", ".sqlite", ".geojsonl", ".gpx",
)  # fmt: skip


def refuse_remote_name(source: Path | str) -> None:
    """Refuse names that GDAL would take for a remote or virtual file.

    Raises
    ------
    LantuError
        `remote_source`.
    """
    text = str(source).lower()
    virtual = text.startswith(("/vsi", "\\vsi")) or "/vsicurl" in text or "vsis3" in text
    if virtual or "http:/" in text or "https:/" in text or text.endswith(".vrt"):
        raise LantuError(
            "remote_source",
            Text(
                f"“{Path(str(source)).name}”是远程地址或虚拟文件，不读取",
                f"{Path(str(source)).name!r} is a remote address or a virtual file; not read",
            ),
            Text(
                "请把数据下载或导出为本机文件（如 GeoPackage）后再发布",
                "Download or export the data to a local file (such as GeoPackage), then publish",
            ),
        )


def _refuse_content(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(65536)
    if not head:
        raise LantuError(
            "empty_file",
            Text(f"文件“{path.name}”为空（0 字节）", f"File {path.name!r} is empty (0 bytes)"),
            Text("请重新导出或重新拷贝该文件", "Export or copy the file again"),
        )
    if any(mark in head for mark in _REMOTE_MARKS):
        raise LantuError(
            "remote_source",
            Text(
                f"“{path.name}”的内容是虚拟或网络数据源的描述",
                f"{path.name!r} describes a virtual or network source",
            ),
            Text("请把数据导出为本机文件后再发布", "Export the data itself to a local file"),
        )
    if head[:2] == b"\x1f\x8b":
        raise LantuError(
            "gzip_file",
            Text(
                f"“{path.name}”是 gzip 压缩文件，扩展名与内容不符",
                f"{path.name!r} is a gzip file, whatever its name says",
            ),
            Text("请先解压（gunzip），再发布其中的文件", "Unpack it (gunzip), then publish"),
        )


def _member_name(info: zipfile.ZipInfo) -> str:
    """Name of a member; names written without the UTF-8 flag in China are GBK."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename


def _bomb(path: Path, zh: str, en: str) -> LantuError:
    return LantuError(
        "zip_bomb",
        Text(f"压缩包“{path.name}”{zh}", f"Archive {path.name!r} {en}"),
        Text(
            "请在本机解压核对后，直接发布其中的文件", "Unpack and check it yourself, then publish"
        ),
    )


def _checked_members(path: Path, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    members = [info for info in archive.infolist() if not info.is_dir()]
    if len(members) > MAX_MEMBERS:
        raise _bomb(path, f"含 {len(members)} 个文件", f"holds {len(members)} files")
    total = sum(info.file_size for info in members)
    packed = max(1, sum(info.compress_size for info in members))
    if total > MAX_UNPACKED_BYTES or (total > RATIO_COUNTS_FROM and total / packed > MAX_RATIO):
        raise _bomb(
            path,
            f"解压后有 {total / 2**20:.0f} MB，是压缩包的 {total / packed:.0f} 倍",
            f"would unpack to {total / 2**20:.0f} MB, {total / packed:.0f} times its size",
        )
    if any(info.flag_bits & 1 for info in members):
        raise LantuError(
            "zip_encrypted",
            Text(f"压缩包“{path.name}”设有密码", f"Archive {path.name!r} is password-protected"),
            Text("请用密码解压后，直接发布其中的文件", "Unpack it with its password, then publish"),
        )
    return members


def _unpack(path: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            for info in _checked_members(path, archive):
                parts = [p for p in Path(_member_name(info)).parts if p not in {"..", "/", "\\"}]
                target = folder.joinpath(*(part.replace(":", "_") for part in parts))
                if not target.resolve().is_relative_to(folder.resolve()):
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(info) as source, target.open("wb") as sink:
                    shutil.copyfileobj(source, sink, 1 << 20)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError) as error:
        raise LantuError(
            "zip_broken",
            Text(
                f"压缩包“{path.name}”损坏或不完整（{error}）",
                f"Archive {path.name!r} is broken or cut short ({error})",
            ),
            Text("请重新压缩或重新拷贝", "Pack or copy it again"),
        ) from error


def datasets(folder: Path) -> list[Path]:
    """Datasets in a folder: geodatabases, and files of known suffixes, in name order."""
    if folder.suffix.lower() == ".gdb":
        return [folder]
    found: list[Path] = []
    for path in sorted(folder.rglob("*")):
        if any(parent.suffix.lower() == ".gdb" for parent in path.relative_to(folder).parents):
            continue
        if path.is_dir():
            if path.suffix.lower() == ".gdb":
                found.append(path)
        elif path.suffix.lower() in _DATASET_SUFFIXES and not path.name.startswith("."):
            found.append(path)
    return found


def _only_dataset(folder: Path, shown: str, table: str | None) -> Path:
    found = datasets(folder)
    if table is not None and len(found) > 1:
        named = [path for path in found if table in {path.name, path.stem}]
        found = named or found
    if len(found) == 1:
        return found[0]
    if not found:
        raise LantuError(
            "no_dataset",
            Text(f"“{shown}”中没有可读的数据文件", f"{shown!r} holds no readable data file"),
            Text(
                "可读：GeoPackage、FileGDB、Shapefile、GeoJSON、KML、DXF、CSV、FlatGeobuf 等",
                "Readable: GeoPackage, FileGDB, Shapefile, GeoJSON, KML, DXF, CSV, FlatGeobuf ...",
            ),
        )
    names = [str(path.relative_to(folder)) for path in found]
    raise several_tables(shown, names)


def several_tables(shown: str, names: list[str]) -> LantuError:
    """Return the refusal that lists the tables to choose from."""
    listed = names[:40]
    return LantuError(
        "several_tables",
        Text(
            f"“{shown}”含 {len(names)} 个数据表：{'、'.join(listed)}",
            f"{shown!r} holds {len(names)} tables: {', '.join(listed)}",
        ),
        Text("请用 --table 指定其中一个", "Name one of them with --table"),
    )


_OVITAL = re.compile(rb"<Ov[A-Z]\w*|[\w:./-]{0,20}(?i:ovital)[\w:./-]{0,20}")
_OVITAL_BYTES = 1 << 22


@contextmanager
def opened(source: Path, *, table: str | None = None) -> Iterator[Path]:
    """Give the one dataset of a file, folder or zip archive under a name that GDAL takes as is.

    As `opened_as_named`, whose faults it raises. Names with `?` or `!` would be taken for
    addresses: such a dataset is shown under another name, linked or copied.
    """
    with opened_as_named(source, table=table) as path:
        if not _ADDRESS_MARKS & set(str(path)):
            yield path
            return
        with tempfile.TemporaryDirectory(prefix="lantu-named-") as folder:
            for part in [path] if path.is_dir() else _companions(path):
                _link(part.resolve(), Path(folder) / f"source{part.suffix}")
            yield Path(folder) / f"source{path.suffix}"


_ADDRESS_MARKS = frozenset("?!")


def _link(source: Path, target: Path) -> None:
    try:
        target.symlink_to(source, target_is_directory=source.is_dir())
    except OSError:  # no right to link here
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, target)


@contextmanager
def opened_as_named(source: Path, *, table: str | None = None) -> Iterator[Path]:
    """Give the one dataset of a file, folder or zip archive, as a local path.

    An archive is unpacked into a temporary folder after its sizes were checked, and removed
    afterwards. In a folder or archive of several datasets `table` may name one by its file.

    Raises
    ------
    LantuError
        `file_not_found`, `remote_source`, `empty_file`, `gzip_file`, `zip_bomb`,
        `zip_encrypted`, `zip_broken`, `no_dataset`, `several_tables`.
    """
    refuse_remote_name(source)
    if not source.exists():
        raise LantuError(
            "file_not_found",
            Text(f"找不到文件“{source.name}”", f"File {source.name!r} is not there"),
            Text("请核对路径", "Check the path"),
        )
    if source.is_dir():
        dataset = _only_dataset(source, source.name, table)
        if dataset.is_file():
            _refuse_content(dataset)
        yield dataset
        return
    _refuse_content(source)
    if source.suffix.lower() in {".kmz", ".ovkmz"} and zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as archive:
            _checked_members(source, archive)
    if source.suffix.lower() not in {".xlsx", ".ods", ".kmz"} and zipfile.is_zipfile(source):
        with tempfile.TemporaryDirectory(prefix="lantu-unpack-") as name:
            folder = Path(name)
            _unpack(source, folder)
            dataset = _only_dataset(folder, source.name, table)
            if dataset.is_file():
                _refuse_content(dataset)
            yield dataset
        return
    if source.suffix.lower() == ".zip":
        raise LantuError(
            "zip_broken",
            Text(f"“{source.name}”不是完整的 zip 文件", f"{source.name!r} is no complete zip file"),
            Text("请重新压缩或重新拷贝", "Pack or copy it again"),
        )
    yield source


def ovital_mark(path: Path) -> str:
    """Return the mark that Ovital Map leaves in a KML or KMZ; empty where there is none."""
    suffix = path.suffix.lower()
    if suffix in {".ovkml", ".ovkmz"}:
        return path.name
    if suffix == ".kml":
        with path.open("rb") as stream:
            text = stream.read(_OVITAL_BYTES)
    elif suffix == ".kmz" and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            inner = [name for name in archive.namelist() if name.lower().endswith(".kml")]
            with archive.open(inner[0]) if inner else BytesIO() as member:
                text = member.read(_OVITAL_BYTES)
    else:
        return ""
    found = _OVITAL.search(text)
    return found[0].decode("utf-8", errors="replace") if found else ""


def _companions(path: Path) -> list[Path]:
    suffix = path.suffix.lower()
    wanted = _SHAPEFILE_PARTS if suffix == ".shp" else _LATER_PARTS.get(suffix)
    if wanted is None:
        return [path]
    stem = path.stem.lower()
    return sorted(
        other
        for other in path.parent.iterdir()
        if other.stem.lower() == stem and other.suffix.lower() in wanted
    )


def checksum(source: Path) -> str:
    """SHA-256 of a file; of several files (Shapefile, geodatabase) over their names and sums.

    Kept in memory while names, sizes and times stay: a package asks for it once a table.
    """
    if source.is_dir():
        files = sorted(path for path in source.rglob("*") if path.is_file())
    else:
        files = _companions(source)
    root = source if source.is_dir() else source.parent
    marks = tuple(
        (path.relative_to(root).as_posix(), path.stat().st_size, path.stat().st_mtime_ns)
        for path in files
    )
    return _checksum(root.resolve(), marks)


@lru_cache(maxsize=64)
def _checksum(root: Path, marks: tuple[tuple[str, int, int], ...]) -> str:
    if len(marks) == 1:
        return _sha256(root / marks[0][0])
    whole = hashlib.sha256()
    for name, _, _ in marks:
        whole.update(f"{name}\0{_sha256(root / name)}\n".encode())
    return whole.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
