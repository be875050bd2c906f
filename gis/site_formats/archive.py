"""Zip archives: limits, passwords and names checked before one byte is unpacked."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from gis.errors import LantuError, Text
from gis.site_formats.limits import (
    MAX_ARCHIVE_BYTES,
    MAX_ARCHIVE_MEMBERS,
    MAX_ARCHIVE_RATIO,
    RATIO_FREE_BYTES,
    mib,
)

_CHUNK = 1 << 20
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Unpack a zip into a temporary folder, flat, and remove it afterwards.

    Members keep their base names only: no path of an archive decides where a file goes. Names
    without the UTF-8 flag are read as GB 18030 where that fits.

    Raises
    ------
    LantuError
        `zip_password`, `zip_bomb`, `zip_nested`, `zip_same_names`, `unreadable`.
    """
    with TemporaryDirectory(prefix="lantu-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, Path(folder), path.name)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise unreadable("zip", str(error)[:120], path.name) from error
        yield Path(folder)


def _unpack(archive: zipfile.ZipFile, folder: Path, where: str) -> None:
    members = [m for m in archive.infolist() if not _of_system(m.filename)]
    _check(members, where)
    left = MAX_ARCHIVE_BYTES
    for member in members:
        target = folder / _base_name(member)
        if target.exists():
            raise LantuError(
                "zip_same_names",
                Text(
                    f"压缩包中有多个同名文件 {target.name}",
                    f"The archive holds several files named {target.name}",
                ),
                Text("请把各文件夹分开压缩", "Pack each folder into an archive of its own"),
                where=where,
            )
        with archive.open(member) as source, target.open("wb") as sink:
            while chunk := source.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise bomb(mib(MAX_ARCHIVE_BYTES), where)
                sink.write(chunk)


def _of_system(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    folder = not parts[-1]
    return folder or "__MACOSX" in parts or parts[-1].startswith(".") or parts[-1] == "Thumbs.db"


def _base_name(member: zipfile.ZipInfo) -> str:
    name = member.filename
    if not member.flag_bits & _UTF8_NAME:
        try:
            name = name.encode("cp437").decode("gb18030")
        except (UnicodeEncodeError, UnicodeDecodeError):
            name = member.filename
    base = name.replace("\\", "/").rsplit("/", 1)[-1].replace("\x00", "")
    return base[-120:] or "unnamed"


def _check(members: list[zipfile.ZipInfo], where: str) -> None:
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise LantuError(
            "zip_password",
            Text("压缩包有密码", "The archive is protected by a password"),
            Text("请去掉密码后重新压缩", "Pack it again without a password"),
            where=where,
        )
    total = sum(member.file_size for member in members)
    if len(members) > MAX_ARCHIVE_MEMBERS:
        raise bomb(f"{len(members)} files > {MAX_ARCHIVE_MEMBERS}", where)
    if total > MAX_ARCHIVE_BYTES:
        raise bomb(f"{mib(total)} > {mib(MAX_ARCHIVE_BYTES)}", where)
    for member in members:
        if member.file_size > RATIO_FREE_BYTES:
            ratio = member.file_size / max(1, member.compress_size)
            if ratio > MAX_ARCHIVE_RATIO:
                raise bomb(f"{ratio:.0f} : 1 > {MAX_ARCHIVE_RATIO:.0f} : 1", where)


def bomb(value: str, where: str) -> LantuError:
    """Return the refusal of an archive that would unpack into too much."""
    return LantuError(
        "zip_bomb",
        Text(
            f"压缩包展开后过大（{value}），已拒绝展开",
            f"The archive unpacks into too much ({value}); it was not unpacked",
        ),
        Text("请只压缩需要检测的地块文件", "Pack only the files of the sites to be checked"),
        where=where,
    )


def unreadable(kind: str, detail: str, where: str) -> LantuError:
    """Return the refusal of a damaged or truncated file."""
    return LantuError(
        "unreadable",
        Text(
            f"{kind} 文件损坏或不完整：{detail}",
            f"The {kind} file is damaged or truncated: {detail}",
        ),
        Text(
            "请重新导出，并核对文件大小后再上传", "Export it again, and compare sizes after upload"
        ),
        where=where,
    )
