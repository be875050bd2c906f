"""Attributes of a table brought to the keys, types and classes of its layer's declaration."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from gis.errors import LantuError, Text
from layers.catalog import Attribute, ClassField, LayerSpec

Column = npt.NDArray[Any]

NAME_ALIASES = (
    "name", "mc", "名称", "xmmc", "项目名称", "dkmc", "地块名称", "hxmc", "ghmc", "bhqmc",
)  # fmt: skip
_TRUE = {"1", "true", "yes", "y", "t", "是", "有"}
_FALSE = {"0", "false", "no", "n", "f", "否", "无"}
_DATE = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?(?:[T ].*)?")
_LIST = re.compile(r"[;；,，、|]")
_UNKNOWN_SHOWN = 100


def find_field(fields: Mapping[str, Column], names: Sequence[str]) -> str | None:
    """Return the source's name of the first of `names` that it has, compared without case."""
    folded = {name.casefold(): name for name in reversed(list(fields))}
    for name in names:
        if name in fields:
            return name
        if name.casefold() in folded:
            return folded[name.casefold()]
    return None


def text_of(value: object) -> str | None:
    """Return an attribute value as text; whole floats without decimals; None for no value."""
    if value is None:
        return None
    if isinstance(value, float | np.floating):
        if not math.isfinite(value):
            return None
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def read_classes(
    fields: Mapping[str, Column],
    spec: LayerSpec,
    rows: npt.NDArray[np.int64],
    *,
    given: str | None,
    empty: bool,
) -> tuple[Column, dict[str, object]]:
    """Return the class code of each row (None: unknown) and the log's section on classes.

    Parameters
    ----------
    fields
        Columns of the source.
    spec
        The layer: its class field, other names of it, and the words for each code.
    rows
        Rows that are published.
    given
        The publisher's word for the field (`--class-field`).
    empty
        The source has no feature: then a missing field is no fault.

    Raises
    ------
    LantuError
        `class_field_missing`.
    """
    declared = spec.class_field
    none = np.full(len(rows), None, dtype=object)
    if declared is None and given is None:
        return none, {"field": None, "unknown": [], "unknown_count": 0}
    names = [given] if given else [declared.name, *declared.aliases] if declared else []
    present = [n for n in (find_field(fields, [name]) for name in names) if n is not None]
    present = list(dict.fromkeys(present))
    if not present:
        if empty:
            return none, {"field": None, "unknown": [], "unknown_count": 0}
        raise _class_field_missing(names, list(fields))
    classes = _mapped(fields[present[0]][rows], declared)
    for name in present[1:]:
        gaps = np.flatnonzero([value is None for value in classes])
        if len(gaps) == 0:
            break
        classes[gaps] = _mapped(fields[name][rows[gaps]], declared)
    gaps = np.flatnonzero([value is None for value in classes])
    raw = Counter(text_of(value) for value in fields[present[0]][rows[gaps]])
    unknown = sorted(raw.items(), key=lambda item: (-item[1], item[0] or ""))
    return classes, {
        "field": present[0],
        "counts": dict(sorted(Counter(str(c) for c in classes if c is not None).items())[:500]),
        "unknown": [{"value": v, "count": n} for v, n in unknown[:_UNKNOWN_SHOWN]],
        "unknown_count": len(gaps),
    }


def _mapped(values: Column, declared: ClassField | None) -> Column:
    cache: dict[object, str | None] = {}

    def code(value: object) -> str | None:
        text = text_of(value)
        if text is None or not text.strip():
            return None
        if declared is None:
            return text.strip()
        found = declared.code_of(text)
        if found is None and isinstance(value, int | float):
            found = _padded(text, declared)
        return found

    result = np.empty(len(values), dtype=object)
    for index, value in enumerate(values.tolist()):
        key = value if isinstance(value, str | int | float | bool) or value is None else repr(value)
        if key not in cache:
            cache[key] = code(value)
        result[index] = cache[key]
    return result


def _padded(text: str, declared: ClassField) -> str | None:
    """The one code that a number stands for when its leading zeros were lost (101 for 0101)."""
    found = {code for code in declared.codes or {} if code.lstrip("0") == text and code != text}
    return found.pop() if len(found) == 1 else None


def _class_field_missing(names: Sequence[str], fields: Sequence[str]) -> LantuError:
    shown = [name[:60] for name in fields[:40]]
    return LantuError(
        "class_field_missing",
        Text(
            f"源数据没有类别字段（{'、'.join(names)}）；现有字段：{'、'.join(shown) or '无'}",
            f"The source lacks the class field ({', '.join(names)}); it has: "
            f"{', '.join(shown) or 'none'}",
        ),
        Text("请用 --class-field 指明类别所在字段", "Name the field of the class by --class-field"),
    )


def read_columns(
    fields: Mapping[str, Column], spec: LayerSpec, rows: npt.NDArray[np.int64]
) -> tuple[dict[str, Column], list[dict[str, object]]]:
    """Return the columns to publish and the values that would not convert.

    Attributes come under the keys of the spec in their types; report fields and the offset
    field under their own names as they are; `name` where a field gives it.
    """
    columns: dict[str, Column] = {}
    bad: list[dict[str, object]] = []
    for attribute in spec.attributes:
        source = find_field(fields, [attribute.key, *attribute.aliases, attribute.name.zh])
        if source is None:
            continue
        columns[attribute.key], faults = _converted(fields[source][rows], attribute)
        if faults:
            count = sum(faults.values())
            examples = [str(value)[:80] for value in list(faults)[:5]]
            bad.append(
                {"attribute": attribute.key, "field": source, "count": count, "examples": examples}
            )
    own = [*spec.report_fields, *([spec.offset_field] if spec.offset_field else [])]
    for name in own:
        source = find_field(fields, [name])
        if source is not None and name not in columns:
            columns[name] = plain_column(fields[source][rows])
    if "name" not in columns:
        source = find_field(fields, NAME_ALIASES)
        if source is not None:
            texts = [text_of(value) for value in fields[source][rows].tolist()]
            columns["name"] = _objects([t if t and t.strip() else None for t in texts])
    return columns, bad


def plain_column(values: Column) -> Column:
    """Return a column of the types a store keeps: float64, int64, bool, or objects."""
    kind = values.dtype.kind
    if kind == "f":
        return values.astype(np.float64)
    if kind in "iu":
        return values.astype(np.int64)
    if kind == "b":
        return values
    if kind == "O" and not any(isinstance(v, bytes | np.ndarray | float) for v in values):
        return values
    return _objects([_plain_value(value) for value in values])


def _plain_value(value: object) -> object:
    if isinstance(value, np.ndarray):
        return [_plain_value(item) for item in value.tolist()]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


def _objects(values: Sequence[object]) -> Column:
    column = np.empty(len(values), dtype=object)
    column[:] = list(values)
    return column


def _converted(values: Column, attribute: Attribute) -> tuple[Column, Counter[str]]:
    """Convert a column to an attribute's type; count the values that will not convert."""
    faults: Counter[str] = Counter()
    if attribute.type == "number" and values.dtype.kind in "fiu":
        numbers = values.astype(np.float64)
        numbers[~np.isfinite(numbers)] = np.nan
        return numbers, faults
    if attribute.type == "boolean" and values.dtype.kind == "b":
        return values, faults
    convert = _CONVERSIONS[attribute.type]
    cache: dict[object, object] = {}
    result: list[object] = []
    for value in values.tolist():
        key = value if isinstance(value, str | int | float | bool) or value is None else repr(value)
        if key not in cache:
            text = text_of(value)
            blank = text is None or not text.strip()
            cache[key] = None if blank else convert(value, text.strip() if text else "")
        converted = cache[key]
        if converted is _BAD:
            faults[str(value)] += 1
            converted = None
        result.append(converted)
    if attribute.type == "number":
        return np.array([np.nan if v is None else v for v in result], dtype=np.float64), faults
    return _objects(result), faults


_BAD = object()


_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
"""12,000.5; but 5,0 is 5 elsewhere and 50 nowhere: such a figure is not guessed."""


def _number(_: object, text: str) -> object:
    text = text.replace("，", ",")
    if "," in text and not _GROUPED.fullmatch(text):
        return _BAD
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        return _BAD
    return number if math.isfinite(number) else _BAD


def _boolean(_: object, text: str) -> object:
    folded = text.casefold()
    return True if folded in _TRUE else False if folded in _FALSE else _BAD


def _day(_: object, text: str) -> object:
    match = _DATE.fullmatch(text)
    if match is None:
        return _BAD
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return _BAD


def _list(value: object, text: str) -> object:
    if isinstance(value, list | tuple | np.ndarray):
        return [t for t in (text_of(item) for item in value) if t]
    if text.startswith("["):
        try:
            items = json.loads(text)
        except ValueError:
            return _BAD
        return [t for t in (text_of(item) for item in items) if t]
    return [item.strip() for item in _LIST.split(text) if item.strip()]


_CONVERSIONS: Mapping[str, Callable[[object, str], object]] = {
    "string": lambda _, text: text,
    "enum": lambda _, text: text,
    "number": _number,
    "boolean": _boolean,
    "date": _day,
    "list": _list,
}
