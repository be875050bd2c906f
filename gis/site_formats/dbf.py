"""The table of a Shapefile (dBASE III), its text decoded by what the bytes are."""

from __future__ import annotations

import codecs
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from gis.errors import LantuError, Text

_GBK_NAMES = {"GBK", "GB2312", "GB18030", "936", "CP936", "ANSI 936", "ANSI936", "EUC-CN"}
_LANGUAGE_BYTES = {0x4D: "gb18030", 0x4F: "cp950", 0x13: "cp932", 0x7B: "cp932"}


@dataclass(frozen=True, slots=True)
class _Field:
    name: bytes
    kind: str
    start: int
    length: int


def read_dbf(
    data: bytes, cpg: str | None, positions: Sequence[int], where: str
) -> list[dict[str, object]]:
    """Read the records of a table at some positions, counted from 0, deleted ones included.

    Parameters
    ----------
    data
        The bytes of the `.dbf`.
    cpg
        What the `.cpg` says, None where there is none. Then the language byte holds, else UTF-8
        when every text fits strictly (up to a character cut by its field), else GB 18030.
    positions
        Of the features that were read; one beyond the table gives no attributes.
    where
        Name for messages.

    Raises
    ------
    LantuError
        `unreadable` when the table is shorter than its header says.
    """
    if len(data) < 32:
        raise _short(where, len(data), 32)
    count, header, width = struct.unpack("<IHH", data[4:12])
    if len(data) < header + count * width:
        raise _short(where, len(data), header + count * width)
    fields = _fields(data, header)
    if width < 1 + sum(field.length for field in fields):
        raise _short(where, width, 1 + sum(field.length for field in fields))
    wanted = [i if i < count else None for i in positions]
    records = [
        b"" if i is None else data[header + i * width : header + (i + 1) * width] for i in wanted
    ]
    encoding = _encoding(cpg, data[29], fields, records)
    names = [_decode(field.name, encoding) for field in fields]
    return [
        {
            name: _value(record[f.start : f.start + f.length], f.kind, encoding)
            for name, f in zip(names, fields, strict=True)
        }
        for record in records
    ]


def _short(where: str, size: int, stated: int) -> LantuError:
    return LantuError(
        "unreadable",
        Text(
            f"属性表不完整：{size} 字节，应有 {stated} 字节",
            f"The attribute table is truncated: {size} bytes of {stated}",
        ),
        Text("请重新导出，并核对文件大小后再上传", "Export it again, and compare sizes"),
        where=where,
    )


def _fields(data: bytes, header: int) -> list[_Field]:
    fields, position, start = [], 32, 1
    while position + 32 <= min(header, len(data)) and data[position] != 0x0D:
        name = data[position : position + 11].split(b"\x00")[0]
        kind, length = chr(data[position + 11]), data[position + 16]
        fields.append(_Field(name, kind, start, length))
        start += length
        position += 32
    return fields


def _encoding(cpg: str | None, language: int, fields: list[_Field], records: list[bytes]) -> str:
    name = (cpg or "").strip().upper()
    if name in _GBK_NAMES:
        return "gb18030"
    if name:
        try:
            return codecs.lookup(name).name
        except (LookupError, ValueError):
            name = ""  # a name that nobody knows says nothing: the bytes decide
    if language in _LANGUAGE_BYTES:
        return _LANGUAGE_BYTES[language]
    texts = [field.name for field in fields]
    for field in fields:
        if field.kind == "C":
            texts += [record[field.start : field.start + field.length] for record in records]
    return "utf-8" if all(_is_utf8(text.rstrip(b" \x00")) for text in texts) else "gb18030"


def _is_utf8(text: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(text, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _decode(data: bytes, encoding: str) -> str:
    """Decode text; a character cut by the end of its field is dropped."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    return decoder.decode(data.rstrip(b" \x00"), final=False)


def _value(data: bytes, kind: str, encoding: str) -> object:
    text = _decode(data, encoding)
    if kind in "NF":
        number = text.strip().strip("*")
        return number or None
    if kind == "L":
        return {"T": True, "Y": True, "F": False, "N": False}.get(text.strip().upper())
    return text or None
