"""Bytes to text, and attribute text made safe to carry: kept, never run."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping

from gis.errors import LantuError, Note, Text
from gis.site_formats.limits import MAX_ATTRIBUTE, MAX_ATTRIBUTES, MAX_NAME

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML, JSON or UTF-8 cannot carry: NUL, other controls, lone surrogates."""

NAME_KEYS = (
    "name",
    "名称",
    "地块名称",
    "项目名称",
    "用地名称",
    "dkmc",
    "xmmc",
    "mc",
    "title",
    "地块编号",
    "编号",
    "dkbh",
)
"""Attributes that may name a site, best first, compared without case."""

AREA_KEYS = {
    "declared_area_m2": 1.0,
    "area_m2": 1.0,
    "面积(平方米)": 1.0,
    "用地面积(平方米)": 1.0,
    "面积_平方米": 1.0,
    "declared_area_ha": 10_000.0,
    "area_ha": 10_000.0,
    "面积(公顷)": 10_000.0,
    "用地面积(公顷)": 10_000.0,
    "面积_公顷": 10_000.0,
    "area_mu": 2_000.0 / 3.0,
    "面积(亩)": 2_000.0 / 3.0,
    "用地面积(亩)": 2_000.0 / 3.0,
    "面积_亩": 2_000.0 / 3.0,
}
"""Attributes that state an area with its unit; a bare 面积 names no unit and is not read."""


def decode(data: bytes, where: str | None = None) -> str:
    """Decode UTF-8 (with or without BOM), UTF-16 with BOM, else GB 18030 (which holds GBK).

    Raises
    ------
    LantuError
        `unknown_encoding` when none of them fits.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise LantuError(
        "unknown_encoding",
        Text(
            f"文件不是 UTF-8、UTF-16 或 GBK/GB18030 文本（开头字节 {data[:8].hex(' ')}）",
            f"The file is no UTF-8, UTF-16 or GBK/GB18030 text (it begins {data[:8].hex(' ')})",
        ),
        Text("请用 UTF-8 编码另存", "Save it again as UTF-8"),
        where=where,
    )


def plain(value: object) -> str:
    """Return an attribute value as text: numbers as written, objects and lists as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)


def clean_attributes(attributes: Mapping[str, object]) -> tuple[dict[str, str], list[Note]]:
    """Return attributes as text that every output can carry, and what was changed.

    Text keeps its HTML, formulas and direction marks: it is data, and each writer escapes it.
    Control characters become U+FFFD; values are cut at `MAX_ATTRIBUTE` characters.
    """
    clean: dict[str, str] = {}
    cut: list[str] = []
    replaced: list[str] = []
    for key, value in list(attributes.items())[:MAX_ATTRIBUTES]:
        text = plain(value)
        name = _UNPRINTABLE.sub("\ufffd", str(key))[:MAX_NAME]
        if len(text) > MAX_ATTRIBUTE:
            cut.append(f"{name}: {len(text)}")
        text = text[:MAX_ATTRIBUTE]
        fixed = _UNPRINTABLE.sub("\ufffd", text)
        if fixed != text:
            replaced.append(name)
        clean[name] = fixed
    return clean, _attribute_notes(len(attributes), cut, replaced)


def _attribute_notes(count: int, cut: list[str], replaced: list[str]) -> list[Note]:
    notes = []
    if count > MAX_ATTRIBUTES:
        notes.append(
            Note(
                "attributes_left_out",
                Text(
                    f"共有 {count} 个属性字段，只保留前 {MAX_ATTRIBUTES} 个",
                    f"{count} attributes; the first {MAX_ATTRIBUTES} are kept",
                ),
            )
        )
    if cut:
        listed = ", ".join(cut[:5])
        notes.append(
            Note(
                "attribute_cut",
                Text(
                    f"属性文本超过 {MAX_ATTRIBUTE} 字，已截断（字段: 原字数 {listed}）",
                    f"Attribute text cut at {MAX_ATTRIBUTE} characters (field: length {listed})",
                ),
            )
        )
    if replaced:
        listed = ", ".join(replaced[:5])
        notes.append(
            Note(
                "attribute_cleaned",
                Text(
                    f"属性文本中的控制字符已替换为 U+FFFD（{listed}）",
                    f"Control characters in attribute text replaced by U+FFFD ({listed})",
                ),
            )
        )
    return notes


def clean_name(name: str) -> str:
    """Return a site's name on one line, at most `MAX_NAME` characters."""
    return " ".join(_UNPRINTABLE.sub("\ufffd", name).split())[:MAX_NAME]


def name_from(attributes: Mapping[str, object], position: int) -> str:
    """Return the name that the attributes give, else the position in the file (from 1)."""
    lowered = {str(key).lower(): value for key, value in reversed(list(attributes.items()))}
    for key in NAME_KEYS:
        text = plain(lowered.get(key)).strip()
        if text:
            return text
    return str(position)


def declared_area_from(attributes: Mapping[str, object]) -> float | None:
    """Return the area in square metres that an attribute with a unit in its name states."""
    for key, value in attributes.items():
        name = str(key).strip().lower().replace("（", "(").replace("）", ")")
        if name in AREA_KEYS:
            try:
                area = float(plain(value)) * AREA_KEYS[name]
            except ValueError:
                continue
            if math.isfinite(area) and area > 0:
                return area
    return None
